//! `PUT` and `PATCH /api/v1/contacts/{id}`

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{NOON, admin_at, changes, clock, full_contact, groups};
use crate::support::{Setup, TestApp, factory};

const LATER: &str = "2026-01-08T12:10:00.000001Z";

#[tokio::test]
async fn an_update_is_acknowledged() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    let acknowledged = json!({"status": "success", "message": "updating contact", "data": null});
    let body = json!({"name": "UncleFrank", "specific_update_fields": []});
    assert_eq!(app.writer().put(&path, body).await.expect(200), acknowledged);
    assert_eq!(app.writer().patch(&path, json!({"name": "Frank"})).await.expect(200), acknowledged);
    assert_eq!(app.writer().patch(&path, json!({})).await.expect(200), acknowledged);
    app.finish().await;
}

#[tokio::test]
async fn put_needs_to_know_which_fields_to_update() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    for body in [json!({"name": "x"}), json!({})] {
        assert_eq!(app.writer().put(&path, body).await.expect_invalid(), ["specific_update_fields:required"]);
    }
    for (selection, expected) in [
        (json!("name"), vec!["specific_update_fields:wrong_type"]),
        (json!({"name": true}), vec!["specific_update_fields:wrong_type"]),
        (json!(["name", 1]), vec!["specific_update_fields[1]:wrong_type"]),
        (json!(["name", "nickname"]), vec!["specific_update_fields[1]:unknown_field"]),
        (json!(["notes", "name"]), vec!["specific_update_fields[0]:missing"]),
        (
            json!(["nickname", "notes", "name"]),
            vec!["specific_update_fields[0]:unknown_field", "specific_update_fields[1]:missing"],
        ),
        (json!(["specific_update_fields"]), vec!["specific_update_fields[0]:unknown_field"]),
    ] {
        let body = json!({"name": "x", "specific_update_fields": selection});
        assert_eq!(app.writer().put(&path, body.clone()).await.expect_invalid(), expected);
        assert_eq!(app.writer().patch(&path, body).await.expect_invalid(), expected);
    }
    assert_eq!(factory::read(&app.reader(), &contact).await, contact);
    app.finish().await;
}

#[tokio::test]
async fn only_the_fields_that_are_named_change() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = full_contact(&app).await;
    let path = factory::path(&contact);
    let mut expected = contact.clone();
    let everything = |selection: Value, n: u8| {
        let name = format!("name {n}");
        json!({"name": name, "notes": name, "email": [], "tags": [name], "specific_update_fields": selection})
    };
    app.writer().put(&path, everything(json!(["name"]), 1)).await.expect(200);
    expected["name"] = json!("name 1");
    assert_eq!(factory::read(&app.reader(), &contact).await, expected);
    app.writer().patch(&path, everything(json!(["notes", "email", "notes"]), 2)).await.expect(200);
    expected["notes"] = json!("name 2");
    expected["email"] = json!([]);
    assert_eq!(factory::read(&app.reader(), &contact).await, expected);
    app.writer().put(&path, everything(json!([]), 3)).await.expect(200);
    let read = factory::read(&app.reader(), &contact).await;
    assert_eq!((&read["name"], &read["notes"]), (&json!("name 3"), &json!("name 3")));
    assert_eq!(
        (super::texts(&read["tags"], "name"), &read["phone"]),
        (vec!["name 3".to_owned()], &contact["phone"])
    );
    app.finish().await;
}

#[tokio::test]
async fn a_field_that_is_not_named_is_not_validated_but_must_be_known() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    let body = json!({
        "name": "Frank", "email": "nonsense", "channel": "pigeon", "customFields": {"cf_unknown": 1},
        "specific_update_fields": ["name"],
    });
    app.writer().put(&path, body.clone()).await.expect(200);
    app.writer().patch(&path, body).await.expect(200);
    let body = json!({"name": "x", "nickname": "y", "specific_update_fields": ["name"]});
    assert_eq!(app.writer().put(&path, body.clone()).await.expect_invalid(), ["nickname:unknown_field"]);
    assert_eq!(app.writer().patch(&path, body).await.expect_invalid(), ["nickname:unknown_field"]);
    assert_eq!(factory::read(&app.reader(), &contact).await["name"], "Frank");
    app.finish().await;
}

#[tokio::test]
async fn the_picture_is_updated_under_either_name() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"avatar_url": "https://example.com/0"})).await;
    let path = factory::path(&contact);
    let (a, b) = ("https://example.com/a", "https://example.com/b");
    for (body, expected) in [
        (json!({"avatar_url": a}), json!(a)),
        (json!({"socialProfileUrl": b}), json!(b)),
        (json!({"avatar_url": a, "socialProfileUrl": b, "specific_update_fields": ["avatar_url"]}), json!(a)),
        (
            json!({"avatar_url": a, "socialProfileUrl": b, "specific_update_fields": ["socialProfileUrl"]}),
            json!(b),
        ),
        (json!({"avatar_url": null}), json!(null)),
        (json!({"avatar_url": a, "socialProfileUrl": a}), json!(a)),
        (json!({"socialProfileUrl": null}), json!(null)),
    ] {
        app.writer().patch(&path, body).await.expect(200);
        let read = factory::read(&app.reader(), &contact).await;
        assert_eq!((&read["avatar_url"], &read["socialProfileUrl"]), (&expected, &expected));
    }
    let body = json!({"avatar_url": a, "socialProfileUrl": b});
    assert_eq!(app.writer().patch(&path, body).await.expect_invalid(), ["socialProfileUrl:contradiction"]);
    app.finish().await;
}

#[tokio::test]
async fn each_field_is_replaced_whole_and_no_other_changes() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = full_contact(&app).await;
    let path = factory::path(&contact);
    let groups = groups(&app).await;
    let acme = factory::contact(&app.writer(), json!({"company": "Acme"})).await["company"].take();
    let mut expected = contact.clone();
    for (field, value) in [
        ("company", acme),
        ("username", json!("francis")),
        ("name", json!("Francis")),
        ("address", json!("Elsewhere")),
        ("channel", json!("viber")),
        ("notes", json!("x")),
        ("email", json!([{"email": "new@example.com", "isPrimary": false}])),
        (
            "phone",
            json!([{"phone": "09 797877765", "isPrimary": false}, {"phone": "1234", "isPrimary": true}]),
        ),
        ("contact_groups", json!([groups[3]])),
        (
            "platformContacts",
            json!([
                {"channel": "line", "socialPlatformId": "L9"},
                {"channel": "viber", "socialPlatformId": "U1234"},
            ]),
        ),
        ("tags", json!([contact["tags"][1]])),
        ("tags", json!([contact["tags"][1], contact["tags"][0]])),
        ("company", json!(null)),
    ] {
        app.writer().patch(&path, json!({field: value})).await.expect(200);
        expected[field] = value;
        assert_eq!(factory::read(&app.reader(), &contact).await, expected);
    }
    app.finish().await;
}

#[tokio::test]
async fn null_clears_what_may_be_empty() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = full_contact(&app).await;
    let path = factory::path(&contact);
    for name in ["name", "username"] {
        assert_eq!(
            app.writer().patch(&path, json!({name: null})).await.expect_invalid(),
            [format!("{name}:required")]
        );
    }
    let mut expected = contact.clone();
    for field in ["address", "channel", "notes", "company"] {
        app.writer().patch(&path, json!({field: null})).await.expect(200);
        expected[field] = json!(null);
        assert_eq!(factory::read(&app.reader(), &contact).await, expected);
    }
    for field in ["tags", "email", "phone", "contact_groups", "platformContacts"] {
        app.writer().patch(&path, json!({field: null})).await.expect(200);
        expected[field] = json!([]);
        assert_eq!(factory::read(&app.reader(), &contact).await, expected);
    }
    app.finish().await;
}

#[tokio::test]
async fn updated_at_moves_only_when_something_changes_and_created_at_never() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = full_contact(&app).await;
    let path = factory::path(&contact);
    let later = admin_at(&app, LATER);
    let before = changes(&app).await;
    for unchanged in [
        json!({"name": contact["name"], "notes": contact["notes"]}),
        json!({"channel": "PHONE", "company": "k-link", "tags": ["PLATINUM", "łódź"]}),
        json!({"email": contact["email"], "contact_groups": contact["contact_groups"]}),
        json!({"customFields": {"cf_size": 12.50, "cf_colours": ["blue", "red"]}}),
        json!({"id": super::NOBODY, "createdAt": null, "updatedAt": "x"}),
        json!({"id": super::NOBODY, "specific_update_fields": ["id"]}),
        json!({}),
    ] {
        later.patch(&path, unchanged).await.expect(200);
        assert_eq!(factory::read(&app.reader(), &contact).await, contact);
    }
    assert_eq!(changes(&app).await, before);
    let mut expected = contact.clone();
    expected["updatedAt"] = json!(LATER);
    expected["notes"] = json!("changed");
    later.patch(&path, json!({"notes": "changed"})).await.expect(200);
    assert_eq!(factory::read(&app.reader(), &contact).await, expected);
    assert_eq!(changes(&app).await, before + 1);
    app.finish().await;
}

#[tokio::test]
async fn an_update_that_is_refused_changes_nothing() {
    let app = TestApp::new().await;
    let contact = full_contact(&app).await;
    let before = changes(&app).await;
    let body = json!({
        "name": "new", "company": "New", "tags": ["new"],
        "email": [{"email": "x"}], "phone": [{"phone": "1"}], "channel": "pigeon", "nickname": "x",
        "customFields": {"cf_size": "big", "cf_unknown": 1},
    });
    let mut details = app.writer().patch(&factory::path(&contact), body).await.expect_invalid();
    details.sort();
    let expected = [
        "channel:unknown_channel",
        "customFields.cf_size:wrong_type",
        "customFields.cf_unknown:unknown_field",
        "email[0].email:invalid_format",
        "nickname:unknown_field",
        "phone[0].phone:too_short",
    ];
    assert_eq!(details, expected);
    assert_eq!(factory::read(&app.reader(), &contact).await, contact);
    assert_eq!(changes(&app).await, before);
    assert_eq!(app.reader().get("/api/v1/tags").await.expect(200)["total"], 2);
    app.finish().await;
}

#[tokio::test]
async fn updates_at_once_of_different_fields_all_survive() {
    let app = TestApp::new().await;
    let contact = full_contact(&app).await;
    let (writer, path) = (app.writer(), factory::path(&contact));
    let bodies = [
        json!({"name": "new"}),
        json!({"notes": "new"}),
        json!({"address": null}),
        json!({"tags": ["new"]}),
        json!({"email": [{"email": "new@example.com", "isPrimary": false}]}),
        json!({"customFields": {"cf_size": 1}}),
        json!({"customFields": {"cf_sector": "new"}}),
        json!({"platformContacts": []}),
    ];
    for answer in join_all(bodies.into_iter().map(|body| writer.patch(&path, body))).await {
        answer.expect(200);
    }
    let read = factory::read(&app.reader(), &contact).await;
    assert_eq!(
        (&read["name"], &read["notes"], &read["address"]),
        (&json!("new"), &json!("new"), &json!(null))
    );
    assert_eq!(
        (&read["tags"][0]["name"], &read["email"][0]["email"]),
        (&json!("new"), &json!("new@example.com"))
    );
    assert_eq!(read["customFields"][0]["value"], "new");
    assert_eq!((&read["customFields"][1]["value"], &read["platformContacts"]), (&json!(1), &json!([])));
    assert_eq!((&read["phone"], &read["company"]), (&contact["phone"], &contact["company"]));
    app.finish().await;
}

#[tokio::test]
async fn a_contact_that_is_updated_and_deleted_at_once_is_gone() {
    let app = TestApp::new().await;
    let writer = app.writer();
    for n in 0..4 {
        let contact = factory::contact(&writer, json!({"tags": ["a"]})).await;
        let path = factory::path(&contact);
        let change = json!({"notes": format!("{n}"), "tags": ["b"], "phone": [{"phone": "09797877765"}]});
        let (updated, deleted) = tokio::join!(writer.patch(&path, change), writer.delete(&path));
        deleted.expect(200);
        assert!([200, 404].contains(&updated.status.as_u16()), "{}", updated.text());
        app.reader().get(&path).await.expect_error(404, "not_found");
    }
    app.finish().await;
}
