//! Serves requests on a listener: what `axum::serve` does, with bounds on what a connection may hold without having asked for
//! anything. Nothing of a request has been seen before its head is whole, so no layer of the router can end such a wait.
//!
//! There are at most so many connections. Where there is no room for another one, the one that has been waiting for a
//! request, or for the body of one, for the longest makes room, whoever opened it: what a connection costs is a file
//! descriptor, and a service without any answers nobody.

mod connection;
mod descriptors;
mod stream;

use std::{collections::HashMap, convert::Infallible, io, pin::pin, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, Id, JoinError, JoinSet},
    time::Instant,
};
use tower::{Service, ServiceExt, service_fn};

pub use connection::{Connection, WaitsForBody};
pub use descriptors::connections_for;

/// The longest head of a request, and the most of a body that is read ahead of whoever takes it, in bytes. A path alone may
/// have 64 KiB.
const BUFFER: usize = 96 * 1024;

/// How long nothing is accepted after the system refused to give out a connection.
const PAUSE: Duration = Duration::from_millis(50);

/// How long the log is silent of what happens again and again under an attack.
const SILENCE: Duration = Duration::from_mins(1);

/// What connections may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// How many there may be.
    pub connections: usize,
    /// How long the head of a request may take from its first byte on.
    pub head: Duration,
    /// How long a connection may be silent before a request. Longer than the proxies before it keep theirs, lest they send a
    /// request on one that is just being closed.
    pub idle: Duration,
    /// How long a client may take no byte of an answer.
    pub stall: Duration,
    /// How long requests that run may take to finish once the service stops.
    pub grace: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stall: Duration::from_secs(30),
            grace: Duration::from_secs(30),
        }
    }
}

/// What answers requests: a router, say.
pub trait Answers:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Answers for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

/// Serves until `stop`, and then until the requests that run have been answered, or were cut off after
/// [`ServerLimits::grace`]. Connections without a whole head of a request are closed at once.
pub async fn serve<S: Answers>(
    listener: TcpListener,
    service: S,
    limits: ServerLimits,
    stop: impl Future<Output = ()>,
) {
    let (stopping, stopped) = watch::channel(());
    let mut open = Open::new(limits.connections);
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(ended) = open.tasks.join_next_with_id() => open.forget(&ended),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => open.serve(stream, service.clone(), limits, stopped.clone()),
                Err(error) => open.refused(&error).await,
            },
        }
    }
    drop((listener, stopped));
    let _ = stopping.send(());
    let all_ended = async { while open.tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.grace, all_ended).await.is_err() {
        let grace = limits.grace;
        tracing::warn!(requests = open.tasks.len(), "requests still ran after {grace:?} and were cut off");
        open.tasks.shutdown().await;
    }
}

/// The connections that there are.
struct Open {
    most: usize,
    tasks: JoinSet<()>,
    connections: HashMap<Id, (Connection, AbortHandle)>,
    last_warning: Option<Instant>,
}

impl Open {
    fn new(most: usize) -> Self {
        Self { most: most.max(1), tasks: JoinSet::new(), connections: HashMap::new(), last_warning: None }
    }

    fn serve(
        &mut self,
        stream: TcpStream,
        service: impl Answers,
        limits: ServerLimits,
        stopped: watch::Receiver<()>,
    ) {
        if self.connections.len() >= self.most
            && !self.make_room("there are as many connections as there may be")
        {
            // All of them are being answered. The client sees its connection closed, and may come again.
            return;
        }
        // Small answers go out at once instead of waiting for more.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let connection = Connection::default();
        let task = self.tasks.spawn(answer_all(stream, service, limits, connection.clone(), stopped));
        self.connections.insert(task.id(), (connection, task));
    }

    fn forget(&mut self, ended: &Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        self.connections.remove(&id);
    }

    /// What to do where the system gives out no connection.
    async fn refused(&mut self, error: &io::Error) {
        // The client was faster: nothing that concerns the others.
        if matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionRefused
        ) {
            return;
        }
        if !self.make_room(&error.to_string()) {
            self.warn(&error.to_string());
        }
        tokio::time::sleep(PAUSE).await;
    }

    /// Closes the connection that has waited for the longest; false where none waits.
    fn make_room(&mut self, why: &str) -> bool {
        self.warn(why);
        // Between being found and being closed it may get its request; then the next one is looked for.
        let waiting = |(id, (open, _)): (&Id, &(Connection, _))| Some((open.waits_since()?, *id));
        while let Some((_, id)) = self.connections.iter().filter_map(waiting).min_by_key(|(since, _)| *since)
        {
            if let Some((connection, task)) = self.connections.get(&id)
                && connection.close()
            {
                task.abort();
                self.connections.remove(&id);
                return true;
            }
        }
        false
    }

    fn warn(&mut self, why: &str) {
        if self.last_warning.is_none_or(|last| last.elapsed() >= SILENCE) {
            self.last_warning = Some(Instant::now());
            let connections = self.connections.len();
            tracing::warn!(connections, "{why}: connections without a request are closed to make room");
        }
    }
}

/// Answers the requests of a connection, one after the other.
async fn answer_all(
    stream: TcpStream,
    answering: impl Answers,
    limits: ServerLimits,
    connection: Connection,
    mut stopped: watch::Receiver<()>,
) {
    let stream = stream::Watched::new(stream, connection.clone(), limits);
    let service = service_fn({
        let connection = connection.clone();
        move |mut request: Request<_>| {
            let (answering, connection) = (answering.clone(), connection.clone());
            async move {
                // None where the connection was given up in this very moment.
                let Some(request_under_way) = connection.request_begins() else {
                    return std::future::pending().await;
                };
                request.extensions_mut().insert(connection);
                let response = answering.oneshot(request.map(Body::new)).await?;
                Ok::<_, Infallible>(response.map(|body| request_under_way.until_sent(body)))
            }
        }
    });
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().max_buf_size(BUFFER);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
    let result = tokio::select! {
        result = &mut served => result,
        _ = stopped.changed() => {
            connection.end_after_request();
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(error, "a connection ended");
    }
}
