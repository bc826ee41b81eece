//! Days have bounds: how far ahead of its recording each kind may lie, that nothing runs ahead of the clock, and that the
//! clock of the record never falls. What is refused in words of an official is in the scenario of days.

use ledger::entry::{Entry, Proof};
use ledger::event::{DayRule, Event, Kind};
use ledger::fold::Halt;
use ledger::money::Day;
use ledger::outcome::{Code, Outcome, Posting};
use ledger::state::State;
use proto::samples::{LATE_MS, samples};
use replay::engine::{Engine, Options};
use replay::record::log::Clock;
use std::collections::{BTreeMap, BTreeSet};
use tests::desk::{numbered, restored, submit_at};
use tests::history::{Chance, lending, wild};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Noon in Beijing of a day.
fn noon(day: Day) -> i64 {
    i64::from(day.number()) * DAY_MS + DAY_MS / 6
}

fn day(number: u32) -> Day {
    Day::from_yyyymmdd(number).expect("a day of the calendar")
}

/// How many days after its recording each kind may lie, said once more and apart from the list of kinds.
fn days_ahead(name: &str) -> i32 {
    match name {
        // What is taken back is taken back on its own day, which may be one to come.
        "policy_adopted" | "loan_terms_adopted" | "entry_withdrawn" => 1_096,
        "org_renamed" | "status_changed" | "card_bound" | "card_replaced" | "waiver_adopted" => 400,
        "interest_accrued" => -1,
        _ => 1,
    }
}

/// What a ledger that knows nothing says of an event recorded on a day.
fn told(event: &Event, on: Day) -> Outcome {
    let content = proto::event::encode(event);
    submit_at(&mut State::default(), (noon(on), None), "周", &content, event.clone()).expect("the fold goes on")
}

/// Whether it is refused as too early on a day; then it is not on the day that the refusal names, and is on the eve of it.
fn is_early(event: &Event, on: Day) -> bool {
    let Some(first) = first_day(event, on) else { return false };
    assert!(first > on && first_day(event, first).is_none(), "{event:?}: not early on {first}");
    assert_eq!(first_day(event, first.plus(-1)), Some(first), "{event:?}");
    true
}

fn first_day(event: &Event, on: Day) -> Option<Day> {
    match told(event, on) {
        Outcome::Refused(refusal) if refusal.code == Code::NotYet => {
            Day::from_yyyymmdd(u32::try_from(refusal.figure).expect("a day"))
        }
        _ => None,
    }
}

#[test]
fn each_kind_is_refused_a_day_too_far_ahead_and_not_a_day_less() {
    let (today, mut seen) = (day(20_250_601), BTreeSet::new());
    for sample in samples() {
        let name = sample.kind.name();
        seen.insert(name);
        let mut event = sample.clone();
        // What else it names lies in the past here.
        set_through(&mut event.kind, today.plus(-2), 2025);
        let ahead = days_ahead(name);
        for (later, early) in [(ahead - 1, false), (ahead, false), (ahead + 1, true), (ahead + 40_000, true)] {
            event.effective = today.plus(later);
            assert_eq!(is_early(&event, today), early, "{name} {later} days ahead");
        }
        event.effective = day(19_500_101);
        assert!(!is_early(&event, today), "{name} of long ago");
        event.effective = today;
        if set_through(&mut event.kind, today.plus(-1), 2025) {
            assert!(!is_early(&event, today), "{name} through yesterday, of this year");
            set_through(&mut event.kind, today, 2026);
            assert!(is_early(&event, today), "{name} through today, of next year");
            set_through(&mut event.kind, day(29_981_231), 2998);
            assert!(is_early(&event, today), "{name} of a slip in the year");
        }
    }
    assert_eq!(seen.len(), proto::event::KIND_NAMES.len(), "a sample of every kind");
}

/// Sets the period that a kind says is over, or the year that must have begun. False if it names none.
fn set_through(kind: &mut Kind, through: Day, year: u16) -> bool {
    match kind {
        Kind::ClaimSubmitted(event) => event.through = through,
        Kind::ClaimedBefore(event) => event.through = through,
        Kind::PeriodClosed(event) => event.through = through,
        Kind::CompensationAccrued(event) => event.year.year = year,
        other => {
            let names = matches!(other.day_rule(), DayRule::PeriodOver(_) | DayRule::YearBegun(_));
            assert!(!names, "{} names a period; set it above", other.name());
            return false;
        }
    }
    true
}

/// What is to hold after each entry: nothing accepted lies ahead of the clock by more than the day it may.
fn nothing_runs_ahead(state: &State, today: Day, postings: &[Posting], place: &str) {
    assert!(postings.iter().all(|posting| posting.booked <= today.plus(1)), "{place}: booked ahead {postings:?}");
    assert!(state.latest <= today, "{place}: latest day {}", state.latest);
    for (_, loan) in state.loans.iter() {
        assert!(loan.through <= today, "{place}: interest posted through {}", loan.through);
    }
    for (_, org) in state.orgs.iter() {
        assert!(org.open_from.iter().all(|open| *open <= today), "{place}: closed ahead");
    }
}

#[test]
fn nothing_that_is_accepted_runs_ahead_of_the_clock() {
    let mut early: BTreeMap<&str, u32> = BTreeMap::new();
    let mut done: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..40 {
        let (mut state, mut chance) = (State::default(), Chance::new(seed));
        for at in 0..400 {
            // Days are told from 2019 to 2026 in any order, while the clock goes through the same years.
            let passed = i32::try_from(at * 2_800 / 400).expect("small");
            let today = day(20_190_101).plus(passed);
            let mut event = if seed % 4 == 0 { wild(&mut chance, at) } else { lending(&mut chance, at, &state) };
            if chance.in_hundred(10) {
                let ahead = [1, 2, 30, 400, 401, 1_096, 1_097, 36_500];
                event.effective = today.plus(*chance.pick(&ahead).expect("some"));
            }
            let (content, name) = (proto::event::encode(&event), event.kind.name());
            let place = format!("seed {seed}, entry {at}, {name} of {} on {today}", event.effective);
            match submit_at(&mut state, (noon(today), None), ["周", "吴"][at % 2], &content, event).expect("it goes on")
            {
                Outcome::Posted { postings, .. } => {
                    *done.entry(name).or_default() += 1;
                    nothing_runs_ahead(&state, today, &postings, &place);
                }
                Outcome::Refused(refusal) if refusal.code == Code::NotYet => *early.entry(name).or_default() += 1,
                _ => nothing_runs_ahead(&state, today, &[], &place),
            }
        }
        let scalars = state.scalars();
        assert_eq!(restored(&mut state).expect("its own pages").scalars(), scalars, "seed {seed}");
    }
    assert!(early.len() >= 40 && early.values().sum::<u32>() >= 1_000, "{early:?}");
    assert!(done.len() >= 40 && done.values().sum::<u32>() >= 2_000, "{done:?}");
}

/// An `unknown` of no payment, dated by a slip, once moved the latest day for good.
#[test]
fn the_latest_day_is_that_of_facts_and_never_ahead() {
    let sample = |name: &str| samples().into_iter().find(|event| event.kind.name() == name).expect("a kind");
    let (mut state, today) = (State::default(), day(20_220_210));
    let mut say = |name: &str, on: Day, number: u128| {
        let event = Event::said(on, numbered(sample(name).kind, number));
        let content = proto::event::encode(&event);
        let _ = submit_at(&mut state, (noon(today), None), "行", &content, event).expect("the fold goes on");
        state.latest
    };
    assert_eq!(say("payout_unknown", day(20_220_208), 1), day(20_220_208));
    assert_eq!(say("payout_unknown", day(29_991_231), 2), day(20_220_208), "refused");
    assert_eq!(say("payout_unknown", day(20_210_101), 3), day(20_220_208), "told late");
    // Rules and rates hold for the days of others.
    assert_eq!(say("loan_terms_adopted", day(20_240_101), 4), day(20_220_208));
    assert_eq!(say("rate_published", day(20_220_209), 5), day(20_220_208));
    assert_eq!(say("payout_unknown", day(20_220_211), 6), today, "tomorrow's, by the bank's clock");
}

#[test]
fn a_falling_time_halts_the_fold_and_changes_nothing() {
    let mut state = State::default();
    let mut samples = samples().into_iter();
    let mut at = |state: &mut State, recorded_ms| {
        let event = samples.next().expect("enough of them");
        let content = proto::event::encode(&event);
        let entry = Entry {
            index: state.entries,
            recorded_ms,
            principal: "周",
            proof: Proof::Named,
            again: None,
            content: &content,
            event: &event,
        };
        state.fold(&entry).map(drop)
    };
    assert_eq!(at(&mut state, LATE_MS), Ok(()));
    assert_eq!(at(&mut state, LATE_MS), Ok(()), "entries of one frame have one time");
    let (digest, scalars) = (state.digest(), state.scalars());
    let falls = Err(Halt::Time { last: LATE_MS, found: LATE_MS - 1 });
    assert_eq!(at(&mut state, LATE_MS - 1), falls);
    assert_eq!((state.digest(), state.scalars()), (digest, scalars));
    let mut state = restored(&mut state).expect("its own pages");
    assert_eq!(at(&mut state, LATE_MS - 1), falls, "pages keep the time");
    assert_eq!(at(&mut state, LATE_MS + 1), Ok(()));
}

#[test]
fn a_dry_run_asks_whether_the_day_has_come_by_the_clock_of_now() {
    let dir = tempfile::tempdir().expect("a directory");
    let today = day(20_250_601);
    let options = Options { clock: Clock::new(move || noon(today), || 0), ..Options::file(dir.path()) };
    let engine = Engine::open(&options, &mut |_| {}).expect("an empty ledger");
    let unknown = |on| {
        let sample = samples().into_iter().find(|event| event.kind.name() == "payout_unknown").expect("a kind");
        let event = Event { effective: on, ..sample };
        engine.dry_run(&"行".into(), (proto::event::encode(&event).into(), event).into()).expect("the fold goes on")
    };
    assert!(matches!(unknown(today.plus(1)), Outcome::Posted { .. }));
    assert!(matches!(unknown(today.plus(2)), Outcome::Refused(refusal) if refusal.code == Code::NotYet));
}
