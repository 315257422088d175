//! `Idempotency-Key`: a POST that is sent again with the same key is carried out once.
//!
//! The key is written first in the transaction that does the work, and the answer last: either both are there with
//! the effect, or nothing is. A second request with the key waits at its row until the first one has ended; then it
//! finds the answer, or, where the first one failed, does the work itself. Errors are not kept: they had no effect.

mod store;

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

pub(crate) use store::{erase, forget};

use crate::{
    auth::Principal,
    database::TenantTransaction,
    error::{Error, Result},
    http::{answer::Answer, header::IDEMPOTENCY_KEY, limits::PendingBody, query::Query},
    state::AppState,
};

/// The longest key, in bytes.
const MAX_KEY: usize = 255;

/// How long a key and its answer are kept.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// Keys older than this, as of `now`, are forgotten.
#[must_use]
pub fn kept_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - KEPT_FOR
}

/// The `Idempotency-Key` of a POST, if it has one, and what tells whether another request is the same.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<Given>);

#[derive(Debug, Clone)]
struct Given {
    key: String,
    /// Method, path and query, by what they say.
    request: String,
    body: Option<PendingBody>,
}

/// A key that was claimed, with the fingerprint of its request.
#[derive(Debug)]
struct Claim<'a> {
    key: &'a str,
    fingerprint: String,
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let key = value
            .to_str()
            .ok()
            .map(str::trim)
            .filter(|key| {
                (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| (b' '..=b'~').contains(&byte))
            })
            .filter(|_| values.next().is_none())
            .ok_or_else(|| {
                let message = "must be given once, 1 to 255 printable characters of ASCII";
                Error::invalid("Idempotency-Key", "invalid_format", message)
            })?;
        let query: Query = parts.extensions.get().cloned().unwrap_or_default();
        let request = format!("{} {} {query:?}", parts.method, parts.uri.path());
        let body = parts.extensions.get().cloned();
        Ok(Self(Some(Given { key: key.to_owned(), request, body })))
    }
}

impl IdempotencyKey {
    /// Begins the transaction of a request and claims its key.
    ///
    /// # Errors
    /// [`Error::Answered`] where the same request was carried out before; a 422 where another one was, under this key.
    pub async fn begin(&self, state: &AppState, principal: &Principal) -> Result<TenantTransaction> {
        let mut tx = state.database.begin(principal.tenant).await?;
        if let Some(claim) = self.claim(principal) {
            store::claim(&mut tx, &claim, state.clock.now()).await?;
        }
        Ok(tx)
    }

    /// Keeps the answer of a request for its repetitions, counts its change, which moves the total by `contacts`, and
    /// commits. `contact_ids`: the contacts whose data the answer holds.
    ///
    /// # Errors
    /// As [`TenantTransaction::commit_change`].
    pub async fn commit_change(
        &self,
        mut tx: TenantTransaction,
        contacts: i64,
        answer: Answer,
        contact_ids: &[Uuid],
    ) -> Result<Response> {
        self.keep(&mut tx, &answer, contact_ids).await?;
        tx.commit_change(contacts).await?;
        Ok(answer.into_response())
    }

    /// Keeps the answer of a request for its repetitions, and commits; the caller has counted its change, if it is one.
    pub async fn commit(
        &self,
        mut tx: TenantTransaction,
        answer: Answer,
        contact_ids: &[Uuid],
    ) -> Result<Response> {
        self.keep(&mut tx, &answer, contact_ids).await?;
        tx.commit().await?;
        Ok(answer.into_response())
    }

    /// Keeps the answer of a request for its repetitions; the caller commits.
    pub async fn keep(
        &self,
        tx: &mut TenantTransaction,
        answer: &Answer,
        contact_ids: &[Uuid],
    ) -> Result<()> {
        match &self.0 {
            Some(given) => store::keep(tx, &given.key, &serde_json::to_string(answer)?, contact_ids).await,
            None => Ok(()),
        }
    }

    fn claim(&self, principal: &Principal) -> Option<Claim<'_>> {
        let given = self.0.as_ref()?;
        let body = given.body.as_ref().and_then(PendingBody::digest).unwrap_or_default();
        let text = format!("{} {} {body:032x}", principal.subject, given.request);
        Some(Claim { key: &given.key, fingerprint: format!("{:032x}", xxh3_128(text.as_bytes())) })
    }
}
