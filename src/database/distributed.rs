//! Which tables go where on a distributed PostgreSQL (the extension `citus`), and how they get there.
//!
//! What concerns Citus' own catalogue is not checked when this is compiled: the queries of the macros are checked on a
//! plain PostgreSQL.

use std::{collections::BTreeMap, fmt};

use sqlx::{Executor, FromRow, PgConnection};

use crate::error::database_message;

/// Why tables are not distributed; nothing was changed, unless it is the database that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There are no nodes.
    #[error(
        "this PostgreSQL has no extension citus, hence no nodes to distribute tables over; nothing was changed. \
         docs/distributed.md says how to set up a cluster; everything else works without one"
    )]
    Plain,
    /// The schema is the coordinator's.
    #[error(
        "this node is a worker; nothing was changed. Run `contacts distribute` with the DATABASE_URL of the \
         coordinator{}",
        coordinator.as_ref().map(|address| format!(", which is at {address}")).unwrap_or_default()
    )]
    Worker {
        /// `host:port` of the coordinator, where this node knows it.
        coordinator: Option<String>,
    },
    /// There is nowhere to put shards.
    #[error(
        "no node may hold shards yet; nothing was changed. Add the workers first: select citus_add_node('host', port)"
    )]
    NoNodes,
    /// Somebody distributed it by another column, or beside other tables.
    #[error(
        "the table {table} should be {spread}, and is distributed in another way; nothing was changed. \
         select undistribute_table('{table}', cascade_via_foreign_keys => true) brings it back to the coordinator; \
         then run `contacts distribute` again"
    )]
    Otherwise {
        /// Its name.
        table: String,
        /// How it should be.
        spread: Spread,
    },
    /// The database failed. What was distributed by then stays so; the next run goes on from there.
    #[error("{}", database_message(.0))]
    Database(#[from] sqlx::Error),
}

/// What Citus knows of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// The database has no extension `citus`.
    Plain,
    /// Schema changes go through this one. `shard_nodes`: how many nodes may hold shards.
    Coordinator {
        /// Workers, and the coordinator where it holds shards too.
        shard_nodes: i64,
    },
    /// Another node is the coordinator.
    Worker {
        /// `host:port` of the coordinator, where this node knows it.
        coordinator: Option<String>,
    },
}

/// What there is now, and what was done to get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// How many tables are distributed by tenant.
    pub by_tenant: usize,
    /// How many tables are on every node.
    pub everywhere: usize,
    /// How many nodes may hold shards.
    pub shard_nodes: i64,
    /// How many steps were taken.
    pub steps: usize,
}

/// A table, as PostgreSQL's catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, to be used as it is.
    pub name: String,
    /// The columns of its primary key.
    pub key: Vec<String>,
    /// Other tables that its foreign keys lead to.
    pub refers_to: Vec<String>,
}

/// How rows are spread over the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spread {
    /// Every node has all rows.
    Everywhere,
    /// All rows of a tenant are on one node, those of other tables beside them.
    ByTenant,
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everywhere => "on every node (a reference table)",
            Self::ByTenant => "distributed by tenant_id",
        })
    }
}

/// The column that the rows of tenants are distributed by.
const TENANT: &str = "tenant_id";

impl Table {
    /// Where the tenant stands first in the primary key, the rows are a tenant's; what is unique over all tenants has
    /// another key, and is small.
    #[must_use]
    pub fn spread(&self) -> Spread {
        if self.key.first().is_some_and(|first| first == TENANT) {
            Spread::ByTenant
        } else {
            Spread::Everywhere
        }
    }
}

/// The tables in the order in which they are to be distributed: those that others refer to before them, else what is on
/// every node first, then what has one row a tenant. So the first of the distributed ones is that of the tenants, which
/// the others are put beside.
#[must_use]
pub fn in_order(mut tables: Vec<Table>) -> Vec<Table> {
    let mut ordered = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waits = |table: &Table| tables.iter().any(|other| table.refers_to.contains(&other.name));
        // Those that refer to each other have no order; the database says what it thinks of them.
        let next = (0..tables.len()).min_by_key(|&at| {
            let table = &tables[at];
            (waits(table), table.spread(), table.key.len(), table.name.clone())
        });
        ordered.extend(next.map(|at| tables.remove(at)));
    }
    ordered
}

/// The group of the coordinator.
pub const COORDINATORS: i32 = 0;

/// The group of nodes that this one belongs to; none on a plain PostgreSQL.
///
/// # Errors
/// Those of the database.
pub async fn group(connection: &mut PgConnection) -> Result<Option<i32>, sqlx::Error> {
    let has_citus: bool =
        sqlx::query_scalar("select to_regclass('pg_catalog.pg_dist_local_group') is not null")
            .fetch_one(&mut *connection)
            .await?;
    if !has_citus {
        return Ok(None);
    }
    sqlx::query_scalar("select groupid from pg_catalog.pg_dist_local_group").fetch_optional(connection).await
}

/// What this node is.
pub async fn node(connection: &mut PgConnection) -> Result<Node, sqlx::Error> {
    let Some(group) = group(connection).await? else { return Ok(Node::Plain) };
    if group == COORDINATORS {
        let shard_nodes =
            "select count(*) from pg_dist_node where isactive and shouldhaveshards and noderole = 'primary'";
        let shard_nodes = sqlx::query_scalar(shard_nodes).fetch_one(&mut *connection).await?;
        return Ok(Node::Coordinator { shard_nodes });
    }
    let coordinator =
        "select nodename || ':' || nodeport from pg_dist_node where groupid = 0 and noderole = 'primary'";
    let coordinator = sqlx::query_scalar(coordinator).fetch_optional(&mut *connection).await?;
    Ok(Node::Worker { coordinator })
}

/// How many nodes may hold shards.
///
/// # Errors
/// Where this is no place to distribute tables from, and those of the database.
pub async fn shard_nodes(connection: &mut PgConnection) -> Result<i64, Error> {
    match node(connection).await? {
        Node::Plain => Err(Error::Plain),
        Node::Worker { coordinator } => Err(Error::Worker { coordinator }),
        Node::Coordinator { shard_nodes: 0 } => Err(Error::NoNodes),
        Node::Coordinator { shard_nodes } => Ok(shard_nodes),
    }
}

/// The tables of the service: those of its schema, without what belongs to extensions.
pub async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>, sqlx::Error> {
    sqlx::query_as!(
        Table,
        r#"select c.oid::regclass::text as "name!",
               array(select a.attname::text
                     from pg_index i cross join lateral unnest(i.indkey) with ordinality as k (number, place)
                     join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
                     where i.indrelid = c.oid and i.indisprimary order by k.place) as "key!",
               array(select distinct f.confrelid::regclass::text from pg_constraint f
                     where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as "refers_to!"
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = current_schema and c.relkind in ('r', 'p') and not c.relispartition
             and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                             and d.deptype = 'e')"#
    )
    .fetch_all(connection)
    .await
}

/// Distributes all tables that are not distributed yet, and says what it does. Each table is a transaction of its own.
///
/// # Errors
/// See [`Error`].
pub async fn distribute(
    connection: &mut PgConnection,
    report: &mut (dyn FnMut(&str) + Send),
) -> Result<Outcome, Error> {
    let shard_nodes = shard_nodes(connection).await?;
    let tables = in_order(tables(connection).await?);
    let there = distributed(connection).await?;
    check(&tables, &there)?;
    let mut outcome = Outcome { shard_nodes, ..Outcome::default() };
    let mut beside = None;
    for table in &tables {
        let count = match table.spread() {
            Spread::Everywhere => &mut outcome.everywhere,
            Spread::ByTenant => &mut outcome.by_tenant,
        };
        *count += 1;
        if !there.contains_key(&table.name) {
            spread(connection, table, beside.unwrap_or("default")).await?;
            report(&format!("{}: {}", table.name, table.spread()));
            outcome.steps += 1;
        }
        if table.spread() == Spread::ByTenant {
            beside.get_or_insert(&*table.name);
        }
    }
    // Only now: a table can be emptied when all that refer to it are distributed.
    for (name, _) in distributed(connection).await?.into_iter().filter(|(_, table)| table.has_remains) {
        let query =
            sqlx::query("select truncate_local_data_after_distributing_table($1::regclass)").bind(&name);
        connection.execute(query).await?;
        report(&format!("{name}: the coordinator's own copy of its rows is emptied"));
        outcome.steps += 1;
    }
    Ok(outcome)
}

/// How a table is distributed by now.
#[derive(Debug, FromRow)]
struct Distributed {
    name: String,
    /// The column that it is distributed by; none where every node has all rows.
    column: Option<String>,
    /// Tables of one number have the rows of a tenant on one node.
    colocation: i32,
    /// Whether rows from before are still on the coordinator, where nothing reads them.
    has_remains: bool,
}

/// The tables that are distributed already, by name.
async fn distributed(connection: &mut PgConnection) -> Result<BTreeMap<String, Distributed>, sqlx::Error> {
    // Method `n` with replication model `s` is a table that Citus watches but leaves where it is.
    let rows: Vec<Distributed> = sqlx::query_as(
        "select p.logicalrelid::regclass::text as name,
                case when p.partmethod <> 'n' then column_to_column_name(p.logicalrelid, p.partkey) end as column,
                p.colocationid as colocation, pg_relation_size(p.logicalrelid) > 0 as has_remains
         from pg_dist_partition p where p.partmethod <> 'n' or p.repmodel = 't'",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name.clone(), row)).collect())
}

/// Whether what is there is what should be. Otherwise rows of one tenant would end up on several nodes.
fn check(tables: &[Table], there: &BTreeMap<String, Distributed>) -> Result<(), Error> {
    let mut group = None;
    for table in tables {
        let Some(found) = there.get(&table.name) else { continue };
        let is_right = match table.spread() {
            Spread::Everywhere => found.column.is_none(),
            Spread::ByTenant => {
                found.column.as_deref() == Some(TENANT)
                    && *group.get_or_insert(found.colocation) == found.colocation
            }
        };
        if !is_right {
            return Err(Error::Otherwise { table: table.name.clone(), spread: table.spread() });
        }
    }
    Ok(())
}

/// Spreads a table with the rows that it has; those of tenants are put beside the rows of another table.
async fn spread(connection: &mut PgConnection, table: &Table, beside: &str) -> Result<(), sqlx::Error> {
    let query = match table.spread() {
        Spread::Everywhere => sqlx::query("select create_reference_table($1::regclass)").bind(&table.name),
        Spread::ByTenant => {
            sqlx::query("select create_distributed_table($1::regclass, $2, colocate_with => $3)")
                .bind(&table.name)
                .bind(TENANT)
                .bind(beside)
        }
    };
    connection.execute(query).await?;
    Ok(())
}
