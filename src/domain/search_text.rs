//! The text of a contact in which a [`Keyword`](super::Keyword) is searched.

use super::{Email, Phone, fold};

/// What of a contact is searched. The fields are texts as stored, so that a contact that breaks a newer
/// rule is still found.
#[derive(Debug, Clone, Default)]
pub struct SearchText<'a> {
    /// The contact's name.
    pub name: &'a str,
    /// Its user name, which often is the name.
    pub username: &'a str,
    /// Its e-mail addresses.
    pub emails: Vec<&'a str>,
    /// Its phone numbers.
    pub phones: Vec<&'a Phone>,
    /// The name of its company.
    pub company: Option<&'a str>,
    /// Its ids on social platforms.
    pub social_ids: Vec<&'a str>,
}

impl SearchText<'_> {
    /// The folded values, one a line; of a phone its digits in their several forms, and the phone itself
    /// if it is more than a number. What is part of an earlier line is left out: it is found there.
    ///
    /// Keywords are matched word by word and no word has a space or a line break, so that nothing is
    /// found across two values.
    #[must_use]
    pub fn build(&self) -> String {
        let forms = |email: &&str| Email::from_stored((*email).to_owned()).search_forms();
        let emails = self.emails.iter().flat_map(forms).map(|email| fold(&email));
        let others = self.company.into_iter().chain(self.social_ids.iter().copied());
        let texts = [self.name, self.username].into_iter().map(fold).chain(emails).chain(others.map(fold));
        let phones = self
            .phones
            .iter()
            .flat_map(|phone| phone.search_line().map(str::to_owned).into_iter().chain(phone.search_forms()));
        let mut lines: Vec<String> = Vec::new();
        for line in texts.chain(phones) {
            if !lines.iter().any(|other| other.contains(&line)) && !line.is_empty() {
                lines.push(line);
            }
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{Keyword, Region},
        *,
    };

    fn phone(text: &str) -> Phone {
        Phone::parse(text, Region::parse("MM").ok()).unwrap()
    }

    fn matches(keyword: &str, search_text: &str) -> bool {
        Keyword::parse_in(keyword, Region::parse("MM").ok()).unwrap().unwrap().matches(search_text)
    }

    #[test]
    fn lines() {
        let phones = [phone("+95 9 797877765"), phone("1-800-FLOWERS"), phone("09797877765")];
        let search_text = SearchText {
            name: "Kyaw Kyaw Łukasz",
            username: "kyaw",
            emails: vec!["Kyaw.Kyaw@Example.com", "k@münchen.example"],
            phones: phones.iter().collect(),
            company: Some("K-Link  Café"),
            social_ids: vec!["U1234", ""],
        };
        let expected = "kyaw kyaw lukasz\nkyaw.kyaw@example.com\nk@munchen.example\n\
                        k@xn--mnchen-3ya.example\nk-link cafe\nu1234\n\
                        959797877765\n09797877765\n1-800-flowers\n18003569377";
        assert_eq!(search_text.build(), expected);
        assert_eq!(SearchText::default().build(), "");
    }

    #[test]
    fn what_finds_it() {
        let phones = [phone("+95 9 797877765"), phone("+1 212 555 1000 #102")];
        let search_text = SearchText {
            name: "Kyaw Kyaw",
            username: "Łukasz 50%",
            phones: phones.iter().collect(),
            ..SearchText::default()
        };
        let search_text = search_text.build();
        for keyword in [
            "kyaw",
            "Kya",
            "yaw",
            "aw",
            "w",
            "KYAW łukasz",
            "lukasz kyaw",
            "%",
            "50%",
            "(0979) 787-77",
            "09797 877 765",
            "+95 9 797",
            "+959797877765",
            "09-797",
            "၀၉၇၉၇",
            "kyaw 0979-787",
            "00959797877765",
            "0095 9 797 877 765",
            "tel:+9509797877765",
            "+95(0)9797877765;",
            "09·797_877·765",
            "+1 212 555 1000",
            "+12125551000 ext. 102",
            "001 212 555 1000 x101",
            "\"Kyaw, (Łukasz)\"",
        ] {
            assert!(matches(keyword, &search_text), "{keyword}");
        }
        for keyword in ["kyaw thu", "kyawkyaw", "5_%", "kyaw_", "765959", "0979 99", "\\", "("] {
            assert!(!matches(keyword, &search_text), "{keyword}");
        }
    }

    proptest! {
        #[test]
        fn any_part_is_found(
            name in "\\PC{0,12}",
            username in "[a-zÀ-žက-႟ 가-깋]{0,12}",
            number in "[0-9+() .-]{0,3}[0-9]{3,8}[0-9+() .,x-]{0,6}",
            from in any::<proptest::sample::Index>(),
            to in any::<proptest::sample::Index>(),
        ) {
            let phones = [phone(&number)];
            let search_text =
                SearchText { name: &name, username: &username, phones: phones.iter().collect(), ..Default::default() };
            let search_text = search_text.build();
            for text in [&search_text, &fold(&name), &number] {
                let ends: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
                let (from, to) = (*from.get(&ends), *to.get(&ends));
                let part = &text[from.min(to)..from.max(to)];
                // Of a number's punctuation alone nothing is kept.
                let searchable = text != &number || part.contains(|c: char| c.is_ascii_digit());
                if searchable && let Ok(Some(keyword)) = Keyword::parse(part) {
                    prop_assert!(keyword.matches(&search_text), "{:?} in {:?}", part, search_text);
                }
            }
        }
    }
}
