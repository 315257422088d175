//! The commands of the binary, and what a wrong configuration is told.

mod maintenance;
mod serving;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::ConnectOptions;

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
        ("DATABASE_URL", "postgres://user:hunter2@one%2Ctwo/db", "several hosts"),
        ("DATABASE_URL", "postgres://user:hunter2@one/db?hostaddr=10.0.0.1,10.0.0.2", "several hosts"),
        ("DATABASE_URL", "postgres://user:hunter2@one/db?port=5432,5433", "several hosts"),
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

/// What a way to ask for help prints, without its line breaks: long lines are wrapped, perhaps within brackets.
async fn help(arguments: &[&str]) -> String {
    let output = run(&mut contacts(arguments)).await;
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    output.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn operations_and_the_example_have_every_variable_of_the_help() {
    let help = help(&["help", "configuration"]).await;
    let operations = include_str!("../../../docs/operations.md");
    let example = include_str!("../../../.env.example");
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
