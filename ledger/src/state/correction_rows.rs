//! What corrections 支付更正 make of the draws of an application's payments: the line that pays in the place of the line that was told.
//! Who judges them and what that moves is in `aid`.

use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Application, ApplicationPart, Drawn, Line, Payout};
use crate::state::table::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// All corrections of one application, and what they come to.
#[derive(Clone, Serialize, Deserialize)]
pub struct Corrected {
    /// The application's.
    pub id: Uuid,
    /// Those that count: by day, then by document number, then by their lines, whichever was told first.
    pub told: Vec<Correction>,
    /// What they do to the payments, one after the other.
    pub swaps: Vec<Swap>,
}

/// One correction.
#[derive(Clone, Serialize, Deserialize)]
pub struct Correction {
    /// The entry that told it.
    pub entry: Handle<Seen>,
    /// The line that was told.
    pub from: Handle<Line>,
    /// The line that pays.
    pub to: Handle<Line>,
    /// How much of it.
    pub fen: Fen,
    /// How much the application takes from there, as another correction may have been taken back.
    pub moved: Fen,
    /// The day.
    pub on: Day,
    /// Document number of the decision.
    pub document: String,
}

impl Correction {
    /// How much of it the application does not take from there.
    #[must_use]
    pub fn missing(&self) -> Fen {
        self.fen - self.moved
    }
}

/// What payments take from one line they take from another: all up to a number, and of the one with that number a part.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Swap {
    /// The line before.
    pub from: Handle<Line>,
    /// The line after.
    pub to: Handle<Line>,
    /// The number of the last payment concerned.
    pub last: u32,
    /// What of that one.
    pub part: Fen,
}

/// What a payment takes from one line, and the line it was told to take it from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// The line that was told.
    pub told: Handle<Line>,
    /// The line that pays.
    pub line: Handle<Line>,
    /// How much.
    pub fen: Fen,
}

impl Piece {
    /// Moves at most so much of these from one line to another; how much it was. What is left of one comes before what went.
    pub(crate) fn swap(pieces: &mut Vec<Self>, from: Handle<Line>, to: Handle<Line>, most: Fen) -> Fen {
        let mut moved = 0;
        for at in 0..pieces.len() {
            let piece = pieces[at];
            let fen = piece.fen.min(most - moved);
            if piece.line != from || fen == 0 {
                continue;
            }
            moved += fen;
            pieces[at] = Self { line: to, fen, ..piece };
            if fen < piece.fen {
                pieces.insert(at, Self { fen: piece.fen - fen, ..piece });
                break;
            }
        }
        moved
    }
}

impl Corrected {
    /// Nothing is corrected.
    pub(crate) fn none(id: Uuid) -> Self {
        Self { id, told: Vec::new(), swaps: Vec::new() }
    }

    /// What the payment of this number takes then.
    fn read(&self, number: u32, mut pieces: Vec<Piece>) -> Vec<Piece> {
        for swap in self.swaps.iter().filter(|swap| number <= swap.last) {
            let most = if number == swap.last { swap.part } else { Fen::MAX };
            Piece::swap(&mut pieces, swap.from, swap.to, most);
        }
        pieces
    }
}

impl Row for Corrected {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// What an application takes from a line, of which nothing is cleared yet.
pub(crate) fn add_part(parts: &mut Vec<ApplicationPart>, line: Handle<Line>, fen: Fen) {
    match parts.iter_mut().find(|part| part.line == line) {
        Some(part) => part.fen += fen,
        None => parts.push(ApplicationPart { line, fen, cleared: 0 }),
    }
}

impl State {
    /// The corrections of an application, if it has any.
    #[must_use]
    pub fn corrected_of(&self, application: Handle<Application>) -> Option<&Corrected> {
        // Most ledgers have none at all.
        if self.corrected.is_empty() {
            return None;
        }
        self.corrected.by_id(self.applications.get(application).id).map(|(_, row)| row)
    }

    /// What a payment takes from which lines, as corrected.
    #[must_use]
    pub fn pieces_of(&self, payout: &Payout) -> Vec<Piece> {
        self.pieces_as(payout, self.corrected_of(payout.application))
    }

    /// The same, were these the corrections of its application.
    pub(crate) fn pieces_as(&self, payout: &Payout, corrected: Option<&Corrected>) -> Vec<Piece> {
        let told = self.pieces_told(payout.draws, payout.draw_count).collect();
        match corrected {
            Some(corrected) => corrected.read(payout.number, told),
            None => told,
        }
    }

    /// So many draws as they were told.
    pub(crate) fn pieces_told(&self, first: Handle<Drawn>, count: u8) -> impl Iterator<Item = Piece> {
        let draws = first.run(u32::from(count)).map(|at| *self.draws.get(at));
        draws.map(|Drawn { line, fen }| Piece { told: line, line, fen })
    }
}
