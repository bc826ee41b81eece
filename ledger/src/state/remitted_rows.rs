//! What the treasury told of payments to lenders, by the id of the payment: what was told before its order waits here. What comes of
//! it is reckoned in `lender`.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::event::Purpose;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::clearing_rows::Remaining;
use crate::state::entity::rows;
use crate::state::entry_rows::Seen;
use crate::state::lending_rows::Remittance;
use crate::state::rows::Finding;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What the treasury told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum TreasuryWord {
    Cleared,
    Returned,
}

/// One thing the treasury told of a payment to a lender.
#[derive(Clone, Serialize, Deserialize)]
pub struct TreasuryFact {
    /// The entry that told it.
    pub entry: Handle<Seen>,
    pub what: TreasuryWord,
    pub on: Day,
    pub fen: Fen,
    /// The finding it stands in suspense with.
    pub item: Link<Finding>,
}

/// All that the treasury told of one payment to a lender.
#[derive(Clone, Serialize, Deserialize)]
pub struct Remitted {
    /// The payment's, ordered or not.
    pub id: Uuid,
    /// By day; of one day cleared before returned, then by the id of the entry.
    pub facts: Vec<TreasuryFact>,
    pub last: u64,
}

/// The same with what was disposed of its money in suspense.
pub(crate) type TreasuryTold = Remaining<TreasuryFact>;

/// Payments to lenders by the claims they were ever ordered for. It follows from their rows.
#[derive(Clone, Default)]
pub(super) struct PaymentsByClaim(BTreeMap<Uuid, BTreeSet<Handle<Remittance>>>);

impl PaymentsByClaim {
    pub fn of(state: &State) -> Self {
        let mut all = Self::default();
        state.remittances.iter().for_each(|(at, row)| all.add(at, row.purpose));
        all
    }

    fn add(&mut self, at: Handle<Remittance>, purpose: Purpose) {
        if let Purpose::Claim(claim) = purpose {
            self.0.entry(claim).or_default().insert(at);
        }
    }
}

impl State {
    /// The payments to a lender that are for a claim.
    pub(crate) fn payments_of(&self, claim: Uuid) -> impl Iterator<Item = &Remittance> {
        let all = self.payments_by_claim.0.get(&claim).into_iter().flatten().map(|at| self.remittances.get(*at));
        // One that was cancelled may have been ordered anew for something else.
        all.filter(move |row| row.purpose == Purpose::Claim(claim))
    }

    /// Keeps an order; one that was cancelled is ordered again in its place.
    pub(crate) fn keep_order(&mut self, row: Remittance) -> Handle<Remittance> {
        let purpose = row.purpose;
        let at = match self.remittances.find(row.id) {
            Some(cancelled) => {
                *self.remittances.get_mut(cancelled) = row;
                cancelled
            }
            None => self.remittances.push(row),
        };
        self.payments_by_claim.add(at, purpose);
        at
    }
}

rows! {
    compared {
        Remitted: id, last, [facts] [];
    }
    uncompared {}
    parts { TreasuryFact [item] }
}
