//! Creating, listing and reading.

use axum::http::Method;
use serde_json::{Value, json};

use super::{COMPANIES, NOBODY, path};
use crate::support::{TestApp, factory};

fn column<'a>(listing: &'a Value, key: &str) -> Vec<&'a Value> {
    listing["data"].as_array().unwrap().iter().map(|company| &company[key]).collect()
}

#[tokio::test]
async fn a_new_company_is_answered_with_its_path_and_can_be_read_and_used() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let body =
        json!({"name": "K-Link", "phone": "+95 1 234 567", "address": "Yangon", "industry": "Telecoms"});
    let answer = admin.post(COMPANIES, body.clone()).await;
    let made = answer.expect(201);
    assert_eq!((&made["status"], &made["message"]), (&json!("success"), &json!("creating company")));
    let company = &made["data"];
    assert_eq!(answer.header("location"), Some(path(company).as_str()));
    for (key, value) in body.as_object().unwrap() {
        assert_eq!(company[key], *value, "{key}");
    }
    assert_eq!((&company["contacts"], &company["createdAt"]), (&json!(0), &company["updatedAt"]));
    assert_eq!(company.as_object().unwrap().len(), 8);
    assert_eq!(app.reader().get(&path(company)).await.expect(200)["data"], *company);

    let contact = factory::contact(&app.writer(), json!({"company": "k-link"})).await;
    let mut shown = body.clone();
    shown["id"] = company["id"].clone();
    assert_eq!(contact["company"], shown);

    let by_form = admin.form(Method::POST, COMPANIES, "name=Other&phone=&industry=Trade").await.expect(201);
    let data = &by_form["data"];
    assert_eq!(
        (&data["phone"], &data["address"], &data["industry"]),
        (&Value::Null, &Value::Null, &json!("Trade"))
    );
    app.finish().await;
}

#[tokio::test]
async fn a_name_is_unique_without_regard_to_case() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let contact = factory::contact(&admin, json!({"company": "K-Link"})).await;
    let answer = admin.post(COMPANIES, json!({"name": "K-LINK"})).await;
    assert_eq!(answer.expect_error(409, "conflict"), [("name".into(), "taken".into())]);
    assert_eq!(answer.json()["error"]["details"][0]["conflictingId"], contact["company"]["id"]);
    app.finish().await;
}

#[tokio::test]
async fn all_that_is_wrong_with_a_company_is_said_at_once() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let wrong = json!({"phone": "1", "address": "x".repeat(1_001), "industry": "x".repeat(256), "size": 3});
    let problems = ["phone:too_short", "address:too_long", "industry:too_long", "size:unknown_field"];
    let of_new = admin.post(COMPANIES, wrong.clone()).await.expect_invalid();
    assert_eq!(of_new, [&["name:required"][..], &problems].concat());
    let company = factory::company(&admin, "K-Link").await;
    assert_eq!(admin.patch(&path(&company), wrong).await.expect_invalid(), problems);
    let wrong = json!({"name": null, "phone": 5, "address": [], "industry": "a\0"});
    assert_eq!(
        admin.patch(&path(&company), wrong).await.expect_invalid(),
        ["name:required", "phone:wrong_type", "address:wrong_type", "industry:contains_nul"]
    );
    assert_eq!(admin.get(&path(&company)).await.expect(200)["data"], company);
    app.finish().await;
}

#[tokio::test]
async fn companies_are_listed_by_name_searched_and_counted() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for name in ["Zürich Re", "apple", "K-Link", "Golden Land"] {
        factory::company(&admin, name).await;
    }
    for name in ["k-link", "K-Link", "Apple"] {
        factory::contact(&admin, json!({"company": name})).await;
    }
    let all = admin.get(COMPANIES).await.expect(200);
    assert_eq!(column(&all, "name"), ["apple", "Golden Land", "K-Link", "Zürich Re"]);
    assert_eq!(column(&all, "contacts"), [1, 0, 2, 0]);
    let second = admin.get(&format!("{COMPANIES}?page=2&pageSize=3")).await.expect(200);
    assert_eq!((column(&second, "name"), &second["total"]), (vec![&json!("Zürich Re")], &json!(4)));
    for (keyword, found) in [
        ("ZURI", &["Zürich Re"][..]),
        ("l", &["apple", "Golden Land", "K-Link"]),
        ("land%20gold", &["Golden Land"]),
    ] {
        let listing = admin.get(&format!("{COMPANIES}?keyword={keyword}")).await.expect(200);
        assert_eq!(column(&listing, "name"), found, "{keyword}");
        assert_eq!(listing["total"], found.len());
    }
    app.finish().await;
}

#[tokio::test]
async fn the_contacts_of_a_company_are_paged_as_contacts_are() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let company = factory::company(&admin, "K-Link").await;
    let mut names = Vec::new();
    for number in 0..5 {
        let name = format!("user {number}");
        factory::contact(&admin, json!({"username": name, "company": "K-Link"})).await;
        names.push(name);
    }
    factory::contact(&admin, json!({"username": "elsewhere", "company": "Other"})).await;
    let contacts = format!("{}/contacts", path(&company));
    let users = |listing: &Value| {
        let name = |contact: &Value| contact["username"].as_str().unwrap().to_owned();
        listing["data"].as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    let newest = app.reader().get(&format!("{contacts}?pageSize=2")).await.expect(200);
    assert_eq!(users(&newest), ["user 4", "user 3"]);
    assert_eq!((&newest["total"], &newest["lastPage"]), (&json!(5), &json!(3)));
    assert_eq!(newest["data"][0]["company"]["id"], company["id"]);
    let cursor = newest["nextCursor"].as_str().unwrap();
    let next = admin.get(&format!("{contacts}?pageSize=2&cursor={cursor}")).await.expect(200);
    assert_eq!(users(&next), ["user 2", "user 1"]);
    let sorted = admin.get(&format!("{contacts}?sort=name&count=none")).await.expect(200);
    assert_eq!((users(&sorted), &sorted["total"]), (names, &Value::Null));
    // A cursor belongs to its company.
    let other = factory::company(&admin, "Empty").await;
    let wrong = admin.get(&format!("{}/contacts?pageSize=2&cursor={cursor}", path(&other))).await;
    assert_eq!(wrong.expect_invalid(), ["cursor:invalid_cursor"]);
    assert_eq!(admin.get(&format!("{}/contacts", path(&other))).await.expect(200)["total"], 0);
    admin.get(&format!("{COMPANIES}/{NOBODY}/contacts")).await.expect_error(404, "not_found");
    admin.get(&format!("{COMPANIES}/x/contacts")).await.expect_error(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn what_there_is_not_is_not_found() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for id in [NOBODY, "x"] {
        admin.get(&format!("{COMPANIES}/{id}")).await.expect_error(404, "not_found");
        admin.patch(&format!("{COMPANIES}/{id}"), json!({"name": "x"})).await.expect_error(404, "not_found");
        admin.delete(&format!("{COMPANIES}/{id}?detach=true")).await.expect_error(404, "not_found");
        admin
            .post(&format!("{COMPANIES}/{id}/merge"), json!({"into": NOBODY}))
            .await
            .expect_error(404, "not_found");
    }
    app.finish().await;
}
