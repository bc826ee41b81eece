//! Which findings a loan's facts call for, as they stand now: a function of the facts, whatever was told first. `fold::follow` opens
//! what is called for and not yet open, and closes what is open and no longer called for.
//!
//! Looked at with every entry of the loan. What hangs on others' entries (a standing, terms, a rate) follows at the next of them, as
//! its interest does.

use super::amended::{days_told, due_days, moved};
use super::claimed::{Claimed, Lines};
use super::counting::{counting, is_before_contract};
use super::fact_list::Facts;
use super::off_contract::{ByFact, off_contract};
use super::owed::Moment;
use super::position::{is_overclaimed, outcomes};
use super::rates::terms_on;
use super::study::Bearer;
use super::together::borrowed_together;
use super::walk::{Missing, Walk};
use crate::change::{Change, Touched, Wanted};
use crate::event::loan_terms::LoanTerms;
use crate::event::{Allocation, ClaimFor, Status};
use crate::finding::FindingKind;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::flows::Flow;
use crate::state::lending_rows::{Fact, Loan, What};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is granted for lines beyond what their days bear.
const OVERCLAIMED: [Flow; 2] = [Flow::SubsidyOverclaimed, Flow::WaiverOverclaimed];

/// What is paid without owing it.
const OVERPAID: [Flow; 3] = [Flow::PrincipalOverpaid, Flow::InterestOverpaid, Flow::PenaltyOverpaid];

/// What the loans of its borrower call for together is looked at again.
pub(super) fn touch_others<A>(state: &State, loan: &Loan, change: &mut Change<A>) {
    let person = loan.person.handle().map(|person| state.persons.get(person).id);
    change.touched.extend(person.map(Touched::Borrower));
}

/// What a loan may call for.
pub(crate) const OF_LOAN: [FindingKind; 17] = [
    FindingKind::OffContract,
    FindingKind::OverRefunded,
    FindingKind::UnknownSubject,
    FindingKind::BeforeSubject,
    FindingKind::BeforeOpening,
    FindingKind::NoTerms,
    FindingKind::OverTerm,
    FindingKind::ShortGrace,
    FindingKind::BothKinds,
    FindingKind::OverCeiling,
    FindingKind::DrawnOutOfStudy,
    FindingKind::AllocationDiffers,
    FindingKind::Overpaid,
    FindingKind::Overclaimed,
    FindingKind::OverPrincipal,
    FindingKind::OverLoss,
    FindingKind::WrittenOffAfterRelief,
];

/// All that is called for. Those of a fact come in the order of the facts.
pub(crate) fn wanted(state: &State, loan: &Loan) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    if loan.known {
        contract(state, loan, &mut wanted);
        facts(state, loan, &mut wanted);
    } else if !loan.facts.is_empty() {
        wanted.push((FindingKind::UnknownSubject, loan.facts.first().map(|fact| (fact.index, fact.on))));
    }
    if OVERPAID.into_iter().any(|flow| loan.posted[flow] > 0) {
        wanted.push((FindingKind::Overpaid, overpaid_by(loan)));
    }
    if loan.known {
        wanted.extend(moved(state, loan).map(|told| (FindingKind::BeforeOpening, Some(told))));
    }
    if is_overclaimed(&loan.posted) {
        wanted.push((FindingKind::Overclaimed, overclaimed(state, loan)));
    }
    wanted
}

/// Of the payments that count, the first that what is paid without owing it reaches back to: the last to come in are too much. Where
/// nobody paid, more came back than was drawn, and it is one of those.
fn overpaid_by(loan: &Loan) -> Option<(u64, Day)> {
    let paid = |fact: &Fact| match fact.what {
        What::Repaid { fen, .. } | What::StateRepaid(fen) | What::Relieved { fen, .. } => {
            Some((fact.on, fen, fact.index))
        }
        _ => None,
    };
    let returned = |fact: &Fact| match fact.what {
        What::DrawReturned(fen) => Some((fact.on, fen, fact.index)),
        _ => None,
    };
    let told = counting(loan, &loan.facts);
    let mut payments: Vec<_> = told.iter().filter_map(paid).collect();
    if payments.is_empty() {
        payments = told.iter().filter_map(returned).collect();
    }
    let mut over: i128 = OVERPAID.into_iter().map(|flow| i128::from(loan.posted[flow])).sum();
    let reaches = |(_, fen, _): &&(Day, Fen, u64)| {
        let reached = over > 0;
        over -= i128::from(*fen);
        reached
    };
    payments.iter().rev().take_while(reaches).last().map(|(on, _, index)| (*index, *on))
}

/// The latest line of which more was granted than its days bear, or what tells so of days before this ledger: of one day that of the
/// claim and number that come last, whichever was told last.
fn overclaimed(state: &State, loan: &Loan) -> Option<(u64, Day)> {
    let lines = Lines::of(state, loan);
    let outcomes = outcomes(state, loan, &lines, loan.through);
    let place = |line: &Claimed| match line.line {
        Some(at) => {
            let row = state.claim_lines.get(at);
            Some((row.on, state.claims.get(row.claim).id, row.number, row.index))
        }
        None => claimed_before(loan, line.what).map(|fact| (fact.on, Uuid::nil(), line.what as u32, fact.index)),
    };
    let over = lines.iter().zip(outcomes).filter(|(_, outcome)| outcome.over > 0);
    over.filter_map(|(line, _)| place(line)).max().map(|(on, .., index)| (index, on))
}

/// The fact that days were claimed before this ledger.
fn claimed_before(loan: &Loan, of: ClaimFor) -> Option<&Fact> {
    let is_it = |fact: &&Fact| matches!(fact.what, What::ClaimedBefore { what, .. } if what == of);
    counting(loan, &loan.facts).iter().find(is_it)
}

/// What the loans of one borrower call for together.
pub(crate) const OF_BORROWER: [FindingKind; 2] = [FindingKind::BothKinds, FindingKind::OverCeiling];

/// Of one borrower's loans, under whichever of his ids, each with what it calls for beside the others.
pub(crate) fn wanted_together(state: &State, person: Uuid) -> Vec<(Uuid, Vec<Wanted>)> {
    let mut years: BTreeMap<u16, Year> = BTreeMap::new();
    let borrowed = || state.persons.find(person).into_iter().flat_map(|person| borrowed_together(state, person));
    for loan in borrowed() {
        years.entry(loan.academic_year).or_default().add(loan);
    }
    let together = |loan: &Loan| {
        let year = years.get(&loan.academic_year);
        (loan.id, year.into_iter().flat_map(|year| year.wanted(state, loan)).collect())
    };
    borrowed().map(together).collect()
}

/// A borrower's loans of one academic year.
#[derive(Default)]
struct Year {
    drawn: i128,
    kinds: [bool; 2],
}

impl Year {
    fn add(&mut self, loan: &Loan) {
        self.drawn += i128::from(loan.posted[Flow::Drawn]);
        self.kinds[loan.kind as usize] = true;
    }

    /// Origin and campus loan exclude each other in one academic year, and all of a year are held against its ceiling. Each of
    /// them says so, whichever was told last.
    fn wanted(&self, state: &State, loan: &Loan) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        let signed = (u64::from(loan.signed_by), loan.signed);
        wanted.extend((self.kinds == [true; 2]).then_some((FindingKind::BothKinds, Some(signed))));
        let over = self.over_ceiling(state, loan).filter(|(fen, _)| *fen > 0);
        wanted.extend(over.map(|(_, last)| (FindingKind::OverCeiling, Some((last.index, last.on)))));
        wanted
    }

    /// How much more is drawn than a loan of this year may be, and the last draw of the loan.
    fn over_ceiling<'a>(&self, state: &State, loan: &'a Loan) -> Option<(i128, &'a Fact)> {
        let last = loan.facts.iter().rev().find(|fact| matches!(fact.what, What::Drawn(_)));
        let last = last.filter(|last| !is_before_contract(loan, last.on))?;
        let terms = terms_on(state.loan_rules()?, loan.kind, last.on)?;
        Some((self.drawn - i128::from(terms.ceiling(loan.level)?.max_fen), last))
    }
}

/// All that the borrower of a loan borrows of its academic year.
fn year_of(state: &State, loan: &Loan) -> Option<Year> {
    let mut year = Year::default();
    borrowed_together(state, loan.person.handle()?)
        .filter(|other| other.academic_year == loan.academic_year)
        .for_each(|other| year.add(other));
    Some(year)
}

/// What is unusual about a contract, by the terms of its day (教财〔2015〕7号, 教财〔2020〕4号), and beside others of the borrower.
fn contract(state: &State, loan: &Loan, wanted: &mut Vec<Wanted>) {
    match state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, loan.signed)) {
        None => wanted.push((FindingKind::NoTerms, Some((u64::from(loan.signed_by), loan.signed)))),
        Some(terms) => {
            let grace = u16::try_from(terms.grace_years).unwrap_or(0);
            let (repay_from, matures) = due_days(loan);
            let over_term = matures > latest_maturity(terms, loan.signed, loan.graduates);
            let short_grace = repay_from.year() < loan.graduates.year().saturating_add(grace);
            wanted.extend(over_term.then(|| (FindingKind::OverTerm, Some(days_told(loan)))));
            wanted.extend(short_grace.then(|| (FindingKind::ShortGrace, Some(days_told(loan)))));
        }
    }
    wanted.extend(year_of(state, loan).into_iter().flat_map(|year| year.wanted(state, loan)));
}

/// The end of the term at most: so many years after graduation, and so many in all.
fn latest_maturity(terms: &LoanTerms, signed: Day, graduates: Day) -> Day {
    let years = |from: Day, years: u32| from.year().saturating_add(u16::try_from(years).unwrap_or(0));
    let year = years(graduates, terms.years_after_study).min(years(signed, terms.years_at_most));
    Day::of(year, 12, 31)
}

/// Loans that are looked at when a standing is told. Who studies signs one a year; what somebody with more drew while away is found with
/// the next entry about that loan.
const LOANS_OF_A_STUDENT: usize = 12;

/// The loans of a human, under whichever of his ids, each with its draws on days on which he was away or pays himself.
pub(crate) fn drawn_by(state: &State, person: Uuid) -> Vec<(Uuid, Vec<Wanted>)> {
    let loans = state.persons.find(person).into_iter().flat_map(|person| borrowed_together(state, person));
    loans
        .filter(|loan| loan.known)
        .take(LOANS_OF_A_STUDENT)
        .map(|loan| (loan.id, drawn_out_of_study(state, loan)))
        .collect()
}

fn drawn_out_of_study(state: &State, loan: &Loan) -> Vec<Wanted> {
    let out = out_of_study(state, loan);
    let counts = counting(loan, &loan.facts);
    let drawn_out = counts.iter().filter(|fact| matches!(fact.what, What::Drawn(_)) && out(fact.on));
    drawn_out.map(|fact| (FindingKind::DrawnOutOfStudy, Some((fact.index, fact.on)))).collect()
}

/// What single facts of a loan call for.
fn facts(state: &State, loan: &Loan, wanted: &mut Vec<Wanted>) {
    let all = Facts::from(&loan.facts);
    let early = all.iter().take_while(|fact| is_before_contract(loan, fact.on));
    wanted.extend(early.map(|fact| (FindingKind::BeforeSubject, Some((fact.index, fact.on)))));
    let counts = counting(loan, all);
    let (mut drawn, mut weighed, mut relieved, mut written_off) = (false, false, false, false);
    for fact in counts.iter() {
        drawn |= matches!(fact.what, What::Drawn(_));
        weighed |= matches!(
            fact.what,
            What::Repaid { allocation: Some(_), .. }
                | What::Refunded(_)
                | What::WrittenOff(_)
                | What::Recovered(_)
                | What::Overdue(_)
        );
        relieved |= matches!(fact.what, What::Relieved { .. });
        written_off |= matches!(fact.what, What::WrittenOff(_));
    }
    if relieved && written_off {
        wanted.push((FindingKind::WrittenOffAfterRelief, None));
    }
    if drawn {
        wanted.extend(drawn_out_of_study(state, loan));
    }
    let found = off_contract(state, loan, counts);
    let found = found.into_iter().chain(if weighed { against_owed(state, loan, counts) } else { Vec::new() });
    wanted.extend(found.map(|(kind, fact, _)| (kind, Some((fact.index, fact.on)))));
}

/// What facts call for in the light of what is owed and lost when each comes. Without a rate nothing is known of what is owed, and nothing
/// is held against it.
fn against_owed<'a>(state: &'a State, loan: &'a Loan, counts: Facts<'a>) -> Vec<ByFact<'a>> {
    let mut found = Vec::new();
    // What was paid before this day.
    let mut before = (Day::default(), Allocation::default());
    if let Ok(walk) = Walk::new(state, loan, counts) {
        let see = |fact: &'a Fact, moment: &Moment| {
            if fact.on != before.0 {
                before = (fact.on, moment.paid);
            }
            found.extend(too_much(fact, moment, before.1).map(|(kind, fen)| (kind, fact, fen)));
        };
        let _: Result<(), Missing> = walk.each(see);
    }
    found
}

/// An allocation in another order than the rules have it, more written off or overdue than is open, more recovered than is lost, or more
/// given back than is owed back or was paid on the same day, which would be lent to the borrower without any draw.
fn too_much(fact: &Fact, moment: &Moment, before: Allocation) -> Option<(FindingKind, i128)> {
    let Moment { owed, lost, paid, overpaid } = moment;
    let beyond = |fen: Fen, most: i128| (i128::from(fen) - most).max(0);
    let (kind, fen) = match fact.what {
        What::Repaid { fen, allocation: Some(said), .. } => {
            return (owed.allocate(fen) != said).then_some((FindingKind::AllocationDiffers, 0));
        }
        What::WrittenOff(fen) => (FindingKind::OverPrincipal, beyond(fen, owed.overdue_principal + owed.principal)),
        What::Recovered(fen) => (FindingKind::OverLoss, beyond(fen, *lost)),
        What::Overdue(fen) => (FindingKind::OffContract, beyond(fen, owed.principal)),
        What::Refunded(part) => {
            let back = |of: fn(&Allocation) -> Fen| {
                beyond(of(&part), i128::from(of(paid) - of(&before)).max(of(overpaid).into()))
            };
            (FindingKind::OverRefunded, back(|of| of.penalty) + back(|of| of.interest) + back(|of| of.principal))
        }
        _ => return None,
    };
    (fen > 0).then_some((kind, fen))
}

/// By how much a finding about a loan is called for, if it is one of an amount.
pub(crate) fn beyond(state: &State, loan: &Loan, kind: FindingKind, fact: u64) -> i128 {
    let sum = |flows: &[Flow]| flows.iter().map(|flow| i128::from(loan.posted[*flow])).sum();
    match kind {
        FindingKind::Overpaid => sum(&OVERPAID),
        FindingKind::Overclaimed => sum(&OVERCLAIMED),
        FindingKind::OverCeiling => {
            year_of(state, loan).and_then(|year| year.over_ceiling(state, loan)).map_or(0, |(fen, _)| fen)
        }
        _ => {
            let counts = counting(loan, &loan.facts);
            let found = off_contract(state, loan, counts).into_iter().chain(against_owed(state, loan, counts));
            found.filter(|(of, told, _)| (*of, told.index) == (kind, fact)).map(|(.., fen)| fen).sum()
        }
    }
}

/// Whether the student was away on a day, or had finished and pays the interest as a borrower.
fn out_of_study<'a>(state: &'a State, loan: &'a Loan) -> impl Fn(Day) -> bool + 'a {
    let standings: Vec<_> = loan.person.handle().map(|person| state.standings(person).collect()).unwrap_or_default();
    let walk = Walk::new(state, loan, Facts::default());
    move |on| {
        let standing =
            standings.partition_point(|standing| standing.on <= on).checked_sub(1).map(|at| standings[at].status);
        matches!(standing, Some(Status::Leave | Status::Withdrawn | Status::Deceased))
            || walk.as_ref().is_ok_and(|walk| walk.bearer_on(on) == Bearer::Borrower)
    }
}
