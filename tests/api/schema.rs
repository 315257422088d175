//! The migrated schema keeps the rules that let it be sharded by tenant: read from PostgreSQL's own catalogue.
//!
//! Rule 1: the tenant stands first in every key. Rule 2: nothing that does not work across shards. The rules of
//! the files themselves are in `migration_files.rs`.

use std::collections::BTreeSet;

use sqlx::{Connection, FromRow, PgConnection};

use crate::support::TestApp;

/// Without tenants' data: `tenant_slugs` resolves slugs to tenants, the other one is that of the migrations.
const GLOBAL: [&str; 2] = ["_sqlx_migrations", "tenant_slugs"];

/// Names of columns of an index or of a side of a foreign key, in order: `$1` are their numbers in table `$2`.
const COLUMN_NAMES: &str = "array(select a.attname::text from unnest($1) with ordinality as k (number, place)
     left join pg_attribute a on a.attrelid = $2 and a.attnum = k.number order by k.place)";

/// The tables of tenants' data.
async fn tenant_tables(database: &mut PgConnection) -> BTreeSet<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace
         and c.relkind in ('r', 'p')",
    )
    .fetch_all(&mut *database)
    .await
    .unwrap();
    let tables: BTreeSet<String> =
        tables.into_iter().filter(|name| !GLOBAL.contains(&name.as_str())).collect();
    assert!(tables.len() >= 24, "{tables:?}");
    tables
}

/// Tables of tenants' data whose first column is something else.
async fn without_tenant(database: &mut PgConnection) -> Vec<String> {
    let mut found = Vec::new();
    for table in tenant_tables(database).await {
        let first: String = sqlx::query_scalar(
            "select concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull)
             from pg_attribute a where a.attrelid = $1::regclass and a.attnum = 1",
        )
        .bind(&table)
        .fetch_one(&mut *database)
        .await
        .unwrap();
        if first != "tenant_id uuid t" {
            found.push(format!("{table} begins with {first}"));
        }
    }
    found
}

#[derive(Debug, FromRow)]
struct Key {
    table: String,
    name: String,
    columns: Vec<Option<String>>,
    is_primary: bool,
    is_unique: bool,
    method: String,
}

async fn keys(database: &mut PgConnection) -> Vec<Key> {
    let columns = COLUMN_NAMES.replace("$1", "i.indkey").replace("$2", "i.indrelid");
    let sql = format!(
        "select t.relname::text as \"table\", x.relname::text as name, {columns} as columns,
             i.indisprimary as is_primary, i.indisunique as is_unique, m.amname::text as method
         from pg_index i join pg_class t on t.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
         join pg_am m on m.oid = x.relam
         where t.relnamespace = 'public'::regnamespace and t.relname <> '_sqlx_migrations'"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *database).await.unwrap()
}

/// Keys whose first column is not the tenant; tables without a primary key.
async fn keys_without_tenant(database: &mut PgConnection) -> Vec<String> {
    let mut without_key = tenant_tables(database).await;
    let mut found = Vec::new();
    for key in keys(database).await {
        let columns: Vec<&str> = key.columns.iter().map(|name| name.as_deref().unwrap_or("(…)")).collect();
        // An index of another kind than btree has no first column: a shard's own serves its tenants as it is.
        let must = key.is_unique || key.method == "btree";
        let first = if key.table == "tenant_slugs" { "slug" } else { "tenant_id" };
        if must && columns.first() != Some(&first) {
            found.push(format!("{} of {} is on {columns:?}", key.name, key.table));
        }
        if key.is_primary {
            without_key.remove(&key.table);
        }
    }
    found.extend(without_key.into_iter().map(|table| format!("{table} has no primary key")));
    found
}

/// Foreign keys that lack the tenant on a side, touch a global table, or set a column where a row is deleted.
async fn wrong_foreign_keys(database: &mut PgConnection) -> Vec<String> {
    let columns = COLUMN_NAMES.replace("$1", "c.conkey").replace("$2", "c.conrelid");
    let other_columns = COLUMN_NAMES.replace("$1", "c.confkey").replace("$2", "c.confrelid");
    let sql = format!(
        "select c.conname::text, c.conrelid::regclass::text, c.confrelid::regclass::text, {columns},
             {other_columns}, c.confdeltype::text || c.confupdtype::text
         from pg_constraint c where c.contype = 'f'"
    );
    type Row = (String, String, String, Vec<String>, Vec<String>, String);
    let keys: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *database).await.unwrap();
    assert!(keys.len() > 20, "{keys:?}");
    let mut found = Vec::new();
    for (name, table, other, columns, other_columns, actions) in keys {
        if columns[0] != "tenant_id" || other_columns[0] != "tenant_id" {
            found.push(format!("{name}: {table} {columns:?} to {other} {other_columns:?}"));
        }
        if GLOBAL.contains(&table.as_str()) || GLOBAL.contains(&other.as_str()) {
            found.push(format!("{name}: a global table has no foreign keys"));
        }
        // No action, restrict or cascade; nothing follows an update, as no key changes.
        if !["aa", "ra", "ca"].contains(&actions.as_str()) {
            found.push(format!("{name} does {actions}"));
        }
    }
    found
}

/// What does not work across shards, or not in order.
async fn unshardable(database: &mut PgConnection) -> Vec<String> {
    let sql = "select 'trigger ' || tgname from pg_trigger where not tgisinternal
         union all
         select 'relation of kind ' || relkind::text || ' ' || relname from pg_class
         where relnamespace = 'public'::regnamespace and relkind not in ('r', 'i', 't')
         union all
         select 'identity ' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
         where a.attidentity <> '' and c.relnamespace = 'public'::regnamespace
         union all
         select 'rule ' || rulename from pg_rules where schemaname = 'public'
         union all
         select 'function ' || p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname not in ('pg_catalog', 'information_schema')
           and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                           and d.deptype = 'e')
         union all
         select 'extension ' || extname from pg_extension where extname <> 'plpgsql'
         union all
         select 'schema ' || nspname from pg_namespace
         where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')";
    sqlx::query_scalar(sql).fetch_all(&mut *database).await.unwrap()
}

/// Ids and times that the database would make up, defaults that call functions, times without a zone.
async fn wrong_columns(database: &mut PgConnection) -> Vec<String> {
    let sql =
        "select 'default of ' || c.relname || '.' || a.attname || ': ' || pg_get_expr(d.adbin, d.adrelid)
         from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
         join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'public'::regnamespace and c.relname <> '_sqlx_migrations'
           and a.attgenerated = ''
           and (a.atttypid in ('uuid'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
                or pg_get_expr(d.adbin, d.adrelid) like '%(%')
         union all
         select 'time without zone ' || c.relname || '.' || a.attname from pg_attribute a
         join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and a.atttypid in ('timestamp'::regtype, 'timetz'::regtype)";
    sqlx::query_scalar(sql).fetch_all(&mut *database).await.unwrap()
}

/// Constraints that are not called by their table and what they are, as one that nobody named is.
async fn unspoken_constraints(database: &mut PgConnection) -> Vec<String> {
    let constraints: Vec<(String, String, String)> = sqlx::query_as(
        "select t.relname::text, c.conname::text, c.contype::text from pg_constraint c
         join pg_class t on t.oid = c.conrelid
         where c.connamespace = 'public'::regnamespace and t.relname <> '_sqlx_migrations'
           and c.contype in ('p', 'u', 'f', 'c', 'x')",
    )
    .fetch_all(&mut *database)
    .await
    .unwrap();
    assert!(constraints.len() > 40, "{constraints:?}");
    let mut found = Vec::new();
    for (table, name, kind) in constraints {
        let is_spoken = match kind.as_str() {
            "p" => name == format!("{table}_pkey"),
            "u" => name.ends_with("_unique"),
            "f" => name.ends_with("_fkey"),
            // The rule in words: what PostgreSQL would have made up ends in `_check`.
            _ => !name.ends_with("_check") && !name.ends_with("_excl"),
        };
        if !is_spoken || !name.starts_with(&format!("{table}_")) {
            found.push(format!("{name} of {table}"));
        }
    }
    found
}

/// Columns of indexes whose order is up to the locale of the database: listings would come in another order elsewhere,
/// and an update of the operating system's locales would break the index.
async fn ordered_by_locale(database: &mut PgConnection) -> Vec<String> {
    let sql = "select x.relname || ' orders by locale' from pg_index i
         join pg_class t on t.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
         where t.relnamespace = 'public'::regnamespace and t.relname <> '_sqlx_migrations'
           and 'pg_catalog.\"default\"'::regcollation = any (i.indcollation)";
    sqlx::query_scalar(sql).fetch_all(&mut *database).await.unwrap()
}

/// Everything that breaks a rule.
async fn violations(database: &mut PgConnection) -> Vec<String> {
    [
        without_tenant(database).await,
        keys_without_tenant(database).await,
        wrong_foreign_keys(database).await,
        unshardable(database).await,
        wrong_columns(database).await,
        unspoken_constraints(database).await,
        ordered_by_locale(database).await,
    ]
    .concat()
}

#[tokio::test]
async fn the_migrated_schema_keeps_the_rules() {
    let app = TestApp::new().await;
    let mut database = PgConnection::connect_with(&app.options()).await.unwrap();
    assert_eq!(violations(&mut database).await, Vec::<String>::new());
    database.close().await.unwrap();
    app.finish().await;
}

#[tokio::test]
async fn a_schema_that_breaks_a_rule_is_seen() {
    let app = TestApp::new().await;
    let mut database = PgConnection::connect_with(&app.options()).await.unwrap();
    for (change, seen) in [
        ("create table t (id uuid not null)", "t begins with id uuid t"),
        ("create table t (tenant_id uuid)", "t begins with tenant_id uuid f"),
        ("create table t (tenant_id text not null)", "t begins with tenant_id text t"),
        ("create table t (tenant_id uuid not null)", "t has no primary key"),
        (
            "alter table tags add constraint tags_x_unique unique (name)",
            "tags_x_unique of tags is on [\"name\"]",
        ),
        (
            "create unique index x on tags (lower(name), tenant_id)",
            "x of tags is on [\"(…)\", \"tenant_id\"]",
        ),
        ("create index x on tags (name)", "x of tags is on [\"name\"]"),
        (
            "alter table tags add constraint tags_tenants_fkey foreign key (tenant_id) references tenants on delete set null",
            "tags_tenants_fkey does na",
        ),
        (
            "alter table tenants add constraint tenants_slug_fkey foreign key (slug) references tenant_slugs (slug)",
            "tenants_slug_fkey: a global table has no foreign keys",
        ),
        (
            "alter table tags add constraint tags_tag_fkey foreign key (tenant_id, id) references tags on update cascade",
            "tags_tag_fkey does ac",
        ),
        (
            "create trigger t before update on tags for each row execute function suppress_redundant_updates_trigger()",
            "trigger t",
        ),
        ("create sequence s", "relation of kind S s"),
        ("create view v as select 1 as one", "relation of kind v v"),
        ("alter table tags add column n bigint generated always as identity", "identity n"),
        ("create rule r as on delete to tags do instead nothing", "rule r"),
        ("create function f() returns int language sql as 'select 1'", "function f()"),
        ("create schema s", "schema s"),
        ("alter table tags alter column created_at set default now()", "default of tags.created_at: now()"),
        (
            "alter table tags alter column id set default gen_random_uuid()",
            "default of tags.id: gen_random_uuid()",
        ),
        ("alter table tags add column n text default lower('A')", "default of tags.n: lower('A'::text)"),
        ("alter table tags add column t timestamp", "time without zone tags.t"),
        ("alter table tags add check (name <> '')", "tags_name_check of tags"),
        ("create index x on tags (tenant_id, name)", "x orders by locale"),
        ("alter table tags add constraint x check (name <> '')", "x of tags"),
        ("alter table tags add unique (tenant_id, name)", "tags_tenant_id_name_key of tags"),
    ] {
        let mut transaction = database.begin().await.unwrap();
        sqlx::query(change).execute(&mut *transaction).await.unwrap();
        let found = violations(&mut transaction).await;
        assert!(found.iter().any(|one| one == seen), "{change}: {found:?}");
        transaction.rollback().await.unwrap();
    }
    database.close().await.unwrap();
    app.finish().await;
}
