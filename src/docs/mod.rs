//! `/openapi.json`, and the page at `/docs` where a person reads and tries the API: Swagger UI out of the crate that
//! brings it, with a layout, a style sheet and a start of our own. All of it is in the binary, so that the page works
//! without internet.

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
    Router::new()
        .route(
            "/openapi.json",
            get(async move || envelope::json(StatusCode::OK, Body::from(document.clone()))),
        )
        .route("/docs", get(async || Redirect::permanent("/docs/")))
        .route("/docs/", get(async || file("index.html")))
        .route("/docs/{*file}", get(async |path::Text(name): path::Text| file(&name)))
}

/// A file of the page. Of Swagger UI's files it needs these three only.
fn file(name: &str) -> Result<Response> {
    match name {
        "index.html" => Ok(answer("text/html; charset=utf-8", include_str!("index.html"))),
        "page.css" => Ok(answer("text/css; charset=utf-8", include_str!("page.css"))),
        "page.js" => Ok(answer("text/javascript; charset=utf-8", include_str!("page.js"))),
        "swagger-ui.css" | "swagger-ui-bundle.js" | "favicon-32x32.png" => {
            // The configuration is `page.js`'s.
            let file = utoipa_swagger_ui::serve(name, Arc::new(Config::default()))
                .map_err(|error| Error::Internal(error.to_string()))?
                .ok_or(Error::NotFound)?;
            Ok(answer(&file.content_type, file.bytes.into_owned()))
        }
        _ => Err(Error::NotFound),
    }
}

fn answer(content_type: &str, bytes: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, bytes.into()).into_response()
}
