//! What tests stand on: a service in process with a database of its own, and clients whose type of access is
//! the receiver of the call.

pub mod app;
pub mod client;
pub mod data_dir;
pub mod database;
pub mod factory;
pub mod locks;
pub mod process;
pub mod proxy;
pub mod random;

pub use app::{Setup, TestApp, run_jobs};
pub use client::{Answer, Client};
pub use database::say;

/// How long a condition may take to come true before a test fails.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Waits until a condition holds.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what}"));
}
