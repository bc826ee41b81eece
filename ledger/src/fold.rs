//! The heart: one entry in, one outcome out. Judging only reads; past it nothing can fail.
//! No clock, no IO, no chance, no floats. What a kind of event means is in the file of its domain.

use crate::account::AccountNo;
use crate::aid::debt_change::{self, DebtDecided};
use crate::aid::{
    award, award_end, budget, correction, debt, merge, payment, payment_line, programme, results, surrender, voucher,
};
use crate::change::{Case, Change, Judged, NewFinding};
use crate::control;
use crate::desk;
use crate::entry::Entry;
use crate::event::Kind;
use crate::finding::FindingKind;
use crate::hash;
use crate::lender::claim::{self, line, returned, settle};
use crate::lender::fund::{compensation, reward, statement};
use crate::lender::remittance::{self, report};
use crate::loan::returned as given_back;
use crate::loan::{accrual, contract, facts, named_facts, rules};
use crate::money::{Day, Fen};
use crate::outcome::{Now, Outcome, Posting, Refusal};
use crate::registry::{cards, org, people};
use crate::rights;
use crate::state::State;
use crate::state::entry_rows::{BESIDE, DUPLICATE, POSTED, Refused, Seen, WITHHELD};
use crate::suspense;
use crate::withdraw;
use act::Act;
use right::Right;
use told::Told;

mod act;
mod ahead;
mod as_of;
mod beyond;
mod come;
mod early;
mod follow;
mod right;
mod told;

pub use ahead::AHEAD;

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
    /// Its recorded time lies before that of the entry before it.
    Time {
        /// What time it was, in milliseconds since 1970.
        last: i64,
        /// What it says.
        found: i64,
    },
    /// Rules of a later program.
    UnknownRules(u32),
}

impl std::fmt::Display for Halt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gap { expected, found } => write!(f, "the record jumps from entry {expected} to {found}"),
            Self::Time { last, found } => {
                write!(f, "the recorded time falls from {last} to {found} milliseconds since 1970")
            }
            Self::UnknownRules(version) => {
                write!(f, "the record adopts rules version {version}, this program knows {KNOWN_RULES}: upgrade it")
            }
        }
    }
}

impl std::error::Error for Halt {}

macro_rules! judges {
    ($($kind:ident => $act:ident $judge:path;)*) => {
        /// Reads only, so a refused event leaves nothing behind but its outcome.
        fn judge(case: &Case<'_>) -> Judged<Act> {
            match &case.entry.event.kind {
                $(Kind::$kind(event) => Ok($judge(case, event)?.map(|act| Act::$act(act.into()))),)*
            }
        }
    };
}

// Who judges which kind, and what sort of act comes of it. The compiler misses no kind.
judges! {
    PolicyAdopted => Programme programme::judge_policy_adopted;
    RulesAdopted => Control control::judge_rules_adopted;
    OrgRegistered => Org org::judge_org_registered;
    OrgRenamed => Org org::judge_org_renamed;
    LineIssued => Budget budget::judge_line_issued;
    LinePassedDown => Budget budget::judge_line_passed_down;
    LineRecalled => Budget budget::judge_line_recalled;
    PersonRegistered => People people::judge_person_registered;
    StatusChanged => People people::judge_status_changed;
    CardBound => Card cards::judge_card_bound;
    CardReplaced => Card cards::judge_card_replaced;
    RosterPrepared => Award award::judge_roster_prepared;
    RosterLineAdded => Award award::judge_roster_line_added;
    RosterSealed => Award award::judge_roster_sealed;
    RosterReviewed => Award award::judge_roster_reviewed;
    RosterApproved => Award award::judge_roster_approved;
    RosterCancelled => Award award::judge_roster_cancelled;
    ApplicationPrepared => Payment payment::judge_application_prepared;
    ApplicationLineAdded => Payment payment_line::judge_application_line_added;
    ApplicationSealed => Payment payment::judge_application_sealed;
    ApplicationApproved => Payment payment::judge_application_approved;
    ApplicationCancelled => Payment payment::judge_application_cancelled;
    VoucherIssued => Voucher voucher::judge_voucher_issued;
    VoucherCleared => Voucher voucher::judge_voucher_cleared;
    BatchSent => Payment payment::judge_batch_sent;
    PayoutCredited => Result results::judge_payout_credited;
    PayoutReturned => Result results::judge_payout_returned;
    PayoutUnknown => Result results::judge_payout_unknown;
    SuspenseCleared => Suspense suspense::judge_suspense_cleared;
    LoanTermsAdopted => Loan rules::judge_loan_terms_adopted;
    RatePublished => Loan rules::judge_rate_published;
    WaiverAdopted => Loan rules::judge_waiver_adopted;
    LoanSigned => Loan contract::judge_loan_signed;
    LoanDrawn => Loan facts::judge_loan_drawn;
    LoanDrawReturned => Loan facts::judge_loan_draw_returned;
    LoanRateAgreed => Loan facts::judge_loan_rate_agreed;
    LoanRepaid => Loan facts::judge_loan_repaid;
    LoanRefunded => Loan facts::judge_loan_refunded;
    LoanOverdue => Loan facts::judge_loan_overdue;
    LoanDeferred => Loan facts::judge_loan_deferred;
    LoanWrittenOff => Loan facts::judge_loan_written_off;
    LossRecovered => Loan facts::judge_loss_recovered;
    LoanStateRepaid => Loan facts::judge_loan_state_repaid;
    LoanRelieved => Fund reward::judge_loan_relieved;
    InterestAccrued => Loan accrual::judge_interest_accrued;
    InterestAdjusted => Loan accrual::judge_interest_adjusted;
    ClaimSubmitted => Claim claim::judge_claim_submitted;
    ClaimLineAdded => Claim line::judge_claim_line_added;
    ClaimSealed => Claim claim::judge_claim_sealed;
    ClaimApproved => Claim settle::judge_claim_approved;
    OverclaimReturned => Claim returned::judge_overclaim_returned;
    RemittanceOrdered => Remittance remittance::judge_remittance_ordered;
    RemittanceApproved => Remittance remittance::judge_remittance_approved;
    RemittanceCleared => Remittance report::judge_remittance_cleared;
    RemittanceReturned => Remittance report::judge_remittance_returned;
    CompensationAccrued => Fund compensation::judge_compensation_accrued;
    CompensationReceived => Fund compensation::judge_compensation_received;
    FundStated => Fund statement::judge_fund_stated;
    SurplusRewarded => Fund reward::judge_surplus_rewarded;
    RewardSpent => Fund reward::judge_reward_spent;
    PeriodClosed => Control control::judge_period_closed;
    EntryWithdrawn => Withdrawal withdraw::judge_entry_withdrawn;
    KeyAnnounced => Control control::judge_key_announced;
    IdentityKeyAnnounced => Control control::judge_identity_key_announced;
    PersonMerged => Merge merge::judge_person_merged;
    RecoveryReceived => Debt debt::judge_recovery_received;
    RecoveryWaived => Debt debt::judge_recovery_waived;
    RecoveryOrdered => Debt debt::judge_recovery_ordered;
    RefundPaid => Debt debt::judge_refund_paid;
    LineAdjusted => Budget budget::judge_line_adjusted;
    FindingExplained => Desk desk::judge_finding_explained;
    FindingClosed => Desk desk::judge_finding_closed;
    Surrendered => Surrender surrender::judge_surrendered;
    ClaimedBefore => Loan named_facts::judge_claimed_before;
    LoanAmended => Loan named_facts::judge_loan_amended;
    AwardCancelled => End award_end::judge_award_cancelled;
    VoucherReturned => Voucher voucher::judge_voucher_returned;
    DrawsCorrected => Correction correction::judge_draws_corrected;
    PrincipalRegistered => Rights rights::judge_principal_registered;
    PrincipalEnded => Rights rights::judge_principal_ended;
    CredentialBound => Rights rights::judge_credential_bound;
    CredentialEnded => Rights rights::judge_credential_ended;
    RoleGranted => Rights rights::judge_role_granted;
    RoleEnded => Rights rights::judge_role_ended;
    RightsAdopted => Rights rights::judge_rights_adopted;
    RightsFounded => Rights rights::judge_rights_founded;
    Endorsed => Rights rights::judge_endorsed;
    Objected => Rights rights::judge_objected;
}

/// What an entry comes to that is not judged by its kind.
enum Unjudged {
    /// It says again what an earlier entry said, and how that stands.
    Repeated { first: u64, now: Now },
    /// It will be on record with this finding, and does not count.
    Beside(FindingKind),
    /// It is turned away.
    Refused(Refusal),
}

impl State {
    /// Same entries, same outcomes, same state: on any machine, in any year.
    ///
    /// # Errors
    /// A [`Halt`]: the entry is not the next one, earlier in time than the last, or of a later program. Then nothing was changed.
    pub fn fold(&mut self, entry: &Entry<'_>) -> Result<Outcome, Halt> {
        let mut outcome = Outcome::default();
        self.fold_into(entry, &mut outcome)?;
        Ok(outcome)
    }

    /// The same for whoever folds many: the outcome is written where it will stay. A change and an outcome are taken apart where they
    /// lie, as whoever moves what was just written waits for all writes before.
    ///
    /// # Errors
    /// As [`State::fold`].
    pub fn fold_into(&mut self, entry: &Entry<'_>, outcome: &mut Outcome) -> Result<(), Halt> {
        self.fold_by(entry, Right::Asked, outcome)
    }

    fn fold_by(&mut self, entry: &Entry<'_>, right: Right, outcome: &mut Outcome) -> Result<(), Halt> {
        self.must_be_next(entry)?;
        let content = hash::content(entry.content);
        let mut subject = None;
        let verdict = match self.unjudged(entry, content, right)? {
            None => match &mut self.judged(entry, right) {
                Ok(change) => {
                    subject = self.commit(entry, change, outcome);
                    POSTED
                }
                Err(refusal) => self.refuse(entry, *refusal, outcome),
            },
            Some(Unjudged::Repeated { first, now }) => {
                *outcome = Outcome::Duplicate { first, now };
                DUPLICATE
            }
            Some(Unjudged::Beside(kind)) => {
                *outcome = self.note(entry, content, kind);
                BESIDE
            }
            Some(Unjudged::Refused(refusal)) => self.refuse(entry, refusal, outcome),
        };
        match outcome {
            Outcome::Posted { .. } => self.counts.posted += 1,
            Outcome::Refused(_) => self.counts.refused += 1,
            Outcome::Duplicate { .. } => self.counts.duplicates += 1,
        }
        self.remember(entry, content, verdict, subject);
        Ok(())
    }

    /// Leaves the next entry out: it takes its place in the record, so that those after it keep theirs, and changes nothing
    /// else. For asking what the ledger would be without it; the ledger itself never does this.
    ///
    /// # Errors
    /// A [`Halt`]: the entry is not the next one, or earlier in time than the last. Then nothing was changed.
    pub fn withhold(&mut self, entry: &Entry<'_>) -> Result<(), Halt> {
        self.must_be_next(entry)?;
        self.remember(entry, hash::content(entry.content), WITHHELD, None);
        Ok(())
    }

    /// What folding this entry now would give, without doing it. Postings to accounts that it would open are numbered
    /// as they would be; findings have no number before they are opened, so none are named.
    ///
    /// # Errors
    /// A [`Halt`]: the entry is of a later program. Its number and time are not asked.
    pub fn dry_run(&self, entry: &Entry<'_>) -> Result<Outcome, Halt> {
        Ok(match self.unjudged(entry, hash::content(entry.content), Right::Asked)? {
            None => match self.judged(entry, Right::Asked) {
                Ok(change) => Outcome::Posted { postings: change.postings, findings: Vec::new() },
                Err(refusal) => Outcome::Refused(refusal),
            },
            Some(Unjudged::Repeated { first, now }) => Outcome::Duplicate { first, now },
            Some(Unjudged::Beside(_)) => Outcome::Posted { postings: Vec::new(), findings: Vec::new() },
            Some(Unjudged::Refused(refusal)) => Outcome::Refused(refusal),
        })
    }

    fn must_be_next(&self, entry: &Entry<'_>) -> Result<(), Halt> {
        if entry.index != self.entries {
            return Err(Halt::Gap { expected: self.entries, found: entry.index });
        }
        if entry.recorded_ms < self.recorded_ms {
            return Err(Halt::Time { last: self.recorded_ms, found: entry.recorded_ms });
        }
        Ok(())
    }

    /// The entry takes its place in the record, whatever came of it.
    fn remember(&mut self, entry: &Entry<'_>, content: u64, verdict: u8, subject: Option<u32>) {
        let (id, kind) = (entry.event.id, entry.event.kind.tag());
        let handle = self.seen.push(Seen { id, content, verdict, kind, subject: subject.unwrap_or(u32::MAX) });
        assert!(u64::from(handle) == entry.index, "an entry is seen at its index");
        self.entries += 1;
        self.recorded_ms = entry.recorded_ms;
    }

    /// What it comes to before its kind is asked. An id is looked up first of all: what counts under an id is what was said first,
    /// whatever a later one says.
    fn unjudged(&self, entry: &Entry<'_>, content: u64, right: Right) -> Result<Option<Unjudged>, Halt> {
        match told::told(self, entry, content) {
            Told::New => {}
            Told::Repeated { first, now } => return Ok(Some(Unjudged::Repeated { first, now })),
            Told::Beside(kind) => return Ok(Some(Unjudged::Beside(kind))),
            Told::Refused(refusal) => return Ok(Some(Unjudged::Refused(refusal))),
        }
        if let Kind::RulesAdopted(rules) = &entry.event.kind
            && rules.version > KNOWN_RULES
        {
            return Err(Halt::UnknownRules(rules.version));
        }
        Ok(right.of(self, entry).and_then(|()| come::come(entry)).err().map(Unjudged::Refused))
    }

    /// What its kind says to it: the change to make, or why not.
    fn judged(&self, entry: &Entry<'_>, right: Right) -> Judged<Act> {
        let judged = judge(&Case { state: self, entry });
        // Tests hold it; a running ledger would rather refuse a report than stop at its entry for good.
        debug_assert!(judged.is_ok() || !entry.event.kind.is_report(), "a report is booked, never refused");
        // Last, so that nobody signs what would be refused anyway.
        judged.and_then(|change| right.signed(self, entry).map(|()| change))
    }

    /// Turned away: nothing changes but that this is on record.
    fn refuse(&mut self, entry: &Entry<'_>, refusal: Refusal, outcome: &mut Outcome) -> u8 {
        self.refused.push(Refused { index: entry.index, refusal });
        *outcome = Outcome::Refused(refusal);
        refusal.code as u8
    }

    /// Writes only: past this line nothing can be refused. Organisations named for the first time come first, as judging
    /// numbered their accounts so. The act comes before the postings: it opens the other accounts they name. Says the row it is about.
    fn commit(&mut self, entry: &Entry<'_>, change: &mut Change<Act>, outcome: &mut Outcome) -> Option<u32> {
        let on = entry.event.effective;
        let grounds = early::grounds(self, entry.event);
        if let Some(unknown) = change.unknown.take() {
            org::open_unknown(self, entry.index, *unknown);
        }
        for org in &change.mentions {
            org::mention(self, *org);
        }
        let over = self.takes_over(entry.event);
        let owed = over.map(|before| suspense::told_anew(&Case { state: self, entry }, before)).unwrap_or_default();
        for DebtDecided { change: debt, moved } in owed {
            change.postings.extend(moved.postings(self, on));
            debt_change::apply(self, entry, debt);
        }
        let subject = change.act.take().and_then(|act| act.apply(self, entry));
        if let Some(returns) = change.returns.take() {
            given_back::apply(self, entry, *returns);
        }
        self.retell(entry.event, Seen::place(entry), over);
        let posted = change.postings.iter().map(|posting| self.post(entry.index, on, posting));
        if posted.fold(false, |short, one| short | one) {
            change.touched.extend(follow::watched(self, &change.postings));
        }
        if entry.event.kind.day_rule().tells_of_facts() {
            self.latest = self.latest.max(on.min(Day::in_beijing(entry.recorded_ms)));
        }
        told::settle(self, entry.event);
        if let Kind::EntryWithdrawn(withdrawn) = &entry.event.kind {
            told::withdrawn(self, withdrawn.entry);
        }
        early::keep(self, entry, grounds, &mut change.touched);
        let findings = follow::open_all(self, entry, std::mem::take(&mut change.findings), &change.touched);
        *outcome = Outcome::Posted { postings: std::mem::take(&mut change.postings), findings };
        subject
    }

    /// On record, with a finding that says why it does not count; nothing else changes.
    fn note(&mut self, entry: &Entry<'_>, content: u64, kind: FindingKind) -> Outcome {
        let (index, on, about) = (entry.index, follow::found_on(self, entry), entry.event.subject());
        let open = |state: &mut Self| follow::open(state, index, on, NewFinding::about(kind, about));
        let finding = told::note(self, entry, content, kind, open);
        Outcome::Posted { postings: Vec::new(), findings: vec![finding.number()] }
    }

    /// Whether it changed what calls for findings.
    fn post(&mut self, index: u64, on: Day, posting: &Posting) -> bool {
        let Posting { debit, credit, fen, booked } = *posting;
        assert!(fen > 0 && debit != credit, "a posting moves something");
        assert!(booked >= on, "a posting is booked on its day or later");
        let book = |account: AccountNo| self.accounts.get(account).class.book();
        assert!(book(debit) == book(credit), "a posting stays in its book");
        self.change_balance(index, debit, fen) | self.change_balance(index, credit, -fen)
    }

    fn change_balance(&mut self, index: u64, account: AccountNo, fen: Fen) -> bool {
        let account = self.accounts.get_mut(account);
        account.balance += i128::from(fen);
        // As of a day an entry may be judged again behind later ones.
        account.last = account.last.max(index);
        assert!(account.balance >= 0 || account.class.may_go_below_zero(), "judging missed an overdraft");
        follow::is_watched(account.class)
    }
}

#[cfg(test)]
mod tests;
