//! `mingzhang checkpoint`: what the ledger signed last, also for the commands that prove something with it.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, missing};
use crate::cli::{print_json, runtime};
use bytes::Bytes;
use clap::Args;
use ledger::account::Book;
use ledger::hash::Hash;
use ledger::hash::hex;
use proto::v1;
use replay::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use replay::proof::key_files;
use replay::proof::signed_note::Note;
use replay::proof::tally::Turnover;
use replay::terminal::text_table::{Align, Table};
use serde_json::json;

/// The checkpoint the ledger signed last, or a fresh one
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang checkpoint\n  mingzhang checkpoint --fresh --vkey ledger.key.pub\n  \
    mingzhang checkpoint --note > latest.checkpoint\n\n\
    Exit codes: 0 shown, 1 the ledger has no key or the signature does not fit, 2 usage, 3 server unreachable")]
pub struct CheckpointArgs {
    /// Have everything recorded by now signed
    #[arg(long)]
    fresh: bool,
    /// The last one that so many of the ledger's witnesses cosigned
    #[arg(long, value_name = "K", conflicts_with = "fresh", value_parser = clap::value_parser!(u32).range(1..))]
    quorum: Option<u32>,
    /// Check the signatures with this public key, given as text or file
    #[arg(long, value_name = "KEY")]
    vkey: Option<String>,
    /// Print the signed note itself, as witnesses and other programs read it
    #[arg(long)]
    note: bool,
    #[command(flatten)]
    target: Target,
}

impl CheckpointArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let answer = match self.quorum {
            Some(least) => runtime()?.block_on(fetch_cosigned(&self.target, least))?,
            None => runtime()?.block_on(fetch(&self.target, self.fresh))?,
        };
        let (tree, outcomes) = (note(&answer.checkpoint)?, note(&answer.outcomes)?);
        let (tree, outcomes) = match &self.vkey {
            Some(key) => {
                let key = key_files::public(key).map_err(|error| Failure::Usage(error.to_string()))?;
                (Checkpoint::verified(&tree, &key), Outcomes::verified(&outcomes, &key))
            }
            None => (Checkpoint::parse(tree.unverified_text()), Outcomes::parse(outcomes.unverified_text())),
        };
        let failed = |error: CheckpointError| Failure::Failed(error.to_string());
        let (tree, outcomes) = (tree.map_err(failed)?, outcomes.map_err(failed)?);
        if self.note {
            out!("{}", answer.checkpoint);
            return Ok(());
        }
        if self.target.json {
            let book = |(book, sums): (&Book, &Turnover)| {
                let (debits, credits) = (sums.debits.to_string(), sums.credits.to_string());
                json!({ "book": book.name(), "debits_fen": debits, "credits_fen": credits })
            };
            let books: Vec<_> = Book::ALL.iter().zip(&outcomes.books).map(book).collect();
            return print_json(&json!({ "origin": tree.origin, "size": tree.size, "root": hex(&tree.root),
            "outcome_root": hex(&outcomes.root), "books": books, "checked": self.vkey.is_some(),
            "checkpoint": answer.checkpoint, "outcomes": answer.outcomes }));
        }
        print(&tree, &outcomes, self.vkey.is_some());
        Ok(())
    }
}

fn print(tree: &Checkpoint, outcomes: &Outcomes, checked: bool) {
    outln!("  账本 origin         {}", tree.origin);
    outln!("  记录 entries        {}", tree.size);
    outln!("  树根 root           {}", hex(&tree.root));
    outln!("  结果树根 outcomes   {}", hex(&outcomes.root));
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
    let request = v1::GetCheckpointRequest { fresh, witnesses: 0 };
    Ok(target.audit().await?.get_checkpoint(request).await?.into_inner())
}

/// Asks for the last checkpoint that so many of the ledger's witnesses cosigned.
pub(crate) async fn fetch_cosigned(target: &Target, witnesses: u32) -> Result<v1::GetCheckpointResponse, Failure> {
    let request = v1::GetCheckpointRequest { fresh: false, witnesses };
    Ok(target.audit().await?.get_checkpoint(request).await?.into_inner())
}

/// A note from a server.
pub(crate) fn note(text: &str) -> Result<Note, Failure> {
    Note::parse(text.as_bytes()).map_err(|error| Failure::Failed(format!("the server's answer: {error}")))
}

/// The hashes of a proof from a server.
pub(super) fn hashes(hashes: &[Bytes]) -> Result<Vec<Hash>, Failure> {
    let hashes: Option<Vec<Hash>> = hashes.iter().map(|hash| hash.as_ref().try_into().ok()).collect();
    hashes.ok_or_else(|| missing("hashes of 32 bytes"))
}
