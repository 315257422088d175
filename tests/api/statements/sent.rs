//! What the service really sends, heard where the driver logs it: the statements of the macros and those that are
//! built.

use std::{cell::RefCell, collections::BTreeSet, fmt::Debug, sync::Once};

use axum::{body::Body, http::Method};
use contacts::housekeeping;
use serde_json::json;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    subscriber::Interest,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry,
};

use super::{assert_keeps_the_rules, in_one_line, recorded::recorded, tenant_tables};
use crate::support::{TestApp, factory};

thread_local! {
    /// What was sent from this thread, while it listens. A test has a thread of its own.
    static SENT: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Notes the statements that the driver logs.
struct Statements;

impl Statements {
    /// Listens on this thread. One subscriber serves all threads: the interest in a log line is remembered for the
    /// whole process, so that a thread's own subscriber may never hear it.
    fn listen() {
        static SUBSCRIBED: Once = Once::new();
        SUBSCRIBED.call_once(|| {
            tracing::subscriber::set_global_default(registry().with(Self)).unwrap();
        });
        SENT.set(Some(Vec::new()));
    }

    /// What was sent since.
    fn heard() -> Vec<String> {
        SENT.take().unwrap()
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target() == "sqlx::query" { Interest::always() } else { Interest::never() }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        SENT.with_borrow_mut(|sent| {
            if let Some(sent) = sent {
                let mut statement = Statement::default();
                event.record(&mut statement);
                // The summary is the whole of a short one.
                let text = if statement.text.is_empty() { statement.summary } else { statement.text };
                sent.push(text.trim().to_owned());
            }
        });
    }
}

#[derive(Default)]
struct Statement {
    summary: String,
    text: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.text),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// Uses the service as its clients do, in all the ways that lead to a statement.
async fn use_everything(app: &TestApp) {
    let admin = app.admin();
    let contact = factory::contact(
        &admin,
        json!({"tags": ["vip"], "company": "K-Link", "channel": "phone",
            "platformContacts": [{"channel": "viber", "socialPlatformId": "U1234"}],
            "phone": [{"phone": "09797877765"}], "email": [{"email": "frank@example.com"}]}),
    )
    .await;
    let path = factory::path(&contact);
    factory::read(&admin, &contact).await;
    for listing in [
        "contacts",
        "contacts?keyword=frank",
        "contacts?keyword=09797",
        "contacts?socialPlatformId=U1234",
        "contacts?tag=vip&sort=name&count=none",
        "contacts?keyword=frank&company=K-Link&count=estimated",
        "contacts/social-platforms/U1234",
        "contacts/groups",
        "contacts/fields",
        "tags",
        "channels",
    ] {
        admin.get(&format!("/api/v1/{listing}")).await.expect(200);
    }
    admin.put(&path, json!({"notes": "x", "tags": ["new"], "specific_update_fields": []})).await.expect(200);
    admin.patch(&path, json!({"phone": [], "company": null})).await.expect(200);
    admin.patch(&format!("{path}/tags"), json!({"actionType": "MERGE", "tags": ["newer"]})).await.expect(200);
    admin.patch(&path, json!({"channel": "pigeon"})).await.expect(422);
    let other = factory::contact(&admin, json!({"phone": [{"phone": "09797877765"}]})).await;
    admin.get("/api/v1/contacts/duplicates").await.expect(200);
    let merge = json!({"from": [other["id"]]});
    let merge = admin.post(&format!("{path}/merge"), merge).await.expect(200)["data"]["mergeId"].take();
    admin.get(&factory::path(&other)).await.expect(200);
    let undo = format!("/api/v1/contacts/merges/{}/undo", merge.as_str().unwrap());
    admin.send(Method::POST, &undo, &[], Body::empty()).await.expect(200);
    admin.delete(&factory::path(&other)).await.expect(200);
    admin.post("/api/v1/channels", json!({"name": "fax"})).await.expect(201);
    admin.post("/api/v1/channels", json!({"name": "FAX"})).await.expect(409);
    for _ in 0..2 {
        admin.put("/api/v1/contacts/by/email/may@example.com", json!({"name": "May"})).await;
    }
    let by_filter = "/api/v1/contacts/bulk/by-filter";
    let filter = json!({"keyword": "may", "has": "email"});
    for is_dry_run in [true, false] {
        let body = json!({"filter": filter, "action": "delete", "dryRun": is_dry_run});
        admin.post(by_filter, body).await.expect(200);
    }
    factory::set_default_field(app, "username", "is_unique").await;
    let body = json!({"all": true, "action": "tag", "actionType": "MERGE", "tags": ["all"]});
    admin.post(by_filter, body).await.expect(200);
    let operations = json!({"operations": [
        {"action": "upsert", "by": "phone", "value": "09797877765", "contact": {"username": "phoned"}},
        {"action": "upsert", "by": "phone", "value": "09797877765", "contact": {"notes": "again"}},
    ]});
    admin.post("/api/v1/contacts/bulk", operations).await.expect(200);
    let claimed = factory::body(json!({"username": "unique"}));
    admin.post("/api/v1/contacts", claimed.clone()).await.expect(201);
    admin.post("/api/v1/contacts", claimed).await.expect(409);
    admin.send(Method::DELETE, &path, &[], Body::empty()).await.expect(200);
    for listing in
        ["contacts/trash".to_owned(), format!("contacts/trash/{}", contact["id"].as_str().unwrap())]
    {
        admin.get(&format!("/api/v1/{listing}")).await.expect(200);
    }
    admin.post_once(&format!("{path}/restore"), "k", json!({})).await.expect(200);
    admin.post_once(&format!("{path}/restore"), "k", json!({})).await.expect(200);
    admin.get(&format!("{path}/history")).await.expect(200);
    admin.delete(&format!("{path}?permanent=true")).await.expect(200);
    let days = |days| Some(chrono::TimeDelta::days(days));
    let retention = housekeeping::Retention { trash: days(30), history: days(365), events: days(30) };
    housekeeping::clean(&app.state, retention).await.unwrap();
}

#[tokio::test]
async fn every_statement_that_is_sent_names_the_tenant_for_every_table() {
    let app = TestApp::new().await;
    Statements::listen();
    use_everything(&app).await;
    let sent: BTreeSet<String> = Statements::heard().into_iter().collect();

    let recorded: BTreeSet<String> = recorded().iter().map(|sql| in_one_line(sql)).collect();
    let tables = tenant_tables();
    let (mut of_macros, mut built) = (0, 0);
    for sql in &sent {
        // The tests' own way to the database is not the service's.
        if sql.starts_with("update fields set is_unique") || sql.ends_with("where slug = $1") {
            continue;
        }
        assert_keeps_the_rules(sql, &tables);
        if recorded.contains(&in_one_line(sql)) {
            of_macros += 1;
        } else {
            built += 1;
        }
    }
    assert!(of_macros > 20 && built > 4, "{of_macros} recorded and {built} built statements in {sent:#?}");
    app.finish().await;
}

#[tokio::test]
async fn an_upsert_with_if_match_sends_no_more_statements_for_more_contacts_that_have_the_value() {
    let app = TestApp::new().await;
    let admin = app.admin();
    // A job that may have still to reach them: their documents are asked for.
    let tag = factory::tag(&admin, "vip").await;
    factory::many(&app, 1_001, &[factory::id(&tag)], None).await;
    admin.patch(&format!("/api/v1/tags/{}", factory::id(&tag)), json!({"name": "gold"})).await.expect(202);
    let mut sent = Vec::new();
    for contacts in [2, 19] {
        let value = format!("{contacts}@example.com");
        for _ in 0..contacts {
            factory::contact(&admin, json!({"email": [{"email": value}]})).await;
        }
        let path = format!("/api/v1/contacts/by/email/{value}");
        Statements::listen();
        let upsert = admin.json_with(Method::PUT, &path, ("if-match", "*"), json!({"notes": "x"})).await;
        sent.push(Statements::heard().len());
        assert_eq!(upsert.expect_error(409, "conflict").len(), contacts);
    }
    assert!(sent[0] > 3, "{sent:?}");
    assert_eq!(sent[0], sent[1]);
    crate::support::run_jobs(&app.state).await.unwrap();
    app.finish().await;
}
