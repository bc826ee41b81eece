//! Loans and their interest between wire and domain. Whether a figure is right is not asked here.

use super::check::{Check, Choice, Wire, choice, hash_bytes, id_bytes};
use crate::v1;
use ledger::event::{
    Allocation, DayBasis, Interest, InterestAccrued, InterestAdjusted, LoanDeferred, LoanDrawReturned, LoanDrawn,
    LoanOverdue, LoanRateAgreed, LoanRefunded, LoanRelieved, LoanRepaid, LoanSigned, LoanStateRepaid, LoanWrittenOff,
    LossRecovered, RatePublished, WaiverAdopted,
};

choice!(DayBasis = DayBasis { D360 D365 });

impl Wire for v1::RatePublished {
    type Domain = RatePublished;

    fn write(domain: &RatePublished) -> Self {
        Self { index: domain.index.number(), rate_ppm: domain.rate_ppm }
    }

    fn read(self, check: &mut Check) -> RatePublished {
        RatePublished { index: check.choice("index", self.index), rate_ppm: check.ppm("rate_ppm", self.rate_ppm) }
    }
}

impl Wire for v1::WaiverAdopted {
    type Domain = WaiverAdopted;

    fn write(domain: &WaiverAdopted) -> Self {
        Self {
            year: domain.year.into(),
            graduated_through: domain.graduated_through.into(),
            document: domain.document.clone(),
        }
    }

    fn read(self, check: &mut Check) -> WaiverAdopted {
        WaiverAdopted {
            year: check.year("year", self.year),
            graduated_through: check.year("graduated_through", self.graduated_through),
            document: check.text("document", self.document),
        }
    }
}

impl Wire for v1::LoanSigned {
    type Domain = LoanSigned;

    fn write(domain: &LoanSigned) -> Self {
        Self {
            loan: id_bytes(domain.loan),
            number: domain.number.clone(),
            contract: hash_bytes(&domain.contract),
            lender: id_bytes(domain.lender),
            person: id_bytes(domain.person),
            school: id_bytes(domain.school),
            kind: domain.kind.number(),
            level: domain.level.number(),
            academic_year: domain.academic_year.into(),
            basis: domain.basis.number(),
            graduates: domain.graduates.yyyymmdd(),
            repay_from: domain.repay_from.yyyymmdd(),
            matures: domain.matures.yyyymmdd(),
        }
    }

    fn read(self, check: &mut Check) -> LoanSigned {
        LoanSigned {
            loan: check.id("loan", &self.loan),
            number: check.text("number", self.number),
            contract: check.hash("contract", &self.contract),
            lender: check.id("lender", &self.lender),
            person: check.id("person", &self.person),
            school: check.id("school", &self.school),
            kind: check.choice("kind", self.kind),
            level: check.choice("level", self.level),
            academic_year: check.year("academic_year", self.academic_year),
            basis: check.choice("basis", self.basis),
            graduates: check.day("graduates", self.graduates),
            repay_from: check.day("repay_from", self.repay_from),
            matures: check.day("matures", self.matures),
        }
    }
}

impl Wire for v1::LoanDrawn {
    type Domain = LoanDrawn;

    fn write(domain: &LoanDrawn) -> Self {
        Self { loan: id_bytes(domain.loan), fen: domain.fen, serial: domain.serial.clone() }
    }

    fn read(self, check: &mut Check) -> LoanDrawn {
        LoanDrawn {
            loan: check.id("loan", &self.loan),
            fen: check.loan_fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::LoanDrawReturned {
    type Domain = LoanDrawReturned;

    fn write(domain: &LoanDrawReturned) -> Self {
        Self { loan: id_bytes(domain.loan), fen: domain.fen, serial: domain.serial.clone() }
    }

    fn read(self, check: &mut Check) -> LoanDrawReturned {
        LoanDrawReturned {
            loan: check.id("loan", &self.loan),
            fen: check.loan_fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::LoanRateAgreed {
    type Domain = LoanRateAgreed;

    fn write(domain: &LoanRateAgreed) -> Self {
        Self { loan: id_bytes(domain.loan), spread_bp: domain.spread_bp }
    }

    fn read(self, check: &mut Check) -> LoanRateAgreed {
        LoanRateAgreed { loan: check.id("loan", &self.loan), spread_bp: check.spread("spread_bp", self.spread_bp) }
    }
}

impl Wire for v1::Allocation {
    type Domain = Allocation;

    fn write(domain: &Allocation) -> Self {
        Self { penalty: domain.penalty, interest: domain.interest, principal: domain.principal }
    }

    fn read(self, check: &mut Check) -> Allocation {
        Allocation {
            penalty: check.loan_fen("penalty", self.penalty),
            interest: check.loan_fen("interest", self.interest),
            principal: check.loan_fen("principal", self.principal),
        }
    }
}

impl Wire for v1::LoanRepaid {
    type Domain = LoanRepaid;

    fn write(domain: &LoanRepaid) -> Self {
        Self {
            loan: id_bytes(domain.loan),
            fen: domain.fen,
            allocation: domain.allocation.as_ref().map(Wire::write),
            early: domain.early,
            serial: domain.serial.clone(),
        }
    }

    fn read(self, check: &mut Check) -> LoanRepaid {
        LoanRepaid {
            loan: check.id("loan", &self.loan),
            fen: check.loan_fen("fen", self.fen),
            allocation: check.optional("allocation", self.allocation),
            early: self.early,
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::LoanRefunded {
    type Domain = LoanRefunded;

    fn write(domain: &LoanRefunded) -> Self {
        Self {
            loan: id_bytes(domain.loan),
            allocation: Some(Wire::write(&domain.allocation)),
            serial: domain.serial.clone(),
        }
    }

    fn read(self, check: &mut Check) -> LoanRefunded {
        LoanRefunded {
            loan: check.id("loan", &self.loan),
            allocation: check.whole("allocation", self.allocation),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::LoanOverdue {
    type Domain = LoanOverdue;

    fn write(domain: &LoanOverdue) -> Self {
        Self { loan: id_bytes(domain.loan), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> LoanOverdue {
        LoanOverdue { loan: check.id("loan", &self.loan), fen: check.loan_fen("fen", self.fen) }
    }
}

impl Wire for v1::LoanDeferred {
    type Domain = LoanDeferred;

    fn write(domain: &LoanDeferred) -> Self {
        Self { loan: id_bytes(domain.loan), until: domain.until.yyyymmdd() }
    }

    fn read(self, check: &mut Check) -> LoanDeferred {
        LoanDeferred { loan: check.id("loan", &self.loan), until: check.day("until", self.until) }
    }
}

impl Wire for v1::LoanWrittenOff {
    type Domain = LoanWrittenOff;

    fn write(domain: &LoanWrittenOff) -> Self {
        Self { loan: id_bytes(domain.loan), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> LoanWrittenOff {
        LoanWrittenOff { loan: check.id("loan", &self.loan), fen: check.loan_fen("fen", self.fen) }
    }
}

impl Wire for v1::LossRecovered {
    type Domain = LossRecovered;

    fn write(domain: &LossRecovered) -> Self {
        Self { loan: id_bytes(domain.loan), fen: domain.fen, serial: domain.serial.clone() }
    }

    fn read(self, check: &mut Check) -> LossRecovered {
        LossRecovered {
            loan: check.id("loan", &self.loan),
            fen: check.loan_fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::LoanStateRepaid {
    type Domain = LoanStateRepaid;

    fn write(domain: &LoanStateRepaid) -> Self {
        Self {
            loan: id_bytes(domain.loan),
            programme: domain.programme.clone(),
            fen: domain.fen,
            serial: domain.serial.clone(),
        }
    }

    fn read(self, check: &mut Check) -> LoanStateRepaid {
        LoanStateRepaid {
            loan: check.id("loan", &self.loan),
            programme: check.name("programme", self.programme),
            fen: check.loan_fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::LoanRelieved {
    type Domain = LoanRelieved;

    fn write(domain: &LoanRelieved) -> Self {
        Self {
            loan: id_bytes(domain.loan),
            reward: id_bytes(domain.reward),
            reason: domain.reason.clone(),
            fen: domain.fen,
        }
    }

    fn read(self, check: &mut Check) -> LoanRelieved {
        LoanRelieved {
            loan: check.id("loan", &self.loan),
            reward: check.id("reward", &self.reward),
            reason: check.name("reason", self.reason),
            fen: check.loan_fen("fen", self.fen),
        }
    }
}

impl Wire for v1::Interest {
    type Domain = Interest;

    fn write(domain: &Interest) -> Self {
        Self { subsidy: domain.subsidy, waiver: domain.waiver, borrower: domain.borrower, penalty: domain.penalty }
    }

    fn read(self, check: &mut Check) -> Interest {
        Interest {
            subsidy: check.difference("subsidy", self.subsidy),
            waiver: check.difference("waiver", self.waiver),
            borrower: check.difference("borrower", self.borrower),
            penalty: check.difference("penalty", self.penalty),
        }
    }
}

impl Wire for v1::InterestAccrued {
    type Domain = InterestAccrued;

    fn write(domain: &InterestAccrued) -> Self {
        Self { loan: id_bytes(domain.loan), last: domain.last, figure: Some(Wire::write(&domain.figure)) }
    }

    fn read(self, check: &mut Check) -> InterestAccrued {
        InterestAccrued {
            loan: check.id("loan", &self.loan),
            last: self.last,
            figure: check.whole("figure", self.figure),
        }
    }
}

impl Wire for v1::InterestAdjusted {
    type Domain = InterestAdjusted;

    fn write(domain: &InterestAdjusted) -> Self {
        Self {
            loan: id_bytes(domain.loan),
            last: domain.last,
            cause: id_bytes(domain.cause),
            figure: Some(Wire::write(&domain.figure)),
        }
    }

    fn read(self, check: &mut Check) -> InterestAdjusted {
        InterestAdjusted {
            loan: check.id("loan", &self.loan),
            last: self.last,
            cause: check.id("cause", &self.cause),
            figure: check.whole("figure", self.figure),
        }
    }
}
