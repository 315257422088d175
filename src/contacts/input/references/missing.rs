//! Companies and tags that bodies name and that do not exist yet: made at once, or planned first, where it only turns
//! out later which of many changes come about.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{References, tags_to_put};
use crate::{
    catalogue::{
        companies::{self, Company},
        tags::{self, Tag},
    },
    clock::Clock,
    contacts::{
        input::{CompanyRef, ContactInput, TagRef},
        record::model::Contact,
    },
    database::TenantTransaction,
    domain::{CompanyName, TagName},
    error::Result,
    http::patch::Patch,
};

/// What is to be made: by key, under which id contacts have it until then.
#[derive(Debug, Default)]
pub(super) struct Planned {
    companies: BTreeMap<String, (Uuid, CompanyName)>,
    tags: BTreeMap<String, (Uuid, TagName)>,
}

/// What one body had planned: the keys.
#[derive(Debug, Default)]
pub(crate) struct PlannedBy {
    company: Option<String>,
    tags: Vec<String>,
}

/// What was planned and is made: by the id that contacts had it under.
#[derive(Debug, Default)]
pub(crate) struct Made {
    companies: HashMap<Uuid, Company>,
    tags: HashMap<Uuid, Tag>,
}

impl References {
    /// The company that a body names and that is not known.
    fn missing_company<'a>(&self, input: &'a ContactInput) -> Option<(String, &'a CompanyName)> {
        let Patch::Value(CompanyRef::Name(name)) = &input.company else { return None };
        Some((name.key(), name)).filter(|(key, _)| !self.companies_by_key.contains_key(key))
    }

    /// The tags that a body names and that are not known.
    fn missing_tags<'s, 'a>(
        &'s self,
        input: &'a ContactInput,
    ) -> impl Iterator<Item = (String, &'a TagName)> + use<'s, 'a> {
        tags_to_put(input).iter().filter_map(|tag| {
            let TagRef::Name(name) = &tag.entry else { return None };
            Some((name.key(), name)).filter(|(key, _)| !self.tags_by_key.contains_key(key))
        })
    }

    /// Makes the companies and the tags that bodies name and that do not exist. In the order of their keys,
    /// so that two requests making the same ones wait for each other in one direction only.
    pub(crate) async fn create_missing(
        &mut self,
        tx: &mut TenantTransaction,
        inputs: &[&ContactInput],
        clock: &Clock,
    ) -> Result<()> {
        let mut companies: BTreeMap<String, &CompanyName> = BTreeMap::new();
        let mut tags: BTreeMap<String, &TagName> = BTreeMap::new();
        for input in inputs {
            if let Some((key, name)) = self.missing_company(input) {
                companies.entry(key).or_insert(name);
            }
            for (key, name) in self.missing_tags(input) {
                tags.entry(key).or_insert(name);
            }
        }
        if !companies.is_empty() {
            self.companies_by_key.extend(companies::find_or_create(tx, &companies, clock).await?);
        }
        if !tags.is_empty() {
            self.tags_by_key.extend(tags::find_or_create(tx, &tags, clock).await?);
        }
        Ok(())
    }

    /// Plans the company and the tags that a body names and that do not exist; they are then known, under ids of their
    /// own, until [`make_planned`](Self::make_planned).
    pub(crate) fn plan_missing(&mut self, input: &ContactInput, clock: &Clock) -> PlannedBy {
        let mut planned = PlannedBy::default();
        if let Some((key, name)) = self.missing_company(input) {
            let company = Company {
                id: clock.new_id(),
                name: name.as_str().to_owned(),
                phone: None,
                address: None,
                industry: None,
            };
            self.planned.companies.insert(key.clone(), (company.id, name.clone()));
            self.companies_by_key.insert(key.clone(), company);
            planned.company = Some(key);
        }
        let tags: Vec<_> = self.missing_tags(input).map(|(key, name)| (key, name.clone())).collect();
        for (key, name) in tags {
            // A body may name it twice.
            if !self.tags_by_key.contains_key(&key) {
                let tag = Tag { id: clock.new_id(), name: name.as_str().to_owned() };
                self.planned.tags.insert(key.clone(), (tag.id, name));
                self.tags_by_key.insert(key.clone(), tag);
                planned.tags.push(key);
            }
        }
        planned
    }

    /// Takes back what a body had planned, which is refused after all.
    pub(crate) fn take_back(&mut self, planned: PlannedBy) {
        if let Some(key) = planned.company {
            self.planned.companies.remove(&key);
            self.companies_by_key.remove(&key);
        }
        for key in planned.tags {
            self.planned.tags.remove(&key);
            self.tags_by_key.remove(&key);
        }
    }

    /// Makes what was planned, or finds what others made meanwhile.
    pub(crate) async fn make_planned(&mut self, tx: &mut TenantTransaction, clock: &Clock) -> Result<Made> {
        let Planned { companies, tags } = std::mem::take(&mut self.planned);
        let mut made = Made::default();
        if !companies.is_empty() {
            let names = companies.iter().map(|(key, (_, name))| (key.clone(), name)).collect();
            for (key, company) in companies::find_or_create(tx, &names, clock).await? {
                made.companies.extend(companies.get(&key).map(|(id, _)| (*id, company)));
            }
        }
        if !tags.is_empty() {
            let names = tags.iter().map(|(key, (_, name))| (key.clone(), name)).collect();
            for (key, tag) in tags::find_or_create(tx, &names, clock).await? {
                made.tags.extend(tags.get(&key).map(|(id, _)| (*id, tag)));
            }
        }
        Ok(made)
    }
}

impl Made {
    /// Whether there is anything of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.companies.is_empty() && self.tags.is_empty()
    }

    /// Puts what was made in the place of what was planned.
    pub(crate) fn settle(&self, contact: &mut Contact) {
        if let Some(company) = &mut contact.company
            && let Some(made) = self.companies.get(&company.id)
        {
            company.clone_from(made);
        }
        let mut is_changed = false;
        for tag in &mut contact.tags {
            if let Some(made) = self.tags.get(&tag.id) {
                tag.clone_from(made);
                is_changed = true;
            }
        }
        if is_changed {
            // Somebody may have made the tag meanwhile, and the contact had it already.
            let mut seen = std::collections::HashSet::new();
            contact.tags.retain(|tag| seen.insert(tag.id));
        }
    }
}
