//! The sum of what entries change, by domain, and how each is made.

use crate::aid::award::{self, AwardChange};
use crate::aid::award_end::{self, EndChange};
use crate::aid::budget::{self, BudgetChange};
use crate::aid::correction::{self, CorrectionChange};
use crate::aid::debt_change::{self, DebtChange};
use crate::aid::payment::{self, PaymentChange};
use crate::aid::programme::{self, ProgrammeChange};
use crate::aid::results::{self, ResultChange};
use crate::aid::surrender::{self, SurrenderChange};
use crate::aid::voucher::{self, VoucherChange};
use crate::control::{self, ControlChange};
use crate::desk::{self, DeskChange};
use crate::entry::Entry;
use crate::handle::Handle;
use crate::lender::claim;
use crate::lender::claim::change::ClaimChange;
use crate::lender::fund;
use crate::lender::fund::change::FundChange;
use crate::lender::remittance;
use crate::lender::remittance::change::RemittanceChange;
use crate::loan;
use crate::loan::change::LoanChange;
use crate::registry::cards::{self, CardChange};
use crate::registry::merged::{self, MergeChange};
use crate::registry::org::{self, OrgChange};
use crate::registry::people::{self, PeopleChange};
use crate::rights::{self, RightsChange};
use crate::state::State;
use crate::suspense::{self, SuspenseChange};
use crate::withdraw::{self, Withdrawal};

/// What changes besides money and findings, by domain. Large and rarer ones stand in a box, as every entry's act is moved some
/// times on its way.
pub(super) enum Act {
    Programme(ProgrammeChange),
    Org(OrgChange),
    People(PeopleChange),
    Merge(MergeChange),
    Card(CardChange),
    Budget(BudgetChange),
    Award(AwardChange),
    Payment(PaymentChange),
    Voucher(VoucherChange),
    Result(ResultChange),
    Suspense(Box<SuspenseChange>),
    Loan(Box<LoanChange>),
    Claim(Box<ClaimChange>),
    Remittance(RemittanceChange),
    Fund(Box<FundChange>),
    Control(Box<ControlChange>),
    Withdrawal(Box<Withdrawal>),
    Desk(Box<DeskChange>),
    Surrender(SurrenderChange),
    Debt(Box<DebtChange>),
    End(Box<EndChange>),
    Correction(Box<CorrectionChange>),
    Rights(Box<RightsChange>),
}

impl Act {
    /// Makes the change. The row it is about, by its number in the table its kind says, so that it can be taken back by the id
    /// of its entry alone; kinds that cannot be taken back by themselves need none.
    pub fn apply(self, state: &mut State, entry: &Entry<'_>) -> Option<u32> {
        match self {
            Self::Programme(change) => return Some(programme::apply(state, entry, change).number()),
            Self::Org(change) => return Some(org::apply(state, entry, change).number()),
            Self::People(change) => return Some(people::apply(state, entry, change).number()),
            Self::Merge(change) => return merged::apply(state, entry, change).map(Handle::number),
            Self::Card(change) => return cards::apply(state, entry, change).map(Handle::number),
            Self::Budget(change) => return Some(budget::apply(state, entry, change).number()),
            Self::Award(change) => return award::apply(state, entry, change).map(Handle::number),
            Self::Payment(change) => return payment::apply(state, entry, change).map(Handle::number),
            Self::Voucher(change) => return voucher::apply(state, entry, change).map(Handle::number),
            Self::Result(change) => return Some(results::apply(state, entry, change)),
            Self::Suspense(change) => return Some(suspense::apply(state, entry, *change).number()),
            Self::Loan(change) => return loan::apply(state, entry, *change).map(Handle::number),
            Self::Claim(change) => return claim::apply(state, entry, *change),
            Self::Remittance(change) => return Some(remittance::apply(state, entry, change)),
            Self::Fund(change) => return fund::apply(state, entry, *change),
            Self::Control(change) => return control::apply(state, entry, *change).map(Handle::number),
            Self::Surrender(change) => return Some(surrender::apply(state, entry, change).number()),
            Self::Debt(change) => return Some(debt_change::apply(state, entry, *change).number()),
            Self::End(change) => return Some(award_end::apply(state, entry, *change).number()),
            Self::Correction(change) => return Some(correction::apply(state, entry, *change).number()),
            Self::Desk(change) => return Some(desk::apply(state, entry, *change).number()),
            Self::Rights(change) => rights::apply(state, entry, *change),
            Self::Withdrawal(change) => withdraw::apply(state, entry, *change),
        }
        None
    }
}
