//! What can be said of money that a unit is owed back 应追回 or owes back 应退还. What it means is in `aid`.

use crate::money::Fen;
use uuid::Uuid;

/// Money to be recovered came in, all of it or an instalment (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecoveryReceived {
    /// Event id of the decision by which it is owed: how money in suspense was cleared, or that a payment be recovered, in any of its
    /// editions.
    pub debt: Uuid,
    /// Whose treasury has it.
    pub unit: Uuid,
    /// How much.
    pub fen: Fen,
    /// Number the bank or the treasury gave it, empty if there is none. One transfer counts once, whichever decisions it is told of; one
    /// that pays several has a number for each part.
    pub serial: String,
}

/// What is owed back, or some of it, is not asked for any more 免予追回 (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecoveryWaived {
    /// Event id of the decision by which it is owed.
    pub debt: Uuid,
    /// How much.
    pub fen: Fen,
    /// Why.
    pub reason: String,
    /// Document number of who decided it.
    pub document: String,
}

/// A payment that stands paid is to be recovered, for example one made after the payee left (D).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecoveryOrdered {
    /// The payment.
    pub payout: Uuid,
    /// How much of it.
    pub fen: Fen,
    /// Why.
    pub reason: String,
    /// Document number of who decided it.
    pub document: String,
}

/// A unit paid back what it owed, all of it or an instalment (R).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundPaid {
    /// Event id of the decision by which it is owed.
    pub debt: Uuid,
    /// Whose treasury paid.
    pub unit: Uuid,
    /// How much.
    pub fen: Fen,
    /// Number the bank or the treasury gave it, empty if there is none. One transfer counts once, whichever decisions it is told of; one
    /// that pays several has a number for each part.
    pub serial: String,
}
