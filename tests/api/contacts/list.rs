//! `GET /api/v1/contacts`: pages, totals and the filter by social platform id. Keywords are in `search`.

use serde_json::{Value, json};

use super::{CONTACTS, NOON, admin_at, clock, encoded, id, list, texts};
use crate::support::{Setup, TestApp, factory};

/// The numbers of a listing's envelope.
fn numbers(page: &Value) -> [i64; 4] {
    ["total", "page", "pageSize", "lastPage"].map(|key| page[key].as_i64().unwrap())
}

async fn make(app: &TestApp, count: usize) -> Vec<Value> {
    let mut contacts = Vec::new();
    for n in 0..count {
        contacts.push(factory::contact(&app.writer(), json!({"name": format!("contact {n}")})).await);
    }
    contacts.reverse();
    contacts
}

#[tokio::test]
async fn an_empty_listing_has_one_page() {
    let app = TestApp::new().await;
    for query in ["", "page=1", "keyword=x", "socialPlatformId=x"] {
        let page = list(&app.reader(), query).await;
        assert_eq!((numbers(&page), &page["data"]), ([0, 1, 10, 1], &json!([])), "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn contacts_are_listed_newest_first_in_pages() {
    let app = TestApp::new().await;
    let contacts = make(&app, 21).await;
    for (query, expected, range) in [
        ("", [21, 1, 10, 3], 0..10),
        ("page=2", [21, 2, 10, 3], 10..20),
        ("page=3", [21, 3, 10, 3], 20..21),
        ("page=4", [21, 4, 10, 3], 21..21),
        ("page=9223372036854775807", [21, i64::MAX, 10, 3], 21..21),
        ("pageSize=7", [21, 1, 7, 3], 0..7),
        ("pageSize=7&page=3", [21, 3, 7, 3], 14..21),
        ("pageSize=1&page=21", [21, 21, 1, 21], 20..21),
        ("pageSize=100", [21, 1, 100, 1], 0..21),
        ("page=9223372036854775807&pageSize=100", [21, i64::MAX, 100, 1], 21..21),
    ] {
        for keyword in ["", "&keyword=contact", "&keyword=%20"] {
            let page = list(&app.reader(), &format!("{query}{keyword}")).await;
            assert_eq!(numbers(&page), expected, "{query}{keyword}");
            assert_eq!(page["data"], json!(contacts[range.clone()]), "{query}{keyword}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn the_time_of_creation_orders_and_ids_break_ties() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let noon = make(&app, 5).await;
    let later = admin_at(&app, "2026-01-08T12:20:00Z");
    let later = factory::contact(&later, json!({"name": "later"})).await;
    let earlier = admin_at(&app, "2026-01-08T11:40:00Z");
    let earlier = factory::contact(&earlier, json!({"name": "earlier"})).await;
    let ids: Vec<_> = noon.iter().map(id).collect();
    assert!(ids.is_sorted_by(|a, b| a > b));
    assert!(id(&earlier) > id(&later) && id(&later) > ids[0]);
    let mut expected = vec![later];
    expected.extend(noon);
    expected.push(earlier.clone());
    assert_eq!(list(&app.reader(), "").await["data"], json!(expected));
    assert_eq!(list(&app.reader(), "keyword=frank").await["data"], json!(expected));
    for page in 1..=7 {
        let one = list(&app.reader(), &format!("pageSize=1&page={page}")).await;
        assert_eq!(one["data"], json!([expected[page - 1]]));
    }
    // A change does not move a contact.
    app.writer().patch(&factory::path(&earlier), json!({"notes": "x"})).await.expect(200);
    assert_eq!(texts(&list(&app.reader(), "").await["data"], "name")[6], "earlier");
    app.finish().await;
}

#[tokio::test]
async fn page_and_page_size_are_whole_numbers_in_range() {
    let app = TestApp::new().await;
    for (query, expected) in [
        ("page=0", vec!["page:out_of_range"]),
        ("page=-1", vec!["page:out_of_range"]),
        ("page=9223372036854775808", vec!["page:out_of_range"]),
        ("page=x", vec!["page:wrong_type"]),
        ("page=1.5", vec!["page:wrong_type"]),
        ("page=1e2", vec!["page:wrong_type"]),
        ("page=+1", vec!["page:wrong_type"]),
        ("page=%2B1", vec!["page:wrong_type"]),
        ("pageSize=0", vec!["pageSize:out_of_range"]),
        ("pageSize=101", vec!["pageSize:out_of_range"]),
        ("pageSize=-5", vec!["pageSize:out_of_range"]),
        ("pageSize=99999999999999999999", vec!["pageSize:out_of_range"]),
        ("pageSize=ten", vec!["pageSize:wrong_type"]),
        ("pageSize=%D9%A1%D9%A0", vec!["pageSize:wrong_type"]),
        (
            "page=0&pageSize=x&keyword=%00",
            vec!["keyword:contains_nul", "page:out_of_range", "pageSize:wrong_type"],
        ),
    ] {
        let mut details = app.reader().get(&format!("{CONTACTS}?{query}")).await.expect_invalid();
        details.sort();
        assert_eq!(details, expected, "{query}");
    }
    let path = format!("{CONTACTS}/social-platforms/U1?page=0&pageSize=101");
    assert_eq!(
        app.reader().get(&path).await.expect_invalid(),
        ["page:out_of_range", "pageSize:out_of_range"]
    );
    app.finish().await;
}

#[tokio::test]
async fn what_is_meant_once_may_not_be_given_twice() {
    let app = TestApp::new().await;
    for name in ["page", "pageSize", "keyword"] {
        for values in [["1", "2"], ["1", "1"]] {
            let query = values.map(|value| format!("{name}={value}")).join("&");
            let details = app.reader().get(&format!("{CONTACTS}?{query}")).await.expect_invalid();
            assert_eq!(details, [format!("{name}:repeated")]);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_query_that_is_not_utf_8_is_400() {
    let app = TestApp::new().await;
    for query in ["keyword=%FF", "page=%C3", "x=%FF"] {
        let answer = app.reader().get(&format!("{CONTACTS}?{query}")).await;
        assert_eq!(answer.expect_error(400, "malformed_request"), []);
    }
    app.finish().await;
}

#[tokio::test]
async fn totals_follow_creations_and_deletions_of_ones_own_tenant() {
    let app = TestApp::new().await;
    factory::contact(&app.stranger(), json!({"name": "theirs"})).await;
    let contacts = make(&app, 3).await;
    for (deleted, left) in contacts.iter().zip([2, 1, 0]) {
        app.writer().delete(&factory::path(deleted)).await.expect(200);
        for query in ["", "keyword=contact", "page=2"] {
            let page = list(&app.reader(), query).await;
            assert_eq!((&page["total"], &page["lastPage"]), (&json!(left), &json!(1)));
        }
    }
    let theirs = list(&app.stranger(), "").await;
    assert_eq!((&theirs["total"], texts(&theirs["data"], "name")), (&json!(1), vec!["theirs".to_owned()]));
    app.finish().await;
}

#[tokio::test]
async fn contacts_are_found_by_their_social_platform_id() {
    let app = TestApp::new().await;
    let with = async |name: &str, platforms: &[(&str, &str)]| {
        let platforms: Value = platforms
            .iter()
            .map(|(channel, id)| json!({"channel": channel, "socialPlatformId": id}))
            .collect();
        factory::contact(&app.writer(), json!({"name": name, "platformContacts": platforms})).await
    };
    with("a", &[("viber", "U1"), ("line", "U1"), ("line", "x")]).await;
    with("b", &[("messenger", "U1")]).await;
    with("c", &[("viber", "U12")]).await;
    with("d", &[("viber", "ü / 100% ?&=\\")]).await;
    with("U1", &[]).await;
    let theirs =
        json!({"name": "theirs", "platformContacts": [{"channel": "viber", "socialPlatformId": "U1"}]});
    factory::contact(&app.stranger(), theirs).await;
    for (id, expected) in [
        ("U1", vec!["b", "a"]),
        ("U12", vec!["c"]),
        ("U", vec![]),
        ("U_", vec![]),
        ("ü / 100% ?&=\\", vec!["d"]),
    ] {
        for path in [
            format!("{CONTACTS}?socialPlatformId={}", encoded(id)),
            format!("{CONTACTS}/social-platforms/{}", encoded(id)),
        ] {
            let page = app.reader().get(&path).await.expect(200);
            assert_eq!(texts(&page["data"], "name"), expected, "{path}");
            assert_eq!(numbers(&page), [i64::try_from(expected.len()).unwrap(), 1, 10, 1]);
        }
    }
    let second =
        app.reader().get(&format!("{CONTACTS}/social-platforms/U1?pageSize=1&page=2")).await.expect(200);
    assert_eq!((numbers(&second), texts(&second["data"], "name")), ([2, 2, 1, 2], vec!["a".to_owned()]));
    app.finish().await;
}

#[tokio::test]
async fn filters_are_combined_with_and() {
    let app = TestApp::new().await;
    for (name, social_id) in [("Kyaw Kyaw", "U1"), ("Kyaw Thu", "U2"), ("Aung", "U1")] {
        let platforms = json!([{"channel": "viber", "socialPlatformId": social_id}]);
        factory::contact(&app.writer(), json!({"name": name, "platformContacts": platforms})).await;
    }
    for (query, expected) in [
        ("keyword=kyaw&socialPlatformId=U1", vec!["Kyaw Kyaw"]),
        ("keyword=kyaw&socialPlatformId=", vec!["Kyaw Thu", "Kyaw Kyaw"]),
        ("keyword=&socialPlatformId=U1", vec!["Aung", "Kyaw Kyaw"]),
        ("keyword=aung&socialPlatformId=U2", vec![]),
        ("keyword=&socialPlatformId=", vec!["Aung", "Kyaw Thu", "Kyaw Kyaw"]),
    ] {
        let page = list(&app.reader(), query).await;
        assert_eq!(
            (texts(&page["data"], "name"), &page["total"]),
            (expected.iter().map(ToString::to_string).collect(), &json!(expected.len()))
        );
    }
    let nul = app.reader().get(&format!("{CONTACTS}?socialPlatformId=%00&keyword={}", "x".repeat(256))).await;
    let mut details = nul.expect_invalid();
    details.sort();
    assert_eq!(details, ["keyword:too_long", "socialPlatformId:contains_nul"]);
    app.finish().await;
}
