//! Generated histories against the simple model: what the ledger promises, at every step of histories nobody wrote.

use ledger::account::Class;
use ledger::entry::{Entry, Proof};
use ledger::event::{Clearing, Event, Kind, LoanRepaid};
use ledger::finding::FindingKind;
use ledger::lender::fund::stock_on;
use ledger::money::Day;
use ledger::outcome::{Code, Now, Outcome};
use ledger::state::State;
use ledger::state::flows::{Flow, Flows};
use ledger::state::lending_rows::Portfolio;
use ledger::state::rows::Finding;
use ledger::state::stage::Stage;
use proto::samples::LATE_MS;
use std::collections::BTreeMap;
use tests::check::same;
use tests::desk::{restored, say, submit, submit_at};
use tests::history::{Chance, History, lending, wild};
use tests::model::{Model, Verdict};
use uuid::Uuid;

/// Histories a test makes.
const SEEDS: u64 = 120;

/// The first kind of event about loans; those after it are too.
const FIRST_OF_LOANS: &str = "loan_terms_adopted";

/// Events in each.
const LENGTH: usize = 500;

/// The verdict on the entry folded last.
fn verdict(state: &State, outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Posted { .. } if is_beside(state) => Verdict::Beside,
        Outcome::Posted { .. } => Verdict::Posted,
        Outcome::Refused(_) => Verdict::Refused,
        Outcome::Duplicate { first, now } => {
            let refused = now.refused().is_some();
            Verdict::Duplicate { first: usize::try_from(*first).expect("a small index"), refused }
        }
    }
}

/// Whether the entry folded last does not count.
fn is_beside(state: &State) -> bool {
    state.seen_at(state.entries - 1).is_some_and(|seen| seen.now() == Now::Differs)
}

/// Lives through a history, asking `look` after each step.
fn live(
    seed: u64,
    length: usize,
    look: impl FnMut(&mut State, &Model, &Event, &Outcome),
) -> (State, Vec<(String, Event)>) {
    live_through(seed, History::new(seed, length), look)
}

/// Lives through this one.
pub(crate) fn live_through(
    seed: u64,
    mut history: History,
    mut look: impl FnMut(&mut State, &Model, &Event, &Outcome),
) -> (State, Vec<(String, Event)>) {
    let (mut state, mut model) = (State::default(), Model::default());
    let mut said = Vec::new();
    while let Some((principal, event)) = history.next(&model) {
        let expected = model.tell(&principal, &event, &proto::event::encode(&event));
        let outcome = say(&mut state, &principal, &event).expect("the fold goes on");
        assert_eq!(
            verdict(&state, &outcome),
            expected,
            "seed {seed}, event {}: {event:?} gave {outcome:?}",
            said.len()
        );
        look(&mut state, &model, &event, &outcome);
        said.push((principal, event));
    }
    (state, said)
}

#[test]
fn the_ledger_agrees_with_the_model_at_every_step() {
    let mut posted: BTreeMap<&str, u32> = BTreeMap::new();
    let mut refused: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut reissued, mut accepted, mut surrendered, mut left) = (0, 0, 0, 0);
    for seed in 0..SEEDS {
        let (state, _) = live(seed, LENGTH, |state, model, event, outcome| {
            same(state, model);
            let clearing = matches!(&event.kind, Kind::SuspenseCleared(e) if matches!(e.how, Clearing::Accepted(_)));
            accepted += usize::from(clearing && matches!(outcome, Outcome::Posted { .. }));
            match outcome {
                Outcome::Posted { .. } => *posted.entry(event.kind.name()).or_default() += 1,
                Outcome::Refused(refusal) => {
                    *refused.entry(refusal.code.name()).or_default() += 1;
                    assert!(!event.kind.is_report(), "a report was refused: {event:?}");
                }
                Outcome::Duplicate { .. } => {}
            }
        });
        reissued += state.payouts.iter().filter(|(_, payout)| payout.reissue_of.is_some()).count();
        let after_leaving = |finding: &Finding| finding.kind == FindingKind::PaidAfterLeaving;
        left += state.findings.iter().filter(|(_, finding)| after_leaving(finding)).count();
        surrendered += state.lines.iter().filter(|(_, line)| line.surrendered > 0).count();
    }
    // A generator that stops reaching the end of the chain would let everything above pass. Loans have a model of their own.
    let debts = ["recovery_received", "recovery_waived", "recovery_ordered", "refund_paid", "draws_corrected"];
    for kind in proto::event::KIND_NAMES.iter().take_while(|kind| **kind != FIRST_OF_LOANS).chain(&debts) {
        assert!(posted.get(kind).is_some_and(|times| *times >= 5), "too few {kind}: {posted:?} {refused:?}");
    }
    let enough = reissued >= 5 && accepted >= 5 && surrendered >= 5 && left >= 5;
    assert!(enough, "{reissued} {accepted} {surrendered} {left}");
    assert!(refused.len() >= 28, "too few reasons: {refused:?}");
}

/// Whether it made up a roster or an application that was given up.
fn is_of_cancelled_set(state: &State, event: &Event) -> bool {
    let id = event.subject();
    let stage = state.rosters.by_id(id).map(|(_, row)| row.set.stage);
    let stage = stage.or_else(|| state.applications.by_id(id).map(|(_, row)| row.set.stage));
    let cancels = matches!(event.kind, Kind::RosterCancelled(_) | Kind::ApplicationCancelled(_) | Kind::BatchSent(_));
    // A correction is no part of the application: it is taken back by itself.
    stage == Some(Stage::Cancelled) && !cancels && !matches!(event.kind, Kind::DrawsCorrected(_))
}

/// What counted counts no more, and what was refused has one reason left.
fn of_cancelled_set(now: Now) -> Now {
    if matches!(now, Now::Refused(_)) { Now::Refused(Code::SetCancelled) } else { Now::Withdrawn }
}

#[test]
fn outcomes_are_final() {
    let mut cancelled = 0;
    for seed in 0..8 {
        let mut first: BTreeMap<uuid::Uuid, (u64, Now, Event)> = BTreeMap::new();
        let (mut state, said) = live(seed, LENGTH, |state, _, event, outcome| {
            let now = match outcome {
                Outcome::Posted { .. } if is_beside(state) => return,
                Outcome::Refused(refusal) => Now::Refused(refusal.code),
                Outcome::Posted { .. } => Now::Counts,
                Outcome::Duplicate { .. } => return,
            };
            if let (Kind::EntryWithdrawn(e), Now::Counts) = (&event.kind, now)
                && let Some(taken) = first.get_mut(&e.entry)
            {
                taken.1 = Now::Withdrawn;
            }
            // What was refused is judged anew if it says something else; what counts stays.
            let latest = first.entry(event.id).or_insert((state.entries - 1, now, event.clone()));
            if matches!(latest.1, Now::Refused(_)) {
                *latest = (state.entries - 1, now, event.clone());
            }
        });
        cancelled += first.values().filter(|(_, _, event)| is_of_cancelled_set(&state, event)).count();
        let mut seen = std::collections::BTreeSet::new();
        for (principal, event) in said.iter().filter(|(_, event)| seen.insert(event.id)) {
            // What never counted nor was judged is tried elsewhere.
            let Some((first, now, event)) = first.get(&event.id).cloned() else { continue };
            let again = say(&mut state, principal, &event).expect("the fold goes on");
            let now = if is_of_cancelled_set(&state, &event) { of_cancelled_set(now) } else { now };
            assert_eq!(again, Outcome::Duplicate { first, now }, "{event:?}");
        }
    }
    assert!(cancelled >= 20, "only {cancelled} statements of cancelled sets");
}

#[test]
fn a_dry_run_says_what_will_be_and_changes_nothing() {
    for seed in 0..4 {
        let (mut state, mut model) = (State::default(), Model::default());
        let mut history = History::new(seed, LENGTH);
        while let Some((principal, event)) = history.next(&model) {
            let content = proto::event::encode(&event);
            let _ = model.tell(&principal, &event, &content);
            let digest = state.digest();
            let (index, recorded_ms) = (state.entries, LATE_MS);
            let (principal, proof, content, event) = (&*principal, Proof::Named, &content, &event);
            let entry = Entry { index, recorded_ms, principal, proof, again: None, content, event };
            let before = state.dry_run(&entry).expect("the fold goes on");
            assert_eq!(state.digest(), digest, "a dry run changed something: {entry:?}");
            let after = state.fold(&entry).expect("the fold goes on");
            match (before, &after) {
                // Findings get their numbers only when they are opened.
                (Outcome::Posted { postings: before, .. }, Outcome::Posted { postings: after, .. }) => {
                    assert_eq!(&before, after);
                }
                (before, after) => assert_eq!(&before, after),
            }
        }
    }
}

#[test]
fn the_same_entries_give_the_same_digest() {
    for seed in 0..8 {
        let (state, said) = live(seed, LENGTH, |_, _, _, _| {});
        let mut again = State::default();
        for (at, (principal, event)) in said.iter().enumerate() {
            let content = proto::event::encode(event);
            // Another clock: judging looks at no more of it than whether the days named have come.
            let recorded_ms = LATE_MS + 7 * i64::try_from(at).expect("a small index");
            let (index, event) = (at as u64, event.clone());
            let _ = again
                .fold(&Entry {
                    index,
                    recorded_ms,
                    principal,
                    proof: Proof::Named,
                    again: None,
                    content: &content,
                    event: &event,
                })
                .expect("it goes on");
        }
        assert_eq!(again.digest(), state.digest(), "seed {seed}");
    }
}

/// The long ones fill several pages of a table.
#[test]
fn pages_bring_back_the_state_and_its_behaviour() {
    for (seed, length) in [(0, LENGTH), (1, LENGTH), (2, 3_000), (3, 4_000)] {
        let (_, said) = live(seed, length, |_, _, _, _| {});
        let (before, after) = said.split_at(length * 2 / 3);
        let mut state = State::default();
        for (principal, event) in before {
            let _ = say(&mut state, principal, event).expect("the fold goes on");
        }
        let mut copy = restored(&mut state).expect("its own pages");
        assert_eq!(copy.digest(), state.digest(), "seed {seed}");
        for (principal, event) in after {
            let outcome = say(&mut state, principal, event).expect("the fold goes on");
            assert_eq!(say(&mut copy, principal, event).expect("the fold goes on"), outcome, "{event:?}");
        }
        assert_eq!(copy.digest(), state.digest(), "seed {seed}");
    }
}

#[test]
fn a_gap_and_unknown_rules_halt_and_change_nothing() {
    let (mut state, said) = live(1, LENGTH, |_, _, _, _| {});
    let digest = state.digest();
    let (_, event) = said[0].clone();
    let content = proto::event::encode(&event);
    let (index, recorded_ms) = (state.entries + 1, LATE_MS);
    let (principal, proof) = ("周", Proof::Named);
    let entry = Entry { index, recorded_ms, principal, proof, again: None, content: &content, event: &event };
    assert!(state.fold(&entry).is_err());
    let kind = Kind::RulesAdopted(ledger::event::RulesAdopted { version: 9 });
    // The wire turns it away; were it in the record all the same, the fold must stop rather than guess.
    let event = Event::said(entry.event.effective, kind);
    let content = proto::event::encode(&event);
    assert!(proto::event::decode(&content).is_err());
    let later = Entry { index: state.entries, content: &content, event: &event, ..entry };
    assert_eq!(state.fold(&later), Err(ledger::fold::Halt::UnknownRules(9)));
    assert_eq!(state.digest(), digest);
}

#[test]
fn nothing_at_all_stops_the_fold() {
    for seed in 0..60 {
        let (mut state, mut chance) = (State::default(), Chance::new(seed));
        for at in 0..400 {
            let event = wild(&mut chance, at);
            // Not through the codec, which would turn the wildest away.
            let content = proto::event::encode(&event);
            let report = event.kind.is_report();
            let outcome = submit(&mut state, ["周", "吴"][at % 2], &content, event).expect("the fold goes on");
            assert!(!report || !matches!(outcome, Outcome::Refused(_)), "a report was refused");
        }
        for book in ledger::account::Book::ALL {
            assert_eq!(state.trial_balance(book), 0, "seed {seed}");
        }
        let digest = state.digest();
        assert_eq!(restored(&mut state).expect("its own pages").digest(), digest, "seed {seed}");
    }
}

#[test]
fn nothing_said_of_loans_stops_the_fold() {
    let mut done = std::collections::BTreeSet::new();
    for seed in 0..120 {
        let (mut state, mut chance) = (State::default(), Chance::new(seed));
        for at in 0..400 {
            let event = lending(&mut chance, at, &state);
            let (content, name, report) = (proto::event::encode(&event), event.kind.name(), event.kind.is_report());
            match submit(&mut state, ["周", "吴"][at % 2], &content, event).expect("the fold goes on") {
                Outcome::Posted { .. } => drop(done.insert(name)),
                Outcome::Refused(_) => assert!(!report, "a report was refused"),
                Outcome::Duplicate { .. } => {}
            }
        }
        for book in ledger::account::Book::ALL {
            assert_eq!(state.trial_balance(book), 0, "seed {seed}");
        }
        catch_up(&mut state);
        funds_add_up(&state, seed);
        let digest = state.digest();
        assert_eq!(restored(&mut state).expect("its own pages").digest(), digest, "seed {seed}");
    }
    let kinds = proto::event::KIND_NAMES.iter().copied().skip_while(|kind| *kind != FIRST_OF_LOANS);
    // Keys came after the loans and are no part of them.
    let kinds = kinds.take_while(|kind| *kind != "key_announced");
    let missing: Vec<&str> = kinds.filter(|kind| !done.contains(kind)).collect();
    assert!(missing.is_empty(), "chance never reached {missing:?}");
}

/// Terms told since by which others bear a loss are followed with the next entry of one of the fund's loans: here it is.
fn catch_up(state: &mut State) {
    let behind = |fund: &Portfolio| state.loan_rules().is_some_and(|rules| rules.last > fund.shared);
    let lost = |handle| {
        let mut loans = state.loans.iter().filter(move |(_, loan)| loan.known && loan.portfolio == handle);
        loans.find(|(_, loan)| !state.losses_of(loan.id).is_empty()).map(|(_, loan)| loan.id)
    };
    let funds = state.portfolios.iter().filter(|(_, fund)| !fund.losses.is_empty() && behind(fund));
    let loans: Vec<Uuid> = funds.filter_map(|(handle, _)| lost(handle)).collect();
    for loan in loans {
        let sample = proto::samples::samples().into_iter().find_map(|event| match event.kind {
            Kind::LoanRepaid(repaid) => Some(repaid),
            _ => None,
        });
        let repaid = LoanRepaid { loan, serial: "最后一笔".into(), ..sample.expect("a sample of each kind") };
        let event = Event::said(Day::from_yyyymmdd(20_990_101).expect("a day"), Kind::LoanRepaid(repaid));
        let content = proto::event::encode(&event);
        let outcome = submit(state, "周", &content, event).expect("the fold goes on");
        assert!(matches!(outcome, Outcome::Posted { .. }));
    }
}

/// What a fund remembers of its loans is what they add up to, in whatever order they were told.
fn funds_add_up(state: &State, seed: u64) {
    for (handle, fund) in state.portfolios.iter() {
        let loans = || state.loans.iter().filter(|(_, loan)| loan.known && loan.portfolio == handle);
        let drawn: i64 = loans().map(|(_, loan)| loan.posted[Flow::Drawn]).sum();
        assert_eq!(fund.drawn, drawn, "drawn, seed {seed}");
        let years: i64 =
            state.risk_years.iter().filter(|(_, row)| row.portfolio == handle).map(|(_, row)| row.drawn).sum();
        assert_eq!(years, drawn, "risk years, seed {seed}");
        let settled = |flows: &Flows| {
            flows[Flow::Drawn] > 0 && flows[Flow::PrincipalPaid] == flows[Flow::Drawn] && flows[Flow::WrittenOff] == 0
        };
        let settled: i64 =
            loans().filter(|(_, loan)| settled(&loan.posted)).map(|(_, loan)| loan.posted[Flow::Drawn]).sum();
        assert_eq!(fund.settled_drawn, settled, "settled, seed {seed}");
        let mut lost: BTreeMap<_, i64> = BTreeMap::new();
        for loss in loans().flat_map(|(_, loan)| state.losses_of(loan.id)) {
            *lost.entry(loss.place()).or_default() += loss.fen;
        }
        let kept: BTreeMap<_, i64> = fund.losses.iter().map(|loss| (loss.place(), loss.fen)).collect();
        assert_eq!(kept, lost, "lost, seed {seed}");
        let stands = |class| state.balance(State::account_at(fund.accounts, class));
        let end = Day::from_yyyymmdd(29_990_101).expect("a day");
        assert_eq!(stands(Class::Stock), stock_on(state, fund, end), "stock, seed {seed}");
        let borne = stands(Class::BorneByLender) + stands(Class::BorneByCounty);
        assert_eq!(stands(Class::LossBorne), -borne, "borne, seed {seed}");
    }
}

/// The index of ids is not kept with the pages: what it says of a statement tried twice must follow from the rows.
#[test]
fn a_statement_said_again_is_found_by_its_latest_attempt_after_a_restore_too() {
    let (mut state, said) = live(3, LENGTH, |_, _, _, _| {});
    let mut tried = 0;
    for (principal, event) in said {
        let Some((latest, seen)) = state.seen.by_id(event.id) else { continue };
        let (latest, was @ Now::Refused(_)) = (u64::from(latest), seen.now()) else { continue };
        let content = proto::event::encode(&event);
        let index = state.entries;
        let outcome = submit_at(&mut state, (LATE_MS, Some(latest)), &principal, &content, event.clone());
        match outcome.expect("the fold goes on") {
            // Another content of this id came later, or the reason does not pass.
            Outcome::Duplicate { first, now } => {
                let cancelled = is_of_cancelled_set(&state, &event);
                assert_eq!((first, now), (latest, if cancelled { of_cancelled_set(was) } else { was }));
            }
            Outcome::Posted { .. } | Outcome::Refused(_) => {
                tried += 1;
                assert_eq!(state.seen.find(event.id).map(u64::from), Some(index));
            }
        }
        // An attempt names the latest refusal; an older one runs nothing.
        let stale = submit_at(&mut state, (LATE_MS, Some(latest)), &principal, &content, event.clone());
        let found = state.seen.by_id(event.id).map(|(at, seen)| (u64::from(at), state.now_of(&event, seen)));
        if let (Ok(Outcome::Duplicate { first, now }), Some(found)) = (stale, found) {
            assert_eq!((first, now), found);
        }
    }
    assert!(tried >= 20, "only {tried} statements were tried again");
    let copy = restored(&mut state).expect("its own pages");
    for (_, row) in state.seen.iter() {
        assert_eq!(copy.seen.find(row.id), state.seen.find(row.id));
    }
    assert_eq!(copy.digest(), state.digest());
}
