//! What a connection is doing, as its parts tell each other: the stream, which ends what takes too long; the service, which
//! knows when a request begins and ends; whoever reads a body; and the listener, which closes one that waits where there is no
//! room.

use std::{
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::Notify;

/// What a connection is doing, since when; cheap to clone.
#[derive(Debug, Clone)]
pub struct Connection(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// [`State`] in the two highest bits; below them, since when, in microseconds since [`START`].
    state: AtomicU64,
    ends_after_request: AtomicBool,
    /// Told to those whose request would go on without end.
    ends: Notify,
}

/// What times are counted from.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It waits for a request, or for the rest of its head.
    BeforeRequest,
    /// It waits for the body of a request.
    BeforeBody,
    /// A request is carried out or its answer is sent.
    Busy,
    /// It is being closed.
    Closed,
}

const SHIFT: u32 = 62;

impl State {
    fn now(self) -> u64 {
        let since = u64::try_from(START.elapsed().as_micros()).unwrap_or_default();
        ((self as u64) << SHIFT) | since
    }

    const fn of(word: u64) -> Self {
        match word >> SHIFT {
            0 => Self::BeforeRequest,
            1 => Self::BeforeBody,
            2 => Self::Busy,
            _ => Self::Closed,
        }
    }
}

const fn micros(word: u64) -> u64 {
    word & ((1 << SHIFT) - 1)
}

impl Default for Connection {
    /// One that was just opened.
    fn default() -> Self {
        let state = AtomicU64::new(State::BeforeRequest.now());
        Self(Arc::new(Inner { state, ends_after_request: AtomicBool::new(false), ends: Notify::new() }))
    }
}

impl Connection {
    /// What it is doing, since when.
    pub(super) fn state(&self) -> (State, Instant) {
        let word = self.0.state.load(Ordering::Acquire);
        (State::of(word), *START + Duration::from_micros(micros(word)))
    }

    /// A request has come; `None` where the connection was given up before.
    pub(super) fn request_begins(&self) -> Option<UnderWay> {
        self.turn(State::Busy).then(|| UnderWay(self.clone()))
    }

    /// Since when it waits for the client: the less, the longer. `None` where the client waits for it.
    pub(super) fn waits_since(&self) -> Option<u64> {
        let word = self.0.state.load(Ordering::Acquire);
        matches!(State::of(word), State::BeforeRequest | State::BeforeBody).then(|| micros(word))
    }

    /// Gives it up, unless a request has begun meanwhile.
    pub(super) fn close(&self) -> bool {
        let word = self.0.state.load(Ordering::Acquire);
        matches!(State::of(word), State::BeforeRequest | State::BeforeBody)
            && self
                .0
                .state
                .compare_exchange(word, State::Closed.now(), Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
    }

    /// No request is waited for any more.
    pub(super) fn end_after_request(&self) {
        self.0.ends_after_request.store(true, Ordering::Release);
        self.0.ends.notify_waiters();
    }

    /// Returns once the service stops: a request that would go on without end is to end now.
    pub async fn ends(&self) {
        let told = self.0.ends.notified();
        if !self.ends_after_request() {
            told.await;
        }
    }

    pub(super) fn ends_after_request(&self) -> bool {
        self.0.ends_after_request.load(Ordering::Acquire)
    }

    /// Until the guard is dropped, the service waits for the body of the request.
    #[must_use]
    pub fn waits_for_body(&self) -> WaitsForBody {
        self.turn(State::BeforeBody);
        WaitsForBody(self.clone())
    }

    /// Enters a state; not from being closed.
    fn turn(&self, state: State) -> bool {
        let now = state.now();
        let turned = self.0.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |word| {
            (State::of(word) != State::Closed).then_some(now)
        });
        turned.is_ok()
    }
}

/// The service waits for the body of a request until this is dropped.
#[derive(Debug)]
pub struct WaitsForBody(Connection);

impl Drop for WaitsForBody {
    fn drop(&mut self) {
        self.0.turn(State::Busy);
    }
}

/// A request is under way until this is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(Connection);

impl UnderWay {
    /// Until the answer's body was handed over.
    pub(super) const fn until_sent(self, body: Body) -> Answer {
        Answer { body, _under_way: self }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.turn(State::BeforeRequest);
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_that_waits_for_its_client_is_closed() {
        let connection = Connection::default();
        let begun = connection.waits_since().unwrap();
        let request = connection.request_begins().unwrap();
        assert_eq!((connection.waits_since(), connection.close()), (None, false));
        let body = connection.waits_for_body();
        assert!(connection.waits_since() >= Some(begun));
        drop(body);
        assert_eq!((connection.waits_since(), connection.close()), (None, false));
        drop(request.until_sent(Body::from("an answer")));
        assert_eq!(connection.state().0, State::BeforeRequest);
        assert!(connection.close());
        // What comes too late does not open it again.
        assert!(connection.request_begins().is_none());
        drop(connection.waits_for_body());
        assert_eq!(connection.state().0, State::Closed);
        assert!(!connection.close());
    }
}
