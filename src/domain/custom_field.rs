//! Values of custom fields: from JSON or a form, to text rows, and back to JSON.

use serde_json::Value;

use super::{
    Email, FieldType, Invalid, Phone, Region, Url, case_key, field_input as input, index_key, is_blank,
    spelling_key, text::bounded, unencoded,
};

/// A value that suits its field's type.
///
/// | type | JSON | stored |
/// |---|---|---|
/// | `text`, `textarea` | string, up to 1,000 and 10,000 characters | as typed |
/// | `url`, `email`, `phone` | string, as [`Url`], [`Email`] and [`Phone`] | as typed |
/// | `number` | number, up to 40 characters and 1.7e308 | without losing a digit: `1.50` is `1.5` |
/// | `date` | string, `2026-01-08`, years 0001 to 9999 | the same |
/// | `datetime` | string, RFC 3339 with any offset | UTC, up to microseconds: `2026-01-08T17:46:48Z` |
/// | `checkbox` | boolean | `true`, `false` |
/// | `select` | string, an option's value, however it is spelled ([`spelling_key`]) | the option's |
/// | `multi_select` | array of such strings, none twice | one row each, in the order of the options |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue {
    field_type: FieldType,
    stored: Vec<String>,
}

impl FieldValue {
    /// Reads a value. `None` is no value: null, a blank string of any type, an empty array of a
    /// `multi_select`.
    ///
    /// `lenient` is for HTML forms, where everything is text: numbers and checkboxes may then be
    /// strings (`"12"`; `"true"`, `"1"`, `"on"`, `"yes"` and their opposites), a `+` may have come as a space, and a single
    /// choice of a `multi_select` need not be an array. `options` are those of the field's definition; `region` is
    /// for phones without an international prefix.
    ///
    /// # Errors
    /// `wrong_type`, `invalid_format`, `too_long`, `too_short`, `contains_nul`, `out_of_range`,
    /// `not_an_option`, `duplicate`.
    pub fn parse(
        field_type: FieldType,
        options: &[String],
        value: &Value,
        lenient: bool,
        region: Option<Region>,
    ) -> Result<Option<Self>, Invalid> {
        if is_no_value(field_type, value) {
            return Ok(None);
        }
        let parsed = match value {
            Value::String(text) if lenient && text.contains(' ') => {
                let number = if field_type == FieldType::Phone { unencoded::number(text) } else { None };
                unencoded::with_plus(number.as_deref().unwrap_or(text), |text| {
                    Self::parse_value(field_type, options, &Value::from(text), lenient, region)
                })
            }
            value => Self::parse_value(field_type, options, value, lenient, region),
        };
        parsed.map(Some)
    }

    fn parse_value(
        field_type: FieldType,
        options: &[String],
        value: &Value,
        lenient: bool,
        region: Option<Region>,
    ) -> Result<Self, Invalid> {
        let text = || input::string(value);
        let row = match field_type {
            FieldType::Text => bounded(text()?, 0, 1_000)?.to_owned(),
            FieldType::Textarea => bounded(text()?, 0, 10_000)?.to_owned(),
            FieldType::Number => input::number(value, lenient)?,
            FieldType::Date => input::date(text()?)?,
            FieldType::Datetime => input::datetime(text()?)?,
            FieldType::Checkbox => input::checkbox(value, lenient)?.to_string(),
            FieldType::Select => options[input::choice(text()?, options)?].clone(),
            FieldType::Url => Url::parse(text()?)?.as_str().to_owned(),
            FieldType::Email => Email::parse(text()?)?.as_str().to_owned(),
            FieldType::Phone => Phone::parse(text()?, region)?.as_str().to_owned(),
            FieldType::MultiSelect => {
                let stored = input::choices(value, options, lenient)?;
                return Ok(Self { field_type, stored });
            }
        };
        Ok(Self { field_type, stored: vec![row] })
    }

    /// What values have in common with one that is looked for (see [`FieldValue::row_keys`]), given as text. `None` is
    /// no value. An option need not be one of the field's: values of a former option can be found.
    ///
    /// # Errors
    /// As [`FieldValue::parse`].
    pub fn parse_to_find(
        field_type: FieldType,
        text: &str,
        region: Option<Region>,
    ) -> Result<Option<String>, Invalid> {
        if field_type.has_options() {
            return Ok(Some(index_key(spelling_key(bounded(text, 1, 255)?))));
        }
        let value = Self::parse(field_type, &[], &Value::from(text), true, region)?;
        Ok(value.map(|value| value.unique_key(region)))
    }

    /// A value from the rows that [`FieldValue::stored`] gave.
    #[must_use]
    pub fn from_stored(field_type: FieldType, stored: Vec<String>) -> Self {
        Self { field_type, stored }
    }

    /// The value as one of another type: what is stored, read as text of a form, where every `+` is one.
    ///
    /// # Errors
    /// As [`FieldValue::parse`]; `wrong_type` where several choices are to be one value.
    pub fn convert(
        &self,
        field_type: FieldType,
        options: &[String],
        region: Option<Region>,
    ) -> Result<Self, Invalid> {
        let value = match self.stored.as_slice() {
            stored if field_type == FieldType::MultiSelect => Value::from(stored),
            [text] => Value::from(text.as_str()),
            _ => return Err(Invalid::new("wrong_type", "must be a single choice")),
        };
        if is_no_value(field_type, &value) {
            return Err(Invalid::new("blank", "must not be empty or blank"));
        }
        Self::parse_value(field_type, options, &value, true, region)
    }

    /// The type of the value's field.
    #[must_use]
    pub fn field_type(&self) -> FieldType {
        self.field_type
    }

    /// The rows to store: one, or for a `multi_select` one for each option chosen.
    #[must_use]
    pub fn stored(&self) -> &[String] {
        &self.stored
    }

    /// The value as the API shows it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        if self.field_type == FieldType::MultiSelect {
            return Value::from(self.stored.as_slice());
        }
        let Some(text) = self.stored.first() else {
            return Value::Null;
        };
        match self.field_type {
            FieldType::Number => text.parse().map_or_else(|_| Value::from(text.as_str()), Value::Number),
            FieldType::Checkbox => Value::Bool(text == "true"),
            _ => Value::from(text.as_str()),
        }
    }

    /// For each row of [`FieldValue::stored`] what it has in common with equal ones, for exact filters: that of
    /// [`FieldValue::unique_key`], but for the choices of a `multi_select` one by one.
    #[must_use]
    pub fn row_keys(&self, region: Option<Region>) -> Vec<String> {
        match self.field_type {
            FieldType::MultiSelect => self.stored.iter().map(|option| option_key(option)).collect(),
            _ => vec![self.unique_key(region)],
        }
    }

    /// What equal values have in common, for `is_unique` and for exact filters: texts without case
    /// ([`case_key`]), options as they are spelled ([`spelling_key`]), e-mail addresses, phones and URLs as they compare
    /// their own, all else as stored, the choices of a `multi_select` one a line. Short enough for an index: see [`index_key()`].
    #[must_use]
    pub fn unique_key(&self, region: Option<Region>) -> String {
        if self.field_type.has_options() {
            let keys: Vec<String> = self.stored.iter().map(|option| spelling_key(option)).collect();
            return index_key(keys.join("\n"));
        }
        let text = self.stored.join("\n");
        let key = match self.field_type {
            FieldType::Text | FieldType::Textarea => case_key(&text),
            FieldType::Email => Email::from_stored(text).key(),
            FieldType::Url => Url::parse(&text).map_or(text, |url| url.key()),
            FieldType::Phone => Phone::from_stored(&text, region).unique_key().to_owned(),
            _ => text,
        };
        index_key(key)
    }
}

/// Whether JSON is no value of a field: null, blank text, no choice.
fn is_no_value(field_type: FieldType, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => is_blank(text) && !text.contains('\0'),
        Value::Array(items) => items.is_empty() && field_type == FieldType::MultiSelect,
        _ => false,
    }
}

/// What contacts share that have chosen an option: as it is spelled, short enough for an index.
#[must_use]
pub fn option_key(option: &str) -> String {
    index_key(spelling_key(option))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn options() -> Vec<String> {
        ["Gold", "Silver", "gold"].map(str::to_owned).to_vec()
    }

    fn parse(name: &str, value: &Value, lenient: bool) -> Result<Option<FieldValue>, Invalid> {
        let region = Region::parse("MM").ok();
        FieldValue::parse(name.parse().unwrap(), &options(), value, lenient, region)
    }

    #[test]
    fn values_by_type() {
        for (name, value, stored, shown) in [
            ("text", json!("Finance "), "Finance ", json!("Finance ")),
            ("textarea", json!("a\nb"), "a\nb", json!("a\nb")),
            ("number", json!(-1.50), "-1.5", json!(-1.5)),
            ("date", json!("2024-02-29"), "2024-02-29", json!("2024-02-29")),
            (
                "datetime",
                json!("2026-01-08T17:46:48+06:30"),
                "2026-01-08T11:16:48Z",
                json!("2026-01-08T11:16:48Z"),
            ),
            ("checkbox", json!(true), "true", json!(true)),
            ("select", json!("gold"), "gold", json!("gold")),
            ("multi_select", json!(["gold", "Gold"]), "Gold\ngold", json!(["Gold", "gold"])),
            ("url", json!("https://a.b"), "https://a.b", json!("https://a.b")),
            ("email", json!("A@b.c"), "A@b.c", json!("A@b.c")),
            ("phone", json!("09 797 877 765"), "09 797 877 765", json!("09 797 877 765")),
        ] {
            let parsed = parse(name, &value, false).unwrap().unwrap();
            assert_eq!(parsed.stored().join("\n"), stored);
            assert_eq!(parsed.to_json(), shown);
            let read = FieldValue::from_stored(parsed.field_type(), parsed.stored().to_vec());
            assert_eq!(parse(name, &read.to_json(), false), Ok(Some(parsed)));
        }
    }

    #[test]
    fn no_value() {
        for field_type in FieldType::ALL {
            for value in [Value::Null, json!(""), json!(" \u{200b}")] {
                assert_eq!(parse(field_type.as_str(), &value, false), Ok(None));
            }
        }
        assert_eq!(parse("multi_select", &json!([]), false), Ok(None));
    }

    #[test]
    fn a_form_may_have_lost_a_plus_and_a_stored_value_has_not() {
        let region = Region::parse("MM").ok();
        for (name, text, read) in [
            ("phone", " 95 9 797877765", "+95 9 797877765"),
            ("email", "a b@c.de", "a+b@c.de"),
            ("datetime", "2026-01-08T17:46:48 06:30", "2026-01-08T11:16:48Z"),
            ("number", "1e 3", "1000"),
            ("text", "1 1", "1 1"),
        ] {
            assert_eq!(parse(name, &json!(text), true).unwrap().unwrap().stored(), [read]);
            let stored = FieldValue::from_stored(FieldType::Text, vec![text.to_owned()]);
            let converted = stored.convert(name.parse().unwrap(), &[], region);
            let kept = matches!(name, "phone" | "text").then_some(text);
            assert_eq!(converted.ok().as_ref().map(|value| value.stored()[0].as_str()), kept, "{name}");
        }
    }

    #[test]
    fn refused() {
        for (name, value, code) in [
            ("text", json!(1), "wrong_type"),
            ("text", json!([]), "wrong_type"),
            ("text", json!("\0"), "contains_nul"),
            ("text", json!("x".repeat(1_001)), "too_long"),
            ("number", json!("12"), "wrong_type"),
            ("number", "1e400".parse().unwrap(), "out_of_range"),
            ("checkbox", json!("true"), "wrong_type"),
            ("checkbox", json!(1), "wrong_type"),
            ("select", json!("GOLD"), "not_an_option"),
            ("multi_select", json!("Gold"), "wrong_type"),
            ("multi_select", json!([1]), "wrong_type"),
            ("multi_select", json!(["Gold", "Gold"]), "duplicate"),
            ("url", json!("a.b"), "invalid_format"),
            ("email", json!("a"), "invalid_format"),
            ("phone", json!("1"), "too_short"),
        ] {
            let refused = parse(name, &value, false).unwrap_err();
            assert_eq!(refused.code, code, "{name} {value}");
        }
    }

    #[test]
    fn keys() {
        let region = Region::parse("MM").ok();
        for (name, one, other) in [
            ("text", json!("Straße  1"), json!("STRASSE 1")),
            ("number", json!(1.50), json!(15e-1)),
            ("datetime", json!("2026-01-08T00:00:00Z"), json!("2026-01-08T06:30:00.0+06:30")),
            ("multi_select", json!(["gold", "Gold"]), json!(["Gold", "gold"])),
            ("url", json!("https://A.b"), json!("https://a.b/")),
            ("email", json!("A@b.c"), json!("a@B.c")),
            ("phone", json!("09 797 877 765"), json!("+959797877765")),
            ("textarea", json!("က".repeat(9_000)), json!("က".repeat(9_000) + " ")),
        ] {
            let key = |value| parse(name, value, false).unwrap().unwrap().unique_key(region);
            assert_eq!(key(&one), key(&other));
            assert!(key(&one).len() <= 200);
        }
        let key = |text: String| FieldValue::from_stored(FieldType::Text, vec![text]).unique_key(None);
        assert_ne!(key("x".repeat(201)), key("x".repeat(202)));
    }

    /// JSON values that suit some type or other.
    fn values() -> impl Strategy<Value = Value> {
        let texts = prop_oneof![
            any::<String>(),
            "[0-9]{4}-[01][0-9]-[0-3][0-9]",
            "20[0-9]{2}-0[1-9]-0[1-9]T[0-2][0-9]:00:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-]0[0-9]:30)",
            "[a-z]{1,9}@[a-z]{1,9}\\.[a-z]{2}",
            "https://[a-zé]{1,9}/",
            "\\+?[0-9]{3,15}",
        ];
        prop_oneof![
            texts.prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            proptest::sample::subsequence(options(), 0..=3).prop_shuffle().prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn what_is_stored_and_shown_is_accepted_again(
            field_type in proptest::sample::select(FieldType::ALL.to_vec()),
            value in values(),
            lenient in any::<bool>(),
        ) {
            let name = field_type.as_str();
            if let Ok(Some(parsed)) = parse(name, &value, lenient) {
                let read = FieldValue::from_stored(field_type, parsed.stored().to_vec());
                prop_assert!(read.unique_key(None).len() <= 200);
                prop_assert_eq!(parse(name, &read.to_json(), false), Ok(Some(parsed)));
            }
        }
    }
}
