//! Contracts: signed, with the checks of the terms in force on that day; and loans as an entry finds them, with or without
//! a contract. What happens to a loan afterwards is in `facts`.

use super::change::LoanChange;
use super::claimed::Lines;
use super::findings::touch_others;
use super::fund_effect;
use super::portfolio::{PortfolioRef, open_portfolio, portfolio};
use super::position::{Position, target};
use super::posting::{Channels, difference};
use super::returned;
use super::together::borrowed;
use crate::account::AccountNo;
use crate::change::{Case, Change, Judged, NewFinding, OrgRef, Taken, Touched};
use crate::event::{DayBasis, LoanKind, LoanSigned, StudyLevel};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::registry::{org, people};
use crate::state::entry_rows::Seen;
use crate::state::flows::Flows;
use crate::state::fund_rows::Loss;
use crate::state::lending_rows::{Borrower, Loan, Portfolio};
use crate::state::rows::Org;
use crate::state::{State, UNKNOWN_ORG};
use std::borrow::Cow;
use uuid::Uuid;

/// Contracts that count for one borrower, far more than any student signs: a draw is held against all of them.
const LOANS_MAX: usize = 256;

/// A loan of which nothing but its id is known.
fn unknown_loan(id: Uuid, portfolio: Handle<Portfolio>, accounts: AccountNo) -> Loan {
    let nothing = Day::default();
    Loan {
        id,
        known: false,
        number: String::new(),
        contract: [0; 32],
        portfolio,
        lender: UNKNOWN_ORG,
        person: Link::NONE,
        school: UNKNOWN_ORG,
        before_of_borrower: Link::NONE,
        kind: LoanKind::Origin,
        level: StudyLevel::Undergraduate,
        basis: DayBasis::D360,
        academic_year: 0,
        signed: nothing,
        signed_by: Handle::new(0),
        graduates: nothing,
        repay_from: nothing,
        matures: nothing,
        facts: Vec::new(),
        through: nothing,
        through_before: nothing,
        posted: Flows::default(),
        last_claim_line: Link::NONE,
        accounts,
        last: 0,
    }
}

/// A loan as an entry finds it: known, reported before its contract, or never heard of.
pub(crate) struct Found<'a> {
    pub handle: Option<Handle<Loan>>,
    pub row: Cow<'a, Loan>,
    /// Its portfolio; that of unknown loans may have to be opened first.
    pub portfolio: PortfolioRef,
}

impl Found<'_> {
    /// Where its flows run.
    pub fn channels(&self) -> Channels {
        Channels::new(self.row.accounts, &self.portfolio)
    }
}

/// Finds a loan, or says what its row and accounts will be.
pub(crate) fn find(state: &State, id: Uuid) -> Found<'_> {
    find_from(state, id, state.accounts.next())
}

/// The same where the entry opens other accounts before.
pub(super) fn find_from(state: &State, id: Uuid, next: AccountNo) -> Found<'_> {
    if let Some((handle, row)) = state.loans.by_id(id) {
        let portfolio = PortfolioRef::of(state, row.portfolio);
        return Found { handle: Some(handle), row: Cow::Borrowed(row), portfolio };
    }
    let portfolio = portfolio(state, OrgRef::of(state, UNKNOWN_ORG), LoanKind::Origin, next);
    let accounts = next.plus(portfolio.opens);
    Found { handle: None, row: Cow::Owned(unknown_loan(id, portfolio.handle, accounts)), portfolio }
}

/// Opens what [`find`] foresaw; the handle of the loan.
pub(crate) fn open(state: &mut State, id: Uuid, lender: Handle<Org>, kind: LoanKind, index: u64) -> Handle<Loan> {
    if let Some(handle) = state.loans.find(id) {
        return handle;
    }
    // The portfolio's accounts come before the loan's: `find` numbered them so, and postings name these numbers.
    let portfolio = open_portfolio(state, lender, kind, index);
    let accounts = state.open_accounts(state.loans.next());
    state.loans.push(unknown_loan(id, portfolio, accounts))
}

pub(crate) fn judge_loan_signed(case: &Case<'_>, event: &LoanSigned) -> Judged<LoanChange> {
    let (state, on) = (case.state, case.on());
    let known = state.loans.by_id(event.loan);
    if known.is_some_and(|(_, row)| row.known) {
        return Ok(Change::only(NewFinding::about(FindingKind::Repeated, event.loan)));
    }
    if borrowed(state, event.person).nth(LOANS_MAX - 1).is_some() {
        return Ok(Change::only(NewFinding::about(FindingKind::TooManyFacts, event.loan)));
    }
    let mut change = Change::nothing();
    change.findings = people::mentioned(state, event.person);
    let (lender, school) = (change.org(state, event.lender), change.org(state, event.school).handle);
    let next = change.next_account(state);
    let portfolio = portfolio(state, lender, event.kind, next);
    let accounts = known.map_or(next.plus(portfolio.opens), |(_, row)| row.accounts);
    let mut row = known.map_or_else(|| unknown_loan(event.loan, portfolio.handle, accounts), |(_, row)| row.clone());
    let posted = row.posted;
    fill(case, &mut row, event);
    (row.school, row.lender, row.portfolio) = (school, lender.handle, portfolio.handle);
    // Facts told before their contract counted. Those from before its day fall out now, and the difference below is posted.
    let after = target(state, &row, &row.facts, row.through, &Lines::of(state, &row));
    row.posted = after.flows;
    // What was reported before the contract is with the lender nobody knew; it moves to the one that signed.
    if let Some((_, early)) = known {
        let nothing = Flows::default();
        let before = PortfolioRef::of(state, early.portfolio);
        change.postings = difference(state, on, Channels::new(accounts, &portfolio), &nothing, &row.posted);
        change.postings.extend(difference(state, on, Channels::new(accounts, &before), &posted, &nothing));
        fund_effect::bear(state, on, &portfolio, row.id, &after.losses, &mut change);
    }
    returned::follow(state, on, event.loan, &after, &mut change);
    // What it changes about a fund has touched that already.
    change.touched.extend([Touched::Loan(event.loan), Touched::Borrower(event.person)]);
    let (lender, losses) = (lender.handle, after.losses);
    change.act = Some(LoanChange::Sign { row: Box::new(row), lender, person: event.person, losses });
    Ok(change)
}

/// A contract taken back: its facts stay on a loan of which nothing else is known, with a lender nobody knows, until a contract
/// is told again. What was claimed and confirmed of it stays confirmed, and is now too much.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<LoanChange> {
    let (state, on) = (case.state, case.on());
    let signed = |row: &Loan| row.known && row.signed_by == taken.entry;
    let loan = state.loans.handle(taken.subject).filter(|loan| signed(state.loans.get(*loan)));
    let Some(loan) = loan else { return Ok(Change::nothing()) };
    let row = state.loans.get(loan);
    taken.on(case, row.signed)?;
    let (nothing, fund) = (Flows::default(), PortfolioRef::of(state, row.portfolio));
    let (left, after) = without_contract(state, row);
    let unknown = portfolio(state, OrgRef::of(state, UNKNOWN_ORG), LoanKind::Origin, state.accounts.next());
    let mut change = Change::nothing();
    change.touched.push(Touched::Loan(row.id));
    touch_others(state, row, &mut change);
    change.postings = difference(state, on, Channels::new(row.accounts, &unknown), &nothing, &left.posted);
    change.postings.extend(difference(state, on, Channels::new(row.accounts, &fund), &row.posted, &nothing));
    fund_effect::bear(state, on, &fund, row.id, &[], &mut change);
    returned::follow(state, on, row.id, &after, &mut change);
    change.act = Some(LoanChange::Unsign { loan, flows: left.posted });
    Ok(change)
}

/// What is left of a loan without its contract: its facts, and what they come to by themselves.
fn without_contract(state: &State, row: &Loan) -> (Loan, Position) {
    let mut left = unknown_loan(row.id, row.portfolio, row.accounts);
    left.facts.clone_from(&row.facts);
    (left.through, left.through_before) = (row.through, row.through_before);
    left.last_claim_line = row.last_claim_line;
    let after = target(state, &left, &left.facts, left.through, &Lines::of(state, &left));
    left.posted = after.flows;
    (left, after)
}

fn fill(case: &Case<'_>, row: &mut Loan, event: &LoanSigned) {
    let (state, on) = (case.state, case.on());
    row.known = true;
    row.signed_by = Seen::place(case.entry);
    row.number.clone_from(&event.number);
    row.contract = event.contract;
    row.person = state.persons.find(event.person).into();
    (row.kind, row.level, row.basis) = (event.kind, event.level, event.basis);
    (row.academic_year, row.signed) = (event.academic_year, on);
    (row.graduates, row.repay_from, row.matures) = (event.graduates, event.repay_from, event.matures);
    row.before_of_borrower = state.borrowers.by_id(event.person).map_or(Link::NONE, |(_, borrower)| borrower.last_loan);
}

pub(super) fn sign(
    state: &mut State,
    index: u64,
    mut row: Loan,
    lender: Handle<Org>,
    person: Uuid,
    losses: Vec<Loss>,
) -> Handle<Loan> {
    let handle = open(state, row.id, lender, row.kind, index);
    row.portfolio = open_portfolio(state, lender, row.kind, index);
    row.person = people::open(state, person, index).into();
    row.accounts = state.loans.get(handle).accounts;
    row.last = index;
    *state.loans.get_mut(handle) = row;
    match state.borrowers.find(person) {
        Some(borrower) => state.borrowers.get_mut(borrower).last_loan = handle.into(),
        None => {
            state.borrowers.push(Borrower { id: person, last_loan: handle.into() });
        }
    }
    let drawn = fund_effect::placed(state.loans.get(handle));
    fund_effect::note(state, index, handle, &Flows::default(), &drawn, losses);
    handle
}

pub(super) fn unsign(state: &mut State, index: u64, loan: Handle<Loan>, flows: Flows) {
    let (mut left, _) = without_contract(state, state.loans.get(loan));
    left.posted = flows;
    fund_effect::forget(state, index, loan);
    take_from_borrower(state, loan);
    let row = state.loans.get(loan);
    let (person, school, lender, told_by) =
        (row.person, row.school, state.portfolios.get(row.portfolio).lender, row.signed_by);
    (left.portfolio, left.last) = (open_portfolio(state, UNKNOWN_ORG, LoanKind::Origin, index), index);
    *state.loans.get_mut(loan) = left;
    if let Some(person) = person.handle() {
        people::unmention(state, person, told_by);
    }
    org::unmention(state, school);
    if lender != school {
        org::unmention(state, lender);
    }
}

/// Takes a loan out of the list of its borrower's: whoever pointed at it points at the one before.
fn take_from_borrower(state: &mut State, loan: Handle<Loan>) {
    let row = state.loans.get(loan);
    let (before, person) = (row.before_of_borrower, row.person.handle().map(|person| state.persons.get(person).id));
    let Some(borrower) = person.and_then(|person| state.borrowers.find(person)) else { return };
    let latest = state.borrowers.get(borrower).last_loan;
    let next =
        state.loans.chain(latest, |row| row.before_of_borrower).find(|(_, row)| row.before_of_borrower == loan.into());
    match next.map(|(handle, _)| handle) {
        Some(next) => state.loans.get_mut(next).before_of_borrower = before,
        None => state.borrowers.get_mut(borrower).last_loan = before,
    }
}
