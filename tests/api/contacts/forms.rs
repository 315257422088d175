//! Contacts sent as `application/x-www-form-urlencoded`, as the documented `curl -d` calls do.

use axum::http::Method;
use serde_json::{Value, json};

use super::{CONTACTS, groups};
use crate::support::{TestApp, factory, factory::FieldSetup};

const FORM: &str = "application/x-www-form-urlencoded";

/// The contact that a form makes: the given fields after those that every contact needs.
async fn make(app: &TestApp, fields: &str) -> Value {
    app.writer().form(Method::POST, CONTACTS, &format!("email=[]&phone=[]&{fields}")).await.expect(201)
}

#[tokio::test]
async fn the_documented_calls_work() {
    let app = TestApp::new().await;
    let body = concat!(
        r#"name=FrankMcCallister&email=[]&phone=[{"phone": "1-800-759-3000", "isPrimary": true }]"#,
        "&avatar_url=https://assets.protocol.chat/avatars/frank.jpg",
    );
    let contact = app.writer().form(Method::POST, CONTACTS, body).await.expect(201);
    assert_eq!((&contact["name"], &contact["email"]), (&json!("FrankMcCallister"), &json!([])));
    assert_eq!(contact["phone"], json!([{"phone": "1-800-759-3000", "isPrimary": true}]));
    assert_eq!(contact["avatar_url"], "https://assets.protocol.chat/avatars/frank.jpg");
    let path = factory::path(&contact);
    let answer = app.writer().form(Method::PUT, &path, "name=UncleFrank&specific_update_fields=[]").await;
    assert_eq!(answer.expect(200), json!({"status": "success", "message": "updating contact", "data": null}));
    let read = factory::read(&app.reader(), &contact).await;
    assert_eq!((&read["name"], &read["phone"]), (&json!("UncleFrank"), &contact["phone"]));
    let found = app.reader().get(&format!("{CONTACTS}?keyword=uncle")).await.expect(200);
    assert_eq!(found["data"], json!([read]));
    app.finish().await;
}

#[tokio::test]
async fn a_form_can_say_all_that_json_can() {
    let app = TestApp::new().await;
    let json_contact = super::full_contact(&app).await;
    let groups = groups(&app).await;
    let group = |index: usize| groups[index]["id"].as_str().unwrap();
    let texts = "username=frank&name=Frank+McCallister&address=Dagon%20Seikkan%20Township&channel=phone\
                 &notes=calls%20back%0Aon+Mondays&socialProfileUrl=https://example.com/frank.jpg\
                 &company=K-Link";
    let structured = format!(
        r#"{texts}&tags=["platinum","Łódź"]
        &email=[{{"email":"Frank@example.com","isPrimary":true}},{{"email":"f@example.org"}}]
        &phone=[{{"phone":"1-800-759-3000"}},{{"phone":"09 797877765","isPrimary":true}}]
        &customFields={{"cf_sector":"Finance","cf_size":12.5,"cf_vip":false,"cf_colours":["red","blue"]}}
        &contact_groups=["{}","{}"]&platformContacts=[{{"channel":"viber","socialPlatformId":"U1234"}}]"#,
        group(1),
        group(0)
    )
    .replace("\n        ", "");
    let bracketed = format!(
        "{texts}&tags[]=platinum&tags%5B%5D=%C5%81%C3%B3d%C5%BA\
         &email[0][email]=Frank@example.com&email[0][isPrimary]=true&email[5][email]=f@example.org\
         &phone[0][phone]=1-800-759-3000&phone[0][isPrimary]=0\
         &phone[1][isPrimary]=1&phone[1][phone]=09+797877765\
         &customFields[cf_sector]=Finance&customFields[cf_size]=12.50&customFields[cf_vip]=false\
         &customFields[cf_colours][]=red&customFields[cf_colours][]=blue\
         &contact_groups[]={}&contact_groups[]={}\
         &platformContacts[0][channel]=viber&platformContacts[0][socialPlatformId]=U1234",
        group(1),
        group(0)
    );
    for form in [structured, bracketed] {
        let mut contact = app.writer().form(Method::POST, CONTACTS, &form).await.expect(201);
        for key in ["id", "createdAt", "updatedAt"] {
            contact[key] = json_contact[key].clone();
        }
        assert_eq!(contact, json_contact);
    }
    app.finish().await;
}

#[tokio::test]
async fn plain_text_is_never_looked_into() {
    let app = TestApp::new().await;
    for text in ["123", "null", "true", "[1]", r#"{"a":1}"#, r#""quoted""#, "1e400", "a[b]=c"] {
        let text_encoded = super::encoded(text);
        let form = format!(
            "username={text_encoded}&name={text_encoded}&address={text_encoded}&notes={text_encoded}"
        );
        let contact = make(&app, &form).await;
        for field in ["username", "name", "address", "notes"] {
            assert_eq!(contact[field], text);
        }
    }
    for (company, name) in
        [("123", "123"), ("[x]", "[x]"), ("{Acme", "{Acme"), (r#"{"name":"Acme"}"#, "Acme")]
    {
        let contact = make(&app, &format!("name=x&company={}", super::encoded(company))).await;
        assert_eq!(contact["company"]["name"], name);
    }
    let contact = make(&app, "name=x&company[name]=Acme").await;
    let again =
        make(&app, &format!("name=x&company[id]={}", contact["company"]["id"].as_str().unwrap())).await;
    assert_eq!(again["company"], contact["company"]);
    app.finish().await;
}

#[tokio::test]
async fn empty_text_is_null() {
    let app = TestApp::new().await;
    let contact = super::full_contact(&app).await;
    let path = factory::path(&contact);
    let form = "address=&channel=&notes=&avatar_url=&company=&tags=&email=&contact_groups=&customFields=";
    app.writer().form(Method::PATCH, &path, form).await.expect(200);
    let mut expected = contact.clone();
    for field in ["address", "channel", "notes", "avatar_url", "socialProfileUrl", "company"] {
        expected[field] = json!(null);
    }
    for field in ["tags", "email", "contact_groups"] {
        expected[field] = json!([]);
    }
    let mut read = factory::read(&app.reader(), &contact).await;
    read["updatedAt"] = contact["updatedAt"].clone();
    assert_eq!(read, expected);
    app.writer()
        .form(Method::PATCH, &path, "customFields[cf_sector]=&customFields[cf_size]=")
        .await
        .expect(200);
    let custom = factory::read(&app.reader(), &contact).await["customFields"].take();
    assert_eq!(super::texts(&custom, "system_name"), ["cf_vip", "cf_colours"]);
    let details = app.writer().form(Method::PATCH, &path, "name=&username=").await.expect_invalid();
    assert_eq!(details, ["username:required", "name:required"]);
    let details = app.writer().form(Method::POST, CONTACTS, "name=&username=").await.expect_invalid();
    assert_eq!(details, ["email:required", "phone:required", "username:required"]);
    app.finish().await;
}

#[tokio::test]
async fn numbers_and_booleans_are_text() {
    let app = TestApp::new().await;
    for (name, field_type) in
        [("cf_n", "number"), ("cf_c", "checkbox"), ("cf_t", "text"), ("cf_m", "multi_select")]
    {
        let options: &[&str] = if name == "cf_m" { &["1", "x"] } else { &[] };
        factory::custom_field(&app, name, field_type, FieldSetup { options, ..FieldSetup::default() }).await;
    }
    for (field, text, expected) in [
        ("cf_n", "12", json!(12)),
        ("cf_n", "-0.50", json!(-0.5)),
        ("cf_c", "true", json!(true)),
        ("cf_c", "1", json!(true)),
        ("cf_c", "on", json!(true)),
        ("cf_c", "false", json!(false)),
        ("cf_c", "0", json!(false)),
        ("cf_t", "12", json!("12")),
        ("cf_t", "true", json!("true")),
        ("cf_m", "x", json!(["x"])),
        ("cf_m", "1", json!(["1"])),
    ] {
        let contact = make(&app, &format!("name=x&customFields[{field}]={text}")).await;
        assert_eq!(contact["customFields"][0]["value"], expected, "{field} {text}");
    }
    for (field, text, code) in [
        ("cf_n", "1,5", "invalid_format"),
        ("cf_n", "1e400", "out_of_range"),
        ("cf_c", "maybe", "invalid_format"),
    ] {
        let form = format!("name=x&email=[]&phone=[]&customFields[{field}]={text}");
        let details = app.writer().form(Method::POST, CONTACTS, &form).await.expect_invalid();
        assert_eq!(details, [format!("customFields.{field}:{code}")]);
    }
    for (text, expected) in [
        ("true", true),
        ("1", true),
        ("on", true),
        ("false", false),
        ("0", false),
        ("off", false),
        ("", false),
    ] {
        let form = format!("name=x&email=[]&phone[0][phone]=1234&phone[0][isPrimary]={text}");
        let contact = app.writer().form(Method::POST, CONTACTS, &form).await.expect(201);
        assert_eq!(contact["phone"][0]["isPrimary"], expected);
    }
    let form = "name=x&email=[]&phone[0][phone]=1234&phone[0][isPrimary]=maybe";
    let details = app.writer().form(Method::POST, CONTACTS, form).await.expect_invalid();
    assert_eq!(details, ["phone[0].isPrimary:wrong_type"]);
    app.finish().await;
}

#[tokio::test]
async fn fields_and_tags_are_selected_and_changed_by_forms() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"name": "a", "notes": "a", "tags": ["a"]})).await;
    let path = factory::path(&contact);
    for (form, name, notes) in [
        ("name=b&notes=b&specific_update_fields[]=name", "b", "a"),
        (r#"name=c&notes=c&specific_update_fields=["notes"]"#, "b", "c"),
        ("name=d&notes=d&specific_update_fields[]=name&specific_update_fields[]=notes", "d", "d"),
    ] {
        app.writer().form(Method::PUT, &path, form).await.expect(200);
        let read = factory::read(&app.reader(), &contact).await;
        assert_eq!((&read["name"], &read["notes"]), (&json!(name), &json!(notes)));
    }
    for (form, tags) in [
        ("actionType=MERGE&tags[]=b&tags[]=A", vec!["a", "b"]),
        (r#"actionType=REMOVE&tags=["A"]"#, vec!["b"]),
        ("actionType=REPLACE&tags[0][name]=c", vec!["c"]),
    ] {
        app.writer().form(Method::PATCH, &format!("{path}/tags"), form).await.expect(200);
        assert_eq!(super::texts(&factory::read(&app.reader(), &contact).await["tags"], "name"), tags);
    }
    let details =
        app.writer().form(Method::PATCH, &path, "nickname=x&tags[colour]=red").await.expect_invalid();
    assert_eq!(details, ["nickname:unknown_field", "tags:wrong_type"]);
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_400() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({})).await;
    let path = factory::path(&contact);
    for form in [
        "name=a&name=b",
        "tags=a&tags[]=b",
        "tags[]=a&tags=b",
        "tags[]=a&tags[x]=b",
        "tags[0=a",
        "tags[a]b=c",
        "email[0][email]=a@b.cc&email[0]=x",
        "a[b][c][d][e][f]=1",
        "name=%FF",
        "",
    ] {
        let answer = app.writer().form(Method::PATCH, &path, form).await;
        assert_eq!(answer.expect_error(400, "malformed_request"), [], "{form}");
    }
    let json = [("content-type", "application/json")];
    for body in ["", "{", "name=x", "{\"name\":\"x\"", "{\"name\":\"\\ud800\"}", "{'name':'x'}", "{} {}"] {
        let answer = app.writer().send(Method::PATCH, &path, &json, body.to_owned()).await;
        assert_eq!(answer.expect_error(400, "malformed_request"), [], "{body}");
    }
    let answer =
        app.writer().send(Method::PATCH, &path, &json, vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}']).await;
    assert_eq!(answer.expect_error(400, "malformed_request"), []);
    let deep = format!(r#"{{"tags":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    app.writer().send(Method::PATCH, &path, &json, deep).await.expect_error(400, "malformed_request");
    for body in ["[]", "1", "null", "\"x\"", "true"] {
        let answer = app.writer().send(Method::PATCH, &path, &json, body.to_owned()).await;
        assert_eq!(answer.expect_invalid(), [":wrong_type"]);
    }
    assert_eq!(factory::read(&app.reader(), &contact).await, contact);
    app.finish().await;
}

#[tokio::test]
async fn anything_but_json_and_forms_in_utf_8_is_415() {
    let app = TestApp::new().await;
    let (json_body, form_body) = (r#"{"name":"x","email":[],"phone":[]}"#, "name=x&email=[]&phone=[]");
    for (content_type, body) in [
        ("application/json", json_body),
        ("Application/JSON; charset=UTF-8", json_body),
        ("application/json;charset=\"utf-8\"", json_body),
        (FORM, form_body),
        ("application/x-www-form-urlencoded; charset=utf-8", form_body),
    ] {
        let headers = [("content-type", content_type)];
        app.writer().send(Method::POST, CONTACTS, &headers, body).await.expect(201);
    }
    for headers in [
        vec![],
        vec![("content-type", "")],
        vec![("content-type", "text/plain")],
        vec![("content-type", "text/json")],
        vec![("content-type", "application/xml")],
        vec![("content-type", "multipart/form-data; boundary=x")],
        vec![("content-type", "application/json; charset=iso-8859-1")],
        vec![("content-type", "application/x-www-form-urlencoded; charset=utf-16")],
        vec![("content-type", "application/json"), ("content-encoding", "gzip")],
    ] {
        for method in [Method::POST, Method::PUT, Method::PATCH] {
            let path = if method == Method::POST {
                CONTACTS.to_owned()
            } else {
                format!("{CONTACTS}/{}", super::NOBODY)
            };
            let answer = app.writer().send(method, &path, &headers, json_body).await;
            assert_eq!(answer.expect_error(415, "unsupported_media_type"), [], "{headers:?}");
        }
    }
    app.finish().await;
}
