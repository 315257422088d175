//! `POST /api/v1/contacts`

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{CONTACTS, NOON, clock, full_contact, groups, id, list, refused};
use crate::support::{Setup, TestApp, factory};

/// A custom value as reads show it.
fn custom(name: &str, field_type: &str, value: Value) -> Value {
    json!({"system_name": name, "display_name": name, "type": field_type, "value": value})
}

#[tokio::test]
async fn a_minimal_contact_is_answered_bare_and_with_every_field() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let answer = app.writer().post(CONTACTS, factory::body(json!({}))).await;
    let contact = answer.expect(201);
    let expected = json!({
        "id": contact["id"], "username": "frank", "name": "frank", "address": null, "channel": null,
        "notes": null, "avatar_url": null, "socialProfileUrl": null, "tags": [], "company": null, "email": [],
        "phone": [], "customFields": [], "contact_groups": [], "platformContacts": [],
        "createdAt": NOON, "updatedAt": NOON,
    });
    assert_eq!(contact, expected);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    app.finish().await;
}

#[tokio::test]
async fn every_field_is_kept_as_it_was_sent() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = full_contact(&app).await;
    let groups = groups(&app).await;
    let tag = |index: usize, name: &str| json!({"id": contact["tags"][index]["id"], "name": name});
    let expected = json!({
        "id": contact["id"], "username": "frank", "name": "Frank McCallister",
        "address": "Dagon Seikkan Township",
        "channel": "phone", "notes": "calls back\non Mondays",
        "avatar_url": "https://example.com/frank.jpg", "socialProfileUrl": "https://example.com/frank.jpg",
        "tags": [tag(0, "platinum"), tag(1, "Łódź")],
        "company": {
            "id": contact["company"]["id"], "name": "K-Link",
            "phone": null, "address": null, "industry": null,
        },
        "email": [
            {"email": "Frank@example.com", "isPrimary": true}, {"email": "f@example.org", "isPrimary": false},
        ],
        "phone": [
            {"phone": "1-800-759-3000", "isPrimary": false}, {"phone": "09 797877765", "isPrimary": true},
        ],
        "customFields": [
            custom("cf_sector", "text", json!("Finance")), custom("cf_size", "number", json!(12.5)),
            custom("cf_vip", "checkbox", json!(false)),
            custom("cf_colours", "multi_select", json!(["red", "blue"])),
        ],
        "contact_groups": [groups[1], groups[0]],
        "platformContacts": [{"channel": "viber", "socialPlatformId": "U1234"}],
        "createdAt": NOON, "updatedAt": NOON,
    });
    assert_eq!(contact, expected);
    for object in [&contact, &contact["tags"][0], &contact["tags"][1], &contact["company"], &groups[0]] {
        id(object);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_location_leads_to_what_was_answered() {
    let app = TestApp::new().await;
    let answer = app.writer().post(CONTACTS, factory::body(json!({"notes": "new"}))).await;
    let contact = answer.expect(201);
    assert_eq!(answer.header("location"), Some(factory::path(&contact).as_str()));
    let read = app.reader().get(answer.header("location").unwrap()).await.expect(200);
    assert_eq!(read["data"], contact);
    app.finish().await;
}

#[tokio::test]
async fn ids_are_uuids_and_times_are_rfc_3339_in_utc() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    assert_eq!(id(&contact).get_version_num(), 7);
    let created = contact["createdAt"].as_str().unwrap();
    let parsed: DateTime<Utc> = created.parse().unwrap();
    assert_eq!(parsed.to_rfc3339_opts(SecondsFormat::Micros, true), created);
    assert_eq!(contact["updatedAt"], created);
    app.finish().await;
}

#[tokio::test]
async fn name_and_username_default_to_each_other() {
    let app = TestApp::new().await;
    for (sent, username, name) in [
        (json!({"username": "frank"}), "frank", "frank"),
        (json!({"name": "Frank"}), "Frank", "Frank"),
        (json!({"username": null, "name": "Frank"}), "Frank", "Frank"),
        (json!({"username": "frank", "name": null}), "frank", "frank"),
        (json!({"username": "frank", "name": "Frank"}), "frank", "Frank"),
        (json!({"name": " Aria  \u{200b}"}), " Aria  \u{200b}", " Aria  \u{200b}"),
    ] {
        let mut body = json!({"email": [], "phone": []});
        body.as_object_mut().unwrap().extend(sent.as_object().unwrap().clone());
        let contact = app.writer().post(CONTACTS, body).await.expect(201);
        assert_eq!((&contact["username"], &contact["name"]), (&json!(username), &json!(name)));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_name_and_the_keys_email_and_phone_are_required() {
    let app = TestApp::new().await;
    for (body, missing) in [
        (json!({}), vec!["email:required", "phone:required", "username:required"]),
        (json!({"username": "x", "phone": []}), vec!["email:required"]),
        (json!({"name": "x", "email": [], "phone": null}), vec!["phone:required"]),
        (json!({"email": [], "phone": []}), vec!["username:required"]),
        (json!({"username": null, "email": [], "phone": []}), vec!["username:required"]),
        (json!({"username": " \u{200b}", "email": [], "phone": []}), vec!["username:blank"]),
        (json!({"name": "", "email": [], "phone": []}), vec!["name:blank"]),
    ] {
        let mut details = app.writer().post(CONTACTS, body.clone()).await.expect_invalid();
        details.sort();
        assert_eq!(details, missing, "{body}");
    }
    assert_eq!(list(&app.reader(), "").await["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn avatar_url_and_social_profile_url_are_one_value() {
    let app = TestApp::new().await;
    let (a, b) = ("https://example.com/a.jpg", "http://example.com/b.jpg");
    for (fields, expected) in [
        (json!({"avatar_url": a}), json!(a)),
        (json!({"socialProfileUrl": b}), json!(b)),
        (json!({"avatar_url": a, "socialProfileUrl": a}), json!(a)),
        (json!({"avatar_url": null, "socialProfileUrl": null}), json!(null)),
    ] {
        let contact = factory::contact(&app.writer(), fields).await;
        assert_eq!((&contact["avatar_url"], &contact["socialProfileUrl"]), (&expected, &expected));
    }
    let both = json!({"avatar_url": a, "socialProfileUrl": b});
    assert_eq!(refused(&app.writer(), both).await, ["socialProfileUrl:contradiction"]);
    let one = json!({"avatar_url": null, "socialProfileUrl": b});
    assert_eq!(refused(&app.writer(), one).await, ["socialProfileUrl:contradiction"]);
    for url in ["ftp://example.com/a", "javascript:alert(1)", "/a.jpg", "example.com", "data:,a", "https://"]
    {
        for name in ["avatar_url", "socialProfileUrl"] {
            assert_eq!(refused(&app.writer(), json!({name: url})).await, [format!("{name}:invalid_format")]);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn at_most_one_entry_of_a_list_is_primary() {
    let app = TestApp::new().await;
    for (list, key, values) in [
        ("email", "email", ["a@example.com", "b@example.com", "a@example.com"]),
        ("phone", "phone", ["09 797877765", "1-800-FLOWERS", "09 797877765"]),
    ] {
        let entries = |flags: [Value; 3]| -> Value {
            values.iter().zip(flags).map(|(value, flag)| json!({key: value, "isPrimary": flag})).collect()
        };
        for (flags, shown) in [
            ([json!(false), json!(true), json!(null)], [false, true, false]),
            ([json!(false), json!(false), json!(false)], [false, false, false]),
        ] {
            let contact = factory::contact(&app.writer(), json!({list: entries(flags)})).await;
            assert_eq!(contact[list], entries(shown.map(Value::from)));
        }
        let contact = factory::contact(&app.writer(), json!({list: [{key: values[0]}]})).await;
        assert_eq!(contact[list], json!([{key: values[0], "isPrimary": false}]));
        let two = entries([json!(true), json!(false), json!(true)]);
        assert_eq!(refused(&app.writer(), json!({list: two})).await, [format!("{list}:many_primaries")]);
        let text = entries([json!("true"), json!(1), json!(false)]);
        let expected = [0, 1].map(|index| format!("{list}[{index}].isPrimary:wrong_type"));
        assert_eq!(refused(&app.writer(), json!({list: text})).await, expected);
    }
    app.finish().await;
}

#[tokio::test]
async fn unknown_fields_are_named() {
    let app = TestApp::new().await;
    let fields = json!({
        "nickname": "x", "specific_update_fields": [], "a\u{0}b": 1,
        "email": [{"email": "a@example.com", "label": "work"}],
        "phone": [{"phone": "09797877765", "type": "mobile"}],
        "company": {"name": "K-Link", "website": "x"},
        "tags": [{"name": "vip", "colour": "red"}],
        "platformContacts": [{"channel": "viber", "socialPlatformId": "U1", "name": "x"}],
    });
    let expected = [
        "a\u{0}b",
        "company.website",
        "email[0].label",
        "nickname",
        "phone[0].type",
        "platformContacts[0].name",
        "specific_update_fields",
        "tags[0].colour",
    ];
    assert_eq!(refused(&app.writer(), fields).await, expected.map(|field| format!("{field}:unknown_field")));
    app.finish().await;
}

#[tokio::test]
async fn what_only_the_service_sets_is_ignored() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"notes": "first"})).await;
    let copy = app.writer().post(CONTACTS, contact.clone()).await.expect(201);
    assert_ne!(copy["id"], contact["id"]);
    assert_ne!(copy["createdAt"], contact["createdAt"]);
    let nonsense = json!({"id": 7, "createdAt": "never", "updatedAt": []});
    factory::contact(&app.writer(), nonsense).await;
    assert_eq!(list(&app.reader(), "").await["total"], 3);
    app.finish().await;
}

#[tokio::test]
async fn every_invalid_field_is_reported_at_once() {
    let app = TestApp::new().await;
    let body = json!({
        "username": 7, "name": "a\u{0}", "address": [], "channel": "pigeon", "notes": {}, "avatar_url": "x",
        "tags": ["", 7, {}], "company": [], "email": [{"email": "x"}, "y@example.com", {}],
        "phone": [{"phone": "12"}, {"phone": 9}, null], "customFields": "x",
        "contact_groups": ["new", super::NOBODY, {"id": null}, 7],
        "platformContacts": [
            {"channel": "viber"}, {"socialPlatformId": "U1"}, {"channel": "x", "socialPlatformId": ""},
        ],
    });
    let answer = app.writer().post(CONTACTS, body).await;
    let mut details = answer.expect_invalid();
    details.sort();
    let expected = [
        "address:wrong_type",
        "avatar_url:invalid_format",
        "channel:unknown_channel",
        "company:wrong_type",
        "contact_groups[0]:invalid_format",
        "contact_groups[1]:unknown_group",
        "contact_groups[2].id:invalid_format",
        "contact_groups[3]:wrong_type",
        "customFields:wrong_type",
        "email[0].email:invalid_format",
        "email[1]:wrong_type",
        "email[2].email:required",
        "name:contains_nul",
        "notes:wrong_type",
        "phone[0].phone:too_short",
        "phone[1].phone:wrong_type",
        "phone[2]:wrong_type",
        "platformContacts[0].socialPlatformId:required",
        "platformContacts[1].channel:required",
        "platformContacts[2].channel:unknown_channel",
        "platformContacts[2].socialPlatformId:blank",
        "tags[0]:blank",
        "tags[1]:wrong_type",
        "tags[2].name:required",
        "username:wrong_type",
    ];
    assert_eq!(details, expected);
    assert_eq!(answer.json()["message"], format!("the request has {} invalid fields", expected.len()));
    app.finish().await;
}
