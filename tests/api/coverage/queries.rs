//! With parameters that it does not know, and with those that nobody has to know.

use std::fmt::Write;

use axum::body::Body;

use super::{
    assert_documented,
    calls::call,
    operations,
    owned::{Owned, everything},
};
use crate::{
    openapi,
    support::{Answer, TestApp, factory},
};

fn message(answer: &Answer) -> String {
    answer.json()["error"]["details"][0]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn no_operation_takes_a_parameter_that_it_does_not_know() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let before = everything(&app.admin()).await;
    let document = openapi::document();
    for operation in operations() {
        let call = call(&operation.id, &owned);
        let known: Vec<&str> = operation.value["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let sign = if call.path(&operation).contains('?') { '&' } else { '?' };
        // Each misspelt, and one that is like none.
        let wrong: Vec<String> = known.iter().map(|name| format!("{name}s")).chain(["zzz".into()]).collect();
        for wrong in wrong {
            for value in ["=x", ""] {
                let behind = format!("{sign}{wrong}{value}");
                let answer = call.send_with(&app.admin(), &operation, &[], &behind).await;
                assert_eq!(
                    answer.expect_invalid(),
                    [format!("{wrong}:unknown_parameter")],
                    "{}",
                    operation.id
                );
                assert_documented(&document, &operation, &answer);
                match known.iter().find(|name| format!("{name}s") == wrong) {
                    // Custom fields are parameters of their own names.
                    Some(&"customFields") => {}
                    Some(name) => {
                        assert!(message(&answer).ends_with(&format!("`{name}`")), "{}", message(&answer));
                    }
                    None => assert_eq!(message(&answer).contains("nearest"), !known.is_empty()),
                }
            }
        }
    }
    assert_eq!(everything(&app.admin()).await, before);
    app.finish().await;
}

#[tokio::test]
async fn whoever_may_not_call_is_told_that_and_not_what_the_call_knows() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    for operation in operations() {
        let call = call(&operation.id, &owned);
        let behind = if call.path(&operation).contains('?') { "&zzz=1" } else { "?zzz=1" };
        let answer = call.send_with(&app.anon(), &operation, &[], behind).await;
        answer.expect_error(401, "unauthenticated");
        let answer = call.send_with(&app.with_token("no.good.token"), &operation, &[], behind).await;
        answer.expect_error(401, "unauthenticated");
    }
    app.finish().await;
}

#[tokio::test]
async fn every_operation_takes_parameters_that_begin_with_an_underscore_or_have_no_value() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let (deletions, others): (Vec<_>, Vec<_>) =
        operations().into_iter().partition(|operation| operation.method == "DELETE");
    for operation in others.into_iter().chain(deletions) {
        let call = call(&operation.id, &owned);
        let mut behind = String::from(if call.path(&operation).contains('?') { "&" } else { "?" });
        behind += "_=1718000000&_tags[]=x&_page";
        for parameter in operation.value["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            if parameter["in"] == "query" && name != "customFields" {
                write!(behind, "&{name}=&{name}[]=").unwrap();
            }
        }
        let answer = call.send_with(&app.admin(), &operation, &[], &behind).await;
        assert!(answer.status.is_success(), "{}{behind}: {}", operation.id, answer.text());
    }
    app.finish().await;
}

#[tokio::test]
async fn calls_of_operators_know_no_parameters_and_pages_take_any() {
    let app = TestApp::new().await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = app.anon().get(&format!("{path}?verbose=1")).await;
        assert_eq!(answer.expect_invalid(), ["verbose:unknown_parameter"]);
        assert_eq!(app.anon().get(&format!("{path}?_=1")).await.status, 200);
    }
    for path in ["/docs/?utm_source=x", "/openapi.json?utm_source=x"] {
        assert_eq!(app.anon().get(path).await.status, 200, "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn lists_are_read_in_brackets_and_social_ids_as_others_spell_them() {
    let app = TestApp::new().await;
    let admin = app.admin();
    admin.post("/api/v1/contacts/fields", serde_json::json!({"display_name": "Level"})).await.expect(201);
    let platforms = serde_json::json!([{"channel": "viber", "socialPlatformId": "U1"}]);
    let both = serde_json::json!({
        "tags": ["a", "b"], "customFields": {"cf_level": "1"}, "platformContacts": platforms,
    });
    let found = factory::contact(&admin, both).await;
    factory::contact(&admin, serde_json::json!({"tags": ["a"]})).await;
    for query in [
        "tag=a&tag=b",
        "tag[]=a&tag[]=b",
        "tag[0]=a&tag[1]=b",
        "tag%5B%5D=a&tag%5B7%5D=b",
        "tag[]=b&tag=",
        "cf_level[]=1",
        "socialPlatformId=U1",
        "SocialPlatformId=U1",
        "social_platform_id=U1",
        "social_platform_id[0]=U1&page=&pageSize=&sort=&count=&cursor=&keyword=",
    ] {
        let listing = admin.get(&format!("/api/v1/contacts?{query}")).await.expect(200);
        assert_eq!(listing["data"], serde_json::json!([found]), "{query}");
    }
    // A cursor is for the filters, not for their spelling.
    let page = |query: String| {
        let admin = admin.clone();
        async move { admin.get(&format!("/api/v1/contacts?pageSize=1&{query}")).await.expect(200) }
    };
    let first = page("tag[]=a".into()).await;
    let second = page(format!("tag=a&tag=&_=2&cursor={}", first["nextCursor"].as_str().unwrap())).await;
    assert_eq!((&second["data"][0], &second["nextCursor"]), (&found, &serde_json::Value::Null));
    for name in ["SocialPlatformId", "social_platform_id"] {
        let body = serde_json::json!({"filter": {name: "U1"}, "action": "delete", "dryRun": true});
        let counted = admin.post("/api/v1/contacts/bulk/by-filter", body).await.expect(200);
        assert_eq!(counted["data"]["matched"], 1);
        let path = format!("/api/v1/contacts/by/{name}/U1");
        let upserted = admin.put(&path, serde_json::json!({"notes": name})).await.expect(200);
        assert_eq!(upserted["id"], found["id"]);
    }
    let answer = admin.get("/api/v1/contacts?page[]=1&page[]=2").await;
    assert_eq!(answer.expect_invalid(), ["page:repeated"]);
    app.finish().await;
}

#[tokio::test]
async fn the_head_of_an_answer_is_asked_for_with_the_same_parameters() {
    let app = TestApp::new().await;
    let head = |query: &'static str| {
        let reader = app.reader();
        async move {
            let path = format!("/api/v1/contacts?{query}");
            reader.send(axum::http::Method::HEAD, &path, &[], Body::empty()).await.status.as_u16()
        }
    };
    assert_eq!((head("tag=a").await, head("tags=a").await), (200, 422));
    // Methods that are not there and paths that lead nowhere are told as ever.
    app.admin()
        .put("/api/v1/contacts?tags=a", serde_json::json!({}))
        .await
        .expect_error(405, "method_not_allowed");
    app.admin().get("/api/v1/nothing?tags=a").await.expect_error(404, "not_found");
    app.finish().await;
}
