//! `replay rebuild`: projections made again next to those in use, compared, swapped; in a running service or without one.

use ledger::hash::hex;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use proto::v1::operator_client::OperatorClient;
use proto::v1::{RebuildProgress, RebuildRequest};
use replay::dial::DialArgs;
use replay::engine::EngineError;
use replay::engine::rebuilding::{Only, RebuildError, Rebuilt, rebuild_offline};
use replay::record::error::LogError;
use replay::terminal::progress;
use replay::terminal::progress::Bar;
use tonic::Code;

use super::source::{Ledger, ledger_typed};
use super::{failed, interrupts, service_client};

const BAR: &str = "rebuild {spinner} {human_pos} of {human_len} entries, {per_sec} {wide_bar} {eta}";

/// Make the projections anew from the record beside those in use, compare, then swap
///
/// Projections are what answers are read from: the pages of the state, and the postings of each account. They can always
/// be made again. A rebuild folds the record from its first entry into a new generation and compares what comes of it with
/// the ledger: the root over all outcomes, what was posted in each book, and the state, page by page. Only if all is equal
/// is the new generation put in use. On a difference it is dropped, the first table and row that differ are named with both
/// values, and the ledger goes on as it was.
///
/// With --live a running service does it: it goes on recording and answering, and only at the very end folds nothing for
/// some thousandths of a second, more if it is kept very busy. It needs the memory of a second ledger meanwhile, and the
/// disk space of a second set of pages. With --data no service may run; what the pages of the last stop or checkpoint say
/// is compared with.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  replay rebuild --live http://127.0.0.1:50051\n  replay rebuild --data ./demo-data\n  \
    replay rebuild --live http://127.0.0.1:50051 --only entries\n\n\
    Exit codes: 0 equal and swapped, 1 differs, is damaged or cannot be read, 2 usage, 3 interrupted, nothing swapped"
)]
pub struct RebuildArgs {
    /// Directory of a ledger that no service runs on
    #[arg(long, value_name = "DIR", required_unless_present = "live", conflicts_with = "live")]
    data: Option<PathBuf>,
    /// Have the service at this address do it
    #[arg(long, value_name = "URL")]
    live: Option<String>,
    /// Make only one of them anew and carry the other over from the generation in use
    #[arg(long, value_name = "NAME")]
    only: Option<Part>,
    /// Which ledger it must be: 16 characters, or 32 hexadecimal digits
    #[arg(long, value_name = "ID", value_parser = ledger_typed, default_value = "mingzhang-ledger", conflicts_with = "live")]
    ledger: Ledger,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    by: DialArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// Postings of each account and their history. The state is folded for them, but not compared
    Entries,
    /// Pages of the state, from which a start reads it
    State,
}

impl From<Part> for Only {
    fn from(part: Part) -> Self {
        match part {
            Part::Entries => Self::Entries,
            Part::State => Self::State,
        }
    }
}

/// Rebuilds and reports.
pub fn run(args: &RebuildArgs) -> anyhow::Result<ExitCode> {
    interrupts::heed()?;
    let bar = progress::bar(BAR, !args.json);
    let began = Instant::now();
    let only = args.only.map(Only::from);
    let rebuilt = match &args.live {
        Some(url) => tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(ask(
            (url, &args.by),
            only,
            &bar,
        ))?,
        None => here(args.data.as_deref().unwrap_or(Path::new(".")), args.ledger, only, &bar)?,
    };
    bar.finish_and_clear();
    let Some(rebuilt) = rebuilt else {
        let but = if args.live.is_some() { ", unless it had just come to that" } else { "" };
        let why = format_args!("interrupted; nothing was swapped{but}, the generation in use stays");
        return Ok(failed(3, why));
    };
    print(&rebuilt, began.elapsed(), args.json);
    Ok(ExitCode::SUCCESS)
}

fn show(bar: &Bar, done: u64, total: u64) {
    bar.set_length(total);
    bar.set_position(done);
}

/// Rebuilds in this process; `None` if interrupted.
fn here(data: &Path, ledger: Ledger, only: Option<Only>, bar: &Bar) -> anyhow::Result<Option<Rebuilt>> {
    anyhow::ensure!(data.join("record").is_dir(), "there is no record in {}", data.display());
    let rebuilt = rebuild_offline(data, ledger, only, &mut |done, total| {
        show(bar, done, total);
        !interrupts::came()
    });
    match rebuilt {
        Ok(rebuilt) => Ok(Some(rebuilt)),
        Err(RebuildError::Interrupted) => Ok(None),
        Err(error) => {
            let locked = matches!(&error, RebuildError::Engine(EngineError::Log(why)) if matches!(**why, LogError::Locked { .. }));
            let error = anyhow::Error::from(error);
            Err(if locked { error.context("a service runs on it; have it rebuild with --live URL") } else { error })
        }
    }
}

/// Has a service rebuild; `None` if interrupted, which the service sees by the end of the call.
async fn ask((url, by): (&str, &DialArgs), only: Option<Only>, bar: &Bar) -> anyhow::Result<Option<Rebuilt>> {
    let mut client = OperatorClient::new(service_client::connect(url, by).await?);
    let only = only.map_or("", Only::name).to_owned();
    let answer = client.rebuild(RebuildRequest { only }).await.map_err(|status| service_client::refused(&status))?;
    let mut told = answer.into_inner();
    let mut look = tokio::time::interval(Duration::from_millis(50));
    loop {
        tokio::select! {
            message = told.message() => match message {
                Ok(Some(progress)) if progress.swapped => return Ok(Some(swapped(&progress)?)),
                Ok(Some(progress)) => show(bar, progress.done, progress.total),
                Ok(None) => anyhow::bail!("the service ended the call without a result; see its log"),
                Err(status) if status.code() == Code::Cancelled => return Ok(None),
                Err(status) => return Err(service_client::refused(&status)),
            },
            _ = look.tick() => if interrupts::came() { return Ok(None) },
        }
    }
}

fn swapped(progress: &RebuildProgress) -> anyhow::Result<Rebuilt> {
    let RebuildProgress { done: entries, generation, held_us, .. } = *progress;
    let digest = <[u8; 32]>::try_from(&progress.state_digest[..]);
    let digest =
        digest.map_err(|_| anyhow::anyhow!("the service sent a digest that is none; is it of another version?"))?;
    Ok(Rebuilt { generation, entries, digest, compared: true, held_us })
}

fn print(rebuilt: &Rebuilt, took: Duration, json: bool) {
    let Rebuilt { generation, entries, compared, held_us, .. } = *rebuilt;
    let (digest, seconds) = (hex(&rebuilt.digest), took.as_secs_f64());
    if json {
        outln!(
            "{}",
            serde_json::json!({ "generation": generation, "entries": entries, "state_digest": digest,
                "compared": compared, "held_us": held_us, "seconds": seconds })
        );
        return;
    }
    outln!("entries            {entries}\nstate digest       {digest}");
    match compared {
        true => outln!("compared           equal to the generation in use, which was replaced"),
        false => outln!("compared           with nothing: no generation in use could be read"),
    }
    outln!(
        "generation         {generation}\nfold held          {:.1} ms\nseconds            {seconds:.2}",
        held_us as f64 / 1e3
    );
}
