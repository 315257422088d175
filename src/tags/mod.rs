//! Tags, which contacts share.

mod colour;
mod create;
mod delete;
mod list;
mod merge;
mod read;
mod update;

pub use create::*;
pub use delete::*;
pub use list::*;
pub use merge::*;
pub use read::*;
pub use update::*;
