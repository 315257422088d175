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
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    let mut attempt = 1;
    loop {
        request::set_attempt(attempt);
        let response = next.clone().run(Request::from_parts(parts.clone(), Body::empty())).await;
        let Some(Overtaken(cause)) = response.extensions().get() else { return response };
        if attempt == MAX_ATTEMPTS {
            let request_id = request::id();
            tracing::warn!(
                request_id,
                attempts = attempt,
                cause,
                "the request was overtaken at each attempt"
            );
            return response;
        }
        attempt += 1;
    }
}
