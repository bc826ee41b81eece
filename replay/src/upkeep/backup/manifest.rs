//! The list of what a copy holds: where its record ends, and length and SHA-256 of every file. It proves nothing by
//! itself, as whoever changes a file can change it too; checkpoints prove. Text in JSON, with a hash over itself, so that damage of
//! the list is told from damage of what it lists.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use ledger::hash::{Hash, hex, unhex};
use ledger::tree::merkle::Frontier;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::BackupError;
use super::files::{io, names};
use super::layout::{CHECKPOINTS, KEYS, MANIFEST, RECORD};
use crate::files::replace;
use crate::files::small::{is_damage, read_at_most};
use crate::record::log::reader::frame_at;
use crate::record::log::{Reader, Tip};

/// A later format has another number.
const FORMAT: &str = "mingzhang backup 1";

/// As long as the list of a copy gets.
const LIST_BYTES: u64 = 1 << 28;

/// What is read of a file at once.
const BUFFER_BYTES: usize = 1 << 20;

/// What a copy holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: String,
    /// Over the text with this left empty; empty in memory.
    sha256: String,
    ledger: String,
    frames: u64,
    entries: u64,
    root: String,
    recorded_ms: i64,
    epoch: u64,
    writer: u64,
    opened: u64,
    peaks: Vec<String>,
    /// When the stream was created, if the record is one's archive.
    pub stream_created: Option<String>,
    /// In the order of their paths.
    pub files: Vec<Listed>,
}

/// One file of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    /// Below the copy's directory.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    pub fn new(tip: &Tip, stream_created: Option<String>, files: Vec<Listed>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            sha256: String::new(),
            ledger: hex(&tip.ledger),
            frames: tip.frames,
            entries: tip.next_index(),
            root: hex(&tip.frontier.root()),
            recorded_ms: tip.recorded_ms,
            epoch: tip.epoch,
            writer: tip.writer,
            opened: tip.opened,
            peaks: tip.frontier.peaks().iter().map(|peak| hex(peak)).collect(),
            stream_created,
            files,
        }
    }

    /// The list of the copy in `dir`, if there is one.
    pub fn read(dir: &Path) -> Result<Option<Self>, BackupError> {
        let path = dir.join(MANIFEST);
        let bad = |why: String| BackupError::Manifest { path: path.clone(), why };
        let damaged = |why: String| BackupError::DamagedList { path: path.clone(), why };
        let bytes = match read_at_most(&path, LIST_BYTES) {
            Err(error) if error.kind() == ErrorKind::NotFound && is_copy(dir) => {
                return Err(damaged("it is missing".to_owned()));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if is_damage(&error) => return Err(damaged(error.to_string())),
            bytes => bytes.map_err(|error| io("reading", &path, error))?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut manifest: Self = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(bad(format!("its format is `{}`, this program reads `{FORMAT}`", manifest.format)));
        }
        let said = std::mem::take(&mut manifest.sha256);
        if sum(text.replacen(&said, "", 1).as_bytes()) != said {
            return Err(damaged("it is not what was written".to_owned()));
        }
        match manifest.files.iter().find(|file| !is_ours(&file.path)) {
            Some(file) => Err(bad(format!("it names `{}`, which no copy holds", file.path))),
            None => Ok(Some(manifest)),
        }
    }

    /// Replaces the list of the copy in `dir`, durably and in one step.
    pub fn write(&self, dir: &Path) -> Result<(), BackupError> {
        let path = dir.join(MANIFEST);
        let text = |manifest: &Self| {
            let text = serde_json::to_string_pretty(manifest).map(|text| text + "\n");
            text.map_err(|error| BackupError::Manifest { path: path.clone(), why: error.to_string() })
        };
        let whole = Self { sha256: sum(text(self)?.as_bytes()), ..self.clone() };
        replace(&path, text(&whole)?.as_bytes()).map_err(|error| io("writing", &path, error))
    }

    /// The list of a copy made again from what is there, where the one that was written is damaged. How far the record goes, and
    /// whether it is whole up to there, its frames say; whether its end is missing, only checkpoints.
    pub fn again(dir: &Path) -> Result<Self, BackupError> {
        let record = dir.join(RECORD);
        let first = frame_at(&record, 1).ok_or_else(|| BackupError::NoCopy(dir.to_owned()))?;
        let mut reader = Reader::open(&record, first.header().ledger)?;
        while reader.next_any()?.is_some() {}
        let mut files = Vec::new();
        for place in [RECORD, CHECKPOINTS, KEYS] {
            for name in names(&dir.join(place))? {
                let path = dir.join(place).join(&name);
                let mut bytes = match read_at_most(&path, u64::MAX - 1) {
                    Err(error) if is_damage(&error) => {
                        // Whoever reads it for what it holds finds that it holds nothing.
                        files.push(Listed { path: format!("{place}/{name}"), bytes: 0, sha256: String::new() });
                        continue;
                    }
                    bytes => bytes.map_err(|error| io("reading", &path, error))?,
                };
                if let Some(torn) = reader.torn().filter(|torn| torn.path == path) {
                    // What a run was adding when it was cut short.
                    bytes.truncate(usize::try_from(torn.offset).unwrap_or(usize::MAX));
                }
                let file = Listed::of_bytes(format!("{place}/{name}"), &bytes);
                files.extend(is_ours(&file.path).then_some(file));
            }
        }
        Ok(Self::new(reader.tip(), None, files))
    }

    /// Where the record of the copy in `dir` ends.
    pub fn tip(&self, dir: &Path) -> Result<Tip, BackupError> {
        let bad = |why: &str| BackupError::Manifest { path: dir.join(MANIFEST), why: why.to_owned() };
        let peaks: Option<Vec<Hash>> = self.peaks.iter().map(|peak| bytes(peak)).collect();
        let frontier = peaks.and_then(|peaks| Frontier::from_parts(self.entries, peaks));
        let frontier = frontier.ok_or_else(|| bad("its peaks do not fit its entries"))?;
        if hex(&frontier.root()) != self.root {
            return Err(bad("its root does not fit its peaks"));
        }
        let ledger = bytes(&self.ledger).ok_or_else(|| bad("its ledger is not 32 hexadecimal digits"))?;
        let Self { frames, epoch, writer, opened, recorded_ms, .. } = *self;
        let tip = Tip { ledger, frames, epoch, writer, opened, recorded_ms, frontier };
        if tip.is_possible() { Ok(tip) } else { Err(bad("no record ends where it says")) }
    }

    /// The files of one directory, in the order of their names.
    pub fn of<'a>(&'a self, dir: &'a str) -> impl Iterator<Item = &'a Listed> {
        self.files.iter().filter(move |file| file.dir() == dir)
    }

    pub fn lists(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }
}

impl Listed {
    pub fn of_bytes(path: String, bytes: &[u8]) -> Self {
        Self { path, bytes: bytes.len() as u64, sha256: sum(bytes) }
    }

    pub fn dir(&self) -> &str {
        self.path.split_once('/').map_or("", |(dir, _)| dir)
    }

    pub fn name(&self) -> &str {
        self.path.split_once('/').map_or("", |(_, name)| name)
    }

    pub fn within(&self, dir: &Path) -> PathBuf {
        dir.join(self.dir()).join(self.name())
    }

    /// The whole of a small file, if it is what was copied.
    pub fn read(&self, dir: &Path) -> Result<Vec<u8>, BackupError> {
        let mut bytes = Vec::new();
        self.pass(dir, &mut |part| {
            bytes.extend_from_slice(part);
            Ok(())
        })?;
        // Only segments grow, where a run was cut short.
        let path = self.within(dir);
        let found = fs::metadata(&path).map_err(|error| io("reading", &path, error))?.len();
        let why = || format!("it has {found} bytes, {MANIFEST} says {}", self.bytes);
        if found > self.bytes { Err(BackupError::Damaged { why: why(), path }) } else { Ok(bytes) }
    }

    /// Shows the file piece by piece, as far as it is listed, and answers the hasher over it. That it was changed is
    /// known, and answered, after all of it was shown.
    pub fn pass(
        &self,
        dir: &Path,
        show: &mut dyn FnMut(&[u8]) -> Result<(), BackupError>,
    ) -> Result<Sha256, BackupError> {
        let path = self.within(dir);
        let damaged = |why: String| BackupError::Damaged { path: path.clone(), why };
        // Asked before it is opened: opening a pipe waits for whoever writes to it.
        match fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(damaged("it is missing".to_owned())),
            Ok(found) if !found.is_file() => return Err(damaged("it is no plain file".to_owned())),
            _ => {}
        }
        let file = fs::File::open(&path).map_err(|error| io("opening", &path, error))?;
        let mut file = file.take(self.bytes);
        let (mut hasher, mut seen, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER_BYTES]);
        loop {
            let read = match file.read(&mut buffer) {
                Err(error) if is_damage(&error) => return Err(damaged(error.to_string())),
                read => read.map_err(|error| io("reading", &path, error))?,
            };
            if read == 0 {
                break;
            }
            seen += read as u64;
            hasher.update(&buffer[..read]);
            show(&buffer[..read])?;
        }
        if seen < self.bytes {
            return Err(damaged(format!("it ends after {seen} of {} bytes", self.bytes)));
        }
        let found = hex(&hasher.clone().finalize());
        if found != self.sha256 {
            return Err(damaged(format!("its SHA-256 is {found}, {MANIFEST} says {}", self.sha256)));
        }
        Ok(hasher)
    }
}

fn sum(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

/// Whether a directory without a list holds the record of a copy: a ledger's own has a lock beside its segments.
fn is_copy(dir: &Path) -> bool {
    let record = dir.join(RECORD);
    !record.join("lock").exists() && frame_at(&record, 1).is_some()
}

/// Only plain names in the three directories: whoever wrote the list must not choose where files go.
fn is_ours(path: &str) -> bool {
    let Some((dir, name)) = path.split_once('/') else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    [RECORD, CHECKPOINTS, KEYS].contains(&dir) && !name.starts_with('.') && !name.is_empty() && name.chars().all(plain)
}

/// So many bytes and no others.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    unhex(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_and_names_nothing_outside() {
        let dir = tempfile::tempdir().unwrap();
        let mut tip = Tip::new([7; 16]);
        (0..5).for_each(|n| tip.frontier.push([n; 32]));
        tip.frames = 3;
        let file = Listed::of_bytes("keys/0001.pub".to_owned(), b"a key");
        let manifest = Manifest::new(&tip, Some("long ago".to_owned()), vec![file]);
        manifest.write(dir.path()).unwrap();
        let again = Manifest::read(dir.path()).unwrap().unwrap();
        assert_eq!((again.tip(dir.path()).unwrap(), &again), (tip, &manifest));
        for path in ["/etc/passwd", "record/../../x", "keys/", "keys/.ssh", "elsewhere/x", "keys/a/b"] {
            let mut bad = manifest.clone();
            bad.files[0].path = path.to_owned();
            bad.write(dir.path()).unwrap();
            assert!(Manifest::read(dir.path()).is_err(), "{path}");
        }
        for (entries, opened, frames) in [(7, 0, 3), (5, 4, 3), (5, 0, u64::MAX)] {
            let bad = Manifest { entries, opened, frames, ..manifest.clone() };
            assert!(bad.tip(dir.path()).is_err(), "{entries} {opened} {frames}");
        }
    }
}
