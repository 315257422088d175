//! The SQL of what a change of the catalogue does to contacts' rows.

use uuid::Uuid;

use super::Propagation;
use crate::{database::TenantTransaction, domain::index_key, error::Result};

/// The contacts that a change still concerns, by id: at most `limit` of those after `after`.
pub(super) async fn concerned(
    tx: &mut TenantTransaction,
    change: &Propagation,
    after: Uuid,
    limit: usize,
) -> Result<Vec<Uuid>> {
    let (tenant, limit) = (tx.tenant().uuid(), i64::try_from(limit).unwrap_or(i64::MAX));
    let ids = match change {
        Propagation::TagRenamed { id }
        | Propagation::TagDeleted { id }
        | Propagation::TagMerged { from: id, .. } => {
            sqlx::query_scalar!(
                "select contact_id from contact_tags where tenant_id = $1 and tag_id = $2 and contact_id > $3
                 order by contact_id limit $4",
                tenant,
                id,
                after,
                limit
            )
            .fetch_all(tx.on())
            .await?
        }
        Propagation::CompanyChanged { id, .. }
        | Propagation::CompanyDeleted { id }
        | Propagation::CompanyMerged { from: id, .. } => {
            sqlx::query_scalar!(
                "select id from contacts where tenant_id = $1 and company_id = $2 and id > $3 order by id limit $4",
                tenant,
                id,
                after,
                limit
            )
            .fetch_all(tx.on())
            .await?
        }
        Propagation::GroupChanged { id } | Propagation::GroupDeleted { id } => {
            sqlx::query_scalar!(
                "select contact_id from contact_groups where tenant_id = $1 and group_id = $2 and contact_id > $3
                 order by contact_id limit $4",
                tenant,
                id,
                after,
                limit
            )
            .fetch_all(tx.on())
            .await?
        }
        Propagation::ChannelRenamed { id } => {
            sqlx::query_scalar!(
                r#"with own as (
                     select c.id from contacts c where c.tenant_id = $1 and c.channel_id = $2 and c.id > $3
                     order by c.id limit $4
                   ), platforms as (
                     select distinct p.contact_id as id from contact_platforms p
                     where p.tenant_id = $1 and p.channel_id = $2 and p.contact_id > $3
                     order by p.contact_id limit $4
                   )
                   select o.id as "id!" from own o union select p.id from platforms p order by 1 limit $4"#,
                tenant,
                id,
                after,
                limit
            )
            .fetch_all(tx.on())
            .await?
        }
        Propagation::FieldChanged { id } => {
            sqlx::query_scalar!(
                "select distinct contact_id from field_values
                 where tenant_id = $1 and field_id = $2 and contact_id > $3 order by contact_id limit $4",
                tenant,
                id,
                after,
                limit
            )
            .fetch_all(tx.on())
            .await?
        }
        Propagation::FieldOptionsRenamed { id, renames, everywhere } => {
            sqlx::query_scalar!(
                "select distinct contact_id from field_values
                 where tenant_id = $1 and field_id = $2 and ($3 or value_key = any($4)) and contact_id > $5
                 order by contact_id limit $6",
                tenant,
                id,
                everywhere,
                &keys(renames.iter().map(|rename| &rename.from)),
                after,
                limit
            )
            .fetch_all(tx.on())
            .await?
        }
    };
    Ok(ids)
}

/// How many contacts a change concerns.
pub(super) async fn count(tx: &mut TenantTransaction, change: &Propagation) -> Result<i64> {
    let tenant = tx.tenant().uuid();
    let count =
        match change {
            Propagation::TagRenamed { id }
            | Propagation::TagDeleted { id }
            | Propagation::TagMerged { from: id, .. } => {
                sqlx::query_scalar!(
                    r#"select count(*) as "count!" from contact_tags where tenant_id = $1 and tag_id = $2"#,
                    tenant,
                    id
                )
                .fetch_one(tx.on())
                .await?
            }
            Propagation::CompanyChanged { id, .. }
            | Propagation::CompanyDeleted { id }
            | Propagation::CompanyMerged { from: id, .. } => {
                sqlx::query_scalar!(
                    r#"select count(*) as "count!" from contacts where tenant_id = $1 and company_id = $2"#,
                    tenant,
                    id
                )
                .fetch_one(tx.on())
                .await?
            }
            Propagation::GroupChanged { id } | Propagation::GroupDeleted { id } => sqlx::query_scalar!(
                r#"select count(*) as "count!" from contact_groups where tenant_id = $1 and group_id = $2"#,
                tenant,
                id
            )
            .fetch_one(tx.on())
            .await?,
            Propagation::ChannelRenamed { id } => {
                sqlx::query_scalar!(
                    r#"select count(*) as "count!" from (
                     select c.id from contacts c where c.tenant_id = $1 and c.channel_id = $2
                     union
                     select p.contact_id from contact_platforms p where p.tenant_id = $1 and p.channel_id = $2
                   ) n"#,
                    tenant,
                    id
                )
                .fetch_one(tx.on())
                .await?
            }
            Propagation::FieldChanged { id } => {
                sqlx::query_scalar!(
                    r#"select count(distinct contact_id) as "count!" from field_values
                   where tenant_id = $1 and field_id = $2"#,
                    tenant,
                    id
                )
                .fetch_one(tx.on())
                .await?
            }
            Propagation::FieldOptionsRenamed { id, renames, everywhere } => {
                sqlx::query_scalar!(
                    r#"select count(distinct contact_id) as "count!" from field_values
                   where tenant_id = $1 and field_id = $2 and ($3 or value_key = any($4))"#,
                    tenant,
                    id,
                    everywhere,
                    &keys(renames.iter().map(|rename| &rename.from))
                )
                .fetch_one(tx.on())
                .await?
            }
        };
    Ok(count)
}

/// By what rows of a choice are found.
fn keys<'a>(values: impl Iterator<Item = &'a String>) -> Vec<String> {
    values.cloned().map(index_key).collect()
}

/// Changes the rows of contacts, where a change needs it.
pub(super) async fn change(tx: &mut TenantTransaction, change: &Propagation, ids: &[Uuid]) -> Result<()> {
    let tenant = tx.tenant().uuid();
    match change {
        Propagation::TagDeleted { id } => {
            sqlx::query!(
                "delete from contact_tags where tenant_id = $1 and tag_id = $2 and contact_id = any($3)",
                tenant,
                id,
                ids
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::TagMerged { from, into } => {
            // Where a contact has both, the tag stands where the first of them stood.
            sqlx::query!(
                "with both_tags as (
                    delete from contact_tags o using contact_tags k
                    where o.tenant_id = $1 and o.tag_id = $2 and o.contact_id = any($4)
                      and k.tenant_id = $1 and k.tag_id = $3 and k.contact_id = o.contact_id
                    returning o.contact_id, o.position
                 ), moved as (
                    update contact_tags k set position = least(k.position, b.position) from both_tags b
                    where k.tenant_id = $1 and k.tag_id = $3 and k.contact_id = b.contact_id
                 )
                 update contact_tags l set tag_id = $3
                 where l.tenant_id = $1 and l.tag_id = $2 and l.contact_id = any($4)
                   and not exists (select from contact_tags k
                                   where k.tenant_id = $1 and k.tag_id = $3 and k.contact_id = l.contact_id)",
                tenant,
                from,
                into,
                ids
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::CompanyDeleted { id } => {
            sqlx::query!(
                "update contacts set company_id = null where tenant_id = $1 and company_id = $2 and id = any($3)",
                tenant,
                id,
                ids
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::CompanyMerged { from, into } => {
            sqlx::query!(
                "update contacts set company_id = $3 where tenant_id = $1 and company_id = $2 and id = any($4)",
                tenant,
                from,
                into,
                ids
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::GroupDeleted { id } => {
            sqlx::query!(
                "delete from contact_groups where tenant_id = $1 and group_id = $2 and contact_id = any($3)",
                tenant,
                id,
                ids
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::FieldOptionsRenamed { id, renames, .. } => {
            let from: Vec<&str> = renames.iter().map(|rename| rename.from.as_str()).collect();
            let into: Vec<&str> = renames.iter().map(|rename| rename.into.as_str()).collect();
            sqlx::query!(
                "update field_values v set value = n.value, value_key = n.value_key
                 from unnest($4::text[], $5::text[], $6::text[]) as n (previous, value, value_key)
                 where v.tenant_id = $1 and v.field_id = $2 and v.contact_id = any($3) and v.value = n.previous",
                tenant,
                id,
                ids,
                &from as &[&str],
                &into as &[&str],
                &keys(renames.iter().map(|rename| &rename.into))
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::TagRenamed { .. }
        | Propagation::CompanyChanged { .. }
        | Propagation::GroupChanged { .. }
        | Propagation::ChannelRenamed { .. }
        | Propagation::FieldChanged { .. } => {}
    }
    Ok(())
}

/// Removes what was deleted, once nothing refers to it any more, with what was merged into it. What was merged and not
/// deleted stays: ids of it still lead to what took its place.
pub(super) async fn finish(tx: &mut TenantTransaction, change: &Propagation) -> Result<()> {
    let tenant = tx.tenant().uuid();
    match change {
        Propagation::TagDeleted { id } => {
            sqlx::query!(
                "delete from tags t where t.tenant_id = $1 and (t.id = $2 or t.merged_into = $2)
                   and not exists (select from contact_tags l where l.tenant_id = $1 and l.tag_id = t.id)",
                tenant,
                id
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::CompanyDeleted { id } => {
            sqlx::query!(
                "delete from companies m where m.tenant_id = $1 and (m.id = $2 or m.merged_into = $2)
                   and not exists (select from contacts c where c.tenant_id = $1 and c.company_id = m.id)",
                tenant,
                id
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::GroupDeleted { id } => {
            sqlx::query!(
                "delete from groups g where g.tenant_id = $1 and g.id = $2
                   and not exists (select from contact_groups l where l.tenant_id = $1 and l.group_id = g.id)",
                tenant,
                id
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::FieldOptionsRenamed { id, renames, .. } => {
            let from: Vec<&str> = renames.iter().map(|rename| rename.from.as_str()).collect();
            sqlx::query!(
                "delete from field_options where tenant_id = $1 and field_id = $2 and value = any($3)
                   and renamed_to is not null",
                tenant,
                id,
                &from as &[&str]
            )
            .execute(tx.on())
            .await?;
        }
        Propagation::TagRenamed { .. }
        | Propagation::TagMerged { .. }
        | Propagation::CompanyChanged { .. }
        | Propagation::CompanyMerged { .. }
        | Propagation::GroupChanged { .. }
        | Propagation::ChannelRenamed { .. }
        | Propagation::FieldChanged { .. } => {}
    }
    Ok(())
}
