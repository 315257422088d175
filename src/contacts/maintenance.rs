//! What is derived from the tables and stored: whether it is right, and making it right. The rows of phones,
//! emails, tags and so on are the truth; documents, search texts, keys, unique values and the total follow.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    batch::{self, Batch, Lists},
    document,
    input::ContactInput,
    load::{self, LoadedContact},
    references::{FieldDefinition, References},
    unique::{self, Claim},
};
use crate::{
    database::{Counted, Database, TenantTransaction},
    domain::{Email, Phone, Region},
    error::{Error, Result},
    tenants::TenantId,
};

/// How many contacts are looked at in one transaction.
const BATCH: i64 = 500;

/// Something stored that is not what follows from the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Of a contact: its id, and what differs.
    Contact(Uuid, Vec<&'static str>),
    /// The tenant's total: what the counter has, and how many contacts there are.
    Total {
        /// In the counter.
        stored: i64,
        /// Counted.
        counted: i64,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Contact(id, parts) => write!(formatter, "contact {id}: {} differ", parts.join(", ")),
            Self::Total { stored, counted } => {
                write!(formatter, "the counter says {stored} contacts, there are {counted}")
            }
        }
    }
}

/// Hands every difference of a tenant to `report`. Each batch is read in one snapshot, so that writers may go
/// on meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn verify(
    database: &Database,
    tenant: TenantId,
    region: Option<Region>,
    mut report: impl FnMut(Difference),
) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let mut tx = database.begin(tenant).await?;
        sqlx::query!("set transaction isolation level repeatable read, read only").execute(tx.on()).await?;
        let ids = next_ids(&mut tx, after).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for (loaded, parts, _) in compare(&mut tx, &ids, region).await? {
            if !parts.is_empty() {
                report(Difference::Contact(loaded.contact.id, parts));
            }
        }
        tx.commit().await?;
    }
    let total = sqlx::query!(
        r#"select t.contacts as stored,
               (select count(*) from contacts c where c.tenant_id = $1) as "counted!"
           from tenant_counters t where t.tenant_id = $1"#,
        tenant.uuid()
    )
    .fetch_optional(database.on())
    .await?;
    match total {
        Some(total) if total.stored == total.counted => {}
        Some(total) => report(Difference::Total { stored: total.stored, counted: total.counted }),
        None => report(Difference::Total { stored: 0, counted: 0 }),
    }
    Ok(())
}

/// Makes everything derived of a tenant right again, and hands what was not to `report`. Each batch is locked
/// while it is rebuilt.
///
/// # Errors
/// Those of the database, and [`Error::Conflict`] where two contacts have a value that must be unique.
pub async fn reindex(
    database: &Database,
    tenant: TenantId,
    region: Option<Region>,
    mut report: impl FnMut(Difference),
) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let mut tx = database.begin(tenant).await?;
        let ids = next_ids(&mut tx, after).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        sqlx::query!(
            "select id from contacts where tenant_id = $1 and id = any($2) order by id for update",
            tenant.uuid(),
            &ids
        )
        .fetch_all(tx.on())
        .await?;
        let wrong: Vec<_> = compare(&mut tx, &ids, region)
            .await?
            .into_iter()
            .filter(|(_, parts, _)| !parts.is_empty())
            .collect();
        if wrong.is_empty() {
            continue;
        }
        rebuild(&mut tx, &wrong).await?;
        tx.commit_change(0).await?;
        for (loaded, parts, _) in wrong {
            report(Difference::Contact(loaded.contact.id, parts));
        }
    }
    recount(database, tenant, report).await
}

async fn next_ids(tx: &mut TenantTransaction, after: Uuid) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select id from contacts where tenant_id = $1 and id > $2 order by id limit $3",
        tx.tenant().uuid(),
        after,
        BATCH
    )
    .fetch_all(tx.on())
    .await?;
    Ok(ids)
}

type Compared = (LoadedContact, Vec<&'static str>, Vec<Claim>);

/// Loads contacts, and says what is wrong with each, and which unique values it should have.
async fn compare(tx: &mut TenantTransaction, ids: &[Uuid], region: Option<Region>) -> Result<Vec<Compared>> {
    let tenant = tx.tenant();
    let definitions = References::find(tx, &ContactInput::default(), false).await?.fields;
    let wrong_keys = contacts_with_wrong_keys(tx.on(), tenant, ids, region).await?;
    let claimed = claimed_values(tx.on(), tenant, ids).await?;
    let loaded = load::load(tx.on(), tenant, ids, region).await?;
    loaded
        .into_iter()
        .map(|loaded| {
            let id = loaded.contact.id;
            let claims = unique::claims(&loaded.contact, &definitions, region);
            let mut parts = Vec::new();
            if loaded.document_version != document::VERSION || loaded.document != loaded.render()? {
                parts.push("document");
            }
            if loaded.search_text != loaded.contact.search_text() {
                parts.push("search text");
            }
            if wrong_keys.contains(&id) {
                parts.push("keys of phones or emails");
            }
            if !same_claims(&claims, claimed.iter().filter(|claim| claim.0 == id), &definitions) {
                parts.push("unique values");
            }
            Ok((loaded, parts, claims))
        })
        .collect()
}

/// The contact, the field and the key of each unique value held.
async fn claimed_values(
    executor: Counted<&mut PgConnection>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Uuid, String)>> {
    let rows = sqlx::query!(
        "select contact_id, field_id, value_key from unique_values where tenant_id = $1 and contact_id = any($2)",
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.contact_id, row.field_id, row.value_key)).collect())
}

fn same_claims<'a>(
    expected: &[Claim],
    held: impl Iterator<Item = &'a (Uuid, Uuid, String)>,
    definitions: &[FieldDefinition],
) -> bool {
    let is_unique =
        |id: Uuid| definitions.iter().any(|field| field.id == id && field.is_unique && !field.is_archived);
    let mut held: Vec<(Uuid, &str)> = held
        .filter(|(_, field, _)| is_unique(*field))
        .map(|(_, field, key)| (*field, key.as_str()))
        .collect();
    held.sort_unstable();
    held.iter().copied().eq(expected.iter().map(|claim| (claim.field_id, claim.key.as_str())))
}

async fn contacts_with_wrong_keys(
    executor: Counted<&mut PgConnection>,
    tenant: TenantId,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Vec<Uuid>> {
    let rows = sqlx::query!(
        r#"
        select p.contact_id as "contact_id!", p.phone as "text!", true as "is_phone!", p.digits, p.e164,
               p.phone_key as "key!"
        from contact_phones p where p.tenant_id = $1 and p.contact_id = any($2)
        union all
        select e.contact_id, e.email, false, null, null, e.email_key
        from contact_emails e where e.tenant_id = $1 and e.contact_id = any($2)
        "#,
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    let wrong = rows.into_iter().filter(|row| {
        if row.is_phone {
            let phone = Phone::from_stored(&row.text, region);
            row.digits.as_deref() != Some(phone.digits())
                || row.e164.as_deref() != phone.e164()
                || row.key != phone.unique_key()
        } else {
            row.key != Email::from_stored(row.text.clone()).key()
        }
    });
    Ok(wrong.map(|row| row.contact_id).collect())
}

async fn rebuild(tx: &mut TenantTransaction, wrong: &[Compared]) -> Result<()> {
    let lists = Lists { phones: true, emails: true, ..Lists::NONE };
    let mut batch = Batch::default();
    for (loaded, _, claims) in wrong {
        let fields = held_fields(tx, loaded.contact.id).await?;
        batch::update_row(tx, &loaded.contact).await?;
        batch::clear_lists(tx, loaded.contact.id, lists, &fields).await?;
        batch.add_lists(&loaded.contact, lists);
        batch.add_claims(loaded.contact.id, claims);
    }
    batch.insert(tx).await
}

/// The fields in which a contact holds unique values, right or wrong.
async fn held_fields(tx: &mut TenantTransaction, id: Uuid) -> Result<Vec<Uuid>> {
    let fields = sqlx::query_scalar!(
        "select distinct field_id from unique_values where tenant_id = $1 and contact_id = $2",
        tx.tenant().uuid(),
        id
    )
    .fetch_all(tx.on())
    .await?;
    Ok(fields)
}

/// Counts the contacts behind the lock that every writer takes last: whoever waits for it is not counted and
/// moves the total afterwards.
async fn recount(database: &Database, tenant: TenantId, mut report: impl FnMut(Difference)) -> Result<()> {
    let mut tx = database.begin(tenant).await?;
    let stored = sqlx::query_scalar!(
        "select contacts from tenant_counters where tenant_id = $1 for update",
        tenant.uuid()
    )
    .fetch_optional(tx.on())
    .await?
    .ok_or_else(|| Error::Internal(format!("tenant {} has no counter row", tenant.uuid())))?;
    let counted = sqlx::query_scalar!(
        r#"select count(*) as "count!" from contacts where tenant_id = $1"#,
        tenant.uuid()
    )
    .fetch_one(tx.on())
    .await?;
    if stored == counted {
        return Ok(());
    }
    tx.commit_change(counted - stored).await?;
    report(Difference::Total { stored, counted });
    Ok(())
}
