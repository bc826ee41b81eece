//! An engine that follows: another instance writes the stream, this one reads it, folds it, keeps its own copy and pages,
//! and holds what it arrives at against what the writer signs. It records nothing. How things compare is in `comparing`.

use super::folded::watched;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use parking_lot::Mutex;

use super::catch_up::Decoded;
use super::live::{FRAMES_TO_FOLD, LiveState};
use super::{Engine, EngineError, Home, Options, Role};
use crate::proof::checkpoint::CheckpointError;
use crate::proof::checkpoint_files::{Checkpoints, Signed};
use crate::proof::comparing;
use crate::proof::comparing::{Claim, Compared, Difference, Marks};
use crate::proof::notary::{Reading, SigningError};
use crate::proof::signed_note::Verifier;
use crate::proof::still_there::StillThere;
use crate::proof::trees::Trees;
use crate::proof::trust::Trust;
use crate::record::log::without_login;
use crate::record::log::{Frame, Log, LogHome};

/// What an engine has that follows.
pub(super) struct Follower {
    shared: Arc<Shared>,
    stop: Arc<AtomicBool>,
    /// Reads the stream, and folds.
    threads: Mutex<Option<[JoinHandle<()>; 2]>>,
}

/// What its threads and those who ask share.
struct Shared {
    data: PathBuf,
    kept: Checkpoints,
    still_there: StillThere,
    writer: String,
    trees: Mutex<Trees>,
    comparing: Mutex<Comparing>,
    /// Why the stream cannot be read at the moment.
    away: Mutex<Option<String>>,
}

struct Comparing {
    marks: Marks,
    /// A checkpoint over entries that are not folded yet, and the keys given to judge it by.
    pending: Option<(Claim, Vec<Verifier>)>,
    /// The last one that was equal.
    latest: Option<Arc<Signed>>,
    /// Entries it is over.
    compared: u64,
    /// Why nothing could be compared of late.
    cannot: Option<String>,
}

impl Follower {
    /// Follows from where opening left the log, with the tree as it was read.
    pub(super) fn start(
        options: &Options,
        log: Log,
        tree: Reading,
        live: &Arc<LiveState>,
    ) -> Result<Self, EngineError> {
        let (trees, kept, latest) = tree.follow(log.tip())?;
        let compared = latest.as_ref().map(Signed::unverified).transpose().map_err(SigningError::from)?;
        let comparing = Comparing {
            marks: Marks::from(&live.pages().outcomes().tally()),
            pending: None,
            compared: compared.map_or(0, |(checkpoint, _)| checkpoint.size),
            latest: latest.map(Arc::new),
            cannot: None,
        };
        let shared = Arc::new(Shared {
            data: options.data.clone(),
            still_there: StillThere::of(&kept, &trees),
            kept,
            writer: writer_of(&options.home),
            trees: Mutex::new(trees),
            comparing: Mutex::new(comparing),
            away: Mutex::default(),
        });
        let stop = Arc::<AtomicBool>::default();
        let threads = start_threads(log, live, &shared, &stop)?;
        Ok(Self { shared, stop, threads: Mutex::new(Some(threads)) })
    }

    /// Where events are recorded instead.
    pub(super) fn writer(&self) -> &str {
        &self.shared.writer
    }

    /// The trees as they were read and folded.
    pub(super) fn trees(&self) -> &Mutex<Trees> {
        &self.shared.trees
    }

    /// The writer's last checkpoint that was equal.
    pub(super) fn latest(&self) -> Result<Arc<Signed>, SigningError> {
        self.shared.comparing.lock().latest.clone().ok_or(SigningError::Uncompared)
    }

    /// What keeps this follower from being sure of its answers, though nothing is known to be wrong.
    pub(super) fn doubt(&self) -> Option<String> {
        let away = self.shared.away.lock().clone();
        away.or_else(|| self.shared.comparing.lock().cannot.clone())
    }

    /// What of the files it compared or proves by is not as it was left.
    pub(super) fn removed(&self) -> Option<String> {
        self.shared.still_there.doubt()
    }

    /// Ends reading and folding.
    pub(super) fn stop(&self) -> Result<(), EngineError> {
        self.stop.store(true, Ordering::Relaxed);
        let Some(threads) = self.threads.lock().take() else { return Ok(()) };
        // Reading first: its end is the end of what the fold waits for.
        for thread in threads {
            if thread.join().is_err() {
                return Err(EngineError::Panicked("a thread of the follower"));
            }
        }
        Ok(())
    }
}

impl Engine {
    /// Where events are recorded, if this engine only follows.
    #[must_use]
    pub fn follows(&self) -> Option<&str> {
        match &self.role {
            Role::Follower(follower) => Some(follower.writer()),
            Role::Writer(_) => None,
        }
    }

    /// Holds a checkpoint of the writer, signed by one of these keys or by one the record announces under them, against what was
    /// read and folded here. On a difference the engine stops answering and leaves a mark, so that it does not start on this data
    /// again unnoticed. Blocks: not for async tasks.
    ///
    /// # Errors
    /// There is a difference; or the checkpoint is not signed by a key, and then nothing was compared.
    pub fn compare(&self, signed: Signed, keys: &[Verifier]) -> Result<Compared, EngineError> {
        let Role::Follower(follower) = &self.role else { return Err(EngineError::NotFollowing) };
        let claim = self.live.claimed(&signed, keys).map_err(SigningError::from)?;
        let mut comparing = follower.shared.comparing.lock();
        if claim.tree.size > comparing.marks.entries() {
            let size = claim.tree.size;
            comparing.pending = Some((claim, keys.to_vec()));
            return Ok(Compared::Ahead { size });
        }
        let compared = follower.shared.compare(&mut comparing, claim);
        drop(comparing);
        compared.inspect_err(|error| self.live.fail(error.clone())).map_err(EngineError::Halted)
    }

    /// Takes note of why nothing could be compared of late, or that it could.
    pub fn cannot_compare(&self, why: Option<String>) {
        if let Role::Follower(follower) = &self.role {
            follower.shared.comparing.lock().cannot = why;
        }
    }
}

pub(super) fn writer_of(home: &Home) -> String {
    match home {
        Home::Follow { writer: Some(writer), .. } => writer.clone(),
        Home::Follow { url, .. } | Home::Nats { url, .. } => {
            format!("the writer of the stream at {}", without_login(url))
        }
        Home::File => String::new(),
    }
}

fn start_threads(
    log: Log,
    live: &Arc<LiveState>,
    shared: &Arc<Shared>,
    stop: &Arc<AtomicBool>,
) -> Result<[JoinHandle<()>; 2], EngineError> {
    let (to_fold, frames) = sync_channel::<Frame>(FRAMES_TO_FOLD);
    let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
    let (fold_live, fold_shared) = (Arc::clone(live), Arc::clone(shared));
    let work = move || {
        let panicked = || fold_live.fail(Arc::new(EngineError::Panicked("the fold")));
        watched(|| fold_shared.fold(&fold_live, &frames), panicked);
    };
    let fold = thread("fold").spawn(work).map_err(EngineError::Thread)?;
    let (read_live, read_shared, stop) = (Arc::clone(live), Arc::clone(shared), Arc::clone(stop));
    let read = thread("follow").spawn(move || {
        let LogHome::Followed(stream) = log.home else { return };
        let followed = stream.follow(
            log.tip,
            log.alarm,
            &stop,
            &mut |away| *read_shared.away.lock() = away.map(|error| format!("the stream cannot be reached: {error}")),
            &mut |frame| to_fold.send(frame.clone()).map_err(|_| "the fold has ended".into()),
        );
        if let Err(error) = followed {
            // What the fold said first counts: it ended reading.
            read_live.fail(Arc::new(error.while_following().into()));
        }
    });
    Ok([read.map_err(EngineError::Thread)?, fold])
}

impl LiveState {
    /// What a checkpoint claims, if a key signed it that is trusted by what is folded.
    fn claimed(&self, signed: &Signed, keys: &[Verifier]) -> Result<Claim, CheckpointError> {
        let trust = Trust::following(keys.to_vec(), self.read().keys.iter().map(|(_, row)| row));
        Claim::verified(signed, &trust)
    }
}

impl Shared {
    /// Folds what is read until reading has ended.
    fn fold(&self, live: &LiveState, frames: &Receiver<Frame>) {
        while let Ok(frame) = frames.recv() {
            if let Err(error) = self.fold_one(live, frame) {
                live.fail(error);
                return;
            }
        }
    }

    /// Takes a frame into the tree, folds it and compares. Only then it is announced: what differs is not answered.
    fn fold_one(&self, live: &LiveState, frame: Frame) -> Result<(), Arc<EngineError>> {
        let first = live.read().entries;
        let decoded = Decoded::new(frame, first).map_err(Arc::new)?;
        let failed = |error| Arc::new(SigningError::from(error).into());
        self.trees.lock().entries.take(decoded.frame()).map_err(failed)?;
        let (tally, leaves) = live.fold(decoded)?;
        self.trees.lock().outcomes.take(first, &leaves).map_err(failed)?;
        let mut comparing = self.comparing.lock();
        comparing.marks.note(&tally);
        let entries = comparing.marks.entries();
        if let Some((claim, keys)) = comparing.pending.take_if(|(claim, _)| claim.tree.size <= entries) {
            // Its key may have ended in the entries that were read since.
            match live.claimed(&claim.signed, &keys) {
                Ok(claim) => drop(self.compare(&mut comparing, claim)?),
                Err(error) => comparing.cannot = Some(format!("the writer's checkpoint was not compared: {error}")),
            }
        }
        drop(comparing);
        live.announce();
        Ok(())
    }

    /// Compares a checkpoint over what is folded; a difference is marked before anybody is told.
    fn compare(&self, comparing: &mut Comparing, claim: Claim) -> Result<Compared, Arc<EngineError>> {
        let size = claim.tree.size;
        let roots = self.trees.lock().roots(size);
        let (root, outcomes) = roots.map_err(|error| Arc::new(SigningError::from(error).into()))?;
        let books = comparing.marks.at(size);
        if let Err(difference) = claim.against((&root, &outcomes), books) {
            return Err(Arc::new(self.differ(difference)));
        }
        let compared = if books.is_some() { Compared::Same { size } } else { Compared::RootsOnly { size } };
        // The writer may have got cosignatures since for the one that was equal last.
        let latest = comparing.latest.as_ref().filter(|latest| latest.says_as(&claim.signed));
        let more = latest.is_some_and(|latest| **latest != claim.signed);
        if compared == (Compared::Same { size }) && (size > comparing.compared || more) {
            let kept = self.kept.keep(size, &claim.signed);
            kept.map_err(|error| Arc::new(SigningError::from(error).into()))?;
            comparing.compared = size;
            comparing.latest = Some(Arc::new(claim.signed));
        }
        Ok(compared)
    }

    fn differ(&self, difference: Box<Difference>) -> EngineError {
        if let Err(error) = comparing::keep(&self.data, &difference) {
            tracing::error!(%error, "the difference could not be marked");
        }
        EngineError::Differs(difference)
    }
}
