//! Policy files: `policies/*.toml` read strictly into the ledger's policies, and the four this program ships.
//! Here is the reading only: what a policy decides stands in `ledger`, and adopting one is an event like any other.

use ledger::event::policy::{Band, Exclusion, Policy, Rule, Sharing};
use ledger::event::{Event, Kind, Subordination};
use ledger::money::{Day, Fen};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use uuid::Uuid;

pub(crate) mod file;
pub mod loans;
#[cfg(test)]
mod tests;

use file::{BandRow, Mark, PaidTo, PolicyFile, RuleName, SharingRow, Version};

/// Namespace of the ids below. Fixed for ever: another one would adopt every shipped policy a second time.
pub(crate) const NAMESPACE: Uuid = Uuid::from_u128(0x2f1c_8a54_6f0d_5b1e_9d37_70b1_c2a6_4e21);

/// The files this program ships, by name, in the order they are adopted.
const SHIPPED: [(&str, &str); 4] = [
    ("policies/ce-living.toml", include_str!("../../../policies/ce-living.toml")),
    ("policies/sh-grant.toml", include_str!("../../../policies/sh-grant.toml")),
    ("policies/ug-grant.toml", include_str!("../../../policies/ug-grant.toml")),
    ("policies/vs-grant.toml", include_str!("../../../policies/vs-grant.toml")),
];

/// A policy file that cannot be adopted: where, why, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}; {remedy}")]
pub struct PolicyFileError {
    /// The file as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What mends it.
    pub remedy: String,
}

/// Reads one policy file: every version with the day it is in force from, in the order of adoption.
///
/// # Errors
/// The first thing that is not as it must be. Nothing is read in part.
pub fn load(file: &str, text: &str) -> Result<Vec<(Day, Policy)>, PolicyFileError> {
    let place = Place { file, text };
    let read: PolicyFile = toml::from_str(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        place.error(&at, error.message(), "write the file as the shipped ones in policies/ are written")
    })?;
    place.check_order(read.version.iter().map(|version| (&version.version, &version.from)))?;
    read.version
        .iter()
        .map(|version| {
            let from = place.day(&version.from)?;
            Ok((from, place.policy(&read, version)?))
        })
        .collect()
}

/// The policies this program ships, in the order they are adopted.
///
/// # Errors
/// Never in a program that passed its tests; a changed file says where it is wrong.
pub fn shipped() -> Result<Vec<(Day, Policy)>, PolicyFileError> {
    let mut all = Vec::new();
    for (file, text) in SHIPPED {
        all.extend(load(file, text)?);
    }
    Ok(all)
}

/// The events that adopt the shipped policies.
///
/// # Errors
/// As [`shipped`].
pub fn events() -> Result<Vec<Event>, PolicyFileError> {
    let events = shipped()?.into_iter().map(|(from, policy)| adoption(from, policy));
    Ok(events.collect())
}

/// The event that adopts one version. Its id comes from programme and version alone, so that the same number can
/// never be adopted with two contents: the second is refused as a re-used id.
#[must_use]
pub fn adoption(from: Day, policy: Policy) -> Event {
    let key = format!("policy/{}/{}", policy.programme, policy.version);
    let id = Uuid::new_v5(&NAMESPACE, key.as_bytes());
    Event { id, effective: from, kind: Kind::PolicyAdopted(Box::new(policy)) }
}

/// The file being read, for errors that name a place in it.
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl Place<'_> {
    /// What is wrong at a place of the file.
    pub(crate) fn error(&self, at: &Range<usize>, what: &str, remedy: &str) -> PolicyFileError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let (file, what, remedy) = (self.file.to_owned(), what.replace('\n', " "), remedy.to_owned());
        PolicyFileError { file, line, column, what, remedy }
    }

    /// A day of the calendar.
    pub(crate) fn day(&self, text: &Spanned<String>) -> Result<Day, PolicyFileError> {
        let refuse = |()| self.error(&text.span(), "the calendar has no such day", "write it as \"2021-09-01\"");
        text.get_ref().parse().map_err(refuse)
    }

    /// That versions count from 1 and no day lies before the one above it.
    pub(crate) fn check_order<'v>(
        &self,
        versions: impl Iterator<Item = (&'v Spanned<u32>, &'v Spanned<String>)>,
    ) -> Result<(), PolicyFileError> {
        let mut last = None;
        for (expected, (number, written)) in (1..).zip(versions) {
            let from = self.day(written)?;
            if *number.get_ref() != expected {
                return Err(self.error(&number.span(), "versions do not count 1, 2, 3", "number them in order"));
            }
            if last.is_some_and(|day| from < day) {
                let what = "this version starts before the one above it";
                return Err(self.error(&written.span(), what, "put versions in the order of their days"));
            }
            last = Some(from);
        }
        Ok(())
    }

    /// That a version names its document, and what of it is doubtful.
    pub(crate) fn check_sources(
        &self,
        document: &Spanned<String>,
        status: &Spanned<Mark>,
        names_doubts: bool,
    ) -> Result<(), PolicyFileError> {
        if document.get_ref().trim().is_empty() {
            let what = "a policy without a document";
            return Err(self.error(&document.span(), what, "name the document 文号 it rests on"));
        }
        if matches!(status.get_ref(), Mark::K | Mark::Ku) && !names_doubts {
            let what = "a doubtful version names no doubtful field";
            return Err(self.error(&status.span(), what, "list them in `doubtful`"));
        }
        Ok(())
    }

    fn policy(&self, file: &PolicyFile, version: &Version) -> Result<Policy, PolicyFileError> {
        self.check_sources(&version.document, &version.status, !version.doubtful.is_empty())?;
        Ok(Policy {
            programme: file.programme.clone(),
            version: *version.version.get_ref(),
            name: file.name.clone(),
            document: version.document.get_ref().clone(),
            stage: file.stage.clone(),
            bands: self.bands(&version.bands, file.paid_to)?,
            exclusions: version.exclusions.iter().map(|code| Exclusion { programme: code.clone() }).collect(),
            sharing: self.sharing(&version.sharing)?,
            flagged: version.flagged.iter().map(|name| rule(*name)).collect(),
            sharing_tolerance_fen: version.tolerance_yuan.0,
        })
    }

    fn bands(&self, rows: &Spanned<Vec<BandRow>>, paid_to: PaidTo) -> Result<Vec<Band>, PolicyFileError> {
        let mut seen = BTreeSet::new();
        for row in rows.get_ref() {
            let problem = match () {
                () if row.number == 0 || !seen.insert(row.number) => "band numbers must differ and start at 1",
                () if row.min_yuan.0 <= 0 => "a band must pay something",
                () if row.min_yuan.0 > row.max_yuan.0 => "the least of a band lies above its most",
                () => continue,
            };
            return Err(self.error(&rows.span(), problem, "correct the band"));
        }
        match paid_to {
            PaidTo::Students if seen.is_empty() => {
                return Err(self.error(&rows.span(), "a version without bands pays nobody", "add a band"));
            }
            PaidTo::Lenders if !seen.is_empty() => {
                let what = "what is paid to lenders has no bands";
                return Err(self.error(&rows.span(), what, "leave them out, or take out `paid_to`"));
            }
            PaidTo::Students | PaidTo::Lenders => {}
        }
        let band = |row: &BandRow| {
            let (min_fen, max_fen): (Fen, Fen) = (row.min_yuan.0, row.max_yuan.0);
            Band { number: row.number, name: row.name.clone(), min_fen, max_fen }
        };
        Ok(rows.get_ref().iter().map(band).collect())
    }

    fn sharing(&self, rows: &Spanned<Vec<SharingRow>>) -> Result<Vec<Sharing>, PolicyFileError> {
        let mut seen = BTreeSet::new();
        let mut sharing = Vec::new();
        for row in rows.get_ref() {
            let central_ppm = u32::try_from(row.central_percent.0).ok().filter(|ppm| *ppm <= 1_000_000);
            let (Some(central_ppm), true) = (central_ppm, seen.insert(row.subordination)) else {
                let what = "a share above 100 %, or two shares for one kind of school";
                return Err(self.error(&rows.span(), what, "give each kind of school one share"));
            };
            sharing.push(Sharing { subordination: Subordination::from(row.subordination), central_ppm });
        }
        Ok(sharing)
    }
}

fn rule(name: RuleName) -> Rule {
    match name {
        RuleName::Band => Rule::Band,
        RuleName::Enrolled => Rule::Enrolled,
        RuleName::Exclusive => Rule::Exclusive,
        RuleName::Due => Rule::Due,
        RuleName::Sharing => Rule::Sharing,
    }
}
