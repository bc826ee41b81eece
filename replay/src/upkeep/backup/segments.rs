//! The record of a copy while it grows: frames go behind the last segment, which is the only one that changes. Which
//! frames, and whether they fit, is not decided here.

use ledger::hash::hex;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::BackupError;
use super::files::{io, names};
use super::layout::RECORD;
use super::manifest::{Listed, Manifest};
use crate::files::{OutFile, remove_file};
use crate::record::log::Frame;
use crate::record::log::segments::{Segment, sync_dir};

/// Segments of a copy, open for frames.
pub(super) struct Segments {
    dir: PathBuf,
    /// Those that are full.
    full: Vec<Listed>,
    growing: Option<Growing>,
    segment_bytes: u64,
    /// Bytes added.
    pub added: u64,
}

struct Growing {
    file: BufWriter<OutFile>,
    path: PathBuf,
    bytes: u64,
    hasher: Sha256,
}

impl Segments {
    /// Goes on where the list of the copy in `copy` ends: what a cut run left behind it is removed.
    pub fn resume(copy: &Path, manifest: &Manifest, segment_bytes: u64) -> Result<Self, BackupError> {
        let dir = copy.join(RECORD);
        for name in names(&dir)? {
            if !manifest.lists(&format!("{RECORD}/{name}")) {
                let path = dir.join(name);
                remove_file(&path).map_err(|error| io("removing", &path, error))?;
            }
        }
        let mut full: Vec<Listed> = manifest.of(RECORD).cloned().collect();
        for file in &full {
            let path = file.within(copy);
            let length = std::fs::metadata(&path).map(|found| found.len()).unwrap_or(0);
            if length < file.bytes {
                let why = format!("it has {length} of {} bytes", file.bytes);
                return Err(BackupError::Damaged { path, why });
            }
        }
        let growing = match full.pop() {
            None => None,
            Some(last) => Some(Growing::existing(copy, &last)?),
        };
        Ok(Self { dir, full, growing, segment_bytes, added: 0 })
    }

    /// Puts a frame, the `number`-th of the record, behind the others.
    pub fn append(&mut self, frame: &Frame, number: u64) -> Result<(), BackupError> {
        if self.growing.as_ref().is_some_and(|growing| growing.bytes >= self.segment_bytes) {
            self.sync()?;
            self.full.extend(self.growing.take().map(|growing| growing.listed()));
        }
        let growing = match &mut self.growing {
            Some(growing) => growing,
            none => none.insert(Growing::new(&Segment::new(&self.dir, number, frame.header().first_index))?),
        };
        let bytes = frame.bytes();
        growing.file.write_all(bytes).map_err(|error| io("writing", &growing.path, error))?;
        growing.hasher.update(bytes);
        growing.bytes += bytes.len() as u64;
        self.added += bytes.len() as u64;
        Ok(())
    }

    /// Returns when all of it is on the disk.
    pub fn sync(&mut self) -> Result<(), BackupError> {
        if let Some(growing) = &mut self.growing {
            let synced = growing.file.flush().and_then(|()| growing.file.get_ref().sync());
            synced.map_err(|error| io("syncing", &growing.path, error))?;
        }
        Ok(sync_dir(&self.dir)?)
    }

    /// All segments as they are now.
    pub fn listed(&self) -> Vec<Listed> {
        self.full.iter().cloned().chain(self.growing.as_ref().map(Growing::listed)).collect()
    }
}

impl Growing {
    fn new(segment: &Segment) -> Result<Self, BackupError> {
        let (file, path) = (BufWriter::new(segment.create()?), segment.path.clone());
        Ok(Self { file, path, bytes: 0, hasher: Sha256::new() })
    }

    /// The last segment of a copy, checked, without what a cut run left behind its listed end.
    fn existing(copy: &Path, last: &Listed) -> Result<Self, BackupError> {
        let hasher = last.pass(copy, &mut |_| Ok(()))?;
        let path = last.within(copy);
        let file = OutFile::append(&path).map_err(|error| io("opening", &path, error))?;
        file.set_len(last.bytes).map_err(|error| io("cutting", &path, error))?;
        Ok(Self { file: BufWriter::new(file), path, bytes: last.bytes, hasher })
    }

    fn listed(&self) -> Listed {
        let name = self.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        Listed { path: format!("{RECORD}/{name}"), bytes: self.bytes, sha256: hex(&self.hasher.clone().finalize()) }
    }
}
