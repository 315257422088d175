//! `DELETE /api/v1/contacts/{id}`

use futures_util::future::join_all;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::{full_contact, id, list, texts};
use crate::support::{TestApp, factory, factory::FieldSetup};

/// The rows of each table that belong to a contact that is there. The trash and the history are of others too.
async fn rows_of(pool: &PgPool, contact: Uuid) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.columns
         where table_schema = 'public' and column_name = 'contact_id'
           and table_name not in ('contact_trash', 'contact_redirects')
         union all select 'contacts' order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let column = if table == "contacts" { "id" } else { "contact_id" };
        let sql = format!("select count(*) from {table} where {column} = $1");
        let count = sqlx::query_scalar(AssertSqlSafe(sql)).bind(contact).fetch_one(pool).await.unwrap();
        rows.push((table, count));
    }
    rows
}

#[tokio::test]
async fn a_deletion_is_acknowledged_once() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    let acknowledged = json!({"status": "success", "message": "deleting contact", "data": null});
    assert_eq!(app.writer().delete(&path).await.expect(200), acknowledged);
    app.writer().delete(&path).await.expect_error(404, "not_found");
    app.reader().get(&path).await.expect_error(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn nothing_of_a_deleted_contact_stays_but_its_company_and_tags() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "email", "is_unique").await;
    let setup = FieldSetup { is_unique: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_code", "text", setup).await;
    let contact = full_contact(&app).await;
    app.writer().patch(&factory::path(&contact), json!({"customFields": {"cf_code": "7"}})).await.expect(200);
    let twin = json!({"company": "K-Link", "tags": ["platinum"], "notes": "stays"});
    let twin = factory::contact(&app.writer(), twin).await;
    let pool = app.pool().await;
    let before = rows_of(&pool, id(&contact)).await;
    assert!(before.len() >= 8 && before.iter().all(|(_, count)| *count > 0), "{before:?}");
    app.writer().delete(&factory::path(&contact)).await.expect(200);
    let after = rows_of(&pool, id(&contact)).await;
    assert!(after.iter().all(|(_, count)| *count == 0), "{after:?}");
    let companies: Vec<String> =
        sqlx::query_scalar("select name from companies").fetch_all(&pool).await.unwrap();
    assert_eq!(companies, ["K-Link"]);
    let mut tags = texts(&app.reader().get("/api/v1/tags").await.expect(200)["data"], "name");
    tags.sort();
    assert_eq!(tags, ["platinum", "Łódź"]);
    assert_eq!(factory::read(&app.reader(), &twin).await, twin);
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn the_total_follows() {
    let app = TestApp::new().await;
    let mut contacts = Vec::new();
    for name in ["a", "b", "c"] {
        contacts.push(factory::contact(&app.writer(), json!({"name": name})).await);
    }
    app.writer().delete(&factory::path(&contacts[1])).await.expect(200);
    let page = list(&app.reader(), "").await;
    assert_eq!(
        (&page["total"], texts(&page["data"], "name")),
        (&json!(2), vec!["c".to_owned(), "a".to_owned()])
    );
    let found = list(&app.reader(), "keyword=frank").await;
    assert_eq!((&found["total"], found["data"].as_array().unwrap().len()), (&json!(2), 2));
    app.finish().await;
}

#[tokio::test]
async fn of_deletions_at_once_one_succeeds() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = factory::contact(&writer, json!({"tags": ["a"]})).await;
    factory::contact(&writer, json!({})).await;
    let path = factory::path(&contact);
    let answers = join_all((0..5).map(|_| writer.delete(&path))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404, 404, 404, 404]);
    assert_eq!(list(&app.reader(), "").await["total"], 1);
    app.finish().await;
}

#[tokio::test]
async fn another_tenants_contact_stays() {
    let app = TestApp::new().await;
    let theirs = factory::contact(&app.stranger(), json!({})).await;
    app.admin().delete(&factory::path(&theirs)).await.expect_error(404, "not_found");
    assert_eq!(factory::read(&app.stranger(), &theirs).await, theirs);
    assert_eq!(list(&app.stranger(), "").await["total"], 1);
    app.finish().await;
}
