//! `POST /api/v1/contacts/{id}/restore`

use axum::{body::Body, http::Method};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{CONTACTS, NOBODY, NOON, admin_at, clock, full_contact, id, list, set_options, sql, texts};
use crate::support::{Answer, Client, Setup, TestApp, factory, factory::FieldSetup};

const TRASH: &str = "/api/v1/contacts/trash";

async fn restore(client: &Client, contact: &Value) -> Answer {
    let path = format!("{}/restore", factory::path(contact));
    client.send(Method::POST, &path, &[], Body::empty()).await
}

#[tokio::test]
async fn a_contact_comes_back_as_it_was_with_its_id_and_everything_finds_it() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let contact = full_contact(&app).await;
    app.writer().delete(&factory::path(&contact)).await.expect(200);
    let later = "2026-01-08T12:30:00.000001Z";
    let answer = restore(&admin_at(&app, later), &contact).await;
    let mut expected = contact.clone();
    expected["updatedAt"] = json!(later);
    assert_eq!(
        answer.expect(200),
        json!({"status": "success", "message": "restoring contact", "data": expected})
    );
    let read = app.reader().get(&factory::path(&contact)).await;
    assert_eq!(read.expect(200)["data"], expected);
    assert_eq!(read.header("etag"), answer.header("etag"));
    for query in ["", "keyword=callister", "keyword=U1234", "tag=platinum", "cf_sector=Finance", "sort=name"]
    {
        let page = list(&app.reader(), query).await;
        assert_eq!((&page["total"], id(&page["data"][0])), (&json!(1), id(&contact)), "{query}");
    }
    assert_eq!(app.reader().get(TRASH).await.expect(200)["total"], 0);
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_in_the_trash_is_not_found_and_what_lives_is_a_conflict() {
    let app = TestApp::new().await;
    let live = factory::contact(&app.writer(), json!({})).await;
    let trashed = factory::contact(&app.writer(), json!({})).await;
    app.writer().delete(&factory::path(&trashed)).await.expect(200);
    for unknown in [NOBODY, "42"] {
        restore(&app.writer(), &json!({"id": unknown})).await.expect_error(404, "not_found");
    }
    restore(&app.stranger(), &trashed).await.expect_error(404, "not_found");
    restore(&app.stranger(), &live).await.expect_error(404, "not_found");
    let conflict = restore(&app.writer(), &live).await;
    assert_eq!(conflict.expect_error(409, "conflict"), []);
    assert_eq!(conflict.json()["message"], "the contact is not in the trash");
    restore(&app.reader(), &trashed).await.expect_error(403, "forbidden");
    assert_eq!(list(&app.reader(), "").await["total"], 1);
    restore(&app.writer(), &trashed).await.expect(200);
    restore(&app.writer(), &trashed).await.expect_error(409, "conflict");
    assert_eq!(list(&app.reader(), "").await["total"], 2);
    app.finish().await;
}

#[tokio::test]
async fn a_unique_value_that_was_taken_meanwhile_is_a_conflict_that_names_who_has_it() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "email", "is_unique").await;
    let setup = FieldSetup { is_unique: true, ..FieldSetup::default() };
    factory::custom_field(&app, "cf_code", "text", setup).await;
    let fields = json!({"email": [{"email": "f@example.com"}], "customFields": {"cf_code": "7"}});
    let contact = factory::contact(&app.writer(), fields).await;
    app.writer().delete(&factory::path(&contact)).await.expect(200);
    let first = factory::contact(&app.writer(), json!({"email": [{"email": "F@example.com"}]})).await;
    let second = factory::contact(&app.writer(), json!({"customFields": {"cf_code": "7"}})).await;

    let answer = restore(&app.writer(), &contact).await;
    let mut fields = answer.expect_error(409, "conflict");
    fields.sort();
    let taken = |field: &str| (field.to_owned(), "taken".to_owned());
    assert_eq!(fields, [taken("customFields.cf_code"), taken("email[0].email")]);
    let mut holders = texts(&answer.json()["error"]["details"], "conflictingId");
    holders.sort();
    let mut expected = [id(&first).to_string(), id(&second).to_string()];
    expected.sort();
    assert_eq!(holders, expected);
    // It is where it was.
    app.reader().get(&format!("{TRASH}/{}", id(&contact))).await.expect(200);
    app.reader().get(&factory::path(&contact)).await.expect_error(404, "not_found");
    assert_eq!(app.differences().await, Vec::<String>::new());

    app.writer().delete(&factory::path(&first)).await.expect(200);
    app.writer().patch(&factory::path(&second), json!({"customFields": {"cf_code": null}})).await.expect(200);
    restore(&app.writer(), &contact).await.expect(200);
    // It has them again.
    let body = factory::body(json!({"email": [{"email": "f@example.com"}]}));
    let refused = app.writer().post(CONTACTS, body).await;
    refused.expect_error(409, "conflict");
    assert_eq!(refused.json()["error"]["details"][0]["conflictingId"], contact["id"]);
    restore(&app.writer(), &first).await.expect_error(409, "conflict");
    app.finish().await;
}

#[tokio::test]
async fn a_field_that_came_to_be_unique_meanwhile_claims_its_value() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"username": "unique"})).await;
    app.writer().delete(&factory::path(&contact)).await.expect(200);
    factory::set_default_field(&app, "username", "is_unique").await;
    restore(&app.writer(), &contact).await.expect(200);
    let body = factory::body(json!({"username": "UNIQUE"}));
    app.writer().post(CONTACTS, body).await.expect_error(409, "conflict");
    app.finish().await;
}

#[tokio::test]
async fn what_it_refers_to_is_as_it_is_by_now() {
    let app = TestApp::new().await;
    let writer = app.admin();
    writer.post("/api/v1/channels", json!({"name": "fax"})).await.expect(201);
    let old = factory::custom_field(&app, "cf_old", "text", FieldSetup::default()).await;
    let contact = full_contact(&app).await;
    let change = json!({
        "tags": ["platinum", "renamed", "merged", "survivor", "deleted"], "channel": "fax",
        "customFields": {"cf_old": "x"},
        "platformContacts": [{"channel": "viber", "socialPlatformId": "V"}, {"channel": "fax", "socialPlatformId": "F"}],
    });
    writer.patch(&factory::path(&contact), change).await.expect(200);
    writer.delete(&factory::path(&contact)).await.expect(200);
    for statement in [
        "update tags set name = 'new name', name_key = 'new name' where tenant_id = $1 and name = 'renamed'",
        "update tags set retired_at = now(), merged_into = (select s.id from tags s where s.tenant_id = $1 and s.name = 'survivor')
         where tenant_id = $1 and name = 'merged'",
        "delete from tags where tenant_id = $1 and name = 'deleted'",
        "update tags set retired_at = now() where tenant_id = $1 and name = 'platinum'",
        "update companies set name = 'New Company', name_key = 'new company', phone = '123' where tenant_id = $1",
        "delete from groups where tenant_id = $1 and value = 'new'",
        "update groups set label = 'Leads' where tenant_id = $1 and value = 'lead'",
        "delete from channels where tenant_id = $1 and name = 'fax'",
        "update channels set name = 'Viber!', name_key = 'viber!', is_archived = true
         where tenant_id = $1 and name = 'viber'",
        "update fields set display_name = 'Branch', position = 99 where tenant_id = $1 and system_name = 'cf_sector'",
        "update fields set is_archived = true where tenant_id = $1 and system_name = 'cf_size'",
        "delete from field_options where tenant_id = $1 and value = 'red'",
        "update fields set is_required = true where tenant_id = $1 and system_name = 'address'",
        "update tenant_counters set catalogue = catalogue + 1 where tenant_id = $1",
    ] {
        assert!(sql(&app, statement).await > 0, "{statement}");
    }
    let pool = app.pool().await;
    sqlx::query("delete from fields where id = $1").bind(old).execute(&pool).await.unwrap();

    let restored = restore(&writer, &contact).await.expect(200)["data"].take();
    assert_eq!(texts(&restored["tags"], "name"), ["new name", "survivor"]);
    assert_eq!(
        (&restored["company"]["name"], &restored["company"]["phone"]),
        (&json!("New Company"), &json!("123"))
    );
    assert_eq!(texts(&restored["contact_groups"], "label"), ["Leads"]);
    assert_eq!(restored["channel"], Value::Null);
    assert_eq!(restored["platformContacts"], json!([{"channel": "Viber!", "socialPlatformId": "V"}]));
    // An option that is gone stays the value of whoever has it, behind the others.
    assert_eq!(
        restored["customFields"],
        json!([
            {"system_name": "cf_vip", "display_name": "cf_vip", "type": "checkbox", "value": false},
            {"system_name": "cf_colours", "display_name": "cf_colours", "type": "multi_select",
             "value": ["blue", "red"]},
            {"system_name": "cf_sector", "display_name": "Branch", "type": "text", "value": "Finance"},
        ])
    );
    assert_eq!(factory::read(&writer, &contact).await, restored);
    for (keyword, total) in [("New Company", 1), ("K-Link", 0)] {
        assert_eq!(list(&writer, &format!("keyword={keyword}").replace(' ', "%20")).await["total"], total);
    }
    assert_eq!(list(&writer, "socialPlatformId=V").await["total"], 1);
    assert_eq!(list(&writer, "socialPlatformId=F").await["total"], 0);
    assert_eq!(app.differences().await, Vec::<String>::new());

    // The value of the archived field came back too, and shows once the field does.
    sql(&app, "update fields set is_archived = false where tenant_id = $1 and system_name = 'cf_size'").await;
    let values: Vec<String> = sqlx::query_scalar(
        "select v.value from field_values v join fields f on f.id = v.field_id where f.system_name = 'cf_size'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(values, ["12.5"]);
    writer.patch(&factory::path(&contact), json!({"notes": "rendered anew"})).await.expect(200);
    assert_eq!(list(&writer, "cf_size=12.5").await["total"], 1);
    let sizes = factory::read(&writer, &contact).await["customFields"].as_array().unwrap().len();
    assert_eq!(sizes, 4);
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn choices_are_in_the_order_of_the_options_and_have_their_names() {
    let app = TestApp::new().await;
    let contact = full_contact(&app).await;
    app.writer().delete(&factory::path(&contact)).await.expect(200);
    let options = json!([{"value": "green"}, {"value": "navy", "previousValue": "blue"}, {"value": "red"}]);
    set_options(&app, "cf_colours", options).await;
    let restored = restore(&app.writer(), &contact).await.expect(200)["data"].take();
    let colours = restored["customFields"].as_array().unwrap().iter();
    let colours: Vec<_> = colours.filter(|value| value["system_name"] == "cf_colours").collect();
    assert_eq!(colours[0]["value"], json!(["navy", "red"]));
    app.finish().await;
}

#[tokio::test]
async fn it_can_be_deleted_and_restored_again_and_again() {
    let app = TestApp::new().await;
    let contact = full_contact(&app).await;
    for _ in 0..3 {
        app.writer().delete(&factory::path(&contact)).await.expect(200);
        let mut restored = restore(&app.writer(), &contact).await.expect(200)["data"].take();
        restored["updatedAt"] = contact["updatedAt"].clone();
        assert_eq!(restored, contact);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_restorations_at_once_one_succeeds() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = full_contact(&app).await;
    writer.delete(&factory::path(&contact)).await.expect(200);
    let answers = join_all((0..8).map(|_| restore(&writer, &contact))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(list(&writer, "").await["total"], 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deletions_and_restorations_at_once_leave_one_contact_in_one_place() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let contact = full_contact(&app).await;
    let path = factory::path(&contact);
    for _ in 0..5 {
        let calls = (0..12).map(async |number| match number % 3 {
            0 => writer.delete(&path).await,
            1 => restore(&writer, &contact).await,
            _ => writer.patch(&path, json!({"notes": format!("note {number}")})).await,
        });
        for answer in join_all(calls).await {
            assert!([200, 404, 409].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.text());
        }
        let live = list(&writer, "").await["total"].as_i64().unwrap();
        let trashed = writer.get(TRASH).await.expect(200)["total"].as_i64().unwrap();
        assert_eq!(live + trashed, 1);
        assert_eq!(app.differences().await, Vec::<String>::new());
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_want_one_unique_value_back_one_gets_it() {
    let app = TestApp::new().await;
    factory::set_default_field(&app, "username", "is_unique").await;
    let writer = app.writer();
    let mut contacts = Vec::new();
    for _ in 0..4 {
        let contact = factory::contact(&writer, json!({"username": "one"})).await;
        writer.delete(&factory::path(&contact)).await.expect(200);
        contacts.push(contact);
    }
    let answers = join_all(contacts.iter().map(|contact| restore(&writer, contact))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
    app.finish().await;
}
