//! The SQL that finds duplicates.

use sqlx::types::Json;
use uuid::Uuid;

use super::reason::Reason;
use crate::{
    catalogue::companies::Company,
    database::Database,
    domain::TenantId,
    error::{Error, Result},
    http::page::Page,
    read_model::StoredDocument,
};

/// How many contacts are shown of a group.
const MAX_SHOWN: i64 = 20;

/// A page of groups.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many groups there are on all pages.
    pub total: i64,
    pub groups: Vec<Group>,
    /// The contacts of these groups, group by group.
    pub members: Vec<StoredDocument<'static>>,
}

/// Contacts that may be one.
#[derive(Debug)]
pub(super) struct Group {
    pub reason: Reason,
    /// As it is compared.
    pub value: String,
    pub company: Option<Company>,
    /// How many contacts it has.
    pub count: i64,
    /// How many of them are shown.
    pub shown: usize,
    /// The name of the first.
    pub name: String,
}

/// Finds the groups of a page, with their contacts and the total, in one statement and so in one snapshot.
///
/// Groups are found in the order of an index, by reading it and nothing else; the contacts of those on the page,
/// one group after the other.
pub(super) async fn find(
    database: &Database,
    tenant: TenantId,
    reasons: &[Reason],
    page: Page,
) -> Result<Found> {
    let rows = sqlx::query!(
        r#"
        with found as (
            select 'phone' as reason, d.value, null::uuid as company_id, count(*) as contacts
            from (select distinct p.phone_key as value, p.contact_id from contact_phones p
                  where p.tenant_id = $1 and $2) d
            group by d.value having count(*) > 1
            union all
            select 'email', d.value, null, count(*)
            from (select distinct e.email_key as value, e.contact_id from contact_emails e
                  where e.tenant_id = $1 and $3) d
            group by d.value having count(*) > 1
            union all
            select 'name', d.value, d.company_id, d.contacts
            from (select n.sort_name as value, n.company_id, count(*) as contacts from contacts n
                  where n.tenant_id = $1 and $4 and n.company_id is not null and n.sort_name <> ''
                  group by n.company_id, n.sort_name having count(*) > 1) d
            join companies o on o.tenant_id = $1 and o.id = d.company_id and o.retired_at is null
        ), page as (
            select f.reason, f.value, f.company_id, f.contacts from found f
            order by f.value, f.reason, f.company_id limit $5 offset $6
        )
        select t.total as "total!", g.reason as "reason?", g.value as "value?", g.contacts as "contacts?",
            (select json_build_object('id', o.id, 'name', o.name, 'phone', o.phone, 'address', o.address,
                                      'industry', o.industry)
             from companies o where o.tenant_id = $1 and o.id = g.company_id) as "company: Json<Company>",
            c.id as "id?", c.name as "name?", c.document as "document?", c.document_version as "document_version?"
        from (select count(*) as total from found) t
        left join page g on true
        left join lateral (
            select c.id, c.name, c.document, c.document_version, c.created_at from contacts c
            where c.tenant_id = $1 and c.id in (
                select m.contact_id from contact_phones m
                where m.tenant_id = $1 and g.reason = 'phone' and m.phone_key = g.value
                union all
                select m.contact_id from contact_emails m
                where m.tenant_id = $1 and g.reason = 'email' and m.email_key = g.value
                union all
                select m.id from contacts m
                where m.tenant_id = $1 and g.reason = 'name' and m.company_id = g.company_id
                  and m.sort_name = g.value)
            order by c.created_at, c.id limit $7
        ) c on true
        order by g.value, g.reason, g.company_id, c.created_at, c.id
        "#,
        tenant.uuid(),
        reasons.contains(&Reason::Phone),
        reasons.contains(&Reason::Email),
        reasons.contains(&Reason::Name),
        page.limit(),
        page.offset(),
        MAX_SHOWN,
    )
    .fetch_all(database.on())
    .await?;
    let mut found = Found { total: rows.first().map_or(0, |row| row.total), ..Found::default() };
    for row in rows {
        let (Some(reason), Some(value)) = (row.reason, row.value) else { continue };
        let reason = Reason::named(&reason)
            .ok_or_else(|| Error::Internal(format!("duplicates for an unknown reason: {reason}")))?;
        let company = row.company.map(|Json(company)| company);
        let is_same = found.groups.last().is_some_and(|last| {
            let same_company = company_id(last.company.as_ref()) == company_id(company.as_ref());
            last.reason == reason && last.value == value && same_company
        });
        if !is_same {
            let (count, name) = (row.contacts.unwrap_or_default(), row.name.unwrap_or_default());
            found.groups.push(Group { reason, value, company, count, shown: 0, name });
        }
        if let (Some(id), Some(document), Some(document_version)) =
            (row.id, row.document, row.document_version)
            && let Some(last) = found.groups.last_mut()
        {
            last.shown += 1;
            found.members.push(StoredDocument { id, document: document.into(), document_version });
        }
    }
    Ok(found)
}

fn company_id(company: Option<&Company>) -> Option<Uuid> {
    company.map(|company| company.id)
}
