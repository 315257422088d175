//! Merging contacts: one survives and takes over what the others have, which are gone from then on. Their ids lead to the
//! survivor, and the merge can be undone for as long as what was before is kept.

mod combine;
mod create;
mod entry;
mod input;
mod list;
mod model;
mod read;
mod redirect;
mod separate;
mod store;
mod undo;

pub use create::*;
pub use list::*;
pub use model::Merge;
use model::{Kept, Redirect};
pub use read::*;
pub(crate) use redirect::note_missing;
pub(super) use redirect::{merged, merged_among, missing, survivor_document};
pub use undo::*;
