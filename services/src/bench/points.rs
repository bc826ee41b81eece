//! Point questions to a record that exists: balances and statements at an index, on a booked day and both, of accounts and points
//! taken by chance; and of some balances as of an effective day, for which a state is folded at the first question. Asks the engine in process, and once more over gRPC on loopback. Records nothing itself.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;
use ledger::account::{AccountNo, Owner};
use ledger::money::Day;
use proto::v1;
use proto::v1::query_client::QueryClient;
use replay::engine::{Engine, Options};
use replay::point::Booked;
use replay::terminal::progress;
use serde::Serialize;
use tonic_types::StatusExt;

use super::Ground;
use super::clients::connect;
use crate::wire;
use replay::dial::Line;

/// Rows of a page of a statement.
const PAGE_ROWS: usize = 100;

/// Entries between two notices of progress while the record is opened.
const NOTICE_EVERY: u64 = 100_000;

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct PointsOptions {
    /// Directory of a record that exists.
    pub data: PathBuf,
    /// Questions of each kind.
    pub questions: usize,
    /// No progress on the terminal.
    pub quiet: bool,
}

/// What was measured, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names are the documented JSON keys.
pub struct PointsMeasured {
    pub entries: u64,
    pub accounts: usize,
    pub questions: usize,
    /// Seconds until the record was open; the first time its pages are made.
    pub open_seconds: f64,
    pub kinds: Vec<Kind>,
    /// Every account asked stands, counting all days, at what it stands at now.
    pub agrees: bool,
}

/// The times of one kind of question, in microseconds.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names are the documented JSON keys.
pub struct Kind {
    pub question: &'static str,
    pub p50_us: u64,
    pub p99_us: u64,
    pub max_us: u64,
}

impl Kind {
    fn of(question: &'static str, mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
        let us = |percent| at(percent).copied().unwrap_or(0);
        Self { question, p50_us: us(50), p99_us: us(99), max_us: us(100) }
    }
}

/// Opens the record, keeping pages if there are none yet, and asks. Blocks: not for async tasks.
///
/// # Errors
/// There is no record, or it cannot be read.
pub fn run(options: &PointsOptions) -> anyhow::Result<PointsMeasured> {
    ensure!(options.questions > 0, "nothing to measure: --questions must be above 0");
    let began = Instant::now();
    let engine = open(options)?;
    let open_seconds = began.elapsed().as_secs_f64();
    let ground = Ground { engine, data: options.data.clone(), _temporary: None };
    let asked = plan(&ground.engine, options.questions)?;
    let mut kinds = in_process(&ground.engine, &asked)?;
    kinds.extend(ground.serve(async |address| over_wire(&ground.engine, address, &asked).await)?);
    let (entries, accounts) = {
        let state = ground.engine.read();
        (state.entries, state.accounts.len())
    };
    let agrees = agrees(&ground.engine, &asked)?;
    ground.close()?;
    Ok(PointsMeasured { entries, accounts, questions: options.questions, open_seconds, kinds, agrees })
}

fn open(options: &PointsOptions) -> anyhow::Result<Engine> {
    let record = options.data.join("record");
    ensure!(record.is_dir(), "{} holds no record; make one with `mingzhang demo run`", options.data.display());
    let bar = progress::bar("{spinner} {msg} {human_pos} entries, {per_sec}", !options.quiet);
    bar.set_message("打开 opening");
    let mut noticed = 0;
    let engine = Engine::open(&Options::file(&options.data), &mut |entries| {
        if entries >= noticed + NOTICE_EVERY {
            noticed = entries;
            bar.set_position(entries);
        }
    })?;
    bar.finish_and_clear();
    ensure!(engine.read().entries > 0, "{} holds an empty record", options.data.display());
    Ok(engine)
}

/// An account, how many entries were known, and a day.
struct Asked {
    account: AccountNo,
    entries: u64,
    day: Day,
}

/// Accounts, half of them of all and half of those of units, so that both the many quiet ones and the few busy ones are asked; each
/// with an index by chance and the day of an entry by chance.
fn plan(engine: &Engine, questions: usize) -> anyhow::Result<Vec<Asked>> {
    let mut chance = Chance(1);
    let (entries, accounts, busy) = {
        let state = engine.read();
        let of_units = state.accounts.iter().filter(|(_, row)| row.class.owner() == Owner::Org && row.last > 0);
        (state.entries, state.accounts.next(), of_units.map(|(account, _)| account).collect::<Vec<_>>())
    };
    let mut asked = Vec::with_capacity(questions);
    for at in 0..questions {
        let by_number = AccountNo::new(u32::try_from(chance.below(u64::from(accounts)))?);
        let one = usize::try_from(chance.below(busy.len() as u64))?;
        let account = busy.get(one).copied().filter(|_| at % 2 != 0).unwrap_or(by_number);
        let day = engine.recorded(chance.below(entries))?.map(|entry| entry.event.effective).unwrap_or_default();
        asked.push(Asked { account, entries: 1 + chance.below(entries), day });
    }
    Ok(asked)
}

impl Asked {
    fn at_index(&self) -> Booked {
        Booked { entries: Some(self.entries), ..Booked::default() }
    }

    fn booked_on(&self) -> Booked {
        Booked { until: Some(self.day), ..Booked::default() }
    }

    fn both(&self) -> Booked {
        Booked { until: Some(self.day), ..self.at_index() }
    }
}

fn in_process(engine: &Engine, asked: &[Asked]) -> anyhow::Result<Vec<Kind>> {
    let balance = |booked: fn(&Asked) -> Booked| {
        timed(asked, move |asked| Ok(engine.balance_at(asked.account, &booked(asked)).map(drop)?))
    };
    let statement = |asked: &Asked| {
        // A page from somewhere before the index, as a reader who pages on would ask.
        let from = asked.entries / 2;
        Ok(engine.entries_at(asked.account, &asked.both(), from, PAGE_ROWS).map(drop)?)
    };
    Ok(vec![
        Kind::of("balance at_index", balance(Asked::at_index)?),
        Kind::of("balance booked_on", balance(Asked::booked_on)?),
        Kind::of("balance at_index and booked_on", balance(Asked::both)?),
        Kind::of("statement at_index and booked_on", timed(asked, statement)?),
    ])
}

fn timed(asked: &[Asked], mut ask: impl FnMut(&Asked) -> anyhow::Result<()>) -> anyhow::Result<Vec<u64>> {
    let mut times = Vec::with_capacity(asked.len());
    for one in asked {
        let began = Instant::now();
        ask(one)?;
        times.push(micros(began));
    }
    Ok(times)
}

fn micros(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}

async fn over_wire(engine: &Engine, address: SocketAddr, asked: &[Asked]) -> anyhow::Result<Vec<Kind>> {
    let mut client = QueryClient::new(connect(address, 1).await?.remove(0));
    let both = |one: &Asked| {
        let (at_index, booked_on) = (Some(one.entries - 1), one.day.yyyymmdd());
        v1::Point { at_index, booked_on, ..v1::Point::default() }
    };
    let on_both = balances(engine, &mut client, asked, both).await?;
    // All of one day: its state is folded for the first of them.
    let effective_on = asked.first().map_or(0, |one| one.day.yyyymmdd());
    let day = |_: &Asked| v1::Point { effective_on, ..v1::Point::default() };
    let mut of_day = balances(engine, &mut client, asked, day).await?;
    let later = of_day.split_off(1);
    Ok(vec![
        Kind::of("balance at_index and booked_on, gRPC", on_both),
        Kind::of("balance effective_on, gRPC, first of its day", of_day),
        Kind::of("balance effective_on, gRPC, further", later),
    ])
}

/// How long a balance of each takes, asked again while a past is being folded.
async fn balances(
    engine: &Engine,
    client: &mut QueryClient<Line>,
    asked: &[Asked],
    point: impl Fn(&Asked) -> v1::Point,
) -> anyhow::Result<Vec<u64>> {
    let mut times = Vec::with_capacity(asked.len());
    for one in asked {
        let v1::Account { owner, class, .. } = wire::account(&engine.read(), one.account);
        let request = v1::GetBalanceRequest { not_before: 0, owner, class, at: Some(point(one)) };
        let began = Instant::now();
        while let Err(status) = client.get_balance(request.clone()).await {
            let folding = status.get_details_error_info().is_some_and(|info| info.reason == "PAST_FOLDING");
            ensure!(folding, "{status}");
        }
        times.push(micros(began));
    }
    Ok(times)
}

/// Whether what is kept by day adds up to the balances the fold knows.
fn agrees(engine: &Engine, asked: &[Asked]) -> anyhow::Result<bool> {
    let ever = Booked { until: Day::from_yyyymmdd(29_991_231), ..Booked::default() };
    for one in asked {
        if engine.balance_at(one.account, &ever)? != engine.balance_at(one.account, &Booked::default())? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The same numbers in every run (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{BenchOptions, run as run_rosters};

    #[test]
    fn accounts_of_a_record_are_asked_at_points_and_agree() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let data = dir.path().to_owned();
        let options = BenchOptions {
            data: Some(data.clone()),
            nats: None,
            events: 2_000,
            batch: 500,
            clients: 1,
            entities: 300,
            sign: false,
            quiet: true,
        };
        run_rosters(&options)?;
        let measured = run(&PointsOptions { data, questions: 30, quiet: true })?;
        assert!(measured.agrees && measured.entries > 2_000, "{measured:?}");
        assert_eq!(measured.kinds.len(), 7);
        assert!(run(&PointsOptions { data: dir.path().join("none"), questions: 1, quiet: true }).is_err());
        Ok(())
    }
}
