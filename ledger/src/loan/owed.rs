//! What a borrower owes on a day, and how a payment is allocated to it. How it came about is in `walk`.

use crate::event::Allocation;
use crate::money::{Day, Fen, held};

/// What a borrower owes, in the order of allocation: penalty, overdue interest, overdue principal, interest, principal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)]
pub struct Owed {
    pub penalty: i128,
    pub overdue_interest: i128,
    pub overdue_principal: i128,
    pub interest: i128,
    pub principal: i128,
}

impl Owed {
    /// Allocates a payment in order. What is beyond everything owed goes to principal, where it counts as overpaid.
    #[must_use]
    pub fn allocate(&self, fen: Fen) -> Allocation {
        let mut left = i128::from(fen);
        let mut take = |owed: i128| {
            let taken = left.min(owed.max(0));
            left -= taken;
            taken
        };
        let penalty = take(self.penalty);
        let overdue_interest = take(self.overdue_interest);
        let overdue_principal = take(self.overdue_principal);
        let interest = overdue_interest + take(self.interest);
        let principal = overdue_principal + left;
        Allocation { penalty: held(penalty), interest: held(interest), principal: held(principal) }
    }
}

/// What was paid, less refunds, what was given up, and what of that was recovered.
#[derive(Clone, Copy, Default)]
pub(super) struct Paid {
    pub penalty: i128,
    pub interest: i128,
    pub principal: i128,
    /// Principal written off, which is never more than was open.
    pub written_off: i128,
    /// Of what was lost, what came in after all.
    pub recovered: i128,
}

impl Paid {
    /// Takes in a payment, or one turned round; what it takes from the principal.
    pub fn take(&mut self, part: Allocation, sign: i128) -> i128 {
        let Allocation { penalty, interest, principal } = part;
        self.penalty += i128::from(penalty) * sign;
        self.interest += i128::from(interest) * sign;
        self.principal += i128::from(principal) * sign;
        i128::from(principal) * sign
    }

    /// What of it nobody owed, where so much penalty and interest came up and this principal is open. What comes in beyond that is first of
    /// the loss.
    pub fn beyond(self, penalty: i128, interest: i128, principal: i128) -> Allocation {
        let over = |fen: i128| held(fen.max(0));
        Allocation {
            penalty: over(self.penalty - penalty),
            interest: over(self.interest - interest),
            principal: over(-principal - (self.written_off - self.recovered).max(0)),
        }
    }

    /// What was paid.
    pub fn allocation(self) -> Allocation {
        let Self { penalty, interest, principal, .. } = self;
        Allocation { penalty: held(penalty), interest: held(interest), principal: held(principal) }
    }
}

/// How a loan stands as something happens to it.
pub(super) struct Moment {
    pub owed: Owed,
    /// What is lost of it.
    pub lost: i128,
    pub paid: Allocation,
    pub overpaid: Allocation,
}

/// What the borrower's interest was at the end of a settlement day.
#[derive(Clone, Copy, Default)]
pub(super) struct Settlement {
    pub on: Day,
    pub interest: i128,
}
