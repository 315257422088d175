//! The SQL of what a change of the catalogue does to contacts' rows, written once over the holders. `$1` is the tenant, `$2`
//! the id of what changes.

use std::fmt::Write;

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{
    effect::{Effect, Rows, keys},
    holders::Holder,
};
use crate::{catalogue::fields::Rename, database::TenantTransaction, error::Result};

/// The contacts that a change still concerns, by id: at most `limit` of those after `after`.
pub(super) async fn concerned(
    tx: &mut TenantTransaction,
    effect: &Effect<'_>,
    after: Uuid,
    limit: usize,
) -> Result<Vec<Uuid>> {
    // Each holder gives the first of its contacts, by its index; the first of all are among these.
    let holders = holders(effect, |holder| {
        let contact = holder.contact;
        let keys = if effect.keys.is_some() { " and value_key = any($5)" } else { "" };
        format!("({}{keys} and {contact} > $3 order by {contact} limit $4)", contacts_of(holder))
    });
    let mut query =
        sqlx::query_scalar(AssertSqlSafe(format!("select c.id from ({holders}) c order by c.id limit $4")))
            .bind(tx.tenant().uuid())
            .bind(effect.id)
            .bind(after)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    if let Some(keys) = &effect.keys {
        query = query.bind(keys);
    }
    Ok(query.fetch_all(tx.on()).await?)
}

/// How many contacts a change concerns.
pub(super) async fn count(tx: &mut TenantTransaction, effect: &Effect<'_>) -> Result<i64> {
    let keys = if effect.keys.is_some() { " and value_key = any($3)" } else { "" };
    let holders = holders(effect, |holder| contacts_of(holder) + keys);
    let mut query = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from ({holders}) c")))
        .bind(tx.tenant().uuid())
        .bind(effect.id);
    if let Some(keys) = &effect.keys {
        query = query.bind(keys);
    }
    Ok(query.fetch_one(tx.on()).await?)
}

/// A query for each holder, put together.
fn holders(effect: &Effect<'_>, query: impl Fn(&Holder) -> String) -> String {
    effect.holders.iter().map(query).collect::<Vec<_>>().join(" union ")
}

fn contacts_of(Holder { table, contact, held, repeats }: &Holder) -> String {
    let distinct = if *repeats { "distinct " } else { "" };
    format!("select {distinct}{contact} as id from {table} where tenant_id = $1 and {held} = $2")
}

/// Changes the rows of contacts, where a change needs it.
pub(super) async fn change(tx: &mut TenantTransaction, effect: &Effect<'_>, ids: &[Uuid]) -> Result<()> {
    match effect.rows {
        Rows::Stay => Ok(()),
        Rows::Go { .. } => {
            for holder @ Holder { table, contact, held, .. } in effect.holders {
                let change = if holder.is_own() {
                    format!("update {table} set {held} = null")
                } else {
                    format!("delete from {table}")
                };
                let sql = format!("{change} where tenant_id = $1 and {held} = $2 and {contact} = any($3)");
                sqlx::query(AssertSqlSafe(sql))
                    .bind(tx.tenant().uuid())
                    .bind(effect.id)
                    .bind(ids)
                    .execute(tx.on())
                    .await?;
            }
            Ok(())
        }
        Rows::BecomeTag(into) => replace_tag(tx, effect.id, into, ids).await,
        Rows::BecomeCompany(into) => replace_company(tx, effect.id, into, ids).await,
        Rows::Rename(renames) => rename_values(tx, effect.id, renames, ids).await,
    }
}

/// Where a contact has both tags, the one that stays stands where the first of them stood.
async fn replace_tag(tx: &mut TenantTransaction, from: Uuid, into: Uuid, ids: &[Uuid]) -> Result<()> {
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
        tx.tenant().uuid(),
        from,
        into,
        ids
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

async fn replace_company(tx: &mut TenantTransaction, from: Uuid, into: Uuid, ids: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "update contacts set company_id = $3 where tenant_id = $1 and company_id = $2 and id = any($4)",
        tx.tenant().uuid(),
        from,
        into,
        ids
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

async fn rename_values(
    tx: &mut TenantTransaction,
    field: Uuid,
    renames: &[Rename],
    ids: &[Uuid],
) -> Result<()> {
    let (from, into) = names(renames);
    sqlx::query!(
        "update field_values v set value = n.value, value_key = n.value_key
         from unnest($4::text[], $5::text[], $6::text[]) as n (previous, value, value_key)
         where v.tenant_id = $1 and v.field_id = $2 and v.contact_id = any($3) and v.value = n.previous",
        tx.tenant().uuid(),
        field,
        ids,
        &from as &[&str],
        &into as &[&str],
        &keys(renames.iter().map(|rename| &rename.into))
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// What options were called, and are called now.
fn names(renames: &[Rename]) -> (Vec<&str>, Vec<&str>) {
    renames.iter().map(|rename| (rename.from.as_str(), rename.into.as_str())).unzip()
}

/// Removes what was deleted, once nothing refers to it any more, with what was merged into it. What was merged and not
/// deleted stays: ids of it still lead to what took its place.
pub(super) async fn finish(tx: &mut TenantTransaction, effect: &Effect<'_>) -> Result<()> {
    match effect.rows {
        Rows::Go { from } => {
            let mut sql = format!("delete from {} d where d.tenant_id = $1 and (d.id = $2", from.table);
            if from.merges {
                sql += " or d.merged_into = $2";
            }
            sql.push(')');
            for Holder { table, held, .. } in effect.holders {
                // Writing to a string does not fail.
                let _ = write!(
                    sql,
                    " and not exists (select 1 from {table} l where l.tenant_id = $1 and l.{held} = d.id)"
                );
            }
            sqlx::query(AssertSqlSafe(sql)).bind(tx.tenant().uuid()).bind(effect.id).execute(tx.on()).await?;
        }
        Rows::Rename(renames) => {
            let (from, _) = names(renames);
            sqlx::query!(
                "delete from field_options where tenant_id = $1 and field_id = $2 and value = any($3)
                   and renamed_to is not null",
                tx.tenant().uuid(),
                effect.id,
                &from as &[&str]
            )
            .execute(tx.on())
            .await?;
        }
        Rows::Stay | Rows::BecomeTag(_) | Rows::BecomeCompany(_) => {}
    }
    Ok(())
}
