//! A self-hosted contacts service: the REST API of klink.cloud's contacts on a PostgreSQL of your own.
//!
//! A request meets two layers: a handler, found by grepping its path, and the functions of a `store.rs` that
//! hold the SQL. The map:
//!
//! - [`router`]: the table of contents, every route and the layers around them
//! - [`contacts`], [`tags`], [`groups`], [`fields`], [`channels`], [`companies`]: a folder a resource
//! - [`domain`]: pure values (names, phones, emails, keywords) that cannot be wrong
//! - [`http`]: bodies, queries, paging, envelopes, the request log; no word of contacts in there
//! - [`idempotency`]: a POST that is sent again is carried out once; [`jobs`]: changes too large for one transaction
//! - [`auth`]: bearer tokens become principals; [`tenants`]: slugs become ids
//! - [`database`]: the pool, transactions, migrations, the embedded server
//! - [`error`]: the one error and its envelope
//! - [`openapi`], [`docs`]: the `OpenAPI` document and its page; [`health`], [`metrics`]: for operators
//! - [`demo`]: made-up tenants, loaded in bulk
//! - [`commands`]: what the binary does; [`config`], [`telemetry`], [`shutdown`], [`clock`], [`state`]: around it

pub mod auth;
pub mod catalogue;
pub mod channels;
pub mod clock;
pub mod commands;
pub mod companies;
pub mod config;
pub mod contacts;
pub mod database;
pub mod demo;
pub mod docs;
pub mod domain;
pub mod error;
pub mod fields;
pub mod groups;
pub mod health;
pub mod housekeeping;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod metrics;
pub mod openapi;
pub mod read_model;
pub mod request;
pub mod router;
pub mod shutdown;
pub mod state;
pub mod tags;
pub mod telemetry;
pub mod tenants;

pub use error::{Error, Result};
