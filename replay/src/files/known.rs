//! Files as they were left, and whether they still are so: what somebody removes or puts in their place while they are in use is
//! noticed by whoever asks. What it means is for the caller to say.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

/// Files that must be there; clones know the same ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownFiles(Arc<Mutex<BTreeMap<PathBuf, Left>>>);

/// How one was left.
#[derive(Debug)]
struct Left {
    /// As the file system numbers it.
    number: u64,
    bytes: u64,
}

impl KnownFiles {
    /// Knows a file as it is now, if it is there and was not known before.
    pub(crate) fn note(&self, path: &Path) {
        if let Ok(found) = fs::metadata(path) {
            self.0.lock().entry(path.to_owned()).or_insert(Left { number: found.ino(), bytes: found.len() });
        }
    }

    /// So many bytes at least have been written of a file.
    pub(crate) fn grown(&self, path: &Path, bytes: u64) {
        if let Some(left) = self.0.lock().get_mut(path) {
            left.bytes = left.bytes.max(bytes);
        }
    }

    /// It is about to be replaced or removed by whoever keeps it.
    pub(crate) fn forget(&self, path: &Path) {
        self.0.lock().remove(path);
    }

    /// One that was removed, cut off or replaced by others.
    pub(crate) fn lost(&self) -> Option<PathBuf> {
        let is_so = |path: &Path, left: &Left| {
            fs::metadata(path).is_ok_and(|now| now.ino() == left.number && now.len() >= left.bytes)
        };
        let known = self.0.lock();
        known.iter().find(|(path, left)| !is_so(path, left)).map(|(path, _)| path.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_cut_off_or_replaced_is_lost_and_what_its_keeper_does_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (known, path) = (KnownFiles::default(), dir.path().join("a"));
        known.note(&path);
        assert_eq!(known.lost(), None, "what never was is not lost");
        fs::write(&path, "four").unwrap();
        known.note(&path);
        fs::write(&path, "four and more").unwrap();
        known.grown(&path, 6);
        assert_eq!(known.lost(), None);
        let lost = || known.lost() == Some(path.clone());
        fs::write(&path, "fives").unwrap();
        assert!(lost(), "it was cut off");
        fs::rename(&path, dir.path().join("aside")).unwrap();
        assert!(lost(), "it was removed");
        fs::write(&path, "four and more").unwrap();
        known.note(&path);
        assert!(lost(), "another is in its place");
        known.forget(&path);
        known.note(&path);
        assert_eq!(known.lost(), None, "its keeper put it there");
    }
}
