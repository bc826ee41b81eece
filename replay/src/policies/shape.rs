//! The shape of a policy file, and decimals that stay exact. No checks that look beyond one field: see above.

use ledger::event::Subordination;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    pub(crate) programme: String,
    pub(crate) name: String,
    pub(crate) stage: String,
    #[serde(default)]
    pub(crate) paid_to: PaidTo,
    pub(crate) version: Vec<PolicyVersion>,
}

/// Whose hands the money of a programme ends in.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaidTo {
    /// By award, within a band.
    #[default]
    Students,
    /// By claim, as the terms of loans have it.
    Lenders,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyVersion {
    pub(crate) version: Spanned<u32>,
    // How often it was taken back and is said anew: read where events are made.
    #[serde(rename = "edition", default)]
    _edition: u8,
    // Region and note are for the reader of the file; the day of adoption decides which version is in force.
    #[serde(rename = "region")]
    _region: Region,
    pub(crate) from: Spanned<String>,
    pub(crate) document: Spanned<String>,
    pub(crate) status: Spanned<Mark>,
    #[serde(default)]
    pub(crate) doubtful: BTreeMap<DoubtfulField, Mark>,
    #[serde(rename = "note")]
    _note: String,
    pub(crate) bands: Spanned<Vec<BandRow>>,
    pub(crate) exclusions: Vec<String>,
    pub(crate) sharing: Spanned<Vec<SharingRow>>,
    pub(crate) flagged: Vec<RuleName>,
    pub(crate) tolerance_yuan: Decimal<2>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BandRow {
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) min_yuan: Decimal<2>,
    pub(crate) max_yuan: Decimal<2>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharingRow {
    pub(crate) subordination: SubordinationName,
    pub(crate) central_percent: Decimal<4>,
}

/// Where a version applies: the whole country, or Shaanxi.
#[derive(Deserialize)]
pub(crate) enum Region {
    #[serde(rename = "CN")]
    Country,
    #[serde(rename = "SN")]
    Shaanxi,
}

/// How sure a fact is: official text, secondary copy, knowledge, doubtful knowledge.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Mark {
    S,
    S2,
    K,
    #[serde(rename = "KU")]
    Ku,
}

impl Mark {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::S2 => "S2",
            Self::K => "K",
            Self::Ku => "KU",
        }
    }
}

/// Fields that may be less sure than their version.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DoubtfulField {
    From,
    Document,
    Bands,
    Exclusions,
    Sharing,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubordinationName {
    Central,
    Local,
}

impl From<SubordinationName> for Subordination {
    fn from(name: SubordinationName) -> Self {
        match name {
            SubordinationName::Central => Self::Central,
            SubordinationName::Local => Self::Local,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RuleName {
    Band,
    Enrolled,
    Exclusive,
    Due,
    Sharing,
}

/// A decimal number of at most `PLACES` places, kept exactly as an integer of its smallest unit.
#[derive(Default)]
pub(crate) struct Decimal<const PLACES: u32>(pub(crate) i64);

impl<'de, const PLACES: u32> Deserialize<'de> for Decimal<PLACES> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(DecimalVisitor::<PLACES>)
    }
}

struct DecimalVisitor<const PLACES: u32>;

impl<const PLACES: u32> Visitor<'_> for DecimalVisitor<PLACES> {
    type Value = Decimal<PLACES>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a whole number, or a decimal of at most {PLACES} places in quotes")
    }

    fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Self::Value, E> {
        let scaled = whole.checked_mul(10_i64.pow(PLACES)).filter(|n| *n >= 0);
        scaled.map(Decimal).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(whole), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        decimal(text, PLACES).map(Decimal).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// `12.5` at two places is 1250. Signs, exponents and separators are not numbers here.
pub(crate) fn decimal(text: &str, places: u32) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let given = u32::try_from(part.len()).ok()?;
    if !digits(whole) || !digits(part) || given > places {
        return None;
    }
    let part = part.parse::<i64>().ok()?.checked_mul(10_i64.pow(places - given))?;
    whole.parse::<i64>().ok()?.checked_mul(10_i64.pow(places))?.checked_add(part)
}
