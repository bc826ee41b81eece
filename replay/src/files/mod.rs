//! Files and names as they are changed: written whole or not at all, appended to, removed, renamed, with the directories they are in.
//! Every change that must outlive a power failure passes here, so that a test can see what such a failure would leave (`watched`).
//! What is in files, and what an error means, is for the caller to say.

pub(crate) mod known;
pub mod secret;
pub mod small;
#[cfg(feature = "faults")]
pub mod watched;

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Result, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A change to names.
#[cfg_attr(not(feature = "faults"), allow(dead_code))]
#[derive(Clone, Debug)]
enum Change {
    MakeDir(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    SyncDir(PathBuf),
}

/// Makes a change, unless a test that watches has it fail.
fn change(what: impl FnOnce() -> Change, make: impl FnOnce() -> Result<()>) -> Result<()> {
    #[cfg(feature = "faults")]
    if watched::anybody() {
        return watched::change(what(), make);
    }
    let _ = what;
    make()
}

/// A file that is written.
#[derive(Debug)]
pub(crate) struct OutFile {
    file: File,
    #[cfg(feature = "faults")]
    seen: Option<watched::WatchedFile>,
}

impl OutFile {
    /// An empty file, in the place of what is there.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        Self::open(path, OpenOptions::new().write(true).create(true).truncate(true))
    }

    /// A new file.
    pub(crate) fn create_new(path: &Path) -> Result<Self> {
        Self::open(path, OpenOptions::new().append(true).create_new(true))
    }

    /// A file that is there, to be written behind its end.
    pub(crate) fn append(path: &Path) -> Result<Self> {
        Self::open(path, OpenOptions::new().append(true))
    }

    /// A file to be written at any place; made if it is not there.
    pub(crate) fn anywhere(path: &Path) -> Result<Self> {
        Self::open(path, OpenOptions::new().write(true).create(true).truncate(false))
    }

    fn open(path: &Path, options: &OpenOptions) -> Result<Self> {
        #[cfg(feature = "faults")]
        if watched::anybody() {
            let (file, seen) = watched::open(path, options)?;
            return Ok(Self { file, seen });
        }
        Ok(Self {
            file: options.open(path)?,
            #[cfg(feature = "faults")]
            seen: None,
        })
    }

    /// The file itself, to be looked at.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Writes at a place.
    pub(crate) fn write_at(&self, bytes: &[u8], at: u64) -> Result<()> {
        #[cfg(feature = "faults")]
        if let Some(seen) = &self.seen {
            return seen.write(Some(at), bytes, &mut |part| self.file.write_all_at(part, at));
        }
        self.file.write_all_at(bytes, at)
    }

    /// Cuts it off, or makes it longer.
    pub(crate) fn set_len(&self, length: u64) -> Result<()> {
        #[cfg(feature = "faults")]
        if let Some(seen) = &self.seen {
            return seen.cut(length, &mut || self.file.set_len(length));
        }
        self.file.set_len(length)
    }

    /// Returns when what was written is on the disk; the name may not be.
    pub(crate) fn sync(&self) -> Result<()> {
        #[cfg(feature = "faults")]
        if let Some(seen) = &self.seen {
            return seen.sync(&mut || self.file.sync_all());
        }
        self.file.sync_all()
    }

    /// As [`OutFile::sync`], without the times of the file.
    pub(crate) fn sync_data(&self) -> Result<()> {
        #[cfg(feature = "faults")]
        if self.seen.is_some() {
            return self.sync();
        }
        self.file.sync_data()
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        #[cfg(feature = "faults")]
        if let Some(seen) = &self.seen {
            return seen.write(None, bytes, &mut |part| (&self.file).write_all(part)).map(|()| bytes.len());
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Makes a directory, and those it is in, whose names are on the disk then.
pub(crate) fn make_dir(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_dir(parent)?;
    let made = change(|| Change::MakeDir(path.to_owned()), || fs::create_dir(path));
    match made {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    // Without this a power failure takes the directory with all that was synced in it.
    sync_dir(parent)
}

/// Makes durable what a process that was killed may have left undone: the names in a directory, and its own.
pub(crate) fn settle(dir: &Path) -> Result<()> {
    sync_dir(dir)?;
    for parent in dir.ancestors().skip(1).take(2) {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        match sync_dir(parent) {
            // Whoever may not even look into it has not made what is in it.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => break,
            synced => synced?,
        }
    }
    Ok(())
}

/// Makes names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    change(|| Change::SyncDir(dir.to_owned()), || File::open(dir)?.sync_all())
}

/// Gives a file or directory another name. Not durable until the directory is synced.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<()> {
    change(|| Change::Rename(from.to_owned(), to.to_owned()), || fs::rename(from, to))
}

/// Removes a file, if it is there. Not durable until the directory is synced.
pub(crate) fn remove_file(path: &Path) -> Result<()> {
    match change(|| Change::Remove(path.to_owned()), || fs::remove_file(path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Removes a directory with all in it, if it is there. Not durable until the directory it is in is synced.
pub(crate) fn remove_dir(path: &Path) -> Result<()> {
    match change(|| Change::Remove(path.to_owned()), || fs::remove_dir_all(path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Removes a file for good, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    remove_file(path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Writes a file whole or not at all, synced.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let unfinished = PathBuf::from(name);
    let mut file = OutFile::create(&unfinished)?;
    file.write_all(bytes)?;
    // Before the name: after a power failure the name must not lead to bytes that never came to the disk.
    file.sync()?;
    rename(&unfinished, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}
