//! The stored documents of contacts, read by their ids.

use std::borrow::Cow;

use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{domain::TenantId, error::Result};

/// A finished document, with what tells whether it is of the current shape.
#[derive(Debug, Clone)]
pub(crate) struct StoredDocument<'a> {
    pub id: Uuid,
    pub document: Cow<'a, str>,
    pub document_version: i16,
}

/// The stored document of one contact.
pub(crate) async fn get(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<StoredDocument<'static>>> {
    let found = sqlx::query_as!(
        StoredDocument,
        "select id, document, document_version from contacts where tenant_id = $1 and id = $2",
        tenant.uuid(),
        id
    )
    .fetch_optional(executor)
    .await?;
    Ok(found)
}

/// The stored documents of several contacts, of those that there are, in any order.
pub(crate) async fn get_many(
    executor: impl PgExecutor<'_>,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Vec<StoredDocument<'static>>> {
    let found = sqlx::query_as!(
        StoredDocument,
        "select id, document, document_version from contacts where tenant_id = $1 and id = any($2)",
        tenant.uuid(),
        ids
    )
    .fetch_all(executor)
    .await?;
    Ok(found)
}
