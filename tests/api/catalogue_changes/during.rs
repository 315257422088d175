//! Between the answer and the end of a job: a contact shows what was before or what is now, in all that it shows.

use axum::http::Method;
use contacts::{contacts::rebuild, tenants};
use serde_json::{Value, json};

use super::{MANY, carried_out, company_path, tag_path, total};
use crate::support::{TestApp, factory, run_jobs};

#[tokio::test]
async fn a_contact_that_is_written_meanwhile_is_all_new() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (old, kept) = (factory::tag(&admin, "old").await, factory::tag(&admin, "kept").await);
    let company = factory::company(&admin, "K-Link").await;
    factory::many(&app, MANY, &[factory::id(&kept), factory::id(&old)], Some(factory::id(&company))).await;
    let merge =
        admin.post(&format!("{}/merge", tag_path(&old)), json!({"into": kept["id"]})).await.expect(202);
    let rename = admin.patch(&company_path(&company), json!({"name": "Golden Land"})).await.expect(202);

    let listing = admin.get("/api/v1/contacts?pageSize=1").await.expect(200);
    let contact = &listing["data"][0];
    assert_eq!((&contact["company"]["name"], &contact["tags"][1]["name"]), (&json!("K-Link"), &json!("old")));
    assert_eq!((total(&admin, "keyword=golden").await, total(&admin, "keyword=k-link").await), (0, 1_001));

    // Only the notes are changed, and all that the jobs have to do to it is done.
    admin.patch(&factory::path(contact), json!({"notes": "x"})).await.expect(200);
    let written = factory::read(&admin, contact).await;
    assert_eq!(written["company"]["name"], "Golden Land");
    assert_eq!(written["tags"], json!([{"id": kept["id"], "name": "kept"}]));
    let found = admin.get("/api/v1/contacts?keyword=golden").await.expect(200);
    assert_eq!(found["data"], json!([written]));
    assert_eq!(total(&admin, "keyword=k-link").await, 1_000);
    let pool = app.pool().await;
    let rows: i64 = sqlx::query_scalar("select count(*) from contact_tags where contact_id = $1::uuid")
        .bind(uuid::Uuid::try_parse(factory::id(contact)).unwrap())
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    assert_eq!(rows, 1);
    assert_eq!(app.differences().await.len(), 1_000, "the others wait for the jobs");

    run_jobs(&app.state).await.unwrap();
    assert_eq!(carried_out(&app, &merge).await["total"], 1_001);
    carried_out(&app, &rename).await;
    assert_eq!(factory::read(&admin, contact).await, written);
    app.finish().await;
}

#[tokio::test]
async fn what_was_read_before_the_job_reached_it_may_be_written_back() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let tag = factory::tag(&admin, "vip").await;
    let company = factory::company(&admin, "K-Link").await;
    factory::many(&app, MANY, &[factory::id(&tag)], Some(factory::id(&company))).await;
    let contacts = admin.get("/api/v1/contacts?pageSize=4").await.expect(200)["data"].take();
    admin.patch(&tag_path(&tag), json!({"name": "gold"})).await.expect(202);
    admin.delete(&format!("{}?detach=true", company_path(&company))).await.expect(202);

    // By the entity tag of what was read, which is still what reads answer.
    let read = admin.get(&factory::path(&contacts[0])).await;
    let etag = read.header("etag").unwrap().to_owned();
    let headers = [("content-type", "application/json"), ("if-match", etag.as_str())];
    let body = json!({"notes": "x"}).to_string();
    let path = factory::path(&contacts[0]);
    admin.send(Method::PATCH, &path, &headers, body.clone()).await.expect(200);
    admin.send(Method::PATCH, &path, &headers, body).await.expect_error(412, "precondition_failed");

    let mut body = contacts[1].clone();
    body["specific_update_fields"] = json!([]);
    // Its company is gone for good; the tag is known by its id.
    let refused = admin.put(&factory::path(&contacts[1]), body.clone()).await.expect_invalid();
    assert_eq!(refused, ["company.id:unknown_company"]);
    body["specific_update_fields"] = json!(["tags", "notes"]);
    admin.put(&factory::path(&contacts[1]), body).await.expect(200);
    admin.delete(&factory::path(&contacts[2])).await.expect(200);
    let new = factory::contact(&admin, json!({"tags": ["GOLD"]})).await;
    assert_eq!(new["tags"], json!([{"id": tag["id"], "name": "gold"}]));
    run_jobs(&app.state).await.unwrap();
    for contact in [&contacts[0], &contacts[1], &contacts[3]] {
        let after = factory::read(&admin, contact).await;
        assert_eq!((&after["tags"][0]["name"], &after["company"]), (&json!("gold"), &Value::Null));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_at_once_beside_a_job_leaves_no_contact_half_done() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let company = factory::company(&admin, "K-Link").await;
    factory::many(&app, MANY, &[], Some(factory::id(&company))).await;
    let contact = factory::contact(&admin, json!({"company": "K-Link", "tags": ["vip"]})).await;
    admin.patch(&company_path(&company), json!({"name": "Golden Land"})).await.expect(202);
    // It is rendered anew for its tag: then with its company, and found by it.
    admin.patch(&tag_path(&contact["tags"][0]), json!({"name": "gold"})).await.expect(200);
    let found = admin.get("/api/v1/contacts?keyword=golden").await.expect(200);
    assert_eq!((&found["total"], &found["data"][0]["id"]), (&json!(1), &contact["id"]));
    assert_eq!(found["data"][0]["tags"][0]["name"], "gold");
    run_jobs(&app.state).await.unwrap();
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_beside_a_job_see_each_contact_as_it_was_or_as_it_is() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let company = factory::company(&admin, "Alpha").await;
    factory::many(&app, 2_200, &[], Some(factory::id(&company))).await;
    admin.patch(&company_path(&company), json!({"name": "Beta"})).await.expect(202);
    let worker = tokio::spawn({
        let state = app.state.clone();
        async move { run_jobs(&state).await }
    });
    let mut looks = 0;
    while !worker.is_finished() || looks < 3 {
        looks += 1;
        for (keyword, name) in [("alpha", "Alpha"), ("beta", "Beta")] {
            let path = format!("/api/v1/contacts?keyword={keyword}&pageSize=100&page={}", 1 + looks % 20);
            let listing = admin.get(&path).await.expect(200);
            for contact in listing["data"].as_array().unwrap() {
                assert_eq!(contact["company"]["name"], name, "found by {keyword}");
            }
        }
    }
    worker.await.unwrap().unwrap();
    assert_eq!((total(&admin, "keyword=alpha").await, total(&admin, "keyword=beta").await), (0, 2_200));
    app.finish().await;
}

#[tokio::test]
async fn what_reindex_renders_meanwhile_is_all_new() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let options = json!([{"value": "gold"}, {"value": "silver"}]);
    let field =
        json!({"display_name": "Level", "system_name": "cf_level", "type": "select", "options": options});
    let field = admin.post("/api/v1/contacts/fields", field).await.expect(201)["data"].take();
    let fields = json!({"tags": ["vip"], "customFields": {"cf_level": "gold"}});
    let operation = json!({"action": "create", "contact": factory::body(fields)});
    for count in [1_000, 1] {
        let body = json!({"operations": vec![operation.clone(); count]});
        admin.post("/api/v1/contacts/bulk", body).await.expect(200);
    }
    let options = json!([{"value": "au", "previousValue": "gold"}, {"value": "silver"}]);
    let path = format!("/api/v1/contacts/fields/{}", factory::id(&field));
    admin.patch(&path, json!({"options": options})).await.expect(202);
    let tag = admin.get("/api/v1/tags").await.expect(200)["data"][0].take();
    admin.patch(&tag_path(&tag), json!({"name": "first class"})).await.expect(202);

    for (tenant, _) in tenants::all(&app.state.database).await.unwrap() {
        rebuild::reindex(&app.state.database, tenant, app.state.default_region, |_| {}).await.unwrap();
    }
    let found = admin.get("/api/v1/contacts?cf_level=au&pageSize=1").await.expect(200);
    assert_eq!(found["total"], 1_001);
    let contact = &found["data"][0];
    assert_eq!(
        (&contact["tags"][0]["name"], &contact["customFields"][0]["value"]),
        (&json!("first class"), &json!("au"))
    );
    assert_eq!(app.differences().await, Vec::<String>::new());
    run_jobs(&app.state).await.unwrap();
    app.finish().await;
}
