//! An executor that counts its statements for the request's log line.

use futures_core::{future::BoxFuture, stream::BoxStream};
use sqlx::{Database, Describe, Either, Error, Execute, Executor, Postgres, SqlStr};

use crate::request;

type Row = <Postgres as Database>::Row;
type QueryResult = <Postgres as Database>::QueryResult;
type Statement = <Postgres as Database>::Statement;
type TypeInfo = <Postgres as Database>::TypeInfo;

/// Hands every statement on to `E` and counts it.
#[derive(Debug)]
pub struct Counted<E>(pub(super) E);

impl<'c, E: Executor<'c, Database = Postgres>> Executor<'c> for Counted<E> {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Result<Either<QueryResult, Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Postgres>,
    {
        request::count_statement();
        self.0.fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Postgres>,
    {
        request::count_statement();
        self.0.fetch_optional(query)
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [TypeInfo],
    ) -> BoxFuture<'e, Result<Statement, Error>>
    where
        'c: 'e,
    {
        self.0.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        self.0.describe(sql)
    }
}
