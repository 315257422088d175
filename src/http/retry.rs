//! Carries a request out anew where the catalogue changed while it was served ([`Error::Overtaken`]): nothing of the
//! first try was committed, and the next one sees the new catalogue.
//!
//! [`Error::Overtaken`]: crate::Error::Overtaken

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::body_limit::MAX_LARGE_BODY;
use crate::error::{Error, Overtaken};

/// How often a request is tried. Each try that fails means that another request succeeded meanwhile.
const TRIES: usize = 10;

/// Middleware, behind the one that reads the whole body.
pub async fn repeat_overtaken(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // In memory already.
    let Ok(body) = to_bytes(body, MAX_LARGE_BODY).await else {
        return Error::PayloadTooLarge(MAX_LARGE_BODY).into_response();
    };
    let mut tries = 1;
    loop {
        let response = next.clone().run(Request::from_parts(parts.clone(), Body::from(body.clone()))).await;
        if tries == TRIES || response.extensions().get::<Overtaken>().is_none() {
            return response;
        }
        tries += 1;
    }
}
