//! Contacts: what the service is for.
//!
//! A body becomes an `input::ContactInput`, is resolved against the tenant's catalogue
//! (`references`), applied to a [`model::Contact`] and written by `batch`, which keeps the finished
//! document and the search text beside the rows.

mod apply;
mod batch;
mod create;
mod delete;
pub mod document;
pub mod find;
mod input;
mod list;
mod load;
pub mod maintenance;
pub mod model;
mod read;
mod references;
mod rewrite;
mod schema;
mod store;
mod tags;
mod unique;
mod update;

pub use create::*;
pub use delete::*;
pub use list::*;
pub use read::*;
pub use tags::*;
pub use update::*;
