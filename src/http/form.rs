//! Forms (`application/x-www-form-urlencoded`) as JSON objects.
//!
//! A field is text; one that holds JSON text (`phone=[{"phone":"…"}]`) is left as text here, since only the
//! reader of the field knows whether it is structured. Bracketed names build structure the way PHP and Rails
//! do: `tags[]=a&tags[]=b` is an array, `email[0][email]=a@b.c` an array of objects, `customFields[cf_a]=1`
//! an object. Indexes give the order and need not be dense.
//!
//! A `+` is a space, as the format has it. But a value with a space or quotation mark in it, or that begins as a URL does, all of
//! which every encoder encodes, was typed as it is (`curl -d 'phone=[{"phone": "+95 9 797877765"}]'`), and there a `+` is a `+`.

use std::collections::BTreeMap;

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// How deep brackets may nest.
const MAX_DEPTH: usize = 4;

/// A form being built: what a name leads to.
enum Node {
    Text(String),
    /// `[0]`, `[]`: by index.
    List(BTreeMap<u64, Node>),
    /// `[name]`.
    Object(BTreeMap<String, Node>),
}

/// Reads a form.
///
/// # Errors
/// [`Error::Malformed`] where it is no UTF-8 once decoded, where brackets do not close, nest too deep or
/// contradict each other (`a=1&a[]=2`), and where a plain name is given twice.
pub fn parse(bytes: &[u8]) -> Result<Map<String, Value>> {
    if percent_decode(bytes).decode_utf8().is_err() {
        return Err(Error::Malformed("the form is not UTF-8".into()));
    }
    let mut root = BTreeMap::new();
    for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let (name, value) = decoded(pair);
        let (first, rest) = split_name(&name)?;
        match root.get_mut(first) {
            None => {
                root.insert(first.to_owned(), Node::new(&rest, value, &name)?);
            }
            Some(node) => node.insert(&rest, value, &name)?,
        }
    }
    Ok(root.into_iter().map(|(name, node)| (name, node.into_json())).collect())
}

/// The name and the value of `name=value`.
fn decoded(pair: &[u8]) -> (String, String) {
    let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
    let (name, value) = (&pair[..at], pair.get(at + 1..).unwrap_or_default());
    let text = |bytes: &[u8]| percent_decode(bytes).decode_utf8_lossy().into_owned();
    let with_spaces = |bytes: &[u8]| {
        let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        text(&spaced)
    };
    let begins_with =
        |scheme: &[u8]| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let is_url = begins_with(b"http://") || begins_with(b"https://");
    let is_as_typed = is_url || value.iter().any(|byte| matches!(byte, b' ' | b'"'));
    (with_spaces(name), if is_as_typed { text(value) } else { with_spaces(value) })
}

/// `email[0][email]` → `email` and `["0", "email"]`.
fn split_name(name: &str) -> Result<(&str, Vec<&str>)> {
    let Some(open) = name.find('[') else { return Ok((name, Vec::new())) };
    let (first, brackets) = name.split_at(open);
    let keys: Option<Vec<&str>> = brackets
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .map(|inner| inner.split("][").collect());
    match keys {
        Some(keys) if keys.len() <= MAX_DEPTH && !keys.iter().any(|key| key.contains(['[', ']'])) => {
            Ok((first, keys))
        }
        _ => Err(contradiction(name)),
    }
}

fn contradiction(name: &str) -> Error {
    let name: String = name.chars().take(50).collect();
    Error::Malformed(format!("the form's field `{name}` cannot be read or contradicts another"))
}

/// An index in brackets; `None` for a name. Empty brackets take the place after the last.
fn index(key: &str, after_last: u64) -> Option<u64> {
    if key.is_empty() { Some(after_last) } else { key.parse().ok() }
}

impl Node {
    /// The node that a first `name[keys…]=value` makes.
    fn new(keys: &[&str], value: String, name: &str) -> Result<Self> {
        let Some((key, _)) = keys.split_first() else { return Ok(Self::Text(value)) };
        let mut node = match index(key, 0) {
            Some(_) => Self::List(BTreeMap::new()),
            None => Self::Object(BTreeMap::new()),
        };
        node.insert(keys, value, name)?;
        Ok(node)
    }

    /// Adds what a further `name[keys…]=value` says.
    fn insert(&mut self, keys: &[&str], value: String, name: &str) -> Result<()> {
        let Some((key, rest)) = keys.split_first() else { return Err(contradiction(name)) };
        match self {
            Self::Text(_) => Err(contradiction(name)),
            Self::List(items) => {
                let after_last = items.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
                let index = index(key, after_last).ok_or_else(|| contradiction(name))?;
                insert_into(items, index, rest, value, name)
            }
            Self::Object(fields) => insert_into(fields, (*key).to_owned(), rest, value, name),
        }
    }

    fn into_json(self) -> Value {
        match self {
            Self::Text(text) => Value::String(text),
            Self::List(items) => items.into_values().map(Self::into_json).collect(),
            Self::Object(fields) => {
                Value::Object(fields.into_iter().map(|(name, node)| (name, node.into_json())).collect())
            }
        }
    }
}

fn insert_into<K: Ord>(
    nodes: &mut BTreeMap<K, Node>,
    key: K,
    rest: &[&str],
    value: String,
    name: &str,
) -> Result<()> {
    match nodes.get_mut(&key) {
        Some(node) => node.insert(rest, value, name),
        None => {
            nodes.insert(key, Node::new(rest, value, name)?);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(form: &str) -> Value {
        Value::Object(parse(form.as_bytes()).unwrap())
    }

    #[test]
    fn reads_text_lists_and_objects() {
        assert_eq!(read("name=Frank&email=[]"), json!({"name": "Frank", "email": "[]"}));
        assert_eq!(read("tags[]=a&tags[]=b"), json!({"tags": ["a", "b"]}));
        assert_eq!(read("tags%5B%5D=a+b"), json!({"tags": ["a b"]}));
        assert_eq!(
            read("email[0][email]=a@b.c&email[0][isPrimary]=true&email[7][email]=d@e.f"),
            json!({"email": [{"email": "a@b.c", "isPrimary": "true"}, {"email": "d@e.f"}]})
        );
        assert_eq!(read("customFields[cf_a]=1"), json!({"customFields": {"cf_a": "1"}}));
        assert_eq!(
            read("customFields[cf_a][]=x&customFields[cf_a][]=y"),
            json!({"customFields": {"cf_a": ["x", "y"]}})
        );
    }

    #[test]
    fn a_plus_in_what_was_not_encoded_is_a_plus() {
        assert_eq!(read("a=b+c"), json!({"a": "b c"}));
        assert_eq!(read("a=b%2Bc%20d"), json!({"a": "b+c d"}));
        assert_eq!(read("a=%5B%7B%22b%22%3A+%22c%22%7D%5D"), json!({"a": r#"[{"b": "c"}]"#}));
        assert_eq!(read(r#"a=[{"b":"+95"}]"#), json!({"a": r#"[{"b":"+95"}]"#}));
        assert_eq!(read("a=1+1 is 2%25&b=c+d"), json!({"a": "1+1 is 2%", "b": "c d"}));
        assert_eq!(
            read("a=HTTPS://x.y/?q=b+c%2Bd&b=https%3A%2F%2Fx.y%2F+z"),
            json!({"a": "HTTPS://x.y/?q=b+c+d", "b": "https://x.y/ z"})
        );
        assert_eq!(read("a+b=c+d&&=&e"), json!({"a b": "c d", "": "", "e": ""}));
    }

    #[test]
    fn refuses_what_contradicts_itself() {
        for form in
            ["a=1&a=2", "a=1&a[]=2", "a[]=1&a[x]=2", "a[b=1", "a[b]c=1", "a[b][c][d][e][f]=1", "a=%FF"]
        {
            assert!(matches!(parse(form.as_bytes()), Err(Error::Malformed(_))), "{form}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(form in "[a-c\\[\\]=&%0-9]{0,60}") {
            let _ = parse(form.as_bytes());
        }
    }
}
