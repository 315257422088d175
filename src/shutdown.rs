//! When to stop: SIGTERM, as supervisors and containers send it, or SIGINT, as Ctrl-C does.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::readiness::Readiness;

/// The signals that stop the service.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from now on, so that a signal is not lost while the service still starts.
    ///
    /// # Errors
    /// Where the process cannot listen to signals.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Returns once one of them has come.
    pub async fn received(&mut self) {
        let name = tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "stopping");
    }
}

/// Returns once the service is to stop listening: so long after a signal that whoever sends it requests has noticed that it is
/// not ready any more. A second signal ends the wait, and one that has not started has nobody to wait for.
pub async fn after_delay(signals: &mut Signals, readiness: &Readiness, delay: Duration) {
    signals.received().await;
    let has_started = readiness.is_started();
    readiness.stops();
    if has_started && !delay.is_zero() {
        tracing::info!(?delay, "not ready any more; stops listening after the delay");
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = signals.received() => {}
        }
    }
}
