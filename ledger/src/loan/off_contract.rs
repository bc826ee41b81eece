//! What a lender tells of a loan that its contract and terms cannot have. It counts as told, and a finding says so.

use super::amended::due_days;
use super::fact_list::Facts;
use super::rates::beyond_terms;
use crate::finding::FindingKind;
use crate::money::Day;
use crate::state::State;
use crate::state::lending_rows::{Fact, Loan, What};

/// A kind that a fact calls for, and by how much it does.
pub(super) type ByFact<'a> = (FindingKind, &'a Fact, i128);

/// Of the facts that count, and by how much: a deferral to before its own day or beyond maturity, a spread that no terms have, a repayment
/// of what nobody had drawn yet; and a spread or deferral beside another of its day, which counts alone.
pub(super) fn off_contract<'a>(state: &State, loan: &Loan, counts: Facts<'a>) -> Vec<ByFact<'a>> {
    let drawn = counts.iter().find(|fact| matches!(fact.what, What::Drawn(_))).map(|fact| fact.on);
    let matures = due_days(loan).1;
    let (mut found, mut facts) = (Vec::new(), counts.iter().peekable());
    while let Some(fact) = facts.next() {
        let is_idle = |next: &&&Fact| next.on == fact.on && fact.what.contradicts(next.what);
        let idle = facts.peek().filter(is_idle).map(|_| 0);
        let by = off(state, loan, fact, (matures, drawn)).or(idle);
        found.extend(by.map(|by| (FindingKind::OffContract, fact, by)));
    }
    found
}

/// By how many days, hundredths of a per cent or fen.
fn off(state: &State, loan: &Loan, fact: &Fact, (matures, drawn): (Day, Option<Day>)) -> Option<i128> {
    match fact.what {
        What::Deferred(until) => {
            let days = (until.number() - matures.number()).max(fact.on.number() - until.number());
            (days > 0).then_some(days.into())
        }
        What::RateAgreed(spread_bp) => beyond_terms(state.loan_rules()?, loan, fact.on, spread_bp).map(i128::from),
        // Of a loan that nobody ever drew it is paid without owing it.
        What::Repaid { fen, .. } => drawn.filter(|drawn| fact.on < *drawn).map(|_| fen.into()),
        _ => None,
    }
}
