//! Files as they were left, and whether they still are so: what somebody removes, changes or puts in their place while they are in use is
//! noticed by whoever asks. What it means is for the caller to say.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::ops::Bound::{Excluded, Unbounded};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::hash::{Hash, sha256};
use parking_lot::Mutex;

use super::small::{TEXT_BYTES, is_damage, read_at_most};

/// Files that must be there; clones know the same ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownFiles(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    files: BTreeMap<PathBuf, Left>,
    /// The one that was read last because it was its turn.
    read: PathBuf,
}

/// How one was left.
#[derive(Debug)]
enum Left {
    /// It grows, and has so many bytes at least. It is held open, so that the file system gives its number to no other file.
    Growing { file: File, bytes: u64 },
    /// It was written once, and may be put back by whoever has it: what is in it counts, not which file it is.
    Written { bytes: u64, hash: Hash, stamp: Option<Stamp> },
    /// Whoever read it found that it suffered.
    Spoilt,
}

/// What the file system says of a file that nobody has touched: its number, and when it was written and changed.
type Stamp = [i64; 6];

impl KnownFiles {
    /// Knows a file that grows as it is now, if it is there and was not known before.
    pub(crate) fn growing(&self, path: &Path) {
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        if let Ok((bytes, file)) = opened {
            self.0.lock().files.entry(path.to_owned()).or_insert(Left::Growing { file, bytes });
        }
    }

    /// So many bytes at least have been written of a file that grows.
    pub(crate) fn grown(&self, path: &Path, to: u64) {
        if let Some(Left::Growing { bytes, .. }) = self.0.lock().files.get_mut(path) {
            *bytes = to.max(*bytes);
        }
    }

    /// Knows what was written of a file, whole.
    pub(crate) fn written(&self, path: &Path, what: &[u8]) {
        let left = Left::Written { bytes: what.len() as u64, hash: sha256([what]), stamp: None };
        self.0.lock().files.insert(path.to_owned(), left);
    }

    /// Knows a file as it is found, if it can be read.
    pub(crate) fn found(&self, path: &Path) {
        if let Ok(bytes) = read_at_most(path, TEXT_BYTES) {
            self.written(path, &bytes);
        }
    }

    /// It was read and had suffered; whether that is new.
    pub(crate) fn spoil(&self, path: &Path) -> bool {
        let before = self.0.lock().files.insert(path.to_owned(), Left::Spoilt);
        !matches!(before, Some(Left::Spoilt))
    }

    /// It is about to be replaced or removed by whoever keeps it.
    pub(crate) fn forget(&self, path: &Path) {
        self.0.lock().files.remove(path);
    }

    /// One that is not as it was left. Each time one file is read that does not look changed, in turn: a disk may lose what nobody wrote, and
    /// times are coarse.
    pub(crate) fn lost(&self) -> Option<PathBuf> {
        let known = &mut *self.0.lock();
        let next = known.files.range::<Path, _>((Excluded(known.read.as_path()), Unbounded)).next();
        known.read = next.or_else(|| known.files.first_key_value()).map(|(path, _)| path.clone()).unwrap_or_default();
        let turn = &known.read;
        known.files.iter_mut().find_map(|(path, left)| (!left.is_so(path, path == turn)).then(|| path.clone()))
    }
}

impl Left {
    /// Whether a file is as it was left; it is read if it looks changed, or if that is asked for.
    fn is_so(&mut self, path: &Path, read: bool) -> bool {
        let Some(now) = fs::metadata(path).ok().filter(Metadata::is_file) else { return false };
        match self {
            Self::Spoilt => false,
            Self::Growing { file, bytes } => {
                let same = file.metadata().is_ok_and(|own| (own.dev(), own.ino()) == (now.dev(), now.ino()));
                same && now.len() >= *bytes
            }
            Self::Written { bytes, .. } if now.len() != *bytes => false,
            Self::Written { stamp, .. } if *stamp == Some(stamp_of(&now)) && !read => true,
            Self::Written { hash, stamp, .. } => match read_at_most(path, TEXT_BYTES) {
                Ok(found) => {
                    let same = sha256([&found[..]]) == *hash;
                    *stamp = same.then(|| stamp_of(&now));
                    same
                }
                // What cannot be read at the moment is no evidence of anything.
                Err(error) => !is_damage(&error),
            },
        }
    }
}

fn stamp_of(data: &Metadata) -> Stamp {
    let number = |number: u64| number.cast_signed();
    [number(data.dev()), number(data.ino()), data.mtime(), data.mtime_nsec(), data.ctime(), data.ctime_nsec()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asked so often that every file had its turn.
    fn lost(known: &KnownFiles) -> Option<PathBuf> {
        let turns = known.0.lock().files.len();
        (0..=turns).find_map(|_| known.lost())
    }

    #[test]
    fn what_grows_is_lost_when_it_is_removed_cut_off_or_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (known, path) = (KnownFiles::default(), dir.path().join("a"));
        known.growing(&path);
        assert_eq!(known.lost(), None, "what never was is not lost");
        fs::write(&path, "four").unwrap();
        known.growing(&path);
        fs::write(&path, "four and more").unwrap();
        known.grown(&path, 6);
        assert_eq!(known.lost(), None);
        let lost = || known.lost() == Some(path.clone());
        fs::write(&path, "fives").unwrap();
        assert!(lost(), "it was cut off");
        fs::write(&path, "four and more").unwrap();
        assert!(!lost());
        fs::remove_file(&path).unwrap();
        assert!(lost(), "it was removed");
        fs::create_dir(&path).unwrap();
        assert!(lost(), "a directory is in its place");
        fs::remove_dir(&path).unwrap();
        // A file system that gives a number away again would give it now, if it could.
        for _ in 0..50 {
            fs::write(&path, "four and more").unwrap();
            assert!(lost(), "another is in its place");
            fs::remove_file(&path).unwrap();
        }
        fs::write(&path, "four and more").unwrap();
        known.growing(&path);
        assert!(lost(), "another is in its place");
        known.forget(&path);
        known.growing(&path);
        assert_eq!(known.lost(), None, "its keeper put it there");
    }

    #[test]
    fn what_is_written_once_is_lost_when_anything_of_it_changes_until_it_is_put_back() {
        let dir = tempfile::tempdir().unwrap();
        let (known, path) = (KnownFiles::default(), dir.path().join("b"));
        for name in ["a", "b", "c"] {
            fs::write(dir.path().join(name), "signed").unwrap();
        }
        known.found(&dir.path().join("a"));
        known.written(&path, b"signed");
        known.found(&dir.path().join("c"));
        assert_eq!(lost(&known), None);
        for wrong in ["signed\n", "signe", "", "sighed"] {
            fs::write(&path, wrong).unwrap();
            assert_eq!(lost(&known), Some(path.clone()), "{wrong:?}");
            fs::write(&path, "signed").unwrap();
            assert_eq!(lost(&known), None, "it is put back");
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(known.lost(), Some(path.clone()), "it was removed");
        fs::create_dir(&path).unwrap();
        assert_eq!(known.lost(), Some(path.clone()), "a directory is in its place");
        fs::remove_dir(&path).unwrap();
        fs::write(&path, "signed").unwrap();
        assert_eq!(lost(&known), None, "it is put back");
        known.forget(&path);
        fs::write(&path, "another").unwrap();
        assert_eq!(lost(&known), None, "its keeper put it there");
    }

    /// As on a disk that loses bits, or where times are too coarse to show it.
    #[test]
    fn what_changes_without_looking_changed_is_read_when_its_turn_comes() {
        let dir = tempfile::tempdir().unwrap();
        let (known, path) = (KnownFiles::default(), dir.path().join("b"));
        for name in ["a", "b", "c"] {
            fs::write(dir.path().join(name), "signed").unwrap();
            known.found(&dir.path().join(name));
        }
        assert_eq!(lost(&known), None);
        fs::write(&path, "sighed").unwrap();
        let now = stamp_of(&fs::metadata(&path).unwrap());
        if let Some(Left::Written { stamp, .. }) = known.0.lock().files.get_mut(&path) {
            *stamp = Some(now);
        }
        assert_eq!(lost(&known), Some(path));
    }
}
