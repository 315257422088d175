//! `src/` as a house: a file, and a room (a folder or file at the top of `src/`), knows only what stands below it, and
//! no room is too large to find one's way in.
//!
//! `lib.rs` and `main.rs` are the front door, no rooms: they name the modules.

mod made_up;
mod paths;
mod tokens;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write as _,
    path::Path,
};

use paths::{Tie, ties};

/// Of the lines of `src/`.
const LARGEST_SHARE: f64 = 0.25;
/// In `contacts/`.
const MOST_LOOSE_FILES: usize = 12;
/// Of a `mod.rs` in `contacts/`, which is the table of contents of its folder, in lines.
const LONGEST_CONTENTS: usize = 60;
/// More names than these do not help to see what ties two files.
const SHOWN: usize = 8;

#[test]
fn no_circle_of_files() {
    let circles = circles(&ties(&sources()), Some);
    assert!(circles.is_empty(), "files that know each other in a circle:\n{}", circles.join("\n"));
}

#[test]
fn no_rooms_that_know_each_other() {
    let circles = circles(&ties(&sources()), room);
    assert!(circles.is_empty(), "rooms that know each other:\n{}", circles.join("\n"));
}

#[test]
fn no_folder_is_too_large() {
    let problems = too_large(&sources());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The files of `src/`: their paths below it, and their texts.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                sources.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(sources.len() > 100, "the sources are not found");
    sources.sort();
    sources
}

fn room(file: &str) -> Option<&str> {
    let room = file.split('/').next().unwrap_or(file).trim_end_matches(".rs");
    (!["lib", "main"].contains(&room)).then_some(room)
}

/// What knows what, and by which names.
type Ways<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Tie>>>;

/// The circles among what `place` makes of the files, the shortest first, each with what ties it. The way with the fewest
/// names is the one to cut first; it is taken as cut for the circles that follow, so that these are few.
fn circles<'a>(ties: &'a [Tie], place: impl Fn(&'a str) -> Option<&'a str>) -> Vec<String> {
    let mut ways = Ways::new();
    for tie in ties {
        if let (Some(from), Some(to)) = (place(&tie.from), place(&tie.to))
            && from != to
        {
            ways.entry(from).or_default().entry(to).or_default().push(tie);
        }
    }
    let mut circles = Vec::new();
    while let Some(circle) = ways.keys().filter_map(|start| circle_from(start, &ways)).min_by_key(Vec::len) {
        let steps = || circle.iter().copied().zip(circle.iter().copied().cycle().skip(1));
        let (from, to) = steps().min_by_key(|(from, to)| ways[from][to].len()).unwrap();
        let mut text = format!("{} → {}", circle.join(" → "), circle[0]);
        for (a, b) in steps() {
            let hint = if ways[a][b].len() == ways[from][to].len() { ", the least" } else { "" };
            write!(text, "\n  {a} knows {b}{hint}:").unwrap();
            for tie in ways[a][b].iter().take(SHOWN) {
                write!(text, "\n    src/{}:{} {} (src/{})", tie.from, tie.line, tie.path, tie.to).unwrap();
            }
            if ways[a][b].len() > SHOWN {
                write!(text, "\n    … and {} more", ways[a][b].len() - SHOWN).unwrap();
            }
        }
        ways.get_mut(from).unwrap().remove(to);
        circles.push(text);
    }
    circles
}

/// The shortest way from `start` back to it.
fn circle_from<'a>(start: &'a str, ways: &Ways<'a>) -> Option<Vec<&'a str>> {
    let mut before = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(from) = queue.pop_front() {
        for to in ways.get(from).into_iter().flat_map(BTreeMap::keys) {
            if *to == start {
                let mut way: Vec<_> =
                    std::iter::successors(Some(from), |at| before.get(at).copied()).collect();
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(to) {
                before.insert(*to, from);
                queue.push_back(to);
            }
        }
    }
    None
}

/// Folders that hold too much. `contacts/` is a house of its own: its folders count each for itself, and so do its loose
/// files together.
fn too_large(sources: &[(String, String)]) -> Vec<String> {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = 0;
    for (file, text) in sources {
        all += text.lines().count();
        let folder = match file.strip_prefix("contacts/").and_then(|inner| inner.split_once('/')) {
            Some((inner, _)) => &file[.."contacts/".len() + inner.len()],
            None => match file.split_once('/') {
                Some((folder, _)) => folder,
                None => continue,
            },
        };
        *lines.entry(folder).or_default() += text.lines().count();
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of lines")]
    let mut problems: Vec<String> = lines
        .iter()
        .map(|(folder, lines)| (folder, *lines as f64 / all as f64))
        .filter(|(_, share)| *share > LARGEST_SHARE)
        .map(|(folder, share)| format!("src/{folder} holds {:.1} % of the code", share * 100.0))
        .collect();
    let loose: Vec<&str> = sources
        .iter()
        .filter_map(|(file, _)| file.strip_prefix("contacts/"))
        .filter(|file| !file.contains('/'))
        .collect();
    if loose.len() > MOST_LOOSE_FILES {
        problems.push(format!("src/contacts/ has {} loose files: {}", loose.len(), loose.join(", ")));
    }
    let contents =
        sources.iter().filter(|(file, _)| file.starts_with("contacts/") && file.ends_with("/mod.rs"));
    let lengths = contents.map(|(file, text)| (file, text.lines().count()));
    let long = lengths.filter(|(_, length)| *length > LONGEST_CONTENTS);
    problems.extend(
        long.map(|(file, length)| format!("src/{file} has {length} lines, more than {LONGEST_CONTENTS}")),
    );
    problems
}
