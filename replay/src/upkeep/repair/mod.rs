//! Finds what is damaged in the stream and in its archive, and restores the one from the other, whichever proves itself.
//! Nothing is written to the record while it is damaged. Reading a sound record is `log`'s business.
//!
//! `examine` looks at every copy frame by frame; `choose` says which frames are the record, by the chain of roots and the
//! checkpoints; `archive` and `stream` write a copy anew; here is the order in which that is done. Every step can be cut
//! short: running the repair again takes it up.

mod archive;
mod checkpoints;
mod choose;
mod copies;
mod examine;
mod files;
mod report;
mod stream;

use std::path::{Path, PathBuf};

use crate::kill_points;
use crate::proof::signed_note::Verifier;
use crate::record::error::LogError;
use crate::record::log::file::{Lock, lock};
use crate::record::log::segments::sync_dir;
use crate::record::log::{FileLog, NatsOptions, Tip};
use crate::record::repairing;

use choose::Plan;
use examine::{Examined, Role};
pub use report::{Copy, Examination, Fault, Finding, Repaired};

/// What the mark says; over NATS it goes on with the names of both streams, so that a second run knows them.
const DOING: &str = "replay repair";

/// Which record is repaired, and by what.
#[derive(Clone, Debug)]
pub struct RepairOptions {
    /// Directory of the ledger.
    pub data: PathBuf,
    /// Which ledger it must be.
    pub ledger: [u8; 16],
    /// Its stream, if it has one.
    pub nats: Option<NatsOptions>,
    /// Another directory with a copy, such as a backup.
    pub from: Option<PathBuf>,
    /// Keys of which one must have signed each checkpoint; without any, signatures are not checked.
    pub keys: Vec<Verifier>,
}

impl RepairOptions {
    /// A ledger in the files under `data` alone.
    #[must_use]
    pub fn file(data: impl Into<PathBuf>) -> Self {
        let ledger = crate::engine::DEFAULT_LEDGER;
        Self { data: data.into(), ledger, nats: None, from: None, keys: Vec::new() }
    }

    /// A ledger in the stream of a NATS server with its archive under `data`.
    #[must_use]
    pub fn nats(data: impl Into<PathBuf>, url: &str) -> Self {
        let mut options = Self::file(data);
        options.nats = Some(NatsOptions::new(url, &options.record()));
        options
    }

    fn record(&self) -> PathBuf {
        self.data.join("record")
    }
}

/// Why nothing was repaired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    /// Files or the stream cannot be reached, or somebody uses the ledger.
    #[error(transparent)]
    Log(#[from] LogError),
    /// No truth can be proved; nothing was changed.
    #[error("nothing was changed: {}", .0.refusal.as_deref().unwrap_or("the damage cannot be repaired"))]
    Refused(Box<Examination>),
    /// There is no such ledger.
    #[error("{} holds no ledger; name the directory under which its `record` stands", .0.display())]
    NoLedger(PathBuf),
    /// A restore was begun and not ended.
    #[error("`{0}` was begun here and has not ended; run it again first")]
    Otherwise(String),
    /// What was written anew is not what it was made from.
    #[error("what was restored does not prove equal: {0}; nothing is served, run the repair again")]
    Unproved(String),
}

/// What is being done, how much of it is done, and how much there is, in frames.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str, u64, u64);

/// Looks at every copy and says what is wrong. Changes nothing. Blocks: not for async tasks.
///
/// # Errors
/// A copy cannot be looked at, or the ledger is in use.
pub fn examine(options: &RepairOptions, progress: Progress<'_>) -> Result<Examination, RepairError> {
    let begun = begun(options)?;
    // Where renaming was cut short the damaged record stands under its other name; looking at it moves nothing.
    let dir = if options.record().is_dir() { options.record() } else { archive::kept(&options.data) };
    let lock = if dir.is_dir() { Some(lock(&dir)?) } else { None };
    let (mut examination, _, _) = examine::run(options, &dir, progress)?;
    drop(lock);
    examination.begun = begun.is_some();
    Ok(examination)
}

/// Looks at every copy and restores those that are damaged, if the record can be proved. Blocks: not for async tasks.
///
/// # Errors
/// The damage cannot be repaired, or repairing it failed; in both cases nothing that was right is lost.
pub fn repair(options: &RepairOptions, progress: Progress<'_>) -> Result<Repaired, RepairError> {
    let begun = begun(options)?;
    let lock = locked(options, begun.is_some())?;
    let (examination, plan, mut examined) = examine::run(options, &options.record(), progress)?;
    if examination.refusal.is_some() {
        return Err(RepairError::Refused(Box::new(examination)));
    }
    let mut repaired = Repaired::new(examination);
    let needs = Needs::of(&examined, begun.is_some());
    if needs.anything() {
        repairing::set(&options.data, begun.as_deref().unwrap_or(DOING))?;
        kill_points::at("repair-marked");
        let lock = needs.archive(options, lock, &plan, &mut examined, &mut repaired, progress)?;
        if needs.stream {
            let wanted = Anew::marked(begun.as_deref()).map(|anew| anew.new);
            stream::restore(options, wanted, &plan.tip, &examined, &mut repaired, progress)?;
        }
        prove(options, &plan.tip, progress)?;
        kill_points::at("repair-proved");
        repairing::clear(&options.data)?;
        drop(lock);
    }
    Ok(repaired)
}

/// What is to be done.
struct Needs {
    restore: bool,
    catch_up: bool,
    stream: bool,
    /// A run before this one did not come to its end.
    begun: bool,
}

impl Needs {
    fn of(examined: &Examined, begun: bool) -> Self {
        Self {
            restore: examined.damaged(Role::Archive),
            catch_up: examined.archive_behind,
            stream: examined.damaged(Role::Stream),
            begun,
        }
    }

    fn anything(&self) -> bool {
        self.restore || self.catch_up || self.stream || self.begun
    }

    /// Makes the archive whole and answers what keeps the old one and a new one locked.
    fn archive(
        &self,
        options: &RepairOptions,
        lock: Lock,
        plan: &Plan,
        examined: &mut Examined,
        repaired: &mut Repaired,
        progress: Progress<'_>,
    ) -> Result<(Lock, Option<FileLog>), RepairError> {
        if self.restore {
            let (kept, new) = archive::restore(options, plan, examined, progress)?;
            repaired.archive_kept = Some(kept);
            return Ok((lock, Some(new)));
        }
        if !self.catch_up {
            return Ok((lock, None));
        }
        drop(lock);
        repaired.caught_up = archive::catch_up(options, plan, examined)?;
        Ok((crate::record::log::file::lock(&options.record())?, None))
    }
}

/// What the mark says, if it is ours.
fn begun(options: &RepairOptions) -> Result<Option<String>, RepairError> {
    if !options.data.is_dir() {
        return Err(RepairError::NoLedger(options.data.clone()));
    }
    match repairing::read(&options.data)? {
        Some(other) if !other.starts_with(DOING) => Err(RepairError::Otherwise(other)),
        begun => Ok(begun),
    }
}

/// A stream that is being made anew, and the one it takes the place of.
#[derive(Clone, Copy, Debug)]
struct Anew<'a> {
    old: &'a str,
    new: &'a str,
}

impl<'a> Anew<'a> {
    /// As the mark names them, once that was decided.
    fn marked(begun: Option<&'a str>) -> Option<Self> {
        let (old, new) = begun?.strip_prefix(DOING)?.strip_prefix(", stream ")?.split_once(" into ")?;
        Some(Self { old, new })
    }

    fn mark(self) -> String {
        format!("{DOING}, stream {} into {}", self.old, self.new)
    }
}

/// Locks the record, after undoing a pair of renames that was cut in the middle.
fn locked(options: &RepairOptions, begun: bool) -> Result<Lock, RepairError> {
    let record = options.record();
    if !record.is_dir() {
        let kept = archive::kept(&options.data);
        if begun && kept.is_dir() {
            std::fs::rename(&kept, &record).map_err(|e| LogError::io("renaming", &kept, e))?;
            sync_dir(&options.data)?;
        } else if options.nats.is_none() && options.from.is_none() {
            return Err(RepairError::NoLedger(options.data.clone()));
        }
    }
    std::fs::create_dir_all(&record).map_err(|e| LogError::io("creating directory", &record, e))?;
    Ok(lock(&record)?)
}

/// Reads everything again and holds it against what was to come out.
fn prove(options: &RepairOptions, tip: &Tip, progress: Progress<'_>) -> Result<(), RepairError> {
    let (examination, plan, examined) = examine::run(options, &options.record(), progress)?;
    let same = plan.tip == *tip;
    let sound = examination.refusal.is_none()
        && !examined.archive_behind
        && !examined.damaged(Role::Archive)
        && !examined.damaged(Role::Stream);
    if same && sound {
        return Ok(());
    }
    let said = examination.copies.iter().flat_map(|copy| copy.findings.iter().map(|finding| finding.why.clone()));
    Err(RepairError::Unproved(examination.refusal.clone().into_iter().chain(said).collect::<Vec<_>>().join("; ")))
}

/// Removes what was made from a damaged archive; it is made again from the record.
fn drop_caches(data: &Path) -> Result<(), LogError> {
    for dir in [data.join("pages"), crate::proof::tiles::Tiles::dir(data)] {
        match std::fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(LogError::io("removing", &dir, error));
            }
            _ => {}
        }
    }
    Ok(())
}
