//! Who is let in, and to what.

mod bearer;
mod claims;
mod keys;
mod me;
mod permissions;
mod tenants;

use chrono::{DateTime, Utc};
use contacts::clock::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::{
    Setup, TestApp,
    app::{SECRET, TENANT},
};

/// A call that needs `contacts:read`.
const PATH: &str = "/api/v1/tags";

/// When it is, for services whose clock stands still: seconds since 1970.
const NOON: i64 = 1_767_873_600;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(NOON, 0).unwrap()
}

/// A service for which it is noon.
async fn app_at_noon(setup: Setup) -> TestApp {
    TestApp::with(Setup { clock: Clock::fixed(noon()), ..setup }).await
}

/// Claims that let a reader in until an hour after noon, with `other` claims over them; null takes one away.
fn claims(other: Value) -> Value {
    let mut claims = json!({"sub": "tester", "tenant": TENANT, "scope": "contacts:read", "exp": NOON + 3600});
    let (Value::Object(other), Some(map)) = (other, claims.as_object_mut()) else { panic!("no object") };
    for (name, value) in other {
        if value.is_null() {
            map.remove(&name);
        } else {
            map.insert(name, value);
        }
    }
    claims
}

/// A token with any claims, signed with the tests' secret.
fn sign(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}
