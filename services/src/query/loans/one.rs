//! One loan: its contract, the statement of its interest, what is owed on a day; and lists of loans.

use super::claims::line_of;
use super::{class_sums, interest, maybe_day, maybe_kind, maybe_lender, on_wire};
use crate::query::asked::Asked;
use crate::query::page::{MAX_ROWS, Pager, paged};
use crate::query::{QueryError, found, maybe_id, need_id};
use crate::wire;
use crate::wire::{event_id, id};
use ledger::account::Owner;
use ledger::event::Allocation;
use ledger::handle::{Handle, Link};
use ledger::loan::accrual::due;
use ledger::loan::amended::due_days;
use ledger::loan::counting::is_before_contract;
use ledger::loan::position;
use ledger::loan::rates::terms_on;
use ledger::loan::stretch::Payment;
use ledger::loan::walk::{Missing, Walk};
use ledger::money::{Fen, held};
use ledger::state::State;
use ledger::state::flows::Flow;
use ledger::state::lending_rows::{Fact, Loan, Waiver, What};
use ledger::state::rows::SchoolStatus;
use proto::text;
use proto::v1;
use replay::answers::loans::claims::lines_of_loan;
use replay::answers::loans::conventions::{Decided, notices, of_terms};
use replay::answers::loans::statement::{StatementRow, principal, statement, yuan_exact};
use replay::answers::loans::{
    classes, fact_name, index_name, missing_name, status_name, study_level_name, subordination_of,
};
use replay::engine::Engine;

paged!(GetLoanRequest, MAX_ROWS, MAX_ROWS);

/// A loan with a page of the statement of its interest.
///
/// # Errors
/// There is no such loan, the day is none, or the token is wrong.
pub fn loan(asked: &Asked, request: &v1::GetLoanRequest) -> Result<v1::GetLoanResponse, QueryError> {
    let state = asked.state()?;
    let (handle, row) = need_loan(&state, &request.loan)?;
    let through = maybe_day("through", request.through)?.unwrap_or(row.through);
    let rows = statement(&state, row, through);
    let missing = rows.as_ref().err().map_or_else(String::new, |missing| missing_name(*missing).to_owned());
    let stretches = rows.unwrap_or_default();
    let correction = due(&state, row, row.through).map(|due| interest(&due.correction)).unwrap_or_default();
    let balances = classes(Owner::Loan).zip(state.accounts.from(row.accounts));
    let balances = balances.map(|(class, (_, account))| (class, account.balance));
    let lines = lines_of_loan(&state, handle);
    let pager = Pager::open(request, state.entries)?;
    let mut page = pager.window();
    Ok(v1::GetLoanResponse {
        as_of: state.entries,
        basis: asked.basis(),
        loan: Some(of_row(&state, row)),
        balances: class_sums(balances),
        posted: Some(interest(&position::interest(&row.posted))),
        correction: Some(correction),
        through: on_wire(through),
        standings: page.show(standings(&state, row))?,
        facts: page.show(row.facts.iter().map(|fact| fact_of(&state, row, fact)))?,
        stretches: page.show(stretches.iter().map(|row| stretch(&state, row)))?,
        claim_lines: page.show(lines.into_iter().map(|line| line_of(&state, line)))?,
        confirmed_subsidy_fen: row.posted[Flow::SubsidyConfirmed] + row.posted[Flow::SubsidyOverclaimed],
        confirmed_waiver_fen: row.posted[Flow::WaiverConfirmed] + row.posted[Flow::WaiverOverclaimed],
        recovered_fen: row.posted[Flow::Recovered],
        missing,
        conventions: of_terms(&state, row).into_iter().map(convention).collect(),
        notices: page.show(notices(&state, &stretches).into_iter().map(notice))?,
        next_page_token: pager.after_window(&page)?,
    })
}

fn convention(row: Decided) -> v1::LoanConvention {
    let Decided { name, zh, value, value_zh, mark } = row;
    v1::LoanConvention { name: name.to_owned(), name_zh: zh.to_owned(), value, value_zh, mark }
}

fn notice(waiver: &Waiver) -> v1::LoanNotice {
    let (who, who_zh) = waiver.who.words();
    v1::LoanNotice {
        year: waiver.year.into(),
        document: waiver.document.clone(),
        graduated_through: waiver.graduated_through.into(),
        who: who.to_owned(),
        who_zh: who_zh.to_owned(),
        covers_arrears: waiver.covers_arrears,
    }
}

/// A loan by its id.
pub(in crate::query) fn need_loan<'a>(state: &'a State, loan: &[u8]) -> Result<(Handle<Loan>, &'a Loan), QueryError> {
    let wanted = need_id("loan", loan)?;
    let handle = found("loan", wanted, state.loans.find(wanted))?;
    Ok((handle, state.loans.get(handle)))
}

/// A loan as answers show it.
pub(in crate::query) fn of_row(state: &State, loan: &Loan) -> v1::Loan {
    let (lender, lender_name) = wire::org(state, state.portfolios.get(loan.portfolio).lender);
    let (school, school_name) = wire::org(state, loan.school);
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, loan.signed)).filter(|_| loan.known);
    let (repay_from, matures) = due_days(loan);
    v1::Loan {
        loan: id(loan.id),
        known: loan.known,
        number: loan.number.clone(),
        contract: loan.contract.to_vec().into(),
        kind: loan.kind.name().to_owned(),
        level: study_level_name(loan.level).to_owned(),
        basis: loan.basis.days(),
        academic_year: loan.academic_year.into(),
        signed: on_wire(loan.signed),
        graduates: on_wire(loan.graduates),
        repay_from: on_wire(repay_from),
        matures: on_wire(matures),
        lender,
        lender_name,
        school,
        school_name,
        person: loan.person.handle().map_or_else(Default::default, |person| id(state.persons.get(person).id)),
        terms_version: terms.map_or(0, |terms| terms.version),
        terms_document: terms.map_or_else(String::new, |terms| terms.document.clone()),
        index_name: terms.map_or_else(String::new, |terms| index_name(terms.index).to_owned()),
        through: on_wire(loan.through),
        last: loan.last,
        principal_fen: held(principal(loan)),
        subordination: subordination_of(state, loan.school).to_owned(),
    }
}

fn fact_of(state: &State, loan: &Loan, fact: &Fact) -> v1::LoanFact {
    let mut row = v1::LoanFact {
        day: fact.on.yyyymmdd(),
        index: fact.index,
        event: id(event_id(state, fact.index)),
        kind: fact_name(fact.what).to_owned(),
        before_contract: is_before_contract(loan, fact.on),
        ..v1::LoanFact::default()
    };
    match fact.what {
        What::Repaid { fen, allocation, early } => {
            (row.fen, row.early) = (fen, early);
            row.allocation = allocation.as_ref().map(allocated);
        }
        What::Refunded(allocation) => {
            row.fen = allocation.total();
            row.allocation = Some(allocated(&allocation));
        }
        What::RateAgreed(spread_bp) => row.spread_bp = spread_bp,
        What::Deferred(until) => row.until = until.yyyymmdd(),
        What::Amended { matures, .. } => row.until = matures.yyyymmdd(),
        What::ClaimedBefore { through, fen, .. } => (row.until, row.fen) = (through.yyyymmdd(), fen),
        What::Drawn(fen)
        | What::DrawReturned(fen)
        | What::Overdue(fen)
        | What::WrittenOff(fen)
        | What::Recovered(fen)
        | What::StateRepaid(fen)
        | What::Relieved { fen, .. } => row.fen = fen,
    }
    row
}

fn allocated(allocation: &Allocation) -> v1::Allocated {
    v1::Allocated {
        penalty_fen: allocation.penalty,
        interest_fen: allocation.interest,
        principal_fen: allocation.principal,
    }
}

fn stretch(state: &State, row: &StatementRow) -> v1::LoanStretch {
    let stretch = &row.stretch;
    let (payer, year) = match stretch.payment {
        Payment::Subsidy => ("subsidy", None),
        Payment::Waiver(year) => ("waiver", Some(year)),
        Payment::Borrower => ("borrower", None),
    };
    let notice = |year| state.loan_rules()?.waivers.iter().rev().find(|waiver| waiver.year == year);
    v1::LoanStretch {
        from: stretch.from.yyyymmdd(),
        through: stretch.through.yyyymmdd(),
        days: stretch.days(),
        principal_fen: held(stretch.principal),
        overdue_fen: held(stretch.overdue),
        rate_ppm: stretch.rate_ppm,
        payer: payer.to_owned(),
        waiver_year: year.map_or(0, u32::from),
        waiver_document: year.and_then(notice).map_or_else(String::new, |waiver| waiver.document.clone()),
        interest_yuan: yuan_exact(row.interest),
        penalty_yuan: yuan_exact(row.penalty),
        so_far: Some(interest(&row.so_far)),
    }
}

fn standings(state: &State, loan: &Loan) -> Vec<v1::LoanStanding> {
    let Some(person) = loan.person.handle() else { return Vec::new() };
    let row = |SchoolStatus { on, status, school, .. }| {
        let (school, school_name) = wire::org(state, school);
        v1::LoanStanding { day: on.yyyymmdd(), status: status_name(status).to_owned(), school, school_name }
    };
    state.standings_told(person).map(row).collect()
}

/// What is owed on the morning of a day, and how a payment would be allocated.
///
/// # Errors
/// There is no such loan, or its interest cannot be computed.
pub fn quote(engine: &Engine, request: &v1::QuoteLoanRequest) -> Result<v1::QuoteLoanResponse, QueryError> {
    let state = engine.read();
    let (_, row) = need_loan(&state, &request.loan)?;
    let on = maybe_day("on", request.on)?.unwrap_or_else(|| state.latest.plus(1));
    let missing = |missing: Missing| {
        let what = missing_name(missing);
        QueryError::field("loan", format!("what it owes cannot be computed: its {what} is not known"))
    };
    let owed = Walk::new(&state, row, &row.facts).and_then(|walk| walk.owed(on)).map_err(missing)?;
    let total = owed.penalty + owed.overdue_interest + owed.overdue_principal + owed.interest + owed.principal;
    let payment: Option<Fen> = (request.fen > 0).then_some(request.fen);
    Ok(v1::QuoteLoanResponse {
        as_of: state.entries,
        on: on.yyyymmdd(),
        penalty_fen: held(owed.penalty),
        overdue_interest_fen: held(owed.overdue_interest),
        overdue_principal_fen: held(owed.overdue_principal),
        interest_fen: held(owed.interest),
        principal_fen: held(owed.principal),
        total_fen: held(total),
        allocation: payment.map(|fen| allocated(&owed.allocate(fen))),
    })
}

paged!(ListLoansRequest);

/// Loans in the order in which they became known. A scan, but for those of one borrower.
///
/// # Errors
/// A filter or the token is wrong.
pub fn loans(asked: &Asked, request: &v1::ListLoansRequest) -> Result<v1::ListLoansResponse, QueryError> {
    let state = asked.state()?;
    let (lender, kind) = (maybe_lender(&state, &request.lender)?, maybe_kind(&request.kind)?);
    let (person, school) = (maybe_id("person", &request.person)?, maybe_id("school", &request.school)?);
    let school = school.map(|school| found("organisation", school, state.orgs.find(school))).transpose()?;
    let number = match request.number.as_str() {
        "" => None,
        number => Some(text::number(number).map_err(|fault| QueryError::field("number", fault.to_string()))?),
    };
    let pager = Pager::open(request, state.entries)?;
    let wanted = |loan: &Loan| {
        lender.is_none_or(|lender| state.portfolios.get(loan.portfolio).lender == lender)
            && kind.is_none_or(|kind| loan.kind == kind)
            && school.is_none_or(|school| loan.school == school)
            && number.as_ref().is_none_or(|number| loan.number == *number)
            && (!request.open_only || principal(loan) > 0)
    };
    let (handles, next_page_token) = match person {
        Some(person) => {
            let first = pager.first_handle();
            let loans = of_person(&state, person).into_iter().filter(|at| *at >= first);
            pager.cut(loans.filter(|at| wanted(state.loans.get(*at))), |at| (*at).into())
        }
        None => pager.handles(&state.loans, wanted),
    };
    let loans = handles.into_iter().map(|handle| of_row(&state, state.loans.get(handle))).collect();
    Ok(v1::ListLoansResponse { as_of: state.entries, basis: asked.basis(), loans, next_page_token })
}

/// A borrower's loans in the order of their handles. One told of before its contract may be older than those chained to it.
fn of_person(state: &State, person: uuid::Uuid) -> Vec<Handle<Loan>> {
    let latest = state.borrowers.by_id(person).map_or(Link::NONE, |(_, borrower)| borrower.last_loan);
    let mut loans: Vec<Handle<Loan>> =
        state.loans.chain(latest, |loan| loan.before_of_borrower).map(|(at, _)| at).collect();
    loans.sort_unstable();
    loans
}
