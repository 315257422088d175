//! What is answered to many operations.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::session::{Done, Effect};
use crate::error::{Detail, Error, ErrorType, MAX_PROBLEMS};

/// What became of the operations.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkOutcome {
    /// How many were carried out.
    #[schema(example = 1, minimum = 0)]
    succeeded: usize,
    /// How many were refused.
    #[schema(example = 0, minimum = 0)]
    failed: usize,
    /// What became of each, in the order in which they were given.
    results: Vec<BulkResult>,
}

/// What became of an operation.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkResult {
    /// Its place in the list, from 0.
    #[schema(example = 0, minimum = 0)]
    index: usize,
    /// What the call of the same on its own would have answered: 201 for a contact that was made, 200 for one that was
    /// changed, was so already, or was deleted; 404, 409 or 422 where it was refused.
    #[schema(example = 201, minimum = 200, maximum = 599)]
    status: u16,
    /// The contact's id; null where there is none.
    #[schema(required)]
    id: Option<Uuid>,
    /// Why it was refused; null where it was not.
    #[schema(required, example = json!(null))]
    error: Option<BulkError>,
}

/// Why an operation was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkError {
    /// The kind, for programs; it goes with the status.
    #[serde(rename = "type")]
    #[schema(example = "conflict")]
    kind: ErrorType,
    /// What happened, in a sentence.
    #[schema(example = "a value that must be unique is taken")]
    message: String,
    /// The fields concerned, by their places in the operation, such as `contact.email[0].email`: at least one of them, and of
    /// all operations together 200 more.
    details: Vec<Detail>,
}

impl BulkOutcome {
    /// Of each operation the contact that it named, and what became of it.
    pub(super) fn new(outcomes: Vec<(Option<Uuid>, Result<Done, Error>)>) -> Self {
        let failed = outcomes.iter().filter(|(_, outcome)| outcome.is_err()).count();
        let mut more = MAX_PROBLEMS;
        let results: Vec<BulkResult> = outcomes
            .into_iter()
            .enumerate()
            .map(|(index, (named, outcome))| BulkResult::new(index, named, outcome, &mut more))
            .collect();
        Self { succeeded: results.len() - failed, failed, results }
    }

    /// The contacts that it names.
    pub(super) fn contact_ids(&self) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = self.results.iter().filter_map(|result| result.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

impl BulkResult {
    /// `more`: how many details there may be beyond the first one.
    fn new(index: usize, named: Option<Uuid>, outcome: Result<Done, Error>, more: &mut usize) -> Self {
        match outcome {
            Ok(Done { id, effect }) => {
                let status = if effect == Effect::Created { 201 } else { 200 };
                Self { index, status, id: Some(id), error: None }
            }
            Err(error) => {
                let (status, kind) = error.status_and_kind();
                let message = error.to_string();
                let mut details = details(error);
                details.truncate(1 + *more);
                *more -= details.len().saturating_sub(1);
                let error = BulkError { kind, message, details };
                Self { index, status: status.as_u16(), id: named, error: Some(error) }
            }
        }
    }
}

fn details(error: Error) -> Vec<Detail> {
    match error {
        Error::Invalid(details) | Error::Conflict { details, .. } => details,
        _ => Vec::new(),
    }
}

/// Why nothing was done of operations that are to be done all or not at all: what is wrong with each that was refused.
pub(super) fn refusal(outcomes: Vec<(Option<Uuid>, Result<Done, Error>)>) -> Option<Error> {
    let of_all = outcomes.len();
    let mut refused = Vec::new();
    let (mut failed, mut is_invalid) = (0, false);
    for (index, error) in
        outcomes.into_iter().enumerate().filter_map(|(index, (_, outcome))| Some((index, outcome.err()?)))
    {
        failed += 1;
        is_invalid |= matches!(error, Error::Invalid(_));
        let found = match error {
            Error::NotFound => vec![Detail::new("id", "not_found", "there is no contact of this id")],
            error => details(error),
        };
        refused.extend(found.into_iter().map(|detail| {
            let dot = if detail.field.is_empty() { "" } else { "." };
            Detail { field: format!("operations[{index}]{dot}{}", detail.field), ..detail }
        }));
    }
    refused.truncate(MAX_PROBLEMS);
    match (failed, is_invalid) {
        (0, _) => None,
        (_, true) => Some(Error::Invalid(refused)),
        (_, false) => Some(Error::Conflict {
            message: format!("{failed} of {of_all} operations cannot be carried out, so none was"),
            details: refused,
        }),
    }
}
