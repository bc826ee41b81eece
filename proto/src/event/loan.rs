//! Loans and their interest between wire and domain. Whether a figure is right is not asked here.

use super::check::choice;
use super::form::{
    Day, Difference, Hash, Id, LoanFen, NUMBER, OPTIONAL_DOCUMENT, OPTIONAL_NOTICE, OPTIONAL_NUMBER, OneOf, Optional,
    OptionalId, Plain, Ppm, Spread, Whole, Year, wire,
};
use ledger::event::{
    Allocation, DayBasis, Interest, InterestAccrued, InterestAdjusted, LoanAmended, LoanDeferred, LoanDrawReturned,
    LoanDrawn, LoanOverdue, LoanRateAgreed, LoanRefunded, LoanRelieved, LoanRepaid, LoanSigned, LoanStateRepaid,
    LoanWrittenOff, LossRecovered, RatePublished, WaiverAdopted,
};

choice!(DayBasis = DayBasis { D360 D365 });

wire!(RatePublished { index: OneOf, rate_ppm: Ppm });

wire!(WaiverAdopted {
    year: Year,
    graduated_through: Year,
    document: OPTIONAL_NOTICE,
    who: OneOf,
    covers_arrears: Plain,
});

wire!(LoanSigned {
    loan: Id,
    number: OPTIONAL_NUMBER,
    contract: Hash,
    lender: Id,
    person: Id,
    school: Id,
    kind: OneOf,
    level: OneOf,
    academic_year: Year,
    basis: OneOf,
    graduates: Day,
    repay_from: Day,
    matures: Day,
});

wire!(LoanDrawn { loan: Id, fen: LoanFen, serial: OPTIONAL_NUMBER });

wire!(LoanDrawReturned { loan: Id, fen: LoanFen, serial: OPTIONAL_NUMBER });

wire!(LoanRateAgreed { loan: Id, spread_bp: Spread, serial: OPTIONAL_NUMBER });

wire!(Allocation { penalty: LoanFen, interest: LoanFen, principal: LoanFen });

wire!(LoanRepaid { loan: Id, fen: LoanFen, allocation: Optional, early: Plain, serial: OPTIONAL_NUMBER });

wire!(LoanRefunded { loan: Id, allocation: Whole, serial: OPTIONAL_NUMBER });

wire!(LoanOverdue { loan: Id, fen: LoanFen, serial: OPTIONAL_NUMBER });

wire!(LoanDeferred { loan: Id, until: Day, serial: OPTIONAL_NUMBER });

wire!(LoanAmended { loan: Id, repay_from: Day, matures: Day, school: OptionalId, document: OPTIONAL_DOCUMENT });

wire!(LoanWrittenOff { loan: Id, fen: LoanFen, serial: OPTIONAL_NUMBER });

wire!(LossRecovered { loan: Id, fen: LoanFen, serial: OPTIONAL_NUMBER });

wire!(LoanStateRepaid { loan: Id, programme: NUMBER, fen: LoanFen, serial: OPTIONAL_NUMBER });

wire!(LoanRelieved { loan: Id, reward: Id, reason: NUMBER, fen: LoanFen, serial: OPTIONAL_NUMBER });

wire!(Interest { subsidy: Difference, waiver: Difference, borrower: Difference, penalty: Difference });

wire!(InterestAccrued { loan: Id, last: Plain, figure: Whole });

wire!(InterestAdjusted { loan: Id, last: Plain, cause: Id, figure: Whole });
