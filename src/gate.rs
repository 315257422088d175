//! The gate before the router. It listens from the first moment and answers by itself until the service has started:
//! `/healthz` with 200, everything else with 503 and the reason. Then it stands open.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use axum::{
    BoxError, Router,
    body::{Bytes, HttpBody},
    extract::State,
    http::Request,
    middleware,
    response::Response,
    routing::{future::RouteFuture, get},
};
use tower::Service;

use crate::{error::Error, health, http::request_log, metrics::Metrics, readiness::Readiness};

/// What a server hands its requests to; cheap to clone.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The service, once it has started.
    open: Arc<OnceLock<Router>>,
    closed: Router,
}

impl Gate {
    /// A closed one, whose answers are logged and counted as the service's are.
    #[must_use]
    pub fn new(metrics: Metrics, readiness: Readiness) -> Self {
        let closed = Router::new()
            .route("/healthz", get(health::liveness))
            .route("/readyz", get(refuse))
            .fallback(refuse)
            .layer(middleware::from_fn_with_state(metrics, request_log::observe))
            .with_state(readiness);
        Self { open: Arc::default(), closed }
    }

    /// Opens it, for good.
    pub fn open(&self, router: Router) {
        // Whoever opened it before had the same router.
        let _ = self.open.set(router);
    }
}

async fn refuse(State(readiness): State<Readiness>) -> Error {
    match readiness.check() {
        Err(reason) => reason.into(),
        Ok(()) => Error::Unavailable("the service is about to open".into()),
    }
}

impl<B> Service<Request<B>> for Gate
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.open.get().unwrap_or(&self.closed).clone().call(request)
    }
}
