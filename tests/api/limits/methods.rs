//! Methods: those that a route has not, and those that nothing has.

use super::{Listening, Request, wire::Wire};

#[tokio::test]
async fn a_method_that_a_route_does_not_take_is_answered_with_those_it_takes() {
    let mut service = Listening::new().await;
    let contact = "/api/v1/contacts/0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11";
    for (method, path, allowed) in [
        ("PUT", "/api/v1/contacts", "GET,HEAD,POST"),
        ("PATCH", "/api/v1/contacts", "GET,HEAD,POST"),
        ("DELETE", "/api/v1/contacts", "GET,HEAD,POST"),
        ("OPTIONS", "/api/v1/contacts", "GET,HEAD,POST"),
        ("TRACE", "/api/v1/contacts", "GET,HEAD,POST"),
        ("FROBNICATE", "/api/v1/contacts", "GET,HEAD,POST"),
        ("get", "/api/v1/contacts", "GET,HEAD,POST"),
        ("PROPFIND", "/api/v1/channels", "GET,HEAD,POST"),
        ("POST", contact, "DELETE,GET,HEAD,PATCH,PUT"),
        ("OPTIONS", contact, "DELETE,GET,HEAD,PATCH,PUT"),
        ("GET", &format!("{contact}/tags"), "PATCH"),
        ("PUT", "/api/v1/tags", "GET,HEAD,POST"),
        ("POST", "/api/v1/contacts/trash", "GET,HEAD"),
        ("OPTIONS", "/healthz", "GET,HEAD"),
        ("POST", "/metrics", "GET,HEAD"),
    ] {
        let what = format!("{method} {path}");
        let request = service.request(method, path);
        let answer = service.assert_refused(&what, request, 405, "method_not_allowed").await;
        let mut methods: Vec<&str> = answer.header("allow").expect(&what).split(',').map(str::trim).collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "{what}");
    }
    service.finish().await;
}

#[tokio::test]
async fn a_method_on_a_path_that_no_route_has_is_not_found() {
    let mut service = Listening::new().await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FROBNICATE"] {
        let request = service.request(method, "/api/v1/nothing");
        service.assert_refused(method, request, 404, "not_found").await;
    }
    service.finish().await;
}

#[tokio::test]
async fn head_is_answered_as_get_without_a_body() {
    let mut service = Listening::new().await;
    let contact = "/api/v1/contacts/0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11";
    for path in [
        "/api/v1/contacts",
        "/api/v1/tags?page=1",
        "/healthz",
        "/openapi.json",
        contact,
        "/api/v1/contacts/42",
        "/api/v1/nothing",
        "/api/v1/contacts?page=0",
        "/api/v1/contacts?keyword=%FF",
    ] {
        let get = service.wire.call(&service.get(path)).await;
        let head = service.wire.call(&service.request("HEAD", path)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert_eq!(head.body, b"", "{path}");
        if let Some(length) = head.header("content-length") {
            assert_eq!(Some(length), get.header("content-length"), "{path}");
        }
        // Had there been a body, the next answer would begin with it.
        service.assert_goes_on(path).await;
    }
    let anonymous = service.wire.call(&Request::new("HEAD", "/api/v1/contacts")).await;
    assert_eq!((anonymous.status, anonymous.body.len()), (401, 0));
    assert!(anonymous.header("www-authenticate").is_some());
    service.assert_goes_on("HEAD without a token").await;
    service.finish().await;
}

#[tokio::test]
async fn a_client_of_http_1_0_is_answered_and_the_connection_closed() {
    let service = Listening::new().await;
    let mut wire = Wire::connect(service.app.listen().await).await;
    wire.send(b"GET /healthz HTTP/1.0\r\n\r\n").await;
    let answer = wire.answer().await;
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"status":"ok"}"#));
    assert_eq!(wire.rest().await, b"");
    service.finish().await;
}
