//! The entries of a contact's lists, as far as merging tells them apart.

use std::{borrow::Cow, hash::Hash};

use uuid::Uuid;

use crate::{
    catalogue::{groups::Group, tags::Tag},
    contacts::record::model::{EmailEntry, PhoneEntry, Platform},
};

/// An entry of a list.
pub(super) trait Entry: Clone + PartialEq {
    /// What equal entries share.
    type Key<'a>: Eq + Hash
    where
        Self: 'a;

    fn key(&self) -> Self::Key<'_>;

    /// Whether it is the one to use first; in some lists none is.
    fn is_primary(&self) -> bool {
        false
    }

    /// Makes it the one to use first, or not, in a list that has such a one.
    fn set_primary(&mut self, _: bool) {}
}

impl Entry for EmailEntry {
    type Key<'a> = Cow<'a, str>;

    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(self.email.key())
    }

    fn is_primary(&self) -> bool {
        self.is_primary
    }

    fn set_primary(&mut self, is_primary: bool) {
        self.is_primary = is_primary;
    }
}

impl Entry for PhoneEntry {
    type Key<'a> = &'a str;

    fn key(&self) -> &str {
        self.phone.unique_key()
    }

    fn is_primary(&self) -> bool {
        self.is_primary
    }

    fn set_primary(&mut self, is_primary: bool) {
        self.is_primary = is_primary;
    }
}

impl Entry for Tag {
    type Key<'a> = Uuid;

    fn key(&self) -> Uuid {
        self.id
    }
}

impl Entry for Group {
    type Key<'a> = Uuid;

    fn key(&self) -> Uuid {
        self.id
    }
}

impl Entry for Platform {
    type Key<'a> = (Uuid, &'a str);

    fn key(&self) -> (Uuid, &str) {
        (self.channel.id, self.social_platform_id.as_str())
    }
}

/// Leaves at most one entry primary: the first.
pub(super) fn keep_one_primary<T: Entry>(entries: &mut [T]) {
    let first = entries.iter().position(Entry::is_primary);
    for (index, entry) in entries.iter_mut().enumerate() {
        entry.set_primary(first == Some(index));
    }
}
