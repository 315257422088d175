//! `GET /api/v1/changes/stream`

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use futures_util::stream;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};
use utoipa::IntoParams;

use super::{
    cursor::Cursor,
    list::{Following, kinds, since, stops},
    page::{self, Read, Wanted},
    together::{Together, Told},
};
use crate::{
    auth::{AnyToken, ReadContacts},
    database::Waiting,
    domain::TenantId,
    error::{Error, Problems, Result},
    http::{header::LAST_EVENT_ID, query::Query, server::Connection},
    metrics::OpenStream,
    openapi, request,
    state::AppState,
};

/// How many changes are read at once, and how many bytes of contacts: what a stream holds while its client takes them.
const SIZE: i64 = 100;
const BYTES: i64 = 128 * 1024;

/// How long a stream is silent before it says that it is still there.
const SILENCE: Duration = Duration::from_secs(15);

/// How long a stream waits after the database was not to be had.
const PAUSE: Duration = Duration::from_secs(2);

/// Where the stream broke off.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header")]
struct LastEventId {
    /// The `id` of the last event that was received, as browsers send it by themselves; it goes before `since`.
    #[param(rename = "Last-Event-ID", nullable = false)]
    last_event_id: Option<String>,
}

/// Stream what changes
///
/// What `GET /api/v1/changes` tells, as server-sent events, from `since` on and then as it happens. Each event `change` has an
/// item as its `data`, and as its `id` the cursor behind it. Where the cursor does not hold (410 there), there is an event `reset`
/// with `{"nextCursor":"…"}`: everything is to be read anew; what follows comes after that cursor. A comment every 15 seconds shows
/// that the stream stands. It ends when the token expires and when the service stops; a client then comes again with
/// `Last-Event-ID`.
#[utoipa::path(
    get,
    path = "/api/v1/changes/stream",
    operation_id = "streamChanges",
    tag = openapi::CHANGES,
    params(Following, LastEventId),
    responses(
        (
            status = 200,
            description = "Events without end",
            content_type = "text/event-stream",
            body = String,
            example = "id: AQ5y0mVwZmY\nevent: change\ndata: {\"type\":\"contact\"}\n\n",
        ),
        openapi::ReadErrors,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn stream_changes(
    ReadContacts(principal): ReadContacts,
    AnyToken(identity): AnyToken,
    State(state): State<AppState>,
    Extension(together): Extension<Together>,
    connection: Option<Extension<Connection>>,
    headers: HeaderMap,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let last = headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty());
    let cursor = match last {
        Some(id) => since(&query, "Last-Event-ID", Some(id.to_str().unwrap_or_default()), &mut problems),
        None => since(&query, "since", query.get("since"), &mut problems),
    };
    let kinds = kinds(&query, &mut problems);
    problems.into_result()?;
    let tenant = principal.tenant;
    let cursor = match cursor {
        Some(cursor) => cursor,
        None => page::now(&state, tenant).await?,
    };
    let now = Instant::now();
    let events = Events {
        waiting: state.database.changed().wait(tenant),
        ends_at: now + left(identity.expires_at, state.clock.now()),
        speaks_at: now + SILENCE,
        log: StreamLog::new(&state),
        connection: connection.map(|Extension(connection)| connection),
        wanted: Wanted { kinds, size: SIZE, bytes: BYTES },
        state,
        together,
        tenant,
        cursor,
        reading: JoinSet::new(),
        said: None,
        next: Next::Reads(now),
    };
    let events = stream::unfold(events, async |mut events| {
        let bytes = events.next().await?;
        Some((Ok::<_, Infallible>(bytes), events))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // A proxy is not to gather them.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(events)).into_response())
}

/// How long a token still holds.
#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds since 1970 keep their place in 53 bits until 2255"
)]
fn left(expires_at: f64, now: DateTime<Utc>) -> Duration {
    const LONG: Duration = Duration::from_hours(24 * 365);
    let seconds = expires_at - now.timestamp_micros() as f64 / 1e6;
    Duration::try_from_secs_f64(seconds.max(0.0)).map_or(LONG, |left| left.min(LONG))
}

/// The events of a stream. They are read as the client takes them, a few at a time.
struct Events {
    state: AppState,
    together: Together,
    tenant: TenantId,
    wanted: Wanted,
    cursor: Cursor,
    waiting: Waiting,
    /// What is being read, one at most: apart, so that the stream says that it stands, and ends, however long that takes. It ends
    /// with the stream.
    reading: JoinSet<Result<Arc<Told>>>,
    /// Up to where the client was told, once it was.
    said: Option<Cursor>,
    next: Next,
    /// When it says that it is still there.
    speaks_at: Instant,
    /// When the token expires.
    ends_at: Instant,
    connection: Option<Connection>,
    log: StreamLog,
}

/// What a stream does when it is asked for more.
#[derive(Debug, Clone, Copy)]
enum Next {
    /// It looks what there is, not before this.
    Reads(Instant),
    /// It waits for something: nothing was left at the last look.
    Waits,
    /// It cannot go on.
    Ends,
}

impl Events {
    /// The next lines; none where the stream ends.
    async fn next(&mut self) -> Option<Bytes> {
        if self.said.is_none() {
            return Some(self.say_where());
        }
        loop {
            let now = Instant::now();
            if now >= self.ends_at {
                return None;
            }
            if now >= self.speaks_at {
                return Some(if self.said == Some(self.cursor) {
                    self.say(":\n\n")
                } else {
                    self.say_where()
                });
            }
            let mut until = self.speaks_at.min(self.ends_at);
            let is_waiting = match self.next {
                Next::Ends => return None,
                Next::Waits => true,
                Next::Reads(from) if now < from => {
                    until = until.min(from);
                    false
                }
                Next::Reads(_) => {
                    self.read();
                    false
                }
            };
            tokio::select! {
                Some(read) = self.reading.join_next() => {
                    let read = read.unwrap_or_else(|error| Err(Error::Internal(error.to_string())));
                    if let Some(lines) = self.take(read) {
                        return Some(self.say(lines));
                    }
                }
                () = self.waiting.change(), if is_waiting => self.next = Next::Reads(now),
                () = sleep_until(until) => {}
                () = stops(self.connection.as_ref()) => return None,
            }
        }
    }

    fn say(&mut self, lines: impl Into<Bytes>) -> Bytes {
        self.speaks_at = Instant::now() + SILENCE;
        self.said = Some(self.cursor);
        lines.into()
    }

    /// A comment and where the client is, which is known then to whoever is cut off before anything is told: an event without
    /// data is none, but its id is kept.
    fn say_where(&mut self) -> Bytes {
        self.say(format!(":\nid: {}\n\n", self.cursor.encode()))
    }

    /// Begins to read what follows, unless that is under way.
    fn read(&mut self) {
        if !self.reading.is_empty() {
            return;
        }
        let since = self.waiting.begin();
        let Self { state, together, tenant, cursor, wanted, .. } = &*self;
        let (state, together, tenant) = (state.clone(), together.clone(), *tenant);
        let (cursor, wanted) = (*cursor, wanted.clone());
        self.reading.spawn(async move { together.read(&state, tenant, &cursor, &wanted, since).await });
    }

    /// What was read, as lines; none where it has none.
    fn take(&mut self, read: Result<Arc<Told>>) -> Option<Bytes> {
        let now = Instant::now();
        match read {
            Ok(told) => {
                let (events, has_more) = match &told.read {
                    Read::Page(page) => (page.items.len(), page.has_more),
                    Read::Gone(_) => (1, false),
                };
                self.cursor = told.next();
                self.log.events += events;
                self.next = if events > 0 || has_more { Next::Reads(now) } else { Next::Waits };
                (events > 0).then(|| told.lines())
            }
            Err(error) if error.is_unavailable() => {
                tracing::debug!(cause = %error.cause(), "a stream of changes waits for the database");
                self.next = Next::Reads(now + PAUSE);
                None
            }
            Err(error) => {
                tracing::warn!(request_id = self.log.request_id, cause = %error.cause(), "a stream of changes breaks off");
                self.next = Next::Ends;
                None
            }
        }
    }
}

/// Counts and logs a stream: its beginning is logged as any answer is.
struct StreamLog {
    started: Instant,
    tenant: String,
    request_id: String,
    events: usize,
    _open: OpenStream,
}

impl StreamLog {
    fn new(state: &AppState) -> Self {
        let (tenant, request_id) = (request::tenant(), request::id());
        Self { started: Instant::now(), tenant, request_id, events: 0, _open: state.metrics.stream_started() }
    }
}

impl Drop for StreamLog {
    fn drop(&mut self) {
        let Self { started, tenant, request_id, events, .. } = self;
        let duration_s = started.elapsed().as_secs();
        tracing::info!(target: "contacts::request", duration_s, events, %tenant, %request_id, "a stream of changes ended");
    }
}
