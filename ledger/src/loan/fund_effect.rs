//! What happens to a loan's fund when the loan's facts or flows change: losses fall on the stock and on those who bear the
//! rest, and the sums of the fund follow. How they fall is in `fund_days`; events about the fund itself are in `lender::fund`.
//!
//! What a lender lost of a loan is a function of the loan's facts, so what is learnt late moves it too: a draw reported after
//! its write-off, a repayment reported later. Whatever changes the stock or a loss posts what the whole fund then differs by.

use super::amended::school_on;
use super::counting::counting;
use super::fund_days::{FundDays, exchange};
use super::portfolio::{PortfolioRef, derived};
use super::rates::terms_on;
use crate::account::Class;
use crate::change::{Change, Touched};
use crate::event::LoanKind;
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::money::{Day, Fen, held};
use crate::outcome::Posting;
use crate::state::State;
use crate::state::flows::{Flow, Flows};
use crate::state::fund_rows::{LoanLoss, Loss};
use crate::state::lending_rows::{Fact, Loan, Portfolio, RiskYear, What};
use crate::state::rows::Org;
use uuid::Uuid;

/// Adds what a loan's losses change about its fund. Most entries leave them alone, and need not look at the fund.
pub(crate) fn bear<A>(state: &State, on: Day, fund: &PortfolioRef, loan: Uuid, after: &[Loss], change: &mut Change<A>) {
    let before = state.losses_of(loan);
    if after != before || is_behind(state, fund) {
        share(state, on, fund, |days| days.losing(before, after), change);
    }
}

/// Whether rules came since the losses of a fund were last shared out, by which others may bear them.
fn is_behind(state: &State, fund: &PortfolioRef) -> bool {
    let row = (fund.opens == 0).then(|| state.portfolios.get(fund.handle)).filter(|row| !row.losses.is_empty());
    row.zip(state.loan_rules()).is_some_and(|(row, rules)| rules.last > row.shared)
}

/// What rules that came since change about who bears the losses of a fund; nothing if none came.
pub(crate) fn settled<A>(state: &State, day: Day, fund: Handle<Portfolio>) -> Option<Change<A>> {
    let fund = PortfolioRef::of(state, fund);
    is_behind(state, &fund).then(|| {
        let mut change = Change::nothing();
        share(state, day, &fund, |days| days, &mut change);
        change
    })
}

/// Adds what a fund differs by once its days are others: what losses use of the stock, and what the lender and others bear.
pub(crate) fn share<A>(
    state: &State,
    on: Day,
    fund: &PortfolioRef,
    edit: impl for<'d> FnOnce(FundDays<'d>) -> FundDays<'d>,
    change: &mut Change<A>,
) {
    let days = if fund.opens > 0 { FundDays::default() } else { FundDays::of(state.portfolios.get(fund.handle)) };
    let used = days.moved() - i128::from(balance(state, fund, Class::Stock));
    let days = edit(days);
    let course = days.course(state, fund.kind);
    if let Some(used) = amount(course.used() - used) {
        change.postings.push(stock(state, on, fund, used));
    }
    let bearers = [Class::BorneByLender, Class::BorneByCounty];
    let borne = course.borne(state, fund.kind);
    let more = [0, 1].map(|at| borne[at] + i128::from(balance(state, fund, bearers[at])));
    // Who bears more comes before who bears less, so that what is borne is never below zero in between.
    let mut parts: Vec<_> = bearers.into_iter().zip(more).filter_map(|(by, fen)| Some((by, amount(fen)?))).collect();
    parts.sort_by_key(|(_, fen)| *fen < 0);
    for (by, fen) in parts {
        let (debit, credit) = if fen > 0 { (Class::LossBorne, by) } else { (by, Class::LossBorne) };
        change.postings.push(posting(state, on, fund, debit, credit, fen.saturating_abs()));
    }
    change.touched.push(Touched::Fund(fund.id));
}

/// An amount to post, if there is any.
fn amount(fen: i128) -> Option<Fen> {
    Some(held(fen)).filter(|fen| *fen != 0)
}

/// The stock is used, or below zero restored.
fn stock(state: &State, on: Day, fund: &PortfolioRef, fen: Fen) -> Posting {
    let (debit, credit) = if fen > 0 { (Class::StockUsed, Class::Stock) } else { (Class::Stock, Class::StockUsed) };
    posting(state, on, fund, debit, credit, fen.saturating_abs())
}

/// Something came into the stock of a fund on a day, or below zero went out of it, and is judged so with [`share`].
pub(crate) fn move_stock(state: &mut State, index: u64, fund: Handle<Portfolio>, on: Day, fen: Fen) {
    let row = state.portfolios.get_mut(fund);
    super::fund_days::move_stock(&mut row.moved, on, fen);
    (row.shared, row.last) = (index, index);
}

/// The losses of a fund are shared out by what was told until this entry.
pub(crate) fn share_until(state: &mut State, fund: Handle<Portfolio>, index: u64) {
    let row = state.portfolios.get_mut(fund);
    row.shared = row.shared.max(index);
}

/// Keeps what was lost of a loan with it and with its fund.
fn keep(state: &mut State, index: u64, fund: Handle<Portfolio>, loan: Uuid, after: Vec<Loss>) {
    let behind = is_behind(state, &PortfolioRef::of(state, fund));
    let before = state.losses_of(loan);
    if after == before {
        if behind {
            share_until(state, fund, index);
        }
        return;
    }
    let before = before.to_vec();
    let row = state.portfolios.get_mut(fund);
    exchange(&mut row.losses, &before, &after);
    row.last = index;
    share_until(state, fund, index);
    match state.losses.find(loan) {
        Some(at) => state.losses.get_mut(at).losses = after,
        None => drop(state.losses.push(LoanLoss { id: loan, losses: after })),
    }
}

/// Keeps the sums of funds in step with a loan: called whenever its facts or its posted flows changed.
///
/// Net drawings count for the risk year of the draw's own day, by the terms then known: a year that begins on another day
/// must be adopted before its first draw is reported. A loan reported before its contract counts from its signing on, then with
/// all its facts.
pub(crate) fn note(
    state: &mut State,
    index: u64,
    loan: Handle<Loan>,
    before: &Flows,
    new: &[Placed],
    losses: Vec<Loss>,
) {
    let row = state.loans.get(loan);
    if !row.known {
        return;
    }
    let (portfolio, kind, signed, id) = (row.portfolio, row.kind, row.signed, row.id);
    keep(state, index, portfolio, id, losses);
    let row = state.loans.get(loan);
    let drawn = row.posted[Flow::Drawn].saturating_sub(before[Flow::Drawn]);
    let settled = settled_drawn(&row.posted).saturating_sub(settled_drawn(before));
    if drawn != 0 || settled != 0 {
        let fund = state.portfolios.get_mut(portfolio);
        fund.drawn = fund.drawn.saturating_add(drawn);
        fund.settled_drawn = fund.settled_drawn.saturating_add(settled);
        fund.last = index;
    }
    for Placed { on, fen, school } in new.iter().filter(|drawn| drawn.on >= signed) {
        draw(state, index, portfolio, *school, kind, *on, *fen);
    }
}

/// Something drawn, or below zero returned, with the university of its day.
pub(crate) struct Placed {
    on: Day,
    fen: Fen,
    school: Handle<Org>,
}

/// What a fact adds to what was drawn.
pub(super) fn placed_at(loan: &Loan, fact: &Fact) -> Option<Placed> {
    drawing(fact).map(|fen| Placed { on: fact.on, fen, school: school_on(loan, fact.on) })
}

/// What was drawn of a loan.
pub(super) fn placed(loan: &Loan) -> Vec<Placed> {
    let (mut school, mut placed) = (loan.school, Vec::new());
    for fact in counting(loan, &loan.facts).iter() {
        if let What::Amended { school: other, .. } = fact.what {
            school = other.handle().unwrap_or(school);
        }
        placed.extend(drawing(fact).map(|fen| Placed { on: fact.on, fen, school }));
    }
    placed
}

/// The contract is amended, or no longer: what was drawn before counts for the university it now names.
pub(super) fn place(state: &mut State, index: u64, loan: Handle<Loan>, before: &[Placed]) {
    let row = state.loans.get(loan);
    if !row.known {
        return;
    }
    let (portfolio, kind, after) = (row.portfolio, row.kind, placed(row));
    for (from, to) in before.iter().zip(after).filter(|(before, after)| before.school != after.school) {
        draw(state, index, portfolio, from.school, kind, from.on, -from.fen);
        draw(state, index, portfolio, to.school, kind, to.on, to.fen);
    }
}

/// Takes a loan out of the sums of its fund, as its contract is taken back: called before that.
pub(crate) fn forget(state: &mut State, index: u64, loan: Handle<Loan>) {
    let row = state.loans.get(loan);
    let (portfolio, kind, flows, id) = (row.portfolio, row.kind, row.posted, row.id);
    let drawings = placed(row);
    keep(state, index, portfolio, id, Vec::new());
    let fund = state.portfolios.get_mut(portfolio);
    fund.drawn = fund.drawn.saturating_sub(flows[Flow::Drawn]);
    fund.settled_drawn = fund.settled_drawn.saturating_sub(settled_drawn(&flows));
    fund.last = index;
    for Placed { on, fen, school } in drawings {
        draw(state, index, portfolio, school, kind, on, -fen);
    }
}

/// What a fact adds to what was drawn.
fn drawing(fact: &Fact) -> Option<Fen> {
    match fact.what {
        What::Drawn(fen) => Some(fen),
        What::DrawReturned(fen) => Some(-fen),
        _ => None,
    }
}

/// Adds to the net drawings of the risk year of a day.
fn draw(
    state: &mut State,
    index: u64,
    portfolio: Handle<Portfolio>,
    school: Handle<Org>,
    kind: LoanKind,
    on: Day,
    fen: Fen,
) {
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, kind, on));
    let year = terms.map_or(on.year(), |terms| terms.risk_year.year_of(on));
    let handle = open_risk_year(state, index, portfolio, school, year);
    let row = state.risk_years.get_mut(handle);
    row.drawn = row.drawn.saturating_add(fen);
    row.last = index;
}

/// What a loan counts for among settled ones: its net drawings, once nothing of them is open and nothing was written off.
fn settled_drawn(flows: &Flows) -> Fen {
    let drawn = flows[Flow::Drawn];
    let settled = drawn > 0 && flows[Flow::PrincipalPaid] == drawn && flows[Flow::WrittenOff] == 0;
    if settled { drawn } else { 0 }
}

/// The fund, where a loan is settled no more of which a surplus was rewarded, or is again while too much was.
pub(super) fn settling(state: &State, loan: &Loan, after: &Flows) -> Option<Touched> {
    let (was, is) = (settled_drawn(&loan.posted), settled_drawn(after));
    // Most facts settle nothing, and of a loan without contract there may be no fund.
    if was == is || !loan.known {
        return None;
    }
    let fund = state.portfolios.get(loan.portfolio);
    let is_found = || {
        let mut found = state.doubts_of(fund.id).iter().map(|at| state.findings.get(*at));
        found.any(|found| found.kind == FindingKind::OverRewarded)
    };
    let counts = !fund.granted.is_empty() && (is < was || is_found());
    counts.then_some(Touched::Fund(fund.id))
}

fn open_risk_year(
    state: &mut State,
    index: u64,
    portfolio: Handle<Portfolio>,
    school: Handle<Org>,
    year: u16,
) -> Handle<RiskYear> {
    let id = risk_year_id(state.portfolios.get(portfolio).id, year, state.orgs.get(school).id);
    let new = RiskYear {
        id,
        portfolio,
        school,
        year,
        drawn: 0,
        accrued: Vec::new(),
        computed: 0,
        told: Vec::new(),
        last: index,
    };
    state.risk_years.find(id).unwrap_or_else(|| state.risk_years.push(new))
}

/// The id of one university's net drawings in a risk year.
pub(crate) fn risk_year_id(portfolio: Uuid, year: u16, school: Uuid) -> Uuid {
    derived(&[b"risk_year", portfolio.as_bytes(), &year.to_le_bytes(), school.as_bytes()])
}

/// What is on an account of a fund. One that this entry opens holds nothing yet.
pub(crate) fn balance(state: &State, fund: &PortfolioRef, class: Class) -> Fen {
    if fund.opens > 0 { 0 } else { state.balance(State::account_at(fund.accounts, class)) }
}

/// A posting between two accounts of a fund, which this entry may be about to open.
pub(crate) fn posting(state: &State, on: Day, fund: &PortfolioRef, debit: Class, credit: Class, fen: Fen) -> Posting {
    let booked = state.booked(on, debit.book(), fund.lender, fund.lender);
    let (debit, credit) = (State::account_at(fund.accounts, debit), State::account_at(fund.accounts, credit));
    Posting { debit, credit, fen, booked }
}
