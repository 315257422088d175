//! Which contacts a listing shows: one type for the page, the total, and whatever else selects contacts. It can be kept:
//! a job that goes through what passes a filter has it in its row.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    catalogue::fields,
    database::Database,
    domain::{
        ChannelName, CompanyName, FieldType, FieldValue, Invalid, Keyword, Phone, Region, SocialId,
        SystemName, TagName, TenantId, bounded, parse_id, spelling_key, unencoded_email, unencoded_number,
        unencoded_phone,
    },
    error::{Problems, Result},
    http::query::Query,
};

/// The most conditions in a request.
const MAX_CONDITIONS: usize = 20;

/// The parameters of a filter, beside `cf_…`.
pub const PARAMETERS: [&str; 13] = [
    "keyword",
    "tag",
    "group",
    "company",
    "channel",
    "email",
    "phone",
    "socialPlatformId",
    "has",
    "createdAfter",
    "createdBefore",
    "updatedAfter",
    "updatedBefore",
];

/// Whether a parameter is one of a filter.
#[must_use]
pub fn is_filter(name: &str) -> bool {
    PARAMETERS.contains(&name) || name.starts_with("cf_")
}

/// The parameters of a filter as one text: the same for the same parameters in whatever order.
#[must_use]
pub fn fingerprint(query: &Query) -> String {
    let mut given: Vec<(&str, &str)> =
        query.iter().filter(|(name, text)| is_filter(name) && !text.is_empty()).collect();
    given.sort_unstable();
    format!("{given:?}")
}

/// Conditions, all of which must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactFilter {
    /// The words to find.
    pub keyword: Option<Keyword>,
    /// What else must hold.
    pub conditions: Vec<Condition>,
}

/// Something that holds of a contact or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Condition {
    /// It has this tag.
    Tag(CatalogueRef),
    /// It is in this group.
    Group(CatalogueRef),
    /// It belongs to this company.
    Company(CatalogueRef),
    /// It came from this channel.
    Channel(CatalogueRef),
    /// It has an email with this key.
    Email(String),
    /// It has a phone with this key.
    Phone(String),
    /// It has a phone with this key, or the same with an extension.
    PhoneAnyExtension(String),
    /// It has this id on a social platform.
    SocialId(#[serde(with = "social_id")] SocialId),
    /// It has a value with this key in a custom field.
    CustomValue {
        /// The field.
        field_id: Uuid,
        /// What equal values share.
        key: String,
        /// How many steps the field had behind it when it was asked for.
        #[serde(default)]
        step: i32,
    },
    /// It has a value with one of these keys in a custom field.
    AnyValue {
        /// The field.
        field_id: Uuid,
        /// What equal values share.
        keys: Vec<String>,
    },
    /// It has a phone with this key in a custom field, or the same with an extension.
    CustomPhoneAnyExtension {
        /// The field.
        field_id: Uuid,
        /// What equal numbers share that have no extension.
        key: String,
    },
    /// It has something there at all.
    Has(Presence),
    /// It was created then.
    Created(Bound, DateTime<Utc>),
    /// It was last changed then.
    Updated(Bound, DateTime<Utc>),
}

/// Something of the catalogue, by its id or by what its name, or value, is compared by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CatalogueRef {
    /// By id.
    Id(Uuid),
    /// By key.
    Key(String),
    /// One of these, by id.
    Any(Vec<Uuid>),
}

/// On which side of a moment; the moment itself is on neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Bound {
    After,
    Before,
}

/// What a contact may have or lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the API's fields")]
pub enum Presence {
    Email,
    Phone,
    Company,
    Channel,
    Tag,
    Group,
    SocialId,
    Address,
    Notes,
    AvatarUrl,
    CustomField,
    /// A value in this custom field.
    Field(Uuid),
}

impl ContactFilter {
    /// Whether every contact of the tenant passes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keyword.is_none() && self.conditions.is_empty()
    }

    /// Whether there is more than one condition.
    #[must_use]
    pub const fn combines(&self) -> bool {
        self.conditions.len() + self.keyword.is_some() as usize > 1
    }

    /// Reads the filter's parameters; an empty one restricts nothing. Custom fields are looked up.
    ///
    /// # Errors
    /// Those of the database; what is wrong with a parameter goes to `problems`.
    pub async fn from_query(
        database: &Database,
        tenant: TenantId,
        query: &Query,
        region: Option<Region>,
        problems: &mut Problems,
    ) -> Result<Self> {
        query.refuse_repeated(&["keyword"], problems);
        let mut filter = Self::default();
        let mut custom: Vec<(&str, SystemName, Option<&str>)> = Vec::new();
        for (name, text) in query.iter().filter(|(_, text)| !text.is_empty()) {
            if name == "keyword" {
                filter.keyword = problems.keep(name, Keyword::parse_in(text, region)).flatten();
            } else if name.starts_with("cf_") {
                let field = problems.keep(name, SystemName::parse(name));
                custom.extend(field.map(|field| (name, field, Some(text))));
            } else if name == "has" && text.starts_with("cf_") {
                let field = problems.keep(name, SystemName::parse(text));
                custom.extend(field.map(|field| (name, field, None)));
            } else if let Some(condition) = Condition::parse(name, text, region) {
                filter.conditions.extend(problems.keep(name, condition));
            }
        }
        if filter.conditions.len() + custom.len() > MAX_CONDITIONS {
            let message = format!("at most {MAX_CONDITIONS} conditions can be combined");
            problems.add("query", "too_many", message);
            return Ok(filter);
        }
        if !custom.is_empty() {
            let names: Vec<&str> = custom.iter().map(|(_, field, _)| field.as_str()).collect();
            let fields = fields::types(database, tenant, &names).await?;
            for (name, field, text) in custom {
                let Some(field) = fields.iter().find(|found| found.system_name == field.as_str()) else {
                    problems.add(name, "unknown_field", "there is no custom field of this name");
                    continue;
                };
                let Some(text) = text else {
                    filter.conditions.push(Condition::Has(Presence::Field(field.id)));
                    continue;
                };
                let key = FieldValue::parse_to_find(field.field_type, text, region);
                let field_id = field.id;
                let condition = |key: Option<String>| {
                    key.map(|key| match field.field_type {
                        FieldType::Phone if !Phone::has_extension(&key) => {
                            Condition::CustomPhoneAnyExtension { field_id, key }
                        }
                        _ => Condition::CustomValue { field_id, key, step: field.step },
                    })
                };
                filter.conditions.extend(problems.keep(name, key).and_then(condition));
            }
        }
        Ok(filter)
    }
}

impl Condition {
    /// The condition of a parameter; `None` if the parameter is none of a filter.
    fn parse(name: &str, text: &str, region: Option<Region>) -> Option<Result<Self, Invalid>> {
        let of = |key: Result<String, Invalid>| {
            parse_id(text).map_or_else(|| key.map(CatalogueRef::Key), |id| Ok(CatalogueRef::Id(id)))
        };
        Some(match name {
            "tag" => of(TagName::parse(text).map(|name| name.key())).map(Self::Tag),
            "group" => of(bounded(text, 1, 255).map(spelling_key)).map(Self::Group),
            "company" => of(CompanyName::parse(text).map(|name| name.key())).map(Self::Company),
            "channel" => of(ChannelName::parse(text).map(|name| name.key())).map(Self::Channel),
            "email" => unencoded_email(text).map(|email| Self::Email(email.key())),
            "phone" => unencoded_phone(text, region).map(|phone| {
                let key = phone.unique_key().to_owned();
                if phone.extension().is_some() { Self::Phone(key) } else { Self::PhoneAnyExtension(key) }
            }),
            "socialPlatformId" => {
                SocialId::parse(unencoded_number(text).as_deref().unwrap_or(text)).map(Self::SocialId)
            }
            "has" => Presence::parse(text).map(Self::Has),
            "createdAfter" => moment(text).map(|time| Self::Created(Bound::After, time)),
            "createdBefore" => moment(text).map(|time| Self::Created(Bound::Before, time)),
            "updatedAfter" => moment(text).map(|time| Self::Updated(Bound::After, time)),
            "updatedBefore" => moment(text).map(|time| Self::Updated(Bound::Before, time)),
            _ => return None,
        })
    }
}

/// A social id as it is kept in the row of a job.
mod social_id {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::SocialId;

    pub(super) fn serialize<S: Serializer>(id: &SocialId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(id.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocialId, D::Error> {
        String::deserialize(deserializer).map(SocialId::from_stored)
    }
}

impl Presence {
    /// The names of the API's fields, and those of the filters.
    fn parse(text: &str) -> Result<Self, Invalid> {
        Ok(match text {
            "email" => Self::Email,
            "phone" => Self::Phone,
            "company" => Self::Company,
            "channel" => Self::Channel,
            "tag" | "tags" => Self::Tag,
            "group" | "contact_groups" => Self::Group,
            "socialPlatformId" | "platformContacts" => Self::SocialId,
            "address" => Self::Address,
            "notes" => Self::Notes,
            "avatar_url" | "socialProfileUrl" => Self::AvatarUrl,
            "customFields" => Self::CustomField,
            _ => {
                let message = "must be email, phone, company, channel, tags, contact_groups, platformContacts, \
                               address, notes, avatar_url, customFields, or the cf_ name of a custom field";
                return Err(Invalid::new("not_an_option", message));
            }
        })
    }
}

/// RFC 3339, or a day, which is its beginning in UTC. A `+` that was not encoded came as a space.
fn moment(text: &str) -> Result<DateTime<Utc>, Invalid> {
    let moment = DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
        .map(|moment| moment.to_utc())
        .or_else(|_| text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc()));
    moment.ok().filter(|moment| (1..=9999).contains(&chrono::Datelike::year(moment))).ok_or_else(|| {
        let message = "must be a date such as 2026-01-08, or a date and time of RFC 3339 such as \
                       2026-01-08T17:46:48Z";
        Invalid::new("invalid_format", message)
    })
}
