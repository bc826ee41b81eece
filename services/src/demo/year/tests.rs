//! The demo's files as the importer meets them: all of them understood, nothing left out, everything said once.

use super::*;
use crate::intake::identity::{DEMO_KEY, Identity};
use crate::intake::import::{Importer, Said, SinkError};
use ledger::event::{Event, Kind};
use ledger::handle::Handle;
use ledger::outcome::Outcome as Judged;
use ledger::state::State;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What happens, in order: something is said, or interest is accrued.
enum Happening {
    Said(Box<Said>),
    Accrue(Day),
}

/// Policies, terms and rates, as the demo adopts them.
fn adopted() -> Vec<Event> {
    let mut events = replay::policies::events().expect("shipped policies");
    events.extend(crate::intake::shipped_rates::shipped_events().expect("shipped terms"));
    events
}

fn imported(scale: &str) -> (Plan, Vec<Happening>, u64) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let scale = scale.parse().expect("a scale");
    let plan = write_year(dir.path(), scale, &adopted(), &mut |_, _| {}).expect("written");
    let mut importer = Importer::new(Identity::new(DEMO_KEY));
    let (mut happenings, mut repeated) = (Vec::new(), 0);
    let mut known: HashSet<Vec<u8>> = HashSet::new();
    for step in &plan.steps {
        let file = match step {
            Step::File(file) => file,
            Step::Accrue(through) => {
                happenings.push(Happening::Accrue(*through));
                continue;
            }
            Step::Say(said) => {
                happenings.extend(said.iter().cloned().map(Box::new).map(Happening::Said));
                continue;
            }
        };
        let mut sink = |one: Said| -> Result<(), SinkError> {
            if known.insert(proto::event::encode(&one.event)) {
                assert!(!file.again, "a second import said something new");
                happenings.push(Happening::Said(Box::new(one)));
            } else {
                assert!(file.again, "{} was said twice", one.event.kind.name());
                repeated += 1;
            }
            Ok(())
        };
        let report = importer.import_file(&file.path, &file.principal, &mut sink).expect("read");
        assert_eq!(report.problems.first(), None, "{}", report.file);
        assert_eq!(report.rows, file.rows);
    }
    (plan, happenings, repeated)
}

#[test]
fn the_same_scale_writes_the_same_bytes() {
    let write = || {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let scale = "0.0005".parse().expect("a scale");
        let plan = write_year(dir.path(), scale, &adopted(), &mut |_, _| {}).expect("written");
        let read = |file: &PlannedFile| std::fs::read(&file.path).expect("readable");
        plan.files().map(read).collect::<Vec<_>>()
    };
    assert!(write() == write());
}

/// Kinds of event that the year must hold, as each is a part of its story.
const STORY: [&str; 25] = [
    "org_renamed",
    "line_recalled",
    "card_replaced",
    "application_cancelled",
    "payout_returned",
    "payout_unknown",
    "suspense_cleared",
    "loan_signed",
    "loan_drawn",
    "loan_draw_returned",
    "loan_repaid",
    "loan_overdue",
    "loan_written_off",
    "loan_state_repaid",
    "loan_relieved",
    "claim_sealed",
    "claim_approved",
    "overclaim_returned",
    "remittance_cleared",
    "compensation_accrued",
    "compensation_received",
    "fund_stated",
    "surplus_rewarded",
    "reward_spent",
    "period_closed",
];

#[test]
fn every_file_is_understood_and_money_adds_up() {
    let (plan, happenings, repeated) = imported("0.001");
    assert_eq!((plan.expected.person_times, plan.expected.aided_fen), (2_311, 485_000_000));
    assert!(repeated > 0);
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let mut lines = Lines::default();
    for happening in &happenings {
        let Happening::Said(one) = happening else { continue };
        *kinds.entry(one.event.kind.name()).or_default() += 1;
        lines.note(&one.event.kind);
    }
    assert!(lines.rest.values().all(|rest| *rest >= 0), "more was taken than lines hold");
    for kind in STORY {
        assert!(kinds.contains_key(kind), "{kind} is missing");
    }
    assert_eq!(kinds["person_registered"], 2_311 + 12, "twelve graduates of 2018 besides");
}

/// What document lines hold, by plain adding.
#[derive(Default)]
struct Lines {
    rest: HashMap<Uuid, i64>,
    payouts: HashMap<Uuid, Vec<ledger::event::Draw>>,
}

impl Lines {
    fn note(&mut self, kind: &Kind) {
        match kind {
            Kind::LineIssued(line) => self.move_by(line.line, line.fen),
            Kind::LinePassedDown(passed) => {
                for part in &passed.parts {
                    assert!(self.rest.contains_key(&part.from), "passed down from an unknown line");
                    self.move_by(part.from, -part.fen);
                    assert_eq!(self.rest.insert(part.to, part.fen), None, "a line of two parents");
                }
            }
            Kind::ApplicationLineAdded(line) => {
                self.payouts.insert(line.payout, line.draws.clone());
                for draw in &line.draws {
                    assert!(self.rest.contains_key(&draw.line), "drawn on an unknown line");
                }
            }
            Kind::VoucherIssued(voucher) => {
                for draw in &voucher.draws {
                    self.move_by(draw.line, -draw.fen);
                }
            }
            Kind::RemittanceOrdered(payment) => {
                for draw in &payment.draws {
                    assert!(self.rest.contains_key(&draw.line), "drawn on an unknown line");
                    self.move_by(draw.line, -draw.fen);
                }
            }
            Kind::PayoutReturned(back) => {
                for draw in self.payouts[&back.payout].clone() {
                    self.move_by(draw.line, draw.fen);
                }
            }
            Kind::PayoutCredited(credit) => {
                assert_eq!(self.payouts[&credit.payout].iter().map(|d| d.fen).sum::<i64>(), credit.fen);
            }
            Kind::LineRecalled(recall) => self.move_by(recall.line, -recall.fen),
            _ => {}
        }
    }

    fn move_by(&mut self, line: Uuid, fen: i64) {
        *self.rest.entry(line).or_default() += fen;
    }
}

#[test]
fn the_ledger_takes_the_year_and_turns_away_only_what_it_should() {
    for scale in ["0.0005", "0.003"] {
        fold_year(scale);
    }
}

/// A ledger being told.
#[derive(Default)]
struct Told {
    state: State,
    index: u64,
    refused: BTreeMap<&'static str, u64>,
    findings: BTreeMap<&'static str, u64>,
    adjusted: u64,
}

impl Told {
    fn say(&mut self, principal: &str, event: Event) {
        let content = proto::event::encode(&event);
        assert_eq!(proto::event::admit(&content).as_ref(), Ok(&event), "what the demo says could be said by an office");
        let kind = event.kind.name();
        let entry = ledger::entry::Entry {
            index: self.index,
            recorded_ms: proto::samples::LATE_MS,
            principal,
            proof: ledger::entry::Proof::Named,
            again: None,
            content: &content,
            event: &event,
        };
        self.index += 1;
        match self.state.fold(&entry).expect("known rules") {
            Judged::Posted { findings, .. } => {
                for finding in findings {
                    *self.findings.entry(self.state.findings.get(Handle::new(finding)).kind.name()).or_default() += 1;
                }
            }
            Judged::Refused(refusal) => {
                eprintln!("{kind} {refusal:?}");
                *self.refused.entry(refusal.code.name()).or_default() += 1;
            }
            Judged::Duplicate { .. } => panic!("nothing is said twice here"),
        }
    }

    /// The job, until nothing is due any more.
    fn accrue(&mut self, through: Day) {
        loop {
            let (events, next) = crate::demo::run::accrual::due(&self.state, through, Handle::new(0));
            if events.is_empty() && next.is_none() {
                return;
            }
            for event in events {
                self.adjusted += u64::from(matches!(event.kind, Kind::InterestAdjusted(_)));
                self.say("job", event);
            }
        }
    }

    fn balances(&self) -> BTreeMap<&'static str, i128> {
        let mut sums = BTreeMap::new();
        for (_, account) in self.state.accounts.iter() {
            *sums.entry(account.class.name()).or_default() += account.balance;
        }
        sums
    }
}

/// Folds the policies and the whole year, and compares what it comes to with the plan.
fn fold_year(scale: &str) {
    let (plan, happenings, _) = imported(scale);
    let mut told = Told::default();
    for event in adopted() {
        told.say("policy", event);
    }
    for happening in happenings {
        match happening {
            Happening::Said(one) => told.say(&one.principal, one.event),
            Happening::Accrue(through) => told.accrue(through),
        }
    }
    assert_eq!(told.refused, BTreeMap::from([("four_eyes", 1), ("overdrawn", 1), ("use_not_allowed", 1)]));
    // Whose graduation is told late was claimed too much.
    assert!(told.findings.remove("overclaimed").is_some_and(|found| found > 0));
    assert_eq!(told.findings, BTreeMap::from([("double_credit", 1), ("late_credit", 1)]), "at these scales");
    assert!(told.adjusted > 0, "some graduations are told late");
    let sums = told.balances();
    assert_eq!(sums["transit"], plan.expected.in_transit_fen.into());
    assert_eq!(sums["payee"] + sums["suspense"], plan.expected.credited_fen.into());
    assert_eq!(-sums["suspense"], plan.expected.suspense_fen.into());
    assert_eq!(told.refused.values().sum::<u64>(), plan.expected.refused);
    let figures = crate::demo::run::loans::figures(&told.state, &plan.loans);
    assert_eq!(figures.differences, Vec::<String>::new());
    let mut other = plan.loans.clone();
    *other.claims[2].planted.entry(ledger::state::claim_rows::Verdict::WrongRate).or_default() += 1;
    let differences = crate::demo::run::loans::figures(&told.state, &other).differences;
    assert_eq!(differences.len(), 1, "an error that is not found does not pass: {differences:?}");
    let reasons: Vec<&str> = figures.claims[2].disputed.keys().copied().collect();
    assert_eq!((figures.claims.len(), reasons.len()), (3, 8), "{reasons:?}");
    assert!(plan.loans.returned_fen > 0, "some days were claimed before the late notice");
    for claim in &figures.claims[..2] {
        assert_eq!(claim.disputed, BTreeMap::new(), "nothing is planted in {}", claim.number);
    }
}
