//! Policies as data: what a programme pays, to whom, on whose account. No rule of a programme is code.

use super::choices::Subordination;
use crate::money::Fen;
use serde::{Deserialize, Serialize};

/// What the fold does when a rule is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Severity {
    /// The decision is refused.
    Block,
    /// The decision is posted and a finding is opened.
    Flag,
}

/// Rules of a programme whose severity the policy chooses. Integrity rules are not here: they always block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Rule {
    /// The amount lies within the band (提高或压低标准).
    Band,
    /// The person is enrolled on the effective day (退学、休学仍领).
    Enrolled,
    /// No exclusive award in the same term or academic year (违规重复享受).
    Exclusive,
    /// The payment falls on or after the day its instalment is due.
    Due,
    /// The draws follow the cost sharing of the programme (分档分担).
    Sharing,
}

impl Rule {
    /// All rules, in wire order.
    pub const ALL: [Self; 5] = [Self::Band, Self::Enrolled, Self::Exclusive, Self::Due, Self::Sharing];
}

/// One amount band of a programme.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Band {
    /// Number that roster lines name.
    pub number: u32,
    /// Name an official reads.
    pub name: String,
    /// Least for a year.
    pub min_fen: Fen,
    /// Most for a year.
    pub max_fen: Fen,
}

/// A programme that cannot be held together with this one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exclusion {
    /// The other programme's code.
    pub programme: String,
}

/// Who pays which part, by subordination of the school.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sharing {
    /// Central or local schools.
    pub subordination: Subordination,
    /// Central share of the base in millionths; the rest is local.
    pub central_ppm: u32,
}

/// One version of a programme's policy; in force from the effective day of its event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Policy {
    /// Programme code, for example SH-GRANT.
    pub programme: String,
    /// Version within the programme.
    pub version: u32,
    /// Name an official reads.
    pub name: String,
    /// Document number 文号.
    pub document: String,
    /// Stage of schooling, for example senior_high.
    pub stage: String,
    /// Amount bands.
    pub bands: Vec<Band>,
    /// Programmes not held together with it in one academic year.
    pub exclusions: Vec<Exclusion>,
    /// Cost sharing.
    pub sharing: Vec<Sharing>,
    /// Rules that only flag; all others block.
    pub flagged: Vec<Rule>,
    /// Tolerance of the sharing rule, in fen a payment.
    pub sharing_tolerance_fen: Fen,
}

impl Policy {
    /// What happens when `rule` is broken.
    #[must_use]
    pub fn severity(&self, rule: Rule) -> Severity {
        if self.flagged.contains(&rule) { Severity::Flag } else { Severity::Block }
    }

    /// The band with this number.
    #[must_use]
    pub fn band(&self, number: u32) -> Option<&Band> {
        self.bands.iter().find(|band| band.number == number)
    }
}
