//! What a contact refers to: its channel, company, tags, groups and platforms.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CONTACTS, NOBODY, groups, id, refused, sql, texts};
use crate::support::{TestApp, factory};

#[tokio::test]
async fn a_channel_is_matched_without_case_and_returned_as_stored() {
    let app = TestApp::new().await;
    app.admin().post("/api/v1/channels", json!({"name": "G-Mail"})).await.expect(201);
    for (sent, stored) in
        [("viber", "viber"), ("VIBER", "viber"), ("g-mail", "G-Mail"), (" G-MAIL", "G-Mail")]
    {
        let platforms = json!([{"channel": sent, "socialPlatformId": "U1"}]);
        let fields = json!({"channel": sent, "platformContacts": platforms});
        let contact = factory::contact(&app.writer(), fields).await;
        assert_eq!(contact["channel"], stored);
        assert_eq!(contact["platformContacts"], json!([{"channel": stored, "socialPlatformId": "U1"}]));
    }
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_channel_is_422_that_lists_the_names() {
    let app = TestApp::new().await;
    app.admin().post("/api/v1/channels", json!({"name": "G-Mail"})).await.expect(201);
    for (fields, field) in [
        (json!({"channel": "pigeon"}), "channel"),
        (
            json!({"platformContacts": [
                {"channel": "line", "socialPlatformId": "a"}, {"channel": "pigeon", "socialPlatformId": "b"},
            ]}),
            "platformContacts[1].channel",
        ),
    ] {
        let answer = app.writer().post(CONTACTS, factory::body(fields)).await;
        assert_eq!(answer.expect_invalid(), [format!("{field}:unknown_channel")]);
        let message = answer.json()["error"]["details"][0]["message"].take();
        for name in ["phone", "email", "viber", "G-Mail"] {
            assert!(message.as_str().unwrap().contains(name), "{message}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_company_is_found_without_case_or_made() {
    let app = TestApp::new().await;
    let first = factory::contact(&app.writer(), json!({"company": "Café Łódź"})).await["company"].take();
    assert_eq!(first["name"], "Café Łódź");
    let mut whole = first.clone();
    whole["name"] = json!("ignored beside the id");
    for same in [
        json!("CAFÉ ŁÓDŹ"),
        json!("cafe\u{301}  łódź "),
        json!({"name": "café łódź"}),
        json!({"id": null, "name": "café łódź"}),
        json!({"id": first["id"]}),
        whole,
    ] {
        let contact = factory::contact(&app.writer(), json!({"company": same})).await;
        assert_eq!(contact["company"], first, "{same}");
    }
    for other in ["Cafe Lodz", "Café Łódź 2"] {
        let contact = factory::contact(&app.writer(), json!({"company": other})).await;
        assert_eq!(contact["company"]["name"], other);
        assert_ne!(contact["company"]["id"], first["id"]);
    }
    let none = factory::contact(&app.writer(), json!({"company": null})).await;
    assert_eq!(none["company"], json!(null));
    app.finish().await;
}

#[tokio::test]
async fn tags_are_found_without_case_or_made_each_once_and_in_order() {
    let app = TestApp::new().await;
    let sent = json!(["vip", "Platinum", {"name": "new"}]);
    let tags = factory::contact(&app.writer(), json!({"tags": sent})).await["tags"].take();
    assert_eq!(texts(&tags, "name"), ["vip", "Platinum", "new"]);
    let mixed = json!([
        "PLATINUM", {"id": tags[0]["id"]}, "platinum ", {"id": tags[1]["id"], "name": "x"}, "VIP",
        "Éa", "e\u{301}A", {"id": null, "name": "New"},
    ]);
    let again = factory::contact(&app.writer(), json!({"tags": mixed})).await["tags"].take();
    assert_eq!(again.as_array().unwrap()[..2], [tags[1].clone(), tags[0].clone()]);
    assert_eq!(texts(&again, "name"), ["Platinum", "vip", "Éa", "new"]);
    let all = app.reader().get("/api/v1/tags").await.expect(200);
    let names: HashSet<String> = texts(&all["data"], "name").into_iter().collect();
    assert_eq!(names, ["vip", "Platinum", "new", "Éa"].map(str::to_owned).into());
    assert_eq!(all["total"], 4);
    app.finish().await;
}

#[tokio::test]
async fn groups_are_given_by_id_or_as_objects_each_once_and_in_order() {
    let app = TestApp::new().await;
    let groups = groups(&app).await;
    let sent = json!([groups[2]["id"], groups[0], {"id": groups[1]["id"]}, groups[2], groups[0]["id"]]);
    let contact = factory::contact(&app.writer(), json!({"contact_groups": sent})).await;
    assert_eq!(contact["contact_groups"], json!([groups[2], groups[0], groups[1]]));
    app.finish().await;
}

#[tokio::test]
async fn default_groups_apply_where_none_are_given() {
    let app = TestApp::new().await;
    let groups = groups(&app).await;
    let make_default =
        "update groups set is_default = true where tenant_id = $1 and value in ('new', 'customer')";
    assert_eq!(sql(&app, make_default).await, 2);
    let (mut new, mut customer) = (groups[0].clone(), groups[2].clone());
    new["is_default"] = json!(true);
    customer["is_default"] = json!(true);
    for fields in [json!({}), json!({"contact_groups": null})] {
        let contact = factory::contact(&app.writer(), fields).await;
        assert_eq!(contact["contact_groups"], json!([new, customer]));
    }
    let given = json!({"contact_groups": [groups[1]["id"]]});
    let contact = factory::contact(&app.writer(), given).await;
    assert_eq!(contact["contact_groups"], json!([groups[1]]));
    app.writer().patch(&factory::path(&contact), json!({"name": "x"})).await.expect(200);
    assert_eq!(factory::read(&app.reader(), &contact).await["contact_groups"], json!([groups[1]]));
    app.finish().await;
}

#[tokio::test]
async fn what_another_tenant_has_is_as_unknown_as_what_nobody_has() {
    let app = TestApp::new().await;
    let foreign = app.stranger().get(&format!("{CONTACTS}/groups")).await.expect(200)["data"][0]["id"].take();
    let theirs = factory::contact(&app.stranger(), json!({"company": "Globex", "tags": ["vip"]})).await;
    let own = factory::contact(&app.writer(), json!({})).await;
    let nobody = json!(NOBODY);
    for (company, tag, group) in
        [(&theirs["company"]["id"], &theirs["tags"][0]["id"], &foreign), (&nobody, &nobody, &nobody)]
    {
        let fields = json!({
            "company": {"id": company}, "tags": [{"id": tag, "name": "vip"}],
            "contact_groups": [group, {"id": group}],
        });
        let expected =
            ["company.id:unknown_company", "contact_groups[0]:unknown_group", "tags[0].id:unknown_tag"];
        assert_eq!(refused(&app.writer(), fields.clone()).await, expected);
        let mut details = app.writer().patch(&factory::path(&own), fields).await.expect_invalid();
        details.sort();
        assert_eq!(details, expected);
    }
    // What they made is not found by its name either.
    let ours = factory::contact(&app.writer(), json!({"company": "globex", "tags": ["VIP"]})).await;
    assert_eq!((&ours["company"]["name"], &ours["tags"][0]["name"]), (&json!("globex"), &json!("VIP")));
    app.finish().await;
}

#[tokio::test]
async fn a_reference_names_its_own_place_in_the_body() {
    let app = TestApp::new().await;
    let groups = groups(&app).await;
    let fields = json!({
        "tags": [7, "vip", {"id": NOBODY}],
        "contact_groups": [groups[0]["id"], groups[0]["id"], "x", NOBODY],
        "platformContacts": [7, {"channel": "pigeon", "socialPlatformId": "U1"}],
    });
    let expected = [
        "contact_groups[2]:invalid_format",
        "contact_groups[3]:unknown_group",
        "platformContacts[0]:wrong_type",
        "platformContacts[1].channel:unknown_channel",
        "tags[0]:wrong_type",
        "tags[2].id:unknown_tag",
    ];
    assert_eq!(refused(&app.writer(), fields).await, expected);
    app.finish().await;
}

#[tokio::test]
async fn a_malformed_reference_is_422() {
    let app = TestApp::new().await;
    for (fields, expected) in [
        (json!({"company": {"id": "x"}}), "company.id:invalid_format"),
        (json!({"company": {"id": 7, "name": "K-Link"}}), "company.id:invalid_format"),
        (json!({"company": {}}), "company.name:required"),
        (json!({"company": {"name": ""}}), "company.name:blank"),
        (json!({"company": true}), "company:wrong_type"),
        (json!({"tags": [{"id": "x"}]}), "tags[0].id:invalid_format"),
        (json!({"tags": "vip"}), "tags:wrong_type"),
        (json!({"tags": [null]}), "tags[0]:wrong_type"),
        (json!({"contact_groups": [{"value": "new"}]}), "contact_groups[0].id:invalid_format"),
        (json!({"contact_groups": {"id": NOBODY}}), "contact_groups:wrong_type"),
        (json!({"platformContacts": {"channel": "viber"}}), "platformContacts:wrong_type"),
        (json!({"channel": {"name": "viber"}}), "channel:wrong_type"),
    ] {
        assert_eq!(refused(&app.writer(), fields.clone()).await, [expected], "{fields}");
    }
    app.finish().await;
}

#[tokio::test]
async fn contacts_made_at_once_share_one_new_company_and_tags() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contacts: Vec<Value> = join_all((0..8).map(|n| {
        let (company, mut tags) =
            if n % 2 == 0 { ("Acme", ["a", "b", "c"]) } else { ("ACME", ["A", "B", "C"]) };
        tags.rotate_left(n % 3);
        factory::contact(&writer, json!({"company": company, "tags": tags}))
    }))
    .await;
    let companies: HashSet<Uuid> = contacts.iter().map(|contact| id(&contact["company"])).collect();
    assert_eq!(companies.len(), 1);
    let tags = contacts.iter().flat_map(|contact| contact["tags"].as_array().unwrap());
    assert_eq!(tags.map(id).collect::<HashSet<Uuid>>().len(), 3);
    assert_eq!(app.reader().get("/api/v1/tags").await.expect(200)["total"], 3);
    app.finish().await;
}

#[tokio::test]
async fn what_is_refused_leaves_no_company_and_no_tag_behind() {
    let app = TestApp::new().await;
    let fields = json!({"company": "Acme", "tags": ["vip"], "channel": "pigeon"});
    assert_eq!(refused(&app.writer(), fields).await, ["channel:unknown_channel"]);
    assert_eq!(app.reader().get("/api/v1/tags").await.expect(200)["total"], 0);
    let touched = sql(&app, "update companies set name = name where tenant_id = $1").await;
    assert_eq!(touched, 0);
    app.finish().await;
}
