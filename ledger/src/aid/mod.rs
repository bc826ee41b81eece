//! Grants and scholarships from the budget document to the card: lines, rosters, applications, results, what is owed back.
//! Also what was granted and lent to two ids that turn out to be one human's (`merge`). Not here: loans and their lenders, and what a
//! unit or a person is.

pub(crate) mod awaited;
pub(crate) mod award;
pub(crate) mod award_end;
pub(crate) mod budget;
pub(crate) mod correction;
pub(crate) mod debt;
pub(crate) mod debt_change;
pub(crate) mod debt_findings;
pub(crate) mod leaving;
pub(crate) mod merge;
pub(crate) mod payment;
pub(crate) mod payment_facts;
pub(crate) mod payment_line;
pub(crate) mod payment_order;
pub(crate) mod programme;
pub(crate) mod reckon;
pub(crate) mod results;
pub(crate) mod room;
pub(crate) mod surrender;
mod swaps;
pub(crate) mod voucher;
pub(crate) mod voucher_told;
