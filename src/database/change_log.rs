//! What a transaction does to contacts and to the catalogue, to be written to `change_log` by the statement that counts it.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{
    clock::Clock,
    domain::{DERIVED_VERSION, TenantId},
    error::{Error, Result},
};

/// What an entry of the log is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A contact.
    Contact,
    /// A tag.
    Tag,
    /// A company.
    Company,
    /// A contact group.
    Group,
    /// A channel.
    Channel,
    /// A field's definition.
    Field,
    /// Contacts that were only rendered anew.
    Documents,
}

impl Kind {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Tag => "tag",
            Self::Company => "company",
            Self::Group => "group",
            Self::Channel => "channel",
            Self::Field => "field",
            Self::Documents => "documents",
        }
    }
}

/// Actions that are not those of the history of contacts ([`crate::contacts::Action`]).
pub mod action {
    /// An entry of the catalogue was made.
    pub const CREATED: &str = "created";
    /// An entry of the catalogue was changed.
    pub const UPDATED: &str = "updated";
    /// An entry of the catalogue is there no more.
    pub const DELETED: &str = "deleted";
    /// A contact was erased: nothing is known of it but its id.
    pub const ERASED: &str = "erased";
    /// Documents show what else changed in the catalogue.
    pub const RENAMED: &str = "renamed";
    /// Documents were rebuilt from the same data.
    pub const REBUILT: &str = "rebuilt";
}

/// What was searched of a contact before. Of one that an entry of [`Kind::Documents`] of the same number has as well it is the text
/// behind that, and what was searched before the number is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TextBefore {
    /// It was not there, or it is not known.
    #[default]
    None,
    /// What is searched of it since.
    Same,
    /// This.
    Text(String),
}

/// What the history of contacts tells of an entry.
#[derive(Debug)]
pub struct History {
    /// The id of the entry in the history.
    pub id: Uuid,
    /// The fields before and after, as JSON.
    pub changes: String,
}

/// An entry that is to be written.
#[derive(Debug)]
pub struct Entry {
    /// What it is about.
    pub kind: Kind,
    /// What was done.
    pub action: &'static str,
    /// The contact, or the entry of the catalogue; none of [`Kind::Documents`].
    pub id: Option<Uuid>,
    /// Of [`Kind::Documents`].
    pub contact_ids: Vec<Uuid>,
    /// What the history of the contact says of it.
    pub history: Option<History>,
    /// Whose data it holds besides those of contacts that are merged into this one, or into which this one is.
    pub others: Vec<Uuid>,
    /// Names of the fields that changed, where it was there before and is after.
    pub fields: Option<Vec<String>>,
    /// What was searched of the contact before.
    pub text_before: TextBefore,
}

impl Entry {
    /// Of something that is named by its id alone.
    #[must_use]
    pub const fn new(kind: Kind, action: &'static str, id: Uuid) -> Self {
        Self {
            kind,
            action,
            id: Some(id),
            contact_ids: Vec::new(),
            history: None,
            others: Vec::new(),
            fields: None,
            text_before: TextBefore::None,
        }
    }

    /// Of contacts whose documents were rendered anew.
    #[must_use]
    pub fn documents(action: &'static str, mut ids: Vec<Uuid>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self { id: None, contact_ids: ids, ..Self::new(Kind::Documents, action, Uuid::nil()) }
    }

    /// How many places it takes.
    fn places(&self) -> i32 {
        i32::try_from(self.contact_ids.len()).unwrap_or(i32::MAX).max(1)
    }
}

/// Who does what a transaction does.
#[derive(Debug)]
struct Author {
    subject: String,
    request_id: String,
    at: DateTime<Utc>,
}

/// What a transaction did and has not counted yet.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Vec<Entry>,
    /// The place of the next entry.
    next: i32,
    author: Option<Author>,
    job: Option<Uuid>,
}

impl Log {
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn note(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub(super) fn note_author(&mut self, subject: &str, request_id: &str, at: DateTime<Utc>) {
        self.author = Some(Author { subject: subject.to_owned(), request_id: request_id.to_owned(), at });
    }

    pub(super) const fn note_job(&mut self, id: Uuid) {
        self.job = Some(id);
    }

    pub(super) fn note_others(&mut self, contact_id: Uuid, others: &[Uuid]) {
        for entry in self.entries.iter_mut().filter(|entry| entry.id == Some(contact_id)) {
            entry.others.extend(others);
        }
    }
}

/// The rows of the log that count a change, as the arrays that `unnest` takes. Ids and names in lists are separated by commas, since
/// PostgreSQL has no arrays of arrays of several lengths.
#[derive(Debug, Default)]
struct Rows {
    positions: Vec<i32>,
    kinds: Vec<&'static str>,
    actions: Vec<&'static str>,
    ids: Vec<Option<Uuid>>,
    contact_ids: Vec<Option<String>>,
    history_ids: Vec<Option<Uuid>>,
    changes: Vec<Option<String>>,
    others: Vec<String>,
    fields: Vec<Option<String>>,
    texts: Vec<Option<String>>,
    versions: Vec<Option<i16>>,
}

impl Rows {
    fn new(log: &mut Log) -> Self {
        let mut rows = Self::default();
        for entry in log.entries.drain(..) {
            rows.positions.push(log.next);
            log.next = log.next.saturating_add(entry.places());
            rows.kinds.push(entry.kind.as_str());
            rows.actions.push(entry.action);
            rows.ids.push(entry.id);
            rows.contact_ids.push((entry.kind == Kind::Documents).then(|| listed(&entry.contact_ids)));
            let (id, changes) = entry.history.map(|history| (history.id, history.changes)).unzip();
            rows.history_ids.push(id);
            rows.changes.push(changes);
            rows.others.push(listed(&entry.others));
            rows.fields.push(entry.fields.map(|fields| fields.join(",")));
            let (text, version) = match entry.text_before {
                TextBefore::None => (None, None),
                TextBefore::Same => (None, Some(DERIVED_VERSION)),
                TextBefore::Text(text) => (Some(text), Some(DERIVED_VERSION)),
            };
            rows.texts.push(text);
            rows.versions.push(version);
        }
        rows
    }
}

fn listed(ids: &[Uuid]) -> String {
    ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",")
}

/// How a change moves the tenant's counters.
#[derive(Debug)]
pub(super) struct Count {
    pub contacts: i64,
    pub of_catalogue: bool,
    /// The number of the catalogue that still has to hold.
    pub seen_catalogue: Option<i64>,
}

impl Log {
    /// Counts what was noted as one change of a tenant, and writes its entries; returns its number and stamp. `None`: the
    /// catalogue's number is another one, or the tenant is not there.
    pub(super) async fn write(
        &mut self,
        executor: impl PgExecutor<'_>,
        tenant: TenantId,
        counted: Count,
    ) -> Result<Option<(i64, i64)>> {
        let stamp = new_stamp()?;
        let rows = Rows::new(self);
        let at = self.author.as_ref().map_or_else(|| Clock::System.now(), |author| author.at);
        let subject = self.author.as_ref().map(|author| &*author.subject);
        let request_id = self.author.as_ref().map(|author| &*author.request_id);
        let number = sqlx::query_scalar!(
        r#"with counted as (
            update tenant_counters
            set contacts = contacts + $2, changes = changes + 1, catalogue = catalogue + $3, stamp = $4
            where tenant_id = $1 and ($5::bigint is null or catalogue = $5)
            returning changes
         ), logged as (
            insert into change_log (tenant_id, change, position, stamp, kind, action, entity_id, contact_ids, changed_at,
                                    job_id, history_id, subject, request_id, changes, other_ids, fields, text_before,
                                    text_version)
            select $1, c.changes, n.position, $4, n.kind, n.action, n.id,
                   string_to_array(n.contact_ids, ',')::uuid[], $6, $7, n.history_id,
                   case when n.history_id is not null then $8 end, case when n.history_id is not null then $9 end,
                   n.changes,
                   case when n.history_id is not null and n.action <> 'created' then
                       nullif(array(select r.contact_id from contact_redirects r
                                    where r.tenant_id = $1 and r.survivor_id = n.id
                                    union
                                    select r.survivor_id from contact_redirects r
                                    where r.tenant_id = $1 and r.contact_id = n.id
                                    union
                                    select o.id from unnest(string_to_array(n.others, ',')::uuid[]) as o (id)), '{}')
                   end,
                   string_to_array(n.fields, ','), n.text_before, n.text_version
            from counted c, unnest($10::integer[], $11::text[], $12::text[], $13::uuid[], $14::text[], $15::uuid[],
                                   $16::text[], $17::text[], $18::text[], $19::text[], $20::smallint[])
                as n (position, kind, action, id, contact_ids, history_id, changes, others, fields, text_before,
                      text_version)
         )
         select changes from counted"#,
        tenant.uuid(),
        counted.contacts,
        i64::from(counted.of_catalogue),
        stamp,
        counted.seen_catalogue,
        at,
        self.job,
        subject,
        request_id,
        &rows.positions,
        &rows.kinds as &[&str],
        &rows.actions as &[&str],
        &rows.ids as &[Option<Uuid>],
        &rows.contact_ids as &[Option<String>],
        &rows.history_ids as &[Option<Uuid>],
        &rows.changes as &[Option<String>],
        &rows.others,
        &rows.fields as &[Option<String>],
        &rows.texts as &[Option<String>],
        &rows.versions as &[Option<i16>],
    )
    .fetch_optional(executor)
    .await?;
        Ok(number.map(|number| (number, stamp)))
    }
}

/// A new value of `tenant_counters.stamp`: random, so that two changes that got one number, on a server that was lost and on
/// the one that took over, are told apart.
pub fn new_stamp() -> Result<i64> {
    getrandom::u64().map(u64::cast_signed).map_err(|error| Error::Internal(error.to_string()))
}
