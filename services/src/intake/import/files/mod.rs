//! What each kind of file says: one file here for each, and what files of sets have in common.
//! Not here: how a file is read, and ids that others derive too.

pub(crate) mod applications;
pub(crate) mod budget;
pub(crate) mod cards;
pub(crate) mod claims;
pub(crate) mod control;
pub(crate) mod debts;
pub(crate) mod decisions;
pub(crate) mod derive;
pub(crate) mod funds;
pub(crate) mod loans;
pub(crate) mod movements;
pub(crate) mod orgs;
pub(crate) mod rates;
pub(crate) mod remittances;
pub(crate) mod results;
pub(crate) mod rewards;
pub(crate) mod rights;
pub(crate) mod rosters;
pub(crate) mod sets;
pub(crate) mod suspense;
pub(crate) mod vouchers;
