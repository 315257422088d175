//! The filters of `GET /api/v1/contacts`, one by one and together. Those by custom fields are in `custom_filters`,
//! those by time in `time_filters`.

use serde_json::{Value, json};

use super::{NOBODY, encoded, full_contact, groups, listing::expect_listed};
use crate::support::{Client, TestApp, factory};

/// A contact of this name that has these things.
async fn make(client: &Client, name: &str, mut fields: Value) -> Value {
    fields["name"] = json!(name);
    fields["username"] = json!(name);
    factory::contact(client, fields).await
}

#[tokio::test]
async fn what_has_a_name_is_given_by_name_without_regard_to_case_or_by_id() {
    let app = TestApp::new().await;
    let client = app.writer();
    let a = json!({"tags": ["VIP", "Łódź"], "company": "K-Link  Café", "channel": "viber"});
    let a = make(&client, "a", a).await;
    make(&client, "b", json!({"tags": ["vip"], "company": "K-Link", "channel": "Viber"})).await;
    make(&client, "c", json!({"tags": ["new", "ŁÓDŹ", "100%_\\"], "channel": "line"})).await;
    make(&client, "d", json!({})).await;
    let theirs = json!({"tags": ["vip", "theirs"], "company": "K-Link", "channel": "viber", "email": [{"email": "a@b.cc"}]});
    let theirs = make(&app.stranger(), "theirs", theirs).await;
    let id = |contact: &Value, pointer: &str| contact.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    for (name, text, expected) in [
        ("tag", "vip".into(), vec!["a", "b"]),
        ("tag", "VIP".into(), vec!["a", "b"]),
        ("tag", " vIp\u{200b}".into(), vec!["a", "b"]),
        ("tag", "łódź".into(), vec!["a", "c"]),
        ("tag", "ŁO\u{301}DZ\u{301}".into(), vec!["a", "c"]),
        ("tag", "lodz".into(), vec![]),
        ("tag", "vi".into(), vec![]),
        ("tag", "100%_\\".into(), vec!["c"]),
        ("tag", "%".into(), vec![]),
        ("tag", "theirs".into(), vec![]),
        ("tag", id(&a, "/tags/0/id"), vec!["a", "b"]),
        ("tag", id(&a, "/tags/0/id").to_uppercase(), vec!["a", "b"]),
        ("tag", id(&a, "/tags/0/id").replace('-', ""), vec!["a", "b"]),
        ("tag", id(&theirs, "/tags/0/id"), vec![]),
        ("tag", NOBODY.into(), vec![]),
        ("tag", id(&a, "/company/id"), vec![]),
        ("company", "k-LINK".into(), vec!["b"]),
        ("company", "k-link café".into(), vec!["a"]),
        ("company", "k-link cafe".into(), vec![]),
        ("company", "nobody".into(), vec![]),
        ("company", id(&a, "/company/id"), vec!["a"]),
        ("company", id(&theirs, "/company/id"), vec![]),
        ("company", NOBODY.into(), vec![]),
        ("channel", "viber".into(), vec!["a", "b"]),
        ("channel", "VIBER".into(), vec!["a", "b"]),
        ("channel", "line".into(), vec!["c"]),
        ("channel", "fax".into(), vec![]),
        ("channel", NOBODY.into(), vec![]),
    ] {
        expect_listed(&app.reader(), &format!("{name}={}", encoded(&text)), &expected).await;
    }
    let channels = app.reader().get("/api/v1/channels?pageSize=100").await.expect(200);
    let viber =
        channels["data"].as_array().unwrap().iter().find(|channel| channel["name"] == "viber").unwrap();
    expect_listed(&app.reader(), &format!("channel={}", id(viber, "/id")), &["a", "b"]).await;
    app.finish().await;
}

#[tokio::test]
async fn a_group_is_given_by_value_or_by_id() {
    let app = TestApp::new().await;
    let groups = groups(&app).await;
    let [new, lead] = [0, 1].map(|index: usize| groups[index]["id"].clone());
    for (name, groups) in [("a", json!([new])), ("b", json!([new, lead])), ("c", json!([]))] {
        make(&app.writer(), name, json!({"contact_groups": groups})).await;
    }
    make(&app.stranger(), "theirs", json!({})).await;
    for (text, expected) in [
        ("new", vec!["a", "b"]),
        ("lead", vec!["b"]),
        ("customer", vec![]),
        ("no such", vec![]),
        (new.as_str().unwrap(), vec!["a", "b"]),
        (NOBODY, vec![]),
    ] {
        expect_listed(&app.reader(), &format!("group={}", encoded(text)), &expected).await;
    }
    expect_listed(&app.reader(), "group=new&group=lead", &["b"]).await;
    expect_listed(&app.stranger(), &format!("group={}", new.as_str().unwrap()), &[]).await;
    app.finish().await;
}

#[tokio::test]
async fn emails_phones_and_social_ids_are_compared_whole_and_normalised() {
    let app = TestApp::new().await;
    for (name, email, phone, social_id) in [
        ("a", "Frank+x@Example.com", "+95 9 797877765", "U1"),
        ("b", "frank@example.com", "09 797 877 765", "u1"),
        ("c", "x@frank.example.com", "+1 650-253-0000", "U12"),
        ("d", "用户@例子.中国", "1-800-FLOWERS", "ü / 100% ?&=+\\"),
    ] {
        let fields = json!({
            "email": [{"email": "second@example.org"}, {"email": email}],
            "phone": [{"phone": phone}, {"phone": "555-0100"}],
            "platformContacts": [{"channel": "viber", "socialPlatformId": social_id}],
        });
        make(&app.writer(), name, fields.clone()).await;
        make(&app.stranger(), name, fields).await;
    }
    let all = vec!["a", "b", "c", "d"];
    for (name, text, expected) in [
        ("email", "frank+X@example.COM", vec!["a"]),
        ("email", "FRANK@example.com", vec!["b"]),
        ("email", "用户@例子.中国", vec!["d"]),
        ("email", "second@example.org", all.clone()),
        ("email", "nobody@example.com", vec![]),
        ("phone", "09797877765", vec!["a", "b"]),
        ("phone", "(+95) 9-797-877-765", vec!["a", "b"]),
        ("phone", "၀၉၇၉၇၈၇၇၇၆၅", vec!["a", "b"]),
        ("phone", "0979787776", vec![]),
        ("phone", "+16502530000", vec!["c"]),
        ("phone", "1-800-flowers", vec!["d"]),
        ("phone", "5550100", all),
        ("socialPlatformId", "U1", vec!["a"]),
        ("socialPlatformId", "u1", vec!["b"]),
        ("socialPlatformId", "U", vec![]),
        ("socialPlatformId", "ü / 100% ?&=+\\", vec!["d"]),
    ] {
        expect_listed(&app.reader(), &format!("{name}={}", encoded(text)), &expected).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_plus_that_was_not_encoded_is_a_plus_still() {
    let app = TestApp::new().await;
    let fields =
        json!({"email": [{"email": "frank+x@example.com"}], "phone": [{"phone": "+1 650-253-0000"}]});
    make(&app.writer(), "a", fields).await;
    make(&app.writer(), "b", json!({"phone": [{"phone": "+95 9 797877765"}]})).await;
    for (query, expected) in [
        ("phone=+16502530000", vec!["a"]),
        ("phone=+1+650+253+0000", vec!["a"]),
        ("phone=+959797877765", vec!["b"]),
        ("phone=%2009797877765", vec!["b"]),
        ("email=frank+x@example.com", vec!["a"]),
    ] {
        expect_listed(&app.reader(), query, &expected).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_there_at_all_is_found_by_has() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_a", "checkbox", factory::FieldSetup::default()).await;
    factory::custom_field(&app, "cf_b", "text", factory::FieldSetup::default()).await;
    let group = groups(&app).await[0]["id"].clone();
    for (name, fields) in [
        ("a email", json!({"email": [{"email": "a@b.cc"}, {"email": "c@d.ee"}]})),
        ("b phone", json!({"phone": [{"phone": "09797877765"}]})),
        ("c company", json!({"company": "K-Link"})),
        ("d channel", json!({"channel": "line"})),
        ("e tags", json!({"tags": ["vip", "new"]})),
        ("f group", json!({"contact_groups": [group]})),
        ("g social", json!({"platformContacts": [{"channel": "viber", "socialPlatformId": "U1"}]})),
        ("h address", json!({"address": "here"})),
        ("i notes", json!({"notes": "x"})),
        ("j avatar", json!({"avatar_url": "https://a.b/c"})),
        ("k custom", json!({"customFields": {"cf_a": false, "cf_b": "x"}})),
        ("l custom", json!({"customFields": {"cf_b": "x"}})),
    ] {
        make(&client, name, fields).await;
    }
    for (has, expected) in [
        ("email", vec!["a email"]),
        ("phone", vec!["b phone"]),
        ("company", vec!["c company"]),
        ("channel", vec!["d channel"]),
        ("tag", vec!["e tags"]),
        ("tags", vec!["e tags"]),
        ("group", vec!["f group"]),
        ("contact_groups", vec!["f group"]),
        ("socialPlatformId", vec!["g social"]),
        ("platformContacts", vec!["g social"]),
        ("address", vec!["h address"]),
        ("notes", vec!["i notes"]),
        ("avatar_url", vec!["j avatar"]),
        ("socialProfileUrl", vec!["j avatar"]),
        ("customFields", vec!["k custom", "l custom"]),
        ("cf_a", vec!["k custom"]),
        ("cf_b", vec!["k custom", "l custom"]),
    ] {
        expect_listed(&app.reader(), &format!("has={has}"), &expected).await;
        expect_listed(&app.reader(), &format!("keyword=%20{}&has={has}", &expected[0][2..]), &expected).await;
        if has != "email" {
            expect_listed(&app.reader(), &format!("has={has}&has=email"), &[]).await;
        }
    }
    expect_listed(&app.reader(), "has=cf_a&has=cf_b&has=customFields", &["k custom"]).await;
    app.finish().await;
}

#[tokio::test]
async fn all_conditions_must_hold_and_empty_ones_restrict_nothing() {
    let app = TestApp::new().await;
    full_contact(&app).await;
    let client = app.writer();
    for (name, tags, company) in
        [("Kyaw a", vec!["x"], "K"), ("Kyaw b", vec!["x", "y"], "K"), ("Zaw c", vec!["y", "z"], "L")]
    {
        make(&client, name, json!({"tags": tags, "company": company})).await;
    }
    let all = ["Frank McCallister", "Kyaw a", "Kyaw b", "Zaw c"];
    for (query, expected) in [
        ("tag=x&tag=y", &["Kyaw b"][..]),
        ("tag=y&tag=x&tag=Y", &["Kyaw b"]),
        ("tag=x&tag=nobody", &[]),
        ("tag=x&company=k", &["Kyaw a", "Kyaw b"]),
        ("tag=z&company=k", &[]),
        ("company=k&company=l", &[]),
        ("company=k&company=K", &["Kyaw a", "Kyaw b"]),
        ("keyword=kyaw&tag=y", &["Kyaw b"]),
        ("keyword=aw&tag=y", &["Kyaw b", "Zaw c"]),
        ("keyword=kyaw%20b&tag=x&company=k&createdAfter=2000-01-01", &["Kyaw b"]),
        ("keyword=zaw&tag=x", &[]),
        ("tag=&company=&channel=&group=&email=&phone=&socialPlatformId=&has=&keyword=", &all),
        ("createdAfter=&createdBefore=&updatedAfter=&updatedBefore=&cf_nothing=&cf_=", &all),
        ("tag=&tag=x", &["Kyaw a", "Kyaw b"]),
        ("_tag=x&_=1", &all),
    ] {
        expect_listed(&client, query, expected).await;
    }
    // Everything that a contact has, at once.
    let query = "keyword=frank%20mccall&tag=platinum&tag=%C5%82%C3%B3d%C5%BA&company=k-link&channel=PHONE&group=new\
                 &group=lead&email=f@example.org&phone=18007593000&socialPlatformId=U1234&has=notes&has=cf_vip\
                 &cf_sector=finance&cf_size=12.50&cf_vip=no&cf_colours=red&cf_colours=blue&createdAfter=2000-01-01\
                 &updatedBefore=2999-01-01";
    expect_listed(&client, query, &["Frank McCallister"]).await;
    expect_listed(&client, &format!("{query}&cf_colours=green"), &[]).await;
    app.finish().await;
}
