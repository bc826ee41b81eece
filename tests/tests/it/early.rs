//! What is told before its day or its ground: claims of days to come, decisions before what they decide about. Whatever was told or put
//! right last, what is found of them is a function of what counts.

#![allow(clippy::inconsistent_digit_grouping)] // Days are written as year, month and day: 2024_12_20.

use ledger::event::Event;
use ledger::finding::FindingKind;
use ledger::money::Day;
use ledger::state::State;
use ledger::state::entry_rows::POSTED;
use ledger::state::flows::Flow;
use ledger::state::rows::Voucher;
use std::collections::BTreeSet;
use std::path::Path;
use tests::as_of::entry;
use tests::desk::labelled;
use tests::history::{Lived, whole};
use tests::loans::day;
use tests::scenario::{Provoked, after};
use uuid::Uuid;

/// Histories.
const SEEDS: u64 = 40;

/// Events of each.
const LENGTH: usize = 450;

/// What counts of a history, each once, as it was told.
fn counting(lived: &Lived) -> Vec<&(String, Event)> {
    let counts = |(at, (_, event)): (usize, &(String, Event))| {
        let of_id = lived.state.seen.find(event.id).map(u64::from);
        of_id == Some(at as u64) && lived.state.seen_at(at as u64).is_some_and(|row| row.verdict == POSTED)
    };
    lived.said.iter().enumerate().filter(|(at, said)| counts((*at, *said))).map(|(_, said)| said).collect()
}

/// Decisions and reports found to be early: which, of what, on which day; of those that stand in the other ledger too.
fn early(state: &State, other: &State, kind: FindingKind) -> BTreeSet<(Uuid, Uuid, Day)> {
    let stands = |id| other.seen.by_id(id).is_some_and(|(_, row)| row.verdict == POSTED);
    let open = state.findings.iter().filter(|(_, row)| row.open && row.kind == kind);
    let found = open.map(|(_, row)| (state.seen.get(row.fact).id, row.subject, row.on));
    let same = |id| kind == FindingKind::DecidedEarly || ground(state, id) == ground(other, id);
    found.filter(|(told, about, _)| stands(*told) && same(*about)).collect()
}

/// The day before which nothing can be told of a thing: a decision refused for what was wrong at its time is missing in one ledger.
fn ground(state: &State, id: Uuid) -> Option<Day> {
    let sent = state.payouts.by_id(id).and_then(|(_, row)| state.applications.get(row.application).batch.handle());
    let sent = sent.map(|batch| state.batches.get(batch).on);
    let decided = || state.debts.by_id(id).filter(|(_, debt)| debt.is_due()).map(|(_, debt)| debt.on);
    let drawn = |(_, row): (_, &Voucher)| {
        row.issued.handle().map(|_| row.on.max(state.applications.get(row.application).set.approved_on))
    };
    let issued = || state.vouchers.by_id(id).and_then(drawn);
    let approved = || state.remittances.by_id(id).map(|(_, row)| row.approved_on);
    sent.or_else(decided).or_else(issued).or_else(approved)
}

/// A history in which much is told wrong and put right, against a ledger told right from the start.
#[test]
fn what_is_before_its_ground_is_found_whichever_was_told_last() {
    let mut found = [0, 0];
    for seed in 0..SEEDS {
        let lived = whole(seed, LENGTH);
        let mut right = State::default();
        for (principal, event) in counting(&lived) {
            let (index, content) = (right.entries, proto::event::encode(event));
            let entry = entry(index, principal, &content, event);
            let _ = right.fold_as_of(&entry, POSTED).expect("the fold goes on");
        }
        for (kind, found) in [FindingKind::DecidedEarly, FindingKind::ToldEarly].into_iter().zip(&mut found) {
            let (told, expected) = (early(&lived.state, &right, kind), early(&right, &lived.state, kind));
            assert_eq!(told, expected, "seed {seed}");
            *found += told.len();
        }
    }
    assert!(found[0] > 20 && found[1] >= 8, "{found:?}");
}

/// Of a claim told and confirmed before its days are over: 20,000 yuan at two yuan a day, from 1 September, of which 21 October and after
/// were claimed.
#[test]
fn interest_as_of_a_day_ends_with_it_whatever_was_claimed_of_days_to_come() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/47-claimed-of-days-to-come.txt");
    let told = after(&story, &mut Provoked::default()).expect("it comes out as written");
    for (on, days, claimed) in [(2022_11_06, 67, 17), (2022_12_31, 122, 72), (2023_10_20, 415, 365)] {
        let mut state = told.clone();
        state.settle(day(on), 0);
        let (_, loan) = state.loans.by_id(labelled("甲贷")).expect("it was told");
        let flows = [Flow::Subsidy, Flow::SubsidyConfirmed, Flow::SubsidyOverclaimed].map(|flow| loan.posted[flow]);
        assert_eq!(flows, [200 * days, 200 * claimed, 73_000 - 200 * claimed], "as of {on}");
        let over = state.findings.iter().any(|(_, row)| row.open && row.kind == FindingKind::Overclaimed);
        assert_eq!(over, claimed < 365, "as of {on}");
    }
}
