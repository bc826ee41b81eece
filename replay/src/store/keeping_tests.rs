//! Tests of keeping pages beside a fold.

use super::*;
use crate::projections::world::{World, day};
use ledger::entry::Entry;
use ledger::event::{Event, Kind, PersonRegistered};
use uuid::Uuid;

fn register(state: &mut State, number: u64) {
    let person = Uuid::from_u128(u128::from(number) + 1);
    let kind = Kind::PersonRegistered(PersonRegistered { person, origin: 610_000 });
    let event = Event { id: person, effective: day(20_210_101), kind };
    let entry = Entry { index: state.entries, recorded_ms: 0, principal: "", content: &number.to_le_bytes(), event };
    let _ = state.fold(&entry).expect("in order");
}

#[test]
fn a_checkpoint_is_taken_when_due_and_kept() {
    let dir = tempfile::tempdir().expect("a directory");
    let (keeping, mut state) = Keeping::open(dir.path(), [7; 16]).expect("opens");
    for number in 0..EVERY_ENTRIES + 10 {
        register(&mut state, number);
        keeping.keep_sometimes(&mut state).expect("kept");
    }
    assert_eq!(keeping.writing.lock().taken, EVERY_ENTRIES);
    // The process ends here without a last checkpoint: the thread has what it needs to finish.
    let under_way = keeping.writing.lock().under_way.take();
    if let Some(under_way) = under_way {
        under_way.thread.join().expect("no panic").expect("written");
    }
    drop(keeping);
    let (_, kept) = Keeping::open(dir.path(), [7; 16]).expect("opens");
    assert_eq!(kept.entries, EVERY_ENTRIES);
    let (mut kept, mut clean) = (kept, State::default());
    (0..EVERY_ENTRIES).for_each(|number| register(&mut clean, number));
    assert_eq!(kept.digest(), clean.digest());
}

#[test]
fn keeping_at_the_end_keeps_everything() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut world = World::paid();
    let (keeping, _) = Keeping::open(dir.path(), [7; 16]).expect("opens");
    for (index, postings) in &world.postings {
        keeping.note(&world.state, *index, postings);
    }
    let accounts = || (0..world.state.accounts.next()).map(AccountNo);
    let before: Vec<_> = accounts().map(|account| keeping.postings(account, 0, 9).expect("read")).collect();
    let accounts: Vec<AccountNo> = accounts().collect();
    keeping.keep_now(&mut world.state).expect("kept");
    drop(keeping);
    let (keeping, mut state) = Keeping::open(dir.path(), [7; 16]).expect("opens");
    assert_eq!(state.digest(), world.state.digest());
    let after = accounts.iter().map(|account| keeping.postings(*account, 0, 9).expect("read"));
    assert!(after.eq(before));
}
