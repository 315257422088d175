//! What the made-up contacts are like.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    catalogue::{Catalogue, Own},
    generate::Generator,
    rows::Batch,
};
use crate::{
    catalogue::{channels::Channel, groups::Group},
    contacts::record::model::Contact,
    domain::{Email, Phone, Region, Url},
};

const CONTACTS: u64 = 20_000;

fn generator(seed: u64, tenant: u64, contacts: u64) -> Generator {
    let channels = ["phone", "email", "viber", "line"];
    let groups = ["new", "lead", "customer"];
    let own = Own {
        channels: (1..)
            .zip(channels)
            .map(|(id, name)| Channel { id: Uuid::from_u128(id), name: name.into() })
            .collect(),
        groups: (1..)
            .zip(groups)
            .map(|(id, name)| Group {
                id: Uuid::from_u128(id),
                value: name.into(),
                label: name.into(),
                is_default: false,
            })
            .collect(),
        next_field: 11,
    };
    let catalogue = Catalogue::new(seed, tenant, contacts, own).unwrap();
    Generator::new(seed, tenant, contacts, region(), catalogue)
}

fn region() -> Option<Region> {
    Region::parse("MM").ok()
}

fn some(seed: u64, tenant: u64) -> Vec<Contact> {
    let generator = generator(seed, tenant, CONTACTS);
    (0..CONTACTS).map(|index| generator.contact(index).unwrap()).collect()
}

#[test]
fn a_contact_follows_from_the_numbers_alone() {
    let (one, other) = (generator(42, 0, CONTACTS), generator(42, 0, CONTACTS));
    for index in (0..CONTACTS).rev().step_by(97) {
        assert_eq!(one.contact(index).unwrap(), other.contact(index).unwrap());
    }
    let contact = one.contact(7).unwrap();
    for different in [generator(43, 0, CONTACTS), generator(42, 1, CONTACTS)] {
        assert_ne!(contact.id, different.contact(7).unwrap().id);
    }
}

#[test]
fn rows_do_not_depend_on_the_batch() {
    let generator = generator(42, 0, 100);
    let add = |batch: &mut Batch, index| {
        batch.add(Uuid::from_u128(9), &generator.contact(index).unwrap(), region()).unwrap();
    };
    let (mut whole, mut first, mut second) = (Batch::new(), Batch::new(), Batch::new());
    (0..100).for_each(|index| add(&mut whole, index));
    (0..33).for_each(|index| add(&mut first, index));
    (33..100).for_each(|index| add(&mut second, index));
    assert_eq!((whole.contacts, first.contacts, second.contacts), (100, 33, 67));
    let header = Batch::new().streams[0].len();
    for ((whole, first), second) in whole.streams.into_iter().zip(first.streams).zip(second.streams) {
        let (whole, mut parts, second) = (whole.finish(), first.finish(), second.finish());
        // Without the end of the one and the beginning of the other.
        parts.truncate(parts.len() - 2);
        parts.extend(&second[header..]);
        assert_eq!(whole, parts);
    }
}

#[test]
fn every_value_is_valid_and_the_order_is_that_of_creation() {
    let contacts = some(1, 3);
    let ascend = |pair: &[Contact]| pair[0].id < pair[1].id && pair[0].created_at < pair[1].created_at;
    assert!(contacts.windows(2).all(ascend));
    for contact in &contacts {
        assert!(contact.updated_at >= contact.created_at && contact.id.get_version_num() == 7);
        for entry in &contact.phones {
            assert_eq!(Phone::parse(entry.phone.as_str(), region()).as_ref(), Ok(&entry.phone));
        }
        for entry in &contact.emails {
            assert_eq!(Email::parse(entry.email.as_str()).as_ref(), Ok(&entry.email));
        }
        assert!(contact.avatar_url.as_ref().is_none_or(|url| Url::parse(url.as_str()).is_ok()));
        let primary = |flags: Vec<bool>| flags.iter().filter(|flag| **flag).count() <= 1;
        assert!(primary(contact.phones.iter().map(|entry| entry.is_primary).collect()));
        assert!(primary(contact.emails.iter().map(|entry| entry.is_primary).collect()));
        let tags: HashSet<Uuid> = contact.tags.iter().map(|tag| tag.id).collect();
        let groups: HashSet<Uuid> = contact.groups.iter().map(|group| group.id).collect();
        assert!(tags.len() == contact.tags.len() && groups.len() == contact.groups.len());
        assert!(contact.search_text().len() < 2_000);
    }
    let e164 =
        contacts.iter().flat_map(|contact| &contact.phones).filter(|entry| entry.phone.e164().is_some());
    assert!(e164.count() > 20_000, "most phones are numbers of some country");
}

#[test]
fn contacts_have_their_shares_of_everything() {
    let contacts = some(42, 0);
    let average = |count: fn(&Contact) -> usize, expected: usize| {
        let hundredths = contacts.iter().map(count).sum::<usize>() * 100 / contacts.len();
        assert!(hundredths.abs_diff(expected) <= 6, "{hundredths} hundredths, not {expected}");
    };
    average(|contact| contact.phones.len(), 130);
    average(|contact| contact.emails.len(), 80);
    average(|contact| contact.tags.len(), 147);
    average(|contact| contact.custom_values.len(), 205);
    average(|contact| usize::from(contact.company.is_some()), 60);
    average(|contact| usize::from(!contact.platforms.is_empty()), 15);
    average(|contact| usize::from(contact.channel.is_some()), 85);

    let mut sizes: HashMap<Uuid, usize> = HashMap::new();
    for company in contacts.iter().filter_map(|contact| contact.company.as_ref()) {
        *sizes.entry(company.id).or_default() += 1;
    }
    let (largest, smallest) = (sizes.values().max().unwrap(), sizes.values().min().unwrap());
    assert!(sizes.len() > 70 && *largest > 10 * *smallest, "{} from {smallest} to {largest}", sizes.len());

    // Scripts, by a letter of each: accents, Vietnamese, Cyrillic, Arabic, Devanagari, Thai, Burmese, Han, Kana,
    // Hangul.
    for letter in ['é', 'ễ', 'в', 'ا', 'र', 'ร', 'က', '王', 'さ', '김'] {
        assert!(contacts.iter().any(|contact| contact.name.as_str().contains(letter)), "{letter}");
    }
}

#[test]
fn companies_and_tags_are_told_apart_however_many_there_are() {
    let catalogue = &generator(42, 0, 20_000_000).catalogue;
    let keys: HashSet<String> =
        catalogue.companies.iter().map(|company| crate::domain::case_key(&company.name)).collect();
    assert_eq!((keys.len(), catalogue.companies.len()), (80_000, 80_000));
    let keys: HashSet<String> = catalogue.tags.iter().map(|tag| crate::domain::case_key(&tag.name)).collect();
    assert_eq!(keys.len(), catalogue.tags.len());
    assert!((200..=500).contains(&keys.len()), "{}", keys.len());
}
