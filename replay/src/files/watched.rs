//! A disk that is watched: every change below a directory is made as ever and noted, so that a test can have the changes stop as if
//! the process were killed, fill the disk up, and ask what a power failure at any of them would leave (`left`). For tests; no
//! release has it. What should be left is not known here.

mod left;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::{Mutex, RwLock};

use super::Change;

/// A directory of which every change is noted, until this is dropped.
#[derive(Debug)]
pub struct Disk {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    state: Mutex<DiskState>,
}

#[derive(Debug, Default)]
struct DiskState {
    /// What was there before, all of it on the disk.
    before: Vec<Noted>,
    notes: Vec<Noted>,
    /// Files by the paths they have now.
    names: BTreeMap<PathBuf, u64>,
    next: u64,
    /// From this number of notes on nothing is changed any more.
    dies_at: Option<usize>,
    /// How many bytes can still be written.
    room: Option<u64>,
    /// How many syncs succeed before one fails.
    syncs: Option<u64>,
}

/// One change; paths are below the directory, files go by numbers, as they keep them under other names.
#[derive(Clone, Debug)]
enum Noted {
    MakeDir(PathBuf),
    Make(PathBuf, u64),
    Write(u64, Option<u64>, Vec<u8>),
    Cut(u64, u64),
    Sync(u64),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    SyncDir(PathBuf),
    /// Something was acknowledged.
    Mark(u64),
}

static DISKS: RwLock<Vec<Arc<Shared>>> = RwLock::new(Vec::new());
static WATCHED: AtomicUsize = AtomicUsize::new(0);

/// Whether any disk is watched.
pub(super) fn anybody() -> bool {
    WATCHED.load(Ordering::Acquire) > 0
}

fn disk_of(path: &Path) -> Option<Arc<Shared>> {
    DISKS.read().iter().find(|disk| path.starts_with(&disk.root)).cloned()
}

/// Makes a change to names.
pub(super) fn change(what: Change, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let (Change::MakeDir(path) | Change::Rename(path, _) | Change::Remove(path) | Change::SyncDir(path)) = &what;
    let Some(disk) = disk_of(path) else { return make() };
    let mut state = disk.state.lock();
    state.alive()?;
    make()?;
    let local = |path: &Path| path.strip_prefix(&disk.root).unwrap_or(path).to_owned();
    let noted = match what {
        Change::MakeDir(path) => Noted::MakeDir(local(&path)),
        Change::SyncDir(path) => Noted::SyncDir(local(&path)),
        Change::Remove(path) => {
            let path = local(&path);
            state.names.retain(|name, _| !name.starts_with(&path));
            Noted::Remove(path)
        }
        Change::Rename(from, to) => {
            let (from, to) = (local(&from), local(&to));
            let names = std::mem::take(&mut state.names).into_iter();
            let kept = names.filter(|(name, _)| from == to || !name.starts_with(&to));
            let renamed = |name: PathBuf| match name.strip_prefix(&from) {
                Ok(rest) if rest.as_os_str().is_empty() => to.clone(),
                Ok(rest) => to.join(rest),
                Err(_) => name,
            };
            state.names = kept.map(|(name, id)| (renamed(name), id)).collect();
            Noted::Rename(from, to)
        }
    };
    state.notes.push(noted);
    Ok(())
}

/// Opens a file to be written.
pub(super) fn open(path: &Path, options: &OpenOptions) -> Result<(File, Option<WatchedFile>)> {
    let Some(disk) = disk_of(path) else { return Ok((options.open(path)?, None)) };
    let local = path.strip_prefix(&disk.root).unwrap_or(path).to_owned();
    let mut state = disk.state.lock();
    state.alive()?;
    let there = path.exists();
    let file = options.open(path)?;
    let id = match state.names.get(&local) {
        Some(id) if there => *id,
        _ => {
            let id = state.number(local.clone());
            state.notes.push(Noted::Make(local, id));
            id
        }
    };
    if there && file.metadata()?.len() == 0 {
        state.notes.push(Noted::Cut(id, 0));
    }
    drop(state);
    Ok((file, Some(WatchedFile { disk, id })))
}

/// A file of a watched disk.
#[derive(Debug)]
pub(super) struct WatchedFile {
    disk: Arc<Shared>,
    id: u64,
}

impl WatchedFile {
    pub(super) fn write(&self, at: Option<u64>, bytes: &[u8], make: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut state = self.disk.state.lock();
        state.alive()?;
        let room = state.room.map_or(bytes.len(), |room| bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
        let part = &bytes[..room];
        make(part)?;
        state.room = state.room.map(|room| room.saturating_sub(part.len() as u64));
        state.notes.push(Noted::Write(self.id, at, part.to_vec()));
        if part.len() < bytes.len() { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    pub(super) fn cut(&self, length: u64, make: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let mut state = self.disk.state.lock();
        state.alive()?;
        make()?;
        state.notes.push(Noted::Cut(self.id, length));
        Ok(())
    }

    pub(super) fn sync(&self, make: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let mut state = self.disk.state.lock();
        state.alive()?;
        if let Some(syncs) = &mut state.syncs {
            let Some(left) = syncs.checked_sub(1) else {
                state.syncs = None;
                return Err(Error::other("the disk does not answer"));
            };
            *syncs = left;
        }
        make()?;
        state.notes.push(Noted::Sync(self.id));
        Ok(())
    }
}

impl DiskState {
    fn alive(&self) -> Result<()> {
        let dead = self.dies_at.is_some_and(|at| self.notes.len() >= at);
        if dead { Err(Error::other("the process was killed")) } else { Ok(()) }
    }

    fn number(&mut self, path: PathBuf) -> u64 {
        self.next += 1;
        self.names.insert(path, self.next);
        self.next
    }

    fn take_down(&mut self, root: &Path, dir: &Path) -> Result<()> {
        for item in fs::read_dir(root.join(dir))? {
            let item = item?;
            let path = dir.join(item.file_name());
            if item.file_type()?.is_dir() {
                self.before.push(Noted::MakeDir(path.clone()));
                self.take_down(root, &path)?;
            } else {
                let id = self.number(path.clone());
                self.before.extend([
                    Noted::Make(path, id),
                    Noted::Write(id, None, fs::read(item.path())?),
                    Noted::Sync(id),
                ]);
            }
        }
        self.before.push(Noted::SyncDir(dir.to_owned()));
        Ok(())
    }
}

impl Disk {
    /// Watches a directory from now on; what is in it counts as on the disk.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn watch(root: &Path) -> Result<Self> {
        let mut state = DiskState::default();
        state.take_down(root, Path::new(""))?;
        let shared = Arc::new(Shared { root: root.to_owned(), state: Mutex::new(state) });
        DISKS.write().push(Arc::clone(&shared));
        WATCHED.fetch_add(1, Ordering::Release);
        Ok(Self { shared })
    }

    /// Notes that something was acknowledged.
    pub fn mark(&self, what: u64) {
        self.shared.state.lock().notes.push(Noted::Mark(what));
    }

    /// How much was noted so far.
    #[must_use]
    pub fn noted(&self) -> usize {
        self.shared.state.lock().notes.len()
    }

    /// What was acknowledged among the first so many notes.
    #[must_use]
    pub fn marks(&self, among: usize) -> Vec<u64> {
        let state = self.shared.state.lock();
        let mark = |noted: &Noted| if let Noted::Mark(what) = noted { Some(*what) } else { None };
        state.notes.iter().take(among).filter_map(mark).collect()
    }

    /// From so many more notes on nothing is changed any more, as if the process were killed there; `None` lets it live again.
    pub fn die_after(&self, more: Option<usize>) {
        let mut state = self.shared.state.lock();
        state.dies_at = more.map(|more| state.notes.len() + more);
    }

    /// Has room for so many bytes more, or for any number.
    pub fn set_room(&self, bytes: Option<u64>) {
        self.shared.state.lock().room = bytes;
    }

    /// The sync after so many fails.
    pub fn fail_sync_after(&self, syncs: u64) {
        self.shared.state.lock().syncs = Some(syncs);
    }

    /// Writes to `into` what a power failure after the first `notes` might leave, of many possibilities one by the numbers that
    /// `below` gives, each less than what it is asked with.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn after_power_failure(&self, notes: usize, below: &mut dyn FnMut(usize) -> usize, into: &Path) -> Result<()> {
        let state = self.shared.state.lock();
        left::write(&state.before, &state.notes[..notes.min(state.notes.len())], below, into)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        DISKS.write().retain(|disk| !Arc::ptr_eq(disk, &self.shared));
        WATCHED.fetch_sub(1, Ordering::Release);
    }
}
