//! `GET /api/v1/contacts?sort=`

use contacts::domain::fold;
use serde_json::{Value, json};

use super::{
    NOON, admin_at, clock, list,
    listing::{SORTS, data, refused, turned, walked},
    texts,
};
use crate::support::{Setup, TestApp, factory};

/// Names of many scripts, alike but for case and accents, and of all but nothing.
const NAMES: [&str; 30] = [
    "Zoe",
    "zed",
    "Ábel",
    "abel",
    "ABEL",
    "Łukasz",
    "lukasz",
    "ŁUKASZ",
    "M",
    "Straße",
    "strasse b",
    "ကျော်",
    "ကျော်ကျော်",
    "သူဇာ",
    "สมชาย",
    "王小明",
    "李",
    "محمد",
    "Иван",
    "иван",
    "👩‍🚀",
    "🎉",
    "%",
    "_",
    "\\",
    "10",
    "9",
    "၁၀",
    "-",
    "\u{301}",
];

#[tokio::test]
async fn names_are_compared_folded_and_ids_break_ties_in_the_same_direction() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    let mut made = Vec::new();
    for name in NAMES.iter().chain(&NAMES) {
        made.push(factory::contact(&app.writer(), json!({"name": name, "username": "user"})).await);
    }
    let key = |contact: &Value| {
        (fold(contact["name"].as_str().unwrap()), contact["id"].as_str().unwrap().to_owned())
    };
    let mut expected = made.clone();
    expected.sort_by_key(key);
    for query in ["sort=name", "sort=name&keyword=user", "sort=name&createdBefore=2999-01-01"] {
        for size in [1, 7, 100] {
            assert_eq!(turned(&app.reader(), query, size).await, expected, "{query}");
            assert_eq!(walked(&app.reader(), query, size).await, expected, "{query}");
        }
    }
    expected.reverse();
    for query in ["sort=-name", "sort=-name&keyword=user", "sort=-name&createdBefore=2999-01-01"] {
        for size in [1, 7, 100] {
            assert_eq!(turned(&app.reader(), query, size).await, expected, "{query}");
            assert_eq!(walked(&app.reader(), query, size).await, expected, "{query}");
        }
    }
    // All were made at one moment, so that times are nothing but ties.
    for sort in ["createdAt", "updatedAt"] {
        for keyword in ["", "&keyword=user"] {
            let ascending = walked(&app.reader(), &format!("sort={sort}{keyword}"), 7).await;
            assert_eq!(ascending, made, "{sort}{keyword}");
            let mut descending = walked(&app.reader(), &format!("sort=-{sort}{keyword}"), 7).await;
            descending.reverse();
            assert_eq!(descending, made, "-{sort}{keyword}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn times_go_from_the_earliest_or_the_latest() {
    let app = TestApp::with(Setup { clock: clock("2026-01-08T14:00:00Z"), ..Setup::default() }).await;
    let mut made = Vec::new();
    for (name, moment) in [
        ("b", "2026-01-08T11:00:00Z"),
        ("d", "2026-01-08T13:00:00Z"),
        ("a", "2026-01-08T10:59:59.999999Z"),
        ("c", "2026-01-08T12:00:00Z"),
    ] {
        made.push(factory::contact(&admin_at(&app, moment), json!({"name": name})).await);
    }
    for (changed, moment) in [(&made[1], "2026-01-08T14:00:00Z"), (&made[2], "2026-01-08T13:30:00Z")] {
        admin_at(&app, moment).patch(&factory::path(changed), json!({"notes": "x"})).await.expect(200);
    }
    for (sort, expected) in [
        ("createdAt", ["a", "b", "c", "d"]),
        ("-createdAt", ["d", "c", "b", "a"]),
        ("", ["d", "c", "b", "a"]),
        ("updatedAt", ["b", "c", "a", "d"]),
        ("-updatedAt", ["d", "a", "c", "b"]),
        ("name", ["a", "b", "c", "d"]),
        ("-name", ["d", "c", "b", "a"]),
    ] {
        for filter in ["", "&keyword=frank", "&updatedAfter=2026-01-08", "&has=group"] {
            let listed = walked(&app.reader(), &format!("sort={sort}{filter}"), 3).await;
            let expected = if filter == "&has=group" { &[][..] } else { &expected[..] };
            assert_eq!(texts(&json!(listed), "name"), expected, "{sort}{filter}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_new_name_moves_a_contact_at_once() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for name in ["a", "b", "c"] {
        made.push(factory::contact(&app.writer(), json!({"name": name})).await);
    }
    app.writer().patch(&factory::path(&made[0]), json!({"name": "Ż"})).await.expect(200);
    for filter in ["", "&keyword=frank"] {
        let page = list(&app.reader(), &format!("sort=name{filter}")).await;
        assert_eq!(texts(&page["data"], "name"), ["b", "c", "Ż"]);
    }
    app.finish().await;
}

/// Beyond 200 bytes only the beginning of a name says where it stands.
#[tokio::test]
async fn long_names_are_sorted_by_their_beginning_and_each_is_listed_once() {
    let app = TestApp::new().await;
    let mut names = Vec::new();
    for letter in ["a", "က", "王", "👩‍🚀"] {
        for length in [150, 200, 255] {
            let long: String = letter.chars().cycle().take(length).collect();
            for end in ["x", "y", "Y"] {
                // The last letter differs, and the length is one of bytes for some, of letters for others.
                let cut: String = long.chars().take(length - 1).collect();
                names.push(format!("{cut}{end}"));
            }
        }
    }
    for name in names.iter().rev() {
        factory::contact(&app.writer(), json!({"name": name, "username": "user"})).await;
    }
    for filter in ["", "&keyword=user"] {
        let whole = data(&list(&app.reader(), &format!("sort=name&pageSize=100{filter}")).await);
        assert_eq!(whole.len(), names.len());
        let listed = texts(&json!(whole), "name");
        let beginnings: Vec<String> =
            listed.iter().map(|name| fold(name).chars().take(40).collect()).collect();
        assert!(beginnings.is_sorted(), "{beginnings:?}");
        for size in [1, 5] {
            assert_eq!(walked(&app.reader(), &format!("sort=name{filter}"), size).await, whole);
            assert_eq!(turned(&app.reader(), &format!("sort=name{filter}"), size).await, whole);
            let mut reversed = walked(&app.reader(), &format!("sort=-name{filter}"), size).await;
            reversed.reverse();
            assert_eq!(reversed, whole);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn the_same_query_lists_the_same() {
    let app = TestApp::with(Setup { clock: clock(NOON), ..Setup::default() }).await;
    for _ in 0..30 {
        factory::contact(&app.writer(), json!({"name": "same", "tags": ["x"]})).await;
    }
    for sort in SORTS {
        for filter in ["", "&keyword=same", "&tag=x", "&keyword=s&tag=x"] {
            let once = walked(&app.reader(), &format!("sort={sort}{filter}"), 30).await;
            assert_eq!(once.len(), 30);
            for size in [4, 100] {
                assert_eq!(
                    turned(&app.reader(), &format!("sort={sort}{filter}"), size).await,
                    once,
                    "{sort}"
                );
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn another_order_is_422() {
    let app = TestApp::new().await;
    for sort in [
        "Name",
        "--name",
        "-",
        "id",
        "-id",
        "name,createdAt",
        "created_at",
        "%2Bname",
        "+name",
        "name%20",
        "name%20desc",
        "keyword",
        "%00",
    ] {
        assert_eq!(refused(&app.reader(), &format!("sort={sort}")).await, ["sort:not_an_option"], "{sort}");
    }
    for twice in ["sort=name&sort=name", "sort=&sort=name&sort=name", "sort=name&sort=-name"] {
        assert_eq!(refused(&app.reader(), twice).await, ["sort:repeated"]);
    }
    app.finish().await;
}
