//! The record as files: an exclusive lock, segments of frames, a sync per frame, and the care for an
//! unfinished end. Reading is in `reader`; what a frame says is in `frame`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::frame::Frame;
use super::held::{FileId, HeldDir, id};
use super::opening::{Visit, visit};
use super::reader::{Reader, Torn, read_from};
use super::segments::{Segment, list, sync_dir};
use super::tip::Tip;
use crate::files::{OutFile, make_dir, settle};
use crate::limits::SEGMENT_BYTES;
use crate::record::error::LogError;

/// A directory of segment files, open for appending by this process alone.
#[derive(Debug)]
pub struct FileLog {
    dir: PathBuf,
    segment: Option<Open>,
    frames: u64,
    segment_bytes: u64,
    lock: Lock,
}

/// Held until the log is dropped; the system releases it also when the process is killed.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    id: FileId,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave it to a child process that has been forked but not yet replaced.
        let _ = self.file.unlock();
    }
}

#[derive(Debug)]
struct Open {
    file: OutFile,
    path: PathBuf,
    bytes: u64,
    /// By which it is known from another of the same name.
    id: FileId,
}

impl FileLog {
    /// Locks `dir`, creating it if needed, checks every frame and shows it to `seen`.
    ///
    /// Answers the log, where it ends, and the unfinished end that was set aside, if there was one.
    pub fn open(dir: &Path, ledger: [u8; 16], seen: Visit<'_>) -> Result<(Self, Tip, Option<Torn>), LogError> {
        Self::open_read(dir, |dir| Reader::open(dir, ledger), seen)
    }

    /// The same of an archive beside a stream, which has what is wrong at the archive's end.
    pub(crate) fn open_archive(
        dir: &Path,
        ledger: [u8; 16],
        seen: Visit<'_>,
    ) -> Result<(Self, Tip, Option<Torn>), LogError> {
        Self::open_read(dir, |dir| Reader::open(dir, ledger).map(Reader::beside_a_stream), seen)
    }

    fn open_read(
        dir: &Path,
        read: impl FnOnce(&Path) -> Result<Reader, LogError>,
        seen: Visit<'_>,
    ) -> Result<(Self, Tip, Option<Torn>), LogError> {
        make_dir(dir).map_err(|e| LogError::io("creating directory", dir, e))?;
        let lock = lock(dir)?;
        let mut reader = read(dir)?;
        while let Some(frame) = reader.next_frame()? {
            visit(seen, &frame)?;
        }
        let torn = reader.torn().cloned();
        if let Some(torn) = &torn {
            set_aside(torn)?;
        }
        // Its segments, and it itself, may be there for this process only, and will be built upon.
        settle(dir).map_err(|e| LogError::io("syncing directory", dir, e))?;
        let tip = reader.tip().clone();
        let segment = match list(dir)?.pop() {
            Some(last) => Some(Open::existing(last.path)?),
            None => None,
        };
        let log = Self { dir: dir.to_path_buf(), segment, frames: tip.frames, segment_bytes: SEGMENT_BYTES, lock };
        Ok((log, tip, torn))
    }

    /// Closes segment files at another size.
    pub fn set_segment_bytes(&mut self, bytes: u64) {
        self.segment_bytes = bytes;
    }

    /// How many frames it holds.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Where it is.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The same with the lock in it, for whoever asks whether it is still there.
    pub(crate) fn held(&self) -> HeldDir {
        HeldDir { dir: self.dir.clone(), lock: self.lock.id }
    }

    /// Writes the next frame and returns when it is on the disk.
    ///
    /// After an error nothing of the frame stays behind, as far as the file system lets us.
    pub fn append(&mut self, frame: &Frame) -> Result<(), LogError> {
        let first_index = frame.header().first_index;
        let number = self.frames + 1;
        let full = self.segment.as_ref().is_some_and(|open| open.bytes >= self.segment_bytes);
        if full {
            self.segment = None;
        }
        let open = match &mut self.segment {
            Some(open) => open,
            none => none.insert(Open::create(&Segment::new(&self.dir, number, first_index))?),
        };
        let written = open.file.write_all(frame.bytes()).and_then(|()| open.file.sync_data());
        if let Err(source) = written {
            open.cut();
            return Err(LogError::io("writing segment", &open.path, source));
        }
        open.bytes += frame.bytes().len() as u64;
        if let Some(why) = open.is_other() {
            let place = open.path.display().to_string();
            return Err(LogError::Damage { place, frame: number, index: first_index, why });
        }
        self.frames = number;
        Ok(())
    }
}

impl Open {
    fn create(segment: &Segment) -> Result<Self, LogError> {
        let file = segment.create()?;
        let data = file.file().metadata().map_err(|e| LogError::io("creating segment", &segment.path, e))?;
        Ok(Self { file, path: segment.path.clone(), bytes: 0, id: id(&data) })
    }

    fn existing(path: PathBuf) -> Result<Self, LogError> {
        let fail = |e| LogError::io("opening segment", &path, e);
        let file = OutFile::append(&path).map_err(fail)?;
        // What a killed writer left in the page cache has been read and will be built upon.
        file.sync().map_err(fail)?;
        let data = file.file().metadata().map_err(fail)?;
        Ok(Self { file, path, bytes: data.len(), id: id(&data) })
    }

    /// What keeps the next start from finding here what was written, if anything: an open file can be written after it was removed.
    fn is_other(&self) -> Option<String> {
        match fs::metadata(&self.path) {
            Ok(data) if id(&data) != self.id => Some("another file has its name".to_owned()),
            Ok(data) if data.len() != self.bytes => {
                Some(format!("it has {} bytes, and {} were written", data.len(), self.bytes))
            }
            Ok(_) => None,
            Err(error) => Some(format!("it cannot be found any more: {error}")),
        }
    }

    fn cut(&self) {
        let cut = self.file.set_len(self.bytes).and_then(|()| self.file.sync());
        if let Err(error) = cut {
            tracing::warn!(path = %self.path.display(), %error, "an unfinished frame could not be cut off");
        }
    }
}

/// Locks a directory against everybody else who does.
pub(crate) fn lock(dir: &Path) -> Result<Lock, LogError> {
    let path = dir.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|e| LogError::io("opening lock", &path, e))?;
    let id = id(&file.metadata().map_err(|e| LogError::io("opening lock", &path, e))?);
    match file.try_lock() {
        Ok(()) => Ok(Lock { file, id }),
        Err(TryLockError::WouldBlock) => Err(LogError::Locked { path }),
        Err(TryLockError::Error(e)) => Err(LogError::io("locking", &path, e)),
    }
}

/// Keeps an unfinished end in a file of its own, then cuts it off.
fn set_aside(torn: &Torn) -> Result<(), LogError> {
    let bytes = read_from(&torn.path, torn.offset)?;
    let aside = torn.path.with_extension(format!("{}.torn", torn.offset));
    let fail = |e| LogError::io("setting an unfinished frame aside", &aside, e);
    let mut file = OutFile::create(&aside).map_err(fail)?;
    file.write_all(&bytes).and_then(|()| file.sync()).map_err(fail)?;
    sync_dir(torn.path.parent().unwrap_or(Path::new(".")))?;
    let segment = OutFile::append(&torn.path).map_err(fail)?;
    segment.set_len(torn.offset).and_then(|()| segment.sync()).map_err(fail)?;
    tracing::warn!(kept = %aside.display(), bytes = torn.bytes, why = %torn.why, "the last frame was unfinished and set aside");
    Ok(())
}
