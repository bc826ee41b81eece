//! `replay export`: the record written for strangers' tools. What is written is in the library's `export`.

use ledger::hash::hex;
use replay::files::small::{SMALL_BYTES, read_at_most};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::{Args, ValueEnum};
use replay::audit::export::{EVERY, Format, Until, Written, WrittenTiles, export, export_tiles};
use replay::proof::signed_note::Note;
use replay::terminal::progress;

use super::source::Source;

/// Write the whole record for other people's tools, which then recompute every balance
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  replay export --data ./demo-data --format hledger --out ./books
  hledger -f ./books/main.journal balance --strict --depth 3  # fails if one fen is off

  replay export --data ./demo-data --format beancount --out ./beans
  bean-check ./beans/main.beancount

  replay export --nats nats://127.0.0.1:4222 --format csv --out ./tables

  replay export --data ./demo-data --format tiles --out ./log
  python3 -m http.server --directory ./log

Journals hold every posting, dated by the day it is booked. Accounts are named by book, class and
number of the owner: Assets are where money stands, Equity is where it comes from and may go below
zero. Entry, event, effective day and principal stand beside each transaction, owners' ids where
accounts are declared; no person is named. main.* asserts what every account holds at the end;
at-N.* is the record after N entries and asserts what changed since the checkpoint before it.

Tables: entries.csv (every entry with its outcome), postings.csv, accounts.csv (balances at the
end). Amounts are in fen.

Tiles: the tree over entries as static files (C2SP tlog-tiles v0.1.0): checkpoint, tile/<L>/<N>,
tile/entries/<N>; and under outcomes the same of what was made of each entry, in bytes that a stranger
reads. Both end at the last signed checkpoint; what is behind it follows with the next.
scripts/check_export.py computes both roots from the bundles and holds them against the notes.

Exit codes: 0 written, 1 the record is damaged or the place is taken or full, 2 usage")]
pub struct ExportArgs {
    #[command(flatten)]
    source: Source,
    /// What to write
    #[arg(long, value_enum)]
    format: Form,
    /// Directory to make; it must not exist, and appears when all of it is written
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Tiles: under this signed checkpoint, for example one that a witness cosigned, instead of the ledger's last
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Tiles: to the end of the record, without a checkpoint
    #[arg(long, conflicts_with = "checkpoint")]
    unsigned: bool,
    /// Entries between two checkpoints of a journal
    #[arg(long, value_name = "N", default_value_t = EVERY, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// A journal for hledger
    Hledger,
    /// A journal for Beancount
    Beancount,
    /// Tables
    Csv,
    /// The tree as static files
    Tiles,
}

/// Writes, and says what to open.
pub fn run(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let format = match args.format {
        Form::Hledger => Format::Hledger,
        Form::Beancount => Format::Beancount,
        Form::Csv => Format::Csv,
        Form::Tiles => return run_tiles(args),
    };
    anyhow::ensure!(args.checkpoint.is_none() && !args.unsigned, "--checkpoint and --unsigned go with --format tiles");
    let began = Instant::now();
    let bar = progress::entries("export", !args.json);
    let written = export(&args.source.options(), format, &args.out, args.every, &mut |entries| {
        bar.set_position(entries);
    });
    bar.finish_and_clear();
    let written = written?;
    let seconds = began.elapsed().as_secs_f64();
    if args.json {
        outln!("{}", json(&written, seconds));
    } else {
        outln!("entries    {}\npostings   {}\naccounts   {}", written.entries, written.postings, written.accounts);
        outln!("seconds    {seconds:.2}\nopen       {}", written.open.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn run_tiles(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let until = match &args.checkpoint {
        _ if args.unsigned => Until::End,
        None => Until::Last,
        Some(file) => {
            let bytes = read_at_most(file, SMALL_BYTES).with_context(|| format!("reading {}", file.display()))?;
            Until::Note(Box::new(Note::parse(&bytes).with_context(|| file.display().to_string())?))
        }
    };
    let began = Instant::now();
    let bar = progress::entries("export", !args.json);
    let written = export_tiles(&args.source.options(), &until, &args.out, &mut |entries| bar.set_position(entries));
    bar.finish_and_clear();
    let WrittenTiles { entries, root, outcomes, left_out, signed, open } = written?;
    let (root, outcomes, open, seconds) = (hex(&root), hex(&outcomes), open.display(), began.elapsed().as_secs_f64());
    if args.json {
        let open = open.to_string();
        let figures = serde_json::json!({ "entries": entries, "root": root, "outcomes": outcomes, "left_out": left_out, "signed": signed,
            "open": open, "seconds": seconds });
        outln!("{figures}");
    } else {
        outln!(
            "entries    {entries}, {left_out} behind the checkpoint left out\nroot       {root}\noutcomes   {outcomes}"
        );
        outln!("signed     {}\nseconds    {seconds:.2}\nopen       {open}", if signed { "yes" } else { "no" });
    }
    Ok(ExitCode::SUCCESS)
}

fn json(written: &Written, seconds: f64) -> serde_json::Value {
    serde_json::json!({ "entries": written.entries, "postings": written.postings, "accounts": written.accounts,
        "open": written.open.display().to_string(), "seconds": seconds })
}
