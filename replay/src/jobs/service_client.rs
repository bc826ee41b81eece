//! Jobs that ask a running service: the connection, and what its refusals mean to whoever typed the command.

use std::time::Duration;

use anyhow::Context;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// How long to wait for a service to answer the door.
const CONNECT: Duration = Duration::from_secs(5);

/// Connects to the service at an address, with or without `http://`.
///
/// # Errors
/// The address is none, or nobody answers there.
pub async fn connect(address: &str) -> anyhow::Result<Channel> {
    let url = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let endpoint = Endpoint::from_shared(url).with_context(|| format!("{address} is no address of a service"))?;
    let connected = endpoint.connect_timeout(CONNECT).connect().await;
    connected.with_context(|| format!("no service answers at {address}; is `mingzhang serve` running there?"))
}

/// What a service refused, in its own words.
#[must_use]
pub fn refused(status: &Status) -> anyhow::Error {
    anyhow::anyhow!("{}", status.message())
}
