//! A service that is killed in the middle of a job.

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::{
    data_dir::DataDir,
    process::{Service, has_postgresql, run},
};

/// The service, speaking for the tenant of the demo.
async fn serve(data: &DataDir) -> Service {
    let mut service = data.serve().await;
    let mut token = data.command("token");
    token.args(["--tenant", "demo-1", "--subject", "me", "--scope", "admin"]);
    service.token = Some(run(&mut token).await.stdout.trim().to_owned());
    service
}

async fn get(service: &Service, path: &str) -> Value {
    let (status, body) = service.curl(path, &[]).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

#[tokio::test]
async fn what_kill_9_interrupts_is_taken_up_where_it_was() {
    if !has_postgresql() {
        return;
    }
    let data = DataDir::new();
    let mut demo = data.command("demo");
    let made = run(demo.args(["--contacts", "12000"])).await;
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let mut service = serve(&data).await;
    // The demo has no tag that is as frequent as it takes.
    let mut tags = get(&service, "/api/v1/tags?pageSize=100").await["data"].take();
    let tags = tags.as_array_mut().unwrap();
    tags.sort_by_key(|tag| tag["contacts"].as_i64());
    let id = tags.pop().unwrap()["id"].as_str().unwrap().to_owned();
    let mut count = 0;
    while count < 2_500 {
        let path = format!("/api/v1/tags/{}/merge", tags.pop().unwrap()["id"].as_str().unwrap());
        let (status, merged) = service.curl(&path, &["--data", &format!("into={id}")]).await;
        assert_eq!(status, 200, "{merged}");
        count = merged["data"]["contacts"].as_i64().unwrap();
    }

    // Until one is caught in the middle.
    let mut round = 0;
    let (job, done, name) = loop {
        round += 1;
        let name = format!("renamed{round}");
        let path = format!("/api/v1/tags/{id}");
        let field = format!("name={name}");
        let (status, answer) = service.curl(&path, &["--request", "PATCH", "--data", &field]).await;
        assert_eq!(status, 202, "{answer}");
        let job = format!("/api/v1/jobs/{}", answer["data"]["id"].as_str().unwrap());
        let state = loop {
            let state = get(&service, &job).await["data"].take();
            if state["status"] != "running" || state["done"].as_i64().unwrap() > 0 {
                break state;
            }
        };
        let done = state["done"].as_i64().unwrap();
        if done < count {
            service.signal(Signal::SIGKILL);
            let _ = service.child.wait().await;
            break (job, done, name);
        }
        assert!(round < 50, "no job was caught in the middle");
    };

    service = serve(&data).await;
    let state = loop {
        let state = get(&service, &job).await["data"].take();
        let now = state["done"].as_i64().unwrap();
        assert!(now >= done, "{done} were done, now {now}");
        if state["status"] != "running" {
            break state;
        }
    };
    assert_eq!(state["status"], "succeeded", "{state}");
    assert_eq!(state["done"], count);
    let listing = get(&service, &format!("/api/v1/contacts?tag={name}&pageSize=100")).await;
    assert_eq!(listing["total"], count);
    for contact in listing["data"].as_array().unwrap() {
        let tags = contact["tags"].as_array().unwrap();
        assert!(tags.iter().any(|tag| tag["name"] == *name), "{contact}");
    }
    // Every document, whoever wrote it, is what follows from the tables.
    let verify = run(&mut data.command("verify")).await;
    assert_eq!(verify.code, Some(0), "{}{}", verify.stdout, verify.stderr);
}
