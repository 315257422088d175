//! `contacts healthcheck`

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use axum::body::Body;
use http::Uri;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

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
    if response.status().is_success() {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("the service at {address} is not ready: {}", response.status()).into())
    }
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
