//! `GET /api/v1/contacts?cursor=`: going on from where a page ended.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    CONTACTS, id, list,
    listing::{SORTS, data, turned, walked},
    texts,
};
use crate::support::{Client, TestApp, factory};

/// A contact that many filters find.
pub async fn make(client: &Client, name: &str) -> Value {
    let fields = json!({
        "name": name, "username": "user", "tags": ["vip"], "company": "K-Link", "email": [{"email": "a@b.cc"}],
    });
    factory::contact(client, fields).await
}

/// The cursor at the end of a page.
pub async fn next(client: &Client, query: &str) -> String {
    list(client, query).await["nextCursor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_there_all_along_is_met_once_whatever_comes_and_goes() {
    let app = TestApp::new().await;
    let client = app.writer();
    let mut kept = BTreeSet::new();
    let mut others: Vec<Value> = Vec::new();
    for number in 0..20 {
        kept.insert(id(&make(&client, &format!("Name {} kept", number * 7 % 20)).await));
        others.push(make(&client, &format!("Name {} other", number * 7 % 20)).await);
    }
    let mut number = 0;
    for sort in SORTS {
        for filter in
            ["", "keyword=user", "keyword=name%20user", "tag=vip", "company=k-link&has=email", "email=a@b.cc"]
        {
            let query = format!("{filter}&sort={sort}&pageSize=4");
            let before = walked(&client, &query.replace("&pageSize=4", ""), 100).await;
            let expected: Vec<_> = before.iter().map(id).filter(|id| kept.contains(id)).collect();
            assert_eq!(expected.len(), kept.len());
            let (mut met, mut cursor, mut deleted) = (Vec::new(), String::new(), BTreeSet::new());
            // Newcomers may come where the walk has yet to go: there are few, so that it ends.
            let mut newcomers = 0;
            loop {
                let page = list(&client, &format!("{query}&cursor={cursor}")).await;
                let rows = data(&page);
                assert!(rows.iter().all(|row| !deleted.contains(&id(row))), "{query}");
                met.extend(rows.iter().map(id));
                let Some(next) = page["nextCursor"].as_str() else { break };
                next.clone_into(&mut cursor);
                // The row that the cursor stands on goes, if it may; else any other, met already or not.
                let last = id(rows.last().unwrap());
                let at = others.iter().position(|one| id(one) == last).unwrap_or(number % others.len());
                let gone = others.swap_remove(at);
                client.delete(&factory::path(&gone)).await.expect(200);
                deleted.insert(id(&gone));
                if newcomers < 20 {
                    others.push(make(&client, &format!("Name {} new", number * 3 % 20)).await);
                    newcomers += 1;
                    number += 1;
                }
            }
            assert_eq!(met.iter().collect::<BTreeSet<_>>().len(), met.len(), "{query}: nothing twice");
            met.retain(|id| kept.contains(id));
            assert_eq!(met, expected, "{query}");
            while others.len() < 20 {
                others.push(make(&client, &format!("Name {} other", others.len())).await);
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn rare_matches_are_walked_as_frequent_ones_are() {
    let app = TestApp::new().await;
    for number in 0..40 {
        let name = if number % 13 == 0 { "rare" } else { "common" };
        make(&app.writer(), &format!("{name} {number:02}")).await;
    }
    for sort in SORTS {
        for filter in ["keyword=rare", "keyword=common", "keyword=rare%200", "keyword=nothing", "keyword=%20"]
        {
            let query = format!("{filter}&sort={sort}");
            let whole = data(&list(&app.reader(), &format!("{query}&pageSize=100")).await);
            for size in [1, 2, 3, 39, 40, 41] {
                assert_eq!(walked(&app.reader(), &query, size).await, whole, "{query} {size}");
                assert_eq!(turned(&app.reader(), &query, size).await, whole, "{query} {size}");
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn the_size_and_the_count_may_change_on_the_way_and_pages_are_counted_on() {
    let app = TestApp::new().await;
    for number in 0..10 {
        make(&app.writer(), &format!("n{number}")).await;
    }
    for filter in ["", "&keyword=user", "&tag=vip"] {
        let query = format!("sort=name{filter}");
        let first = list(&app.reader(), &format!("{query}&pageSize=1&count=none")).await;
        let cursor = first["nextCursor"].as_str().unwrap();
        assert_eq!((&first["total"], &first["lastPage"]), (&Value::Null, &Value::Null));
        let second = list(&app.reader(), &format!("{query}&pageSize=3&cursor={cursor}")).await;
        assert_eq!(texts(&second["data"], "name"), ["n1", "n2", "n3"]);
        assert_eq!(
            (&second["page"], &second["pageSize"], &second["total"]),
            (&json!(2), &json!(3), &json!(10))
        );
        assert_eq!(second["lastPage"], 4);
        let cursor = second["nextCursor"].as_str().unwrap();
        let third =
            list(&app.reader(), &format!("count=estimated&cursor={cursor}&{query}&pageSize=100")).await;
        assert_eq!(texts(&third["data"], "name"), ["n4", "n5", "n6", "n7", "n8", "n9"]);
        assert_eq!(
            (&third["page"], &third["total"], &third["nextCursor"]),
            (&json!(3), &json!(10), &Value::Null)
        );
        // From a page by number one goes on by cursor too.
        let cursor = next(&app.reader(), &format!("{query}&pageSize=2&page=4")).await;
        let fifth = list(&app.reader(), &format!("{query}&pageSize=2&cursor={cursor}")).await;
        assert_eq!(
            (texts(&fifth["data"], "name"), &fifth["page"]),
            (vec!["n8".into(), "n9".into()], &json!(5))
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn the_last_page_by_number_has_no_cursor_and_one_past_the_end_has_none_either() {
    let app = TestApp::new().await;
    for number in 0..6 {
        make(&app.writer(), &format!("n{number}")).await;
    }
    for filter in ["", "&keyword=user", "&keyword=n%20user&sort=name", "&tag=vip&sort=-updatedAt"] {
        for (query, goes_on) in [
            ("pageSize=3&page=1", true),
            ("pageSize=3&page=2", false),
            ("pageSize=3&page=3", false),
            ("pageSize=3&page=9223372036854775807", false),
            ("pageSize=6", false),
            ("pageSize=5", true),
            ("pageSize=7", false),
            ("pageSize=4&page=2", false),
            ("pageSize=4&page=2&count=none", false),
            ("pageSize=6&count=none", false),
            ("pageSize=6&count=estimated", false),
            ("pageSize=3&page=2&count=none", false),
            ("pageSize=5&count=none", true),
            ("pageSize=4&count=none", true),
            ("pageSize=4&count=estimated", true),
        ] {
            let page = list(&app.reader(), &format!("{query}{filter}")).await;
            assert_eq!(page["nextCursor"].is_string(), goes_on, "{query}{filter}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn names_of_any_script_and_of_almost_nothing_are_gone_on_from() {
    let app = TestApp::new().await;
    // Folded, some of these are nothing at all, which many share.
    for name in [
        "\u{301}",
        "\u{301}\u{302}",
        "\u{64b}",
        "-",
        "\"",
        "'",
        "\\",
        "%",
        "က",
        "ကျော်",
        "王",
        "สม",
        "محمد",
        "👩‍🚀",
        "🎉",
        "İ",
        "ß",
        "\u{1d4d5}",
        "ﷺ",
        "a\u{a0}b",
        "a\tb",
        "\u{10ffff}",
        "\u{e000}",
    ] {
        for _ in 0..2 {
            make(&app.writer(), name).await;
        }
    }
    for sort in ["name", "-name"] {
        for filter in ["", "&keyword=user", "&tag=vip", "&email=a@b.cc"] {
            let query = format!("sort={sort}{filter}");
            let whole = data(&list(&app.reader(), &format!("{query}&pageSize=100")).await);
            assert_eq!(whole.len(), 46);
            for size in [1, 3] {
                assert_eq!(walked(&app.reader(), &query, size).await, whole, "{query}");
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn the_listing_of_a_social_id_goes_on_by_cursor_in_any_order() {
    let app = TestApp::new().await;
    for number in 0..5 {
        let platforms = json!([{"channel": "viber", "socialPlatformId": "U1"}]);
        let fields = json!({"name": format!("n{number}"), "platformContacts": platforms});
        factory::contact(&app.writer(), fields).await;
        factory::contact(&app.writer(), json!({"name": "without"})).await;
    }
    let path = format!("{CONTACTS}/social-platforms/U1?sort=name&count=none&pageSize=2");
    let (mut names, mut cursor) = (Vec::new(), String::new());
    for number in 1..=3 {
        let page = app.reader().get(&format!("{path}&cursor={cursor}")).await.expect(200);
        assert_eq!((&page["page"], &page["total"]), (&json!(number), &Value::Null));
        names.extend(texts(&page["data"], "name"));
        page["nextCursor"].as_str().unwrap_or_default().clone_into(&mut cursor);
    }
    assert_eq!((names.join(" "), cursor.as_str()), ("n0 n1 n2 n3 n4".to_owned(), ""));
    let elsewhere = next(&app.reader(), "socialPlatformId=U1&sort=name&pageSize=2").await;
    let details = app.reader().get(&format!("{path}&cursor={elsewhere}")).await.expect_invalid();
    assert_eq!(details, ["cursor:invalid_cursor"]);
    app.finish().await;
}
