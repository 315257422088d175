//! Things for tests to work on.

use contacts::{contacts::rebuild, tenants};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Client, TestApp};

/// The body of a new contact: the least there is, with `fields` over it.
pub fn body(fields: Value) -> Value {
    let mut body = json!({"username": "frank", "email": [], "phone": []});
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    body.as_object_mut().unwrap().extend(fields);
    body
}

/// A new contact, as it was answered.
pub async fn contact(client: &Client, fields: Value) -> Value {
    client.post("/api/v1/contacts", body(fields)).await.expect(201)
}

/// So many new contacts with the same fields, made by several callers at once.
pub async fn contacts(client: &Client, count: usize, fields: &Value) {
    let callers = 8;
    let calls: tokio::task::JoinSet<()> = (0..callers)
        .map(|caller| {
            let (client, fields) = (client.clone(), fields.clone());
            async move {
                for _ in (caller..count).step_by(callers) {
                    contact(&client, fields.clone()).await;
                }
            }
        })
        .collect();
    calls.join_all().await;
}

/// The path of a contact.
pub fn path(contact: &Value) -> String {
    format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap())
}

/// A contact as `GET` returns it.
pub async fn read(client: &Client, contact: &Value) -> Value {
    client.get(&path(contact)).await.expect(200)["data"].take()
}

/// The id of a tenant that exists.
pub async fn tenant_id(pool: &PgPool, slug: &str) -> Uuid {
    sqlx::query_scalar("select tenant_id from tenant_slugs where slug = $1")
        .bind(slug)
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Contacts that all have the same tags and the same company, which exist: more than the API would make in good time.
/// What is derived of them is made as `contacts reindex` makes it. Their names are `many 1` and so on.
pub async fn many(app: &TestApp, count: i32, tag_ids: &[&str], company_id: Option<&str>) {
    let pool = app.pool().await;
    let tenant = tenant_id(&pool, super::app::TENANT).await;
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    sqlx::query(
        "insert into contacts (tenant_id, id, username, name, company_id, document, document_version, sort_name,
                               created_at, updated_at)
         select $1, n.id, 'many ' || n.place, 'many ' || n.place, $3, '', 0, '', now(), now()
         from unnest($2::uuid[]) with ordinality as n (id, place)",
    )
    .bind(tenant)
    .bind(&ids)
    .bind(company_id.map(|id| Uuid::try_parse(id).unwrap()))
    .execute(&pool)
    .await
    .unwrap();
    for (position, tag_id) in (0_i16..).zip(tag_ids) {
        sqlx::query("insert into contact_tags select $1, n.id, $3, $4 from unnest($2::uuid[]) as n (id)")
            .bind(tenant)
            .bind(&ids)
            .bind(Uuid::try_parse(tag_id).unwrap())
            .bind(position)
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;
    for (tenant, _) in tenants::all(&app.state.database).await.unwrap() {
        rebuild::reindex(&app.state.database, tenant, app.state.default_region, |_| {}).await.unwrap();
    }
}

/// Makes the documents of all contacts so many bytes longer, as if they had notes beyond all limits: they differ from the tables
/// then.
pub async fn swell(app: &TestApp, bytes: i32) {
    let pool = app.pool().await;
    let sql = "update contacts
               set document = replace(document, '\"notes\":null', '\"notes\":\"' || repeat('x', $1) || '\"')";
    sqlx::query(sql).bind(bytes).execute(&pool).await.unwrap();
    pool.close().await;
}

/// A new tag, as `GET` returns it.
pub async fn tag(client: &Client, name: &str) -> Value {
    client.post("/api/v1/tags", json!({"name": name})).await.expect(201)["data"].take()
}

/// A new company, as `GET` returns it.
pub async fn company(client: &Client, name: &str) -> Value {
    client.post("/api/v1/companies", json!({"name": name})).await.expect(201)["data"].take()
}

/// The id of an object.
pub fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

/// What a custom field is to be.
#[derive(Default)]
pub struct FieldSetup<'a> {
    pub options: &'a [&'a str],
    pub is_required: bool,
    pub is_unique: bool,
    pub is_archived: bool,
}

/// A custom field of the tests' tenant, which is made where it does not exist.
pub async fn custom_field(app: &TestApp, system_name: &str, field_type: &str, setup: FieldSetup<'_>) -> Uuid {
    app.reader().get("/api/v1/tags").await.expect(200);
    let pool = app.pool().await;
    let tenant = tenant_id(&pool, super::app::TENANT).await;
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into fields (tenant_id, id, system_name, display_name, type, is_default, is_archived, is_required,
                             is_unique, position, created_at, updated_at)
         select $1, $2, $3, $3, $4, false, $5, $6, $7, count(*), now(), now() from fields where tenant_id = $1",
    )
    .bind(tenant)
    .bind(id)
    .bind(system_name)
    .bind(field_type)
    .bind(setup.is_archived)
    .bind(setup.is_required)
    .bind(setup.is_unique)
    .execute(&pool)
    .await
    .unwrap();
    for (position, value) in (0..).zip(setup.options) {
        sqlx::query("insert into field_options values ($1, $2, $3, $3, false, $4)")
            .bind(tenant)
            .bind(id)
            .bind(value)
            .bind(position)
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;
    id
}

/// Sets a column of a default field of the tests' tenant: `is_required` or `is_unique`.
pub async fn set_default_field(app: &TestApp, system_name: &str, column: &'static str) {
    app.reader().get("/api/v1/tags").await.expect(200);
    let pool = app.pool().await;
    let sql = match column {
        "is_required" => "update fields set is_required = true where system_name = $1",
        "is_unique" => "update fields set is_unique = true where system_name = $1",
        other => panic!("no such rule: {other}"),
    };
    let updated = sqlx::query(sql).bind(system_name).execute(&pool).await.unwrap();
    assert_eq!(updated.rows_affected(), 1);
    pool.close().await;
}
