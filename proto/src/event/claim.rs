//! Lenders' claims and payments to lenders between wire and domain. Whether they are owed is not asked here.

use super::check::{Check, Choice, Wire, choice, id_bytes};
use crate::limits::{MAX_CLAIM_DAYS, MAX_PARTS};
use crate::v1;
use ledger::event::{
    ClaimFor, ClaimLineAdded, ClaimSubmitted, LenderYear, OverclaimReturned, PayerFen, Purpose, RemittanceApproved,
    RemittanceCleared, RemittanceOrdered, RemittanceReturned,
};
use uuid::Uuid;

choice!(ClaimFor = ClaimFor { Subsidy Waiver });

impl Wire for v1::ClaimSubmitted {
    type Domain = ClaimSubmitted;

    fn write(domain: &ClaimSubmitted) -> Self {
        Self {
            claim: id_bytes(domain.claim),
            number: domain.number.clone(),
            lender: id_bytes(domain.lender),
            kind: domain.kind.number(),
            what: domain.what.number(),
            from: domain.from.yyyymmdd(),
            through: domain.through.yyyymmdd(),
            unit: id_bytes(domain.unit),
        }
    }

    fn read(self, check: &mut Check) -> ClaimSubmitted {
        ClaimSubmitted {
            claim: check.id("claim", &self.claim),
            number: check.text("number", self.number),
            lender: check.id("lender", &self.lender),
            kind: check.choice("kind", self.kind),
            what: check.choice("what", self.what),
            from: check.day("from", self.from),
            through: check.day("through", self.through),
            unit: check.id("unit", &self.unit),
        }
    }
}

impl Wire for v1::ClaimLineAdded {
    type Domain = ClaimLineAdded;

    fn write(domain: &ClaimLineAdded) -> Self {
        Self {
            claim: id_bytes(domain.claim),
            number: domain.number,
            loan: id_bytes(domain.loan),
            principal: domain.principal,
            rate_ppm: domain.rate_ppm,
            days: domain.days,
            fen: domain.fen,
        }
    }

    fn read(self, check: &mut Check) -> ClaimLineAdded {
        ClaimLineAdded {
            claim: check.id("claim", &self.claim),
            number: self.number,
            loan: check.id("loan", &self.loan),
            principal: check.loan_fen("principal", self.principal),
            rate_ppm: check.ppm("rate_ppm", self.rate_ppm),
            days: check.within("days", self.days, 0..=MAX_CLAIM_DAYS),
            fen: check.loan_fen("fen", self.fen),
        }
    }
}

impl Wire for v1::OverclaimReturned {
    type Domain = OverclaimReturned;

    fn write(domain: &OverclaimReturned) -> Self {
        Self {
            loan: id_bytes(domain.loan),
            what: domain.what.number(),
            unit: id_bytes(domain.unit),
            fen: domain.fen,
            serial: domain.serial.clone(),
        }
    }

    fn read(self, check: &mut Check) -> OverclaimReturned {
        OverclaimReturned {
            loan: check.id("loan", &self.loan),
            what: check.choice("what", self.what),
            unit: check.id("unit", &self.unit),
            fen: check.loan_fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::LenderYear {
    type Domain = LenderYear;

    fn write(domain: &LenderYear) -> Self {
        Self { lender: id_bytes(domain.lender), kind: domain.kind.number(), year: domain.year.into() }
    }

    fn read(self, check: &mut Check) -> LenderYear {
        LenderYear {
            lender: check.id("lender", &self.lender),
            kind: check.choice("kind", self.kind),
            year: check.year("year", self.year),
        }
    }
}

impl Wire for v1::RemittanceApproved {
    type Domain = RemittanceApproved;

    fn write(domain: &RemittanceApproved) -> Self {
        Self { remittance: id_bytes(domain.remittance), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> RemittanceApproved {
        RemittanceApproved { remittance: check.id("remittance", &self.remittance), fen: check.fen("fen", self.fen) }
    }
}

impl Wire for v1::RemittanceCleared {
    type Domain = RemittanceCleared;

    fn write(domain: &RemittanceCleared) -> Self {
        Self { remittance: id_bytes(domain.remittance), fen: domain.fen, serial: domain.serial.clone() }
    }

    fn read(self, check: &mut Check) -> RemittanceCleared {
        RemittanceCleared {
            remittance: check.id("remittance", &self.remittance),
            fen: check.fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::RemittanceReturned {
    type Domain = RemittanceReturned;

    fn write(domain: &RemittanceReturned) -> Self {
        Self { remittance: id_bytes(domain.remittance), fen: domain.fen, serial: domain.serial.clone() }
    }

    fn read(self, check: &mut Check) -> RemittanceReturned {
        RemittanceReturned {
            remittance: check.id("remittance", &self.remittance),
            fen: check.fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::PayerFen {
    type Domain = PayerFen;

    fn write(domain: &PayerFen) -> Self {
        Self { payer: domain.payer.number(), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> PayerFen {
        PayerFen { payer: check.choice("payer", self.payer), fen: check.fen("fen", self.fen) }
    }
}

impl Wire for v1::RemittanceOrdered {
    type Domain = RemittanceOrdered;

    fn write(domain: &RemittanceOrdered) -> Self {
        use v1::remittance_ordered::Purpose as To;
        let purpose = match &domain.purpose {
            Purpose::Claim(claim) => To::Claim(id_bytes(*claim)),
            Purpose::Advance(year) => To::Advance(Wire::write(year)),
            Purpose::Compensation(year) => To::Compensation(Wire::write(year)),
        };
        Self {
            remittance: id_bytes(domain.remittance),
            unit: id_bytes(domain.unit),
            fiscal_year: domain.fiscal_year.into(),
            draws: domain.draws.iter().map(Wire::write).collect(),
            purpose: Some(purpose),
        }
    }

    fn read(self, check: &mut Check) -> RemittanceOrdered {
        use v1::remittance_ordered::Purpose as To;
        let purpose = match self.purpose {
            Some(To::Claim(claim)) => Purpose::Claim(check.id("claim", &claim)),
            Some(To::Advance(year)) => Purpose::Advance(check.whole("advance", Some(year))),
            Some(To::Compensation(year)) => Purpose::Compensation(check.whole("compensation", Some(year))),
            None => {
                check.fail("purpose", "is missing; name a claim, or the year of an advance or a compensation");
                Purpose::Claim(Uuid::nil())
            }
        };
        RemittanceOrdered {
            remittance: check.id("remittance", &self.remittance),
            unit: check.id("unit", &self.unit),
            fiscal_year: check.year("fiscal_year", self.fiscal_year),
            purpose,
            draws: check.parts("draws", self.draws, 1..=MAX_PARTS, Wire::read),
        }
    }
}
