//! What is remembered of terms, published rates and notices of waivers, as parts of the one row of loan rules; and programmes with
//! their policies. Data, and which version holds.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::event::conventions::WaiverFor;
use crate::event::loan_terms::LoanTerms;
use crate::event::policy::Policy;
use crate::handle::Handle;
use crate::money::Day;
use crate::state::State;
use crate::state::stage::{AdoptedPolicy, JudgedBy};
use serde::{Deserialize, Serialize};

/// A programme with the versions of its policy, in order of adoption.
#[derive(Clone, Serialize, Deserialize)]
pub struct Programme {
    pub code: String,
    pub versions: Vec<AdoptedPolicy>,
    /// What versions had judged when they were taken back.
    pub judged: Vec<JudgedBy>,
    pub last: u64,
}

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

impl State {
    /// The policy in force on a day: the latest in-force date, then the highest index.
    #[must_use]
    pub fn policy(&self, programme: Handle<Programme>, on: Day) -> Option<&Policy> {
        self.adopted(programme, on).map(|adopted| &adopted.policy)
    }

    /// The same, with the entry that adopted it.
    pub(crate) fn adopted(&self, programme: Handle<Programme>, on: Day) -> Option<&AdoptedPolicy> {
        let versions = self.programmes.get(programme).versions.iter().filter(|adopted| adopted.from <= on);
        versions.max_by_key(|adopted| (adopted.from, adopted.index))
    }
}
