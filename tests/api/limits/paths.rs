//! Paths and queries.

use super::Listening;

const ID: &str = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11";

#[tokio::test]
async fn a_path_that_no_route_has_is_not_found() {
    let mut service = Listening::new().await;
    for path in [
        "//",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/contacts/",
        "/api/v1//contacts",
        "//api/v1/contacts",
        "/API/V1/CONTACTS",
        "/api/v2/contacts",
        "/api/v1/contacts%2f",
        "/api/v1/%63ontact",
        "/api/v1/contacts.json",
        "/api/v1/../v1/contacts",
        "/../../etc/passwd",
        "/docs/../../etc/passwd",
        "/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/docs/%00",
        "/%00",
        "/%ff",
        "/%",
        "/nothing?keyword=x",
        "/api/v1/contacts/social-platforms",
        "/api/v1/contacts/social-platforms/",
        "/api/v1/contacts/social-platforms/a/b",
        &format!("/{}", "x".repeat(60_000)),
    ] {
        let request = service.get(path);
        service.assert_refused(&path[..path.len().min(60)], request, 404, "not_found").await;
    }
    service.finish().await;
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found_whatever_is_done_with_it() {
    let mut service = Listening::new().await;
    let long = "1".repeat(3_000);
    let mut bodies = Vec::new();
    for id in [
        "42",
        "-",
        "null",
        "%00",
        "%ff",
        "%C3%28",
        "%F0%9F%98%80",
        "..%2f..",
        "{id}",
        "';drop%20table%20contacts;--",
        "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c1",
        "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c1g",
        "%7b0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c11%7d",
        &long,
        ID,
    ] {
        let path = format!("/api/v1/contacts/{id}");
        for (method, path, body) in [
            ("GET", path.clone(), None),
            ("DELETE", path.clone(), None),
            ("PATCH", path.clone(), Some("{}")),
            ("PUT", path.clone(), Some(r#"{"specific_update_fields":[]}"#)),
            ("PATCH", format!("{path}/tags"), Some(r#"{"actionType":"MERGE","tags":[]}"#)),
        ] {
            let mut request = service.request(method, &path);
            if let Some(body) = body {
                request = request.header("content-type", "application/json").body(body.as_bytes());
            }
            let what = format!("{method} {}", &path[..path.len().min(60)]);
            let answer = service.assert_refused(&what, request, 404, "not_found").await;
            let mut body = answer.json();
            body["requestId"].take();
            bodies.push(body);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "one that is none and one that does not exist are answered alike");
    service.finish().await;
}

#[tokio::test]
async fn a_page_out_of_range_is_invalid_on_every_listing() {
    let mut service = Listening::new().await;
    for listing in
        ["contacts", "contacts/groups", "contacts/fields", "contacts/social-platforms/U1", "tags", "channels"]
    {
        for query in [
            "page=-1",
            "page=0",
            "page=1.5",
            "page=1e3",
            "page=abc",
            "page=%00",
            "page=+",
            "page=0x10",
            "page=%D9%A1",
            "page=9223372036854775808",
            "page=99999999999999999999999999",
            "page=-9223372036854775809",
            "pageSize=0",
            "pageSize=-10",
            "pageSize=101",
            "pageSize=1e9",
            "pageSize=1000000000",
            "pageSize=99999999999999999999999999",
            "pageSize=ten",
            "page=0&pageSize=0",
        ] {
            let path = format!("/api/v1/{listing}?{query}");
            let request = service.get(&path);
            let answer = service.assert_refused(&path, request, 422, "validation_failed").await;
            let details = answer.json()["error"]["details"].as_array().unwrap().len();
            assert_eq!(details, query.split('&').count(), "{path}: every invalid parameter is named");
        }
        let request = service.get(&format!("/api/v1/{listing}?page=9223372036854775807&pageSize=100"));
        let answer = service.wire.call(&request).await;
        assert_eq!(answer.status, 200, "the last page there can be: {}", answer.text());
        assert_eq!(answer.json()["data"], serde_json::json!([]));
    }
    service.finish().await;
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_malformed_and_one_that_says_nonsense_is_invalid() {
    let mut service = Listening::new().await;
    for query in ["keyword=%FF", "%FF=1", "keyword=%C3%28", "keyword=%ED%A0%80", "x=%FF", "page=1&x=%80"] {
        let request = service.get(&format!("/api/v1/contacts?{query}"));
        service.assert_refused(query, request, 400, "malformed_request").await;
    }
    let long = "a".repeat(256);
    for query in [
        "keyword=%00",
        "keyword=a%00b",
        "socialPlatformId=%00",
        "socialPlatformId=%20",
        &format!("keyword={long}"),
        &format!("keyword={}", "a".repeat(50_000)),
        &format!("socialPlatformId={long}"),
        "keyword=a&keyword=b",
        "sort=age",
        "sort=name&sort=name",
        "count=some",
        "cursor=x",
        "has=legs",
        "createdAfter=yesterday",
        "email=frank",
        "cf_=x",
        "cf_unknown=x",
        "=x",
        "utm_source=x",
        &"a=b&".repeat(10_000),
    ] {
        let request = service.get(&format!("/api/v1/contacts?{query}"));
        service.assert_refused(&query[..query.len().min(60)], request, 422, "validation_failed").await;
    }
    for id in ["%00", "%20", &long, &"a".repeat(3_000)] {
        let request = service.get(&format!("/api/v1/contacts/social-platforms/{id}"));
        service.assert_refused(&id[..id.len().min(60)], request, 422, "validation_failed").await;
    }
    let request = service.get("/api/v1/contacts/social-platforms/%FF");
    service.assert_refused("an id that is no text", request, 404, "not_found").await;
    service.finish().await;
}

#[tokio::test]
async fn a_query_that_is_only_odd_is_answered() {
    let mut service = Listening::new().await;
    let many = "_a=b&".repeat(10_000);
    for query in [
        "",
        "&",
        "=",
        "keyword",
        "keyword=",
        "keyword=%",
        "keyword=%2",
        "keyword=%25%5F%5C",
        "keyword=';drop table contacts;--".replace(' ', "+").as_str(),
        "keyword=%F0%9F%98%80",
        "keyword=%E2%80%8B",
        "socialPlatformId=",
        "_=1767873600&_utm_source=x",
        &many,
    ] {
        let answer = service.wire.call(&service.get(&format!("/api/v1/contacts?{query}"))).await;
        assert_eq!(answer.status, 200, "{}: {}", &query[..query.len().min(60)], answer.text());
        assert_eq!(answer.json()["total"], 0);
    }
    service.finish().await;
}
