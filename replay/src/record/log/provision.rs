//! Creates the stream of a record with the settings it needs. Changing or deleting one is deliberately absent.
//!
//! One setting shows in no answer of the server: `sync_interval: always` in its configuration. Without it a
//! message is acknowledged before it is on the disk. Whoever runs the server has to see to it.

use super::broker::{NatsBroker, ask, connect};
use super::nats::runtime;
use super::nats_options::NatsOptions;
use super::settings;
use crate::limits::STREAM_BYTES;
use crate::record::error::LogError;

/// How the stream is created if it is not there.
#[derive(Clone, Debug)]
pub struct ProvisionOptions {
    /// Which stream, and where.
    pub nats: NatsOptions,
    /// How much it may hold; the writer stops with a clear message when it is full.
    pub max_bytes: i64,
    /// 1, or 3 in a cluster.
    pub replicas: u32,
}

impl ProvisionOptions {
    /// One replica of the usual size.
    #[must_use]
    pub fn new(nats: NatsOptions) -> Self {
        Self { nats, max_bytes: STREAM_BYTES, replicas: 1 }
    }
}

/// What provisioning found or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// Name of the stream that has the subject; a repair makes one of another name than the usual.
    pub stream: String,
    /// Whether it was created; otherwise it was there, with all settings as required.
    pub created: bool,
}

/// Creates the stream if absent; otherwise only compares its settings. Blocks: not for async tasks.
pub fn provision(options: &ProvisionOptions) -> Result<Provisioned, LogError> {
    let runtime = runtime()?;
    let result = runtime.block_on(run(options));
    runtime.shutdown_background();
    result
}

async fn run(options: &ProvisionOptions) -> Result<Provisioned, LogError> {
    let NatsOptions { url, subject, .. } = &options.nats;
    let broker = NatsBroker::connect(&options.nats).await?;
    let stream = broker.name();
    let provisioned = |created| Provisioned { stream: stream.to_owned(), created };
    match broker.info().await {
        Err(LogError::NoStream { .. }) => {}
        Err(other) => return Err(other),
        Ok(info) if info.differences.is_empty() => return Ok(provisioned(false)),
        Ok(info) => return Err(LogError::Settings { stream: stream.to_owned(), differences: info.differences }),
    }
    let client = connect(url).await?;
    let config = settings::creation(stream, subject, options.max_bytes, options.replicas);
    match ask(&client, &format!("STREAM.CREATE.{stream}"), &config).await? {
        Ok(_) => {}
        // By its number in the text, as the server's answer is not parsed; one for server and account.
        Err(answer) if answer.contains("10047") => return Err(LogError::NoRoom { wanted: options.max_bytes, answer }),
        Err(answer) => return Err(LogError::Nats { doing: format!("creating stream {stream}"), answer }),
    }
    let info = broker.info().await?;
    if info.differences.is_empty() {
        return Ok(provisioned(true));
    }
    Err(LogError::Settings { stream: stream.to_owned(), differences: info.differences })
}
