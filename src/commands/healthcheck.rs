//! `contacts healthcheck`

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use axum::body::Body;
use http::Uri;
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde::Deserialize;

use super::Failure;
use crate::config::Config;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let address = reachable(config.listen_addr);
    let uri: Uri = format!("http://{address}/readyz").parse()?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let response = tokio::time::timeout(PATIENCE, client.get(uri))
        .await
        .map_err(|_| format!("the service at {address} does not answer"))?
        .map_err(|error| format!("the service at {address} cannot be reached: {error}"))?;
    let status = response.status();
    if status.is_success() {
        return Ok(ExitCode::SUCCESS);
    }
    let body = tokio::time::timeout(PATIENCE, response.into_body().collect()).await??.to_bytes();
    let reason =
        serde_json::from_slice(&body).map_or_else(|_| status.to_string(), |Reason { message }| message);
    Err(format!("the service at {address} is not ready: {reason}").into())
}

/// What an error answer says of itself.
#[derive(Deserialize)]
struct Reason {
    message: String,
}

/// A service that listens everywhere is asked over loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
