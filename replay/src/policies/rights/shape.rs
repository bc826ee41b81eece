//! The shape of a table of roles as it is written. No checks that look beyond one field.

use crate::policies::shape::{Decimal, Mark};
use ledger::event::{Holders, PersonDetail, Strength};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RightsFile {
    pub(super) version: Spanned<u32>,
    pub(super) document: Spanned<String>,
    pub(super) status: Spanned<Mark>,
    #[serde(default)]
    pub(super) doubtful: BTreeMap<DoubtfulPart, Mark>,
    // For the reader of the file.
    #[serde(rename = "note")]
    _note: String,
    /// Kinds of events by the name of their group.
    #[serde(default)]
    pub(super) groups: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    pub(super) role: Vec<RoleTable>,
    #[serde(default)]
    pub(super) signing: Vec<SigningTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleTable {
    pub(super) code: Spanned<String>,
    pub(super) name: String,
    // Where it is usually held, and why it is as it is: for the reader.
    #[serde(rename = "usual_unit", default)]
    _usual_unit: String,
    #[serde(rename = "note", default)]
    _note: String,
    pub(super) says: Vec<Spanned<String>>,
    pub(super) signs: Vec<Spanned<String>>,
    pub(super) asks: Vec<String>,
    pub(super) detail: DetailName,
    pub(super) holders: HoldersName,
    pub(super) longest_days: Spanned<u32>,
    #[serde(default)]
    pub(super) excludes: Vec<Spanned<String>>,
}

/// Parts of the table that may be less sure than the whole.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DoubtfulPart {
    Document,
    Groups,
    Roles,
    LongestDays,
    Signing,
    Asks,
    Detail,
}

/// How many sign acts of these kinds, from an amount on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SigningTable {
    pub(super) acts: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) from_yuan: Decimal<2>,
    pub(super) persons: Spanned<u32>,
    #[serde(default)]
    pub(super) units: u32,
    #[serde(default)]
    pub(super) other_unit: bool,
    #[serde(default)]
    pub(super) apart_reviewers: bool,
    pub(super) strength: StrengthName,
    pub(super) days: Spanned<u32>,
    // For the reader.
    #[serde(rename = "note", default)]
    _note: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StrengthName {
    Any,
    Secret,
    Token,
    TwoFactors,
}

impl From<StrengthName> for Strength {
    fn from(name: StrengthName) -> Self {
        match name {
            StrengthName::Any => Self::Any,
            StrengthName::Secret => Self::Secret,
            StrengthName::Token => Self::Token,
            StrengthName::TwoFactors => Self::TwoFactors,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DetailName {
    None,
    Totals,
    Units,
    OnePerson,
    Persons,
}

impl From<DetailName> for PersonDetail {
    fn from(name: DetailName) -> Self {
        match name {
            DetailName::None => Self::None,
            DetailName::Totals => Self::Totals,
            DetailName::Units => Self::Units,
            DetailName::OnePerson => Self::OnePerson,
            DetailName::Persons => Self::Persons,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HoldersName {
    Persons,
    Systems,
    Both,
}

impl From<HoldersName> for Holders {
    fn from(name: HoldersName) -> Self {
        match name {
            HoldersName::Persons => Self::Persons,
            HoldersName::Systems => Self::Systems,
            HoldersName::Both => Self::Both,
        }
    }
}
