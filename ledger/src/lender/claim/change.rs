//! What an event changes about a claim. Data only.

use crate::event::ClaimSubmitted;
use crate::handle::{Handle, Link};
use crate::loan::position::Position;
use crate::money::{Day, Fen};
use crate::state::claim_rows::ClaimPayer;
use crate::state::lending_rows::{Claim, ClaimLine, ClaimReturn, Loan};
use crate::state::rows::Org;

pub(crate) enum ClaimChange {
    Submit {
        event: Box<ClaimSubmitted>,
        lender: Handle<Org>,
        unit: Handle<Org>,
    },
    Line(Box<NewLine>),
    Seal {
        claim: Handle<Claim>,
        payers: Vec<ClaimPayer>,
    },
    Approve(Settled),
    Return {
        loan: Link<Loan>,
        row: Box<ClaimReturn>,
        after: Option<Position>,
    },
    /// What a step did is undone: nobody owes anything yet, or the lender still waits for all of it.
    Unseal(Handle<Claim>),
    Unapprove {
        settled: Settled,
        payers: Vec<ClaimPayer>,
    },
    /// The claim is given up.
    Unsubmit(Handle<Claim>),
    Unline(Box<GoneLine>),
    Unreturn {
        row: Handle<ClaimReturn>,
        loan: Link<Loan>,
        after: Option<Position>,
    },
}

/// A line about to be kept with our figure.
pub(crate) struct NewLine {
    pub row: ClaimLine,
    /// What a confirmed line does to its loan.
    pub confirmed: Option<Confirmed>,
}

/// What a confirmed line does to its loan.
pub(crate) struct Confirmed {
    pub through: Day,
    pub after: Position,
}

/// A line that is taken back.
pub(crate) struct GoneLine {
    pub line: Handle<ClaimLine>,
    /// What its claim owes without it, while nobody approved it; afterwards the claim stays as it is.
    pub left: Option<Left>,
    /// What is left of a loan it was confirmed for.
    pub after: Option<Position>,
}

/// What a claim owes without a line.
pub(crate) struct Left {
    pub payers: Vec<ClaimPayer>,
}

/// What approving a claim settles.
pub(crate) struct Settled {
    pub claim: Handle<Claim>,
    pub from_advance: Fen,
    pub from_stock: Fen,
}
