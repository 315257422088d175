//! Every call of the two reference documents, as it stands there, over a real socket with curl. Tokens and ids
//! are put in, the host is ours, and what a shell or the older page's typing would break is mended (a space in
//! `email = []`, quotes around JSON).

use serde_json::{Value, json};

use crate::support::TestApp;

/// Runs a command line as it is pasted into a shell. The answer's status and body.
async fn paste(command: &str) -> (u16, Value) {
    let output = tokio::process::Command::new("sh")
        .args(["-c", &format!("{command} --silent --show-error --write-out '\\n%{{http_code}}'")])
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text
        .rsplit_once('\n')
        .unwrap_or_else(|| panic!("{command}: {}", String::from_utf8_lossy(&output.stderr)));
    (status.parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

/// A shell in which the documents' placeholders mean something.
struct Documents {
    base: String,
    token: String,
}

impl Documents {
    async fn call(&self, command: &str) -> (u16, Value) {
        let command = command
            .replace("https://api.klink.cloud", &self.base)
            .replace("https://apigw.klinkcx.com", &self.base)
            .replace("{token}", &self.token)
            .replace("<token>", &self.token);
        paste(&command).await
    }
}

/// Every key that the documents show of a contact.
fn assert_documented_contact(contact: &Value) {
    for key in [
        "id",
        "name",
        "address",
        "channel",
        "notes",
        "avatar_url",
        "socialProfileUrl",
        "tags",
        "company",
        "email",
        "phone",
        "customFields",
    ] {
        assert!(contact.get(key).is_some(), "no {key} in {contact}");
    }
}

#[tokio::test]
async fn the_documented_calls_give_the_documented_answers() {
    let app = TestApp::new().await;
    let documents =
        Documents { base: format!("http://{}", app.listen().await), token: app.token("acme", "admin") };

    // The older document, from its top.
    let (status, listing) = documents
        .call(
            r#"curl -G https://api.klink.cloud/api/v1/contacts \
  -H "Authorization: Bearer {token}" \
  -d keyword=frank"#,
        )
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        listing,
        json!({"total": 0, "page": 1, "pageSize": 10, "lastPage": 1, "nextCursor": null, "data": []})
    );

    let (status, created) = documents
        .call(
            r#"curl https://api.klink.cloud/api/v1/contacts \
  -H "Authorization: Bearer {token}" \
  -d name="FrankMcCallister" \
  -d email=[] \
  -d phone='[{"phone": "1-800-759-3000", "isPrimary": true }]' \
  -d avatar_url="https://assets.protocol.chat/avatars/frank.jpg""#,
        )
        .await;
    assert_eq!(status, 201);
    assert_eq!(created["name"], "FrankMcCallister");
    assert_eq!(created["avatar_url"], "https://assets.protocol.chat/avatars/frank.jpg");
    assert_eq!(created["company"], Value::Null);
    assert_eq!(created["email"], json!([]));
    assert_eq!(created["phone"], json!([{"phone": "1-800-759-3000", "isPrimary": true}]));
    let id = created["id"].as_str().unwrap().to_owned();

    for keyword in ["Frank", "callister", "800-759", "k"] {
        let (status, found) = documents
            .call(&format!(
                "curl -G https://api.klink.cloud/api/v1/contacts -H \"Authorization: Bearer {{token}}\" -d keyword={keyword}"
            ))
            .await;
        assert_eq!((status, &found["total"]), (200, &json!(1)), "{keyword}");
        assert_documented_contact(&found["data"][0]);
    }

    let (status, read) = documents
        .call(&format!(
            "curl https://api.klink.cloud/api/v1/contacts/{id} \\\n-H \"Authorization: Bearer {{token}}\""
        ))
        .await;
    assert_eq!(status, 200);
    assert_eq!((&read["status"], &read["message"]), (&json!("success"), &json!("contact")));
    assert_documented_contact(&read["data"]);

    let (status, updated) = documents
        .call(&format!(
            r#"curl -X PUT https://api.klink.cloud/api/v1/contacts/{id} \
  -H "Authorization: Bearer {{token}}" \
  -d name="UncleFrank" \
  -d specific_update_fields=[]"#
        ))
        .await;
    assert_eq!(status, 200);
    assert_eq!(updated, json!({"status": "success", "message": "updating contact", "data": null}));

    let (status, groups) = documents
        .call(r#"curl -X GET https://api.klink.cloud/api/v1/contacts/groups -H "Authorization: Bearer {token}""#)
        .await;
    assert_eq!(status, 200);
    for key in ["total", "page", "pageSize", "lastPage"] {
        assert!(groups[key].is_u64());
    }
    let group = groups["data"][0].as_object().unwrap();
    assert_eq!(group.keys().collect::<Vec<_>>(), ["id", "is_default", "label", "value"]);
    assert_eq!((&group["value"], &group["is_default"]), (&json!("new"), &json!(false)));

    let (status, fields) = documents
        .call(
            r#"curl -X GET https://api.klink.cloud/api/v1/contacts/fields?pageSize=100 -H "Authorization: Bearer {token}""#,
        )
        .await;
    assert_eq!(status, 200);
    let channel =
        fields["data"].as_array().unwrap().iter().find(|field| field["system_name"] == "channel").unwrap();
    assert_eq!((&channel["display_name"], &channel["type"]), (&json!("Channel"), &json!("select")));
    assert_eq!(channel["options"][0], json!({"value": "phone", "label": "Phone", "is_default": true}));

    // The document of 2026.
    let (status, read) = documents
        .call(&format!(
            "curl --location --request GET 'https://apigw.klinkcx.com/api/v1/contacts/{id}' \\\n\
             --header 'Authorization: Bearer <token>'"
        ))
        .await;
    assert_eq!(status, 200);
    assert_eq!(read["data"]["name"], "UncleFrank");
    assert_eq!(read["data"]["socialProfileUrl"], "https://assets.protocol.chat/avatars/frank.jpg");
    assert_documented_contact(&read["data"]);
    let (status, tags) = documents
        .call(&format!(
            r#"curl -X PATCH https://apigw.klinkcx.com/api/v1/contacts/{id}/tags -H 'Authorization: Bearer <token>' \
  -H 'Content-Type: application/json' -d '{{"actionType":"MERGE","tags":["vip","new"]}}'"#
        ))
        .await;
    assert_eq!(status, 200);
    assert_eq!(tags["message"], "Contact tags updated successfully");
    let (status, updated) = documents
        .call(&format!(
            r#"curl -X PATCH https://apigw.klinkcx.com/api/v1/contacts/{id} -H 'Authorization: Bearer <token>' \
  -H 'Content-Type: application/json' -d '{{"company":"K-Link"}}'"#
        ))
        .await;
    assert_eq!((status, &updated["message"]), (200, &json!("updating contact")));

    let (status, deleted) = documents
        .call(&format!(
            "curl -X DELETE https://api.klink.cloud/api/v1/contacts/{id} \\\n  -H \"Authorization: Bearer {{token}}\""
        ))
        .await;
    assert_eq!(status, 200);
    assert_eq!(deleted, json!({"status": "success", "message": "deleting contact", "data": null}));
    app.finish().await;
}
