//! The commands of the binary, and what a wrong configuration is told.

use std::{collections::BTreeSet, io::Read, process::Stdio};

use serde_json::{Value, json};
use sqlx::ConnectOptions;
use tokio::io::AsyncWriteExt;

use crate::support::{
    TestApp,
    app::SECRET,
    data_dir::DataDir,
    factory,
    process::{self, Service, contacts, run},
};

#[tokio::test]
async fn a_wrong_value_names_the_variable_what_it_was_and_what_it_may_be() {
    for (variable, value, expected) in [
        ("DATABASE_MAX_CONNECTIONS", "many", "a whole number"),
        ("DATABASE_MAX_CONNECTIONS", "0", "from 1 to"),
        ("LISTEN_ADDR", "localhost", "an IP address and a port"),
        ("DEFAULT_REGION", "Burma", "the two letters of a country"),
        ("CORS_ALLOWED_ORIGINS", "example.com", "origins such as"),
        ("CORS_ALLOWED_ORIGINS", "https://example.com/path", "origins such as"),
        ("LOG_FORMAT", "xml", "text or json"),
        ("RUST_LOG", "=/=", "a level"),
        ("REQUEST_TIMEOUT", "soon", "a duration"),
        ("REQUEST_TIMEOUT", "0s", "a duration"),
        ("SHUTDOWN_DELAY", "soon", "a duration from 0s"),
        ("SHUTDOWN_DELAY", "61s", "to 60s"),
        ("AUTO_CREATE_TENANTS", "perhaps", "true or false"),
        ("MIGRATE_ON_START", "1", "true or false"),
        ("TRASH_RETENTION_DAYS", "a month", "a whole number of days"),
        ("TRASH_RETENTION_DAYS", "-1", "from 0 (for ever)"),
        ("HISTORY_RETENTION_DAYS", "36501", "to 36500"),
    ] {
        let output = run(contacts(&["verify"]).env(variable, value)).await;
        assert_eq!(output.code, Some(1), "{variable}={value}");
        for part in [variable, value, expected] {
            assert!(output.stderr.contains(part), "{variable}={value}: {}", output.stderr);
        }
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_not_repeated() {
    let url = "mysql://user:hunter2@host/db";
    for (name, value, hint) in [
        ("JWT_SECRET", "hunter2", "at least 32"),
        ("DATABASE_URL", url, "postgres://"),
        ("DATABASE_URL", "postgres://user:hunter2@[nonsense/db", "percent-encoded"),
        ("DATABASE_URL", "postgres://user:hunter2@one,two/db", "several hosts"),
        ("DATABASE_URL", "postgresql://user:hunter2@one:5432,two:5433/db?sslmode=disable", "several hosts"),
        ("DATABASE_URL", "postgres://user:hunter2@one/db?host=two%2Cthree", "several hosts"),
        ("DATABASE_URL", "postgres://user:hunter2@one/db?target_session_attrs=read-write", "one address"),
    ] {
        let output = run(contacts(&["verify"]).env(name, value)).await;
        assert_eq!(output.code, Some(1));
        assert!(output.stderr.contains(name) && output.stderr.contains(hint), "{}", output.stderr);
        assert!(!output.stderr.contains("hunter2"), "{}", output.stderr);
    }
    let mut help = contacts(&["help", "configuration"]);
    let help =
        run(help.env("JWT_SECRET", "hunter2hunter2hunter2hunter2hunter2").env("DATABASE_URL", url)).await;
    assert!(help.stdout.contains("JWT_SECRET") && !help.stdout.contains("hunter2"), "{}", help.stdout);
}

#[tokio::test]
async fn keys_must_be_there_and_make_sense() {
    let url = "postgres://nobody@127.0.0.1:1/none";
    let none = run(contacts(&["serve"]).env("DATABASE_URL", url)).await;
    assert!(none.stderr.contains("JWT_SECRET") && none.stderr.contains("JWT_PUBLIC_KEY_FILE"));
    let empty = run(contacts(&["serve"]).env("DATABASE_URL", url).env("JWT_SECRET", "")).await;
    assert_eq!(empty.stderr, none.stderr, "an empty value counts as none");
    let both =
        run(contacts(&["serve"]).env("JWT_SECRET", SECRET).env("JWT_PUBLIC_KEY_FILE", "/etc/hostname")).await;
    assert!(both.stderr.contains("both set"), "{}", both.stderr);
    let missing = run(contacts(&["serve"]).env("JWT_PUBLIC_KEY_FILE", "/nowhere.pem")).await;
    assert!(missing.stderr.contains("JWT_PUBLIC_KEY_FILE is /nowhere.pem"), "{}", missing.stderr);
    let other = run(contacts(&["serve"]).env("JWT_PUBLIC_KEY_FILE", "/etc/hostname")).await;
    assert!(other.stderr.contains("no public key in PEM form"), "{}", other.stderr);
}

#[tokio::test]
async fn secrets_may_be_in_files_which_are_read_without_the_end_of_their_line() {
    let app = TestApp::new().await;
    let folder = DataDir::new();
    std::fs::create_dir_all(folder.path()).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let url = app.options().to_url_lossy().to_string();
    let (url_file, secret_file) =
        (file("url", &format!("{url}\n")), file("secret", &format!("{SECRET}\r\n")));
    let mut verify = contacts(&["verify"]);
    let output = run(verify.env("DATABASE_URL_FILE", &url_file).env("JWT_SECRET_FILE", &secret_file)).await;
    assert_eq!(output.code, Some(0), "{}{}", output.stdout, output.stderr);
    let mut token = contacts(&["token", "--tenant", "acme", "--subject", "me"]);
    let output = run(token.env("JWT_SECRET_FILE", &secret_file)).await;
    app.with_token(output.stdout.trim()).get("/api/v1/contacts").await.expect(200);

    let (empty, missing) = (file("empty", "\n"), folder.path().join("nothing"));
    for (name, value, file_name, path, hint) in [
        ("JWT_SECRET", SECRET, "JWT_SECRET_FILE", &secret_file, "both set"),
        ("DATABASE_URL", &url, "DATABASE_URL_FILE", &url_file, "both set"),
        ("JWT_SECRET", "", "JWT_SECRET_FILE", &missing, "cannot be read"),
        ("DATABASE_URL", "", "DATABASE_URL_FILE", &missing, "cannot be read"),
        ("JWT_SECRET", "", "JWT_SECRET_FILE", &empty, "empty"),
        ("JWT_SECRET", "", "JWT_SECRET_FILE", &file("short", "hunter2"), "at least 32"),
        (
            "DATABASE_URL",
            "",
            "DATABASE_URL_FILE",
            &file("other", "mysql://user:hunter2@host/db"),
            "postgres://",
        ),
    ] {
        let output = run(contacts(&["verify"]).env(name, value).env(file_name, path)).await;
        assert_eq!(output.code, Some(1), "{file_name}");
        assert!(output.stderr.contains(name) && output.stderr.contains(hint), "{hint}: {}", output.stderr);
        assert!(!output.stderr.contains("hunter2") && !output.stderr.contains(SECRET), "{}", output.stderr);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_token_signed_with_a_key_that_was_just_made_says_so() {
    let folder = DataDir::new();
    std::fs::create_dir_all(folder.path()).unwrap();
    let token = async || {
        let mut command = contacts(&["token", "--tenant", "acme", "--subject", "me"]);
        run(command.env("DATA_DIR", folder.path())).await
    };
    let first = token().await;
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let file = folder.path().join("development.key");
    assert!(first.stderr.contains(file.to_str().unwrap()), "{}", first.stderr);
    assert!(!first.stderr.contains(std::fs::read_to_string(&file).unwrap().trim()), "a key is not shown");
    let second = token().await;
    assert_eq!((second.code, second.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_public_key_without_an_audience_is_warned_of() {
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/fixtures/ed25519.public.pem");
    let app = TestApp::new().await;
    let url = app.options().to_url_lossy().to_string();
    for (audience, is_warned) in [("", true), ("contacts", false)] {
        let mut command = contacts(&["serve"]);
        command.env("DATABASE_URL", &url).env("JWT_PUBLIC_KEY_FILE", key).env("JWT_AUDIENCE", audience);
        let service = Service::start(&mut command).await.unwrap_or_else(|output| panic!("{output:?}"));
        service.signal(nix::sys::signal::Signal::SIGTERM);
        let log = service.log.until_end().await;
        assert_eq!(log.contains("JWT_AUDIENCE"), is_warned, "{log}");
    }
    app.finish().await;
}

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

/// What a way to ask for help prints, without its line breaks: long lines are wrapped, perhaps within brackets.
async fn help(arguments: &[&str]) -> String {
    let output = run(&mut contacts(arguments)).await;
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    output.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn operations_and_the_example_have_every_variable_of_the_help() {
    let help = help(&["help", "configuration"]).await;
    let operations = include_str!("../../docs/operations.md");
    let example = include_str!("../../.env.example");
    let variables: Vec<&str> =
        help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap()).collect();
    assert_eq!(variables.len(), 20, "{variables:?}");
    for variable in variables {
        assert!(operations.contains(&format!("`{variable}`")), "docs/operations.md lacks {variable}");
        assert!(example.contains(variable), ".env.example lacks {variable}");
        let flag = format!("--{} <", variable.to_lowercase().replace('_', "-"));
        assert!(help.contains(&flag), "{help}");
    }
    for default in ["[default: 127.0.0.1:8080]", "[default: 30s]", "[default: ./data]"] {
        assert!(help.contains(default), "{help}");
    }
}

#[tokio::test]
async fn the_help_of_a_command_is_about_that_command() {
    let overview = run(&mut contacts(&["--help"])).await.stdout;
    let commands: Vec<&str> = overview
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()))
        .collect();
    assert!(commands.contains(&"serve") && commands.contains(&"help"), "{overview}");
    for command in commands.into_iter().filter(|command| *command != "help") {
        let text = help(&[command, "--help"]).await;
        let own: &[&str] = match command {
            "token" => &["--tenant", "--subject", "--scope", "--expires-in"],
            "demo" => &["--contacts", "--tenants", "--slug-prefix", "--seed"],
            _ => &[],
        };
        let flags: BTreeSet<&str> = text.split([' ', ',']).filter(|word| word.starts_with("--")).collect();
        assert_eq!(flags, own.iter().copied().chain(["--help"]).collect(), "{text}");
        assert!(text.ends_with("`contacts help configuration`"), "{text}");
        assert_eq!(help(&["help", command]).await, text);
    }
    for every in [&["--help"][..], &["-h"], &["help"]] {
        let text = help(every).await;
        assert!(text.ends_with("`contacts help configuration`") && !text.contains("[env: "), "{text}");
    }
    let topic = help(&["help", "configuration"]).await;
    for same in [&["configuration", "--help"][..], &["configuration"]] {
        assert_eq!(help(same).await, topic);
    }
}

#[tokio::test]
async fn a_setting_may_be_a_flag_before_or_behind_the_command() {
    for arguments in [["--log-format", "xml", "verify"], ["verify", "--log-format", "xml"]] {
        let output = run(&mut contacts(&arguments)).await;
        assert!(output.stderr.contains("LOG_FORMAT is `xml`"), "{}", output.stderr);
    }
}

#[tokio::test]
async fn a_token_of_the_command_line_opens_the_api() {
    let app = TestApp::new().await;
    let arguments =
        ["token", "--tenant", "acme", "--subject", "me", "--scope", "contacts:read", "--expires-in", "1h"];
    let output = run(contacts(&arguments).env("JWT_SECRET", SECRET)).await;
    let client = app.with_token(output.stdout.trim());
    client.get("/api/v1/contacts").await.expect(200);
    client.post("/api/v1/contacts", factory::body(json!({}))).await.expect_error(403, "forbidden");

    let wrong = ["token", "--tenant", "a", "--subject", "me", "--scope", "all"];
    assert!(run(contacts(&wrong).env("JWT_SECRET", SECRET)).await.stderr.contains("contacts:write"));
    let wrong = ["token", "--tenant", "A B", "--subject", "me"];
    assert!(run(contacts(&wrong).env("JWT_SECRET", SECRET)).await.stderr.contains("slug"));
    app.finish().await;
}

#[tokio::test]
async fn verify_lists_what_differs_and_reindex_mends_it() {
    let app = TestApp::new().await;
    let writer = app.writer();
    let mut ids = Vec::new();
    for name in ["one", "two", "three", "four"] {
        let phone = json!([{"phone": "09 797 877 765"}]);
        let contact = factory::contact(&writer, json!({"name": name, "phone": phone})).await;
        ids.push(contact["id"].as_str().unwrap().to_owned());
    }
    let url = app.options().to_url_lossy().to_string();
    let command = |name: &'static str| {
        let mut command = contacts(&[name]);
        command.env("DATABASE_URL", &url).env("JWT_SECRET", SECRET).env("DEFAULT_REGION", "MM");
        command
    };
    let clean = run(&mut command("verify")).await;
    assert_eq!(clean.code, Some(0), "{}{}", clean.stdout, clean.stderr);
    assert_eq!(clean.stdout, "4 contacts of 1 tenant: everything stored follows from the tables\n");

    let pool = app.pool().await;
    for sql in [
        "update contacts set document = '{}' where name = 'one'",
        "update contact_search set search_text = 'nobody' where search_text like 'two%'",
        "update contacts set document_version = 0 where name = 'three'",
        "update contact_phones set phone_key = 'x' where contact_id = (select id from contacts where name = 'four')",
        "update tenant_counters set contacts = 7",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let found = run(&mut command("verify")).await;
    assert_eq!(found.code, Some(1));
    for (id, what) in ids.iter().zip(["document", "search text", "document", "keys"]) {
        let line = found.stdout.lines().find(|line| line.contains(id)).unwrap();
        assert!(line.contains(what), "{line}");
    }
    assert!(found.stdout.contains("the counter says 7 contacts, there are 4"), "{}", found.stdout);
    assert!(found.stdout.contains("\n4 contacts of 1 tenant: 5 differences; "), "{}", found.stdout);

    // A document of an older shape is rendered anew when it is met.
    assert_eq!(
        app.reader().get(&format!("/api/v1/contacts/{}", ids[2])).await.expect(200)["data"]["name"],
        "three"
    );

    let mended = run(&mut command("reindex")).await;
    assert_eq!(mended.code, Some(0), "{}{}", mended.stdout, mended.stderr);
    assert!(mended.stdout.ends_with("\n4 contacts of 1 tenant: 5 rebuilt\n"), "{}", mended.stdout);
    assert_eq!(run(&mut command("verify")).await.code, Some(0));
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn without_migrations_commands_say_so_and_migrate_brings_them() {
    let app = TestApp::new().await;
    let url = app.options().to_url_lossy().to_string();
    let pool = app.pool().await;
    for sql in ["drop schema public cascade", "create schema public"] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let command = |name: &'static str| {
        let mut command = contacts(&[name]);
        command.env("DATABASE_URL", &url).env("JWT_SECRET", SECRET);
        command
    };
    let verify = run(&mut command("verify")).await;
    assert_eq!(verify.code, Some(1));
    assert!(verify.stderr.contains("contacts migrate"), "{}", verify.stderr);

    let service =
        Service::start(command("serve").env("MIGRATE_ON_START", "false")).await.unwrap_or_else(|output| {
            panic!("{output:?}");
        });
    let (status, body) = service.curl("/readyz", &[]).await;
    assert_eq!(status, 503);
    assert!(body["message"].as_str().unwrap().contains("contacts migrate"), "{body}");
    assert_eq!(service.curl("/healthz", &[]).await.0, 200);
    assert_eq!(service.curl("/api/v1/contacts", &[]).await.0, 503);
    // Several at once take turns.
    let (mut first, mut second) = (command("migrate"), command("migrate"));
    let (first, second) = tokio::join!(run(&mut first), run(&mut second));
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{}{}", first.stderr, second.stderr);
    service.until("/readyz", 200).await;
    assert_eq!(service.curl("/api/v1/contacts", &[]).await.0, 401);

    let address = service.url.strip_prefix("http://").unwrap().to_owned();
    let healthy = run(command("healthcheck").env("LISTEN_ADDR", &address)).await;
    assert_eq!(healthy.code, Some(0), "{}", healthy.stderr);
    drop(service);
    let gone = run(command("healthcheck").env("LISTEN_ADDR", "127.0.0.1:1")).await;
    assert_eq!(gone.code, Some(1));
    app.finish().await;
}

#[tokio::test]
async fn commands_that_verify_no_token_need_no_key() {
    let app = TestApp::new().await;
    factory::contact(&app.writer(), json!({})).await;
    let url = app.options().to_url_lossy().to_string();
    for arguments in [
        &["verify"][..],
        &["reindex"],
        &["migrate"],
        &["create-tenant", "other"],
        &["demo", "--contacts", "3"],
    ] {
        let output = run(contacts(arguments).env("DATABASE_URL", &url).env("DEFAULT_REGION", "MM")).await;
        assert_eq!(output.code, Some(0), "{arguments:?}: {}", output.stderr);
    }
    for arguments in [&["serve"][..], &["token", "--tenant", "acme", "--subject", "me"]] {
        let output = run(contacts(arguments).env("DATABASE_URL", &url)).await;
        assert_eq!(output.code, Some(1), "{arguments:?}");
        assert!(output.stderr.contains("JWT_SECRET"), "{arguments:?}: {}", output.stderr);
    }
    app.finish().await;
}

#[tokio::test]
async fn demo_makes_the_schema_of_an_empty_database_and_of_no_other() {
    let app = TestApp::new().await;
    let pool = app.pool().await;
    let url = app.options().to_url_lossy().to_string();
    let empty = async |and: &'static str| {
        for sql in ["drop schema public cascade", "create schema public", and] {
            sqlx::query(sql).execute(&pool).await.unwrap();
        }
    };
    let demo = async || {
        let mut command = contacts(&["demo", "--contacts", "20"]);
        run(command.env("DATABASE_URL", &url).env("DEFAULT_REGION", "MM")).await
    };
    // Somebody else's, and one of ours that is not up to date.
    empty("create table theirs (id int)").await;
    let refused = demo().await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("contacts migrate"), "{}", refused.stderr);
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(tables, 1, "nothing was made beside it");

    empty("select").await;
    let made = demo().await;
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert_eq!(app.client("demo-1", "contacts:read").get("/api/v1/contacts").await.expect(200)["total"], 20);
    sqlx::query("delete from _sqlx_migrations where version > 3").execute(&pool).await.unwrap();
    let behind = demo().await;
    assert!(behind.stderr.contains("contacts migrate"), "{}", behind.stderr);
    pool.close().await;
    app.finish().await;
}

#[tokio::test]
async fn an_address_in_use_is_told_by_its_variable() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(contacts(&["serve"]).env("LISTEN_ADDR", &address)).await;
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains("LISTEN_ADDR") && output.stderr.contains(&address), "{}", output.stderr);
}

#[tokio::test]
async fn a_log_of_json_ends_by_json_too() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (variable, value, sentence) in [
        ("LISTEN_ADDR", address.as_str(), address.as_str()),
        ("REQUEST_TIMEOUT", "soon", "REQUEST_TIMEOUT is `soon`"),
        ("DATABASE_URL", "mysql://me@127.0.0.1/x", "DATABASE_URL"),
    ] {
        let mut command = contacts(&["serve"]);
        command.env("LOG_FORMAT", "json").env("JWT_SECRET", SECRET).env(variable, value);
        let output = run(&mut command).await;
        assert_eq!(output.code, Some(1));
        let lines: Vec<Value> = output
            .stderr
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        let last = lines.last().unwrap();
        assert_eq!((&last["level"], &last["target"]), (&json!("ERROR"), &json!("contacts")), "{last}");
        assert!(last["message"].as_str().unwrap().contains(sentence), "{last}");
        assert!(last["timestamp"].as_str().unwrap().ends_with('Z'), "{last}");
    }
}

#[tokio::test]
async fn on_a_terminal_commands_show_how_far_they_are() {
    let app = TestApp::new().await;
    factory::contacts(&app.writer(), 3, &json!({})).await;
    let url = app.options().to_url_lossy().to_string();
    let size = nix::pty::Winsize { ws_row: 24, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 };
    for (arguments, shown) in [
        (&["verify"][..], "] 3 of 3 contacts, "),
        (&["reindex"], "] 3 of 3 contacts, "),
        (&["demo", "--contacts", "200", "--slug-prefix", "shown"], " of 200 contacts, "),
    ] {
        let terminal = nix::pty::openpty(Some(&size), None).unwrap();
        let screen = std::thread::spawn(move || {
            let mut text = Vec::new();
            // It ends by an error, once nobody has the other end.
            let _ = std::fs::File::from(terminal.master).read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut command = contacts(arguments);
        command.env("DATABASE_URL", &url).env("DEFAULT_REGION", "MM").env("TERM", "xterm");
        let child = command.stdout(Stdio::piped()).stderr(terminal.slave).spawn().unwrap();
        drop(command);
        let output = child.wait_with_output().await.unwrap();
        let screen = screen.join().unwrap();
        assert!(output.status.success(), "{screen}");
        for part in [shown, " a second, ", " left"] {
            assert!(screen.contains(part), "{arguments:?}: no {part:?} in {screen:?}");
        }
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(!stdout.is_empty() && !stdout.contains('['), "{stdout}");
    }
    // Elsewhere there is no bar.
    let plain = run(contacts(&["verify"]).env("DATABASE_URL", &url).env("JWT_SECRET", SECRET)).await;
    assert!(!plain.stderr.contains("a second"), "{}", plain.stderr);
    app.finish().await;
}

#[tokio::test]
async fn a_database_that_refuses_stops_the_start_without_its_password() {
    let app = TestApp::new().await;
    let options = app.options().database("no_such_database").password("hunter2");
    let mut command = contacts(&["serve"]);
    command.env("DATABASE_URL", options.to_url_lossy().to_string()).env("JWT_SECRET", SECRET);
    let output = run(&mut command).await;
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains("cannot be reached"), "{}", output.stderr);
    assert!(!output.stderr.contains("hunter2"));
    // What PostgreSQL says, not where in its source it says so.
    assert!(
        output.stderr.contains("SQLSTATE 3D000: database \"no_such_database\" does not exist"),
        "{}",
        output.stderr
    );
    assert!(!output.stderr.contains("at line"), "{}", output.stderr);
    app.finish().await;
}

#[test]
fn postgresql_is_looked_for_where_it_is_kept() {
    // The embedded tests rest on this: with the programs here they must run.
    assert!(process::has_postgresql() || std::env::var_os("CI").is_none(), "CI has PostgreSQL's programs");
}
