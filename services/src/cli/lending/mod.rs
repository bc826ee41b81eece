//! Questions about loans, claims and compensation funds. Not here: anything else.

pub(crate) mod claim;
pub(crate) mod fund;
pub(crate) mod funded;
pub(crate) mod lending;
pub(crate) mod loan;
pub(crate) mod payments;
pub(crate) mod position;
pub(crate) mod quote;
pub(crate) mod risk;
