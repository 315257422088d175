//! JSON of callers: as any JSON, but no object may have a key twice. Which of the two was meant cannot be known, and others
//! on the way may have read the other one.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

/// Why a text was not read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no JSON.
    #[error("{0}")]
    NoJson(serde_json::Error),
    /// An object in it has a key twice.
    #[error("{0}")]
    RepeatedKey(serde_json::Error),
}

/// Reads a JSON text.
///
/// # Errors
/// [`Unreadable`], with the place of what is wrong.
pub fn parse(text: &[u8]) -> Result<Value, Unreadable> {
    let Distinct = serde_json::from_slice(text).map_err(|error| {
        // It takes any data, but for keys that were there.
        if error.is_data() { Unreadable::RepeatedKey(error) } else { Unreadable::NoJson(error) }
    })?;
    serde_json::from_slice(text).map_err(Unreadable::NoJson)
}

/// A value without a repeated key in it. It is not kept: numbers, which the reader of [`Value`] keeps as they are written,
/// need not be known here.
struct Distinct;

/// A key, borrowed where it is written plainly.
#[derive(Deserialize, PartialEq, Eq, Hash)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while let Some(Self) = items.next_element()? {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self, A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = fields.next_key::<Key<'de>>()? {
            if let Some(Key(key)) = seen.replace(key) {
                // The rest is not looked at.
                let _: IgnoredAny = fields.next_value()?;
                let key: String = key.chars().take(50).collect();
                return Err(A::Error::custom(format_args!("the key `{key}` is given twice")));
            }
            let Self = fields.next_value()?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_that_is_given_twice_is_named_however_deep_it_stands_and_however_it_is_written() {
        for (text, key) in [
            (r#"{"a":1,"a":1}"#, "a"),
            (r#"{"a":1,"b":2,"\u0061":{}}"#, "a"),
            (r#"{"list":[{"x":[]},{"y":{"z":null,"z":1.5}}]}"#, "z"),
            (r#"[[[{"":1,"":2}]]]"#, ""),
        ] {
            let Err(Unreadable::RepeatedKey(error)) = parse(text.as_bytes()) else {
                panic!("{text} is taken")
            };
            let message = error.to_string();
            assert!(message.starts_with(&format!("the key `{key}` is given twice at line 1")), "{message}");
        }
    }

    #[test]
    fn anything_else_is_read_as_by_anybody() {
        for text in [
            r#"{"a":{"b":1},"b":{"a":1,"c":[{"a":1},{"a":1}]}}"#,
            r#"{"n":[0,-1,1.50,1e400,123456789012345678901234567890],"t":true,"f":false,"z":null,"s":"\ud83d\ude00"}"#,
            "\"text\"",
            " [ ] ",
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in ["", "{", "{\"a\":1,}", "\u{feff}{}", "{\"a\" 1}", "nul", "\"\\ud800\"", "1 2", &deep] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert!(matches!(error, Unreadable::NoJson(_)), "{text}: {error:?}");
        }
    }

    proptest! {
        #[test]
        fn is_refused_exactly_where_a_key_is_lost(text in r#"(\{("[ab]":[01\[\]\{\}],?){0,4}\}|[\[\]\{\},:"ab01]{0,12})"#) {
            // Every second quote ends a text, since none is escaped.
            let as_pairs = text.split('"').skip(2).step_by(2).filter(|rest| rest.starts_with(':')).count();
            match (parse(text.as_bytes()), serde_json::from_str::<Value>(&text)) {
                (Ok(read), Ok(value)) => {
                    prop_assert_eq!(&read, &value);
                    prop_assert_eq!(keys(&value), as_pairs);
                }
                (Err(Unreadable::NoJson(_) | Unreadable::RepeatedKey(_)), Err(_)) => {}
                (Err(Unreadable::RepeatedKey(_)), Ok(value)) => prop_assert!(keys(&value) < as_pairs),
                (read, value) => prop_assert!(false, "{:?} {:?}", read, value),
            }
        }
    }

    fn keys(value: &Value) -> usize {
        match value {
            Value::Object(fields) => fields.len() + fields.values().map(keys).sum::<usize>(),
            Value::Array(items) => items.iter().map(keys).sum(),
            _ => 0,
        }
    }
}
