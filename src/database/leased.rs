//! An executor for the statements on one connection, which watches how they fail.

use futures_core::{future::BoxFuture, stream::BoxStream};
use futures_util::{StreamExt, TryFutureExt, TryStreamExt};
use sqlx::{Database, Describe, Either, Error, Execute, Executor, Postgres, SqlStr};

use super::pool::Lease;

type Row = <Postgres as Database>::Row;
type QueryResult = <Postgres as Database>::QueryResult;
type Statement = <Postgres as Database>::Statement;
type TypeInfo = <Postgres as Database>::TypeInfo;

impl<'c> Executor<'c> for &'c mut Lease {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Result<Either<QueryResult, Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Postgres>,
    {
        let (connection, mut watch) = self.statement();
        connection.fetch_many(query).inspect_err(move |error| watch.note(error)).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Postgres>,
    {
        let (connection, mut watch) = self.statement();
        Box::pin(connection.fetch_optional(query).inspect_err(move |error| watch.note(error)))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [TypeInfo],
    ) -> BoxFuture<'e, Result<Statement, Error>>
    where
        'c: 'e,
    {
        let (connection, mut watch) = self.statement();
        Box::pin(connection.prepare_with(sql, parameters).inspect_err(move |error| watch.note(error)))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        let (connection, mut watch) = self.statement();
        Box::pin(connection.describe(sql).inspect_err(move |error| watch.note(error)))
    }
}
