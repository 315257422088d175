//! Keywords that nobody thinks of: punctuation alone, one letter of any script, very long, very many words; and pages
//! so deep that nothing is there.

use serde_json::json;

use super::{
    encoded, found, list,
    listing::{expect_listed, refused, turned, walked},
};
use crate::support::{TestApp, factory};

#[tokio::test]
async fn any_character_is_searched_for_and_only_found_where_it_is() {
    let app = TestApp::new().await;
    let characters = [
        "%", "_", "\\", "@", ".", "'", "\"", "*", "?", "[", "(", "{", "$", "|", "^", "&", "#", "=", "+", "-",
        "/", ";", ",", "!", "~", "<", "က", "ဿ", "ท", "ๆ", "王", "𠮷", "🎉", "ה", "ד", "अ", "ა", "ж", "ψ",
        "5",
    ];
    for character in characters {
        for name in [format!("x{character}y"), format!("{character}{character}")] {
            factory::contact(&app.writer(), json!({"name": name, "username": "user"})).await;
        }
    }
    for character in characters {
        let (alone, twice) = (format!("x{character}y"), character.repeat(2));
        let mut both = vec![alone.clone(), twice.clone()];
        both.sort();
        assert_eq!(found(&app.reader(), character).await, both, "{character}");
        assert_eq!(found(&app.reader(), &twice).await, [twice.as_str()], "{character}");
        assert_eq!(found(&app.reader(), &format!("x{character}")).await, [alone.as_str()], "{character}");
        assert_eq!(found(&app.reader(), &format!("{character} {character}")).await, both, "{character}");
        assert_eq!(found(&app.reader(), &format!("{character} x")).await, [alone.as_str()], "{character}");
        assert_eq!(found(&app.reader(), &character.repeat(3)).await, [""; 0], "{character}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_joined_is_found_by_its_parts_and_whole() {
    let app = TestApp::new().await;
    for name in ["👩‍🚀 Anna", "👨‍👩‍👧‍👦 family", "🇲🇲 flag", "👍🏽 thumb", "é", "ΆΣ", "ЁЛКА", "ǅ", "ﬁne", "İi ıI"]
    {
        factory::contact(&app.writer(), json!({"name": name, "username": "-"})).await;
    }
    for (keyword, expected) in [
        ("👩‍🚀", vec!["👩‍🚀 Anna"]),
        ("👩", vec!["👨‍👩‍👧‍👦 family", "👩‍🚀 Anna"]),
        ("🚀", vec!["👩‍🚀 Anna"]),
        ("👨‍👩‍👧‍👦", vec!["👨‍👩‍👧‍👦 family"]),
        ("👩‍👧", vec!["👨‍👩‍👧‍👦 family"]),
        ("🇲🇲", vec!["🇲🇲 flag"]),
        ("👍", vec!["👍🏽 thumb"]),
        ("e\u{301}", vec!["é", "ﬁne"]),
        ("άς", vec!["ΆΣ"]),
        ("ας", vec!["ΆΣ"]),
        ("ёлк", vec!["ЁЛКА"]),
        ("елк", vec!["ЁЛКА"]),
        ("dž", vec!["ǅ"]),
        ("FIN", vec!["ﬁne"]),
        ("ii", vec!["İi ıI"]),
        ("ıı", vec!["İi ıI"]),
    ] {
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(found(&app.reader(), keyword).await, expected, "{keyword}");
    }
    app.finish().await;
}

#[tokio::test]
async fn long_keywords_and_many_words_are_found_up_to_the_limit() {
    let app = TestApp::new().await;
    let long = "ကျော်".repeat(51);
    let latin = "abc".repeat(85);
    factory::contact(&app.writer(), json!({"name": "a", "username": long})).await;
    factory::contact(
        &app.writer(),
        json!({"name": "b", "username": latin, "company": "c d e f g h i j k l"}),
    )
    .await;
    let ten = "a b c d e f g h i j";
    for (keyword, expected) in [
        (&*long, vec!["a"]),
        (&latin, vec!["b"]),
        (&latin[1..], vec!["b"]),
        (&format!("{}d", &latin[1..]), vec![]),
        (ten, vec!["b"]),
        ("l k j i h g f e d c", vec!["b"]),
        ("a b c d e f g h i z", vec![]),
        ("a b c d e f g h i j z", vec!["b"]),
        (&format!("  {}  ", ten.replace(' ', "\u{3000}\t ")), vec!["b"]),
        (&["\u{301}"; 50].join(" "), vec!["a", "b"]),
    ] {
        let query = format!("keyword={}", encoded(keyword));
        expect_listed(&app.reader(), &query, &expected).await;
    }
    for (keyword, code) in [
        ("x".repeat(256), "too_long"),
        ("က".repeat(256), "too_long"),
        (" ".repeat(256), "too_long"),
        ("x".repeat(60_000), "too_long"),
        ("x\0".to_owned(), "contains_nul"),
    ] {
        let details = refused(&app.reader(), &format!("keyword={}", encoded(&keyword))).await;
        assert_eq!(details, [format!("keyword:{code}")]);
    }
    app.finish().await;
}

#[tokio::test]
async fn pages_beyond_all_there_is_are_empty_with_true_totals() {
    let app = TestApp::new().await;
    for n in 0..3 {
        factory::contact(&app.writer(), json!({"name": format!("n{n}"), "tags": ["vip"]})).await;
    }
    for filter in
        ["", "&keyword=frank", "&keyword=n1", "&tag=vip", "&has=tags&keyword=n", "&createdAfter=2000-01-01"]
    {
        for sort in ["", "&sort=name", "&sort=-updatedAt"] {
            for page in
                [2, 1_000, 655, 656, 1_000_000, i64::MAX / 100, i64::MAX / 100 + 1, i64::MAX - 1, i64::MAX]
            {
                for size in [1_i64, 100] {
                    if page.saturating_mul(size) < 100 {
                        continue;
                    }
                    let query = format!("page={page}&pageSize={size}{filter}{sort}");
                    let page = list(&app.reader(), &query).await;
                    let total = if filter.ends_with("n1") { 1 } else { 3 };
                    assert_eq!((&page["total"], &page["data"]), (&json!(total), &json!([])), "{query}");
                    assert!(page["nextCursor"].is_null(), "{query}");
                }
            }
        }
        assert_eq!(walked(&app.reader(), filter, 1).await, turned(&app.reader(), filter, 1).await);
    }
    app.finish().await;
}
