//! Tests of the store: what comes back is what was kept, or nothing.

use super::*;
use crate::answers::tests::world::{EACH, PAYOUT, World, thing};
use crate::pages::posting_row::{AccountPlace, EntryRow};
use ledger::account::{AccountNo, Class, Owner};
use ledger::tree::merkle::leaf_hash;

const LEDGER: [u8; 16] = [7; 16];

impl Store {
    /// Collects, writes and settles at once, for whoever has no thread to spare.
    ///
    /// # Errors
    /// As [`Store::write`]; what was not written belongs to the next batch.
    pub fn save(&self, state: &mut State, tally: &Tallying, entries: &mut Postings) -> Result<(), PagesError> {
        let batch = self.collect(state, tally, entries);
        match self.write(&batch) {
            Ok(()) => Self::settle(batch, entries),
            Err(error) => {
                Self::give_back(batch, state, entries);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Takes a page away behind the back of the checkpoint.
    pub(crate) fn lose_a_page(&self) {
        assert!(self.db.remove(page_key(1, 0)).expect("removed").is_some());
    }
}

fn noted(world: &World, from: u64) -> Postings {
    let mut entries = Postings::from(from);
    note(&mut entries, world, from);
    entries
}

/// Balances in notes are those of the end here, so tests look at them only where each entry is noted as it is folded.
fn note(entries: &mut Postings, world: &World, from: u64) {
    for (index, effective, postings) in world.postings.iter().filter(|(index, ..)| *index >= from) {
        entries.note(&world.state, *index, *effective, postings);
    }
}

fn reopened(dir: &Path) -> (Store, Option<State>) {
    let (store, kept) = Store::open(dir, LEDGER).expect("opens").restore().expect("restores");
    (store, kept.map(|(state, _)| state))
}

/// Some tally that goes with the state; what it says is not looked at here but in one test.
fn tally(state: &State) -> Tallying {
    let books = [1, -2, 3, i128::MAX].map(|fen| Turnover { debits: fen, credits: fen });
    let mut tree = Frontier::new();
    let leaves: Vec<Hash> = (0..state.entries).map(|at| leaf_hash(&at.to_be_bytes())).collect();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    Tallying::from_parts(Tally::from_parts(tree, books, u128::MAX - u128::from(state.entries)), leaves)
}

fn save(store: &Store, world: &mut World, entries: &mut Postings) {
    let tally = tally(&world.state);
    store.save(&mut world.state, &tally, entries).expect("written");
}

fn collect(store: &Store, world: &mut World, entries: &mut Postings) -> Batch {
    let tally = tally(&world.state);
    store.collect(&mut world.state, &tally, entries)
}

#[test]
fn the_tally_comes_back_as_it_was_kept() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut world = World::paid();
    let (store, _) = reopened(dir.path());
    let kept = tally(&world.state);
    save(&store, &mut world, &mut Postings::default());
    drop(store);
    let (_, again) = Store::open(dir.path(), LEDGER).expect("opens").restore().expect("restores");
    let again = again.expect("kept").1;
    assert_eq!((again.tally(), again.tail()), (kept.tally(), kept.tail()));
}

#[test]
fn the_state_comes_back_as_it_was_kept() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut world = World::paid();
    let mut entries = noted(&world, 0);
    let (store, nothing) = reopened(dir.path());
    assert!(nothing.is_none());
    save(&store, &mut world, &mut entries);
    drop(store);
    let (store, state) = reopened(dir.path());
    let state = state.expect("kept");
    assert_eq!((state.entries, state.digest()), (world.state.entries, world.state.digest()));
    assert_eq!(state.programme("SH-GRANT"), world.state.programme("SH-GRANT"));
    // What is folded later is kept on top.
    let known = world.state.entries;
    world.returned(thing(PAYOUT), 4, 20_211_201);
    note(&mut entries, &world, known);
    save(&store, &mut world, &mut entries);
    drop(store);
    let (_, state) = reopened(dir.path());
    assert_eq!(state.expect("kept").digest(), world.state.digest());
}

#[test]
fn a_page_that_is_missing_old_or_bad_drops_everything() {
    let harms: [fn(&sled::Db); 4] = [
        |db| drop(db.remove(page_key(1, 0)).expect("removed")),
        |db| drop(db.insert(page_key(1, 0), seal(vec![0])).expect("put")),
        |db| {
            let mut bytes = db.get(page_key(1, 0)).expect("read").expect("there").to_vec();
            bytes[5] ^= 1;
            db.insert(page_key(1, 0), bytes).expect("put");
        },
        |db| drop(db.remove(CHECKPOINT).expect("removed")),
    ];
    for harm in harms {
        let dir = tempfile::tempdir().expect("a directory");
        let mut world = World::paid();
        let (store, _) = reopened(dir.path());
        save(&store, &mut world, &mut Postings::default());
        harm(&store.db);
        drop(store);
        let (store, state) = reopened(dir.path());
        assert!(state.is_none());
        assert!(store.db.is_empty());
    }
}

#[test]
fn an_old_page_among_new_ones_is_noticed() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut world = World::paid();
    let (store, _) = reopened(dir.path());
    save(&store, &mut world, &mut Postings::default());
    let old = store.db.get(page_key(1, 0)).expect("read").expect("there");
    world.returned(thing(PAYOUT), 4, 20_211_201);
    save(&store, &mut world, &mut Postings::default());
    store.db.insert(page_key(1, 0), old).expect("put");
    drop(store);
    assert!(reopened(dir.path()).1.is_none());
}

#[test]
fn pages_of_another_ledger_are_not_used() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut world = World::paid();
    let (store, _) = reopened(dir.path());
    save(&store, &mut world, &mut Postings::default());
    drop(store);
    let (_, state) = Store::open(dir.path(), [8; 16]).expect("opens").restore().expect("restores");
    assert!(state.is_none());
}

#[test]
fn a_file_that_is_no_store_is_dropped() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("conf"), b"nonsense").expect("written");
    assert!(reopened(dir.path()).1.is_none());
}

#[test]
fn a_directory_in_use_is_an_error_and_is_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut world = World::paid();
    let (store, _) = reopened(dir.path());
    save(&store, &mut world, &mut Postings::default());
    assert!(matches!(Store::open(dir.path(), LEDGER), Err(PagesError::Locked { .. })));
    drop(store);
    assert!(reopened(dir.path()).1.is_some());
}

#[test]
fn what_was_not_written_belongs_to_the_next_batch() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut world = World::paid();
    let mut entries = noted(&world, 0);
    let rows = entries.unstored();
    let (store, _) = reopened(dir.path());
    let batch = collect(&store, &mut world, &mut entries);
    let known = world.state.entries;
    world.returned(thing(PAYOUT), 4, 20_211_201);
    note(&mut entries, &world, known);
    Store::give_back(batch, &mut world.state, &mut entries);
    assert!(entries.unstored() > rows);
    save(&store, &mut world, &mut entries);
    assert_eq!(entries.unstored(), 0);
    drop(store);
    assert_eq!(reopened(dir.path()).1.expect("kept").digest(), world.state.digest());
}

#[test]
fn entries_read_the_same_wherever_they_lie() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut world = World::paid();
    let (store, _) = reopened(dir.path());
    let mut all = Postings::default();
    let mut split = Postings::default();
    note(&mut all, &world, 0);
    note(&mut split, &world, 0);
    save(&store, &mut world, &mut split);
    let second = world.state.entries;
    world.returned(thing(PAYOUT), 4, 20_211_201);
    world.credited(thing(PAYOUT), EACH, 20_211_202);
    note(&mut all, &world, second);
    note(&mut split, &world, second);
    let batch = collect(&store, &mut world, &mut split);
    let third = world.state.entries;
    world.returned(thing(PAYOUT + 1), 4, 20_211_203);
    note(&mut all, &world, third);
    note(&mut split, &world, third);
    for written in [false, true] {
        if written {
            store.write(&batch).expect("written");
        }
        for account in world.state.accounts.iter().map(|(number, _)| AccountPlace::of(&world.state, number)) {
            let wanted = all.recent(account, 0, usize::MAX).after(None::<&Store>).expect("in memory");
            assert_eq!(split.recent(account, 0, usize::MAX).after(Some(&store)).expect("read"), wanted);
            assert_eq!(paged(&split, &store, account), wanted);
        }
    }
}

fn paged(entries: &Postings, store: &Store, account: AccountPlace) -> Vec<EntryRow> {
    let (mut rows, mut from): (Vec<EntryRow>, u64) = (Vec::new(), 0);
    loop {
        let page = entries.recent(account, from, 1).after(Some(store)).expect("read");
        let Some(last) = page.last() else { return rows };
        from = last.index + 1;
        rows.extend(page);
    }
}

#[test]
fn each_row_has_the_balance_after_it() {
    let mut world = World::paid();
    world.returned(thing(PAYOUT), 4, 20_220_103);
    for (number, account) in world.state.accounts.iter() {
        let rows = world
            .entries
            .recent(AccountPlace::of(&world.state, number), 0, usize::MAX)
            .after(None::<&Store>)
            .expect("in memory");
        let mut balance = 0;
        for row in &rows {
            balance += row.fen;
            assert_eq!(row.balance, balance);
            assert!(row.debit() != row.credit());
        }
        assert_eq!(i128::from(balance), account.balance);
        assert!(rows.last().is_none_or(|last| last.index == account.last));
    }
    assert!(world.state.accounts.iter().any(|(_, row)| row.class == Class::DueToFinance && row.balance > 0));
}

#[test]
fn many_rows_of_one_stripe_are_split_between_entries_only() {
    // Five rows an entry on sixteen accounts do not divide a chunk evenly.
    let row = |index: u64, at: u32| EntryRow {
        index,
        account: AccountNo::new(at % 16),
        other: AccountNo::new(99),
        fen: 1,
        balance: 1,
        booked: ledger::money::Day::default(),
        effective: ledger::money::Day::default(),
    };
    let rows: Vec<EntryRow> = (0..20_000u32).map(|at| row(u64::from(at / 5), at)).collect();
    let place = |account| AccountPlace::by(account, Owner::Loan);
    let placed: Vec<Placed> = rows.iter().map(|row| Placed { place: place(row.account), row: *row }).collect();
    let dir = tempfile::tempdir().expect("a directory");
    let (store, _) = reopened(dir.path());
    let puts = store.history.pack(&store, &placed).expect("packed");
    assert!(puts.len() > 1);
    assert!(puts.windows(2).all(|pair| pair[0].0 < pair[1].0));
    for (key, bytes) in puts {
        store.db.insert(key, seal(bytes.expect("a value"))).expect("put");
    }
    let entries = Postings::from(4_000);
    for account in (0..16).map(AccountNo::new) {
        let wanted: Vec<EntryRow> = rows.iter().filter(|row| row.account == account).copied().collect();
        assert_eq!(entries.recent(place(account), 0, usize::MAX).after(Some(&store)).expect("read"), wanted);
        let late: Vec<EntryRow> = wanted.into_iter().filter(|row| row.index >= 3_333).collect();
        assert_eq!(entries.recent(place(account), 3_333, usize::MAX).after(Some(&store)).expect("read"), late);
    }
}

#[test]
fn removed_files_are_told_of_and_waited_for_by_nobody() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("pages");
    let (store, _) = reopened(&path);
    let mut world = World::paid();
    let mut entries = noted(&world, 0);
    save(&store, &mut world, &mut entries);
    std::fs::remove_dir_all(&path).expect("there");
    let tally = tally(&world.state);
    let written = store.save(&mut world.state, &tally, &mut entries);
    assert!(matches!(written, Err(PagesError::Gone { .. })), "{written:?}");
    drop(store);
    let (store, kept) = reopened(&path);
    assert!(kept.is_none(), "the record has it all");
    let mut entries = noted(&world, 0);
    save(&store, &mut world, &mut entries);
}
