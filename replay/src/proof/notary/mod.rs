//! Signs what was recorded and folded: `reading` holds the record against what was signed before, `signing` goes on from
//! there while the ledger runs. Not here: what a checkpoint says, and where it is kept.

mod balances;
mod believed;
mod cosigning;
mod error;
mod growing;
mod reading;
mod signing;
mod signing_key;

pub(crate) use balances::StoodAt;
pub use error::SigningError;
pub(crate) use reading::{Reading, not_cut};
pub(crate) use signing::Notary;
pub use signing_key::Signing;
