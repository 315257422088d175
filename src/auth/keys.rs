//! The key that tokens are verified with: a shared secret or a public key.

use std::{fmt, ops::RangeInclusive, path::Path};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, crypto::CryptoProvider};

use super::Claims;

/// The shortest secret allowed, in bytes: HS256 wants a key at least as long as its digest (RFC 7518, 3.2).
pub const MIN_SECRET: usize = 32;

/// The lengths of RSA keys that tokens are verified with, in bits. The cryptography refuses others, token by token.
const RSA_BITS: RangeInclusive<usize> = 2_048..=8_192;

/// A key, and the one algorithm it is good for. A token that names another algorithm is refused, which is
/// what keeps a public key from being used as a shared secret.
#[derive(Clone)]
pub struct Keys {
    algorithm: Algorithm,
    verifying: DecodingKey,
    signing: Option<EncodingKey>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Too short to be safe.
    #[error(
        "JWT_SECRET has {0} bytes; it must have at least {MIN_SECRET} (make one with `openssl rand -hex 32`)"
    )]
    SecretTooShort(usize),
    /// The file cannot be read.
    #[error("JWT_PUBLIC_KEY_FILE is {path}, which cannot be read: {source}")]
    Unreadable {
        /// As configured.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error(
        "JWT_PUBLIC_KEY_FILE is {0}, which holds no public key in PEM form; it may be an RSA key (RS256), \
         an EC key on P-256 (ES256) or an Ed25519 key (EdDSA)"
    )]
    NoPublicKey(String),
    /// An RSA key that every token would be refused with.
    #[error(
        "JWT_PUBLIC_KEY_FILE is {path}, an RSA key of {bits} bits; it must have 2048 to 8192 (RFC 7518, 3.3)"
    )]
    RsaSize {
        /// As configured.
        path: String,
        /// The length of its modulus.
        bits: usize,
    },
    /// A public key cannot sign.
    #[error(
        "tokens can be signed here only with JWT_SECRET; JWT_PUBLIC_KEY_FILE holds only the half that verifies"
    )]
    CannotSign,
    /// Signing failed.
    #[error("the token could not be signed: {0}")]
    Signing(jsonwebtoken::errors::Error),
}

impl Keys {
    /// HS256 with a shared secret.
    ///
    /// # Errors
    /// [`KeyError::SecretTooShort`].
    pub fn from_secret(secret: &str) -> Result<Self, KeyError> {
        if secret.len() < MIN_SECRET {
            return Err(KeyError::SecretTooShort(secret.len()));
        }
        Ok(Self {
            algorithm: Algorithm::HS256,
            verifying: DecodingKey::from_secret(secret.as_bytes()).map_err(KeyError::Signing)?,
            signing: Some(EncodingKey::from_secret(secret.as_bytes()).map_err(KeyError::Signing)?),
        })
    }

    /// RS256, ES256 or EdDSA, as the key in the file is.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`], [`KeyError::NoPublicKey`], [`KeyError::RsaSize`].
    pub fn from_public_key_file(path: &Path) -> Result<Self, KeyError> {
        let name = path.display().to_string();
        let pem =
            std::fs::read(path).map_err(|source| KeyError::Unreadable { path: name.clone(), source })?;
        let Some((algorithm, verifying)) = public_key(&pem) else { return Err(KeyError::NoPublicKey(name)) };
        if algorithm == Algorithm::RS256 {
            match rsa_bits(&verifying) {
                Some(bits) if RSA_BITS.contains(&bits) => {}
                Some(bits) => return Err(KeyError::RsaSize { path: name, bits }),
                None => return Err(KeyError::NoPublicKey(name)),
            }
        }
        Ok(Self { algorithm, verifying, signing: None })
    }

    /// Signs a token.
    ///
    /// # Errors
    /// [`KeyError::CannotSign`] where only a public key is known.
    pub fn sign(&self, claims: &Claims) -> Result<String, KeyError> {
        let key = self.signing.as_ref().ok_or(KeyError::CannotSign)?;
        jsonwebtoken::encode(&Header::new(self.algorithm), claims, key).map_err(KeyError::Signing)
    }

    /// Whether tokens are signed by somebody else.
    #[must_use]
    pub const fn are_public(&self) -> bool {
        self.signing.is_none()
    }

    pub(super) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) const fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }
}

/// The first key in a PEM text, with its algorithm. The library would also take a private key, a certificate or
/// another curve for a public key, and then refuse every token.
fn public_key(pem: &[u8]) -> Option<(Algorithm, DecodingKey)> {
    const BEGIN: &str = "-----BEGIN ";
    const P256_POINT_BYTES: [usize; 2] = [65, 33];

    let (_, label) = std::str::from_utf8(pem).ok()?.split_once(BEGIN)?;
    if !label.starts_with("PUBLIC KEY-----") && !label.starts_with("RSA PUBLIC KEY-----") {
        return None;
    }
    if let Ok(key) = DecodingKey::from_rsa_pem(pem) {
        return Some((Algorithm::RS256, key));
    }
    if let Ok(key) = DecodingKey::from_ec_pem(pem) {
        let is_p256 = key.try_get_as_bytes().is_ok_and(|point| P256_POINT_BYTES.contains(&point.len()));
        return is_p256.then_some((Algorithm::ES256, key));
    }
    DecodingKey::from_ed_pem(pem).ok().map(|key| (Algorithm::EdDSA, key))
}

fn rsa_bits(key: &DecodingKey) -> Option<usize> {
    let components = CryptoProvider::try_get_default()?.key_utils.rsa_pub_components_from_public_key;
    let (modulus, _) = components(key.try_get_as_bytes().ok()?).ok()?;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(zeros)?;
    Some((modulus.len() - zeros) * 8 - usize::try_from(first.leading_zeros()).ok()?)
}

impl fmt::Debug for Keys {
    /// Without the keys themselves.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
