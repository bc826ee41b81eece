//! What the model does about budget documents. Each entry that counts is a list of amounts, and where a line stands is reckoned
//! anew from all that is known of all lines after every event.

use super::{Line, Model, sure};
use ledger::event::{Event, LineAdjusted, LineIssued, LinePassedDown, LineRecalled, Source};
use ledger::money::{Day, Fen};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What an entry moved that counts.
pub struct Moved {
    pub(crate) on: Day,
    parts: Vec<Part>,
}

/// An amount onto a line, from the line above it or from outside; below zero the other way.
struct Part {
    line: Uuid,
    from: Option<Uuid>,
    fen: Fen,
    begins: bool,
}

impl Model {
    pub(super) fn issue(&mut self, event: &Event, e: &LineIssued) -> Option<()> {
        sure(e.fen > 0 && self.is_registered_org(e.unit))?;
        sure(self.policies.iter().any(|(_, policy, _)| policy.programme == e.programme))?;
        sure(event.effective.year() + u16::from(e.advance) == e.fiscal_year)?;
        let (programme, central) = (e.programme.clone(), e.source == Source::Central);
        let line = Line::new(e.unit, e.fiscal_year, programme, central, None);
        sure(self.may_begin(e.line, &line))?;
        self.begin(e.line, line);
        self.moved(event, vec![Part { line: e.line, from: None, fen: e.fen, begins: true }])
    }

    pub(super) fn pass_down(&mut self, event: &Event, e: &LinePassedDown) -> Option<()> {
        // What lines have while the parts are gone through: one that gives may be one that was filled before.
        let mut given: BTreeMap<Uuid, Fen> = BTreeMap::new();
        let mut made = BTreeSet::new();
        for part in &e.parts {
            let from = self.lines.get(&part.from)?;
            sure(part.fen > 0 && from.told && self.is_registered_org(part.unit) && self.below(part.unit, from.unit))?;
            let line = Line::new(part.unit, from.year, from.programme.clone(), from.central, Some(part.from));
            sure(self.may_begin(part.to, &line) && made.insert(part.to))?;
            // What fills a line comes back to the line above, where it was withheld.
            let back = self.lines.get(&part.to).map_or(0, |line| part.fen.min(-line.short));
            let sum = given.entry(part.from).or_default();
            *sum += part.fen - back;
            sure(*sum <= from.available + from.short)?;
        }
        let mut parts = Vec::new();
        for part in &e.parts {
            let from = &self.lines[&part.from];
            let line = Line::new(part.unit, from.year, from.programme.clone(), from.central, Some(part.from));
            self.begin(part.to, line);
            parts.push(Part { line: part.to, from: Some(part.from), fen: part.fen, begins: true });
        }
        self.moved(event, parts)
    }

    pub(super) fn recall(&mut self, event: &Event, e: &LineRecalled) -> Option<()> {
        let line = self.lines.get(&e.line)?;
        let from = Some(line.parent?);
        sure(e.fen > 0 && e.fen <= line.available)?;
        self.moved(event, vec![Part { line: e.line, from, fen: -e.fen, begins: false }])
    }

    pub(super) fn adjust(&mut self, event: &Event, e: &LineAdjusted) -> Option<()> {
        let line = self.lines.get(&e.line)?;
        sure(line.told && e.fen != 0 && e.fen != Fen::MIN && line.received.checked_add(e.fen).is_some())?;
        if e.fen < 0 {
            sure(-e.fen <= line.available)?;
        } else if let Some(from) = line.parent.map(|from| &self.lines[&from]) {
            sure(e.fen - e.fen.min(-line.short) <= from.available + from.short)?;
        }
        self.moved(event, vec![Part { line: e.line, from: line.parent, fen: e.fen, begins: false }])
    }

    pub(super) fn take_back_paid(&mut self, on: Day, entry: Uuid) -> Option<()> {
        sure(self.paid_over[&entry].0 == on)?;
        self.paid_over.remove(&entry);
        self.withdrawn.insert(entry);
        Some(())
    }

    /// Whatever was used meanwhile.
    pub(super) fn take_back_moved(&mut self, on: Day, entry: Uuid) -> Option<()> {
        sure(self.moved.get(&entry)?.on == on && !self.withdrawn.contains(&entry))?;
        for part in &self.moved.remove(&entry)?.parts {
            self.count(part, -1);
            if part.begins {
                self.lines.get_mut(&part.line)?.told = false;
                if self.free(part.line) {
                    self.lines.get_mut(&part.line)?.listed = false;
                }
            }
        }
        self.withdrawn.insert(entry);
        Some(())
    }

    /// Who has what: what a line has too little it lacks, and the line above goes without it meanwhile.
    pub(super) fn reckon_lines(&mut self) {
        let depth = |id: &Uuid| std::iter::successors(Some(*id), |id| self.lines[id].parent).count();
        let mut ids: Vec<Uuid> = self.lines.keys().copied().collect();
        ids.sort_by_key(|id| std::cmp::Reverse(depth(id)));
        let mut lacking: BTreeMap<Uuid, Fen> = BTreeMap::new();
        for id in ids {
            let withheld = lacking.get(&id).copied().unwrap_or_default();
            let Some(line) = self.lines.get_mut(&id) else { continue };
            let net = line.received - line.passed_down - line.applied - line.spent - line.surrendered - withheld;
            (line.available, line.short, line.withheld) = (net.max(0), net.min(0), withheld);
            line.used |= line.applied + line.spent > 0;
            if let Some(parent) = line.parent {
                *lacking.entry(parent).or_default() -= line.short;
            }
        }
    }

    fn moved(&mut self, event: &Event, parts: Vec<Part>) -> Option<()> {
        parts.iter().for_each(|part| self.count(part, 1));
        self.moved.insert(event.id, Moved { on: event.effective, parts });
        Some(())
    }

    fn count(&mut self, part: &Part, times: Fen) {
        if let Some(line) = self.lines.get_mut(&part.line) {
            (line.received, line.moves) = (line.received + times * part.fen, line.moves + times);
        }
        if let Some(above) = part.from.and_then(|from| self.lines.get_mut(&from)) {
            above.passed_down += times * part.fen;
        }
    }

    /// A line may be told if nobody told it, or if that was taken back: then as something else only if nothing hangs on it.
    fn may_begin(&self, id: Uuid, new: &Line) -> bool {
        let Some(line) = self.lines.get(&id) else { return true };
        let head = |line: &Line| (line.unit, line.year, line.programme.clone(), line.central, line.parent);
        !line.told && (self.free(id) || head(line) == head(new))
    }

    fn free(&self, id: Uuid) -> bool {
        let line = &self.lines[&id];
        let below = self.lines.values().any(|other| other.listed && other.parent == Some(id));
        let named = self.applications.values().any(|application| application.parts.contains_key(&id));
        line.moves == 0 && !line.used && !below && !named
    }

    fn begin(&mut self, id: Uuid, new: Line) {
        match self.lines.get_mut(&id) {
            None => {
                self.lines.insert(id, new);
            }
            Some(line) => {
                let Line { unit, year, programme, central, parent, told, listed, .. } = new;
                (line.unit, line.year, line.programme, line.central) = (unit, year, programme, central);
                (line.parent, line.told, line.listed) = (parent, told, listed);
            }
        }
    }

    fn below(&self, below: Uuid, above: Uuid) -> bool {
        let mut at = self.orgs[&below].parent;
        while let Some(org) = at {
            if org == above {
                return true;
            }
            at = self.orgs[&org].parent;
        }
        false
    }
}

impl Line {
    fn new(unit: Uuid, year: u16, programme: String, central: bool, parent: Option<Uuid>) -> Self {
        let (received, passed_down, available, applied, spent, surrendered) = Default::default();
        let (short, withheld, moves, used) = Default::default();
        let (told, listed) = (true, parent.is_some());
        Self {
            unit,
            year,
            programme,
            central,
            parent,
            received,
            passed_down,
            available,
            applied,
            spent,
            surrendered,
            short,
            withheld,
            moves,
            used,
            told,
            listed,
        }
    }
}
