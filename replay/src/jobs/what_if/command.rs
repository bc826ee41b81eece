//! What `replay what-if` is asked for, and what is done with the answer.

use replay::files::small::{TEXT_BYTES, text_at_most};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use replay::audit::explain::Wanted;
use replay::audit::what_if::{Hypothesis, PersonDiff, WhatIf, WhatIfError, Without, what_if};
use replay::terminal::progress;

use super::text_and_json;
use crate::jobs::source::Source;
use crate::jobs::{failed, in_words};

/// Fold the same record under another policy, or without some entries, and tell what would be otherwise
///
/// Hypothetical throughout: reads the record, writes nothing to it and keeps nothing.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  replay what-if --policy ./sh-grant-lower.toml --data ./demo-data
  replay what-if --policy ./origin-terms.toml --nats nats://127.0.0.1:4222 --json
  replay what-if --without 4711 --without 4712 --data ./demo-data --persons ./affected.csv

A policy file is written as those in policies/ and policies/loans/. Its versions stand in for those of the
same programme, or of the terms of the same kind of loan: all of them from where the record first adopts
one. An entry left out keeps its index and is not judged.

What was said stays as it was said. Where the policy refuses one line of a sealed roster, the seal no longer
fits, so the roster and all payments of it fail too: such entries are told as consequences, apart from those
that the policy itself decides otherwise. A rule listed as `flagged` in the file gives findings instead, and
no consequences. Interest by the terms is recomputed, as accruals that were said in
figures are refused under other terms.

Holds two states at once: twice the memory of `replay fold`. Persons are named by their opaque ids.

Exit codes: 0 answered, also if nothing would be otherwise; 1 the record is damaged or cannot be read;
2 usage, or a policy file that cannot be read; 4 the record knows no such programme or entry")]
pub struct WhatIfArgs {
    #[command(flatten)]
    source: Source,
    /// Policy file whose versions stand in for those adopted; several for several programmes
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,
    /// Entry to leave out, by index or event id; several times for several
    #[arg(long, value_name = "INDEX|EVENT")]
    without: Vec<Wanted>,
    /// Rows shown of each list; counts and sums are whole
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Write every person affected to a new CSV file
    #[arg(long, value_name = "FILE")]
    persons: Option<PathBuf>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Folds twice, compares, and tells.
pub fn run(args: &WhatIfArgs) -> anyhow::Result<ExitCode> {
    let hypothesis = match hypothesis(args) {
        Ok(hypothesis) => hypothesis,
        Err(error) => return Ok(failed(2, in_words(&error))),
    };
    if let Some(path) = args.persons.as_ref().filter(|path| path.exists()) {
        return Ok(failed(2, format_args!("{} is there already; name a new file", path.display())));
    }
    let bar = progress::entries("what-if 假设", !args.json);
    let told = what_if(&args.source.options(), &hypothesis, args.limit, &mut |entries| bar.set_position(entries));
    bar.finish_and_clear();
    let told = match told {
        Ok(told) => told,
        Err(WhatIfError::Hypothesis(error)) => return Ok(failed(4, in_words(&error.into()))),
        Err(error) => return Err(error.into()),
    };
    if let Some(path) = &args.persons {
        write_persons(path, &told.persons).with_context(|| format!("writing {}", path.display()))?;
    }
    tell(args, &told);
    Ok(ExitCode::SUCCESS)
}

fn tell(args: &WhatIfArgs, told: &WhatIf) {
    let policies = args.policy.iter().map(|path| path.display().to_string());
    let without = args.without.iter().map(ToString::to_string);
    let (policies, without): (Vec<String>, Vec<String>) = (policies.collect(), without.collect());
    if args.json {
        outln!("{}", text_and_json::json(told, &policies, &without));
    } else {
        out!("{}", text_and_json::text(told, &policies, &without, args.limit));
    }
}

fn hypothesis(args: &WhatIfArgs) -> anyhow::Result<Hypothesis> {
    let mut hypothesis = Hypothesis::default();
    for path in &args.policy {
        let text = text_at_most(path, TEXT_BYTES).with_context(|| format!("reading {}", path.display()))?;
        hypothesis.policy(&path.display().to_string(), &text)?;
    }
    for entry in &args.without {
        hypothesis.without(match *entry {
            Wanted::Index(index) => Without::Index(index),
            Wanted::Event(id) => Without::Event(id),
        });
    }
    hypothesis.check()?;
    Ok(hypothesis)
}

/// One row for each person; the columns of what would be say that they are hypothetical.
fn write_persons(path: &Path, persons: &[PersonDiff]) -> anyhow::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create_new(path)?);
    writeln!(
        file,
        "person,home_division,awarded_fen,hypothetical_awarded_fen,credited_fen,hypothetical_credited_fen,\
         returned_fen,hypothetical_returned_fen,interest_borne_fen,hypothetical_interest_borne_fen"
    )?;
    for PersonDiff { person, home, before, after } in persons {
        write!(file, "{person},{home:06},{},{},", before.awarded_fen, after.awarded_fen)?;
        write!(file, "{},{},", before.credited_fen, after.credited_fen)?;
        write!(file, "{},{},", before.returned_fen, after.returned_fen)?;
        writeln!(file, "{},{}", before.borne_fen, after.borne_fen)?;
    }
    Ok(file.into_inner().map_err(|error| error.into_error())?.sync_all()?)
}
