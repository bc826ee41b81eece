//! Contracts, and the portfolios they belong to: signed, with the checks of the terms in force on that day.

use super::LoanChange;
use super::position::target;
use super::rates::terms_on;
use crate::account::{Class, Owner};
use crate::event::loan_terms::LoanTerms;
use crate::event::{DayBasis, LoanKind, LoanSigned, StudyLevel};
use crate::fold::{Act, Change, NewFinding};
use crate::money::Day;
use crate::state::flows::{Channels, Flows, difference};
use crate::state::lending_rows::{Borrower, Loan, Portfolio};
use crate::state::rows::FindingKind;
use crate::state::table::NONE;
use crate::state::{State, UNKNOWN_ORG};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use uuid::Uuid;

/// An id made of others, so that what they name together is found by key.
#[must_use]
pub fn derived(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The id of a lender's loans of one kind.
#[must_use]
pub fn portfolio_id(lender: Uuid, kind: LoanKind) -> Uuid {
    derived(&[b"portfolio", lender.as_bytes(), kind.name().as_bytes()])
}

/// The accounts of a portfolio, whether it exists or will be opened by this entry.
#[derive(Clone, Copy)]
pub(crate) struct PortfolioRef {
    pub lender: u32,
    pub kind: LoanKind,
    /// First of its accounts.
    pub accounts: u32,
    /// How many accounts this entry opens for it.
    pub opens: u32,
}

impl PortfolioRef {
    /// A portfolio that is there.
    pub fn of(row: &Portfolio) -> Self {
        Self { lender: row.lender, kind: row.kind, accounts: row.accounts, opens: 0 }
    }
}

/// The portfolio of a lender and kind, as it is or as it will be.
pub(crate) fn portfolio(state: &State, lender: u32, kind: LoanKind) -> PortfolioRef {
    let id = portfolio_id(state.orgs.get(lender).id, kind);
    match state.portfolios.by_id(id) {
        Some((_, row)) => PortfolioRef::of(row),
        None => PortfolioRef { lender, kind, accounts: state.accounts.next(), opens: accounts_of(Owner::Portfolio) },
    }
}

/// How many accounts an owner of a kind has.
fn accounts_of(kind: Owner) -> u32 {
    Class::ALL.iter().filter(|class| class.owner() == kind).map(|_| 1).sum()
}

/// The handle of a portfolio, opened if it is not yet there.
pub(crate) fn open_portfolio(state: &mut State, lender: u32, kind: LoanKind, index: u64) -> u32 {
    let id = portfolio_id(state.orgs.get(lender).id, kind);
    if let Some(handle) = state.portfolios.find(id) {
        return handle;
    }
    let accounts = state.open_accounts(Owner::Portfolio, state.portfolios.next());
    let (drawn, settled_drawn, rewarded, stock_days, stated, last) = (0, 0, 0, Vec::new(), None, index);
    let row = Portfolio { id, lender, kind, accounts, drawn, settled_drawn, rewarded, stock_days, stated, last };
    state.portfolios.push(row)
}

/// A loan of which nothing but its id is known.
pub(crate) fn unknown_loan(id: Uuid, accounts: u32) -> Loan {
    let nothing = Day::default();
    Loan {
        id,
        known: false,
        number: String::new(),
        contract: [0; 32],
        portfolio: NONE,
        person: NONE,
        school: UNKNOWN_ORG,
        before_of_borrower: NONE,
        kind: LoanKind::Origin,
        level: StudyLevel::Undergraduate,
        basis: DayBasis::D360,
        academic_year: 0,
        signed: nothing,
        graduates: nothing,
        repay_from: nothing,
        matures: nothing,
        facts: Vec::new(),
        through: nothing,
        through_before: nothing,
        posted: Flows::default(),
        confirmed: [0; 2],
        recovered: 0,
        borne: 0,
        last_claim_line: NONE,
        accounts,
        last: 0,
    }
}

/// A loan as an entry finds it: known, told of before its contract, or never heard of.
pub(crate) struct Found<'a> {
    pub handle: Option<u32>,
    pub row: Cow<'a, Loan>,
    pub channels: Channels,
    /// Whether the portfolio of unknown loans is needed and must be opened first.
    pub portfolio: PortfolioRef,
}

/// Finds a loan, or says what its row and accounts will be.
pub(crate) fn find(state: &State, id: Uuid) -> Found<'_> {
    if let Some((handle, row)) = state.loans.by_id(id) {
        let owner = state.portfolios.get(row.portfolio);
        let portfolio = PortfolioRef::of(owner);
        let channels = Channels { loan: row.accounts, portfolio: owner.accounts, lender: owner.lender };
        return Found { handle: Some(handle), row: Cow::Borrowed(row), channels, portfolio };
    }
    let portfolio = portfolio(state, UNKNOWN_ORG, LoanKind::Origin);
    let accounts = state.accounts.next() + portfolio.opens;
    let channels = Channels { loan: accounts, portfolio: portfolio.accounts, lender: UNKNOWN_ORG };
    Found { handle: None, row: Cow::Owned(unknown_loan(id, accounts)), channels, portfolio }
}

/// Opens what [`find`] foresaw; the handle of the loan.
pub(crate) fn open(state: &mut State, id: Uuid, lender: u32, kind: LoanKind, index: u64) -> u32 {
    if let Some(handle) = state.loans.find(id) {
        return handle;
    }
    let portfolio = open_portfolio(state, lender, kind, index);
    let accounts = state.open_accounts(Owner::Loan, state.loans.next());
    let mut row = unknown_loan(id, accounts);
    row.portfolio = portfolio;
    state.loans.push(row)
}

pub(crate) fn judge_signed(state: &State, on: Day, event: &LoanSigned) -> Change {
    let known = state.loans.by_id(event.loan);
    if known.is_some_and(|(_, row)| row.known) {
        return Change::only(NewFinding::about(FindingKind::Repeated, event.loan));
    }
    let lender = state.known_org(event.lender);
    let portfolio = portfolio(state, lender.unwrap_or(UNKNOWN_ORG), event.kind);
    let mut change = Change::of(Act::Nothing);
    let unknown = [
        (lender.is_none(), event.lender),
        (state.known_org(event.school).is_none(), event.school),
        (state.persons.find(event.person).is_none(), event.person),
    ];
    for (_, id) in unknown.iter().filter(|(unknown, _)| *unknown) {
        change.findings.push(NewFinding::about(FindingKind::UnknownSubject, *id));
    }
    check_terms(state, on, event, &mut change);
    check_kinds(state, event, &mut change);
    let loan_accounts = known.map_or(state.accounts.next() + portfolio.opens, |(_, row)| row.accounts);
    let mut row = known.map_or_else(|| unknown_loan(event.loan, loan_accounts), |(_, row)| row.clone());
    let told = (row.portfolio, row.posted);
    fill(state, &mut row, on, event);
    row.posted = target(state, &row, &row.facts, row.through, row.confirmed);
    // What was told before the contract stood with the lender nobody knew; it moves to the one that signed.
    if told.0 != NONE {
        let before = state.portfolios.get(told.0);
        let channels = Channels { loan: loan_accounts, portfolio: before.accounts, lender: before.lender };
        let back = difference(state, on, channels, &told.1, &Flows::default());
        let channels = Channels { loan: loan_accounts, portfolio: portfolio.accounts, lender: portfolio.lender };
        change.postings = difference(state, on, channels, &Flows::default(), &row.posted);
        change.postings.extend(back);
        let flows = [&Flows::default(), &row.posted];
        crate::lender::fund::bear(state, on, &portfolio, &row, &row.facts, flows, &mut change);
    }
    let lender = portfolio.lender;
    change.act = Act::Loan(LoanChange::Sign { row: Box::new(row), lender, person: event.person });
    change
}

fn fill(state: &State, row: &mut Loan, on: Day, event: &LoanSigned) {
    row.known = true;
    row.number.clone_from(&event.number);
    row.contract = event.contract;
    row.person = state.persons.find(event.person).unwrap_or(NONE);
    row.school = state.known_org(event.school).unwrap_or(UNKNOWN_ORG);
    (row.kind, row.level, row.basis) = (event.kind, event.level, event.basis);
    (row.academic_year, row.signed) = (event.academic_year, on);
    (row.graduates, row.repay_from, row.matures) = (event.graduates, event.repay_from, event.matures);
    row.before_of_borrower = state.borrowers.by_id(event.person).map_or(NONE, |(_, borrower)| borrower.last_loan);
}

/// Term and grace against the terms in force (教财〔2015〕7号, 教财〔2020〕4号).
fn check_terms(state: &State, on: Day, event: &LoanSigned, change: &mut Change) {
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, event.kind, on));
    let Some(terms) = terms else {
        change.findings.push(NewFinding::about(FindingKind::NoTerms, event.loan));
        return;
    };
    if event.matures > latest_maturity(terms, on, event.graduates) {
        change.findings.push(NewFinding::about(FindingKind::OverTerm, event.loan));
    }
    let grace = u16::try_from(terms.grace_years).unwrap_or(0);
    if event.repay_from.year() < event.graduates.year().saturating_add(grace) {
        change.findings.push(NewFinding::about(FindingKind::ShortGrace, event.loan));
    }
}

/// The last day of the longest term: schooling left and some years, at most some years in all; whole calendar years,
/// as principal falls due by year.
fn latest_maturity(terms: &LoanTerms, signed: Day, graduates: Day) -> Day {
    let years = |from: Day, years: u32| from.year().saturating_add(u16::try_from(years).unwrap_or(0));
    let year = years(graduates, terms.years_after_study).min(years(signed, terms.years_at_most));
    Day::of(year, 12, 31)
}

/// Origin and campus loan exclude each other in one academic year.
fn check_kinds(state: &State, event: &LoanSigned, change: &mut Change) {
    let mut before = state.borrowers.by_id(event.person).map_or(NONE, |(_, borrower)| borrower.last_loan);
    while before != NONE {
        let loan = state.loans.get(before);
        if loan.academic_year == event.academic_year && loan.kind != event.kind {
            change.findings.push(NewFinding::about(FindingKind::BothKinds, event.loan));
            return;
        }
        before = loan.before_of_borrower;
    }
}

pub(super) fn sign(state: &mut State, index: u64, mut row: Loan, lender: u32, person: Uuid) {
    let handle = open(state, row.id, lender, row.kind, index);
    row.portfolio = open_portfolio(state, lender, row.kind, index);
    row.accounts = state.loans.get(handle).accounts;
    row.last = index;
    let told = row.facts.clone();
    *state.loans.get_mut(handle) = row;
    match state.borrowers.find(person) {
        Some(borrower) => state.borrowers.get_mut(borrower).last_loan = handle,
        None => {
            state.borrowers.push(Borrower { id: person, last_loan: handle });
        }
    }
    crate::lender::fund::note(state, index, handle, &Flows::default(), &told);
}
