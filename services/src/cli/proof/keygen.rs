//! `mingzhang keygen`: the keys with which a ledger signs and a witness cosigns.

use crate::cli::failure::Failure;
use crate::cli::print_json;
use clap::Args;
use replay::proof::key_files;
use replay::proof::signed_note::{Role, Signer};
use serde_json::json;
use std::path::PathBuf;

/// Make a key with which a ledger signs its checkpoints, or a witness cosigns those of another
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    mingzhang keygen --origin aid.example.gov.cn/ledger/2026 --out ledger.key\n  \
    mingzhang keygen --origin audit.example.gov.cn/witness --out witness.key --witness\n\n\
    The secret stays in FILE, which only you may read; keep it outside the ledger's directory. FILE.pub is for everybody.\n\n\
    Exit codes: 0 made, 1 a file exists or cannot be written, 2 usage")]
pub struct KeygenArgs {
    /// Name of the ledger or witness, like a web address without https://
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// File for the secret key
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A witness's key instead of a ledger's
    #[arg(long)]
    witness: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl KeygenArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let role = if self.witness { Role::Witness } else { Role::Author };
        let signer = Signer::generate(&self.origin, role).map_err(|error| Failure::Usage(error.to_string()))?;
        let public = key_files::write(&self.out, &signer).map_err(|error| Failure::Failed(error.to_string()))?;
        let vkey = signer.verifier().to_string();
        if self.json {
            return print_json(&json!({ "vkey": vkey, "secret": self.out, "public": public }));
        }
        outln!("  公钥 public key  {vkey}");
        outln!("  secret in {}, public part in {}", self.out.display(), public.display());
        Ok(())
    }
}
