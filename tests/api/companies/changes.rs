//! Changing, deleting and merging, with few contacts: at once.

use axum::http::Method;
use serde_json::{Value, json};

use super::{COMPANIES, NOBODY, path};
use crate::support::{Client, TestApp, factory};

/// How many contacts a listing finds.
async fn total(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/v1/contacts?{query}")).await.expect(200)["total"].take()
}

#[tokio::test]
async fn a_new_name_shows_and_is_found_at_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"company": "K-Link"})).await;
    let company = &contact["company"];
    let answer = admin.patch(&path(company), json!({"name": "Golden Land"})).await.expect(200);
    assert_eq!((&answer["message"], &answer["data"]["contacts"]), (&json!("updating company"), &json!(1)));
    assert_eq!(admin.get(&path(company)).await.expect(200)["data"], answer["data"]);
    let after = factory::read(&admin, &contact).await;
    assert_eq!(after["company"]["name"], "Golden Land");
    assert_eq!(after["updatedAt"], contact["updatedAt"]);
    for (query, found) in
        [("keyword=golden", 1), ("keyword=k-link", 0), ("company=GOLDEN%20land", 1), ("company=K-Link", 0)]
    {
        assert_eq!(total(&admin, query).await, found, "{query}");
    }
    // What was read before may be written back: its id counts.
    let body = json!({"company": contact["company"], "specific_update_fields": []});
    admin.put(&factory::path(&contact), body).await.expect(200);
    assert_eq!(factory::read(&admin, &contact).await["company"]["name"], "Golden Land");
    app.finish().await;
}

#[tokio::test]
async fn phone_address_and_industry_show_in_the_contacts_and_null_clears_them() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"company": "K-Link"})).await;
    let company = &contact["company"];
    let fields = json!({"phone": "09 797", "address": "Yangon", "industry": "Telecoms"});
    admin.patch(&path(company), fields.clone()).await.expect(200);
    let mut shown = fields;
    shown["id"] = company["id"].clone();
    shown["name"] = json!("K-Link");
    assert_eq!(factory::read(&admin, &contact).await["company"], shown);
    assert_eq!(total(&admin, "keyword=k-link").await, 1);
    admin.form(Method::PATCH, &path(company), "phone=&industry=Trade").await.expect(200);
    admin.patch(&path(company), json!({"address": null})).await.expect(200);
    let after = factory::read(&admin, &contact).await["company"].take();
    assert_eq!((&after["phone"], &after["address"]), (&Value::Null, &Value::Null));
    assert_eq!(after["industry"], "Trade");
    app.finish().await;
}

#[tokio::test]
async fn a_patch_that_changes_nothing_changes_nothing() {
    let app = TestApp::new().await;
    let admin = app.admin();
    factory::contact(&admin, json!({"company": "K-Link"})).await;
    let company = admin.get(COMPANIES).await.expect(200)["data"][0].take();
    for body in [json!({}), json!({"name": "K-Link", "phone": null}), company.clone()] {
        assert_eq!(admin.patch(&path(&company), body.clone()).await.expect(200)["data"], company, "{body}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_another_company_has_is_refused_but_its_own_may_be_written_otherwise() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (one, other) = (factory::company(&admin, "one").await, factory::company(&admin, "other").await);
    let answer = admin.patch(&path(&other), json!({"name": "ONE", "phone": "123"})).await;
    assert_eq!(answer.expect_error(409, "conflict"), [("name".into(), "taken".into())]);
    assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], one["id"]);
    assert_eq!(admin.get(&path(&other)).await.expect(200)["data"], other);
    assert_eq!(admin.patch(&path(&one), json!({"name": "One"})).await.expect(200)["data"]["name"], "One");
    app.finish().await;
}

#[tokio::test]
async fn a_company_is_deleted_when_unused_or_with_detach() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let unused = factory::company(&admin, "unused").await;
    let answer = admin.delete(&path(&unused)).await.expect(200);
    assert_eq!(answer, json!({"status": "success", "message": "deleting company", "data": null}));
    admin.get(&path(&unused)).await.expect_error(404, "not_found");

    let contact = factory::contact(&admin, json!({"company": "K-Link"})).await;
    factory::contact(&admin, json!({"company": "K-Link"})).await;
    let company = &contact["company"];
    for query in ["", "?detach=false", "?detach="] {
        let answer = admin.delete(&format!("{}{query}", path(company))).await;
        assert_eq!(answer.expect_error(409, "conflict"), [("detach".into(), "in_use".into())]);
        assert!(answer.json()["message"].as_str().unwrap().starts_with("2 contacts"), "{}", answer.text());
    }
    let wrong = admin.delete(&format!("{}?detach=yes", path(company))).await;
    assert_eq!(wrong.expect_invalid(), ["detach:wrong_type"]);
    let twice = admin.delete(&format!("{}?detach=true&detach=true", path(company))).await;
    assert_eq!(twice.expect_invalid(), ["detach:repeated"]);

    admin.delete(&format!("{}?detach=true", path(company))).await.expect(200);
    assert_eq!(factory::read(&admin, &contact).await["company"], Value::Null);
    for query in ["keyword=k-link", "has=company", &format!("company={}", factory::id(company))] {
        assert_eq!(total(&admin, query).await, 0, "{query}");
    }
    assert_eq!(admin.get(COMPANIES).await.expect(200)["total"], 0);
    assert_ne!(factory::company(&admin, "K-Link").await["id"], company["id"]);
    let pool = app.pool().await;
    let left: i64 = sqlx::query_scalar("select count(*) from companies where retired_at is not null")
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    assert_eq!(left, 0);
    app.finish().await;
}

#[tokio::test]
async fn merged_companies_are_one_and_old_ids_lead_there() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"company": "K Link"})).await;
    factory::contact(&admin, json!({"company": "Klinkers"})).await;
    let (from, into) = (
        &contact["company"],
        admin.get(&format!("{COMPANIES}?keyword=klinkers")).await.expect(200)["data"][0].take(),
    );
    let merge = format!("{}/merge", path(from));
    for (body, problem) in [
        (json!({}), "into:required"),
        (json!({"into": "x"}), "into:invalid_format"),
        (json!({"into": NOBODY}), "into:unknown_company"),
        (json!({"into": from["id"]}), "into:itself"),
    ] {
        assert_eq!(admin.post(&merge, body.clone()).await.expect_invalid(), [problem], "{body}");
    }
    let answer = admin.post(&merge, json!({"into": into["id"]})).await.expect(200);
    assert_eq!((&answer["message"], &answer["data"]["contacts"]), (&json!("merging companies"), &json!(2)));
    assert_eq!(admin.get(&path(&into)).await.expect(200)["data"], answer["data"]);
    assert_eq!(factory::read(&admin, &contact).await["company"]["name"], "Klinkers");
    for (query, found) in [
        ("keyword=klinkers", 2),
        ("keyword=link%20k%20k", 2),
        ("company=klinkers", 2),
        ("company=K%20Link", 0),
    ] {
        assert_eq!(total(&admin, query).await, found, "{query}");
    }
    admin.get(&path(from)).await.expect_error(404, "not_found");
    admin.get(&format!("{}/contacts", path(from))).await.expect_error(404, "not_found");
    // What was read before is written back, and a second merge is followed.
    let end = factory::company(&admin, "End").await;
    admin.post(&format!("{}/merge", path(&into)), json!({"into": end["id"]})).await.expect(200);
    admin.patch(&factory::path(&contact), json!({"company": contact["company"]})).await.expect(200);
    assert_eq!(factory::read(&admin, &contact).await["company"]["name"], "End");
    assert_eq!(total(&admin, "keyword=end").await, 2);
    app.finish().await;
}

#[tokio::test]
async fn a_merge_is_carried_out_once_for_a_key() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let (from, into) = (factory::company(&admin, "from").await, factory::company(&admin, "into").await);
    let headers = [("content-type", "application/json"), ("idempotency-key", "merge")];
    let merge = format!("{}/merge", path(&from));
    let body = json!({"into": into["id"]}).to_string();
    let first = admin.send(Method::POST, &merge, &headers, body.clone()).await.expect(200);
    assert_eq!(admin.send(Method::POST, &merge, &headers, body.clone()).await.expect(200), first);
    admin.send(Method::POST, &merge, &headers[..1], body).await.expect_error(404, "not_found");
    app.finish().await;
}
