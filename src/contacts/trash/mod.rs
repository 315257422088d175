//! The trash: where contacts go that are deleted, until they are restored or erased.

mod store;

pub(super) use store::put;
