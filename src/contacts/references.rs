//! What a body refers to: the tenant's fields, channels, groups, its company and its tags. Found in one
//! round trip; companies and tags that do not exist yet are made.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    input::{CompanyRef, ContactInput, Placed, TagAction, TagChange, TagRef},
    model::CustomValue,
};
use crate::{
    channels::{self, Channel},
    clock::Clock,
    companies::{self, Company},
    database::TenantTransaction,
    domain::{FieldType, FieldValue, Region, TagName},
    error::{Problems, Result},
    groups::Group,
    http::patch::Patch,
    tags::{self, Tag},
};

/// The definition of a field, as far as writing a contact needs it.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the API's")]
pub(super) struct FieldDefinition {
    pub id: Uuid,
    pub system_name: String,
    pub display_name: String,
    #[serde(rename = "type")]
    pub field_type: FieldType,
    pub is_default: bool,
    pub is_archived: bool,
    pub is_required: bool,
    pub is_unique: bool,
    pub position: i32,
    pub options: Vec<String>,
}

/// Something found by its key.
#[derive(Debug, Deserialize)]
struct Keyed<T> {
    key: String,
    #[serde(flatten)]
    value: T,
}

/// Everything a body refers to, as the database has it.
#[derive(Debug)]
pub(super) struct References {
    /// The definitions that are required, unique, or named by the body.
    pub fields: Vec<FieldDefinition>,
    channels: HashMap<String, Channel>,
    groups: Vec<Group>,
    company: Option<Company>,
    tags_by_id: HashMap<Uuid, Tag>,
    tags_by_key: HashMap<String, Tag>,
}

impl References {
    /// Looks everything up. `wants_default_groups`: the body names no groups and should have the default ones.
    pub(super) async fn find(
        tx: &mut TenantTransaction,
        input: &ContactInput,
        wants_default_groups: bool,
    ) -> Result<Self> {
        let system_names: Vec<&str> = input.custom_fields.iter().map(|(name, _)| name.as_str()).collect();
        let channel_keys: Vec<String> = input
            .channel
            .value()
            .into_iter()
            .chain(input.platforms.iter().flatten().map(|platform| &platform.entry.channel))
            .map(crate::domain::ChannelName::key)
            .collect();
        let group_ids: Vec<Uuid> = input.groups.iter().flatten().map(|group| group.entry).collect();
        let (company_id, company_key) = match input.company.value() {
            Some(CompanyRef::Id(id)) => (Some(*id), None),
            Some(CompanyRef::Name(name)) => (None, Some(name.key())),
            None => (None, None),
        };
        let (tag_ids, tag_keys) = split_tags(input.tags.as_ref().map_or(&[], |change| &change.tags));
        let row = sqlx::query!(
            r#"
            select
                (select coalesce(json_agg(json_build_object(
                        'id', f.id, 'system_name', f.system_name, 'display_name', f.display_name, 'type', f.type,
                        'is_default', f.is_default, 'is_archived', f.is_archived, 'is_required', f.is_required,
                        'is_unique', f.is_unique, 'position', f.position,
                        'options', (select coalesce(json_agg(o.value order by o.position, o.value), '[]')
                                    from field_options o where o.tenant_id = $1 and o.field_id = f.id))), '[]')
                 from fields f
                 where f.tenant_id = $1 and (f.is_required or f.is_unique or f.system_name = any($2))
                ) as "fields!: Json<Vec<FieldDefinition>>",
                (select coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'key', c.name_key)), '[]')
                 from channels c where c.tenant_id = $1 and c.name_key = any($3)
                ) as "channels!: Json<Vec<Keyed<Channel>>>",
                (select coalesce(json_agg(json_build_object(
                        'id', g.id, 'value', g.value, 'label', g.label, 'is_default', g.is_default)
                        order by g.position, g.id), '[]')
                 from groups g where g.tenant_id = $1 and (g.id = any($4) or ($5 and g.is_default))
                ) as "groups!: Json<Vec<Group>>",
                (select json_build_object('id', c.id, 'name', c.name, 'phone', c.phone, 'address', c.address,
                                          'industry', c.industry)
                 from companies c where c.tenant_id = $1 and (c.id = $6 or c.name_key = $7)
                ) as "company: Json<Company>",
                (select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'key', t.name_key)), '[]')
                 from tags t where t.tenant_id = $1 and (t.id = any($8) or t.name_key = any($9))
                ) as "tags!: Json<Vec<Keyed<Tag>>>"
            "#,
            tx.tenant().uuid(),
            &system_names as &[&str],
            &channel_keys,
            &group_ids,
            wants_default_groups,
            company_id,
            company_key,
            &tag_ids,
            &tag_keys,
        )
        .fetch_one(tx.on())
        .await?;
        let mut references = Self {
            fields: row.fields.0,
            channels: row.channels.0.into_iter().map(|found| (found.key, found.value)).collect(),
            groups: row.groups.0,
            company: row.company.map(|Json(company)| company),
            tags_by_id: HashMap::new(),
            tags_by_key: HashMap::new(),
        };
        for found in row.tags.0 {
            references.add_tag(found.key, found.value);
        }
        Ok(references)
    }

    fn add_tag(&mut self, key: String, tag: Tag) {
        self.tags_by_id.insert(tag.id, tag.clone());
        self.tags_by_key.insert(key, tag);
    }

    /// Notes what the body refers to and does not exist and may not be made.
    pub(super) async fn check(
        &self,
        tx: &mut TenantTransaction,
        input: &ContactInput,
        problems: &mut Problems,
    ) -> Result<()> {
        let channels = input.channel.value().map(|name| ("channel".to_owned(), name)).into_iter();
        let platforms = input.platforms.iter().flatten();
        let unknown: Vec<_> = channels
            .chain(platforms.map(|Placed { index, entry }| {
                (format!("platformContacts[{index}].channel"), &entry.channel)
            }))
            .filter(|(_, name)| !self.channels.contains_key(&name.key()))
            .map(|(field, _)| field)
            .collect();
        if !unknown.is_empty() {
            let names = channels::names(tx).await?.join(", ");
            for field in unknown {
                problems.add(field, "unknown_channel", format!("must be the name of a channel: {names}"));
            }
        }
        for Placed { index, entry: id } in input.groups.iter().flatten() {
            if !self.groups.iter().any(|group| group.id == *id) {
                problems.add(
                    format!("contact_groups[{index}]"),
                    "unknown_group",
                    "there is no group with this id",
                );
            }
        }
        if matches!(input.company, Patch::Value(CompanyRef::Id(_))) && self.company.is_none() {
            problems.add("company.id", "unknown_company", "there is no company with this id");
        }
        for Placed { index, entry: tag } in tags_to_put(input) {
            if let TagRef::Id(id) = tag
                && !self.tags_by_id.contains_key(id)
            {
                problems.add(format!("tags[{index}].id"), "unknown_tag", "there is no tag with this id");
            }
        }
        Ok(())
    }

    /// Makes the company and the tags that the body names and that do not exist. In the order of their keys,
    /// so that two requests making the same ones wait for each other in one direction only.
    pub(super) async fn create_missing(
        &mut self,
        tx: &mut TenantTransaction,
        input: &ContactInput,
        clock: &Clock,
    ) -> Result<()> {
        if let (Patch::Value(CompanyRef::Name(name)), None) = (&input.company, &self.company) {
            self.company = Some(companies::find_or_create(tx, name, clock).await?);
        }
        let mut missing: BTreeMap<String, &TagName> = BTreeMap::new();
        for tag in tags_to_put(input) {
            if let TagRef::Name(name) = &tag.entry
                && !self.tags_by_key.contains_key(&name.key())
            {
                missing.entry(name.key()).or_insert(name);
            }
        }
        if !missing.is_empty() {
            for (key, tag) in tags::find_or_create(tx, &missing, clock).await? {
                self.add_tag(key, tag);
            }
        }
        Ok(())
    }

    /// The definitions that demand a value.
    pub(super) fn required_fields(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.fields.iter().filter(|field| field.is_required && !field.is_archived)
    }

    /// The channel of this name.
    pub(super) fn channel(&self, name: &crate::domain::ChannelName) -> Option<Channel> {
        self.channels.get(&name.key()).cloned()
    }

    /// The company that was referred to.
    pub(super) fn company(&self) -> Option<Company> {
        self.company.clone()
    }

    /// The groups of these ids, in their order; the default ones where none were named.
    pub(super) fn groups(&self, ids: Option<&[Placed<Uuid>]>) -> Vec<Group> {
        match ids {
            Some(ids) => ids
                .iter()
                .filter_map(|id| self.groups.iter().find(|group| group.id == id.entry).cloned())
                .collect(),
            None => self.groups.clone(),
        }
    }

    /// The tags of a contact after a change, in their order, each once.
    pub(super) fn tags(&self, before: &[Tag], change: &TagChange) -> Vec<Tag> {
        let named = change.tags.iter().filter_map(|tag| match &tag.entry {
            TagRef::Id(id) => self.tags_by_id.get(id),
            TagRef::Name(name) => self.tags_by_key.get(&name.key()),
        });
        let after: Vec<&Tag> = match change.action {
            TagAction::Merge => before.iter().chain(named).collect(),
            TagAction::Replace => named.collect(),
            TagAction::Remove => {
                let removed: HashSet<Uuid> = named.map(|tag| tag.id).collect();
                before.iter().filter(|tag| !removed.contains(&tag.id)).collect()
            }
        };
        let mut seen = HashSet::new();
        after.into_iter().filter(|tag| seen.insert(tag.id)).cloned().collect()
    }

    /// The custom values of the body: what each becomes, `None` where it is removed.
    pub(super) fn custom_values(
        &self,
        input: &ContactInput,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Vec<(Uuid, Option<CustomValue>)> {
        let mut values = Vec::with_capacity(input.custom_fields.len());
        for (name, json) in &input.custom_fields {
            let path = format!("customFields.{}", name.as_str());
            let definition = self.fields.iter().find(|field| field.system_name == name.as_str());
            let Some(field) = definition.filter(|field| !field.is_archived && !field.is_default) else {
                problems.add(path, "unknown_field", "there is no custom field of this name");
                continue;
            };
            let parsed = FieldValue::parse(field.field_type, &field.options, json, input.is_form, region);
            let Some(value) = problems.keep(&path, parsed) else { continue };
            if value.is_none() && field.is_required {
                problems.add(path, "required", "is required");
                continue;
            }
            let value = value.map(|value| CustomValue {
                field_id: field.id,
                system_name: field.system_name.clone(),
                display_name: field.display_name.clone(),
                field_type: field.field_type,
                position: field.position,
                value,
            });
            values.push((field.id, value));
        }
        values
    }
}

/// The tags that the contact is to have afterwards; one that is taken off need not exist.
fn tags_to_put(input: &ContactInput) -> &[Placed<TagRef>] {
    match &input.tags {
        Some(TagChange { action: TagAction::Merge | TagAction::Replace, tags }) => tags,
        Some(TagChange { action: TagAction::Remove, .. }) | None => &[],
    }
}

fn split_tags(tags: &[Placed<TagRef>]) -> (Vec<Uuid>, Vec<String>) {
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for tag in tags {
        match &tag.entry {
            TagRef::Id(id) => ids.push(*id),
            TagRef::Name(name) => keys.push(name.key()),
        }
    }
    (ids, keys)
}
