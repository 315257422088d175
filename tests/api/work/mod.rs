//! What requests cost. No input of the allowed size may cost more than n log n, or one caller holds up all others. The work
//! is counted, not timed: Valgrind counts the instructions that each function of the service carries out for each list and
//! map of each body, with n entries and with twice as many. What the database does is not among them: it is another process.
//!
//! Work that grows with the square of the entries is four times as much then. With as few entries as a test can afford it is
//! still a small part of the whole, so each function is looked at by itself; and since a single one may do more by chance (the
//! order of random keys, a table that grows), twice, with other values: what grows with the square does so both times.
//!
//! Valgrind finds a request between a call of libc's `getppid` and one of its `getpgrp`, which nothing else makes.

mod cases;
mod counts;
mod places;

use std::{collections::HashMap, env, ffi::OsStr, fs, path::Path, process::Stdio, time::Duration};

use nix::unistd::{getpgrp, getppid};
use sqlx::ConnectOptions;
use tokio::{
    process::Command,
    runtime::{Builder, Runtime},
};

use self::{
    cases::{COUNTED, Planned, bulks, every_schema, fields_that_exist, forms_and_queries},
    counts::{Counts, read_counts},
};
use crate::{
    coverage::owned::Owned,
    support::{Setup, TestApp, database::TestDatabase},
};

/// How many times as much twice as many entries may cost. Of a sort of a thousand it is 2.2, and sorts are a small part.
const MOST: f64 = 2.2;

/// The same of one function. What sorts and tables do is uneven; it is four times as much where it grows with the square.
const MOST_OF_ONE: f64 = 3.0;

/// Functions that carry out fewer instructions for twice as many entries are not looked at: chance has a part in them. Nor are
/// those with fewer than [`LEAST_OF_A_PAIR`] for each pair of entries; comparing them takes more.
const LEAST: u64 = 20_000;
const LEAST_OF_A_PAIR: u64 = 12;

/// The test, of which Valgrind runs another process.
const TEST: &str = "work::no_list_or_map_of_a_request_costs_more_than_its_length_times_a_logarithm";

/// Where that finds [`Planned`], as JSON, and its database.
const PLAN: &str = "TEST_WORK_PLAN";
const DATABASE: &str = "TEST_WORK_DATABASE";

#[test]
fn no_list_or_map_of_a_request_costs_more_than_its_length_times_a_logarithm() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    // In the process that Valgrind runs, the same test is what is counted.
    match (env::var(PLAN), env::var(DATABASE)) {
        (Ok(plan), Ok(database)) => send(&runtime, Path::new(&plan), &database),
        _ => runtime.block_on(count()),
    }
}

/// Has Valgrind count the requests, and looks at what it counted.
async fn count() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let mut plan = Vec::new();
    every_schema(&mut plan, &owned);
    forms_and_queries(&mut plan, &owned);
    bulks(&mut plan, &owned);
    fields_that_exist(&mut plan, &app).await;

    let folder = env::temp_dir().join(format!("contacts-work-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (plan_file, counts) = (folder.join("plan"), folder.join("counts"));
    fs::write(&plan_file, serde_json::to_string(&plan).unwrap()).unwrap();
    let mut out = OsStr::new("--callgrind-out-file=").to_owned();
    out.push(&counts);
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--zero-before=getppid*", "--dump-before=getpgrp*"])
        .args(["--combine-dumps=yes", "--vgdb=no"])
        .arg(out)
        .arg(env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(PLAN, plan_file)
        .env(DATABASE, app.options().to_url_lossy().as_str())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    let counted = read_counts(&counts);
    fs::remove_dir_all(&folder).unwrap();
    let output = output.unwrap_or_else(|error| {
        panic!("this test needs Valgrind (Debian: apt install valgrind), which cannot be run: {error}")
    });
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{said}");

    let (mut requests, names) = counted.unwrap();
    // Of the end of the process.
    requests.pop();
    assert_eq!(requests.len(), COUNTED * plan.len(), "{said}");
    let too_much: Vec<String> = plan
        .iter()
        .zip(requests.chunks(COUNTED))
        .flat_map(|(case, counts)| {
            let entries = 2 * u64::try_from(case.size).unwrap();
            let least = LEAST.max(LEAST_OF_A_PAIR * entries * entries / 2);
            let first = grown(&counts[0], &counts[1], least);
            let mut again = grown(&counts[2], &counts[3], least);
            again.retain(|what, _| first.contains_key(what));
            again.into_iter().map(|(what, (some, twice))| {
                let what = what.map_or("all", |function| &names[&function]);
                format!("{}: {some} and {twice} in {what}", case.name)
            })
        })
        .collect();
    assert!(
        too_much.is_empty(),
        "these cost more than n log n, by instructions for so many entries and for twice as many:\n{}",
        too_much.join("\n")
    );
    app.finish().await;
}

/// What costs too much more for twice as many entries, with both costs: functions, and `None` for all together.
fn grown(some: &Counts, twice: &Counts, least: u64) -> HashMap<Option<u32>, (u64, u64)> {
    let is_more = |some: u64, twice: u64, most: f64| {
        #[expect(clippy::cast_precision_loss, reason = "to compare")]
        let (some, twice) = (some as f64, twice as f64);
        twice > most * some
    };
    let (of_all, of_twice) = (some.values().sum(), twice.values().sum());
    assert!(of_all > 100_000 && of_twice > 100_000, "no request costs as little: {of_all}, {of_twice}");
    let mut grown = HashMap::new();
    if is_more(of_all, of_twice, MOST) {
        grown.insert(None, (of_all, of_twice));
    }
    for (function, &twice) in twice.iter().filter(|(function, _)| **function != 0) {
        let some = some.get(function).copied().unwrap_or_default();
        if twice >= least && is_more(some, twice, MOST_OF_ONE) {
            grown.insert(Some(*function), (some, twice));
        }
    }
    grown
}

/// Sends the requests of a plan.
fn send(runtime: &Runtime, plan: &Path, database: &str) {
    let plan: Vec<Planned> = serde_json::from_str(&fs::read_to_string(plan).unwrap()).unwrap();
    let _guard = runtime.enter();
    // Valgrind takes some fifty times as long.
    let setup = Setup { timeout: Duration::from_secs(3600), is_hasty: false, ..Setup::default() };
    let app = TestApp::on(TestDatabase::of_another_process(), database.parse().unwrap(), setup);
    let client = app.admin();
    for Planned { name, method, kind, is_accepted, requests, .. } in plan {
        let uncounted = requests.len() - COUNTED;
        for (number, (path, body)) in requests.into_iter().enumerate() {
            let key = format!("{name} {number}").replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            let mut headers = vec![("content-type", kind.as_str())];
            if method == "POST" {
                headers.push(("idempotency-key", &key));
            }
            let request = client.send(method.parse().unwrap(), &path, &headers, body);
            let _ = getppid();
            let answer = runtime.block_on(request);
            if number >= uncounted {
                let _ = getpgrp();
            }
            let (status, text) = (answer.status.as_u16(), answer.text());
            let is_read = if is_accepted {
                status < 300
            } else {
                [400, 404, 409, 422].contains(&status) || status < 300
            };
            assert!(is_read, "{name}: {status} {text}");
        }
    }
}
