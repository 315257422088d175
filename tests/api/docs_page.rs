//! The page at `/docs` in a real browser: a person enters a token and calls an endpoint.
//!
//! Needs Chromium and its driver (Debian: `chromium chromium-driver`). Without them this test says so and ends;
//! with `CI` set it fails.

use std::{path::PathBuf, process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::support::{self, TestApp, factory};

/// How long the page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The browser's driver, in a process group of its own; the browser goes with it.
struct Driver {
    process: Child,
    url: String,
    profile: PathBuf,
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(pid) = self.process.id().and_then(|pid| i32::try_from(pid).ok()) {
            let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
        }
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// Starts the driver on a free port.
async fn driver() -> Option<Driver> {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(process.stdout.take()?).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let url = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
            let profile = std::env::temp_dir().join(format!("contacts-browser-{}", std::process::id()));
            return Some(Driver { process, url, profile });
        }
    }
    None
}

async fn browser(driver: &Driver) -> Client {
    let options = json!({"goog:chromeOptions": {"args": [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        format!("--user-data-dir={}", driver.profile.display()),
    ]}});
    let serde_json::Value::Object(capabilities) = options else { panic!("an object") };
    ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
        .capabilities(capabilities)
        .connect(&driver.url)
        .await
        .unwrap()
}

async fn click(browser: &Client, selector: &str) {
    let element = browser.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
    element.unwrap_or_else(|error| panic!("{selector}: {error}")).click().await.unwrap();
}

#[tokio::test]
async fn a_person_enters_a_token_and_calls_an_endpoint() {
    let Some(driver) = driver().await else {
        assert!(std::env::var_os("CI").is_none(), "CI has chromedriver");
        support::say("no chromedriver here: the page at /docs was not tried in a browser");
        return;
    };
    let app = TestApp::new().await;
    factory::contact(&app.writer(), json!({"name": "Daw Khin"})).await;
    let address = app.listen().await;

    let browser = browser(&driver).await;
    browser.goto(&format!("http://{address}/docs")).await.unwrap();
    click(&browser, "button.authorize").await;
    let field =
        browser.wait().at_most(PATIENCE).for_element(Locator::Css(".auth-container input")).await.unwrap();
    field.send_keys(&app.token("acme", "contacts:read")).await.unwrap();
    click(&browser, ".auth-btn-wrapper button.authorize").await;
    click(&browser, ".auth-btn-wrapper button.btn-done").await;
    click(&browser, "[id$=listContacts] .opblock-summary-control").await;
    click(&browser, "[id$=listContacts] button.execute").await;
    let shown = browser
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::Css("[id$=listContacts] .live-responses-table .response .highlight-code"))
        .await
        .unwrap();
    let text = shown.text().await.unwrap();
    assert!(text.contains("Daw Khin") && text.contains("\"total\": 1"), "{text}");

    // Nothing the page loaded came from elsewhere.
    let script = "return performance.getEntriesByType('resource').map(entry => entry.name)";
    let loaded = browser.execute(script, Vec::new()).await.unwrap();
    for name in loaded.as_array().unwrap() {
        let name = name.as_str().unwrap();
        let is_ours = name.starts_with(&format!("http://{address}/")) || name.starts_with("data:");
        assert!(is_ours, "the page loaded {name}");
    }
    browser.close().await.unwrap();
    app.finish().await;
}
