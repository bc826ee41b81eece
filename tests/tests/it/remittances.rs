//! What the treasury tells of payments to lenders: in whatever order it is told, and whatever wrong is told and taken back in between,
//! everything ends as if it had been told right at once, and as a second reckoning says.

use ledger::account::Class;
use ledger::event::{
    Draw, EntryWithdrawn, Event, Kind, LenderYear, LoanKind, Payer, Purpose, Reason, RemittanceApproved,
    RemittanceCleared, RemittanceOrdered, RemittanceReturned, Source,
};
use ledger::finding::FindingKind;
use ledger::money::{Day, Fen};
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::lending_rows::Claim;
use ledger::state::stage::RemittanceStage;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tests::desk::{labelled, say};
use tests::history::Chance;
use tests::loans::day;
use tests::scenario::{Provoked, after};
use uuid::Uuid;

const SEEDS: u64 = 300;

/// What is ordered: the payment, the line that pays, its sum.
const ORDERS: [(&str, &str, Fen); 3] = [("预拨", "央息", 30_000), ("付", "省息", 43_200), ("险", "省险", 15_000)];

/// A payer of a claim orders and pays at least nothing, and whether anybody paid more than is owed is a finding.
pub fn payers_hold(state: &State, claim: &Claim) {
    assert!(claim.payers.iter().all(|payer| payer.ordered >= 0 && payer.paid >= 0), "{:?}", claim.payers);
    let over = claim.payers.iter().any(|payer| payer.paid > payer.owed);
    let found = open(state).any(|(kind, subject)| kind == FindingKind::OverRemitted && subject == claim.id);
    assert_eq!(found, over, "{:?}", claim.payers);
}

/// What lenders gave back of claims, by the source of the lines that paid: as far as it counts and they paid.
pub fn given_back(state: &State) -> BTreeMap<Source, Fen> {
    let mut sums = BTreeMap::new();
    for (_, claim) in state.claims.iter() {
        let counted = state.claim_lines.chain(claim.last_line, |line| line.before_of_claim);
        let counted: Fen = counted.map(|(_, line)| line.returned).sum();
        assert_eq!(claim.returned.iter().map(|share| share.fen).sum::<Fen>(), counted, "claim {}", claim.id);
        let of_claim = |row: &&ledger::state::lending_rows::Remittance| {
            row.stage == RemittanceStage::Cleared && row.purpose == Purpose::Claim(claim.id)
        };
        let sources = [Source::Central, Source::Province, Source::City, Source::County];
        for (source, payer) in sources.into_iter().zip([Payer::Central, Payer::Province, Payer::City, Payer::County]) {
            let paid = state.remittances.iter().map(|(_, row)| row).filter(of_claim).flat_map(|row| &row.draws);
            let paid: Fen = paid.filter(|draw| state.lines.get(draw.line).source == source).map(|draw| draw.fen).sum();
            let back: Fen = claim.returned.iter().filter(|share| share.payer == payer).map(|share| share.fen).sum();
            *sums.entry(source).or_default() += back.min(paid);
        }
    }
    sums.retain(|_, fen| *fen > 0);
    sums
}

fn open(state: &State) -> impl Iterator<Item = (FindingKind, Uuid)> + '_ {
    state.findings.iter().filter(|(_, row)| row.open).map(|(_, row)| (row.kind, row.subject))
}

/// One thing told of the payment at this place among the orders.
#[derive(Clone)]
struct Told {
    order: usize,
    returned: bool,
    fen: Fen,
    event: Event,
}

fn told(chance: &mut Chance, serial: usize) -> Told {
    let order = chance.below(ORDERS.len());
    let (label, _, right) = ORDERS[order];
    let fen = if chance.in_hundred(80) { right } else { right - 100 };
    let days = [20_241_030, 20_241_102, 20_241_103, 20_241_203, 20_250_103];
    let on = day(days[chance.below(days.len())]);
    let (remittance, serial, returned) = (labelled(label), serial.to_string(), chance.in_hundred(40));
    let kind = if returned {
        Kind::RemittanceReturned(RemittanceReturned { remittance, fen, serial })
    } else {
        Kind::RemittanceCleared(RemittanceCleared { remittance, fen, serial })
    };
    Told { order, returned, fen, event: Event::said(on, kind) }
}

/// Orders and approvals, in their order: who says what.
fn decisions() -> Vec<(&'static str, Event)> {
    let year = |year| LenderYear { lender: labelled("开行"), kind: LoanKind::Origin, year };
    let purposes = [Purpose::Advance(year(2024)), Purpose::Claim(labelled("报")), Purpose::Compensation(year(2022))];
    let all = ORDERS.into_iter().zip(purposes).flat_map(|((label, line, fen), purpose)| {
        let (remittance, unit) = (labelled(label), labelled("助贷中心"));
        let draws = vec![Draw { line: labelled(line), fen }];
        let order = RemittanceOrdered { remittance, unit, fiscal_year: 2024, purpose, draws };
        let approve = RemittanceApproved { remittance, fen };
        [
            ("周", Event::said(day(20_241_101), Kind::RemittanceOrdered(order))),
            ("吴", Event::said(day(20_241_102), Kind::RemittanceApproved(approve))),
        ]
    });
    all.collect()
}

fn withdrawn(event: &Event) -> Event {
    let (entry, document) = (event.id, "文".to_owned());
    let withdrawn = EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document };
    Event::said(event.effective, Kind::EntryWithdrawn(withdrawn))
}

/// The basis, then all of these, which are all posted.
fn tell(events: impl IntoIterator<Item = (&'static str, Event)>) -> State {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/basis/remitted.txt");
    let mut state = after(&path, &mut Provoked::default()).expect("the basis");
    for (by, event) in events {
        let outcome = say(&mut state, by, &event).expect("the fold goes on");
        assert!(matches!(outcome, Outcome::Posted { .. }), "{outcome:?} {event:?}");
        state.claims.iter().for_each(|(_, claim)| payers_hold(&state, claim));
    }
    state
}

/// Everything that must not hang on the order of telling.
fn summary(state: &State) -> BTreeSet<String> {
    let accounts = state.accounts.iter().filter(|(_, row)| row.balance != 0);
    let accounts = accounts.map(|(at, row)| format!("{} {} {}", state.owner_id(at), row.class.name(), row.balance));
    let remittances = state.remittances.iter().map(|(_, row)| format!("{} {:?} {:?}", row.id, row.stage, row.on));
    let lines = state.lines.iter().map(|(_, row)| format!("{} surrendered {}", row.id, row.surrendered));
    let claims = state.claims.iter().map(|(_, row)| format!("{} {:?}", row.id, row.payers));
    let sums = |sums: &[(ledger::event::Payer, Fen)]| sums.iter().map(|(_, fen)| fen).sum::<Fen>();
    let paid = state.risk_paid.iter().map(|(_, row)| format!("{} {} {}", row.id, sums(&row.ordered), sums(&row.paid)));
    let stock = state.portfolios.iter().map(|(_, row)| format!("{} {:?}", row.id, row.moved));
    let findings = state.findings.iter().filter(|(_, row)| row.open).map(|(_, row)| {
        let by = state.seen.get(row.fact).id;
        format!("{} {} {} {} {by}", row.kind.name(), row.subject, row.fen, state.orgs.get(row.unit).id)
    });
    accounts.chain(remittances).chain(lines).chain(claims).chain(paid).chain(stock).chain(findings).collect()
}

/// Decisions in their order, everything else anywhere; what is wrong is taken back some time after it was told.
fn shuffled(chance: &mut Chance, right: &[Told], wrong: &[Told]) -> Vec<(&'static str, Event)> {
    let mut events = decisions();
    for told in right {
        let at = chance.below(events.len() + 1);
        events.insert(at, ("库", told.event.clone()));
    }
    for told in wrong {
        let at = chance.below(events.len() + 1);
        events.insert(at, ("库", told.event.clone()));
        let later = at + 1 + chance.below(events.len() - at);
        events.insert(later, ("库", withdrawn(&told.event)));
    }
    events
}

/// The second reckoning of one payment: where it ends, what of it stands in suspense, and on which day it came back after it was
/// cleared.
fn reckoned(facts: &[&Told], right: Fen) -> (RemittanceStage, Fen, Option<Day>) {
    let (mut stage, mut came_back) = (RemittanceStage::Approved, None);
    let (mut astray, mut suspense) = (Vec::new(), 0);
    for told in facts {
        let found = astray.iter().rposition(|fen| *fen == told.fen);
        match (told.returned, found, stage) {
            (true, Some(at), _) => suspense -= astray.remove(at),
            (true, None, RemittanceStage::Approved | RemittanceStage::Cleared) if told.fen == right => {
                came_back = (stage == RemittanceStage::Cleared).then_some(told.event.effective);
                stage = RemittanceStage::Returned;
            }
            (true, None, _) => suspense -= told.fen,
            (false, _, RemittanceStage::Approved) if told.fen == right => stage = RemittanceStage::Cleared,
            (false, _, _) => {
                astray.push(told.fen);
                suspense += told.fen;
            }
        }
    }
    (stage, suspense, came_back)
}

/// Holds a ledger against the second reckoning; the stages reached.
fn agrees(state: &State, right: &[Told]) -> BTreeSet<(RemittanceStage, bool)> {
    let mut expected: BTreeMap<(Uuid, Class), Fen> = BTreeMap::new();
    let (unit, mut reached) = (labelled("助贷中心"), BTreeSet::new());
    for (at, (label, line, fen)) in ORDERS.into_iter().enumerate() {
        let mut facts: Vec<&Told> = right.iter().filter(|told| told.order == at).collect();
        facts.sort_by_key(|told| (told.event.effective, told.returned, told.event.id));
        let (stage, suspense, came_back) = reckoned(&facts, fen);
        let late = came_back.filter(|on| on.year() != 2024);
        reached.insert((stage, late.is_some()));
        let row = state.remittances.by_id(labelled(label)).map(|(_, row)| row.stage);
        assert_eq!(row, Some(stage), "{label}");
        let mut add = |owner, class, fen| *expected.entry((owner, class)).or_default() += fen;
        add(unit, Class::Suspense, suspense);
        add(unit, Class::Treasury, -suspense);
        add(unit, Class::DueToFinance, if late.is_some() { fen } else { 0 });
        let paid = if stage == RemittanceStage::Cleared { fen } else { 0 };
        add(unit, Class::Treasury, -paid);
        let applied = if stage == RemittanceStage::Approved { fen } else { 0 };
        add(labelled(line), Class::Applied, applied);
        add(labelled(line), Class::Spent, paid);
        add(labelled(line), Class::Available, 100_000 - applied - paid - if late.is_some() { fen } else { 0 });
    }
    for (account, row) in state.accounts.iter() {
        if let Some(fen) = expected.get(&(state.owner_id(account), row.class)) {
            assert_eq!(row.balance, i128::from(*fen), "{}", row.class.name());
        }
    }
    reached
}

#[test]
fn what_the_treasury_tells_ends_alike_in_any_order() {
    let mut reached = BTreeSet::new();
    for seed in 0..SEEDS {
        let mut chance = Chance::new(seed);
        let right: Vec<Told> = (0..chance.below(9)).map(|serial| told(&mut chance, serial)).collect();
        let wrong: Vec<Told> = (0..chance.below(5)).map(|serial| told(&mut chance, 100 + serial)).collect();
        let mut in_time = right.clone();
        in_time.sort_by_key(|told| told.event.effective);
        let in_time = decisions().into_iter().chain(in_time.into_iter().map(|told| ("库", told.event)));
        let (straight, other) = (tell(in_time), tell(shuffled(&mut chance, &right, &wrong)));
        assert_eq!(summary(&other), summary(&straight), "seed {seed}");
        reached.extend(agrees(&other, &right));
    }
    use RemittanceStage as Stage;
    let wanted = [(Stage::Approved, false), (Stage::Cleared, false), (Stage::Returned, false), (Stage::Returned, true)];
    assert_eq!(reached, BTreeSet::from(wanted), "the histories reach every end");
}
