//! Vouchers, batches, bank results and suspense between wire and domain. Whether a result was expected is not asked here.

use super::check::{Check, Wire};
use super::form::{Fen, Form, Hash, Id, OPTIONAL_NUMBER, Parts, Plain, Within, wire};
use crate::limits::{MAX_PARTS, REASONS};
use crate::v1;
use ledger::event::{
    BatchSent, Clearing, PayoutCredited, PayoutReturned, PayoutUnknown, SuspenseCleared, VoucherCleared, VoucherIssued,
};
use uuid::Uuid;

wire!(VoucherIssued { voucher: Id, number: OPTIONAL_NUMBER, application: Id, draws: Parts(1..=MAX_PARTS) });

wire!(VoucherCleared { voucher: Id });

wire!(BatchSent { batch: Id, application: Id, bank: Id, count: Plain, fen: Fen, hash: Hash });

wire!(PayoutCredited { payout: Id, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(PayoutReturned { payout: Id, fen: Fen, reason: Within(REASONS), serial: OPTIONAL_NUMBER });

wire!(PayoutUnknown { payout: Id, serial: OPTIONAL_NUMBER });

impl Wire for v1::SuspenseCleared {
    type Domain = SuspenseCleared;

    fn write(domain: &SuspenseCleared) -> Self {
        use v1::suspense_cleared::How;
        let how = match &domain.how {
            Clearing::Accepted(line) => How::Accepted(Id.write(line)),
            Clearing::Recoverable => How::Recoverable(v1::Recoverable {}),
        };
        Self { credit: Id.write(&domain.credit), how: Some(how) }
    }

    fn read(self, check: &mut Check) -> SuspenseCleared {
        use v1::suspense_cleared::How;
        let how = match self.how {
            Some(How::Accepted(line)) => Clearing::Accepted(Id.read(check, "accepted", line)),
            Some(How::Recoverable(_)) => Clearing::Recoverable,
            None => {
                check.fail("how", "is missing; say whether a line pays for it or the payee owes it back");
                Clearing::Accepted(Uuid::nil())
            }
        };
        SuspenseCleared { credit: Id.read(check, "credit", self.credit), how }
    }
}
