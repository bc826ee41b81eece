//! The demo: writes a province's year as files, imports them by the same code as everybody, and says what came of it.
//! What the files hold is planned in `demo::year`; how the report looks is in `demo::report`.

pub mod accrual;
pub mod loans;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use ledger::account::Book;
use ledger::hash::hex;
use replay::engine::{Engine, Options};
use replay::proof::notary::Signing;
use replay::terminal::progress;
use replay::terminal::progress::Bar;
use serde::Serialize;

use crate::demo::year::{Plan, Scale, Step, write_year};
use crate::intake::embedded::{Handover, Tally};
use crate::intake::identity::{DEMO_KEY, Identity};
use crate::intake::identity_key::announcement;
use crate::intake::import::{Importer, Report, Said};
use crate::intake::shipped_rates;
use accrual::Accrued;
use loans::LoanFigures;
use replay::policies;

/// Who adopts policies and rules in the demo.
const AUTHORITY: &str = "陕西省财政厅/制度";

/// What the demo is asked for.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// Part of the real year.
    pub scale: Scale,
    /// Where record and files go; a temporary directory if none.
    pub data: Option<PathBuf>,
    /// A NATS server to record with, if any.
    pub nats: Option<String>,
    /// Signs checkpoints, if given.
    pub signing: Option<Signing>,
    /// No progress on the terminal.
    pub quiet: bool,
}

/// The figures of a demo, as `--json` prints them.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names are the documented JSON keys.
pub struct Figures {
    pub entries: u64,
    pub posted: u64,
    pub refused: u64,
    pub duplicates: u64,
    pub person_times: u64,
    pub aided_fen: i64,
    pub credited_fen: i64,
    pub suspense_fen: i64,
    pub trial_balance_fen: i64,
    pub state_digest: String,
    pub seconds: f64,
    pub events_per_second: u64,
    pub loans: LoanFigures,
}

/// A demo that ran, and goes on as long as this is kept.
pub struct Ran {
    /// The ledger, still in operation.
    pub engine: Engine,
    /// Its figures.
    pub figures: Figures,
    /// What was planned.
    pub plan: Plan,
    /// What each file came to.
    pub files: Vec<(Report, Tally)>,
    /// What the accrual job posted.
    pub accrued: Accrued,
    /// Where everything is.
    pub data: PathBuf,
    /// Removes a temporary directory when dropped.
    pub kept: Option<tempfile::TempDir>,
}

impl Ran {
    /// What differs from what was planned, loans above all; nothing if all is well.
    #[must_use]
    pub fn differences(&self) -> &[String] {
        &self.figures.loans.differences
    }
}

/// Runs the demo. Blocks: not for async tasks.
///
/// # Errors
/// Files cannot be written, the record cannot be kept, or the outcome differs from the plan.
pub fn run(options: &DemoOptions) -> anyhow::Result<Ran> {
    let (data, kept) = place(options.data.as_deref())?;
    let folder = data.join("files");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let bar = bar(options.quiet, "写文件 files");
    let beginnings = beginnings()?;
    let plan = write_year(&folder, options.scale, &beginnings, &mut |name, rows| {
        bar.inc(rows);
        bar.set_message(name.to_owned());
    })?;
    bar.finish_and_clear();
    let engine = open(options, &data)?;
    if engine.read().entries > 0 {
        bail!("{} already holds a record: the demo needs an empty directory (and stream)", data.display());
    }
    let began = Instant::now();
    let (files, accrued) = import(&engine, beginnings, &plan, options.quiet)?;
    let seconds = began.elapsed().as_secs_f64();
    let figures = figures(&engine, &plan, &accrued, seconds);
    Ok(Ran { engine, figures, plan, files, accrued, data, kept })
}

fn place(data: Option<&Path>) -> anyhow::Result<(PathBuf, Option<tempfile::TempDir>)> {
    match data {
        Some(data) => {
            std::fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;
            Ok((data.to_owned(), None))
        }
        None => {
            let kept = tempfile::Builder::new().prefix("mingzhang-demo-").tempdir()?;
            Ok((kept.path().to_owned(), Some(kept)))
        }
    }
}

fn open(asked: &DemoOptions, data: &Path) -> anyhow::Result<Engine> {
    let mut options = match &asked.nats {
        None => Options::file(data),
        Some(url) => {
            let nats = replay::record::log::NatsOptions::new(url, &data.join("record"));
            replay::record::log::provision(&replay::record::log::ProvisionOptions::new(nats))?;
            Options::nats(data, url)
        }
    };
    options.signing.clone_from(&asked.signing);
    Ok(Engine::open(&options, &mut |_| {})?)
}

fn bar(quiet: bool, what: &'static str) -> Bar {
    progress::bar("{prefix} {spinner} {human_pos} 行 {wide_msg}", !quiet).with_prefix(what)
}

fn import(
    engine: &Engine,
    beginnings: Vec<ledger::event::Event>,
    plan: &Plan,
    quiet: bool,
) -> anyhow::Result<(Vec<(Report, Tally)>, Accrued)> {
    let mut delivery = Handover::new(engine);
    let say = |delivery: &mut Handover<'_>, said| delivery.say(said).map_err(|error| anyhow::anyhow!(error));
    for event in beginnings {
        say(&mut delivery, Said::alone(AUTHORITY.into(), event))?;
    }
    delivery.finish()?;
    let mut importer = Importer::new(Identity::new(DEMO_KEY));
    let bar = bar(quiet, "导入 import");
    let (mut done, mut accrued) = (Vec::new(), Accrued::default());
    for step in &plan.steps {
        match step {
            Step::File(file) => {
                let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned());
                bar.set_message(name.unwrap_or_default());
                let report = importer.import_file(&file.path, &file.principal, &mut |said| {
                    bar.inc(1);
                    delivery.say(said)
                })?;
                done.push((report, delivery.finish()?));
            }
            Step::Accrue(through) => {
                bar.set_message(format!("计息 interest through {through}"));
                accrual::accrue(engine, &mut delivery, *through, &mut accrued)?;
            }
            Step::Say(all) => {
                for said in all {
                    say(&mut delivery, said.clone())?;
                }
                delivery.finish()?;
            }
        }
    }
    bar.finish_and_clear();
    Ok((done, accrued))
}

/// Rules, the key of the demo and policies, before anything else is said.
fn beginnings() -> anyhow::Result<Vec<ledger::event::Event>> {
    use ledger::event::{Event, Kind, RulesAdopted};
    let mut policies = policies::events()?;
    policies.extend(shipped_rates::shipped_events()?);
    let effective = policies.iter().map(|event| event.effective).min().unwrap_or_default();
    let version = ledger::fold::KNOWN_RULES;
    let mut events = vec![Event::said(effective, Kind::RulesAdopted(RulesAdopted { version }))];
    events.push(announcement(&Identity::new(DEMO_KEY), "演示密钥"));
    events.extend(policies);
    Ok(events)
}

fn figures(engine: &Engine, plan: &Plan, accrued: &Accrued, seconds: f64) -> Figures {
    let (entries, digest) = engine.digest();
    let state = engine.read();
    let year = replay::answers::calendar_year::calendar_year(&state, 2021);
    let &Accrued { accruals, adjustments, adjusted_fen, .. } = accrued;
    let loans = LoanFigures { accruals, adjustments, adjusted_fen, ..loans::figures(&state, &plan.loans) };
    let trial: i128 = Book::ALL.iter().map(|book| state.trial_balance(*book).abs()).sum();
    Figures {
        entries,
        posted: state.counts.posted,
        refused: state.counts.refused,
        duplicates: state.counts.duplicates,
        person_times: year.person_times,
        aided_fen: year.aided_fen().held(),
        credited_fen: year.credited_fen.held(),
        suspense_fen: year.suspense_fen.held(),
        trial_balance_fen: i64::try_from(trial).unwrap_or(i64::MAX),
        state_digest: hex(&digest),
        seconds,
        events_per_second: (entries as f64 / seconds.max(f64::MIN_POSITIVE)) as u64,
        loans,
    }
}
