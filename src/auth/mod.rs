//! Who calls, and what they may do: bearer tokens (JWT) become a [`Principal`].

mod claims;
mod keys;
mod principal;
mod verifier;

pub use claims::{Claims, Scope, Scopes, known_scopes};
pub use keys::{KeyError, Keys};
pub use principal::{
    AnyToken, AuthContext, Authenticates, ManageSettings, Principal, ReadAndWriteContacts, ReadContacts,
    WriteContacts,
};
pub use verifier::{Identity, Verifier};
