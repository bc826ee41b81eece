//! Pasts at hand and on their way. Whoever asks for the same point shares one fold; of those at hand the one asked for
//! least recently goes first. How a past is folded is in `folding`.

use crate::engine::folded::watched;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::folding::{Folding, Task};
use super::view::{Past, PastError};
use crate::engine::EngineError;
use crate::engine::live::LiveState;
use crate::limits::PASTS_KEPT;
use crate::point::Point;

/// The pasts of one ledger.
pub(in crate::engine) struct Pasts {
    record: PathBuf,
    ledger: [u8; 16],
    kept: Mutex<Kept>,
    /// Raised whenever a fold ends.
    ended: watch::Sender<u64>,
    stop: AtomicBool,
}

#[derive(Default)]
struct Kept {
    slots: Vec<Slot>,
    /// Counts questions, to know which slot was asked for least recently.
    clock: u64,
    threads: Vec<JoinHandle<()>>,
}

struct Slot {
    point: Point,
    asked: u64,
    has: Has,
}

enum Has {
    Ready(Arc<Past>),
    Folding(Arc<Folding>),
}

/// What there is to be had of a point.
pub(super) enum Asked {
    /// It is at hand.
    Ready(Arc<Past>),
    /// It is on its way.
    Folding(Arc<Folding>),
    /// Neither. Where it was asked for, others are on their way, and there is no room for another.
    Neither,
}

impl Pasts {
    /// Of the record whose files are in `record`; none so far.
    pub(crate) fn new(record: PathBuf, ledger: [u8; 16]) -> Self {
        let (ended, _) = watch::channel(0);
        Self { record, ledger, kept: Mutex::default(), ended, stop: AtomicBool::new(false) }
    }

    /// Tells when any fold has ended.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }

    /// The past of a point with at least `entries` entries; has it folded if nobody has.
    pub(super) fn ask(self: &Arc<Self>, live: &Arc<LiveState>, point: Point, entries: u64) -> Result<Asked, PastError> {
        let mut kept = self.kept.lock();
        if self.stop.load(Ordering::Relaxed) {
            return Err(EngineError::Stopped.into());
        }
        match kept.touch(point).map(|slot| &slot.has) {
            Some(Has::Ready(past)) if past.state.entries >= entries => return Ok(Asked::Ready(Arc::clone(past))),
            Some(Has::Folding(folding)) => return Ok(Asked::Folding(Arc::clone(folding))),
            // Nobody asked yet, or of everything until now there is more by now.
            Some(Has::Ready(_)) | None => {}
        }
        let begin = kept.before(point, entries);
        if !kept.make_room(point) {
            return Ok(Asked::Neither);
        }
        let folding = Arc::new(Folding::new(entries));
        kept.put(point, Has::Folding(Arc::clone(&folding)));
        kept.threads.retain(|thread| !thread.is_finished());
        match self.fold_beside(Arc::clone(live), point, begin, Arc::clone(&folding)) {
            Ok(thread) => kept.threads.push(thread),
            Err(error) => {
                kept.slots.retain(|slot| slot.point != point);
                return Err(EngineError::Thread(error).into());
            }
        }
        Ok(Asked::Folding(folding))
    }

    /// The past of a point as it is at hand, however many entries it has.
    pub(super) fn at_hand(&self, point: Point) -> Asked {
        match self.kept.lock().touch(point).map(|slot| &slot.has) {
            Some(Has::Ready(past)) => Asked::Ready(Arc::clone(past)),
            Some(Has::Folding(folding)) => Asked::Folding(Arc::clone(folding)),
            None => Asked::Neither,
        }
    }

    /// Ends all folds and lets go of everything.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let threads = std::mem::take(&mut self.kept.lock().threads);
        for thread in threads {
            // It tells those who wait for it, whatever ends it.
            let _ = thread.join();
        }
        self.kept.lock().slots.clear();
    }

    fn fold_beside(
        self: &Arc<Self>,
        live: Arc<LiveState>,
        point: Point,
        begin: Option<Arc<Past>>,
        folding: Arc<Folding>,
    ) -> std::io::Result<JoinHandle<()>> {
        let pasts = Arc::clone(self);
        let thread = std::thread::Builder::new().name("past".to_owned());
        thread.spawn(move || pasts.run(&live, point, begin, &folding))
    }

    fn run(&self, live: &LiveState, point: Point, begin: Option<Arc<Past>>, folding: &Arc<Folding>) {
        let task = Task { live, record: &self.record, ledger: self.ledger, stop: &self.stop, folding };
        // Copying takes a fraction of the time that folding does.
        let begin = begin.map(|past| Past { point, ..Arc::unwrap_or_clone(past) });
        let mut folded = Err(Arc::new(EngineError::Panicked("the fold of a past state")));
        watched(|| folded = task.run(point, begin).map(Arc::new).map_err(|error| Arc::new(live.noted(error))), || {});
        let mut kept = self.kept.lock();
        match &folded {
            Ok(past) => kept.put(point, Has::Ready(Arc::clone(past))),
            // Whoever asks again has it tried again.
            Err(_) => kept.slots.retain(|slot| slot.point != point),
        }
        drop(kept);
        // Nobody else sets it.
        let _ = folding.ended.set(folded);
        self.ended.send_modify(|ended| *ended += 1);
    }
}

impl Kept {
    fn touch(&mut self, point: Point) -> Option<&Slot> {
        self.clock += 1;
        let slot = self.slots.iter_mut().find(|slot| slot.point == point)?;
        slot.asked = self.clock;
        Some(slot)
    }

    /// The past to go on from: the longest of the same day that does not go beyond these entries.
    fn before(&self, point: Point, entries: u64) -> Option<Arc<Past>> {
        let ready = self.slots.iter().filter_map(|slot| match &slot.has {
            Has::Ready(past) => Some(past),
            Has::Folding(_) => None,
        });
        let fits = ready.filter(|past| past.point.effective == point.effective && past.state.entries <= entries);
        fits.max_by_key(|past| past.state.entries).cloned()
    }

    /// Puts what a point has now, in the slot it has or in a new one.
    fn put(&mut self, point: Point, has: Has) {
        self.clock += 1;
        match self.slots.iter_mut().find(|slot| slot.point == point) {
            Some(slot) => slot.has = has,
            None => self.slots.push(Slot { point, asked: self.clock, has }),
        }
    }

    /// Whether there is a slot for the point, after letting go of what nobody asked for longest. Folds under way stay:
    /// somebody waits for them.
    fn make_room(&mut self, point: Point) -> bool {
        if self.slots.len() < PASTS_KEPT || self.slots.iter().any(|slot| slot.point == point) {
            return true;
        }
        let ready = self.slots.iter().enumerate().filter(|(_, slot)| matches!(slot.has, Has::Ready(_)));
        let Some(oldest) = ready.min_by_key(|(_, slot)| slot.asked).map(|(at, _)| at) else { return false };
        self.slots.swap_remove(oldest);
        true
    }
}
