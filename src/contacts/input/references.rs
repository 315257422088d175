//! What bodies refer to: the tenant's fields, channels, groups, companies and tags. Found in one round trip for any
//! number of bodies; companies and tags that do not exist yet are made.

mod missing;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use self::missing::Planned;
use super::{CompanyRef, ContactInput, TagAction, TagChange, TagRef};
use crate::{
    catalogue::{
        channels::{self, Channel},
        companies::Company,
        groups::Group,
        tags::Tag,
    },
    contacts::record::model::{Contact, CustomValue},
    database::TenantTransaction,
    domain::{ChannelName, FieldType, FieldValue, Region},
    error::{Problems, Result},
    http::{patch::Patch, reader::Placed},
};

/// The definition of a field, as far as writing a contact needs it.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the API's")]
pub(crate) struct FieldDefinition {
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
    /// How many steps its values have behind them.
    pub step: i32,
    /// What options are called that contacts still have under another name.
    renamed: HashMap<String, String>,
}

impl FieldDefinition {
    /// A value as it is called since options were renamed: reads may still have shown it under the former name.
    fn with_new_names<'a>(&self, value: &'a Value) -> Cow<'a, Value> {
        if self.renamed.is_empty() {
            return Cow::Borrowed(value);
        }
        let renamed = |value: &Value| {
            let name = value.as_str().and_then(|text| self.renamed.get(text));
            name.map_or_else(|| value.clone(), |name| Value::from(name.as_str()))
        };
        Cow::Owned(match value {
            Value::Array(items) => items.iter().map(renamed).collect(),
            value => renamed(value),
        })
    }
}

impl FieldDefinition {
    /// What a contact may choose: the options there are, and what it has. That may be one that was removed while the
    /// contact was in the trash, and what was read may be sent back.
    fn options_with(&self, own: Option<&CustomValue>) -> Cow<'_, [String]> {
        let removed: Vec<&String> = match own {
            Some(own) if self.field_type.has_options() => {
                let options: HashSet<&String> = self.options.iter().collect();
                own.value.stored().iter().filter(|text| !options.contains(text)).collect()
            }
            _ => Vec::new(),
        };
        if removed.is_empty() {
            return Cow::Borrowed(&self.options);
        }
        Cow::Owned(self.options.iter().chain(removed).cloned().collect())
    }
}

/// A channel as a body may name it.
#[derive(Debug, Deserialize)]
struct FoundChannel {
    key: String,
    is_archived: bool,
    #[serde(flatten)]
    channel: Channel,
}

/// A tag as a body may name it.
#[derive(Debug, Deserialize)]
struct FoundTag {
    /// The id that was looked for: another one than the tag's where that tag was merged into this.
    asked: Uuid,
    key: String,
    #[serde(flatten)]
    tag: Tag,
}

/// A company as a body may name it.
#[derive(Debug, Deserialize)]
struct FoundCompany {
    /// As [`FoundTag::asked`].
    asked: Uuid,
    key: String,
    #[serde(flatten)]
    company: Company,
}

/// Everything that bodies refer to, as the database has it.
#[derive(Debug)]
pub(crate) struct References {
    /// The definitions that are required, unique, or named by a body: those first that are unique.
    pub fields: Vec<FieldDefinition>,
    /// How many of them are unique.
    unique: usize,
    /// Their places, by system name.
    field_places: HashMap<String, usize>,
    /// The places of those that are required.
    required: Vec<usize>,
    channels: HashMap<String, FoundChannel>,
    groups: HashMap<Uuid, Group>,
    default_groups: Vec<Group>,
    companies_by_id: HashMap<Uuid, Company>,
    companies_by_key: HashMap<String, Company>,
    tags_by_id: HashMap<Uuid, Tag>,
    tags_by_key: HashMap<String, Tag>,
    /// What is to be made, and is known here already.
    planned: Planned,
    /// The names that a channel may have, once they were asked for.
    channel_names: Option<String>,
}

/// What bodies name, as it is looked for.
#[derive(Default)]
struct Named<'a> {
    system_names: Vec<&'a str>,
    channel_keys: Vec<String>,
    group_ids: Vec<Uuid>,
    company_ids: Vec<Uuid>,
    company_keys: Vec<String>,
    tag_ids: Vec<Uuid>,
    tag_keys: Vec<String>,
}

impl<'a> Named<'a> {
    fn by(inputs: &[&'a ContactInput]) -> Self {
        let mut named = Self::default();
        for input in inputs {
            named.system_names.extend(input.custom_fields.iter().map(|(name, _)| name.as_str()));
            let platforms = input.platforms.iter().flatten().map(|platform| &platform.entry.channel);
            let channels = input.channel.value().into_iter().chain(platforms);
            named.channel_keys.extend(channels.map(crate::domain::ChannelName::key));
            named.group_ids.extend(input.groups.iter().flatten().map(|group| group.entry));
            match input.company.value() {
                Some(CompanyRef::Id(id)) => named.company_ids.push(*id),
                Some(CompanyRef::Name(name)) => named.company_keys.push(name.key()),
                None => {}
            }
            for tag in input.tags.iter().flat_map(|change| &change.tags) {
                match &tag.entry {
                    TagRef::Id(id) => named.tag_ids.push(*id),
                    TagRef::Name(name) => named.tag_keys.push(name.key()),
                }
            }
        }
        named
    }

    /// How many things are named: a bulk may name tens of thousands.
    const fn count(&self) -> usize {
        let companies = self.company_ids.len() + self.company_keys.len();
        let tags = self.tag_ids.len() + self.tag_keys.len();
        self.system_names.len() + self.channel_keys.len() + self.group_ids.len() + companies + tags
    }
}

impl References {
    /// Looks up what bodies refer to, and the tenant's default groups. One statement, in one snapshot with the number
    /// of the catalogue, which the transaction notes.
    pub(crate) async fn find(tx: &mut TenantTransaction, inputs: &[&ContactInput]) -> Result<Self> {
        Self::find_with(tx, inputs, &[]).await
    }

    /// As [`find`](Self::find), with the definitions of these fields besides.
    #[expect(clippy::too_many_lines, reason = "one statement, and what becomes of its row")]
    pub(crate) async fn find_with(
        tx: &mut TenantTransaction,
        inputs: &[&ContactInput],
        system_names: &[&str],
    ) -> Result<Self> {
        let mut named = Named::by(inputs);
        named.system_names.extend(system_names);
        tx.replan_for(named.count()).await?;
        let row = sqlx::query!(
            r#"
            select
                (select coalesce(json_agg(json_build_object(
                        'id', f.id, 'system_name', f.system_name, 'display_name', f.display_name, 'type', f.type,
                        'is_default', f.is_default, 'is_archived', f.is_archived, 'is_required', f.is_required,
                        'is_unique', f.is_unique, 'position', f.position, 'step', f.step_count,
                        'options', (select coalesce(json_agg(o.value order by o.position, o.value), '[]')
                                    from field_options o where o.tenant_id = $1 and o.field_id = f.id
                                      and o.renamed_to is null),
                        'renamed', (select coalesce(json_object_agg(r.value, r.renamed_to), '{}')
                                    from field_options r where r.tenant_id = $1 and r.field_id = f.id
                                      and r.renamed_to is not null))), '[]')
                 from fields f
                 where f.tenant_id = $1
                   and (f.is_required or f.is_unique or f.system_name in (select unnest($2::text[])))
                ) as "fields!: Json<Vec<FieldDefinition>>",
                (select coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'key', c.name_key,
                                                            'is_archived', c.is_archived)), '[]')
                 from channels c where c.tenant_id = $1 and c.name_key = any($3)
                ) as "channels!: Json<Vec<FoundChannel>>",
                (select coalesce(json_agg(json_build_object(
                        'id', g.id, 'value', g.value, 'label', g.label, 'is_default', g.is_default)
                        order by g.position, g.id), '[]')
                 from groups g
                 where g.tenant_id = $1 and (g.id = any($4) or g.is_default) and g.retired_at is null
                ) as "groups!: Json<Vec<Group>>",
                (select coalesce(json_agg(x.found), '[]')
                 from (select case
                           when a.merged_into is null
                           then json_build_object('asked', a.id, 'key', a.name_key, 'id', a.id, 'name', a.name, 'phone', a.phone, 'address', a.address, 'industry', a.industry)
                           else (select json_build_object('asked', a.id, 'key', t.name_key, 'id', t.id, 'name', t.name, 'phone', t.phone, 'address', t.address, 'industry', t.industry)
                                 from companies t
                                 where t.tenant_id = $1 and t.id = a.merged_into and t.retired_at is null)
                       end as found
                       from (select n.id, n.name, n.name_key, n.phone, n.address, n.industry, n.merged_into
                             from companies n
                             where n.tenant_id = $1 and n.id = any($5)
                               and (n.retired_at is null or n.merged_into is not null)
                             union all
                             select n.id, n.name, n.name_key, n.phone, n.address, n.industry, n.merged_into
                             from companies n
                             where n.tenant_id = $1 and n.name_key = any($6) and n.retired_at is null) a) x
                 where x.found is not null
                ) as "companies!: Json<Vec<FoundCompany>>",
                (select coalesce(json_agg(x.found), '[]')
                 from (select case
                           when a.merged_into is null
                           then json_build_object('asked', a.id, 'key', a.name_key, 'id', a.id, 'name', a.name)
                           else (select json_build_object('asked', a.id, 'key', t.name_key, 'id', t.id, 'name', t.name)
                                 from tags t
                                 where t.tenant_id = $1 and t.id = a.merged_into and t.retired_at is null)
                       end as found
                       from (select n.id, n.name, n.name_key, n.merged_into
                             from tags n
                             where n.tenant_id = $1 and n.id = any($7)
                               and (n.retired_at is null or n.merged_into is not null)
                             union all
                             select n.id, n.name, n.name_key, n.merged_into
                             from tags n
                             where n.tenant_id = $1 and n.name_key = any($8) and n.retired_at is null) a) x
                 where x.found is not null
                ) as "tags!: Json<Vec<FoundTag>>",
                (select n.catalogue from tenant_counters n where n.tenant_id = $1) as "catalogue?"
            "#,
            tx.tenant().uuid(),
            &named.system_names as &[&str],
            &named.channel_keys,
            &named.group_ids,
            &named.company_ids,
            &named.company_keys,
            &named.tag_ids,
            &named.tag_keys,
        )
        .fetch_one(tx.on())
        .await?;
        tx.plan_as_before().await?;
        tx.saw_catalogue(row.catalogue)?;
        let (unique, others): (Vec<_>, Vec<_>) = row.fields.0.into_iter().partition(|field| field.is_unique);
        let unique_count = unique.len();
        let fields: Vec<FieldDefinition> = unique.into_iter().chain(others).collect();
        let places = || fields.iter().enumerate();
        let mut references = Self {
            unique: unique_count,
            field_places: places().map(|(place, field)| (field.system_name.clone(), place)).collect(),
            required: places().filter(|(_, field)| field.is_required).map(|(place, _)| place).collect(),
            fields,
            channels: row.channels.0.into_iter().map(|found| (found.key.clone(), found)).collect(),
            default_groups: row.groups.0.iter().filter(|group| group.is_default).cloned().collect(),
            groups: row.groups.0.into_iter().map(|group| (group.id, group)).collect(),
            companies_by_id: HashMap::new(),
            companies_by_key: HashMap::new(),
            tags_by_id: HashMap::new(),
            tags_by_key: HashMap::new(),
            planned: Planned::default(),
            channel_names: None,
        };
        for FoundCompany { asked, key, company } in row.companies.0 {
            references.companies_by_id.insert(asked, company.clone());
            references.companies_by_key.insert(key, company);
        }
        for FoundTag { asked, key, tag } in row.tags.0 {
            references.tags_by_id.insert(asked, tag.clone());
            references.tags_by_key.insert(key, tag);
        }
        Ok(references)
    }

    /// Notes what a body refers to and does not exist and may not be made. `before`: the contact that it changes.
    pub(crate) async fn check(
        &mut self,
        tx: &mut TenantTransaction,
        input: &ContactInput,
        before: Option<&Contact>,
        problems: &mut Problems,
    ) -> Result<()> {
        let channels = input.channel.value().map(|name| ("channel".to_owned(), name)).into_iter();
        let platforms = input.platforms.iter().flatten();
        let unknown: Vec<_> = channels
            .chain(platforms.map(|Placed { index, entry }| {
                (format!("platformContacts[{index}].channel"), &entry.channel)
            }))
            .filter(|(_, name)| !self.may_have(name, before))
            .map(|(field, _)| field)
            .collect();
        if !unknown.is_empty() {
            let names = match self.channel_names.take() {
                Some(names) => names,
                None => listed(&channels::names(tx).await?),
            };
            for field in unknown {
                problems.add(field, "unknown_channel", format!("must be the name of a channel: {names}"));
            }
            self.channel_names = Some(names);
        }
        for Placed { index, entry: id } in input.groups.iter().flatten() {
            if !self.groups.contains_key(id) {
                problems.add(
                    format!("contact_groups[{index}]"),
                    "unknown_group",
                    "there is no group with this id",
                );
            }
        }
        if let Patch::Value(CompanyRef::Id(id)) = &input.company
            && !self.companies_by_id.contains_key(id)
        {
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

    /// Whether a contact may have this channel: there is one of the name, and it is not archived unless the contact
    /// has it already.
    fn may_have(&self, name: &ChannelName, before: Option<&Contact>) -> bool {
        self.channels.get(&name.key()).is_some_and(|found| {
            let has = |contact: &Contact| {
                let platforms = contact.platforms.iter().map(|platform| &platform.channel);
                contact.channel.iter().chain(platforms).any(|channel| channel.id == found.channel.id)
            };
            !found.is_archived || before.is_some_and(has)
        })
    }

    /// The definitions that demand a value.
    pub(crate) fn required_fields(&self) -> impl Iterator<Item = &FieldDefinition> {
        self.required.iter().filter_map(|place| self.fields.get(*place)).filter(|field| !field.is_archived)
    }

    /// The definitions of which no two contacts may have the same value.
    pub(crate) fn unique_fields(&self) -> &[FieldDefinition] {
        self.fields.get(..self.unique).unwrap_or_default()
    }

    /// The custom field of this name, if it is in use.
    pub(crate) fn custom_field(&self, system_name: &str) -> Option<&FieldDefinition> {
        let field = self.fields.get(*self.field_places.get(system_name)?)?;
        Some(field).filter(|field| !field.is_archived && !field.is_default)
    }

    /// The channel of this name.
    pub(crate) fn channel(&self, name: &ChannelName) -> Option<Channel> {
        self.channels.get(&name.key()).map(|found| found.channel.clone())
    }

    /// The company that a body names.
    pub(crate) fn company(&self, reference: &CompanyRef) -> Option<Company> {
        match reference {
            CompanyRef::Id(id) => self.companies_by_id.get(id),
            CompanyRef::Name(name) => self.companies_by_key.get(&name.key()),
        }
        .cloned()
    }

    /// The tag that a body names.
    pub(crate) fn tag(&self, reference: &TagRef) -> Option<&Tag> {
        match reference {
            TagRef::Id(id) => self.tags_by_id.get(id),
            TagRef::Name(name) => self.tags_by_key.get(&name.key()),
        }
    }

    /// The groups of these ids, in their order.
    pub(crate) fn groups(&self, ids: &[Placed<Uuid>]) -> Vec<Group> {
        ids.iter().filter_map(|id| self.groups.get(&id.entry)).cloned().collect()
    }

    /// The groups of a contact that is created without any.
    pub(crate) fn default_groups(&self) -> Vec<Group> {
        self.default_groups.clone()
    }

    /// The tags of a contact after a change, in their order, each once.
    pub(crate) fn tags(&self, before: &[Tag], change: &TagChange) -> Vec<Tag> {
        let named = change.tags.iter().filter_map(|tag| self.tag(&tag.entry));
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

    /// The custom values of the body: what each becomes, `None` where it is removed. `before`: the contact that it changes.
    pub(crate) fn custom_values(
        &self,
        input: &ContactInput,
        before: Option<&Contact>,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Vec<(Uuid, Option<CustomValue>)> {
        let own = before.map(|contact| CustomValue::by_field(&contact.custom_values)).unwrap_or_default();
        let mut values = Vec::with_capacity(input.custom_fields.len());
        for (name, json) in &input.custom_fields {
            let path = format!("customFields.{}", name.as_str());
            let Some(field) = self.custom_field(name.as_str()) else {
                problems.add(path, "unknown_field", "there is no custom field of this name");
                continue;
            };
            let json = field.with_new_names(json);
            let options = field.options_with(own.get(&field.id).copied());
            let parsed = FieldValue::parse(field.field_type, &options, &json, input.is_form, region);
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

/// Names for an error, which is repeated for each place that it is about.
fn listed(names: &[String]) -> String {
    const MOST: usize = 20;
    let (first, more) = names.split_at(names.len().min(MOST));
    let first = first.join(", ");
    if more.is_empty() { first } else { format!("{first}, and {} more", more.len()) }
}

/// The tags that the contact is to have afterwards; one that is taken off need not exist.
fn tags_to_put(input: &ContactInput) -> &[Placed<TagRef>] {
    match &input.tags {
        Some(TagChange { action: TagAction::Merge | TagAction::Replace, tags }) => tags,
        Some(TagChange { action: TagAction::Remove, .. }) | None => &[],
    }
}
