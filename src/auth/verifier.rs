//! Verifies tokens and remembers those that held.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use jsonwebtoken::Validation;
use quick_cache::sync::Cache;

use super::{Claims, Keys, Scopes};
use crate::{
    domain::TenantSlug,
    error::{Error, Result},
};

/// How many verified tokens are remembered.
const CACHED_TOKENS: usize = 10_000;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// What a verified token says.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The tenant it is for.
    pub tenant: TenantSlug,
    /// Who holds it.
    pub subject: Arc<str>,
    /// What it allows.
    pub scopes: Scopes,
    expires_at: f64,
}

/// Verifies tokens with one key.
pub struct Verifier {
    keys: Keys,
    validation: Validation,
    verified: Cache<String, Arc<Identity>>,
}

impl Verifier {
    /// A verifier that demands `issuer` and `audience` where they are given.
    #[must_use]
    pub fn new(keys: Keys, issuer: Option<&str>, audience: Option<&str>) -> Self {
        let mut validation = Validation::new(keys.algorithm());
        // That there is an expiry is a matter of `Claims`; expiry and begin are checked here, against the clock
        // of the service and without leeway. (The library does not see numbers of claims as such in a build
        // where serde_json keeps their digits.)
        validation.validate_exp = false;
        validation.validate_aud = audience.is_some();
        let mut required = Vec::new();
        if let Some(issuer) = issuer {
            validation.set_issuer(&[issuer]);
            required.push("iss");
        }
        if let Some(audience) = audience {
            validation.set_audience(&[audience]);
            required.push("aud");
        }
        validation.set_required_spec_claims(&required);
        Self { keys, validation, verified: Cache::new(CACHED_TOKENS) }
    }

    /// Verifies a token: signature, expiry, begin, issuer, audience, tenant.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] with what is wrong.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Identity>> {
        let identity = match self.verified.get(token) {
            Some(identity) => identity,
            None => self.verify_signature_and_claims(token, seconds(now))?,
        };
        if identity.expires_at <= seconds(now) {
            self.verified.remove(token);
            return Err(Error::Unauthenticated("the token has expired"));
        }
        Ok(identity)
    }

    fn verify_signature_and_claims(&self, token: &str, now: f64) -> Result<Arc<Identity>> {
        use jsonwebtoken::errors::ErrorKind;

        if token.len() > MAX_TOKEN {
            return Err(Error::Unauthenticated("the token is too long"));
        }
        let claims: Claims = jsonwebtoken::decode(token, self.keys.verifying(), &self.validation)
            .map_err(|error| {
                Error::Unauthenticated(match error.kind() {
                    ErrorKind::InvalidIssuer => "the token is from another issuer",
                    ErrorKind::InvalidAudience => "the token is for another audience",
                    ErrorKind::MissingRequiredClaim(_) => "the token lacks one of the claims iss and aud",
                    ErrorKind::Json(_) => "the token's claims cannot be read; it needs exp and tenant",
                    ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => {
                        "the token is signed with another algorithm"
                    }
                    _ => "the token is not valid",
                })
            })?
            .claims;
        if claims.nbf.is_some_and(|begin| begin > now) {
            return Err(Error::Unauthenticated("the token does not hold yet"));
        }
        let tenant = TenantSlug::parse(&claims.tenant)
            .map_err(|_| Error::Unauthenticated("the token's claim `tenant` is no tenant's slug"))?;
        let identity = Arc::new(Identity {
            tenant,
            subject: claims.sub.into(),
            scopes: Scopes::parse(&claims.scope),
            expires_at: claims.exp,
        });
        if identity.expires_at > now {
            self.verified.insert(token.to_owned(), identity.clone());
        }
        Ok(identity)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds since 1970 keep their place in 53 bits until 2255"
)]
fn seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_micros() as f64 / 1e6
}

impl fmt::Debug for Verifier {
    /// Without the tokens it remembers.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("keys", &self.keys).finish_non_exhaustive()
    }
}
