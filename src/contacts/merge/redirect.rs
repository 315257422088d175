//! What is answered of a contact that was merged into another: reads show the other one, writes are refused and name it,
//! since nobody who writes to one contact may hit another unawares.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Redirect, store};
use crate::{
    database::{Database, TenantTransaction},
    domain::TenantId,
    error::{Detail, Error, Problems, Result},
    http::reader::Placed,
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

/// What writes to contacts are answered that could not be locked: of each 409 where another one stands for it; those that
/// are not named are 404.
///
/// # Errors
/// [`Error::Overtaken`] where one has come back since it was looked for, and those of the database.
pub(crate) async fn merged_among(tx: &mut TenantTransaction, ids: &[Uuid]) -> Result<HashMap<Uuid, Uuid>> {
    let found = sqlx::query!(
        r#"select n.id as "id!", c.id as survivor_id from unnest($2::uuid[]) as n (id)
           left join contact_redirects r on r.tenant_id = $1 and r.contact_id = n.id
           join contacts c on c.tenant_id = $1 and c.id = coalesce(r.survivor_id, n.id)"#,
        tx.tenant().uuid(),
        ids
    )
    .fetch_all(tx.on())
    .await?;
    if found.iter().any(|row| row.id == row.survivor_id) {
        return Err(Error::Overtaken);
    }
    Ok(found.into_iter().map(|row| (row.id, row.survivor_id)).collect())
}

/// The same of one contact.
pub(crate) async fn missing(tx: &mut TenantTransaction, id: Uuid) -> Result<Error> {
    let survivors = merged_among(tx, &[id]).await?;
    Ok(survivors.get(&id).map_or(Error::NotFound, |survivor| merged("id", *survivor)))
}

/// Notes entries of a list that are no contacts, or no longer.
pub(crate) async fn note_missing(
    tx: &mut TenantTransaction,
    list: &str,
    missing: &[&Placed<Uuid>],
    problems: &mut Problems,
) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = missing.iter().map(|placed| placed.entry).collect();
    let survivors = store::survivors(tx, &ids).await?;
    for Placed { index, entry: id } in missing {
        let field = format!("{list}[{index}]");
        match survivors.iter().find(|redirect| redirect.contact_id == *id) {
            Some(Redirect { survivor_id, .. }) => {
                let message = format!("was merged into the contact {survivor_id} already");
                problems.add_conflict(field, "merged", message, *survivor_id);
            }
            None => problems.add(field, "unknown_contact", "there is no contact with this id"),
        }
    }
    Ok(())
}

/// The contact was merged into `survivor`.
pub(in crate::contacts) fn merged(field: &str, survivor: Uuid) -> Error {
    Error::Conflict {
        message: "the contact was merged into another one".into(),
        details: vec![Detail {
            conflicting_id: Some(survivor),
            ..Detail::new(field, "merged", "was merged into the contact that `conflictingId` names")
        }],
    }
}
