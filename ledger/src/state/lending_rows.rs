//! What is remembered of loans, claims, payments to lenders and funds, as rows of tables. Data only.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use super::flows::Flows;
use crate::account::AccountNo;
use crate::event::{Allocation, ClaimFor, DayBasis, LoanKind, Payer, Purpose, StudyLevel};
use crate::handle::{Handle, Link};
use crate::hash::Hash;
use crate::money::{Day, Fen};
use crate::state::claim_rows::{Added, ClaimPart, ClaimPayer, Gone, ReturnedShare, Verdict};
use crate::state::entity::{Names, Numbering, rows};
use crate::state::entry_rows::Seen;
use crate::state::fund_rows::{Computed, Granted, Loss, Received, Spent, Stated};
use crate::state::rows::{Drawn, Org, Person};
pub use crate::state::rule_rows::{AdoptedTerms, Fixing, Waiver};
use crate::state::stage::{RemittanceStage, Set};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything that holds for many loans at once: the one row of its table.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct LoanRules {
    /// By kind, in order of adoption.
    pub terms: [Vec<AdoptedTerms>; 2],
    /// By index, ascending by day; of two on one day the later entry comes later.
    pub rates: [Vec<Fixing>; 2],
    /// Ascending by day.
    pub waivers: Vec<Waiver>,
    pub last: u64,
}

/// Something that happened to a loan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum What {
    Drawn(Fen),
    DrawReturned(Fen),
    RateAgreed(i32),
    Repaid {
        fen: Fen,
        allocation: Option<Allocation>,
        early: bool,
    },
    Refunded(Allocation),
    Overdue(Fen),
    Deferred(Day),
    WrittenOff(Fen),
    Recovered(Fen),
    StateRepaid(Fen),
    Relieved {
        fen: Fen,
        reward: Handle<Reward>,
    },
    Amended {
        repay_from: Day,
        matures: Day,
        school: Link<Org>,
    },
    /// With what the days closed by it bore when it was told, where nobody said what was confirmed for them.
    ClaimedBefore {
        what: ClaimFor,
        lender: Handle<Org>,
        kind: LoanKind,
        through: Day,
        fen: Fen,
        bore: Option<Fen>,
    },
}

/// A dated fact of a loan and the entry that told it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fact {
    pub on: Day,
    pub index: u64,
    pub what: What,
}

/// A loan: one contract. A fact may come before its contract is known; then the contract's fields are empty.
#[derive(Clone, Serialize, Deserialize)]
pub struct Loan {
    pub id: Uuid,
    pub known: bool,
    pub number: String,
    pub contract: Hash,
    pub portfolio: Handle<Portfolio>,
    /// Whose portfolio that is.
    pub lender: Handle<Org>,
    pub person: Link<Person>,
    pub school: Handle<Org>,
    /// The borrower's loan signed before it.
    pub before_of_borrower: Link<Loan>,
    pub kind: LoanKind,
    pub level: StudyLevel,
    pub basis: DayBasis,
    pub academic_year: u16,
    pub signed: Day,
    /// The entry that told the contract.
    pub signed_by: Handle<Seen>,
    pub graduates: Day,
    pub repay_from: Day,
    pub matures: Day,
    /// Ascending by day, then as the rank of their kinds has it.
    pub facts: Vec<Fact>,
    /// Interest is posted to the end of this day.
    pub through: Day,
    /// And was so before the last fact, should that be reversed.
    pub through_before: Day,
    /// What is posted, by flow.
    pub posted: Flows,
    /// Its latest claim line; each names the one before.
    pub last_claim_line: Link<ClaimLine>,
    /// First of its accounts.
    pub accounts: AccountNo,
    pub last: u64,
}

/// A person's loans, found by the person's id.
#[derive(Clone, Serialize, Deserialize)]
pub struct Borrower {
    pub id: Uuid,
    pub last_loan: Link<Loan>,
}

/// All loans of one kind of one lender, with their compensation fund.
#[derive(Clone, Serialize, Deserialize)]
pub struct Portfolio {
    /// Derived from lender and kind.
    pub id: Uuid,
    pub lender: Handle<Org>,
    pub kind: LoanKind,
    /// First of its accounts.
    pub accounts: AccountNo,
    /// Drawn less returned, of all its loans, and of those whose principal is settled.
    pub drawn: Fen,
    pub settled_drawn: Fen,
    /// Year of the last reward.
    pub rewarded: u16,
    /// The rewards that count, as they were told.
    pub granted: Vec<Granted>,
    /// What came in past the document lines and counts, by day; of one day the larger first.
    pub received: Vec<Received>,
    /// What came into the stock and went out by decisions, by day, ascending. What losses use of it follows from these.
    pub moved: Vec<(Day, Fen)>,
    /// What was lost of all its loans, in order.
    pub losses: Vec<Loss>,
    /// At which entry its losses were last shared out: by the rules of then.
    pub shared: u64,
    /// The lender's statements, by day.
    pub stated: Vec<Stated>,
    pub last: u64,
}

/// Net drawings of one university's borrowers in one risk year, and the compensation for them.
#[derive(Clone, Serialize, Deserialize)]
pub struct RiskYear {
    /// Derived from portfolio, year and school.
    pub id: Uuid,
    pub portfolio: Handle<Portfolio>,
    pub school: Handle<Org>,
    pub year: u16,
    pub drawn: Fen,
    /// What each payer owes for it.
    pub accrued: Vec<(Payer, Fen)>,
    /// How often that was computed, by what still counts.
    pub computed: u32,
    /// The computations that count, by their numbers.
    pub told: Vec<Computed>,
    pub last: u64,
}

/// What was paid into a fund for a risk year, by payer.
#[derive(Clone, Serialize, Deserialize)]
pub struct RiskPaid {
    /// Derived from portfolio and year.
    pub id: Uuid,
    pub portfolio: Handle<Portfolio>,
    pub year: u16,
    pub accrued: Vec<(Payer, Fen)>,
    pub paid: Vec<(Payer, Fen)>,
    /// In payments ordered and not yet cleared.
    pub ordered: Vec<(Payer, Fen)>,
    pub last: u64,
}

/// Money that reached a fund past the document lines of this ledger.
#[derive(Clone, Serialize, Deserialize)]
pub struct Receipt {
    pub on: Day,
    /// The entry that told it.
    pub index: u64,
    pub portfolio: Handle<Portfolio>,
    pub year: u16,
    pub payer: Payer,
    pub fen: Fen,
}

/// A lender's claim.
#[derive(Clone, Serialize, Deserialize)]
pub struct Claim {
    pub id: Uuid,
    pub number: String,
    pub portfolio: Handle<Portfolio>,
    pub what: ClaimFor,
    pub from: Day,
    pub through: Day,
    pub unit: Handle<Org>,
    /// It asks for what days cost more that were confirmed before, and for no other days.
    pub supplementary: bool,
    /// Its lines: count, sum claimed, chain.
    pub set: Set,
    /// Confirmed, and how much of it is set off against what the loans' lines before were paid too much: the rest is owed.
    pub confirmed: Fen,
    pub set_off: Fen,
    pub confirmed_count: u32,
    /// What is owed, where the university was known when the line came.
    pub parts: Vec<ClaimPart>,
    /// And where it was named only, by university and academic year: whose part it is is known once it is registered.
    pub unplaced: BTreeMap<(Handle<Org>, u16), Fen>,
    /// Made when the claim is sealed.
    pub payers: Vec<ClaimPayer>,
    /// What lenders gave back of it, by whose it is.
    pub returned: Vec<ReturnedShare>,
    /// Settled out of advances and out of the compensation stock when it was approved.
    pub from_advance: Fen,
    pub from_stock: Fen,
    /// Of all that, what lines came to that were taken back since it was approved.
    pub gone: Gone,
    /// The entry that took its approval back last: what lines held that had been taken back by then is gone since.
    pub unapproved: u64,
    /// First of its accounts.
    pub accounts: AccountNo,
    pub last_line: Link<ClaimLine>,
    pub effective: Day,
    pub last: u64,
}

impl Claim {
    /// More, or below zero less, of a level is in payments ordered and paid. What several provinces of it owe is paid in their order;
    /// what nobody owes stands with the last.
    pub(crate) fn pay(&mut self, level: Payer, ordered: Fen, paid: Fen) {
        let of_level = |row: &&mut ClaimPayer| row.payer == level;
        let sum =
            |of: fn(&ClaimPayer) -> Fen| -> Fen { self.payers.iter().filter(|row| row.payer == level).map(of).sum() };
        let (mut ordered, mut paid) = (sum(|row| row.ordered) + ordered, sum(|row| row.paid) + paid);
        let last = self.payers.iter().rposition(|row| row.payer == level);
        for row in self.payers.iter_mut().filter(of_level) {
            row.paid = paid.min(row.owed);
            row.ordered = ordered.min(row.owed - row.paid);
            (paid, ordered) = (paid - row.paid, ordered - row.ordered);
        }
        if let Some(row) = last.and_then(|last| self.payers.get_mut(last)) {
            (row.paid, row.ordered) = (row.paid + paid, row.ordered + ordered);
        }
    }

    /// What came back of what a payer paid.
    #[must_use]
    pub fn returned_of(&self, payer: &ClaimPayer) -> Fen {
        let of_payer = |share: &&ReturnedShare| (share.payer, share.province) == (payer.payer, payer.province);
        self.returned.iter().filter(of_payer).map(|share| share.fen).sum()
    }

    /// What is owed for it in all: what is confirmed and not set off.
    #[must_use]
    pub fn owed(&self) -> Fen {
        self.confirmed - self.set_off
    }
}

/// A line of a claim with our figure.
#[derive(Clone, Serialize, Deserialize)]
pub struct ClaimLine {
    pub claim: Handle<Claim>,
    pub number: u32,
    /// Nowhere if unknown.
    pub loan: Link<Loan>,
    pub loan_id: Uuid,
    pub principal: Fen,
    pub rate_ppm: u32,
    pub days: u32,
    pub fen: Fen,
    pub our_principal: Fen,
    pub our_rate_ppm: u32,
    pub our_days: u32,
    pub our_fen: Fen,
    /// First and last of our days; the day nothing is known of where there are none.
    pub our_first: Day,
    pub our_last: Day,
    pub verdict: Verdict,
    /// Of our figure, what lines before were paid too much for the loan when it came, and is not paid again.
    pub set_off: Fen,
    /// What its claim owes for it: the rest.
    pub granted: Fen,
    /// What counts of what the lender gave back of it.
    pub returned: Fen,
    /// What it adds to its claim, by academic year and the school whose borrower it is.
    pub added: Vec<Added>,
    pub before_of_claim: Link<ClaimLine>,
    pub before_of_loan: Link<ClaimLine>,
    pub on: Day,
    /// The entry that took it back.
    pub withdrawn: u64,
    pub index: u64,
}

impl ClaimLine {
    /// Whether it has days or money: it was confirmed, and was not taken back before its claim was approved.
    #[must_use]
    pub fn holds(&self, claim: &Claim) -> bool {
        self.verdict.confirms() || self.granted_in(claim) > 0
    }

    /// What was granted for it and not given back.
    #[must_use]
    pub fn money(&self, claim: &Claim) -> Fen {
        self.granted_in(claim).saturating_sub(self.returned).max(0)
    }

    /// What its claim owes for it: nothing once the line and then the approval that held it were taken back.
    pub(crate) fn granted_in(&self, claim: &Claim) -> Fen {
        let gone = self.verdict == Verdict::Withdrawn && self.withdrawn < claim.unapproved;
        if gone { 0 } else { self.granted }
    }
}

/// A payment to a lender.
#[derive(Clone, Serialize, Deserialize)]
pub struct Remittance {
    pub id: Uuid,
    pub unit: Handle<Org>,
    pub portfolio: Handle<Portfolio>,
    pub fiscal_year: u16,
    pub purpose: Purpose,
    pub fen: Fen,
    pub draws: Vec<Drawn>,
    pub stage: RemittanceStage,
    pub preparer: String,
    pub approver: String,
    pub ordered_on: Day,
    /// Until it is approved, as ordered.
    pub approved_on: Day,
    /// The day of what came of it last.
    pub on: Day,
    pub last: u64,
}

/// Reward money of an aid centre.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reward {
    pub id: Uuid,
    pub portfolio: Handle<Portfolio>,
    pub centre: Handle<Org>,
    pub year: u16,
    pub fen: Fen,
    /// By use.
    pub spent: Vec<(String, Fen)>,
    /// What of it was told spent, but for relief, which is a fact of a loan.
    pub told: Vec<Spent>,
    /// First of its accounts.
    pub accounts: AccountNo,
    pub effective: Day,
    pub last: u64,
}

// Found by, last entry, [fields that name other rows] [fields that follow from other rows].
rows! {
    compared {
        LoanRules: none, last, [] [];
        Loan: id, last, [portfolio lender person school facts last_claim_line] [accounts before_of_borrower];
        Borrower: id, none, [last_loan] [];
        Portfolio: id, last, [lender] [accounts shared];
        RiskYear: id, last, [portfolio school] [];
        RiskPaid: id, last, [portfolio] [];
        Claim: id, last, [portfolio unit unplaced gone last_line] [accounts];
        ClaimLine: none, index, [claim loan added] [before_of_claim before_of_loan];
        Remittance: id, last, [unit portfolio draws] [];
        Reward: id, last, [portfolio centre] [accounts];
    }
    uncompared { Receipt }
    parts {}
}

impl Names for Fact {
    fn renumber(&mut self, numbering: &impl Numbering) {
        match &mut self.what {
            What::Relieved { reward, .. } => reward.renumber(numbering),
            What::Amended { school, .. } => school.renumber(numbering),
            What::ClaimedBefore { lender, .. } => lender.renumber(numbering),
            _ => {}
        }
    }
}
