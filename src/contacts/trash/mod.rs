//! The trash: where contacts go that are deleted, until they are restored or erased.

mod list;
mod model;
mod read;
mod restore;
mod state;
mod store;

pub use list::*;
use model::Trashed;
pub use model::TrashedDocument;
pub use read::*;
pub use restore::*;
pub(crate) use state::{ContactState, states};
pub(super) use store::{Whereabouts, containing, lock, lock_expired, put, whereabouts};
