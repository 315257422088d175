//! The log of changes, as it is read and kept. [`crate::database::Entry`] is how it is written.

mod retention;

pub(crate) use retention::{Reader, forget};
