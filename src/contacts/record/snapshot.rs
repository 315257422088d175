//! Contacts out of what was kept of them ([`Rows`]): what they refer to is as the catalogue has it by now. What was
//! renamed has its new name, what was merged is what stands for it, and what was deleted is left out.

use std::collections::HashMap;

use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    load::{Rows, ValueRow},
    model::{Contact, CustomValue},
};
use crate::{
    catalogue::{channels::Channel, companies::Company, groups::Group, tags::Tag},
    database::TenantTransaction,
    domain::{FieldType, Region},
    error::Result,
};

/// A contact out of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revived {
    pub contact: Contact,
    /// Its values of fields that are out of use by now. They are no part of the contact that is written:
    /// [`write_archived`] writes them.
    pub archived: Vec<CustomValue>,
}

/// The contacts that these rows were, in their order. One statement, in one snapshot with the number of the catalogue,
/// which the transaction notes.
pub(crate) async fn revive(
    tx: &mut TenantTransaction,
    rows: Vec<Rows>,
    region: Option<Region>,
) -> Result<Vec<Revived>> {
    let catalogue = Catalogue::find(tx, &rows).await?;
    Ok(rows.into_iter().map(|rows| catalogue.revive(rows, region)).collect())
}

/// Writes values of archived fields beside the rows of contacts, which have none of these fields.
pub(crate) async fn write_archived(
    tx: &mut TenantTransaction,
    values: &[(Uuid, &CustomValue)],
    region: Option<Region>,
) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let (mut contact_ids, mut field_ids, mut positions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut texts, mut keys) = (Vec::new(), Vec::new());
    for (contact_id, value) in values {
        let rows = value.value.stored().iter().zip(value.value.row_keys(region));
        for (position, (text, key)) in (0_i16..).zip(rows) {
            contact_ids.push(*contact_id);
            field_ids.push(value.field_id);
            positions.push(position);
            texts.push(text.as_str());
            keys.push(key);
        }
    }
    sqlx::query!(
        "insert into field_values (tenant_id, contact_id, field_id, position, value, value_key)
         select $1, n.* from unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[]) as n",
        tx.tenant().uuid(),
        &contact_ids,
        &field_ids,
        &positions,
        &texts as &[&str],
        &keys,
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// What snapshots refer to, by id, as far as it is there.
struct Catalogue {
    channels: HashMap<Uuid, Channel>,
    companies: HashMap<Uuid, Company>,
    tags: HashMap<Uuid, Tag>,
    groups: HashMap<Uuid, Group>,
    fields: HashMap<Uuid, Field>,
}

/// A field as it is by now.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "`type` is a keyword")]
struct Field {
    id: Uuid,
    system_name: String,
    display_name: String,
    #[serde(rename = "type")]
    field_type: FieldType,
    position: i32,
    is_archived: bool,
    /// By value, those that contacts are still to follow under their former name too.
    options: HashMap<String, FieldOption>,
}

/// An option of a field as it is by now.
#[derive(Debug, Deserialize)]
struct FieldOption {
    position: i32,
    /// The value that took this one's place.
    renamed_to: Option<String>,
}

/// A tag or a company, with the id that it was looked for by: that of one that was merged into it, perhaps.
#[derive(Debug, Deserialize)]
struct Found<T> {
    asked: Uuid,
    #[serde(flatten)]
    found: T,
}

impl Catalogue {
    async fn find(tx: &mut TenantTransaction, rows: &[Rows]) -> Result<Self> {
        let channels: Vec<Uuid> = rows
            .iter()
            .flat_map(|rows| {
                let platforms = rows.platforms.iter().map(|platform| platform.channel_id);
                rows.channel.iter().map(|channel| channel.id).chain(platforms)
            })
            .collect();
        let companies: Vec<Uuid> =
            rows.iter().flat_map(|rows| rows.company.iter().map(|company| company.id)).collect();
        let tags: Vec<Uuid> = rows.iter().flat_map(|rows| rows.tags.iter().map(|tag| tag.id)).collect();
        let groups: Vec<Uuid> =
            rows.iter().flat_map(|rows| rows.groups.iter().map(|group| group.id)).collect();
        let fields: Vec<Uuid> =
            rows.iter().flat_map(|rows| rows.custom_values.iter().map(|value| value.field_id)).collect();
        let row = sqlx::query!(
            r#"
            select
                (select coalesce(json_agg(json_build_object('id', c.id, 'name', c.name)), '[]')
                 from channels c where c.tenant_id = $1 and c.id = any($2)
                ) as "channels!: Json<Vec<Channel>>",
                (select coalesce(json_agg(json_build_object(
                        'asked', a.id, 'id', c.id, 'name', c.name, 'phone', c.phone, 'address', c.address,
                        'industry', c.industry)), '[]')
                 from companies a join companies c on c.tenant_id = $1 and c.id = coalesce(a.merged_into, a.id)
                 where a.tenant_id = $1 and a.id = any($3) and c.retired_at is null
                ) as "companies!: Json<Vec<Found<Company>>>",
                (select coalesce(json_agg(json_build_object('asked', a.id, 'id', t.id, 'name', t.name)), '[]')
                 from tags a join tags t on t.tenant_id = $1 and t.id = coalesce(a.merged_into, a.id)
                 where a.tenant_id = $1 and a.id = any($4) and t.retired_at is null
                ) as "tags!: Json<Vec<Found<Tag>>>",
                (select coalesce(json_agg(json_build_object(
                        'id', g.id, 'value', g.value, 'label', g.label, 'is_default', g.is_default)), '[]')
                 from groups g where g.tenant_id = $1 and g.id = any($5) and g.retired_at is null
                ) as "groups!: Json<Vec<Group>>",
                (select coalesce(json_agg(json_build_object(
                        'id', f.id, 'system_name', f.system_name, 'display_name', f.display_name, 'type', f.type,
                        'position', f.position, 'is_archived', f.is_archived,
                        'options', (select coalesce(json_object_agg(o.value, json_build_object(
                                            'position', o.position, 'renamed_to', o.renamed_to)), '{}')
                                    from field_options o where o.tenant_id = $1 and o.field_id = f.id))), '[]')
                 from fields f where f.tenant_id = $1 and f.id = any($6)
                ) as "fields!: Json<Vec<Field>>",
                (select n.catalogue from tenant_counters n where n.tenant_id = $1) as "catalogue?"
            "#,
            tx.tenant().uuid(),
            &channels,
            &companies,
            &tags,
            &groups,
            &fields,
        )
        .fetch_one(tx.on())
        .await?;
        tx.saw_catalogue(row.catalogue)?;
        Ok(Self {
            channels: row.channels.0.into_iter().map(|channel| (channel.id, channel)).collect(),
            companies: row.companies.0.into_iter().map(|one| (one.asked, one.found)).collect(),
            tags: row.tags.0.into_iter().map(|one| (one.asked, one.found)).collect(),
            groups: row.groups.0.into_iter().map(|group| (group.id, group)).collect(),
            fields: row.fields.0.into_iter().map(|field| (field.id, field)).collect(),
        })
    }

    fn revive(&self, mut rows: Rows, region: Option<Region>) -> Revived {
        rows.channel = rows.channel.and_then(|channel| self.channels.get(&channel.id).cloned().map(Json));
        rows.company = rows.company.and_then(|company| self.companies.get(&company.id).cloned().map(Json));
        rows.tags = Json(rows.tags.iter().filter_map(|tag| self.tags.get(&tag.id).cloned()).collect());
        rows.groups =
            Json(rows.groups.iter().filter_map(|group| self.groups.get(&group.id).cloned()).collect());
        rows.platforms.retain_mut(|platform| match self.channels.get(&platform.channel_id) {
            Some(channel) => {
                platform.channel.clone_from(&channel.name);
                true
            }
            None => false,
        });
        rows.custom_values.retain_mut(|value| self.bring_up_to_date(value));
        self.order_choices(&mut rows.custom_values);
        Revived { archived: rows.archived_values(), contact: rows.into_contact(region) }
    }

    /// Gives a value the definition that its field has by now; false where it has none any more, or one of another type,
    /// which the value need not suit.
    fn bring_up_to_date(&self, value: &mut ValueRow) -> bool {
        let Some(field) = self.fields.get(&value.field_id) else { return false };
        value.system_name.clone_from(&field.system_name);
        value.display_name.clone_from(&field.display_name);
        value.position = field.position;
        value.is_archived = field.is_archived;
        if let Some(FieldOption { renamed_to: Some(name), .. }) = field.options.get(&value.value) {
            value.value.clone_from(name);
        }
        value.field_type == field.field_type
    }

    /// Puts the choices of each field in the order of its options, each once. One that is an option no more is kept, behind
    /// them: it may be one under its former name, and nobody is to lose a value unseen.
    fn order_choices(&self, values: &mut Vec<ValueRow>) {
        let mut places = HashMap::new();
        for value in values.iter() {
            let next = places.len();
            places.entry(value.field_id).or_insert(next);
        }
        values.sort_by_key(|value| {
            let options = self.fields.get(&value.field_id).map(|field| &field.options);
            let option = options.and_then(|options| options.get(&value.value));
            (places.get(&value.field_id).copied(), option.map_or(i32::MAX, |option| option.position))
        });
        values.dedup_by(|a, b| (a.field_id, &a.value) == (b.field_id, &b.value));
    }
}
