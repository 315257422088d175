//! An executor for single statements, each on a connection of the pool.

use futures_core::{future::BoxFuture, stream::BoxStream};
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::{Describe, Either, Error, Execute, Executor, Postgres, SqlStr};

use super::{Counted, lease::Lease, places::Use, pool::Database};
use crate::{domain::TenantId, request};

type Row = <Postgres as sqlx::Database>::Row;
type QueryResult = <Postgres as sqlx::Database>::QueryResult;
type Statement = <Postgres as sqlx::Database>::Statement;
type TypeInfo = <Postgres as sqlx::Database>::TypeInfo;

/// Takes a connection for each statement and gives it back at its end. Rows are gathered before the first is handed
/// out, so that a slow reader holds no connection.
#[derive(Debug, Clone, Copy)]
pub struct Pooled<'a> {
    database: &'a Database,
    tenant: Option<TenantId>,
}

impl Database {
    /// The executor for one statement outside a transaction, on behalf of the tenant whose request this is.
    #[must_use]
    pub fn on(&self) -> Counted<Pooled<'_>> {
        Counted(Pooled { database: self, tenant: request::tenant_id() })
    }

    /// The same, on behalf of a tenant where there is no request.
    #[must_use]
    pub const fn on_behalf_of(&self, tenant: TenantId) -> Counted<Pooled<'_>> {
        Counted(Pooled { database: self, tenant: Some(tenant) })
    }
}

impl Pooled<'_> {
    async fn lease(self) -> Result<Lease, Error> {
        self.database.lease(self.tenant, Use::Statement).await
    }
}

impl<'c> Executor<'c> for Pooled<'c> {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Result<Either<QueryResult, Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Postgres>,
    {
        let gathered = async move {
            let mut lease = self.lease().await?;
            let gathered: Result<Vec<_>, Error> = lease.fetch_many(query).try_collect().await;
            note_end(&mut lease, &gathered);
            gathered
        };
        stream::once(gathered).map_ok(|rows| stream::iter(rows.into_iter().map(Ok))).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Postgres>,
    {
        Box::pin(async move {
            let mut lease = self.lease().await?;
            let row = lease.fetch_optional(query).await;
            note_end(&mut lease, &row);
            row
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
            let mut lease = self.lease().await?;
            let statement = lease.prepare_with(sql, parameters).await;
            note_end(&mut lease, &statement);
            statement
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let mut lease = self.lease().await?;
            let description = lease.describe(sql).await;
            note_end(&mut lease, &description);
            description
        })
    }
}

/// A statement that the database refused has ended in order; one that failed otherwise may have broken the connection.
fn note_end<T>(lease: &mut Lease, answer: &Result<T, Error>) {
    if matches!(answer, Ok(_) | Err(Error::Database(_))) {
        lease.ended();
    }
}
