//! Contacts out of what was kept of them ([`Rows`]): what they refer to is as the catalogue has it by now. What was
//! renamed has its new name, what was merged is what stands for it, and what was deleted is left out.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    load::{Rows, ValueRow},
    model::{Contact, CustomValue},
};
use crate::{
    catalogue::{
        channels::Channel,
        companies::Company,
        fields::{Rename, Step},
        groups::Group,
        tags::Tag,
    },
    database::TenantTransaction,
    domain::{FieldType, FieldValue, Region},
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

impl Revived {
    /// The contact that rows of the tables are.
    pub(crate) fn of_live(rows: Rows, region: Option<Region>) -> Self {
        Self { archived: rows.archived_values(), contact: rows.into_contact(region) }
    }
}

/// The contacts that these rows were, in their order.
pub(crate) async fn revive(
    tx: &mut TenantTransaction,
    rows: Vec<Rows>,
    region: Option<Region>,
) -> Result<Vec<Revived>> {
    let catalogue = Catalogue::find(tx, rows.iter()).await?;
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
pub(crate) struct Catalogue {
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
    /// The places of its options, by value.
    options: HashMap<String, i32>,
    /// What its values went through.
    #[serde(deserialize_with = "read_steps")]
    steps: Vec<Step>,
    step_count: i32,
}

/// A tag or a company, with the id that it was looked for by: that of one that was merged into it, perhaps.
#[derive(Debug, Deserialize)]
struct Found<T> {
    asked: Uuid,
    #[serde(flatten)]
    found: T,
}

impl Catalogue {
    /// What these snapshots refer to. One statement, in one snapshot of the database with the number of the catalogue,
    /// which the transaction notes.
    pub(crate) async fn find<'a>(
        tx: &mut TenantTransaction,
        rows: impl Iterator<Item = &'a Rows>,
    ) -> Result<Self> {
        let (mut channels, mut companies, mut tags) = (Vec::new(), Vec::new(), Vec::new());
        let (mut groups, mut fields) = (Vec::new(), Vec::new());
        for rows in rows {
            channels.extend(rows.channel.iter().map(|channel| channel.id));
            channels.extend(rows.platforms.iter().map(|platform| platform.channel_id));
            companies.extend(rows.company.iter().map(|company| company.id));
            tags.extend(rows.tags.iter().map(|tag| tag.id));
            groups.extend(rows.groups.iter().map(|group| group.id));
            fields.extend(rows.custom_values.iter().map(|value| value.field_id));
        }
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
                        'position', f.position, 'is_archived', f.is_archived, 'steps', f.steps,
                        'step_count', f.step_count,
                        'options', (select coalesce(json_object_agg(o.value, o.position), '{}')
                                    from field_options o
                                    where o.tenant_id = $1 and o.field_id = f.id and o.renamed_to is null))), '[]')
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

    /// The contact that these rows were, which [`find`](Self::find) has seen.
    pub(crate) fn revive(&self, mut rows: Rows, region: Option<Region>) -> Revived {
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
        let of_fields = rows.custom_values.0.chunk_by(|one, next| one.field_id == next.field_id);
        rows.custom_values = Json(of_fields.flat_map(|rows| self.bring_up_to_date(rows, region)).collect());
        Revived { archived: rows.archived_values(), contact: rows.into_contact(region) }
    }

    /// A contact that was revived, and perhaps changed since, as it is kept.
    pub(crate) fn keep(&self, revived: &Revived) -> Rows {
        let step = |field_id| self.fields.get(&field_id).map_or(0, |field| field.step_count);
        Rows::of(&revived.contact, &revived.archived, step)
    }

    /// The value of a field as it is by now, under the definition that the field has by now; nothing where there is no
    /// such field any more, or its values are of a type that this one cannot become.
    fn bring_up_to_date(&self, rows: &[ValueRow], region: Option<Region>) -> Vec<ValueRow> {
        let Some((field, first)) = rows.first().and_then(|row| Some((self.fields.get(&row.field_id)?, row)))
        else {
            return Vec::new();
        };
        let stored = rows.iter().map(|row| row.value.clone()).collect();
        let Some(value) = field.follow(FieldValue::from_stored(first.field_type, stored), first.step, region)
        else {
            return Vec::new();
        };
        let mut texts = value.stored().to_vec();
        // In the order of the options. One that is an option no more is kept, behind them: nobody is to lose a value unseen.
        texts.sort_by_key(|text| field.options.get(text).copied().unwrap_or(i32::MAX));
        texts.dedup();
        let row = |value| ValueRow {
            field_id: field.id,
            system_name: field.system_name.clone(),
            display_name: field.display_name.clone(),
            field_type: field.field_type,
            position: field.position,
            is_archived: field.is_archived,
            step: field.step_count,
            value,
        };
        texts.into_iter().map(row).collect()
    }
}

impl Field {
    /// What became of a value since it had so many steps behind it; none where it cannot be a value of the field's type.
    fn follow(&self, mut value: FieldValue, step: i32, region: Option<Region>) -> Option<FieldValue> {
        for step in self.steps.iter().skip(usize::try_from(step).unwrap_or_default()) {
            value = follow_step(value, step, region);
        }
        if value.field_type() == self.field_type {
            return Some(value);
        }
        let options: Vec<String> = self.options.keys().cloned().collect();
        value.convert(self.field_type, &options, region).ok()
    }
}

fn read_steps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Step>, D::Error> {
    let lines = String::deserialize(deserializer)?;
    Step::read_all(&lines).map_err(serde::de::Error::custom)
}

/// A value behind a step. One that is none of the new type stays as it is: a later step may make it one again.
fn follow_step(value: FieldValue, step: &Step, region: Option<Region>) -> FieldValue {
    match step {
        Step::Renamed(renames) if value.field_type().has_options() => {
            let new_names = Rename::new_names(renames);
            let name = |text: &String| {
                new_names.get(text.as_str()).map_or_else(|| text.clone(), |&name| name.into())
            };
            FieldValue::from_stored(value.field_type(), value.stored().iter().map(name).collect())
        }
        Step::Renamed(_) => value,
        Step::Converted { into, options } => value.convert(*into, options, region).unwrap_or(value),
    }
}
