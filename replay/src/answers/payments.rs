//! What is known of one payment from its own rows: its reissues, its money in suspense, its year. What it is called is in
//! `labels`; sums over payments are for the reports.

use ledger::handle::Handle;
use ledger::money::Fen;
use ledger::state::State;
use ledger::state::rows::{Instalment, Payout};
use ledger::state::stage::{Progress, Stage};

/// The payment that reissued this one, leaving out orders that were given up.
#[must_use]
pub fn reissued_by(state: &State, payout: Handle<Payout>) -> Option<Handle<Payout>> {
    let chain = payments_of(state, payout);
    let at = chain.iter().position(|other| *other == payout)?;
    chain.get(at + 1).copied()
}

/// All payments of the instalment a payment is for, oldest first, without orders that were given up.
#[must_use]
pub(crate) fn payments_of(state: &State, payout: Handle<Payout>) -> Vec<Handle<Payout>> {
    let row = state.payouts.get(payout);
    let instalment = state.awards.get(row.award).instalments.plus(u32::from(row.instalment));
    payments_of_instalment(state, instalment)
}

/// All payments of an instalment, oldest first, without orders that were given up.
#[must_use]
pub fn payments_of_instalment(state: &State, instalment: Handle<Instalment>) -> Vec<Handle<Payout>> {
    let counts = |row: &Payout| state.applications.get(row.application).set.stage != Stage::Cancelled;
    let orders = state.payouts.chain(state.instalments.get(instalment).payout, |row| row.reissue_of);
    let mut payments: Vec<Handle<Payout>> = orders.filter(|(_, row)| counts(row)).map(|(at, _)| at).collect();
    payments.reverse();
    payments
}

/// What a person was paid by a payment, as often as it stands credited.
#[must_use]
pub fn paid(state: &State, payout: &Payout) -> Fen {
    payout.fen * Fen::from(state.times_paid(payout))
}

/// Whether a payment is at the bank with its result awaited.
#[must_use]
pub(crate) fn in_transit(state: &State, payout: &Payout) -> bool {
    let sent = state.applications.get(payout.application).set.stage == Stage::Sent;
    sent && matches!(payout.progress, Progress::Ordered | Progress::Unknown)
}

/// The calendar year a payment counts in: of its result, else of its batch, else of its application.
#[must_use]
pub(crate) fn year_of(state: &State, payout: &Payout) -> u16 {
    let application = state.applications.get(payout.application);
    match payout.progress {
        Progress::Credited | Progress::Returned => payout.on.year(),
        // A batch goes out in its application's budget year; the fold refuses any other.
        Progress::Ordered | Progress::Unknown => application.fiscal_year,
    }
}
