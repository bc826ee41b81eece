//! What came into a fund beyond what is owed, as both are known now, whatever was told first. Payments that this ledger orders are
//! never of more than is owed, so they are counted first and receipts after them, by day.

use super::compensation::paid_id;
use crate::event::Payer;
use crate::money::{Day, Fen, held};
use crate::state::State;
use crate::state::fund_rows::Received;
use crate::state::lending_rows::Portfolio;
use crate::steps::step;
use std::collections::BTreeMap;

/// Receipts of which nobody owes all or a part, each with how much.
fn receipts<'a>(state: &State, fund: &'a Portfolio) -> Vec<(&'a Received, i128)> {
    let mut over: BTreeMap<(u16, Payer), i128> = BTreeMap::new();
    // What is over is of the last to come in.
    let beyond = fund.received.iter().rev().filter_map(|received| {
        step();
        let key = (received.year, received.payer);
        let left = over.entry(key).or_insert_with(|| paid_beyond(state, fund, key));
        let fen = i128::from(received.fen).min(*left);
        *left -= fen;
        (fen > 0).then_some((received, fen))
    });
    beyond.collect()
}

/// What a payer paid for a risk year beyond what it owes.
fn paid_beyond(state: &State, fund: &Portfolio, (year, payer): (u16, Payer)) -> i128 {
    let Some((_, row)) = state.risk_paid.by_id(paid_id(fund.id, year)) else { return 0 };
    let sum =
        |sums: &[(Payer, Fen)]| sums.iter().find(|(other, _)| *other == payer).map_or(0, |(_, fen)| i128::from(*fen));
    (sum(&row.paid) - sum(&row.accrued)).max(0)
}

/// What came in until a day and nobody owes. It may have to go back, and is no surplus.
pub(super) fn nobody_owes(state: &State, fund: &Portfolio, on: Day) -> Fen {
    let until = receipts(state, fund).into_iter().filter(|(received, _)| received.on <= on);
    held(until.map(|(_, fen)| fen).sum())
}

/// The entries that told receipts nobody owes, with their days.
pub(super) fn not_owed(state: &State, fund: &Portfolio) -> Vec<(u64, Day)> {
    receipts(state, fund).into_iter().map(|(received, _)| (received.index, received.on)).collect()
}
