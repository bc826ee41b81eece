//! Why an entry was posted or refused, in words an official understands: what was said, by whom, what came of it, the
//! facts it rests on, and what moved. Nothing is decided here; figures come from the fold, or from its own functions.
//!
//! `explanation` puts the parts together: `event_fields` (what was said), `aid_facts` and `loan_facts` (what it rests on),
//! `refusal_figures` (what a refusal compared), `entry_postings` (what moved). `from_record` folds what comes before, and
//! `from_service` has it folded, so that all of it is as it was then; `printout` is how it is shown.

mod aid_facts;
mod by_index;
mod chinese_choices;
mod chinese_names;
mod entry_postings;
mod event_fields;
mod explanation;
mod facts;
mod from_record;
mod from_service;
mod loan_facts;
pub mod printout;
mod refusal_figures;
mod withdrawn;

#[cfg(test)]
mod tests;

pub use chinese_names::kind_zh;
pub use entry_postings::Moved;
pub use event_fields::SaidField;
pub use explanation::{EntryOutcome, Explanation};
pub use facts::Fact;
pub use from_record::{Wanted, explain_record};
pub use from_service::explain;
pub use refusal_figures::ComparedFigures;
