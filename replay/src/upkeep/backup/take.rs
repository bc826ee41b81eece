//! Taking a copy while the ledger writes, without its lock: frames are read and checked, not bytes copied. A later run adds
//! what is new. It goes on only if the last frame of the copy is the record's own.

use std::path::{Path, PathBuf};

use super::announced::announced;
use super::checkpoints_and_keys::{self as small_files, Collected, SmallFiles};
use super::error::BackupError;
use super::extent::Extent;
use super::files::{make_dir, names};
use super::layout::RECORD;
use super::manifest::{Listed, Manifest};
use super::segments::Segments;
use crate::kill_points;
use crate::limits::SEGMENT_BYTES;
use crate::proof::signed_note::Verifier;
use crate::record::log::copied::copy_stream;
use crate::record::log::file::lock;
use crate::record::log::frame::Frame;
use crate::record::log::reader::frame_at;
use crate::record::log::{NatsOptions, Reader, Tip};
use crate::record::repairing;

/// What is copied, and where to.
#[derive(Clone, Debug)]
pub struct Backup {
    /// The ledger's directory. Over a stream it may be missing; then there are no checkpoints to copy.
    pub data: Option<PathBuf>,
    /// Take the record from this stream instead of the files.
    pub stream: Option<NatsOptions>,
    /// Which ledger it must be.
    pub ledger: [u8; 16],
    /// Directory of the copy.
    pub out: PathBuf,
    /// Public keys that go with it.
    pub keys: Vec<Verifier>,
    /// A segment of the copy is closed at this size.
    pub segment_bytes: u64,
}

impl Backup {
    /// Of a directory, with the usual segments.
    #[must_use]
    pub fn of(data: &Path, out: &Path, ledger: [u8; 16]) -> Self {
        let (data, out) = (Some(data.to_owned()), out.to_owned());
        Self { data, stream: None, ledger, out, keys: Vec::new(), segment_bytes: SEGMENT_BYTES }
    }
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What the copy holds now.
    pub extent: Extent,
    /// Frames this run added.
    pub new_frames: u64,
    /// Their bytes.
    pub new_bytes: u64,
    /// Checkpoints in the copy.
    pub checkpoints: usize,
    /// Entries under the last of them.
    pub signed: Option<u64>,
    /// Checkpoints of the ledger that are none or lack the note beside them, and why; they are not in the copy.
    pub missing: Vec<String>,
    /// The caller wanted no more; the copy holds what was read until then.
    pub interrupted: bool,
}

/// Takes a copy or brings one up to date. `go_on` is called with the number of entries from time to time; when it answers false,
/// the run ends with what it has.
///
/// # Errors
/// The record is damaged, the copy is damaged or another record's, or the file system refuses. The copy stays what it was.
pub fn backup(job: &Backup, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Taken, BackupError> {
    if let Some(data) = &job.data {
        // A record that is just being repaired or restored is not yet what will be served.
        repairing::refuse(data)?;
    }
    make_dir(&job.out)?;
    let _lock = lock(&job.out)?;
    let manifest = begin(job)?;
    make_dir(&job.out.join(RECORD))?;
    let tip = manifest.tip(&job.out)?;
    let segments = Segments::resume(&job.out, &manifest, job.segment_bytes)?;
    let first = tip.frames;
    let mut run = Run { job, segments, tip, go_on, ended: false };
    let created = run.read()?.or_else(|| manifest.stream_created.clone());
    let mut found = small_files::collect(job.data.as_deref(), &job.keys)?;
    // Once more: now the copy reaches beyond the last of these checkpoints.
    run.read()?;
    let Run { mut segments, tip, ended, .. } = run;
    if !ended {
        reaches(job, &tip, &found.small)?;
    }
    // Frames are on the disk before the list names them.
    segments.sync()?;
    kill_points::at("backup-frames-copied");
    let data = job.data.as_deref().unwrap_or(Path::new(""));
    found.suffered_since((data, &job.out), &mut || announced(&job.out, &tip))?;
    let Collected { small, missing, .. } = found;
    let (manifest, lost) = finish(job, &tip, &manifest, (segments.listed(), created), small)?;
    let sizes = small_files::sizes(manifest.files.iter().map(|file| file.path.as_str()));
    Ok(Taken {
        extent: Extent::of(&tip),
        new_frames: tip.frames - first,
        new_bytes: segments.added,
        checkpoints: sizes.len(),
        signed: sizes.last().copied(),
        missing: missing.into_iter().chain(lost).collect(),
        interrupted: ended,
    })
}

/// The list of the copy as it was; a new one begins with an empty list, so that no run takes another's files for its own.
fn begin(job: &Backup) -> Result<Manifest, BackupError> {
    let out = &job.out;
    if let Some(manifest) = Manifest::read(out)? {
        if manifest.tip(out)?.ledger != job.ledger {
            return Err(BackupError::Diverged { out: out.clone(), why: "it is of another ledger".to_owned() });
        }
        return Ok(manifest);
    }
    if names(out)?.iter().any(|name| name != "lock" && name != "MANIFEST.new") {
        return Err(BackupError::Taken(out.clone()));
    }
    let manifest = Manifest::new(&Tip::new(job.ledger), None, Vec::new());
    manifest.write(out)?;
    kill_points::at("backup-begun");
    Ok(manifest)
}

struct Run<'a> {
    job: &'a Backup,
    segments: Segments,
    tip: Tip,
    go_on: &'a mut dyn FnMut(u64) -> bool,
    ended: bool,
}

impl Run<'_> {
    /// Copies what there is now. Answers when the stream was created, if there is one.
    fn read(&mut self) -> Result<Option<String>, BackupError> {
        if self.ended {
            return Ok(None);
        }
        let last = self.last()?;
        if let Some(options) = &self.job.stream {
            let tip = self.tip.clone();
            let mut failed = None;
            let read = copy_stream(options, tip, last.map(|frame| frame.bytes().clone()), &mut |frame, tip| {
                let taken = self.take(frame, tip);
                Ok(taken.unwrap_or_else(|error| {
                    failed = Some(error);
                    false
                }))
            });
            return failed.map_or_else(|| Ok(Some(read?)), Err);
        }
        let Some(data) = &self.job.data else { return Ok(None) };
        self.read_files(&data.join(RECORD), last)?;
        Ok(std::fs::read_to_string(data.join(RECORD).join("stream-created")).ok())
    }

    fn read_files(&mut self, record: &Path, last: Option<Frame>) -> Result<(), BackupError> {
        if last.is_some() && frame_at(record, self.tip.frames) != last {
            let why = format!("frame {} of the copy is not the record's", self.tip.frames);
            return Err(BackupError::Diverged { out: self.job.out.clone(), why });
        }
        let mut reader = Reader::open_at(record, self.tip.clone())?;
        while let Some((frame, _)) = reader.next_any()? {
            if !self.take(&frame, reader.tip())? {
                break;
            }
        }
        Ok(())
    }

    /// The last frame of the copy, as it was written.
    fn last(&mut self) -> Result<Option<Frame>, BackupError> {
        if self.tip.frames == 0 {
            return Ok(None);
        }
        self.segments.sync()?;
        let record = self.job.out.join(RECORD);
        let why = || format!("frame {}, its last, cannot be read", self.tip.frames);
        let last = frame_at(&record, self.tip.frames);
        last.map(Some).ok_or_else(|| BackupError::Damaged { path: record.clone(), why: why() })
    }

    fn take(&mut self, frame: &Frame, after: &Tip) -> Result<bool, BackupError> {
        self.segments.append(frame, after.frames)?;
        self.tip = after.clone();
        kill_points::at("backup-frame");
        self.ended = !(self.go_on)(after.next_index());
        Ok(!self.ended)
    }
}

/// A record that ends before its last checkpoint has lost its end: a copy without that checkpoint would hide it.
fn reaches(job: &Backup, tip: &Tip, small: &SmallFiles) -> Result<(), BackupError> {
    let (entries, last) = (tip.next_index(), small_files::noted(small.keys().map(String::as_str)).pop_last());
    let Some(size) = last.filter(|size| *size > entries) else { return Ok(()) };
    let [tree, _] = small_files::paths(size);
    let path = job.data.as_deref().unwrap_or(Path::new("")).join(tree);
    let why = format!("it is over {size} entries, the record has {entries}; run `replay repair`");
    Err(BackupError::Checkpoint { path, why })
}

/// Names the record that was copied, then writes checkpoints and keys, then names those: a run cut short between two steps
/// leaves a list that says no more than what is there, and no checkpoint beyond the record.
fn finish(
    job: &Backup,
    tip: &Tip,
    before: &Manifest,
    (record, created): (Vec<Listed>, Option<String>),
    mut small: SmallFiles,
) -> Result<(Manifest, Vec<String>), BackupError> {
    let out = &job.out;
    let beyond = small_files::noted(small.keys().map(String::as_str));
    for size in beyond.into_iter().filter(|size| *size > tip.next_index()) {
        // Only a run that was ended early stops before a checkpoint.
        small_files::paths(size).iter().for_each(|path| drop(small.remove(path)));
    }
    let (stay, lost) = small_files::unchanged(out, before, &small)?;
    let listed = |others: Vec<Listed>| {
        let files = record.iter().cloned().chain(others).collect();
        Manifest::new(tip, created.clone(), files)
    };
    listed(stay.clone()).write(out)?;
    kill_points::at("backup-record-listed");
    let manifest = listed(small_files::write(out, stay, &small)?);
    kill_points::at("backup-beside-written");
    manifest.write(out)?;
    // What is no longer named goes last: a list that named what is gone would make the copy a damaged one.
    small_files::clear(out, &manifest)?;
    Ok((manifest, lost))
}
