//! Parts of what is remembered of lenders' claims: how lines come out, and who owes what. Parts of rows, no rows.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::event::{Payer, Subordination};
use crate::handle::Handle;
use crate::money::Fen;
use crate::state::entity::{Names, Numbering};
use crate::state::rows::Org;
use serde::{Deserialize, Serialize};

/// How a claim line came out, and why.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Verdict {
    Confirmed,
    UnknownLoan,
    ClaimedTwice,
    WrongPrincipal,
    WrongRate,
    WaivedDays,
    AfterStudyEnd,
    WrongDays,
    WrongAmount,
    TooManyLines,
    NotOfClaim,
    AfterWriteOff,
    AfterRepayment,
    Remarked,
    Withdrawn,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 15] = [
        Self::Confirmed,
        Self::UnknownLoan,
        Self::ClaimedTwice,
        Self::WrongPrincipal,
        Self::WrongRate,
        Self::WaivedDays,
        Self::AfterStudyEnd,
        Self::WrongDays,
        Self::WrongAmount,
        Self::TooManyLines,
        Self::NotOfClaim,
        Self::AfterWriteOff,
        Self::AfterRepayment,
        Self::Remarked,
        Self::Withdrawn,
    ];

    /// Whether a line of this verdict stands for its days.
    #[must_use]
    pub fn confirms(self) -> bool {
        matches!(self, Self::Confirmed | Self::Remarked)
    }

    /// Stable name and Chinese sentence.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Confirmed => ("confirmed", "确认"),
            Self::UnknownLoan => ("unknown_loan", "贷款不存在"),
            Self::ClaimedTwice => ("claimed_twice", "重复申报"),
            Self::WrongPrincipal => ("wrong_principal", "本金不符"),
            Self::WrongRate => ("wrong_rate", "利率不符"),
            Self::WaivedDays => ("waived_days", "含免息天数"),
            Self::AfterStudyEnd => ("after_study_end", "含毕业后天数"),
            Self::WrongDays => ("wrong_days", "天数不符"),
            Self::WrongAmount => ("wrong_amount", "金额不符"),
            Self::TooManyLines => ("too_many_lines", "该贷款申报行过多"),
            Self::NotOfClaim => ("not_of_claim", "不属本申报的贷款"),
            Self::AfterWriteOff => ("after_write_off", "含核销后天数"),
            Self::AfterRepayment => ("after_repayment", "含还清后天数"),
            Self::Remarked => ("confirmed_with_remark", "确认附注"),
            Self::Withdrawn => ("withdrawn", "已撤销"),
        }
    }
}

/// Confirmed money of a claim by academic year and kind of university, before it is split among payers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClaimPart {
    pub academic_year: u16,
    pub subordination: Subordination,
    /// Division code of the university's province, first two digits.
    pub province: u32,
    pub fen: Fen,
}

impl ClaimPart {
    /// Whether both are of the same payers.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (self.academic_year, self.subordination, self.province)
            == (other.academic_year, other.subordination, other.province)
    }
}

/// What a payer owes for a claim, what is in payments ordered, what is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClaimPayer {
    pub payer: Payer,
    /// The first two digits of its division: one row for each province. 0 for who is of none.
    pub province: u32,
    pub owed: Fen,
    pub ordered: Fen,
    pub paid: Fen,
}

/// What of a payer's share of a claim came back in a year, as far as it was overclaimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReturnedShare {
    pub payer: Payer,
    /// As a payer's row has it.
    pub province: u32,
    pub year: u16,
    pub fen: Fen,
}

impl ReturnedShare {
    /// Whose it is, and when it came.
    pub(crate) fn key(&self) -> (Payer, u32, u16) {
        (self.payer, self.province, self.year)
    }
}

impl Names for ReturnedShare {
    fn renumber(&mut self, _: &impl Numbering) {}
}

/// What a line adds to its claim for an academic year: to a part, or while the university is named only, to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Added {
    Placed(ClaimPart),
    Unplaced(Handle<Org>, u16, Fen),
}

impl Added {
    fn fen(&self) -> Fen {
        match self {
            Self::Placed(ClaimPart { fen, .. }) | Self::Unplaced(_, _, fen) => *fen,
        }
    }

    /// Whether both add to the same.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Placed(one), Self::Placed(other)) => one.is_like(other),
            (Self::Unplaced(school, year, _), Self::Unplaced(other, of, _)) => (school, year) == (other, of),
            _ => false,
        }
    }
}

impl Names for Added {
    fn renumber(&mut self, numbering: &impl Numbering) {
        if let Self::Unplaced(school, ..) = self {
            school.renumber(numbering);
        }
    }
}

/// What lines come to that were taken back.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Gone {
    pub lines: u32,
    pub confirmed: Fen,
    pub set_off: Fen,
    /// What of it was owed, by academic year and university.
    pub added: Vec<Added>,
}

impl Gone {
    /// With what came to others besides.
    pub(crate) fn and(&mut self, other: Self) {
        self.lines += other.lines;
        self.confirmed += other.confirmed;
        self.set_off += other.set_off;
        for added in other.added {
            match self.added.iter_mut().find(|had| had.is_like(&added)) {
                Some(Added::Placed(ClaimPart { fen, .. }) | Added::Unplaced(_, _, fen)) => *fen += added.fen(),
                None => self.added.push(added),
            }
        }
    }
}

impl Names for Gone {
    fn renumber(&mut self, numbering: &impl Numbering) {
        self.added.renumber(numbering);
    }
}
