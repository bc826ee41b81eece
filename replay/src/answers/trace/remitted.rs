//! Payments to lenders: back to the documents that fund them, and forward to the loan-days that the claim they settle was
//! confirmed for. Scans the payments to lenders, which are a few thousand a year.

use super::back::{Strand, upwards};
use crate::answers::loans::claim_of;
use crate::answers::loans::claims::lines_of_claim;
use ledger::handle::{Handle, Link};
use ledger::loan::restored;
use ledger::money::Fen;
use ledger::state::State;
use ledger::state::lending_rows::{Claim, ClaimLine, Remittance};
use ledger::state::rows::Line;

/// What one payment to a lender takes from one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RemittanceFlow {
    /// The payment.
    pub remittance: Handle<Remittance>,
    /// The line.
    pub line: Handle<Line>,
    /// How much.
    pub fen: Fen,
}

/// Payments to lenders drawn on any of some lines, in the order in which they were ordered.
#[must_use]
pub(crate) fn drawn_on(state: &State, lines: &[Handle<Line>]) -> Vec<RemittanceFlow> {
    let mut wanted = lines.to_vec();
    wanted.sort_unstable();
    let mut flows = Vec::new();
    for (remittance, row) in state.remittances.iter() {
        let draws = row.draws.iter().filter(|draw| wanted.binary_search(&draw.line).is_ok());
        flows.extend(draws.map(|draw| RemittanceFlow { remittance, line: draw.line, fen: draw.fen }));
    }
    flows
}

/// What a lender gave back of a payment's draw on a line, as it was overclaimed.
pub(super) fn came_back(state: &State, payment: &Remittance, line: Handle<Line>) -> Fen {
    let Some(claim) = claim_of(state, payment) else { return 0 };
    let backs = restored::of_claim(state, state.claims.get(claim).id);
    backs.iter().filter(|back| back.remittance == payment.id && back.line == line.into()).map(|back| back.fen).sum()
}

/// The document lines that fund a payment to a lender, each with those above it.
#[must_use]
pub fn strands(state: &State, remittance: Handle<Remittance>) -> Vec<Strand> {
    let draws = state.remittances.get(remittance).draws.iter();
    draws.map(|draw| Strand { fen: draw.fen, lines: upwards(state, draw.line), told: Link::NONE }).collect()
}

/// Payments ordered for a claim, also those that came back.
#[must_use]
pub fn of_claim(state: &State, claim: Handle<Claim>) -> Vec<Handle<Remittance>> {
    let rows = state.remittances.iter().filter(|(_, row)| claim_of(state, row) == Some(claim));
    rows.map(|(handle, _)| handle).collect()
}

/// Confirmed lines of a claim beyond a position, ascending, at most so many: what its payments pay for.
#[must_use]
pub fn paid_lines(state: &State, claim: Handle<Claim>, after: u32, limit: usize) -> Vec<Handle<ClaimLine>> {
    let lines = lines_of_claim(state, state.claims.get(claim)).take_while(|(_, line)| line.number > after);
    let confirmed = lines.filter(|(_, line)| line.verdict.confirms());
    let mut handles: Vec<Handle<ClaimLine>> = confirmed.map(|(handle, _)| handle).collect();
    handles.reverse();
    handles.truncate(limit);
    handles
}
