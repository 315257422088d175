//! The catalogue of tags: creating, listing, reading, changing, deleting and merging them. What that does to many
//! contacts is in `catalogue_changes`.

mod changes;
mod crud;

const TAGS: &str = "/api/v1/tags";

/// An id that nothing has.
const NOBODY: &str = "0198c0de-0000-7000-8000-000000000000";

fn path(tag: &serde_json::Value) -> String {
    format!("{TAGS}/{}", crate::support::factory::id(tag))
}
