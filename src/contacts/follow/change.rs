//! The changes of the catalogue, and the table of what each means for contacts.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    effect::{Effect, Rows, keys},
    holders::{CHANNEL, COMPANIES, COMPANY, FIELD, GROUP, GROUPS, TAG, TAGS},
};
use crate::catalogue::fields::Rename;

/// A change of the catalogue, as far as contacts are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Propagation {
    /// Contacts show the change.
    TagRenamed { id: Uuid },
    /// They lose the tag, which is retired.
    TagDeleted { id: Uuid },
    /// They have `into` in place of the tag `from`, which is retired.
    TagMerged { from: Uuid, into: Uuid },
    /// They show the change, and where it is renamed are found by its new name.
    CompanyChanged { id: Uuid, is_renamed: bool },
    /// They leave the company, which is retired.
    CompanyDeleted { id: Uuid },
    /// They belong to `into` in place of the company `from`, which is retired.
    CompanyMerged { from: Uuid, into: Uuid },
    /// They show the change.
    GroupChanged { id: Uuid },
    /// They leave the group, which is retired.
    GroupDeleted { id: Uuid },
    /// They show the change.
    ChannelRenamed { id: Uuid },
    /// They show the change, or the field no longer, or again.
    FieldChanged { id: Uuid },
    /// Their values of the field are called otherwise. `everywhere`: those with other values show the change, too.
    FieldOptionsRenamed { id: Uuid, renames: Vec<Rename>, everywhere: bool },
}

impl Propagation {
    /// The table of what each change means for contacts.
    pub(super) fn effect(&self) -> Effect<'_> {
        let effect = |kind, holders, id: &Uuid, rows| Effect {
            kind,
            holders,
            id: *id,
            rows,
            keys: None,
            concerns_search: false,
        };
        match self {
            Self::TagRenamed { id } => effect("tagRename", TAG, id, Rows::Stay),
            Self::TagDeleted { id } => effect("tagDelete", TAG, id, Rows::Go { from: TAGS }),
            Self::TagMerged { from, into } => effect("tagMerge", TAG, from, Rows::BecomeTag(*into)),
            Self::CompanyChanged { id, is_renamed } => {
                let effect = effect("companyUpdate", COMPANY, id, Rows::Stay);
                Effect { concerns_search: *is_renamed, ..effect }
            }
            Self::CompanyDeleted { id } => {
                let effect = effect("companyDelete", COMPANY, id, Rows::Go { from: COMPANIES });
                Effect { concerns_search: true, ..effect }
            }
            Self::CompanyMerged { from, into } => {
                let effect = effect("companyMerge", COMPANY, from, Rows::BecomeCompany(*into));
                Effect { concerns_search: true, ..effect }
            }
            Self::GroupChanged { id } => effect("groupUpdate", GROUP, id, Rows::Stay),
            Self::GroupDeleted { id } => effect("groupDelete", GROUP, id, Rows::Go { from: GROUPS }),
            Self::ChannelRenamed { id } => effect("channelRename", CHANNEL, id, Rows::Stay),
            Self::FieldChanged { id } => effect("fieldUpdate", FIELD, id, Rows::Stay),
            Self::FieldOptionsRenamed { id, renames, everywhere } => {
                let keys = || keys(renames.iter().map(|rename| &rename.from));
                let effect = effect("fieldUpdate", FIELD, id, Rows::Rename(renames));
                Effect { keys: (!everywhere).then(keys), ..effect }
            }
        }
    }

    /// Whether it retires what a job is still moving contacts to: they would be left with it.
    pub(super) const fn retires_target_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::TagDeleted { id } | Self::TagMerged { from: id, .. }, Self::TagMerged { into, .. })
            | (
                Self::CompanyDeleted { id } | Self::CompanyMerged { from: id, .. },
                Self::CompanyMerged { into, .. },
            ) => id.as_u128() == into.as_u128(),
            _ => false,
        }
    }
}
