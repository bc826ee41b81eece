//! What a lender gave back of a claim goes to the document lines that paid it: in their own year it is available again, later it is
//! due to finance, as with payments that come back, and so it is where an advance paid. A function of what was given back, of the
//! payments the treasury cleared, and of what was settled with an advance.

use super::payers::payer;
use crate::account::Class;
use crate::difference::Holding;
use crate::event::Payer;
use crate::handle::{Handle, Link};
use crate::money::{Fen, held};
use crate::state::State;
use crate::state::claim_rows::ReturnedShare;
use crate::state::lending_rows::{Claim, Remittance};
use crate::state::rows::{Drawn, Line, Org};
use crate::state::stage::RemittanceStage;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What came back of one draw of a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restored {
    /// The payment's id; nil of an advance.
    pub remittance: Uuid,
    /// The line it was drawn on; none where an advance paid it, which does not say whose it was.
    pub line: Link<Line>,
    /// The unit whose line it is, or that the claim was made to.
    pub unit: Handle<Org>,
    /// How much.
    pub fen: Fen,
    /// Whether it came after the line's year.
    pub due_to_finance: bool,
}

/// What came back of a claim, by what its payments drew: of each payer's in the order of years, as far as he paid.
pub(crate) fn restored<'a>(
    returned: &[ReturnedShare],
    paid: impl Iterator<Item = (&'a Remittance, &'a [Drawn])>,
    source: impl Fn(Handle<Line>) -> Payer,
) -> Vec<Restored> {
    let mut years: BTreeMap<(Payer, u16), Fen> = BTreeMap::new();
    returned.iter().for_each(|share| *years.entry((share.payer, share.year)).or_default() += share.fen);
    let drawn = |(order, draws): (&'a Remittance, &'a [Drawn])| draws.iter().map(move |draw| (order, draw, draw.fen));
    let mut left: Vec<(&Remittance, &Drawn, Fen)> = paid.flat_map(drawn).collect();
    let mut restored = Vec::new();
    for ((payer, year), fen) in years {
        let mut of_payer: Vec<_> = left.iter_mut().filter(|(_, draw, _)| source(draw.line) == payer).collect();
        let weights: Vec<Fen> = of_payer.iter().map(|(_, _, left)| *left).collect();
        for ((order, draw, left), fen) in of_payer.iter_mut().zip(shared(fen, &weights)) {
            *left -= fen;
            if fen > 0 {
                let due_to_finance = year != order.fiscal_year;
                let (remittance, line, unit) = (order.id, draw.line.into(), order.unit);
                restored.push(Restored { remittance, line, unit, fen, due_to_finance });
            }
        }
    }
    restored
}

/// An amount by weights none of which is below zero, and no more of it than they come to: none gets more than its weight.
pub(crate) fn shared(fen: Fen, weights: &[Fen]) -> Vec<Fen> {
    let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    let fen = i128::from(fen).min(whole);
    let (mut sum, mut given) = (0i128, 0i128);
    let share = |weight: &Fen| {
        sum += i128::from(*weight);
        let next = if whole > 0 { (fen * sum + whole / 2) / whole } else { 0 };
        let share = next - given;
        given = next;
        held(share)
    };
    weights.iter().map(share).collect()
}

/// The payments of a claim that the treasury cleared, but for one.
fn cleared(state: &State, claim: Uuid, but: Option<Uuid>) -> impl Iterator<Item = (&Remittance, &[Drawn])> {
    let counts = move |row: &&Remittance| row.stage == RemittanceStage::Cleared && Some(row.id) != but;
    state.payments_of(claim).filter(counts).map(|row| (row, &row.draws[..]))
}

/// What came back of a claim, by what its payments drew.
#[must_use]
pub fn of_claim(state: &State, claim: Uuid) -> Vec<Restored> {
    state.claims.by_id(claim).map(|(_, row)| of(state, row, &row.returned)).unwrap_or_default()
}

/// The same if it is so, and so much came back.
pub(crate) fn of(state: &State, claim: &Claim, returned: &[ReturnedShare]) -> Vec<Restored> {
    with(state, claim, returned, None, None)
}

/// The same if of its payments one is cleared, or is not.
pub(crate) fn if_paid(state: &State, claim: Uuid, payment: &Remittance, is_cleared: bool) -> Vec<Restored> {
    let Some((_, row)) = state.claims.by_id(claim) else { return Vec::new() };
    with(state, row, &row.returned, Some(payment.id), is_cleared.then_some(payment))
}

/// The payment looked at comes in its own place, wherever it is among them. What they did not pay an advance did, as far as it was settled
/// with one.
fn with(
    state: &State,
    claim: &Claim,
    returned: &[ReturnedShare],
    but: Option<Uuid>,
    more: Option<&Remittance>,
) -> Vec<Restored> {
    if returned.is_empty() {
        return Vec::new();
    }
    let mut paid: Vec<_> = cleared(state, claim.id, but).collect();
    paid.extend(more.map(|row| (row, &row.draws[..])));
    paid.sort_by_key(|(row, _)| row.id);
    let mut restored = restored(returned, paid.into_iter(), |line| payer(state.lines.get(line).source));
    let came: Fen = returned.iter().map(|share| share.fen).sum();
    let fen = (came - restored.iter().map(|back| back.fen).sum::<Fen>()).clamp(0, claim.from_advance.max(0));
    if fen > 0 {
        let (remittance, line) = (Uuid::nil(), Link::NONE);
        restored.push(Restored { remittance, line, unit: claim.unit, fen, due_to_finance: true });
    }
    restored
}

/// What that holds on accounts.
pub(crate) fn holding(state: &State, restored: &[Restored]) -> Holding {
    let mut holds = Holding::default();
    for back in restored {
        let of_unit = |class| state.org_account(back.unit, class);
        let [available, spent] = match back.line.handle() {
            Some(line) => [Class::Available, Class::Spent].map(|class| state.line_account(line, class)),
            None => [Class::DueToFinance, Class::SurrenderSource].map(of_unit),
        };
        holds.moves(if back.due_to_finance { of_unit(Class::DueToFinance) } else { available }, spent, back.fen);
    }
    holds
}

/// What of it came after the year of its line, so many times.
pub(crate) fn surrendered(restored: &[Restored], times: Fen) -> impl Iterator<Item = (Handle<Line>, Fen)> {
    let late = restored.iter().filter(|back| back.due_to_finance);
    late.filter_map(move |back| Some((back.line.handle()?, times * back.fen)))
}
