//! What the model remembers: everything it was told, in the order of telling, and nothing computed.

use ledger::event::loan_terms::LoanTerms;
use ledger::event::{
    ClaimFor, CompensationAccrued, CompensationReceived, Event, FundStated, Kind, LoanSigned, OverclaimReturned,
    RateIndex, Status, WaiverAdopted,
};
use ledger::money::{Day, Fen};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was told of one loan.
#[derive(Clone, Default)]
pub struct Contract {
    /// The contract and its day, once it is known.
    pub signed: Option<(Day, LoanSigned)>,
    /// What happened to it, as told, by the ids of the events that told it.
    pub facts: Vec<(Uuid, Day, Kind)>,
}

impl Contract {
    /// The facts that count: once the contract is known, none of a day before it.
    pub fn counting(&self) -> impl Iterator<Item = &(Uuid, Day, Kind)> {
        let from = self.signed.as_ref().map(|(on, _)| *on);
        self.facts.iter().filter(move |(_, on, _)| from.is_none_or(|from| from <= *on))
    }
}

/// Everything that was told.
#[derive(Clone, Default)]
pub struct Book {
    /// Terms with the day from which they are in force.
    pub terms: Vec<(Day, LoanTerms)>,
    /// Published rates with the day of their fixing.
    pub rates: Vec<(RateIndex, Day, u32)>,
    /// Notices of waivers.
    pub waivers: Vec<WaiverAdopted>,
    /// Statuses of each person.
    pub statuses: BTreeMap<Uuid, Vec<(Day, Status)>>,
    /// Loans by their id.
    pub loans: BTreeMap<Uuid, Contract>,
    /// What funds received.
    pub received: Vec<(Day, CompensationReceived)>,
    /// What is owed of risk years, as computed.
    pub accrued: Vec<CompensationAccrued>,
    /// What the lender stated of them.
    pub stated: Vec<(Day, FundStated)>,
    /// What lenders gave back of claim lines.
    pub returned: Vec<OverclaimReturned>,
    /// Everything that counts, as it was told.
    told: Vec<Event>,
    /// Organisations anybody named, by their id: whether registered, and the names told with their days.
    pub orgs: BTreeMap<Uuid, (bool, Vec<(Day, String)>)>,
}

impl Book {
    /// Writes down what was told. Interest that others computed is not believed and not even read.
    pub fn tell(&mut self, event: &Event) {
        let on = event.effective;
        self.name(on, &event.kind);
        match &event.kind {
            Kind::LoanTermsAdopted(terms) => self.terms.push((on, (**terms).clone())),
            Kind::RatePublished(rate) => self.rates.push((rate.index, on, rate.rate_ppm)),
            Kind::WaiverAdopted(waiver) => self.waivers.push(waiver.clone()),
            Kind::StatusChanged(change) => self.statuses.entry(change.person).or_default().push((on, change.status)),
            Kind::LoanSigned(signed) => {
                self.loans.entry(signed.loan).or_default().signed.get_or_insert_with(|| (on, signed.clone()));
            }
            Kind::CompensationReceived(received) => self.received.push((on, received.clone())),
            Kind::CompensationAccrued(accrued) => self.accrued.push(accrued.clone()),
            Kind::OverclaimReturned(returned) if returned.fen > 0 => self.returned.push(returned.clone()),
            Kind::FundStated(stated) => self.stated.push((on, stated.clone())),
            // Whatever was taken back was never told.
            Kind::EntryWithdrawn(withdrawn) => {
                let told = std::mem::take(&mut self.told);
                *self = Self::default();
                told.iter().filter(|event| event.id != withdrawn.entry).for_each(|event| self.tell(event));
                return;
            }
            kind => {
                if let Some(loan) = loan_of(kind) {
                    self.loans.entry(loan).or_default().facts.push((event.id, on, kind.clone()));
                }
            }
        }
        self.told.push(event.clone());
    }
}

impl Book {
    /// How much was given back of a claim line of a loan.
    #[must_use]
    pub fn returned(&self, loan: Uuid, claim: Uuid, line: u32) -> Fen {
        let of_line = self.returned.iter().filter(|e| (e.loan, e.claim, e.line) == (loan, Some(claim), line));
        of_line.map(|e| e.fen).sum()
    }

    /// What was given back of what was claimed of a loan before the ledger.
    #[must_use]
    pub fn returned_before(&self, loan: Uuid, what: ClaimFor) -> Fen {
        let before = self.returned.iter().filter(|e| (e.loan, e.claim, e.what) == (loan, None, what));
        before.map(|e| e.fen).sum()
    }

    /// Organisations are there once named, and once registered are called as on the latest day anything was told of.
    fn name(&mut self, on: Day, kind: &Kind) {
        let named = match kind {
            Kind::OrgRegistered(e) => [Some(e.org), e.parent],
            Kind::OrgRenamed(e) => [Some(e.org), None],
            Kind::StatusChanged(e) => [Some(e.school), None],
            Kind::LoanSigned(e) => [Some(e.lender), Some(e.school)],
            Kind::LoanAmended(e) => [e.school, None],
            Kind::ClaimedBefore(e) => [Some(e.lender), None],
            Kind::ClaimSubmitted(e) => [Some(e.lender), Some(e.unit)],
            Kind::OverclaimReturned(e) => [Some(e.unit), None],
            Kind::CompensationReceived(e) => [Some(e.year.lender), None],
            Kind::FundStated(e) => [Some(e.lender), None],
            _ => [None; 2],
        };
        for id in named.into_iter().flatten() {
            self.orgs.entry(id).or_default();
        }
        match kind {
            Kind::OrgRegistered(e) => {
                if let Some(org) = self.orgs.get_mut(&e.org).filter(|org| !org.0) {
                    org.0 = true;
                    org.1.push((on, e.name.clone()));
                }
            }
            Kind::OrgRenamed(e) => {
                if let Some(org) = self.orgs.get_mut(&e.org) {
                    org.1.push((on, e.name.clone()));
                }
            }
            _ => {}
        }
    }
}

/// The loan a fact is about.
#[must_use]
pub fn loan_of(kind: &Kind) -> Option<Uuid> {
    match kind {
        Kind::LoanDrawn(e) => Some(e.loan),
        Kind::LoanDrawReturned(e) => Some(e.loan),
        Kind::LoanRateAgreed(e) => Some(e.loan),
        Kind::LoanRepaid(e) => Some(e.loan),
        Kind::LoanRefunded(e) => Some(e.loan),
        Kind::LoanOverdue(e) => Some(e.loan),
        Kind::LoanDeferred(e) => Some(e.loan),
        Kind::LoanWrittenOff(e) => Some(e.loan),
        Kind::LoanStateRepaid(e) => Some(e.loan),
        Kind::LoanRelieved(e) => Some(e.loan),
        Kind::LossRecovered(e) => Some(e.loan),
        Kind::LoanAmended(e) => Some(e.loan),
        Kind::ClaimedBefore(e) => Some(e.loan),
        _ => None,
    }
}
