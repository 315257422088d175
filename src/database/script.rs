//! A file of SQL as its statements.

/// The statements of a script, in order, each without the `;` that ends it and the comments around it.
///
/// PostgreSQL takes several statements in one string, a distributed one (Citus) does not. What is in quotes or in comments
/// ends no statement. Of PostgreSQL's own grammar only `begin atomic … end`, a function's body without quotes, is
/// unknown here.
#[must_use]
pub fn statements(script: &str) -> Vec<&str> {
    let mut found = Vec::new();
    // Of the statement that is being read: where it begins, and where its last token ends.
    let mut begun: Option<(usize, usize)> = None;
    let mut at = 0;
    while let Some(first) = script[at..].chars().next() {
        let rest = &script[at..];
        if let Some(length) = comment(rest) {
            at += length;
        } else if first.is_whitespace() {
            at += first.len_utf8();
        } else if first == ';' {
            found.extend(begun.take());
            at += 1;
        } else {
            let start = begun.map_or(at, |(start, _)| start);
            at += token(rest);
            begun = Some((start, at));
        }
    }
    found.extend(begun);
    found.into_iter().map(|(start, end)| &script[start..end]).collect()
}

/// The length of the comment that `text` begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("--") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let mut at = text.starts_with("/*").then_some(2)?;
    // They nest.
    let mut depth = 1;
    while depth > 0 {
        let Some(next) = text[at..].find(['*', '/']) else { return Some(text.len()) };
        at += next;
        let change = match text.get(at..at + 2) {
            Some("*/") => -1,
            Some("/*") => 1,
            _ => 0,
        };
        depth += change;
        at += if change == 0 { 1 } else { 2 };
    }
    Some(at)
}

/// The length of the token that `text` begins with. What lacks its closing quote goes on to the end.
fn token(text: &str) -> usize {
    let word = text.find(|c| !is_of_word(c)).unwrap_or(text.len());
    match text.as_bytes()[0] {
        // A quote within the text is written twice, which reads as two texts side by side.
        quote @ (b'\'' | b'"') => quoted(text, 1, char::from(quote), false),
        b'$' => dollar_quoted(text).unwrap_or(1),
        b'e' | b'E' if word == 1 && text[1..].starts_with('\'') => quoted(text, 2, '\'', true),
        _ if word > 0 => word,
        _ => text.chars().next().map_or(0, char::len_utf8),
    }
}

const fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

/// The length of what begins with an opening quote of `opening` bytes.
fn quoted(text: &str, opening: usize, quote: char, has_escapes: bool) -> usize {
    let mut is_escaped = false;
    for (place, c) in text.char_indices().skip(opening) {
        if is_escaped {
            is_escaped = false;
        } else if c == quote {
            return place + 1;
        } else {
            is_escaped = has_escapes && c == '\\';
        }
    }
    text.len()
}

/// The length of `$tag$…$tag$`; nothing where `$` begins something else, such as a parameter.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag_end = 1 + text[1..].find('$')?;
    let (tag, body) = text.split_at(tag_end + 1);
    let name = &tag[1..tag_end];
    if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_of_word) {
        return None;
    }
    Some(body.find(tag).map_or(text.len(), |end| tag.len() + end + tag.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::statements;

    #[test]
    fn a_statement_ends_at_its_semicolon() {
        assert_eq!(statements("a b; c\nd ;e"), ["a b", "c\nd", "e"]);
        assert_eq!(statements("a;;\n ; b;"), ["a", "b"]);
        assert_eq!(statements(""), [""; 0]);
        assert_eq!(statements(" \n;;"), [""; 0]);
    }

    #[test]
    fn comments_belong_to_no_statement() {
        assert_eq!(statements("-- one; two\na -- it's\n; -- \"b\nb"), ["a", "b"]);
        assert_eq!(statements("-- nothing; at all"), [""; 0]);
        assert_eq!(statements("a /* ; ' */ b; /* /* ; */ ; */ c /**/"), ["a /* ; ' */ b", "c"]);
        assert_eq!(statements("a /* open ;"), ["a"]);
        assert_eq!(statements("a /*/ ; */; b - - ; c / * d"), ["a", "b - -", "c / * d"]);
    }

    #[test]
    fn what_is_quoted_ends_no_statement() {
        for one in [
            "select 'a;b'",
            "select 'it''s; -- not /* over'",
            "select '\\'",
            "select E'\\';' || e'\\\\'",
            "select type'x', \"a;\"\"b\"",
            "select U&'\\0041;' uescape '\\'",
            "select 'ü;' as ü",
            "do $$ begin perform 1; end $$",
            "do $body$ a; $$ b; $$ $bod$; $body$",
            "select $1, a$b$, 'c'",
            "prepare p as select $1 + $2",
        ] {
            assert_eq!(statements(&format!("{one}; x")), [one, "x"]);
        }
        // What is never closed is PostgreSQL's to refuse.
        for open in ["select 'a; b", "select \"a; b", "do $$ a; b", "select E'a\\'; b"] {
            assert_eq!(statements(open), [open]);
        }
    }

    proptest! {
        #[test]
        fn statements_joined_are_split_again(
            parts in proptest::collection::vec(
                proptest::collection::vec(
                    prop_oneof!["[a-zü_]{1,3}", "'([^'\\\\]|''){0,4}'", "\"[^\"]{1,4}\"", "\\$a\\$[^$]{0,4}\\$a\\$", "E'(\\\\.|[^'\\\\]){0,3}'", "[0-9(),.]"],
                    1..5,
                ),
                0..5,
            ),
            gap in prop_oneof![Just(" "), Just("\n-- c;'\n"), Just("/* ; $$ */")],
        ) {
            let parts: Vec<String> = parts.iter().map(|tokens| tokens.join(" ")).collect();
            let script: String = parts.iter().flat_map(|part| [gap, part, gap, ";"]).collect();
            prop_assert_eq!(statements(&script), parts);
        }

        #[test]
        fn any_text_is_read_to_its_end(text in "[-a;'\"$e\\\\/* ü\n]{0,40}") {
            for statement in statements(&text) {
                prop_assert!(statement.starts_with(|c: char| !c.is_whitespace() && c != ';'));
            }
        }
    }
}
