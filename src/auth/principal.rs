//! Extractors: the permission a handler needs is the type of its argument.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::{Identity, Scope, Scopes, Verifier};
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
    scopes: Scopes,
}

impl Principal {
    async fn with_scopes(parts: &Parts, context: AuthContext<'_>, scopes: &[Scope]) -> Result<Self> {
        let AuthContext { verifier, tenants, database, clock } = context;
        let identity = verifier.verify(bearer_token(&parts.headers)?, clock.now())?;
        request::set_tenant(identity.tenant.as_str());
        for scope in scopes {
            check(identity.scopes, *scope)?;
        }
        let tenant = tenants.resolve(database, clock, &identity.tenant).await?;
        request::set_tenant_id(tenant);
        Ok(Self { tenant, subject: identity.subject.clone(), scopes: identity.scopes })
    }

    /// For what a parameter asks for beyond the call.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the token lacks the scope.
    pub fn demand(&self, scope: Scope) -> Result<()> {
        check(self.scopes, scope)
    }
}

fn check(scopes: Scopes, scope: Scope) -> Result<()> {
    if scopes.include(scope) {
        return Ok(());
    }
    Err(Error::Forbidden(format!("the token lacks the scope {scope}")))
}

/// The token of `Authorization: Bearer …`; the scheme is matched without case (RFC 7235, 2.1).
fn bearer_token(headers: &HeaderMap) -> Result<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Error::NoToken)?;
    // Whoever looked at it before, a proxy say, may have taken the other one.
    if values.next().is_some() {
        return Err(Error::Malformed("the header `Authorization` is given more than once".into()));
    }
    value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or(Error::Unauthenticated {
            code: "malformed",
            message: "the header `Authorization` holds no bearer token",
        })
}

/// Who calls, whatever the token allows.
#[derive(Debug, Clone)]
pub struct AnyToken(pub Arc<Identity>);

impl<S: Authenticates> FromRequestParts<S> for AnyToken {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let AuthContext { verifier, clock, .. } = state.auth_context();
        let identity = verifier.verify(bearer_token(&parts.headers)?, clock.now())?;
        request::set_tenant(identity.tenant.as_str());
        Ok(Self(identity))
    }
}

macro_rules! permission {
    ($(#[$doc:meta])* $name:ident: $($scope:ident),+) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Principal);

        impl<S: Authenticates> FromRequestParts<S> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
                let scopes = [$(Scope::$scope),+];
                Principal::with_scopes(parts, state.auth_context(), &scopes).await.map(Self)
            }
        }
    };
}

permission! {
    /// May read contacts and what belongs to them: `contacts:read`.
    ReadContacts: ReadContacts
}
permission! {
    /// May write contacts: `contacts:write`. Shows nothing of contacts that it did not write.
    WriteContacts: WriteContacts
}
permission! {
    /// May write contacts and read them: for a call that shows or counts contacts that it did not write.
    ReadAndWriteContacts: WriteContacts, ReadContacts
}
permission! {
    /// May change the tenant's settings: `settings:write`.
    ManageSettings: ManageSettings
}
