//! Without a token, with too little scope, with just enough.

use super::{assert_documented, calls::call, operations, owned::Owned};
use crate::{
    openapi,
    support::{TestApp, app::TENANT, factory},
};

/// All scopes but `admin`, which includes them.
const SCOPES: [&str; 4] = ["contacts:read", "contacts:write", "contacts:erase", "settings:write"];

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let document = openapi::document();
    for operation in operations() {
        let answer = call(&operation.id, &owned).send(&app.anon(), &operation).await;
        assert_eq!(answer.status, 401, "{}: {}", operation.id, answer.text());
        answer.expect_error(401, "unauthenticated");
        assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer ")));
        assert_documented(&document, &operation, &answer);
        owned.assert_not_in(&operation.id, &answer);
    }
    assert_eq!(factory::read(&app.reader(), &owned.contact).await, owned.contact);
    app.finish().await;
}

#[tokio::test]
async fn with_every_scope_but_the_one_it_needs_a_call_is_forbidden() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let document = openapi::document();
    for operation in operations() {
        let scopes = operation.scopes();
        assert!(!scopes.is_empty() || operation.id == "getMe", "{} needs no scope", operation.id);
        for needed in &scopes {
            assert!(SCOPES.contains(&needed.as_str()), "{}: there is no scope {needed}", operation.id);
            let others: Vec<&str> = SCOPES.into_iter().filter(|scope| scope != needed).collect();
            let others = others.join(" ");
            let answer = call(&operation.id, &owned).send(&app.client(TENANT, &others), &operation).await;
            assert_eq!(answer.status, 403, "{} with `{others}`: {}", operation.id, answer.text());
            answer.expect_error(403, "forbidden");
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(message.contains(needed), "{} does not name {needed}: {message}", operation.id);
            assert_documented(&document, &operation, &answer);
            owned.assert_not_in(&operation.id, &answer);
        }
        if !scopes.is_empty() {
            let answer = call(&operation.id, &owned).send(&app.client(TENANT, ""), &operation).await;
            answer.expect_error(403, "forbidden");
        }
    }
    assert_eq!(factory::read(&app.reader(), &owned.contact).await, owned.contact);
    app.finish().await;
}

#[tokio::test]
async fn with_only_the_scopes_it_needs_a_call_succeeds_as_documented() {
    let app = TestApp::new().await;
    let owned = Owned::new(&app).await;
    let document = openapi::document();
    let (deletions, others): (Vec<_>, Vec<_>) =
        operations().into_iter().partition(|operation| operation.method == "DELETE");
    for operation in others.into_iter().chain(deletions) {
        let client = app.client(TENANT, &operation.scopes().join(" "));
        let answer = call(&operation.id, &owned).send(&client, &operation).await;
        assert!(answer.status.is_success(), "{}: {} {}", operation.id, answer.status, answer.text());
        assert_documented(&document, &operation, &answer);
    }
    app.finish().await;
}
