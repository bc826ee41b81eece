//! `mingzhang keygen` and `checkpoint`: keys, and what the ledger signs with them.

use crate::cli::client::Target;
use crate::cli::shown::show::hex;
use crate::cli::{Failure, print_json, runtime};
use clap::Args;
use ledger::account::Book;
use proto::v1;
use proto::v1::audit_client::AuditClient;
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::key_files;
use replay::proof::signed_note::{Note, Role, Signer};
use replay::text_table::{Align, Table};
use serde_json::json;
use std::path::PathBuf;
use tonic::transport::Channel;

impl Target {
    /// A connection for auditors' questions.
    pub(crate) async fn audit(&self) -> Result<AuditClient<Channel>, Failure> {
        Ok(AuditClient::new(self.connect().await?))
    }
}

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

pub(crate) fn keygen(args: &KeygenArgs) -> Result<(), Failure> {
    let role = if args.witness { Role::Witness } else { Role::Author };
    let signer = Signer::generate(&args.origin, role).map_err(|error| Failure::Usage(error.to_string()))?;
    let public = key_files::write(&args.out, &signer).map_err(|error| Failure::Failed(error.to_string()))?;
    let vkey = signer.verifier().to_string();
    if args.json {
        return print_json(&json!({ "vkey": vkey, "secret": args.out, "public": public }));
    }
    outln!("  公钥 public key  {vkey}");
    outln!("  secret in {}, public part in {}", args.out.display(), public.display());
    Ok(())
}

/// The checkpoint the ledger signed last, or a fresh one
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang checkpoint\n  mingzhang checkpoint --fresh --vkey ledger.key.pub\n  \
    mingzhang checkpoint --note > latest.checkpoint\n\n\
    Exit codes: 0 shown, 1 the ledger has no key or the signature does not fit, 2 usage, 3 server unreachable")]
pub struct CheckpointArgs {
    /// Have everything recorded by now signed
    #[arg(long)]
    fresh: bool,
    /// Check the signatures with this public key, given as text or file
    #[arg(long, value_name = "KEY")]
    vkey: Option<String>,
    /// Print the signed note itself, as witnesses and other programs read it
    #[arg(long)]
    note: bool,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn checkpoint(args: &CheckpointArgs) -> Result<(), Failure> {
    let answer = runtime()?.block_on(fetch(&args.target, args.fresh))?;
    let (tree, outcomes) = (note(&answer.checkpoint)?, note(&answer.outcomes)?);
    let (tree, outcomes) = match &args.vkey {
        Some(key) => {
            let key = key_files::public(key).map_err(|error| Failure::Usage(error.to_string()))?;
            (Checkpoint::verified(&tree, &key), Outcomes::verified(&outcomes, &key))
        }
        None => (Checkpoint::parse(tree.unverified_text()), Outcomes::parse(outcomes.unverified_text())),
    };
    let failed = |error: replay::proof::checkpoint::CheckpointError| Failure::Failed(error.to_string());
    let (tree, outcomes) = (tree.map_err(failed)?, outcomes.map_err(failed)?);
    if args.note {
        out!("{}", answer.checkpoint);
        return Ok(());
    }
    if args.target.json {
        let book = |(book, sums): (&Book, &replay::proof::tally::Turnover)| json!({ "book": book.name(), "debits_fen": sums.debits.to_string(), "credits_fen": sums.credits.to_string() });
        let books: Vec<_> = Book::ALL.iter().zip(&outcomes.books).map(book).collect();
        return print_json(&json!({ "origin": tree.origin, "size": tree.size, "root": hex(&tree.root),
            "outcome_chain": hex(&outcomes.chain), "books": books, "checked": args.vkey.is_some(),
            "checkpoint": answer.checkpoint, "outcomes": answer.outcomes }));
    }
    show(&tree, &outcomes, args.vkey.is_some());
    Ok(())
}

fn show(tree: &Checkpoint, outcomes: &Outcomes, checked: bool) {
    outln!("  账本 origin         {}", tree.origin);
    outln!("  记录 entries        {}", tree.size);
    outln!("  树根 root           {}", hex(&tree.root));
    outln!("  结果链 outcomes     {}", hex(&outcomes.chain));
    outln!("  签名 signatures     {}", if checked { "fit" } else { "not checked, see --vkey" });
    let right = Align::Right;
    let columns = [("账本 book", Align::Left), ("借方发生额 debits yuan", right), ("贷方发生额 credits yuan", right)];
    let mut table = Table::new(&columns);
    for (book, sums) in Book::ALL.iter().zip(&outcomes.books) {
        let yuan = ledger::money::yuan;
        table.row([book.name().to_owned(), yuan(sums.debits), yuan(sums.credits)]);
    }
    out!("{table}");
}

/// Asks for a checkpoint.
pub(crate) async fn fetch(target: &Target, fresh: bool) -> Result<v1::GetCheckpointResponse, Failure> {
    let request = v1::GetCheckpointRequest { fresh };
    Ok(target.audit().await?.get_checkpoint(request).await?.into_inner())
}

/// A note from a server.
pub(crate) fn note(text: &str) -> Result<Note, Failure> {
    Note::parse(text.as_bytes()).map_err(|error| Failure::Failed(format!("the server's answer: {error}")))
}
