//! Somebody of the demo: a name in some language, and what goes with it.

use std::fmt::Write;

use super::{
    names::{Order, PEOPLE, People},
    random::Random,
};
use crate::domain::fold;

/// Somebody.
#[derive(Debug)]
pub(super) struct Person<'a> {
    pub name: String,
    pub username: String,
    /// In lower-case ASCII letters, with a dot.
    pub handle: String,
    pub address: String,
    /// What phone numbers look like where the person lives.
    pub phones: &'a [&'static str],
}

/// The names of [`PEOPLE`], taken apart.
#[derive(Debug)]
pub(super) struct Persons(Vec<Prepared>);

#[derive(Debug)]
struct Prepared {
    people: &'static People,
    given: Vec<NamePart>,
    family: Vec<NamePart>,
}

/// A part of a name, and the same in lower-case ASCII letters.
#[derive(Debug)]
struct NamePart {
    text: &'static str,
    latin: String,
}

impl Persons {
    pub(super) fn new() -> Self {
        let prepare = |people: &'static People| Prepared {
            people,
            given: parts(people.given),
            family: parts(people.family),
        };
        Self(PEOPLE.iter().map(prepare).collect())
    }

    /// Somebody, in a language of its share.
    pub(super) fn pick(&self, random: &mut Random) -> Person<'static> {
        let mut at = random.below(1_000);
        let mut prepared = &self.0[0];
        for candidate in &self.0 {
            prepared = candidate;
            match at.checked_sub(candidate.people.share) {
                Some(rest) => at = rest,
                None => break,
            }
        }
        prepared.person(random)
    }
}

impl Prepared {
    fn person(&self, random: &mut Random) -> Person<'static> {
        let (given, family) = (random.pick(&self.given), random.pick(&self.family));
        let mut second = |parts: &'_ [NamePart]| {
            let part = &parts[random.index(parts.len())];
            (part.text, part.latin.clone())
        };
        let (name, handle) = match self.people.order {
            Order::GivenFamily => {
                (format!("{} {}", given.text, family.text), format!("{}.{}", given.latin, family.latin))
            }
            Order::GivenTwoFamilies => {
                let (text, _) = second(&self.family);
                (
                    format!("{} {} {text}", given.text, family.text),
                    format!("{}.{}", given.latin, family.latin),
                )
            }
            Order::FamilyTwoGiven => {
                let (text, latin) = second(&self.given);
                (
                    format!("{} {} {text}", family.text, given.text),
                    format!("{}{latin}.{}", given.latin, family.latin),
                )
            }
            Order::FamilyGiven => {
                (format!("{} {}", family.text, given.text), format!("{}.{}", given.latin, family.latin))
            }
            Order::FamilyGivenJoined => {
                (format!("{}{}", family.text, given.text), format!("{}.{}", family.latin, given.latin))
            }
            Order::Given => {
                let ((two, latin_two), (three, latin_three)) = (second(&self.given), second(&self.given));
                (
                    format!("{} {} {two} {three}", family.text, given.text),
                    format!("{}{latin_two}.{latin_three}", given.latin),
                )
            }
        };
        let username = match random.below(10) {
            0..3 => name.clone(),
            3..6 => handle.clone(),
            6..9 => format!("{handle}{}", random.below(10_000)),
            _ => format!("{}_{}", handle.replace('.', "_"), 1950 + random.below(60)),
        };
        let (street, city) = (*random.pick(self.people.streets), *random.pick(self.people.cities));
        let address = format!("{}, {city}", number(street, random.below(240) + 1));
        Person { name, username, handle, address, phones: self.people.phones }
    }
}

fn parts(list: &'static str) -> Vec<NamePart> {
    list.split_ascii_whitespace()
        .map(|part| match part.split_once('|') {
            Some((text, latin)) => NamePart { text, latin: latin.to_owned() },
            None => {
                let latin = fold(part).chars().filter(char::is_ascii_lowercase).collect();
                NamePart { text: part, latin }
            }
        })
        .collect()
}

/// Puts a number in the place of the `#`.
fn number(pattern: &str, number: u64) -> String {
    let mut text = String::with_capacity(pattern.len() + 4);
    let (before, after) = pattern.split_once('#').unwrap_or((pattern, ""));
    let _ = write!(text, "{before}{number}{after}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_name_has_its_letters() {
        for prepared in Persons::new().0 {
            for part in prepared.given.iter().chain(&prepared.family) {
                assert!(!part.text.contains('|'));
                assert!(
                    !part.latin.is_empty() && part.latin.bytes().all(|b| b.is_ascii_lowercase()),
                    "{part:?}"
                );
            }
        }
    }
}
