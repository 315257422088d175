//! Who calls, and what they may do: bearer tokens (JWT) become a [`Principal`].

mod claims;
mod keys;
mod principal;
mod verifier;

pub use claims::{Claims, Scope, Scopes, is_known_scope};
pub use keys::{KeyError, Keys};
pub use principal::{AuthContext, Authenticates, ManageSettings, Principal, ReadContacts, WriteContacts};
pub use verifier::{Identity, Verifier};
