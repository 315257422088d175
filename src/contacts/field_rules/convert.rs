//! Makes the values of a field values of another type.

use uuid::Uuid;

use super::{MAX_OFFENDERS, offender};
use crate::{
    catalogue::fields::Field,
    contacts::{follow::Propagation, record::store},
    database::TenantTransaction,
    domain::{FieldType, FieldValue, Region},
    error::{Detail, Result},
};

/// How many contacts are gone through at a time.
const BATCH: i64 = 500;

/// What became of the values.
#[derive(Debug, Default)]
pub(crate) struct Converted {
    /// How many contacts have one.
    pub contacts: i64,
    /// Those whose value is none of the new type, the first 20 by id; the transaction is then to be rolled back.
    pub offenders: Vec<Detail>,
}

/// Makes the values that were of type `from` values of the field as it is now: rows, keys and documents. Their contacts
/// stay locked.
pub(crate) async fn convert(
    tx: &mut TenantTransaction,
    field: &Field,
    from: FieldType,
    region: Option<Region>,
) -> Result<Converted> {
    let options: Vec<String> = field.options.iter().map(|option| option.value.clone()).collect();
    let mut converted = Converted::default();
    let mut after = Uuid::nil();
    while converted.offenders.len() < MAX_OFFENDERS {
        let ids = next(tx, field.id, after).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        store::lock(tx, &ids).await?;
        let mut rows = Rows::default();
        for (contact_id, stored) in values(tx, field.id, &ids).await? {
            converted.contacts += 1;
            match FieldValue::from_stored(from, stored).convert(field.field_type, &options, region) {
                Ok(value) => rows.add(contact_id, &value, region),
                Err(invalid) => {
                    let message = format!("the value of this contact {}", invalid.message);
                    converted.offenders.push(offender("type", invalid.code, message, contact_id));
                }
            }
        }
        if converted.offenders.is_empty() {
            rows.replace(tx, field.id, &ids).await?;
            Propagation::FieldChanged { id: field.id }.apply(tx, &ids, region).await?;
        }
    }
    converted.offenders.truncate(MAX_OFFENDERS);
    Ok(converted)
}

/// How many contacts have a value of a field.
pub(crate) async fn count_with_value(tx: &mut TenantTransaction, field_id: Uuid) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(distinct contact_id) as "count!" from field_values where tenant_id = $1 and field_id = $2"#,
        tx.tenant().uuid(),
        field_id
    )
    .fetch_one(tx.on())
    .await?;
    Ok(count)
}

/// The next contacts by id that have a value.
async fn next(tx: &mut TenantTransaction, field_id: Uuid, after: Uuid) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select distinct contact_id from field_values
         where tenant_id = $1 and field_id = $2 and contact_id > $3 order by contact_id limit $4",
        tx.tenant().uuid(),
        field_id,
        after,
        BATCH
    )
    .fetch_all(tx.on())
    .await?;
    Ok(ids)
}

/// The stored texts of each contact that has any.
async fn values(
    tx: &mut TenantTransaction,
    field_id: Uuid,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Vec<String>)>> {
    let rows = sqlx::query!(
        "select contact_id, value from field_values
         where tenant_id = $1 and field_id = $2 and contact_id = any($3) order by contact_id, position",
        tx.tenant().uuid(),
        field_id,
        ids
    )
    .fetch_all(tx.on())
    .await?;
    let mut values: Vec<(Uuid, Vec<String>)> = Vec::new();
    for row in rows {
        match values.last_mut() {
            Some((id, value)) if *id == row.contact_id => value.push(row.value),
            _ => values.push((row.contact_id, vec![row.value])),
        }
    }
    Ok(values)
}

/// Rows of values, as the arrays that `unnest` takes.
#[derive(Debug, Default)]
struct Rows {
    contact_ids: Vec<Uuid>,
    positions: Vec<i16>,
    values: Vec<String>,
    keys: Vec<String>,
}

impl Rows {
    fn add(&mut self, contact_id: Uuid, value: &FieldValue, region: Option<Region>) {
        for ((position, text), key) in (0..).zip(value.stored()).zip(value.row_keys(region)) {
            self.contact_ids.push(contact_id);
            self.positions.push(position);
            self.values.push(text.clone());
            self.keys.push(key);
        }
    }

    /// Puts them in the place of what contacts have.
    async fn replace(self, tx: &mut TenantTransaction, field_id: Uuid, ids: &[Uuid]) -> Result<()> {
        let tenant = tx.tenant().uuid();
        sqlx::query!(
            "delete from field_values where tenant_id = $1 and field_id = $2 and contact_id = any($3)",
            tenant,
            field_id,
            ids
        )
        .execute(tx.on())
        .await?;
        sqlx::query!(
            "insert into field_values (tenant_id, contact_id, field_id, position, value, value_key)
             select $1, n.contact_id, $2, n.position, n.value, n.value_key
             from unnest($3::uuid[], $4::smallint[], $5::text[], $6::text[])
                 as n (contact_id, position, value, value_key)",
            tenant,
            field_id,
            &self.contact_ids,
            &self.positions,
            &self.values,
            &self.keys
        )
        .execute(tx.on())
        .await?;
        Ok(())
    }
}
