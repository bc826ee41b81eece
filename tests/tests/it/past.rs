//! The ledger as it was, folded by a running one from its own record, against plain loops over the same events.

use ledger::event::Event;
use ledger::money::Day;
use ledger::outcome::Code;
use ledger::state::State;
use ledger::state::entry_rows::{BESIDE, DUPLICATE, POSTED, WITHDRAWN, WITHHELD};
use replay::engine::Engine;
use replay::engine::past::{Past, PastError, View};
use replay::limits::PASTS_KEPT;
use replay::point::Point;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tests::as_of::as_of;
use tests::desk::say;
use tests::history::History;
use tests::loans::year;
use tests::model::Model;

/// Who said what.
pub(crate) type Said = (String, Event);

/// Histories a test folds.
const SEEDS: u64 = 3;

/// Events of a history of awards and payments.
const LENGTH: usize = 400;

fn awards(seed: u64) -> Vec<Said> {
    let (mut model, mut history) = (Model::default(), History::new(seed, LENGTH));
    let mut said = Vec::new();
    while let Some((principal, event)) = history.next(&model) {
        let _ = model.tell(&principal, &event, &proto::event::encode(&event));
        said.push((principal, event));
    }
    said
}

fn histories() -> Vec<Vec<Said>> {
    (0..SEEDS).map(awards).chain([year(1)]).collect()
}

pub(crate) fn folded<'a>(said: impl IntoIterator<Item = &'a Said>) -> State {
    let mut state = State::default();
    for (principal, event) in said {
        let _ = say(&mut state, principal, event).expect("the fold goes on");
    }
    state
}

/// A running ledger and where it lives.
pub(crate) struct Desk {
    engine: Engine,
    _dir: TempDir,
}

impl Desk {
    pub(crate) fn open() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let engine = Engine::open(&tests::desk::late(dir.path()), &mut |_| {}).expect("an empty ledger");
        Self { engine, _dir: dir }
    }

    pub(crate) fn of(said: &[Said]) -> Self {
        let desk = Self::open();
        desk.tell(said);
        desk
    }

    /// Says some events, a few in a call, so that they end up in many frames.
    pub(crate) fn tell(&self, said: &[Said]) {
        for (principal, event) in said {
            let content = proto::event::encode(event).into();
            let said = self.engine.submit(principal.as_str(), vec![(content, event.clone())]);
            let receipts = said.expect("there is room").blocking_recv().expect("the ledger runs");
            assert_eq!(receipts.expect("it was folded").len(), 1);
        }
    }

    pub(crate) fn past(&self, point: Point) -> Arc<Past> {
        let past = runtime().block_on(self.engine.past(point)).expect("there is such a past");
        past.unwrap_or_else(|| panic!("{point:?} was answered from the live state"))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.engine.stop().expect("the ledger ends");
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

fn at(entries: u64) -> Point {
    Point { entries: Some(entries), ..Point::default() }
}

pub(crate) fn on(effective: Day) -> Point {
    Point { effective: Some(effective), ..Point::default() }
}

/// Every so many entries of a history, its beginning among them, and not its end.
pub(crate) fn steps(said: &[Said]) -> impl Iterator<Item = usize> + use<> {
    // A prime, so that the points fall on different places of frames.
    (0..said.len()).step_by((said.len() / 7) | 1)
}

/// Some days of a history, from before its first to its last but one.
pub(crate) fn days(said: &[Said]) -> Vec<Day> {
    let mut days: Vec<Day> = said.iter().map(|(_, event)| event.effective).collect();
    days.sort_unstable();
    let step = days.len() / 5;
    let mut some: Vec<Day> = days.iter().copied().step_by(step).collect();
    some.insert(0, days[0].plus(-1));
    some.dedup();
    some.retain(|day| *day < days[days.len() - 1]);
    some
}

#[test]
fn the_state_after_any_entry_is_a_fresh_fold_of_those_before_it() {
    for said in histories() {
        let desk = Desk::of(&said);
        // Backwards and forwards: those that go on from another past, and those that cannot.
        let steps: Vec<usize> = steps(&said).collect();
        for entries in steps.iter().chain(steps.iter().rev()) {
            let past = desk.past(at(*entries as u64));
            assert_eq!((past.state.entries, past.withheld, past.changed), (*entries as u64, 0, 0));
            assert_eq!(past.state.digest(), folded(&said[..*entries]).digest(), "after {entries} entries");
        }
    }
}

#[test]
fn the_state_as_of_a_day_is_that_of_a_ledger_told_of_nothing_later() {
    let mut changed = 0;
    for said in histories() {
        let desk = Desk::of(&said);
        let live = folded(&said);
        for day in days(&said) {
            for entries in [said.len(), said.len() / 2] {
                let past = desk.past(Point { entries: Some(entries as u64), ..on(day) });
                assert_eq!(past.state.digest(), as_of(&said[..entries], &live, day).digest(), "{entries} as of {day}");
                // What accrues interest names its loan's last entry by index, which a loop that leaves no places moves.
                if live.loans.is_empty() {
                    changed += same_as_filtered(&past, &said[..entries], day, &live);
                }
            }
        }
    }
    assert!(changed > 0, "no history leans on later facts, so nothing was tried");
}

/// Holds a past against a plain loop over the events that count, and says how many of those came out differently.
fn same_as_filtered(past: &Past, said: &[Said], day: Day, live: &State) -> u64 {
    let counts = |event: &Event| event.counts_as_of(day);
    // What was left out and taken back since makes room for its next edition, which a loop over the rest cannot know.
    let mut seen = past.state.seen.iter().map(|(_, seen)| seen.verdict).zip(said);
    if seen.any(|(verdict, (_, event))| verdict == WITHDRAWN && !counts(event)) {
        return 0;
    }
    let filtered = folded(said.iter().filter(|(_, event)| counts(event)));
    let mut verdicts = filtered.seen.iter().map(|(_, seen)| seen.verdict);
    let (mut withheld, mut changed) = (0, 0);
    for ((index, seen), (_, event)) in past.state.seen.iter().zip(said) {
        assert_eq!(seen.id, event.id);
        let expected = if counts(event) { verdicts.next() } else { Some(WITHHELD) };
        // What never counted under its number does not because what counts is of a later day.
        let beside = [BESIDE, DUPLICATE, Code::ToldOtherwise as u8, Code::Edition as u8];
        if Some(seen.verdict) != expected && beside.contains(&live.seen.get(index).verdict) {
            return 0;
        }
        assert_eq!(Some(seen.verdict), expected, "entry {index} as of {day}");
        withheld += u64::from(!counts(event));
        let came_out = |verdict| if verdict == WITHDRAWN { POSTED } else { verdict };
        let differs = came_out(seen.verdict) != came_out(live.seen.get(index).verdict);
        changed += u64::from(counts(event) && differs);
    }
    assert_eq!((past.state.entries, past.withheld, past.changed), (said.len() as u64, withheld, changed), "{day}");
    assert_eq!(past.state.counts, filtered.counts);
    // Indexes differ, as the loop leaves no places; what stands on the accounts does not.
    let balances =
        |state: &State| state.accounts.iter().map(|(_, a)| (a.class, a.owner, a.balance)).collect::<Vec<_>>();
    assert_eq!(balances(&past.state), balances(&filtered), "as of {day}");
    let rows = |state: &State| {
        [state.persons.len(), state.awards.len(), state.payouts.len(), state.findings.len(), state.loans.len()]
    };
    assert_eq!(rows(&past.state), rows(&filtered));
    changed
}

#[test]
fn a_day_goes_on_as_more_is_told() {
    let said = awards(7);
    let desk = Desk::open();
    let day = days(&said)[3];
    let mut told = 0;
    for end in steps(&said).skip(1) {
        desk.tell(&said[told..end]);
        told = end;
        let past = desk.past(on(day));
        same_as_filtered(&past, &said[..end], day, &folded(&said[..end]));
        // Held while the next one is folded from it.
        let again = desk.past(on(day));
        assert!(Arc::ptr_eq(&past, &again), "nothing new was told");
    }
}

#[test]
fn what_was_asked_for_least_recently_goes_first() {
    let said = awards(8);
    let desk = Desk::of(&said);
    let points: Vec<Point> = (1..=PASTS_KEPT as u64 + 1).map(|step| at(step * 20)).collect();
    for point in &points[..PASTS_KEPT] {
        desk.past(*point);
    }
    desk.past(points[0]);
    desk.past(points[PASTS_KEPT]);
    let kept = |point: &Point| matches!(desk.engine.view(*point), Ok(View::Past(_)));
    let expected: Vec<bool> = (0..points.len()).map(|number| number != 1).collect();
    assert_eq!(points.iter().map(kept).collect::<Vec<_>>(), expected);
    let gone = desk.engine.view(points[1]).err().expect("it was let go");
    assert!(matches!(gone, PastError::Folding { done: 0, total: 40 }), "{gone}");
}

#[test]
fn many_who_ask_share_a_fold() {
    let said = awards(9);
    let desk = Desk::of(&said);
    let points = [at(100), on(days(&said)[2])];
    let pasts: Vec<(usize, Arc<Past>)> = runtime().block_on(async {
        let asking: Vec<_> = (0..40)
            .map(|number| {
                let (engine, which) = (desk.engine.clone(), number % points.len());
                tokio::spawn(async move { (which, engine.past(points[which]).await) })
            })
            .collect();
        let mut pasts = Vec::new();
        for asked in asking {
            let (which, past) = asked.await.expect("it was answered");
            pasts.push((which, past.expect("there is such a past").expect("it is none of now")));
        }
        pasts
    });
    for (which, past) in &pasts {
        assert_eq!(past.point, points[*which]);
        assert!(Arc::ptr_eq(past, &pasts[*which].1), "folded twice");
    }
}

#[test]
fn more_points_than_are_kept_are_answered_in_turn() {
    let said = awards(10);
    let desk = Desk::of(&said);
    let digests: Vec<[u8; 32]> = (0..8).map(|number| folded(&said[..number * 30]).digest()).collect();
    runtime().block_on(async {
        let ask = |number: usize| {
            let engine = desk.engine.clone();
            tokio::spawn(async move { (number, engine.past(at(number as u64 * 30)).await) })
        };
        for asked in (0..32).map(|number| ask(number % 8)).collect::<Vec<_>>() {
            let (number, past) = asked.await.expect("it was answered");
            let past = past.expect("there is such a past").expect("it is none of now");
            assert_eq!(past.state.digest(), digests[number], "after {} entries", number * 30);
        }
    });
}

#[test]
fn who_stops_waiting_does_not_stop_the_fold() {
    let said = awards(11);
    let desk = Desk::of(&said);
    let runtime = runtime();
    {
        let waiting = desk.engine.prepare(at(200));
        let mut waiting = std::pin::pin!(waiting);
        let polled = runtime.block_on(async { once(waiting.as_mut()).await });
        // It may be ready at once; what counts is that nobody waits any more from here on.
        drop(polled);
    }
    let view = loop {
        match desk.engine.view(at(200)) {
            Ok(view) => break view,
            Err(PastError::Folding { .. }) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(view.digest(), folded(&said[..200]).digest());
}

/// Polls a future one time.
async fn once<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[test]
fn points_that_are_none_are_told_so_and_now_waits_for_nothing() {
    let said = &awards(12)[..30];
    let desk = Desk::of(said);
    let runtime = runtime();
    let ask = |point: Point| runtime.block_on(desk.engine.past(point));
    assert!(matches!(ask(at(31)), Err(PastError::Beyond { asked: 31, entries: 30 })));
    for now in [Point::default(), at(30)] {
        assert!(ask(now).expect("now is there").is_none());
        assert!(matches!(desk.engine.view(now), Ok(View::Now(state)) if state.entries == 30));
    }
}

#[test]
fn a_stopped_ledger_folds_no_past() {
    let said = awards(13);
    let desk = Desk::of(&said);
    desk.engine.stop().expect("the ledger ends");
    let asked = runtime().block_on(desk.engine.past(at(100)));
    assert!(matches!(asked, Err(PastError::Engine(_))));
}

#[test]
fn who_waited_is_answered_though_others_asked_before_he_looked() {
    let said = awards(14);
    let desk = Desk::of(&said);
    let points: Vec<Point> = (1..=2 * PASTS_KEPT as u64).map(|step| at(step * 40)).collect();
    let (first, others) = points.split_at(PASTS_KEPT);
    runtime().block_on(async {
        let mut waiting: Vec<_> = first.iter().map(|point| Box::pin(desk.engine.past(*point))).collect();
        for asked in &mut waiting {
            assert!(once(asked.as_mut()).await.is_none(), "nobody had to wait, so nothing was tried");
        }
        for point in first {
            while desk.engine.view(*point).is_err() {
                tokio::task::yield_now().await;
            }
        }
        for point in others {
            desk.engine.past(*point).await.expect("there is such a past");
        }
        for (asked, point) in waiting.iter_mut().zip(first) {
            let past = once(asked.as_mut()).await.expect("it was folded for him").expect("there is such a past");
            assert_eq!(past.map(|past| past.point), Some(*point));
        }
    });
}

/// Reads overlap: each lasts long enough that another begins before it ends. True if the ledger went on meanwhile.
fn asks_until(desk: &Desk, told: &AtomicBool) -> bool {
    (0..2_000).any(|_| {
        let state = desk.engine.view(Point::default()).expect("now is there");
        std::thread::sleep(Duration::from_millis(2));
        drop(state);
        told.load(Ordering::Relaxed)
    })
}

#[test]
fn who_keeps_asking_does_not_keep_the_fold_waiting() {
    let said = awards(15);
    let (before, more) = said.split_at(said.len() - 20);
    let (desk, told) = (Desk::of(before), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(|| asks_until(&desk, &told))).collect();
        desk.tell(more);
        told.store(true, Ordering::Relaxed);
        for asked in asking {
            assert!(asked.join().expect("no panic"), "the fold waited for those who ask");
        }
    });
}
