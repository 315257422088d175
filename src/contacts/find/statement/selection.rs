//! The SQL that selects contacts to do something with them: their ids, in order, and how many they are.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::{ContactFilter, Sort, SortKey, Statement};
use crate::domain::TenantId;

/// Has `contacts` joined: whatever is sorted by what only that table has.
const WITH_CONTACTS: Option<Sort> = Some(Sort { key: SortKey::UpdatedAt, is_descending: false });

/// Which contacts, of those that pass a filter.
#[derive(Debug, Clone, Copy)]
pub enum Among<'a> {
    /// Those that were created by then and have greater ids.
    CreatedUntil(DateTime<Utc>, Uuid),
    /// Those that have one of these ids.
    Ids(&'a [Uuid]),
}

/// The ids of the contacts that pass a filter, in order.
#[must_use]
pub fn ids(tenant: TenantId, filter: &ContactFilter, among: Among<'_>, limit: i64) -> QueryBuilder<Postgres> {
    let mut statement = Statement::new(tenant, filter);
    statement.push("select c.id");
    statement.push_selection(among);
    statement.push(" order by c.id limit ").bind(limit);
    statement.sql
}

/// How many contacts pass a filter.
#[must_use]
pub fn count(tenant: TenantId, filter: &ContactFilter, among: Among<'_>) -> QueryBuilder<Postgres> {
    let mut statement = Statement::new(tenant, filter);
    statement.push("select count(*)");
    statement.push_selection(among);
    statement.sql
}

impl Statement<'_> {
    fn push_selection(&mut self, among: Among<'_>) {
        self.push_matching(self.base(), WITH_CONTACTS);
        match among {
            Among::CreatedUntil(moment, after) => {
                self.push(" and c.created_at <= ").bind(moment);
                self.push(" and c.id > ").bind(after);
            }
            Among::Ids(ids) => {
                self.push(" and c.id = any(").bind(ids.to_vec());
                self.push(")");
            }
        }
    }
}
