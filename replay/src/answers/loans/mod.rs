//! Questions about loans: the statement of one, what is due, the position of lenders and payers, claims, funds, forecasts.
//! They may scan, as reports do; nothing here decides.

pub mod claims;
pub mod conventions;
pub mod due;
pub mod forecast;
pub mod fund;
mod names;
mod portfolios;
pub mod position;
pub mod statement;

pub use names::{
    claim_for_name, fact_name, index_name, kind_named, missing_name, purpose_name, status_name, study_level_name,
    subordination_name, subordination_of,
};
pub use portfolios::{claim_of, classes, portfolio, portfolios};
