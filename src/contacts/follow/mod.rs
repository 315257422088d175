//! What a change of the catalogue does to the contacts that it concerns: a tag that is renamed shows in their documents,
//! a company that is merged takes over their rows.
//!
//! Up to [`AT_ONCE`] contacts are changed in the transaction that changes the catalogue. More of them are left to a job,
//! which goes through them in batches. In either case a contact changes as a whole: rows, document and search text in
//! one transaction. Writers that meet the old catalogue meanwhile fail at their commit and are retried
//! ([`saw_catalogue`](crate::database::TenantTransaction::saw_catalogue)), so once the change is committed no contact gets to
//! show what was before. `change` has the changes, `effect` and `holders` what they mean, `rows` the SQL, `carry_out` the rest.

mod carry_out;
mod change;
mod effect;
mod holders;
mod rows;

pub(crate) use carry_out::{AT_ONCE, catch_up};
pub(crate) use change::Propagation;
