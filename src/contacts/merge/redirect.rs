//! What is answered of a contact that was merged into another: reads show the other one, writes are refused and name it,
//! since nobody who writes to one contact may hit another unawares.

use uuid::Uuid;

use crate::{
    database::{Database, TenantTransaction},
    domain::TenantId,
    error::{Detail, Error, Result},
    read_model::StoredDocument,
};

/// The document of the contact that stands for one which is not there; its own, where it has come back meanwhile.
pub(crate) async fn survivor_document(
    database: &Database,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<StoredDocument<'static>>> {
    let found = sqlx::query_as!(
        StoredDocument,
        "select c.id, c.document, c.document_version from contacts c
         where c.tenant_id = $1 and c.id = coalesce(
             (select r.survivor_id from contact_redirects r where r.tenant_id = $1 and r.contact_id = $2), $2)",
        tenant.uuid(),
        id
    )
    .fetch_optional(database.on())
    .await?;
    Ok(found)
}

/// What a write to a contact is answered that could not be locked: 409 where another one stands for it, else 404.
pub(crate) async fn missing(tx: &mut TenantTransaction, id: Uuid) -> Result<Error> {
    let found = sqlx::query_scalar!(
        "select c.id from contacts c
         where c.tenant_id = $1 and c.id = coalesce(
             (select r.survivor_id from contact_redirects r where r.tenant_id = $1 and r.contact_id = $2), $2)",
        tx.tenant().uuid(),
        id
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(match found {
        None => Error::NotFound,
        // It has come back since it was looked for.
        Some(survivor) if survivor == id => Error::Overtaken,
        Some(survivor) => merged("id", survivor),
    })
}

/// The contact was merged into `survivor`.
pub(super) fn merged(field: &str, survivor: Uuid) -> Error {
    Error::Conflict {
        message: "the contact was merged into another one".into(),
        details: vec![Detail {
            conflicting_id: Some(survivor),
            ..Detail::new(field, "merged", "was merged into the contact that `conflictingId` names")
        }],
    }
}
