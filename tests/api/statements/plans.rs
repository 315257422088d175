//! How PostgreSQL would answer a search: by an index, among the rows of several tenants.

use serde_json::Value;
use sqlx::{PgPool, Postgres, QueryBuilder, types::Json};

use super::filters::{filter, tenant};
use crate::support::{TestApp, app::TENANT};

/// The tenants, and how many contacts each has.
const TENANTS: [&str; 4] = [TENANT, "globex", "initech", "umbrella"];
const CONTACTS_OF_EACH: i32 = 1_500;

/// Contacts of every tenant by SQL, far cheaper than by the API: what is searched in is there, the rest is not.
async fn fill(app: &TestApp, pool: &PgPool) {
    for slug in TENANTS {
        app.client(slug, "contacts:read").get("/api/v1/tags").await.expect(200);
        sqlx::query(
            "insert into contacts (tenant_id, id, username, name, document, document_version, search_text,
                                   created_at, updated_at)
             select s.tenant_id, gen_random_uuid(), 'user' || n, w.name, '', 0,
                    lower(w.name) || E'\n' || 'user' || n || E'\n' || '09797' || n,
                    now() - n * interval '1 minute', now()
             from tenant_slugs s cross join generate_series(1, $2) n
             cross join lateral (select case n when 7 then 'Quxozyth Wanderer'
                                        else md5(slug || n) || ' ' || md5(n || slug) end as name) w
             where s.slug = $1",
        )
        .bind(slug)
        .bind(CONTACTS_OF_EACH)
        .execute(pool)
        .await
        .unwrap();
    }
    sqlx::query("vacuum analyze").execute(pool).await.unwrap();
}

/// The nodes of a plan, each with what it reads and by which index.
fn nodes(plan: &Value, found: &mut Vec<(String, String, String)>) {
    let text = |key: &str| plan[key].as_str().unwrap_or_default().to_owned();
    found.push((text("Node Type"), text("Relation Name"), text("Index Name")));
    for part in plan["Plans"].as_array().into_iter().flatten() {
        nodes(part, found);
    }
}

#[tokio::test]
async fn a_search_for_something_rare_reads_no_table_from_end_to_end() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    fill(&app, &pool).await;
    let tenant = tenant(&app).await;
    for (keyword, social_platform_id) in [
        (Some("quxozyth"), None),
        (Some("uxo"), None),
        (Some("quxozyth wanderer"), None),
        (Some("wanderer a"), None),
        (Some("09797"), None),
        (Some("(0979) 7"), None),
        (None, Some("U1234")),
        (Some("quxozyth"), Some("U1234")),
    ] {
        for (select, rest) in [
            ("select count(*) from contacts c ", ""),
            (
                "select c.id, c.document, c.document_version from contacts c ",
                " order by c.created_at desc, c.id desc limit 10",
            ),
        ] {
            let mut sql = QueryBuilder::<Postgres>::new(format!("explain (format json) {select}"));
            filter(keyword, social_platform_id).push_where(&mut sql, tenant);
            sql.push(rest);
            let Json(plan): Json<Value> = sql.build_query_scalar().fetch_one(&pool).await.unwrap();
            let mut found = Vec::new();
            nodes(&plan[0]["Plan"], &mut found);
            let scans =
                |(kind, table, _): &&(String, String, String)| kind == "Seq Scan" && table == "contacts";
            assert_eq!(found.iter().find(scans), None, "{keyword:?} {social_platform_id:?}: {plan}");
            if keyword == Some("quxozyth") && social_platform_id.is_none() {
                let by_words = found.iter().any(|(_, _, index)| index == "contacts_search_text");
                assert!(by_words, "the words of a search have an index: {plan}");
            }
        }
    }
    // The same statement the other way: where no index may be used, the check above would see it.
    let plan: Json<Value> =
        sqlx::query_scalar("explain (format json) select id from contacts where name like '%x%'")
            .fetch_one(&pool)
            .await
            .unwrap();
    let mut found = Vec::new();
    nodes(&plan[0]["Plan"], &mut found);
    assert_eq!(found, [("Seq Scan".to_owned(), "contacts".to_owned(), String::new())]);

    let answer = app.reader().get("/api/v1/contacts?keyword=uxozy").await.expect(200);
    assert_eq!(answer["total"], 1);
    assert_eq!(answer["data"][0]["name"], "Quxozyth Wanderer");
    // What was put in past the service does not outlive the test.
    sqlx::query("delete from contacts").execute(&pool).await.unwrap();
    pool.close().await;
    app.finish().await;
}
