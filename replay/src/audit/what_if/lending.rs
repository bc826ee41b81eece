//! Loans under both sets of terms: interest by who bears it, claims confirmed, what payers owe. Interest is recomputed for
//! the days to which it is posted as it is, as what is posted was said in figures and other terms only refuse those.

use std::collections::BTreeMap;

use ledger::event::{ClaimFor, Interest, Payer};
use ledger::loan::position;
use ledger::loan::walk::Walk;
use ledger::money::{Day, Fen};
use ledger::state::State;
use ledger::state::lending_rows::Loan;
use uuid::Uuid;

use crate::answers::loans::position::{InterestSums, PayerSums, payers};
use crate::answers::loans::{claim_for_name, portfolios};

/// Sums over all loans, before and after.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Lending {
    /// Interest by the terms.
    pub by_terms: [InterestSums; 2],
    /// Interest that was posted.
    pub posted: [InterestSums; 2],
    /// Loans whose interest cannot be known for want of contract, terms or rate.
    pub unknown: [u64; 2],
    /// Lines confirmed and their amount, by what is claimed; only what differs.
    pub claims: Vec<(&'static str, [(u64, Fen); 2])>,
    /// Who owes what for claims and compensation; only what differs.
    pub payers: Vec<PayerDiff>,
}

/// A payer for whom something differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PayerDiff {
    /// Who.
    pub payer: Payer,
    /// As it is.
    pub before: PayerSums,
    /// As it would be.
    pub after: PayerSums,
}

impl Lending {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let Self { by_terms, posted, unknown, claims, payers } = self;
        by_terms[0] == by_terms[1]
            && posted[0] == posted[1]
            && unknown[0] == unknown[1]
            && claims.is_empty()
            && payers.is_empty()
    }
}

/// Sums over all loans, and what each borrower bears where it differs.
pub(super) fn lending(as_is: &State, changed: &State) -> (Lending, BTreeMap<Uuid, [Fen; 2]>) {
    let mut lending = Lending { claims: claims(as_is, changed), payers: owed(as_is, changed), ..Lending::default() };
    let mut borne: BTreeMap<Uuid, [Fen; 2]> = BTreeMap::new();
    let mut note = |person: Option<Uuid>, through: Day, loans: [Option<&Loan>; 2]| {
        let mut bears = [0; 2];
        for (side, (state, loan)) in [as_is, changed].into_iter().zip(loans).enumerate() {
            let Some(loan) = loan else { continue };
            lending.posted[side].add(position::interest(&loan.posted));
            let Some(interest) = by_terms(state, loan, through) else {
                lending.unknown[side] += 1;
                continue;
            };
            lending.by_terms[side].add(interest);
            bears[side] = interest.borrower.saturating_add(interest.penalty);
        }
        if let Some(person) = person.filter(|_| bears[0] != bears[1]) {
            let sums = borne.entry(person).or_default();
            *sums = [sums[0].saturating_add(bears[0]), sums[1].saturating_add(bears[1])];
        }
    };
    for (_, loan) in as_is.loans.iter() {
        let other = changed.loans.by_id(loan.id).map(|(_, other)| other);
        note(person(as_is, loan), loan.through, [Some(loan), other]);
    }
    for (_, loan) in changed.loans.iter().filter(|(_, loan)| as_is.loans.find(loan.id).is_none()) {
        note(person(changed, loan), loan.through, [None, Some(loan)]);
    }
    (lending, borne)
}

fn person(state: &State, loan: &Loan) -> Option<Uuid> {
    loan.person.handle().map(|person| state.persons.get(person).id)
}

/// Interest by the terms through a day; `None` if something needed is missing.
fn by_terms(state: &State, loan: &Loan, through: Day) -> Option<Interest> {
    let walk = Walk::new(state, loan, &loan.facts).ok()?;
    walk.sums([through], |_| {}).ok().map(|[sums]| sums.interest)
}

fn claims(as_is: &State, changed: &State) -> Vec<(&'static str, [(u64, Fen); 2])> {
    let confirmed = |state: &State, what: ClaimFor| {
        let claims = state.claims.iter().filter(|(_, claim)| claim.what == what);
        claims.fold((0, 0), |(count, fen): (u64, Fen), (_, claim)| {
            (count + u64::from(claim.confirmed_count), fen.saturating_add(claim.confirmed))
        })
    };
    let both = |what| (claim_for_name(what), [confirmed(as_is, what), confirmed(changed, what)]);
    let all = [ClaimFor::Subsidy, ClaimFor::Waiver].map(both);
    all.into_iter().filter(|(_, [before, after])| before != after).collect()
}

fn owed(as_is: &State, changed: &State) -> Vec<PayerDiff> {
    let [mut one, mut other] = [as_is, changed].map(|state| payers(state, &portfolios(state, None, None)));
    let all = [Payer::Central, Payer::Province, Payer::City, Payer::County, Payer::University, Payer::Lender];
    let both = all.map(|payer| {
        let of = |sums: &mut BTreeMap<Payer, PayerSums>| sums.remove(&payer).unwrap_or_default();
        PayerDiff { payer, before: of(&mut one), after: of(&mut other) }
    });
    both.into_iter().filter(|row| row.before != row.after).collect()
}
