//! After a period was closed, the root over all balances is signed and kept. One for all closings that come while one is made: each is over
//! everything folded by then, its closings included. It is made by a thread of its own, which takes but a small part of the time.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ledger::state::State;
use parking_lot::{Condvar, Mutex};

use super::EngineError;
use super::balance_tree::Balances;
use super::live::LiveState;
use crate::limits::{CLOSINGS_REST_MS, CLOSINGS_SHARE};
use crate::proof::notary::{Notary, SigningError};

/// What is to be signed because of closings.
#[derive(Default)]
pub(super) struct Closings {
    due: Mutex<Due>,
    changed: Condvar,
}

#[derive(Default)]
struct Due {
    /// The last closing is among so many entries.
    wanted: u64,
    /// The last root kept stood after so many.
    kept: u64,
    stopped: bool,
}

/// The thread, which ends with this. What it did not sign is signed after the next start.
pub(super) struct ClosingThread {
    closings: Arc<Closings>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for ClosingThread {
    fn drop(&mut self) {
        self.closings.due.lock().stopped = true;
        self.closings.changed.notify_all();
        // Whatever ends it has no part in the record.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl ClosingThread {
    /// What it waits for.
    #[cfg(test)]
    pub(super) fn closings(&self) -> Arc<Closings> {
        Arc::clone(&self.closings)
    }
}

impl Closings {
    /// Those of a ledger as it is opened, which may have been stopped before the last was signed.
    pub(super) fn of(state: &State, notary: &Notary) -> Result<Self, SigningError> {
        let closings = state.orgs.iter().flat_map(|(_, org)| &org.closings);
        let wanted = closings.map(|closing| u64::from(closing.entry) + 1).max().unwrap_or(0);
        let due = Due { wanted, kept: notary.last_balances()?, stopped: false };
        Ok(Self { due: Mutex::new(due), changed: Condvar::new() })
    }

    /// A period was closed by one of so many entries.
    pub(super) fn closed(&self, entries: u64) {
        self.due.lock().wanted = entries;
        self.changed.notify_all();
    }

    /// Has a thread do it.
    pub(super) fn start(self: Arc<Self>, live: Arc<LiveState>, notary: Arc<Notary>) -> std::io::Result<ClosingThread> {
        let (closings, thread) = (Arc::clone(&self), std::thread::Builder::new().name("closings".to_owned()));
        let thread = thread.spawn(move || closings.run(&live, &notary))?;
        Ok(ClosingThread { closings: self, thread: Some(thread) })
    }

    /// Waits until all closings told of are among the entries of a root that is kept, and says after how many it stood.
    #[cfg(test)]
    pub(super) fn wait(&self) -> u64 {
        let mut due = self.due.lock();
        self.changed.wait_while(&mut due, |due| due.wanted > due.kept);
        due.kept
    }

    fn run(&self, live: &LiveState, notary: &Notary) {
        while self.is_due() {
            let begun = Instant::now();
            match signed(live, notary) {
                Ok(entries) => {
                    self.due.lock().kept = entries;
                    self.changed.notify_all();
                }
                // It is tried again after the rest; recording goes on.
                Err(error) => tracing::warn!(%error, "the balances after a closing are not signed"),
            }
            self.rest(begun.elapsed());
        }
    }

    /// Waits until there is something to sign; false if nothing more is.
    fn is_due(&self) -> bool {
        let mut due = self.due.lock();
        self.changed.wait_while(&mut due, |due| !due.stopped && due.wanted <= due.kept);
        !due.stopped
    }

    fn rest(&self, took: Duration) {
        let until = Instant::now() + Duration::from_millis(CLOSINGS_REST_MS).max(took * CLOSINGS_SHARE);
        let mut due = self.due.lock();
        while !due.stopped && !self.changed.wait_until(&mut due, until).timed_out() {}
    }
}

/// Signs how all accounts stand by now, and keeps it. After how many entries that is.
fn signed(live: &LiveState, notary: &Notary) -> Result<u64, EngineError> {
    let balances = Balances::of_live(live)?;
    let signed = notary.sign_balances(balances.stood(true))?.blocking_recv();
    signed.unwrap_or_else(|_| Err(notary.why_ended()))?;
    Ok(balances.entries)
}
