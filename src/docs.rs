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

/// What a browser is told: the page loads nothing from elsewhere and sends nothing elsewhere. Its styles are partly
/// in its elements, its smaller pictures in its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The routes of the documentation.
pub fn routes(document: String) -> Router<AppState> {
    let document = Bytes::from(document);
    let config = Arc::new(
        Config::from("/openapi.json")
            .try_it_out_enabled(true)
            .persist_authorization(true)
            .show_common_extensions(true)
            .default_models_expand_depth(0)
            .validator_url("none")
            .use_base_layout(),
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
    let mut bytes = file.bytes;
    if name == "index.html" {
        bytes = String::from_utf8_lossy(&bytes).replace("Swagger UI", "Contacts API").into_bytes().into();
    }
    let headers = [
        (header::CONTENT_TYPE, file.content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY.into()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
    ];
    Ok((headers, bytes.into_owned()).into_response())
}
