//! Payments to lenders out of named document lines: ordered, approved by another, cleared by the treasury.
//! What the treasury reports is in [`report`], what comes of all it reported of one payment in [`facts`].

pub(crate) mod back;
pub(crate) mod change;
pub(crate) mod facts;
mod reckon;
pub(crate) mod report;

use super::fund::add;
use super::fund::compensation::paid_id;
use crate::account::{AccountNo, Class};
use crate::change::{Case, Change, Judged};
use crate::entry::Entry;
use crate::event::loan_terms::LoanTerms;
use crate::event::{ClaimFor, LenderYear, Payer, Purpose, RemittanceApproved, RemittanceOrdered};
use crate::handle::Handle;
use crate::loan::payers::payer;
use crate::loan::portfolio::{open_portfolio, portfolio_id};
use crate::loan::rates::terms_on;
use crate::money::{Day, Fen};
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::lending_rows::{Claim, Portfolio, Remittance};
use crate::state::rows::{Drawn, Org};
use crate::state::stage::RemittanceStage;
use crate::state::stage::Stage;
use change::{Of, RemittanceChange};
use facts::Against;
use uuid::Uuid;

/// Document lines one payment may draw on, so that it makes few postings.
pub(crate) const DRAWS_MAX: usize = 400;

pub(crate) fn judge_remittance_ordered(case: &Case<'_>, event: &RemittanceOrdered) -> Judged<RemittanceChange> {
    let (state, on) = (case.state, case.on());
    if event.draws.is_empty() {
        return Err(Refusal::of(Code::BadShape, event.remittance));
    }
    if event.draws.len() > DRAWS_MAX {
        return Err(Refusal::of(Code::TooMany, event.remittance));
    }
    let known = state.remittances.by_id(event.remittance);
    if known.is_some_and(|(_, row)| row.stage != RemittanceStage::Cancelled) {
        return Err(Refusal::of(Code::Exists, event.remittance));
    }
    let unit = state.need_org(event.unit)?;
    if on.year() != event.fiscal_year {
        return Err(Refusal::with(Code::WrongYear, event.remittance, i64::from(on.year())));
    }
    let of = judge_purpose(state, &event.purpose)?;
    let (draws, fen) = judge_draws(state, on, unit, event)?;
    let sums = by_payer(state, &draws);
    judge_owed(state, event, &sums)?;
    let postings = draws.iter().map(|draw| {
        let (applied, available) =
            (state.line_account(draw.line, Class::Applied), state.line_account(draw.line, Class::Available));
        state.posting(on, applied, available, draw.fen)
    });
    let mut change = Change { postings: postings.collect(), ..Change::nothing() };
    let told = report::met(state, on, event.remittance, (Against::NOTHING, Against::ordered(unit)), &mut change);
    change.act = Some(RemittanceChange::Order { event: Box::new(event.clone()), unit, of, draws, fen, told });
    Ok(change)
}

/// Only an approved claim is paid; an advance may be the first thing heard of a lender's loans.
fn judge_purpose(state: &State, purpose: &Purpose) -> Result<Of, Refusal> {
    match purpose {
        Purpose::Claim(id) => {
            let (_, claim) = state.claims.by_id(*id).ok_or(Refusal::of(Code::UnknownClaim, *id))?;
            if claim.set.stage != Stage::Approved {
                return Err(Refusal::of(Code::SetNotReady, *id));
            }
            Ok(Of::Portfolio(claim.portfolio))
        }
        Purpose::Advance(year) | Purpose::Compensation(year) => {
            let lender = state.need_org(year.lender)?;
            let known = state.portfolios.find(portfolio_id(year.lender, year.kind));
            Ok(known.map_or(Of::Lender(lender, year.kind), Of::Portfolio))
        }
    }
}

fn judge_draws(
    state: &State,
    on: Day,
    unit: Handle<Org>,
    event: &RemittanceOrdered,
) -> Result<(Vec<Drawn>, Fen), Refusal> {
    let terms = terms(state, on, &event.purpose).ok_or(Refusal::of(Code::UnknownTerms, event.remittance))?;
    let programme = programme(state, terms, &event.purpose);
    let mut sum: Fen = 0;
    let mut draws: Vec<Drawn> = Vec::with_capacity(event.draws.len());
    for draw in &event.draws {
        let line = state.need_line(draw.line)?;
        let row = state.lines.get(line);
        if row.unit != unit {
            return Err(Refusal::of(Code::WrongUnit, draw.line));
        }
        if row.fiscal_year != event.fiscal_year {
            return Err(Refusal::with(Code::WrongYear, draw.line, i64::from(row.fiscal_year)));
        }
        if state.programmes.get(row.programme).code != programme {
            return Err(Refusal::of(Code::WrongProgramme, draw.line));
        }
        if draw.fen <= 0 || draws.iter().any(|other| other.line == line) {
            return Err(Refusal::of(Code::BadAmount, draw.line));
        }
        sum = sum.checked_add(draw.fen).ok_or(Refusal::of(Code::BadAmount, event.remittance))?;
        let short = draw.fen - state.balance(state.line_account(line, Class::Available));
        if short > 0 {
            return Err(Refusal::with(Code::Overdrawn, draw.line, short));
        }
        draws.push(Drawn { line, fen: draw.fen });
    }
    Ok((draws, sum))
}

/// The terms in force on the day of the order, for the kind of loan paid for.
fn terms<'a>(state: &'a State, on: Day, purpose: &Purpose) -> Option<&'a LoanTerms> {
    let kind = match purpose {
        Purpose::Claim(id) => state.portfolios.get(state.claims.by_id(*id)?.1.portfolio).kind,
        Purpose::Advance(year) | Purpose::Compensation(year) => year.kind,
    };
    terms_on(state.loan_rules()?, kind, on)
}

fn programme<'a>(state: &State, terms: &'a LoanTerms, purpose: &Purpose) -> &'a str {
    match purpose {
        Purpose::Claim(id) => match state.claims.by_id(*id).map(|(_, claim)| claim.what) {
            Some(ClaimFor::Waiver) => &terms.waiver_programme,
            Some(ClaimFor::Subsidy) | None => &terms.subsidy_programme,
        },
        Purpose::Advance(_) => &terms.subsidy_programme,
        Purpose::Compensation(_) => &terms.risk_programme,
    }
}

/// The draws by payer, in the order of payers.
fn by_payer(state: &State, draws: &[Drawn]) -> Vec<(Payer, Fen)> {
    let mut sums: Vec<(Payer, Fen)> = Vec::new();
    for draw in draws {
        add(&mut sums, payer(state.lines.get(draw.line).source), draw.fen);
    }
    sums.sort_unstable();
    sums
}

/// Nobody pays another's share, nor more than is open of their own. An advance is limited by nothing but its lines.
fn judge_owed(state: &State, event: &RemittanceOrdered, sums: &[(Payer, Fen)]) -> Result<(), Refusal> {
    let (subject, open): (Uuid, Vec<(Payer, i128)>) = match &event.purpose {
        Purpose::Advance(_) => return Ok(()),
        Purpose::Claim(id) => (*id, state.claims.by_id(*id).map_or_else(Vec::new, |(_, claim)| open_of(claim))),
        Purpose::Compensation(year) => (year.lender, open_of_year(state, year)),
    };
    for (payer, fen) in sums {
        let Some((_, open)) = open.iter().find(|(other, _)| other == payer) else {
            return Err(Refusal::of(Code::NotPayer, subject));
        };
        let excess = i128::from(*fen) - open;
        if excess > 0 {
            let figure = i64::try_from(excess).unwrap_or(i64::MAX);
            return Err(Refusal::with(Code::ExceedsOwed, subject, figure));
        }
    }
    Ok(())
}

/// What the payers of a level owe of a claim and have not ordered yet. Money says its level and no province, so those of several
/// provinces are one.
fn open_of(claim: &Claim) -> Vec<(Payer, i128)> {
    let mut levels: Vec<(Payer, i128)> = Vec::new();
    for row in &claim.payers {
        let open = [row.owed, -row.ordered, -row.paid].into_iter().map(i128::from).sum::<i128>();
        match levels.iter_mut().find(|(payer, _)| *payer == row.payer) {
            Some((_, sum)) => *sum += open,
            None => levels.push((row.payer, open)),
        }
    }
    levels
}

/// The same for the compensation of a risk year.
fn open_of_year(state: &State, year: &LenderYear) -> Vec<(Payer, i128)> {
    let id = paid_id(portfolio_id(year.lender, year.kind), year.year);
    let Some((_, row)) = state.risk_paid.by_id(id) else {
        return Vec::new();
    };
    let sum = |sums: &[(Payer, Fen)], payer: Payer| {
        sums.iter().find(|(other, _)| *other == payer).map_or(0, |(_, fen)| i128::from(*fen))
    };
    let open =
        |&(payer, fen): &(Payer, Fen)| (payer, i128::from(fen) - sum(&row.paid, payer) - sum(&row.ordered, payer));
    row.accrued.iter().map(open).collect()
}

pub(crate) fn judge_remittance_approved(case: &Case<'_>, event: &RemittanceApproved) -> Judged<RemittanceChange> {
    let unknown = Refusal::of(Code::UnknownRemittance, event.remittance);
    let (remittance, row) = case.state.remittances.by_id(event.remittance).ok_or(unknown)?;
    if event.fen != row.fen {
        return Err(Refusal::with(Code::BadAmount, event.remittance, row.fen));
    }
    if row.stage != RemittanceStage::Ordered {
        return Err(Refusal::of(Code::SetEnded, event.remittance));
    }
    if case.state.same_human(case.entry.principal, &row.preparer) {
        return Err(Refusal::of(Code::FourEyes, event.remittance));
    }
    let mut change = Change::nothing();
    // What the treasury told before counts from now on; the day of an approval is that of its entry.
    let approved = Remittance { approved_on: case.on(), ..row.clone() };
    let against = (Against::ordered(row.unit), Against::approved(&approved));
    let told = report::met(case.state, case.on(), row.id, against, &mut change);
    change.act = Some(RemittanceChange::Approve { remittance, told });
    Ok(change)
}

/// Makes the change; the row it is about, by its number in the table its kind says.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: RemittanceChange) -> u32 {
    let (remittance, told) = match change {
        RemittanceChange::Order { event, unit, of, draws, fen, told } => {
            (order(state, entry, &event, unit, of, draws, fen), told)
        }
        RemittanceChange::Approve { remittance, told } => {
            let row = state.remittances.get_mut(remittance);
            row.stage = RemittanceStage::Approved;
            row.approver = entry.principal.to_owned();
            (row.approved_on, row.on, row.last) = (entry.event.effective, entry.event.effective, entry.index);
            (remittance, told)
        }
        RemittanceChange::Back { remittance, to, told } => {
            back::apply(state, entry, remittance, to);
            (remittance, told)
        }
        RemittanceChange::Tell { told } => return facts::apply(state, entry, *told).number(),
    };
    if let Some(told) = told {
        facts::apply(state, entry, *told);
    }
    remittance.number()
}

fn order(
    state: &mut State,
    entry: &Entry<'_>,
    event: &RemittanceOrdered,
    unit: Handle<Org>,
    of: Of,
    draws: Vec<Drawn>,
    fen: Fen,
) -> Handle<Remittance> {
    let portfolio = match of {
        Of::Portfolio(portfolio) => portfolio,
        Of::Lender(lender, kind) => open_portfolio(state, lender, kind, entry.index),
    };
    let sums = by_payer(state, &draws);
    move_sums(state, entry.index, event.purpose, portfolio, &sums, [1, 0]);
    for draw in &draws {
        state.lines.get_mut(draw.line).last = entry.index;
    }
    state.keep_order(Remittance {
        id: event.remittance,
        unit,
        portfolio,
        fiscal_year: event.fiscal_year,
        purpose: event.purpose,
        fen,
        draws,
        stage: RemittanceStage::Ordered,
        preparer: entry.principal.to_owned(),
        approver: String::new(),
        ordered_on: entry.event.effective,
        approved_on: entry.event.effective,
        on: entry.event.effective,
        last: entry.index,
    })
}

/// Each payer's sum goes into what is ordered and what is paid, or out of it: 1, 0 or -1 times.
fn move_sums(
    state: &mut State,
    index: u64,
    purpose: Purpose,
    portfolio: Handle<Portfolio>,
    sums: &[(Payer, Fen)],
    [ordered, paid]: [Fen; 2],
) {
    match purpose {
        Purpose::Advance(_) => {}
        Purpose::Claim(id) => {
            let Some(claim) = state.claims.find(id) else { return };
            let row = state.claims.get_mut(claim);
            row.last = index;
            for (payer, fen) in sums {
                row.pay(*payer, ordered * fen, paid * fen);
            }
        }
        Purpose::Compensation(year) => {
            let id = paid_id(state.portfolios.get(portfolio).id, year.year);
            let Some(at) = state.risk_paid.find(id) else { return };
            let row = state.risk_paid.get_mut(at);
            row.last = index;
            for (payer, fen) in sums {
                add(&mut row.ordered, *payer, ordered * fen);
                add(&mut row.paid, *payer, paid * fen);
            }
        }
    }
}

/// An account of a portfolio.
fn of_portfolio(portfolio: &Portfolio, class: Class) -> AccountNo {
    State::account_at(portfolio.accounts, class)
}
