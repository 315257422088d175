//! Runs the statements of a listing.

use std::borrow::Cow;

use serde::Deserialize;
use sqlx::{Row, ValueRef, postgres::PgRow, types::Json};
use uuid::Uuid;

use super::{
    Count, Key, Sort, SortKey,
    filter::ContactFilter,
    position::Position,
    statement::{self, Among, COUNTED_AT_MOST},
};
use crate::{
    database::{Database, TenantTransaction},
    domain::TenantId,
    error::Result,
    read_model::{Listing, StoredDocument, Total},
    state::AppState,
};

/// A page, and the total of what it is a page of, if that was wanted.
#[derive(Debug)]
pub(crate) struct Found {
    pub total: Option<i64>,
    /// What the last contact is sorted by, and its id, if another page follows.
    pub goes_on_after: Option<(Key, Uuid)>,
    rows: Vec<PgRow>,
}

/// The columns of a listing's statement, in their order.
mod column {
    pub(super) const TOTAL: usize = 0;
    pub(super) const ID: usize = 1;
    pub(super) const KEY: usize = 2;
    pub(super) const DOCUMENT: usize = 3;
    pub(super) const VERSION: usize = 4;
    pub(super) const CHANGES: usize = 5;
    pub(super) const STAMP: usize = 6;
}

/// A page of the contacts that pass a filter. One round trip, but for an estimated total and for several conditions.
pub(crate) async fn find(
    state: &AppState,
    tenant: TenantId,
    filter: &ContactFilter,
    sort: Sort,
    position: &Position,
    count: Count,
) -> Result<Found> {
    let database = &state.database;
    if filter.is_empty() {
        let rows = statement::page_of_all(tenant, sort, position).build().fetch_all(database.on()).await?;
        if rows.is_empty() {
            return Err(database.has_lost(tenant));
        }
        let mut found = Found::read(rows, sort, position)?;
        found.total = found.total.filter(|_| count != Count::None);
        return Ok(found);
    }
    let is_worth_it = count == Count::Exact && statement::walks(filter);
    let listing = is_worth_it.then(|| Listing::new(tenant, filter));
    let known = listing.and_then(|listing| state.totals.get(&listing));
    let mut sql = statement::page(tenant, filter, sort, position, count, known);
    let rows = if filter.combines() {
        // Which of several conditions is the rare one is in the statistics, so such a statement is replanned.
        let mut tx = database.begin(tenant).await?;
        tx.replan().await?;
        let rows = sql.build().fetch_all(tx.on()).await?;
        tx.commit().await?;
        rows
    } else {
        sql.build().fetch_all(database.on()).await?
    };
    // An empty page is a row too.
    let Some(first) = rows.first() else { return Err(database.has_lost(tenant)) };
    let (changes, stamp) = (first.try_get(column::CHANGES)?, first.try_get(column::STAMP)?);
    let mut found = Found::read(rows, sort, position)?;
    if count == Count::Estimated {
        found.total = Some(estimate(database, tenant, filter).await?);
    } else if let (Some(listing), Some(total)) = (listing, found.total) {
        let counted = Total { changes, stamp, total };
        if known != Some(counted) {
            state.totals.remember(listing, counted);
        }
    }
    Ok(found)
}

/// Counted up to [`COUNTED_AT_MOST`], above it what the planner expects.
async fn estimate(database: &Database, tenant: TenantId, filter: &ContactFilter) -> Result<i64> {
    #[derive(Deserialize)]
    struct Explained {
        #[serde(rename = "Plan")]
        plan: Plan,
    }
    #[derive(Deserialize)]
    struct Plan {
        #[serde(rename = "Plan Rows")]
        rows: i64,
    }
    let counted: i64 = statement::count_at_most(tenant, filter, COUNTED_AT_MOST + 1)
        .build_query_scalar()
        .fetch_one(database.on())
        .await?;
    if counted <= COUNTED_AT_MOST {
        return Ok(counted);
    }
    let Json(plans): Json<Vec<Explained>> =
        statement::estimate(tenant, filter).build_query_scalar().fetch_one(database.on()).await?;
    Ok(plans.first().map_or(counted, |explained| explained.plan.rows.max(counted)))
}

/// The ids of the contacts that pass a filter, in order.
pub(crate) async fn ids(
    tx: &mut TenantTransaction,
    filter: &ContactFilter,
    among: Among<'_>,
    limit: usize,
) -> Result<Vec<Uuid>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut sql = statement::ids(tx.tenant(), filter, among, limit);
    tx.replan().await?;
    let ids = sql.build_query_scalar().fetch_all(tx.on()).await?;
    tx.plan_as_before().await?;
    Ok(ids)
}

/// How many contacts pass a filter.
pub(crate) async fn count(
    tx: &mut TenantTransaction,
    filter: &ContactFilter,
    among: Among<'_>,
) -> Result<i64> {
    tx.replan().await?;
    let count = statement::count(tx.tenant(), filter, among).build_query_scalar().fetch_one(tx.on()).await?;
    tx.plan_as_before().await?;
    Ok(count)
}

impl Found {
    fn read(mut rows: Vec<PgRow>, sort: Sort, position: &Position) -> Result<Self, sqlx::Error> {
        let total = rows.first().map_or(Ok(None), |row| row.try_get(column::TOTAL))?;
        // An empty page is one row without a contact.
        rows.retain(|row| row.try_get_raw(column::ID).is_ok_and(|id| !id.is_null()));
        let goes_on = position.goes_on(rows.len(), total);
        rows.truncate(usize::try_from(position.page.limit()).unwrap_or(usize::MAX));
        let goes_on_after = match rows.last().filter(|_| goes_on) {
            Some(row) => {
                let key = match sort.key {
                    SortKey::CreatedAt | SortKey::UpdatedAt => Key::Time(row.try_get(column::KEY)?),
                    SortKey::Name => Key::Text(row.try_get(column::KEY)?),
                };
                Some((key, row.try_get(column::ID)?))
            }
            None => None,
        };
        Ok(Self { total, goes_on_after, rows })
    }

    /// The page's contacts. The documents are read where they were received, not copied.
    pub(crate) fn documents(&self) -> Result<Vec<StoredDocument<'_>>, sqlx::Error> {
        self.rows
            .iter()
            .map(|row| {
                Ok(StoredDocument {
                    id: row.try_get(column::ID)?,
                    document: Cow::Borrowed(row.try_get(column::DOCUMENT)?),
                    document_version: row.try_get(column::VERSION)?,
                })
            })
            .collect()
    }
}
