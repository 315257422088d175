//! What the first tenant has, all of it recognisable by one word.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Answer, Client, TestApp,
    app::TENANT,
    factory::{self, FieldSetup},
};

/// A word that stands in everything the first tenant has, and nowhere else. Lower case, so that what folds it
/// does not hide it.
pub const MARKER: &str = "zqxmarker";

/// The first tenant's data.
#[derive(Clone)]
pub struct Owned {
    /// A contact with everything, as `GET` returns it.
    pub contact: Value,
    /// Another one, which is in the trash.
    pub trashed: Value,
    pub group_id: Uuid,
    pub channel_id: String,
    /// One that no contact is in.
    pub other_group_id: String,
    /// One that no contact has.
    pub other_channel_id: String,
    pub field_id: Uuid,
    pub job_id: Uuid,
    /// What another tag and another company may be merged into.
    pub other_tag_id: String,
    pub other_company_id: String,
    /// A contact that is not merged yet.
    pub twin_id: String,
    /// The merge of another into the contact.
    pub merge_id: String,
}

impl Owned {
    /// Makes it, through the API as far as that can.
    pub async fn new(app: &TestApp) -> Self {
        let admin = app.admin();
        let field_id =
            factory::custom_field(app, &format!("cf_{MARKER}"), "text", FieldSetup::default()).await;
        let group_id = group(app, &format!("{MARKER}-group")).await;
        let channel = format!("{MARKER}-channel");
        let made = admin.post("/api/v1/channels", json!({"name": channel})).await.expect(201);
        let contact = factory::contact(
            &admin,
            json!({
                "username": format!("{MARKER}-username"),
                "name": format!("{MARKER} name"),
                "address": format!("{MARKER} street"),
                "notes": format!("{MARKER} notes"),
                "avatar_url": format!("https://{MARKER}.example/a.jpg"),
                "company": format!("{MARKER} company"),
                "tags": [format!("{MARKER}-tag")],
                "email": [{"email": format!("{MARKER}@example.com"), "isPrimary": true}],
                "phone": [{"phone": format!("1-800-{MARKER}"), "isPrimary": true}],
                "channel": channel,
                "contact_groups": [group_id],
                "customFields": {format!("cf_{MARKER}"): format!("{MARKER} value")},
                "platformContacts": [{"channel": "viber", "socialPlatformId": format!("{MARKER}-social")}],
            }),
        )
        .await;
        let twin = factory::contact(&admin, json!({"username": format!("{MARKER}-twin")})).await;
        let twin_id = twin["id"].as_str().unwrap().to_owned();
        let merge_id = merge(&admin, &contact).await;
        let contact = factory::read(&admin, &contact).await;
        let trashed = json!({"username": format!("{MARKER}-trashed"), "notes": format!("{MARKER} trashed")});
        let trashed = factory::contact(&admin, trashed).await;
        admin.delete(&factory::path(&trashed)).await.expect(200);
        let channel_id = made["data"]["id"].as_str().unwrap().to_owned();
        let job_id = job(app).await;
        let id = |made: Value| made["data"]["id"].as_str().unwrap().to_owned();
        let name = json!({"name": format!("{MARKER} other")});
        let other_tag_id = id(admin.post("/api/v1/tags", name.clone()).await.expect(201));
        let other_company_id = id(admin.post("/api/v1/companies", name).await.expect(201));
        let other = format!("{MARKER}-other");
        let made = admin.post("/api/v1/groups", json!({"value": other})).await.expect(201);
        let other_group_id = id(made);
        let made = admin.post("/api/v1/channels", json!({"name": other})).await.expect(201);
        let other_channel_id = id(made);
        Self {
            contact,
            trashed,
            group_id,
            channel_id,
            other_group_id,
            other_channel_id,
            field_id,
            job_id,
            other_tag_id,
            other_company_id,
            twin_id,
            merge_id,
        }
    }

    /// The same, with ids that nobody has.
    pub fn unknown(&self) -> Self {
        let (mut contact, mut trashed) = (self.contact.clone(), self.trashed.clone());
        contact["id"] = json!(Uuid::now_v7());
        contact["tags"][0]["id"] = json!(Uuid::now_v7());
        contact["company"]["id"] = json!(Uuid::now_v7());
        trashed["id"] = json!(Uuid::now_v7());
        Self {
            contact,
            trashed,
            group_id: Uuid::now_v7(),
            channel_id: Uuid::now_v7().to_string(),
            other_group_id: Uuid::now_v7().to_string(),
            other_channel_id: Uuid::now_v7().to_string(),
            field_id: Uuid::now_v7(),
            job_id: Uuid::now_v7(),
            other_tag_id: Uuid::now_v7().to_string(),
            other_company_id: Uuid::now_v7().to_string(),
            twin_id: Uuid::now_v7().to_string(),
            merge_id: Uuid::now_v7().to_string(),
        }
    }

    pub fn contact_id(&self) -> &str {
        self.contact["id"].as_str().unwrap()
    }

    pub fn trashed_id(&self) -> &str {
        self.trashed["id"].as_str().unwrap()
    }

    pub fn tag_id(&self) -> &str {
        self.contact["tags"][0]["id"].as_str().unwrap()
    }

    pub fn company_id(&self) -> &str {
        self.contact["company"]["id"].as_str().unwrap()
    }

    pub fn social_id(&self) -> String {
        format!("{MARKER}-social")
    }

    /// What tells that an answer holds something of the first tenant: the word, and every id.
    pub fn traces(&self) -> Vec<String> {
        vec![
            MARKER.to_owned(),
            self.contact_id().to_owned(),
            self.trashed_id().to_owned(),
            self.tag_id().to_owned(),
            self.company_id().to_owned(),
            self.group_id.to_string(),
            self.channel_id.clone(),
            self.other_group_id.clone(),
            self.other_channel_id.clone(),
            self.field_id.to_string(),
            self.job_id.to_string(),
            self.other_tag_id.clone(),
            self.other_company_id.clone(),
            self.twin_id.clone(),
            self.merge_id.clone(),
        ]
    }

    /// Nothing of the first tenant is in this answer, neither in its body nor in its headers.
    #[track_caller]
    pub fn assert_not_in(&self, what: &str, answer: &Answer) {
        let shown = format!("{:?} {}", answer.headers, answer.text()).to_lowercase();
        for trace in self.traces() {
            assert!(!shown.contains(&trace), "{what} shows {trace} of another tenant: {shown}");
        }
    }
}

/// The id of a merge of a contact that has nothing into this one.
async fn merge(admin: &Client, contact: &Value) -> String {
    let other = factory::contact(admin, json!({"username": format!("{MARKER}-merged")})).await;
    let path = format!("{}/merge", factory::path(contact));
    let answer = admin.post(&path, json!({"from": [other["id"]]})).await.expect(200);
    answer["data"]["mergeId"].as_str().unwrap().to_owned()
}

/// A group of the tests' tenant: the API makes none.
async fn group(app: &TestApp, value: &str) -> Uuid {
    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into groups (tenant_id, id, value, value_key, label, is_default, position, created_at, updated_at)
         values ($1, $2, $3, $3, $3, false, 100, now(), now())",
    )
    .bind(tenant)
    .bind(id)
    .bind(value)
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    id
}

/// A job of the tests' tenant, which has ended: one that runs would change what the tests look at.
async fn job(app: &TestApp) -> Uuid {
    let pool = app.pool().await;
    let tenant = factory::tenant_id(&pool, TENANT).await;
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into jobs (tenant_id, id, kind, task, total, done, cursor, requested_by, request_id, created_at,
                           updated_at, finished_at)
         values ($1, $2, $3, '', 1, 1, $2, $3, $3, now(), now(), now())",
    )
    .bind(tenant)
    .bind(id)
    .bind(MARKER)
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    id
}

/// All that a tenant can see of itself, to be compared with later.
pub async fn everything(client: &Client) -> Vec<Value> {
    let mut listings = Vec::new();
    for path in [
        "contacts",
        "contacts/trash",
        "contacts/groups",
        "contacts/fields",
        "tags",
        "companies",
        "channels",
        "jobs",
    ] {
        listings.push(client.get(&format!("/api/v1/{path}?pageSize=100")).await.expect(200));
    }
    listings
}
