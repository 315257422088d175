//! Every statement names the tenant for every table at every level: those that the macros recorded, and those
//! that the service really sends.

mod checker;
mod checker_tests;
mod conditions;
mod counted;
mod filters;
mod plans;
mod recorded;
mod sent;
mod tokens;

use std::collections::BTreeSet;

use checker::check;
use contacts::database::migrations::MIGRATOR;

/// Why a statement of every new connection names no tenant.
const OF_THE_POOL: &str = "about the connection";

/// Statements that name no tenant, and why they may. Those of `ACROSS_TENANTS` read a table of tenants' data.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("select tenant_id from tenant_slugs where slug = $1", "finds the tenant, before there is one to name"),
    (
        "select tenant_id, slug from tenant_slugs order by slug",
        "the maintenance commands go through all tenants",
    ),
    (
        "insert into tenant_slugs (slug, tenant_id) values ($1, $2) on conflict (slug) do nothing returning slug",
        "claims the slug of a new tenant",
    ),
    ("select to_regclass($1)::text", "asks whether there are migrations at all"),
    ("select 1 from pg_database where datname = $1", "asks whether the embedded server has the database"),
    (
        "with session as materialized (select current_setting('plan_cache_mode') as plans) select plans as \
         \"plans!\" from session where set_config('plan_cache_mode', 'force_custom_plan', true) is not null",
        OF_THE_POOL,
    ),
    ("select set_config('plan_cache_mode', $1, true)", OF_THE_POOL),
    ("set local gin_pending_list_limit = '8mb'", "about the transaction, not about a table"),
    ("set local statement_timeout = '5min'", "about the transaction, not about a table"),
    ("set local idle_in_transaction_session_timeout = '1min'", "about the transaction, not about a table"),
    (
        "select not exists ( select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace where \
         n.nspname = current_schema and c.relkind in ('r', 'p') and not exists (select 1 from pg_depend d \
         where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') ) as \"is_empty!\"",
        "asks whether `contacts demo` may make the schema",
    ),
    (
        "select gin_clean_pending_list('contact_search_grams'::regclass)",
        "about an index as a whole, after a job that wrote much of it",
    ),
    (
        "set transaction isolation level repeatable read, read only",
        "about the transaction, not about a table",
    ),
    (
        "select c.oid::regclass::text as \"table!\" from pg_class c where c.oid = \
         'contacts'::regclass or c.oid in (select k.conrelid from pg_constraint k where k.contype \
         = 'f' and k.confrelid = 'contacts'::regclass) order by 1",
        "asks which tables the contacts of `contacts demo` go into",
    ),
    (
        "select p.name as \"name!\", p.detach as \"detach!\", p.attach as \"attach!\" from ( select \
         k.conname::text as name, case when k.contype = 'f' then 1 else 2 end as turn, \
         format('alter table %s drop constraint %i', k.conrelid::regclass, k.conname) as detach, \
         format('alter table %s add constraint %i %s', k.conrelid::regclass, k.conname, \
         pg_get_constraintdef(k.oid)) as attach from pg_constraint k where k.contype in ('f', \
         'p', 'u') and k.conrelid::regclass::text = any($1) union all select \
         i.indexrelid::regclass::text, 3, format('drop index %s', i.indexrelid::regclass), \
         pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid::regclass::text = any($1) \
         and not exists (select from pg_constraint k where k.conindid = i.indexrelid and \
         k.contype in ('p', 'u', 'x')) ) p order by p.turn, p.name",
        "asks which indexes and keys `contacts demo` is to put back",
    ),
    ("select pg_advisory_xact_lock($1)", "lets those who change a tenant's catalogue take turns"),
    (
        "select set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', \
         $2, false), set_config('gin_pending_list_limit', '256', false), set_config('jit', 'off', false), \
         set_config('plan_cache_mode', case when exists (select 1 from pg_extension where extname = 'citus') \
         then current_setting('plan_cache_mode') else 'force_generic_plan' end, false), concat_ws(' ', \
         inet_server_addr(), inet_server_port(), pg_postmaster_start_time()) as server, pg_is_in_recovery() \
         or current_setting('transaction_read_only')::boolean as is_read_only, pg_backend_pid() as pid",
        OF_THE_POOL,
    ),
    (
        "select pg_cancel_backend($1) where concat_ws(' ', inet_server_addr(), inet_server_port(), \
         pg_postmaster_start_time()) = $2",
        OF_THE_POOL,
    ),
    (
        "select c.oid::regclass::text as \"name!\", array(select a.attname::text from pg_index i cross \
         join lateral unnest(i.indkey) with ordinality as k (number, place) join pg_attribute a on \
         a.attrelid = c.oid and a.attnum = k.number where i.indrelid = c.oid and i.indisprimary order \
         by k.place) as \"key!\", array(select distinct f.confrelid::regclass::text from \
         pg_constraint f where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as \
         \"refers_to!\" from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname \
         = current_schema and c.relkind in ('r', 'p') and not c.relispartition and not exists (select \
         1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype \
         = 'e')",
        "asks which tables `contacts distribute` is to distribute",
    ),
    ("begin", "about the transaction"),
    ("commit", "about the transaction"),
    ("rollback", "about the transaction"),
];

/// Statements that look over all tenants, without locks: which of them have work (rule 9).
const ACROSS_TENANTS: &[(&str, &str)] = &[(
    "select distinct tenant_id from jobs where finished_at is null",
    "the worker goes through the tenants that have jobs",
)];

/// The tables of tenants' data, as the migrations make them.
fn tenant_tables() -> BTreeSet<String> {
    let names = MIGRATOR.iter().filter_map(|migration| {
        let (_, name) = migration.sql.as_str().split_once("create table ")?;
        name.split_whitespace().next()
    });
    let tables: BTreeSet<String> = names.filter(|name| *name != "tenant_slugs").map(str::to_owned).collect();
    assert!(tables.len() >= 16, "{tables:?}");
    tables
}

/// A statement in one line.
fn in_one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The statement keeps the rules. What touches no table of tenants is one of the exceptions; returns which.
#[track_caller]
fn assert_keeps_the_rules(sql: &str, tables: &BTreeSet<String>) -> Option<&'static str> {
    let line = in_one_line(sql).to_lowercase();
    let mut exceptions =
        ACROSS_TENANTS.iter().chain(EXCEPTIONS.iter().filter(|(_, reason)| *reason == OF_THE_POOL));
    if let Some((exception, _)) = exceptions.find(|(exception, _)| *exception == line) {
        return Some(exception);
    }
    let report = check(sql, tables);
    assert_eq!(report.violations, Vec::<String>::new(), "{sql}");
    if !report.tables.is_empty() {
        return None;
    }
    let exception = EXCEPTIONS.iter().find(|(exception, _)| *exception == line);
    Some(exception.unwrap_or_else(|| panic!("no table of tenants, and no reason why in EXCEPTIONS: {sql}")).0)
}
