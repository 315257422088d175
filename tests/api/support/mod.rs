//! What tests stand on: a service in process with a database of its own, and clients whose type of access is
//! the receiver of the call.

pub mod app;
pub mod client;
pub mod data_dir;
pub mod database;
pub mod factory;
pub mod process;
pub mod proxy;
pub mod random;

pub use app::{Setup, TestApp, run_jobs};
pub use client::{Answer, Client};
pub use database::say;
