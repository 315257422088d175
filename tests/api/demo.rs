//! `contacts demo`: made-up tenants, whose data is right and the same every time.

use sqlx::{ConnectOptions, PgPool};

use crate::support::{
    TestApp,
    app::SECRET,
    process::{Output, contacts, run},
};

/// More than a batch has.
const CONTACTS: &str = "2100";

async fn demo(app: &TestApp, arguments: &[&str]) -> Output {
    command(app, &[&["demo", "--contacts", CONTACTS], arguments].concat()).await
}

async fn command(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = contacts(arguments);
    command
        .env("DATABASE_URL", app.options().to_url_lossy().to_string())
        .env("JWT_SECRET", SECRET)
        .env("DEFAULT_REGION", "MM");
    run(&mut command).await
}

/// Every index and constraint there is.
async fn catalogue(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select pg_get_indexdef(indexrelid) from pg_index where indrelid::regclass::text not like 'pg\\_%'
         union all
         select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated
         from pg_constraint where conrelid <> 0
         order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

/// What all rows of demo data come to, but for the ids of tenants, channels and groups, which are each database's.
async fn digest(pool: &PgPool) -> Vec<String> {
    let mut digests = Vec::new();
    for sql in [
        "select id, username, name, address, notes, avatar_url, company_id, sort_name, created_at, updated_at,
                (select c.name from channels c where c.tenant_id = contacts.tenant_id and c.id = channel_id)
         from contacts order by id",
        "select contact_id, created_at, search_text from contact_search order by contact_id",
        "select contact_id, position, phone, is_primary, digits, e164, phone_key from contact_phones
         order by contact_id, position",
        "select contact_id, position, email, is_primary, email_key from contact_emails order by contact_id, position",
        "select contact_id, p.position, c.name, social_platform_id
         from contact_platforms p join channels c on c.id = channel_id order by contact_id, p.position",
        "select contact_id, tag_id, position from contact_tags order by contact_id, position",
        "select contact_id, g.position, value from contact_groups g join groups on id = group_id
         order by contact_id, g.position",
        "select contact_id, field_id, position, value, value_key from field_values
         order by contact_id, field_id, position",
        "select id, name, name_key, phone, address, industry from companies order by id",
        "select id, name, name_key from tags order by id",
        "select id, system_name, display_name, type, position from fields where not is_default order by id",
        "select field_id, value, label, position from field_options order by field_id, position",
    ] {
        let sql = format!("select count(*) || ' ' || md5(string_agg(d::text, '')) from ({sql}) d");
        digests.push(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.unwrap());
    }
    digests
}

#[tokio::test]
async fn demo_data_is_right_the_same_every_time_and_leaves_the_schema_alone() {
    let (one, other) = (TestApp::new().await, TestApp::new().await);
    let (pool, other_pool) = (one.pool().await, other.pool().await);
    let before = catalogue(&pool).await;

    let made = demo(&one, &["--seed", "7", "--tenants", "2"]).await;
    assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
    assert!(made.stdout.contains("demo-1 to demo-2 have each 2,100 contacts"), "{}", made.stdout);
    assert!(!made.stderr.contains('\x1b'), "no terminal, no bar: {}", made.stderr);
    assert_eq!(catalogue(&pool).await, before);
    let totals: Vec<(i64, i64)> = sqlx::query_as(
        "select t.contacts, (select count(*) from contacts c where c.tenant_id = t.tenant_id) from tenant_counters t",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(totals, [(2_100, 2_100); 2]);
    let verified = command(&one, &["verify"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);

    demo(&other, &["--seed", "7", "--tenants", "2"]).await;
    let digests = digest(&pool).await;
    assert_eq!(digests, digest(&other_pool).await);
    assert!(digests.iter().all(|digest| !digest.starts_with("0 ")), "{digests:?}");

    // A second time into the same tenants is refused; other tenants get theirs into the indexes that are there.
    let refused = demo(&one, &["--seed", "7"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("demo-1 has contacts already"), "{}", refused.stderr);
    assert_eq!(digest(&pool).await, digests);
    let more = demo(&one, &["--slug-prefix", "more"]).await;
    assert_eq!(more.code, Some(0), "{}", more.stderr);
    assert_eq!(catalogue(&pool).await, before);
    let verified = command(&one, &["verify"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);

    // What was made is served like any other contact.
    let found = one
        .client("demo-1", "contacts:read")
        .get("/api/v1/contacts?keyword=example&pageSize=1")
        .await
        .expect(200);
    assert!(found["total"].as_i64().unwrap() > 500, "{found}");

    pool.close().await;
    other_pool.close().await;
    one.finish().await;
    other.finish().await;
}

#[tokio::test]
async fn a_load_that_fails_half_way_leaves_no_rows_and_every_index() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    let fault = "alter table field_values add constraint no_newsletters check (value <> 'true')";
    sqlx::query(fault).execute(&pool).await.unwrap();
    let before = catalogue(&pool).await;
    let failed = demo(&app, &[]).await;
    assert_eq!(failed.code, Some(1), "{}", failed.stdout);
    assert_eq!(catalogue(&pool).await, before);
    let rows: i64 =
        sqlx::query_scalar("select (select count(*) from contacts) + (select count(*) from companies)")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(rows, 0);
    sqlx::query("alter table field_values drop constraint no_newsletters").execute(&pool).await.unwrap();
    let made = demo(&app, &[]).await;
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_prefix_that_is_no_slug_is_refused() {
    let refused = run(contacts(&["demo", "--slug-prefix", "Demo data"]).env("JWT_SECRET", SECRET)).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--slug-prefix"), "{}", refused.stderr);
}
