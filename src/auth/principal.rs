//! Extractors: the permission a handler needs is the type of its argument.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use super::{Scope, Verifier};
use crate::{
    clock::Clock,
    database::Database,
    domain::TenantId,
    error::{Error, Result},
    request,
    tenants::Tenants,
};

/// What it takes to know who calls.
#[derive(Debug, Clone, Copy)]
pub struct AuthContext<'a> {
    /// Verifies the token.
    pub verifier: &'a Verifier,
    /// Resolves its tenant.
    pub tenants: &'a Tenants,
    /// Where tenants are looked up.
    pub database: &'a Database,
    /// Whether the token has expired.
    pub clock: &'a Clock,
}

/// The state of a service that knows who calls.
pub trait Authenticates: Send + Sync {
    /// What it knows it by.
    fn auth_context(&self) -> AuthContext<'_>;
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Whose data it is about.
    pub tenant: TenantId,
    /// The token's subject.
    pub subject: Arc<str>,
}

impl Principal {
    async fn with_scope(parts: &Parts, context: AuthContext<'_>, scope: Scope) -> Result<Self> {
        let AuthContext { verifier, tenants, database, clock } = context;
        let identity = verifier.verify(bearer_token(parts)?, clock.now())?;
        request::set_tenant(identity.tenant.as_str());
        if !identity.scopes.include(scope) {
            return Err(Error::Forbidden(format!("the token lacks the scope {scope}")));
        }
        let tenant = tenants.resolve(database, clock, &identity.tenant).await?;
        request::set_tenant_id(tenant);
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

        impl<S: Authenticates> FromRequestParts<S> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
                Principal::with_scope(parts, state.auth_context(), Scope::$name).await.map(Self)
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
