//! Point questions to a record that exists: balances and statements at an index, on a day and both, of accounts and
//! points taken by chance. Asks the engine in process, and once more over gRPC on loopback. Records nothing itself.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;
use ledger::account::AccountNo;
use ledger::money::Day;
use proto::v1;
use proto::v1::query_client::QueryClient;
use replay::audit::explain::explain;
use replay::engine::{Engine, Options};
use replay::point::Point;
use replay::terminal::progress;
use serde::Serialize;

use super::Ground;
use super::clients::connect;
use crate::wire;

/// Rows of a page of a statement.
const PAGE_ROWS: usize = 100;

/// Entries tried for one that posted something before an account is taken by its number instead.
const TRIES: usize = 200;

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
    kinds.push(ground.serve(async |address| over_wire(&ground.engine, address, &asked).await)?);
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

/// Accounts, half of them by number and half by posting, so that both the many quiet ones and the few busy ones are
/// asked; each with an index by chance and the day of an entry by chance.
fn plan(engine: &Engine, questions: usize) -> anyhow::Result<Vec<Asked>> {
    let mut chance = Chance(1);
    let (entries, accounts) = {
        let state = engine.read();
        (state.entries, state.accounts.next())
    };
    let mut asked = Vec::with_capacity(questions);
    for at in 0..questions {
        let by_number = AccountNo::new(u32::try_from(chance.below(u64::from(accounts)))?);
        let account = if at % 2 == 0 { by_number } else { posted(engine, &mut chance, entries)?.unwrap_or(by_number) };
        let day = engine.recorded(chance.below(entries))?.map(|entry| entry.event.effective).unwrap_or_default();
        asked.push(Asked { account, entries: 1 + chance.below(entries), day });
    }
    Ok(asked)
}

/// An account of a posting taken by chance.
fn posted(engine: &Engine, chance: &mut Chance, entries: u64) -> anyhow::Result<Option<AccountNo>> {
    for _ in 0..TRIES {
        let moved = explain(engine, chance.below(entries))?.map(|entry| entry.moved).unwrap_or_default();
        if let Some(moved) = moved.get(usize::try_from(chance.below(moved.len().max(1) as u64))?) {
            return Ok(Some(if chance.below(2) == 0 { moved.debit } else { moved.credit }));
        }
    }
    Ok(None)
}

impl Asked {
    fn at_index(&self) -> Point {
        Point { entries: Some(self.entries), ..Point::default() }
    }

    fn effective_on(&self) -> Point {
        Point { effective: Some(self.day), ..Point::default() }
    }

    fn both(&self) -> Point {
        Point { effective: Some(self.day), ..self.at_index() }
    }
}

fn in_process(engine: &Engine, asked: &[Asked]) -> anyhow::Result<Vec<Kind>> {
    let balance = |point: fn(&Asked) -> Point| {
        timed(asked, move |asked| Ok(engine.balance_at(asked.account, &point(asked)).map(drop)?))
    };
    let statement = |asked: &Asked| {
        // A page from somewhere before the index, as a reader who pages on would ask.
        let from = asked.entries / 2;
        Ok(engine.entries_at(asked.account, &asked.both(), from, PAGE_ROWS).map(drop)?)
    };
    Ok(vec![
        Kind::of("balance at_index", balance(Asked::at_index)?),
        Kind::of("balance effective_on", balance(Asked::effective_on)?),
        Kind::of("balance at_index and effective_on", balance(Asked::both)?),
        Kind::of("statement at_index and effective_on", timed(asked, statement)?),
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

async fn over_wire(engine: &Engine, address: SocketAddr, asked: &[Asked]) -> anyhow::Result<Kind> {
    let channel = connect(address, 1).await?.remove(0);
    let mut client = QueryClient::new(channel);
    let mut times = Vec::with_capacity(asked.len());
    for one in asked {
        let account = wire::account(&engine.read(), one.account);
        let effective_on = one.day.yyyymmdd();
        let at = Some(v1::Point { at_index: Some(one.entries - 1), effective_on, ..v1::Point::default() });
        let request = v1::GetBalanceRequest { not_before: 0, owner: account.owner, class: account.class, at };
        let began = Instant::now();
        client.get_balance(request).await?;
        times.push(micros(began));
    }
    Ok(Kind::of("balance at_index and effective_on, gRPC", times))
}

/// Whether what is kept by day adds up to the balances the fold knows.
fn agrees(engine: &Engine, asked: &[Asked]) -> anyhow::Result<bool> {
    let ever = Point { effective: Day::from_yyyymmdd(29_991_231), ..Point::default() };
    for one in asked {
        if engine.balance_at(one.account, &ever)? != engine.balance_at(one.account, &Point::default())? {
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
        assert_eq!(measured.kinds.len(), 5);
        assert!(run(&PointsOptions { data: dir.path().join("none"), questions: 1, quiet: true }).is_err());
        Ok(())
    }
}
