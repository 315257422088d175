//! The integration tests: one binary, a folder a resource. They speak HTTP to the router in process; a few to a
//! real socket.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "ids of tests need not be fixed")]
#![expect(
    clippy::too_many_lines,
    clippy::duration_suboptimal_units,
    reason = "a test is as long as its story"
)]
#![expect(
    clippy::items_after_statements,
    clippy::match_same_arms,
    clippy::unused_self,
    clippy::needless_pass_by_value,
    reason = "reads better in tests"
)]
#![expect(clippy::float_cmp, reason = "metrics are counts written as floats")]

mod around;
mod auth;
mod background;
mod cancellation;
mod catalogue_changes;
mod catalogue_lists;
mod changes;
mod channels;
mod command_line;
mod companies;
mod concurrency;
mod contacts;
mod coverage;
mod demo;
mod distributed;
mod docs_page;
mod documented_calls;
mod embedded;
mod faults;
mod fields;
mod groups;
mod housekeeping;
mod idempotency;
mod jobs;
mod limits;
mod migration_files;
mod migrations;
mod openapi;
mod pasted;
mod random_operations;
mod rebuild;
mod rooms;
mod schema;
mod start;
mod statements;
mod support;
mod tags;
mod unreachable;
#[cfg(target_os = "linux")]
mod work;
