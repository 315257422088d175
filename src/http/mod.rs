//! What every resource needs from HTTP and no resource is about: bodies, queries, paging, logs.
//! There is no word of contacts in here.

pub mod answer;
pub mod body;
pub mod cursor;
pub mod envelope;
pub mod etag;
pub mod form;
pub mod header;
pub mod json;
pub mod limits;
pub mod listing;
pub mod page;
pub mod patch;
pub mod path;
pub mod query;
pub mod reader;
pub mod request_log;
pub mod retry;
pub mod server;
