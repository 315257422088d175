//! `GET /api/v1/contacts?count=`

use contacts::domain::grams;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{list, listing::refused};
use crate::support::{TestApp, app::TENANT, factory};

/// So many more contacts by SQL, far cheaper than by the API: with notes, and found by `frequent`.
async fn insert(pool: &PgPool, tenant: Uuid, count: i32) {
    sqlx::query(
        "with new as (
             insert into contacts (tenant_id, id, username, name, notes, document, document_version, sort_name,
                                   created_at, updated_at)
             select $1, gen_random_uuid(), 'frequent', 'frequent', 'x', '', 0, 'frequent', now(), now()
             from generate_series(1, $2)
             returning tenant_id, id, created_at)
         insert into contact_search (tenant_id, contact_id, created_at, search_text, grams)
         select tenant_id, id, created_at, 'frequent', $3 from new",
    )
    .bind(tenant)
    .bind(count)
    .bind(grams(tenant, "frequent"))
    .execute(pool)
    .await
    .unwrap();
    sqlx::query(
        "update tenant_counters set contacts = contacts + $2, changes = changes + 1 where tenant_id = $1",
    )
    .bind(tenant)
    .bind(count)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("vacuum analyze").execute(pool).await.unwrap();
}

#[tokio::test]
async fn estimates_are_exact_up_to_ten_thousand_and_the_planners_above() {
    const FREQUENT: [&str; 4] =
        ["has=notes", "keyword=frequent", "createdBefore=2999-01-01", "keyword=freq&has=notes&sort=name"];
    let app = TestApp::new().await;
    factory::contact(&app.writer(), json!({"name": "rare", "tags": ["vip"]})).await;
    app.writer().delete(&factory::path(&factory::contact(&app.writer(), json!({})).await)).await.expect(200);
    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    insert(&pool, tenant, 9_999).await;
    for (query, total) in [("", 10_000), ("has=notes", 9_999), ("createdBefore=2999-01-01", 10_000)] {
        for count in ["", "exact", "estimated"] {
            let page = list(&app.reader(), &format!("{query}&count={count}")).await;
            assert_eq!(page["total"], total, "{query} {count}");
        }
    }
    insert(&pool, tenant, 10_001).await;
    for query in FREQUENT {
        let exact = list(&app.reader(), query).await;
        let total = if query.contains("Before") { 20_001 } else { 20_000 };
        assert_eq!(
            (&exact["total"], &exact["lastPage"]),
            (&json!(total), &json!((total + 9) / 10)),
            "{query}"
        );
        let estimated = list(&app.reader(), &format!("{query}&count=estimated")).await;
        let guess = estimated["total"].as_i64().unwrap();
        assert!((10_001..200_000).contains(&guess), "{query}: {guess}");
        assert_eq!(estimated["lastPage"], (guess + 9) / 10);
        assert_eq!(estimated["data"], exact["data"]);
        let cursor = estimated["nextCursor"].as_str().unwrap();
        for count in ["exact", "estimated", "none"] {
            let second = list(&app.reader(), &format!("{query}&count={count}&cursor={cursor}")).await;
            let expected = match count {
                "exact" => json!(total),
                "estimated" => json!(guess),
                _ => Value::Null,
            };
            assert_eq!((&second["total"], &second["page"]), (&expected, &json!(2)), "{query} {count}");
            assert_ne!(second["data"], exact["data"]);
        }
    }
    // What is rare is counted, and so is all there is.
    for (query, total) in
        [("keyword=rare", 1), ("tag=vip", 1), ("tag=none", 0), ("keyword=qqq", 0), ("", 20_001)]
    {
        for count in ["exact", "estimated"] {
            assert_eq!(
                list(&app.reader(), &format!("{query}&count={count}")).await["total"],
                total,
                "{query}"
            );
        }
    }
    // What was put in past the service does not outlive the test.
    sqlx::query("delete from contacts where document = ''").execute(&pool).await.unwrap();
    sqlx::query("update tenant_counters set contacts = 1 where tenant_id = $1")
        .bind(tenant)
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_counted_is_null_and_all_else_as_ever() {
    let app = TestApp::new().await;
    for number in 0..5 {
        factory::contact(&app.writer(), json!({"name": format!("n{number}"), "tags": ["vip"]})).await;
    }
    for filter in
        ["", "keyword=frank", "tag=vip", "tag=nobody", "keyword=nobody", "keyword=n&tag=vip&sort=name"]
    {
        for paging in ["", "pageSize=2", "pageSize=2&page=3", "pageSize=5", "page=9"] {
            let exact = list(&app.reader(), &format!("{filter}&{paging}")).await;
            let mut none = list(&app.reader(), &format!("{filter}&{paging}&count=none")).await;
            assert_eq!(
                (&none["total"], &none["lastPage"]),
                (&Value::Null, &Value::Null),
                "{filter} {paging}"
            );
            for key in ["total", "lastPage"] {
                none[key] = exact[key].clone();
            }
            assert_eq!(none, exact, "{filter} {paging}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn another_way_to_count_is_422() {
    let app = TestApp::new().await;
    for count in ["Exact", "no", "0", "true", "exact%20", "%00"] {
        let details = refused(&app.reader(), &format!("count={count}")).await;
        assert_eq!(details, ["count:not_an_option"], "{count}");
    }
    assert_eq!(refused(&app.reader(), "count=none&count=none").await, ["count:repeated"]);
    app.finish().await;
}
