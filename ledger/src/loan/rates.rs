//! The rate of a contract on every day: a published index at its last reset, plus the spread then in force.

use super::fact_list::Facts;
use crate::event::conventions::MovesOlder;
use crate::event::loan_terms::LoanTerms;
use crate::event::{LoanKind, RateIndex};
use crate::money::Day;
use crate::state::lending_rows::{AdoptedTerms, Fixing, Loan, LoanRules, What};
use crate::steps::step;

/// Hundredths of a per cent in millionths.
const PPM_PER_BP: i64 = 100;

/// A year's rate from each day on, ascending, in millionths.
pub(crate) type Rates = Vec<(Day, u32)>;

/// The terms in force on a day: the latest in-force date, then the highest index.
#[must_use]
pub fn terms_on(rules: &LoanRules, kind: LoanKind, on: Day) -> Option<&LoanTerms> {
    let versions = rules.terms[kind as usize].iter().filter(|adopted| adopted.from <= on);
    versions.max_by_key(|adopted| (adopted.from, adopted.index)).map(|adopted| &adopted.terms)
}

/// The last fixing on or before a day.
fn fixing(fixings: &[Fixing], on: Day) -> Option<u32> {
    let end = fixings.partition_point(|fixing| fixing.on <= on);
    end.checked_sub(1).map(|at| fixings[at].rate_ppm)
}

/// The rates of a contract from its signing through a day. `None`: no rate was published on or before the signing.
#[must_use]
pub(crate) fn rates(
    rules: &LoanRules,
    loan: &Loan,
    facts: Facts<'_>,
    terms: &LoanTerms,
    through: Day,
) -> Option<Rates> {
    let fixings = &rules.rates[terms.index as usize];
    let mut base = vec![(loan.signed, fixing(fixings, loan.signed)?)];
    for year in loan.signed.year()..=through.year() {
        step();
        let reset = terms.reset.of(year);
        if reset <= loan.signed || reset > through {
            continue;
        }
        let latest = reset.plus(i32::try_from(terms.fixing_days).unwrap_or(0));
        if let Some(rate) = fixing(fixings, latest)
            && base.last().is_some_and(|(_, before)| *before != rate)
        {
            base.push((reset, rate));
        }
    }
    Some(merge(&base, &spreads(rules, loan, facts, terms)))
}

/// The spread from each day on: that of signing, then what later terms move older contracts to, then what was agreed. Of one day
/// what was agreed comes last, so it holds against terms of its day; later terms hold against it, or only if they are lower.
fn spreads(rules: &LoanRules, loan: &Loan, facts: Facts<'_>, terms: &LoanTerms) -> Vec<(Day, i32)> {
    let moves = |adopted: &&AdoptedTerms| {
        let other = &adopted.terms;
        adopted.from > loan.signed && other.moves_older != MovesOlder::No && other.index == terms.index
    };
    let mut later: Vec<(Day, u8, u64, i32, bool)> = Vec::new();
    for adopted in rules.terms[loan.kind as usize].iter().filter(moves) {
        let if_lower = adopted.terms.moves_older == MovesOlder::IfLower;
        later.push((adopted.from, 0, adopted.index, adopted.terms.spread_bp, if_lower));
    }
    for (place, fact) in (0..).zip(facts.iter()) {
        if let What::RateAgreed(spread_bp) = fact.what {
            later.push((fact.on, 1, place, spread_bp, false));
        }
    }
    later.sort_unstable();
    let mut spreads = vec![(loan.signed, terms.spread_bp)];
    let mut now = terms.spread_bp;
    for (on, _, _, spread, if_lower) in later {
        if !if_lower || spread < now {
            now = spread;
            spreads.push((on.max(loan.signed), spread));
        }
    }
    spreads
}

/// By how much a spread agreed on a day is above that of the terms of signing and of this day, which allow no mark-up on theirs, or leaves
/// less than any interest.
pub(super) fn beyond_terms(rules: &LoanRules, loan: &Loan, on: Day, spread_bp: i32) -> Option<i64> {
    let terms = terms_on(rules, loan.kind, loan.signed)?;
    let later = terms_on(rules, loan.kind, on).map_or(terms.spread_bp, |later| later.spread_bp);
    let above = i64::from(spread_bp) - i64::from(terms.spread_bp.max(later));
    let index = fixing(&rules.rates[terms.index as usize], on.max(loan.signed)).map(i64::from);
    let left = index.map(|index| index + i64::from(spread_bp) * PPM_PER_BP).filter(|left| *left <= 0);
    (above > 0 || left.is_some()).then(|| above.max(left.map_or(0, |left| -left / PPM_PER_BP)))
}

fn merge(base: &[(Day, u32)], spreads: &[(Day, i32)]) -> Rates {
    let mut rates = Rates::with_capacity(base.len() + spreads.len());
    let (mut b, mut s) = (0, 0);
    loop {
        let rate = i64::from(base[b].1) + i64::from(spreads[s].1) * PPM_PER_BP;
        let rate = u32::try_from(rate.max(0)).unwrap_or(u32::MAX);
        let from = base[b].0.max(spreads[s].0);
        match rates.last_mut() {
            Some(last) if last.0 == from => last.1 = rate,
            _ => rates.push((from, rate)),
        }
        match (base.get(b + 1), spreads.get(s + 1)) {
            (Some((next, _)), Some((other, _))) if next < other => b += 1,
            (Some(_), None) => b += 1,
            (_, Some(_)) => s += 1,
            (None, None) => return rates,
        }
    }
}

/// The name of an index.
#[must_use]
pub fn index_name(index: RateIndex) -> &'static str {
    match index {
        RateIndex::Lpr5y => "lpr5y",
        RateIndex::Benchmark5y => "benchmark5y",
    }
}
