//! What a token says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The claims of a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// Who: a user or a program, as the issuer names it.
    #[serde(default)]
    pub sub: String,
    /// Whose contacts: the tenant's slug.
    pub tenant: String,
    /// What it may do, space separated.
    #[serde(default)]
    pub scope: String,
    /// Seconds since 1970 from which on the token no longer holds.
    #[serde(serialize_with = "whole_seconds")]
    pub exp: f64,
    /// Seconds since 1970 before which it does not hold yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<f64>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// For whom it was issued: one name here, where tokens of others may have several.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
}

#[expect(clippy::cast_possible_truncation, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn whole_seconds<S: serde::Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(*seconds as i64)
}

/// A single permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `contacts:read`
    ReadContacts,
    /// `contacts:write`
    WriteContacts,
    /// `contacts:erase`
    EraseContacts,
    /// `settings:write`
    ManageSettings,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::ReadContacts, Self::WriteContacts, Self::EraseContacts, Self::ManageSettings];

    /// As it stands in the claim `scope`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadContacts => "contacts:read",
            Self::WriteContacts => "contacts:write",
            Self::EraseContacts => "contacts:erase",
            Self::ManageSettings => "settings:write",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The scope that includes all others.
const ADMIN: &str = "admin";

/// The permissions of a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scopes {
    bits: u8,
    is_admin: bool,
}

impl Scopes {
    /// Reads the claim `scope`. Names that are not ours are somebody else's and are left alone.
    #[must_use]
    pub fn parse(claim: &str) -> Self {
        let has = |scope: &str| claim.split_ascii_whitespace().any(|one| one == scope);
        let given = Scope::ALL.into_iter().filter(|scope| has(scope.as_str()));
        Self { bits: given.fold(0, |bits, scope| bits | scope.bit()), is_admin: has(ADMIN) }
    }

    /// Whether `scope` is among them.
    #[must_use]
    pub const fn include(self, scope: Scope) -> bool {
        self.is_admin || self.bits & scope.bit() != 0
    }

    /// The names of ours that the claim has.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let given = Scope::ALL.into_iter().filter(move |scope| self.bits & scope.bit() != 0);
        given.map(Scope::as_str).chain(self.is_admin.then_some(ADMIN))
    }

    /// What they allow, each by its name.
    pub fn abilities(self) -> impl Iterator<Item = &'static str> {
        Scope::ALL.into_iter().filter(move |scope| self.include(*scope)).map(Scope::as_str)
    }
}

/// The names a scope claim may hold.
pub fn known_scopes() -> impl Iterator<Item = &'static str> {
    Scope::ALL.into_iter().map(Scope::as_str).chain([ADMIN])
}
