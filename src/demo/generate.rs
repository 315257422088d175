//! Makes up contacts. Each follows from the seed and the numbers of its tenant and of itself alone, so that it does
//! not matter in what order or by whom contacts are made.

use serde_json::{Number, Value};

use super::{
    catalogue::{Catalogue, DemoField},
    person::{Person, Persons},
    random::Random,
    time, words,
};
use crate::{
    contacts::record::model::{Contact, CustomValue, EmailEntry, PhoneEntry, Platform},
    domain::{
        Address, Email, FieldType, FieldValue, Invalid, Name, Notes, Phone, Region, SocialId, Url, Username,
    },
};

/// Makes the contacts of a tenant.
#[derive(Debug)]
pub(super) struct Generator {
    seed: u64,
    tenant: u64,
    contacts: u64,
    region: Option<Region>,
    persons: Persons,
    pub(super) catalogue: Catalogue,
}

impl Generator {
    /// `tenant`: its number; `contacts`: how many there will be.
    pub(super) fn new(
        seed: u64,
        tenant: u64,
        contacts: u64,
        region: Option<Region>,
        catalogue: Catalogue,
    ) -> Self {
        Self { seed, tenant, contacts, region, persons: Persons::new(), catalogue }
    }

    /// The contact of this number.
    pub(super) fn contact(&self, index: u64) -> Result<Contact, Invalid> {
        let mut random = Random::of(&[self.seed, self.tenant, index]);
        let random = &mut random;
        let created_at = time::created_at(index, self.contacts, random);
        let id = time::id_at(created_at, random);
        let person = self.persons.pick(random);
        let mut contact = Contact::new(
            id,
            Username::parse(&person.username)?,
            Name::parse(&person.name)?,
            time::moment(created_at),
        );
        contact.updated_at = time::moment(time::updated_at(created_at, random));
        contact.company = random.percent(60).then(|| self.company(random)).flatten();
        contact.phones = self.phones(&person, random)?;
        contact.emails = emails(&person, random)?;
        contact.channel = random.percent(85).then(|| one_of(&self.catalogue.channels, random)).flatten();
        self.add_links(&mut contact, random);
        contact.platforms = self.platforms(&person, random)?;
        contact.custom_values = self.custom_values(random)?;
        if random.percent(30) {
            contact.address = Some(Address::parse(&person.address)?);
        }
        if random.percent(25) {
            let note = *random.pick(&words::NOTES);
            contact.notes = Some(Notes::parse(note)?);
        }
        if random.percent(40) {
            let url = format!("https://assets.example.com/avatars/{:016x}.jpg", random.next());
            contact.avatar_url = Some(Url::parse(&url)?);
        }
        Ok(contact)
    }

    fn company(&self, random: &mut Random) -> Option<crate::catalogue::companies::Company> {
        let rank = self.catalogue.company_ranks.pick(random)?;
        self.catalogue.companies.get(rank).cloned()
    }

    fn phones(&self, person: &Person<'_>, random: &mut Random) -> Result<Vec<PhoneEntry>, Invalid> {
        let amount = random.amount(&[8, 60, 26, 6]);
        (0..amount)
            .map(|index| {
                let pattern = *random.pick(person.phones);
                let text = digits(pattern, random);
                Ok(PhoneEntry { phone: Phone::parse(&text, self.region)?, is_primary: index == 0 })
            })
            .collect()
    }

    /// Tags, most of them frequent ones, and groups; none twice.
    fn add_links(&self, contact: &mut Contact, random: &mut Random) {
        for _ in 0..random.amount(&[25, 30, 25, 12, 6, 2]) {
            let tag = self.catalogue.tag_ranks.pick(random).and_then(|rank| self.catalogue.tags.get(rank));
            if let Some(tag) = tag
                && !contact.tags.contains(tag)
            {
                contact.tags.push(tag.clone());
            }
        }
        for _ in 0..random.amount(&[20, 70, 10]) {
            if let Some(group) = one_of(&self.catalogue.groups, random)
                && !contact.groups.contains(&group)
            {
                contact.groups.push(group);
            }
        }
    }

    fn platforms(&self, person: &Person<'_>, random: &mut Random) -> Result<Vec<Platform>, Invalid> {
        let mut platforms = Vec::new();
        for _ in 0..random.amount(&[85, 12, 3]) {
            if let Some(channel) = one_of(&self.catalogue.platforms, random) {
                let id = match random.below(3) {
                    0 => format!("U{:032x}", u128::from(random.next()) << 64 | u128::from(random.next())),
                    1 => format!("{}", 1_000_000_000 + random.below(9_000_000_000)),
                    _ => format!("{}{}", person.handle, random.below(1_000_000)),
                };
                platforms.push(Platform { channel, social_platform_id: SocialId::parse(&id)? });
            }
        }
        Ok(platforms)
    }

    fn custom_values(&self, random: &mut Random) -> Result<Vec<CustomValue>, Invalid> {
        let mut values = Vec::new();
        for field in &self.catalogue.fields {
            if !random.percent(field.share) {
                continue;
            }
            let json = custom_value(field, random);
            if let Some(value) =
                FieldValue::parse(field.field_type, &field.values, &json, false, self.region)?
            {
                values.push(CustomValue {
                    field_id: field.id,
                    system_name: field.system_name.as_str().to_owned(),
                    display_name: field.display_name.to_owned(),
                    field_type: field.field_type,
                    position: field.position,
                    value,
                });
            }
        }
        CustomValue::sort(&mut values);
        Ok(values)
    }
}

fn emails(person: &Person<'_>, random: &mut Random) -> Result<Vec<EmailEntry>, Invalid> {
    let amount = random.amount(&[35, 51, 13, 1]);
    (0..amount)
        .map(|index| {
            let host = random.pick(&words::MAIL_HOSTS);
            let mut text = format!("{}{}@{host}", person.handle, random.below(10_000));
            if random.percent(10) {
                // As a phone's keyboard writes it.
                text = text[..1].to_uppercase() + &text[1..];
            }
            Ok(EmailEntry { email: Email::parse(&text)?, is_primary: index == 0 })
        })
        .collect()
}

fn custom_value(field: &DemoField, random: &mut Random) -> Value {
    match field.field_type {
        FieldType::Number => {
            let most = if random.percent(50) { 1_000 } else { 1_000_000 };
            let cents = random.below(most);
            let text = format!("{}.{:02}", cents / 100, cents % 100);
            text.parse::<Number>().map_or(Value::Null, Value::Number)
        }
        FieldType::Date => {
            let (year, month, day) = (1940 + random.below(70), 1 + random.below(12), 1 + random.below(28));
            Value::from(format!("{year}-{month:02}-{day:02}"))
        }
        FieldType::Checkbox => Value::Bool(random.percent(70)),
        FieldType::Select => Value::from(random.pick(&field.values).as_str()),
        FieldType::MultiSelect => {
            let first = random.index(field.values.len());
            let amount = 1 + random.index(3);
            let chosen = field.values.iter().cycle().skip(first).take(amount);
            chosen.map(|value| Value::from(value.as_str())).collect()
        }
        _ => Value::from(*random.pick(&words::JOBS)),
    }
}

/// One of some, if there are any, the first ones more often.
fn one_of<T: Clone>(items: &[T], random: &mut Random) -> Option<T> {
    if items.is_empty() {
        return None;
    }
    let (one, other) = (random.index(items.len()), random.index(items.len()));
    items.get(one.min(other)).cloned()
}

/// Puts a digit in the place of each `#`, and a Burmese one behind Burmese ones.
fn digits(pattern: &str, random: &mut Random) -> String {
    let zero = if pattern.contains('၀') { '၀' } else { '0' };
    let mut text = String::with_capacity(pattern.len() + 16);
    for c in pattern.chars() {
        if c == '#' {
            let digit = u32::try_from(random.below(10)).unwrap_or(0);
            text.push(char::from_u32(u32::from(zero) + digit).unwrap_or(zero));
        } else {
            text.push(c);
        }
    }
    text
}
