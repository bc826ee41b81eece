//! `mingzhang credential`: what somebody shows so that he is known, made, and its fingerprint, by which it is bound on record.

use crate::cli::failure::Failure;
use crate::cli::print_json;
use crate::faces::tls::fingerprint;
use clap::{Args, Subcommand};
use ledger::event::CredentialWay;
use ledger::hash::{Hash, hex};
use replay::dial::api_key::ApiKey;
use replay::dial::me::{Me, MeError};
use replay::files::secret::write_secret;
use replay::files::small::{SMALL_BYTES, read_at_most};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Make what somebody shows so that he is known, or print its fingerprint
///
/// Whose a credential is stands on record by its fingerprint alone 绑定凭据. Whoever holds it gives the file with --me.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mingzhang credential key --out office.me\n  mingzhang credential show office.me\n  \
    mingzhang credential show bank.pem\n\n\
    Exit codes: 0 done, 1 a file exists or cannot be written, 2 usage, or a file holds no credential"
)]
pub struct CredentialArgs {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand, Debug)]
enum Step {
    /// Make an API key 接口密钥, for jobs and small offices
    Key(KeyArgs),
    /// Print the fingerprint of an API key, or of a certificate in PEM
    Show(ShowArgs),
}

#[derive(Args, Debug)]
struct KeyArgs {
    /// File for the key, which only you may read
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct ShowArgs {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl CredentialArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match &self.step {
            Step::Key(args) => {
                let failed = |error| Failure::Failed(format!("creating {}: {error}", args.out.display()));
                let key = ApiKey::draw().map_err(failed)?;
                write_secret(&args.out, format!("{}\n", key.expose()).as_bytes()).map_err(failed)?;
                show(CredentialWay::Secret, &key.fingerprint(), Some(&args.out), args.json)
            }
            Step::Show(args) => {
                let (way, fingerprint) = known(&args.file)?;
                show(way, &fingerprint, None, args.json)
            }
        }
    }
}

/// What is in a file. A certificate is no secret, a key is.
fn known(file: &Path) -> Result<(CredentialWay, Hash), Failure> {
    if let Ok(fingerprint) =
        read_at_most(file, SMALL_BYTES).map_err(drop).and_then(|pem| fingerprint(&pem).map_err(drop))
    {
        return Ok((CredentialWay::KeyPair, fingerprint));
    }
    match Me::read(file) {
        Ok(Me::Key(key)) => Ok((CredentialWay::Secret, key.fingerprint())),
        Ok(Me::Certificate(_)) => Err(Failure::Usage(MeError::Neither(file.to_owned()).to_string())),
        Err(error) => Err(Failure::Usage(error.to_string())),
    }
}

fn show(way: CredentialWay, fingerprint: &Hash, secret: Option<&Path>, json: bool) -> Result<(), Failure> {
    let (name, name_zh) = match way {
        CredentialWay::KeyPair => ("key_pair", "密钥对"),
        CredentialWay::Token => ("token", "令牌"),
        CredentialWay::Secret => ("secret", "接口密钥"),
    };
    let fingerprint = hex(fingerprint);
    if json {
        return print_json(&json!({ "way": name, "fingerprint": fingerprint, "secret": secret }));
    }
    outln!("  方式 way          {name_zh} {name}\n  指纹 fingerprint  {fingerprint}");
    if let Some(secret) = secret {
        outln!("  secret in {}", secret.display());
    }
    Ok(())
}
