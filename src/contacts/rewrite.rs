//! The SQL that changes a contact whose rows exist; its lists are removed here and written anew by
//! [`Batch`](super::batch::Batch).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{batch::Lists, document, model::Contact};
use crate::{
    database::TenantTransaction,
    domain::grams,
    error::{Error, Result},
};

/// Writes the changed row of an existing contact.
pub(super) async fn row(tx: &mut TenantTransaction, contact: &Contact) -> Result<()> {
    let updated = sqlx::query!(
        "update contacts set username = $3, name = $4, address = $5, notes = $6, avatar_url = $7, company_id = $8,
                channel_id = $9, document = $10, document_version = $11, sort_name = $12, updated_at = $13
         where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        contact.id,
        contact.username.as_str(),
        contact.name.as_str(),
        contact.address.as_ref().map(crate::domain::Address::as_str),
        contact.notes.as_ref().map(crate::domain::Notes::as_str),
        contact.avatar_url.as_ref().map(crate::domain::Url::as_str),
        contact.company.as_ref().map(|company| company.id),
        contact.channel.as_ref().map(|channel| channel.id),
        document::render(contact)?,
        document::VERSION,
        contact.sort_name(),
        contact.updated_at,
    )
    .execute(tx.on())
    .await?;
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Internal("a locked contact vanished while it was updated".into()))
    }
}

/// Writes the changed search text of an existing contact.
pub(super) async fn search(
    tx: &mut TenantTransaction,
    id: Uuid,
    created_at: DateTime<Utc>,
    search_text: &str,
) -> Result<()> {
    let tenant = tx.tenant().uuid();
    let updated = sqlx::query!(
        "update contact_search set search_text = $3, grams = $4, created_at = $5 where tenant_id = $1 and contact_id = $2",
        tenant,
        id,
        search_text,
        &grams(tenant, search_text),
        created_at
    )
    .execute(tx.on())
    .await?;
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Internal(format!("contact {id} has no search text; `contacts reindex` writes it")))
    }
}

/// Removes the rows of lists that are about to be written anew, and the unique values given up. Values of
/// archived fields stay: they are not part of the contact that is written back.
pub(super) async fn clear_lists(
    tx: &mut TenantTransaction,
    contact_id: Uuid,
    lists: Lists,
    unique_field_ids: &[Uuid],
) -> Result<()> {
    sqlx::query!(
        "with old_phones as (
            delete from contact_phones p where p.tenant_id = $1 and p.contact_id = $2 and $3
         ), old_emails as (
            delete from contact_emails e where e.tenant_id = $1 and e.contact_id = $2 and $4
         ), old_platforms as (
            delete from contact_platforms p where p.tenant_id = $1 and p.contact_id = $2 and $5
         ), old_tags as (
            delete from contact_tags t where t.tenant_id = $1 and t.contact_id = $2 and $6
         ), old_groups as (
            delete from contact_groups g where g.tenant_id = $1 and g.contact_id = $2 and $7
         ), old_values as (
            delete from field_values v using fields f
            where v.tenant_id = $1 and v.contact_id = $2 and $8
              and f.tenant_id = $1 and f.id = v.field_id and not f.is_archived
         )
         delete from unique_values u where u.tenant_id = $1 and u.contact_id = $2 and u.field_id = any($9)",
        tx.tenant().uuid(),
        contact_id,
        lists.phones,
        lists.emails,
        lists.platforms,
        lists.tags,
        lists.groups,
        lists.custom_values,
        unique_field_ids,
    )
    .execute(tx.on())
    .await?;
    Ok(())
}
