//! Loads contacts from the tables, with everything that belongs to them.
//!
//! [`Rows`] is what the tables have of a contact. It is also what is kept of one that leaves them, for the trash and for
//! undoing a merge: as JSON, whose shape must therefore stay readable.
//!
//! A tag or company that was merged into another is read as that one, and one that was deleted is not read, also while
//! rows that name it are still being rewritten by a job.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use super::model::{Contact, CustomValue, EmailEntry, PhoneEntry, Platform};
use crate::{
    catalogue::{channels::Channel, companies::Company, groups::Group, tags::Tag},
    domain::{
        Address, Email, FieldType, FieldValue, Name, Notes, Phone, Region, SocialId, TenantId, Url, Username,
        is_blank,
    },
    error::Result,
};

/// What the tables have of a contact.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rows {
    pub id: Uuid,
    username: String,
    name: String,
    address: Option<String>,
    notes: Option<String>,
    avatar_url: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    pub channel: Option<Json<Channel>>,
    pub company: Option<Json<Company>>,
    phones: Json<Vec<PhoneRow>>,
    emails: Json<Vec<EmailRow>>,
    pub tags: Json<Vec<Tag>>,
    pub groups: Json<Vec<Group>>,
    pub platforms: Json<Vec<PlatformRow>>,
    pub custom_values: Json<Vec<ValueRow>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct PhoneRow {
    phone: String,
    is_primary: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct EmailRow {
    email: String,
    is_primary: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlatformRow {
    pub channel_id: Uuid,
    pub channel: String,
    social_platform_id: String,
}

/// One stored text of a custom value; a `multi_select` has several.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ValueRow {
    pub field_id: Uuid,
    pub system_name: String,
    pub display_name: String,
    #[serde(rename = "type")]
    pub field_type: FieldType,
    pub position: i32,
    /// The field is out of use: the value is kept and not shown.
    pub is_archived: bool,
    /// How many steps of its field it has behind it.
    #[serde(default)]
    pub step: i32,
    pub value: String,
}

/// Loads contacts by id, in the order of their ids; those that do not exist are left out. One statement, so that what it
/// returns was true at one moment.
pub(crate) async fn load(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
    region: Option<Region>,
) -> Result<Vec<Contact>> {
    let rows = load_rows(executor, tenant, ids).await?;
    Ok(rows.into_iter().map(|rows| rows.into_contact(region)).collect())
}

/// As [`load`], with the values of archived fields.
pub(crate) async fn load_rows(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<Rows>> {
    let rows = sqlx::query_as!(
        Rows,
        r#"
        select c.id, c.username, c.name, c.address, c.notes, c.avatar_url, c.created_at, c.updated_at,
            (select json_build_object('id', ch.id, 'name', ch.name)
             from channels ch where ch.tenant_id = $1 and ch.id = c.channel_id
            ) as "channel: Json<Channel>",
            (select json_build_object('id', co.id, 'name', co.name, 'phone', co.phone, 'address', co.address,
                                      'industry', co.industry)
             from companies l
             join companies co on co.tenant_id = $1 and co.id = coalesce(l.merged_into, l.id)
             where l.tenant_id = $1 and l.id = c.company_id and co.retired_at is null
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
             from contact_tags ct join tags l on l.tenant_id = $1 and l.id = ct.tag_id
             join tags t on t.tenant_id = $1 and t.id = coalesce(l.merged_into, l.id)
             where ct.tenant_id = $1 and ct.contact_id = c.id and t.retired_at is null
            ) as "tags!: Json<Vec<Tag>>",
            (select coalesce(json_agg(json_build_object('id', g.id, 'value', g.value, 'label', g.label,
                                                        'is_default', g.is_default) order by cg.position), '[]')
             from contact_groups cg join groups g on g.tenant_id = $1 and g.id = cg.group_id
             where cg.tenant_id = $1 and cg.contact_id = c.id and g.retired_at is null
            ) as "groups!: Json<Vec<Group>>",
            (select coalesce(json_agg(json_build_object('channel_id', pc.id, 'channel', pc.name,
                                                        'social_platform_id', p.social_platform_id)
                                      order by p.position), '[]')
             from contact_platforms p join channels pc on pc.tenant_id = $1 and pc.id = p.channel_id
             where p.tenant_id = $1 and p.contact_id = c.id
            ) as "platforms!: Json<Vec<PlatformRow>>",
            (select coalesce(json_agg(json_build_object(
                        'field_id', f.id, 'system_name', f.system_name, 'display_name', f.display_name,
                        'type', f.type, 'position', f.position, 'is_archived', f.is_archived, 'step', f.step_count,
                        'value', v.value)
                        order by f.position, f.system_name, o.position, v.position), '[]')
             from field_values v join fields f on f.tenant_id = $1 and f.id = v.field_id
             left join field_options o on o.tenant_id = $1 and o.field_id = v.field_id and o.value = v.value
             where v.tenant_id = $1 and v.contact_id = c.id
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
    Ok(rows)
}

impl Rows {
    /// What the tables would have of a contact, with its values of fields that are out of use. `step`: how many steps a
    /// field has behind it.
    pub(crate) fn of(contact: &Contact, archived: &[CustomValue], step: impl Fn(Uuid) -> i32) -> Self {
        let rows_of = |values: &[CustomValue], is_archived| -> Vec<ValueRow> {
            let row = |value: &CustomValue, text: &String| ValueRow {
                field_id: value.field_id,
                system_name: value.system_name.clone(),
                display_name: value.display_name.clone(),
                field_type: value.field_type,
                position: value.position,
                is_archived,
                step: step(value.field_id),
                value: text.clone(),
            };
            values
                .iter()
                .flat_map(|value| value.value.stored().iter().map(move |text| row(value, text)))
                .collect()
        };
        let phone = |entry: &PhoneEntry| PhoneRow {
            phone: entry.phone.as_str().to_owned(),
            is_primary: entry.is_primary,
        };
        let email = |entry: &EmailEntry| EmailRow {
            email: entry.email.as_str().to_owned(),
            is_primary: entry.is_primary,
        };
        let platform = |platform: &Platform| PlatformRow {
            channel_id: platform.channel.id,
            channel: platform.channel.name.clone(),
            social_platform_id: platform.social_platform_id.as_str().to_owned(),
        };
        let mut custom_values = rows_of(&contact.custom_values, false);
        custom_values.extend(rows_of(archived, true));
        Self {
            id: contact.id,
            username: contact.username.as_str().to_owned(),
            name: contact.name.as_str().to_owned(),
            address: contact.address.as_ref().map(|text| text.as_str().to_owned()),
            notes: contact.notes.as_ref().map(|text| text.as_str().to_owned()),
            avatar_url: contact.avatar_url.as_ref().map(|url| url.as_str().to_owned()),
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            channel: contact.channel.clone().map(Json),
            company: contact.company.clone().map(Json),
            phones: Json(contact.phones.iter().map(phone).collect()),
            emails: Json(contact.emails.iter().map(email).collect()),
            tags: Json(contact.tags.clone()),
            groups: Json(contact.groups.clone()),
            platforms: Json(contact.platforms.iter().map(platform).collect()),
            custom_values: Json(custom_values),
        }
    }

    /// The values of fields that are out of use: they are kept, and no part of the contact.
    pub(crate) fn archived_values(&self) -> Vec<CustomValue> {
        custom_values(self.custom_values.0.iter().filter(|row| row.is_archived).cloned())
    }

    /// The phones.
    pub(crate) fn phones(&self, region: Option<Region>) -> impl Iterator<Item = Phone> {
        self.phones.iter().map(move |row| Phone::from_stored(&row.phone, region))
    }

    /// The contact that they are.
    pub(crate) fn into_contact(self, region: Option<Region>) -> Contact {
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
            address: said(self.address).map(Address::from_stored),
            channel: self.channel.map(|Json(channel)| channel),
            notes: said(self.notes).map(Notes::from_stored),
            avatar_url: self.avatar_url.map(Url::from_stored),
            tags: each_once(self.tags.0),
            company: self.company.map(|Json(company)| company),
            emails: self.emails.0.into_iter().map(email).collect(),
            phones: self.phones.0.into_iter().map(phone).collect(),
            custom_values: custom_values(self.custom_values.0.into_iter().filter(|row| !row.is_archived)),
            groups: self.groups.0,
            platforms: self.platforms.0.into_iter().map(Platform::from).collect(),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// Blank text is no value, also where it was stored as one.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !is_blank(text))
}

/// Two tags of a contact may have been merged into one.
fn each_once(tags: Vec<Tag>) -> Vec<Tag> {
    let mut seen = HashSet::new();
    tags.into_iter().filter(|tag| seen.insert(tag.id)).collect()
}

/// Gathers the rows of each field into its value.
fn custom_values(rows: impl Iterator<Item = ValueRow>) -> Vec<CustomValue> {
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
    // Fields may have changed places since an undone merge took its snapshots.
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
