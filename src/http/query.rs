//! The query string: valid UTF-8, and nothing in it that the call does not know. A filter that is misspelt would find
//! everything otherwise. Parameters that begin with `_` are left alone, as libraries add their own (a cache buster).

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    convert::Infallible,
    ops::RangeInclusive,
    sync::Arc,
};

use axum::{
    extract::{FromRequestParts, MatchedPath, Request},
    http::{Method, request::Parts},
};
use percent_encoding::percent_decode_str;

use super::reader::shown;
use crate::error::{Error, Problems, Result};

/// The parameters that a call knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// By name.
    pub names: Vec<String>,
    /// By how they begin: what follows is the tenant's own.
    pub beginnings: Vec<String>,
    /// Other spellings that are understood, and of which name.
    pub spellings: Vec<(String, String)>,
    /// Whether who calls matters before anything else.
    pub needs_token: bool,
}

impl Known {
    /// The name under which a parameter is known. `tag[]` and `tag[0]`, as some libraries write lists, are `tag`.
    fn name<'a>(&'a self, given: &'a str) -> Option<&'a str> {
        let name = match given.split_once('[') {
            Some((name, brackets)) => {
                let index = brackets.strip_suffix(']')?;
                Some(name).filter(|_| index.bytes().all(|byte| byte.is_ascii_digit()))?
            }
            None => given,
        };
        if self.names.iter().any(|known| known == name)
            || self.beginnings.iter().any(|beginning| name.starts_with(beginning))
        {
            return Some(name);
        }
        self.spellings.iter().find(|(spelling, _)| spelling == name).map(|(_, name)| name.as_str())
    }

    /// The name that is written most like this one; `None` where the call knows no parameter.
    fn nearest(&self, name: &str) -> Option<&str> {
        let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
        let given = plain(name);
        let names = self.names.iter().map(String::as_str);
        names.min_by_key(|known| strsim::damerau_levenshtein(&plain(known), &given))
    }

    /// Notes a parameter that is not known.
    fn refuse(&self, name: &str, problems: &mut Problems) {
        let name = shown(name);
        let message = match self.nearest(&name) {
            Some(nearest) => format!("is no parameter of this call; the nearest is `{nearest}`"),
            None => "is no parameter of this call, which has none".to_owned(),
        };
        problems.add(name, "unknown_parameter", message);
    }
}

/// The parameters that each call knows.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<HashMap<String, Vec<(Method, Known)>>>);

impl FromIterator<(String, Method, Known)> for Calls {
    /// Of the path as the router has it, and the method.
    fn from_iter<T: IntoIterator<Item = (String, Method, Known)>>(calls: T) -> Self {
        let mut by_path: HashMap<String, Vec<(Method, Known)>> = HashMap::new();
        for (path, method, known) in calls {
            by_path.entry(path).or_default().push((method, known));
        }
        Self(Arc::new(by_path))
    }
}

impl Calls {
    /// What the call of a request knows; `None` where the request is no call or has no query.
    #[must_use]
    pub fn known(&self, request: &Request) -> Option<&Known> {
        request.uri().query()?;
        // Whoever asks for the head of an answer asks the same.
        let method = if *request.method() == Method::HEAD { &Method::GET } else { request.method() };
        let path = request.extensions().get::<MatchedPath>()?;
        let (_, known) = self.0.get(path.as_str())?.iter().find(|(one, _)| one == method)?;
        Some(known)
    }
}

/// The most unknown parameters that an answer names.
const MAX_UNKNOWN: usize = 20;

/// The decoded parameters of a request that have a value, by their known names, in the order given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes a raw query string of a call that knows these parameters.
    ///
    /// # Errors
    /// [`Error::Malformed`] where it is no UTF-8 once decoded, [`Error::Invalid`] where it has others.
    pub fn parse(raw: &str, known: &Known) -> Result<Self> {
        if percent_decode_str(raw).decode_utf8().is_err() {
            return Err(Error::Malformed("the query string is not UTF-8".into()));
        }
        let mut parameters = Vec::new();
        let mut unknown: BTreeSet<Cow<'_, str>> = BTreeSet::new();
        for (name, value) in form_urlencoded::parse(raw.as_bytes()).filter(|(name, _)| !name.starts_with('_'))
        {
            match known.name(&name) {
                // One without a value is none, and so is nothing at all.
                Some(_) if value.is_empty() => {}
                None if name.is_empty() && value.is_empty() => {}
                Some(name) => parameters.push((name.to_owned(), value.into_owned())),
                None => {
                    unknown.insert(name);
                }
            }
        }
        let mut problems = Problems::default();
        unknown.iter().take(MAX_UNKNOWN).for_each(|name| known.refuse(name, &mut problems));
        problems.into_result()?;
        Ok(Self(parameters))
    }

    /// The value of a parameter, the first where it is given more than once.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every parameter, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A parameter that is `true` or `false`; `None` where it is not given. Anything else is noted under `code`.
    pub fn flag(&self, name: &str, code: &'static str, problems: &mut Problems) -> Option<bool> {
        self.refuse_repeated(&[name], problems);
        match self.get(name)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                problems.add(name, code, "must be true or false");
                None
            }
        }
    }

    /// A whole number; `default` where it is not given.
    pub fn integer(
        &self,
        name: &str,
        default: i64,
        range: RangeInclusive<i64>,
        problems: &mut Problems,
    ) -> i64 {
        self.refuse_repeated(&[name], problems);
        let Some(text) = self.get(name) else { return default };
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<i64>() {
            Ok(value) if is_integer && range.contains(&value) => return value,
            _ if is_integer => {
                let (least, most) = (range.start(), range.end());
                problems.add(name, "out_of_range", format!("must be from {least} to {most}"));
            }
            _ => problems.add(name, "wrong_type", "must be a whole number"),
        }
        default
    }

    /// Notes each of `names` that is given more than once: which one was meant cannot be known.
    pub fn refuse_repeated(&self, names: &[&str], problems: &mut Problems) {
        for name in names {
            if self.0.iter().filter(|(key, _)| key == name).count() > 1 {
                problems.add(*name, "repeated", "must be given once");
            }
        }
    }
}

impl FromIterator<(String, String)> for Query {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(parameters: T) -> Self {
        Self(parameters.into_iter().collect())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    /// It was read before, whether the handler takes it or not.
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Known {
            names: texts(&["keyword", "tag", "page", "pageSize", "createdAfter", "socialPlatformId"]),
            beginnings: texts(&["cf_"]),
            spellings: vec![("social_platform_id".into(), "socialPlatformId".into())],
            needs_token: true,
        }
    }

    fn read(raw: &str) -> Vec<(String, String)> {
        Query::parse(raw, &known()).unwrap().0
    }

    fn refused(raw: &str, known: &Known) -> Vec<(String, String)> {
        let Err(Error::Invalid(details)) = Query::parse(raw, known) else { panic!("{raw} is taken") };
        assert!(details.iter().all(|detail| detail.code == "unknown_parameter"));
        details.into_iter().map(|detail| (detail.field, detail.message)).collect()
    }

    #[test]
    fn brackets_make_a_list_and_other_spellings_are_understood() {
        for raw in ["tag=a&tag=b", "tag[]=a&tag[]=b", "tag[0]=a&tag[1]=b", "tag%5B%5D=a&tag%5B12%5D=b"] {
            assert_eq!(read(raw), [("tag".into(), "a".into()), ("tag".into(), "b".into())], "{raw}");
        }
        assert_eq!(
            read("cf_a[]=x&social_platform_id=1&page[]=2"),
            [
                ("cf_a".to_owned(), "x".to_owned()),
                ("socialPlatformId".into(), "1".into()),
                ("page".into(), "2".into())
            ]
        );
    }

    #[test]
    fn what_has_no_value_or_begins_with_an_underscore_is_none() {
        assert_eq!(read("&&=&tag=&tag[]=&keyword&_=1718&_tags[]=x&__proto__=1&_%5B=1"), []);
    }

    #[test]
    fn an_unknown_parameter_is_named_with_the_nearest_known_one() {
        let refused_one = |raw: &str| refused(raw, &known()).pop().unwrap();
        for (raw, field, nearest) in [
            ("tags=x", "tags", "tag"),
            ("tags=", "tags", "tag"),
            ("createdafter=2026-01-08", "createdafter", "createdAfter"),
            ("page_size=5", "page_size", "pageSize"),
            ("Keyword=x", "Keyword", "keyword"),
            ("tag[a]=x", "tag[a]", "tag"),
            ("tag[0][]=x", "tag[0][]", "tag"),
            ("tag[=x", "tag[", "tag"),
        ] {
            let (named, message) = refused_one(raw);
            assert_eq!(named, field);
            assert!(message.ends_with(&format!("`{nearest}`")), "{raw}: {message}");
        }
        let (named, message) = refused("x=1", &Known::default()).pop().unwrap();
        assert_eq!((named.as_str(), message.as_str()), ("x", "is no parameter of this call, which has none"));
    }

    #[test]
    fn each_unknown_parameter_is_named_once_and_not_too_many_of_them() {
        assert_eq!(refused("a=1&b=2&a=3&page=1", &known()).len(), 2);
        let raw = (0..1_000).map(|number| format!("a{number}=")).collect::<Vec<_>>().join("&");
        assert_eq!(refused(&raw, &known()).len(), MAX_UNKNOWN);
        let name = "x".repeat(60_000);
        assert_eq!(refused(&format!("{name}=1"), &known()).pop().unwrap().0.len(), 50);
    }
}
