//! The importer: one file in, its events handed on in order, a report out. Which reader takes which kind of file is said
//! here; how they read is not.

use super::files::{
    applications, budget, cards, claims, control, debts, decisions, funds, loans, movements, orgs, rates, remittances,
    results, rewards, rights, rosters, sets, suspense, vouchers,
};
use super::out::{EntryLookup, Out, SealLookup, Seals, Sink};
use super::report::{ImportError, Report};
use super::table::columns::Col;
use super::table::cut::cut_column;
use super::table::kinds::FileKind;
use super::table::layout::Layout;
use super::table::office::{GiverLookup, Office};
use super::table::reading::Reading;
use super::table::row::whose_number;
use crate::intake::identity::Identity;
use crate::principal;
use std::path::Path;
use std::sync::Arc;

/// Imports files under one key. Remembers the seals of the sets it has read, so that approvals may leave them out.
pub struct Importer {
    identity: Identity,
    seals: Seals,
    office: Office,
}

impl Importer {
    /// An importer that hashes people and cards by `identity`.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self { identity, seals: Seals::default(), office: Office::default() }
    }

    /// Where to look for seals of sets that were imported by somebody else.
    #[must_use]
    pub fn with_seals(mut self, lookup: SealLookup) -> Self {
        self.seals.look_up(lookup);
        self
    }

    /// Where to look for how what a row names by its source's number stands.
    #[must_use]
    pub fn with_entries(mut self, lookup: EntryLookup) -> Self {
        self.seals.look_up_entries(lookup);
        self
    }

    /// Whose numbers files name where no cell says it: the organisation with this number.
    #[must_use]
    pub fn of_office(mut self, number: Option<String>) -> Self {
        self.office.number(number);
        self
    }

    /// Where to look for whose number an opinion names if nobody says it.
    #[must_use]
    pub fn with_givers(mut self, lookup: Arc<GiverLookup>) -> Self {
        self.office.look_up(lookup);
        self
    }

    /// Imports one file as `principal`, or as whoever the connection shows if that is empty, handing its events to `sink` in order.
    pub fn import_file(&mut self, path: &Path, principal: &str, sink: &mut Sink<'_>) -> Result<Report, ImportError> {
        let principal = if principal.is_empty() { Arc::from("") } else { principal::principal(principal)? };
        let mut file = Reading::open(path)?.of(self.office.clone());
        let Some(layout) = file.header()? else { return Ok(file.report) };
        let unsound = match file.office().lacking(&layout) {
            Some(col) => Some(whose_number(col)),
            None => cut_column(path, &layout)?,
        };
        if let Some(wrong) = unsound {
            file.problem(Some(&layout), wrong);
            file.report.rejected = true;
            return Ok(file.report);
        }
        let mut out = Out::new(&mut self.seals, &self.identity, principal, sink);
        route(&layout, &mut file, &mut out)?;
        file.report.events = out.events();
        file.report.offices = file.office().used();
        Ok(file.report)
    }
}

/// Whether a file has numbers of people or cards, by its header. What cannot be read twice, such as a pipe, may have; what cannot
/// be read at all has none, and its import says why.
#[must_use]
pub fn names_people(path: &Path) -> bool {
    match std::fs::metadata(path) {
        Ok(about) if !about.is_file() => true,
        Ok(_) => {
            let header = Reading::open(path).and_then(|mut file| file.header());
            let people =
                [Col::IdNumber, Col::Card, Col::OldCard, Col::NewCard, Col::MergedPerson, Col::IntoPerson, Col::Human];
            header.ok().flatten().is_some_and(|layout| people.iter().any(|col| layout.place(*col).is_some()))
        }
        Err(_) => false,
    }
}

/// Hands a file to the reader of its kind.
fn route(layout: &Layout, file: &mut Reading, out: &mut Out<'_>) -> Result<(), ImportError> {
    match layout.kind {
        FileKind::Orgs => file.each_row(layout, out, orgs::registered),
        FileKind::Renames => file.each_row(layout, out, orgs::renamed),
        FileKind::Budget => budget::import(file, layout, out),
        FileKind::Students => file.each_row(layout, out, cards::student),
        FileKind::Cards => file.each_row(layout, out, cards::replaced),
        FileKind::MergedPersons => file.each_row(layout, out, cards::merged),
        FileKind::Rosters => sets::import(&rosters::SET, file, layout, out),
        FileKind::Applications => sets::import(&applications::SET, file, layout, out),
        FileKind::Decisions => file.each_row(layout, out, decisions::decided),
        FileKind::Vouchers => vouchers::import(file, layout, out),
        FileKind::Batches => file.each_row(layout, out, decisions::batch),
        FileKind::Results => file.each_row(layout, out, results::result),
        FileKind::Suspense => file.each_row(layout, out, suspense::cleared),
        FileKind::Rates => file.each_row(layout, out, rates::published),
        FileKind::Waivers => file.each_row(layout, out, rates::waived),
        FileKind::Contracts => file.each_row(layout, out, loans::signed),
        FileKind::Movements => file.each_row(layout, out, movements::moved),
        FileKind::Claims => sets::import(&claims::SET, file, layout, out),
        FileKind::Remittances => file.each_row(layout, out, remittances::ordered),
        FileKind::RemittanceResults => file.each_row(layout, out, remittances::ended),
        FileKind::Received => file.each_row(layout, out, funds::received),
        FileKind::FundStatements => file.each_row(layout, out, funds::stated),
        FileKind::Rewards => rewards::import(file, layout, out),
        FileKind::RewardSpending => file.each_row(layout, out, funds::spent),
        FileKind::VoucherClearings => file.each_row(layout, out, vouchers::cleared),
        FileKind::VoucherReturns => file.each_row(layout, out, vouchers::returned),
        FileKind::DrawCorrections => file.each_row(layout, out, applications::corrected),
        FileKind::AwardEnds => file.each_row(layout, out, rosters::ended),
        FileKind::Debts => file.each_row(layout, out, debts::told),
        FileKind::Surrenders => file.each_row(layout, out, funds::surrendered),
        FileKind::Closes => file.each_row(layout, out, control::closed),
        FileKind::People => file.each_row(layout, out, rights::registered),
        FileKind::Grants => file.each_row(layout, out, rights::granted),
        FileKind::Credentials => file.each_row(layout, out, rights::bound),
        FileKind::RightsEnded => file.each_row(layout, out, rights::ended),
        FileKind::Reversals => file.each_row(layout, out, control::reversed),
    }
}
