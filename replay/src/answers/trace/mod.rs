//! Trace: from a payment back to the budget documents, and from a document line forward to cards, returns and rests; for
//! payments to lenders, [`remitted`] goes on to the loan-days they pay.
//! Both add up to the fen; what cannot be shown or has stopped on the way is a gap with a name.

mod back;
mod forward;
mod gap;
pub mod remitted;

pub use back::{Back, Strand, back};
pub use forward::{Cursor, Flow, Forward, ForwardTotals, forward};
pub use gap::{Gap, GapKind};
