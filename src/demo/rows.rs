//! Rows in the binary form of PostgreSQL's `copy`, of every table that contacts have rows in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    contacts::record::{document, model::Contact},
    domain::{Address, Notes, Region, Url, grams},
    error::{Error, Result},
};

/// What a stream begins with: the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What it ends with.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const EPOCH: i64 = 946_684_800_000_000;

/// The tables that contacts have rows in, and the columns of the rows.
pub(super) const TABLES: [(&str, &str); 8] = [
    (
        "contacts",
        "tenant_id, id, username, name, address, notes, avatar_url, company_id, channel_id, document, \
         document_version, sort_name, created_at, updated_at",
    ),
    ("contact_search", "tenant_id, contact_id, created_at, search_text, grams"),
    ("contact_phones", "tenant_id, contact_id, position, phone, is_primary, digits, e164, phone_key"),
    ("contact_emails", "tenant_id, contact_id, position, email, is_primary, email_key"),
    ("contact_platforms", "tenant_id, contact_id, position, channel_id, social_platform_id"),
    ("contact_tags", "tenant_id, contact_id, tag_id, position"),
    ("contact_groups", "tenant_id, contact_id, group_id, position"),
    ("field_values", "tenant_id, contact_id, field_id, position, value, value_key"),
];

/// The rows of some contacts: a stream for each of [`TABLES`].
#[derive(Debug)]
pub(super) struct Batch {
    pub streams: [Stream; TABLES.len()],
    pub contacts: u64,
}

/// The rows of a table.
#[derive(Debug)]
pub(super) struct Stream(Vec<u8>);

impl Batch {
    pub(super) fn new() -> Self {
        Self { streams: std::array::from_fn(|_| Stream::new()), contacts: 0 }
    }

    /// All rows of a contact.
    pub(super) fn add(&mut self, tenant: Uuid, contact: &Contact, region: Option<Region>) -> Result<()> {
        let [contacts, search, phones, emails, platforms, tags, groups, values] = &mut self.streams;
        let document = document::render(contact)?;
        contacts
            .row(14)
            .uuid(tenant)
            .uuid(contact.id)
            .text(contact.username.as_str())
            .text(contact.name.as_str())
            .optional(contact.address.as_ref().map(Address::as_str), Stream::text)
            .optional(contact.notes.as_ref().map(Notes::as_str), Stream::text)
            .optional(contact.avatar_url.as_ref().map(Url::as_str), Stream::text)
            .optional(contact.company.as_ref().map(|company| company.id), Stream::uuid)
            .optional(contact.channel.as_ref().map(|channel| channel.id), Stream::uuid)
            .text(&document)
            .small(document::VERSION)
            .text(&contact.sort_name())
            .time(contact.created_at)
            .time(contact.updated_at);
        let search_text = contact.search_text();
        let grams = grams(tenant, &search_text);
        search
            .row(5)
            .uuid(tenant)
            .uuid(contact.id)
            .time(contact.created_at)
            .text(&search_text)
            .integers(&grams)?;
        for (position, entry) in (0..).zip(&contact.phones) {
            phones
                .row(8)
                .uuid(tenant)
                .uuid(contact.id)
                .small(position)
                .text(entry.phone.as_str())
                .boolean(entry.is_primary)
                .text(entry.phone.digits())
                .optional(entry.phone.e164(), Stream::text)
                .text(entry.phone.unique_key());
        }
        for (position, entry) in (0..).zip(&contact.emails) {
            emails
                .row(6)
                .uuid(tenant)
                .uuid(contact.id)
                .small(position)
                .text(entry.email.as_str())
                .boolean(entry.is_primary)
                .text(&entry.email.key());
        }
        for (position, platform) in (0..).zip(&contact.platforms) {
            platforms
                .row(5)
                .uuid(tenant)
                .uuid(contact.id)
                .small(position)
                .uuid(platform.channel.id)
                .text(platform.social_platform_id.as_str());
        }
        for (position, tag) in (0..).zip(&contact.tags) {
            tags.row(4).uuid(tenant).uuid(contact.id).uuid(tag.id).small(position);
        }
        for (position, group) in (0..).zip(&contact.groups) {
            groups.row(4).uuid(tenant).uuid(contact.id).uuid(group.id).small(position);
        }
        for custom in &contact.custom_values {
            let keys = custom.value.row_keys(region);
            for ((position, value), key) in (0..).zip(custom.value.stored()).zip(&keys) {
                values
                    .row(6)
                    .uuid(tenant)
                    .uuid(contact.id)
                    .uuid(custom.field_id)
                    .small(position)
                    .text(value)
                    .text(key);
            }
        }
        self.contacts += 1;
        Ok(())
    }
}

impl Stream {
    pub(super) fn new() -> Self {
        Self(HEADER.to_vec())
    }

    /// Its length in bytes.
    #[cfg(test)]
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.len() == HEADER.len()
    }

    /// The finished stream.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.0.extend(TRAILER);
        self.0
    }

    /// Begins a row of so many columns.
    pub(super) fn row(&mut self, columns: i16) -> &mut Self {
        self.0.extend(columns.to_be_bytes());
        self
    }

    fn value(&mut self, bytes: &[u8]) -> &mut Self {
        // No text of ours comes near to 2 GiB; the domain types bound them.
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.0.extend(length.to_be_bytes());
        self.0.extend(bytes);
        self
    }

    pub(super) fn optional<T>(
        &mut self,
        value: Option<T>,
        put: for<'a> fn(&'a mut Self, T) -> &'a mut Self,
    ) -> &mut Self {
        match value {
            Some(value) => put(self, value),
            None => {
                self.0.extend((-1_i32).to_be_bytes());
                self
            }
        }
    }

    pub(super) fn uuid(&mut self, id: Uuid) -> &mut Self {
        self.value(id.as_bytes())
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.value(text.as_bytes())
    }

    pub(super) fn boolean(&mut self, value: bool) -> &mut Self {
        self.value(&[u8::from(value)])
    }

    pub(super) fn small(&mut self, number: i16) -> &mut Self {
        self.value(&number.to_be_bytes())
    }

    pub(super) fn integer(&mut self, number: i32) -> &mut Self {
        self.value(&number.to_be_bytes())
    }

    pub(super) fn time(&mut self, time: DateTime<Utc>) -> &mut Self {
        self.value(&(time.timestamp_micros() - EPOCH).to_be_bytes())
    }

    /// An `integer[]`.
    fn integers(&mut self, numbers: &[i32]) -> Result<&mut Self> {
        /// The type's number in the catalogue, which is the same everywhere.
        const INT4: i32 = 23;
        let count = i32::try_from(numbers.len())
            .ok()
            .filter(|count| *count < i32::MAX / 8 - 20)
            .ok_or_else(|| Error::Internal("an array is too long for the database".into()))?;
        let dimensions = i32::from(count > 0);
        self.0.extend((12 + 8 * dimensions + 8 * count).to_be_bytes());
        // Dimensions, whether there are nulls, the type of the elements.
        for word in [dimensions, 0, INT4] {
            self.0.extend(word.to_be_bytes());
        }
        if count > 0 {
            // The length, and the index of the first.
            self.0.extend(count.to_be_bytes());
            self.0.extend(1_i32.to_be_bytes());
        }
        for number in numbers {
            self.0.extend(4_i32.to_be_bytes());
            self.0.extend(number.to_be_bytes());
        }
        Ok(self)
    }
}
