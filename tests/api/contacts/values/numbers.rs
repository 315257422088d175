//! Phone numbers with extensions, in every notation, and a `+` in forms.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::{CONTACTS, encoded, found, list, merge::merge, texts};
use crate::support::{Setup, TestApp, factory, factory::FieldSetup};

use super::{UNIQUE, abroad, by, listed};

/// Every way to write the extension 102.
const NOTATIONS: [&str; 12] = [
    " ext. 102",
    " extension 102",
    "x102",
    " x 102",
    "#102",
    " #102",
    ";ext=102",
    ",102",
    ",,102",
    ";102",
    " доб. 102",
    " доб 102",
];

fn phones(contact: &Value) -> Vec<String> {
    texts(&contact["phone"], "phone")
}

#[tokio::test]
async fn an_upsert_by_a_number_with_an_extension_finds_that_extension_only() {
    let app = abroad().await;
    let client = app.writer();
    let phone = json!([{"phone": "+1 212 555 1000 ext. 101"}]);
    let alice = factory::contact(&client, json!({"name": "Alice", "phone": phone})).await;
    let bob = client.put(&by("phone", "+1 212 555 1000 ext. 102"), json!({"name": "Bob"})).await.expect(201);
    assert_eq!(factory::read(&client, &alice).await, alice);
    for notation in NOTATIONS {
        let answer =
            client.put(&by("phone", &format!("+12125551000{notation}")), json!({"name": "Bob"})).await;
        assert_eq!(answer.expect(200), bob, "{notation}");
    }
    // None is not some.
    let desk = client.put(&by("phone", "+1 212 555 1000"), json!({"name": "Desk"})).await.expect(201);
    let operations: Vec<Value> = ["101", "102", "103"]
        .iter()
        .map(|extension| {
            json!({"action": "upsert", "by": "phone", "value": format!("(+1) 212-555-1000 #{extension}"),
                   "contact": {"name": "C", "notes": extension}})
        })
        .chain([
            json!({"action": "upsert", "by": "phone", "value": "+12125551000", "contact": {"name": "C", "notes": "none"}}),
        ])
        .collect();
    let body = json!({"operations": operations});
    let answer = client.post(&format!("{CONTACTS}/bulk"), body).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    for (contact, notes) in [(&alice, "101"), (&bob, "102"), (&desk, "none")] {
        assert_eq!(factory::read(&client, contact).await["notes"], notes);
    }
    assert_eq!(list(&client, "").await["total"], 4);
    app.finish().await;
}

#[tokio::test]
async fn two_extensions_are_unique_and_two_notations_of_one_are_not() {
    let app = abroad().await;
    let client = app.writer();
    factory::set_default_field(&app, "phone", "is_unique").await;
    factory::custom_field(&app, "cf_line", "phone", UNIQUE).await;
    for number in ["+1 212 555 1000", "555 1000"] {
        for extension in ["", " x101", " x102"] {
            let phone = format!("{number}{extension}");
            let fields = json!({"phone": [{"phone": phone}], "customFields": {"cf_line": phone}});
            factory::contact(&client, fields).await;
        }
        for notation in NOTATIONS {
            let phone = format!("{}{notation}", number.replace(' ', "-"));
            for fields in [json!({"phone": [{"phone": phone}]}), json!({"customFields": {"cf_line": phone}})]
            {
                let answer = client.post(CONTACTS, factory::body(fields)).await;
                assert_eq!(answer.status.as_u16(), 409, "{phone}");
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_merge_keeps_both_extensions_and_duplicates_tell_them_apart() {
    let app = abroad().await;
    let client = app.writer();
    let mut made = Vec::new();
    for phone in ["+1 212 555 1000 ext. 101", "+1 212 555 1000 x102", "+12125551000#101", "+1 212 555 1000"] {
        made.push(factory::contact(&client, json!({"name": phone, "phone": [{"phone": phone}]})).await);
    }
    let page = client.get(&format!("{CONTACTS}/duplicates?by=phone")).await.expect(200);
    assert_eq!(texts(&page["data"], "value"), ["+12125551000;ext=101"]);
    assert_eq!(page["data"][0]["count"], 2);
    let from: Vec<&Value> = made[1..].iter().map(|contact| &contact["id"]).collect();
    merge(&client, &made[0], json!({"from": from})).await.expect(200);
    let survivor = factory::read(&client, &made[0]).await;
    assert_eq!(phones(&survivor), ["+1 212 555 1000 ext. 101", "+1 212 555 1000 x102", "+1 212 555 1000"]);
    app.finish().await;
}

#[tokio::test]
async fn a_bare_number_finds_every_extension_and_one_with_an_extension_itself_only() {
    let app = abroad().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_line", "phone", FieldSetup::default()).await;
    for (name, phone) in [
        ("none", "+1 212 555 1000"),
        ("101", "+1 212 555 1000 ext. 101"),
        ("102", "+1 (212) 555-1000 доб. 102"),
        ("other", "+1 212 555 10001"),
        ("local", "5551000 x101"),
    ] {
        let fields = json!({"name": name, "phone": [{"phone": phone}], "customFields": {"cf_line": phone}});
        factory::contact(&client, fields).await;
    }
    for filter in ["phone", "cf_line"] {
        for (number, names) in [
            ("+12125551000", vec!["101", "102", "none"]),
            ("+1 212 555 1000 #101", vec!["101"]),
            ("+1 212 555 1000;ext=102", vec!["102"]),
            ("+1 212 555 1000 x103", vec![]),
            ("555-1000", vec!["local"]),
            ("555-1000,101", vec!["local"]),
        ] {
            assert_eq!(
                listed(&client, &format!("{filter}={}", encoded(number))).await,
                names,
                "{filter} {number}"
            );
            let with_others = format!("{filter}={}&has=phone&keyword=1", encoded(number));
            assert_eq!(listed(&client, &with_others).await, names, "{filter} {number}");
        }
    }
    for keyword in
        ["+1 212 555 1000", "+12125551000", "+1 212 555 1000 ext. 102", "tel:+1-212-555-1000;ext=101"]
    {
        assert_eq!(found(&client, keyword).await, ["101", "102", "none", "other"], "{keyword}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_whole_number_in_any_notation_is_found_by_keyword() {
    let app = TestApp::new().await;
    factory::contact(&app.writer(), json!({"name": "Kyaw", "phone": [{"phone": "+95 9 797877765"}]})).await;
    factory::contact(&app.writer(), json!({"name": "Thu", "phone": [{"phone": "+95 9 797877766"}]})).await;
    for keyword in [
        "00959797877765",
        "0095 9 797 877 765",
        "+9509797877765",
        "+95(0)9797877765",
        "tel:+959797877765",
        "tel:09797877765",
        "09797877765,",
        "09797877765;",
        "09·797·877·765",
        "09_797_877_765",
        "09797877765 ext. 5",
        "+95 9 797877765 #5",
        "၀၀၉၅၉၇၉၇၈၇၇၇၆၅",
        "ဝ၉၇၉၇၈၇၇၇၆၅",
        "09797877765",
    ] {
        assert_eq!(found(&app.reader(), keyword).await, ["Kyaw"], "{keyword}");
        // A filter knows extensions.
        let is_bare = !keyword.ends_with(" 5") && !keyword.ends_with("#5");
        let names = listed(&app.reader(), &format!("phone={}", encoded(keyword))).await;
        assert_eq!(names, if is_bare { vec!["Kyaw"] } else { vec![] }, "{keyword}");
    }
    app.finish().await;
    let app = abroad().await;
    factory::contact(&app.writer(), json!({"name": "Ann", "phone": [{"phone": "+44 20 7946 0958"}]})).await;
    for keyword in ["+44(0)2079460958", "+44 (0) 20 7946 0958"] {
        assert_eq!(found(&app.reader(), keyword).await, ["Ann"], "{keyword}");
    }
    app.finish().await;
    let app = TestApp::with(Setup { region: Some("US"), ..Setup::default() }).await;
    factory::contact(&app.writer(), json!({"name": "Ann", "phone": [{"phone": "+44 20 7946 0958"}]})).await;
    assert_eq!(found(&app.reader(), "011 44 20 7946 0958").await, ["Ann"]);
    app.finish().await;
}

#[tokio::test]
async fn a_plus_in_a_form_is_kept() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::custom_field(&app, "cf_line", "phone", FieldSetup::default()).await;
    factory::custom_field(&app, "cf_mail", "email", FieldSetup::default()).await;
    factory::custom_field(&app, "cf_at", "datetime", FieldSetup::default()).await;
    let number = "+95 9 797877765";
    let forms = [
        r#"email=[]&phone=[{"phone": "+95 9 797877765"}]"#,
        "email=[]&phone[0][phone]=+95 9 797877765",
        "email=[]&phone[0][phone]=+95+9+797877765",
        "email=[]&phone[0][phone]=%2B95+9+797877765",
    ];
    for form in forms {
        let made = client.form(Method::POST, CONTACTS, &format!("name=a&{form}")).await.expect(201);
        assert_eq!(phones(&made), [number], "{form}");
        let path = factory::path(&made);
        for (method, form) in [
            (Method::PATCH, r#"phone=[{"phone": "+95 9 797877766"}]"#.to_owned()),
            (Method::PUT, format!("specific_update_fields=[]&{form}")),
        ] {
            client.form(method, &path, &form).await.expect(200);
        }
        assert_eq!(phones(&factory::read(&client, &made).await), [number]);
    }
    let form = "name=C++&email[0][email]=frank+vip@example.com&phone=[]&customFields[cf_line]=+95 9 797877765\
                &customFields[cf_mail]=frank+vip@example.com&customFields[cf_at]=2026-01-08T17:46:48+06:30\
                &notes=1+1 is 2&avatar_url=https://example.com/?q=c++";
    let made = client.form(Method::POST, CONTACTS, form).await.expect(201);
    assert_eq!(made["email"][0]["email"], "frank+vip@example.com");
    assert_eq!(made["notes"], "1+1 is 2");
    assert_eq!(made["avatar_url"], "https://example.com/?q=c++");
    let values = made["customFields"].as_array().unwrap();
    let value =
        |name: &str| values.iter().find(|field| field["system_name"] == name).unwrap()["value"].clone();
    assert_eq!(value("cf_line"), number);
    assert_eq!(value("cf_mail"), "frank+vip@example.com");
    assert_eq!(value("cf_at"), "2026-01-08T11:16:48Z");
    let company =
        app.admin().form(Method::POST, "/api/v1/companies", "name=A+B&phone=+959797877765").await.expect(201);
    assert_eq!(
        (&company["data"]["name"], &company["data"]["phone"]),
        (&json!("A B"), &json!("+959797877765"))
    );
    let path = format!("/api/v1/companies/{}", company["data"]["id"].as_str().unwrap());
    let patched = app.admin().form(Method::PATCH, &path, "phone=+959797877766").await.expect(200);
    assert_eq!(patched["data"]["phone"], "+959797877766");
    let form = "name=+959797877767&email=[]&phone=[]&platformContacts[0][channel]=viber\
                &platformContacts[0][socialPlatformId]=+959797877767";
    let made = client.form(Method::POST, CONTACTS, form).await.expect(201);
    assert_eq!(made["name"], "+959797877767");
    assert_eq!(made["platformContacts"][0]["socialPlatformId"], "+959797877767");
    assert_eq!(listed(&client, "socialPlatformId=+959797877767").await, ["+959797877767"]);
    // What JSON says is what is meant.
    let made = factory::contact(&client, json!({"phone": [{"phone": " 95 9 797877765"}]})).await;
    assert_eq!(phones(&made), [" 95 9 797877765"]);
    app.finish().await;
}
