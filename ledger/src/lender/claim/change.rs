//! What an event changes about a claim. Data only.

use crate::event::ClaimSubmitted;
use crate::handle::Handle;
use crate::loan::position::Position;
use crate::money::{Day, Fen};
use crate::state::claim_rows::ClaimPayer;
use crate::state::lending_rows::{Claim, ClaimLine, Loan};
use crate::state::rows::Org;
use uuid::Uuid;

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
    /// What was given back of a loan's lines, and how it stands then if it is there.
    Return {
        id: Uuid,
        loan: Option<(Handle<Loan>, Position)>,
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
