//! `mingzhang provision`: the stream a ledger is recorded in.

use crate::cli::failure::Failure;
use crate::cli::print_json;
use clap::Args;
use replay::limits::STREAM_BYTES;
use replay::record::log::{NatsOptions, ProvisionOptions, nats_address, provision};
use serde_json::json;
use std::path::Path;

/// Create the stream of a ledger, or check that the one there has the required settings
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang provision --nats nats://127.0.0.1:4222\n  \
    mingzhang provision --nats @/run/secrets/nats --max-bytes 1073741824\n\n\
    @FILE reads the address from a file, so that a password in it is in no list of processes; it is never printed.\n\n\
    Exit codes: 0 created or as required, 1 other settings, 2 usage, 3 NATS cannot be reached")]
pub struct ProvisionArgs {
    /// The NATS server
    #[arg(long, value_name = "URL|@FILE", value_parser = nats_address)]
    nats: String,
    /// How many bytes the stream may hold, and the server keeps free for it
    #[arg(long, value_name = "BYTES", default_value_t = STREAM_BYTES, value_parser = clap::value_parser!(i64).range(1 << 20..))]
    max_bytes: i64,
    /// Servers of a cluster that each hold it: 1, 3 or 5
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = replicas)]
    replicas: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Of an even number of servers one more brings nothing.
fn replicas(typed: &str) -> Result<u32, String> {
    typed.parse().ok().filter(|count| [1, 3, 5].contains(count)).ok_or_else(|| "1, 3 or 5".to_owned())
}

impl ProvisionArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        // Provisioning touches no archive.
        let nats = NatsOptions::new(&self.nats, Path::new(""));
        let options = ProvisionOptions { nats, max_bytes: self.max_bytes, replicas: self.replicas };
        let provisioned = provision(&options).map_err(|error| Failure::from(&error))?;
        let (stream, word) = (provisioned.stream, if provisioned.created { "created" } else { "present" });
        if self.json {
            return print_json(&json!({ "stream": stream, "result": word }));
        }
        outln!("stream {stream}: {word}");
        Ok(())
    }
}
