//! What the things of the catalogue that have a name of their own have in common, written once over their tables.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgExecutor};
use uuid::Uuid;

use crate::{
    database::{Database, Entry, Kind, TenantTransaction, action},
    domain::{TenantId, retired_key},
    error::{Detail, Error, Result},
};

/// A kind of thing of which no two have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    /// Its table. Those of tags and companies have the columns that the functions below name.
    pub table: &'static str,
    /// What the log of changes calls it.
    pub kind: Kind,
    /// What one of them is called.
    pub noun: &'static str,
    /// The field of the API that is its own.
    pub field: &'static str,
    /// When two of them are the same.
    pub is_unique: &'static str,
}

const WITHOUT_CASE: &str = "is unique without regard to case";

pub(super) const TAGS: Named =
    Named { table: "tags", kind: Kind::Tag, noun: "tag", field: "name", is_unique: WITHOUT_CASE };
pub(super) const COMPANIES: Named = Named {
    table: "companies",
    kind: Kind::Company,
    noun: "company",
    field: "name",
    is_unique: WITHOUT_CASE,
};
pub(super) const CHANNELS: Named =
    Named { table: "channels", kind: Kind::Channel, noun: "channel", field: "name", is_unique: WITHOUT_CASE };
pub(super) const GROUPS: Named =
    Named { table: "groups", kind: Kind::Group, noun: "group", field: "value", is_unique: "is unique" };

impl Named {
    /// The conflict with `holder`, which has the name.
    pub(super) fn taken(&self, holder: Uuid) -> Error {
        let Self { noun, field, is_unique, .. } = self;
        Error::Conflict {
            message: format!("there is a {noun} of this {field} already"),
            details: vec![Detail {
                conflicting_id: Some(holder),
                ..Detail::new(*field, "taken", format!("{is_unique}, and another {noun} has it"))
            }],
        }
    }

    /// Why one of this name was not inserted: somebody has the name, or had it a moment ago.
    pub(super) async fn not_inserted(&self, tx: &mut TenantTransaction, key: &str) -> Result<Error> {
        Ok(self.holder(tx, key).await?.map_or(Error::Overtaken, |holder| self.taken(holder)))
    }

    /// The name that `key` is of is free for `id`.
    ///
    /// # Errors
    /// [`Error::Conflict`] where another one has it.
    pub(super) async fn check_free(&self, tx: &mut TenantTransaction, key: &str, id: Uuid) -> Result<()> {
        let holder = self.holder(tx, key).await?;
        holder.filter(|holder| *holder != id).map_or(Ok(()), |holder| Err(self.taken(holder)))
    }

    async fn holder(&self, tx: &mut TenantTransaction, key: &str) -> Result<Option<Uuid>> {
        let sql = format!("select id from {} where tenant_id = $1 and name_key = $2", self.table);
        let holder = sqlx::query_scalar(AssertSqlSafe(sql)).bind(tx.tenant().uuid()).bind(key);
        Ok(holder.fetch_optional(tx.on()).await?)
    }

    /// Whether there is one of this id.
    pub(super) async fn exists(
        &self,
        executor: impl PgExecutor<'_>,
        tenant: TenantId,
        id: Uuid,
    ) -> Result<bool> {
        let sql =
            format!("select id from {} where tenant_id = $1 and id = $2 and retired_at is null", self.table);
        let found = sqlx::query_scalar::<_, Uuid>(AssertSqlSafe(sql)).bind(tenant.uuid()).bind(id);
        Ok(found.fetch_optional(executor).await?.is_some())
    }

    /// How many there are.
    pub(super) async fn count(&self, database: &Database, tenant: TenantId) -> Result<i64> {
        let sql = format!("select count(*) from {} where tenant_id = $1 and retired_at is null", self.table);
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).bind(tenant.uuid()).fetch_one(database.on()).await?)
    }

    /// The ids and names of all, by name.
    pub(super) async fn names(&self, database: &Database, tenant: TenantId) -> Result<Vec<(Uuid, String)>> {
        let sql = format!(
            "select id, name from {} where tenant_id = $1 and retired_at is null order by name_key",
            self.table
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(tenant.uuid()).fetch_all(database.on()).await?)
    }

    /// Which one stands for each of `ids` that was merged.
    pub(super) async fn merged(
        &self,
        executor: impl PgExecutor<'_>,
        tenant: TenantId,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, Uuid)>> {
        let sql = format!(
            "select id, merged_into from {} where tenant_id = $1 and id = any($2) and merged_into is not null",
            self.table
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(tenant.uuid()).bind(ids).fetch_all(executor).await?)
    }

    /// Takes one out of sight; `into` stands for it, if anything does, and for those that it stood for. Its name is free.
    pub(super) async fn retire(
        &self,
        tx: &mut TenantTransaction,
        id: Uuid,
        into: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (table, tenant) = (self.table, tx.tenant().uuid());
        let sql = format!(
            "update {table} set retired_at = $4, updated_at = $4, merged_into = $3, name_key = $5
             where tenant_id = $1 and id = $2"
        );
        let retire = sqlx::query(AssertSqlSafe(sql)).bind(tenant).bind(id).bind(into).bind(now);
        retire.bind(retired_key(id)).execute(tx.on()).await?;
        if into.is_some() {
            let sql =
                format!("update {table} set merged_into = $3 where tenant_id = $1 and merged_into = $2");
            sqlx::query(AssertSqlSafe(sql)).bind(tenant).bind(id).bind(into).execute(tx.on()).await?;
        }
        tx.note(Entry::new(self.kind, action::DELETED, id));
        Ok(())
    }
}
