//! Contacts that lack a value, or have one that is to go.

use uuid::Uuid;

use super::{MAX_OFFENDERS, offender};
use crate::{
    catalogue::fields::Field,
    database::TenantTransaction,
    domain::option_key,
    error::{Detail, Error, Result},
};

/// Contacts without a value of a field, the first 20 by id.
pub(crate) async fn lacking(tx: &mut TenantTransaction, field: &Field) -> Result<Vec<Detail>> {
    let (tenant, limit) = (tx.tenant().uuid(), i64::try_from(MAX_OFFENDERS).unwrap_or(i64::MAX));
    let ids = if field.is_default {
        // What is retired is no longer shown, and what was merged is shown as what took its place.
        sqlx::query_scalar!(
            "select c.id from contacts c where c.tenant_id = $1 and case $2::text
                when 'address' then c.address is null
                when 'notes' then c.notes is null
                when 'avatar_url' then c.avatar_url is null
                when 'channel' then c.channel_id is null
                when 'email' then not exists (
                    select from contact_emails e where e.tenant_id = $1 and e.contact_id = c.id)
                when 'phone' then not exists (
                    select from contact_phones p where p.tenant_id = $1 and p.contact_id = c.id)
                when 'company' then not exists (
                    select from companies l join companies m on m.tenant_id = $1 and m.id = coalesce(l.merged_into, l.id)
                    where l.tenant_id = $1 and l.id = c.company_id and m.retired_at is null)
                when 'tags' then not exists (
                    select from contact_tags ct join tags l on l.tenant_id = $1 and l.id = ct.tag_id
                    join tags t on t.tenant_id = $1 and t.id = coalesce(l.merged_into, l.id)
                    where ct.tenant_id = $1 and ct.contact_id = c.id and t.retired_at is null)
                when 'contact_groups' then not exists (
                    select from contact_groups cg join groups g on g.tenant_id = $1 and g.id = cg.group_id
                    where cg.tenant_id = $1 and cg.contact_id = c.id and g.retired_at is null)
                else false
             end
             order by c.id limit $3",
            tenant,
            field.system_name,
            limit
        )
        .fetch_all(tx.on())
        .await?
    } else {
        sqlx::query_scalar!(
            "select c.id from contacts c where c.tenant_id = $1 and not exists (
                select from field_values v where v.tenant_id = $1 and v.contact_id = c.id and v.field_id = $2)
             order by c.id limit $3",
            tenant,
            field.id,
            limit
        )
        .fetch_all(tx.on())
        .await?
    };
    Ok(ids
        .into_iter()
        .map(|id| offender("is_required", "required", "this contact has no value", id))
        .collect())
}

/// What contacts are about to lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    Tag(Uuid),
    Group(Uuid),
    Company(Uuid),
}

/// No contact is left without a value of a required field by what it loses. To be asked before the loss is carried out, and
/// once it is counted again: where a job is to carry it out, contacts may have lost what else they had meanwhile.
///
/// # Errors
/// [`Error::Conflict`] with the first 20 contacts that would be, by id.
pub(crate) async fn refuse_emptying(tx: &mut TenantTransaction, loss: Loss) -> Result<()> {
    let (tenant, limit) = (tx.tenant().uuid(), i64::try_from(MAX_OFFENDERS).unwrap_or(i64::MAX));
    // What was merged into it goes with it, and what is retired or merged into it is nothing else.
    let (field, ids) = match loss {
        Loss::Tag(id) => {
            let ids = sqlx::query_scalar!(
                r#"select distinct ct.contact_id from tags lost
                 join contact_tags ct on ct.tenant_id = $1 and ct.tag_id = lost.id
                 where lost.tenant_id = $1 and (lost.id = $2 or lost.merged_into = $2)
                   and exists (select from fields f where f.tenant_id = $1 and f.is_default and f.is_required
                                                      and f.system_name = 'tags')
                   and not exists (
                       select from contact_tags o join tags l on l.tenant_id = $1 and l.id = o.tag_id
                       join tags t on t.tenant_id = $1 and t.id = coalesce(l.merged_into, l.id)
                       where o.tenant_id = $1 and o.contact_id = ct.contact_id and t.id <> $2
                         and t.retired_at is null)
                 order by ct.contact_id limit $3"#,
                tenant,
                id,
                limit
            )
            .fetch_all(tx.on())
            .await?;
            ("tags", ids)
        }
        Loss::Group(id) => {
            let ids = sqlx::query_scalar!(
                r#"select cg.contact_id from contact_groups cg
                 where cg.tenant_id = $1 and cg.group_id = $2
                   and exists (select from fields f where f.tenant_id = $1 and f.is_default and f.is_required
                                                      and f.system_name = 'contact_groups')
                   and not exists (
                       select from contact_groups o join groups g on g.tenant_id = $1 and g.id = o.group_id
                       where o.tenant_id = $1 and o.contact_id = cg.contact_id and g.id <> $2
                         and g.retired_at is null)
                 order by cg.contact_id limit $3"#,
                tenant,
                id,
                limit
            )
            .fetch_all(tx.on())
            .await?;
            ("contact_groups", ids)
        }
        Loss::Company(id) => {
            let ids = sqlx::query_scalar!(
                r#"select c.id from companies lost
                 join contacts c on c.tenant_id = $1 and c.company_id = lost.id
                 where lost.tenant_id = $1 and (lost.id = $2 or lost.merged_into = $2)
                   and exists (select from fields f where f.tenant_id = $1 and f.is_default and f.is_required
                                                      and f.system_name = 'company')
                 order by c.id limit $3"#,
                tenant,
                id,
                limit
            )
            .fetch_all(tx.on())
            .await?;
            ("company", ids)
        }
    };
    if ids.is_empty() {
        return Ok(());
    }
    let offender = |id| offender(field, "required", "this contact would be left without a value", id);
    Err(Error::Conflict {
        message: format!(
            "there are contacts that would be left without a value of `{field}`, which is required"
        ),
        details: ids.into_iter().map(offender).collect(),
    })
}

/// How many contacts have one of these options of a field, and the first 20 of them by id.
pub(crate) async fn with_options(
    tx: &mut TenantTransaction,
    field_id: Uuid,
    options: &[&str],
) -> Result<(i64, Vec<Detail>)> {
    let tenant = tx.tenant().uuid();
    let keys: Vec<String> = options.iter().map(|option| option_key(option)).collect();
    let row = sqlx::query!(
        r#"select count(*) as "count!", (array_agg(n.contact_id order by n.contact_id))[:$4] as "first: Vec<Uuid>"
           from (select distinct v.contact_id from field_values v
                 where v.tenant_id = $1 and v.field_id = $2 and v.value_key = any($3)) n"#,
        tenant,
        field_id,
        &keys,
        i32::try_from(MAX_OFFENDERS).unwrap_or(i32::MAX)
    )
    .fetch_one(tx.on())
    .await?;
    let message = "this contact has an option that is to be removed";
    let first = row.first.unwrap_or_default();
    Ok((row.count, first.into_iter().map(|id| offender("options", "in_use", message, id)).collect()))
}
