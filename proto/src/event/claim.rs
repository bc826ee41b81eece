//! Lenders' claims and payments to lenders between wire and domain. Whether they are owed is not asked here.

use super::check::{Check, Wire, choice};
use super::form::{
    Day, Fen, Form, Id, LoanFen, OPTIONAL_NUMBER, OneOf, OptionalId, Parts, Plain, Ppm, Whole, Within, Year, wire,
};
use crate::limits::{MAX_CLAIM_DAYS, MAX_PARTS};
use crate::v1;
use ledger::event::{
    ClaimFor, ClaimLineAdded, ClaimSubmitted, ClaimedBefore, LenderYear, OverclaimReturned, PayerFen, Purpose,
    RemittanceApproved, RemittanceCleared, RemittanceOrdered, RemittanceReturned,
};
use uuid::Uuid;

choice!(ClaimFor = ClaimFor { Subsidy Waiver });

wire!(ClaimSubmitted {
    claim: Id,
    number: OPTIONAL_NUMBER,
    lender: Id,
    kind: OneOf,
    what: OneOf,
    from: Day,
    through: Day,
    unit: Id,
    supplementary: Plain,
    replaces: OptionalId,
});

wire!(ClaimLineAdded {
    claim: Id,
    number: Plain,
    loan: Id,
    principal: LoanFen,
    rate_ppm: Ppm,
    days: Within(0..=MAX_CLAIM_DAYS),
    fen: LoanFen,
});

wire!(ClaimedBefore { lender: Id, kind: OneOf, loan: Id, what: OneOf, through: Day, fen: LoanFen });

wire!(LenderYear { lender: Id, kind: OneOf, year: Year });

wire!(RemittanceApproved { remittance: Id, fen: Fen });

wire!(RemittanceCleared { remittance: Id, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(RemittanceReturned { remittance: Id, fen: Fen, serial: OPTIONAL_NUMBER });

wire!(PayerFen { payer: OneOf, fen: Fen });

impl Wire for v1::OverclaimReturned {
    type Domain = OverclaimReturned;

    fn write(domain: &OverclaimReturned) -> Self {
        Self {
            loan: Id.write(&domain.loan),
            what: OneOf.write(&domain.what),
            claim: OptionalId.write(&domain.claim),
            line: domain.line,
            unit: Id.write(&domain.unit),
            fen: LoanFen.write(&domain.fen),
            serial: OPTIONAL_NUMBER.write(&domain.serial),
        }
    }

    fn read(self, check: &mut Check) -> OverclaimReturned {
        let claim = OptionalId.read(check, "claim", self.claim);
        // A line is one of a claim: left alone it would say something nobody reads.
        if claim.is_none() && self.line != 0 {
            check.fail("line", "stands without its claim; name the claim, or leave out the line");
        }
        OverclaimReturned {
            loan: Id.read(check, "loan", self.loan),
            what: OneOf.read(check, "what", self.what),
            claim,
            line: self.line,
            unit: Id.read(check, "unit", self.unit),
            fen: LoanFen.read(check, "fen", self.fen),
            serial: OPTIONAL_NUMBER.read(check, "serial", self.serial),
        }
    }
}

/// How many document lines may pay for a remittance.
const DRAWS: std::ops::RangeInclusive<usize> = 1..=MAX_PARTS;

impl Wire for v1::RemittanceOrdered {
    type Domain = RemittanceOrdered;

    fn write(domain: &RemittanceOrdered) -> Self {
        use v1::remittance_ordered::Purpose as To;
        let purpose = match &domain.purpose {
            Purpose::Claim(claim) => To::Claim(Id.write(claim)),
            Purpose::Advance(year) => To::Advance(Wire::write(year)),
            Purpose::Compensation(year) => To::Compensation(Wire::write(year)),
        };
        Self {
            remittance: Id.write(&domain.remittance),
            unit: Id.write(&domain.unit),
            fiscal_year: Year.write(&domain.fiscal_year),
            draws: Parts(DRAWS).write(&domain.draws),
            purpose: Some(purpose),
        }
    }

    fn read(self, check: &mut Check) -> RemittanceOrdered {
        use v1::remittance_ordered::Purpose as To;
        let purpose = match self.purpose {
            Some(To::Claim(claim)) => Purpose::Claim(Id.read(check, "claim", claim)),
            Some(To::Advance(year)) => Purpose::Advance(Whole.read(check, "advance", Some(year))),
            Some(To::Compensation(year)) => Purpose::Compensation(Whole.read(check, "compensation", Some(year))),
            None => {
                check.fail("purpose", "is missing; name a claim, or the year of an advance or a compensation");
                Purpose::Claim(Uuid::nil())
            }
        };
        RemittanceOrdered {
            remittance: Id.read(check, "remittance", self.remittance),
            unit: Id.read(check, "unit", self.unit),
            fiscal_year: Year.read(check, "fiscal_year", self.fiscal_year),
            purpose,
            draws: Parts(DRAWS).read(check, "draws", self.draws),
        }
    }
}
