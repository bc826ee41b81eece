//! Vouchers, batches, bank results and suspense between wire and domain. Whether a result was expected is not asked here.

use super::check::{Check, Wire};
use super::form::{DOCUMENT, Fen, Form, Hash, Id, OPTIONAL_NUMBER, OptionalId, Parts, Plain, WORDS, Within, wire};
use crate::limits::{MAX_PARTS, REASONS};
use crate::v1;
use ledger::event::{
    BatchSent, Clearing, PayoutCredited, PayoutReturned, PayoutUnknown, RecoveryOrdered, RecoveryReceived,
    RecoveryWaived, RefundPaid, SuspenseCleared, VoucherCleared, VoucherIssued, VoucherReturned,
};
use std::ops::RangeInclusive;

/// Document lines that pay for what is accepted.
const ACCEPTED: RangeInclusive<usize> = 1..=5;

wire!(VoucherIssued { voucher: Id, number: OPTIONAL_NUMBER, application: Id, draws: Parts(1..=MAX_PARTS) });

wire!(VoucherCleared { voucher: Id, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(VoucherReturned { voucher: Id, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(BatchSent { batch: Id, application: Id, bank: Id, count: Plain, fen: Fen, hash: Hash });

wire!(PayoutCredited { payout: Id, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(PayoutReturned { payout: Id, fen: Fen, reason: Within(REASONS), serial: OPTIONAL_NUMBER });

wire!(PayoutUnknown { payout: Id, serial: OPTIONAL_NUMBER });

wire!(RecoveryReceived { debt: Id, unit: Id, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(RecoveryWaived { debt: Id, fen: Fen, reason: WORDS, document: DOCUMENT });

wire!(RecoveryOrdered { payout: Id, fen: Fen, reason: WORDS, document: DOCUMENT });

wire!(RefundPaid { debt: Id, unit: Id, fen: Fen, serial: OPTIONAL_NUMBER });

impl Wire for v1::SuspenseCleared {
    type Domain = SuspenseCleared;

    fn write(domain: &SuspenseCleared) -> Self {
        use v1::suspense_cleared::How;
        let how = match &domain.how {
            Clearing::Accepted(draws) => How::Accepted(v1::Accepted { draws: Parts(ACCEPTED).write(draws) }),
            Clearing::Recoverable(from) => How::Recoverable(OptionalId.write(from)),
            Clearing::Refundable(to) => How::Refundable(OptionalId.write(to)),
            Clearing::Surrendered => How::Surrendered(v1::ToFinance {}),
            Clearing::Offset(other) => How::Offset(Id.write(other)),
        };
        let item = Id.write(&domain.item);
        Self { item, number: domain.number, fen: domain.fen, how: Some(how) }
    }

    fn read(self, check: &mut Check) -> SuspenseCleared {
        use v1::suspense_cleared::How;
        let how = match self.how {
            Some(How::Accepted(told)) => Clearing::Accepted(
                check.within("accepted", None, |check| Parts(ACCEPTED).read(check, "draws", told.draws)),
            ),
            Some(How::Recoverable(from)) => Clearing::Recoverable(OptionalId.read(check, "recoverable", from)),
            Some(How::Refundable(to)) => Clearing::Refundable(OptionalId.read(check, "refundable", to)),
            Some(How::Surrendered(_)) => Clearing::Surrendered,
            Some(How::Offset(other)) => Clearing::Offset(Id.read(check, "offset", other)),
            None => {
                check.fail("how", "is missing; say what becomes of the money in suspense");
                Clearing::Surrendered
            }
        };
        let (item, fen) = (Id.read(check, "item", self.item), Fen.read(check, "fen", self.fen));
        SuspenseCleared { item, number: Within(1..=99).read(check, "number", self.number), fen, how }
    }
}
