//! Every account, at every index and booked day, against a plain list of rows, however checkpoints cut them.

use std::collections::BTreeMap;
use std::ops::Bound;

use ledger::account::{AccountNo, Owner};
use ledger::money::{Day, Fen};
use parking_lot::Mutex;

use super::{ChunkWalk, Chunks, Found, History};
use crate::pages::posting_row::{AccountPlace, EntryRow, Placed};
use crate::point::Booked;

type Range<'a> = std::collections::btree_map::Range<'a, Vec<u8>, Vec<u8>>;

/// Which end of a range.
type End = for<'a> fn(&mut Range<'a>) -> Option<(&'a Vec<u8>, &'a Vec<u8>)>;

/// A store that keeps everything in memory.
#[derive(Default)]
struct Shelf {
    kept: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Chunks for Shelf {
    type Error = &'static str;

    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Found>, Self::Error> {
        Ok(if from > to { None } else { self.between(from, to, |range| range.next()) })
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Found>, Self::Error> {
        Ok(if from > to { None } else { self.between(from, to, |range| range.next_back()) })
    }

    fn damaged(&self) -> Self::Error {
        "damaged"
    }
}

impl Shelf {
    fn between(&self, from: &[u8], to: &[u8], one: End) -> Option<Found> {
        let (from, to) = (Bound::Included(from.to_vec()), Bound::Included(to.to_vec()));
        let kept = self.kept.lock();
        one(&mut kept.range((from, to))).map(|(key, value)| (key.clone(), value.clone()))
    }

    fn keep(&self, history: &History, rows: &[Placed]) {
        let puts = history.pack(self, rows).expect("packed");
        let mut kept = self.kept.lock();
        for (key, value) in puts {
            match value {
                Some(value) => kept.insert(key, value),
                None => kept.remove(&key),
            };
        }
    }
}

/// The same numbers on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn place(account: u32) -> AccountPlace {
    // Every third account lasts; the others share two stripes.
    let owner = if account.is_multiple_of(3) { Owner::Org } else { Owner::Roster };
    AccountPlace::by(AccountNo::new(account), owner)
}

/// Rows as the fold would note them: some entries post several times to an account, some days come late, some early.
fn history(chance: &mut Chance, entries: u64, accounts: u64) -> Vec<Placed> {
    let mut balances: BTreeMap<AccountNo, Fen> = BTreeMap::new();
    let mut rows = Vec::new();
    for index in 0..entries {
        for _ in 0..chance.below(4) {
            let account = AccountNo::new(120 + u32::try_from(chance.below(accounts)).expect("small"));
            let fen = i64::try_from(chance.below(2_000)).expect("small") - 1_000;
            let balance = balances.entry(account).or_default();
            *balance += fen;
            let today = i32::try_from(18_000 + index / 40).expect("small");
            let early = i32::try_from(chance.below(30) * chance.below(2)).expect("small");
            let effective = Day::default().plus(today - early);
            let booked = effective.plus(i32::try_from(chance.below(2) * chance.below(9)).expect("small"));
            let row = EntryRow { index, account, other: AccountNo::new(7), fen, balance: *balance, booked, effective };
            rows.push(Placed { place: place(account.number()), row });
        }
    }
    rows
}

/// Cuts the list between entries, at random, into checkpoints of very different sizes.
fn cut(chance: &mut Chance, rows: &[Placed], many: u64) -> Vec<Vec<Placed>> {
    let mut cuts: Vec<Vec<Placed>> = vec![Vec::new()];
    for entry in rows.chunk_by(|one, other| one.row.index == other.row.index) {
        if chance.below(many) == 0 {
            cuts.push(Vec::new());
        }
        cuts.last_mut().expect("one").extend_from_slice(entry);
    }
    cuts.retain(|rows| !rows.is_empty());
    cuts
}

fn points(chance: &mut Chance, entries: u64) -> Vec<Booked> {
    let mut points = Vec::new();
    for _ in 0..40 {
        let known = Booked { entries: Some(chance.below(entries + 2)), until: None };
        let until = Day::default().plus(17_960 + i32::try_from(chance.below(entries / 40 + 60)).expect("small"));
        points.extend([known, Booked { until: Some(until), ..known }]);
    }
    points
}

fn agrees(shelf: &Shelf, rows: &[Placed], accounts: u64, points: &[Booked]) {
    for account in 120..120 + u32::try_from(accounts).expect("small") {
        let own: Vec<EntryRow> =
            rows.iter().map(|placed| placed.row).filter(|row| row.account.number() == account).collect();
        for point in points {
            let below = point.entries.expect("bounded");
            let known = || own.iter().filter(|row| row.index < below);
            let counted = known().filter(|row| point.counts(row.booked));
            let wanted: i128 = counted.clone().map(|row| i128::from(row.fen)).sum();
            let mut walk = ChunkWalk::of(shelf, place(account));
            let sum = walk.sum(point, below).expect("read");
            assert_eq!((sum.fen, sum.rows), (wanted, counted.count() as u64), "account {account} at {point:?}");
            let balance = ChunkWalk::of(shelf, place(account)).balance(below).expect("read");
            assert_eq!(i128::from(balance), known().map(|row| i128::from(row.fen)).sum::<i128>());
            let mut shown = Vec::new();
            walk.forward(below / 2, below, &mut |row| {
                shown.push(*row);
                true
            })
            .expect("read");
            let wanted = known().filter(|row| row.index >= below / 2);
            assert!(wanted.eq(&shown), "account {account} at {point:?}");
        }
    }
}

#[test]
fn every_account_stands_at_every_point_as_a_plain_list_says() {
    for seed in 0..8 {
        let mut chance = Chance(seed);
        let (entries, accounts) = (400 + 300 * seed, 5 + 2 * seed);
        let rows = history(&mut chance, entries, accounts);
        let (shelf, mut history) = (Shelf::default(), History::default());
        for rows in cut(&mut chance, &rows, 2 + 10 * seed) {
            shelf.keep(&history, &rows);
            // As after a start: what was counted is counted again.
            if chance.below(9) == 0 {
                history = History::default();
            }
        }
        let points = points(&mut chance, entries);
        agrees(&shelf, &rows, accounts, &points);
    }
}

#[test]
fn a_checkpoint_written_twice_counts_once() {
    let mut chance = Chance(5);
    let rows = history(&mut chance, 6_000, 3);
    let cuts = cut(&mut chance, &rows, 1_500);
    let (shelf, history) = (Shelf::default(), History::default());
    let mut written: Vec<Placed> = Vec::new();
    for rows in cuts {
        // What came before was given back after it was written, and comes again with what followed.
        written.extend(rows);
        shelf.keep(&history, &written);
        history.failed();
    }
    agrees(&shelf, &written, 3, &points(&mut chance, 6_000));
}

#[test]
fn a_question_about_an_account_that_lasts_reads_little_however_long_its_history() {
    let mut read = Vec::new();
    for entries in [20_000, 80_000] {
        let mut chance = Chance(1);
        let rows = history(&mut chance, entries, 4);
        let (shelf, history) = (Shelf::default(), History::default());
        cut(&mut chance, &rows, 100).iter().for_each(|rows| shelf.keep(&history, rows));
        let point = Booked { entries: Some(entries - 1), until: Some(Day::default().plus(18_100)) };
        let mut walk = ChunkWalk::of(&shelf, place(120));
        walk.sum(&point, entries - 1).expect("read");
        let mut back = ChunkWalk::of(&shelf, place(120));
        back.balance(entries / 2).expect("read");
        read.push(walk.read);
        assert_eq!(back.read, 1);
    }
    assert!(read.iter().all(|read| *read <= 66), "{read:?} chunks read");
}

#[test]
fn a_statement_passes_over_what_its_point_does_not_count() {
    let mut chance = Chance(2);
    let mut rows = history(&mut chance, 60_000, 1);
    let (first, again) = (Day::default().plus(10), [20_000, 59_000]);
    for placed in &mut rows {
        let counted = placed.row.index < 100 || again.iter().any(|at| placed.row.index / 10 == at / 10);
        let month = i32::try_from(placed.row.index / 1_000).expect("small");
        placed.row.booked = if counted { first } else { first.plus(1 + 30 * month) };
    }
    let (shelf, history) = (Shelf::default(), History::default());
    cut(&mut chance, &rows, 3_000).iter().for_each(|rows| shelf.keep(&history, rows));
    let point = Booked { until: Some(first), ..Booked::default() };
    let mut walk = ChunkWalk::of(&shelf, place(120));
    let mut shown = Vec::new();
    walk.counted(&point, 0, 60_000, &mut |row| {
        shown.push(*row);
        true
    })
    .expect("read");
    let own = rows.iter().map(|placed| placed.row).filter(|row| row.account.number() == 120);
    assert!(own.filter(|row| row.booked == first).eq(shown.iter().copied()));
    assert!(shown.last().is_some_and(|row| row.index >= again[1]));
    // Between what counts lie tens of thousands of rows; a few chunks at the ends of each stretch are read.
    let chunks = shelf.kept.lock().keys().filter(|key| key[0] == b'e').count();
    assert!(walk.read as usize * 2 < chunks, "{} of {chunks} chunks read", walk.read);
}

#[test]
fn bytes_that_are_no_chunk_are_told_not_guessed() {
    let mut chance = Chance(3);
    let rows = history(&mut chance, 50, 2);
    let (shelf, history) = (Shelf::default(), History::default());
    shelf.keep(&history, &rows);
    for value in shelf.kept.lock().values_mut() {
        value.truncate(value.len() / 2);
    }
    let told = ChunkWalk::of(&shelf, place(120)).balance(50);
    assert_eq!(told.err(), Some("damaged"));
}
