//! What a contact that comes back refers to is as it is by then.

use serde_json::{Value, json};

use super::{merge, names, past_the_api, undo};
use crate::{
    contacts::groups,
    support::{TestApp, factory, factory::FieldSetup},
};

/// A contact merged into another that takes over nothing of it, and the merge's id.
async fn merged_without_trace(app: &TestApp, fields: Value) -> (Value, Value) {
    let client = app.writer();
    let survivor = factory::contact(&client, json!({"username": "survivor"})).await;
    let other = factory::contact(&client, fields).await;
    let prefer = json!({
        "channel": survivor["id"], "company": survivor["id"], "tags": survivor["id"],
        "platformContacts": survivor["id"], "contact_groups": survivor["id"],
        "customFields.cf_one": survivor["id"], "customFields.cf_two": survivor["id"],
        "customFields.cf_three": survivor["id"],
    });
    let body = json!({"from": [other["id"]], "prefer": prefer});
    let merge_id = merge(&client, &survivor, body).await.expect(200)["data"]["mergeId"].take();
    (other, merge_id)
}

async fn fields(app: &TestApp) {
    for name in ["cf_one", "cf_two", "cf_three"] {
        factory::custom_field(app, name, "text", FieldSetup::default()).await;
    }
}

/// A contact that refers to something of every kind.
async fn everything(app: &TestApp) -> Value {
    let groups = groups(app).await;
    json!({
        "username": "other", "channel": "viber", "company": "K-Link", "tags": ["a", "b", "c", "d"],
        "platformContacts": [{"channel": "line", "socialPlatformId": "U1"}],
        "contact_groups": [groups[0]["id"], groups[1]["id"]],
        "customFields": {"cf_one": "1", "cf_two": "2", "cf_three": "3"},
    })
}

#[tokio::test]
async fn what_was_renamed_has_its_new_name() {
    let app = TestApp::new().await;
    fields(&app).await;
    let (other, merge_id) = merged_without_trace(&app, everything(&app).await).await;
    for statement in [
        "update tags set name = name || '!' where tenant_id = $1",
        "update companies set name = 'New', industry = 'IT' where tenant_id = $1",
        "update channels set name = name || '!' where tenant_id = $1 and name in ('viber', 'line')",
        "update groups set label = label || '!' where tenant_id = $1",
        "update fields set display_name = display_name || '!', position = 100 - position
         where tenant_id = $1 and system_name like 'cf\\_%'",
    ] {
        past_the_api(&app, statement).await;
    }
    undo(&app.writer(), &merge_id).await.expect(200);
    let after = factory::read(&app.reader(), &other).await;
    assert_eq!(names(&after["tags"]), ["a!", "b!", "c!", "d!"]);
    assert_eq!((&after["company"]["name"], &after["company"]["industry"]), (&json!("New"), &json!("IT")));
    assert_eq!(after["company"]["id"], other["company"]["id"]);
    assert_eq!(
        (&after["channel"], &after["platformContacts"][0]["channel"]),
        (&json!("viber!"), &json!("line!"))
    );
    let labels = crate::contacts::texts(&after["contact_groups"], "label");
    assert!(labels.len() == 2 && labels.iter().all(|label| label.ends_with('!')), "{labels:?}");
    let shown = crate::contacts::texts(&after["customFields"], "display_name");
    assert_eq!(shown, ["cf_three!", "cf_two!", "cf_one!"]);
    app.finish().await;
}

#[tokio::test]
async fn what_was_merged_is_what_stands_for_it() {
    let app = TestApp::new().await;
    fields(&app).await;
    let (other, merge_id) = merged_without_trace(&app, everything(&app).await).await;
    factory::contact(&app.writer(), json!({"company": "Into"})).await;
    for statement in [
        "update tags t set retired_at = now(), merged_into = (select o.id from tags o where o.tenant_id = $1 and o.name = 'c')
         where tenant_id = $1 and name = 'a'",
        "update companies t set retired_at = now(),
             merged_into = (select o.id from companies o where o.tenant_id = $1 and o.name = 'Into')
         where tenant_id = $1 and name = 'K-Link'",
    ] {
        past_the_api(&app, statement).await;
    }
    undo(&app.writer(), &merge_id).await.expect(200);
    let after = factory::read(&app.reader(), &other).await;
    assert_eq!(names(&after["tags"]), ["c", "b", "d"]);
    assert_eq!(after["company"]["name"], "Into");
    app.finish().await;
}

#[tokio::test]
async fn what_was_deleted_is_left_out() {
    let app = TestApp::new().await;
    fields(&app).await;
    let (other, merge_id) = merged_without_trace(&app, everything(&app).await).await;
    for statement in [
        "delete from tags where tenant_id = $1 and name = 'a'",
        "update tags set retired_at = now() where tenant_id = $1 and name = 'b'",
        "delete from companies where tenant_id = $1",
        "delete from groups g where tenant_id = $1 and g.position = 0",
        "delete from channels where tenant_id = $1 and name in ('viber', 'line')",
        "delete from fields where tenant_id = $1 and system_name = 'cf_two'",
        "update fields set type = 'date' where tenant_id = $1 and system_name = 'cf_three'",
    ] {
        past_the_api(&app, statement).await;
    }
    undo(&app.writer(), &merge_id).await.expect(200);
    let after = factory::read(&app.reader(), &other).await;
    assert_eq!(names(&after["tags"]), ["c", "d"]);
    assert_eq!((&after["company"], &after["channel"]), (&Value::Null, &Value::Null));
    assert_eq!(after["platformContacts"], json!([]));
    assert_eq!(after["contact_groups"], json!([other["contact_groups"][1]]));
    assert_eq!(crate::contacts::texts(&after["customFields"], "system_name"), ["cf_one"]);
    app.finish().await;
}

#[tokio::test]
async fn values_of_fields_that_were_archived_since_are_kept_and_shown_when_they_are_in_use_again() {
    let app = TestApp::new().await;
    fields(&app).await;
    let (other, merge_id) = merged_without_trace(&app, everything(&app).await).await;
    past_the_api(
        &app,
        "update fields set is_archived = true where tenant_id = $1 and system_name = 'cf_two'",
    )
    .await;
    undo(&app.writer(), &merge_id).await.expect(200);
    let after = factory::read(&app.reader(), &other).await;
    assert_eq!(crate::contacts::texts(&after["customFields"], "system_name"), ["cf_one", "cf_three"]);

    past_the_api(
        &app,
        "update fields set is_archived = false where tenant_id = $1 and system_name = 'cf_two'",
    )
    .await;
    // As the change of a field does it.
    past_the_api(
        &app,
        "update contacts set document_version = 0 where tenant_id = $1 and username = 'other'",
    )
    .await;
    let after = factory::read(&app.reader(), &other).await;
    assert_eq!(after["customFields"], other["customFields"]);
    app.writer().patch(&factory::path(&other), json!({"notes": "x"})).await.expect(200);
    app.writer().delete(&factory::path(&other)).await.expect(200);
    app.finish().await;
}
