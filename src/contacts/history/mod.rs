//! What was done to a contact: its fields before and after, as the API shows them. [`entry`] is what the write core notes,
//! `store` reads it, `list` is the handler.

mod entry;
mod list;
mod store;

pub(crate) use entry::Author;
pub use entry::{Action, FieldChange, HistoryEntry};
pub(crate) use entry::{differences, led};
pub use list::*;
