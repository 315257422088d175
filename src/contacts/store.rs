//! The SQL that reads contacts and deletes them. Writing is in [`super::batch`].

use serde::Deserialize;
use sqlx::{PgExecutor, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use super::{
    document,
    filter::ContactFilter,
    model::{Contact, CustomValue, EmailEntry, PhoneEntry, Platform},
};
use crate::{
    channels::Channel,
    companies::Company,
    database::{Database, TenantTransaction},
    domain::{Address, Email, FieldType, FieldValue, Name, Notes, Phone, Region, SocialId, Url, Username},
    error::Result,
    groups::Group,
    http::page::Page,
    tags::Tag,
    tenants::TenantId,
};

/// A finished document, with what tells whether it is of the current shape.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct StoredDocument {
    pub id: Uuid,
    pub document: String,
    pub document_version: i16,
}

/// The stored document of one contact.
pub(super) async fn get_document(
    database: &Database,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<StoredDocument>> {
    let found = sqlx::query_as!(
        StoredDocument,
        "select id, document, document_version from contacts where tenant_id = $1 and id = $2",
        tenant.uuid(),
        id
    )
    .fetch_optional(database.on())
    .await?;
    Ok(found)
}

/// A page of all contacts, newest first, with their total: one round trip.
pub(super) async fn list_all(
    database: &Database,
    tenant: TenantId,
    page: Page,
) -> Result<(i64, Vec<StoredDocument>)> {
    let rows = sqlx::query!(
        r#"
        select t.contacts as total, c.id as "id?", c.document as "document?", c.document_version as "version?"
        from tenant_counters t
        left join lateral (
            select c.id, c.document, c.document_version, c.created_at from contacts c
            where c.tenant_id = $1
            order by c.created_at desc, c.id desc
            limit $2 offset $3
        ) c on true
        where t.tenant_id = $1
        order by c.created_at desc, c.id desc
        "#,
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let documents = rows
        .into_iter()
        .filter_map(|row| {
            Some(StoredDocument { id: row.id?, document: row.document?, document_version: row.version? })
        })
        .collect();
    Ok((total, documents))
}

/// How many contacts pass a filter.
pub(super) async fn count(database: &Database, tenant: TenantId, filter: &ContactFilter) -> Result<i64> {
    let mut sql = QueryBuilder::<Postgres>::new("select count(*) from contacts c ");
    filter.push_where(&mut sql, tenant);
    Ok(sql.build_query_scalar().fetch_one(database.on()).await?)
}

/// A page of the contacts that pass a filter, newest first.
pub(super) async fn list_filtered(
    database: &Database,
    tenant: TenantId,
    filter: &ContactFilter,
    page: Page,
) -> Result<Vec<StoredDocument>> {
    let mut sql =
        QueryBuilder::<Postgres>::new("select c.id, c.document, c.document_version from contacts c ");
    filter.push_where(&mut sql, tenant);
    sql.push(" order by c.created_at desc, c.id desc limit ")
        .push_bind(page.limit())
        .push(" offset ")
        .push_bind(page.offset());
    Ok(sql.build_query_as().fetch_all(database.on()).await?)
}

/// Locks a contact until the transaction ends; false where there is none.
pub(super) async fn lock(tx: &mut TenantTransaction, id: Uuid) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select id from contacts where tenant_id = $1 and id = $2 for update",
        tx.tenant().uuid(),
        id
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(found.is_some())
}

/// Deletes a contact and all that belongs to it; false where there is none.
pub(super) async fn delete(tx: &mut TenantTransaction, id: Uuid) -> Result<bool> {
    let deleted =
        sqlx::query!("delete from contacts where tenant_id = $1 and id = $2", tx.tenant().uuid(), id)
            .execute(tx.on())
            .await?;
    Ok(deleted.rows_affected() == 1)
}

#[derive(Debug, Deserialize)]
struct PhoneRow {
    phone: String,
    is_primary: bool,
}

#[derive(Debug, Deserialize)]
struct EmailRow {
    email: String,
    is_primary: bool,
}

#[derive(Debug, Deserialize)]
struct PlatformRow {
    channel_id: Uuid,
    channel: String,
    social_platform_id: String,
}

/// One stored text of a custom value; a `multi_select` has several.
#[derive(Debug, Deserialize)]
struct ValueRow {
    field_id: Uuid,
    system_name: String,
    display_name: String,
    #[serde(rename = "type")]
    field_type: FieldType,
    position: i32,
    value: String,
}

/// A contact as the tables have it, beside what is derived from it and stored.
#[derive(Debug)]
pub(super) struct LoadedContact {
    pub contact: Contact,
    pub document: String,
    pub document_version: i16,
    pub search_text: String,
}

impl LoadedContact {
    /// The document as it should be.
    pub(super) fn render(&self) -> Result<String> {
        Ok(document::render(&self.contact)?)
    }
}

/// Loads contacts with everything that belongs to them, by id; those that do not exist are left out. One
/// statement, so that what it returns was true at one moment.
pub(super) async fn load(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Vec<LoadedContact>> {
    let rows = sqlx::query!(
        r#"
        select c.id, c.username, c.name, c.address, c.notes, c.avatar_url, c.created_at, c.updated_at,
            c.document, c.document_version, c.search_text,
            ch.id as "channel_id?", ch.name as "channel_name?",
            co.id as "company_id?", co.name as "company_name?", co.phone as "company_phone?",
            co.address as "company_address?", co.industry as "company_industry?",
            (select coalesce(json_agg(json_build_object('phone', p.phone, 'is_primary', p.is_primary)
                                      order by p.position), '[]')
             from contact_phones p where p.tenant_id = $1 and p.contact_id = c.id
            ) as "phones!: Json<Vec<PhoneRow>>",
            (select coalesce(json_agg(json_build_object('email', e.email, 'is_primary', e.is_primary)
                                      order by e.position), '[]')
             from contact_emails e where e.tenant_id = $1 and e.contact_id = c.id
            ) as "emails!: Json<Vec<EmailRow>>",
            (select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) order by ct.position), '[]')
             from contact_tags ct join tags t on t.tenant_id = $1 and t.id = ct.tag_id
             where ct.tenant_id = $1 and ct.contact_id = c.id
            ) as "tags!: Json<Vec<Tag>>",
            (select coalesce(json_agg(json_build_object('id', g.id, 'value', g.value, 'label', g.label,
                                                        'is_default', g.is_default) order by cg.position), '[]')
             from contact_groups cg join groups g on g.tenant_id = $1 and g.id = cg.group_id
             where cg.tenant_id = $1 and cg.contact_id = c.id
            ) as "groups!: Json<Vec<Group>>",
            (select coalesce(json_agg(json_build_object('channel_id', pc.id, 'channel', pc.name,
                                                        'social_platform_id', p.social_platform_id)
                                      order by p.position), '[]')
             from contact_platforms p join channels pc on pc.tenant_id = $1 and pc.id = p.channel_id
             where p.tenant_id = $1 and p.contact_id = c.id
            ) as "platforms!: Json<Vec<PlatformRow>>",
            (select coalesce(json_agg(json_build_object(
                        'field_id', f.id, 'system_name', f.system_name, 'display_name', f.display_name,
                        'type', f.type, 'position', f.position, 'value', v.value)
                        order by f.position, f.system_name, v.position), '[]')
             from field_values v join fields f on f.tenant_id = $1 and f.id = v.field_id
             where v.tenant_id = $1 and v.contact_id = c.id and not f.is_archived
            ) as "custom_values!: Json<Vec<ValueRow>>"
        from contacts c
        left join channels ch on ch.tenant_id = $1 and ch.id = c.channel_id
        left join companies co on co.tenant_id = $1 and co.id = c.company_id
        where c.tenant_id = $1 and c.id = any($2)
        order by c.id
        "#,
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    let contacts = rows
        .into_iter()
        .map(|row| {
            let channel = row.channel_id.zip(row.channel_name).map(|(id, name)| Channel { id, name });
            let company = row.company_id.zip(row.company_name).map(|(id, name)| Company {
                id,
                name,
                phone: row.company_phone,
                address: row.company_address,
                industry: row.company_industry,
            });
            let contact = Contact {
                id: row.id,
                username: Username::from_stored(row.username),
                name: Name::from_stored(row.name),
                address: row.address.map(Address::from_stored),
                channel,
                notes: row.notes.map(Notes::from_stored),
                avatar_url: row.avatar_url.map(Url::from_stored),
                tags: row.tags.0,
                company,
                emails: row
                    .emails
                    .0
                    .into_iter()
                    .map(|row| EmailEntry {
                        email: Email::from_stored(row.email),
                        is_primary: row.is_primary,
                    })
                    .collect(),
                phones: row
                    .phones
                    .0
                    .into_iter()
                    .map(|row| PhoneEntry {
                        phone: Phone::from_stored(&row.phone, region),
                        is_primary: row.is_primary,
                    })
                    .collect(),
                custom_values: custom_values(row.custom_values.0),
                groups: row.groups.0,
                platforms: row.platforms.0.into_iter().map(Platform::from).collect(),
                created_at: row.created_at,
                updated_at: row.updated_at,
            };
            LoadedContact {
                contact,
                document: row.document,
                document_version: row.document_version,
                search_text: row.search_text,
            }
        })
        .collect();
    Ok(contacts)
}

/// Gathers the rows of each field into its value.
fn custom_values(rows: Vec<ValueRow>) -> Vec<CustomValue> {
    let mut gathered: Vec<(ValueRow, Vec<String>)> = Vec::new();
    for mut row in rows {
        let value = std::mem::take(&mut row.value);
        match gathered.last_mut() {
            Some((last, values)) if last.field_id == row.field_id => values.push(value),
            _ => gathered.push((row, vec![value])),
        }
    }
    gathered
        .into_iter()
        .map(|(row, values)| CustomValue {
            field_id: row.field_id,
            system_name: row.system_name,
            display_name: row.display_name,
            field_type: row.field_type,
            position: row.position,
            value: FieldValue::from_stored(row.field_type, values),
        })
        .collect()
}

impl From<PlatformRow> for Platform {
    fn from(row: PlatformRow) -> Self {
        Self {
            channel: Channel { id: row.channel_id, name: row.channel },
            social_platform_id: SocialId::from_stored(row.social_platform_id),
        }
    }
}
