//! The SQL that writes contacts: any number of them, all their rows, in one statement.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{document, model::Contact, unique::Claim};
use crate::{
    database::TenantTransaction,
    domain::{Region, TenantId, grams},
    error::{Detail, Error, Result},
};

/// What cannot be written: by contact, the unique values that others have.
pub(crate) type Conflicts = BTreeMap<Uuid, Vec<Detail>>;

/// Rows to be inserted, as the arrays that `unnest` takes.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    tenant: TenantId,
    contacts: ContactRows<'a>,
    search: SearchRows,
    phones: PhoneRows<'a>,
    emails: EmailRows<'a>,
    platforms: PlatformRows<'a>,
    tags: LinkRows,
    groups: LinkRows,
    values: ValueRows<'a>,
    claims: ClaimRows<'a>,
}

#[derive(Debug, Default)]
struct ContactRows<'a> {
    ids: Vec<Uuid>,
    usernames: Vec<&'a str>,
    names: Vec<&'a str>,
    addresses: Vec<Option<&'a str>>,
    notes: Vec<Option<&'a str>>,
    avatar_urls: Vec<Option<&'a str>>,
    company_ids: Vec<Option<Uuid>>,
    channel_ids: Vec<Option<Uuid>>,
    documents: Vec<String>,
    sort_names: Vec<String>,
    created_at: Vec<DateTime<Utc>>,
    updated_at: Vec<DateTime<Utc>>,
}

#[derive(Debug, Default)]
struct SearchRows {
    contact_ids: Vec<Uuid>,
    created_at: Vec<DateTime<Utc>>,
    search_texts: Vec<String>,
    /// As PostgreSQL writes an array, since it has no arrays of arrays of several lengths.
    grams: Vec<String>,
}

#[derive(Debug, Default)]
struct PhoneRows<'a> {
    contact_ids: Vec<Uuid>,
    positions: Vec<i16>,
    phones: Vec<&'a str>,
    are_primary: Vec<bool>,
    digits: Vec<&'a str>,
    e164: Vec<Option<&'a str>>,
    keys: Vec<&'a str>,
}

#[derive(Debug, Default)]
struct EmailRows<'a> {
    contact_ids: Vec<Uuid>,
    positions: Vec<i16>,
    emails: Vec<&'a str>,
    are_primary: Vec<bool>,
    keys: Vec<String>,
}

#[derive(Debug, Default)]
struct PlatformRows<'a> {
    contact_ids: Vec<Uuid>,
    positions: Vec<i16>,
    channel_ids: Vec<Uuid>,
    social_ids: Vec<&'a str>,
}

/// Links to tags or groups.
#[derive(Debug, Default)]
struct LinkRows {
    contact_ids: Vec<Uuid>,
    target_ids: Vec<Uuid>,
    positions: Vec<i16>,
}

#[derive(Debug, Default)]
struct ValueRows<'a> {
    contact_ids: Vec<Uuid>,
    field_ids: Vec<Uuid>,
    positions: Vec<i16>,
    values: Vec<&'a str>,
    keys: Vec<String>,
}

#[derive(Debug, Default)]
struct ClaimRows<'a> {
    contact_ids: Vec<Uuid>,
    field_ids: Vec<Uuid>,
    keys: Vec<&'a str>,
    paths: Vec<&'a str>,
}

/// Which lists of a contact are to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each list; there is nothing to group")]
pub(crate) struct Lists {
    pub phones: bool,
    pub emails: bool,
    pub platforms: bool,
    pub tags: bool,
    pub groups: bool,
    pub custom_values: bool,
}

impl Lists {
    pub(crate) const ALL: Self =
        Self { phones: true, emails: true, platforms: true, tags: true, groups: true, custom_values: true };

    pub(crate) const NONE: Self = Self {
        phones: false,
        emails: false,
        platforms: false,
        tags: false,
        groups: false,
        custom_values: false,
    };

    /// The lists in which two states of a contact differ.
    pub(crate) fn changed(before: &Contact, after: &Contact) -> Self {
        Self {
            phones: before.phones != after.phones,
            emails: before.emails != after.emails,
            platforms: before.platforms != after.platforms,
            tags: before.tags != after.tags,
            groups: before.groups != after.groups,
            custom_values: before.custom_values != after.custom_values,
        }
    }
}

/// Places of entries in their lists; no list is longer than 50.
fn positions() -> impl Iterator<Item = i16> {
    0..
}

impl<'a> Batch<'a> {
    /// Rows of a tenant.
    pub(crate) fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            contacts: ContactRows::default(),
            search: SearchRows::default(),
            phones: PhoneRows::default(),
            emails: EmailRows::default(),
            platforms: PlatformRows::default(),
            tags: LinkRows::default(),
            groups: LinkRows::default(),
            values: ValueRows::default(),
            claims: ClaimRows::default(),
        }
    }

    /// Whose rows they are.
    pub(crate) const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// A new contact with everything that belongs to it.
    pub(crate) fn add(&mut self, contact: &'a Contact, region: Option<Region>) -> Result<()> {
        let rows = &mut self.contacts;
        rows.ids.push(contact.id);
        rows.usernames.push(contact.username.as_str());
        rows.names.push(contact.name.as_str());
        rows.addresses.push(contact.address.as_ref().map(crate::domain::Address::as_str));
        rows.notes.push(contact.notes.as_ref().map(crate::domain::Notes::as_str));
        rows.avatar_urls.push(contact.avatar_url.as_ref().map(crate::domain::Url::as_str));
        rows.company_ids.push(contact.company.as_ref().map(|company| company.id));
        rows.channel_ids.push(contact.channel.as_ref().map(|channel| channel.id));
        rows.documents.push(document::render(contact)?);
        rows.sort_names.push(contact.sort_name());
        rows.created_at.push(contact.created_at);
        rows.updated_at.push(contact.updated_at);
        self.add_search(contact);
        self.add_lists(contact, Lists::ALL, region);
        Ok(())
    }

    /// What is searched of a contact whose row exists.
    pub(crate) fn add_search(&mut self, contact: &Contact) {
        let search_text = contact.search_text();
        self.search.contact_ids.push(contact.id);
        self.search.created_at.push(contact.created_at);
        self.search.grams.push(with_commas(&grams(self.tenant.uuid(), &search_text)));
        self.search.search_texts.push(search_text);
    }

    /// Lists of a contact whose row exists.
    pub(crate) fn add_lists(&mut self, contact: &'a Contact, lists: Lists, region: Option<Region>) {
        if lists.phones {
            for (position, entry) in positions().zip(&contact.phones) {
                self.phones.contact_ids.push(contact.id);
                self.phones.positions.push(position);
                self.phones.phones.push(entry.phone.as_str());
                self.phones.are_primary.push(entry.is_primary);
                self.phones.digits.push(entry.phone.digits());
                self.phones.e164.push(entry.phone.e164());
                self.phones.keys.push(entry.phone.unique_key());
            }
        }
        if lists.emails {
            for (position, entry) in positions().zip(&contact.emails) {
                self.emails.contact_ids.push(contact.id);
                self.emails.positions.push(position);
                self.emails.emails.push(entry.email.as_str());
                self.emails.are_primary.push(entry.is_primary);
                self.emails.keys.push(entry.email.key());
            }
        }
        if lists.platforms {
            for (position, platform) in positions().zip(&contact.platforms) {
                self.platforms.contact_ids.push(contact.id);
                self.platforms.positions.push(position);
                self.platforms.channel_ids.push(platform.channel.id);
                self.platforms.social_ids.push(platform.social_platform_id.as_str());
            }
        }
        if lists.tags {
            self.tags.add(contact.id, contact.tags.iter().map(|tag| tag.id));
        }
        if lists.groups {
            self.groups.add(contact.id, contact.groups.iter().map(|group| group.id));
        }
        if lists.custom_values {
            for custom in &contact.custom_values {
                let keys = custom.value.row_keys(region);
                for ((position, value), key) in positions().zip(custom.value.stored()).zip(keys) {
                    self.values.contact_ids.push(contact.id);
                    self.values.field_ids.push(custom.field_id);
                    self.values.positions.push(position);
                    self.values.values.push(value);
                    self.values.keys.push(key);
                }
            }
        }
    }

    /// Unique values that a contact takes.
    pub(crate) fn add_claims(&mut self, contact_id: Uuid, claims: &'a [Claim]) {
        for claim in claims {
            self.claims.contact_ids.push(contact_id);
            self.claims.field_ids.push(claim.field_id);
            self.claims.keys.push(&claim.key);
            self.claims.paths.push(&claim.path);
        }
    }

    /// Writes everything. Of unique values that are taken it says by whom; the transaction is then to be rolled back.
    pub(crate) async fn insert(self, tx: &mut TenantTransaction) -> Result<Conflicts> {
        let Self { tenant: _, contacts, search, phones, emails, platforms, tags, groups, values, claims } =
            self;
        let claimed = sqlx::query_scalar!(
            r#"
            with new_contacts as (
                insert into contacts (tenant_id, id, username, name, address, notes, avatar_url, company_id,
                                      channel_id, document, document_version, sort_name, created_at, updated_at)
                select $1, n.id, n.username, n.name, n.address, n.notes, n.avatar_url, n.company_id, n.channel_id,
                       n.document, $2, n.sort_name, n.created_at, n.updated_at
                from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[],
                            $10::uuid[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[])
                    as n (id, username, name, address, notes, avatar_url, company_id, channel_id, document,
                          sort_name, created_at, updated_at)
            ), new_search as (
                insert into contact_search (tenant_id, contact_id, created_at, search_text, grams)
                select $1, n.contact_id, n.created_at, n.search_text, string_to_array(n.grams, ',')::integer[]
                from unnest($45::uuid[], $46::timestamptz[], $47::text[], $48::text[])
                    as n (contact_id, created_at, search_text, grams)
            ), new_phones as (
                insert into contact_phones (tenant_id, contact_id, position, phone, is_primary, digits, e164, phone_key)
                select $1, n.* from unnest($15::uuid[], $16::smallint[], $17::text[], $18::boolean[], $19::text[],
                                           $20::text[], $21::text[]) as n
            ), new_emails as (
                insert into contact_emails (tenant_id, contact_id, position, email, is_primary, email_key)
                select $1, n.* from unnest($22::uuid[], $23::smallint[], $24::text[], $25::boolean[], $26::text[]) as n
            ), new_platforms as (
                insert into contact_platforms (tenant_id, contact_id, position, channel_id, social_platform_id)
                select $1, n.* from unnest($27::uuid[], $28::smallint[], $29::uuid[], $30::text[]) as n
            ), new_tags as (
                insert into contact_tags (tenant_id, contact_id, tag_id, position)
                select $1, n.* from unnest($31::uuid[], $32::uuid[], $33::smallint[]) as n
            ), new_groups as (
                insert into contact_groups (tenant_id, contact_id, group_id, position)
                select $1, n.* from unnest($34::uuid[], $35::uuid[], $36::smallint[]) as n
            ), new_values as (
                insert into field_values (tenant_id, contact_id, field_id, position, value, value_key)
                select $1, n.* from unnest($37::uuid[], $38::uuid[], $39::smallint[], $40::text[], $41::text[]) as n
            ), new_claims as (
                insert into unique_values (tenant_id, contact_id, field_id, value_key)
                select $1, n.* from unnest($42::uuid[], $43::uuid[], $44::text[]) as n (contact_id, field_id, value_key)
                order by n.field_id, n.value_key
                on conflict (tenant_id, field_id, value_key) do nothing
                returning 1
            )
            select count(*) as "claimed!" from new_claims
            "#,
            tx.tenant().uuid(),
            document::VERSION,
            &contacts.ids,
            &contacts.usernames as &[&str],
            &contacts.names as &[&str],
            &contacts.addresses as &[Option<&str>],
            &contacts.notes as &[Option<&str>],
            &contacts.avatar_urls as &[Option<&str>],
            &contacts.company_ids as &[Option<Uuid>],
            &contacts.channel_ids as &[Option<Uuid>],
            &contacts.documents,
            &contacts.sort_names,
            &contacts.created_at,
            &contacts.updated_at,
            &phones.contact_ids,
            &phones.positions,
            &phones.phones as &[&str],
            &phones.are_primary,
            &phones.digits as &[&str],
            &phones.e164 as &[Option<&str>],
            &phones.keys as &[&str],
            &emails.contact_ids,
            &emails.positions,
            &emails.emails as &[&str],
            &emails.are_primary,
            &emails.keys,
            &platforms.contact_ids,
            &platforms.positions,
            &platforms.channel_ids,
            &platforms.social_ids as &[&str],
            &tags.contact_ids,
            &tags.target_ids,
            &tags.positions,
            &groups.contact_ids,
            &groups.target_ids,
            &groups.positions,
            &values.contact_ids,
            &values.field_ids,
            &values.positions,
            &values.values as &[&str],
            &values.keys,
            &claims.contact_ids,
            &claims.field_ids,
            &claims.keys as &[&str],
            &search.contact_ids,
            &search.created_at,
            &search.search_texts,
            &search.grams,
        )
        .fetch_one(tx.on())
        .await?;
        claims.conflicts(tx, claimed).await
    }
}

/// `1,2`. As an array of arrays they could not be sent, since they differ in length; and the cast of a text such as `{1,2}`
/// is refused by Citus where an `update` makes it of a column.
pub(crate) fn with_commas(numbers: &[i32]) -> String {
    let mut text = String::with_capacity(12 * numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{number}");
    }
    text
}

impl LinkRows {
    fn add(&mut self, contact_id: Uuid, target_ids: impl Iterator<Item = Uuid>) {
        for (position, target_id) in positions().zip(target_ids) {
            self.contact_ids.push(contact_id);
            self.target_ids.push(target_id);
            self.positions.push(position);
        }
    }
}

impl ClaimRows<'_> {
    /// Who has the values that could not be claimed; nothing where all were.
    async fn conflicts(&self, tx: &mut TenantTransaction, claimed: i64) -> Result<Conflicts> {
        if usize::try_from(claimed).is_ok_and(|claimed| claimed == self.keys.len()) {
            return Ok(Conflicts::new());
        }
        let holders = sqlx::query!(
            "select u.field_id, u.value_key, u.contact_id from unique_values u
             where u.tenant_id = $1 and (u.field_id, u.value_key) in (select * from unnest($2::uuid[], $3::text[]))",
            tx.tenant().uuid(),
            &self.field_ids,
            &self.keys as &[&str]
        )
        .fetch_all(tx.on())
        .await?;
        let holders: HashMap<(Uuid, &str), Uuid> =
            holders.iter().map(|row| ((row.field_id, row.value_key.as_str()), row.contact_id)).collect();
        let mut conflicts = Conflicts::new();
        for (index, contact_id) in self.contact_ids.iter().enumerate() {
            let holder = holders.get(&(self.field_ids[index], self.keys[index]));
            if let Some(holder) = holder.filter(|holder| *holder != contact_id) {
                conflicts.entry(*contact_id).or_default().push(Detail {
                    conflicting_id: Some(*holder),
                    ..Detail::new(self.paths[index], "taken", "is unique, and another contact has it")
                });
            }
        }
        if conflicts.is_empty() {
            // Whoever had it has given it up since.
            return Err(Error::Overtaken);
        }
        Ok(conflicts)
    }
}
