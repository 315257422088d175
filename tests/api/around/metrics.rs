//! `/metrics`.

use serde_json::json;

use crate::support::{TestApp, app::SECRET, factory};

/// The value of a sample, whose labels may come in any order; 0 where there is none yet.
fn sample(text: &str, name: &str, labels: &[(&str, &str)]) -> f64 {
    let has_labels =
        |line: &str| labels.iter().all(|(key, value)| line.contains(&format!("{key}=\"{value}\"")));
    text.lines()
        .filter(|line| line.starts_with(&format!("{name}{{")) || line.starts_with(&format!("{name} ")))
        .filter(|line| has_labels(line))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum()
}

async fn scrape(app: &TestApp) -> String {
    let answer = app.anon().get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    answer.text()
}

const CONTACT: &str = "/api/v1/contacts/{id}";

#[tokio::test]
async fn requests_are_counted_by_method_route_and_status() {
    let app = TestApp::new().await;
    let count = |text: &str, method, route, status| {
        sample(
            text,
            "contacts_http_requests_total",
            &[("method", method), ("route", route), ("status", status)],
        )
    };
    let before = scrape(&app).await;
    assert_eq!(count(&before, "GET", CONTACT, "200"), 0.0);

    let contact = factory::contact(&app.writer(), json!({"tags": ["vip"]})).await;
    for _ in 0..3 {
        factory::read(&app.reader(), &contact).await;
    }
    app.reader().get("/api/v1/contacts/42").await.expect(404);
    app.reader().delete(&factory::path(&contact)).await.expect(403);
    app.anon().get(&factory::path(&contact)).await.expect(401);
    app.reader().get("/api/v1/nothing").await.expect(404);
    app.reader().get("/api/v1/nothing-else").await.expect(404);

    let after = scrape(&app).await;
    assert_eq!(count(&after, "GET", CONTACT, "200"), 3.0);
    assert_eq!(count(&after, "GET", CONTACT, "404"), 1.0);
    assert_eq!(count(&after, "GET", CONTACT, "401"), 1.0);
    assert_eq!(count(&after, "DELETE", CONTACT, "403"), 1.0);
    assert_eq!(count(&after, "POST", "/api/v1/contacts", "201"), 1.0);
    assert_eq!(count(&after, "GET", "none", "404"), 2.0, "one label for all paths that no route has");
    assert_eq!(count(&after, "GET", "/metrics", "200"), 1.0);
    let durations = [("method", "GET"), ("route", CONTACT)];
    assert_eq!(sample(&after, "contacts_http_request_duration_seconds_count", &durations), 5.0);
    assert!(sample(&after, "contacts_http_request_duration_seconds_sum", &durations) > 0.0);
    app.finish().await;
}

#[tokio::test]
async fn what_callers_make_up_becomes_no_label() {
    let app = TestApp::new().await;
    let contact = factory::contact(&app.writer(), json!({"name": "Daw Khin"})).await;
    app.reader().get("/api/v1/contacts?keyword=secretword").await.expect(200);
    app.reader().get("/secretpath").await.expect(404);
    for method in ["FROBNICATE", "SECRETMETHOD"] {
        let request = method.parse().unwrap();
        app.reader()
            .send(request, &factory::path(&contact), &[], axum::body::Body::empty())
            .await
            .expect(405);
    }
    let text = scrape(&app).await;
    for secret in ["secret", "SECRET", "FROBNICATE", contact["id"].as_str().unwrap(), "acme", SECRET] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let others = [("method", "other"), ("route", CONTACT), ("status", "405")];
    assert_eq!(sample(&text, "contacts_http_requests_total", &others), 2.0);
    app.finish().await;
}

#[tokio::test]
async fn the_pool_and_the_requests_being_answered_are_shown() {
    let app = TestApp::new().await;
    let before = scrape(&app).await;
    assert_eq!(sample(&before, "contacts_database_connections", &[]), 0.0);
    assert_eq!(sample(&before, "contacts_database_connections_max", &[]), 16.0);
    // The one that asks.
    assert_eq!(sample(&before, "contacts_http_requests_in_flight", &[]), 1.0);

    app.reader().get("/api/v1/tags").await.expect(200);
    let held = app.state.database.acquire().await.unwrap();
    let during = scrape(&app).await;
    let connections = sample(&during, "contacts_database_connections", &[]);
    let idle = sample(&during, "contacts_database_connections_idle", &[]);
    assert!(connections >= 1.0 && idle < connections, "one of {connections} is in use, {idle} are not");
    drop(held);
    assert_eq!(sample(&scrape(&app).await, "contacts_http_requests_in_flight", &[]), 1.0);
    app.finish().await;
}

#[tokio::test]
async fn the_text_is_what_openmetrics_wants() {
    let app = TestApp::new().await;
    app.reader().get("/api/v1/tags").await.expect(200);
    let text = scrape(&app).await;
    assert!(text.ends_with("# EOF\n"), "{text}");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("contacts_"), "{line}");
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let family = name.split('{').next().unwrap();
        let is_described = text.lines().any(|line| {
            line.strip_prefix("# TYPE ").and_then(|rest| rest.split(' ').next()).is_some_and(|described| {
                family
                    .strip_prefix(described)
                    .is_some_and(|suffix| ["", "_total", "_sum", "_count", "_bucket"].contains(&suffix))
            })
        });
        assert!(is_described, "{line}");
    }
    app.finish().await;
}
