//! Verifies tokens and remembers those that held.

use std::{fmt, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Validation, errors::ErrorKind};
use quick_cache::sync::Cache;
use serde_json::{Map, Value};

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
    /// Seconds since 1970 from which on the token no longer holds.
    pub expires_at: f64,
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
            return Err(refused("expired", "the token has expired"));
        }
        Ok(identity)
    }

    fn verify_signature_and_claims(&self, token: &str, now: f64) -> Result<Arc<Identity>> {
        if token.len() > MAX_TOKEN {
            return Err(malformed("the token is too long"));
        }
        check_header(token)?;
        let claims: Claims = jsonwebtoken::decode(token, self.keys.verifying(), &self.validation)
            .map_err(|error| why_refused(error.kind()))?
            .claims;
        if claims.nbf.is_some_and(|begin| begin > now) {
            return Err(refused("not_yet_valid", "the token does not hold yet"));
        }
        let tenant = TenantSlug::parse(&claims.tenant)
            .map_err(|_| malformed("the token's claim `tenant` is no tenant's slug"))?;
        // It is stored with what its holder does.
        if claims.sub.contains('\0') {
            return Err(malformed("the token's claim `sub` has a NUL character"));
        }
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

const fn refused(code: &'static str, message: &'static str) -> Error {
    Error::Unauthenticated { code, message }
}

const fn malformed(message: &'static str) -> Error {
    refused("malformed", message)
}

/// Refuses what the header says before anything else is looked at, so that the true reason is told: the library calls a token
/// that names no algorithm of its own unreadable, and lets some of `crit` pass.
fn check_header(token: &str) -> Result<()> {
    let header = token.split('.').next().unwrap_or_default();
    let header: Map<String, Value> = BASE64_URL_SAFE_NO_PAD
        .decode(header)
        .ok()
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or_else(|| malformed("the token is no JWT"))?;
    let algorithm =
        header.get("alg").and_then(Value::as_str).ok_or_else(|| malformed("the token is no JWT"))?;
    if algorithm.eq_ignore_ascii_case("none") {
        return Err(refused("bad_signature", "the token is not signed: its header has the `alg` none"));
    }
    if algorithm.parse::<jsonwebtoken::Algorithm>().is_err() {
        return Err(refused(
            "bad_signature",
            "the token is signed with an algorithm that the service does not know",
        ));
    }
    // What it lists has to be understood by whoever takes the token (RFC 7515, 4.1.11), and the service understands none.
    if header.contains_key("crit") {
        return Err(malformed("the token's header has `crit`, and the service knows no such extension"));
    }
    Ok(())
}

fn why_refused(kind: &ErrorKind) -> Error {
    match kind {
        ErrorKind::InvalidSignature => refused("bad_signature", "the token is signed with another key"),
        ErrorKind::InvalidAlgorithm => refused("bad_signature", "the token is signed with another algorithm"),
        ErrorKind::InvalidIssuer => refused("wrong_issuer", "the token is from another issuer"),
        ErrorKind::InvalidAudience => refused("wrong_audience", "the token is for another audience"),
        ErrorKind::MissingRequiredClaim(_) => malformed("the token lacks one of the claims iss and aud"),
        ErrorKind::Json(_) | ErrorKind::InvalidClaimFormat(_) => {
            malformed("the token's claims cannot be read; it needs exp and tenant")
        }
        _ => malformed("the token is no JWT"),
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
