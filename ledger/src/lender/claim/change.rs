//! What an event changes about a claim. Data only.

use crate::event::ClaimSubmitted;
use crate::handle::Handle;
use crate::loan::position::Position;
use crate::money::{Day, Fen};
use crate::state::lending_rows::{Claim, ClaimLine, ClaimPart, ClaimPayer, ClaimSums, Loan};
use crate::state::rows::Org;

pub(crate) enum ClaimChange {
    Submit { event: Box<ClaimSubmitted>, lender: Handle<Org>, unit: Handle<Org> },
    Line(Box<NewLine>),
    Seal { claim: Handle<Claim>, parts: Vec<ClaimPart>, payers: Vec<ClaimPayer> },
    Approve(Settled),
    Return { loan: Handle<Loan>, confirmed: ClaimSums, after: Position },
}

/// A line about to be kept with our figure.
pub(crate) struct NewLine {
    pub row: ClaimLine,
    /// What a confirmed line does to its loan.
    pub confirmed: Option<Confirmed>,
}

/// What a confirmed line does to its loan, and the parts it adds to the claim.
pub(crate) struct Confirmed {
    pub sums: ClaimSums,
    pub through: Day,
    pub after: Position,
    pub parts: Parts,
}

/// What a line adds to its claim: by kind of university, or by university and academic year while it is named only.
pub(crate) enum Parts {
    Placed(Vec<ClaimPart>),
    Unplaced(Handle<Org>, Vec<(u16, Fen)>),
}

/// What approving a claim settles.
pub(crate) struct Settled {
    pub claim: Handle<Claim>,
    pub from_advance: Fen,
    pub from_stock: Fen,
}
