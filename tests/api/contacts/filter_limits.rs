//! What of the filters is refused, and how many there may be.

use serde_json::json;

use super::{
    list,
    listing::{expect_listed, refused},
};
use crate::support::{TestApp, factory};

#[tokio::test]
async fn what_is_wrong_with_a_filter_is_said_of_each() {
    let app = TestApp::new().await;
    let long = "x".repeat(256);
    for (query, expected) in [
        ("tag=%00".to_owned(), vec!["tag:contains_nul"]),
        (format!("tag={}", &long[..101]), vec!["tag:too_long"]),
        ("tag=%20".into(), vec!["tag:blank"]),
        (format!("company={long}"), vec!["company:too_long"]),
        ("channel=%E2%80%8B".into(), vec!["channel:blank"]),
        ("group=%00".into(), vec!["group:contains_nul"]),
        (format!("group={long}"), vec!["group:too_long"]),
        ("email=frank".into(), vec!["email:invalid_format"]),
        ("email=@".into(), vec!["email:invalid_format"]),
        ("phone=12".into(), vec!["phone:too_short"]),
        ("phone=%0A123".into(), vec!["phone:invalid_format"]),
        (format!("socialPlatformId={long}"), vec!["socialPlatformId:too_long"]),
        ("has=nothing".into(), vec!["has:not_an_option"]),
        ("has=Email".into(), vec!["has:not_an_option"]),
        ("has=email,phone".into(), vec!["has:not_an_option"]),
        ("tag=ok&tag=%00&tag=%20".into(), vec!["tag:blank", "tag:contains_nul"]),
        (
            format!("phone=1&has=x&sort=x&count=x&page=0&keyword={long}&createdAfter=x&cf_x=1&cursor=x"),
            vec![
                "cf_x:unknown_field",
                "count:not_an_option",
                "createdAfter:invalid_format",
                "cursor:invalid_cursor",
                "has:not_an_option",
                "keyword:too_long",
                "page:not_allowed",
                "page:out_of_range",
                "phone:too_short",
                "sort:not_an_option",
            ],
        ),
    ] {
        assert_eq!(refused(&app.reader(), &query).await, expected, "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn at_most_twenty_conditions_are_combined() {
    let app = TestApp::new().await;
    factory::custom_field(&app, "cf_a", "text", factory::FieldSetup::default()).await;
    factory::contact(&app.writer(), json!({"name": "a", "tags": ["x"]})).await;
    let twenty = ["tag=x"; 20].join("&");
    expect_listed(&app.reader(), &format!("{twenty}&keyword=a&tag=&cf_a="), &["a"]).await;
    for more in ["tag=x", "has=email", "cf_a=1", "has=cf_a", "createdAfter=2026-01-08"] {
        assert_eq!(refused(&app.reader(), &format!("{twenty}&{more}")).await, ["query:too_many"], "{more}");
    }
    // Many words, each found by another list, with many conditions.
    let query = format!("{}&keyword=a%20a%20a%20a%20a%20a%20a%20a%20a%20a", ["has=tags"; 20].join("&"));
    assert_eq!(list(&app.reader(), &query).await["total"], 1);
    app.finish().await;
}
