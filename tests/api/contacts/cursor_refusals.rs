//! Cursors that are none of this listing, or none at all.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    CONTACTS,
    cursor::{make, next},
    list,
    listing::{SORTS, refused},
};
use crate::support::TestApp;

#[tokio::test]
async fn a_cursor_is_for_its_own_filter_order_and_tenant() {
    let app = TestApp::new().await;
    for client in [app.writer(), app.stranger()] {
        for number in 0..3 {
            make(&client, &format!("n{number}")).await;
        }
    }
    let reader = app.reader();
    let own = "sort=name&keyword=user&tag=vip&company=k-link&pageSize=1";
    let cursor = next(&reader, own).await;
    for same in [
        own,
        "keyword=user&company=k-link&tag=vip&sort=name&pageSize=2",
        "sort=name&keyword=user&tag=vip&company=k-link&channel=&_=1&count=none",
    ] {
        assert_eq!(
            list(&reader, &format!("{same}&cursor={cursor}")).await["data"][0]["name"],
            "n1",
            "{same}"
        );
    }
    for other in [
        "",
        "sort=name",
        "sort=-name&keyword=user&tag=vip&company=k-link",
        "sort=createdAt&keyword=user&tag=vip&company=k-link",
        "keyword=user&tag=vip&company=k-link",
        "sort=name&keyword=use&tag=vip&company=k-link",
        "sort=name&keyword=user&tag=vip",
        "sort=name&keyword=user&tag=k-link&company=vip",
        "sort=name&keyword=user&tag=vip&tag=vip&company=k-link",
    ] {
        assert_eq!(refused(&reader, &format!("{other}&cursor={cursor}")).await, ["cursor:invalid_cursor"]);
    }
    assert_eq!(refused(&app.stranger(), &format!("{own}&cursor={cursor}")).await, ["cursor:invalid_cursor"]);
    for page in ["1", "2"] {
        let with_page = refused(&reader, &format!("{own}&cursor={cursor}&page={page}")).await;
        assert_eq!(with_page, ["page:not_allowed"]);
    }
    let twice = refused(&reader, &format!("{own}&cursor={cursor}&cursor={cursor}")).await;
    assert_eq!(twice, ["cursor:repeated"]);
    // The path of a social id is a listing of its own.
    let path = format!("{CONTACTS}/social-platforms/U1?cursor={cursor}&sort=name");
    assert_eq!(reader.get(&path).await.expect_invalid(), ["cursor:invalid_cursor"]);
    app.finish().await;
}

#[tokio::test]
async fn what_was_not_given_out_is_422() {
    let app = TestApp::new().await;
    for name in ["Kyaw ကျော်", "Zaw", "Aung"] {
        make(&app.writer(), name).await;
    }
    let reader = app.reader();
    for sort in SORTS {
        for filter in ["", "&keyword=user"] {
            let query = format!("sort={sort}&pageSize=1{filter}");
            let cursor = next(&reader, &query).await;
            assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
            let expect_refused = async |bad: &str| {
                let details = refused(&reader, &format!("{query}&cursor={bad}")).await;
                assert_eq!(details, ["cursor:invalid_cursor"], "{query} {bad}");
            };
            // The key of the row, at the end, bent to what no row has.
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
            for key in ["-999999999999999999", "", "x", "\0", "9223372036854775807", "8210000000000000000"] {
                let bent = [&bytes[..33], key.as_bytes()].concat();
                expect_refused(&BASE64_URL_SAFE_NO_PAD.encode(bent)).await;
            }
            for end in 1..cursor.len() {
                expect_refused(&cursor[..end]).await;
            }
            for at in 0..cursor.len() {
                let other = if cursor.as_bytes()[at] == b'A' { "B" } else { "A" };
                expect_refused(&format!("{}{other}{}", &cursor[..at], &cursor[at + 1..])).await;
            }
            for bad in
                [format!("{cursor}A"), format!("{cursor}="), format!("{cursor}%00"), format!("%20{cursor}")]
            {
                expect_refused(&bad).await;
            }
        }
    }
    for bad in ["x", "null", "0", "%00", "AAAA", &"A".repeat(2_000)] {
        assert_eq!(refused(&reader, &format!("cursor={bad}")).await, ["cursor:invalid_cursor"]);
    }
    app.finish().await;
}
