//! Carries a request out anew where it was overtaken by another ([`Error::Overtaken`]), mostly by a change of the
//! catalogue: nothing of the first try was committed, and the next one sees what there is by then. One that is overtaken
//! again and again insists: it has the changes of the catalogue wait for it.
//!
//! [`Error::Overtaken`]: crate::Error::Overtaken

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{body_limit::MAX_LARGE_BODY, context};
use crate::{
    database::{HOPEFUL_TRIES, TRIES},
    error::{Error, Overtaken},
};

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
        if response.extensions().get::<Overtaken>().is_none() {
            return response;
        }
        if tries == TRIES {
            tracing::warn!(tries, "the request was overtaken each time it was tried");
            return response;
        }
        if tries == HOPEFUL_TRIES {
            context::insist();
        }
        tries += 1;
    }
}
