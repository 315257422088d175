//! What changed since a cursor: for whoever keeps a copy of contacts and of the catalogue (`docs/changes.md`). It is read from
//! the log that each write adds to ([`crate::database::Entry`]).
//!
//! | what is looked for | where |
//! |---|---|
//! | the call, and how it waits | `list` |
//! | the same as events of a stream; streams that stand at one place read together | `stream`, `together` |
//! | what a cursor says, and when it holds | `cursor` |
//! | a page of changes | `page`, of what `store` reads from the log and `state` from everywhere else |
//! | what is told of a change | `item` |
//! | how this instance learns what others did | `poll` |
//! | what is kept no more | `retention` |

mod cursor;
mod item;
mod list;
mod page;
mod poll;
mod retention;
mod state;
mod store;
mod stream;
mod together;

pub use list::*;
pub use poll::look_for_changes;
pub(crate) use retention::{Reader, forget};
pub use stream::*;
pub use together::Together;
