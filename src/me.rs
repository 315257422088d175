//! `GET /api/v1/me`

use axum::{http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::{AnyToken, Identity},
    error::Result,
    http::envelope,
    openapi::{self, Success},
};

/// Whom a token is of, and what it allows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The tenant whose data the token is about.
    #[schema(value_type = String, example = "acme")]
    tenant: String,
    /// Who holds the token, as whoever made it says; empty where it does not say.
    #[schema(example = "crm")]
    subject: String,
    /// The scopes of the token that the service knows.
    #[schema(value_type = Vec<String>, example = json!(["contacts:read", "contacts:write"]))]
    scopes: Vec<&'static str>,
    /// What they allow: of `admin` all scopes.
    #[schema(value_type = Vec<String>, example = json!(["contacts:read", "contacts:write"]))]
    abilities: Vec<&'static str>,
    /// Until when the token holds (UTC); null where that is beyond all calendars.
    #[schema(required, example = "2026-12-31T23:59:59Z")]
    expires_at: Option<DateTime<Utc>>,
}

impl From<&Identity> for Me {
    fn from(identity: &Identity) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is too large becomes the largest, which is no moment"
        )]
        let microseconds = (identity.expires_at * 1e6) as i64;
        Self {
            tenant: identity.tenant.as_str().to_owned(),
            subject: identity.subject.as_ref().to_owned(),
            scopes: identity.scopes.names().collect(),
            abilities: identity.scopes.abilities().collect(),
            expires_at: DateTime::from_timestamp_micros(microseconds),
        }
    }
}

/// Read what the token says
///
/// Any token that holds will do, whatever it allows.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    operation_id = "getMe",
    tag = openapi::TOKENS,
    responses(
        (status = 200, description = "Whom the token is of, and what it allows", body = Success<Me>),
        openapi::Errors,
        openapi::Unknown,
    ),
    security(("bearer" = [])),
)]
pub async fn get_me(AnyToken(identity): AnyToken) -> Result<Response> {
    Ok(envelope::success(StatusCode::OK, "token", &serde_json::to_string(&Me::from(&*identity))?))
}
