//! What a change of a field's definition asks of the contacts: which of them break a new rule, which unique values they
//! take, and how their values become values of another type.
//!
//! A rule is looked at twice: before the change is counted, and behind it, when nobody else in the tenant commits any
//! more. Writers that did not see the new rule fail at their commit and are retried.

mod claim;
mod convert;
mod lacking;

use uuid::Uuid;

pub(crate) use claim::{Pass, claim, give_up};
pub(crate) use convert::{Converted, convert, count_with_value};
pub(crate) use lacking::{Loss, lacking, refuse_emptying, with_options};

use crate::error::Detail;

/// How many contacts that stand in the way are named.
pub(crate) const MAX_OFFENDERS: usize = 20;

/// A contact that stands in the way of a change of `field`.
fn offender(field: &str, code: &'static str, message: impl Into<String>, contact_id: Uuid) -> Detail {
    Detail { conflicting_id: Some(contact_id), ..Detail::new(field, code, message) }
}
