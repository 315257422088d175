//! A connection that somebody has: its statements, how they fail, and what becomes of it afterwards.

use std::{
    io,
    ops::{Deref, DerefMut},
    sync::Arc,
    time::{Duration, Instant},
};

use deadpool::managed::Object;
use futures_core::{future::BoxFuture, stream::BoxStream};
use futures_util::{StreamExt, TryFutureExt, TryStreamExt, future, stream};
use sqlx::{
    Connection, Database, Describe, Either, Error, Execute, Executor, PgConnection, Postgres, SqlStr,
    error::DatabaseError,
};
use tokio::time;

use super::{
    places::Place,
    sessions::{Manager, PING_TIMEOUT, Session, Sessions},
};

/// How long a statement that somebody left is let run before the server is asked to cancel it.
const LEFT_ALONE: Duration = Duration::from_secs(1);

type Row = <Postgres as Database>::Row;
type QueryResult = <Postgres as Database>::QueryResult;
type Statement = <Postgres as Database>::Statement;
type TypeInfo = <Postgres as Database>::TypeInfo;

/// A connection out of the pool, which goes back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    /// There until it is dropped.
    object: Option<Object<Manager>>,
    /// Given back after the connection.
    place: Option<Place>,
    sessions: Arc<Sessions>,
    state: LeaseState,
    /// When the last statement began.
    since: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaseState {
    /// Nothing runs on it.
    Idle,
    /// Something may run on it, whose answer was not seen to its end.
    Busy,
    /// It is in a transaction.
    InTransaction,
    /// It is of no use any more.
    Broken,
}

impl Lease {
    pub(super) fn new(object: Object<Manager>, place: Place, sessions: Arc<Sessions>) -> Self {
        Self {
            object: Some(object),
            place: Some(place),
            sessions,
            state: LeaseState::Busy,
            since: Instant::now(),
        }
    }

    /// Begins a transaction, which is rolled back unless it is [noted](Self::ended) to have ended.
    pub(super) async fn begin(&mut self) -> Result<(), Error> {
        self.state = LeaseState::InTransaction;
        self.execute("begin").await.map(drop)
    }

    /// Notes that the last statement, or the transaction, ended in order, also where the database refused it: the
    /// connection may go back at once. Without this it is put in order first.
    pub(super) fn ended(&mut self) {
        if self.state != LeaseState::Broken {
            self.state = LeaseState::Idle;
        }
    }

    /// Notes how a statement failed that was not run by [`statement`](Self::statement).
    pub(super) fn failed(&mut self, error: &Error) {
        self.parts().1.note(error);
    }

    /// The connection for one statement more, and what is to be told how that fails. An error where the connection leads to
    /// a server that another has replaced.
    fn statement(&mut self) -> Result<(&mut PgConnection, Watch<'_>), Error> {
        self.since = Instant::now();
        let (session, mut watch) = self.parts();
        if watch.sessions.is_replaced(session) {
            let error = Error::Io(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "new connections to the database reach another server",
            ));
            watch.note(&error);
            return Err(error);
        }
        Ok((&mut session.connection, watch))
    }

    fn parts(&mut self) -> (&mut Session, Watch<'_>) {
        #[expect(clippy::expect_used, reason = "taken by `drop` only")]
        let session = self.object.as_mut().expect("a lease has its connection until it is dropped");
        let watch =
            Watch { sessions: &self.sessions, state: &mut self.state, is_read_only: session.is_read_only };
        (session, watch)
    }
}

/// Watches how a statement fails.
struct Watch<'a> {
    sessions: &'a Sessions,
    state: &'a mut LeaseState,
    is_read_only: bool,
}

impl Watch<'_> {
    /// Notes where the connection broke, or leads where nothing can be written any more.
    fn note(&mut self, error: &Error) {
        let code = error.as_database_error().and_then(DatabaseError::code);
        let is_of_no_use = match code.as_deref() {
            // It takes no writes any more: it was a primary, and another one is by now. Where it took none from the
            // start, that is how it is meant.
            Some("25006") => {
                if !self.is_read_only {
                    self.sessions.give_up_older();
                }
                !self.is_read_only
            }
            // It waited too long for the next statement of its transaction, and the server closed it.
            Some("25P03") => {
                *self.state = LeaseState::Broken;
                false
            }
            // Of a connection (08), of a server that shuts down, crashed, or cannot be connected to (57P).
            Some(code) => code.starts_with("08") || code.starts_with("57P"),
            None => matches!(error, Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed),
        };
        if !is_of_no_use {
            return;
        }
        *self.state = LeaseState::Broken;
        self.sessions.note_failure();
    }
}

impl Deref for Lease {
    type Target = PgConnection;

    #[expect(clippy::expect_used, reason = "taken by `drop` only")]
    fn deref(&self) -> &PgConnection {
        &self.object.as_ref().expect("a lease has its connection until it is dropped").connection
    }
}

impl DerefMut for Lease {
    #[expect(clippy::expect_used, reason = "taken by `drop` only")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.object.as_mut().expect("a lease has its connection until it is dropped").connection
    }
}

impl Drop for Lease {
    /// A request may be given up at any moment. What it left on the connection is brought to its end before somebody
    /// else gets it, and a transaction is rolled back at once: it may hold locks.
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        let place = self.place.take();
        match self.state {
            LeaseState::Idle => drop(object),
            LeaseState::Broken => drop(Object::take(object)),
            LeaseState::Busy | LeaseState::InTransaction => {
                let left = Left {
                    is_in_transaction: self.state == LeaseState::InTransaction,
                    ran_out: !self.sessions.statement_timeout.is_zero()
                        && self.since.elapsed() >= self.sessions.statement_timeout,
                    sessions: self.sessions.clone(),
                };
                if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                    runtime.spawn(left.settle(object, place));
                }
            }
        }
    }
}

/// What a request left on a connection.
struct Left {
    is_in_transaction: bool,
    /// The statement had all the time that it may have, after which the server has ended it.
    ran_out: bool,
    sessions: Arc<Sessions>,
}

impl Left {
    async fn settle(self, mut object: Object<Manager>, place: Option<Place>) {
        if self.ran_out {
            // Others need not wait for what comes of it. It does not return to the pool.
            let mut session = Object::take(object);
            drop(place);
            if time::timeout(PING_TIMEOUT, self.put_in_order(&mut session)).await.is_err() {
                self.sessions.went_silent();
            }
            return;
        }
        let (server, pid) = (object.server.clone(), object.pid);
        let settled = {
            let put_in_order = self.put_in_order(&mut object);
            tokio::pin!(put_in_order);
            match time::timeout(LEFT_ALONE, &mut put_in_order).await {
                Ok(settled) => Ok(settled),
                // Nobody waits for its answer. Where the connection stands, it is over with this.
                Err(_) => {
                    time::timeout(PING_TIMEOUT, async {
                        let (cancelled, settled) =
                            tokio::join!(self.sessions.cancel(&server, pid), put_in_order);
                        if let Err(error) = cancelled {
                            tracing::debug!(%error, "a statement that was left could not be cancelled");
                        }
                        settled
                    })
                    .await
                }
            }
        };
        match settled {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                // Broken: not to be used again.
                if error.as_database_error().is_none() {
                    self.sessions.note_failure();
                }
                drop(Object::take(object));
            }
            Err(_) => {
                self.sessions.went_silent();
                drop(Object::take(object));
            }
        }
        drop(place);
    }

    async fn put_in_order(&self, session: &mut Session) -> Result<(), Error> {
        if self.is_in_transaction {
            // Outside a transaction it does nothing.
            session.connection.execute("rollback").await.map(drop)
        } else {
            session.connection.ping().await
        }
    }
}

/// Watches how each statement fails.
impl<'c> Executor<'c> for &'c mut Lease {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Result<Either<QueryResult, Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Postgres>,
    {
        match self.statement() {
            Ok((connection, mut watch)) => {
                connection.fetch_many(query).inspect_err(move |error| watch.note(error)).boxed()
            }
            Err(error) => stream::once(future::ready(Err(error))).boxed(),
        }
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Postgres>,
    {
        Box::pin(async move {
            let (connection, mut watch) = self.statement()?;
            connection.fetch_optional(query).inspect_err(|error| watch.note(error)).await
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [TypeInfo],
    ) -> BoxFuture<'e, Result<Statement, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let (connection, mut watch) = self.statement()?;
            connection.prepare_with(sql, parameters).inspect_err(|error| watch.note(error)).await
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let (connection, mut watch) = self.statement()?;
            connection.describe(sql).inspect_err(|error| watch.note(error)).await
        })
    }
}
