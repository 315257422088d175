//! `contacts` with nothing configured: its own PostgreSQL, a development key, a token to paste.

use std::{process::Stdio, sync::Arc};

use nix::sys::signal::Signal;
use serde_json::Value;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::support::{
    data_dir::DataDir,
    process::{contacts, has_postgresql, run},
};

const CREATE: [&str; 6] = ["--data", "username=frank", "--data", "email=[]", "--data", "phone=[]"];

#[tokio::test]
async fn nothing_configured_serves_a_working_api() {
    let data = DataDir::new();
    if !has_postgresql() {
        let output = run(&mut data.command("serve")).await;
        for way in ["install", "DATABASE_URL", "docker compose"] {
            assert!(output.stderr.contains(way), "{}", output.stderr);
        }
        return;
    }
    let mut service = data.serve().await;
    assert_eq!(service.curl("/api/v1/contacts", &CREATE).await.0, 201);
    let (status, list) = service.curl("/api/v1/contacts", &[]).await;
    assert_eq!((status, &list["total"]), (200, &Value::from(1)));

    let second = run(&mut data.command("serve")).await;
    assert_eq!(second.code, Some(1));
    assert!(second.stderr.contains(&service.child.id().unwrap().to_string()), "{}", second.stderr);

    // Other commands are guests of the running server.
    let verify = run(&mut data.command("verify")).await;
    assert_eq!(verify.code, Some(0), "{}{}", verify.stdout, verify.stderr);
    let token =
        run(contacts(&["token", "--tenant", "development", "--subject", "me"]).env("DATA_DIR", data.path()))
            .await;
    service.token = Some(token.stdout.trim().to_owned());
    assert_eq!(service.curl("/api/v1/contacts", &[]).await.0, 200);

    let postmaster = data.postmaster().unwrap();
    service.signal(Signal::SIGTERM);
    assert_eq!(service.child.wait().await.unwrap().code(), Some(0));
    assert_eq!(data.postmaster(), None, "the server {postmaster} is stopped with the service");
    // Without a service they start the server themselves.
    assert_eq!(run(&mut data.command("verify")).await.code, Some(0));
    assert_eq!(data.postmaster(), None);
}

#[tokio::test]
async fn what_is_printed_can_be_pasted_into_any_shell() {
    if !has_postgresql() {
        return;
    }
    let data = DataDir::new();
    let service = data.serve().await;
    let mut created = 0;
    for shell in ["sh", "bash", "zsh"] {
        // With `-s` it reads its commands as they come, as from a terminal.
        let Ok(mut process) = Command::new(shell)
            .arg("-s")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
        else {
            continue;
        };
        process.stdin.take().unwrap().write_all(service.paste.as_bytes()).await.unwrap();
        let output = process.wait_with_output().await.unwrap();
        created += 1;
        let text = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let [contact, list] = &answers[..] else { panic!("{shell}: {text}") };
        assert_eq!(list["total"], created, "{shell}: {text}");
        assert_eq!(list["data"][0]["id"], contact["id"], "{shell}: {text}");
        assert_eq!(contact["name"], "Frank McCallister", "{shell}: {text}");
    }
    assert!(created > 0, "no shell was found");
    for line in service.paste.lines().filter(|line| !line.starts_with("  TOKEN=")) {
        assert!(line.len() <= 100, "{line}");
    }
}

#[tokio::test]
async fn kill_9_during_writes_loses_no_acknowledged_contact() {
    if !has_postgresql() {
        return;
    }
    let data = DataDir::new();
    let mut service = data.serve().await;
    let (url, token) = (service.url.clone(), service.token.clone());
    let acknowledged = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (url, token, acknowledged) = (url.clone(), token.clone(), acknowledged.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    let tag = format!("tags[]=t{}", number % 5);
                    let name = format!("username=w{writer}n{number}");
                    let output = tokio::process::Command::new("curl")
                        .args([
                            "--silent",
                            "--fail",
                            "--output",
                            "/dev/null",
                            "--data",
                            &name,
                            "--data",
                            &tag,
                        ])
                        .args(["--data", "email=[]", "--data", "phone=[]", "--data", "company=K-Link"])
                        .args(["--header", &format!("Authorization: Bearer {}", token.as_deref().unwrap())])
                        .arg(format!("{url}/api/v1/contacts"))
                        .status();
                    if !output.await.unwrap().success() {
                        return;
                    }
                    acknowledged.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                }
            })
        })
        .collect();
    while acknowledged.load(std::sync::atomic::Ordering::SeqCst) < 40 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    service.child.kill().await.unwrap();
    for writer in writers {
        writer.await.unwrap();
    }

    let service = data.serve().await;
    let (_, list) = service.curl("/api/v1/contacts", &[]).await;
    let (total, acknowledged) =
        (list["total"].as_i64().unwrap(), acknowledged.load(std::sync::atomic::Ordering::SeqCst));
    // Each writer may have had one more committed that it was not told of.
    assert!((acknowledged..=acknowledged + 4).contains(&total), "{acknowledged} acknowledged, {total} there");
    let verify = run(&mut data.command("verify")).await;
    assert_eq!(verify.code, Some(0), "{}{}", verify.stdout, verify.stderr);
}

#[tokio::test]
async fn a_killed_server_comes_back_by_itself() {
    if !has_postgresql() {
        return;
    }
    let data = DataDir::new();
    let service = data.serve().await;
    assert_eq!(service.curl("/api/v1/contacts", &CREATE).await.0, 201);
    let pid = nix::unistd::Pid::from_raw(data.postmaster().unwrap());
    nix::sys::signal::kill(pid, Signal::SIGKILL).unwrap();
    let mut answers = Vec::new();
    loop {
        let (status, list) = service.curl("/api/v1/contacts", &[]).await;
        if status == 200 && data.postmaster().is_some_and(|now| now != pid.as_raw()) {
            assert_eq!(list["total"], 1);
            break;
        }
        answers.push(status);
        assert!(answers.len() < 2000, "no service after {} calls", answers.len());
    }
    assert!(answers.iter().all(|status| [200, 503].contains(status)), "{answers:?}");
}
