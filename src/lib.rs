//! A self-hosted contacts service: the REST API of klink.cloud's contacts on a PostgreSQL of your own.
//!
//! A request meets two layers: a handler, found by grepping its path, and the functions that hold the SQL. The map, from
//! top to bottom; a room knows only rooms below it (`docs/architecture.md`):
//!
//! - [`commands`]: what the binary does; [`config`], [`telemetry`], [`shutdown`]: around it
//! - [`router`]: the table of contents, every route, its limits and the layers around them
//! - [`demo`]: made-up tenants, loaded in bulk; [`housekeeping`]: what was kept for long enough goes
//! - [`tags`], [`companies`], [`groups`], [`channels`], [`fields`]: the handlers of what contacts refer to
//! - [`changes`]: the log of what was changed, as those read it who follow it, and how long it is kept
//! - [`contacts`]: what the service is for; its page says what is in which folder
//! - [`catalogue`]: what contacts refer to, types and SQL
//! - [`jobs`]: changes too large for one transaction; [`idempotency`]: a POST that is sent again is carried out once
//! - [`state`]: what every handler can reach; [`read_model`]: what makes reads cheap
//! - [`auth`]: bearer tokens become principals; [`tenants`]: slugs become ids
//! - [`openapi`], [`docs`]: the `OpenAPI` document and its page; [`health`], [`metrics`]: for operators
//! - [`gate`]: what answers until the service has started; [`background`]: what runs beside the requests, looked after;
//!   [`readiness`]: whether the service can serve
//! - [`http`]: bodies, queries, paging, limits, the request log; no word of contacts in there
//! - [`database`]: the pool, transactions, migrations, the embedded server
//! - [`error`]: the one error and its envelope; [`request`]: what is known of a request
//! - [`clock`]: time and ids; [`domain`]: pure values (names, phones, emails, keywords) that cannot be wrong
//!
//! Whatever talks to the database can fail as the database can: [`Error::Unavailable`], [`Error::Overtaken`] or
//! [`Error::Internal`]. That is not repeated; an `# Errors` section tells what else a function fails with.

pub mod auth;
pub mod background;
pub mod catalogue;
pub mod changes;
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
pub mod gate;
pub mod groups;
pub mod health;
pub mod housekeeping;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod me;
pub mod metrics;
pub mod openapi;
pub mod read_model;
pub mod readiness;
pub mod request;
pub mod router;
pub mod shutdown;
pub mod state;
pub mod tags;
pub mod telemetry;
pub mod tenants;

pub use error::{Error, Result};
