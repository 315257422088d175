//! What is logged and counted of a request.

use std::time::Duration;

use sqlx::ConnectOptions;

use crate::support::{
    TestApp,
    app::SECRET,
    process::{Service, contacts},
    proxy::{Line, Proxy},
};

/// How long what is waited for may take.
const PATIENCE: Duration = Duration::from_secs(30);

async fn metrics(service: &Service) -> String {
    let output = tokio::process::Command::new("curl")
        .args(["--silent", "--show-error", &format!("{}/metrics", service.url)])
        .output()
        .await
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_caller_who_goes_away_is_logged_and_counted() {
    let app = TestApp::new().await;
    let proxy = Proxy::to(&app.options()).await;
    let mut command = contacts(&["serve"]);
    command.env("DATABASE_URL", proxy.options().to_url_lossy().to_string()).env("JWT_SECRET", SECRET);
    let mut service = Service::start(&mut command).await.unwrap_or_else(|output| panic!("{output:?}"));
    service.token = Some(app.token("acme", "contacts:read"));
    assert_eq!(service.curl("/api/v1/contacts", &[]).await.0, 200);
    proxy.set(Line::Stalled);
    let (status, _) =
        service.curl("/api/v1/tags", &["--max-time", "0.5", "--header", "x-request-id: impatient"]).await;
    assert_eq!(status, 0, "it was answered");
    let is_counted = |text: &str| {
        text.lines().any(|line| {
            line.starts_with("contacts_http_requests_total{")
                && ["status=\"499\"", "route=\"/api/v1/tags\"", "method=\"GET\""]
                    .iter()
                    .all(|label| line.contains(label))
                && line.ends_with(" 1")
        })
    };
    let counted = async {
        while !is_counted(&metrics(&service).await) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, counted).await.expect("it is counted");
    // It is no longer among those that are answered: this one is.
    assert!(metrics(&service).await.lines().any(|line| line == "contacts_http_requests_in_flight 1"));
    service.child.kill().await.unwrap();
    let log = service.log.until_end().await;
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("impatient")).collect();
    let [line] = *lines else { panic!("{log}") };
    for part in ["the caller went away", "499", "/api/v1/tags", "acme"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    app.finish().await;
}
