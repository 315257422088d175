//! What a page shows, compared with what was printed.
//!
//! JSON is compared as JSON, however it is broken into lines, everything else line by line. Two things may differ:
//!
//! - What is another on every run: an id stands for one id, the same wherever it is shown, and a time for a time.
//! - What the page leaves out with `…`: a part of a text, a value, further members of an object, further elements of
//!   an array, or, on a line of its own, further lines.

use std::collections::HashMap;

use serde_json::{Deserializer, Value};

/// What `…` outside of a text becomes, so that the rest can be read as JSON.
const LEFT_OUT: &str = "\u{e000}";

/// Which id of this run each id of the pages stands for.
#[derive(Debug, Default)]
pub struct Ids {
    printed: HashMap<String, String>,
    shown: HashMap<String, String>,
}

impl Ids {
    /// Says what differs.
    pub fn compare(&mut self, language: &str, shown: &str, printed: &str) -> Result<(), String> {
        let mut pairs = Vec::new();
        if language == "json" {
            let shown_values = read_shown(shown)?;
            let printed_values = read(printed).map_err(|error| format!("no JSON was printed: {error}"))?;
            if shown_values.len() != printed_values.len() {
                return Err(format!("{} answers, shown are {}", printed_values.len(), shown_values.len()));
            }
            for (shown, printed) in shown_values.iter().zip(&printed_values) {
                values(shown, printed, "", &mut pairs)?;
            }
        } else {
            let shown: Vec<&str> = shown.trim_end().lines().map(str::trim_end).collect();
            let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
            if !lines(&shown, &printed, &mut pairs) {
                return Err("other lines were printed".into());
            }
        }
        pairs.into_iter().try_for_each(|(shown, printed)| self.pair(shown, printed))
    }

    fn pair(&mut self, shown: String, printed: String) -> Result<(), String> {
        let before = self.printed.entry(shown.clone()).or_insert_with(|| printed.clone());
        if *before != printed {
            return Err(format!("{shown} stood for {before} before, now for {printed}"));
        }
        let before = self.shown.entry(printed.clone()).or_insert_with(|| shown.clone());
        if *before != shown {
            return Err(format!("{printed} is shown as {shown}, but was as {before} before"));
        }
        Ok(())
    }
}

type Pairs = Vec<(String, String)>;

fn read(text: &str) -> Result<Vec<Value>, serde_json::Error> {
    Deserializer::from_str(text).into_iter().collect()
}

/// Reads JSON in which `…` stands where a value, a member or elements are left out.
fn read_shown(text: &str) -> Result<Vec<Value>, String> {
    let mut json = String::new();
    let mut open = Vec::new();
    let mut in_text = false;
    let mut last = ' ';
    let mut escaped = false;
    for character in text.chars() {
        match character {
            '…' if !in_text => {
                let is_member = open.last() == Some(&'{') && matches!(last, '{' | ',');
                json.extend(["\"", LEFT_OUT, if is_member { "\": null" } else { "\"" }]);
                last = character;
                continue;
            }
            '"' if !escaped => in_text = !in_text,
            '{' | '[' if !in_text => open.push(character),
            '}' | ']' if !in_text => drop(open.pop()),
            _ => {}
        }
        escaped = in_text && character == '\\' && !escaped;
        if !character.is_whitespace() {
            last = character;
        }
        json.push(character);
    }
    read(&json).map_err(|error| format!("no JSON is shown: {error}"))
}

fn is_left_out(value: &Value) -> bool {
    value == LEFT_OUT
}

fn values(shown: &Value, printed: &Value, at: &str, pairs: &mut Pairs) -> Result<(), String> {
    let differs = || Err(format!("{at}: {printed} was printed, shown is {shown}"));
    match (shown, printed) {
        _ if is_left_out(shown) => Ok(()),
        (Value::Object(shown), Value::Object(printed)) => {
            for (key, shown) in shown.iter().filter(|(key, _)| *key != LEFT_OUT) {
                let printed = printed.get(key).ok_or_else(|| format!("{at}: no {key} was printed"))?;
                values(shown, printed, &format!("{at}.{key}"), pairs)?;
            }
            match printed.keys().find(|key| !shown.contains_key(*key)) {
                Some(key) if !shown.contains_key(LEFT_OUT) => Err(format!("{at}: {key} is not shown")),
                _ => Ok(()),
            }
        }
        (Value::Array(shown), Value::Array(printed)) => {
            let left_out = shown.iter().position(is_left_out);
            let head = left_out.unwrap_or(shown.len());
            let tail = shown.len() - left_out.map_or(head, |position| position + 1);
            let fits = match left_out {
                Some(_) => printed.len() >= head + tail,
                None => printed.len() == shown.len(),
            };
            if !fits {
                return Err(format!(
                    "{at}: {} elements were printed, shown are {}",
                    printed.len(),
                    shown.len()
                ));
            }
            let heads = shown[..head].iter().zip(printed);
            let tails = shown[shown.len() - tail..].iter().zip(&printed[printed.len() - tail..]);
            for (index, (shown, printed)) in heads.chain(tails).enumerate() {
                values(shown, printed, &format!("{at}[{index}]"), pairs)?;
            }
            Ok(())
        }
        (Value::String(shown), Value::String(printed)) if texts(shown, printed, pairs) => Ok(()),
        _ if shown == printed => Ok(()),
        _ => differs(),
    }
}

fn lines(shown: &[&str], printed: &[&str], pairs: &mut Pairs) -> bool {
    let Some((line, rest)) = shown.split_first() else { return printed.is_empty() };
    let before = pairs.len();
    if line.trim() == "…" {
        return (0..=printed.len()).any(|skipped| {
            pairs.truncate(before);
            lines(rest, &printed[skipped..], pairs)
        });
    }
    let Some((first, others)) = printed.split_first() else { return false };
    texts(line, first, pairs) && lines(rest, others, pairs)
}

fn texts(mut shown: &str, mut printed: &str, pairs: &mut Pairs) -> bool {
    let before = pairs.len();
    loop {
        if let Some(rest) = shown.strip_prefix('…') {
            let ends = printed.char_indices().map(|(end, _)| end).chain([printed.len()]);
            return ends.into_iter().any(|end| {
                pairs.truncate(before);
                texts(rest, &printed[end..], pairs)
            });
        }
        if let Some(id) = id(shown) {
            let Some(other) = self::id(printed) else { return false };
            pairs.push((id.to_owned(), other.to_owned()));
            (shown, printed) = (&shown[id.len()..], &printed[other.len()..]);
        } else if let Some(length) = time(shown) {
            let Some(other) = time(printed) else { return false };
            (shown, printed) = (&shown[length..], &printed[other..]);
        } else {
            let (mut one, mut other) = (shown.chars(), printed.chars());
            match (one.next(), other.next()) {
                (None, None) => return true,
                (one, other) if one != other => return false,
                _ => {}
            }
            (shown, printed) = (one.as_str(), other.as_str());
        }
    }
}

/// The UUID that a text begins with.
fn id(text: &str) -> Option<&str> {
    fits(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx").then(|| &text[..36])
}

/// How long the RFC 3339 time is that a text begins with.
fn time(text: &str) -> Option<usize> {
    let seconds = "dddd-dd-ddTdd:dd:dd";
    let rest = fits(text, seconds).then(|| &text[seconds.len()..])?;
    let fraction =
        rest.strip_prefix('.').map_or(0, |rest| 1 + rest.len() - rest.trim_start_matches(digit).len());
    rest[fraction..].starts_with('Z').then_some(seconds.len() + fraction + 1)
}

/// Whether a text begins with what a pattern says: `x` is a hexadecimal digit, `d` a digit.
fn fits(text: &str, pattern: &str) -> bool {
    let mut bytes = text.bytes();
    pattern.bytes().all(|expected| {
        bytes.next().is_some_and(|byte| match expected {
            b'x' => byte.is_ascii_hexdigit(),
            b'd' => byte.is_ascii_digit(),
            _ => byte == expected,
        })
    })
}

fn digit(character: char) -> bool {
    character.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::Ids;

    const A: &str = "01a206dd-574c-7452-ae3e-26b8ce52290f";
    const B: &str = "01a206dd-575d-7182-96cb-78eeb6153703";
    const C: &str = "01a206dd-573f-7363-89d7-24471a91f5d7";

    #[test]
    fn what_is_shown_is_what_was_printed() {
        for (language, shown, printed) in [
            ("json", "{\n  \"total\": 1, \"data\": []\n}", r#"{"total":1,"data":[]}"#),
            ("json", "{\"a\": 1}\n{\"b\": 2}", r#"{"a":1}{"b":2}"#),
            ("json", r#"{"a": 1, …}"#, r#"{"a":1,"b":{"c":[]}}"#),
            ("json", r#"{…, "a": 1}"#, r#"{"a":1}"#),
            ("json", r#"{"a": …}"#, r#"{"a":null}"#),
            ("json", "[1, …]", "[1,2,3]"),
            ("json", "[1, …, 3]", "[1,2,3]"),
            ("json", r#"["x, … \"y\" …"]"#, r#"["x, {1} \"y\" and"]"#),
            ("json", &format!(r#"["{A}", "{A}"]"#), &format!(r#"["{B}","{B}"]"#)),
            ("json", r#"["2026-11-23T05:24:58.828179Z"]"#, r#"["2027-01-01T00:00:00Z"]"#),
            ("text", "one\n…\nthree", "one\ntwo\n2\nthree\n"),
            ("text", "etag: \"…\"", "etag: \"abc\"\r\n"),
            ("text", &format!("location: /contacts/{A} …"), &format!("location: /contacts/{B} (new)")),
        ] {
            Ids::default().compare(language, shown, printed).unwrap_or_else(|why| panic!("{shown}: {why}"));
        }
    }

    #[test]
    fn what_differs_is_seen() {
        for (language, shown, printed) in [
            ("json", r#"{"total": 1}"#, r#"{"total":2}"#),
            ("json", r#"{"total": 1}"#, r#"{"total":"1"}"#),
            ("json", r#"{"total": 1}"#, r#"{"total":1,"page":1}"#),
            ("json", r#"{"total": 1, "page": 1}"#, r#"{"total":1}"#),
            ("json", r#"{"total": 1, …}"#, r#"{"page":1}"#),
            ("json", r#"{"total": 1}"#, ""),
            ("json", r#"{"total": 1}"#, r#"{"total":1}{"total":1}"#),
            ("json", r#"{"total": 1}"#, "curl: (7) Failed to connect"),
            ("json", "[1, …]", "[2,1]"),
            ("json", "[1, …, 3]", "[1]"),
            ("json", "[1, 2]", "[1,2,3]"),
            ("json", "[]", "[1]"),
            ("json", r#"["…a"]"#, r#"["b"]"#),
            ("json", r#"["…"]"#, "[1]"),
            ("json", r#"{"a": null}"#, r#"{"a":0}"#),
            ("json", &format!(r#"["{A}", "{A}"]"#), &format!(r#"["{B}","{C}"]"#)),
            ("json", &format!(r#"["{A}", "{B}"]"#), &format!(r#"["{C}","{C}"]"#)),
            ("json", &format!(r#"["{A}"]"#), r#"["kyaw"]"#),
            ("json", r#"["2026-11-23T05:24:58.828179Z"]"#, r#"["yesterday"]"#),
            ("text", "one\ntwo", "one"),
            ("text", "one", "one\ntwo"),
            ("text", "one\n…\nthree", "one\ntwo"),
            ("text", "HTTP/1.1 304 Not Modified", "HTTP/1.1 200 OK"),
        ] {
            assert!(Ids::default().compare(language, shown, printed).is_err(), "{shown} is not {printed}");
        }
    }

    #[test]
    fn an_id_stands_for_the_same_one_on_all_pages() {
        let mut ids = Ids::default();
        let (shown, printed) = (format!("[\"{A}\"]"), format!("[\"{B}\"]"));
        ids.compare("json", &shown, &printed).unwrap();
        ids.compare("json", &shown, &printed).unwrap();
        assert!(ids.compare("json", &shown, &format!("[\"{C}\"]")).is_err());
    }
}
