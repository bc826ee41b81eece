//! What a lender tells of a loan that its contract and terms cannot have. It counts as told, and a finding says so.

use super::amended::due_days;
use super::fact_list::Facts;
use super::rates::is_beyond_terms;
use crate::change::Wanted;
use crate::finding::FindingKind;
use crate::money::Day;
use crate::state::State;
use crate::state::lending_rows::{Fact, Loan, What};

/// Of the facts that count: a deferral to before its own day or beyond maturity, a spread that no terms have, a repayment of what nobody
/// had drawn yet; and a spread or deferral beside another of its day, which counts alone.
pub(super) fn off_contract(state: &State, loan: &Loan, counts: Facts<'_>) -> Vec<Wanted> {
    let drawn = counts.iter().find(|fact| matches!(fact.what, What::Drawn(_))).map(|fact| fact.on);
    let matures = due_days(loan).1;
    let mut after = counts.iter().skip(1);
    let is_off = |fact: &&Fact| {
        let idle = after.next().is_some_and(|next| next.on == fact.on && fact.what.contradicts(next.what));
        idle || is_off(state, loan, fact, (matures, drawn))
    };
    counts.iter().filter(is_off).map(|fact| (FindingKind::OffContract, Some((fact.index, fact.on)))).collect()
}

fn is_off(state: &State, loan: &Loan, fact: &Fact, (matures, drawn): (Day, Option<Day>)) -> bool {
    match fact.what {
        What::Deferred(until) => until < fact.on || until > matures,
        What::RateAgreed(spread_bp) => {
            state.loan_rules().is_some_and(|rules| is_beyond_terms(rules, loan, fact.on, spread_bp))
        }
        // Of a loan that nobody ever drew it is paid without owing it.
        What::Repaid { .. } => drawn.is_some_and(|drawn| fact.on < drawn),
        _ => false,
    }
}
