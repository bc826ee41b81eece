//! Findings in English; the ledger's closed list has them in Chinese. Words only, and nothing decides by them.

use ledger::event::policy::Rule;
use ledger::finding::FindingKind;

/// The finding's kind in English.
#[must_use]
pub fn finding_en(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::DoubleCredit => "credited twice",
        FindingKind::LateCredit => "credited after it had come back",
        FindingKind::EarlyCredit => "credited before it was sent",
        FindingKind::AmountDiffers => "the amount credited is not the amount owed",
        FindingKind::UnknownCredit => "a credit of a payment that does not exist",
        FindingKind::UnexpectedReturn => "came back while nothing was in transit",
        FindingKind::UnexpectedUnknown => "result unknown while nothing was in transit",
        FindingKind::VoucherUnexpected => "the voucher does not match the application",
        FindingKind::VoucherExceeds => "the voucher takes more than the application",
        FindingKind::UnknownSubject => "the report names something that is not registered",
        FindingKind::Repeated => "registered twice",
        FindingKind::CardShared => "the card is used by several persons",
        FindingKind::Policy(rule) => broken_en(rule),
        FindingKind::FundShort | FindingKind::LineShort | FindingKind::LineWithdrawn => short_en(kind),
        FindingKind::VoucherShort | FindingKind::RemittedShort => short_en(kind),
        FindingKind::NoTerms => "no loan terms were in force on the day of signing",
        FindingKind::OverTerm => "the loan runs longer than the terms allow",
        FindingKind::ShortGrace => "principal falls due before the grace period of the terms ends",
        FindingKind::BothKinds => "loans of both kinds for one academic year",
        FindingKind::OverCeiling => "more drawn for the academic year than the ceiling allows",
        FindingKind::DrawnOutOfStudy => "paid out while the borrower was not studying",
        FindingKind::AllocationDiffers => "the payment was not allocated in the order of the contract",
        FindingKind::Overpaid => "the borrower paid more than was owed",
        FindingKind::WrittenOffAfterRelief => "written off after it was relieved",
        FindingKind::StatementDiffers => "the lender's statement differs from what stands here",
        FindingKind::RemittanceUnexpected => "the result does not match the payment ordered",
        FindingKind::Shortfall => "losses went beyond the compensation fund",
        FindingKind::OffCycle => "the claim covers more than its cycle",
        FindingKind::TooManyFacts => "as many facts of this thing are on record as count; this one does not",
        FindingKind::RateJump => "the rate lies far from those published before or after it",
        FindingKind::BeforeSubject => "told of a day before the contract was signed; it does not count",
        FindingKind::ParentCycle => "put under a unit that is below it, or too deep; its place above stays empty",
        FindingKind::ToldOtherwise => "the ledger holds other content under this number; this does not count",
        FindingKind::ManyVersions => "too many other contents were told under this number; they do not count",
        FindingKind::AwardedTwice => "one person was awarded the same programme twice for one academic year",
        FindingKind::MergeCycle => "both ids are one person already; they were not merged again",
        FindingKind::EditionOutOfOrder => "the edition before was not taken back; this one does not count",
        FindingKind::PaidAfterLeaving => "paid for a day on which the person was no student",
        FindingKind::PaidTwice => "one instalment was paid twice",
        FindingKind::OverRemitted => "more of the claim was paid than is owed: a return was taken back",
        FindingKind::Overclaimed => "more was confirmed for a claim line than its days bear",
        FindingKind::OverRecovered => "more came in than is to be recovered, or nobody decided yet that it is",
        FindingKind::OverRefunded => "more was paid back than is owed, or nobody decided yet that it is",
        FindingKind::PolicyWithdrawn => "rosters or applications were judged by a policy that was taken back",
        FindingKind::OverReturned => "the lender gave back more of a claim line than it was granted too much",
        FindingKind::BeforeOpening => "days claimed before this ledger bear another amount now, or have another lender",
        FindingKind::OverCompensated => "more compensation came in than is owed, or what is owed is not yet accrued",
        FindingKind::OverRewarded => "more was rewarded than the surplus is as the stock is known now",
        FindingKind::DueOutsideYear => "a due day of the roster lies outside the academic year it names",
        FindingKind::RecoveryUnfounded => "recovered because the payee had left, which is so no more",
        FindingKind::KeyUnfollowed => "nobody can follow the key announced, or it contradicts earlier ones",
        FindingKind::OverSurrendered => "more was paid over to finance than is due",
        FindingKind::OverLoss | FindingKind::OverPrincipal | FindingKind::OffContract => of_loan_en(kind),
        FindingKind::ClearedInVain | FindingKind::CorrectedShort | FindingKind::DecidedEarly => decided_en(kind),
    }
}

/// What of a loan cannot be.
fn of_loan_en(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::OverLoss => "more is recovered than is lost; what is beyond counts for nothing",
        FindingKind::OverPrincipal => "more is written off than principal is open; what is beyond counts for nothing",
        _ => "a deferral, spread, arrears or repayment that the contract, its terms or what is owed cannot have",
    }
}

/// A decision that does not stand as it was made.
fn decided_en(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::ClearedInVain => "cleared out of suspense on what is so no more: take that decision back first",
        FindingKind::CorrectedShort => "the line has less to correct than it says: take it back and say what is there",
        _ => "decided on a day before that of the thing decided about",
    }
}

/// A rule of a policy that was broken.
fn broken_en(rule: Rule) -> &'static str {
    match rule {
        Rule::Band => "the amount lies outside its band",
        Rule::Enrolled => "not enrolled on the effective day",
        Rule::Exclusive => "holds an award that excludes this one",
        Rule::Due => "paid before the instalment was due",
        Rule::Sharing => "the draws do not follow the cost sharing",
    }
}

/// Money that was used and is there no more.
fn short_en(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::FundShort => "the fund held less than was decided about: a receipt was taken back or came later",
        FindingKind::LineShort => "more of the line is used than it has now; it is to be reduced or made good",
        FindingKind::LineWithdrawn => {
            "the line was taken back, and what was added to it or recalled from it stands yet"
        }
        FindingKind::VoucherShort => "the treasury did not pay the whole of a batch sent: a clearing was taken back",
        _ => "what was paid to the lender came back or was taken back after it was used",
    }
}
