//! The instances, and calls of them.

use std::sync::Mutex;

use axum::body::Body;
use contacts::auth::{Claims, Keys};
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use crate::{
    changes::CHANGES,
    support::{
        app::{SECRET, TENANT},
        process::{Service, contacts},
    },
};

pub(super) fn token() -> String {
    let claims = Claims {
        sub: "storm".into(),
        tenant: TENANT.into(),
        scope: "admin".into(),
        exp: 4e9,
        nbf: None,
        iss: None,
        aud: None,
    };
    Keys::from_secret(SECRET).unwrap().sign(&claims).unwrap()
}

/// An instance that can be killed and comes back at the same address.
pub(super) struct Instance {
    pub address: String,
    pub url: Mutex<String>,
    pub service: tokio::sync::Mutex<Service>,
}

impl Instance {
    pub async fn start(url: &str) -> Self {
        let service = serve(url, "127.0.0.1:0").await;
        let address = service.url.strip_prefix("http://").unwrap().to_owned();
        Self { address, url: Mutex::new(url.to_owned()), service: tokio::sync::Mutex::new(service) }
    }

    /// Stops it with a signal, and starts it again; on another database, where one is given.
    pub async fn restart(&self, signal: nix::sys::signal::Signal, url: Option<&str>) {
        let mut service = self.service.lock().await;
        service.signal(signal);
        service.child.wait().await.unwrap();
        if let Some(url) = url {
            url.clone_into(&mut self.url.lock().unwrap());
        }
        let url = self.url.lock().unwrap().clone();
        *service = serve(&url, &self.address).await;
    }
}

pub(super) async fn serve(url: &str, address: &str) -> Service {
    let mut command = contacts(&["serve"]);
    command
        .env("DATABASE_URL", url)
        .env("JWT_SECRET", SECRET)
        .env("DEFAULT_REGION", "MM")
        .env("LISTEN_ADDR", address)
        .env("DATABASE_MAX_CONNECTIONS", "8");
    let service = Service::start(&mut command).await.unwrap_or_else(|output| panic!("{output:?}"));
    service.until("/readyz", 200).await;
    service
}

/// Calls an instance; whether it is there or not.
#[derive(Clone)]
pub(super) struct Http {
    pub client: Client<HttpConnector, Body>,
    pub address: String,
    pub token: String,
}

impl Http {
    pub fn new(address: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address: address.to_owned(), token: token() }
    }

    /// The status and the JSON of an answer; none where it was cut off.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Option<(u16, Value)> {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        let answer = self.client.request(request).await.ok()?;
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.ok()?.to_bytes();
        Some((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    /// A stream from `cursor` on.
    pub async fn stream(&self, cursor: &str) -> Option<Body> {
        let request = http::Request::get(format!("http://{}{CHANGES}/stream", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .header("last-event-id", cursor)
            .body(Body::empty())
            .unwrap();
        let answer = self.client.request(request).await.ok()?;
        (answer.status() == 200).then(|| Body::new(answer.into_body()))
    }
}
