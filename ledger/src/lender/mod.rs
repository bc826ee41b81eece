//! What finance owes lenders and what they owe back: claims, payments to them, compensation funds.
//! Not here: a loan's own days and interest, which [`crate::loan`] knows.

pub(crate) mod claim;
pub mod fund;
pub(crate) mod remittance;
