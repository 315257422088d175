//! What is derived from the tables and stored: whether it is right, and making it right of some contacts. The rows of phones,
//! emails, tags and so on are the truth; documents, search texts, keys, unique values and the total follow.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{
    follow,
    input::references::References,
    record::{
        batch::{Batch, Conflicts, Lists},
        document, load,
        model::Contact,
        rewrite, store,
        unique::{self, Claim},
    },
};
use crate::{
    database::{Database, TenantTransaction},
    domain::{Email, FieldType, FieldValue, Phone, Region, TenantId, grams, is_blank},
    error::{Detail, Error, Result},
};

/// How many contacts are looked at in one transaction.
pub(super) const BATCH: i64 = 500;

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
    /// Of a contact, a value that must be unique and that another has: it cannot be made right by rebuilding.
    Taken {
        /// The contact.
        id: Uuid,
        /// Where the value stands in it.
        field: String,
        /// The contact that has it.
        holder: Uuid,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Contact(id, parts) => write!(formatter, "contact {id}: {} differ", parts.join(", ")),
            Self::Total { stored, counted } => {
                write!(formatter, "the counter says {stored} contacts, there are {counted}")
            }
            Self::Taken { id, field, holder } => {
                write!(formatter, "contact {id}: {field} must be unique, and contact {holder} has it")
            }
        }
    }
}

/// Who is told what is found; a closure that takes differences will do.
pub trait Report {
    /// Something differs.
    fn differs(&mut self, difference: Difference);

    /// So many contacts more were looked at.
    fn checked(&mut self, _contacts: usize) {}
}

impl<F: FnMut(Difference)> Report for F {
    fn differs(&mut self, difference: Difference) {
        self(difference);
    }
}

/// How many contacts a tenant has, by its counter.
pub async fn total(database: &Database, tenant: TenantId) -> Result<u64> {
    let total =
        sqlx::query_scalar!("select contacts from tenant_counters where tenant_id = $1", tenant.uuid())
            .fetch_optional(database.on())
            .await?;
    Ok(total.and_then(|total| total.try_into().ok()).unwrap_or_default())
}

/// Hands every difference of a tenant to `report`. Each batch is read in one snapshot, so that writers may go
/// on meanwhile.
pub async fn verify(
    database: &Database,
    tenant: TenantId,
    region: Option<Region>,
    mut report: impl Report,
) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let mut tx = database.begin(tenant).await?;
        sqlx::query!("set transaction isolation level repeatable read, read only").execute(tx.on()).await?;
        let ids = next_ids(&mut tx, after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for Compared { contact, parts, .. } in compare(&mut tx, &ids, region).await? {
            if !parts.is_empty() {
                report.differs(Difference::Contact(contact.id, parts));
            }
        }
        tx.commit().await?;
        report.checked(ids.len());
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
        Some(total) => report.differs(Difference::Total { stored: total.stored, counted: total.counted }),
        None => report.differs(Difference::Total { stored: 0, counted: 0 }),
    }
    Ok(())
}

/// What came of rebuilding contacts.
#[derive(Debug, Default)]
pub(super) struct Rebuilt {
    /// What differed, and no longer does.
    pub mended: Vec<Difference>,
    /// What could not be made right: [`Difference::Taken`].
    pub left: Vec<Difference>,
    /// Who has the values that others were to have.
    pub holders: Vec<Uuid>,
}

/// Makes everything derived of these contacts right again; the caller commits. A value that must be unique and that another
/// contact has stays that one's, and the rest of the contact is made right.
pub(super) async fn rebuild(
    tx: &mut TenantTransaction,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Rebuilt> {
    let locked = store::lock(tx, ids).await?;
    if locked.may_be_behind {
        follow::catch_up(tx, &locked.ids, region).await?;
    }
    let wrong: Vec<_> = compare(tx, &locked.ids, region)
        .await?
        .into_iter()
        .filter(|compared| !compared.parts.is_empty())
        .collect();
    let mut rebuilt = Rebuilt::default();
    if wrong.is_empty() {
        return Ok(rebuilt);
    }
    for (id, details) in rewrite(tx, &wrong, region).await? {
        for Detail { field, conflicting_id, .. } in details {
            let holder = conflicting_id.unwrap_or_default();
            rebuilt.left.push(Difference::Taken { id, field, holder });
            rebuilt.holders.push(holder);
        }
    }
    rebuilt.mended = wrong
        .into_iter()
        .map(|Compared { contact, parts, .. }| Difference::Contact(contact.id, parts))
        .collect();
    Ok(rebuilt)
}

/// The next contacts by id.
pub(super) async fn next_ids(tx: &mut TenantTransaction, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select id from contacts where tenant_id = $1 and id > $2 order by id limit $3",
        tx.tenant().uuid(),
        after,
        limit
    )
    .fetch_all(tx.on())
    .await?;
    Ok(ids)
}

/// A contact, what is wrong with what is stored of it, and what it should have.
struct Compared {
    contact: Contact,
    parts: Vec<&'static str>,
    claims: Vec<Claim>,
    lacks_search: bool,
}

/// Loads contacts, and says what is wrong with each, and which unique values it should have.
async fn compare(tx: &mut TenantTransaction, ids: &[Uuid], region: Option<Region>) -> Result<Vec<Compared>> {
    let tenant = tx.tenant();
    let definitions = References::find(tx, &[]).await?.fields;
    let unique = definitions.iter().filter(|field| field.is_unique && !field.is_archived);
    let unique: HashSet<Uuid> = unique.map(|field| field.id).collect();
    let wrong_keys = contacts_with_wrong_keys(tx.on(), tenant, ids, region).await?;
    let wrong_values: HashSet<Uuid> =
        wrong_value_keys(tx, ids, region).await?.contact_ids.into_iter().collect();
    let claimed = claimed_values(tx.on(), tenant, ids).await?;
    let mut derived = derived(tx.on(), tenant, ids).await?;
    let loaded = load::load(tx.on(), tenant, ids, region).await?;
    loaded
        .into_iter()
        .map(|contact| {
            let id = contact.id;
            let stored =
                derived.remove(&id).ok_or_else(|| Error::Internal(format!("contact {id} vanished")))?;
            let claims = unique::claims(&contact, &definitions, region);
            let search_text = contact.search_text();
            let mut parts = Vec::new();
            if stored.document_version != document::VERSION || stored.document != document::render(&contact)?
            {
                parts.push("document");
            }
            if stored.address.as_deref().is_some_and(is_blank)
                || stored.notes.as_deref().is_some_and(is_blank)
            {
                parts.push("blank text");
            }
            if stored.sort_name != contact.sort_name() {
                parts.push("sort name");
            }
            if stored.search_text.as_ref() != Some(&search_text)
                || stored.grams != Some(grams(tenant.uuid(), &search_text))
                || stored.search_created_at != Some(contact.created_at)
            {
                parts.push("search text");
            }
            if wrong_keys.contains(&id) {
                parts.push("keys of phones or emails");
            }
            if wrong_values.contains(&id) {
                parts.push("keys of custom values");
            }
            if !same_claims(&claims, claimed.get(&id).map_or(&[][..], Vec::as_slice), &unique) {
                parts.push("unique values");
            }
            Ok(Compared { contact, parts, claims, lacks_search: stored.search_text.is_none() })
        })
        .collect()
}

/// What is stored of a contact and follows from its rows.
struct Derived {
    id: Uuid,
    document: String,
    document_version: i16,
    address: Option<String>,
    notes: Option<String>,
    sort_name: String,
    search_text: Option<String>,
    grams: Option<Vec<i32>>,
    search_created_at: Option<DateTime<Utc>>,
}

async fn derived(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Derived>> {
    let rows = sqlx::query_as!(
        Derived,
        r#"
        select c.id, c.document, c.document_version, c.address, c.notes, c.sort_name, s.search_text as "search_text?",
               s.grams as "grams?", s.created_at as "search_created_at?"
        from contacts c
        left join contact_search s on s.tenant_id = $1 and s.contact_id = c.id
        where c.tenant_id = $1 and c.id = any($2)
        "#,
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The fields and keys of the unique values that contacts hold, by contact.
async fn claimed_values(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(Uuid, String)>>> {
    let rows = sqlx::query!(
        "select contact_id, field_id, value_key from unique_values where tenant_id = $1 and contact_id = any($2)",
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    let mut claimed: HashMap<Uuid, Vec<(Uuid, String)>> = HashMap::new();
    for row in rows {
        claimed.entry(row.contact_id).or_default().push((row.field_id, row.value_key));
    }
    Ok(claimed)
}

/// `unique`: the fields that are.
fn same_claims(expected: &[Claim], held: &[(Uuid, String)], unique: &HashSet<Uuid>) -> bool {
    let held = held.iter().filter(|(field, _)| unique.contains(field));
    let mut held: Vec<(Uuid, &str)> = held.map(|(field, key)| (*field, key.as_str())).collect();
    held.sort_unstable();
    held.iter().copied().eq(expected.iter().map(|claim| (claim.field_id, claim.key.as_str())))
}

async fn contacts_with_wrong_keys(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<HashSet<Uuid>> {
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

/// Writes what is derived of contacts anew. Returns the values that others have.
async fn rewrite(
    tx: &mut TenantTransaction,
    wrong: &[Compared],
    region: Option<Region>,
) -> Result<Conflicts> {
    let lists = Lists { phones: true, emails: true, ..Lists::NONE };
    let mut batch = Batch::new(tx.tenant());
    let (mut old, mut rows, mut texts) = (rewrite::Old::default(), Vec::new(), Vec::new());
    let ids: Vec<Uuid> = wrong.iter().map(|compared| compared.contact.id).collect();
    let held = claimed_values(tx.on(), batch.tenant(), &ids).await?;
    for Compared { contact, claims, lacks_search, .. } in wrong {
        let mut fields: Vec<Uuid> =
            held.get(&contact.id).into_iter().flatten().map(|(field_id, _)| *field_id).collect();
        fields.dedup();
        rows.push(contact);
        if *lacks_search {
            batch.add_search(contact);
        } else {
            texts.push((contact, contact.search_text()));
        }
        old.add(contact.id, lists, &fields);
        batch.add_lists(contact, lists, region);
        batch.add_claims(contact.id, claims);
    }
    rewrite::rows(tx, &rows).await?;
    rewrite::search(tx, &texts).await?;
    old.remove(tx).await?;
    let conflicts = batch.insert(tx).await?;
    wrong_value_keys(tx, &ids, region).await?.update(tx).await?;
    Ok(conflicts)
}

/// Rows of custom values whose key is not what it should be, with the right ones: arrays, as `unnest` takes them.
#[derive(Default)]
struct ValueKeys {
    contact_ids: Vec<Uuid>,
    field_ids: Vec<Uuid>,
    positions: Vec<i16>,
    keys: Vec<String>,
}

/// Those of archived fields too, which may come back into use.
async fn wrong_value_keys(
    tx: &mut TenantTransaction,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<ValueKeys> {
    let rows = sqlx::query!(
        r#"select v.contact_id, v.field_id, v.position, v.value, v.value_key, f.type as field_type
           from field_values v join fields f on f.tenant_id = $1 and f.id = v.field_id
           where v.tenant_id = $1 and v.contact_id = any($2)"#,
        tx.tenant().uuid(),
        ids
    )
    .fetch_all(tx.on())
    .await?;
    let mut wrong = ValueKeys::default();
    for row in rows {
        let field_type: FieldType = row
            .field_type
            .parse()
            .map_err(|_| Error::Internal(format!("field {} has an unknown type", row.field_id)))?;
        let keys = FieldValue::from_stored(field_type, vec![row.value]).row_keys(region);
        for key in keys.into_iter().filter(|key| *key != row.value_key) {
            wrong.contact_ids.push(row.contact_id);
            wrong.field_ids.push(row.field_id);
            wrong.positions.push(row.position);
            wrong.keys.push(key);
        }
    }
    Ok(wrong)
}

impl ValueKeys {
    async fn update(self, tx: &mut TenantTransaction) -> Result<()> {
        sqlx::query!(
            "update field_values v set value_key = n.value_key
             from unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::text[])
                 as n (contact_id, field_id, position, value_key)
             where v.tenant_id = $1 and v.contact_id = n.contact_id and v.field_id = n.field_id
               and v.position = n.position",
            tx.tenant().uuid(),
            &self.contact_ids,
            &self.field_ids,
            &self.positions,
            &self.keys,
        )
        .execute(tx.on())
        .await?;
        Ok(())
    }
}
