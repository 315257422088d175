//! `contacts serve`: how it stops, and how many files it may have open.

use sqlx::ConnectOptions;
use tokio::io::AsyncWriteExt;

use crate::support::{
    TestApp,
    app::SECRET,
    process::{Service, contacts},
};

#[tokio::test]
async fn with_a_delay_the_service_is_not_ready_but_still_serves_and_a_second_signal_ends_the_delay() {
    use nix::sys::signal::Signal::SIGTERM;

    let app = TestApp::new().await;
    let url = app.options().to_url_lossy().to_string();
    let mut command = contacts(&["serve"]);
    command.env("DATABASE_URL", url).env("JWT_SECRET", SECRET).env("SHUTDOWN_DELAY", "60s");
    let mut service = Service::start(&mut command).await.unwrap_or_else(|output| panic!("{output:?}"));
    service.token = Some(app.token("acme", "admin"));
    assert_eq!(service.curl("/readyz", &[]).await.0, 200);
    service.signal(SIGTERM);
    while service.curl("/readyz", &[]).await.0 != 503 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(service.curl("/healthz", &[]).await.0, 200);
    assert_eq!(service.curl("/api/v1/contacts", &[]).await.0, 200);
    service.signal(SIGTERM);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(50), service.child.wait());
    assert!(ended.await.expect("the delay is not waited for").unwrap().success());
    app.finish().await;
}

/// A service under limits of open files, as the shell's `ulimit` sets them.
async fn serve_under(ulimit: &str, app: &TestApp) -> Service {
    let script = format!("ulimit {ulimit} && exec \"$0\" serve");
    let mut command = tokio::process::Command::new("sh");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_contacts")])
        .env("DATABASE_URL", app.options().to_url_lossy().to_string())
        .env("JWT_SECRET", SECRET)
        .env("LISTEN_ADDR", "127.0.0.1:0")
        .kill_on_drop(true);
    Service::start(&mut command).await.unwrap_or_else(|output| panic!("{output:?}"))
}

#[tokio::test]
async fn the_limit_of_open_files_is_raised_as_far_as_it_may_be() {
    let app = TestApp::new().await;
    let service = serve_under("-Sn 300", &app).await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", service.child.id().unwrap())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers: Vec<&str> = line.split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers[0], numbers[1], "{line}");
    assert_ne!(numbers[0], "300", "{line}");
    app.finish().await;
}

#[tokio::test]
async fn more_half_open_heads_than_files_stop_the_service_for_nobody() {
    let app = TestApp::new().await;
    // Which it may not raise.
    let mut service = serve_under("-n 300", &app).await;
    service.token = Some(app.token("acme", "admin"));
    let address = service.url.strip_prefix("http://").unwrap();
    let mut held = Vec::new();
    for _ in 0..500 {
        let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
        let _ = connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: contacts\r\nx-more: ").await;
        held.push(connection);
    }
    for path in ["/healthz", "/api/v1/contacts"] {
        assert_eq!(service.curl(path, &["--max-time", "60"]).await.0, 200, "{path}");
    }
    service.signal(nix::sys::signal::Signal::SIGTERM);
    let log = service.log.until_end().await;
    assert!(log.contains("make room"), "{log}");
    app.finish().await;
}
