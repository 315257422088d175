//! The trash: what a deleted contact is gone from, and where it is then.

use axum::http::Method;
use serde_json::{Value, json};

use super::{CONTACTS, NOBODY, NOON, admin_at, clock, full_contact, groups, id, list, sql, texts};
use crate::support::{Client, Setup, TestApp, factory, factory::FieldSetup};

const TRASH: &str = "/api/v1/contacts/trash";

/// A listing's total and names.
async fn names(client: &Client, path: &str) -> (Value, Vec<String>) {
    let page = client.get(path).await.expect(200);
    (page["total"].clone(), texts(&page["data"], "name"))
}

#[tokio::test]
async fn a_deleted_contact_is_gone_from_every_read_listing_total_and_search() {
    let app = TestApp::new().await;
    let (writer, reader) = (app.writer(), app.reader());
    let contact = full_contact(&app).await;
    let group = groups(&app).await[1]["id"].as_str().unwrap().to_owned();
    let mut queries = vec![
        String::new(),
        "keyword=Frank".into(),
        "keyword=callister".into(),
        "keyword=k-link".into(),
        "keyword=example.org".into(),
        "keyword=800759".into(),
        "keyword=U1234".into(),
        "keyword=f".into(),
        "tag=platinum".into(),
        "company=K-Link".into(),
        "channel=phone".into(),
        format!("group={group}"),
        "email=f@example.org".into(),
        "phone=%2B959797877765".into(),
        "socialPlatformId=U1234".into(),
        "cf_sector=Finance".into(),
        "cf_vip=false".into(),
        "has=notes".into(),
        "has=customFields".into(),
        "createdAfter=2000-01-01".into(),
        "updatedAfter=2000-01-01".into(),
        "sort=name".into(),
        "sort=-updatedAt".into(),
        "tag=platinum&keyword=frank&count=estimated".into(),
    ];
    queries.extend((0..2).map(|number| format!("pageSize=1&page={}", number + 1)));
    let first = list(&reader, "").await;
    assert_eq!(first["total"], 1);
    for query in &queries[..24] {
        assert_eq!(list(&reader, query).await["total"], 1, "`{query}` finds it while it is there");
    }
    writer.delete(&factory::path(&contact)).await.expect(200);
    for query in &queries {
        let page = list(&reader, query).await;
        assert_eq!((&page["total"], &page["data"]), (&json!(0), &json!([])), "{query}");
    }
    let by_social_id = reader.get(&format!("{CONTACTS}/social-platforms/U1234")).await.expect(200);
    assert_eq!((&by_social_id["total"], &by_social_id["data"]), (&json!(0), &json!([])));

    let path = factory::path(&contact);
    for (method, path, body) in [
        (Method::GET, path.clone(), json!(null)),
        (Method::PUT, path.clone(), json!({"notes": "x", "specific_update_fields": []})),
        (Method::PATCH, path.clone(), json!({"notes": "x"})),
        (Method::PATCH, format!("{path}/tags"), json!({"actionType": "MERGE", "tags": ["x"]})),
        (Method::DELETE, path.clone(), json!(null)),
        (Method::DELETE, format!("{path}?permanent=false"), json!(null)),
    ] {
        writer.json(method, &path, body).await.expect_error(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_made_before_goes_on_without_the_deleted_contact() {
    let app = TestApp::new().await;
    let mut contacts = Vec::new();
    for name in ["a", "b", "c", "d"] {
        contacts.push(factory::contact(&app.writer(), json!({"name": name})).await);
    }
    let page = list(&app.reader(), "pageSize=1").await;
    app.writer().delete(&factory::path(&contacts[2])).await.expect(200);
    let next = page["nextCursor"].as_str().unwrap();
    let rest = list(&app.reader(), &format!("pageSize=10&cursor={next}")).await;
    assert_eq!((&rest["total"], texts(&rest["data"], "name")), (&json!(3), vec!["b".into(), "a".into()]));
    app.finish().await;
}

#[tokio::test]
async fn its_unique_values_are_free_for_others() {
    let app = TestApp::new().await;
    for field in ["username", "email", "phone"] {
        factory::set_default_field(&app, field, "is_unique").await;
    }
    let setup = FieldSetup { is_unique: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_code", "text", setup).await;
    let fields = json!({"email": [{"email": "f@example.com"}], "phone": [{"phone": "09797877765"}],
        "customFields": {"cf_code": "7"}});
    let contact = factory::contact(&app.writer(), fields.clone()).await;
    let body = factory::body(fields.clone());
    assert_eq!(app.writer().post(CONTACTS, body).await.expect_error(409, "conflict").len(), 4);
    app.writer().delete(&factory::path(&contact)).await.expect(200);
    factory::contact(&app.writer(), fields).await;
    app.finish().await;
}

#[tokio::test]
async fn the_trash_shows_contacts_as_they_were_the_last_deleted_first() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let full = full_contact(&app).await;
    let mut others = Vec::new();
    for name in ["a", "b", "c"] {
        others.push(factory::contact(&app.writer(), json!({"name": name})).await);
    }
    assert_eq!(names(&app.reader(), TRASH).await, (json!(0), vec![]));
    for (contact, minute) in [(&others[1], 10), (&full, 20), (&others[0], 30)] {
        let at = format!("2026-01-08T12:{minute}:00.000001Z");
        admin_at(&app, &at).delete(&factory::path(contact)).await.expect(200);
    }
    // The catalogue changes; what was deleted is shown as it was.
    sql(&app, "update tags set name = 'gold', name_key = 'gold' where tenant_id = $1 and name = 'platinum'")
        .await;
    let page = app.reader().get(TRASH).await.expect(200);
    assert_eq!((&page["total"], &page["page"], &page["lastPage"]), (&json!(3), &json!(1), &json!(1)));
    assert_eq!(texts(&page["data"], "name"), ["a", "Frank McCallister", "b"]);
    let mut expected = full.clone();
    expected["deletedAt"] = json!("2026-01-08T12:20:00.000001Z");
    expected["deletedBy"] = json!("tester");
    assert_eq!(page["data"][1], expected);

    let second = app.reader().get(&format!("{TRASH}?pageSize=1&page=2")).await.expect(200);
    assert_eq!((&second["lastPage"], &second["data"]), (&json!(3), &json!([expected])));
    assert_eq!(app.reader().get(&format!("{TRASH}?page=0")).await.expect_invalid(), ["page:out_of_range"]);

    let one = app.reader().get(&format!("{TRASH}/{}", id(&full))).await;
    assert_eq!(one.expect(200), json!({"status": "success", "message": "contact", "data": expected}));
    for id in [NOBODY, others[2]["id"].as_str().unwrap(), "42"] {
        app.reader().get(&format!("{TRASH}/{id}")).await.expect_error(404, "not_found");
    }
    assert_eq!(app.stranger().get(TRASH).await.expect(200)["total"], 0);
    app.stranger().get(&format!("{TRASH}/{}", id(&full))).await.expect_error(404, "not_found");
    sql(
        &app,
        "update tags set name = 'platinum', name_key = 'platinum' where tenant_id = $1 and name = 'gold'",
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn who_deleted_it_is_the_subject_of_the_token() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let mut claims = app.claims("acme", "contacts:write");
    claims.sub = "crm".into();
    app.with_claims(&claims).delete(&factory::path(&contact)).await.expect(200);
    assert_eq!(app.reader().get(TRASH).await.expect(200)["data"][0]["deletedBy"], "crm");
    app.finish().await;
}
