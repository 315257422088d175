//! Nothing of a caller's values is lost or mixed up: numbers with extensions, blank text, a `+` in forms, mailboxes in
//! their spellings, and text that is written in two ways.

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

fn by(key: &str, value: &str) -> String {
    format!("{CONTACTS}/by/{key}/{}", encoded(value))
}

/// The names of what a query finds, sorted.
async fn listed(client: &Client, query: &str) -> Vec<String> {
    let mut names = texts(&list(client, &format!("pageSize=100&{query}")).await["data"], "name");
    names.sort();
    names
}

fn phones(contact: &Value) -> Vec<String> {
    texts(&contact["phone"], "phone")
}

async fn abroad() -> TestApp {
    TestApp::with(Setup { region: None, ..Setup::default() }).await
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
                &notes=1+1 is 2";
    let made = client.form(Method::POST, CONTACTS, form).await.expect(201);
    assert_eq!(made["email"][0]["email"], "frank+vip@example.com");
    assert_eq!(made["notes"], "1+1 is 2");
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
        ("(Smith) - <John>;", "Smith, John"),
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
