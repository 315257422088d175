//! Finding contacts: what a listing's parameters mean, and the statements that answer it.
//!
//! [`ContactFilter`] says which contacts, [`Sort`] in which order, [`Position`] from where; [`statement`] makes SQL
//! of them and `store` runs it. `docs/search.md` tells why the statements are as they are.

mod filter;
mod keyword;
mod position;
mod settle;
mod sort;
pub mod statement;
pub(super) mod store;

pub use filter::{
    Bound, CatalogueRef, Condition, ContactFilter, PARAMETERS, Presence, fingerprint, is_filter,
};
pub use position::{Count, Key, Position};
pub use sort::{Sort, SortKey};
pub use statement::Among;
