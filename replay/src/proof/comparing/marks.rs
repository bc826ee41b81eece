//! What was posted in each book at the ends of the last frames, so that a checkpoint over fewer entries than are folded by now
//! can still be compared. Older ones are forgotten; the trees forget nothing and are not kept here.

use std::collections::VecDeque;

use crate::limits::FOLLOW_MARKS;
use crate::proof::tally::{BOOKS, Tally, Turnover};

/// The books by number of entries, ascending.
#[derive(Debug)]
pub(crate) struct Marks {
    marks: VecDeque<(u64, [Turnover; BOOKS])>,
    most: usize,
}

impl Marks {
    /// Begins with what is folded already.
    pub(crate) fn from(tally: &Tally) -> Self {
        Self { marks: VecDeque::from([(tally.entries(), *tally.books())]), most: FOLLOW_MARKS }
    }

    /// Takes the tally after a frame. Frames without entries change nothing.
    pub(crate) fn note(&mut self, tally: &Tally) {
        if self.entries() == tally.entries() {
            return;
        }
        if self.marks.len() == self.most {
            self.marks.pop_front();
        }
        self.marks.push_back((tally.entries(), *tally.books()));
    }

    /// How many entries are folded.
    pub(crate) fn entries(&self) -> u64 {
        self.marks.back().map_or(0, |(entries, _)| *entries)
    }

    /// The books after exactly so many entries, if they are remembered.
    pub(crate) fn at(&self, entries: u64) -> Option<&[Turnover; BOOKS]> {
        let at = self.marks.partition_point(|(before, _)| *before < entries);
        self.marks.get(at).filter(|(found, _)| *found == entries).map(|(_, books)| books)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::tally::Tallying;
    use ledger::outcome::{Now, Outcome};
    use ledger::state::State;
    use ledger::tree::outcome_leaf::EntryMark;

    #[test]
    fn the_last_ends_of_frames_are_remembered_and_no_others() {
        let state = State::default();
        let mut tallying = Tallying::default();
        let mut marks = Marks { most: 3, ..Marks::from(tallying.tally()) };
        for entries in 1..=10_u64 {
            tallying.note(&state, &EntryMark::default(), &Outcome::Duplicate { first: 0, now: Now::Counts });
            if entries % 2 == 0 {
                marks.note(tallying.tally());
                marks.note(tallying.tally());
            }
        }
        assert_eq!(marks.entries(), 10);
        assert_eq!(marks.at(10), Some(tallying.tally().books()));
        let known: Vec<u64> = (0..=10).filter(|entries| marks.at(*entries).is_some()).collect();
        assert_eq!(known, [6, 8, 10]);
    }
}
