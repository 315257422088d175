//! The integration tests: one binary, a folder a resource. They speak HTTP to the router in process; a few to a
//! real socket.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod command_line;
mod concurrency;
mod docs_page;
mod documented_calls;
mod embedded;
mod faults;
mod support;

mod contacts;
