//! Ids in paths. One that is no UUID answers 404 like one that does not exist: both name nothing.

use axum::{
    RequestPartsExt,
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use uuid::Uuid;

use crate::{
    domain::parse_id,
    error::{Error, Result},
};

/// The last parameter of a path as an id.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub Uuid);

/// The last parameter of a path as text.
#[derive(Debug, Clone)]
pub struct Text(pub String);

/// The two parameters of a path as text.
#[derive(Debug, Clone)]
pub struct Two(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for Two {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let params = parts.extract::<RawPathParams>().await.map_err(|_| Error::NotFound)?;
        let mut texts = params.iter().map(|(_, text)| text.to_owned());
        texts.next().zip(texts.next()).map(|(one, other)| Self(one, other)).ok_or(Error::NotFound)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Text(text) = Text::from_request_parts(parts, state).await?;
        parse_id(&text).map(Self).ok_or(Error::NotFound)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Text {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let params = parts.extract::<RawPathParams>().await.map_err(|_| Error::NotFound)?;
        params.iter().last().map(|(_, text)| Self(text.to_owned())).ok_or(Error::NotFound)
    }
}
