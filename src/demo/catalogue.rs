//! What the contacts of a demo tenant share: its companies, tags and custom fields, which are made up, and its
//! channels and groups, which it has.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    random::{Random, Ranks},
    time, words,
};
use crate::{
    catalogue::{channels::Channel, companies::Company, groups::Group, tags::Tag},
    domain::{Address, CompanyName, FieldType, Invalid, SystemName, TagName},
};

/// Contacts for each company.
const CONTACTS_A_COMPANY: u64 = 250;

/// Contacts for each tag, of which there are not more than [`words`] has.
const CONTACTS_A_TAG: u64 = 20;

/// The least of either.
const FEWEST: u64 = 12;

/// Months of which [`words::OCCASIONS`] have a tag each.
const MONTHS: usize = 36;

/// What the contacts of a tenant share.
#[derive(Debug)]
pub(super) struct Catalogue {
    pub companies: Vec<Company>,
    pub company_ranks: Ranks,
    pub tags: Vec<Tag>,
    pub tag_ranks: Ranks,
    pub fields: [DemoField; 6],
    pub channels: Vec<Channel>,
    /// Those of the channels that are social platforms.
    pub platforms: Vec<Channel>,
    pub groups: Vec<Group>,
    /// When all of it was created.
    pub created_at: DateTime<Utc>,
}

/// The definition of a custom field.
#[derive(Debug)]
pub(super) struct DemoField {
    pub id: Uuid,
    pub system_name: SystemName,
    pub display_name: &'static str,
    pub field_type: FieldType,
    pub position: i32,
    /// Values and labels.
    pub options: &'static [(&'static str, &'static str)],
    /// The values.
    pub values: Vec<String>,
    /// How many of 100 contacts have a value.
    pub share: u64,
}

/// What a tenant has of its own.
#[derive(Debug)]
pub(super) struct Own {
    pub channels: Vec<Channel>,
    pub groups: Vec<Group>,
    /// Where its first custom field is to stand.
    pub next_field: i32,
}

impl Catalogue {
    /// Makes it up; the same for the same numbers.
    pub(super) fn new(seed: u64, tenant: u64, contacts: u64, own: Own) -> Result<Self, Invalid> {
        let mut random = Random::of(&[seed, tenant, u64::MAX]);
        let created_at = time::beginning();
        let companies = companies(&mut random, (contacts / CONTACTS_A_COMPANY).max(FEWEST))?;
        let tags = tags(&mut random, (contacts / CONTACTS_A_TAG).max(FEWEST))?;
        let fields = fields(&mut random, own.next_field)?;
        let is_platform = |channel: &Channel| {
            !matches!(channel.name.as_str(), "phone" | "email" | "webchat" | "sms" | "fax")
        };
        Ok(Self {
            company_ranks: Ranks::new(companies.len(), 5),
            companies,
            tag_ranks: Ranks::new(tags.len(), 2),
            tags,
            fields,
            platforms: own.channels.iter().filter(|channel| is_platform(channel)).cloned().collect(),
            channels: own.channels,
            groups: own.groups,
            created_at,
        })
    }
}

fn companies(random: &mut Random, count: u64) -> Result<Vec<Company>, Invalid> {
    let mut keys = HashSet::new();
    (0..count)
        .map(|index| {
            let name = company_name(random, &mut keys, index)?;
            let street = random.below(200) + 1;
            let phone = random.percent(60).then(|| format!("+95 1 5{:05}", random.below(100_000)));
            let address = random.percent(50).then(|| format!("{street} Strand Road, Yangon"));
            let industry = random.percent(80).then(|| (*random.pick(&words::INDUSTRIES)).to_owned());
            if let Some(address) = &address {
                Address::parse(address)?;
            }
            Ok(Company { id: new_id(random), name: name.as_str().to_owned(), phone, address, industry })
        })
        .collect()
}

/// A name that no other company has; with a number where the words do not suffice.
fn company_name(random: &mut Random, keys: &mut HashSet<String>, index: u64) -> Result<CompanyName, Invalid> {
    let mut text = String::new();
    for _ in 0..8 {
        text = format!("{} {}", random.pick(&words::COMPANY_STEMS), random.pick(&words::COMPANY_TRADES));
        if random.percent(60) {
            text = format!("{text} {}", random.pick(&words::COMPANY_FORMS));
        }
        let name = CompanyName::parse(&text)?;
        if keys.insert(name.key()) {
            return Ok(name);
        }
    }
    let name = CompanyName::parse(&format!("{text} {index}"))?;
    keys.insert(name.key());
    Ok(name)
}

fn tags(random: &mut Random, count: u64) -> Result<Vec<Tag>, Invalid> {
    let plain = words::TAGS.iter().map(|tag| (*tag).to_owned());
    let dated = (0..MONTHS).flat_map(|month| {
        let (year, month) = (time::FIRST_YEAR + month / 12, month % 12 + 1);
        words::OCCASIONS.iter().map(move |occasion| format!("{occasion} {year}-{month:02}"))
    });
    plain
        .chain(dated)
        .take(usize::try_from(count).unwrap_or(usize::MAX))
        .map(|name| Ok(Tag { name: TagName::parse(&name)?.as_str().to_owned(), id: new_id(random) }))
        .collect()
}

fn fields(random: &mut Random, next: i32) -> Result<[DemoField; 6], Invalid> {
    let mut field = |offset, name, display_name, field_type, options: &'static [_], share| {
        Ok(DemoField {
            id: new_id(random),
            system_name: SystemName::parse(name)?,
            display_name,
            field_type,
            position: next + offset,
            options,
            values: options.iter().map(|(value, _): &(&str, &str)| (*value).to_owned()).collect(),
            share,
        })
    };
    Ok([
        field(0, "cf_job_title", "Job title", FieldType::Text, &[], 45)?,
        field(1, "cf_segment", "Segment", FieldType::Select, &words::SEGMENTS, 50)?,
        field(2, "cf_lifetime_value", "Lifetime value", FieldType::Number, &[], 35)?,
        field(3, "cf_birthday", "Birthday", FieldType::Date, &[], 25)?,
        field(4, "cf_newsletter", "Newsletter", FieldType::Checkbox, &[], 35)?,
        field(5, "cf_interests", "Interests", FieldType::MultiSelect, &words::INTERESTS, 15)?,
    ])
}

fn new_id(random: &mut Random) -> Uuid {
    time::id_at(time::beginning().timestamp_micros(), random)
}
