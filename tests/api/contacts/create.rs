//! `POST /api/v1/contacts`

use serde_json::json;

use crate::support::{TestApp, factory};

#[tokio::test]
async fn a_minimal_contact_has_every_field() {
    let app = TestApp::new().await;
    let answer = app.writer().post("/api/v1/contacts", factory::body(json!({}))).await;
    let contact = answer.expect(201);
    assert_eq!(answer.header("location"), Some(factory::path(&contact).as_str()));
    assert_eq!(contact["name"], "frank");
    app.finish().await;
}
