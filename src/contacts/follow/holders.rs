//! Where contacts hold what is in the catalogue: the one table of it. What a change does to rows is written once over it.

/// A column that says of a contact what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    pub table: &'static str,
    /// The column with the contact's id.
    pub contact: &'static str,
    /// The column with the id of what the contact has.
    pub held: &'static str,
    /// Whether a contact may have several rows of one thing.
    pub repeats: bool,
}

pub(super) const TAG: &[Holder] = &[Holder::link("contact_tags", "tag_id")];
pub(super) const GROUP: &[Holder] = &[Holder::link("contact_groups", "group_id")];
pub(super) const COMPANY: &[Holder] = &[Holder::own("company_id")];
pub(super) const CHANNEL: &[Holder] =
    &[Holder::own("channel_id"), Holder { repeats: true, ..Holder::link("contact_platforms", "channel_id") }];
pub(super) const FIELD: &[Holder] = &[Holder { repeats: true, ..Holder::link("field_values", "field_id") }];

impl Holder {
    /// A column of the contact itself.
    const fn own(held: &'static str) -> Self {
        Self { table: "contacts", contact: "id", held, repeats: false }
    }

    /// A table of its own, with a row for each thing that a contact has.
    const fn link(table: &'static str, held: &'static str) -> Self {
        Self { table, contact: "contact_id", held, repeats: false }
    }

    /// Whether it is a column of the contact itself.
    pub(super) fn is_own(&self) -> bool {
        self.table == "contacts"
    }
}

/// A table of the catalogue whose rows can be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    pub table: &'static str,
    /// Whether its rows say what they were merged into.
    pub merges: bool,
}

pub(super) const TAGS: Source = Source { table: "tags", merges: true };
pub(super) const COMPANIES: Source = Source { table: "companies", merges: true };
pub(super) const GROUPS: Source = Source { table: "groups", merges: false };
