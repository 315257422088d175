//! The channels that contacts come from.

mod create;
mod delete;
mod list;
mod read;
mod update;

pub use create::*;
pub use delete::*;
pub use list::*;
pub use read::*;
pub use update::*;
