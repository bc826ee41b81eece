//! `replay explain`: one entry in words, from the record alone. What is said is in the library's `explain`.

use std::process::ExitCode;

use clap::Args;
use replay::audit::explain::printout::Printout;
use replay::audit::explain::{Wanted, explain_record};
use replay::terminal::progress;

use super::failed;
use super::source::Source;

/// Why an entry was posted or refused: who said what, the facts as they were then, what moved
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  replay explain 42 --data ./demo-data
  replay explain 0190a6f2-0000-7000-8000-000000000000 --nats nats://127.0.0.1:4222 --json

Folds the record up to the entry, so every fact, policy version and balance is the one of that moment,
and reads on only for what took the entry back; `mingzhang explain` has a running service do the same.
Needs no server and no pages, checks every frame it reads and changes nothing.

Exit codes: 0 explained, 1 the record is damaged or cannot be read, 2 usage, 4 no such entry")]
pub struct ExplainArgs {
    /// Index of the entry, or id of its event
    #[arg(value_name = "INDEX|EVENT")]
    entry: Wanted,
    #[command(flatten)]
    source: Source,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Explains and prints.
pub fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let bar = progress::entries("explain", !args.json);
    let mut entries = 0;
    let found = explain_record(&args.source.options(), args.entry, &mut |read| {
        entries = read;
        bar.set_position(read);
    });
    bar.finish_and_clear();
    let Some((state, explanation)) = found? else {
        let why = format_args!("there is no {} among the {entries} entries of this record", args.entry);
        return Ok(failed(4, why));
    };
    let printout = Printout::new(&state, &explanation);
    if args.json {
        outln!("{}", printout.json());
    } else {
        out!("{printout}");
    }
    Ok(ExitCode::SUCCESS)
}
