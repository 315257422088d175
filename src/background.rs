//! What a service does beside answering requests, in one place that looks after it: a panic is logged and the task is
//! started again; where that does not help, `/readyz` says so.

use std::{future::Future, panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use tokio::{task::JoinSet, time::Instant};

use crate::{
    error::{Error, Result},
    readiness::Readiness,
};

/// When a task that panicked is started again, and what that is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    /// The pause before it is started again; it doubles with each further panic.
    pub first: Duration,
    /// The longest such pause.
    pub longest: Duration,
    /// A task that runs for so long is sound again.
    pub sound_after: Duration,
}

/// How often a task may panic, without having been sound in between, before the service is not ready.
const PANICS_BORNE: u32 = 3;

impl Default for Pauses {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_mins(1),
            sound_after: Duration::from_secs(30),
        }
    }
}

/// The tasks of a service. Dropped, it ends them where they are.
#[derive(Debug)]
pub struct Background {
    tasks: JoinSet<()>,
    readiness: Readiness,
    pauses: Pauses,
}

impl Background {
    /// Without a task yet. `readiness` is told of tasks that cannot be kept running.
    #[must_use]
    pub fn new(readiness: Readiness, pauses: Pauses) -> Self {
        Self { tasks: JoinSet::new(), readiness, pauses }
    }

    /// Runs a task until it comes to its end; however often it panics, it is started again. `name`: what it is to operators,
    /// such as `the worker of jobs`.
    pub fn keep_running<T>(&mut self, name: &'static str, task: impl Fn() -> T + Send + Sync + 'static)
    where
        T: Future<Output = ()> + Send + 'static,
    {
        let (readiness, pauses) = (self.readiness.clone(), self.pauses);
        self.tasks.spawn(async move {
            let mut panics = 0;
            while let Err(panic) = run(name, &task, &readiness, pauses, &mut panics).await {
                panics += 1;
                tracing::error!(task = name, panics, cause = %panic.cause(), "panicked; it is started again");
                readiness.note(name, panics >= PANICS_BORNE);
                let doubled = pauses.first.saturating_mul(1 << (panics - 1).min(16));
                tokio::time::sleep(doubled.min(pauses.longest)).await;
            }
            readiness.note(name, false);
        });
    }
}

/// Runs a task to its end, or to a panic. One that runs for long enough is sound, and what it did before is forgotten.
async fn run<T>(
    name: &'static str,
    task: impl Fn() -> T + Send + Sync,
    readiness: &Readiness,
    pauses: Pauses,
    panics: &mut u32,
) -> Result<()>
where
    T: Future<Output = ()> + Send,
{
    let mut running = caught(async {
        task().await;
        Ok(())
    });
    let sound = Instant::now() + pauses.sound_after;
    if let Ok(ended) = tokio::time::timeout_at(sound, &mut running).await {
        return ended;
    }
    if *panics > 0 {
        tracing::info!(task = name, "runs again");
        *panics = 0;
        readiness.note(name, false);
    }
    running.await
}

/// What a future comes to, with a panic of its as an [`Error::Internal`]: for work whose failure is not to take its
/// neighbours along, such as one tenant's.
pub fn caught<'a, T>(
    future: impl Future<Output = Result<T>> + Send + 'a,
) -> impl Future<Output = Result<T>> + Send + 'a {
    let caught = AssertUnwindSafe(Box::pin(future)).catch_unwind();
    caught.map(|outcome| outcome.unwrap_or_else(|panic| Err(Error::of_panic(&*panic))))
}
