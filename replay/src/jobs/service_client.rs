//! Jobs that ask a running service: the connection, and what its refusals mean to whoever typed the command.

use replay::dial::{DialArgs, Line};
use tonic::Status;

/// Connects to the service at an address, with or without `http://`.
///
/// # Errors
/// The address is none, nobody answers there, or it is not shown that it is the service.
pub async fn connect(address: &str, by: &DialArgs) -> anyhow::Result<Line> {
    Ok(by.dialling(address)?.connect().await?)
}

/// What a service refused, in its own words.
#[must_use]
pub fn refused(status: &Status) -> anyhow::Error {
    anyhow::anyhow!("{}", status.message())
}
