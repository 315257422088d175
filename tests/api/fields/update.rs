//! What may be changed of default and of custom fields.

use axum::http::Method;
use serde_json::{Value, json};

use super::{CONTACTS, FIELDS, contact, field, ids, offenders, path, value};
use crate::support::{TestApp, factory};

#[tokio::test]
async fn of_a_default_field_only_the_display_name_and_the_rules_change() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let listing = admin.get(&format!("{FIELDS}?pageSize=100")).await.expect(200);
    for field in listing["data"].as_array().unwrap() {
        let name = field["system_name"].as_str().unwrap();
        for (body, problem) in [
            (json!({"type": "number"}), "type:not_allowed"),
            (json!({"is_archived": true}), "is_archived:not_allowed"),
            (json!({"options": [{"value": "a"}]}), "options:not_allowed"),
            (json!({"system_name": "cf_x"}), "system_name:not_allowed"),
            (json!({"is_default": false}), "is_default:not_allowed"),
        ] {
            assert_eq!(
                admin.patch(&path(field), body.clone()).await.expect_invalid(),
                [problem],
                "{name} {body}"
            );
        }
        // What GET returns, PATCH takes.
        assert_eq!(admin.patch(&path(field), field.clone()).await.expect(200)["data"], *field);
        let answer =
            admin.patch(&path(field), json!({"display_name": format!("My {name}")})).await.expect(200);
        assert_eq!((&answer["status"], &answer["message"]), (&json!("success"), &json!("updating field")));
        assert_eq!(answer["data"]["display_name"], format!("My {name}"));
        let answer = admin.patch(&path(field), json!({"is_required": true})).await.expect(200);
        assert_eq!(answer["data"]["is_required"], true);
        admin.form(Method::PATCH, &path(field), "is_required=off").await.expect(200);
        let unique = admin.patch(&path(field), json!({"is_unique": true})).await;
        if ["company", "tags", "channel", "contact_groups"].contains(&name) {
            assert_eq!(unique.expect_invalid(), ["is_unique:not_allowed"], "{name}");
        } else {
            assert_eq!(unique.expect(200)["data"]["is_unique"], true, "{name}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn every_mistake_of_a_body_is_named() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = field(&admin, json!({"display_name": "Sector"})).await;
    for (body, problems) in [
        (
            json!({"display_name": null, "is_unique": "x"}),
            &["display_name:required", "is_unique:wrong_type"][..],
        ),
        (json!({"type": "colour", "colour": 1}), &["type:not_an_option", "colour:unknown_field"]),
        (
            json!({"system_name": "cf_other", "is_default": true}),
            &["system_name:not_allowed", "is_default:not_allowed"],
        ),
        (json!({"options": [{"value": "a"}]}), &["options:not_allowed"]),
        (json!({"type": "select"}), &["options:required"]),
    ] {
        assert_eq!(admin.patch(&path(&made), body.clone()).await.expect_invalid(), problems, "{body}");
    }
    assert_eq!(admin.patch(&path(&made), made.clone()).await.expect(200)["data"], made);
    assert_eq!(admin.patch(&path(&made), json!({})).await.expect(200)["data"], made);
    app.finish().await;
}

#[tokio::test]
async fn a_new_display_name_shows_at_once_in_every_contact_with_a_value() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = field(&admin, json!({"display_name": "Sector"})).await;
    let one = contact(&admin, json!({"cf_sector": "Finance"})).await;
    let other = contact(&admin, json!({})).await;
    let answer = admin.patch(&path(&made), json!({"display_name": "Industry"})).await.expect(200);
    assert_eq!(answer["data"]["display_name"], "Industry");
    assert_eq!(answer["data"]["system_name"], "cf_sector", "its key stays");
    let read = factory::read(&admin, &one).await;
    let shown = json!([{
        "system_name": "cf_sector", "display_name": "Industry", "type": "text", "value": "Finance",
    }]);
    assert_eq!(read["customFields"], shown);
    let listed = admin.get(&format!("{CONTACTS}?cf_sector=finance")).await.expect(200);
    assert_eq!(listed["data"], json!([read]));
    assert_eq!(factory::read(&admin, &other).await, other);
    app.finish().await;
}

#[tokio::test]
async fn an_archived_field_hides_its_values_and_a_restored_one_shows_them_again() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let made = field(&admin, json!({"display_name": "Sector", "is_unique": true})).await;
    let one = contact(&admin, json!({"cf_sector": "Finance"})).await;
    let archived = admin.patch(&path(&made), json!({"is_archived": true})).await.expect(200)["data"].take();
    assert_eq!((&archived["is_archived"], &archived["is_unique"]), (&json!(true), &json!(true)));
    assert_eq!(factory::read(&admin, &one).await["customFields"], json!([]));
    let refused = admin.post(CONTACTS, factory::body(json!({"customFields": {"cf_sector": "x"}}))).await;
    assert_eq!(refused.expect_invalid(), ["customFields.cf_sector:unknown_field"]);
    assert_eq!(
        admin.get(&format!("{CONTACTS}?cf_sector=Finance")).await.expect_invalid(),
        ["cf_sector:unknown_field"]
    );
    assert_eq!(app.differences().await, Vec::<String>::new());
    // It can be renamed there, and its rules changed.
    admin.patch(&path(&made), json!({"display_name": "Industry", "is_required": true})).await.expect(200);
    admin.patch(&factory::path(&one), json!({"notes": "x"})).await.expect(200);
    admin.form(Method::PATCH, &path(&made), "is_archived=false").await.expect(200);
    let read = factory::read(&admin, &one).await;
    assert_eq!(read["customFields"][0]["value"], "Finance");
    assert_eq!(read["customFields"][0]["display_name"], "Industry");
    // Unique values are taken again, and what is required is again.
    let answer = admin.post(CONTACTS, factory::body(json!({"customFields": {"cf_sector": "FINANCE"}}))).await;
    assert_eq!(offenders(&answer, "customFields.cf_sector", "taken"), ids([&one]));
    let answer = admin.post(CONTACTS, factory::body(json!({}))).await;
    assert_eq!(answer.expect_invalid(), ["customFields.cf_sector:required"]);
    app.finish().await;
}

#[tokio::test]
async fn a_restored_field_that_contacts_break_meanwhile_is_refused() {
    let app = TestApp::new().await;
    let admin = app.admin();
    let unique = field(&admin, json!({"display_name": "Number", "is_unique": true})).await;
    let required = field(&admin, json!({"display_name": "Sector", "is_required": true})).await;
    let values = json!({"cf_number": "1", "cf_sector": "x"});
    let first = contact(&admin, values.clone()).await;
    for field in [&unique, &required] {
        admin.patch(&path(field), json!({"is_archived": true})).await.expect(200);
    }
    // Made while nothing was required, and given the same value by hand: an archived field takes none.
    let second = contact(&admin, json!({})).await;
    let pool = app.pool().await;
    sqlx::query(
        "insert into field_values (tenant_id, contact_id, field_id, position, value, value_key)
         select tenant_id, $1, field_id, position, value, value_key from field_values where field_id = $2",
    )
    .bind(second["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap())
    .bind(unique["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap())
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    let restore = json!({"is_archived": false});
    let answer = admin.patch(&path(&unique), restore.clone()).await;
    assert_eq!(offenders(&answer, "is_unique", "taken"), ids([&first, &second]));
    let answer = admin.patch(&path(&required), restore.clone()).await;
    assert_eq!(offenders(&answer, "is_required", "required"), ids([&second]));
    for field in [&unique, &required] {
        assert_eq!(admin.get(&path(field)).await.expect(200)["data"]["is_archived"], true);
    }
    // Without the rule it may come back.
    let answer = admin.patch(&path(&unique), json!({"is_archived": false, "is_unique": false})).await;
    assert_eq!(answer.expect(200)["data"]["is_archived"], false);
    assert_eq!(value(&admin, &second, "cf_number").await, "1");
    assert_eq!(value(&admin, &first, "cf_sector").await, Value::Null);
    app.finish().await;
}
