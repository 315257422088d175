//! The catalogue of companies: creating, listing, reading, changing, deleting and merging them, and their contacts. What
//! that does to many contacts is in `catalogue_changes`.

mod changes;
mod crud;

const COMPANIES: &str = "/api/v1/companies";

/// An id that nothing has.
const NOBODY: &str = "0198c0de-0000-7000-8000-000000000000";

fn path(company: &serde_json::Value) -> String {
    format!("{COMPANIES}/{}", crate::support::factory::id(company))
}
