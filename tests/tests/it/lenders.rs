//! Claims and payments to lenders told at random, right and wrong, early and late: the fold never stops, and what is
//! owed, ordered, paid and spent always adds up.

use ledger::account::{Book, Class};
use ledger::event::conventions::WaiverFor;
use ledger::event::policy::Policy;
use ledger::event::{
    ClaimFor, ClaimLineAdded, ClaimSubmitted, CompensationReceived, DayBasis, Draw, Event, Kind, LenderYear, Level,
    LineIssued, LoanDrawReturned, LoanDrawn, LoanKind, LoanRepaid, LoanSigned, OrgRegistered, OrgRole,
    OverclaimReturned, Payer, PeriodClosed, PersonRegistered, Purpose, RemittanceApproved, RemittanceCleared,
    RemittanceOrdered, RemittanceReturned, SetDecided, SetSealed, Source, Status, StatusChanged, StudyLevel,
    Subordination, WaiverAdopted,
};
use ledger::handle::Handle;
use ledger::money::{Day, Fen};
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::rows::Line;
use ledger::state::stage::RemittanceStage;
use ledger::state::stage::Stage;
use std::collections::{BTreeMap, BTreeSet};
use tests::desk::{labelled, numbered, say};
use tests::history::Chance;
use tests::loans::{campus, day, fixings, origin, right_line};
use uuid::Uuid;

const SEEDS: u64 = 100;
const STEPS: usize = 1_000;

const PROGRAMMES: [&str; 3] = ["LOAN-SUBSIDY", "LOAN-WAIVER", "LOAN-RISK"];
const PURPOSES: [ClaimFor; 2] = [ClaimFor::Subsidy, ClaimFor::Waiver];

/// One history in the telling.
struct History {
    state: State,
    chance: Chance,
    told: u32,
    /// Kinds that were posted without a finding.
    clean: BTreeSet<&'static str>,
}

impl History {
    fn begun(seed: u64) -> Self {
        let mut history = Self { state: State::default(), chance: Chance::new(seed), told: 0, clean: BTreeSet::new() };
        for programme in PROGRAMMES {
            history.say(day(20_190_101), Kind::PolicyAdopted(Box::new(policy(programme))));
        }
        let orgs = [
            ("行", OrgRole::Bank, Subordination::Local, 0),
            ("中心0", OrgRole::AidCentre, Subordination::Local, 610_000),
            ("中心1", OrgRole::AidCentre, Subordination::Local, 610_100),
            ("校0", OrgRole::School, Subordination::Central, 610_000),
            ("校1", OrgRole::School, Subordination::Local, 610_000),
            ("校2", OrgRole::School, Subordination::Local, 620_000),
        ];
        for (label, role, subordination, division) in orgs {
            let (org, parent, level, text) = (labelled(label), None, Level::Province, label.to_owned());
            let (number, name) = (text.clone(), text);
            let org = OrgRegistered { org, number, name, level, role, parent, division, subordination };
            history.say(day(20_190_101), Kind::OrgRegistered(org));
        }
        for (from, terms) in origin().into_iter().chain(campus()) {
            history.say(from, Kind::LoanTermsAdopted(Box::new(terms)));
        }
        for (on, kind) in fixings() {
            history.say(on, kind);
        }
        history.lend();
        history
    }

    /// In most histories loans and document lines are there when claims begin.
    fn lend(&mut self) {
        if self.chance.in_hundred(20) {
            return;
        }
        for person in 0..5 {
            let person = labelled(&format!("人{person}"));
            self.say(day(20_220_901), Kind::PersonRegistered(PersonRegistered { person, origin: 610_000 }));
        }
        for _ in 0..12 {
            let signed = self.contract();
            let loan = signed.loan;
            self.say(day(20_220_901), Kind::LoanSigned(signed));
            let drawn = LoanDrawn { loan, fen: 2_000_000, serial: "流水".to_owned() };
            self.say(day(20_220_901), Kind::LoanDrawn(drawn));
        }
        for year in [20_220_105, 20_230_105, 20_240_105, 20_250_105] {
            for _ in 0..20 {
                let issued = self.issued(day(year));
                self.say(day(year), issued);
            }
        }
    }

    fn contract(&mut self) -> LoanSigned {
        LoanSigned {
            loan: self.id("贷", 8),
            number: "号".to_owned(),
            contract: [0; 32],
            lender: labelled("行"),
            person: self.id("人", 5),
            school: self.id("校", 3),
            kind: self.of(&LoanKind::ALL),
            level: StudyLevel::Undergraduate,
            academic_year: 2022,
            basis: self.of(&[DayBasis::D360, DayBasis::D365]),
            graduates: day(20_240_630),
            repay_from: day(20_290_901),
            matures: day(20_390_901),
        }
    }

    fn issued(&mut self, on: Day) -> Kind {
        let (programme, unit, at) = (self.of(&PROGRAMMES), self.chance.below(2), self.chance.below(3));
        Kind::LineIssued(LineIssued {
            line: line(programme, unit, at, on),
            document: "文".to_owned(),
            parent_document: String::new(),
            unit: labelled(&format!("中心{unit}")),
            fiscal_year: on.year(),
            programme: programme.to_owned(),
            source: [Source::Central, Source::Province, Source::County][at],
            item: "项".to_owned(),
            project: "目".to_owned(),
            direct: false,
            advance: false,
            fen: self.fen(),
        })
    }

    fn say(&mut self, effective: Day, kind: Kind) {
        self.told += 1;
        let event = Event::said(effective, numbered(kind, self.told));
        let by = if self.chance.in_hundred(50) { "周" } else { "吴" };
        let outcome = say(&mut self.state, by, &event).expect("the fold goes on");
        if matches!(&outcome, Outcome::Posted { findings, .. } if findings.is_empty()) {
            self.clean.insert(event.kind.name());
        }
    }

    fn id(&mut self, what: &str, count: usize) -> Uuid {
        labelled(&format!("{what}{}", self.chance.below(count)))
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        *self.chance.pick(all).expect("not empty")
    }

    /// Mostly what a student borrows; sometimes what no student does.
    fn fen(&mut self) -> Fen {
        let usual = 1 + Fen::try_from(self.chance.below(2_000_000)).expect("small");
        if self.chance.in_hundred(3) { 100_000_000_000 } else { usual }
    }

    fn purse(&mut self) -> Fen {
        1 + Fen::try_from(self.chance.below(5_000)).expect("small")
    }

    fn lender_year(&mut self) -> LenderYear {
        LenderYear { lender: labelled("行"), kind: self.of(&LoanKind::ALL), year: self.of(&[2022, 2023, 2024]) }
    }

    fn step(&mut self) {
        let on = day(20_220_901).plus(i32::try_from(self.chance.below(1_000)).expect("small"));
        let kind = match self.chance.below(10) {
            0 => Some(self.person(on)),
            1 => Some(self.loan()),
            2..=5 => self.claim(),
            6 => Some(self.budget(on)),
            _ => Some(self.remittance(on)),
        };
        if let Some(kind) = kind {
            self.say(on, kind);
        }
    }

    fn person(&mut self, on: Day) -> Kind {
        let (person, school) = (self.id("人", 5), labelled("校0"));
        match self.chance.below(8) {
            0 | 1 => Kind::PersonRegistered(PersonRegistered { person, origin: 610_000 }),
            2 => {
                let (year, document) = (on.year(), "财教〔2024〕2号".to_owned());
                let (who, covers_arrears) = (self.of(WaiverFor::ALL), self.chance.in_hundred(50));
                Kind::WaiverAdopted(WaiverAdopted { year, graduated_through: year, document, who, covers_arrears })
            }
            _ => {
                let all = [Status::Enrolled, Status::Graduated, Status::FurtherStudy, Status::Leave];
                Kind::StatusChanged(StatusChanged { person, status: self.of(&all), school })
            }
        }
    }

    fn loan(&mut self) -> Kind {
        let (loan, fen, serial) = (self.id("贷", 8), self.fen(), "流水".to_owned());
        match self.chance.below(8) {
            0 => Kind::LoanSigned(self.contract()),
            1..=3 => Kind::LoanDrawn(LoanDrawn { loan, fen, serial }),
            4 => Kind::LoanDrawReturned(LoanDrawReturned { loan, fen, serial }),
            5 => {
                let (allocation, early) = (None, self.chance.in_hundred(50));
                Kind::LoanRepaid(LoanRepaid { loan, fen, allocation, early, serial })
            }
            _ => {
                let (what, unit, fen) = (self.of(&PURPOSES), self.id("中心", 3), self.purse());
                let (claim, line) = (Some(self.id("申", 20)), 1 + u32::try_from(self.chance.below(4)).expect("small"));
                let (claim, line) = if self.chance.in_hundred(20) { (None, 0) } else { (claim, line) };
                Kind::OverclaimReturned(OverclaimReturned { loan, what, claim, line, unit, fen, serial })
            }
        }
    }

    fn claim(&mut self) -> Option<Kind> {
        let claim = self.id("申", 20);
        let Some((_, row)) = self.state.claims.by_id(claim) else {
            let (lender, kind, what) = (labelled("行"), self.of(&LoanKind::ALL), self.of(&PURPOSES));
            let (number, unit) = ("号".to_owned(), self.id("中心", 3));
            let from = self.of(&[day(20_220_901), day(20_230_101), day(20_230_701), day(20_231_221)]);
            let through = from.plus(i32::try_from(self.chance.below(500)).expect("small") - 5);
            return Some(Kind::ClaimSubmitted(ClaimSubmitted {
                claim,
                number,
                lender,
                kind,
                what,
                from,
                through,
                unit,
                supplementary: false,
                replaces: None,
            }));
        };
        let (hash, count, fen, stage) = (row.set.hash, row.set.count, row.set.fen, row.set.stage);
        if stage == Stage::Sealed && self.chance.in_hundred(60) {
            return Some(Kind::ClaimApproved(SetDecided { set: claim, hash }));
        }
        Some(match self.chance.below(12) {
            0 => Kind::ClaimSealed(SetSealed { set: claim, count, fen, hash }),
            1 => Kind::ClaimApproved(SetDecided { set: claim, hash }),
            _ => {
                let (loan, number) = (self.id("贷", 9), count + 1 - u32::from(self.chance.in_hundred(5)));
                let (principal, rate_ppm, days, fen) = (2_000_000, 36_000, 92, 1);
                let line = ClaimLineAdded { claim, number, loan, principal, rate_ppm, days, fen };
                let right = right_line(&self.state, day(20_250_601), &line).unwrap_or(line);
                let fen = right.fen + Fen::from(self.chance.in_hundred(20));
                Kind::ClaimLineAdded(ClaimLineAdded { fen, ..right })
            }
        })
    }

    fn budget(&mut self, on: Day) -> Kind {
        let year = self.lender_year();
        match self.chance.below(10) {
            0 => {
                let org = self.of(&["行", "中心0", "中心1"]);
                Kind::PeriodClosed(PeriodClosed { org: labelled(org), book: self.of(&Book::ALL), through: on })
            }
            1..=3 => {
                let (payer, fen, serial) = (Payer::Province, self.purse(), "流水".to_owned());
                Kind::CompensationReceived(CompensationReceived { year, payer, fen, serial })
            }
            _ => self.issued(on),
        }
    }

    fn remittance(&mut self, on: Day) -> Kind {
        let count = self.state.remittances.len();
        if count == 0 || self.chance.in_hundred(40) {
            return self.order(on);
        }
        let at = u32::try_from(self.chance.below(count)).expect("small");
        let row = self.state.remittances.get(Handle::new(at));
        let (remittance, serial) = (row.id, "流水".to_owned());
        let fen = row.fen + Fen::from(self.chance.in_hundred(10));
        match self.chance.below(4) {
            0 => Kind::RemittanceApproved(RemittanceApproved { remittance, fen }),
            1 | 2 => Kind::RemittanceCleared(RemittanceCleared { remittance, fen, serial }),
            _ => Kind::RemittanceReturned(RemittanceReturned { remittance, fen, serial }),
        }
    }

    /// A claim that may be paid, if there is one.
    fn approved(&mut self) -> Option<Uuid> {
        let rows = self.state.claims.iter().map(|(_, row)| row);
        let approved: Vec<Uuid> =
            rows.filter(|row| row.set.stage == Stage::Approved && row.confirmed > 0).map(|row| row.id).collect();
        self.chance.pick(&approved).copied()
    }

    /// For a claim mostly, by lines that may or may not be those of its payers.
    fn order(&mut self, on: Day) -> Kind {
        let (claim, year) = (self.approved().unwrap_or(labelled("申0")), self.lender_year());
        let (purpose, programme) = match self.chance.below(5) {
            0 => (Purpose::Advance(year), PROGRAMMES[0]),
            1 => (Purpose::Compensation(year), PROGRAMMES[2]),
            _ => {
                let what = self.state.claims.by_id(claim).map_or(ClaimFor::Subsidy, |(_, row)| row.what);
                (Purpose::Claim(claim), PROGRAMMES[what as usize])
            }
        };
        let (unit, first, lines) = (self.chance.below(2), self.chance.below(3), 1 + self.chance.below(2));
        let draw = |at| Draw { line: line(programme, unit, (first + at) % 3, on), fen: self.purse() };
        let draws = (0..lines).map(draw).collect();
        let (remittance, unit) = (self.id("付", 500), labelled(&format!("中心{unit}")));
        Kind::RemittanceOrdered(RemittanceOrdered { remittance, unit, fiscal_year: on.year(), purpose, draws })
    }
}

fn policy(programme: &str) -> Policy {
    Policy {
        programme: programme.to_owned(),
        version: 1,
        name: programme.to_owned(),
        document: "文".to_owned(),
        stage: "higher".to_owned(),
        bands: Vec::new(),
        exclusions: Vec::new(),
        sharing: Vec::new(),
        flagged: Vec::new(),
        sharing_tolerance_fen: 0,
    }
}

fn line(programme: &str, unit: usize, at: usize, on: Day) -> Uuid {
    labelled(&format!("{programme}{unit}{at}{}", on.year()))
}

/// Everything that must hold after any entry. That no account is below zero which may not be, the fold holds itself.
fn adds_up(state: &State) {
    for book in Book::ALL {
        assert_eq!(state.trial_balance(book), 0, "the {} book", book.name());
    }
    for (_, claim) in state.claims.iter() {
        let stands = |class| state.balance(State::account_at(claim.accounts, class));
        let parts: Fen = claim.parts.iter().map(|part| part.fen).chain(claim.unplaced.values().copied()).sum();
        assert_eq!(parts, claim.owed());
        let open: Fen = claim.payers.iter().map(|payer| payer.owed - payer.paid).sum();
        assert_eq!(stands(Class::ClaimOwed), open, "what payers owe of claim {}", claim.id);
        let sealed = if claim.set.stage == Stage::Open { 0 } else { claim.owed() };
        assert_eq!(open + stands(Class::ClaimSettled), sealed);
        crate::remittances::payers_hold(state, claim);
    }
    lines(state);
}

/// What stands on lines is what payments say they took.
fn lines(state: &State) {
    let mut taken: BTreeMap<Handle<Line>, [Fen; 2]> = BTreeMap::new();
    for (_, row) in state.remittances.iter() {
        for draw in &row.draws {
            let [applied, spent] = taken.entry(draw.line).or_default();
            match row.stage {
                RemittanceStage::Ordered | RemittanceStage::Approved => *applied += draw.fen,
                RemittanceStage::Cleared => *spent += draw.fen,
                RemittanceStage::Returned | RemittanceStage::Cancelled => {}
            }
        }
    }
    let mut restored: BTreeMap<Source, Fen> = BTreeMap::new();
    for (handle, row) in state.lines.iter() {
        let stands = |class| state.balance(state.line_account(handle, class));
        let [applied, spent] = taken.get(&handle).copied().unwrap_or_default();
        let back = spent - stands(Class::Spent);
        assert!(stands(Class::Applied) == applied && back >= 0, "line {}", row.id);
        let spent = spent - back;
        *restored.entry(row.source).or_default() += back;
        assert_eq!(row.received, stands(Class::Available) + applied + spent + row.surrendered, "line {}", row.id);
    }
    restored.retain(|_, fen| *fen > 0);
    assert_eq!(restored, crate::remittances::given_back(state), "what came back");
}

#[test]
fn claims_and_payments_add_up_in_any_order() {
    let (mut clean, mut confirmed, mut paid) = (BTreeSet::new(), 0, 0);
    for seed in 0..SEEDS {
        let mut history = History::begun(seed);
        for step in 0..STEPS {
            history.step();
            if step % 10 == 0 {
                adds_up(&history.state);
            }
        }
        adds_up(&history.state);
        confirmed += history.state.claims.iter().map(|(_, claim)| claim.confirmed_count).sum::<u32>();
        let of_claims = |stage| {
            move |row: &&ledger::state::lending_rows::Remittance| {
                row.stage == stage && matches!(row.purpose, Purpose::Claim(_))
            }
        };
        let rows = || history.state.remittances.iter().map(|(_, row)| row);
        paid += rows().filter(of_claims(RemittanceStage::Cleared)).count();
        clean.extend(history.clean);
    }
    let wanted = ["overclaim_returned", "remittance_cleared", "remittance_returned", "claim_approved"];
    assert!(wanted.iter().all(|kind| clean.contains(kind)), "the histories reach only {clean:?}");
    assert!(confirmed > 500 && paid > 40, "the histories confirm {confirmed} lines and pay {paid} times");
}
