//! What has flowed through a loan since its beginning, one sum for each pair of accounts it runs between.
//!
//! Flows are a function of the loan's facts and of how far interest is posted, whatever the order in which the facts
//! were learnt. An entry posts the difference between the flows as they should be and as they were posted.

use crate::account::{AccountNo, Class};
use crate::money::{Day, Fen};
use crate::outcome::Posting;
use crate::state::State;
use serde::{Deserialize, Serialize};

macro_rules! flows {
    ($($variant:ident $debit:ident $credit:ident;)*) => {
        /// A flow: from the second account to the first.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs)] // The table below says between which accounts each runs.
        pub enum Flow { $($variant,)* }

        /// The accounts of each flow: debit, credit.
        const PAIRS: [(Class, Class); Flows::COUNT] = [$((Class::$debit, Class::$credit),)*];

        impl Flows {
            /// How many flows there are.
            pub const COUNT: usize = [$(Flow::$variant,)*].len();
        }
    };
}

flows! {
    Drawn Principal Lent;
    PrincipalPaid Collected Principal;
    PrincipalOverpaid Collected RefundDue;
    WrittenOff Loss Principal;
    Subsidy SubsidyDue Earned;
    Waiver WaiverDue Earned;
    Interest InterestDue Earned;
    Penalty PenaltyDue Earned;
    InterestPaid Collected InterestDue;
    InterestOverpaid Collected RefundDue;
    PenaltyPaid Collected PenaltyDue;
    PenaltyOverpaid Collected RefundDue;
    SubsidyConfirmed Confirmed SubsidyDue;
    SubsidyOverclaimed Confirmed Overclaimed;
    WaiverConfirmed Confirmed WaiverDue;
    WaiverOverclaimed Confirmed Overclaimed;
}

/// A sum for each flow, in fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Flows([Fen; Self::COUNT]);

impl std::ops::Index<Flow> for Flows {
    type Output = Fen;

    fn index(&self, flow: Flow) -> &Fen {
        &self.0[flow as usize]
    }
}

impl std::ops::IndexMut<Flow> for Flows {
    fn index_mut(&mut self, flow: Flow) -> &mut Fen {
        &mut self.0[flow as usize]
    }
}

/// Where a loan's flows run: its own accounts and those of its portfolio.
#[derive(Clone, Copy)]
pub(crate) struct Channels {
    pub loan: u32,
    pub portfolio: u32,
    /// Organisation of the lender.
    pub lender: u32,
}

impl Channels {
    fn account(&self, class: Class) -> AccountNo {
        let base = if class.owner() == crate::account::Owner::Loan { self.loan } else { self.portfolio };
        State::account_at(base, class)
    }
}

/// The postings that lead from one set of flows to another. Those that give to the loan's accounts come first, so that
/// none of them is below zero in between.
pub(crate) fn difference(state: &State, on: Day, channels: Channels, from: &Flows, to: &Flows) -> Vec<Posting> {
    let mut giving = Vec::new();
    let mut taking = Vec::new();
    let booked = state.booked(on, crate::account::Book::Lender, channels.lender, channels.lender);
    for (at, (debit, credit)) in PAIRS.into_iter().enumerate() {
        let fen = to.0[at].saturating_sub(from.0[at]);
        if fen == 0 {
            continue;
        }
        let (to, from) = if fen > 0 { (debit, credit) } else { (credit, debit) };
        let (debit, credit) = (channels.account(to), channels.account(from));
        let posting = Posting { debit, credit, fen: fen.saturating_abs(), booked };
        if to.owner() == crate::account::Owner::Loan { giving.push(posting) } else { taking.push(posting) }
    }
    giving.append(&mut taking);
    giving
}
