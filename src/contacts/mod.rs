//! Contacts: what the service is for.
//!
//! A body becomes an `input::ContactInput`, is resolved against the tenant's catalogue
//! (`references`), applied to a [`model::Contact`] and written by `write`, which keeps the finished
//! document and the search text beside the rows, and what was changed in the history.

mod apply;
mod batch;
mod bulk;
mod create;
mod delete;
pub mod document;
pub mod find;
mod history;
mod input;
mod list;
mod load;
pub mod maintenance;
pub mod model;
mod propagate;
mod read;
mod references;
mod rewrite;
mod schema;
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
pub use list::*;
pub(crate) use propagate::Propagation;
pub use read::*;
pub use tags::*;
pub use update::*;
