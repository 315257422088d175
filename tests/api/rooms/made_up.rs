//! The rules of the rooms on made-up trees of sources: each is seen to fail.

use super::{
    circles,
    paths::{Tie, ties},
    room, too_large,
};

fn sources(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
}

fn ties_of(files: &[(&str, &str)]) -> Vec<Tie> {
    ties(&sources(files))
}

/// Each tie as `from:line path to`.
fn shown(files: &[(&str, &str)]) -> Vec<String> {
    let shown = |tie: Tie| format!("{}:{} {} {}", tie.from, tie.line, tie.path, tie.to);
    ties_of(files).into_iter().map(shown).collect()
}

/// What one text names of the files `a/mod.rs` (which hands on what `a/deep.rs` defines) and `b.rs`.
fn named(text: &str) -> Vec<String> {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use b::Wide;"),
        ("a/mod.rs", "mod deep; pub use deep::*; pub use self::deep::Deep as Renamed; pub struct Here;"),
        ("a/deep.rs", "pub struct Deep; pub fn dive() {}"),
        ("b.rs", "pub enum Wide { One } impl Wide { pub fn method() {} }  made! { pub struct Made; }"),
        ("c.rs", text),
    ];
    ties_of(&files).into_iter().map(|tie| format!("{} {}", tie.path, tie.to)).collect()
}

#[test]
fn paths_lead_to_the_file_that_defines() {
    assert_eq!(named("use crate::a::Here;"), ["crate::a::Here a/mod.rs"]);
    assert_eq!(named("use crate::a::Deep;"), ["crate::a::Deep a/deep.rs"]);
    assert_eq!(named("pub use crate::a::Renamed as Again;"), ["crate::a::Renamed a/deep.rs"]);
    assert_eq!(named("use crate::Wide;"), ["crate::Wide b.rs"]);
    assert_eq!(named("use super::b::Wide::One;"), ["super::b::Wide::One b.rs"]);
    assert_eq!(named("use crate::b::Made;"), ["crate::b::Made b.rs"]);
    assert_eq!(
        named("use crate::{a::{self, Here}, b::Wide as W};"),
        ["crate::a a/mod.rs", "crate::a::Here a/mod.rs", "crate::b::Wide b.rs"]
    );
    assert_eq!(
        named("use crate::a; fn f() -> u8 { a::dive(); a.b::<u8>(); }"),
        ["a::dive a/deep.rs", "crate::a a/mod.rs"]
    );
    assert_eq!(named("use crate::a::*; struct S(Deep);"), ["Deep a/deep.rs", "crate::a a/mod.rs"]);
    assert_eq!(named("mod inner { use super::super::b; }"), ["super::super::b b.rs"]);
}

#[test]
fn paths_are_seen_wherever_they_stand() {
    let dive = ["crate::a::dive a/deep.rs"];
    for text in [
        "fn f() { for x in 0..crate::a::dive() {} }",
        "fn f() { println!(\"{}\", vec![crate::a::dive()]) }",
        "macro_rules! m { ($x:expr) => { $crate::a::dive($x) } }",
        "#[utoipa::path(get, responses((status = 200, body = crate::a::dive)))] fn f() {}",
        "struct S { #[serde(serialize_with = \"crate::a::dive\")] field: u8 }",
        "impl<T: Into<u8>> S<T> { const X: u8 = <u8 as Into<u8>>::into(crate::a::dive()); }",
        "mod inner { pub(in crate::a) const fn f() { crate::a::dive() } }",
    ] {
        assert_eq!(named(text), dive, "{text}");
    }
}

#[test]
fn no_path_is_no_tie() {
    for text in [
        "//! See [`crate::a::Here`].\n// crate::a\n/// crate::b::Wide\nstruct S;",
        "const TEXT: &str = \"see crate::a::dive here\";",
        "use std::a::Here; use ::b::Wide; use tracing; fn f() { tracing::a::b(); x.b::<u8>() }",
        "pub(crate) struct S { pub(super) a: u8 }",
        "#[cfg(test)] mod tests { use crate::a::Here; }",
        "#[cfg(test)] use crate::a::{Here, Deep}; #[cfg(all(test, unix))] #[must_use] fn f() { crate::b::Wide }",
    ] {
        assert_eq!(named(text), [""; 0], "{text}");
    }
    assert_eq!(named("#[cfg(test)] mod t {} use crate::b;"), ["crate::b b.rs"], "what follows is read");
    assert_eq!(named("#[cfg(not(test))] use crate::b;"), ["crate::b b.rs"]);
}

#[test]
fn a_file_of_tests_is_left_out() {
    let files =
        [("lib.rs", "mod a;"), ("a/mod.rs", "#[cfg(test)] mod tests; mod x;"), ("a/x.rs", "fn f() {}")];
    let with = |file, text| shown(&[&files[..], &[(file, text)]].concat());
    assert_eq!(with("a/tests.rs", "use super::x::f;"), [""; 0]);
    assert_eq!(with("a/tests/deeper.rs", "use crate::a::x;"), [""; 0]);
    assert_eq!(with("a/y.rs", "\nuse super::x::f;"), ["a/y.rs:2 super::x::f a/x.rs"]);
}

#[test]
fn a_circle_of_files_fails() {
    let through_a_re_export = ties_of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod one; mod two; pub use self::two::Two;"),
        ("a/one.rs", "use crate::a::Two; pub struct One;"),
        ("a/two.rs", "pub struct Two; type Three = super::one::One; fn f() { super::one::f() }"),
        ("b.rs", "use crate::a::Two;"),
    ]);
    assert_eq!(
        circles(&through_a_re_export, Some),
        ["a/one.rs → a/two.rs → a/one.rs\
          \n  a/one.rs knows a/two.rs, the least:\
          \n    src/a/one.rs:1 crate::a::Two (src/a/two.rs)\
          \n  a/two.rs knows a/one.rs:\
          \n    src/a/two.rs:1 super::one::One (src/a/one.rs)\
          \n    src/a/two.rs:1 super::one::f (src/a/one.rs)"]
    );

    let of_three = ties_of(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b;"),
        ("b.rs", "use crate::c;"),
        ("c.rs", "use crate::a;"),
    ]);
    let found = circles(&of_three, Some);
    assert!(matches!(&found[..], [one] if one.starts_with("a.rs → b.rs → c.rs → a.rs")), "{found:?}");
}

#[test]
fn a_module_and_its_own_submodule_may_know_each_other() {
    let family = ties_of(&[
        ("lib.rs", "mod a; pub use a::A; pub struct Root;"),
        ("a/mod.rs", "mod b; use b::B; use crate::Root; pub struct A;"),
        ("a/b.rs", "use super::A; use crate::a::A as Again; pub struct B; mod inner { use super::B; }"),
    ]);
    assert_eq!(family, []);
}

#[test]
fn rooms_that_know_each_other_fail() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a/mod.rs", "mod one; mod two;"),
        ("a/one.rs", "use crate::b::B;"),
        ("a/two.rs", "pub struct Two;"),
        ("b.rs", "use crate::a::two::Two; pub struct B;"),
        ("c.rs", "use crate::{a, b};"),
    ];
    assert_eq!(circles(&ties_of(&files), Some), [""; 0], "no circle of files");
    assert_eq!(
        circles(&ties_of(&files), room),
        ["a → b → a\
          \n  a knows b, the least:\
          \n    src/a/one.rs:1 crate::b::B (src/b.rs)\
          \n  b knows a, the least:\
          \n    src/b.rs:1 crate::a::two::Two (src/a/two.rs)"]
    );
    let one_way: Vec<_> = files.into_iter().filter(|(file, _)| *file != "a/one.rs").collect();
    assert_eq!(circles(&ties_of(&one_way), room), [""; 0]);
}

#[test]
fn a_folder_of_more_than_a_quarter_fails() {
    let lines = |count: usize| "\n".repeat(count);
    let house = |find: usize, loose: usize| {
        let mut files = vec![
            ("config.rs".to_owned(), lines(40)),
            ("tags/mod.rs".to_owned(), lines(25)),
            ("contacts/find/mod.rs".to_owned(), lines(find)),
            ("contacts/find/statement/mod.rs".to_owned(), lines(5)),
            ("contacts/bulk/mod.rs".to_owned(), lines(20)),
        ];
        files.extend((0..loose).map(|n| (format!("contacts/{n}.rs"), lines(15 / loose))));
        files
    };
    assert_eq!(too_large(&house(20, 1)), [""; 0]);
    assert_eq!(too_large(&house(30, 1)), ["src/contacts/find holds 25.9 % of the code"]);
    let loose = too_large(&house(20, 13));
    assert!(
        matches!(&loose[..], [one] if one.starts_with("src/contacts/ has 13 loose files: 0.rs, 1.rs")),
        "{loose:?}"
    );
}

#[test]
fn a_table_of_contents_that_is_too_long_fails() {
    let mut files =
        sources(&[("contacts/find/mod.rs", &"\n".repeat(60)), ("jobs/mod.rs", &"\n".repeat(900))]);
    assert_eq!(too_large(&files).iter().filter(|problem| problem.contains("mod.rs")).count(), 0);
    files[0].1.push('\n');
    let long = too_large(&files);
    assert!(long.contains(&"src/contacts/find/mod.rs has 61 lines, more than 60".to_owned()), "{long:?}");
}
