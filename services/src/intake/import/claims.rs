//! Lenders' claims 贴息申报: one row, one loan. A file holds whole claims, chained and sealed as rosters are.

use super::columns::Col;
use super::derive::Derive;
use super::row::{Row, Wrong};
use super::sets::SetLine;
use super::{ids, loans};
use ledger::event::{ClaimFor, ClaimLineAdded, ClaimSubmitted, Kind, SetSealed};
use ledger::money::{Day, Fen};
use uuid::Uuid;

/// More loan-days than any period has.
const MAX_DAYS: u32 = 36_600;

const CLAIM_FOR: &[(&str, &str, ClaimFor)] =
    &[("贴息", "subsidy", ClaimFor::Subsidy), ("免息", "waiver", ClaimFor::Waiver)];

/// What is claimed.
pub(super) fn claim_for(row: &Row<'_>) -> Result<ClaimFor, Wrong> {
    row.word(Col::ClaimFor, CLAIM_FOR)
}

/// A row of a file of claims.
pub(crate) struct Line {
    day: Day,
    head: ClaimSubmitted,
    line: ClaimLineAdded,
}

impl SetLine for Line {
    fn read(row: &Row<'_>, derive: &Derive<'_>) -> Result<Self, Wrong> {
        let number = row.key(Col::Claim)?.to_owned();
        let claim = derive.shared("#claim", &number, || Ok::<_, Wrong>(ids::claim(&number)))?;
        let lender = row.key(Col::Lender)?;
        let line = ClaimLineAdded {
            claim,
            number: row.number(Col::SetLine, 1, 999_999_999)?,
            loan: derive.loan(lender, row.key(Col::LoanNumber)?),
            principal: row.money_or_zero(Col::PrincipalPart)?,
            rate_ppm: row.percent(Col::Rate)?,
            days: row.number(Col::Days, 0, MAX_DAYS)?,
            fen: row.money(Col::Amount)?,
        };
        let head = ClaimSubmitted {
            claim,
            number,
            lender: derive.org(lender),
            kind: loans::kind(row)?,
            what: claim_for(row)?,
            from: row.day(Col::FromDay)?,
            through: row.day(Col::ThroughDay)?,
            unit: derive.org(row.key(Col::Unit)?),
        };
        if head.through < head.from {
            let what = "the period ends before it begins";
            return Err(Wrong::cell(Col::ThroughDay, "days_cross", what, "correct the days"));
        }
        Ok(Self { day: row.day(Col::EffectiveDay)?, head, line })
    }

    fn set_number(&self) -> &str {
        &self.head.number
    }

    fn set(&self) -> Uuid {
        self.head.claim
    }

    fn line(&self) -> u32 {
        self.line.number
    }

    fn day(&self) -> Day {
        self.day
    }

    fn fen(&self) -> Fen {
        self.line.fen
    }

    fn same_head(&self, other: &Self) -> bool {
        self.head == other.head && self.day == other.day
    }

    fn prepared(&self) -> Kind {
        Kind::ClaimSubmitted(self.head.clone())
    }

    fn added(&self) -> Kind {
        Kind::ClaimLineAdded(self.line.clone())
    }

    fn sealed(seal: SetSealed) -> Kind {
        Kind::ClaimSealed(seal)
    }
}
