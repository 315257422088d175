//! `GET /api/v1/changes`

use std::time::Duration;

use axum::{Extension, extract::State, http::StatusCode, response::Response};
use tokio::time::{Instant, sleep_until};
use utoipa::{IntoParams, ToSchema};

use super::{
    cursor::Cursor,
    item::{ItemSchema, Kind},
    page::{self, Page, Read, Wanted},
    together::{Together, Told},
};
use crate::{
    auth::ReadContacts,
    database,
    error::{Error, Problems, Result},
    http::{envelope, query::Query, server::Connection},
    openapi,
    state::AppState,
};

/// How many changes are on a page, unless it is said.
const DEFAULT_SIZE: i64 = 100;
const MAX_SIZE: i64 = 1_000;

/// The most bytes of contacts on a page, but for a single one that is larger.
const MAX_BYTES: i64 = 4 * 1024 * 1024;

/// How long a call may wait for something to change.
pub const MAX_WAIT: Duration = Duration::from_mins(1);

/// From where on, and what.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; Query reads them")]
pub(super) struct Following {
    /// The `nextCursor` of the answer before, of a 410 or of an event. Without one nothing is told but the cursor of now.
    #[param(nullable = false)]
    since: Option<String>,
    /// Of which types, separated by commas. All, unless it is given.
    #[param(nullable = false, explode = false)]
    types: Option<Vec<Kind>>,
}

/// How much at once, and how long to wait.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the parameters; Query reads them")]
struct Waiting {
    /// How many on a page; 100 unless it is given. There may be fewer, also where there is more: `hasMore` tells.
    #[param(nullable = false, minimum = 1, maximum = 1000, example = 100)]
    page_size: Option<i64>,
    /// Where nothing changed, how many seconds to wait for something before an empty page is answered.
    #[param(nullable = false, minimum = 0, maximum = 60, example = 30)]
    wait: Option<i64>,
}

/// A page of changes.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Changes)]
#[expect(dead_code, reason = "describes the answer")]
pub(super) struct Changes {
    /// What changed, oldest first.
    data: Vec<ItemSchema>,
    /// What `since` takes next.
    #[schema(example = "AQ5y0mVwZmY")]
    next_cursor: String,
    /// Whether there is more behind it already.
    #[schema(example = false)]
    has_more: bool,
}

/// List what changed
///
/// The contacts, tags, companies, groups, channels and fields that changed after the cursor `since`, each once and as it is
/// now, in the order of their last changes; `data` is null where something is gone. Whoever applies each item to a copy, and goes
/// on with `nextCursor`, has the same as the service. Without `since` the answer is empty, with the cursor of now.
///
/// With `wait` the call answers once something changes, or with an empty page after so many seconds.
///
/// The answer is 410 where what changed since the cursor is not kept any more (`EVENT_RETENTION_DAYS`), or the cursor is of a
/// state that the database has lost (a restored backup). Then everything is to be read anew, and after that the changes since
/// `error.nextCursor`.
#[utoipa::path(
    get,
    path = "/api/v1/changes",
    operation_id = "listChanges",
    tag = openapi::CHANGES,
    params(Following, Waiting),
    responses(
        (status = 200, description = "A page of changes, perhaps empty", body = Changes),
        openapi::ReadErrors,
        openapi::Lost,
    ),
    security(("bearer" = ["contacts:read"])),
)]
pub async fn list_changes(
    ReadContacts(principal): ReadContacts,
    State(state): State<AppState>,
    Extension(together): Extension<Together>,
    connection: Option<Extension<Connection>>,
    query: Query,
) -> Result<Response> {
    let mut problems = Problems::default();
    let since = since(&query, "since", query.get("since"), &mut problems);
    let kinds = kinds(&query, &mut problems);
    let size = query.integer("pageSize", DEFAULT_SIZE, 1..=MAX_SIZE, &mut problems);
    let wait = query.integer("wait", 0, 0..=MAX_WAIT.as_secs().cast_signed(), &mut problems);
    problems.into_result()?;
    let (tenant, wanted) = (principal.tenant, Wanted { kinds, size, bytes: MAX_BYTES });
    let Some(mut cursor) = since else {
        return answer(&Read::Page(Page::empty(page::now(&state, tenant).await?)).into());
    };
    let deadline = Instant::now() + Duration::from_secs(wait.unsigned_abs());
    if wait == 0 {
        return answer(&page::read(&state, tenant, &cursor, &wanted).await?.into());
    }
    let mut waiting = state.database.changed().wait(tenant);
    loop {
        let since = waiting.begin();
        // In a box, lest each call that waits holds room for it.
        let told = Box::pin(together.read(&state, tenant, &cursor, &wanted, since)).await?;
        let is_empty = matches!(&told.read, Read::Page(page) if page.items.is_empty() && !page.has_more);
        if !is_empty || !waits(&mut waiting, deadline, connection.as_deref()).await {
            return answer(&told);
        }
        cursor = told.next();
    }
}

/// Waits until something changed; false where the time is over, or the service stops.
async fn waits(waiting: &mut database::Waiting, deadline: Instant, connection: Option<&Connection>) -> bool {
    tokio::select! {
        biased;
        () = sleep_until(deadline) => false,
        () = stops(connection) => false,
        () = waiting.change() => true,
    }
}

/// Returns once the service stops.
pub(super) async fn stops(connection: Option<&Connection>) {
    match connection {
        Some(connection) => connection.ends().await,
        None => std::future::pending().await,
    }
}

/// Reads a cursor.
pub(super) fn since(
    query: &Query,
    field: &str,
    text: Option<&str>,
    problems: &mut Problems,
) -> Option<Cursor> {
    query.refuse_repeated(&["since"], problems);
    let text = text?;
    let cursor = Cursor::decode(text);
    if cursor.is_none() {
        problems.add(field, "invalid_cursor", "must be a cursor that this call or its stream gave");
    }
    cursor
}

/// Reads `types`.
pub(super) fn kinds(query: &Query, problems: &mut Problems) -> Vec<Kind> {
    let given = query.iter().filter(|(name, _)| *name == "types").flat_map(|(_, names)| names.split(','));
    let kinds: Option<Vec<Kind>> = given.map(|name| Kind::parse(name.trim())).collect();
    match kinds {
        Some(kinds) if kinds.is_empty() => Kind::ALL.to_vec(),
        Some(kinds) => kinds,
        None => {
            let names = Kind::ALL.map(Kind::as_str).join(", ");
            problems.add("types", "not_an_option", format!("must be some of {names}, separated by commas"));
            Vec::new()
        }
    }
}

fn answer(told: &Told) -> Result<Response> {
    match &told.read {
        Read::Page(page) => Ok(envelope::json(StatusCode::OK, told.body(page))),
        Read::Gone(now) => {
            let message = "what changed since this cursor is not known: read everything anew, then go on from `error.nextCursor`";
            Err(Error::Gone { message, next_cursor: now.encode() })
        }
    }
}
