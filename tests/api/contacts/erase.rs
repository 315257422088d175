//! `DELETE /api/v1/contacts/{id}?permanent=true`

use axum::{body::Body, http::Method};
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::{
    CONTACTS, NOBODY, id, list,
    merge::{merged, undo},
};
use crate::support::{Client, TestApp, app::TENANT, factory, factory::FieldSetup};

/// Stands in everything that is the contact's own.
const MARKER: &str = "zqxmarker";

/// A number that nothing else holds, as it is typed and as it is kept.
const PHONE: &str = "+95 9 31415926";
const DIGITS: &str = "31415926";

/// The tables that have this text anywhere in a row, searched as text; sorted.
async fn tables_with(pool: &PgPool, text: &str) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables
         where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let sql = format!("select exists (select 1 from {table} t where t::text ilike '%' || $1 || '%')");
        if sqlx::query_scalar(AssertSqlSafe(sql)).bind(text).fetch_one(pool).await.unwrap() {
            found.push(table);
        }
    }
    found
}

/// A contact whose every field has the marker, which was created, changed, deleted and restored, and whose answers are
/// kept. What it shares with others has no marker.
async fn marked(app: &TestApp) -> Value {
    let writer = app.writer();
    for field in ["username", "email"] {
        factory::set_default_field(app, field, "is_unique").await;
    }
    let setup = || FieldSetup { is_unique: true, ..FieldSetup::default() };
    factory::custom_field(app, "cf_code", "text", setup()).await;
    let fields = json!({
        "username": format!("{MARKER}-username"), "name": format!("{MARKER} name"),
        "address": format!("{MARKER} street"), "notes": format!("{MARKER} notes"),
        "avatar_url": format!("https://{MARKER}.example/a.jpg"), "company": "K-Link", "tags": ["vip"],
        "email": [{"email": format!("{MARKER}@example.com")}],
        "phone": [{"phone": PHONE}, {"phone": format!("1-800-{MARKER}")}], "channel": "phone",
        "customFields": {"cf_code": format!("{MARKER} value")},
        "platformContacts": [{"channel": "viber", "socialPlatformId": format!("{MARKER}-social")}],
    });
    let contact = writer.post_once(CONTACTS, "created", factory::body(fields)).await.expect(201);
    let path = factory::path(&contact);
    writer.patch(&path, json!({"notes": format!("{MARKER} changed")})).await.expect(200);
    writer.delete(&path).await.expect(200);
    let headers = [("idempotency-key", "restored")];
    writer.send(Method::POST, &format!("{path}/restore"), &headers, Body::empty()).await.expect(200);
    contact
}

/// The contact came out of a merge, and its survivor was one itself; both are as the tables have them.
async fn merge_into(pool: &PgPool, contact: &Value) -> [Uuid; 2] {
    let tenant = factory::tenant_id(pool, TENANT).await;
    let [merged, earlier] = [Uuid::now_v7(), Uuid::now_v7()];
    for (survivor, merged) in [(id(contact), merged), (merged, earlier)] {
        let merge = Uuid::now_v7();
        sqlx::query("insert into contact_merges values ($1, $2, $3, $4, now(), 'tester', null, $5)")
            .bind(tenant)
            .bind(merge)
            .bind(survivor)
            .bind(vec![merged])
            .bind(format!("[\"{MARKER} snapshot\"]"))
            .execute(pool)
            .await
            .unwrap();
        sqlx::query("insert into contact_redirects values ($1, $2, $3, $4)")
            .bind(tenant)
            .bind(merged)
            .bind(id(contact))
            .bind(merge)
            .execute(pool)
            .await
            .unwrap();
        sqlx::query(
            "insert into change_log (tenant_id, change, position, stamp, kind, action, entity_id, changed_at, history_id,
                                     subject, request_id, changes)
             values ($1, 0, $5, 0, 'contact', 'created', $2, now(), $3, 'tester', 'r', $4)",
        )
            .bind(tenant)
            .bind(merged)
            .bind(Uuid::now_v7())
            .bind(format!(r#"[{{"field":"notes","before":null,"after":"{MARKER}"}}]"#))
            .bind(i32::from(merged == earlier))
            .execute(pool)
            .await
            .unwrap();
        sqlx::query("insert into idempotency_keys values ($1, $2, 'x', now(), $3, $4)")
            .bind(tenant)
            .bind(if merged == earlier { "earlier" } else { "later" })
            .bind(vec![merged])
            .bind(format!(r#"{{"status":201,"location":null,"etag":null,"body":"{MARKER}"}}"#))
            .execute(pool)
            .await
            .unwrap();
    }
    [merged, earlier]
}

/// All that is known of a contact that was erased, for whoever follows the changes.
const ERASED: &str = "change_log: its own entries, with nothing but that there was something";

/// Whether the log of changes says more of contacts (`$1`: their ids, as a regular expression) than that something was done
/// to them.
pub(super) const SAYS_MORE: &str = "exists (select 1 from change_log l
    where (to_jsonb(l) - 'entity_id' - 'contact_ids')::text ~ $1
       or l.entity_id::text ~ $1 and num_nonnulls(l.history_id, l.subject, l.request_id, l.changes, l.other_ids, l.fields,
                                                  l.text_before, l.text_version) > 0)";

/// Where an id is, of a contact that may be erased.
async fn kept_of(pool: &PgPool, id: Uuid) -> Vec<String> {
    let mut kept = tables_with(pool, &id.to_string()).await;
    let says_more: bool = sqlx::query_scalar(AssertSqlSafe(format!("select {SAYS_MORE}")))
        .bind(id.to_string())
        .fetch_one(pool)
        .await
        .unwrap();
    if let Some(entries) = kept.iter_mut().find(|table| *table == "change_log")
        && !says_more
    {
        ERASED.clone_into(entries);
    }
    kept
}

/// Everywhere a contact's data are while it is there.
const KEPT_LIVE: [&str; 10] = [
    "change_log",
    "contact_emails",
    "contact_merges",
    "contact_phones",
    "contact_platforms",
    "contact_search",
    "contacts",
    "field_values",
    "idempotency_keys",
    "unique_values",
];

#[tokio::test]
async fn an_erased_contact_leaves_its_data_in_no_table() {
    for from_trash in [false, true] {
        let app = TestApp::new().await;
        let writer = app.writer();
        let contact = marked(&app).await;
        let other = json!({"username": "other", "company": "K-Link", "tags": ["vip"]});
        let other = factory::contact(&writer, other).await;
        let pool = app.pool().await;
        let merged = merge_into(&pool, &contact).await;
        let kept = tables_with(&pool, MARKER).await;
        assert_eq!(kept, KEPT_LIVE);
        let path = factory::path(&contact);
        if from_trash {
            writer.delete(&path).await.expect(200);
            let kept = tables_with(&pool, MARKER).await;
            assert_eq!(kept, ["change_log", "contact_merges", "contact_trash", "idempotency_keys"]);
        }

        let erased = writer.delete(&format!("{path}?permanent=true")).await.expect(200);
        assert_eq!(erased, json!({"status": "success", "message": "erasing contact", "data": null}));
        for trace in [MARKER, DIGITS] {
            assert_eq!(tables_with(&pool, trace).await, Vec::<String>::new(), "{trace}");
        }
        for id in [id(&contact), merged[0], merged[1]] {
            assert_eq!(kept_of(&pool, id).await, [ERASED]);
        }
        // What others share with it is as it was.
        assert_eq!(factory::read(&writer, &other).await, other);
        assert_eq!(list(&writer, "").await["total"], 1);
        assert_eq!(writer.get("/api/v1/tags").await.expect(200)["total"], 1);
        assert_eq!(writer.get(&format!("{}/history", factory::path(&other))).await.expect(200)["total"], 1);

        for (method, path) in [
            (Method::GET, path.clone()),
            (Method::GET, format!("{path}/history")),
            (Method::GET, format!("{CONTACTS}/trash/{}", id(&contact))),
            (Method::POST, format!("{path}/restore")),
            (Method::DELETE, path.clone()),
            (Method::DELETE, format!("{path}?permanent=true")),
        ] {
            writer.send(method, &path, &[], Body::empty()).await.expect_error(404, "not_found");
        }
        assert_eq!(writer.get(&format!("{CONTACTS}/trash")).await.expect(200)["total"], 0);
        pool.close().await;
        app.finish().await;
    }
}

#[tokio::test]
async fn the_request_that_created_it_is_not_carried_out_again() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let body = factory::body(json!({"notes": "once"}));
    let contact = writer.post_once(CONTACTS, "k", body.clone()).await.expect(201);
    writer.delete(&format!("{}?permanent=true", factory::path(&contact))).await.expect(200);
    for body in [body, factory::body(json!({"notes": "another"}))] {
        let answer = writer.post_once(CONTACTS, "k", body).await;
        assert_eq!(answer.expect_error(409, "conflict"), []);
    }
    assert_eq!(list(&writer, "").await["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn its_unique_values_are_free_again() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "username", "is_unique").await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    app.writer().delete(&format!("{}?permanent=true", factory::path(&contact))).await.expect(200);
    factory::contact(&app.writer(), json!({})).await;
    app.finish().await;
}

/// How many changes each entry of a contact's history has, the newest first.
async fn changes(client: &Client, contact: &Value) -> Vec<usize> {
    let history = client.get(&format!("{}/history", factory::path(contact))).await.expect(200);
    let entries = history["data"].as_array().unwrap().iter();
    entries.map(|entry| entry["changes"].as_array().unwrap().len()).collect()
}

#[tokio::test]
async fn a_contact_that_it_was_part_of_for_a_while_keeps_nothing_of_it() {
    let app = TestApp::new().await;
    let (writer, pool) = (app.writer(), app.pool().await);
    let survivor = factory::contact(&writer, json!({"notes": null})).await;
    let contact = factory::contact(&writer, json!({"notes": MARKER, "address": MARKER})).await;
    let merge = merged(&writer, &survivor, &[&contact]).await;
    // Changed meanwhile, and again once the merge is undone.
    writer.patch(&factory::path(&survivor), json!({"notes": "its own"})).await.expect(200);
    undo(&writer, &merge["mergeId"]).await.expect(200);
    writer.patch(&factory::path(&survivor), json!({"notes": "late"})).await.expect(200);
    let before = factory::read(&writer, &survivor).await;
    writer.delete(&format!("{}?permanent=true", factory::path(&contact))).await.expect(200);
    assert_eq!(tables_with(&pool, MARKER).await, Vec::<String>::new());
    assert_eq!(kept_of(&pool, id(&contact)).await, [ERASED]);
    assert_eq!(factory::read(&writer, &survivor).await, before);
    let entries = changes(&writer, &survivor).await;
    assert_eq!(entries[..4], [1, 0, 0, 0], "what was done is still known");
    assert!(entries[4] > 0, "what it was before the merge is its own");
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn nothing_of_it_is_left_in_a_contact_that_had_it_by_way_of_another() {
    let app = TestApp::new().await;
    let (writer, pool) = (app.writer(), app.pool().await);
    let [a, d] = [
        factory::contact(&writer, json!({"username": "a"})).await,
        factory::contact(&writer, json!({"username": "d"})).await,
    ];
    let fields =
        json!({"username": "b", "notes": MARKER, "email": [{"email": format!("{MARKER}@example.com")}]});
    let b = factory::contact(&writer, fields).await;
    let first = merged(&writer, &a, &[&b]).await;
    let second = merged(&writer, &d, &[&a]).await;
    // An answer that is kept of a write in between.
    let body = json!({"operations": [{"action": "update", "id": d["id"], "contact": {"address": "street"}},
                                     {"action": "upsert", "by": "email", "value": format!("{MARKER}@example.com"),
                                      "contact": {"channel": "viber"}}]});
    let kept = writer.post_once("/api/v1/contacts/bulk", "between", body).await.expect(200);
    assert_eq!(kept["data"]["succeeded"], 2);
    writer.delete(&factory::path(&d)).await.expect(200);
    writer.post_once(&format!("{}/restore", factory::path(&d)), "restored", json!({})).await.expect(200);
    undo(&writer, &second["mergeId"]).await.expect(200);
    let path = format!("{CONTACTS}/merges/{}/undo", first["mergeId"].as_str().unwrap());
    writer.post_once(&path, "undone", json!({})).await.expect(200);
    writer.delete(&format!("{}?permanent=true", factory::path(&b))).await.expect(200);
    assert_eq!(tables_with(&pool, MARKER).await, Vec::<String>::new());
    assert_eq!(kept_of(&pool, id(&b)).await, [ERASED]);
    assert_eq!(factory::read(&writer, &d).await["address"], "street");
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn nothing_of_it_is_left_in_what_a_later_merge_keeps_nor_comes_back_by_its_undo() {
    let app = TestApp::new().await;
    let (writer, pool) = (app.writer(), app.pool().await);
    let a = factory::contact(&writer, json!({"username": "a"})).await;
    let b = factory::contact(&writer, json!({"username": "b", "notes": MARKER, "address": MARKER})).await;
    let c = factory::contact(&writer, json!({"username": "c", "notes": "of c"})).await;
    let first = merged(&writer, &a, &[&b]).await;
    let body = json!({"from": [c["id"]], "prefer": {"notes": c["id"]}});
    let second = writer.post(&format!("{}/merge", factory::path(&a)), body).await.expect(200);
    undo(&writer, &first["mergeId"]).await.expect(200);
    writer.delete(&format!("{}?permanent=true", factory::path(&b))).await.expect(200);
    assert_eq!(tables_with(&pool, MARKER).await, Vec::<String>::new());
    assert_eq!(kept_of(&pool, id(&b)).await, [ERASED]);
    undo(&writer, &second["data"]["mergeId"]).await.expect(200);
    assert_eq!(tables_with(&pool, MARKER).await, Vec::<String>::new());
    let after = factory::read(&writer, &a).await;
    assert_eq!((&after["notes"], &after["address"]), (&Value::Null, &Value::Null));
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn its_id_is_left_neither_in_the_history_of_what_was_merged_into_it_nor_in_an_answer_that_it_was_in_the_way_of()
 {
    let app = TestApp::new().await;
    let (writer, pool) = (app.writer(), app.pool().await);
    factory::set_default_field(&app, "username", "is_unique").await;
    let survivor = factory::contact(&writer, json!({"username": "survivor"})).await;
    let other = factory::contact(&writer, json!({"username": "other"})).await;
    let merge = merged(&writer, &survivor, &[&other]).await;
    undo(&writer, &merge["mergeId"]).await.expect(200);
    let operation = json!({"action": "update", "id": other["id"], "contact": {"username": "survivor"}});
    let body = json!({"operations": [operation]});
    let refused = writer.post_once("/api/v1/contacts/bulk", "refused", body).await.expect(200);
    let error = &refused["data"]["results"][0]["error"];
    assert_eq!(error["details"][0]["conflictingId"], survivor["id"]);
    writer.delete(&format!("{}?permanent=true", factory::path(&survivor))).await.expect(200);
    assert_eq!(kept_of(&pool, id(&survivor)).await, [ERASED]);
    assert_eq!(changes(&writer, &other).await[..2], [0, 0]);
    pool.close().await;
    app.finish().await;
}

/// How PostgreSQL carries a statement out where it reads no table as a whole.
async fn plan(pool: &PgPool, statement: &'static str) -> String {
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("set enable_seqscan = off").execute(&mut *connection).await.unwrap();
    let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("explain {statement}")))
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    lines.join("\n")
}

#[tokio::test]
async fn erasing_finds_everything_by_an_index() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    for (statement, index) in [
        (
            "select 1 from contact_merges where merged_ids && '{0198c0de-0000-7000-8000-000000000000}'::uuid[]",
            "contact_merges_merged",
        ),
        (
            "select 1 from idempotency_keys where contact_ids && '{0198c0de-0000-7000-8000-000000000000}'::uuid[]",
            "idempotency_keys_contacts",
        ),
        (
            "select 1 from change_log where other_ids && '{0198c0de-0000-7000-8000-000000000000}'::uuid[]",
            "change_log_others",
        ),
    ] {
        let plan = plan(&pool, statement).await;
        assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{plan}");
    }
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn permanent_is_true_or_false() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    for query in ["permanent=yes", "permanent=1", "permanent=TRUE"] {
        let refused = app.writer().delete(&format!("{path}?{query}")).await;
        assert_eq!(refused.expect_invalid(), ["permanent:not_an_option"], "{query}");
    }
    let twice = app.writer().delete(&format!("{path}?permanent=true&permanent=false")).await;
    assert_eq!(twice.expect_invalid(), ["permanent:repeated"]);
    app.reader().get(&path).await.expect(200);
    app.writer().delete(&format!("{path}?permanent=false")).await.expect(200);
    // Empty, it is not given.
    let contact = factory::contact(&app.writer(), json!({})).await;
    app.writer().delete(&format!("{}?permanent=", factory::path(&contact))).await.expect(200);
    assert_eq!(app.reader().get("/api/v1/contacts/trash").await.expect(200)["total"], 2);
    app.reader().get(&format!("{CONTACTS}/trash/{}", id(&contact))).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn if_match_holds_for_live_contacts_and_for_those_in_the_trash() {
    let app = TestApp::new().await;
    let writer = app.writer();
    for from_trash in [false, true] {
        let contact = factory::contact(&writer, json!({})).await;
        let path = factory::path(&contact);
        let tag = writer.get(&path).await.header("etag").unwrap().to_owned();
        if from_trash {
            writer.delete(&path).await.expect(200);
            let trashed = writer.get(&format!("{CONTACTS}/trash/{}", id(&contact))).await;
            assert_eq!(trashed.header("etag"), Some(tag.as_str()));
        }
        let permanent = format!("{path}?permanent=true");
        let erase = async |tag: &str| {
            writer.send(Method::DELETE, &permanent, &[("if-match", tag)], Body::empty()).await
        };
        erase("\"stale\"").await.expect_error(412, "precondition_failed");
        writer.get(&format!("{path}/history")).await.expect(200);
        erase(&tag).await.expect(200);
        erase(&tag).await.expect_error(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn unknown_ids_and_those_of_another_tenant_are_not_found_and_nothing_of_theirs_goes() {
    let app = TestApp::new().await;
    let live = factory::contact(&app.stranger(), json!({"notes": MARKER})).await;
    let trashed = factory::contact(&app.stranger(), json!({"notes": MARKER})).await;
    app.stranger().delete(&factory::path(&trashed)).await.expect(200);
    let pool = app.pool().await;
    let before = tables_with(&pool, MARKER).await;
    for id in [NOBODY, "42", &id(&live).to_string(), &id(&trashed).to_string()] {
        let path = format!("{CONTACTS}/{id}?permanent=true");
        app.admin().delete(&path).await.expect_error(404, "not_found");
    }
    assert_eq!(tables_with(&pool, MARKER).await, before);
    assert_eq!(app.stranger().get(&format!("{CONTACTS}/trash")).await.expect(200)["total"], 1);
    pool.close().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_happens_at_the_same_time_an_erased_contact_is_gone() {
    let app = TestApp::new().await;
    let (writer, pool) = (app.writer(), app.pool().await);
    for round in 0..6 {
        let contact = factory::contact(&writer, json!({"notes": MARKER})).await;
        let path = factory::path(&contact);
        if round % 2 == 0 {
            writer.delete(&path).await.expect(200);
        }
        let calls = (0..12).map(async |number| match number % 4 {
            0 => writer.post_once(&format!("{path}/restore"), &format!("{round} {number}"), json!({})).await,
            1 => writer.patch(&path, json!({"notes": format!("{MARKER} {number}")})).await,
            2 => writer.delete(&path).await,
            _ => writer.delete(&format!("{path}?permanent=true")).await,
        });
        for answer in join_all(calls).await {
            assert!([200, 404, 409].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.text());
        }
        writer.get(&format!("{path}/history")).await.expect_error(404, "not_found");
        assert_eq!(tables_with(&pool, MARKER).await, Vec::<String>::new());
        assert_eq!(app.differences().await, Vec::<String>::new());
    }
    pool.close().await;
    app.finish().await;
}
