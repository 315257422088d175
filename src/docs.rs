//! `/openapi.json`, and the page at `/docs` where a person reads and tries the API. The page's files are in
//! the binary, so that it works without internet.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use utoipa_swagger_ui::Config;

use crate::{
    error::{Error, Result},
    http::{envelope, path},
    state::AppState,
};

/// The routes of the documentation.
pub fn routes(document: String) -> Router<AppState> {
    let document = Bytes::from(document);
    let config = Arc::new(
        Config::from("/openapi.json").try_it_out_enabled(true).persist_authorization(true).use_base_layout(),
    );
    let index = config.clone();
    Router::new()
        .route(
            "/openapi.json",
            get(async move || envelope::json(StatusCode::OK, Body::from(document.clone()))),
        )
        .route("/docs", get(async || Redirect::permanent("/docs/")))
        .route("/docs/", get(async move || file("index.html", index.clone())))
        .route("/docs/{*file}", get(async move |path::Text(name): path::Text| file(&name, config.clone())))
}

fn file(name: &str, config: Arc<Config<'static>>) -> Result<Response> {
    let file = utoipa_swagger_ui::serve(name, config)
        .map_err(|error| Error::Internal(error.to_string()))?
        .ok_or(Error::NotFound)?;
    Ok(([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response())
}
