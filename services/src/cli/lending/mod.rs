//! Questions about loans, claims and compensation funds: a folder for each command, in it a file for each of what it does.
//! Two of them also
//! say something: `risk accrue` and, through `operate`, `accrue`. Not here: budget money, awards, proofs.

pub(crate) mod claim;
pub(crate) mod loan;
pub(crate) mod risk;
pub(crate) mod words;
