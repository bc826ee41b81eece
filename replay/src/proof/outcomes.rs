//! Outcomes on their way into the tree over them. Whoever folds only writes their bytes down, as the fold is what all else waits for;
//! they are hashed by whoever needs it first: the signing thread, frame by frame, or who keeps pages or asks what they come to.

use std::collections::VecDeque;

use ledger::hash::Hash;
use parking_lot::{Mutex, MutexGuard};

use crate::proof::tally::{Noted, Tally, Tallying};
use crate::record::leaves::Leaves;

/// As many emptied buffers are kept for the frames to come.
const SPARE: usize = 4;

/// Outcomes as the fold notes them, in order, and what those that are hashed come to. Locks are taken in the order of the fields.
#[derive(Default)]
pub(crate) struct OutcomeLog {
    hashed: Mutex<Hashed>,
    /// Frames that wait to be hashed.
    waiting: Mutex<VecDeque<Waiting>>,
    /// Those of the frame under way.
    noted: Mutex<Noted>,
    spare: Mutex<Vec<Noted>>,
}

#[derive(Default)]
struct Hashed {
    tallying: Tallying,
    /// Of whole frames: their leaves, and what all outcomes until then come to.
    frames: VecDeque<(Leaves, Tally)>,
}

struct Waiting {
    noted: Noted,
    /// Whether a frame ends here, for whom asks frame by frame.
    ends_frame: bool,
}

impl From<Tallying> for OutcomeLog {
    fn from(tallying: Tallying) -> Self {
        Self { hashed: Mutex::new(Hashed { tallying, ..Hashed::default() }), ..Self::default() }
    }
}

impl OutcomeLog {
    /// Takes outcomes, each of the entry just folded.
    pub(crate) fn noting(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock()
    }

    /// The frame is folded: whoever asks frame by frame gets it with [`OutcomeLog::next_frame`].
    pub(crate) fn end_frame(&self) {
        let mut waiting = self.waiting.lock();
        self.put(&mut waiting, true);
    }

    /// The leaves of the next frame that ended, and what all outcomes until then come to.
    pub(crate) fn next_frame(&self) -> Option<(Leaves, Tally)> {
        let mut hashed = self.hashed.lock();
        while hashed.frames.is_empty() {
            let next = self.waiting.lock().pop_front()?;
            self.hash(&mut hashed, next);
        }
        hashed.frames.pop_front()
    }

    /// What all outcomes noted so far come to.
    pub(crate) fn tally(&self) -> Tally {
        self.with(|tallying| tallying.tally().clone())
    }

    /// The random bytes of the entries of all outcomes noted so far, exclusive-or. Hashes nothing: the fold waits for whoever asks.
    pub(crate) fn salts(&self) -> u128 {
        let (hashed, waiting) = (self.hashed.lock(), self.waiting.lock());
        let noted = waiting.iter().map(|frame| frame.noted.salts()).chain([self.noted.lock().salts()]);
        noted.fold(hashed.tallying.tally().salts(), |all, salts| all ^ salts)
    }

    /// The leaves behind the last whole tile.
    pub(crate) fn tail(&self) -> Vec<Hash> {
        self.with(|tallying| tallying.tail().to_vec())
    }

    /// The leaves noted since this was asked for last, for who does not ask frame by frame.
    pub(crate) fn take_leaves(&self) -> Leaves {
        self.with(Tallying::take_fresh)
    }

    /// Hashes what is noted, and shows what all comes to.
    pub(crate) fn with<T>(&self, show: impl FnOnce(&mut Tallying) -> T) -> T {
        let mut hashed = self.hashed.lock();
        let mut waiting = self.waiting.lock();
        self.put(&mut waiting, false);
        let all = std::mem::take(&mut *waiting);
        drop(waiting);
        all.into_iter().for_each(|next| self.hash(&mut hashed, next));
        show(&mut hashed.tallying)
    }

    fn put(&self, waiting: &mut VecDeque<Waiting>, ends_frame: bool) {
        let empty = self.spare.lock().pop().unwrap_or_default();
        let noted = std::mem::replace(&mut *self.noted.lock(), empty);
        waiting.push_back(Waiting { noted, ends_frame });
    }

    fn hash(&self, hashed: &mut Hashed, Waiting { mut noted, ends_frame }: Waiting) {
        hashed.tallying.take(&noted);
        if ends_frame {
            let leaves = hashed.tallying.take_fresh();
            hashed.frames.push_back((leaves, hashed.tallying.tally().clone()));
        }
        noted.clear();
        let mut spare = self.spare.lock();
        if spare.len() < SPARE {
            spare.push(noted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::outcome::{Now, Outcome};
    use ledger::state::State;
    use ledger::tree::outcome_leaf::EntryMark;

    /// Whoever asks in between, each frame has its own leaves and its own tally, which are those of outcomes noted one by one.
    #[test]
    fn frames_are_whole_whoever_asked_in_between() {
        let (log, state) = (OutcomeLog::default(), State::default());
        let (mut plain, mut ends) = (Tallying::default(), Vec::new());
        for entry in 0..700_u64 {
            let outcome = Outcome::Duplicate { first: entry / 3, now: Now::Counts };
            let mark = EntryMark { salt: [u8::try_from(entry % 251).unwrap(); 16], ..EntryMark::default() };
            log.noting().note(&state, &mark, &outcome);
            plain.note(&state, &mark, &outcome);
            assert_eq!(log.salts(), plain.tally().salts(), "entry {entry}");
            if entry % 5 == 2 {
                assert_eq!(&log.tally(), plain.tally(), "entry {entry}");
                assert_eq!(log.tail(), plain.tail(), "entry {entry}");
            }
            if entry % 7 == 6 {
                log.end_frame();
                ends.push((plain.take_fresh(), plain.tally().clone()));
            }
            if entry % 21 == 20 {
                for (leaves, tally) in ends.drain(..) {
                    let (frame, told) = log.next_frame().unwrap();
                    assert_eq!(
                        (frame.hashes, frame.tiles, told),
                        (leaves.hashes, leaves.tiles, tally),
                        "entry {entry}"
                    );
                }
                assert!(log.next_frame().is_none());
            }
        }
    }
}
