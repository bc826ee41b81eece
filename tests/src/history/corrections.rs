//! Corrections of what applications take from document lines: mostly of one that does, onto a line like it.

use super::any::{ODD, any};
use super::{Chance, thing};
use crate::model::Model;
use ledger::event::{DrawsCorrected, Kind};
use ledger::money::Fen;
use ledger::state::stage::Stage;
use uuid::Uuid;

/// An application takes something from another line.
pub(super) fn corrected(chance: &mut Chance, model: &Model, made: usize) -> Kind {
    let sealed = model.applications.iter().filter(|(_, row)| (Stage::Sealed..=Stage::Sent).contains(&row.set.stage));
    let sealed: Vec<Uuid> = sealed.map(|(id, _)| *id).collect();
    let found = chance.pick(&sealed).copied().filter(|_| !chance.in_hundred(ODD));
    let application = found.unwrap_or_else(|| any(chance, &model.applications, "application"));
    let row = model.applications.get(&application);
    let parts: Vec<(Uuid, Fen)> =
        row.into_iter().flat_map(|row| &row.parts).map(|(line, (fen, _))| (*line, *fen)).collect();
    let (from, fen) = chance.pick(&parts).copied().unwrap_or((thing("line", 1), 100));
    let like = |id: &Uuid| {
        let (line, before) = (&model.lines[id], &model.lines[&from]);
        *id != from && (line.unit, line.year, &line.programme) == (before.unit, before.year, &before.programme)
    };
    let lines: Vec<Uuid> =
        model.lines.keys().copied().filter(|id| model.lines.contains_key(&from) && like(id)).collect();
    let to = chance.pick(&lines).copied().filter(|_| !chance.in_hundred(ODD));
    let to = to.unwrap_or_else(|| any(chance, &model.lines, "line"));
    let fen = match chance.below(10) {
        0 => fen + 1,
        1..5 => fen,
        _ => fen / 3 + chance.below(100) as Fen,
    };
    let document = format!("更正{}", if chance.in_hundred(20) { 1 } else { made });
    Kind::DrawsCorrected(DrawsCorrected { application, from, to, fen, document })
}
