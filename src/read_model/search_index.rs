//! The waiting list of the search index: new entries are appended to it and sorted into the index later.

use crate::{
    database::{Database, TenantTransaction},
    error::Result,
};

/// Lets more new entries of this transaction wait before they are sorted in, which is cheaper for each when they are many.
/// Searches have to read through what waits, so whoever does this calls [`sort_entries_in`] afterwards.
pub(crate) async fn gather_entries(tx: &mut TenantTransaction) -> Result<()> {
    sqlx::query!("set local gin_pending_list_limit = '8MB'").execute(tx.on()).await?;
    Ok(())
}

/// Sorts in what waits, so that searches need not read through it. Where it cannot be done, writers and vacuum do it sooner
/// or later.
pub(crate) async fn sort_entries_in(database: &Database) {
    let sorted = sqlx::query!("select gin_clean_pending_list('contact_search_grams'::regclass)")
        .fetch_one(database.on())
        .await;
    if let Err(error) = sorted {
        tracing::debug!(%error, "entries of the search index still wait to be sorted in");
    }
}
