//! Loads contacts from the tables, with everything that belongs to them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use super::model::{Contact, CustomValue, EmailEntry, PhoneEntry, Platform};
use crate::{
    channels::Channel,
    companies::Company,
    domain::{Address, Email, FieldType, FieldValue, Name, Notes, Phone, Region, SocialId, Url, Username},
    error::Result,
    groups::Group,
    tags::Tag,
    tenants::TenantId,
};

struct Row {
    id: Uuid,
    username: String,
    name: String,
    address: Option<String>,
    notes: Option<String>,
    avatar_url: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    channel: Option<Json<Channel>>,
    company: Option<Json<Company>>,
    phones: Json<Vec<PhoneRow>>,
    emails: Json<Vec<EmailRow>>,
    tags: Json<Vec<Tag>>,
    groups: Json<Vec<Group>>,
    platforms: Json<Vec<PlatformRow>>,
    custom_values: Json<Vec<ValueRow>>,
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

/// Loads contacts by id; those that do not exist are left out. One statement, so that what it returns was true
/// at one moment.
pub(super) async fn load(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Vec<Contact>> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select c.id, c.username, c.name, c.address, c.notes, c.avatar_url, c.created_at, c.updated_at,
            (select json_build_object('id', ch.id, 'name', ch.name)
             from channels ch where ch.tenant_id = $1 and ch.id = c.channel_id
            ) as "channel: Json<Channel>",
            (select json_build_object('id', co.id, 'name', co.name, 'phone', co.phone, 'address', co.address,
                                      'industry', co.industry)
             from companies co where co.tenant_id = $1 and co.id = c.company_id
            ) as "company: Json<Company>",
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
        where c.tenant_id = $1 and c.id = any($2)
        order by c.id
        "#,
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| row.into_contact(region)).collect())
}

impl Row {
    fn into_contact(self, region: Option<Region>) -> Contact {
        let phone = |row: PhoneRow| PhoneEntry {
            phone: Phone::from_stored(&row.phone, region),
            is_primary: row.is_primary,
        };
        let email =
            |row: EmailRow| EmailEntry { email: Email::from_stored(row.email), is_primary: row.is_primary };
        Contact {
            id: self.id,
            username: Username::from_stored(self.username),
            name: Name::from_stored(self.name),
            address: self.address.map(Address::from_stored),
            channel: self.channel.map(|Json(channel)| channel),
            notes: self.notes.map(Notes::from_stored),
            avatar_url: self.avatar_url.map(Url::from_stored),
            tags: self.tags.0,
            company: self.company.map(|Json(company)| company),
            emails: self.emails.0.into_iter().map(email).collect(),
            phones: self.phones.0.into_iter().map(phone).collect(),
            custom_values: custom_values(self.custom_values.0),
            groups: self.groups.0,
            platforms: self.platforms.0.into_iter().map(Platform::from).collect(),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
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
    let mut values: Vec<CustomValue> = gathered
        .into_iter()
        .map(|(row, values)| CustomValue {
            field_id: row.field_id,
            system_name: row.system_name,
            display_name: row.display_name,
            field_type: row.field_type,
            position: row.position,
            value: FieldValue::from_stored(row.field_type, values),
        })
        .collect();
    // What order the database's collation makes of the names is not ours.
    CustomValue::sort(&mut values);
    values
}

impl From<PlatformRow> for Platform {
    fn from(row: PlatformRow) -> Self {
        Self {
            channel: Channel { id: row.channel_id, name: row.channel },
            social_platform_id: SocialId::from_stored(row.social_platform_id),
        }
    }
}
