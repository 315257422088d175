//! Reads what a client sends for one custom field, by the kinds of JSON value.
//!
//! `lenient` is for HTML forms, where everything is text.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, SubsecRound, Utc};
use serde_json::{Number, Value};

use super::{Invalid, decimal, spelling_key};

fn wrong_type(expected: &str) -> Invalid {
    Invalid::new("wrong_type", format!("must be {expected}"))
}

pub(super) fn string(value: &Value) -> Result<&str, Invalid> {
    value.as_str().ok_or_else(|| wrong_type("a string"))
}

pub(super) fn number(value: &Value, lenient: bool) -> Result<String, Invalid> {
    match value {
        Value::Number(number) => decimal::canonical(number),
        Value::String(text) if lenient => {
            let number = text
                .trim()
                .parse::<Number>()
                .map_err(|_| Invalid::new("invalid_format", "must be a number such as 12 or -0.5"))?;
            decimal::canonical(&number)
        }
        _ => Err(wrong_type("a number")),
    }
}

pub(super) fn checkbox(value: &Value, lenient: bool) -> Result<bool, Invalid> {
    match value {
        Value::Bool(checked) => Ok(*checked),
        Value::String(text) if lenient => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "on" | "yes" => Ok(true),
            "false" | "0" | "off" | "no" => Ok(false),
            _ => Err(Invalid::new("invalid_format", "must be true or false")),
        },
        _ => Err(wrong_type("true or false")),
    }
}

pub(super) fn date(text: &str) -> Result<String, Invalid> {
    // The library also reads `2026-1-8`; only what it would write itself is canonical.
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|date| has_four_digit_year(date) && date.to_string() == text)
        .map(|_| text.to_owned())
        .ok_or_else(|| Invalid::new("invalid_format", "must be a date such as 2026-01-08"))
}

/// A time in UTC, to the microsecond: what is finer is cut off.
pub(super) fn datetime(text: &str) -> Result<String, Invalid> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|datetime| datetime.with_timezone(&Utc).trunc_subsecs(6))
        .filter(has_four_digit_year)
        .map(|datetime| datetime.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        .ok_or_else(|| {
            let message = "must be a date and time of RFC 3339, such as 2026-01-08T17:46:48Z";
            Invalid::new("invalid_format", message)
        })
}

/// Whether a year can be written in RFC 3339 and is one in the database (which knows no year 0).
fn has_four_digit_year(date: &impl Datelike) -> bool {
    (1..=9999).contains(&date.year())
}

/// The choices of a `multi_select`, in the order of the options.
pub(super) fn choices(value: &Value, options: &[String], lenient: bool) -> Result<Vec<String>, Invalid> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::String(_) if lenient => std::slice::from_ref(value),
        _ => return Err(wrong_type("an array of strings")),
    };
    let by_value: HashMap<&str, usize> = places(options.iter().map(String::as_str));
    let by_spelling: HashMap<String, usize> = places(options.iter().map(|option| spelling_key(option)));
    let mut chosen = HashSet::new();
    for item in items {
        let text = item.as_str().ok_or_else(|| wrong_type("an array of strings"))?;
        let place = by_value.get(text).or_else(|| by_spelling.get(&spelling_key(text)));
        if !chosen.insert(*place.ok_or_else(|| not_an_option(options))?) {
            let message = format!("must not have {} twice", excerpt(text));
            return Err(Invalid::new("duplicate", message));
        }
    }
    let options = options.iter().enumerate();
    Ok(options.filter(|(place, _)| chosen.contains(place)).map(|(_, option)| option.clone()).collect())
}

/// Where each stands first.
fn places<T: Eq + Hash>(items: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut places = HashMap::new();
    for (place, item) in items.enumerate() {
        places.entry(item).or_insert(place);
    }
    places
}

/// Where the chosen option stands among the options: the one of this name, else the one that is spelled like it.
pub(super) fn choice(text: &str, options: &[String]) -> Result<usize, Invalid> {
    let spelled_alike = || {
        let key = spelling_key(text);
        options.iter().position(|option| spelling_key(option) == key)
    };
    let place = options.iter().position(|option| option == text).or_else(spelled_alike);
    place.ok_or_else(|| not_an_option(options))
}

fn not_an_option(options: &[String]) -> Invalid {
    let mut names: Vec<_> = options.iter().take(10).map(|option| excerpt(option)).collect();
    if options.len() > names.len() {
        names.push(format!("and {} more", options.len() - names.len()));
    }
    Invalid::new("not_an_option", format!("must be one of: {}", names.join(", ")))
}

fn excerpt(text: &str) -> String {
    let mut excerpt: String = text.chars().take(50).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates() {
        for text in ["2026-01-08", "2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(date(text).as_deref(), Ok(text));
        }
        for text in ["2026-1-8", "2026-02-29", "0000-01-01", "+12026-01-01", "-001-01-01", "x"] {
            assert_eq!(date(text).unwrap_err().code, "invalid_format", "{text}");
        }
    }

    #[test]
    fn datetimes() {
        for (text, stored) in [
            ("2026-01-08T17:46:48Z", "2026-01-08T17:46:48Z"),
            ("2026-01-08t17:46:48.000z", "2026-01-08T17:46:48Z"),
            ("2026-01-08T17:46:48.5+06:30", "2026-01-08T11:16:48.500Z"),
            ("2026-01-08T17:46:48.1234567-01:00", "2026-01-08T18:46:48.123456Z"),
        ] {
            assert_eq!(datetime(text).as_deref(), Ok(stored));
            assert_eq!(datetime(stored).as_deref(), Ok(stored));
        }
        for text in ["2026-01-08T17:46:48", "2026-01-08", "0001-01-01T00:00:00+01:00", "x"] {
            assert_eq!(datetime(text).unwrap_err().code, "invalid_format", "{text}");
        }
    }

    #[test]
    fn forms_send_text() {
        assert_eq!(number(&json!(" 12.0 "), true).as_deref(), Ok("12"));
        assert_eq!(checkbox(&json!("On"), true), Ok(true));
        assert_eq!(checkbox(&json!("0"), true), Ok(false));
        assert_eq!(choices(&json!("a"), &["a".to_owned()], true).unwrap(), ["a"]);
        for text in ["1,000", "+5", ".5", "NaN"] {
            assert_eq!(number(&json!(text), true).unwrap_err().code, "invalid_format");
        }
        assert_eq!(checkbox(&json!("maybe"), true).unwrap_err().code, "invalid_format");
    }

    #[test]
    fn the_first_options_are_named() {
        let options: Vec<_> = (1..=12).map(|n| n.to_string()).collect();
        let message = choice("0", &options).unwrap_err().message;
        assert_eq!(message, "must be one of: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, and 2 more");
        assert_eq!(excerpt(&"é".repeat(60)), "é".repeat(50) + "…");
    }
}
