//! Rows of the second state as the first one would write them: every handle becomes the first state's. Links that follow
//! from other rows (to the row before of the same owner, to accounts) are left out, or a thing would differ because
//! another does.

use ledger::handle::{Handle, Link};
use ledger::state::lending_rows::{
    Borrower, Claim, ClaimLine, Loan, LoanRules, Portfolio, Remittance, Reward, RiskPaid, RiskYear,
};
use ledger::state::rows::{
    AnnouncedKey, Application, Award, Batch, Card, Drawn, Finding, IdentityKey, Instalment, Line, Org, Payout, Person,
    Programme, Roster, Voucher,
};
use ledger::state::seen::Dispute;

use super::places::Places;

/// A row that two states may write with other handles.
pub(super) trait Translate {
    /// Writes it with the first state's handles.
    fn translate(&mut self, at: &Places);
    /// Leaves out what follows from other rows. Done to both sides.
    fn unlink(&mut self) {}
    /// The last entry that changed it, if it keeps that.
    fn last(&self) -> Option<u64>;
}

impl Translate for Org {
    fn translate(&mut self, at: &Places) {
        at.orgs.translate(&mut self.parent);
    }
    fn unlink(&mut self) {
        self.accounts = Handle::new(0);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Programme {
    fn translate(&mut self, _: &Places) {}
    fn last(&self) -> Option<u64> {
        self.versions.last().map(|adopted| adopted.index)
    }
}

impl Translate for Line {
    fn translate(&mut self, at: &Places) {
        at.orgs.translate(&mut self.unit);
        at.programmes.translate(&mut self.programme);
        at.lines.translate(&mut self.parent);
        self.children.iter_mut().for_each(|child| at.lines.translate(child));
        self.applications.iter_mut().for_each(|application| at.applications.translate(application));
    }
    fn unlink(&mut self) {
        self.accounts = Handle::new(0);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Person {
    fn translate(&mut self, at: &Places) {
        for (_, _, school) in self.earlier.iter_mut().chain(&mut self.status) {
            at.orgs.translate(school);
        }
        at.awards.translate(&mut self.last_award);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Card {
    fn translate(&mut self, at: &Places) {
        at.persons.translate(&mut self.person);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Roster {
    fn translate(&mut self, at: &Places) {
        at.orgs.translate(&mut self.school);
        at.programmes.translate(&mut self.programme);
        at.awards.translate(&mut self.last_award);
    }
    fn unlink(&mut self) {
        self.accounts = Handle::new(0);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Award {
    fn translate(&mut self, at: &Places) {
        at.rosters.translate(&mut self.roster);
        at.persons.translate(&mut self.person);
    }
    fn unlink(&mut self) {
        self.instalments = Handle::new(0);
        (self.before_of_person, self.before_of_roster) = (Link::NONE, Link::NONE);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Instalment {
    fn translate(&mut self, at: &Places) {
        at.payouts.translate(&mut self.payout);
    }
    fn last(&self) -> Option<u64> {
        None
    }
}

impl Translate for Application {
    fn translate(&mut self, at: &Places) {
        at.orgs.translate(&mut self.unit);
        self.parts.iter_mut().for_each(|part| at.lines.translate(&mut part.line));
        at.payouts.translate(&mut self.last_payout);
        at.batches.translate(&mut self.batch);
    }
    fn unlink(&mut self) {
        self.accounts = Handle::new(0);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Payout {
    fn translate(&mut self, at: &Places) {
        at.applications.translate(&mut self.application);
        at.awards.translate(&mut self.award);
        at.cards.translate(&mut self.card);
        at.payouts.translate(&mut self.reissue_of);
        at.findings.translate(&mut self.suspense);
    }
    fn unlink(&mut self) {
        (self.draws, self.before_of_application) = (Handle::new(0), Link::NONE);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

fn translate_draws(draws: &mut [Drawn], at: &Places) {
    draws.iter_mut().for_each(|drawn| at.lines.translate(&mut drawn.line));
}

impl Translate for Voucher {
    fn translate(&mut self, at: &Places) {
        at.applications.translate(&mut self.application);
        translate_draws(&mut self.draws, at);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Batch {
    fn translate(&mut self, at: &Places) {
        at.applications.translate(&mut self.application);
        at.orgs.translate(&mut self.bank);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Finding {
    fn translate(&mut self, at: &Places) {
        at.payouts.translate(&mut self.payout);
        at.orgs.translate(&mut self.unit);
    }
    fn unlink(&mut self) {
        self.before_of_payout = Link::NONE;
    }
    fn last(&self) -> Option<u64> {
        Some(self.index)
    }
}

impl Translate for LoanRules {
    fn translate(&mut self, _: &Places) {}
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Loan {
    fn translate(&mut self, at: &Places) {
        at.portfolios.translate(&mut self.portfolio);
        at.persons.translate(&mut self.person);
        at.orgs.translate(&mut self.school);
        at.claim_lines.translate(&mut self.last_claim_line);
    }
    fn unlink(&mut self) {
        (self.accounts, self.before_of_borrower) = (Handle::new(0), Link::NONE);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Borrower {
    fn translate(&mut self, at: &Places) {
        at.loans.translate(&mut self.last_loan);
    }
    fn last(&self) -> Option<u64> {
        None
    }
}

impl Translate for Portfolio {
    fn translate(&mut self, at: &Places) {
        at.orgs.translate(&mut self.lender);
    }
    fn unlink(&mut self) {
        self.accounts = Handle::new(0);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for RiskYear {
    fn translate(&mut self, at: &Places) {
        at.portfolios.translate(&mut self.portfolio);
        at.orgs.translate(&mut self.school);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for RiskPaid {
    fn translate(&mut self, at: &Places) {
        at.portfolios.translate(&mut self.portfolio);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Claim {
    fn translate(&mut self, at: &Places) {
        at.portfolios.translate(&mut self.portfolio);
        at.orgs.translate(&mut self.unit);
        at.claim_lines.translate(&mut self.last_line);
    }
    fn unlink(&mut self) {
        self.accounts = Handle::new(0);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for ClaimLine {
    fn translate(&mut self, at: &Places) {
        at.claims.translate(&mut self.claim);
        at.loans.translate(&mut self.loan);
    }
    fn unlink(&mut self) {
        (self.before_of_claim, self.before_of_loan) = (Link::NONE, Link::NONE);
    }
    fn last(&self) -> Option<u64> {
        Some(self.index)
    }
}

impl Translate for Remittance {
    fn translate(&mut self, at: &Places) {
        at.orgs.translate(&mut self.unit);
        at.portfolios.translate(&mut self.portfolio);
        translate_draws(&mut self.draws, at);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Reward {
    fn translate(&mut self, at: &Places) {
        at.portfolios.translate(&mut self.portfolio);
        at.orgs.translate(&mut self.centre);
    }
    fn unlink(&mut self) {
        self.accounts = Handle::new(0);
    }
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for IdentityKey {
    fn translate(&mut self, _: &Places) {}
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}

impl Translate for Dispute {
    fn translate(&mut self, at: &Places) {
        for version in &mut self.versions {
            at.findings.translate(&mut version.finding);
        }
        at.findings.translate(&mut self.many);
    }
    fn last(&self) -> Option<u64> {
        self.versions.last().map(|version| version.index)
    }
}

impl Translate for AnnouncedKey {
    fn translate(&mut self, _: &Places) {}
    fn last(&self) -> Option<u64> {
        Some(self.last)
    }
}
