//! Nothing of a caller's values is lost or mixed up: blank text, mailboxes in their spellings, and text that is written in two
//! ways; numbers of phones beside it.

mod numbers;

use axum::http::Method;
use contacts::contacts::rebuild;
use serde_json::{Value, json};

use super::{
    CONTACTS, encoded, found, list,
    merge::{merge, past_the_api},
    refused, sql, texts,
};
use crate::support::{Client, Setup, TestApp, factory, factory::FieldSetup};

const UNIQUE: FieldSetup<'static> =
    FieldSetup { is_unique: true, is_required: false, is_archived: false, options: &[] };

fn by(key: &str, value: &str) -> String {
    format!("{CONTACTS}/by/{key}/{}", encoded(value))
}

/// The names of what a query finds, sorted.
async fn listed(client: &Client, query: &str) -> Vec<String> {
    let mut names = texts(&list(client, &format!("pageSize=100&{query}")).await["data"], "name");
    names.sort();
    names
}

/// Where a number without a country code belongs nowhere.
async fn abroad() -> TestApp {
    TestApp::with(Setup { region: None, ..Setup::default() }).await
}

#[tokio::test]
async fn blank_text_is_null_as_json_and_as_form() {
    let app = TestApp::new().await;
    let client = app.writer();
    let full = super::full_contact(&app).await;
    for (number, blank) in ["", "  ", "\u{200b}", "\r\n", "\u{3164}"].into_iter().enumerate() {
        let fields = json!({"name": "a", "notes": blank, "address": blank, "channel": blank, "avatar_url": blank,
                            "company": blank});
        let made = factory::contact(&client, fields.clone()).await;
        for field in ["notes", "address", "channel", "avatar_url", "company"] {
            assert_eq!(made[field], json!(null), "{field} {blank:?}");
        }
        let path = factory::path(&full);
        client
            .patch(&path, json!({"notes": "n", "address": "a", "company": "K-Link", "channel": "viber"}))
            .await;
        client.patch(&path, fields).await.expect(200);
        let read = factory::read(&client, &full).await;
        let form = format!("name=a&email=[]&phone=[]&notes={0}&address={0}&company={0}", encoded(blank));
        let formed = client.form(Method::POST, CONTACTS, &form).await.expect(201);
        for field in ["notes", "address", "company"] {
            assert_eq!((&read[field], &formed[field]), (&json!(null), &json!(null)), "{field} {blank:?}");
        }
        let company =
            json!({"name": format!("c{number}"), "address": blank, "industry": blank, "phone": blank});
        let path = format!("/api/v1/companies/{}", {
            let made =
                app.admin().post("/api/v1/companies", company.clone()).await.expect(201)["data"].take();
            assert_eq!(
                (&made["address"], &made["industry"], &made["phone"]),
                (&json!(null), &json!(null), &json!(null))
            );
            made["id"].as_str().unwrap().to_owned()
        });
        app.admin().patch(&path, json!({"address": "x", "industry": "y"})).await.expect(200);
        let patched =
            app.admin().patch(&path, json!({"address": blank, "industry": blank})).await.expect(200);
        assert_eq!((&patched["data"]["address"], &patched["data"]["industry"]), (&json!(null), &json!(null)));
    }
    assert_eq!(listed(&client, "has=notes").await, [""; 0]);
    assert_eq!(refused(&client, json!({"notes": "\0"})).await, ["notes:contains_nul"]);
    factory::set_default_field(&app, "notes", "is_required").await;
    assert_eq!(refused(&client, json!({"notes": " \u{200b}"})).await, ["notes:required"]);
    app.finish().await;
}

#[tokio::test]
async fn a_merge_takes_the_notes_of_whoever_has_some() {
    let app = TestApp::new().await;
    let client = app.writer();
    let blank = factory::contact(&client, json!({"name": "a", "notes": " ", "address": ""})).await;
    let other =
        factory::contact(&client, json!({"name": "b", "notes": "calls back", "address": "12 Road"})).await;
    merge(&client, &blank, json!({"from": [other["id"]]})).await.expect(200);
    let read = factory::read(&client, &blank).await;
    assert_eq!((&read["notes"], &read["address"]), (&json!("calls back"), &json!("12 Road")));
    app.finish().await;
}

#[tokio::test]
async fn blank_text_and_keys_of_before_are_brought_up_to_date() {
    let app = abroad().await;
    let client = app.writer();
    let phone = json!([{"phone": "+1 212 555 1000 ext. 101"}]);
    let fields = json!({"name": "a", "company": "K-Link", "notes": "n", "phone": phone,
                        "email": [{"email": "info@münchen.example"}]});
    let made = factory::contact(&client, fields).await;
    let gone = factory::contact(&client, json!({"name": "b", "notes": "n", "company": "K-Link"})).await;
    client.delete(&factory::path(&gone)).await.expect(200);
    for statement in [
        "update contacts set notes = ' ', address = '', document = replace(document, '\"notes\":\"n\"', '\"notes\":\" \"')
         where tenant_id = $1",
        "update companies set address = E'\\r\\n', industry = ' ' where tenant_id = $1",
        "update contact_trash set snapshot = replace(snapshot, '\"notes\":\"n\"', '\"notes\":\"\"') where tenant_id = $1",
        "update contact_phones set phone_key = '+12125551000' where tenant_id = $1",
        "update contact_emails set email_key = 'info@münchen.example' where tenant_id = $1",
        "update tenants set derived_version = 1 where tenant_id = $1",
    ] {
        past_the_api(&app, statement).await;
    }
    rebuild::catch_up(&app.state.database, None).await.unwrap();
    let read = factory::read(&client, &made).await;
    assert_eq!((&read["notes"], &read["address"]), (&json!(null), &json!(null)));
    assert_eq!((&read["company"]["address"], &read["company"]["industry"]), (&json!(null), &json!(null)));
    assert_eq!(listed(&client, "has=notes").await, [""; 0]);
    assert_eq!(listed(&client, "has=address").await, [""; 0]);
    assert_eq!(listed(&client, &format!("phone={}", encoded("+1 212 555 1000 x101"))).await, ["a"]);
    assert_eq!(listed(&client, "email=info@xn--mnchen-3ya.example").await, ["a"]);
    client.post(&format!("{}/restore", factory::path(&gone)), json!({})).await.expect(200);
    assert_eq!(sql(&app, "select 1 from contacts where tenant_id = $1 and notes is not null").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn one_mailbox_in_two_spellings_is_one_everywhere() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::set_default_field(&app, "email", "is_unique").await;
    factory::custom_field(&app, "cf_mail", "email", UNIQUE).await;
    let spellings = ["info@münchen.example", "INFO@xn--mnchen-3ya.example", "info@mu\u{308}nchen.example"];
    let fields =
        json!({"name": "a", "email": [{"email": spellings[0]}], "customFields": {"cf_mail": spellings[1]}});
    let made = factory::contact(&client, fields).await;
    for spelling in spellings {
        for fields in
            [json!({"email": [{"email": spelling}]}), json!({"customFields": {"cf_mail": spelling}})]
        {
            assert_eq!(client.post(CONTACTS, factory::body(fields)).await.status.as_u16(), 409, "{spelling}");
        }
        for filter in ["email", "cf_mail", "keyword"] {
            assert_eq!(
                listed(&client, &format!("{filter}={}", encoded(spelling))).await,
                ["a"],
                "{filter} {spelling}"
            );
        }
        let answer = client.put(&by("email", spelling), json!({"name": "a"})).await;
        assert_eq!(answer.expect(200)["id"], made["id"], "{spelling}");
    }
    // Also in the trash, from where it is brought back.
    client.delete(&factory::path(&made)).await.expect(200);
    let revive = format!("{}?revive=true", by("email", spellings[1]));
    assert_eq!(client.put(&revive, json!({"name": "a"})).await.expect(200)["id"], made["id"]);
    app.finish().await;
    let app = TestApp::new().await;
    for (name, spelling) in ["x", "y", "z"].iter().zip(spellings) {
        factory::contact(&app.writer(), json!({"name": name, "email": [{"email": spelling}]})).await;
    }
    let page = app.reader().get(&format!("{CONTACTS}/duplicates?by=email")).await.expect(200);
    assert_eq!(page["data"][0]["count"], 3);
    app.finish().await;
}

#[tokio::test]
async fn addresses_in_any_script_are_accepted() {
    let app = TestApp::new().await;
    for email in [
        "संपर्क@डाटामेल.भारत",
        "தொடர்பு@எடுத்துக்காட்டு.இந்தியா",
        "ผู้ใช้@ตัวอย่าง.ไทย",
        "អ្នកប្រើ@ឧទាហរណ៍.ខ្មែរ",
        "မောင်@example.com",
    ] {
        let made = factory::contact(&app.writer(), json!({"name": email, "email": [{"email": email}]})).await;
        assert_eq!(made["email"][0]["email"], email);
        assert_eq!(listed(&app.reader(), &format!("email={}", encoded(email))).await, [email]);
        assert_eq!(found(&app.reader(), email).await, [email]);
    }
    app.finish().await;
}

#[tokio::test]
async fn names_are_found_however_they_are_typed() {
    let app = TestApp::new().await;
    for name in
        ["علی کریم", "O´Brien", "ג׳ורג׳ תל־אביב", "रोहित आम", "น้ำฝน", "ဝင်းဝင်း", "K-Link 50%", "Smith, John"]
    {
        factory::contact(
            &app.writer(),
            json!({"name": name, "username": "-", "tags": [name], "company": name}),
        )
        .await;
    }
    for (keyword, name) in [
        ("علي كريم", "علی کریم"),
        ("o'brien", "O´Brien"),
        ("O`Brien", "O´Brien"),
        ("Oʼbrien", "O´Brien"),
        ("ג'ורג' תל-אביב", "ג׳ורג׳ תל־אביב"),
        ("अाम", "रोहित आम"),
        ("นํ้า", "น้ำฝน"),
        ("၀င်း", "ဝင်းဝင်း"),
        ("\"Smith, John\"", "Smith, John"),
        ("(Smith) - «John»;", "Smith, John"),
        ("50%", "K-Link 50%"),
    ] {
        assert_eq!(found(&app.reader(), keyword).await, [name], "{keyword}");
        for listing in ["tags", "companies"] {
            let page = app
                .reader()
                .get(&format!("/api/v1/{listing}?keyword={}", encoded(keyword)))
                .await
                .expect(200);
            assert_eq!(texts(&page["data"], "name"), [name], "{listing} {keyword}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_name_of_twelve_words_is_found_by_its_longest() {
    let app = TestApp::new().await;
    let name = "Maria de la Luz Josefina Guadalupe del Carmen y Fernández de Córdoba";
    factory::contact(&app.writer(), json!({"name": name})).await;
    factory::contact(&app.writer(), json!({"name": "Maria de la Luz"})).await;
    assert_eq!(found(&app.reader(), name).await, [name]);
    let words = name.replace(" y ", " x ");
    assert_eq!(found(&app.reader(), &words).await, [name], "the shortest are left out");
    assert_eq!(found(&app.reader(), &name.replace("Josefina", "Josephina")).await, [""; 0]);
    app.finish().await;
}

#[tokio::test]
async fn groups_and_options_in_two_spellings_are_one() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let group = admin.post("/api/v1/groups", json!({"value": "Café"})).await.expect(201)["data"].take();
    for value in ["Cafe\u{301}", "Café ", " Café\u{a0}"] {
        assert_eq!(
            admin.post("/api/v1/groups", json!({"value": value})).await.status.as_u16(),
            409,
            "{value}"
        );
    }
    admin.post("/api/v1/groups", json!({"value": "café"})).await.expect(201);
    let contact =
        factory::contact(&app.writer(), json!({"name": "a", "contact_groups": [group["id"]]})).await;
    assert_eq!(listed(&app.reader(), &format!("group={}", encoded("Cafe\u{301} "))).await, ["a"]);
    // A deleted one's is free.
    admin.patch(&factory::path(&contact), json!({"contact_groups": []})).await.expect(200);
    admin.delete(&format!("/api/v1/groups/{}", group["id"].as_str().unwrap())).await.expect(200);
    admin.post("/api/v1/groups", json!({"value": "Cafe\u{301}"})).await.expect(201);

    let options = |values: &[&str]| values.iter().map(|value| json!({"value": value})).collect::<Value>();
    let field =
        |values: &[&str]| json!({"display_name": "Rank", "type": "multi_select", "options": options(values)});
    let refused = admin.post("/api/v1/contacts/fields", field(&["Café", "Cafe\u{301} "])).await;
    assert_eq!(refused.expect_invalid(), ["options[1].value:duplicate"]);
    let made =
        admin.post("/api/v1/contacts/fields", field(&["Café", "Gold"])).await.expect(201)["data"].take();
    let values = json!({"customFields": {"cf_rank": ["Gold ", "Cafe\u{301}"]}});
    let contact =
        factory::contact(&app.writer(), json!({"name": "b", "customFields": values["customFields"]})).await;
    assert_eq!(contact["customFields"][0]["value"], json!(["Café", "Gold"]));
    assert_eq!(listed(&app.reader(), &format!("cf_rank={}", encoded("Cafe\u{301}"))).await, ["b"]);
    let twice = json!({"cf_rank": ["Gold", "Gold "]});
    let details =
        app.writer().patch(&factory::path(&contact), json!({"customFields": twice})).await.expect_invalid();
    assert_eq!(details, ["customFields.cf_rank:duplicate"]);
    // Sent back in another spelling, the options are what they were.
    let path = format!("/api/v1/contacts/fields/{}", made["id"].as_str().unwrap());
    let same = admin.patch(&path, json!({"options": options(&["Cafe\u{301}", " Gold"])})).await.expect(200);
    assert_eq!(texts(&same["data"]["options"], "value"), ["Café", "Gold"]);
    let renamed =
        json!({"options": [{"value": "Bistro", "previousValue": "Cafe\u{301}"}, {"value": "Gold"}]});
    admin.patch(&path, renamed).await.expect(200);
    assert_eq!(
        factory::read(&app.reader(), &contact).await["customFields"][0]["value"],
        json!(["Bistro", "Gold"])
    );
    app.finish().await;
}

#[tokio::test]
async fn a_number_out_of_range_is_told_the_range_that_it_is_not_in() {
    let app = TestApp::new().await;
    factory::custom_field(&app, "cf_size", "number", FieldSetup::default()).await;
    for number in ["1e-400", "1e400"] {
        let body = format!(r#"{{"name":"a","email":[],"phone":[],"customFields":{{"cf_size":{number}}}}}"#);
        let answer =
            app.writer().send(Method::POST, CONTACTS, &[("content-type", "application/json")], body).await;
        let details = answer.json()["error"]["details"].clone();
        assert_eq!(details[0]["code"], "out_of_range");
        let message = details[0]["message"].as_str().unwrap();
        assert!(message.contains("4.9e-324") && message.contains("1.7e308"), "{message}");
    }
    app.finish().await;
}
