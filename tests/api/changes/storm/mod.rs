//! Writers that do everything, on two instances that are killed again and again: whoever follows the changes, by the call or by the
//! stream, ends with exactly what is stored. The same once a backup was restored.
//!
//! `CHANGES_WRITERS` and `CHANGES_KILLS` make it larger. `COPY_MJS` names a compiled `clients/copy.mts`, which then follows as well.

mod follower;
mod instance;
mod writer;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use nix::sys::signal::Signal::{SIGKILL, SIGTERM};
use serde_json::Value;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::task::JoinHandle;

use self::{
    follower::{Copy, Program, follow_by_call, follow_by_stream},
    instance::{Http, Instance, serve},
    writer::Writer,
};
use super::CHANGES;
use crate::support::{
    database::{TestDatabase, say},
    eventually,
    random::Random,
};

fn number_of(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |number| number.parse().unwrap())
}

/// All contacts of a database, by their ids.
async fn stored(options: &PgConnectOptions) -> BTreeMap<String, Value> {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    let rows: Vec<(uuid::Uuid, String)> =
        sqlx::query_as("select id, document from contacts").fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows.into_iter()
        .map(|(id, document)| (id.to_string(), serde_json::from_str(&document).unwrap()))
        .collect()
}

/// Until nothing goes on any more.
async fn settled(options: &PgConnectOptions) {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    eventually("all jobs are done", async || {
        let left: i64 = sqlx::query_scalar("select count(*) from jobs where finished_at is null")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        left == 0
    })
    .await;
    connection.close().await.unwrap();
}

/// Runs writers against both instances while `meanwhile` goes on.
async fn write(addresses: [&str; 2], seed: u64, meanwhile: impl Future<Output = ()>) -> usize {
    let (ids, merges) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
    let (done, stop) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
    let writers: Vec<JoinHandle<()>> = (0..number_of("CHANGES_WRITERS", 10))
        .map(|index| {
            let mut writer = Writer {
                http: Http::new(addresses[index % 2]),
                random: Random(seed + index as u64),
                ids: ids.clone(),
                merges: merges.clone(),
                done: done.clone(),
            };
            let stop = stop.clone();
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    writer.step().await;
                }
            })
        })
        .collect();
    meanwhile.await;
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    done.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_ends_with_exactly_what_is_stored_through_kills_of_the_service_and_a_restored_backup() {
    let database = TestDatabase::new().await;
    let (options, url) = (database.options(), database.url());
    let (one, two) = (Instance::start(&url).await, Instance::start(&url).await);
    let addresses = [one.address.as_str(), two.address.as_str()];
    let folder = std::env::temp_dir().join(format!("contacts-storm-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&folder).unwrap();

    let (_, page) = Http::new(addresses[0]).call("GET", CHANGES, None).await.unwrap();
    let cursor = page["nextCursor"].as_str().unwrap().to_owned();
    let begin = || Arc::new(Mutex::new(Copy { cursor: cursor.clone(), ..Copy::default() }));
    let (by_call, by_stream) = (begin(), begin());
    let following = [
        tokio::spawn(follow_by_call(Http::new(addresses[0]), by_call.clone())),
        tokio::spawn(follow_by_stream(Http::new(addresses[1]), by_stream.clone())),
    ];
    let mut programs = follower::programs(&folder, addresses);
    let mut kills = Random(7);
    let done = write(addresses, 100, async {
        for kill in 0..number_of("CHANGES_KILLS", 5) {
            tokio::time::sleep(Duration::from_millis(300 + 50 * kills.below(20) as u64)).await;
            let instance = if kill % 2 == 0 { &one } else { &two };
            instance.restart(SIGKILL, None).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    })
    .await;
    settled(&options).await;
    let expected = stored(&options).await;
    say(&format!("storm: {done} writes, {} contacts are stored", expected.len()));
    let all_have = async |expected: &BTreeMap<String, Value>, resets: usize, programs: &[Program]| {
        for (name, copy) in [("the call", &by_call), ("the stream", &by_stream)] {
            eventually(&format!("who follows by {name} has what is stored"), async || {
                copy.lock().unwrap().contacts() == *expected
            })
            .await;
            assert_eq!(copy.lock().unwrap().resets, resets, "{name}");
        }
        for program in programs {
            eventually(&format!("{} has what is stored", program.file.display()), async || {
                program.contacts().await == *expected
            })
            .await;
        }
    };
    all_have(&expected, 0, &programs).await;

    // A backup is made, what is written then is lost, and others are written with the same numbers.
    let backup = {
        let (mut first, mut second) = (one.service.lock().await, two.service.lock().await);
        for service in [&mut first, &mut second] {
            service.signal(SIGTERM);
            service.child.wait().await.unwrap();
        }
        let backup = database.copy().await;
        *first = serve(&url, addresses[0]).await;
        *second = serve(&url, addresses[1]).await;
        backup
    };
    write(addresses, 200, tokio::time::sleep(Duration::from_secs(1))).await;
    settled(&options).await;
    let lost = stored(&options).await;
    assert_ne!(lost, expected);
    all_have(&lost, 0, &programs).await;
    // The programs are started again as well.
    for program in &mut programs {
        program.child.kill().await.unwrap();
    }
    let (options, url) = (backup.options(), backup.url());
    one.restart(SIGTERM, Some(&url)).await;
    two.restart(SIGTERM, Some(&url)).await;
    let programs = follower::programs(&folder, addresses);
    write(addresses, 300, tokio::time::sleep(Duration::from_secs(1))).await;
    settled(&options).await;
    let expected = stored(&options).await;
    all_have(&expected, 1, &programs).await;
    for task in following {
        task.abort();
    }
    drop(programs);
    std::fs::remove_dir_all(&folder).unwrap();
}
