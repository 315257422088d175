//! Contacts: what the service is for.
//!
//! A body becomes an `input::ContactInput`, is resolved against the tenant's catalogue
//! (`references`), applied to a [`model::Contact`] and written by `write`, which keeps the finished
//! document and the search text beside the rows, and what was changed in the history.

mod apply;
mod batch;
mod bulk;
mod create;
pub(crate) mod definition;
mod delete;
pub mod document;
mod duplicates;
mod erase;
pub mod find;
mod history;
mod input;
mod list;
mod load;
pub mod maintenance;
mod members;
mod merge;
pub mod model;
mod propagate;
mod read;
pub mod read_together;
mod references;
pub mod retention;
mod rewrite;
mod schema;
mod snapshot;
mod store;
mod tags;
mod trash;
mod unique;
mod update;
mod write;

pub(crate) use bulk::ByFilter;
pub use bulk::*;
pub use create::*;
pub use delete::*;
pub use duplicates::*;
pub use history::*;
pub use list::*;
pub use members::*;
pub use merge::*;
pub(crate) use propagate::{Propagation, Rename};
pub use read::*;
pub(crate) use store::sort_index_entries_in;
pub use tags::*;
pub use trash::*;
pub use update::*;
