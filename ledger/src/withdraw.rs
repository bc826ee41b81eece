//! Entries taken back 撤销: which kinds can be, and who judges it. What it does to money is a matter of the wing that keeps
//! the fact: the fact leaves its list, and what its subject should hold without it is posted.

use crate::aid::award::{self, AwardChange};
use crate::aid::award_end::{self, EndChange};
use crate::aid::budget::{self, BudgetChange};
use crate::aid::correction::{self, CorrectionChange};
use crate::aid::debt;
use crate::aid::debt_change::{self, DebtChange};
use crate::aid::merge;
use crate::aid::payment::{self, PaymentChange};
use crate::aid::programme::{self, ProgrammeChange};
use crate::aid::results::{self, ResultChange};
use crate::aid::surrender::{self, SurrenderChange};
use crate::aid::voucher::{self, VoucherChange};
use crate::change::{Case, Change, Judged, Taken};
use crate::control::{self, ControlChange};
use crate::desk::{self, DeskChange};
use crate::entry::Entry;
use crate::event::{EntryWithdrawn, KindTag};
use crate::handle::Link;
use crate::lender::claim::change::ClaimChange;
use crate::lender::claim::{self, returned, settle, withdrawn};
use crate::lender::fund::change::FundChange;
use crate::lender::fund::{self, compensation, reward, reward_back, statement};
use crate::lender::remittance::change::RemittanceChange;
use crate::lender::remittance::{self, back, report};
use crate::loan::change::LoanChange;
use crate::loan::{self, contract, facts, rules};
use crate::outcome::{Code, Now, Refusal};
use crate::registry::cards::{self, CardChange};
use crate::registry::merged::{self, MergeChange};
use crate::registry::org::{self, OrgChange};
use crate::registry::people::{self, PeopleChange};
use crate::state::State;
use crate::state::entry_rows::{Seen, WITHDRAWN};
use crate::state::stage::Stage;
use crate::suspense::{self, SuspenseChange};

/// What is changed, by the wing that keeps what was told; and the entry that no longer counts, if it did.
pub(crate) struct Withdrawal {
    entry: Link<Seen>,
    change: Option<Kept>,
}

macro_rules! kept {
    ($($wing:ident $kept:ident($change:ty);)*) => {
        #[allow(clippy::large_enum_variant)] // Made once an entry and taken apart at once: a box would be one allocation more.
        enum Kept { $($kept($change),)* }

        impl Kept {
            fn apply(self, state: &mut State, entry: &Entry<'_>) {
                match self {
                    $(Self::$kept(change) => {
                        $wing::apply(state, entry, change);
                    })*
                }
            }
        }
    };
}

kept! {
    programme Programme(ProgrammeChange);
    surrender Surrender(SurrenderChange);
    award_end End(EndChange);
    correction Correction(CorrectionChange);
    debt_change Debt(DebtChange);
    suspense Suspense(SuspenseChange);
    desk Desk(DeskChange);
    budget Budget(BudgetChange);
    award Award(AwardChange);
    payment Payment(PaymentChange);
    voucher Voucher(VoucherChange);
    results Result(ResultChange);
    control Control(ControlChange);
    loan Loan(LoanChange);
    claim Claim(ClaimChange);
    fund Fund(FundChange);
    remittance Remittance(RemittanceChange);
    people People(PeopleChange);
    cards Card(CardChange);
    org Org(OrgChange);
    merged Merge(MergeChange);
}

/// An entry is taken back on the day on which it counted, by its id, whatever was recorded after it. One whose fact never
/// counted is taken back all the same: then its source's number is free for what is right. One that stands beside, as its
/// edition had no turn, frees nothing.
pub(crate) fn judge_entry_withdrawn(case: &Case<'_>, event: &EntryWithdrawn) -> Judged<Withdrawal> {
    let state = case.state;
    let Some((entry, seen)) = state.seen.by_id(event.entry) else { return judge_beside(state, event) };
    match seen.now() {
        Now::Counts => {}
        // It may yet be said again and count; then it can be taken back, and this be said again.
        Now::Refused(_) => return Err(Refusal::of(Code::UnknownEntry, event.entry)),
        _ => return Err(Refusal::of(Code::NotWithdrawable, event.entry)),
    }
    if event.content != 0 && event.content != seen.content {
        return Err(Refusal::with(Code::NotAsTold, event.entry, i64::try_from(u64::from(entry)).unwrap_or(i64::MAX)));
    }
    let taken = Taken { entry, id: event.entry, subject: seen.subject };
    let change = judge(case, taken, seen.kind)?;
    // Also where nothing is changed besides, the entry no longer counts.
    let Change { postings, findings, act, unknown, mentions, touched, returns } = change;
    let act = Some(Withdrawal { entry: entry.into(), change: act });
    Ok(Change { postings, findings, act, unknown, mentions, touched, returns })
}

/// All that was told under an id and has no turn: its findings close with it, and nothing else changes, as nothing of it counted.
fn judge_beside(state: &State, event: &EntryWithdrawn) -> Judged<Withdrawal> {
    let told = state.disputes.by_id(event.entry).map(|(_, row)| &row.versions[..]).unwrap_or_default();
    let first = told.first().ok_or(Refusal::of(Code::UnknownEntry, event.entry))?;
    if event.content != 0 && told.iter().all(|version| version.content != event.content) {
        let first = i64::try_from(first.index).unwrap_or(i64::MAX);
        return Err(Refusal::with(Code::NotAsTold, event.entry, first));
    }
    Ok(Change::of(Withdrawal { entry: Link::NONE, change: None }))
}

/// Who keeps what a kind told judges what it is to be without.
fn judge(case: &Case<'_>, taken: Taken, kind: KindTag) -> Judged<Kept> {
    use KindTag as Tag;
    let roster = |stage, to| Ok(award::judge_step_withdrawn(case, taken, stage, to)?.map(Kept::Award));
    let application = |stage, to| Ok(payment::judge_step_withdrawn(case, taken, stage, to)?.map(Kept::Payment));
    match kind {
        Tag::LineIssued | Tag::LinePassedDown | Tag::LineRecalled | Tag::LineAdjusted => {
            Ok(budget::judge_withdrawn(case, taken)?.map(Kept::Budget))
        }
        Tag::PolicyAdopted => Ok(programme::judge_withdrawn(case, taken)?.map(Kept::Programme)),
        Tag::Surrendered => Ok(surrender::judge_withdrawn(case, taken)?.map(Kept::Surrender)),
        Tag::RecoveryReceived | Tag::RecoveryWaived | Tag::RecoveryOrdered | Tag::RefundPaid => {
            Ok(debt::judge_withdrawn(case, taken)?.map(Kept::Debt))
        }
        Tag::DrawsCorrected => Ok(correction::judge_withdrawn(case, taken)?.map(Kept::Correction)),
        Tag::AwardCancelled => Ok(award_end::judge_withdrawn(case, taken)?.map(Kept::End)),
        Tag::SuspenseCleared => Ok(suspense::judge_withdrawn(case, taken)?.map(Kept::Suspense)),
        Tag::FindingExplained | Tag::FindingClosed => Ok(desk::judge_withdrawn(case, taken, kind)?.map(Kept::Desk)),
        Tag::RosterSealed => roster(Stage::Sealed, Stage::Open),
        Tag::RosterReviewed => roster(Stage::Reviewed, Stage::Sealed),
        Tag::RosterApproved => roster(Stage::Approved, Stage::Reviewed),
        Tag::ApplicationSealed => application(Stage::Sealed, Stage::Open),
        Tag::ApplicationApproved => application(Stage::Approved, Stage::Sealed),
        Tag::BatchSent => Ok(payment::judge_sending_withdrawn(case, taken)?.map(Kept::Payment)),
        Tag::VoucherIssued | Tag::VoucherCleared | Tag::VoucherReturned => {
            Ok(voucher::judge_withdrawn(case, taken, kind)?.map(Kept::Voucher))
        }
        Tag::PayoutCredited | Tag::PayoutReturned | Tag::PayoutUnknown => {
            Ok(results::judge_withdrawn(case, taken)?.map(Kept::Result))
        }
        Tag::PeriodClosed => Ok(control::judge_closing_withdrawn(case, taken)?.map(Kept::Control)),
        _ => judge_of_loans(case, taken, kind),
    }
}

/// The same of loans, their lenders, and who and what there is.
fn judge_of_loans(case: &Case<'_>, taken: Taken, kind: KindTag) -> Judged<Kept> {
    use KindTag as Tag;
    match kind {
        Tag::LoanTermsAdopted | Tag::RatePublished | Tag::WaiverAdopted => {
            Ok(rules::judge_withdrawn(case, taken)?.map(Kept::Loan))
        }
        fact if tells_fact(fact) => Ok(facts::judge_withdrawn(case, taken)?.map(Kept::Loan)),
        Tag::ClaimSubmitted => Ok(withdrawn::judge_submission(case, taken)?.map(Kept::Claim)),
        Tag::ClaimLineAdded => Ok(withdrawn::judge_line(case, taken)?.map(Kept::Claim)),
        Tag::ClaimSealed => Ok(withdrawn::judge_seal(case, taken)?.map(Kept::Claim)),
        Tag::ClaimApproved => Ok(settle::judge_withdrawn(case, taken)?.map(Kept::Claim)),
        Tag::OverclaimReturned => Ok(returned::judge_withdrawn(case, taken)?.map(Kept::Claim)),
        Tag::CompensationReceived => Ok(compensation::judge_receipt_withdrawn(case, taken)?.map(Kept::Fund)),
        Tag::FundStated => Ok(statement::judge_withdrawn(case, taken)?.map(Kept::Fund)),
        Tag::CompensationAccrued => Ok(compensation::judge_computation_withdrawn(case, taken)?.map(Kept::Fund)),
        Tag::SurplusRewarded => Ok(reward_back::judge_reward_withdrawn(case, taken)?.map(Kept::Fund)),
        Tag::RewardSpent => Ok(reward_back::judge_spending_withdrawn(case, taken)?.map(Kept::Fund)),
        Tag::RemittanceOrdered => Ok(back::judge_order_withdrawn(case, taken)?.map(Kept::Remittance)),
        Tag::RemittanceApproved => Ok(back::judge_approval_withdrawn(case, taken)?.map(Kept::Remittance)),
        Tag::RemittanceCleared | Tag::RemittanceReturned => {
            Ok(report::judge_withdrawn(case, taken)?.map(Kept::Remittance))
        }
        Tag::LoanRelieved => Ok(reward::judge_relief_withdrawn(case, taken)?.map(Kept::Fund)),
        Tag::LoanSigned => Ok(contract::judge_withdrawn(case, taken)?.map(Kept::Loan)),
        Tag::PersonRegistered => Ok(people::judge_registration_withdrawn(case, taken)?.map(Kept::People)),
        Tag::StatusChanged => Ok(people::judge_status_withdrawn(case, taken)?.map(Kept::People)),
        Tag::CardBound | Tag::CardReplaced => Ok(cards::judge_withdrawn(case, taken)?.map(Kept::Card)),
        Tag::PersonMerged => Ok(merge::judge_withdrawn(case, taken)?.map(Kept::Merge)),
        Tag::OrgRegistered | Tag::OrgRenamed => Ok(org::judge_withdrawn(case, taken)?.map(Kept::Org)),
        _ => Err(Refusal::of(Code::NotWithdrawable, taken.id)),
    }
}

/// Whether a kind tells a fact of a loan, which its list of facts keeps.
fn tells_fact(kind: KindTag) -> bool {
    use KindTag as Tag;
    matches!(
        kind,
        Tag::LoanDrawn
            | Tag::LoanDrawReturned
            | Tag::LoanRateAgreed
            | Tag::LoanRepaid
            | Tag::LoanRefunded
            | Tag::LoanOverdue
            | Tag::LoanDeferred
            | Tag::LoanWrittenOff
            | Tag::LossRecovered
            | Tag::LoanAmended
            | Tag::ClaimedBefore
            | Tag::LoanStateRepaid
    )
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, withdrawal: Withdrawal) {
    if let Some(entry) = withdrawal.entry.handle() {
        state.seen.get_mut(entry).verdict = WITHDRAWN;
        close_its_own(state, entry.into());
    }
    if let Some(change) = withdrawal.change {
        change.apply(state, entry);
    }
}

/// What was worth looking at about an entry by itself is so no more. What holds money follows from what is left of it.
fn close_its_own(state: &mut State, index: u64) {
    let ended: Vec<_> = state
        .findings_of(index)
        .filter(|(_, row)| row.open && row.fen == 0 && row.kind.is_of_its_entry())
        .map(|(at, _)| at)
        .collect();
    ended.into_iter().for_each(|finding| state.findings.get_mut(finding).open = false);
}
