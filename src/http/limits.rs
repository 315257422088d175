//! What a request may take: how long its body and how long its answer may be in coming, and how much memory the bodies of all
//! requests may hold. Routes that are alike in this make a router, which [`limited`] puts these limits on.
//!
//! A body is read when a handler asks for it, whole: behind the route, the token and whatever else the head says, and before
//! anything that holds a connection of the database. So what is refused by its head costs no memory and no time, and nobody
//! waits for a slow sender. What is left of a body when the answer is there is read and thrown away behind the answer, so that
//! its sender, who may look for an answer only when all was sent, finds it instead of a closed connection.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout, timeout_at},
};
use tower::ServiceBuilder;

use super::{
    retry,
    server::{Connection, WaitsForBody},
};
use crate::{
    error::{Error, Result},
    request,
};

/// The limits of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest body, in bytes.
    pub body: usize,
    /// The most that the bodies of all requests under way may have together, in bytes; of one tenant's, half of it. A request
    /// that would be beyond waits for others to end.
    pub bodies: usize,
    /// How long a body may take to come; then the request is answered with 408. And how long a request may take without that;
    /// then it is answered with 503, and its transaction is rolled back by being dropped.
    pub time: Duration,
}

impl Limits {
    /// The longest body of most routes, in bytes: 1 MiB.
    pub const BODY: usize = 1024 * 1024;

    /// The longest body of a route that takes many contacts at once, in bytes: 8 MiB.
    pub const LARGE_BODY: usize = 8 * 1024 * 1024;

    /// What the bodies of all requests may have together, in bytes. What is made of JSON takes several times as much.
    pub const BODIES: usize = 32 * 1024 * 1024;
}

/// How much of a body that is too long is read and thrown away before the connection is given up, in bytes.
const MAX_DISCARDED: u64 = 64 * 1024 * 1024;

/// How long nothing of a body may come.
const STALL: Duration = Duration::from_secs(10);

/// How long a request waits for the memory of others.
const WAIT: Duration = Duration::from_secs(10);

/// Of so many tenants it is remembered what their bodies take, before those are forgotten that have none.
const REMEMBERED: usize = 1_024;

/// Puts limits on the routes of `router`, on its fallback, and on methods that it does not have. Requests that are overtaken
/// are retried within them.
pub fn limited<S: Clone + Send + Sync + 'static>(router: Router<S>, limits: Limits) -> Router<S> {
    // The first layer is the outermost.
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(Memory::new(limits), keep_limits))
        .layer(middleware::from_fn(retry::retry_overtaken));
    router.method_not_allowed_fallback(async || Error::MethodNotAllowed).layer(layers)
}

/// Takes the body out of the request, for a handler to ask for it ([`PendingBody`]), and limits the time of the rest.
async fn keep_limits(State(memory): State<Arc<Memory>>, request: Request, next: Next) -> Response {
    let limit = memory.limits.time;
    let late = || Error::Unavailable(format!("the request took longer than {limit:?}")).into_response();
    if request.body().is_end_stream() {
        return timeout(limit, next.run(request)).await.unwrap_or_else(|_| late());
    }
    let (mut parts, body) = request.into_parts();
    let pending = PendingBody(Arc::new(Pending::new(&parts, body, memory)));
    parts.extensions.insert(pending.clone());

    let started = Instant::now();
    let mut answer = pin!(next.run(Request::from_parts(parts, Body::empty())));
    let response = loop {
        // Moves on while the body is coming.
        let deadline = || started + limit + pending.0.waited();
        match timeout_at(deadline(), answer.as_mut()).await {
            Ok(response) => break response,
            Err(_) if Instant::now() < deadline() => {}
            Err(_) => break late(),
        }
    };
    if let Some(body) = pending.0.left_over() {
        // The answer does not wait for it.
        tokio::spawn(timeout(STALL, discard(body)));
    }
    response
}

/// Reads a body to its end and keeps nothing of it.
async fn discard(mut body: Body) {
    let mut length = 0;
    while let Some(Ok(frame)) = body.frame().await {
        length += frame.data_ref().map_or(0, |data| data.len() as u64);
        if length > MAX_DISCARDED {
            return;
        }
    }
}

/// What bodies may take.
#[derive(Debug)]
struct Memory {
    limits: Limits,
    all: Arc<Semaphore>,
    /// The half of each tenant.
    tenants: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// Memory that is taken until this is dropped: of a tenant's half, and of all.
#[derive(Debug)]
struct Taken([OwnedSemaphorePermit; 2]);

impl Taken {
    /// Gives back all but `bytes`: of a body whose length was not said, as much is taken as it may have.
    fn keep(&mut self, bytes: usize) {
        for permit in &mut self.0 {
            drop(permit.split(permit.num_permits().saturating_sub(bytes)));
        }
    }
}

impl Memory {
    fn new(limits: Limits) -> Arc<Self> {
        let all = Arc::new(Semaphore::new(limits.bodies.max(limits.body)));
        Arc::new(Self { limits, all, tenants: Mutex::default() })
    }

    /// Waits for `bytes`, in turn: first among the requests of the tenant, then among all. So a tenant that sends much waits
    /// for itself.
    async fn take(&self, bytes: usize) -> Result<Taken> {
        let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
        let tenant = self.of(&request::tenant());
        let taken = async {
            let own = tenant.acquire_many_owned(permits).await?;
            let of_all = self.all.clone().acquire_many_owned(permits).await?;
            Ok::<_, tokio::sync::AcquireError>(Taken([own, of_all]))
        };
        match timeout(WAIT.min(self.limits.time), taken).await {
            Ok(Ok(taken)) => Ok(taken),
            _ => Err(Error::Unavailable("the bodies of other requests took the memory for too long".into())),
        }
    }

    fn of(&self, tenant: &str) -> Arc<Semaphore> {
        let Ok(mut tenants) = self.tenants.lock() else { return self.all.clone() };
        if tenants.len() >= REMEMBERED {
            tenants.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        let half = (self.limits.bodies / 2).max(self.limits.body);
        tenants.entry(tenant.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(half))).clone()
    }
}

/// The body of a request that has one: in the request's extensions, through all attempts at it.
#[derive(Debug, Clone)]
pub struct PendingBody(Arc<Pending>);

#[derive(Debug)]
struct Pending {
    /// Until it is asked for.
    stream: Mutex<Option<Body>>,
    /// Its sender waits for it to be asked for.
    waits_to_be_asked: bool,
    whole: OnceLock<Whole>,
    digest: OnceLock<u128>,
    memory: Arc<Memory>,
    connection: Option<Connection>,
    waited: Mutex<Waited>,
}

#[derive(Debug)]
struct Whole {
    bytes: Bytes,
    _taken: Taken,
}

/// For how long the client was waited for, and since when it is.
#[derive(Debug, Default)]
struct Waited {
    before: Duration,
    since: Option<Instant>,
}

impl PendingBody {
    /// The bytes of the body, read whole.
    ///
    /// # Errors
    /// 408 where it does not come, 413 where it is too long, 503 where others take the memory for it.
    pub async fn read(&self) -> Result<Bytes> {
        self.0.read().await
    }

    /// Notes what tells the body from another one.
    pub fn note_digest(&self, digest: u128) {
        let _ = self.0.digest.set(digest);
    }

    /// What was noted.
    #[must_use]
    pub fn digest(&self) -> Option<u128> {
        self.0.digest.get().copied()
    }
}

impl Pending {
    fn new(request: &Parts, body: Body, memory: Arc<Memory>) -> Self {
        Self {
            stream: Mutex::new(Some(body)),
            waits_to_be_asked: request.headers.contains_key(header::EXPECT),
            whole: OnceLock::new(),
            digest: OnceLock::new(),
            memory,
            connection: request.extensions.get().cloned(),
            waited: Mutex::default(),
        }
    }

    async fn read(&self) -> Result<Bytes> {
        if let Some(whole) = self.whole.get() {
            return Ok(whole.bytes.clone());
        }
        let gone = || Error::Internal("a body is read a second time".into());
        let body = self.take_stream().ok_or_else(gone)?;
        let _waiting = Waiting::new(self);
        let whole = self.read_stream(body).await?;
        Ok(self.whole.get_or_init(|| whole).bytes.clone())
    }

    async fn read_stream(&self, mut body: Body) -> Result<Whole> {
        let Limits { body: limit, time, .. } = self.memory.limits;
        let announced = body.size_hint().exact().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        if announced.is_some_and(|length| length > limit) {
            return Err(self.leave(body, Error::PayloadTooLarge(limit)));
        }
        let mut taken = match self.memory.take(announced.unwrap_or(limit)).await {
            Ok(taken) => taken,
            Err(error) => return Err(self.leave(body, error)),
        };
        let deadline = Instant::now() + time;
        let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
        loop {
            let frame = timeout_at(deadline.min(Instant::now() + STALL), body.frame()).await;
            let Some(frame) = frame.map_err(|_| Error::RequestTimeout)? else { break };
            let frame = frame.map_err(|error| Error::Malformed(format!("the body broke off: {error}")))?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > limit {
                return Err(self.leave(body, Error::PayloadTooLarge(limit)));
            }
            bytes.extend_from_slice(&data);
        }
        taken.keep(bytes.len());
        Ok(Whole { bytes: bytes.into(), _taken: taken })
    }

    /// Leaves the rest of a body that is refused to be thrown away.
    fn leave(&self, body: Body, why: Error) -> Error {
        if let Ok(mut stream) = self.stream.lock() {
            *stream = Some(body);
        }
        why
    }

    /// What nobody asked for, where it is worth it to be read to its end.
    fn left_over(&self) -> Option<Body> {
        // A sender that waits to be asked would have to send it first.
        self.take_stream().filter(|body| !self.waits_to_be_asked && body.size_hint().lower() <= MAX_DISCARDED)
    }

    fn take_stream(&self) -> Option<Body> {
        self.stream.lock().ok()?.take()
    }

    /// For how long the client was waited for until now.
    fn waited(&self) -> Duration {
        let Ok(waited) = self.waited.lock() else { return Duration::ZERO };
        waited.before + waited.since.map(|since| since.elapsed()).unwrap_or_default()
    }
}

/// The client is waited for until this is dropped.
struct Waiting<'a> {
    pending: &'a Pending,
    _connection: Option<WaitsForBody>,
}

impl<'a> Waiting<'a> {
    fn new(pending: &'a Pending) -> Self {
        if let Ok(mut waited) = pending.waited.lock() {
            waited.since = Some(Instant::now());
        }
        Self { pending, _connection: pending.connection.as_ref().map(Connection::waits_for_body) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Ok(mut waited) = self.pending.waited.lock() {
            let now = waited.since.take().map(|since| since.elapsed());
            waited.before += now.unwrap_or_default();
        }
    }
}
