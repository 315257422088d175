//! Contacts: what the service is for.
//!
//! | what is looked for | where |
//! |---|---|
//! | the handler of a URL | `create`, `read`, `list`, `update`, `delete`, `tags`; the other handlers stand in the folders |
//! | how a body is read, and what it refers to | `input/` |
//! | how a contact is stored: the record, its document, and the one way in which it is written | [`record`] |
//! | how a page, a total or a keyword is found | [`find`] |
//! | how a rename reaches contacts, and every other change of the catalogue | `follow/` |
//! | how a rule of a field (required, unique, type) reaches contacts | `field_rules/` |
//! | many at once, upsert, one operation on a filter | `bulk/` |
//! | duplicates, merging and its undo | `duplicates/`, `merge/` |
//! | deleted contacts and their return; where contacts are | `trash/` |
//! | what was done to a contact | `history/` |
//! | removing every trace of a contact | `erase` |
//! | what goes after a time | [`retention`] |
//! | `contacts verify`: what is stored finished against the tables | [`maintenance`] |
//! | `contacts reindex`, and the same behind the requests after an upgrade | [`rebuild`] |

mod bulk;
mod create;
mod delete;
mod duplicates;
mod erase;
pub(crate) mod field_rules;
pub mod find;
pub(crate) mod follow;
pub(crate) mod history;
pub(crate) mod input;
pub(crate) mod list;
pub mod maintenance;
mod merge;
mod read;
pub mod rebuild;
pub mod record;
pub mod retention;
mod schema;
mod tags;
mod trash;
mod update;

pub use bulk::*;
pub use create::*;
pub use delete::*;
pub use duplicates::*;
pub use history::*;
pub use list::*;
pub use merge::*;
pub use read::*;
pub use tags::*;
pub use trash::*;
pub(crate) use trash::{ContactState, states};
pub use update::*;

use crate::jobs::Runner;

/// Does the jobs that go through contacts.
pub const JOB_RUNNERS: &[Runner] = &[Runner::of::<follow::Propagation>(), Runner::of::<bulk::ByFilter>()];
