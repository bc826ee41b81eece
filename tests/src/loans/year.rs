//! What offices make of loans, after their facts: claims, payments to lenders, compensation, rewards, closed books and
//! reversals. A history that posts every kind of event about loans, to be written down once and frozen.

use super::claims::right_line;
use super::reckon::reckon;
use super::story::day;
use super::teller::Teller;
use super::told::{borrowers, telling, world};
use super::wrong::{Known, wrong};
use crate::desk::labelled;
use crate::history::thing;
use ledger::account::{Book, Class};
use ledger::event::policy::Policy;
use ledger::event::{
    ClaimFor, ClaimLineAdded, ClaimSubmitted, CompensationAccrued, CompensationReceived, Draw, EntryWithdrawn, Event,
    FundStated, Kind, LenderYear, Level, LineIssued, LoanKind, LoanRelieved, LossRecovered, OrgRegistered, OrgRole,
    OverclaimReturned, Payer, PayerFen, PeriodClosed, Purpose, Reason, RemittanceApproved, RemittanceCleared,
    RemittanceOrdered, RemittanceReturned, RewardPart, RewardSpent, SetDecided, SetSealed, Source, Status,
    StatusChanged, Subordination, SurplusRewarded,
};
use ledger::handle::Link;
use ledger::loan::portfolio_id;
use ledger::money::Fen;
use ledger::outcome::Outcome;
use ledger::state::State;
use uuid::Uuid;

/// Who pays: the aid centre of the province.
const UNIT: usize = 3;

/// Programmes of money for lenders.
const PROGRAMMES: [&str; 3] = ["LOAN-SUBSIDY", "LOAN-WAIVER", "LOAN-RISK"];

/// The history of this seed: who said what.
///
/// # Panics
/// If the ledger refuses what an office would rightly say.
#[must_use]
pub fn year(seed: u64) -> Vec<(String, Event)> {
    let mut year = Year { teller: Teller::default(), loans: Vec::new(), made: 0 };
    year.facts(seed);
    year.budget();
    year.compensation();
    year.claims();
    year.rewards();
    year.wrongs();
    year.corrections();
    year.teller.said
}

struct Year {
    teller: Teller,
    loans: Vec<Uuid>,
    made: usize,
}

impl Year {
    fn posted(&mut self, who: &str, on: u32, kind: Kind) -> Uuid {
        let outcome = self.teller.say_as(who, day(on), kind.clone());
        assert!(matches!(outcome, Outcome::Posted { .. }), "{kind:?} gave {outcome:?}");
        self.teller.said.last().map_or(Uuid::nil(), |(_, event)| event.id)
    }

    fn new_thing(&mut self, letter: &str) -> Uuid {
        self.made += 1;
        thing(letter, self.made)
    }

    /// Facts in any order, with what the job makes of them in between, sometimes turned away.
    fn facts(&mut self, seed: u64) {
        for (on, kind) in world().into_iter().chain(borrowers()) {
            let _ = self.teller.say(on, kind);
        }
        let mut telling = telling(seed);
        // Offices tell what funds receive, and how much is still open.
        telling.told.retain(|event| !matches!(event.kind, Kind::CompensationReceived(_) | Kind::FundStated(_)));
        self.loans.clone_from(&telling.loans);
        for (at, event) in telling.told.iter().enumerate() {
            let _ = self.teller.tell(event);
            let loan = self.loans[at % self.loans.len()];
            if at % 4 == 0 {
                let _ = self.teller.bring_doubted(loan, day(2024_12_31), at % 5 == 0);
            }
        }
        for loan in self.loans.clone() {
            let _ = self.teller.bring(loan, day(2024_12_31));
        }
    }

    /// Centres, and lines of central and provincial money for each programme.
    fn budget(&mut self) {
        for (number, level) in [(UNIT, Level::Province), (UNIT + 1, Level::County)] {
            let org = OrgRegistered {
                org: thing("org", number),
                number: format!("61{number:08}"),
                name: format!("资助中心{number}"),
                level,
                role: OrgRole::AidCentre,
                parent: None,
                division: 610_000,
                subordination: Subordination::Local,
            };
            let _ = self.posted("周", 2025_01_02, Kind::OrgRegistered(org));
        }
        for programme in PROGRAMMES {
            let policy = Policy {
                programme: programme.into(),
                version: 1,
                name: "助学贷款".into(),
                document: String::new(),
                stage: "higher".into(),
                bands: Vec::new(),
                exclusions: Vec::new(),
                sharing: Vec::new(),
                flagged: Vec::new(),
                sharing_tolerance_fen: 0,
            };
            let _ = self.posted("周", 2025_01_02, Kind::PolicyAdopted(Box::new(policy)));
            for source in [Source::Central, Source::Province] {
                let line = LineIssued {
                    line: line(programme, source),
                    document: "财教〔2025〕1号".into(),
                    parent_document: String::new(),
                    unit: thing("org", UNIT),
                    fiscal_year: 2025,
                    programme: programme.into(),
                    source,
                    item: "2050205".into(),
                    project: String::new(),
                    direct: false,
                    advance: false,
                    fen: 100_000_000,
                };
                let _ = self.posted("周", 2025_01_05, Kind::LineIssued(line));
            }
        }
    }

    /// Ordered by one, approved by another. The treasury pays it or sends it back.
    fn remit(&mut self, purpose: Purpose, draws: Vec<Draw>, cleared: bool) {
        let fen = draws.iter().map(|draw| draw.fen).sum();
        let remittance = self.new_thing("remittance");
        let unit = thing("org", UNIT);
        let order = RemittanceOrdered { remittance, unit, fiscal_year: 2025, purpose, draws };
        let _ = self.posted("周", 2025_02_10, Kind::RemittanceOrdered(order));
        let approved = RemittanceApproved { remittance, fen };
        let _ = self.teller.say_as("周", day(2025_02_10), Kind::RemittanceApproved(approved.clone()));
        let _ = self.posted("吴", 2025_02_11, Kind::RemittanceApproved(approved));
        let serial = format!("国库{}", self.made);
        let _ = if cleared {
            self.posted("库", 2025_02_12, Kind::RemittanceCleared(RemittanceCleared { remittance, fen, serial }))
        } else {
            self.posted("库", 2025_02_13, Kind::RemittanceReturned(RemittanceReturned { remittance, fen, serial }))
        };
    }

    /// Compensation of each risk year: part paid out of lines, the rest past them; a write-off's recovery; a statement.
    fn compensation(&mut self) {
        let state = &self.teller.state;
        let years = state.risk_years.iter().filter_map(|(_, row)| {
            let (kind, school) = (state.portfolios.get(row.portfolio).kind, state.orgs.get(row.school).id);
            let parts = ledger::lender::fund::parts(state, row, 30_000)?;
            Some((LenderYear { lender: thing("org", 1), kind, year: row.year }, school, parts))
        });
        for (at, (year, school, parts)) in years.collect::<Vec<_>>().into_iter().enumerate() {
            let parts: Vec<_> = parts.into_iter().map(|(payer, fen)| PayerFen { payer, fen }).collect();
            let accrued = CompensationAccrued { year, school, default_ppm: 30_000, parts: parts.clone(), number: 1 };
            let _ = self.posted("周", 2025_01_20, Kind::CompensationAccrued(accrued));
            for PayerFen { payer, fen } in parts.into_iter().filter(|part| part.fen > 0) {
                match source(payer) {
                    Some(source) if at % 2 == 0 => {
                        let draws = vec![Draw { line: line(PROGRAMMES[2], source), fen }];
                        self.remit(Purpose::Compensation(year), draws, at % 4 == 0);
                    }
                    _ => {
                        let received = CompensationReceived { year, payer, fen, serial: format!("入{at}") };
                        let _ = self.posted("行", 2025_02_20, Kind::CompensationReceived(received));
                    }
                }
            }
        }
        let recovered = LossRecovered { loan: self.loans[0], fen: 12_345, serial: "追1".into() };
        let _ = self.posted("行", 2025_02_21, Kind::LossRecovered(recovered));
        for (kind, off) in [(LoanKind::Origin, 0), (LoanKind::Campus, 1)] {
            let fen = self.fund(kind, Class::Stock) + off;
            let stated = FundStated { lender: thing("org", 1), kind, fen };
            let _ = self.posted("行", 2025_02_28, Kind::FundStated(stated));
        }
    }

    fn fund(&self, kind: LoanKind, class: Class) -> Fen {
        let state = &self.teller.state;
        let row = state.portfolios.by_id(portfolio_id(thing("org", 1), kind));
        row.map_or(0, |(_, row)| state.balance(State::account_at(row.accounts, class)))
    }

    /// An advance, one that comes back, and four claims with an unknown loan and one claimed twice.
    fn claims(&mut self) {
        let year = LenderYear { lender: thing("org", 1), kind: LoanKind::Origin, year: 2025 };
        for (fen, cleared) in [(1_000, true), (777, false)] {
            let draws = vec![Draw { line: line(PROGRAMMES[0], Source::Central), fen }];
            self.remit(Purpose::Advance(year), draws, cleared);
        }
        for kind in LoanKind::ALL {
            for what in [ClaimFor::Subsidy, ClaimFor::Waiver] {
                self.claim(kind, what);
            }
        }
    }

    fn claim(&mut self, kind: LoanKind, what: ClaimFor) {
        let (claim, unit, lender) = (self.new_thing("claim"), thing("org", UNIT), thing("org", 1));
        let (from, through) = (day(2014_09_01), day(2024_12_20));
        let submitted = ClaimSubmitted {
            claim,
            number: "申1".into(),
            lender,
            kind,
            what,
            from,
            through,
            unit,
            supplementary: false,
            replaces: None,
        };
        let _ = self.posted("行", 2025_03_01, Kind::ClaimSubmitted(submitted));
        let mut lines: Vec<(Uuid, Fen)> = self.loans.iter().map(|loan| (*loan, self.claimed(*loan, what))).collect();
        lines.push((thing("loan", 0), 100));
        lines.extend(lines.first().copied());
        lines.retain(|(_, fen)| *fen > 0);
        for (number, (loan, fen)) in (1..).zip(lines) {
            let line = ClaimLineAdded { claim, number, loan, principal: 1, rate_ppm: 29_000, days: 100, fen };
            let right = right_line(&self.teller.state, day(2025_03_01), &line).filter(|right| right.days > 0);
            let added = right.unwrap_or(line);
            let _ = self.posted("行", 2025_03_01, Kind::ClaimLineAdded(added));
        }
        let Some((_, row)) = self.teller.state.claims.by_id(claim) else { panic!("the claim is open") };
        let sealed = SetSealed { set: claim, count: row.set.count, fen: row.set.fen, hash: row.set.hash };
        let decided = Kind::ClaimApproved(SetDecided { set: claim, hash: row.set.hash });
        let _ = self.posted("行", 2025_03_02, Kind::ClaimSealed(sealed));
        let _ = self.teller.say_as("行", day(2025_03_02), decided.clone());
        let _ = self.posted("吴", 2025_03_03, decided);
        let Some((_, row)) = self.teller.state.claims.by_id(claim) else { panic!("the claim is approved") };
        let programme = PROGRAMMES[usize::from(what == ClaimFor::Waiver)];
        let owed = row.payers.iter().filter_map(|payer| {
            let fen = payer.owed - payer.ordered - payer.paid;
            Some(Draw { line: line(programme, source(payer.payer)?), fen })
        });
        let draws: Vec<Draw> = owed.filter(|draw| draw.fen > 0).collect();
        if !draws.is_empty() {
            self.remit(Purpose::Claim(claim), draws, true);
        }
    }

    /// A line of a loan that was confirmed, or none.
    fn claim_of(&self, loan: Uuid, what: ClaimFor) -> (Uuid, u32) {
        let state = &self.teller.state;
        let latest = self.teller.loan(loan).map_or(Link::NONE, |row| row.last_claim_line);
        let lines = state.claim_lines.chain(latest, |line| line.before_of_loan).map(|(_, line)| line);
        let found = lines.map(|line| (state.claims.get(line.claim), line)).find(|(claim, _)| claim.what == what);
        found.map_or((Uuid::nil(), 1), |(claim, line)| (claim.id, line.number))
    }

    /// What the model has for the claim's period.
    fn claimed(&self, loan: Uuid, what: ClaimFor) -> Fen {
        let interest = reckon(&self.teller.book, loan, day(2024_12_20)).interest;
        if what == ClaimFor::Subsidy { interest.subsidy } else { interest.waiver }
    }

    /// The surplus of a fund for the centres, which spend it and help a borrower. It is of a day after all that was told, as what later
    /// losses hold of a stock is theirs.
    fn rewards(&mut self) {
        let state = &self.teller.state;
        let funds = LoanKind::ALL.into_iter().filter_map(|kind| {
            let (_, fund) = state.portfolios.by_id(portfolio_id(thing("org", 1), kind))?;
            let surplus = ledger::lender::fund::surplus(state, fund, day(2041_01_31))?;
            Some((kind, surplus)).filter(|(_, surplus)| *surplus > 10)
        });
        for (kind, surplus) in funds.collect::<Vec<_>>() {
            let year = LenderYear { lender: thing("org", 1), kind, year: 2024 };
            let rewards = [self.new_thing("reward"), self.new_thing("reward")];
            let parts =
                [0, 1].map(|at| RewardPart { reward: rewards[at], centre: thing("org", UNIT + at), fen: surplus / 2 });
            let rewarded = SurplusRewarded { year, surplus, parts: parts.into() };
            let _ = self.posted("周", 2041_01_31, Kind::SurplusRewarded(rewarded));
            let spent = RewardSpent { reward: rewards[1], purpose: "publicity".into(), fen: 3, serial: "用1".into() };
            let _ = self.posted("周", 2025_07_01, Kind::RewardSpent(spent.clone()));
            let _ = self.teller.say_as("周", day(2025_07_01), Kind::RewardSpent(RewardSpent { fen: surplus, ..spent }));
            for loan in self.loans.clone() {
                let relieved =
                    LoanRelieved { loan, reward: rewards[0], reason: "death".into(), fen: 2, serial: String::new() };
                let _ = self.teller.say_as("周", day(2025_07_02), Kind::LoanRelieved(relieved));
            }
        }
    }

    fn wrongs(&mut self) {
        let state = &self.teller.state;
        let loan = self.loans[0];
        let known = Known {
            loan,
            last: self.teller.loan(loan).map_or(0, |row| row.last),
            entry: self.teller.said.last().map_or(Uuid::nil(), |(_, event)| event.id),
            claim: state.claims.iter().next().map_or(Uuid::nil(), |(_, row)| row.id),
            line: line(PROGRAMMES[0], Source::Province),
            reward: state.rewards.iter().next().map_or(Uuid::nil(), |(_, row)| row.id),
            unit: thing("org", UNIT),
            lender: thing("org", 1),
        };
        for (on, kind) in wrong(&known) {
            let outcome = self.teller.say_as("吴", on, kind.clone());
            assert!(matches!(outcome, Outcome::Refused(_)), "{kind:?} gave {outcome:?}");
        }
    }

    /// A death learnt two years late over a closed book, money given back for it, and a repayment reversed.
    fn corrections(&mut self) {
        let (org, book) = (thing("org", 1), Book::Lender);
        let closed = PeriodClosed { org, book, through: day(2025_07_31) };
        let _ = self.posted("周", 2025_08_01, Kind::PeriodClosed(closed.clone()));
        let earlier = PeriodClosed { through: day(2025_06_30), ..closed };
        let _ = self.teller.say_as("周", day(2025_08_01), Kind::PeriodClosed(earlier));
        for number in 1..=3 {
            let (person, school) = (thing("person", number), thing("org", 2));
            let status = Status::Deceased;
            let change = StatusChanged { person, status, school };
            let _ = self.posted("校", 2023_03_10, Kind::StatusChanged(change));
        }
        for loan in self.loans.clone() {
            let _ = self.teller.bring_doubted(loan, day(2025_08_31), true);
            for what in [ClaimFor::Subsidy, ClaimFor::Waiver] {
                let (id, number) = self.claim_of(loan, what);
                let claim = Some(id).filter(|id| !id.is_nil());
                let (line, unit, serial) = (claim.map_or(0, |_| number), thing("org", UNIT), "退".into());
                let returned = OverclaimReturned { loan, what, claim, line, unit, fen: 50, serial };
                let _ = self.posted("行", 2025_09_05, Kind::OverclaimReturned(returned));
            }
            let serial = "误".to_owned();
            let repaid = ledger::event::LoanRepaid { loan, fen: 50_000, allocation: None, early: false, serial };
            let entry = self.posted("行", 2025_09_10, Kind::LoanRepaid(repaid));
            let reversed = EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document: "冲1".into() };
            let _ = self.posted("周", 2025_09_10, Kind::EntryWithdrawn(reversed.clone()));
            let _ = self.teller.say_as("周", day(2025_09_10), Kind::EntryWithdrawn(reversed));
            let _ = self.teller.bring(loan, day(2040_12_31));
            super::check::agrees(&self.teller.state, &self.teller.book, loan, "at the end of the year");
        }
    }
}

fn line(programme: &str, source: Source) -> Uuid {
    labelled(&format!("{programme}-{source:?}"))
}

fn source(payer: Payer) -> Option<Source> {
    match payer {
        Payer::Central => Some(Source::Central),
        Payer::Province => Some(Source::Province),
        Payer::City => Some(Source::City),
        Payer::County => Some(Source::County),
        Payer::University | Payer::Lender => None,
    }
}
