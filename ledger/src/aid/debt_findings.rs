//! What is found of what is owed back: too much came in or was paid, one transfer was told twice, or what was decided has no ground.

use crate::aid::leaving;
use crate::change::Wanted;
use crate::finding::FindingKind;
use crate::money::Day;
use crate::state::State;
use crate::state::debt_rows::{Debt, DebtFact, DebtSide, DebtWord, FactPlace};

/// What a debt may call for.
pub(crate) const OF_DEBT: [FindingKind; 5] = [
    FindingKind::OverRecovered,
    FindingKind::OverRefunded,
    FindingKind::RecoveryUnfounded,
    FindingKind::Repeated,
    FindingKind::ToldOtherwise,
];

/// What a debt calls for: more came in, or was paid, than is owed as far as is told. What goes the other way than the debt is right only as
/// far as there was too much. It is found of the latest of what is too much, whichever was told last.
/// Where it was decided of a payee who had left, and that is so no more, the decision is found. What was told twice counts once.
pub(crate) fn wanted(state: &State, debt: &Debt) -> Vec<Wanted> {
    let beside = debt.beside();
    let too_much = |(what, sign): (DebtWord, i128), owed, against| {
        let over = debt.is_due() && debt.owed == owed && debt.open() < 0;
        let all = over || (debt.is_due() && debt.owed == against && debt.is_increased());
        // What was told beside what is owed is too much as far as nothing went the other way.
        let is_beside = |fact: &DebtFact| beside.get(&fact.unit).is_some_and(|net| net.signum() == sign);
        let is_one =
            |fact: &&DebtFact| fact.what == what && fact.fen > 0 && (all || (!debt.counts(fact) && is_beside(fact)));
        debt.here().filter(is_one).last().map(|fact| (u64::from(fact.entry), fact.on))
    };
    let recovered = too_much((DebtWord::Received, 1), DebtSide::ToUnit, DebtSide::ByUnit);
    let refunded = too_much((DebtWord::Paid, -1), DebtSide::ByUnit, DebtSide::ToUnit);
    let payout = debt.payout.handle().map(|payout| state.payouts.get(payout));
    let in_study = payout.is_some_and(|payout| !leaving::is_out_of_study(state, payout));
    let decided = state.seen.find(debt.id).map(|entry| (u64::from(entry), debt.on));
    let unfounded = decided.filter(|_| debt.is_due() && debt.after_leaving && in_study);
    let told = OF_DEBT.into_iter().zip([recovered, refunded, unfounded]).filter(|(_, told)| told.is_some());
    told.chain(debt.own().filter_map(|fact| again(state, debt, fact))).collect()
}

/// What came in or was paid before the day on which it was decided that it is owed.
pub(crate) fn told_early(debt: &Debt) -> impl Iterator<Item = (u64, Day)> {
    let early = |fact: &&DebtFact| debt.is_due() && fact.what != DebtWord::Waived && fact.on < debt.on;
    debt.here().filter(early).map(|fact| (fact.entry.into(), fact.on))
}

/// It was told before under its number, of whichever decision: the same, or something else.
fn again(state: &State, debt: &Debt, fact: &DebtFact) -> Option<Wanted> {
    let number = debt.number_of(fact).filter(|_| fact.place == FactPlace::Elsewhere)?;
    let first = state.told_as(number).next().filter(|first| first.entry != fact.entry)?;
    let alike = (first.fen, first.on) == (fact.fen, fact.on);
    let kind = if alike { FindingKind::Repeated } else { FindingKind::ToldOtherwise };
    Some((kind, Some((fact.entry.into(), fact.on))))
}
