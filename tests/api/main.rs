//! The integration tests: one binary, a folder a resource. They speak HTTP to the router in process; a few to a
//! real socket.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::float_cmp, reason = "metrics are counts written as floats")]

mod around;
mod auth;
mod catalogue;
mod command_line;
mod concurrency;
mod contacts;
mod coverage;
mod docs_page;
mod documented_calls;
mod embedded;
mod faults;
mod limits;
mod migration_files;
mod openapi;
mod statements;
mod support;
