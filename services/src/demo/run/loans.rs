//! What the demo's loans came to in the ledger, beside what was planned for them. Figures only; `demo::report` lays them out.

use ledger::handle::Handle;
use std::collections::BTreeMap;

use ledger::account::Class;
use ledger::event::{Interest, LoanKind, Payer};
use ledger::lender::fund::stock_on;
use ledger::state::State;
use ledger::state::lending_rows::{Claim, Portfolio, Remittance};
use ledger::state::stage::RemittanceStage;
use replay::answers::loans::{claim_of, claims, portfolios, position};
use serde::Serialize;

use crate::demo::year::{CLAIMS, Fund, LENDERS, LoanPlan, Outcome, RISK_YEARS};
use crate::intake::import::ids;

/// What became of loans, as `--json` prints it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[allow(missing_docs)] // The names are the documented JSON keys.
pub struct LoanFigures {
    pub books: Vec<BookFigures>,
    pub accruals: u64,
    /// Corrections of interest for facts learnt late, and by how much they moved interest.
    pub adjustments: u64,
    pub adjusted_fen: i64,
    pub claims: Vec<ClaimFigures>,
    /// Wrong lines in all claims, as planted and as found.
    pub planted: u32,
    pub found: u32,
    pub funds: Vec<FundFigures>,
    /// Where ledger and plan differ; empty if all is well.
    pub differences: Vec<String>,
}

/// The loans of one lender and kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[allow(missing_docs)]
pub struct BookFigures {
    pub lender: String,
    pub kind: &'static str,
    pub loans: u64,
    pub drawn_fen: i64,
    pub principal_fen: i64,
    /// Subsidy, waiver, borrower, penalty.
    pub subsidy_fen: i64,
    pub waiver_fen: i64,
    pub borrower_fen: i64,
    pub penalty_fen: i64,
    /// Confirmed of claims for days that turned out not to be finance's, and not yet back.
    pub overclaimed_fen: i64,
    /// Paid to the lender out of document lines, less what came back.
    pub remitted_fen: i64,
}

/// A claim.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ClaimFigures {
    /// Who gave the number.
    pub lender: &'static str,
    pub number: String,
    pub lines: u32,
    pub claimed_fen: i64,
    pub confirmed_fen: i64,
    pub disputed: BTreeMap<&'static str, DisputedFigures>,
    /// Paid by payer.
    pub paid_fen: BTreeMap<&'static str, i64>,
}

/// Lines of a claim disputed for one reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct DisputedFigures {
    pub planted: u32,
    pub found: u32,
    pub claimed_fen: i64,
}

/// A compensation fund.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[allow(missing_docs)]
pub struct FundFigures {
    pub lender: String,
    pub kind: &'static str,
    /// By risk year.
    pub accrued_fen: BTreeMap<u16, i64>,
    pub paid_in_fen: i64,
    pub used_fen: i64,
    pub rewarded_fen: i64,
    pub reward_spent_fen: i64,
    pub stock_fen: i64,
    /// What the lender states less what we hold.
    pub statement_difference_fen: i64,
}

/// Computes the figures and compares them with the plan.
#[must_use]
pub fn figures(state: &State, plan: &LoanPlan) -> LoanFigures {
    let mut figures = LoanFigures::default();
    for kind in LoanKind::ALL {
        figures.books.push(book(state, kind));
        figures.funds.push(fund(state, kind));
    }
    for (claim, planned) in CLAIMS.iter().zip(&plan.claims) {
        let lender = LENDERS[claim.kind as usize].1;
        let Some((_, row)) = state.claims.by_id(ids::claim(lender, claim.number, 0)) else { continue };
        figures.claims.push(claim_figures(state, (lender, row), planned));
    }
    let disputed = || figures.claims.iter().flat_map(|claim| claim.disputed.values());
    figures.planted = disputed().map(|row| row.planted).sum();
    figures.found = disputed().map(|row| row.found).sum();
    figures.differences = differences(&figures, plan);
    figures
}

/// Sums here are those of a demo; one that fitted no amount would show as a difference.
fn fen(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// The portfolio of a kind; the demo has one lender for each.
fn portfolio(state: &State, kind: LoanKind) -> Vec<Handle<Portfolio>> {
    let lender = state.orgs.find(ids::org(LENDERS[kind as usize].1));
    lender.map_or_else(Vec::new, |lender| portfolios(state, Some(lender), Some(kind)))
}

fn book(state: &State, kind: LoanKind) -> BookFigures {
    let mut sums = position::LoanSums::default();
    let handles = portfolio(state, kind);
    sums.add(state, &handles, Handle::new(0), state.loans.len());
    let overclaimed: i128 =
        sums.by_class().filter(|(class, _)| *class == Class::Overclaimed).map(|(_, balance)| -balance).sum();
    let remitted = position::portfolio_balances(state, &handles);
    let remitted = remitted.iter().filter(|(class, _)| *class == Class::Remitted).map(|(_, balance)| balance).sum();
    let Interest { subsidy, waiver, borrower, penalty } = sums.interest.held();
    BookFigures {
        lender: LENDERS[kind as usize].2.to_owned(),
        kind: kind.name(),
        loans: sums.loans,
        drawn_fen: fen(sums.drawn),
        principal_fen: fen(sums.drawn - sums.repaid - sums.written_off),
        subsidy_fen: subsidy,
        waiver_fen: waiver,
        borrower_fen: borrower,
        penalty_fen: penalty,
        overclaimed_fen: fen(overclaimed),
        remitted_fen: fen(remitted),
    }
}

fn claim_figures(state: &State, (lender, claim): (&'static str, &Claim), planned: &Outcome) -> ClaimFigures {
    let mut disputed: BTreeMap<&'static str, DisputedFigures> = BTreeMap::new();
    for (reason, planted) in &planned.planted {
        disputed.entry(reason.words().0).or_default().planted = *planted;
    }
    for (verdict, sums) in claims::by_verdict(state, claim) {
        if !verdict.confirms() {
            let row = disputed.entry(verdict.words().0).or_default();
            (row.found, row.claimed_fen) = (sums.count, sums.claimed);
        }
    }
    ClaimFigures {
        lender,
        number: claim.number.clone(),
        lines: claim.set.count,
        claimed_fen: claim.set.fen,
        confirmed_fen: claim.confirmed,
        disputed,
        paid_fen: claim.payers.iter().map(|row| (row.payer.name(), row.paid)).collect(),
    }
}

fn fund(state: &State, kind: LoanKind) -> FundFigures {
    let handles = portfolio(state, kind);
    let balances = position::portfolio_balances(state, &handles);
    let balance = |class| balances.iter().find(|(other, _)| *other == class).map_or(0, |(_, sum)| fen(*sum));
    let mut accrued_fen = BTreeMap::new();
    for (_, row) in state.risk_paid.iter().filter(|(_, row)| handles.contains(&row.portfolio)) {
        accrued_fen.insert(row.year, row.accrued.iter().map(|(_, fen)| fen).sum());
    }
    let rewards = || state.rewards.iter().map(|(_, row)| row).filter(|row| handles.contains(&row.portfolio));
    let rewarded_fen = rewards().map(|row| row.fen).sum();
    let fund = handles.first().map(|handle| state.portfolios.get(*handle));
    let stated = fund.and_then(|fund| fund.stated.last().map(|said| said.fen - stock_on(state, fund, said.on)));
    FundFigures {
        lender: LENDERS[kind as usize].2.to_owned(),
        kind: kind.name(),
        accrued_fen,
        paid_in_fen: -balance(Class::PaidIn),
        used_fen: balance(Class::StockUsed) - rewarded_fen,
        rewarded_fen,
        reward_spent_fen: rewards().flat_map(|row| &row.spent).map(|(_, fen)| fen).sum(),
        stock_fen: balance(Class::Stock),
        statement_difference_fen: stated.unwrap_or(i64::MAX),
    }
}

/// What differs from the plan, one sentence each.
fn differences(figures: &LoanFigures, plan: &LoanPlan) -> Vec<String> {
    let mut found = Differences(Vec::new());
    for (at, book) in figures.books.iter().enumerate() {
        found.compare(format_args!("{} loans", book.kind), plan.contracts[at], book.loans);
        found.compare(format_args!("{} drawn", book.kind), plan.drawn_fen[at], book.drawn_fen);
        found.compare(format_args!("{} overclaimed and not back", book.kind), 0, book.overclaimed_fen);
        found.compare(format_args!("{} remitted", book.kind), remitted(plan, LoanKind::ALL[at]), book.remitted_fen);
    }
    found.compare(format_args!("claims"), plan.claims.len(), figures.claims.len());
    for (claim, planned) in figures.claims.iter().zip(&plan.claims) {
        let number = &claim.number;
        found.compare(format_args!("{number}: lines"), planned.lines, claim.lines);
        found.compare(format_args!("{number}: claimed"), planned.claimed_fen, claim.claimed_fen);
        found.compare(format_args!("{number}: confirmed"), planned.confirmed_fen, claim.confirmed_fen);
        for (reason, row) in &claim.disputed {
            found.compare(format_args!("{number}: lines disputed as {reason}"), row.planted, row.found);
        }
        found.compare(format_args!("{number}: paid"), planned.confirmed_fen, claim.paid_fen.values().sum());
    }
    for (fund, planned) in figures.funds.iter().zip(&plan.funds) {
        compare_fund(&mut found, fund, planned);
    }
    found.0
}

/// What lenders are paid out of document lines: claims, compensation but for the universities' part, less what came back.
fn remitted(plan: &LoanPlan, kind: LoanKind) -> i64 {
    let claims = CLAIMS.iter().zip(&plan.claims).filter(|(claim, _)| claim.kind == kind);
    let confirmed: i64 = claims.map(|(_, outcome)| outcome.confirmed_fen).sum();
    let fund = &plan.funds[kind as usize];
    let own = fund.owed(RISK_YEARS[0]).get(&Payer::University).copied().unwrap_or(0);
    let returned = if kind == CLAIMS[0].kind { plan.returned_fen } else { 0 };
    confirmed + fund.paid_in() - own - returned
}

fn compare_fund(found: &mut Differences, fund: &FundFigures, planned: &Fund) {
    let kind = fund.kind;
    for (year, accrued) in &fund.accrued_fen {
        let owed: i64 = planned.owed(*year).values().sum();
        found.compare(format_args!("{kind} fund: accrued for {year}"), owed, *accrued);
    }
    found.compare(format_args!("{kind} fund: paid in"), planned.paid_in(), fund.paid_in_fen);
    found.compare(format_args!("{kind} fund: used"), planned.lost_fen, fund.used_fen);
    found.compare(format_args!("{kind} fund: stock"), planned.stock(), fund.stock_fen);
    found.compare(format_args!("{kind} fund: lender's statement less ours"), 0, fund.statement_difference_fen);
}

struct Differences(Vec<String>);

impl Differences {
    fn compare<T: PartialEq + std::fmt::Display>(&mut self, what: std::fmt::Arguments<'_>, planned: T, found: T) {
        if planned != found {
            self.0.push(format!("{what}: planned {planned}, found {found}"));
        }
    }
}

/// The last payment of a claim that the treasury carried out, and the claim.
#[must_use]
pub fn paid_claim(state: &State, kind: LoanKind) -> Option<(Handle<Remittance>, Handle<Claim>)> {
    let handles = portfolio(state, kind);
    let paid = state.remittances.iter().filter_map(|(handle, row)| {
        let claim = claim_of(state, row)?;
        let of_it = handles.contains(&row.portfolio) && row.stage == RemittanceStage::Cleared;
        of_it.then_some((handle, claim))
    });
    paid.last()
}

/// Chinese name of a payer.
#[must_use]
pub fn payer_zh(payer: Payer) -> &'static str {
    match payer {
        Payer::Central => "中央",
        Payer::Province => "省级",
        Payer::City => "市级",
        Payer::County => "县级",
        Payer::University => "学校",
        Payer::Lender => "贷款机构",
    }
}
