//! `GET /api/v1/me`

use serde_json::{Value, json};

use super::{NOON, app_at_noon, claims, sign};
use crate::support::{Setup, TestApp};

const ME: &str = "/api/v1/me";

async fn me(app: &TestApp, other: Value) -> Value {
    app.with_token(&sign(&claims(other))).get(ME).await.expect(200)["data"].take()
}

#[tokio::test]
async fn any_token_that_holds_is_told_whom_it_is_of_and_what_it_allows() {
    // No tenant is made for it.
    let app = app_at_noon(Setup { auto_create_tenants: false, ..Setup::default() }).await;
    assert_eq!(
        me(&app, json!({"sub": "crm", "scope": "openid contacts:write contacts:read contacts:read"})).await,
        json!({
            "tenant": "acme", "subject": "crm", "scopes": ["contacts:read", "contacts:write"],
            "abilities": ["contacts:read", "contacts:write"], "expiresAt": "2026-01-08T13:00:00Z",
        })
    );
    let admin = me(&app, json!({"scope": "admin", "exp": NOON + 1})).await;
    assert_eq!(admin["scopes"], json!(["admin"]));
    assert_eq!(
        admin["abilities"],
        json!(["contacts:read", "contacts:write", "contacts:erase", "settings:write"])
    );
    assert_eq!(admin["expiresAt"], "2026-01-08T12:00:01Z");
    let nobody =
        me(&app, json!({"sub": null, "scope": null, "exp": serde_json::from_str::<Value>("1e300").unwrap()}));
    let nobody = nobody.await;
    assert_eq!((&nobody["subject"], &nobody["scopes"]), (&json!(""), &json!([])));
    assert_eq!((&nobody["abilities"], &nobody["expiresAt"]), (&json!([]), &Value::Null));
    app.anon().get(ME).await.expect_error(401, "unauthenticated");
    app.with_token(&sign(&claims(json!({"exp": NOON})))).get(ME).await.expect_error(401, "unauthenticated");
    app.finish().await;
}
