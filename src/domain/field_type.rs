//! What a field of a contact is called and what type it has.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Invalid, fold};

/// The type of a field's values, under the API's name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line of text.
    Text,
    /// Lines of text.
    Textarea,
    /// A decimal number.
    Number,
    /// A day of the calendar.
    Date,
    /// A moment.
    Datetime,
    /// True or false.
    Checkbox,
    /// One of the field's options.
    Select,
    /// Some of the field's options.
    MultiSelect,
    /// A web address.
    Url,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
}

impl FieldType {
    /// Every type, in the order of the API's documentation.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Textarea,
        Self::Number,
        Self::Date,
        Self::Datetime,
        Self::Checkbox,
        Self::Select,
        Self::MultiSelect,
        Self::Url,
        Self::Email,
        Self::Phone,
    ];

    /// The API's name: `multi_select`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Textarea => "textarea",
            Self::Number => "number",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Checkbox => "checkbox",
            Self::Select => "select",
            Self::MultiSelect => "multi_select",
            Self::Url => "url",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// Whether values are chosen from the field's options.
    #[must_use]
    pub const fn has_options(self) -> bool {
        matches!(self, Self::Select | Self::MultiSelect)
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FieldType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|field_type| field_type.as_str() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            Invalid::new("not_an_option", format!("must be one of: {names}"))
        })
    }
}

/// The key of a custom field: `cf_` and 1 to 60 of `a-z`, `0-9` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SystemName(String);

/// The longest key, `cf_` included.
const MAX_LENGTH: usize = 63;

impl SystemName {
    /// Checks a key.
    ///
    /// # Errors
    /// `invalid_format`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let well_formed = |name: &str| {
            (1..=60).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if text.strip_prefix("cf_").is_some_and(well_formed) {
            return Ok(Self(text.to_owned()));
        }
        let message = "must be cf_ and 1 to 60 of the characters a-z, 0-9 and _";
        Err(Invalid::new("invalid_format", message))
    }

    /// A key for a field of this display name: what can be written in plain letters of it. `cf_field` where nothing can.
    #[must_use]
    pub fn of_display_name(text: &str) -> Self {
        let mut name = String::from("cf");
        for c in fold(text).chars() {
            if c.is_ascii_alphanumeric() {
                if name == "cf" {
                    name.push('_');
                }
                name.push(c);
            } else if name.len() > 2 && !name.ends_with('_') {
                name.push('_');
            }
        }
        name.truncate(MAX_LENGTH);
        let name = name.trim_end_matches('_');
        Self(if name == "cf" { "cf_field".to_owned() } else { name.to_owned() })
    }

    /// The key with a number at its end.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        let number = format!("_{number}");
        let kept = self.0.len().min(MAX_LENGTH - number.len());
        Self(format!("{}{number}", &self.0[..kept]))
    }

    /// The key, `cf_` included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types() {
        for field_type in FieldType::ALL {
            let name = field_type.as_str();
            assert_eq!(name.parse(), Ok(field_type));
            assert_eq!(serde_json::to_value(field_type).unwrap(), name);
            assert_eq!(serde_json::from_value::<FieldType>(name.into()).unwrap(), field_type);
        }
        assert_eq!("Text".parse::<FieldType>().unwrap_err().code, "not_an_option");
    }

    #[test]
    fn system_names_of_display_names() {
        for (text, name) in [
            ("Sector", "cf_sector"),
            ("  Größe (cm) – Łódź! ", "cf_grosse_cm_lodz"),
            ("cf_x", "cf_cf_x"),
            ("123", "cf_123"),
            ("၀၉ ဖုန်း", "cf_09"),
            ("အမည်", "cf_field"),
            ("_ - _", "cf_field"),
        ] {
            assert_eq!(SystemName::of_display_name(text).as_str(), name, "{text}");
        }
        for text in ["x".repeat(255), "ab ".repeat(85), "x y".repeat(80)] {
            let name = SystemName::of_display_name(&text);
            assert_eq!(SystemName::parse(name.as_str()), Ok(name.clone()));
            let numbered = name.numbered(12_345);
            assert!(numbered.as_str().ends_with("_12345"));
            assert_eq!(SystemName::parse(numbered.as_str()), Ok(numbered));
        }
        assert_eq!(SystemName::of_display_name("a").numbered(2).as_str(), "cf_a_2");
    }

    #[test]
    fn system_names() {
        let longest = format!("cf_{}", "x".repeat(60));
        for text in ["cf_sector", "cf_0", "cf__", &longest] {
            assert_eq!(SystemName::parse(text).unwrap().as_str(), text);
        }
        let longer = format!("{longest}x");
        for text in ["", "cf_", "sector", "CF_sector", "cf_Sector", "cf_é", "cf_a b", &longer] {
            assert_eq!(SystemName::parse(text).unwrap_err().code, "invalid_format", "{text}");
        }
    }
}
