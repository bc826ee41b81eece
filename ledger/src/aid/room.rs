//! What the vouchers of an application may pay: its parts as corrected. A voucher that names the line an application was told to take
//! money from pays there what is left, and the rest on the lines to which corrections moved it; one that names such a line pays there.

use super::voucher_told::paid;
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::correction_rows::{Corrected, Correction};
use crate::state::rows::{Application, ApplicationPart, Line};
use uuid::Uuid;

/// An application's parts and what is cleared of them so far.
pub(crate) struct Room {
    pub parts: Vec<ApplicationPart>,
    /// Their lines' ids, as vouchers name lines they need not know.
    ids: Vec<Uuid>,
    /// From which part to which other how much may pass.
    ways: Vec<(usize, usize, Fen)>,
}

impl Room {
    /// Of parts of which nothing is cleared.
    pub fn of(state: &State, parts: &[ApplicationPart], corrected: Option<&Corrected>) -> Self {
        let parts: Vec<_> = parts.iter().map(|part| ApplicationPart { cleared: 0, ..part.clone() }).collect();
        let at = |line: Handle<Line>| parts.iter().position(|part| part.line == line);
        let way = |told: &Correction| Some((at(told.from)?, at(told.to)?, told.moved));
        let ways = corrected.into_iter().flat_map(|row| &row.told).filter_map(way).collect();
        let ids = parts.iter().map(|part| state.lines.get(part.line).id).collect();
        Self { parts, ids, ways }
    }

    /// Pays what a voucher draws on a line, as far as the application takes it there; how much that is.
    pub fn pay(&mut self, line: Uuid, fen: Fen) -> Fen {
        let part = self.ids.iter().position(|id| *id == line);
        part.map_or(0, |part| self.fill(part, fen, &mut Vec::new()))
    }

    /// Where a part and all that can be reached from it are full, it is looked at once.
    fn fill(&mut self, at: usize, wanted: Fen, full: &mut Vec<usize>) -> Fen {
        let part = &mut self.parts[at];
        let here = wanted.min(part.fen - part.cleared);
        part.cleared += here;
        let mut rest = wanted - here;
        full.push(at);
        for way in 0..self.ways.len() {
            let (from, to, open) = self.ways[way];
            if rest == 0 {
                break;
            }
            if from == at && open > 0 && !full.contains(&to) {
                let fen = self.fill(to, rest.min(open), full);
                self.ways[way].2 -= fen;
                rest -= fen;
            }
        }
        if rest == 0 {
            full.retain(|other| *other != at);
        }
        wanted - rest
    }
}

/// Whether the treasury has paid the whole of an application, and had not yet on this day.
pub(crate) fn is_paid_later(state: &State, application: Handle<Application>, on: Day) -> bool {
    let row = state.applications.get(application);
    let short = |parts: &[ApplicationPart]| parts.iter().map(|part| part.cleared).sum::<Fen>() < row.set.fen;
    if short(&row.parts) {
        return false;
    }
    let mut room = Room::of(state, &row.parts, state.corrected_of(application));
    for voucher in &row.vouchers {
        let mut then = state.vouchers.get(*voucher).clone();
        then.facts.retain(|fact| fact.on <= on);
        let mut left = paid(&then).max(0);
        for draw in &then.draws {
            let part = draw.fen.min(left);
            left -= part;
            room.pay(draw.line, part);
        }
    }
    short(&room.parts)
}
