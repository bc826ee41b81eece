//! What a past makes of the entries of its record: after an entry what the ledger made of them; as of a day only those of days until then
//! count, and count together, in whatever order they were told. How they are read is in `folding`.

use ledger::entry::Entry;
use ledger::event::Kind;
use ledger::state::State;
use ledger::state::entry_rows::{POSTED, WITHDRAWN, WITHHELD};

use super::view::Past;
use crate::engine::folded::{folded, folded_as_of, judged_again, settled, standing, withheld};
use crate::engine::live::LiveState;
use crate::engine::{EngineError, Recorded};
use crate::point::Point;
use crate::record::log::Tip;

impl Past {
    /// Before the first entry.
    pub(super) fn beginning(point: Point, ledger: [u8; 16]) -> Self {
        let (state, tip, waiting) = (State::default(), Tip::new(ledger), Vec::new());
        Self { state, point, withheld: 0, changed: 0, salts: 0, tip, settled: 0, waiting }
    }

    /// Takes an entry, which came out so in the ledger, or leaves it out.
    pub(super) fn take(&mut self, entry: &Entry<'_>, there: u8, live: &LiveState) -> Result<(), EngineError> {
        let Some(day) = self.point.effective else { return folded(&mut self.state, entry).map(drop) };
        if !entry.event.counts_as_of(day) {
            return self.leave_out(entry, there, live);
        }
        let posted = came_out(there) == POSTED;
        match &entry.event.kind {
            Kind::InterestAccrued(_) | Kind::InterestAdjusted(_) if posted => standing(&mut self.state, entry)?,
            Kind::InterestAccrued(_) | Kind::InterestAdjusted(_) => withheld(&mut self.state, entry)?,
            _ => {
                if let Some(refusal) = folded_as_of(&mut self.state, entry, there)?
                    && posted
                    && !refusal.code.is_permanent()
                {
                    self.waiting.push(Recorded::of(entry));
                }
            }
        }
        let here = self.state.seen_at(entry.index).map_or(WITHHELD, |seen| seen.verdict);
        self.changed += u64::from(here != WITHHELD && came_out(here) != came_out(there));
        Ok(())
    }

    fn leave_out(&mut self, entry: &Entry<'_>, there: u8, live: &LiveState) -> Result<(), EngineError> {
        withheld(&mut self.state, entry)?;
        self.withheld += 1;
        if let Kind::EntryWithdrawn(withdrawn) = &entry.event.kind
            && there == POSTED
        {
            // A day mistaken for a later one and put right: what was put right counts on its own day, though both the mistake and its
            // withdrawal lie beyond.
            if let Some(taken) = live.read().seen.find(withdrawn.entry) {
                self.state.leave_taken_back(taken);
            }
        }
        Ok(())
    }

    /// Once all entries are in: what is told late of a day counts like what was told in time.
    pub(super) fn settle(&mut self) -> Result<(), EngineError> {
        let Some(day) = self.point.effective else { return Ok(()) };
        let again = self.judge_again()?;
        settled(&mut self.state, day, if again { 0 } else { self.settled })?;
        // What a decision asks of a fund is known only by now.
        while self.judge_again()? {
            settled(&mut self.state, day, 0)?;
        }
        self.settled = self.state.entries;
        Ok(())
    }

    /// Judges what is refused again and again, until nothing more is posted. Whether anything was.
    fn judge_again(&mut self) -> Result<bool, EngineError> {
        let waited = self.waiting.len();
        loop {
            let before = self.waiting.len();
            for entry in std::mem::take(&mut self.waiting) {
                if !judged_again(&mut self.state, &entry.entry())? {
                    self.waiting.push(entry);
                }
            }
            if self.waiting.len() == before {
                break;
            }
        }
        let posted = waited - self.waiting.len();
        self.changed -= posted as u64;
        Ok(posted > 0)
    }
}

/// What was posted and taken back since was posted.
fn came_out(verdict: u8) -> u8 {
    if verdict == WITHDRAWN { POSTED } else { verdict }
}
