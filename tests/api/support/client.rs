//! A caller of the service, and what it is answered.

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// Calls the service in process.
#[derive(Clone)]
pub struct Client {
    router: Router,
    token: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Client {
    pub fn new(router: Router, token: Option<String>) -> Self {
        Self { router, token }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    /// With an `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    /// With one more header.
    pub async fn json_with(&self, method: Method, path: &str, header: (&str, &str), body: Value) -> Answer {
        self.send(method, path, &[("content-type", "application/json"), header], body.to_string()).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.json(Method::PUT, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.json(Method::PATCH, path, body).await
    }

    pub async fn json(&self, method: Method, path: &str, body: Value) -> Answer {
        self.send(method, path, &[("content-type", "application/json")], body.to_string()).await
    }

    pub async fn form(&self, method: Method, path: &str, body: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(method, path, &headers, body.to_owned()).await
    }

    /// Any request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, mut body) = response.into_parts();
        let is_endless =
            parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        // Of a stream, how it begins.
        let body = if is_endless {
            body.frame().await.unwrap().unwrap().into_data().unwrap()
        } else {
            body.collect().await.unwrap().to_bytes()
        };
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}: {}", self.status, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body of an answer that has this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// The fields and codes of an error of this status and type, whose envelope is as documented.
    #[track_caller]
    pub fn expect_error(&self, status: u16, kind: &str) -> Vec<(String, String)> {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(body["status"], "error");
        assert_eq!(body["data"], Value::Null);
        assert_eq!(body["error"]["type"], kind, "{body}");
        assert!(!body["message"].as_str().unwrap().is_empty());
        assert_eq!(body["requestId"].as_str(), self.header("x-request-id"));
        assert_eq!(body.as_object().unwrap().len(), 5);
        let details = body["error"]["details"].as_array().unwrap();
        details
            .iter()
            .map(|detail| {
                assert!(!detail["message"].as_str().unwrap().is_empty());
                let text = |key: &str| detail[key].as_str().unwrap().to_owned();
                (text("field"), text("code"))
            })
            .collect()
    }

    /// As [`Self::expect_error`] for a 422; `field:code` of each detail.
    #[track_caller]
    pub fn expect_invalid(&self) -> Vec<String> {
        let details = self.expect_error(422, "validation_failed");
        details.into_iter().map(|(field, code)| format!("{field}:{code}")).collect()
    }
}
