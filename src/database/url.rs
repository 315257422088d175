//! `DATABASE_URL`

use sqlx::postgres::PgConnectOptions;

/// Parses a `DATABASE_URL`.
///
/// # Errors
/// A sentence that does not repeat the URL, since it holds a password.
pub fn parse_url(url: &str) -> Result<PgConnectOptions, String> {
    let Some(rest) = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://")) else {
        return Err("must start with postgres:// or postgresql://".into());
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next().unwrap_or_default();
    let hosts = authority.rsplit('@').next().unwrap_or_default().to_lowercase();
    let parameters: Vec<(String, String)> =
        ::url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let is_list = |(name, value): &(String, String)| {
        matches!(name.as_str(), "host" | "hostaddr" | "port") && value.contains(',')
    };
    if hosts.contains(',') || hosts.contains("%2c") || parameters.iter().any(is_list) {
        return Err("names several hosts, of which the service would not know the one that takes writes; name one \
                    address that follows the primary, such as that of a proxy (HAProxy, PgBouncer) or a virtual IP"
            .into());
    }
    if parameters.iter().any(|(name, value)| name == "target_session_attrs" && value != "any") {
        return Err(
            "has target_session_attrs, which chooses among several hosts; the service connects to the one \
                    address that the URL names: leave it out"
                .into(),
        );
    }
    url.parse().map_err(|_: sqlx::Error| {
        "cannot be read; it has the form postgres://user:password@host:5432/database, \
         with special characters in the password percent-encoded"
            .into()
    })
}
