//! Questions about budget money, awards and payments, a file for each command; and what people say of findings. Not here: loans, proofs, and running a ledger.

pub(crate) mod award;
pub(crate) mod balance;
pub(crate) mod batch;
pub(crate) mod debts;
pub(crate) mod diff;
pub(crate) mod entries;
pub(crate) mod explain;
pub(crate) mod finding;
pub(crate) mod findings;
pub(crate) mod line;
pub(crate) mod payout;
pub(crate) mod refusals;
pub(crate) mod rights;
pub(crate) mod signing;
pub(crate) mod status;
pub(crate) mod totals;
pub(crate) mod trace;
pub(crate) mod withdrawals;
