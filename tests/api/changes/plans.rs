//! How PostgreSQL reads the log: as little of a long one as of a short one, at any depth.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor, PgPool, types::Json};

use crate::{
    statements::recorded::recorded,
    support::{TestApp, app::TENANT, factory},
};

/// How many changes there are.
const CHANGES: i64 = 200_000;

/// A log in which each of a thousand contacts changes again and again, tags now and then, and documents follow in batches.
async fn fill(pool: &PgPool) {
    let tenant = factory::tenant_id(pool, TENANT).await;
    let sql = format!(
        "insert into change_log (tenant_id, change, position, stamp, kind, action, entity_id, contact_ids, changed_at, fields)
         select $1, n, 0, n,
                case when n % 1000 = 0 then 'documents' when n % 100 = 1 then 'tag' else 'contact' end,
                case when n % 1000 = 0 then 'renamed' else 'updated' end,
                case when n % 1000 <> 0 then md5((n % 100 = 1)::text || n % 1000 || n / 50000)::uuid end,
                case when n % 1000 = 0 then array[md5('false' || n % 777 || 0)::uuid] end,
                now(), '{{notes}}'
         from generate_series(1000, {CHANGES}) n"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(tenant).execute(pool).await.unwrap();
    sqlx::query("update tenant_counters set changes = $1").bind(CHANGES).execute(pool).await.unwrap();
    pool.execute("analyze change_log").await.unwrap();
}

/// How many rows of the log a plan went through, and whether it went through the whole table.
fn read(node: &Value) -> (f64, bool) {
    let number = |name: &str| node[name].as_f64().unwrap_or_default();
    let is_log = node["Relation Name"] == "change_log";
    let looked_at = (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops");
    let mut all = (if is_log { looked_at } else { 0.0 }, is_log && node["Node Type"] == "Seq Scan");
    for child in node["Plans"].as_array().into_iter().flatten() {
        let (rows, is_scan) = read(child);
        all = (all.0 + rows, all.1 || is_scan);
    }
    all
}

#[tokio::test]
async fn a_page_reads_a_bounded_part_of_the_log_by_its_indexes_at_any_depth() {
    let app = TestApp::new().await;
    app.reader().get("/api/v1/changes").await.expect(200);
    let pool = app.pool().await;
    fill(&pool).await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let recorded = recorded();
    let sql = recorded.iter().find(|sql| sql.contains("scanned as (")).unwrap();
    let mut connection = pool.acquire().await.unwrap();
    connection.execute("set plan_cache_mode = force_custom_plan").await.unwrap();
    connection.execute(AssertSqlSafe(format!("prepare page as {sql}"))).await.unwrap();
    for (since, kinds) in [
        (1_000, "{contact,tag}"),
        (CHANGES / 2, "{contact,tag}"),
        (CHANGES - 20, "{contact,tag}"),
        (1_000, "{company}"),
        (1_000, "{tag}"),
    ] {
        let explain = format!(
            "explain (analyze, format json) execute page ('{tenant}', {since}, 2147483647, {CHANGES}, '{kinds}', 11, 520)"
        );
        let Json(plan): Json<Value> =
            sqlx::query_scalar(AssertSqlSafe(explain)).fetch_one(&mut *connection).await.unwrap();
        let (rows, scans) = read(&plan[0]["Plan"]);
        assert!(!scans && rows < 4_000.0, "since {since}, {kinds}: {rows} rows: {plan:#}");
    }
    drop(connection);
    pool.close().await;
    app.state.database.close();
}
