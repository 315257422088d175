//! Actions on what passes a filter that are refused: above all, filters that are wider than was meant.

use serde_json::json;

use super::BY_FILTER;
use crate::{
    contacts::{NOBODY, changes},
    support::{TestApp, factory},
};

#[tokio::test]
async fn no_filter_has_to_be_meant() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::contact(&client, json!({})).await;
    let before = changes(&app).await;
    for (filter, expected) in [
        (json!({}), vec!["filter:required"]),
        (json!({"filter": null}), vec!["filter:required"]),
        (json!({"filter": {}}), vec!["filter:required"]),
        (json!({"filter": {}, "all": false}), vec!["filter:required"]),
        (json!({"filter": {"tag": ""}}), vec!["filter.tag:blank"]),
        (json!({"filter": {"tag": ["a", ""]}}), vec!["filter.tag:blank"]),
        (json!({"filter": {"tag": []}}), vec!["filter.tag:wrong_type"]),
        (json!({"filter": {"tag": null}}), vec!["filter.tag:wrong_type"]),
        (json!({"filter": {"keyword": " "}}), vec!["filter.keyword:blank"]),
        (json!({"filter": {"keyword": "\u{301}", "tag": "a"}}), vec!["filter.keyword:blank"]),
        (json!({"filter": {"keyword": ["a", "b"]}}), vec!["filter.keyword:repeated"]),
        (json!({"filter": {"tags": "a"}}), vec!["filter.tags:unknown_field"]),
        (
            json!({"filter": {"sort": "name", "has": "wings"}}),
            vec!["filter.sort:unknown_field", "filter.has:not_an_option"],
        ),
        (json!({"filter": {"cf_none": "a"}}), vec!["filter.cf_none:unknown_field"]),
        (
            json!({"filter": {"email": "a", "createdAfter": 1}}),
            vec!["filter.createdAfter:invalid_format", "filter.email:invalid_format"],
        ),
        (json!({"filter": "tag=a"}), vec!["filter:wrong_type"]),
        (json!({"filter": {"tag": "a"}, "all": true}), vec!["all:contradiction"]),
        (json!({"all": 1, "dryRun": "yes"}), vec!["all:wrong_type", "dryRun:wrong_type", "filter:required"]),
    ] {
        let mut body = json!({"action": "delete"});
        body.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        let mut details = client.post(BY_FILTER, body).await.expect_invalid();
        details.sort_by_key(|detail| expected.iter().position(|one| one == detail));
        assert_eq!(details, expected, "{filter}");
    }
    assert_eq!(changes(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn an_action_that_no_contact_can_take_is_refused_at_once() {
    let app = TestApp::new().await;
    let client = app.writer();
    factory::contact(&client, json!({})).await;
    let before = changes(&app).await;
    for (action, expected) in [
        (json!({}), vec!["action:required"]),
        (json!({"action": "create", "contact": {}}), vec!["action:not_an_option"]),
        (json!({"action": "delete", "id": NOBODY}), vec!["id:unknown_field"]),
        (json!({"action": "tag", "tags": ["a"]}), vec!["actionType:required"]),
        (
            json!({"action": "group", "actionType": "MERGE", "groups": [NOBODY]}),
            vec!["groups[0]:unknown_group"],
        ),
        (
            json!({"action": "update", "contact": {"channel": "pigeon", "name": null, "customFields": {"cf_none": 1}}}),
            vec![
                "contact.name:required",
                "contact.channel:unknown_channel",
                "contact.customFields.cf_none:unknown_field",
            ],
        ),
        (json!({"action": "update", "foo": 1}), vec!["contact:required", "foo:unknown_field"]),
    ] {
        for is_dry_run in [false, true] {
            let mut body = action.clone();
            body["all"] = json!(true);
            body["dryRun"] = json!(is_dry_run);
            assert_eq!(client.post(BY_FILTER, body).await.expect_invalid(), expected, "{action}");
        }
    }
    assert_eq!(changes(&app).await, before);
    // All that is wrong, with filter and action.
    let body = json!({"filter": {"tag": ""}, "action": "erase"});
    assert_eq!(
        client.post(BY_FILTER, body).await.expect_invalid(),
        ["filter.tag:blank", "action:not_an_option"]
    );
    app.finish().await;
}
