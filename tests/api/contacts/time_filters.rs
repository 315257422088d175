//! `createdAfter`, `createdBefore`, `updatedAfter`, `updatedBefore`.

use serde_json::json;

use super::{
    NOON, admin_at, clock,
    listing::{expect_listed, refused},
};
use crate::support::{Setup, TestApp, factory};

const BEFORE: &str = "2026-01-07T23:59:59.999999Z";
const AFTER: &str = "2026-01-09T00:00:00Z";

#[tokio::test]
async fn a_moment_is_on_neither_side_of_itself() {
    let app = TestApp::with(Setup { clock: clock(AFTER), ..Setup::default() }).await;
    for (name, moment) in [("a", BEFORE), ("b", NOON), ("c", NOON), ("d", AFTER)] {
        factory::contact(&admin_at(&app, moment), json!({"name": name})).await;
    }
    for (range, expected) in [
        ("After=2026-01-08T12:00:00.123456Z", vec!["d"]),
        ("After=2026-01-08T12:00:00.123455Z", vec!["b", "c", "d"]),
        ("After=2026-01-08T12:00:00Z", vec!["b", "c", "d"]),
        ("Before=2026-01-08T12:00:00.123456Z", vec!["a"]),
        ("Before=2026-01-08T12:00:00.123457Z", vec!["a", "b", "c"]),
        ("After=2026-01-08", vec!["b", "c", "d"]),
        ("Before=2026-01-08", vec!["a"]),
        ("Before=2026-01-09", vec!["a", "b", "c"]),
        ("Before=2026-01-09T00:00:00.000001Z", vec!["a", "b", "c", "d"]),
        // 12:00:00.123456 UTC, with its + encoded, and not.
        ("After=2026-01-08T18:30:00.123456%2B06:30", vec!["d"]),
        ("After=2026-01-08T18:30:00.123456+06:30", vec!["d"]),
        ("After=2026-01-08T18:30:00.123455+06:30", vec!["b", "c", "d"]),
        ("Before=2026-01-08t07:00:00.123456-05:00", vec!["a"]),
        ("After=0001-01-01", vec!["a", "b", "c", "d"]),
        ("After=9999-12-31T23:59:59.999999999Z", vec![]),
        ("Before=0001-01-01T00:00:00Z", vec![]),
        ("After=2016-12-31T23:59:60Z", vec!["a", "b", "c", "d"]),
    ] {
        for of in ["created", "updated"] {
            let query = format!("{of}{range}");
            expect_listed(&app.reader(), &query, &expected).await;
            expect_listed(&app.reader(), &format!("{query}&keyword=frank"), &expected).await;
        }
    }
    for (query, expected) in [
        ("createdAfter=2026-01-08&createdBefore=2026-01-09", vec!["b", "c"]),
        ("createdAfter=2026-01-08&createdAfter=2026-01-08T13:00:00Z", vec!["d"]),
        ("createdBefore=2026-01-08&createdBefore=2026-01-10", vec!["a"]),
        ("createdAfter=2026-01-09&createdBefore=2026-01-08", vec![]),
        ("createdAfter=2026-01-08&updatedBefore=2026-01-09", vec!["b", "c"]),
    ] {
        expect_listed(&app.reader(), query, &expected).await;
        expect_listed(&app.reader(), &format!("keyword=frank&{query}"), &expected).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_moves_only_the_time_of_the_change() {
    let app = TestApp::with(Setup { clock: clock(AFTER), ..Setup::default() }).await;
    let mut made = Vec::new();
    for name in ["a", "b", "c"] {
        made.push(factory::contact(&admin_at(&app, BEFORE), json!({"name": name})).await);
    }
    let later = admin_at(&app, AFTER);
    later.patch(&factory::path(&made[1]), json!({"notes": "x"})).await.expect(200);
    for (query, expected) in [
        ("createdAfter=2026-01-08", vec![]),
        ("updatedAfter=2026-01-08", vec!["b"]),
        ("updatedBefore=2026-01-08", vec!["a", "c"]),
        ("createdBefore=2026-01-08&updatedAfter=2026-01-08", vec!["b"]),
    ] {
        expect_listed(&app.reader(), query, &expected).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_moment_is_422() {
    let app = TestApp::new().await;
    for text in [
        "yesterday",
        "2026-13-01",
        "2026-02-29",
        "2026-01-08T25:00:00Z",
        "2026-01-08T12:00:00",
        "0000-01-01",
        "0001-01-01T00:00:00%2B01:00",
        "9999-12-31T23:59:59-01:00",
        "10000-01-01",
        "-0001-01-01",
        "1767873600",
        "%00",
        "%20",
    ] {
        for name in ["createdAfter", "createdBefore", "updatedAfter", "updatedBefore"] {
            let expected = [format!("{name}:invalid_format")];
            assert_eq!(refused(&app.reader(), &format!("{name}={text}")).await, expected, "{text}");
        }
    }
    app.finish().await;
}
