//! How a request is cut into bytes: chunks, pipelines, promises that are not kept, what is no HTTP at all.

use super::{Listening, wire::Wire};

const JSON: &str = "application/json";
const BODY: &[u8] = br#"{"username":"a","email":[],"phone":[]}"#;

#[tokio::test]
async fn a_body_may_come_in_chunks_of_any_size() {
    let mut service = Listening::new().await;
    for size in [1, 7, 1000] {
        let request =
            service.request("POST", "/api/v1/contacts").header("content-type", JSON).chunked(BODY, size);
        let answer = service.wire.call(&request).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let path = answer.header("location").unwrap().to_owned();
        assert_eq!(service.wire.call(&service.request("DELETE", &path)).await.status, 200);
    }
    service.finish().await;
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_in_turn() {
    let mut service = Listening::new().await;
    let requests = [
        service.get("/api/v1/tags").header("x-request-id", "first"),
        service.post(JSON, b"{").header("x-request-id", "second"),
        service.get("/api/v1/nothing").header("x-request-id", "third"),
    ];
    let bytes: Vec<u8> = requests.into_iter().flat_map(super::Request::into_bytes).collect();
    service.wire.send(&bytes).await;
    for (status, id) in [(200, "first"), (400, "second"), (404, "third")] {
        let answer = service.wire.answer().await;
        assert_eq!((answer.status, answer.header("x-request-id")), (status, Some(id)));
    }
    service.finish().await;
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_go_on_or_refused() {
    let mut service = Listening::new().await;
    let post = service.request("POST", "/api/v1/contacts").header("content-type", JSON);
    let head =
        post.clone().header("expect", "100-continue").header("content-length", &BODY.len().to_string());
    let answer = service.wire.exchange(&head.into_bytes(), false).await;
    assert_eq!(answer.status, 100);
    let created = service.wire.exchange(BODY, false).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = created.header("location").unwrap().to_owned();
    assert_eq!(service.wire.call(&service.request("DELETE", &path)).await.status, 200);

    // A terabyte is not waited for.
    let head = post.header("expect", "100-continue").header("content-length", "1000000000000");
    let answer = service.wire.exchange(&head.into_bytes(), false).await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    answer.assert_error("a terabyte", "payload_too_large");
    service.wire = Wire::connect(service.app.listen().await).await;
    service.finish().await;
}

#[tokio::test]
async fn a_body_whose_chunks_cannot_be_read_is_malformed() {
    let mut service = Listening::new().await;
    let address = service.app.listen().await;
    for tail in
        [&b"zz\r\n{}\r\n0\r\n\r\n"[..], b"-1\r\n", b"2\r\n{}{}\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n"]
    {
        let mut wire = Wire::connect(address).await;
        let request = service
            .request("POST", "/api/v1/contacts")
            .header("content-type", JSON)
            .header("transfer-encoding", "chunked")
            .tail(tail);
        let answer = wire.call(&request).await;
        assert_eq!(answer.status, 400, "{tail:?}: {}", answer.text());
        answer.assert_error("a broken chunk", "malformed_request");
    }
    service.assert_goes_on("broken chunks on other connections").await;
    service.finish().await;
}

#[tokio::test]
async fn a_client_that_breaks_off_leaves_nothing_behind() {
    let mut service = Listening::new().await;
    let address = service.app.listen().await;
    let whole = service.post(JSON, BODY).into_bytes();
    for length in [1, 20, whole.len() - BODY.len(), whole.len() - 1] {
        let mut wire = Wire::connect(address).await;
        wire.send(&whole[..length]).await;
        wire.end().await;
        let rest = String::from_utf8_lossy(&wire.rest().await).into_owned();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400 "), "{length} bytes: {rest}");
    }
    service.assert_goes_on("others that broke off").await;
    service.finish().await;
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_the_service_lives_on() {
    let mut service = Listening::new().await;
    let address = service.app.listen().await;
    for bytes in [
        &b"nonsense\r\n\r\n"[..],
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n",
        b"GET /he\0althz HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /he althz HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nbad header: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nx: a\0b\r\n\r\n",
        b"GET /api/v1/contacts?keyword=\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /api/v1/contacts HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /api/v1/contacts HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/v1/contacts HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    ] {
        let mut wire = Wire::connect(address).await;
        wire.send(bytes).await;
        wire.end().await;
        let rest = String::from_utf8_lossy(&wire.rest().await).into_owned();
        let what = String::from_utf8_lossy(bytes);
        assert!(rest.starts_with("HTTP/1.1 4") || rest.is_empty(), "{what:?}: {rest}");
    }
    service.assert_goes_on("nonsense on other connections").await;
    service.finish().await;
}
