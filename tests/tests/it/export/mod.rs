//! Strangers' tools recompute every balance of exported histories, to the fen, and notice one fen that was changed.
//! Beancount must have done so; hledger too, unless it cannot be had here, which is said aloud.

mod tools;

use ledger::event::Event;
use ledger::state::State;
use replay::audit::export::{Format, export, names};
use replay::engine::{Engine, Options};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tests::desk::submit;
use tools::{Balances, Tool};

/// Entries between checkpoints: few, so that there are some.
const EVERY: u64 = 100;

/// A history as it was frozen: who said what.
struct Told(Vec<(String, Vec<u8>, Event)>);

impl Told {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("histories").join(name);
        let text = std::fs::read_to_string(path).expect("a frozen history");
        let entries = text.lines().filter_map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let [principal, _, content] = words.as_slice() else { return None };
            let content = (0..content.len() / 2).map(|at| u8::from_str_radix(&content[at * 2..at * 2 + 2], 16));
            let content: Vec<u8> = content.collect::<Result<_, _>>().expect("hex digits");
            let event = proto::event::decode(&content).expect("an event");
            Some((awkward(principal), content, event))
        });
        let mut entries: Vec<_> = entries.collect();
        // What is said once more is an entry too.
        entries.extend(entries.first().cloned());
        Self(entries)
    }

    /// The state after some of it, folded in memory.
    fn folded(&self, entries: usize) -> State {
        let mut state = State::default();
        for (principal, content, event) in &self.0[..entries] {
            let _ = submit(&mut state, principal, content, event.clone()).expect("the fold goes on");
        }
        state
    }

    fn record(&self, data: &Path) {
        let engine = Engine::open(&tests::desk::late(data), &mut |_| {}).expect("an empty ledger opens");
        for (principal, content, event) in &self.0 {
            let said = vec![(content.clone().into(), event.clone())];
            let receipts = engine.submit(principal.as_str(), said).expect("room");
            let _ = receipts.blocking_recv().expect("the ledger answers").expect("recorded");
        }
        engine.stop().expect("a clean end");
    }
}

/// Names that a careless journal would choke on. Who submits matters to no balance but to four eyes, so two names stay two.
fn awkward(principal: &str) -> String {
    format!("{principal}, \"entry:9\" \\ ;\n=[2021-01-01]")
}

/// What the ledger says stands on every account anything was posted to, by its exported name.
fn ours(state: &State) -> Balances {
    let posted_to = state.accounts.iter().filter(|(_, account)| account.last > 0);
    posted_to.map(|(_, account)| (names::account(account), account.balance)).collect()
}

fn fresh(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    dir
}

#[test]
fn strangers_recompute_every_balance_and_notice_a_fen() {
    let beancount = tools::beancount().expect("Beancount, without which nobody else has checked the figures");
    let hledger = tools::find_hledger();
    for history in ["loans-1.hex", "rules-1.hex"] {
        let told = Told::read(history);
        let dir = fresh(history);
        told.record(&dir.join("ledger"));
        exported(&told, &dir, Format::Beancount, &beancount);
        match &hledger {
            Ok(hledger) => exported(&told, &dir, Format::Hledger, hledger),
            Err(why) => aloud(&format!("NOT CHECKED BY HLEDGER: {why}. Beancount recomputed {history}.")),
        }
        tables(&told, &dir);
    }
}

/// Past the test runner, which swallows what a passing test prints: a check left out must be seen.
fn aloud(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("standard error takes a line");
}

/// Exports, has the tool recompute the end and every checkpoint, then changes a fen in two ways.
fn exported(told: &Told, dir: &Path, format: Format, tool: &Tool) {
    let out = dir.join(format!("{format:?}"));
    let written = export(&Options::file(dir.join("ledger")), format, &out, EVERY, &mut |_| {}).expect("exported");
    let state = told.folded(told.0.len());
    assert_eq!(written.entries, state.entries);
    let found = tool.balances(&written.open).unwrap_or_else(|why| panic!("{format:?}: {why}"));
    assert_eq!(found, ours(&state), "{format:?}");
    assert_eq!(written.accounts, found.len() as u64);
    assert!(found.len() > 20 && found.values().any(|fen| fen % 100 != 0), "too little to compare");
    let ending = written.open.extension().expect("an ending").to_string_lossy().into_owned();
    let mut checkpoints = 0;
    for entries in (EVERY..=state.entries).step_by(usize::try_from(EVERY).expect("small")) {
        let journal = out.join(format!("at-{entries:012}.{ending}"));
        let found = tool.balances(&journal).unwrap_or_else(|why| panic!("{}: {why}", journal.display()));
        assert_eq!(found, ours(&told.folded(usize::try_from(entries).expect("small"))), "{}", journal.display());
        checkpoints += 1;
    }
    assert!(checkpoints > 2, "too few checkpoints");
    tampered(&out, &written.open, tool);
}

/// One leg changed: the transaction does not balance. Both legs: only the assertions can tell.
fn tampered(out: &Path, main: &Path, tool: &Tool) {
    let mut stretches: Vec<PathBuf> =
        std::fs::read_dir(out).expect("a directory").flatten().map(|f| f.path()).collect();
    stretches.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("entries-")));
    stretches.sort();
    let path = &stretches[stretches.len() / 2];
    let text = std::fs::read_to_string(path).expect("a stretch");
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.ends_with(" CNY") && !line.contains(" open ")).expect("a posting");
    let [debit, credit] = [lines[at], lines[at + 1]];
    let a_fen_more = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let fen: i128 = words[1].replace('.', "").parse().expect("an amount");
        let more = if fen < 0 { fen - 1 } else { fen + 1 };
        let sign = if more < 0 { "-" } else { "" };
        format!("  {}  {sign}{}.{:02} CNY", words[0], more.abs() / 100, more.abs() % 100)
    };
    for changed in [vec![(at, a_fen_more(debit))], vec![(at, a_fen_more(debit)), (at + 1, a_fen_more(credit))]] {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        for (at, line) in &changed {
            lines[*at].clone_from(line);
        }
        std::fs::write(path, lines.join("\n") + "\n").expect("written");
        let why = tool.balances(main).expect_err("a changed fen goes unnoticed");
        let word = if changed.len() == 1 { "alance" } else { "ssert" };
        assert!(why.contains(word) || why.contains("Balance failed"), "another reason: {why}");
    }
    std::fs::write(path, text).expect("written");
    assert!(tool.balances(main).is_ok(), "the journal as it was");
}

fn tables(told: &Told, dir: &Path) {
    let out = dir.join("csv");
    let options = Options::file(dir.join("ledger"));
    let written = export(&options, Format::Csv, &out, EVERY, &mut |_| {}).expect("exported");
    let mut found = tools::tables(&out).expect("tables that agree");
    assert_eq!(found.remove("entries"), Some(told.0.len() as i128));
    assert_eq!(found, ours(&told.folded(told.0.len())));
    assert_eq!(written.accounts, found.len() as u64);
    let taken = export(&options, Format::Csv, &out, EVERY, &mut |_| {}).expect_err("it is there");
    assert!(taken.to_string().contains("exists already"), "{taken}");
    let entries = std::fs::read_to_string(out.join("entries.csv")).expect("a table");
    assert!(entries.contains(",posted,\r\n") && entries.contains(",refused,") && entries.contains(",duplicate,"));
}
