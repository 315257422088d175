//! The SQL that changes contacts whose rows exist; their lists are removed here and written again by
//! [`Batch`](super::batch::Batch). Each function takes any number of contacts, in one statement.

use uuid::Uuid;

use super::{
    batch::{Lists, with_commas},
    document,
    model::Contact,
};
use crate::{
    database::TenantTransaction,
    domain::grams,
    error::{Error, Result},
};

/// Writes the changed rows of existing contacts, which are locked.
pub(crate) async fn rows(tx: &mut TenantTransaction, contacts: &[&Contact]) -> Result<()> {
    if contacts.is_empty() {
        return Ok(());
    }
    let documents =
        contacts.iter().map(|contact| document::render(contact)).collect::<Result<Vec<_>, _>>()?;
    let updated = sqlx::query!(
        "update contacts c set username = n.username, name = n.name, address = n.address, notes = n.notes,
                avatar_url = n.avatar_url, company_id = n.company_id, channel_id = n.channel_id,
                document = n.document, document_version = $2, sort_name = n.sort_name, updated_at = n.updated_at
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::uuid[],
                     $11::text[], $12::text[], $13::timestamptz[])
             as n (id, username, name, address, notes, avatar_url, company_id, channel_id, document, sort_name,
                   updated_at)
         where c.tenant_id = $1 and c.id = n.id",
        tx.tenant().uuid(),
        document::VERSION,
        &each(contacts, |contact| contact.id),
        &each(contacts, |contact| contact.username.as_str()) as &[&str],
        &each(contacts, |contact| contact.name.as_str()) as &[&str],
        &each(contacts, |contact| contact.address.as_ref().map(crate::domain::Address::as_str)) as &[Option<&str>],
        &each(contacts, |contact| contact.notes.as_ref().map(crate::domain::Notes::as_str)) as &[Option<&str>],
        &each(contacts, |contact| contact.avatar_url.as_ref().map(crate::domain::Url::as_str)) as &[Option<&str>],
        &each(contacts, |contact| contact.company.as_ref().map(|company| company.id)) as &[Option<Uuid>],
        &each(contacts, |contact| contact.channel.as_ref().map(|channel| channel.id)) as &[Option<Uuid>],
        &documents,
        &each(contacts, |contact| contact.sort_name()),
        &each(contacts, |contact| contact.updated_at),
    )
    .execute(tx.on())
    .await?;
    expect_all(updated.rows_affected(), contacts.len(), "locked contacts vanished while they were updated")
}

/// Rewrites the documents of existing contacts, which are locked; returns those whose documents differ from what they were.
pub(crate) async fn documents(tx: &mut TenantTransaction, contacts: &[&Contact]) -> Result<Vec<Uuid>> {
    let documents =
        contacts.iter().map(|contact| document::render(contact)).collect::<Result<Vec<_>, _>>()?;
    let differ = sqlx::query_scalar!(
        "update contacts c set document = n.document, document_version = $2
         from unnest($3::uuid[], $4::text[]) as n (id, document)
         where c.tenant_id = $1 and c.id = n.id
           and (c.document is distinct from n.document or c.document_version is distinct from $2)
         returning c.id",
        tx.tenant().uuid(),
        document::VERSION,
        &each(contacts, |contact| contact.id),
        &documents,
    )
    .fetch_all(tx.on())
    .await?;
    Ok(differ)
}

/// Writes the changed search texts of existing contacts.
pub(crate) async fn search(tx: &mut TenantTransaction, texts: &[(&Contact, String)]) -> Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant().uuid();
    let updated = sqlx::query!(
        "update contact_search s set search_text = n.search_text, grams = string_to_array(n.grams, ',')::integer[],
             created_at = n.created_at
         from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
             as n (contact_id, search_text, grams, created_at)
         where s.tenant_id = $1 and s.contact_id = n.contact_id",
        tenant,
        &each(texts, |(contact, _)| contact.id),
        &each(texts, |(_, text)| text.as_str()) as &[&str],
        &each(texts, |(_, text)| with_commas(&grams(tenant, text))),
        &each(texts, |(contact, _)| contact.created_at),
    )
    .execute(tx.on())
    .await?;
    expect_all(
        updated.rows_affected(),
        texts.len(),
        "a contact has no search text; `contacts reindex` writes it",
    )
}

fn each<'a, T, U>(items: &'a [T], of: impl Fn(&'a T) -> U) -> Vec<U> {
    items.iter().map(of).collect()
}

fn expect_all(rows: u64, expected: usize, otherwise: &str) -> Result<()> {
    if usize::try_from(rows).is_ok_and(|rows| rows == expected) {
        Ok(())
    } else {
        Err(Error::Internal(otherwise.into()))
    }
}

/// Rows that make way for others, or go for good.
#[derive(Debug, Default)]
pub(crate) struct Old {
    contacts: Vec<Uuid>,
    phones: Vec<Uuid>,
    emails: Vec<Uuid>,
    platforms: Vec<Uuid>,
    tags: Vec<Uuid>,
    groups: Vec<Uuid>,
    custom_values: Vec<Uuid>,
    unique_contacts: Vec<Uuid>,
    unique_fields: Vec<Uuid>,
}

impl Old {
    /// Lists of a contact that are about to be rewritten, and the fields whose unique values it gives up. Values of
    /// archived fields stay: they are not part of the contact that is written back.
    pub(crate) fn add(&mut self, contact_id: Uuid, lists: Lists, unique_fields: &[Uuid]) {
        let add = |is_old, ids: &mut Vec<Uuid>| ids.extend(Some(contact_id).filter(|_| is_old));
        add(lists.phones, &mut self.phones);
        add(lists.emails, &mut self.emails);
        add(lists.platforms, &mut self.platforms);
        add(lists.tags, &mut self.tags);
        add(lists.groups, &mut self.groups);
        add(lists.custom_values, &mut self.custom_values);
        self.unique_contacts.extend(unique_fields.iter().map(|_| contact_id));
        self.unique_fields.extend_from_slice(unique_fields);
    }

    /// A contact with everything that belongs to it.
    pub(crate) fn add_contact(&mut self, contact_id: Uuid) {
        self.contacts.push(contact_id);
    }

    fn is_empty(&self) -> bool {
        let Self {
            contacts, phones, emails, platforms, tags, groups, custom_values, unique_contacts, ..
        } = self;
        [contacts, phones, emails, platforms, tags, groups, custom_values, unique_contacts]
            .iter()
            .all(|ids| ids.is_empty())
    }

    /// Removes the rows.
    pub(crate) async fn remove(self, tx: &mut TenantTransaction) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let removed = sqlx::query_scalar!(
            r#"with old_phones as (
                delete from contact_phones p where p.tenant_id = $1 and p.contact_id = any($2)
             ), old_emails as (
                delete from contact_emails e where e.tenant_id = $1 and e.contact_id = any($3)
             ), old_platforms as (
                delete from contact_platforms p where p.tenant_id = $1 and p.contact_id = any($4)
             ), old_tags as (
                delete from contact_tags t where t.tenant_id = $1 and t.contact_id = any($5)
             ), old_groups as (
                delete from contact_groups g where g.tenant_id = $1 and g.contact_id = any($6)
             ), old_values as (
                delete from field_values v using fields f
                where v.tenant_id = $1 and v.contact_id = any($7)
                  and f.tenant_id = $1 and f.id = v.field_id and not f.is_archived
             ), old_claims as (
                delete from unique_values u using unnest($8::uuid[], $9::uuid[]) as n (contact_id, field_id)
                where u.tenant_id = $1 and u.contact_id = n.contact_id and u.field_id = n.field_id
             ), old_contacts as (
                delete from contacts c where c.tenant_id = $1 and c.id = any($10) returning 1
             )
             select count(*) as "removed!" from old_contacts"#,
            tx.tenant().uuid(),
            &self.phones,
            &self.emails,
            &self.platforms,
            &self.tags,
            &self.groups,
            &self.custom_values,
            &self.unique_contacts,
            &self.unique_fields,
            &self.contacts,
        )
        .fetch_one(tx.on())
        .await?;
        expect_all(
            removed.unsigned_abs(),
            self.contacts.len(),
            "locked contacts vanished while they were removed",
        )
    }
}
