//! What stands around the API: what operators ask, and what every answer has.

mod caches;
mod compression;
mod cors;
mod failures;
mod health;
mod metrics;
mod request_id;
mod request_log;
