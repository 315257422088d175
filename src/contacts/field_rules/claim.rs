//! Takes the values of a field that becomes unique.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{MAX_OFFENDERS, offender};
use crate::{
    catalogue::fields::Field,
    contacts::record::unique,
    database::TenantTransaction,
    domain::{FieldValue, Region, index_key},
    error::{Detail, Error, Result},
};

/// How many contacts are gone through at a time.
const BATCH: i64 = 2_000;

/// When claims are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Before the change is counted: contacts are locked against changes, and their writers waited for.
    First,
    /// Behind it: of those that came to have a value meanwhile. Whoever has one of them locked waits for this
    /// transaction, so it cannot be waited for.
    Last,
}

/// Gives up all unique values of a field.
pub(crate) async fn give_up(tx: &mut TenantTransaction, field_id: Uuid) -> Result<()> {
    sqlx::query!(
        "delete from unique_values where tenant_id = $1 and field_id = $2",
        tx.tenant().uuid(),
        field_id
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Takes the values that contacts have of a field, as far as they are not taken for them yet. Says which contacts share
/// one, the first 20 that are found; the transaction is then to be rolled back.
///
/// # Errors
/// [`Error::Overtaken`] where the last pass meets a contact that is locked, and those of the database.
pub(crate) async fn claim(
    tx: &mut TenantTransaction,
    field: &Field,
    region: Option<Region>,
    pass: Pass,
) -> Result<Vec<Detail>> {
    let mut sharing: Vec<Uuid> = Vec::new();
    let mut after = Uuid::nil();
    while sharing.len() < MAX_OFFENDERS {
        let ids = next(tx, after, pass).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let held = held(tx, field.id, &ids).await?;
        let mut missing = keys(tx, field, &ids, region).await?;
        missing.retain(|claim| !held.contains(claim));
        if missing.is_empty() {
            continue;
        }
        if pass == Pass::Last {
            lock_at_once(tx, &missing).await?;
        }
        for id in insert(tx, field.id, &missing).await? {
            if sharing.len() < MAX_OFFENDERS && !sharing.contains(&id) {
                sharing.push(id);
            }
        }
    }
    let message = "this contact has a value that another one has, too";
    Ok(sharing.into_iter().map(|id| offender("is_unique", "taken", message, id)).collect())
}

/// The next contacts by id.
async fn next(tx: &mut TenantTransaction, after: Uuid, pass: Pass) -> Result<Vec<Uuid>> {
    let tenant = tx.tenant().uuid();
    let ids =
        match pass {
            Pass::First => sqlx::query_scalar!(
                "select id from contacts where tenant_id = $1 and id > $2 order by id limit $3 for key share",
                tenant,
                after,
                BATCH
            )
            .fetch_all(tx.on())
            .await?,
            Pass::Last => {
                sqlx::query_scalar!(
                    "select id from contacts where tenant_id = $1 and id > $2 order by id limit $3",
                    tenant,
                    after,
                    BATCH
                )
                .fetch_all(tx.on())
                .await?
            }
        };
    Ok(ids)
}

/// Locks the contacts of claims against changes, without waiting.
async fn lock_at_once(tx: &mut TenantTransaction, claims: &[(Uuid, String)]) -> Result<()> {
    let ids: HashSet<Uuid> = claims.iter().map(|(id, _)| *id).collect();
    let wanted: Vec<Uuid> = ids.into_iter().collect();
    let locked = sqlx::query_scalar!(
        "select id from contacts where tenant_id = $1 and id = any($2) for key share skip locked",
        tx.tenant().uuid(),
        &wanted
    )
    .fetch_all(tx.on())
    .await?;
    if locked.len() == wanted.len() { Ok(()) } else { Err(Error::Overtaken) }
}

/// What contacts have claimed of a field.
async fn held(tx: &mut TenantTransaction, field_id: Uuid, ids: &[Uuid]) -> Result<HashSet<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select contact_id, value_key from unique_values
         where tenant_id = $1 and contact_id = any($2) and field_id = $3",
        tx.tenant().uuid(),
        ids,
        field_id
    )
    .fetch_all(tx.on())
    .await?;
    Ok(rows.into_iter().map(|row| (row.contact_id, row.value_key)).collect())
}

/// The keys of what contacts have of a field, in the order of their ids, each once: those of
/// [`unique::claims`].
async fn keys(
    tx: &mut TenantTransaction,
    field: &Field,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Vec<(Uuid, String)>> {
    let mut keys = if field.is_default {
        default_keys(tx, &field.system_name, ids).await?
    } else {
        custom_keys(tx, field, ids, region).await?
    };
    let mut seen = HashSet::new();
    keys.retain(|claim| seen.insert(claim.clone()));
    Ok(keys)
}

async fn default_keys(
    tx: &mut TenantTransaction,
    system_name: &str,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, String)>> {
    let tenant = tx.tenant().uuid();
    let keys = match system_name {
        "email" => sqlx::query!(
            "select contact_id, email_key from contact_emails where tenant_id = $1 and contact_id = any($2)
             order by contact_id, position",
            tenant,
            ids
        )
        .fetch_all(tx.on())
        .await?
        .into_iter()
        .map(|row| (row.contact_id, index_key(row.email_key)))
        .collect(),
        "phone" => sqlx::query!(
            "select contact_id, phone_key from contact_phones where tenant_id = $1 and contact_id = any($2)
             order by contact_id, position",
            tenant,
            ids
        )
        .fetch_all(tx.on())
        .await?
        .into_iter()
        .map(|row| (row.contact_id, index_key(row.phone_key)))
        .collect(),
        _ => sqlx::query!(
            "select id, case $3::text
                when 'username' then username when 'name' then name when 'address' then address
                when 'notes' then notes when 'avatar_url' then avatar_url end as value
             from contacts where tenant_id = $1 and id = any($2) order by id",
            tenant,
            ids,
            system_name
        )
        .fetch_all(tx.on())
        .await?
        .into_iter()
        .filter_map(|row| Some((row.id, unique::text_key(&row.value?))))
        .collect(),
    };
    Ok(keys)
}

async fn custom_keys(
    tx: &mut TenantTransaction,
    field: &Field,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Vec<(Uuid, String)>> {
    // In the order of the options, as a value that is written has them. Those that are being renamed count as renamed.
    let rows = sqlx::query!(
        r#"select v.contact_id, coalesce(o.renamed_to, v.value) as "value!"
           from field_values v
           left join field_options o on o.tenant_id = $1 and o.field_id = $2 and o.value = v.value
           where v.tenant_id = $1 and v.field_id = $2 and v.contact_id = any($3)
           order by v.contact_id, o.position, v.position"#,
        tx.tenant().uuid(),
        field.id,
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
    let key = |value| FieldValue::from_stored(field.field_type, value).unique_key(region);
    Ok(values.into_iter().map(|(id, value)| (id, key(value))).collect())
}

/// Makes claims; returns the contacts that share a value with another one, and those others.
async fn insert(tx: &mut TenantTransaction, field_id: Uuid, claims: &[(Uuid, String)]) -> Result<Vec<Uuid>> {
    let tenant = tx.tenant().uuid();
    let contact_ids: Vec<Uuid> = claims.iter().map(|(id, _)| *id).collect();
    let keys: Vec<&str> = claims.iter().map(|(_, key)| key.as_str()).collect();
    let inserted = sqlx::query_scalar!(
        r#"with new_claims as (
             insert into unique_values (tenant_id, contact_id, field_id, value_key)
             select $1, n.contact_id, $2, n.value_key from unnest($3::uuid[], $4::text[]) as n (contact_id, value_key)
             order by n.value_key
             on conflict (tenant_id, field_id, value_key) do nothing
             returning 1)
           select count(*) as "inserted!" from new_claims"#,
        tenant,
        field_id,
        &contact_ids,
        &keys as &[&str]
    )
    .fetch_one(tx.on())
    .await?;
    if usize::try_from(inserted).is_ok_and(|inserted| inserted == claims.len()) {
        return Ok(Vec::new());
    }
    let holders = sqlx::query!(
        "select value_key, contact_id from unique_values
         where tenant_id = $1 and field_id = $2 and value_key = any($3)",
        tenant,
        field_id,
        &keys as &[&str]
    )
    .fetch_all(tx.on())
    .await?;
    let holders: HashMap<&str, Uuid> =
        holders.iter().map(|row| (row.value_key.as_str(), row.contact_id)).collect();
    let mut sharing = Vec::new();
    for (id, key) in claims {
        match holders.get(key.as_str()) {
            Some(holder) if holder != id => sharing.extend([*holder, *id]),
            Some(_) => {}
            // Whoever had it has given it up since.
            None => return Err(Error::Overtaken),
        }
    }
    Ok(sharing)
}
