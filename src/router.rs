//! The table of contents: every route, and below them the layers that every request passes.

use std::{any::Any, time::Duration};

use axum::{
    Extension, Router,
    extract::{FromRequestParts, Request, State},
    http::{HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::AnyToken,
    changes, channels, companies,
    config::CorsOrigins,
    contacts, docs,
    error::Error,
    fields, groups, health,
    http::{
        header::{
            BAGGAGE, IDEMPOTENCY_KEY, LAST_EVENT_ID, REQUEST_ID, REQUESTED_WITH, SENTRY_TRACE, TRACEPARENT,
            TRACESTATE,
        },
        limits::{Limits, limited},
        query::{Calls, Query},
        request_log,
    },
    jobs, me,
    openapi::{self, ApiDocument},
    state::AppState,
    tags,
};

/// The documented routes, by what they may take. The path stands on its handler.
struct Documented {
    /// Most of them.
    usual: OpenApiRouter<AppState>,
    /// Those that take many contacts at once.
    large: OpenApiRouter<AppState>,
    /// Those that may wait for something to happen.
    waiting: OpenApiRouter<AppState>,
}

fn documented() -> Documented {
    let large = OpenApiRouter::new().routes(routes!(contacts::bulk_contacts));
    let waiting = OpenApiRouter::new()
        .routes(routes!(changes::list_changes))
        .routes(routes!(changes::stream_changes))
        .layer(Extension(changes::Together::default()));
    let usual = OpenApiRouter::with_openapi(ApiDocument::openapi())
        .routes(routes!(contacts::list_contacts, contacts::create_contact))
        .routes(routes!(
            contacts::get_contact,
            contacts::put_contact,
            contacts::patch_contact,
            contacts::delete_contact
        ))
        .routes(routes!(contacts::patch_contact_tags))
        .routes(routes!(contacts::get_contact_history))
        .routes(routes!(contacts::list_trashed_contacts))
        .routes(routes!(contacts::get_trashed_contact))
        .routes(routes!(contacts::restore_contact))
        .routes(routes!(contacts::list_duplicates))
        .routes(routes!(contacts::merge_contacts))
        .routes(routes!(contacts::list_contact_merges))
        .routes(routes!(contacts::get_contact_merge))
        .routes(routes!(contacts::undo_contact_merge))
        .routes(routes!(contacts::list_contacts_by_social_platform_id))
        .routes(routes!(contacts::upsert_contact))
        .routes(routes!(contacts::bulk_contacts_by_filter))
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(groups::get_group, groups::patch_group, groups::delete_group))
        .routes(routes!(groups::list_group_members, groups::add_group_members))
        .routes(routes!(groups::remove_group_members))
        .routes(routes!(groups::list_contact_groups, groups::create_contact_group))
        .routes(routes!(groups::get_contact_group, groups::patch_contact_group, groups::delete_contact_group))
        .routes(routes!(fields::list_contact_fields, fields::create_contact_field))
        .routes(routes!(fields::get_contact_field, fields::patch_contact_field))
        .routes(routes!(tags::list_tags, tags::create_tag))
        .routes(routes!(tags::get_tag, tags::patch_tag, tags::delete_tag))
        .routes(routes!(tags::merge_tag))
        .routes(routes!(companies::list_companies, companies::create_company))
        .routes(routes!(companies::get_company, companies::patch_company, companies::delete_company))
        .routes(routes!(companies::merge_company))
        .routes(routes!(contacts::list_company_contacts))
        .routes(routes!(channels::list_channels, channels::create_channel))
        .routes(routes!(channels::get_channel, channels::patch_channel, channels::delete_channel))
        .routes(routes!(jobs::list_jobs))
        .routes(routes!(jobs::get_job))
        .routes(routes!(me::get_me))
        .routes(routes!(health::liveness))
        .routes(routes!(health::readiness))
        .routes(routes!(health::metrics));
    Documented { usual, large, waiting }
}

/// The OpenAPI document as text.
pub fn openapi_text() -> serde_json::Result<String> {
    let Documented { usual, large, waiting } = documented();
    openapi::to_text(&usual.merge(large).merge(waiting).into_openapi())
}

/// The whole service.
///
/// # Errors
/// As [`openapi_text`].
pub fn build(state: AppState, cors: &CorsOrigins, timeout: Duration) -> serde_json::Result<Router> {
    let usual_limits = Limits { body: Limits::BODY, bodies: Limits::BODIES, time: timeout };
    let large_limits = Limits { body: Limits::LARGE_BODY, ..usual_limits };
    let waiting_limits = Limits { time: timeout + changes::MAX_WAIT, ..usual_limits };
    let Documented { usual, large, waiting } = documented();
    let with_query = |documented: OpenApiRouter<AppState>| {
        let (router, document) = documented.split_for_parts();
        let calls = openapi::known_parameters(&document);
        router.layer(middleware::from_fn_with_state((calls, state.clone()), read_query))
    };
    let (usual, large, waiting) = (with_query(usual), with_query(large), with_query(waiting));
    let usual = usual
        // Not for good: browsers would remember it.
        .route("/", get(async || Redirect::temporary("/docs")))
        .merge(docs::routes(openapi_text()?))
        .fallback(async || Error::NotFound);
    // The first layer is the outermost.
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(state.metrics.clone(), request_log::observe))
        .option_layer(cors_layer(cors))
        .layer(middleware::from_fn(never_refuse_plain_answers))
        .layer(middleware::from_fn(guard_answers))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(answer_to_panic));
    let all = limited(usual, usual_limits)
        .merge(limited(large, large_limits))
        .merge(limited(waiting, waiting_limits));
    Ok(all.layer(layers).with_state(state))
}

/// Reads the query of a call, whether its handler takes it or not, and refuses what the call does not know. Whoever has no
/// token is told that instead.
async fn read_query(
    State((calls, state)): State<(Calls, AppState)>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(known) = calls.known(&request) {
        match Query::parse(request.uri().query().unwrap_or_default(), known) {
            Ok(query) => {
                request.extensions_mut().insert(query);
            }
            Err(error) => {
                let (mut parts, _) = request.into_parts();
                return match AnyToken::from_request_parts(&mut parts, &state).await {
                    Err(unknown) if known.needs_token => unknown,
                    _ => error,
                }
                .into_response();
            }
        }
    }
    next.run(request).await
}

/// To a caller who refuses even a plain answer (`Accept-Encoding: *;q=0`) the compression layer would say 406,
/// though the request was carried out. Such a caller gets a plain answer.
async fn never_refuse_plain_answers(mut request: Request, next: Next) -> Response {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let refuses_plain = |entry: &str| {
        let (encoding, weight) = entry.split_once(";q=").unwrap_or((entry, "1"));
        matches!(encoding.trim(), "*" | "identity")
            && weight.trim().parse().is_ok_and(|weight: f32| weight <= 0.0)
    };
    if accepted.is_some_and(|encodings| encodings.replace(' ', "").split(',').any(refuses_plain)) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// Keeps answers out of caches that others share, and browsers from taking them for something else. What the API answers is
/// personal data, or says that there is none; an answer that may be kept says so itself.
async fn guard_answers(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    }
    response
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer takes")]
fn answer_to_panic(panic: Box<dyn Any + Send>) -> Response {
    Error::of_panic(&*panic).into_response()
}

/// Without allowed origins there is no layer: a browser gets no CORS headers and keeps other pages out, and OPTIONS
/// is a method like any other, where the layer would answer it on every path.
fn cors_layer(origins: &CorsOrigins) -> Option<CorsLayer> {
    let origin = match origins {
        CorsOrigins::Any => AllowOrigin::any(),
        CorsOrigins::List(origins) if origins.is_empty() => return None,
        CorsOrigins::List(origins) => AllowOrigin::list(origins.clone()),
    };
    let layer = CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            REQUEST_ID,
            IDEMPOTENCY_KEY,
            LAST_EVENT_ID,
            REQUESTED_WITH,
            TRACEPARENT,
            TRACESTATE,
            BAGGAGE,
            SENTRY_TRACE,
        ])
        .expose_headers([
            header::ALLOW,
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            REQUEST_ID,
        ])
        .max_age(Duration::from_hours(1));
    Some(layer)
}
