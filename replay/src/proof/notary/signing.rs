//! Signs off the hot path: a thread takes the leaves of settled frames into the tree and signs every so many entries, some
//! seconds after the last one, and when asked. It never holds recording up for longer than its queue; when it fails, the
//! ledger goes on unsigned, says so, and tries again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ledger::state::key_rows::AnnouncedKey;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::balances::{BalanceOrder, BalanceOrders, StoodAt};
use super::error::SigningError;
use super::growing::Behind;
use super::signing_key::Signing;
use crate::kill_points;
use crate::limits::{FRAMES_TO_SIGN, SIGN_AGAIN_MS};
use crate::proof::balance_files::SignedBalances;
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, Signed};
use crate::proof::cosigned::Cosigned;
use crate::proof::outcomes::OutcomeLog;
use crate::proof::still_there::StillThere;
use crate::proof::tally::Tally;
use crate::proof::trees::Trees;
use crate::record::alarm::Alarm;
use crate::record::leaves::Leaves;
use crate::record::log::Clock;

/// What signing begins with.
pub(super) struct Begin {
    pub(super) signing: Signing,
    pub(super) kept: Checkpoints,
    pub(super) latest: Option<Signed>,
    pub(super) trees: Trees,
    pub(super) outcomes: Arc<OutcomeLog>,
    pub(super) alarm: Alarm,
    pub(super) clock: Clock,
    /// Keys announced so far.
    pub(super) announced: Vec<AnnouncedKey>,
    /// What witnesses sent before.
    pub(super) cosigned: Cosigned,
}

enum Message {
    /// The keys announced so far, of which the last is new.
    Announced(Vec<AnnouncedKey>),
    /// Leaves of the entries of a frame; those of their outcomes lie ready.
    Folded(Leaves),
    Sign(oneshot::Sender<Result<Arc<Signed>, SigningError>>),
    /// Everything sent before was taken.
    Taken(SyncSender<()>),
    Balances(BalanceOrder),
}

/// Keeps the tree, signs it, and proves by it.
pub(crate) struct Notary {
    shared: Arc<Shared>,
    pub(super) kept: Checkpoints,
    pub(super) cosigned: Mutex<Cosigned>,
    still_there: StillThere,
    to_thread: Mutex<Option<SyncSender<Message>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the signing thread and those who ask share.
struct Shared {
    trees: Mutex<Trees>,
    latest: Mutex<Option<Arc<Signed>>>,
    failed: Mutex<Option<SigningError>>,
}

impl Notary {
    /// Signs what is unsigned, then starts the thread.
    pub(super) fn start(begin: Begin) -> Result<Self, SigningError> {
        let Begin { signing, kept, latest, trees, outcomes, alarm, clock, announced, cosigned } = begin;
        let tally = outcomes.tally();
        // What an earlier key signed stays kept, but is not shown as this key's.
        let verifier = signing.signer.verifier();
        let latest = latest.filter(|signed| Checkpoint::verified(&signed.tree, verifier).is_ok());
        let signed_size = latest.as_ref().map(Signed::unverified).transpose()?.map(|(checkpoint, _)| checkpoint.size);
        let orders = BalanceOrders::new(verifier, &announced);
        let latest = Mutex::new(latest.map(|signed| Arc::new(cosigned.beside(signed))));
        let size = tally.entries();
        let shared = Arc::new(Shared { trees: Mutex::new(trees), latest, failed: Mutex::new(None) });
        let (ends, waiting_since, behind, ours) = (None, None, Default::default(), Arc::clone(&shared));
        let (files, still_there) = (kept.clone(), StillThere::of(&kept, &shared.trees.lock()));
        let mut work = SigningThread {
            signing,
            kept,
            tally,
            outcomes,
            alarm,
            clock,
            signed_size,
            ends,
            waiting_since,
            behind,
            orders,
            shared: ours,
        };
        if signed_size != Some(size) {
            work.sign()?;
        }
        let (to_thread, messages) = sync_channel(FRAMES_TO_SIGN);
        let thread = std::thread::Builder::new()
            .name("signing".to_owned())
            .spawn(move || run(work, &messages))
            .map_err(|error| SigningError::Ended(error.to_string().into()))?;
        let (cosigned, to_thread, thread) =
            (Mutex::new(cosigned), Mutex::new(Some(to_thread)), Mutex::new(Some(thread)));
        Ok(Self { shared, kept: files, cosigned, still_there, to_thread, thread })
    }

    /// Takes the keys announced so far, before the frame that announced the last of them.
    pub(crate) fn announced(&self, keys: Vec<AnnouncedKey>) {
        if let Some(to_thread) = &*self.to_thread.lock() {
            let _ = to_thread.send(Message::Announced(keys));
        }
    }

    /// Takes the leaves of a frame that is folded and was ended in the log of outcomes.
    /// False if the thread that signs has ended, and has said why: then nobody fetches the outcomes of the frame.
    pub(crate) fn take(&self, leaves: Leaves) -> bool {
        self.to_thread.lock().as_ref().is_some_and(|to_thread| to_thread.send(Message::Folded(leaves)).is_ok())
    }

    /// The checkpoint signed last.
    pub(crate) fn latest(&self) -> Result<Arc<Signed>, SigningError> {
        let latest = self.shared.latest.lock().clone();
        latest.ok_or_else(|| SigningError::Ended("nothing was signed yet".into()))
    }

    /// Shows the checkpoint signed last with what witnesses signed under it.
    pub(super) fn show(&self, cosigned: &Arc<Signed>) {
        let mut latest = self.shared.latest.lock();
        if latest.as_ref().is_some_and(|latest| latest.says_as(cosigned)) {
            *latest = Some(Arc::clone(cosigned));
        }
    }

    /// A checkpoint over everything folded by now.
    pub(crate) fn sign_now(&self) -> Result<oneshot::Receiver<Result<Arc<Signed>, SigningError>>, SigningError> {
        let (done, signed) = oneshot::channel();
        let sent = self.to_thread.lock().as_ref().is_some_and(|to| to.send(Message::Sign(done)).is_ok());
        if sent { Ok(signed) } else { Err(self.why_ended()) }
    }

    /// A root over all balances, signed with the entries after which they stood so, once the thread has these.
    pub(crate) fn sign_balances(
        &self,
        stood: StoodAt,
    ) -> Result<oneshot::Receiver<Result<SignedBalances, SigningError>>, SigningError> {
        let (done, signed) = oneshot::channel();
        let order = Message::Balances(BalanceOrder { stood, done });
        let sent = self.to_thread.lock().as_ref().is_some_and(|to| to.send(order).is_ok());
        if sent { Ok(signed) } else { Err(self.why_ended()) }
    }

    /// After how many entries the last root over balances stood that was kept; 0 if none was.
    pub(crate) fn last_balances(&self) -> Result<u64, SigningError> {
        Ok(self.kept.balance_sizes()?.last().copied().unwrap_or(0))
    }

    /// Why nothing is signed at the moment, or any more.
    pub(crate) fn failed(&self) -> Option<SigningError> {
        self.shared.failed.lock().clone()
    }

    /// What of the files it signed or proves by is not as it was left.
    pub(crate) fn removed(&self) -> Option<String> {
        self.still_there.doubt()
    }

    pub(crate) fn why_ended(&self) -> SigningError {
        self.failed().unwrap_or_else(|| SigningError::Ended("the ledger is stopped".into()))
    }

    /// The trees it keeps.
    pub(crate) fn trees(&self) -> &Mutex<Trees> {
        &self.shared.trees
    }

    /// Waits until the thread has taken what it was sent by now: who was answered finds his entries in the trees.
    pub(crate) fn wait_for_taken(&self) {
        let (done, taken) = sync_channel(1);
        let sent = self.to_thread.lock().as_ref().is_some_and(|to| to.send(Message::Taken(done)).is_ok());
        // A thread that has ended takes nothing more, and has said why.
        let _ = sent && taken.recv().is_ok();
    }

    /// Signs what is unsigned, and ends.
    pub(crate) fn stop(&self) {
        drop(self.to_thread.lock().take());
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the signing thread panicked; the record is whole");
        }
    }
}

impl Drop for Notary {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The signing thread.
struct SigningThread {
    signing: Signing,
    kept: Checkpoints,
    tally: Tally,
    outcomes: Arc<OutcomeLog>,
    /// Nothing is signed over what is known to be damaged.
    alarm: Alarm,
    /// Tells the time that is signed.
    clock: Clock,
    signed_size: Option<u64>,
    /// Over more entries than these the key signs nothing: the record announces its successor.
    ends: Option<u64>,
    /// When the first unsigned entry came.
    waiting_since: Option<Instant>,
    /// Leaves that the trees could not take yet, of entries and of outcomes.
    behind: [Behind; 2],
    /// Balances that are to be signed once the entries they stood after have come.
    orders: BalanceOrders,
    shared: Arc<Shared>,
}

/// Signs until the ledger stops; whoever asks after a panic is told of it.
fn run(work: SigningThread, messages: &Receiver<Message>) {
    let shared = Arc::clone(&work.shared);
    if catch_unwind(AssertUnwindSafe(|| work.run(messages))).is_err() {
        tracing::error!("the signing thread panicked; the record is whole");
        *shared.failed.lock() = Some(SigningError::Ended("the signing thread panicked".into()));
    }
}

impl SigningThread {
    fn run(mut self, messages: &Receiver<Message>) {
        loop {
            match messages.recv_timeout(self.patience()) {
                Ok(Message::Announced(keys)) => {
                    self.ends = self.signing.turned(&keys);
                    self.orders.turned(self.signing.signer.verifier(), &keys);
                }
                Ok(Message::Folded(leaves)) => {
                    self.take(&leaves);
                    self.sign_orders();
                }
                Ok(Message::Balances(order)) => {
                    self.orders.add(order);
                    self.sign_orders();
                }
                // Whoever asked may have gone away.
                Ok(Message::Taken(done)) => drop(done.send(())),
                Ok(Message::Sign(done)) => drop(done.send(self.try_to_sign())),
                Err(RecvTimeoutError::Timeout) => drop(self.try_to_sign()),
                Err(RecvTimeoutError::Disconnected) => return drop(self.try_to_sign()),
            }
        }
    }

    /// Signs the balances that stood after entries it has. Where it cannot take entries, nobody is kept waiting for them.
    fn sign_orders(&mut self) {
        let until = if self.shared.failed.lock().is_some() { u64::MAX } else { self.tally.entries() };
        for BalanceOrder { stood, done } in self.orders.due(until) {
            // Whoever asked may have gone away.
            let _ = done.send(self.sign_balances(&stood));
        }
    }

    /// Everything is signed first, and kept: that binds the next start to what is shown here of fewer entries.
    fn sign_balances(&mut self, stood: &StoodAt) -> Result<SignedBalances, SigningError> {
        if let Some(before) = self.orders.before(stood, &self.kept)? {
            return Ok(before);
        }
        self.try_to_sign()?;
        self.orders.may_sign(stood, self.tally.entries(), &self.kept)?;
        let root = self.shared.trees.lock().entries.0.root(stood.entries)?;
        let signed = stood.signed(root, &self.signing.signer, &self.clock);
        if stood.kept {
            self.kept.keep_balances(stood.entries, &signed)?;
        }
        Ok(signed)
    }

    /// How long to wait for more before what waits is signed, or what failed is tried again.
    fn patience(&self) -> Duration {
        let failing = self.shared.failed.lock().is_some();
        let after = if failing { Duration::from_millis(SIGN_AGAIN_MS) } else { self.signing.after };
        match self.waiting_since {
            None => Duration::from_secs(3_600),
            Some(since) => after.saturating_sub(since.elapsed()),
        }
    }

    /// Takes the leaves of a frame into the trees.
    fn take(&mut self, leaves: &Leaves) {
        let Some((outcomes, tally)) = self.outcomes.next_frame() else {
            return self.failed(SigningError::Ended("a frame came without its outcomes".into()));
        };
        let known = std::mem::replace(&mut self.tally, tally).entries();
        self.waiting_since.get_or_insert_with(Instant::now);
        let mut trees = self.shared.trees.lock();
        let [entries_behind, outcomes_behind] = &mut self.behind;
        let said = entries_behind.take(&mut trees.entries.0, known, leaves);
        // The other tree goes on whatever happened to the first.
        let made = outcomes_behind.take(&mut trees.outcomes.0, known, &outcomes);
        drop(trees);
        match said.and_then(|said| Ok(said && made?)) {
            Err(error) => return self.failed(error.into()),
            Ok(false) => return,
            Ok(true) => {}
        }
        let unsigned = self.tally.entries() - self.signed_size.unwrap_or(0);
        if unsigned >= self.signing.every && self.shared.failed.lock().is_none() {
            drop(self.try_to_sign());
        }
    }

    /// Writes what of the trees could not be written before.
    fn catch_up(&mut self) -> Result<(), SigningError> {
        let mut trees = self.shared.trees.lock();
        let [entries_behind, outcomes_behind] = &mut self.behind;
        entries_behind.catch_up(&mut trees.entries.0)?;
        Ok(outcomes_behind.catch_up(&mut trees.outcomes.0)?)
    }

    /// Signs, and says whether it went well, for those who look after the ledger.
    fn try_to_sign(&mut self) -> Result<Arc<Signed>, SigningError> {
        let signed = self.sign();
        match &signed {
            Ok(_) if self.shared.failed.lock().take().is_some() => tracing::info!("checkpoints are signed again"),
            Ok(_) => {}
            Err(error) => self.failed(error.clone()),
        }
        signed
    }

    /// Takes note of a failure, which is tried again in a while; recording goes on.
    fn failed(&mut self, error: SigningError) {
        tracing::error!(%error, "no checkpoint is signed");
        *self.shared.failed.lock() = Some(error);
        self.waiting_since = Some(Instant::now());
    }

    /// Signs what is unsigned; what is signed already is not signed again.
    fn sign(&mut self) -> Result<Arc<Signed>, SigningError> {
        self.waiting_since = None;
        if let Some(damage) = self.alarm.raised() {
            return Err(SigningError::Damaged(damage));
        }
        self.catch_up()?;
        let size = self.tally.entries();
        if self.signed_size == Some(size)
            && let Some(latest) = self.shared.latest.lock().clone()
        {
            return Ok(latest);
        }
        let signer = &self.signing.signer;
        if let Some(end) = self.ends.filter(|end| size > *end) {
            let key = signer.verifier().to_string();
            return Err(SigningError::KeyEnded { key, entry: end.saturating_sub(1) });
        }
        let origin = signer.verifier().name().to_owned();
        let (root, outcomes) = self.shared.trees.lock().roots(size)?;
        if outcomes != self.tally.tree().root() {
            return Err(SigningError::Ended("the tiles over outcomes are not those of what was folded".into()));
        }
        let mut signed = Signed {
            tree: Checkpoint { origin: origin.clone(), size, root }.sign(signer),
            outcomes: Outcomes { origin, size, root: outcomes, books: *self.tally.books() }.sign(signer),
        };
        // Once more with the time, which nothing else that is signed tells.
        let now = u64::try_from(self.clock.now_ms() / 1_000).unwrap_or(0);
        for note in [&mut signed.tree, &mut signed.outcomes] {
            note.add(signer.sign_at(note.unverified_text(), now));
        }
        let signed = Arc::new(signed);
        // Kept before it is shown: what anybody has seen signed must bind the next start too.
        kill_points::at("signing");
        self.kept.keep(size, &signed)?;
        kill_points::at("signed");
        *self.shared.latest.lock() = Some(Arc::clone(&signed));
        self.signed_size = Some(size);
        Ok(signed)
    }
}
