//! Retries a request that was overtaken by another one ([`Error::Overtaken`]), mostly by a change of the catalogue:
//! nothing of the failed attempt was committed, and the next one sees what there is by then. After some attempts the
//! transaction takes the lock of the catalogue first, so that changes of the catalogue wait for it
//! ([`OPTIMISTIC_ATTEMPTS`](crate::database::OPTIMISTIC_ATTEMPTS)).
//!
//! [`Error::Overtaken`]: crate::Error::Overtaken

use axum::{body::Body, extract::Request, middleware::Next, response::Response};

use crate::{database::MAX_ATTEMPTS, error::Overtaken, request};

/// Middleware, behind the one that keeps the body for all attempts.
pub async fn retry_overtaken(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return noted(next.run(request).await, 1);
    }
    let (parts, _) = request.into_parts();
    let mut attempt = 1;
    loop {
        request::set_attempt(attempt);
        let response = next.clone().run(Request::from_parts(parts.clone(), Body::empty())).await;
        if attempt == MAX_ATTEMPTS || response.extensions().get::<Overtaken>().is_none() {
            return noted(response, attempt);
        }
        attempt += 1;
    }
}

/// The answer to the last attempt. What it was overtaken by is in the log only.
fn noted(response: Response, attempts: u32) -> Response {
    if let Some(Overtaken(cause)) = response.extensions().get() {
        let request_id = request::id();
        tracing::warn!(request_id, attempts, cause, "the request was overtaken at each attempt");
    }
    response
}
