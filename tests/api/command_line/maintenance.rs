//! The commands that look after what is stored: `verify`, `reindex`, `migrate`, `demo`.

use std::{io::Read, process::Stdio};

use serde_json::json;
use sqlx::ConnectOptions;

use crate::support::{
    TestApp,
    app::SECRET,
    factory,
    process::{Service, contacts, run},
};

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
