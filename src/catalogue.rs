//! What the handlers of the catalogue have in common: tags and companies, which contacts refer to.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::error::DatabaseError;
use uuid::Uuid;

use crate::{
    database::TenantTransaction,
    domain::{Invalid, Keyword, fold, parse_id},
    error::{Error, Problems, Result},
    http::{answer::Answer, body::Fields, page::Page, patch::Patch, query::Query},
    idempotency::IdempotencyKey,
    jobs::Job,
    state::AppState,
};

/// What reads return and updates ignore, so that a client may send back the object it read.
const READ_ONLY: [&str; 4] = ["id", "contacts", "createdAt", "updatedAt"];

/// A body that is being read: fields are taken out of it, and what is wrong with them is noted.
#[derive(Debug)]
pub(crate) struct Body {
    map: Map<String, Value>,
    is_form: bool,
    problems: Problems,
}

impl Body {
    pub(crate) fn of_new(fields: Fields) -> Self {
        Self { map: fields.map, is_form: fields.is_form, problems: Problems::default() }
    }

    pub(crate) fn of_update(fields: Fields) -> Self {
        let mut body = Self::of_new(fields);
        body.map.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
        body
    }

    /// A text that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        if !self.map.contains_key(name) {
            self.problems.add(name, "required", "is required");
        }
        self.text(name, parse)
    }

    /// A text that may be absent, but not null.
    pub(crate) fn text<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        match self.map.remove(name)? {
            Value::String(text) => self.problems.keep(name, parse(&text)),
            Value::Null => {
                self.problems.add(name, "required", "is required");
                None
            }
            _ => {
                self.problems.add(name, "wrong_type", "must be text");
                None
            }
        }
    }

    /// A text that may be absent or null.
    pub(crate) fn nullable<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Patch<T> {
        match self.map.get(name) {
            None => Patch::Absent,
            Some(Value::Null) => {
                self.map.remove(name);
                Patch::Null
            }
            Some(Value::String(text)) if text.is_empty() && self.is_form => {
                self.map.remove(name);
                Patch::Null
            }
            Some(_) => self.text(name, parse).map_or(Patch::Absent, Patch::Value),
        }
    }

    /// The id of another object of the same kind.
    pub(crate) fn id(&mut self, name: &str) -> Option<Uuid> {
        self.required(name, |text| {
            parse_id(text).ok_or_else(|| Invalid::new("invalid_format", "must be a UUID"))
        })
    }

    /// Refuses what is left, and everything that was noted. `what` it is the body of.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every invalid field.
    pub(crate) fn end(mut self, what: &str) -> Result<()> {
        for unknown in self.map.keys() {
            let shown: String = unknown.chars().take(50).collect();
            self.problems.add(shown, "unknown_field", format!("is no field of {what}"));
        }
        self.problems.into_result()
    }
}

/// What a listing is asked for.
#[derive(Debug)]
pub(crate) struct ListRequest {
    pub page: Page,
    keyword: Option<Keyword>,
}

/// Which entries of a listing are wanted.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// A page of all.
    All(Page),
    /// These, of so many that were found.
    Found { total: i64, ids: Vec<Uuid> },
}

impl ListRequest {
    pub(crate) fn from_query(query: &Query) -> Result<Self> {
        let mut problems = Problems::default();
        query.refuse_repeated(&["keyword"], &mut problems);
        let page = Page::from_query(query, &mut problems);
        let keyword =
            query.get("keyword").and_then(|text| problems.keep("keyword", Keyword::parse(text)).flatten());
        problems.into_result()?;
        Ok(Self { page, keyword })
    }

    /// Which entries are wanted. `names`: reads the ids and names of all, in their order. They are looked through here,
    /// since folding is not the database's; a catalogue is small beside the contacts.
    pub(crate) async fn wanted(
        &self,
        names: impl Future<Output = Result<Vec<(Uuid, String)>>>,
    ) -> Result<Wanted> {
        let Some(keyword) = &self.keyword else { return Ok(Wanted::All(self.page)) };
        let mut found: Vec<Uuid> = Vec::new();
        found.extend(names.await?.iter().filter(|(_, name)| keyword.matches(&fold(name))).map(|(id, _)| *id));
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from(self.page.offset()).unwrap_or(usize::MAX);
        let limit = usize::try_from(self.page.limit()).unwrap_or(usize::MAX);
        Ok(Wanted::Found { total, ids: found.into_iter().skip(skip).take(limit).collect() })
    }
}

/// What the name of a retired object is compared by: its name is free, and no name has this key, since none begins with
/// a space.
pub(crate) fn retired_key(id: Uuid) -> String {
    format!(" {id}")
}

/// A new name that was free a moment ago, and is not any more: the request is carried out anew and finds who has it.
pub(crate) fn name_overtaken(error: sqlx::Error) -> Error {
    if error.as_database_error().is_some_and(DatabaseError::is_unique_violation) {
        Error::Overtaken
    } else {
        error.into()
    }
}

/// Commits a change of the catalogue that was carried out, and answers: with `data`, or with the job that does the rest.
pub(crate) async fn commit(
    mut tx: TenantTransaction,
    state: &AppState,
    key: Option<&IdempotencyKey>,
    message: &str,
    job: Option<Job>,
    data: &impl Serialize,
) -> Result<Response> {
    let answer = match &job {
        Some(job) => Answer::success(StatusCode::ACCEPTED, message, job)?.at(job.path()),
        None => Answer::success(StatusCode::OK, message, data)?,
    };
    if let Some(key) = key {
        key.keep(&mut tx, &answer, &[]).await?;
    }
    tx.commit().await?;
    if job.is_some() {
        state.jobs.notify();
    }
    Ok(answer.into_response())
}
