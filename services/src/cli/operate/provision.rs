//! `mingzhang provision`: the stream a ledger is recorded in.

use crate::cli::failure::Failure;
use crate::cli::print_json;
use clap::Args;
use replay::record::log::{NatsOptions, ProvisionOptions, provision};
use serde_json::json;
use std::path::Path;

/// Create the stream of a ledger, or check that the one there has the required settings
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang provision --nats nats://127.0.0.1:4222\n\n\
    Exit codes: 0 created or as required, 1 other settings, 2 usage, 3 NATS cannot be reached")]
pub struct ProvisionArgs {
    /// The NATS server
    #[arg(long, value_name = "URL")]
    nats: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ProvisionArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        // Provisioning touches no archive.
        let options = ProvisionOptions::new(NatsOptions::new(&self.nats, Path::new("")));
        let provisioned = provision(&options).map_err(|error| Failure::from(&error))?;
        let (stream, word) = (provisioned.stream, if provisioned.created { "created" } else { "present" });
        if self.json {
            return print_json(&json!({ "stream": stream, "result": word }));
        }
        outln!("stream {stream}: {word}");
        Ok(())
    }
}
