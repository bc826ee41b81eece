//! What is remembered of terms, published rates and notices of waivers, as parts of the one row of loan rules. Data only.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::event::conventions::WaiverFor;
use crate::event::loan_terms::LoanTerms;
use crate::money::Day;
use serde::{Deserialize, Serialize};

/// Terms as adopted: in force from a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdoptedTerms {
    pub from: Day,
    pub index: u64,
    pub terms: LoanTerms,
}

/// A published rate: the day of its fixing and a year's rate in millionths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fixing {
    pub on: Day,
    pub index: u64,
    pub rate_ppm: u32,
}

/// Waived interest of a year.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Waiver {
    pub year: u16,
    pub graduated_through: u16,
    pub document: String,
    pub who: WaiverFor,
    pub covers_arrears: bool,
    pub from: Day,
    pub index: u64,
}
