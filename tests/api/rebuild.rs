//! What is derived is rebuilt behind the requests after an upgrade.

use axum::{body::Body, http::Method};
use contacts::{
    contacts::{maintenance::Difference, rebuild},
    domain::{DERIVED_VERSION, TenantId},
};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use uuid::Uuid;

use crate::support::{
    TestApp,
    app::{SECRET, TENANT},
    eventually, factory,
    locks::{cancel_waiting, somebody_waits},
    process::{contacts, run},
};

const CONTACTS: &str = "/api/v1/contacts";

/// Makes everything that is derived of an older version, and wrong.
async fn age(pool: &PgPool) {
    for sql in [
        "update tenants set derived_version = 0",
        "update contacts set document = '{}', document_version = 0, sort_name = 'old'",
        "update contact_search set search_text = 'old', grams = '{}'",
        "delete from unique_values",
    ] {
        pool.execute(sql).await.unwrap();
    }
}

async fn rebuild(app: &TestApp) -> contacts::Result<()> {
    rebuild::catch_up(&app.state.database, app.state.default_region).await
}

/// How many tenants are still to be rebuilt, and up to which contact the only one is.
async fn progress(pool: &PgPool) -> (i64, Option<Uuid>) {
    sqlx::query_as(
        "select count(*) filter (where derived_version < $1), min(rebuilt_to::text)::uuid from tenants",
    )
    .bind(DERIVED_VERSION)
    .fetch_one(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_is_not_rebuilt_yet_is_read_right_by_id_and_in_listings() {
    let app = TestApp::new().await;
    let (writer, reader, pool) = (app.writer(), app.reader(), app.pool().await);
    let mut contacts = Vec::new();
    for number in 0..5 {
        let platforms = json!([{"channel": "viber", "socialPlatformId": format!("U{number}")}]);
        let fields = json!({"name": format!("n{number}"), "company": "K-Link", "tags": ["vip"], "platformContacts": platforms});
        contacts.push(factory::contact(&writer, fields).await);
    }
    let merged = factory::contact(&writer, json!({"name": "merged"})).await;
    let merge = format!("{}/merge", factory::path(&contacts[0]));
    writer.post(&merge, json!({"from": [merged["id"]]})).await.expect(200);
    contacts[0] = factory::read(&reader, &contacts[0]).await;
    let company = contacts[0]["company"]["id"].as_str().unwrap().to_owned();
    let paths = [
        CONTACTS.to_owned(),
        format!("{CONTACTS}?pageSize=2"),
        format!("{CONTACTS}?sort=createdAt"),
        format!("{CONTACTS}/social-platforms/U1"),
        format!("/api/v1/companies/{company}/contacts"),
        format!("{CONTACTS}/{}", merged["id"].as_str().unwrap()),
    ];
    let mut before = Vec::new();
    for path in &paths {
        before.push(reader.get(path).await.expect(200));
    }
    age(&pool).await;
    for contact in &contacts {
        let answer = reader.get(&factory::path(contact)).await;
        assert_eq!(answer.expect(200)["data"], *contact);
        let etag = answer.header("etag").unwrap();
        let headers = [("if-none-match", etag)];
        let unchanged = reader.send(Method::GET, &factory::path(contact), &headers, Body::empty()).await;
        assert_eq!(unchanged.status, 304);
    }
    let reads = futures_util::future::join_all((0..40).map(|number| {
        let (reader, contact) = (reader.clone(), contacts[number % 5].clone());
        async move { (factory::read(&reader, &contact).await, contact) }
    }));
    for (read, contact) in reads.await {
        assert_eq!(read, contact, "read together with others");
    }
    for (path, before) in paths.iter().zip(before) {
        assert_eq!(reader.get(path).await.expect(200), before, "{path}");
    }
    // A write makes its contact right.
    writer.patch(&factory::path(&contacts[1]), json!({"notes": "new"})).await.expect(200);
    assert_eq!(factory::read(&reader, &contacts[1]).await["notes"], "new");

    rebuild(&app).await.unwrap();
    assert_eq!(progress(&pool).await, (0, None));
    assert_eq!(reader.get(&format!("{CONTACTS}?keyword=n3")).await.expect(200)["total"], 1);
    pool.close().await;
    app.finish().await;
}

/// The ids of all contacts in order, and a connection that has locked the one at `place`, until it rolls back.
async fn hold_contact(app: &TestApp, place: usize) -> (Vec<Uuid>, PgConnection) {
    let mut holder = PgConnection::connect_with(&app.options()).await.unwrap();
    let ids: Vec<Uuid> =
        sqlx::query_scalar("select id from contacts order by id").fetch_all(&mut holder).await.unwrap();
    holder.execute("begin").await.unwrap();
    sqlx::query("select from contacts where id = $1 for update")
        .bind(ids[place])
        .execute(&mut holder)
        .await
        .unwrap();
    (ids, holder)
}

#[tokio::test]
async fn a_rebuild_goes_on_where_it_was_interrupted() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    app.reader().get(CONTACTS).await.expect(200);
    factory::many(&app, 1_200, &[], None).await;
    age(&pool).await;
    let (ids, mut holder) = hold_contact(&app, 700).await;
    let (database, region) = (app.state.database.clone(), app.state.default_region);
    let rebuilding = tokio::spawn(rebuild::run(database, region));
    eventually("the second batch waits", async || somebody_waits(&pool).await).await;
    assert_eq!(progress(&pool).await, (1, Some(ids[499])), "after each batch it is noted how far it got");
    rebuilding.abort();
    holder.execute("rollback").await.unwrap();
    holder.close().await.unwrap();

    // What was done is not done again: this would be mended.
    sqlx::query("update contacts set sort_name = 'kept' where id = $1")
        .bind(ids[3])
        .execute(&pool)
        .await
        .unwrap();
    rebuild(&app).await.unwrap();
    assert_eq!(progress(&pool).await, (0, None));
    let mut differences = app.differences().await;
    let first = differences.pop().unwrap();
    assert!(differences.is_empty() && first.contains(&ids[3].to_string()), "{first} {differences:?}");

    // A later version begins anew.
    age(&pool).await;
    sqlx::query("update tenants set rebuild_version = $1, rebuilt_to = $2")
        .bind(DERIVED_VERSION - 1)
        .bind(ids[1_000])
        .execute(&pool)
        .await
        .unwrap();
    rebuild(&app).await.unwrap();
    assert_eq!(app.differences().await, Vec::<String>::new());
    // One that a later version is at is left to it.
    age(&pool).await;
    sqlx::query("update tenants set rebuild_version = $1, rebuilt_to = $2")
        .bind(DERIVED_VERSION + 1)
        .bind(ids[1_000])
        .execute(&pool)
        .await
        .unwrap();
    rebuild(&app).await.unwrap();
    assert_eq!(progress(&pool).await, (1, Some(ids[1_000])));
    pool.execute("update tenants set rebuild_version = 0").await.unwrap();
    rebuild(&app).await.unwrap();
    pool.close().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn instances_take_turns_at_a_rebuild_and_do_each_batch_once() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    app.reader().get(CONTACTS).await.expect(200);
    factory::many(&app, 1_700, &[], None).await;
    age(&pool).await;
    let changes = async || -> i64 {
        sqlx::query_scalar("select sum(changes)::bigint from tenant_counters").fetch_one(&pool).await.unwrap()
    };
    let before = changes().await;
    let instances: tokio::task::JoinSet<_> = (0..4)
        .map(|_| {
            let (database, region) = (app.state.database.clone(), app.state.default_region);
            async move { rebuild::catch_up(&database, region).await }
        })
        .collect();
    for outcome in instances.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(changes().await - before, 4, "a change each batch of 500");
    assert_eq!(progress(&pool).await, (0, None));
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_rebuild_that_is_overtaken_by_a_change_of_the_catalogue_is_retried() {
    let app = TestApp::new().await;
    let (admin, pool) = (app.admin(), app.pool().await);
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 20, &[factory::id(&tag)], None).await;
    let quiet = factory::tag(&admin, "quiet").await;
    age(&pool).await;
    let (_, mut holder) = hold_contact(&app, 0).await;
    let (database, region) = (app.state.database.clone(), app.state.default_region);
    let rebuilding = tokio::spawn(async move { rebuild::catch_up(&database, region).await });
    eventually("it waits", async || somebody_waits(&pool).await).await;
    // It has noted the catalogue by now.
    let path = format!("/api/v1/tags/{}", factory::id(&quiet));
    admin.patch(&path, json!({"name": "loud"})).await.expect(200);
    holder.execute("rollback").await.unwrap();
    rebuilding.await.unwrap().unwrap();
    assert_eq!(progress(&pool).await, (0, None));
    holder.close().await.unwrap();
    pool.close().await;
    app.finish().await;
}

/// The contacts with this name, and a rebuild's reports of what cannot be unique.
async fn reindex(app: &TestApp, pool: &PgPool) -> Vec<Difference> {
    let tenant = contacts::tenants::all(&app.state.database).await.unwrap();
    let tenant: TenantId = tenant.into_iter().find(|(_, slug)| slug == TENANT).unwrap().0;
    let mut left = Vec::new();
    rebuild::reindex(&app.state.database, tenant, app.state.default_region, |difference| {
        if matches!(difference, Difference::Taken { .. }) {
            left.push(difference);
        }
    })
    .await
    .unwrap();
    assert_eq!(progress(pool).await, (0, None));
    left
}

fn uuid(contact: &Value) -> Uuid {
    contact["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_conflict_is_reported_and_everything_else_is_rebuilt() {
    let app = TestApp::new().await;
    let (writer, pool) = (app.writer(), app.pool().await);
    let phone = json!([{"phone": "09 797 877 765"}]);
    let first = factory::contact(&writer, json!({"name": "first", "phone": phone})).await;
    let second = factory::contact(&writer, json!({"name": "second", "phone": phone})).await;
    factory::contact(&writer, json!({"name": "third"})).await;
    factory::set_default_field(&app, "phone", "is_unique").await;
    factory::contact(&app.stranger(), json!({"name": "elsewhere"})).await;
    age(&pool).await;
    rebuild(&app).await.unwrap();
    assert_eq!(progress(&pool).await, (0, None));
    for name in ["first", "second", "third"] {
        let page = writer.get(&format!("{CONTACTS}?keyword={name}")).await.expect(200);
        assert_eq!(page["total"], 1, "{name}");
    }
    let taken = Difference::Taken { id: uuid(&second), field: "phone[0].phone".into(), holder: uuid(&first) };
    assert_eq!(reindex(&app, &pool).await, [taken]);

    let mut command = contacts(&["reindex"]);
    let url = sqlx::ConnectOptions::to_url_lossy(&app.options()).to_string();
    command.env("DATABASE_URL", url).env("JWT_SECRET", SECRET).env("DEFAULT_REGION", "MM");
    let output = run(&mut command).await;
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    let line =
        format!("contact {}: phone[0].phone must be unique, and contact {}", uuid(&second), uuid(&first));
    assert!(output.stdout.contains(&line), "{}", output.stdout);
    assert!(output.stdout.contains("1 values that must be unique"), "{}", output.stdout);

    writer.patch(&factory::path(&second), json!({"phone": []})).await.expect(200);
    assert_eq!(run(&mut command).await.code, Some(0));
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_value_that_a_contact_of_a_later_batch_is_about_to_give_up_is_no_conflict() {
    let app = TestApp::new().await;
    let (writer, pool) = (app.writer(), app.pool().await);
    factory::set_default_field(&app, "phone", "is_unique").await;
    let first = factory::contact(&writer, json!({"phone": [{"phone": "09 797 877 765"}]})).await;
    factory::many(&app, 1_100, &[], None).await;
    let last = factory::contact(&writer, json!({"phone": [{"phone": "09 797 877 766"}]})).await;
    // As if by older rules the last one's number had been what is the first one's by now.
    for sql in ["delete from unique_values where contact_id = $1", "update unique_values set contact_id = $1"]
    {
        sqlx::query(sql).bind(uuid(&last)).execute(&pool).await.unwrap();
    }
    let held: Vec<Uuid> =
        sqlx::query_scalar("select contact_id from unique_values").fetch_all(&pool).await.unwrap();
    assert_eq!(held, [uuid(&last)]);
    pool.execute("update tenants set derived_version = 0").await.unwrap();
    rebuild(&app).await.unwrap();
    let held: Vec<Uuid> = sqlx::query_scalar("select contact_id from unique_values order by value_key")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(held, [uuid(&first), uuid(&last)]);
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_rebuild_whose_batch_takes_too_long_goes_on_in_smaller_ones() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    app.reader().get(CONTACTS).await.expect(200);
    factory::many(&app, 600, &[], None).await;
    age(&pool).await;
    let (ids, mut holder) = hold_contact(&app, 300).await;
    let (database, region) = (app.state.database.clone(), app.state.default_region);
    let rebuilding = tokio::spawn(async move { rebuild::catch_up(&database, region).await });
    eventually("it waits", async || somebody_waits(&pool).await).await;
    // As the time-out of its statement does.
    cancel_waiting(&pool).await;
    eventually("half a batch is done", async || progress(&pool).await == (1, Some(ids[249]))).await;
    holder.execute("rollback").await.unwrap();
    rebuilding.await.unwrap().unwrap();
    assert_eq!(progress(&pool).await, (0, None));
    holder.close().await.unwrap();
    pool.close().await;
    app.finish().await;
}
