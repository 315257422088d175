//! What contacts refer to, the tenant's catalogue: tags, companies, groups, channels and fields. Here are their types
//! and their SQL, which contacts need; the handlers that change them stand above contacts, in folders of these names.
//!
//! What is deleted or merged is retired first: it is in no listing and no look-up from then on, its name is free, and
//! its row stays until no contact refers to it any more ([`crate::contacts`] has what a change does to contacts). What things
//! with a name of their own have in common is in `named`.

pub mod channels;
pub mod companies;
pub mod fields;
pub mod groups;
mod named;
pub mod tags;
