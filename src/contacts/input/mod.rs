//! What a caller says of a contact: `contact_input` is what a body becomes, `read` reads it, with `body` for what is
//! particular to fields of contacts and `item` for the entries of their lists. `references` finds what it names in the
//! catalogue, `apply` changes a contact as it says.

pub(crate) mod apply;
mod body;
mod contact_input;
mod item;
mod read;
pub(crate) mod references;

pub(crate) use body::MAX_GROUPS;
pub use contact_input::TagAction;
pub(crate) use contact_input::{
    CompanyRef, ContactInput, GroupChange, MAX_LIST, PlatformRef, Purpose, TagChange, TagRef,
};
