//! Contact groups.

mod create;
mod delete;
mod input;
mod list;
mod members;
mod read;
mod update;

pub use create::*;
pub use delete::*;
pub use list::*;
pub use members::*;
pub use read::*;
pub use update::*;
