//! How PostgreSQL answers a listing, for every class of keyword and every filter: `docs/search.md` says why.

use std::collections::BTreeMap;

use contacts::domain::grams;
use serde_json::Value;
use sqlx::{Executor, PgPool, types::Json};

use super::{
    filters::{Asked, asked, tenant},
    recorded::recorded,
};
use crate::support::{TestApp, app::TENANT, factory};

/// The tenants, and how many contacts each has.
const TENANTS: [&str; 4] = [TENANT, "globex", "initech", "umbrella"];
const CONTACTS_OF_EACH: i32 = 1_500;

/// Contacts of every tenant by SQL, far cheaper than by the API: what is searched in is there, the rest is not.
async fn fill(app: &TestApp, pool: &PgPool) {
    for slug in TENANTS {
        app.client(slug, "contacts:read").get("/api/v1/tags").await.expect(200);
        let tenant_id = factory::tenant_id(pool, slug).await;
        sqlx::query(
            "insert into contacts (tenant_id, id, username, name, document, document_version, sort_name, created_at,
                                   updated_at)
             select $1, md5($3 || n)::uuid, 'user' || n, w.name, '', 0, w.name, now() - n * interval '1 minute', now()
             from generate_series(1, $2) n
             cross join lateral (select case n when 1234 then 'quxozyth wanderer'
                                        else md5($3 || n) || ' ' || md5(n || $3) end as name) w",
        )
        .bind(tenant_id)
        .bind(CONTACTS_OF_EACH)
        .bind(slug)
        .execute(pool)
        .await
        .unwrap();
        let names: Vec<(uuid::Uuid, String)> =
            sqlx::query_as("select id, name from contacts where tenant_id = $1")
                .bind(tenant_id)
                .fetch_all(pool)
                .await
                .unwrap();
        for (number, (id, name)) in names.iter().enumerate() {
            let text = format!("{name}\n09797{number}");
            sqlx::query(
                "insert into contact_search (tenant_id, contact_id, created_at, search_text, grams)
                 select $1, $2, c.created_at, $3, $4 from contacts c where c.tenant_id = $1 and c.id = $2",
            )
            .bind(tenant_id)
            .bind(id)
            .bind(&text)
            .bind(grams(tenant_id, &text))
            .execute(pool)
            .await
            .unwrap();
        }
        for table in ["tags", "companies"] {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "insert into {table} (tenant_id, id, name, name_key, created_at, updated_at)
                 select $1, md5('{table}' || $2 || n)::uuid, 'n' || n, 'n' || n, now(), now()
                 from generate_series(1, 50) n"
            )))
            .bind(tenant_id)
            .bind(slug)
            .execute(pool)
            .await
            .unwrap();
        }
        for sql in [
            "insert into contact_tags (tenant_id, contact_id, tag_id, position)
             select $1, c.id, md5('tags' || $2 || (abs(hashtext(c.name)) % 50 + 1))::uuid, 0
             from contacts c where c.tenant_id = $1",
            "update contacts c set company_id = md5('companies' || $2 || (abs(hashtext(c.name)) % 50 + 1))::uuid
             where c.tenant_id = $1",
            "insert into contact_emails (tenant_id, contact_id, position, email, is_primary, email_key)
             select $1, c.id, 0, $2, false, c.username || '@example.com' from contacts c where c.tenant_id = $1",
            "insert into contact_phones (tenant_id, contact_id, position, phone, is_primary, digits, phone_key)
             select $1, c.id, 0, $2, false, '', c.username from contacts c where c.tenant_id = $1",
            "insert into contact_platforms (tenant_id, contact_id, position, channel_id, social_platform_id)
             select $1, c.id, 0, (select h.id from channels h where h.tenant_id = $1 limit 1), $2 || c.username
             from contacts c where c.tenant_id = $1",
        ] {
            sqlx::query(sql).bind(tenant_id).bind(slug).execute(pool).await.unwrap();
        }
    }
    sqlx::query("vacuum analyze").execute(pool).await.unwrap();
}

/// What a node of a plan reads: its kind, the table, the index.
type Read = (String, String, String);

/// The nodes of a plan below `node`, each with the part of the statement it belongs to, and whether it ran.
fn nodes(node: &Value, part: &str, found: &mut Vec<(String, Read, bool)>) {
    let text = |key: &str| node[key].as_str().unwrap_or_default().to_owned();
    let part = match node["Subplan Name"].as_str() {
        Some(name) if name.starts_with("CTE ") => &name[4..],
        _ => part,
    };
    let ran = node["Actual Loops"].as_f64().is_none_or(|loops| loops > 0.0);
    found.push((part.to_owned(), (text("Node Type"), text("Relation Name"), text("Index Name")), ran));
    for child in node["Plans"].as_array().into_iter().flatten() {
        nodes(child, part, found);
    }
}

/// The plan that every value gets.
async fn generic_plan(pool: &PgPool, asked: &Asked) -> Vec<(String, Read, bool)> {
    let sql = asked.sql();
    let sql = sql.sql().as_str().to_owned();
    let bound = (1..100).take_while(|number| sql.contains(&format!("${number}"))).count();
    let nulls = vec!["null"; bound].join(", ");
    let mut connection = pool.acquire().await.unwrap();
    for sql in ["set plan_cache_mode = force_generic_plan".to_owned(), format!("prepare listing as {sql}")] {
        connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    }
    let explain = sqlx::AssertSqlSafe(format!("explain (format json) execute listing ({nulls})"));
    let Json(plan): Json<Value> = sqlx::query_scalar(explain).fetch_one(&mut *connection).await.unwrap();
    connection.execute("deallocate listing").await.unwrap();
    let mut found = Vec::new();
    nodes(&plan[0]["Plan"], "", &mut found);
    found
}

/// Which parts of a listing's statement ran.
async fn parts_run(pool: &PgPool, asked: &Asked) -> BTreeMap<String, bool> {
    let mut sql = asked.sql();
    let explain = format!("explain (analyze, format json) {}", sql.sql().as_str());
    let arguments = sqlx::Execute::take_arguments(&mut sql.build()).unwrap().unwrap();
    let Json(plan): Json<Value> =
        sqlx::query_scalar_with(sqlx::AssertSqlSafe(explain), arguments).fetch_one(pool).await.unwrap();
    let mut found = Vec::new();
    nodes(&plan[0]["Plan"], "", &mut found);
    let mut parts = BTreeMap::new();
    for (part, (_, table, index), ran) in found {
        if !table.is_empty() || !index.is_empty() {
            let any = parts.entry(part).or_insert(false);
            *any = *any || ran;
        }
    }
    parts
}

#[tokio::test]
async fn listings_are_answered_by_indexes() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    fill(&app, &pool).await;
    let tenant = tenant(&app).await;

    for (query, index) in [
        ("", "contacts_newest"),
        ("page=50", "contacts_newest"),
        ("sort=name", "contacts_sort_name"),
        ("sort=-name&page=50", "contacts_sort_name"),
        ("sort=updatedAt", "contacts_updated"),
        ("keyword=q", "contact_search_grams"),
        ("keyword=qu", "contact_search_grams"),
        ("keyword=quxozyth", "contact_search_grams"),
        ("keyword=09797", "contact_search_grams"),
        ("keyword=quxozyth%20wanderer", "contact_search_grams"),
        ("keyword=wanderer%20a", "contact_search_grams"),
        ("keyword=(0979)%207", "contact_search_grams"),
        ("keyword=%E7%8E%8B", "contact_search_grams"),
        ("keyword=quxozyth&sort=name", "contact_search_grams"),
        ("tag=n1", "contact_tags_tag"),
        ("company=n1", "contacts_of_company"),
        ("email=user7@example.com", "contact_emails_email_key"),
        ("phone=user7", "contact_phones_phone_key"),
        ("socialPlatformId=U1234", "contact_platforms_social_id"),
        ("createdAfter=2026-01-08", "contacts_newest"),
        ("has=email", "contact_emails_pkey"),
        ("has=phone&sort=name", "contact_phones_pkey"),
        ("updatedAfter=2026-01-08&sort=updatedAt", "contacts_updated"),
    ] {
        let asked = asked(&app, tenant, query).await;
        let plan = generic_plan(&pool, &asked).await;
        let big = ["contacts", "contact_search", "contact_tags", "contact_emails", "contact_phones"];
        let scan =
            plan.iter().find(|(_, (kind, table, _), _)| kind == "Seq Scan" && big.contains(&table.as_str()));
        assert_eq!(scan, None, "{query}: {plan:#?}");
        assert!(plan.iter().any(|(_, (_, _, used), _)| used == index), "{query}: {plan:#?}");
        let sorts_all = plan.iter().any(|(part, (kind, ..), _)| part == "walk" && kind.contains("Hash"));
        assert!(!sorts_all, "{query}: a walk looks at few rows: {plan:#?}");
    }

    // What is frequent is found by walking, and counted apart; what is rare is gathered, and counted of that.
    for (query, gathers) in [
        ("keyword=a", false),
        ("keyword=09", false),
        ("keyword=09797", false),
        ("keyword=09797&sort=name", false),
        ("keyword=quxo", true),
        ("keyword=quxozyth", true),
        ("keyword=quxozyth%20wanderer", true),
        ("tag=n1", true),
        ("company=n1", true),
        ("email=user7@example.com", true),
        ("has=email", false),
        ("createdBefore=2999-01-01", false),
    ] {
        let asked = asked(&app, tenant, query).await;
        let parts = parts_run(&pool, &asked).await;
        let is_rare = query.starts_with("keyword=quxozyth");
        assert_eq!(parts.contains_key("walk"), !is_rare, "{query}: {parts:?}");
        assert_eq!(parts.get("hits").copied().unwrap_or(true), gathers, "{query}: {parts:?}");
    }

    let answer = app.reader().get("/api/v1/contacts?keyword=uxozy").await.expect(200);
    assert_eq!(answer["total"], 1);
    assert_eq!(answer["data"][0]["name"], "quxozyth wanderer");
    // What was put in past the service does not outlive the test.
    sqlx::query("delete from contacts").execute(&pool).await.unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn duplicates_are_found_by_reading_indexes() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    fill(&app, &pool).await;
    let recorded = recorded();
    let sql = recorded.iter().find(|sql| sql.contains("'phone' as reason")).unwrap();
    let mut connection = pool.acquire().await.unwrap();
    for sql in [
        "set plan_cache_mode = force_generic_plan".to_owned(),
        // So few rows are read faster as they lie, and gathered by hash: of a million they are not.
        "set enable_seqscan = off".to_owned(),
        "set enable_hashagg = off".to_owned(),
        format!("prepare duplicates as {sql}"),
    ] {
        connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    }
    let explain = "explain (format json) execute duplicates (null, null, null, null, null, null, null)";
    let Json(plan): Json<Value> = sqlx::query_scalar(explain).fetch_one(&mut *connection).await.unwrap();
    connection.execute("deallocate duplicates").await.unwrap();
    let mut found = Vec::new();
    nodes(&plan[0]["Plan"], "", &mut found);
    let reads = |kind: &str, index: &str| {
        let reads = |(_, (node, _, used), _): &&(String, Read, bool)| node == kind && used == index;
        found.iter().filter(reads).count()
    };
    // Once for the groups, once for the contacts of each group on the page.
    for index in ["contact_phones_phone_key", "contact_emails_email_key"] {
        assert_eq!(reads("Index Only Scan", index), 2, "{index}: {found:#?}");
    }
    assert_eq!(reads("Index Only Scan", "contacts_company_name"), 1, "{found:#?}");
    assert_eq!(reads("Index Scan", "contacts_company_name"), 1, "{found:#?}");
    assert_eq!(reads("Index Scan", "contacts_pkey"), 1, "{found:#?}");
    let sorted = found.iter().filter(|(part, (kind, ..), _)| part == "found" && kind == "Sort").count();
    assert_eq!(sorted, 0, "the indexes have the order: {found:#?}");
    sqlx::query("delete from contacts").execute(&mut *connection).await.unwrap();
    drop(connection);
    pool.close().await;
    app.finish().await;
}
