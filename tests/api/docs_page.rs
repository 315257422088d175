//! The page at `/docs` in a real browser: what the first screen shows, and that a person can call an endpoint.
//!
//! Needs Chromium and its driver (Debian: `chromium chromium-driver`). Without them these tests say so and end;
//! with `CI` set they fail.

use std::{net::SocketAddr, path::PathBuf, process::Stdio, time::Duration};

use axum::http::StatusCode;
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
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
            let profile = std::env::temp_dir().join(format!("contacts-browser-{}", process.id()?));
            return Some(Driver { process, url, profile });
        }
    }
    None
}

/// The page in a window of that size.
struct Page {
    app: TestApp,
    address: SocketAddr,
    browser: Client,
    _driver: Driver,
}

impl Page {
    /// None where there is no browser.
    async fn open(width: u32, height: u32) -> Option<Self> {
        let Some(driver) = driver().await else {
            assert!(std::env::var_os("CI").is_none(), "CI has chromedriver");
            support::say("no chromedriver here: the page at /docs was not tried in a browser");
            return None;
        };
        let app = TestApp::new().await;
        let address = app.listen().await;
        // A window cannot be as narrow as a telephone; what a browser emulates can.
        let options = json!({"goog:chromeOptions": {
            "mobileEmulation": {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1, "mobile": width < 500}},
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                format!("--user-data-dir={}", driver.profile.display()),
            ],
        }});
        let serde_json::Value::Object(capabilities) = options else { panic!("an object") };
        let browser = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url)
            .await
            .unwrap();
        browser.goto(&format!("http://{address}/docs")).await.unwrap();
        let page = Self { app, address, browser, _driver: driver };
        page.element(".opblock").await;
        Some(page)
    }

    async fn element(&self, selector: &str) -> Element {
        let element = self.browser.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        element.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    async fn click(&self, selector: &str) {
        self.element(selector).await.click().await.unwrap();
    }

    async fn count(&self, selector: &str) -> usize {
        self.browser.find_all(Locator::Css(selector)).await.unwrap().len()
    }

    async fn text(&self, selector: &str) -> String {
        self.element(selector).await.text().await.unwrap()
    }

    /// What a script says of the page.
    async fn ask(&self, script: &str) -> serde_json::Value {
        self.browser.execute(&format!("return {script}"), Vec::new()).await.unwrap()
    }

    /// How many of these are on the screen as a whole.
    async fn shown(&self, selector: &str) -> usize {
        let script = format!(
            "[...document.querySelectorAll('{selector}')].filter(element => {{
                const place = element.getBoundingClientRect();
                return element.checkVisibility() && place.top >= 0 && place.left >= 0
                    && place.bottom <= innerHeight && place.right <= innerWidth;
            }}).length"
        );
        serde_json::from_value(self.ask(&script).await).unwrap()
    }

    async fn authorize(&self, token: &str) {
        self.click("button.authorize").await;
        self.element(".auth-container input").await.send_keys(token).await.unwrap();
        self.click(".auth-btn-wrapper button.authorize").await;
        self.click(".auth-btn-wrapper button.btn-done").await;
    }

    async fn filter(&self, text: &str) {
        self.element(FILTER).await.send_keys(text).await.unwrap();
    }

    /// Calls the operation as it stands there, and gives what the page shows of the answer.
    async fn execute(&self, operation: &str) -> String {
        self.click(&format!("[id$={operation}] button.execute")).await;
        self.text(&format!("[id$={operation}] .live-responses-table .response .highlight-code")).await
    }

    /// Fails where the page is wider than its window.
    async fn has_no_overflow(&self) {
        let widths = self.ask("[document.documentElement.scrollWidth, innerWidth]").await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "{widths}");
    }

    async fn close(self) {
        self.browser.close().await.unwrap();
        self.app.finish().await;
    }
}

const FILTER: &str = ".head .operation-filter-input";

#[tokio::test]
async fn a_person_enters_a_token_and_calls_an_endpoint() {
    let Some(page) = Page::open(1280, 800).await else { return };
    factory::contact(&page.app.writer(), json!({"name": "Daw Khin"})).await;
    page.authorize(&page.app.token("acme", "contacts:read")).await;
    page.click("[id$=listContacts] .opblock-summary-control").await;
    let text = page.execute("listContacts").await;
    assert!(text.contains("Daw Khin") && text.contains("\"total\": 1"), "{text}");

    // The token and the operation that was open are still there.
    page.browser.refresh().await.unwrap();
    let text = page.execute("listContacts").await;
    assert!(text.contains("Daw Khin"), "{text}");

    // Nothing the page loaded came from elsewhere.
    let loaded = page.ask("performance.getEntriesByType('resource').map(entry => entry.name)").await;
    for name in loaded.as_array().unwrap() {
        let name = name.as_str().unwrap();
        let is_ours = name.starts_with(&format!("http://{}/", page.address)) || name.starts_with("data:");
        assert!(is_ours, "the page loaded {name}");
    }
    page.close().await;
}

#[tokio::test]
async fn the_first_screen_has_the_token_a_filter_and_the_operations() {
    let Some(page) = Page::open(1280, 800).await else { return };
    assert_eq!(page.shown("button.authorize").await, 1);
    assert_eq!(page.shown(FILTER).await, 1);
    assert_eq!(page.shown(".tags button").await, 11);
    assert!(page.shown(".opblock").await >= 10);
    // The first are those that a person looks for first.
    let paths =
        page.ask("[...document.querySelectorAll('.opblock')].slice(0, 4).map(block => block.id)").await;
    let first = ["listContacts", "createContact", "getContact", "updateContact"];
    assert_eq!(paths, json!(first.map(|operation| format!("operations-Contacts-{operation}"))));

    // The prose is folded.
    assert_eq!(page.shown(".prose table").await, 0);
    page.click(".prose summary").await;
    assert!(page.shown(".prose table").await >= 1);
    assert!(page.text(".prose").await.contains("precondition_failed"));
    page.click(".prose summary").await;

    page.filter("merge post").await;
    let found =
        page.ask("[...document.querySelectorAll('.opblock')].map(block => block.id.split('-')[2])").await;
    assert_eq!(found, json!(["mergeContacts", "undoContactMerge", "mergeTag", "mergeCompany"]));
    page.filter(" nowhere").await;
    assert_eq!(page.text(".nothing").await, "Nothing matches “merge post nowhere”.");
    page.close().await;
}

#[tokio::test]
async fn error_answers_are_folded() {
    let Some(page) = Page::open(1280, 800).await else { return };
    page.click("[id$=createContact] .opblock-summary-control").await;
    let fold = "[id$=createContact] .error-answers";
    assert_eq!(page.text(fold).await, "10 error answers: 400, 401, 403, 408, 409, 413, 415, 422, 500, 503");
    let answers = "[id$=createContact] .responses-table .response";
    let lines = "[id$=createContact] .error-answer";
    assert_eq!((page.count(answers).await, page.count(lines).await), (1, 0));

    page.click(fold).await;
    page.element(lines).await;
    assert_eq!((page.count(answers).await, page.count(lines).await), (1, 10));
    page.click(&format!("{lines} button")).await;
    let example = page.text(&format!("{answers}[data-code='400'] .example")).await;
    assert!(example.contains("\"type\": \"malformed_request\""), "{example}");

    page.click(&format!("{lines} button")).await;
    assert_eq!(page.count(answers).await, 1);
    page.click(fold).await;
    assert_eq!(page.count(lines).await, 0);
    page.close().await;
}

#[tokio::test]
async fn the_page_fits_a_telephone() {
    let Some(page) = Page::open(390, 844).await else { return };
    assert_eq!(page.ask("innerWidth").await, 390);
    page.has_no_overflow().await;
    assert_eq!((page.shown("button.authorize").await, page.shown(FILTER).await), (1, 1));
    assert!(page.shown(".opblock").await >= 5);
    page.click(".prose summary").await;
    page.has_no_overflow().await;
    page.click(".prose summary").await;

    page.authorize(&page.app.token("acme", "contacts:write")).await;
    page.filter("createContact").await;
    page.click("[id$=createContact] .opblock-summary-control").await;
    page.click("[id$=createContact] .error-answers").await;
    page.click("[id$=createContact] .error-answer button").await;
    page.has_no_overflow().await;
    let text = page.execute("createContact").await;
    assert!(text.contains("\"createdAt\""), "{text}");
    page.has_no_overflow().await;
    page.close().await;
}

#[tokio::test]
async fn the_root_leads_to_the_page() {
    let app = TestApp::new().await;
    let answer = app.anon().get("/").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::TEMPORARY_REDIRECT, Some("/docs")));
    app.finish().await;
}

#[tokio::test]
async fn each_file_of_the_page_is_kept_from_harm() {
    let app = TestApp::new().await;
    let index = app.anon().get("/docs/").await;
    let mut files: Vec<String> = index
        .text()
        .split(['"'])
        .filter(|text| [".js", ".css", ".png"].iter().any(|ending| text.ends_with(ending)))
        .map(|name| format!("/docs/{name}"))
        .collect();
    assert_eq!(files.len(), 5, "{files:?}");
    files.push("/docs/".into());
    for file in files {
        let answer = app.anon().get(&file).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{file}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{file}: {policy}");
    }
    // Swagger UI's own start is not ours.
    assert_eq!(app.anon().get("/docs/swagger-initializer.js").await.status, StatusCode::NOT_FOUND);
    app.finish().await;
}
