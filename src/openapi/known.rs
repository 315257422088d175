//! Which parameters a call knows: those that the document describes.

use axum::http::Method;
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, Parameter, ParameterIn, ParameterStyle},
};

use crate::http::query::{Calls, Known};

/// How the name of a custom field begins.
const CUSTOM_FIELD: &str = "cf_";

/// How callers who know other contact services write a parameter.
const SPELLINGS: [(&str, &str); 2] =
    [("SocialPlatformId", "socialPlatformId"), ("social_platform_id", "socialPlatformId")];

/// The name of a filter, however a caller spells it.
#[must_use]
pub fn name_of_filter(given: &str) -> &str {
    SPELLINGS.iter().find(|(spelling, _)| *spelling == given).map_or(given, |(_, name)| name)
}

/// The parameters that each call knows.
#[must_use]
pub fn known_parameters(document: &OpenApi) -> Calls {
    document
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| {
            let operations = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            operations.map(|(method, operation)| (path, method, operation))
        })
        .filter_map(|(path, method, operation)| Some((path.clone(), method, known(operation.as_ref()?))))
        .collect()
}

fn known(operation: &Operation) -> Known {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    let mut known = Known { needs_token: operation.security.is_some(), ..Known::default() };
    for parameter in parameters.filter(|parameter| parameter.parameter_in == ParameterIn::Query) {
        if is_custom_fields(parameter) {
            known.beginnings.push(CUSTOM_FIELD.to_owned());
        } else {
            known.names.push(parameter.name.clone());
        }
    }
    for (spelling, name) in SPELLINGS {
        if known.names.iter().any(|known| known == name) {
            known.spellings.push((spelling.to_owned(), name.to_owned()));
        }
    }
    known
}

/// An object of which each key is a parameter of its own.
fn is_custom_fields(parameter: &Parameter) -> bool {
    parameter.style == Some(ParameterStyle::Form)
}
