//! The heart: one entry in, one outcome out. Judging only reads; past it nothing can fail.
//! No clock, no IO, no chance, no floats. What a kind of event means stands in the file of its domain.

use crate::account::{AccountNo, Class};
use crate::aid::award;
use crate::aid::award::AwardChange;
use crate::aid::budget;
use crate::aid::budget::BudgetChange;
use crate::aid::payment;
use crate::aid::payment::PaymentChange;
use crate::aid::results;
use crate::aid::results::ResultChange;
use crate::control::{self, ControlChange};
use crate::entry::Entry;
use crate::event::Kind;
use crate::event::policy::{Adopted, Policy};
use crate::lender::claim;
use crate::lender::claim::ClaimChange;
use crate::lender::fund;
use crate::lender::fund::RiskChange;
use crate::lender::remittance;
use crate::lender::remittance::RemittanceChange;
use crate::loan::{self, LoanChange};
use crate::money::{Day, Fen};
use crate::outcome::{Code, Outcome, Posting, Refusal};
use crate::registry::org;
use crate::registry::org::OrgChange;
use crate::registry::people;
use crate::registry::people::PeopleChange;
use crate::state::rows::{DUPLICATE, Finding, FindingKind, Refused, Seen, WITHHELD};
use crate::state::table::NONE;
use crate::state::{State, UNKNOWN_ORG};
use uuid::Uuid;

/// The newest rules version this program knows.
pub const KNOWN_RULES: u32 = 1;

/// The record says something this program must not guess about. Folding stops; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The entry is not the next one.
    Gap {
        /// The index it should have.
        expected: u64,
        /// The index it has.
        found: u64,
    },
    /// Rules of a later program.
    UnknownRules(u32),
}

impl std::fmt::Display for Halt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gap { expected, found } => write!(f, "the record jumps from entry {expected} to {found}"),
            Self::UnknownRules(version) => {
                write!(f, "the record adopts rules version {version}, this program knows {KNOWN_RULES}: upgrade it")
            }
        }
    }
}

impl std::error::Error for Halt {}

/// What an admissible event will change: the money, the findings, and one act of its domain.
pub(crate) struct Change {
    pub postings: Vec<Posting>,
    pub findings: Vec<NewFinding>,
    pub act: Act,
}

/// A finding about to be opened.
pub(crate) struct NewFinding {
    pub kind: FindingKind,
    pub subject: Uuid,
    pub fen: Fen,
    pub payout: u32,
    pub unit: u32,
}

impl NewFinding {
    /// A finding without money in suspense.
    pub fn about(kind: FindingKind, subject: Uuid) -> Self {
        Self { kind, subject, fen: 0, payout: NONE, unit: UNKNOWN_ORG }
    }
}

/// What changes besides money, by domain.
pub(crate) enum Act {
    /// Only the money and the findings.
    Nothing,
    AdoptPolicy(Box<Policy>),
    AdoptRules(u32),
    Org(OrgChange),
    Budget(BudgetChange),
    People(PeopleChange),
    Award(AwardChange),
    Payment(PaymentChange),
    Result(ResultChange),
    Loan(LoanChange),
    Claim(ClaimChange),
    Remittance(RemittanceChange),
    Risk(RiskChange),
    Control(ControlChange),
}

impl Change {
    /// A change of things, without money.
    pub fn of(act: Act) -> Self {
        Self { postings: Vec::new(), findings: Vec::new(), act }
    }

    /// A report that changes nothing but is worth looking at.
    pub fn only(finding: NewFinding) -> Self {
        Self { postings: Vec::new(), findings: vec![finding], act: Act::Nothing }
    }
}

impl State {
    /// Same entries, same outcomes, same state: on any machine, in any year.
    ///
    /// # Errors
    /// A [`Halt`]: the entry is not the next one, or of a later program. Then nothing was changed.
    pub fn fold(&mut self, entry: &Entry<'_>) -> Result<Outcome, Halt> {
        if entry.index != self.entries {
            return Err(Halt::Gap { expected: self.entries, found: entry.index });
        }
        let outcome = match self.outcome_before(entry)? {
            Ok(change) => self.commit(entry, change),
            Err(outcome) => self.turn_away(entry.index, outcome),
        };
        let verdict = match &outcome {
            Outcome::Posted { .. } => 0,
            Outcome::Duplicate { .. } => DUPLICATE,
            Outcome::Refused(refusal) => refusal.code as u8,
        };
        self.seen.push(Seen { id: entry.event.id, content: content_hash(entry.content), verdict });
        self.counts[match verdict {
            0 => 0,
            DUPLICATE => 2,
            _ => 1,
        }] += 1;
        self.entries += 1;
        Ok(outcome)
    }

    /// Leaves the next entry out: it takes its place in the record, so that those after it keep theirs, and changes nothing
    /// else. For asking what the ledger would be without it; the ledger itself never does this.
    ///
    /// # Errors
    /// A [`Halt`]: the entry is not the next one. Then nothing was changed.
    pub fn withhold(&mut self, entry: &Entry<'_>) -> Result<(), Halt> {
        if entry.index != self.entries {
            return Err(Halt::Gap { expected: self.entries, found: entry.index });
        }
        let content = content_hash(entry.content);
        self.seen.push(Seen { id: entry.event.id, content, verdict: WITHHELD });
        self.entries += 1;
        Ok(())
    }

    /// What folding this entry now would give, without doing it. Postings to accounts that it would open are numbered
    /// as they would be.
    ///
    /// # Errors
    /// As [`State::fold`].
    pub fn dry_run(&self, entry: &Entry<'_>) -> Result<Outcome, Halt> {
        Ok(match self.outcome_before(entry)? {
            Ok(change) => Outcome::Posted { postings: change.postings, findings: Vec::new() },
            Err(outcome) => outcome,
        })
    }

    fn outcome_before(&self, entry: &Entry<'_>) -> Result<Result<Change, Outcome>, Halt> {
        if let Some((first, seen)) = self.seen.by_id(entry.event.id) {
            let first = u64::from(first);
            return Ok(Err(if seen.content == content_hash(entry.content) {
                Outcome::Duplicate { first, refused: Code::try_from(seen.verdict).ok() }
            } else {
                let figure = i64::try_from(first).unwrap_or(i64::MAX);
                Outcome::Refused(Refusal::with(Code::IdReused, entry.event.id, figure))
            }));
        }
        if let Kind::RulesAdopted(rules) = &entry.event.kind
            && rules.version > KNOWN_RULES
        {
            return Err(Halt::UnknownRules(rules.version));
        }
        Ok(self.judge(entry).map_err(Outcome::Refused))
    }

    /// Reads only, so a refused event leaves nothing behind but its outcome.
    fn judge(&self, entry: &Entry<'_>) -> Result<Change, Refusal> {
        let on = entry.event.effective;
        match &entry.event.kind {
            Kind::PolicyAdopted(policy) => self.judge_policy(policy),
            Kind::RulesAdopted(rules) if rules.version <= self.rules => Err(Refusal::plain(Code::RulesUnknown)),
            Kind::RulesAdopted(rules) => Ok(Change::of(Act::AdoptRules(rules.version))),
            Kind::OrgRegistered(event) => Ok(org::judge_registered(self, event)),
            Kind::OrgRenamed(event) => Ok(org::judge_renamed(self, event)),
            Kind::LineIssued(event) => budget::judge_issued(self, on, event),
            Kind::LinePassedDown(event) => budget::judge_passed_down(self, on, event),
            Kind::LineRecalled(event) => budget::judge_recalled(self, on, event),
            Kind::PersonRegistered(event) => Ok(people::judge_registered(self, event)),
            Kind::StatusChanged(event) => Ok(people::judge_status(self, on, event)),
            Kind::CardBound(event) => Ok(people::judge_bound(self, event)),
            Kind::CardReplaced(event) => Ok(people::judge_replaced(self, event)),
            Kind::RosterPrepared(event) => award::judge_prepared(self, entry, event),
            Kind::RosterLineAdded(event) => award::judge_line(self, entry, event),
            Kind::RosterSealed(event) => award::judge_sealed(self, event),
            Kind::RosterReviewed(event) => award::judge_reviewed(self, entry, event),
            Kind::RosterApproved(event) => award::judge_approved(self, entry, event),
            Kind::RosterCancelled(event) => award::judge_cancelled(self, event),
            Kind::ApplicationPrepared(event) => payment::judge_prepared(self, entry, event),
            Kind::ApplicationLineAdded(event) => payment::judge_line(self, entry, event),
            Kind::ApplicationSealed(event) => payment::judge_sealed(self, on, event),
            Kind::ApplicationApproved(event) => payment::judge_approved(self, entry, event),
            Kind::ApplicationCancelled(event) => payment::judge_cancelled(self, on, event),
            Kind::BatchSent(event) => payment::judge_sent(self, on, event),
            Kind::VoucherIssued(event) => Ok(results::judge_issued(self, event)),
            Kind::VoucherCleared(event) => Ok(results::judge_cleared(self, on, event)),
            Kind::PayoutCredited(event) => Ok(results::judge_credited(self, on, event)),
            Kind::PayoutReturned(event) => Ok(results::judge_returned(self, on, event)),
            Kind::PayoutUnknown(event) => Ok(results::judge_unknown(self, event)),
            Kind::SuspenseCleared(event) => crate::aid::suspense::judge_cleared(self, on, event),
            Kind::PeriodClosed(event) => control::judge_closed(self, on, event),
            Kind::KeyAnnounced(event) => control::judge_announced(self, event),
            Kind::EntryReversed(event) => control::judge_reversed(self, on, event),
            other => self.judge_lending(entry, other),
        }
    }

    /// Loans, claims, payments to lenders and compensation funds.
    fn judge_lending(&self, entry: &Entry<'_>, kind: &Kind) -> Result<Change, Refusal> {
        let (index, on) = (entry.index, entry.event.effective);
        match kind {
            Kind::LoanWrittenOff(event) => Ok(fund::judge_written_off(self, index, on, event)),
            Kind::LossRecovered(event) => Ok(fund::judge_recovered(self, on, event)),
            Kind::LoanRelieved(event) => fund::judge_relieved(self, index, on, event),
            Kind::ClaimSubmitted(event) => Ok(claim::judge_submitted(self, entry, event)),
            Kind::ClaimLineAdded(event) => Ok(claim::judge_line(self, entry, event)),
            Kind::ClaimSealed(event) => claim::judge_sealed(self, on, event),
            Kind::ClaimApproved(event) => claim::judge_approved(self, entry, event),
            Kind::OverclaimReturned(event) => Ok(claim::judge_returned(self, on, event)),
            Kind::RemittanceOrdered(event) => remittance::judge_ordered(self, entry, event),
            Kind::RemittanceApproved(event) => remittance::judge_approved(self, entry, event),
            Kind::RemittanceCleared(event) => Ok(remittance::judge_cleared(self, on, event)),
            Kind::RemittanceReturned(event) => Ok(remittance::judge_returned(self, on, event)),
            Kind::CompensationAccrued(event) => fund::judge_accrued(self, on, event),
            Kind::CompensationReceived(event) => Ok(fund::judge_received(self, on, event)),
            Kind::FundStated(event) => Ok(fund::judge_stated(self, on, event)),
            Kind::SurplusRewarded(event) => fund::judge_rewarded(self, on, event),
            Kind::RewardSpent(event) => fund::judge_spent(self, on, event),
            // Every kind is judged somewhere: a test folds one of each.
            other => loan::judge(self, index, on, other).unwrap_or_else(|| unreachable!("{} is judged", other.name())),
        }
    }

    fn judge_policy(&self, policy: &Policy) -> Result<Change, Refusal> {
        let known = self.programme(&policy.programme).map(|handle| self.programmes.get(handle));
        if known.is_some_and(|row| row.versions.iter().any(|v| v.policy.version == policy.version)) {
            return Err(Refusal::with(Code::PolicyNotNewer, Uuid::nil(), i64::from(policy.version)));
        }
        Ok(Change::of(Act::AdoptPolicy(Box::new(policy.clone()))))
    }

    /// Writes only: past this line nothing can be refused.
    fn commit(&mut self, entry: &Entry<'_>, change: Change) -> Outcome {
        let on = entry.event.effective;
        match change.act {
            Act::Nothing => {}
            Act::AdoptPolicy(policy) => self.adopt(on, entry.index, *policy),
            Act::AdoptRules(version) => self.rules = version,
            Act::Org(act) => org::apply(self, entry.index, on, act),
            Act::Budget(act) => budget::apply(self, entry.index, on, act),
            Act::People(act) => people::apply(self, entry.index, act),
            Act::Award(act) => award::apply(self, entry, act),
            Act::Payment(act) => payment::apply(self, entry, act),
            Act::Result(act) => results::apply(self, entry.index, on, act),
            Act::Loan(act) => loan::apply(self, entry.index, on, act),
            Act::Claim(act) => claim::apply(self, entry, act),
            Act::Remittance(act) => remittance::apply(self, entry, act),
            Act::Risk(act) => fund::apply(self, entry.index, on, act),
            Act::Control(act) => control::apply(self, entry.index, act),
        }
        for posting in &change.postings {
            self.post(entry.index, on, posting);
        }
        let findings = change.findings.into_iter().map(|new| self.open(entry.index, on, new)).collect();
        Outcome::Posted { postings: change.postings, findings }
    }

    fn turn_away(&mut self, index: u64, outcome: Outcome) -> Outcome {
        if let Outcome::Refused(refusal) = outcome {
            self.refused.push(Refused { index, refusal });
        }
        outcome
    }

    fn adopt(&mut self, from: Day, index: u64, policy: Policy) {
        let handle = self.programme(&policy.programme).unwrap_or_else(|| self.add_programme(&policy.programme));
        self.programmes.get_mut(handle).versions.push(Adopted { from, index, policy });
    }

    fn post(&mut self, index: u64, on: Day, posting: &Posting) {
        assert!(posting.fen > 0 && posting.debit != posting.credit, "a posting moves something");
        self.change_balance(index, on, posting.debit, posting.fen);
        self.change_balance(index, on, posting.credit, -posting.fen);
    }

    fn change_balance(&mut self, index: u64, on: Day, account: AccountNo, fen: Fen) {
        let account = self.accounts.get_mut(account.0);
        account.balance += i128::from(fen);
        account.last = index;
        assert!(account.balance >= 0 || account.class.may_go_below_zero(), "judging missed an overdraft");
        if account.class == Class::Stock {
            let fund = account.owner;
            fund::note_stock(self, fund, on, fen);
        }
    }

    fn open(&mut self, index: u64, on: Day, new: NewFinding) -> u32 {
        let NewFinding { kind, subject, fen, payout, unit } = new;
        let before_of_payout = NONE;
        let finding = Finding { kind, index, subject, fen, payout, unit, before_of_payout, open: true, on };
        let handle = self.findings.push(finding);
        if payout != NONE && fen > 0 {
            crate::aid::suspense::note(self, payout, handle);
        }
        handle
    }
}

/// Tells other content under the same id; 64 bits are enough, as a collision only calls a repeat what is not one.
fn content_hash(content: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(content)
}
