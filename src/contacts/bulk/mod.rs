//! Operations on many contacts: a list of them, or one on everything that passes a filter; and the one that finds its
//! contact by a value, [`upsert`].
//!
//! An [`operation::Operation`] is read of a body, [`session::Session`] carries any number of them out.

mod answer;
mod by_filter;
mod filtered;
mod many;
mod named;
mod operation;
mod schedule;
mod schema;
mod session;
mod store;
mod target;
mod upsert;

pub use by_filter::*;
pub(crate) use filtered::ByFilter;
pub use many::*;
pub use upsert::*;
