//! When to stop: SIGTERM, as supervisors and containers send it, or SIGINT, as Ctrl-C does.

use tokio::signal::unix::{Signal, SignalKind, signal};

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
