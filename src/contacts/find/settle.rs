//! Filters that are asked again and again for a while, as a job does: what they name is found by then, whatever it is called.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::filter::{CatalogueRef, Condition, ContactFilter};
use crate::{
    catalogue::fields::{self, Step},
    database::TenantTransaction,
    domain::{FieldValue, Region, option_key},
    error::Result,
};

/// What is in the catalogue, as far as filters name it.
struct Kind {
    table: &'static str,
    /// The column of what it is named by.
    key: &'static str,
    /// Whether it may be deleted while contacts have it.
    retires: bool,
    /// Whether it may be merged.
    merges: bool,
}

const TAG: Kind = Kind { table: "tags", key: "name_key", retires: true, merges: true };
const COMPANY: Kind = Kind { table: "companies", key: "name_key", retires: true, merges: true };
const GROUP: Kind = Kind { table: "groups", key: "value_key", retires: true, merges: false };
const CHANNEL: Kind = Kind { table: "channels", key: "name_key", retires: false, merges: false };

impl Condition {
    /// What of the catalogue it names.
    fn reference(&mut self) -> Option<(&'static Kind, &mut CatalogueRef)> {
        match self {
            Self::Tag(reference) => Some((&TAG, reference)),
            Self::Company(reference) => Some((&COMPANY, reference)),
            Self::Group(reference) => Some((&GROUP, reference)),
            Self::Channel(reference) => Some((&CHANNEL, reference)),
            _ => None,
        }
    }
}

impl ContactFilter {
    /// Puts ids in the place of names. A name that nothing has stays: no contact passes.
    pub(in crate::contacts) async fn settle(&mut self, tx: &mut TenantTransaction) -> Result<()> {
        for condition in &mut self.conditions {
            if let Some((kind, reference)) = condition.reference()
                && let CatalogueRef::Key(key) = &*reference
                && let Some(id) = kind.named(tx, key).await?
            {
                *reference = CatalogueRef::Id(id);
            }
        }
        Ok(())
    }

    /// What a filter that was [settled](Self::settle) asks for by now: of what was merged, what stands for it and all that
    /// this stands for, since contacts may have still to follow; of what was deleted, nothing; of a value, what it became.
    pub(in crate::contacts) async fn current(
        &self,
        tx: &mut TenantTransaction,
        region: Option<Region>,
    ) -> Result<Self> {
        tx.see_catalogue().await?;
        let mut current = self.clone();
        for condition in &mut current.conditions {
            if let Condition::CustomValue { field_id, key, step } = condition {
                let (field_id, step) = (*field_id, usize::try_from(*step).unwrap_or_default());
                let keys = keys_by_now(tx, field_id, key, step, region).await?;
                *condition = Condition::AnyValue { field_id, keys };
            } else if let Some((kind, reference)) = condition.reference()
                && let CatalogueRef::Id(id) = *reference
            {
                let ids = kind.standing(tx, id).await?;
                if ids != [id] {
                    *reference = CatalogueRef::Any(ids);
                }
            }
        }
        Ok(current)
    }
}

impl Kind {
    async fn named(&self, tx: &mut TenantTransaction, key: &str) -> Result<Option<Uuid>> {
        let sql = format!("select id from {} where tenant_id = $1 and {} = $2", self.table, self.key);
        let found = sqlx::query_scalar(AssertSqlSafe(sql)).bind(tx.tenant().uuid()).bind(key);
        Ok(found.fetch_optional(tx.on()).await?)
    }

    /// The ids under which contacts have what this one is by now.
    async fn standing(&self, tx: &mut TenantTransaction, id: Uuid) -> Result<Vec<Uuid>> {
        let Self { table, .. } = self;
        let sql = match (self.retires, self.merges) {
            (false, _) => return Ok(vec![id]),
            (true, false) => {
                format!("select id from {table} where tenant_id = $1 and id = $2 and retired_at is null")
            }
            (true, true) => format!(
                "select o.id from {table} l
                 join {table} t on t.tenant_id = $1 and t.id = coalesce(l.merged_into, l.id) and t.retired_at is null
                 join {table} o on o.tenant_id = $1 and (o.id = t.id or o.merged_into = t.id)
                 where l.tenant_id = $1 and l.id = $2"
            ),
        };
        let found = sqlx::query_scalar(AssertSqlSafe(sql)).bind(tx.tenant().uuid()).bind(id);
        Ok(found.fetch_all(tx.on()).await?)
    }
}

/// The keys of a value that was asked for when its field had so many steps behind it: what it became, and what it is
/// called where contacts have still to follow.
async fn keys_by_now(
    tx: &mut TenantTransaction,
    field_id: Uuid,
    key: &str,
    step: usize,
    region: Option<Region>,
) -> Result<Vec<String>> {
    let (steps, followed) = fields::steps(tx, field_id).await?;
    let mut key = key.to_owned();
    for step in steps.iter().skip(step) {
        match step {
            Step::Renamed(renames) => {
                if let Some(rename) = renames.iter().find(|rename| option_key(&rename.from) == key) {
                    key = option_key(&rename.into);
                }
            }
            Step::Converted { into, .. } => match FieldValue::parse_to_find(*into, &key, region) {
                Ok(Some(converted)) => key = converted,
                // No value can have become what this one would be.
                Ok(None) | Err(_) => return Ok(Vec::new()),
            },
        }
    }
    let former = followed.into_iter().filter(|rename| option_key(&rename.into) == key);
    let mut keys: Vec<String> = former.map(|rename| option_key(&rename.from)).collect();
    keys.push(key);
    Ok(keys)
}
