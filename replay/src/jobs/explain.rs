//! `replay explain`: one entry in words, from the record alone. What is said stands in the library's `explain`.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::str::FromStr;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use replay::explain::sheet::Sheet;
use replay::explain::{Wanted, explain_record};

use super::source::Source;

/// Why an entry was posted or refused: who said what, the facts as they were then, what moved
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  replay explain 42 --data ./demo-data
  replay explain 0190a6f2-0000-7000-8000-000000000000 --nats nats://127.0.0.1:4222 --json

Folds the record up to the entry, so every fact, policy version and balance is the one of that moment,
whatever came later; `mingzhang explain` asks a running service and is at once. Needs no server and no
pages, checks every frame it reads and changes nothing.

Exit codes: 0 explained, 1 the record is damaged or cannot be read, 2 usage, 4 no such entry")]
pub struct ExplainArgs {
    /// Index of the entry, or id of its event
    #[arg(value_name = "INDEX|EVENT")]
    entry: Named,
    #[command(flatten)]
    source: Source,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// An entry as people name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Named(pub Wanted);

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let index = || text.parse().ok().map(Wanted::Index);
        // Thirty-two digits are an id written without dashes, not an index.
        let named = if text.len() < 32 { index() } else { uuid::Uuid::try_parse(text).ok().map(Wanted::Event) };
        named.map(Self).ok_or_else(|| "give the index of an entry, such as 42, or the id of an event".to_owned())
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Wanted::Index(index) => write!(f, "entry {index}"),
            Wanted::Event(id) => write!(f, "event {id}"),
        }
    }
}

/// Explains and prints.
pub fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let bar = bar("explain", args.json)?;
    let mut entries = 0;
    let found = explain_record(&args.source.options(), args.entry.0, &mut |read| {
        entries = read;
        bar.set_position(read);
    });
    bar.finish_and_clear();
    let Some((state, explanation)) = found? else {
        eprintln!("replay: there is no {} among the {entries} entries of this record", args.entry);
        return Ok(ExitCode::from(4));
    };
    let sheet = Sheet::new(&state, &explanation);
    if args.json {
        outln!("{}", sheet.json());
    } else {
        out!("{sheet}");
    }
    Ok(ExitCode::SUCCESS)
}

/// A spinner that counts entries; hidden where nobody looks.
pub fn bar(job: &str, json: bool) -> anyhow::Result<ProgressBar> {
    if json || !std::io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template(&format!("{job} {{spinner}} {{human_pos}} entries, {{per_sec}} {{msg}}"))?;
    Ok(ProgressBar::new_spinner().with_style(style))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_named_by_index_or_event() {
        assert_eq!("42".parse(), Ok(Named(Wanted::Index(42))));
        let id = uuid::Uuid::from_u128(7);
        assert_eq!(id.to_string().parse(), Ok(Named(Wanted::Event(id))));
        for bad in ["", "x", "-1", "0190a6f2-0000"] {
            assert!(bad.parse::<Named>().is_err(), "{bad}");
        }
    }
}
