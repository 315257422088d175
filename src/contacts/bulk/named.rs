//! What an operation names, by id: a job that carries it out for a while means what was called so when it was asked for.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    catalogue::{
        channels,
        fields::{self, Step},
    },
    contacts::input::{CompanyRef, ContactInput, TagRef, references::References},
    database::TenantTransaction,
    domain::{ChannelName, SystemName, option_key},
    error::Result,
    http::patch::Patch,
};

/// Ids by the keys of names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Named {
    tags: HashMap<String, Uuid>,
    companies: HashMap<String, Uuid>,
    channels: HashMap<String, Uuid>,
    /// The custom fields whose options it names, and how many steps their values had behind them.
    fields: HashMap<String, (Uuid, i32)>,
}

impl Named {
    /// What a body names, as it was found.
    pub(super) fn of(input: &ContactInput, references: &References) -> Self {
        let tags = input.tags.iter().flat_map(|change| &change.tags).map(|placed| &placed.entry);
        let tag = |tag: &TagRef| match tag {
            TagRef::Name(name) => Some((name.key(), references.tag(tag)?.id)),
            TagRef::Id(_) => None,
        };
        let company = |company: &CompanyRef| match company {
            CompanyRef::Name(name) => Some((name.key(), references.company(company)?.id)),
            CompanyRef::Id(_) => None,
        };
        let platforms = input.platforms.iter().flatten().map(|platform| &platform.entry.channel);
        let channels = input.channel.value().into_iter().chain(platforms);
        let field = |(name, _): &(SystemName, Value)| {
            let field = references.custom_field(name.as_str())?;
            field.field_type.has_options().then(|| (field.system_name.clone(), (field.id, field.step)))
        };
        Self {
            fields: input.custom_fields.iter().filter_map(field).collect(),
            tags: tags.filter_map(tag).collect(),
            companies: input.company.value().and_then(company).into_iter().collect(),
            channels: channels.filter_map(|name| Some((name.key(), references.channel(name)?.id))).collect(),
        }
    }

    /// Has a body that was read again name the same.
    pub(super) async fn settle(&self, tx: &mut TenantTransaction, input: &mut ContactInput) -> Result<()> {
        for tag in input.tags.iter_mut().flat_map(|change| &mut change.tags) {
            if let TagRef::Name(name) = &tag.entry
                && let Some(id) = self.tags.get(&name.key())
            {
                tag.entry = TagRef::Id(*id);
            }
        }
        if let Some(CompanyRef::Name(name)) = input.company.value()
            && let Some(id) = self.companies.get(&name.key())
        {
            input.company = Patch::Value(CompanyRef::Id(*id));
        }
        for (name, value) in &mut input.custom_fields {
            let Some((id, step)) = self.fields.get(name.as_str()) else { continue };
            let (steps, _) = fields::steps(tx, *id).await?;
            for step in steps.iter().skip(usize::try_from(*step).unwrap_or_default()) {
                if let Step::Renamed(renames) = step {
                    let by_key =
                        renames.iter().map(|rename| (option_key(&rename.from), &*rename.into)).collect();
                    *value = renamed(value, &by_key);
                }
            }
        }
        if !self.channels.is_empty() {
            let ids: Vec<Uuid> = self.channels.values().copied().collect();
            let names: HashMap<Uuid, String> = channels::names_of(tx, &ids).await?.into_iter().collect();
            let name = |name: &ChannelName| {
                let id = self.channels.get(&name.key())?;
                names.get(id).cloned().map(ChannelName::from_stored)
            };
            if let Some(name) = input.channel.value().and_then(name) {
                input.channel = Patch::Value(name);
            }
            for platform in input.platforms.iter_mut().flatten() {
                if let Some(name) = name(&platform.entry.channel) {
                    platform.entry.channel = name;
                }
            }
        }
        Ok(())
    }
}

/// A choice, or several, under the names that they have by now, which are found by the keys of the former ones.
fn renamed(value: &Value, new_names: &HashMap<String, &str>) -> Value {
    match value {
        Value::String(text) => Value::from(*new_names.get(&option_key(text)).unwrap_or(&text.as_str())),
        Value::Array(items) => items.iter().map(|item| renamed(item, new_names)).collect(),
        other => other.clone(),
    }
}
