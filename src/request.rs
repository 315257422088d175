//! What is known of the request being answered: its id, whose it is, how many statements it sent, and which attempt at
//! it this is. For the log line, the error envelope and the database, which know nothing of each other.
//!
//! A task-local: everything a handler calls in its own task finds it without being handed it.

use std::{
    future::Future,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::domain::TenantId;

tokio::task_local! {
    static CONTEXT: Arc<RequestContext>;
}

/// One request's context.
#[derive(Debug)]
pub struct RequestContext {
    /// The caller's `x-request-id` or one of ours.
    pub request_id: String,
    tenant: OnceLock<String>,
    tenant_id: OnceLock<TenantId>,
    statements: AtomicU32,
    attempt: AtomicU32,
}

impl RequestContext {
    /// A context that knows only the request's id.
    #[must_use]
    pub fn new(request_id: String) -> Arc<Self> {
        Arc::new(Self {
            request_id,
            tenant: OnceLock::new(),
            tenant_id: OnceLock::new(),
            statements: AtomicU32::new(0),
            attempt: AtomicU32::new(1),
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
pub fn id() -> String {
    CONTEXT.try_with(|context| context.request_id.clone()).unwrap_or_default()
}

/// Notes whose request this is.
pub fn set_tenant(slug: &str) {
    let _ = CONTEXT.try_with(|context| context.tenant.set(slug.to_owned()));
}

/// The slug of the tenant whose request this is; empty where that is not known.
#[must_use]
pub fn tenant() -> String {
    CONTEXT.try_with(|context| context.tenant().unwrap_or_default().to_owned()).unwrap_or_default()
}

/// Notes the tenant's id, once it was looked up.
pub fn set_tenant_id(tenant: TenantId) {
    let _ = CONTEXT.try_with(|context| context.tenant_id.set(tenant));
}

/// The tenant whose request this is; `None` outside of one, and before it was looked up.
#[must_use]
pub fn tenant_id() -> Option<TenantId> {
    CONTEXT.try_with(|context| context.tenant_id.get().copied()).ok().flatten()
}

/// Notes which attempt at the request begins; the first one is 1.
pub fn set_attempt(attempt: u32) {
    let _ = CONTEXT.try_with(|context| context.attempt.store(attempt, Ordering::Relaxed));
}

/// Which attempt at the request this is; 1 outside of one.
#[must_use]
pub fn attempt() -> u32 {
    CONTEXT.try_with(|context| context.attempt.load(Ordering::Relaxed)).unwrap_or(1)
}

/// Counts a statement sent to the database.
pub fn count_statement() {
    let _ = CONTEXT.try_with(|context| context.statements.fetch_add(1, Ordering::Relaxed));
}
