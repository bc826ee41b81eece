//! `mingzhang identity-key`: the key under which ids of people and cards are made. Keys that sign are `keygen`'s.

use crate::cli::failure::Failure;
use crate::cli::print_json;
use crate::intake::identity_key;
use clap::Args;
use ledger::hash::hex;
use serde_json::json;
use std::path::PathBuf;

/// Make a key under which the numbers of people and cards are hashed
///
/// A ledger has one such key for ever, known to it by its fingerprint alone: the first import of people puts that on record, and an
/// import under another key sends nothing. Whoever imports people needs the file; whoever has it can find out who is behind
/// an id by trying numbers. A key that is lost cannot be made again, and without it nobody on record is recognised.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang identity-key office.key\n\n\
    FILE holds 32 random bytes, and only you may read it; keep copies outside the ledger's directory.\n\n\
    Exit codes: 0 made, 1 the file exists or cannot be written, 2 usage")]
pub struct IdentityKeyArgs {
    /// File for the key
    #[arg(value_name = "FILE")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl IdentityKeyArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let identity = identity_key::write(&self.out).map_err(|error| Failure::Failed(error.to_string()))?;
        let fingerprint = hex(&identity.fingerprint());
        if self.json {
            return print_json(&json!({ "fingerprint": fingerprint, "secret": self.out }));
        }
        outln!("  指纹 fingerprint  {fingerprint}");
        outln!("  secret in {}", self.out.display());
        Ok(())
    }
}
