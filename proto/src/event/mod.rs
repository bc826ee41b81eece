//! Events between wire and domain: strict in, canonical out. What an event means is not judged here.
//!
//! One file per domain group holds its messages as rows of one table, which drives both directions; [`form`] says what a
//! row is and how each sort of field is checked, [`check`] keeps what is wrong.

mod award;
mod budget;
mod check;
mod claim;
mod difference;
mod form;
mod loan;
mod org;
mod payout;
mod people;
mod policy;
mod risk;
mod terms;
mod violation;

pub use check::Malformed;
pub use violation::Violation;

use crate::limits::MAX_EVENT_BYTES;
use crate::v1;
use bytes::Bytes;
use check::{Check, Wire};
use form::{Day, Form, Id};
use ledger::event::{Event, Kind};
use prost::Message;

/// The event as bytes. The same event always gives the same bytes.
#[must_use]
pub fn encode(event: &Event) -> Vec<u8> {
    let wire = v1::Event {
        id: Id.write(&event.id),
        effective: Day.write(&event.effective),
        kind: Some(write_kind(&event.kind)),
    };
    wire.encode_to_vec()
}

/// The event in `bytes`, if they are exactly the bytes [`encode`] writes and every field is within its limits.
pub fn decode(bytes: &[u8]) -> Result<Event, Malformed> {
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(Malformed::too_long(bytes.len()));
    }
    // One copy, of which ids and hashes are slices, is cheaper than an allocation for each.
    let shared = Bytes::copy_from_slice(bytes);
    let wire = v1::Event::decode(shared).map_err(|error| Malformed::undecodable(&error, bytes))?;
    let again = wire.encode_to_vec();
    let mut check = Check::new();
    if again != bytes {
        check.push(difference::explain(bytes, &again));
    }
    let id = Id.read(&mut check, "id", wire.id);
    let effective = Day.read(&mut check, "effective", wire.effective);
    let kind = wire.kind.map(|kind| {
        check.enter(kind_name(&kind));
        read_kind(kind, &mut check)
    });
    match kind {
        Some(kind) => check.finish(Event { id, effective, kind }),
        None => Err(check.without_kind()),
    }
}

/// Every kind by its name on the wire, once: both directions and the names follow from this list.
macro_rules! kinds {
    ($($kind:ident $name:literal;)*) => {
        fn write_kind(kind: &Kind) -> v1::event::Kind {
            match kind { $(Kind::$kind(domain) => v1::event::Kind::$kind(Wire::write(domain)),)* }
        }

        fn read_kind(kind: v1::event::Kind, check: &mut Check) -> Kind {
            match kind { $(v1::event::Kind::$kind(wire) => Kind::$kind(wire.read(check)),)* }
        }

        fn kind_name(kind: &v1::event::Kind) -> &'static str {
            match kind { $(v1::event::Kind::$kind(_) => $name,)* }
        }

        /// The name of every kind, in the order of their numbers.
        pub const KIND_NAMES: &[&str] = &[$($name,)*];
    };
}

kinds! {
    PolicyAdopted "policy_adopted";
    RulesAdopted "rules_adopted";
    OrgRegistered "org_registered";
    OrgRenamed "org_renamed";
    LineIssued "line_issued";
    LinePassedDown "line_passed_down";
    LineRecalled "line_recalled";
    PersonRegistered "person_registered";
    StatusChanged "status_changed";
    CardBound "card_bound";
    CardReplaced "card_replaced";
    RosterPrepared "roster_prepared";
    RosterLineAdded "roster_line_added";
    RosterSealed "roster_sealed";
    RosterReviewed "roster_reviewed";
    RosterApproved "roster_approved";
    RosterCancelled "roster_cancelled";
    ApplicationPrepared "application_prepared";
    ApplicationLineAdded "application_line_added";
    ApplicationSealed "application_sealed";
    ApplicationApproved "application_approved";
    ApplicationCancelled "application_cancelled";
    VoucherIssued "voucher_issued";
    VoucherCleared "voucher_cleared";
    BatchSent "batch_sent";
    PayoutCredited "payout_credited";
    PayoutReturned "payout_returned";
    PayoutUnknown "payout_unknown";
    SuspenseCleared "suspense_cleared";
    LoanTermsAdopted "loan_terms_adopted";
    RatePublished "rate_published";
    WaiverAdopted "waiver_adopted";
    LoanSigned "loan_signed";
    LoanDrawn "loan_drawn";
    LoanDrawReturned "loan_draw_returned";
    LoanRateAgreed "loan_rate_agreed";
    LoanRepaid "loan_repaid";
    LoanRefunded "loan_refunded";
    LoanOverdue "loan_overdue";
    LoanDeferred "loan_deferred";
    LoanWrittenOff "loan_written_off";
    LossRecovered "loss_recovered";
    LoanStateRepaid "loan_state_repaid";
    LoanRelieved "loan_relieved";
    InterestAccrued "interest_accrued";
    InterestAdjusted "interest_adjusted";
    ClaimSubmitted "claim_submitted";
    ClaimLineAdded "claim_line_added";
    ClaimSealed "claim_sealed";
    ClaimApproved "claim_approved";
    OverclaimReturned "overclaim_returned";
    RemittanceOrdered "remittance_ordered";
    RemittanceApproved "remittance_approved";
    RemittanceCleared "remittance_cleared";
    RemittanceReturned "remittance_returned";
    CompensationAccrued "compensation_accrued";
    CompensationReceived "compensation_received";
    FundStated "fund_stated";
    SurplusRewarded "surplus_rewarded";
    RewardSpent "reward_spent";
    PeriodClosed "period_closed";
    EntryReversed "entry_reversed";
    KeyAnnounced "key_announced";
}
