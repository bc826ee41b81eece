//! What corrections of an application come to over its payments: which of them take from which line, and what it takes from each in
//! all. A function of the corrections that count, whichever was told first.

use crate::handle::Handle;
use crate::money::Fen;
use crate::state::State;
use crate::state::correction_rows::{Corrected, Correction, Piece, Swap, add_part};
use crate::state::rows::{Application, ApplicationPart, Payout};
use crate::steps::step;

/// An application as corrected.
pub(crate) struct Swapped {
    pub corrected: Corrected,
    /// How much it takes from each line it was told to take money from, or a correction names.
    pub parts: Vec<ApplicationPart>,
}

impl Swapped {
    /// Corrections go by day, of one day by document number; where one takes what another brings, it waits for that one.
    pub fn of(state: &State, application: Handle<Application>, told: Vec<Correction>) -> Self {
        let row = state.applications.get(application);
        let mut corrected = Corrected { told, ..Corrected::none(row.id) };
        let line = |line| state.lines.get(line).id;
        corrected.told.sort_by_cached_key(|told| (told.on, told.document.clone(), line(told.from), line(told.to)));
        corrected.told.iter_mut().for_each(|told| told.moved = 0);
        let mut payments = payments(state, application);
        // Each round ends one of them, or none can go on.
        for _ in 0..corrected.told.len() {
            let before = corrected.swaps.len();
            let swaps = corrected.told.iter_mut().filter_map(|told| swap(&mut payments, told));
            corrected.swaps.extend(swaps);
            if corrected.swaps.len() == before {
                break;
            }
        }
        let mut parts = Vec::new();
        for piece in payments.iter().flat_map(|(_, pieces)| pieces) {
            add_part(&mut parts, piece.told, 0);
            add_part(&mut parts, piece.line, piece.fen);
        }
        // Also lines that what is cleared only passes by.
        for line in corrected.told.iter().flat_map(|told| [told.from, told.to]) {
            add_part(&mut parts, line, 0);
        }
        Self { corrected, parts }
    }
}

/// What all corrections together say and the application does not take from their lines.
pub(crate) fn left_over(corrected: Option<&Corrected>) -> Fen {
    let left = corrected.into_iter().flat_map(|row| &row.told).map(Correction::missing);
    left.fold(0, Fen::saturating_add)
}

/// The payments of an application, the first one first.
pub(crate) fn in_order(state: &State, application: Handle<Application>) -> Vec<&Payout> {
    let last = state.applications.get(application).last_payout;
    let mut payments: Vec<_> = state.payouts.chain(last, |row| row.before_of_application).map(|(_, row)| row).collect();
    payments.reverse();
    payments
}

/// What they take as they were told.
fn payments(state: &State, application: Handle<Application>) -> Vec<(u32, Vec<Piece>)> {
    in_order(state, application).into_iter().map(|row| (row.number, state.pieces_as(row, None))).collect()
}

/// As much of a correction as is left of it and can be done.
fn swap(payments: &mut [(u32, Vec<Piece>)], told: &mut Correction) -> Option<Swap> {
    let (from, to) = (told.from, told.to);
    let mut done = None;
    for (number, pieces) in payments {
        if told.moved == told.fen {
            break;
        }
        step();
        let part = Piece::swap(pieces, from, to, told.fen - told.moved);
        if part > 0 {
            told.moved += part;
            done = Some(Swap { from, to, last: *number, part });
        }
    }
    done
}
