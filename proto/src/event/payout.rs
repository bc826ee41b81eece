//! Vouchers, batches, bank results and suspense between wire and domain. Whether a result was expected is not asked here.

use super::check::{Check, Wire, hash_bytes, id_bytes};
use crate::limits::{MAX_PARTS, REASONS};
use crate::v1;
use ledger::event::{
    BatchSent, Clearing, PayoutCredited, PayoutReturned, PayoutUnknown, SuspenseCleared, VoucherCleared, VoucherIssued,
};
use uuid::Uuid;

impl Wire for v1::VoucherIssued {
    type Domain = VoucherIssued;

    fn write(domain: &VoucherIssued) -> Self {
        Self {
            voucher: id_bytes(domain.voucher),
            number: domain.number.clone(),
            application: id_bytes(domain.application),
            draws: domain.draws.iter().map(Wire::write).collect(),
        }
    }

    fn read(self, check: &mut Check) -> VoucherIssued {
        VoucherIssued {
            voucher: check.id("voucher", &self.voucher),
            number: check.text("number", self.number),
            application: check.id("application", &self.application),
            draws: check.parts("draws", self.draws, 1..=MAX_PARTS, Wire::read),
        }
    }
}

impl Wire for v1::VoucherCleared {
    type Domain = VoucherCleared;

    fn write(domain: &VoucherCleared) -> Self {
        Self { voucher: id_bytes(domain.voucher) }
    }

    fn read(self, check: &mut Check) -> VoucherCleared {
        VoucherCleared { voucher: check.id("voucher", &self.voucher) }
    }
}

impl Wire for v1::BatchSent {
    type Domain = BatchSent;

    fn write(domain: &BatchSent) -> Self {
        Self {
            batch: id_bytes(domain.batch),
            application: id_bytes(domain.application),
            bank: id_bytes(domain.bank),
            count: domain.count,
            fen: domain.fen,
            hash: hash_bytes(&domain.hash),
        }
    }

    fn read(self, check: &mut Check) -> BatchSent {
        BatchSent {
            batch: check.id("batch", &self.batch),
            application: check.id("application", &self.application),
            bank: check.id("bank", &self.bank),
            count: self.count,
            fen: check.fen("fen", self.fen),
            hash: check.hash("hash", &self.hash),
        }
    }
}

impl Wire for v1::PayoutCredited {
    type Domain = PayoutCredited;

    fn write(domain: &PayoutCredited) -> Self {
        Self { payout: id_bytes(domain.payout), fen: domain.fen, serial: domain.serial.clone() }
    }

    fn read(self, check: &mut Check) -> PayoutCredited {
        PayoutCredited {
            payout: check.id("payout", &self.payout),
            fen: check.fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::PayoutReturned {
    type Domain = PayoutReturned;

    fn write(domain: &PayoutReturned) -> Self {
        Self { payout: id_bytes(domain.payout), fen: domain.fen, reason: domain.reason, serial: domain.serial.clone() }
    }

    fn read(self, check: &mut Check) -> PayoutReturned {
        PayoutReturned {
            payout: check.id("payout", &self.payout),
            fen: check.fen("fen", self.fen),
            reason: check.within("reason", self.reason, REASONS),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::PayoutUnknown {
    type Domain = PayoutUnknown;

    fn write(domain: &PayoutUnknown) -> Self {
        Self { payout: id_bytes(domain.payout), serial: domain.serial.clone() }
    }

    fn read(self, check: &mut Check) -> PayoutUnknown {
        PayoutUnknown { payout: check.id("payout", &self.payout), serial: check.text("serial", self.serial) }
    }
}

impl Wire for v1::SuspenseCleared {
    type Domain = SuspenseCleared;

    fn write(domain: &SuspenseCleared) -> Self {
        use v1::suspense_cleared::How;
        let how = match &domain.how {
            Clearing::Accepted(line) => How::Accepted(id_bytes(*line)),
            Clearing::Recoverable => How::Recoverable(v1::Recoverable {}),
        };
        Self { credit: id_bytes(domain.credit), how: Some(how) }
    }

    fn read(self, check: &mut Check) -> SuspenseCleared {
        use v1::suspense_cleared::How;
        let how = match self.how {
            Some(How::Accepted(line)) => Clearing::Accepted(check.id("accepted", &line)),
            Some(How::Recoverable(_)) => Clearing::Recoverable,
            None => {
                check.fail("how", "is missing; say whether a line pays for it or the payee owes it back");
                Clearing::Accepted(Uuid::nil())
            }
        };
        SuspenseCleared { credit: check.id("credit", &self.credit), how }
    }
}
