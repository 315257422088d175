//! What Valgrind counted.

use std::{
    collections::HashMap,
    env,
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

/// The instructions of a request by function of this program. Under 0 are those of the C library, whose memory management
/// tidies up now and then.
pub(super) type Counts = HashMap<u32, u64>;

/// Reads what Valgrind counted: by request, and what functions are called.
pub(super) fn read_counts(file: &Path) -> io::Result<(Vec<Counts>, HashMap<u32, String>)> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(file)?);
    let (mut requests, mut names, mut line) = (Vec::new(), HashMap::new(), String::new());
    let (mut counts, mut function, mut is_of_a_call) = (Counts::new(), 0, false);
    let this_program = env::current_exe()?;
    let (mut this_object, mut is_ours) = (None, false);
    while file.read_line(&mut line)? > 0 {
        let text = line.trim_end();
        if text.starts_with(['+', '-', '*', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
            // A line of the source and its cost; behind a call, that of what was called.
            if !is_of_a_call && let Some((_, cost)) = text.split_once(' ') {
                *counts.entry(if is_ours { function } else { 0 }).or_default() +=
                    cost.parse::<u64>().map_err(io::Error::other)?;
            }
            is_of_a_call = false;
        } else if let Some((key, value)) = text.split_once('=') {
            is_of_a_call = key == "calls";
            // `fn=(12) name` where it is first met, `fn=(12)` from then on; `ob` is its file, `c` is of what is called.
            if let Some((id, name)) = value.strip_prefix('(').and_then(|value| value.split_once(')'))
                && ["fn", "cfn", "ob", "cob"].contains(&key)
            {
                let (id, name) = (id.parse().map_err(io::Error::other)?, name.trim());
                if key.ends_with("ob") {
                    if Path::new(name) == this_program {
                        this_object = Some(id);
                    }
                    is_ours = if key == "ob" { this_object == Some(id) } else { is_ours };
                } else {
                    if !name.is_empty() {
                        names.insert(id, name.to_owned());
                    }
                    function = if key == "fn" { id } else { function };
                }
            }
        } else if let Some(total) = text.strip_prefix("totals: ") {
            let sum: u64 = counts.values().sum();
            assert_eq!(sum.to_string(), total.trim(), "the costs of functions are read right");
            requests.push(std::mem::take(&mut counts));
        }
        line.clear();
    }
    Ok((requests, names))
}
