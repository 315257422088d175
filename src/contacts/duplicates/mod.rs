//! Contacts that may be one: `reason` says why, `store` finds them, `list` is the handler.

mod list;
mod reason;
mod store;

pub use list::*;
pub use reason::Reason;
