//! What holds of a ledger in which everything is told at once, kinds of all wings among each other: told twice, told otherwise, told
//! wrong and taken back, taken back altogether, told in another order. The wings' own tests hold the same against second models.

use crate::taken_back::{Told, is_nothing, take_back};
use ledger::account::{Book, Class};
use ledger::event::{EntryWithdrawn, Event, Kind, KindTag, LoanDeferred, LoanRepaid, Reason, WayBack};
use ledger::finding::FindingKind;
use ledger::loan::accrual::due;
use ledger::money::Day;
use ledger::outcome::{Code, Now, Outcome};
use ledger::state::State;
use ledger::state::entry_rows::POSTED;
use ledger::state::rows::Finding;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tests::desk::{numbered, restored, submit};
use tests::history::{Chance, Lived, founded, whole};
use uuid::Uuid;

/// Histories of a test.
pub(crate) const SEEDS: u64 = 200;

/// Events of a history.
pub(crate) const LENGTH: usize = 450;

/// What must be the same whatever the order: balances and open findings, by ids. Handles and numbers of findings hang on the order.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Books {
    balances: BTreeMap<(Uuid, Class), i128>,
    open: BTreeMap<(&'static str, Uuid, i64), usize>,
    /// Of findings that a fact calls for, its day and the id of its entry.
    facts: BTreeSet<(&'static str, Uuid, Day, Uuid)>,
}

impl Books {
    /// What stands on the accounts.
    pub(crate) fn balances(&self) -> &BTreeMap<(Uuid, Class), i128> {
        &self.balances
    }
}

/// That nobody registered something is said by whoever names it first. What is found of a sum of many facts, and what stands in suspense,
/// keeps the entry with which it came to be found.
const OF_SUMS: [FindingKind; 6] = [
    FindingKind::LineShort,
    FindingKind::RemittedShort,
    FindingKind::UnknownSubject,
    FindingKind::VoucherExceeds,
    FindingKind::UnexpectedReturn,
    FindingKind::FundShort,
];

/// The books, but for findings of some kinds.
pub(crate) fn books(state: &State, but: &[FindingKind]) -> Books {
    let accounts = state.accounts.iter().filter(|(_, row)| row.balance != 0);
    let balances = accounts.map(|(at, row)| ((state.owner_id(at), row.class), row.balance)).collect();
    let (mut open, mut facts) = (BTreeMap::new(), BTreeSet::new());
    // Ids of this small world name things of several sorts at once, of which one may be registered and another not.
    let sorts = |id| {
        let (loans, cards) = (state.loans.find(id).is_some(), state.cards.find(id).is_some());
        [state.orgs.find(id).is_some(), state.persons.find(id).is_some(), loans, cards]
            .into_iter()
            .filter(|is| *is)
            .count()
    };
    // That somebody was not named at all is said of each entry.
    let unclear =
        |row: &Finding| row.kind == FindingKind::UnknownSubject && (row.subject.is_nil() || sorts(row.subject) > 1);
    let counts = |row: &Finding| row.open && !unclear(row) && !but.contains(&row.kind);
    for (_, row) in state.findings.iter().filter(|(_, row)| counts(row)) {
        *open.entry((row.kind.name(), row.subject, row.fen)).or_default() += 1;
        if !OF_SUMS.contains(&row.kind) {
            facts.insert((row.kind.name(), row.subject, row.on, state.seen.get(row.fact).id));
        }
    }
    Books { balances, open, facts }
}

/// Nothing is lost between accounts, and what waits for somebody is what the accounts of suspense say.
pub(crate) fn adds_up(state: &State, what: &str) {
    for book in Book::ALL {
        assert_eq!(state.trial_balance(book), 0, "{what}");
    }
    let mut items: BTreeMap<_, i64> = BTreeMap::new();
    for (_, row) in state.findings.iter().filter(|(_, row)| row.open) {
        *items.entry(row.unit).or_default() += row.fen;
    }
    for (org, row) in state.orgs.iter() {
        let found = state.balance(state.org_account(org, Class::Suspense));
        assert_eq!(items.get(&org).copied().unwrap_or_default(), found, "{what}: items of {}", row.id);
    }
}

pub(crate) fn tell(state: &mut State, event: &Event) -> Outcome {
    let content = proto::event::encode(event);
    submit(state, "郑", &content, event.clone()).expect("the fold goes on")
}

/// What counts of what was told, each once.
fn counting(lived: &Lived) -> Vec<Event> {
    let mut seen = BTreeSet::new();
    let counts = |event: &&Event| {
        let row = lived.state.seen.by_id(event.id).map(|(_, row)| row);
        row.is_some_and(|row| row.verdict == POSTED) && seen.insert(event.id)
    };
    lived.said.iter().map(|(_, event)| event).filter(counts).cloned().collect()
}

pub(crate) fn withdrawn(event: &Event) -> Event {
    let reason = Reason::NeverHappened;
    let kind = Kind::EntryWithdrawn(EntryWithdrawn { entry: event.id, content: 0, reason, document: "撤".into() });
    Event::said(event.effective, kind)
}

#[test]
fn items_add_up_after_each_entry_and_pages_bring_it_all_back() {
    let (mut posted, mut cleared) = (BTreeSet::<&str>::new(), BTreeSet::new());
    for seed in 0..SEEDS {
        let lived = founded(seed, LENGTH);
        let mut state = State::default();
        for (at, (principal, event)) in lived.said.iter().enumerate() {
            let content = proto::event::encode(event);
            let outcome = submit(&mut state, principal, &content, event.clone()).expect("the fold goes on");
            if matches!(outcome, Outcome::Posted { .. }) {
                posted.insert(event.kind.name());
            }
            adds_up(&state, &format!("seed {seed}, event {at}"));
        }
        cleared.extend(state.clearings.iter().map(|(_, row)| format!("{:?}", state.seen.get(row.item).kind)));
        let digest = state.digest();
        assert_eq!(digest, { lived.state }.digest(), "seed {seed}");
        assert_eq!(restored(&mut state).expect("its own pages").digest(), digest, "seed {seed}");
    }
    let missing: Vec<_> = proto::event::KIND_NAMES.iter().filter(|kind| !posted.contains(**kind)).collect();
    assert!(missing.is_empty(), "no history has {missing:?}");
    let of_aid = ["PayoutCredited", "PayoutReturned", "VoucherCleared"];
    let items = [&of_aid[..], &["OverclaimReturned", "RemittanceCleared", "RemittanceReturned"]].concat();
    assert!(items.iter().all(|kind| cleared.contains(*kind)), "money of some is never cleared: {cleared:?}");
}

#[test]
fn everything_told_twice_changes_nothing() {
    for seed in 0..SEEDS {
        let lived = whole(seed, LENGTH);
        let mut state = lived.state;
        let (before, findings) = (books(&state, &[]), state.findings.len());
        for (principal, event) in &lived.said {
            // Of a number that was refused, other content is judged anew, and an edition told too early counts once it has its turn.
            let now = state.seen.by_id(event.id).map(|(_, row)| row.now());
            if matches!(now, Some(Now::Refused(_))) || (event.edition > 0 && now != Some(Now::Counts)) {
                continue;
            }
            let content = proto::event::encode(event);
            let outcome = submit(&mut state, principal, &content, event.clone()).expect("the fold goes on");
            let known = match &outcome {
                Outcome::Duplicate { .. } => true,
                Outcome::Refused(refusal) => [Code::ToldOtherwise, Code::Edition].contains(&refusal.code),
                Outcome::Posted { postings, findings } => postings.is_empty() && findings.len() == 1,
            };
            assert!(known, "seed {seed}: {event:?} gave {outcome:?}");
        }
        assert_eq!(state.findings.len(), findings, "seed {seed}: findings");
        assert_eq!(books(&state, &[]), before, "seed {seed}");
    }
}

#[test]
fn what_is_told_otherwise_moves_no_money_and_opens_one_finding() {
    let mut told = 0;
    for seed in 0..SEEDS {
        let lived = whole(seed, LENGTH);
        let reports = counting(&lived).into_iter().filter(|event| event.kind.is_report());
        let other = reports.map(|event| Event { effective: event.effective.plus(1), ..event });
        // Where the day is part of the key it is another fact, and no other content of this one.
        let other: Vec<_> = other.filter(|event| event.id_of_edition(event.edition) == event.id).collect();
        let mut state = lived.state;
        let about = [FindingKind::ToldOtherwise, FindingKind::ManyVersions];
        let before = books(&state, &about);
        for event in &other {
            let once = tell(&mut state, event);
            let fine = matches!(&once, Outcome::Posted { postings, findings } if postings.is_empty() && findings.len() == 1)
                || matches!(once, Outcome::Duplicate { .. });
            assert!(fine, "seed {seed}: {event:?} gave {once:?}");
            let findings = state.findings.len();
            let _ = tell(&mut state, event);
            assert_eq!(state.findings.len(), findings, "seed {seed}: told otherwise twice alike is one finding");
            told += 1;
        }
        assert_eq!(books(&state, &about), before, "seed {seed}");
    }
    assert!(told >= 5_000, "{told}");
}

/// Reports like those of a history that nobody made: of another number or another day.
fn untrue(lived: &Lived, mark: &str) -> Vec<Event> {
    let reports = counting(lived).into_iter().filter(|event| event.kind.is_report());
    let free = |event: &Event| event.kind.tag().way_back() == WayBack::Withdrawn;
    let others = reports.filter(free).map(|event| {
        let kind = numbered(event.kind.clone(), format!("{mark}{}", event.id.simple()));
        Event::said(event.effective.plus(1), kind)
    });
    // Only what the wire takes: of things without an id nobody can say what they are.
    let fit = |event: &Event| proto::event::decode(&proto::event::encode(event)).is_ok();
    others.filter(|event| lived.state.seen.find(event.id).is_none() && fit(event)).collect()
}

/// Tells them in any order, some taken back while others are still to be told.
fn told_and_taken_back(
    state: &mut State,
    chance: &mut Chance,
    mut untrue: Vec<Event>,
    kinds: &mut BTreeSet<&'static str>,
) {
    let mut standing: Vec<Event> = Vec::new();
    while !untrue.is_empty() || !standing.is_empty() {
        if !untrue.is_empty() && (standing.is_empty() || chance.in_hundred(60)) {
            let event = untrue.swap_remove(chance.below(untrue.len()));
            let outcome = tell(state, &event);
            assert!(matches!(outcome, Outcome::Posted { .. }), "{event:?} gave {outcome:?}");
            kinds.insert(event.kind.name());
            standing.push(event);
        } else {
            let event = standing.swap_remove(chance.below(standing.len()));
            let outcome = tell(state, &withdrawn(&event));
            assert!(matches!(outcome, Outcome::Posted { .. }), "{event:?} cannot be taken back: {outcome:?}");
        }
    }
}

#[test]
fn reports_that_nobody_made_are_taken_back_as_if_never_told() {
    let mut kinds = BTreeSet::new();
    for seed in 0..SEEDS {
        let lived = whole(seed, LENGTH);
        let (first, second) = (untrue(&lived, "错"), untrue(&lived, "误"));
        let (mut state, mut chance) = (lived.state, Chance::new(seed));
        told_and_taken_back(&mut state, &mut chance, first, &mut kinds);
        let second: Vec<_> = second.into_iter().filter(|event| state.seen.find(event.id).is_none()).collect();
        let on = state.latest.plus(40);
        follow_up(&mut state, on, "甲");
        let before = books(&state, &[]);
        told_and_taken_back(&mut state, &mut chance, second, &mut kinds);
        follow_up(&mut state, on, "乙");
        let after = books(&state, &[]);
        assert!(after == before, "seed {seed}: {}", differences(&before, &after));
    }
    assert!(kinds.len() >= 20, "{kinds:?}");
}

pub(crate) fn differences(before: &Books, after: &Books) -> String {
    let mut lines = Vec::new();
    for key in before.balances.keys().chain(after.balances.keys()).collect::<BTreeSet<_>>() {
        let (was, is) = (before.balances.get(key), after.balances.get(key));
        if was != is {
            lines.push(format!("{} {}: {was:?} {is:?}", key.0, key.1.name()));
        }
    }
    for key in before.open.keys().chain(after.open.keys()).collect::<BTreeSet<_>>() {
        let (was, is) = (before.open.get(key), after.open.get(key));
        if was != is {
            lines.push(format!("finding {key:?}: {was:?} {is:?}"));
        }
    }
    let told = before.facts.symmetric_difference(&after.facts).map(|key| format!("of a fact {key:?}"));
    lines.extend(told);
    lines.join("\n")
}

#[test]
fn everything_taken_back_leaves_nothing() {
    for seed in 0..SEEDS {
        let (mut told, mut chance) = (Told::default(), Chance::new(seed));
        for (principal, event) in &whole(seed, LENGTH).said {
            told.tell(principal, event);
        }
        take_back(&mut told, &mut chance);
        let on = told.state.latest;
        follow_up(&mut told.state, on, "末");
        is_nothing(&told.state, &format!("seed {seed}"));
    }
}

/// Which of the reports closes one hangs on the order in which they were told.
const CIRCLES: [FindingKind; 2] = [FindingKind::ParentCycle, FindingKind::MergeCycle];

/// The same statement for a ledger in which entries have other numbers: what it says of figures and of the last entry is the ledger's.
fn fitted(state: &State, event: &Event) -> Event {
    let mut event = event.clone();
    if let Kind::InterestAccrued(accrued) = &mut event.kind
        && let Some((_, loan)) = state.loans.by_id(accrued.loan)
    {
        accrued.last = loan.last;
        accrued.figure = due(state, loan, event.effective).map(|due| due.addition).unwrap_or_default();
        return Event::said_as(event.edition, event.effective, event.kind);
    }
    event
}

/// What hangs on others' entries, as a rate, terms or a standing told late, follows at a loan's next entry: here is one of each.
pub(crate) fn follow_up(state: &mut State, on: Day, serial: &str) {
    let loans: BTreeSet<Uuid> = state.loans.iter().map(|(_, loan)| loan.id).collect();
    // A payment settles interest, which then stays posted.
    for loan in loans {
        let serial = serial.to_owned();
        let repaid = |serial| Kind::LoanRepaid(LoanRepaid { loan, fen: 1, allocation: None, early: false, serial });
        let deferred = Kind::LoanDeferred(LoanDeferred { loan, until: on, serial: serial.clone() });
        let told = [deferred, repaid(serial)].map(|kind| Event::said(on, kind));
        // Whatever stood last is not the one taken back first, so that what it settled stays settled.
        told.iter().rev().for_each(|event| drop(tell(state, event)));
        told.iter().rev().for_each(|event| drop(tell(state, &withdrawn(event))));
    }
}

/// By what a transfer of money owed back is known.
fn transfer(event: &Event) -> Option<(&'static str, Uuid, String)> {
    let (unit, serial) = match &event.kind {
        Kind::RecoveryReceived(told) => (told.unit, &told.serial),
        Kind::RefundPaid(told) => (told.unit, &told.serial),
        _ => return None,
    };
    (!serial.is_empty()).then_some((event.kind.name(), unit, serial.clone()))
}

/// The reports of a history, the same in another order, and what was decided besides.
struct Orders {
    reports: Vec<Event>,
    shuffled: Vec<Event>,
    decided: Vec<Event>,
}

impl Orders {
    fn of(seed: u64) -> Self {
        let (reports, decided): (Vec<Event>, Vec<Event>) =
            counting(&whole(seed, LENGTH)).into_iter().partition(|event| event.kind.is_report());
        // What is taken back is left out of either.
        let lasting = |event: &Event| event.kind.tag() != KindTag::EntryWithdrawn;
        let decided: Vec<_> = decided.into_iter().filter(lasting).collect();
        let (mut chance, mut shuffled) = (Chance::new(seed), reports.clone());
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, chance.below(at + 1));
        }
        // Of one transfer counts what was told first, so what is told under its number keeps its order.
        let mut told: BTreeMap<_, VecDeque<&Event>> = BTreeMap::new();
        reports.iter().for_each(|event| told.entry(transfer(event)).or_default().push_back(event));
        for event in shuffled.iter_mut().filter(|event| transfer(event).is_some()) {
            let first = told.get_mut(&transfer(event)).and_then(VecDeque::pop_front);
            *event = first.expect("as many in either order").clone();
        }
        Self { reports, shuffled, decided }
    }

    /// Holds both orders against each other, of all or of what is effective on a day or before.
    fn agree(&self, until: Option<Day>, what: &str) {
        let counts = |event: &&Event| until.is_none_or(|day| event.effective <= day);
        let live = |reports: &[Event]| {
            let mut state = State::default();
            for event in reports.iter().filter(counts) {
                let _ = tell(&mut state, event);
            }
            let on = state.latest.plus(40);
            follow_up(&mut state, on, "甲");
            let heard = books(&state, &CIRCLES);
            for event in self.decided.iter().filter(counts) {
                let event = fitted(&state, event);
                let _ = tell(&mut state, &event);
            }
            follow_up(&mut state, on.plus(400), "乙");
            adds_up(&state, what);
            (heard, books(&state, &CIRCLES))
        };
        let (straight, other) = (live(&self.reports), live(&self.shuffled));
        assert!(other.0 == straight.0, "{what}, reports: {}", differences(&straight.0, &other.0));
        assert!(other.1 == straight.1, "{what}, decided: {}", differences(&straight.1, &other.1));
    }
}

/// Reports in any order, then what was decided, in order and again until nothing changes.
#[test]
fn reports_in_any_order_let_the_same_be_decided() {
    for seed in 0..SEEDS {
        Orders::of(seed).agree(None, &format!("seed {seed}"));
    }
}

/// A ledger told of nothing effective after a day is what it is asked of as of that day, which `past` holds.
#[test]
fn as_of_a_day_reports_in_any_order_come_to_the_same() {
    let mut asked = 0;
    for seed in 0..SEEDS / 4 {
        let orders = Orders::of(seed);
        let mut days: Vec<Day> = orders.reports.iter().map(|event| event.effective).collect();
        days.sort_unstable();
        for day in [days.len() / 3, 2 * days.len() / 3].map(|at| days[at]) {
            orders.agree(Some(day), &format!("seed {seed} as of {day}"));
            asked += 1;
        }
    }
    assert_eq!(asked, SEEDS / 2);
}
