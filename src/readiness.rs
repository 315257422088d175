//! Whether the service can serve, told by whoever finds that it cannot, and asked by `/readyz`.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Why the service is not ready. The sentences are for everybody: they say nothing of where the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// It is starting, and has not reached its database yet.
    #[error("the service is starting: it waits for its database")]
    WaitsForDatabase,
    /// It is starting, and looks at the schema, or waits for another instance that brings it up to date.
    #[error("the service is starting: the schema of its database is being brought up to date")]
    Migrates,
    /// Somebody else has to bring the schema up to date.
    #[error("the database lacks migrations of this version: run `contacts migrate`")]
    LacksMigrations,
    /// It was told to stop, and still serves whoever has not noticed.
    #[error("the service is about to stop")]
    Stops,
    /// It has started, and its database does not answer as it should.
    #[error("the database does not answer, or cannot be used; the log of the service says why")]
    NoDatabase,
    /// Something that runs in the background fails however often it is started again.
    #[error("{0} fails again and again; the log of the service says why")]
    Fails(
        /// What it is.
        &'static str,
    ),
}

/// Whether the service can serve, its database aside; cheap to clone, all clones tell the same.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// How far the start is; nothing once it is through.
    start: Option<NotReady>,
    stops: bool,
    /// What fails in the background.
    failing: BTreeSet<&'static str>,
}

impl Readiness {
    /// Of a service that starts.
    #[must_use]
    pub fn starting() -> Self {
        let readiness = Self::default();
        readiness.starts(NotReady::WaitsForDatabase);
        readiness
    }

    /// The start is at this point.
    pub fn starts(&self, at: NotReady) {
        self.state().start = Some(at);
    }

    /// The start is through.
    pub fn has_started(&self) {
        self.state().start = None;
    }

    /// Whether the start is through.
    #[must_use]
    pub fn is_started(&self) -> bool {
        self.state().start.is_none()
    }

    /// The service was told to stop.
    pub fn stops(&self) {
        self.state().stops = true;
    }

    /// Notes whether something in the background fails.
    pub fn note(&self, task: &'static str, fails: bool) {
        let failing = &mut self.state().failing;
        if fails {
            failing.insert(task);
        } else {
            failing.remove(task);
        }
    }

    /// `Ok` where nothing is known against it.
    ///
    /// # Errors
    /// Why it is not ready.
    pub fn check(&self) -> Result<(), NotReady> {
        let state = self.state();
        let reason = state.stops.then_some(NotReady::Stops).or(state.start);
        let reason = reason.or_else(|| state.failing.first().copied().map(NotReady::Fails));
        reason.map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
