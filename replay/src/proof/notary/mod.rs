//! Signs what was recorded and folded, beside the hot path: a thread takes the leaves of settled frames into the tree
//! and signs every so many entries, some seconds after the last one, and when asked. It never holds recording up for
//! longer than its queue; when it fails, the ledger goes on unsigned and says so.

mod error;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ledger::state::rows::AnnouncedKey;
use ledger::state::table::Table;
use ledger::tree::merkle::{Hash, leaf_hash};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::kill_points;
use crate::limits::{FRAMES_TO_SIGN, SIGN_AFTER_MS, SIGN_EVERY};
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, Signed};
use crate::proof::signed_note::{Role, Signer, Verifier};
use crate::proof::tally::Tally;
use crate::proof::tiles::{TileError, Tiles};
use crate::proof::trust::vouched;
use crate::record::leaves::Leaves;
use crate::record::log::{Frame, Reader, Tip};

pub use error::SigningError;

/// The key that signs, and how often.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The key; its name is the origin of the checkpoints.
    pub signer: Signer,
    /// Entries after which it signs.
    pub every: u64,
    /// How long something recorded may stay unsigned.
    pub after: Duration,
}

impl Signing {
    /// With this key, as often as usual.
    #[must_use]
    pub fn new(signer: Signer) -> Self {
        Self { signer, every: SIGN_EVERY, after: Duration::from_millis(SIGN_AFTER_MS) }
    }
}

/// The tree while a record is being opened.
#[derive(Debug)]
pub(crate) struct Reading {
    /// A follower keeps the tree and does not sign it.
    signing: Option<Signing>,
    data: PathBuf,
    tiles: Tiles,
}

impl Reading {
    /// The tree as its tiles know it, if the ledger under `data` signs or follows. A follower signs nothing, whatever key
    /// it was given.
    pub(crate) fn open(data: &Path, signing: Option<&Signing>, follows: bool) -> Result<Option<Self>, SigningError> {
        let signing = signing.filter(|_| !follows).cloned();
        if signing.is_none() && !follows {
            return Ok(None);
        }
        let wrong = signing.iter().map(|signing| signing.signer.verifier()).find(|key| key.role() != Role::Author);
        if let Some(verifier) = wrong {
            return Err(SigningError::WrongRole(verifier.name().to_owned()));
        }
        let tiles = Tiles::open(&tiles_dir(data))?;
        Ok(Some(Self { signing, data: data.to_owned(), tiles }))
    }

    /// Takes the entries of a frame that the tree does not have yet.
    pub(crate) fn take(&mut self, frame: &Frame) -> Result<(), TileError> {
        for (entry, index) in frame.entries().zip(frame.header().first_index..) {
            if index == self.tiles.size() {
                self.tiles.push(leaf_hash(entry))?;
            }
        }
        Ok(())
    }

    /// Holds the tree against the record and against what was signed before, then signs from now on.
    pub(crate) fn start(
        mut self,
        tip: &Tip,
        tally: Tally,
        announced: &Table<AnnouncedKey>,
    ) -> Result<Notary, SigningError> {
        let (kept, latest) = self.fit(tip)?;
        let signing = self.signing.ok_or(SigningError::NoKey)?;
        if let Some(signed) = &latest {
            may_follow(signed, signing.signer.verifier(), announced)?;
            fits_outcomes(signed, &tally)?;
        }
        Notary::start(signing, kept, latest, self.tiles, tally)
    }

    /// Holds the tree against the record and against the writer's checkpoints that were compared before; signs nothing.
    pub(crate) fn follow(mut self, tip: &Tip) -> Result<(Tiles, Option<Signed>), SigningError> {
        let (_, latest) = self.fit(tip)?;
        Ok((self.tiles, latest))
    }

    fn fit(&mut self, tip: &Tip) -> Result<(Checkpoints, Option<Signed>), SigningError> {
        let size = tip.next_index();
        let fits = self.tiles.size() == size && self.tiles.root(size).is_ok_and(|root| root == tip.frontier.root());
        if !fits {
            // Tiles are a cache: of an earlier record, or left wrong by a power failure.
            tracing::warn!("the tiles do not fit the record and are made again");
            self.tiles.clear()?;
            let mut reader = Reader::open(&self.data.join("record"), tip.ledger)?;
            while let Some(frame) = reader.next_frame()? {
                self.take(&frame)?;
            }
        }
        let kept = Checkpoints::of(&self.data);
        let latest = kept.latest()?;
        if let Some(signed) = &latest {
            fits_before(signed, &self.tiles)?;
        }
        Ok((kept, latest))
    }
}

/// Refuses a record that ends before what was signed over it, for a ledger that has no key and so keeps no tree.
pub(crate) fn not_cut(data: &Path, tip: &Tip) -> Result<(), SigningError> {
    let entries = tip.next_index();
    match Checkpoints::of(data).latest()?.as_ref().map(Signed::unverified).transpose()? {
        Some((Checkpoint { size, .. }, _)) if size > entries => Err(cut(size, entries)),
        _ => Ok(()),
    }
}

fn cut(size: u64, entries: u64) -> SigningError {
    SigningError::Differs { size, why: format!("the record has only {entries} entries") }
}

/// Where the tiles of a ledger stand.
#[must_use]
pub fn tiles_dir(data: &Path) -> PathBuf {
    data.join("tiles")
}

/// A ledger never signs what does not continue its last checkpoint: that would prove it forked.
fn fits_before(signed: &Signed, tiles: &Tiles) -> Result<(), SigningError> {
    let (checkpoint, _) = signed.unverified()?;
    let size = checkpoint.size;
    if size > tiles.size() {
        return Err(cut(size, tiles.size()));
    }
    if tiles.root(size)? != checkpoint.root {
        return Err(SigningError::Differs { size, why: "its root is another".to_owned() });
    }
    Ok(())
}

/// Nor does it sign other outcomes of entries whose outcomes were signed.
fn fits_outcomes(signed: &Signed, tally: &Tally) -> Result<(), SigningError> {
    let (_, Outcomes { size, chain, books, .. }) = signed.unverified()?;
    if size == tally.chain().entries() && (chain, &books) != (tally.chain().head(), tally.books()) {
        let why = "its outcomes are others; the pages may be wrong, `replay rebuild` makes them anew".to_owned();
        return Err(SigningError::Differs { size, why });
    }
    Ok(())
}

/// Whoever trusts the key that signed last must be able to trust the next one: it is announced below that checkpoint, under
/// the signature of that key.
fn may_follow(signed: &Signed, key: &Verifier, announced: &Table<AnnouncedKey>) -> Result<(), SigningError> {
    if Checkpoint::verified(&signed.tree, key).is_ok() {
        return Ok(());
    }
    let (Checkpoint { origin, size, .. }, _) = signed.unverified()?;
    if key.name() != origin {
        return Err(SigningError::OtherName { key: key.to_string(), origin });
    }
    let vouches = |row: &AnnouncedKey| {
        let by_last = |by: &Verifier| Checkpoint::verified(&signed.tree, by).is_ok();
        row.last < size && vouched(&origin, row).is_some_and(|(next, by)| next == *key && by_last(&by))
    };
    if announced.iter().any(|(_, row)| vouches(row)) {
        return Ok(());
    }
    Err(SigningError::NotAnnounced { key: key.to_string(), size })
}

enum Message {
    Folded(Leaves, Box<Tally>),
    Sign(oneshot::Sender<Result<Arc<Signed>, SigningError>>),
}

/// Keeps the tree, signs it, and proves by it.
pub(crate) struct Notary {
    desk: Arc<Desk>,
    to_thread: Mutex<Option<SyncSender<Message>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the signing thread and those who ask share.
struct Desk {
    tiles: Mutex<Tiles>,
    latest: Mutex<Option<Arc<Signed>>>,
    failed: Mutex<Option<SigningError>>,
}

impl Notary {
    fn start(
        signing: Signing,
        kept: Checkpoints,
        latest: Option<Signed>,
        tiles: Tiles,
        tally: Tally,
    ) -> Result<Self, SigningError> {
        // What an earlier key signed stays kept, but is not shown as this key's.
        let verifier = signing.signer.verifier();
        let latest = latest.filter(|signed| Checkpoint::verified(&signed.tree, verifier).is_ok());
        let signed_size = latest.as_ref().map(Signed::unverified).transpose()?.map(|(checkpoint, _)| checkpoint.size);
        let latest = Mutex::new(latest.map(Arc::new));
        let desk = Arc::new(Desk { tiles: Mutex::new(tiles), latest, failed: Mutex::new(None) });
        let mut clerk = Clerk { signing, kept, tally, signed_size, waiting_since: None, desk: Arc::clone(&desk) };
        if signed_size != Some(tally.chain().entries()) {
            clerk.sign()?;
        }
        let (to_thread, messages) = sync_channel(FRAMES_TO_SIGN);
        let thread = std::thread::Builder::new()
            .name("signing".to_owned())
            .spawn(move || clerk.run(&messages))
            .map_err(|error| SigningError::Ended(error.to_string().into()))?;
        Ok(Self { desk, to_thread: Mutex::new(Some(to_thread)), thread: Mutex::new(Some(thread)) })
    }

    /// Takes a folded frame, with the tally after it.
    pub(crate) fn take(&self, leaves: Leaves, tally: Tally) {
        if let Some(to_thread) = &*self.to_thread.lock() {
            // A thread that has ended has said why.
            let _ = to_thread.send(Message::Folded(leaves, Box::new(tally)));
        }
    }

    /// The checkpoint signed last.
    pub(crate) fn latest(&self) -> Result<Arc<Signed>, SigningError> {
        let latest = self.desk.latest.lock().clone();
        latest.ok_or_else(|| SigningError::Ended("nothing was signed yet".into()))
    }

    /// A checkpoint over everything folded by now.
    pub(crate) fn sign_now(&self) -> Result<oneshot::Receiver<Result<Arc<Signed>, SigningError>>, SigningError> {
        let (done, signed) = oneshot::channel();
        let sent = self.to_thread.lock().as_ref().is_some_and(|to| to.send(Message::Sign(done)).is_ok());
        if sent { Ok(signed) } else { Err(self.why_ended()) }
    }

    /// Why signing has ended by itself, if it has.
    pub(crate) fn failed(&self) -> Option<SigningError> {
        self.desk.failed.lock().clone()
    }

    pub(crate) fn why_ended(&self) -> SigningError {
        self.failed().unwrap_or_else(|| SigningError::Ended("the ledger is stopped".into()))
    }

    /// The leaf of an entry and its path to the root over `size` entries.
    pub(crate) fn prove_inclusion(&self, index: u64, size: u64) -> Result<(Hash, Vec<Hash>), SigningError> {
        let tiles = self.desk.tiles.lock();
        let path = tiles.prove_inclusion(index, size)?;
        Ok((tiles.subtree(0, index)?, path))
    }

    pub(crate) fn prove_consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, SigningError> {
        Ok(self.desk.tiles.lock().prove_consistency(from, to)?)
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
struct Clerk {
    signing: Signing,
    kept: Checkpoints,
    tally: Tally,
    signed_size: Option<u64>,
    /// When the first unsigned entry came.
    waiting_since: Option<Instant>,
    desk: Arc<Desk>,
}

impl Clerk {
    fn run(mut self, messages: &Receiver<Message>) {
        if let Err(error) = self.serve(messages) {
            tracing::error!(%error, "no more checkpoints are signed");
            *self.desk.failed.lock() = Some(error.clone());
            // Recording goes on, so its frames are taken and dropped, and whoever asks is told.
            while let Ok(message) = messages.recv() {
                if let Message::Sign(done) = message {
                    let _ = done.send(Err(error.clone()));
                }
            }
        }
    }

    fn serve(&mut self, messages: &Receiver<Message>) -> Result<(), SigningError> {
        loop {
            match messages.recv_timeout(self.patience()) {
                Ok(Message::Folded(leaves, tally)) => self.take(&leaves, *tally)?,
                Ok(Message::Sign(done)) => {
                    let signed = self.sign();
                    // Who asked may have gone away.
                    let _ = done.send(signed.clone());
                    signed?;
                }
                Err(RecvTimeoutError::Timeout) => drop(self.sign()?),
                Err(RecvTimeoutError::Disconnected) => return self.sign().map(drop),
            }
        }
    }

    /// How long to wait for more before what waits is signed.
    fn patience(&self) -> Duration {
        match self.waiting_since {
            None => Duration::from_secs(3_600),
            Some(since) => self.signing.after.saturating_sub(since.elapsed()),
        }
    }

    fn take(&mut self, leaves: &Leaves, tally: Tally) -> Result<(), SigningError> {
        self.desk.tiles.lock().extend(leaves)?;
        self.tally = tally;
        let unsigned = tally.chain().entries() - self.signed_size.unwrap_or(0);
        if unsigned >= self.signing.every {
            return self.sign().map(drop);
        }
        self.waiting_since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Signs what stands now; what is signed already is not signed again.
    fn sign(&mut self) -> Result<Arc<Signed>, SigningError> {
        self.waiting_since = None;
        let size = self.tally.chain().entries();
        if self.signed_size == Some(size)
            && let Some(latest) = self.desk.latest.lock().clone()
        {
            return Ok(latest);
        }
        let signer = &self.signing.signer;
        let origin = signer.verifier().name().to_owned();
        let root = self.desk.tiles.lock().root(size)?;
        let (chain, books) = (self.tally.chain().head(), *self.tally.books());
        let signed = Signed {
            tree: Checkpoint { origin: origin.clone(), size, root }.sign(signer),
            outcomes: Outcomes { origin, size, chain, books }.sign(signer),
        };
        // What another key signed over the same entries stays beside: it is what makes this key trusted.
        let signed = Arc::new(match self.kept.read(size)? {
            Some(before) => before.and(&signed),
            None => signed,
        });
        // Kept before it is shown: what anybody has seen signed must bind the next start too.
        kill_points::at("signing");
        self.kept.keep(size, &signed, signer.verifier())?;
        kill_points::at("signed");
        *self.desk.latest.lock() = Some(Arc::clone(&signed));
        self.signed_size = Some(size);
        Ok(signed)
    }
}
