//! What becomes of all that the treasury told of one payment to a lender, in the order of its days: which clearing pays it, which
//! return undoes what, and what stands in suspense. Numbers only: what that moves is in `facts`.

use crate::money::Fen;
use crate::state::remitted_rows::{TreasuryTold, TreasuryWord};
use crate::state::stage::RemittanceStage;

/// How a payment stands by what was told of it.
#[derive(Default)]
pub(super) struct RemittanceReckoned {
    /// For each fact whether it stands in suspense: no approved order explains it.
    pub suspended: Vec<bool>,
    /// The clearing that pays it, by its place among the facts.
    pub cleared: Option<usize>,
    /// The return that ends it, before or after it was cleared.
    pub returned: Option<usize>,
}

/// Reckons the facts of a payment, which are in order. Expected is its sum, once it is approved.
pub(super) fn reckon(expected: Option<Fen>, facts: &[TreasuryTold]) -> RemittanceReckoned {
    let mut so_far = RemittanceReckoned::default();
    for at in 0..facts.len() {
        let suspended = match facts[at].what {
            _ if facts[at].gone => false,
            TreasuryWord::Cleared => !so_far.clears(expected, facts, at),
            TreasuryWord::Returned => !so_far.comes_back(expected, facts, at),
        };
        so_far.suspended.push(suspended);
    }
    so_far
}

impl RemittanceReckoned {
    pub fn stage(&self) -> RemittanceStage {
        match (self.cleared, self.returned) {
            (_, Some(_)) => RemittanceStage::Returned,
            (Some(_), None) => RemittanceStage::Cleared,
            (None, None) => RemittanceStage::Approved,
        }
    }

    fn clears(&mut self, expected: Option<Fen>, facts: &[TreasuryTold], at: usize) -> bool {
        let fact = &facts[at];
        let pays = expected == Some(fact.fen) && fact.off.is_none() && self.stage() == RemittanceStage::Approved;
        if pays {
            self.cleared = Some(at);
        }
        pays
    }

    /// What was paid without an order comes back first, the latest before others; else the payment does. What somebody disposed of is
    /// neither.
    fn comes_back(&mut self, expected: Option<Fen>, facts: &[TreasuryTold], at: usize) -> bool {
        if !facts[at].off.is_none() {
            return false;
        }
        let fen = facts[at].fen;
        let astray = |place: &usize| {
            let fact = &facts[*place];
            self.suspended[*place]
                && fact.off.is_none()
                && fact.what == TreasuryWord::Cleared
                && fact.fen == fen
                && fen > 0
        };
        if let Some(place) = (0..at).rev().find(astray) {
            self.suspended[place] = false;
            return true;
        }
        let ends = expected == Some(fen) && self.returned.is_none();
        if ends {
            self.returned = Some(at);
        }
        ends
    }
}
