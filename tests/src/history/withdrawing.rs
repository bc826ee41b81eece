//! What a ledger holds that can be taken back, whoever told it: each by its entry, with the day on which it counts.

use super::Chance;
use ledger::handle::Handle;
use ledger::money::Day;
use ledger::state::State;
use uuid::Uuid;

/// Everything that counts and may be taken back at this moment.
#[must_use]
pub fn withdrawable(state: &State) -> Vec<(Day, Uuid)> {
    let mut told: Vec<(Day, u64)> = Vec::new();
    for (_, loan) in state.loans.iter() {
        told.extend(loan.facts.iter().map(|fact| (fact.on, fact.index)));
        told.extend(loan.known.then(|| (loan.signed, loan.signed_by.into())));
    }
    if let Some(rules) = state.loan_rules() {
        told.extend(rules.terms.iter().flatten().map(|terms| (terms.from, terms.index)));
        told.extend(rules.rates.iter().flatten().map(|fixing| (fixing.on, fixing.index)));
        told.extend(rules.waivers.iter().map(|waiver| (waiver.from, waiver.index)));
    }
    let policies = state.programmes.iter().flat_map(|(_, row)| &row.versions);
    told.extend(policies.map(|adopted| (adopted.from, adopted.index)));
    for (_, person) in state.persons.iter() {
        told.extend(person.statuses.iter().map(|standing| (standing.on, standing.entry.into())));
        told.extend(person.registered_by.handle().map(|entry| (Day::default(), entry.into())));
    }
    told.extend(state.merged.iter().filter_map(|(_, row)| Some((row.on, row.told_by.handle()?.into()))));
    told.extend(state.cards.iter().flat_map(|(_, card)| card.uses.iter().map(|told| (told.on, told.entry.into()))));
    told.extend(state.orgs.iter().flat_map(|(_, org)| org.names.iter().map(|naming| (naming.on, naming.by.into()))));
    let remitted = state.remitted.iter().flat_map(|(_, row)| &row.facts);
    told.extend(remitted.map(|fact| (fact.on, fact.entry.into())));
    told.sort_unstable();
    told.dedup();
    let id = |index: u64| state.seen.get(Handle::new(u32::try_from(index).unwrap_or_default())).id;
    let moves = state.budget_moves.iter().filter(|(_, row)| !row.parts.is_empty()).map(|(_, row)| (row.on, row.id));
    told.into_iter().map(|(day, index)| (day, id(index))).chain(moves).collect()
}

/// One of these, if there is any.
pub(super) fn withdrawal(chance: &mut Chance, state: &State) -> Option<(Day, Uuid)> {
    chance.pick(&withdrawable(state)).copied()
}
