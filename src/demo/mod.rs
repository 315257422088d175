//! Demo data: tenants full of contacts that look like people's, in several languages and scripts, for trying out and
//! for measuring. The same numbers give the same contacts, whatever the machine.
//!
//! `generate` makes up a contact from the seed and its number; `rows` turns it into rows of all tables; `load`
//! streams them into the database, where `detach` has taken the indexes out of the way.

mod catalogue;
mod catalogue_rows;
mod detach;
mod generate;
mod load;
mod names;
mod person;
mod produce;
mod random;
mod rows;
#[cfg(test)]
mod tests;
mod time;
mod words;

pub use load::load;

use crate::domain::{Region, TenantSlug};

/// What is to be made.
#[derive(Debug)]
pub struct Plan {
    /// The tenants, which are created where they do not exist.
    pub slugs: Vec<TenantSlug>,
    /// How many contacts each of them gets.
    pub contacts: u64,
    /// What all that is random follows from.
    pub seed: u64,
    /// The country of phone numbers without an international prefix.
    pub region: Option<Region>,
}

/// How far it is.
#[derive(Debug)]
pub enum Event<'a> {
    /// So many contacts, of all tenants, were sent to the database.
    Contacts(u64),
    /// What is done now.
    Step(&'a str),
}

/// Who is told.
type Report<'a> = &'a mut (dyn FnMut(Event<'_>) + Send);
