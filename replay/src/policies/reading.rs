//! What one policy file says, read strictly into the ledger's policies: every version, or nothing.

use std::collections::BTreeSet;

use ledger::event::Subordination;
use ledger::event::policy::{Band, Exclusion, Policy, Rule, Sharing};
use ledger::money::{Day, Fen};
use toml::Spanned;

use super::file_text::{FileText, PolicyFileError};
use super::shape::{BandRow, PaidTo, PolicyFile, PolicyVersion, RuleName, SharingRow};

/// Reads one policy file: every version with the day it is in force from, in the order of adoption.
///
/// # Errors
/// The first thing that is not as it must be. Nothing is read in part.
pub(crate) fn load(file: &str, text: &str) -> Result<Vec<(Day, Policy)>, PolicyFileError> {
    let source = FileText { file, text };
    let read: PolicyFile = toml::from_str(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        source.error(&at, error.message(), "write the file as the shipped ones in policies/ are written")
    })?;
    source.check_order(read.version.iter().map(|version| (&version.version, &version.from)))?;
    read.version
        .iter()
        .map(|version| {
            let from = source.day(&version.from)?;
            Ok((from, policy(&source, &read, version)?))
        })
        .collect()
}

fn policy(source: &FileText<'_>, file: &PolicyFile, version: &PolicyVersion) -> Result<Policy, PolicyFileError> {
    source.check_sources(&version.document, &version.status, !version.doubtful.is_empty())?;
    Ok(Policy {
        programme: file.programme.clone(),
        version: *version.version.get_ref(),
        name: file.name.clone(),
        document: version.document.get_ref().clone(),
        stage: file.stage.clone(),
        bands: bands(source, &version.bands, file.paid_to)?,
        exclusions: version.exclusions.iter().map(|code| Exclusion { programme: code.clone() }).collect(),
        sharing: sharing(source, &version.sharing)?,
        flagged: version.flagged.iter().map(|name| rule(*name)).collect(),
        sharing_tolerance_fen: version.tolerance_yuan.0,
    })
}

fn bands(source: &FileText<'_>, rows: &Spanned<Vec<BandRow>>, paid_to: PaidTo) -> Result<Vec<Band>, PolicyFileError> {
    let mut seen = BTreeSet::new();
    for row in rows.get_ref() {
        let problem = match () {
            () if row.number == 0 || !seen.insert(row.number) => "band numbers must differ and start at 1",
            () if row.min_yuan.0 <= 0 => "a band must pay something",
            () if row.min_yuan.0 > row.max_yuan.0 => "the least of a band lies above its most",
            () => continue,
        };
        return Err(source.error(&rows.span(), problem, "correct the band"));
    }
    match paid_to {
        PaidTo::Students if seen.is_empty() => {
            return Err(source.error(&rows.span(), "a version without bands pays nobody", "add a band"));
        }
        PaidTo::Lenders if !seen.is_empty() => {
            let what = "what is paid to lenders has no bands";
            return Err(source.error(&rows.span(), what, "leave them out, or take out `paid_to`"));
        }
        PaidTo::Students | PaidTo::Lenders => {}
    }
    let band = |row: &BandRow| {
        let (min_fen, max_fen): (Fen, Fen) = (row.min_yuan.0, row.max_yuan.0);
        Band { number: row.number, name: row.name.clone(), min_fen, max_fen }
    };
    Ok(rows.get_ref().iter().map(band).collect())
}

fn sharing(source: &FileText<'_>, rows: &Spanned<Vec<SharingRow>>) -> Result<Vec<Sharing>, PolicyFileError> {
    let mut seen = BTreeSet::new();
    let mut sharing = Vec::new();
    for row in rows.get_ref() {
        let central_ppm = u32::try_from(row.central_percent.0).ok().filter(|ppm| *ppm <= 1_000_000);
        let (Some(central_ppm), true) = (central_ppm, seen.insert(row.subordination)) else {
            let what = "a share above 100 %, or two shares for one kind of school";
            return Err(source.error(&rows.span(), what, "give each kind of school one share"));
        };
        sharing.push(Sharing { subordination: Subordination::from(row.subordination), central_ppm });
    }
    Ok(sharing)
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
