//! Indexes and keys out of the way of a bulk load, and back. All of it in the transaction of the load: whatever ends
//! that half way, a crash even, leaves the database with every index and key it had.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::{Event, Report};
use crate::error::Result;

/// Memory for building indexes: of the server, and only as long as one is built.
const MAINTENANCE_MEMORY: &str = "set local maintenance_work_mem = '512MB'";

/// What was taken off the tables of contacts.
#[derive(Debug)]
pub(super) struct Detached {
    tables: Vec<String>,
    parts: Vec<Part>,
}

/// An index, a key or a foreign key.
#[derive(Debug)]
struct Part {
    name: String,
    detach: String,
    attach: String,
}

/// Locks the tables of contacts against everybody else and takes off their indexes and keys; `None`, and nothing
/// done, if there are rows.
pub(super) async fn detach(connection: &mut PgConnection) -> Result<Option<Detached>> {
    let tables = tables(connection).await?;
    let list = tables.join(", ");
    if has_rows(connection, &tables).await? {
        return Ok(None);
    }
    // Nobody may write between the last look and the load.
    connection.execute(AssertSqlSafe(format!("lock table {list} in access exclusive mode"))).await?;
    if has_rows(connection, &tables).await? {
        return Ok(None);
    }
    let parts = parts(connection, &tables).await?;
    for part in &parts {
        connection.execute(AssertSqlSafe(part.detach.clone())).await?;
    }
    // They are empty; but of tables that were truncated by the same transaction `copy` may freeze the rows, which
    // spares a later vacuum from reading and writing them all again.
    connection.execute(AssertSqlSafe(format!("truncate {list}"))).await?;
    Ok(Some(Detached { tables, parts }))
}

impl Detached {
    /// Puts everything back, the foreign keys last, which are checked against all rows.
    pub(super) async fn attach(self, connection: &mut PgConnection, report: Report<'_>) -> Result<()> {
        connection.execute(MAINTENANCE_MEMORY).await?;
        report(Event::Step("counting what is in the tables"));
        connection.execute(AssertSqlSafe(format!("analyze {}", self.tables.join(", ")))).await?;
        let count = self.parts.len();
        for (number, part) in (1..).zip(self.parts.into_iter().rev()) {
            report(Event::Step(&format!("indexes and keys, {number} of {count}: {}", part.name)));
            connection.execute(AssertSqlSafe(part.attach)).await?;
        }
        Ok(())
    }
}

/// The contacts' table and those with a foreign key to it.
async fn tables(connection: &mut PgConnection) -> Result<Vec<String>> {
    let tables = sqlx::query_scalar!(
        r#"select c.oid::regclass::text as "table!" from pg_class c
           where c.oid = 'contacts'::regclass
              or c.oid in (select k.conrelid from pg_constraint k
                           where k.contype = 'f' and k.confrelid = 'contacts'::regclass)
           order by 1"#
    )
    .fetch_all(connection)
    .await?;
    Ok(tables)
}

async fn has_rows(connection: &mut PgConnection, tables: &[String]) -> Result<bool> {
    for table in tables {
        // With a column: of a distributed table Citus refuses a select that names neither a column nor a tenant.
        let sql = format!("select 1 from {table} limit 1");
        if sqlx::query(AssertSqlSafe(sql)).fetch_optional(&mut *connection).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Foreign keys first: they rest on the others.
async fn parts(connection: &mut PgConnection, tables: &[String]) -> Result<Vec<Part>> {
    let parts = sqlx::query_as!(
        Part,
        r#"
        select p.name as "name!", p.detach as "detach!", p.attach as "attach!" from (
            select k.conname::text as name, case when k.contype = 'f' then 1 else 2 end as turn,
                format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname) as detach,
                format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname,
                       pg_get_constraintdef(k.oid)) as attach
            from pg_constraint k
            where k.contype in ('f', 'p', 'u') and k.conrelid::regclass::text = any($1)
            union all
            select i.indexrelid::regclass::text, 3, format('drop index %s', i.indexrelid::regclass),
                pg_get_indexdef(i.indexrelid)
            from pg_index i
            where i.indrelid::regclass::text = any($1)
              and not exists (select from pg_constraint k
                              where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
        ) p
        order by p.turn, p.name
        "#,
        tables
    )
    .fetch_all(connection)
    .await?;
    Ok(parts)
}
