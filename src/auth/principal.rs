//! Extractors: the permission a handler needs is the type of its argument.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use super::Scope;
use crate::{
    error::{Error, Result},
    http::context,
    state::AppState,
    tenants::TenantId,
};

/// Who calls.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Whose data it is about.
    pub tenant: TenantId,
    /// The token's subject.
    pub subject: Arc<str>,
}

impl Principal {
    async fn with_scope(parts: &Parts, state: &AppState, scope: Scope) -> Result<Self> {
        let identity = state.verifier.verify(bearer_token(parts)?, state.clock.now())?;
        context::set_tenant(identity.tenant.as_str());
        if !identity.scopes.include(scope) {
            return Err(Error::Forbidden(format!("the token lacks the scope {scope}")));
        }
        let tenant = state.tenants.resolve(&state.database, &state.clock, &identity.tenant).await?;
        Ok(Self { tenant, subject: identity.subject.clone() })
    }
}

/// The token of `Authorization: Bearer …`; the scheme is matched without case (RFC 7235, 2.1).
fn bearer_token(parts: &Parts) -> Result<&str> {
    let header = parts.headers.get(header::AUTHORIZATION).ok_or(Error::NoToken)?;
    header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or(Error::Unauthenticated("the header `Authorization` holds no bearer token"))
}

macro_rules! permission {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Principal);

        impl FromRequestParts<AppState> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
                Principal::with_scope(parts, state, Scope::$name).await.map(Self)
            }
        }
    };
}

permission! {
    /// May read contacts and what belongs to them: `contacts:read`.
    ReadContacts
}
permission! {
    /// May write contacts: `contacts:write`.
    WriteContacts
}
permission! {
    /// May change the tenant's settings: `settings:write`.
    ManageSettings
}
