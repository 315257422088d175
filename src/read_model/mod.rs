//! What makes reads cheap, below those who ask: a contact's finished document, contacts that are asked for at once and read
//! together, totals that are remembered while they hold. What is in a document and what a filter means is not known here.

pub(crate) mod documents;
pub(crate) mod search_index;
mod together;
mod totals;

pub(crate) use documents::StoredDocument;
pub use together::Documents;
pub use totals::{Total, Totals};

pub(crate) use totals::Listing;
