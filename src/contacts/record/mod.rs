//! A contact as it is stored. [`model`] is the contact, [`document`] the JSON that the API shows of it.
//!
//! Whatever creates, changes or removes contacts, one or a thousand, comes through `write`: a list of changes (before,
//! after) becomes rows, documents, search texts, unique values and history, together. It uses `batch` for rows that are
//! new, `rewrite` for rows that change, and `unique` for the values that no two contacts may share. `load` reads contacts
//! from their rows, `store` reads documents and locks contacts, `snapshot` makes a contact of the rows that the trash or a
//! merge kept.

pub(crate) mod batch;
pub mod document;
pub(crate) mod load;
pub mod model;
pub(crate) mod rewrite;
pub(crate) mod snapshot;
pub(crate) mod store;
pub(crate) mod unique;
pub(crate) mod write;
