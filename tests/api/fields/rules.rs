//! Turning `is_required` and `is_unique` on and off.

use serde_json::{Value, json};

use super::{CONTACTS, contact, default, field, ids, offenders, path};
use crate::support::{Client, TestApp, factory};

async fn set(client: &Client, field: &Value, body: Value) -> crate::support::Answer {
    client.patch(&path(field), body).await
}

#[tokio::test]
async fn a_default_field_becomes_required_once_every_contact_has_a_value() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let group = admin.get("/api/v1/groups").await.expect(200)["data"][0]["id"].take();
    let full = factory::contact(
        &admin,
        json!({
            "address": "a", "notes": "n", "avatar_url": "https://example.com/a.jpg", "channel": "viber",
            "company": "K-Link", "tags": ["vip"], "contact_groups": [group],
            "email": [{"email": "a@example.com"}], "phone": [{"phone": "09797877765"}],
        }),
    )
    .await;
    let bare = factory::contact(&admin, json!({})).await;
    let fields =
        ["address", "notes", "avatar_url", "channel", "company", "tags", "contact_groups", "email", "phone"];
    for name in fields {
        let field = default(&admin, name).await;
        let answer = set(&admin, &field, json!({"is_required": true})).await;
        assert_eq!(offenders(&answer, "is_required", "required"), ids([&bare]), "{name}");
        assert_eq!(default(&admin, name).await, field, "{name}");
    }
    admin.delete(&factory::path(&bare)).await.expect(200);
    for name in fields {
        set(&admin, &default(&admin, name).await, json!({"is_required": true})).await.expect(200);
    }
    let mut missing = admin.post(CONTACTS, factory::body(json!({}))).await.expect_invalid();
    missing.sort();
    let mut expected = fields.map(|name| format!("{name}:required"));
    expected.sort();
    assert_eq!(missing, expected);
    for name in fields {
        set(&admin, &default(&admin, name).await, json!({"is_required": false})).await.expect(200);
    }
    factory::contact(&admin, json!({})).await;
    // Every contact has these.
    for name in ["name", "username"] {
        set(&admin, &default(&admin, name).await, json!({"is_required": true})).await.expect(200);
    }
    assert_eq!(factory::read(&admin, &full).await, full);
    app.finish().await;
}

#[tokio::test]
async fn a_custom_field_becomes_required_and_at_most_twenty_offenders_are_named() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = field(&admin, json!({"display_name": "Sector"})).await;
    let mut without = Vec::new();
    for number in 0..23 {
        without.push(factory::contact(&admin, json!({"username": format!("user {number}")})).await);
        contact(&admin, json!({"cf_sector": "x"})).await;
    }
    factory::contact(&app.stranger(), json!({})).await;
    let answer = set(&admin, &made, json!({"is_required": true})).await;
    assert_eq!(offenders(&answer, "is_required", "required"), ids(&without[..20]));
    for contact in &without {
        admin.patch(&factory::path(contact), json!({"customFields": {"cf_sector": "y"}})).await.expect(200);
    }
    let answer = set(&admin, &made, json!({"is_required": true})).await.expect(200);
    assert_eq!(answer["data"]["is_required"], true);
    let refused =
        admin.patch(&factory::path(&without[0]), json!({"customFields": {"cf_sector": null}})).await;
    assert_eq!(refused.expect_invalid(), ["customFields.cf_sector:required"]);
    app.finish().await;
}

#[tokio::test]
async fn every_default_field_that_can_be_unique_takes_the_values_that_contacts_have() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for (name, one, same, other) in [
        ("username", json!("Frank"), json!("FRANK "), json!("Bob")),
        ("name", json!("Frank"), json!("frank"), json!("Bob")),
        ("address", json!("1 Strand Road"), json!("1  strand road"), json!("2")),
        ("notes", json!("x".repeat(5_000)), json!("X".repeat(5_000)), json!("y")),
        ("avatar_url", json!("https://example.com/A"), json!("https://example.com/a"), json!("https://a.b")),
        (
            "email",
            json!([{"email": "a@b.cc"}, {"email": "Z@b.cc"}]),
            json!([{"email": "z@B.cc"}]),
            json!([{"email": "q@b.cc"}, {"email": "Q@b.cc"}]),
        ),
        (
            "phone",
            json!([{"phone": "09 797 877 765"}]),
            json!([{"phone": "+959797877765"}]),
            json!([{"phone": "123 4567"}]),
        ),
    ] {
        let field = default(&admin, name).await;
        let make = async |value: &Value| {
            let mut body = json!({"username": uuid::Uuid::now_v7().to_string()});
            body[name] = value.clone();
            admin.post(CONTACTS, factory::body(body)).await
        };
        let first = make(&one).await.expect(201);
        let second = make(&same).await.expect(201);
        let third = make(&other).await.expect(201);
        let answer = set(&admin, &field, json!({"is_unique": true})).await;
        assert_eq!(offenders(&answer, "is_unique", "taken"), ids([&first, &second]), "{name}");
        admin.delete(&factory::path(&second)).await.expect(200);
        set(&admin, &field, json!({"is_unique": true})).await.expect(200);
        for (value, holder) in [(&same, &first), (&other, &third)] {
            let taken = make(value).await;
            taken.expect_error(409, "conflict");
            assert_eq!(taken.json()["error"]["details"][0]["conflictingId"], holder["id"], "{name}");
        }
        assert_eq!(app.differences().await, Vec::<String>::new(), "{name}");
        // Off again: nothing is taken any more.
        set(&admin, &field, json!({"is_unique": false})).await.expect(200);
        let again = make(&same).await.expect(201);
        for contact in [first, third, again] {
            admin.delete(&factory::path(&contact)).await.expect(200);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_custom_field_of_any_type_becomes_unique_by_the_keys_of_its_values() {
    let app = TestApp::new().await;
    let admin = app.admin();
    for (field_type, one, same, other) in [
        ("text", json!("Straße"), json!("STRASSE"), json!("x")),
        ("number", json!(1.50), json!(15e-1), json!(2)),
        ("date", json!("2026-01-08"), json!("2026-01-08"), json!("2026-01-09")),
        ("checkbox", json!(true), json!(true), json!(false)),
        ("phone", json!("09 797 877 765"), json!("+959797877765"), json!("1234567")),
        ("select", json!("a"), json!("a"), json!("b")),
        ("multi_select", json!(["a", "b"]), json!(["b", "a"]), json!(["a"])),
    ] {
        let mut body = json!({"display_name": field_type, "type": field_type});
        if field_type.ends_with("select") {
            body["options"] = super::named(&["a", "b"]);
        }
        let made = field(&admin, body).await;
        let name = made["system_name"].as_str().unwrap();
        let first = contact(&admin, json!({name: one})).await;
        let second = contact(&admin, json!({name: same})).await;
        let third = contact(&admin, json!({name: other})).await;
        let answer = set(&admin, &made, json!({"is_unique": true})).await;
        assert_eq!(offenders(&answer, "is_unique", "taken"), ids([&first, &second]), "{field_type}");
        admin.patch(&factory::path(&first), json!({"customFields": {name: null}})).await.expect(200);
        set(&admin, &made, json!({"is_unique": true})).await.expect(200);
        for (value, holder) in [(&one, &second), (&other, &third)] {
            let taken = admin.post(CONTACTS, factory::body(json!({"customFields": {name: value}}))).await;
            let path = format!("customFields.{name}");
            assert_eq!(offenders(&taken, &path, "taken"), ids([holder]), "{field_type}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn at_most_twenty_contacts_that_share_values_are_named() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = field(&admin, json!({"display_name": "Sector"})).await;
    let mut all = Vec::new();
    for number in 0..26 {
        all.push(contact(&admin, json!({"cf_sector": (number / 2).to_string()})).await);
    }
    let answer = set(&admin, &made, json!({"is_unique": true})).await;
    let named = offenders(&answer, "is_unique", "taken");
    assert_eq!(named.len(), 20);
    let known = ids(&all);
    assert!(named.iter().all(|id| known.contains(id)));
    app.finish().await;
}

#[tokio::test]
async fn what_was_unique_before_and_changed_since_is_taken_as_it_is_now() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = field(&admin, json!({"display_name": "Sector", "is_unique": true})).await;
    let one = contact(&admin, json!({"cf_sector": "a"})).await;
    set(&admin, &made, json!({"is_unique": false})).await.expect(200);
    let two = contact(&admin, json!({"cf_sector": "a"})).await;
    admin.patch(&factory::path(&one), json!({"customFields": {"cf_sector": "b"}})).await.expect(200);
    set(&admin, &made, json!({"is_unique": true})).await.expect(200);
    let taken = admin.post(CONTACTS, factory::body(json!({"customFields": {"cf_sector": "A"}}))).await;
    assert_eq!(offenders(&taken, "customFields.cf_sector", "taken"), ids([&two]));
    app.finish().await;
}

#[tokio::test]
async fn what_is_deleted_does_not_leave_contacts_without_a_value_that_is_required() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let group = admin.post("/api/v1/groups", json!({"value": "only"})).await.expect(201)["data"].take();
    let both = factory::contact(&admin, json!({"tags": ["a", "b"], "company": "K-Link"})).await;
    let mut last = Vec::new();
    for number in 0..22 {
        let fields = json!({"username": format!("{number}"), "tags": ["a"], "company": "K-Link", "contact_groups": [group["id"]]});
        last.push(factory::contact(&admin, fields).await);
    }
    let tag = |name: &str| {
        both["tags"].as_array().unwrap().iter().find(|tag| tag["name"] == name).unwrap()["id"].clone()
    };
    let (a, b) = (tag("a"), tag("b"));
    let path = |of: &str, id: &Value| format!("/api/v1/{of}/{}", id.as_str().unwrap());
    let calls = [
        ("tags", path("tags", &a)),
        ("company", path("companies", &both["company"]["id"]) + "?detach=true"),
        ("contact_groups", path("groups", &group["id"])),
        ("contact_groups", path("contacts/groups", &group["id"])),
    ];
    for name in ["tags", "company", "contact_groups"] {
        // The groups that are default are of every contact.
        if name == "contact_groups" {
            let groups = admin.get("/api/v1/groups?pageSize=100").await.expect(200);
            let default = &groups["data"][0]["id"];
            admin
                .patch(&factory::path(&both), json!({"contact_groups": [group["id"], default]}))
                .await
                .expect(200);
        }
        let field = default(&admin, name).await;
        admin.patch(&super::path(&field), json!({"is_required": true})).await.expect(200);
    }
    for (field, call) in &calls {
        let refused = admin.delete(call).await;
        let named = offenders(&refused, field, "required");
        assert_eq!(named.len(), 20, "{call}");
        let everybody = ids(&last);
        assert!(named.iter().all(|id| everybody.contains(id) || *field == "company"), "{call}");
    }
    for contact in last.iter().chain([&both]) {
        let read = factory::read(&admin, contact).await;
        assert!(!read["tags"].as_array().unwrap().is_empty() && read["company"].is_object(), "{read}");
    }
    // What is not the last of any goes, and what was merged stands for what it was merged into.
    admin.delete(&path("tags", &b)).await.expect(200);
    let into = admin.post("/api/v1/tags", json!({"name": "c"})).await.expect(201)["data"]["id"].take();
    admin.post(&(path("tags", &a) + "/merge"), json!({"into": into})).await.expect(200);
    assert_eq!(offenders(&admin.delete(&path("tags", &into)).await, "tags", "required").len(), 20);
    // Where nobody has it, or nobody needs it, nothing is in the way.
    for name in ["tags", "company", "contact_groups"] {
        let field = default(&admin, name).await;
        admin.patch(&super::path(&field), json!({"is_required": false})).await.expect(200);
    }
    admin.delete(&path("tags", &into)).await.expect(200);
    for (_, call) in &calls[1..3] {
        admin.delete(call).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_deletion_that_a_job_would_carry_out_is_refused_as_well() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let [a, b] = [factory::tag(&admin, "a").await, factory::tag(&admin, "b").await];
    factory::many(&app, 1_001, &[factory::id(&a), factory::id(&b)], None).await;
    let one = factory::contact(&admin, json!({"tags": ["a"]})).await;
    let field = default(&admin, "tags").await;
    admin.patch(&super::path(&field), json!({"is_required": true})).await.expect(200);
    let refused = admin.delete(&format!("/api/v1/tags/{}", factory::id(&a))).await;
    assert_eq!(offenders(&refused, "tags", "required"), ids([&one]));
    admin.patch(&factory::path(&one), json!({"tags": ["b"]})).await.expect(200);
    admin.delete(&format!("/api/v1/tags/{}", factory::id(&a))).await.expect(202);
    // Its job has still to take the first off: the second is the last by now.
    let refused = admin.delete(&format!("/api/v1/tags/{}", factory::id(&b))).await;
    assert_eq!(offenders(&refused, "tags", "required").len(), 20);
    crate::support::run_jobs(&app.state).await.unwrap();
    app.finish().await;
}
