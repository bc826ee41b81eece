//! What all outcomes came to at the ends of the last frames, so that a checkpoint over fewer entries than are folded by now
//! can still be compared. Older ones are forgotten; the tree forgets nothing and is not kept here.

use std::collections::VecDeque;

use crate::limits::FOLLOW_MARKS;
use crate::proof::tally::Tally;

/// The tally by number of entries, ascending.
#[derive(Debug)]
pub(crate) struct Marks {
    marks: VecDeque<Tally>,
    most: usize,
}

impl Marks {
    /// Begins with what is folded already.
    pub(crate) fn from(tally: Tally) -> Self {
        Self { marks: VecDeque::from([tally]), most: FOLLOW_MARKS }
    }

    /// Takes the tally after a frame. Frames without entries change nothing.
    pub(crate) fn note(&mut self, tally: Tally) {
        if self.entries() == tally.chain().entries() {
            return;
        }
        if self.marks.len() == self.most {
            self.marks.pop_front();
        }
        self.marks.push_back(tally);
    }

    /// How many entries are folded.
    pub(crate) fn entries(&self) -> u64 {
        self.marks.back().map_or(0, |tally| tally.chain().entries())
    }

    /// The tally after exactly so many entries, if it is remembered.
    pub(crate) fn at(&self, entries: u64) -> Option<&Tally> {
        let at = self.marks.partition_point(|tally| tally.chain().entries() < entries);
        self.marks.get(at).filter(|tally| tally.chain().entries() == entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::outcome::{Now, Outcome};
    use ledger::state::State;

    #[test]
    fn the_last_ends_of_frames_are_remembered_and_no_others() {
        let state = State::default();
        let mut tally = Tally::default();
        let mut marks = Marks { most: 3, ..Marks::from(tally) };
        for entries in 1..=10_u64 {
            tally.note(&state, &Outcome::Duplicate { first: 0, now: Now::Counts });
            if entries % 2 == 0 {
                marks.note(tally);
                marks.note(tally);
            }
        }
        assert_eq!(marks.entries(), 10);
        assert_eq!(marks.at(10), Some(&tally));
        let known: Vec<u64> = (0..=10).filter(|entries| marks.at(*entries).is_some()).collect();
        assert_eq!(known, [6, 8, 10]);
    }
}
