//! What a contact is made of: the default fields and the custom ones.

mod create;
mod input;
mod list;
mod plan;
mod read;
mod update;

pub use create::*;
pub use list::*;
pub use read::*;
pub use update::*;
