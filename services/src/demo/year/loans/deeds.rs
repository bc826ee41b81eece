//! What can be done with a contract of the demo. Not here: what is done with which, and what it costs.

use ledger::money::{Day, Fen};

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Act {
    Drawn,
    Returned,
    Repaid,
    /// Repaid before it was due.
    RepaidEarly,
    Overdue,
    WrittenOff,
    StateRepaid,
}

/// A dated fact of a contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deed {
    /// The day.
    pub on: Day,
    /// What.
    pub act: Act,
    /// How much.
    pub fen: Fen,
    /// By how much the principal changes.
    pub principal: Fen,
}
