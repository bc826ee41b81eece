//! What has flowed through a loan since its beginning, one sum for each pair of accounts it runs between.
//!
//! Flows are a function of the loan's facts and of how far interest is posted, whatever the order in which the facts
//! were learnt. Data only: `loan` computes them and posts what differs.

use crate::account::Class;
use crate::money::Fen;
use serde::{Deserialize, Serialize};

macro_rules! flows {
    ($($variant:ident $debit:ident $credit:ident;)*) => {
        /// A flow: from the second account to the first.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs)] // The table below says between which accounts each runs.
        pub enum Flow { $($variant,)* }

        impl Flow {
            /// All flows, in the order in which their sums are kept.
            pub(crate) const ALL: [Self; [$(Self::$variant,)*].len()] = [$(Self::$variant,)*];

            /// The accounts it runs between: debit, credit.
            pub(crate) fn accounts(self) -> (Class, Class) {
                match self { $(Self::$variant => (Class::$debit, Class::$credit),)* }
            }
        }
    };
}

flows! {
    Drawn Principal Lent;
    PrincipalPaid Collected Principal;
    PrincipalOverpaid Collected RefundDue;
    WrittenOff Loss Principal;
    Recovered Collected Loss;
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
    ClaimRounded Confirmed Rounding;
}

/// A sum for each flow, in fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Flows([Fen; Flow::ALL.len()]);

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
