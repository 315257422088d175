//! What is known of the request being answered, for the log line, the error envelope and the counts.
//!
//! A task-local: everything a handler calls in its own task finds it without being handed it.

use std::{
    future::Future,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

tokio::task_local! {
    static CONTEXT: Arc<RequestContext>;
}

/// One request's context.
#[derive(Debug)]
pub struct RequestContext {
    /// The caller's `x-request-id` or one of ours.
    pub request_id: String,
    tenant: OnceLock<String>,
    statements: AtomicU32,
    insists: AtomicBool,
}

impl RequestContext {
    /// A context that knows only the request's id.
    #[must_use]
    pub fn new(request_id: String) -> Arc<Self> {
        Arc::new(Self {
            request_id,
            tenant: OnceLock::new(),
            statements: AtomicU32::new(0),
            insists: AtomicBool::new(false),
        })
    }

    /// The slug of the tenant, once the token was verified.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.get().map(String::as_str)
    }

    /// How many statements went to the database.
    pub fn statements(&self) -> u32 {
        self.statements.load(Ordering::Relaxed)
    }
}

/// Runs `future` with `context` as the current one.
pub async fn scope<F: Future>(context: Arc<RequestContext>, future: F) -> F::Output {
    CONTEXT.scope(context, future).await
}

/// The id of the current request; empty outside of one.
#[must_use]
pub fn request_id() -> String {
    CONTEXT.try_with(|context| context.request_id.clone()).unwrap_or_default()
}

/// Notes whose request this is.
pub fn set_tenant(slug: &str) {
    let _ = CONTEXT.try_with(|context| context.tenant.set(slug.to_owned()));
}

/// From here on the request's transactions let nobody change the catalogue beside them.
pub fn insist() {
    let _ = CONTEXT.try_with(|context| context.insists.store(true, Ordering::Relaxed));
}

/// Whether the request [insists](insist); false outside of one.
#[must_use]
pub fn insists() -> bool {
    CONTEXT.try_with(|context| context.insists.load(Ordering::Relaxed)).unwrap_or_default()
}

/// Counts a statement sent to the database.
pub fn count_statement() {
    let _ = CONTEXT.try_with(|context| context.statements.fetch_add(1, Ordering::Relaxed));
}
