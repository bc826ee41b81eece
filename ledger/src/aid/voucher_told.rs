//! One voucher and what was told of it: what left the treasury by it and what came back.

use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::rows::Voucher;
use crate::state::stage::VoucherFact;
use crate::state::{State, UNKNOWN_APPLICATION, UNKNOWN_ORG};
use uuid::Uuid;

/// A voucher as it is or should be.
#[derive(Clone)]
pub(crate) struct VoucherTold {
    pub row: Voucher,
    /// The day and the id of the first of its clearings and returns, which decide what is paid first.
    pub first: (Day, Uuid),
}

impl VoucherTold {
    pub fn of(state: &State, voucher: Handle<Voucher>) -> Self {
        let row = state.vouchers.get(voucher).clone();
        let first = row.facts.first().map(|fact| (fact.on, state.seen.get(fact.entry).id)).unwrap_or_default();
        Self { row, first }
    }

    /// One that nothing was told of yet.
    pub fn new(id: Uuid) -> Self {
        let row = Voucher {
            id,
            issued: Link::NONE,
            number: String::new(),
            named: Uuid::nil(),
            application: UNKNOWN_APPLICATION,
            draws: Vec::new(),
            on: Day::default(),
            facts: Vec::new(),
            excess: 0,
            off: 0,
            off_at: UNKNOWN_ORG,
            clearings: 0,
            item: Link::NONE,
            last: 0,
        };
        Self { row, first: Default::default() }
    }

    pub fn find(state: &State, id: Uuid) -> Self {
        state.vouchers.find(id).map_or_else(|| Self::new(id), |voucher| Self::of(state, voucher))
    }

    /// What left the treasury by it and did not come back; below zero what came back beyond that.
    pub fn paid(&self) -> Fen {
        paid(&self.row)
    }
}

/// What left the treasury by a voucher and did not come back; below zero what came back beyond that.
pub(crate) fn paid(row: &Voucher) -> Fen {
    let total = row.draws.iter().fold(0, |sum: Fen, draw| sum.saturating_add(draw.fen));
    row.facts.iter().fold(0, |sum: Fen, fact| match fact {
        VoucherFact { back: true, fen, .. } => sum.saturating_sub(*fen),
        // The whole of it.
        VoucherFact { fen: 0, .. } => sum.saturating_add(total),
        VoucherFact { fen, .. } => sum.saturating_add(*fen),
    })
}

/// Whether all that left the treasury by a voucher came back.
pub(crate) fn is_back(row: &Voucher) -> bool {
    !row.facts.is_empty() && paid(row) == 0
}

/// What the treasury told of a voucher too early: that it was issued before the approval of what it pays, that money left or came back
/// before either.
pub(crate) fn told_early(state: &State, row: &Voucher) -> impl Iterator<Item = (u64, Day)> {
    let set = &state.applications.get(row.application).set;
    let approved = if set.is_approved() { set.approved_on } else { Day::default() };
    let issued = row.issued.handle().map(|entry| (entry, row.on));
    let cleared_from = issued.map_or(approved, |(_, on)| on.max(approved));
    let facts = row.facts.iter().map(|fact| (fact.entry, fact.on)).filter(move |(_, on)| *on < cleared_from);
    let early = issued.filter(|(_, on)| *on < approved).into_iter().chain(facts);
    early.map(|(entry, on)| (entry.into(), on))
}
