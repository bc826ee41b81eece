//! Signs what was recorded and folded, beside the hot path: a thread takes the leaves of settled frames into the tree
//! and signs every so many entries, some seconds after the last one, and when asked. It never holds recording up for
//! longer than its queue; when it fails, the ledger goes on unsigned and says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ledger::merkle::{Hash, leaf_hash};
use ledger::proof::Unprovable;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::checkpoints::{Checkpoints, KeptError, Signed};
use crate::drive::Options;
use crate::error::LogError;
use crate::limits::{FRAMES_TO_SIGN, SIGN_AFTER_MS, SIGN_EVERY};
use crate::log::{Frame, Reader, Tip};
use crate::note::{Role, Signer};
use crate::tally::Tally;
use crate::tiles::{TileError, Tiles};
use crate::writer::Leaves;

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

/// Why checkpoints are not signed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The ledger has no key.
    #[error("this ledger signs no checkpoints; make a key with `mingzhang keygen` and serve with --key FILE")]
    NoKey,
    /// The key is a witness's.
    #[error("the key {0} is a witness's key; a ledger needs one of its own, made by `mingzhang keygen`")]
    WrongRole(String),
    /// What is on record is not what was signed.
    #[error(
        "the record does not fit the checkpoint over {size} entries that was signed before: {why}; nothing is served. \
         Verify the record with `replay verify` and restore it from a copy that fits"
    )]
    Differs {
        /// Entries of that checkpoint.
        size: u64,
        /// What does not fit.
        why: String,
    },
    /// Nothing of this size was signed or recorded.
    #[error("{asked} is beyond the tree of {size} entries")]
    OutOfRange {
        /// What was asked for.
        asked: u64,
        /// Entries there are.
        size: u64,
    },
    /// Files, or the thread that signs, failed.
    #[error("signing checkpoints has ended, recording goes on: {0}")]
    Ended(Arc<str>),
}

impl From<TileError> for SigningError {
    fn from(error: TileError) -> Self {
        Self::Ended(error.to_string().into())
    }
}

impl From<KeptError> for SigningError {
    fn from(error: KeptError) -> Self {
        Self::Ended(error.to_string().into())
    }
}

impl From<CheckpointError> for SigningError {
    fn from(error: CheckpointError) -> Self {
        Self::Ended(error.to_string().into())
    }
}

impl From<LogError> for SigningError {
    fn from(error: LogError) -> Self {
        Self::Ended(error.to_string().into())
    }
}

impl From<Unprovable<TileError>> for SigningError {
    fn from(error: Unprovable<TileError>) -> Self {
        match error {
            Unprovable::OutOfRange { asked, size } => Self::OutOfRange { asked, size },
            Unprovable::Hash(error) => error.into(),
        }
    }
}

/// The tree while a record is being opened.
#[derive(Debug)]
pub(crate) struct Reading {
    signing: Signing,
    data: PathBuf,
    tiles: Tiles,
}

impl Reading {
    /// The tree as its tiles know it, if the ledger signs.
    pub(crate) fn open(options: &Options) -> Result<Option<Self>, SigningError> {
        let Some(signing) = options.signing.clone() else { return Ok(None) };
        let verifier = signing.signer.verifier();
        if verifier.role() != Role::Author {
            return Err(SigningError::WrongRole(verifier.name().to_owned()));
        }
        let tiles = Tiles::open(&tiles_dir(&options.data))?;
        Ok(Some(Self { signing, data: options.data.clone(), tiles }))
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
    pub(crate) fn start(mut self, tip: &Tip, tally: Tally) -> Result<Notary, SigningError> {
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
        Notary::start(self.signing, kept, latest, self.tiles, tally)
    }
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
        let why = format!("the record has only {} entries", tiles.size());
        return Err(SigningError::Differs { size, why });
    }
    if tiles.root(size)? != checkpoint.root {
        return Err(SigningError::Differs { size, why: "its root is another".to_owned() });
    }
    Ok(())
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

    pub(crate) fn why_ended(&self) -> SigningError {
        let failed = self.desk.failed.lock().clone();
        failed.unwrap_or_else(|| SigningError::Ended("the ledger is stopped".into()))
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
        let signed = Arc::new(Signed {
            tree: Checkpoint { origin: origin.clone(), size, root }.sign(signer),
            outcomes: Outcomes { origin, size, chain, books }.sign(signer),
        });
        // Kept before it is shown: what anybody has seen signed must bind the next start too.
        self.kept.keep(size, &signed)?;
        *self.desk.latest.lock() = Some(Arc::clone(&signed));
        self.signed_size = Some(size);
        Ok(signed)
    }
}

#[cfg(test)]
#[path = "signing_tests.rs"]
mod tests;
