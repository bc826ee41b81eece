//! What the model makes of corrections: each payment of an application is chunks of money, each with the line it is of; corrections
//! repaint chunks, the first payment first.

use super::{Model, sure};
use ledger::event::DrawsCorrected;
use ledger::money::{Day, Fen};
use ledger::state::stage::Stage;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A correction that counts.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Corrected {
    pub on: Day,
    pub said: DrawsCorrected,
}

/// Some money of one payment.
#[derive(Clone)]
pub(super) struct Chunk {
    pub(super) payout: Uuid,
    pub(super) line: Uuid,
    pub(super) fen: Fen,
}

/// A way on which so much of one line's money went to another.
pub(super) type Way = (Uuid, Uuid, Fen);

impl Model {
    pub(super) fn correct(&mut self, event: Uuid, on: Day, e: &DrawsCorrected) -> Option<()> {
        let application = self.applications.get(&e.application)?;
        let (from, to) = (self.lines.get(&e.from)?, self.lines.get(&e.to)?);
        sure((Stage::Sealed..=Stage::Sent).contains(&application.set.stage) && on.year() == application.year)?;
        sure(on >= application.on)?;
        sure(e.from != e.to && to.told && e.fen > 0 && to.programme == from.programme)?;
        sure((to.unit, to.year) == (application.unit, application.year))?;
        let left = |model: &Self| {
            let said: Fen = model.corrections_of(e.application).iter().map(|row| row.said.fen).sum();
            said - model.chunks(e.application).1.iter().map(|(.., fen)| fen).sum::<Fen>()
        };
        sure(self.corrections_of(e.application).len() < 32)?;
        let (left_before, free_before, available) = (left(self), self.free_on(e.to), to.available);
        self.corrections.insert(event, Corrected { on, said: e.clone() });
        self.repaint(e.application);
        let taken = free_before - self.free_on(e.to);
        if left(self) > left_before || (taken > 0 && taken > available) {
            self.corrections.remove(&event);
            self.repaint(e.application);
            return None;
        }
        Some(())
    }

    pub(super) fn uncorrect(&mut self, on: Day, event: Uuid) -> Option<()> {
        sure(self.corrections.get(&event)?.on == on)?;
        let row = self.corrections.remove(&event)?;
        self.repaint(row.said.application);
        self.withdrawn.insert(event);
        Some(())
    }

    /// What a line has that nobody applied for; below zero what it lacks.
    fn free_on(&self, line: Uuid) -> Fen {
        let line = &self.lines[&line];
        line.received - line.passed_down - line.applied - line.spent - line.surrendered
    }

    /// By day, then by what they name.
    pub(super) fn corrections_of(&self, application: Uuid) -> Vec<&Corrected> {
        let mut of_it: Vec<_> = self.corrections.values().filter(|row| row.said.application == application).collect();
        of_it.sort_by_key(|row| (row.on, row.said.from, row.said.to, row.said.document.clone()));
        of_it
    }

    /// All money of an application's payments, and by which ways it went to other lines.
    pub(super) fn chunks(&self, application: Uuid) -> (Vec<Chunk>, Vec<Way>) {
        let of_it = self.payouts.iter().filter(|payout| payout.application == application);
        let chunk = |payout: Uuid, (line, fen): (Uuid, Fen)| Chunk { payout, line, fen };
        let mut chunks: Vec<Chunk> =
            of_it.flat_map(|payout| payout.draws.iter().map(move |draw| chunk(payout.id, *draw))).collect();
        let rows = self.corrections_of(application);
        let mut ways: Vec<Way> = rows.iter().map(|row| (row.said.from, row.said.to, 0)).collect();
        // One may bring what another takes away.
        for _ in 0..rows.len() {
            for (row, way) in rows.iter().zip(&mut ways) {
                way.2 += repainted(&mut chunks, way.0, way.1, row.said.fen - way.2);
            }
        }
        (chunks, ways)
    }

    /// The lines a payment is of.
    pub(super) fn draws_now(&self, payout: Uuid) -> Vec<(Uuid, Fen)> {
        let Some(row) = self.payout(payout) else { return Vec::new() };
        if self.corrections.is_empty() {
            return row.draws.clone();
        }
        let chunks = self.chunks(row.application).0.into_iter().filter(|chunk| chunk.payout == payout);
        chunks.map(|chunk| (chunk.line, chunk.fen)).collect()
    }

    /// What an application takes from each line, now that a correction counts or no longer does, and what stands where because of it.
    fn repaint(&mut self, id: Uuid) {
        let mut parts: BTreeMap<Uuid, Fen> = BTreeMap::new();
        for chunk in self.chunks(id).0 {
            *parts.entry(chunk.line).or_default() += chunk.fen;
        }
        let named = self.corrections_of(id).iter().flat_map(|row| [row.said.from, row.said.to]).collect::<Vec<_>>();
        let Some(row) = self.applications.get_mut(&id) else { return };
        for line in named {
            row.parts.entry(line).or_default();
        }
        let holds = row.set.stage != Stage::Cancelled;
        for (line, (fen, _)) in &mut row.parts {
            let now = parts.get(line).copied().unwrap_or_default();
            if let Some(line) = self.lines.get_mut(line).filter(|_| holds) {
                line.applied += now - *fen;
            }
            *fen = now;
        }
        self.settle();
    }
}

fn repainted(chunks: &mut Vec<Chunk>, from: Uuid, to: Uuid, most: Fen) -> Fen {
    let mut moved = 0;
    for at in 0..chunks.len() {
        let fen = chunks[at].fen.min(most - moved);
        if chunks[at].line != from || fen == 0 {
            continue;
        }
        let rest = Chunk { fen: chunks[at].fen - fen, ..chunks[at].clone() };
        chunks[at] = Chunk { line: to, fen, ..rest.clone() };
        moved += fen;
        if rest.fen > 0 {
            // What is left of it is in the place before what went.
            chunks.insert(at, rest);
            break;
        }
    }
    moved
}

/// Pays on a line, and what finds no room there on the lines its money went to.
pub(super) fn spread(room: &mut BTreeMap<Uuid, Fen>, ways: &mut [Way], line: Uuid, fen: Fen) -> Vec<(Uuid, Fen)> {
    let mut paid = Vec::new();
    let left = spread_on(room, ways, line, fen, &mut vec![], &mut paid);
    debug_assert!(left >= 0, "no more is paid than is there");
    paid
}

fn spread_on(
    room: &mut BTreeMap<Uuid, Fen>,
    ways: &mut [Way],
    line: Uuid,
    fen: Fen,
    full: &mut Vec<Uuid>,
    paid: &mut Vec<(Uuid, Fen)>,
) -> Fen {
    let here = room.get_mut(&line);
    let part = here.map_or(0, |here| {
        let part = fen.min(*here);
        *here -= part;
        part
    });
    paid.push((line, part));
    let mut left = fen - part;
    full.push(line);
    for at in 0..ways.len() {
        let (from, to, open) = ways[at];
        if from == line && !full.contains(&to) && left.min(open) > 0 {
            let wanted = left.min(open);
            let sent = wanted - spread_on(room, ways, to, wanted, full, paid);
            (ways[at].2, left) = (open - sent, left - sent);
        }
    }
    if left == 0 {
        full.retain(|other| *other != line);
    }
    left
}
