//! Why contacts may be one.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{error::Problems, http::query::Query};

/// Why contacts may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DuplicateReason)]
pub enum Reason {
    /// They have the same phone: the same number in whatever notation, with the same extension or none.
    Phone,
    /// They have the same email, without regard to case, its domain in letters or in ASCII.
    Email,
    /// They have the same name, without regard to case and accents, in the same company.
    Name,
}

impl Reason {
    pub(super) const ALL: [Self; 3] = [Self::Email, Self::Name, Self::Phone];

    /// As it is sent.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Name => "name",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

    /// The reasons that are asked for: `by`, or all.
    pub(super) fn from_query(query: &Query, problems: &mut Problems) -> Vec<Self> {
        query.refuse_repeated(&["by"], problems);
        match query.get("by").filter(|name| !name.is_empty()) {
            None => Self::ALL.to_vec(),
            Some(name) => {
                let reason = Self::named(name);
                if reason.is_none() {
                    problems.add("by", "not_an_option", "must be one of phone, email, name");
                }
                reason.into_iter().collect()
            }
        }
    }
}
