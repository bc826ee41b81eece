//! What a power failure leaves of noted changes. A file keeps what was synced; of what was written since, some is there, in any part
//! of 4096 bytes, and its length may be there without it. A directory keeps the names it had when it was synced, and some of the
//! changes since, in their order. What was synced in a directory whose own name was not is gone with it. Nothing is judged here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Result;
use std::path::{Component, Path};

use super::Noted;

/// Bytes that come to the disk together.
const PAGE: usize = 4096;

type Below<'a> = &'a mut dyn FnMut(usize) -> usize;

/// A file or directory: what is on the disk, and the changes that may or may not be.
#[derive(Debug)]
enum Inode {
    File { kept: Vec<u8>, since: Vec<FileChange> },
    Dir { kept: Names, since: Vec<NameChange> },
}

type Names = BTreeMap<OsString, usize>;

#[derive(Debug)]
enum FileChange {
    Write(Option<u64>, Vec<u8>),
    Cut(u64),
}

#[derive(Clone, Debug)]
enum NameChange {
    Put(OsString, usize),
    Drop(OsString),
    Rename(OsString, OsString),
}

#[derive(Debug)]
struct Tree {
    nodes: Vec<Inode>,
    files: BTreeMap<u64, usize>,
}

/// Writes one of the possibilities.
pub(super) fn write(before: &[Noted], notes: &[Noted], below: Below<'_>, into: &Path) -> Result<()> {
    let mut tree = Tree { nodes: vec![Inode::dir()], files: BTreeMap::new() };
    before.iter().chain(notes).for_each(|noted| tree.take(noted));
    tree.put(0, below, into)
}

impl Inode {
    fn dir() -> Self {
        Self::Dir { kept: Names::new(), since: Vec::new() }
    }
}

impl Tree {
    fn take(&mut self, noted: &Noted) {
        match noted {
            Noted::MakeDir(path) => {
                self.nodes.push(Inode::dir());
                let node = self.nodes.len() - 1;
                self.name(path, |name| NameChange::Put(name, node));
            }
            Noted::Make(path, id) => {
                self.nodes.push(Inode::File { kept: Vec::new(), since: Vec::new() });
                let node = self.nodes.len() - 1;
                self.files.insert(*id, node);
                self.name(path, |name| NameChange::Put(name, node));
            }
            Noted::Write(id, at, bytes) => self.file(*id, FileChange::Write(*at, bytes.clone())),
            Noted::Cut(id, length) => self.file(*id, FileChange::Cut(*length)),
            Noted::Sync(id) => {
                if let Some(Inode::File { kept, since }) = self.files.get(id).map(|node| &mut self.nodes[*node]) {
                    since.drain(..).for_each(|change| change.make(kept));
                }
            }
            Noted::Rename(from, to) => {
                let new = to.file_name().unwrap_or_default().to_owned();
                self.name(from, |name| NameChange::Rename(name, new));
            }
            Noted::Remove(path) => self.name(path, NameChange::Drop),
            Noted::SyncDir(path) => {
                if let Some(Inode::Dir { kept, since }) = self.find(path).map(|node| &mut self.nodes[node]) {
                    since.drain(..).for_each(|change| change.make(kept));
                }
            }
            Noted::Mark(_) => {}
        }
    }

    fn file(&mut self, id: u64, change: FileChange) {
        if let Some(Inode::File { since, .. }) = self.files.get(&id).map(|node| &mut self.nodes[*node]) {
            since.push(change);
        }
    }

    fn name(&mut self, path: &Path, change: impl FnOnce(OsString) -> NameChange) {
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else { return };
        if let Some(Inode::Dir { since, .. }) = self.find(dir).map(|node| &mut self.nodes[node]) {
            since.push(change(name.to_owned()));
        }
    }

    /// Where a path leads for a running process, which sees what is not on the disk yet.
    fn find(&self, path: &Path) -> Option<usize> {
        let mut at = 0;
        for part in path.components() {
            let (Component::Normal(name), Inode::Dir { kept, since }) = (part, &self.nodes[at]) else { return None };
            let mut names = kept.clone();
            since.iter().for_each(|change| change.clone().make(&mut names));
            at = *names.get(name)?;
        }
        Some(at)
    }

    fn put(&self, node: usize, below: Below<'_>, path: &Path) -> Result<()> {
        match &self.nodes[node] {
            Inode::File { kept, since } => fs::write(path, file_left(kept, since, below)),
            Inode::Dir { kept, since } => {
                fs::create_dir_all(path)?;
                let mut names = kept.clone();
                let made = below(since.len() + 1);
                since[..made].iter().for_each(|change| change.clone().make(&mut names));
                names.iter().try_for_each(|(name, node)| self.put(*node, below, &path.join(name)))
            }
        }
    }
}

impl NameChange {
    fn make(self, names: &mut Names) {
        match self {
            Self::Put(name, node) => drop(names.insert(name, node)),
            Self::Drop(name) => drop(names.remove(&name)),
            Self::Rename(from, to) => {
                if let Some(node) = names.remove(&from) {
                    names.insert(to, node);
                }
            }
        }
    }
}

impl FileChange {
    fn make(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Cut(length) => bytes.resize(usize::try_from(length).unwrap_or(usize::MAX), 0),
            Self::Write(at, part) => put_at(bytes, at, &part),
        }
    }
}

fn put_at(bytes: &mut Vec<u8>, at: Option<u64>, part: &[u8]) {
    let at = at.map_or(bytes.len(), |at| usize::try_from(at).unwrap_or(usize::MAX));
    bytes.resize(bytes.len().max(at + part.len()), 0);
    bytes[at..at + part.len()].copy_from_slice(part);
}

/// Some changes are there, of the next one a part.
fn file_left(kept: &[u8], since: &[FileChange], below: Below<'_>) -> Vec<u8> {
    let mut bytes = kept.to_vec();
    let made = below(since.len() + 1);
    for change in &since[..made] {
        match change {
            FileChange::Cut(length) => FileChange::Cut(*length).make(&mut bytes),
            FileChange::Write(at, part) => put_at(&mut bytes, *at, part),
        }
    }
    if let Some(FileChange::Write(at, part)) = since.get(made) {
        let at = at.map_or(bytes.len(), |at| usize::try_from(at).unwrap_or(usize::MAX));
        if below(2) == 0 {
            // Cut short.
            put_at(&mut bytes, Some(at as u64), &part[..below(part.len() + 1)]);
        } else {
            // As long as it should be, and only some pages of it are there.
            let before = bytes.clone();
            put_at(&mut bytes, Some(at as u64), part);
            lose_pages(&mut bytes, &before, at, part.len(), below);
        }
    }
    bytes
}

fn lose_pages(bytes: &mut [u8], before: &[u8], from: usize, length: usize, below: Below<'_>) {
    let mut at = from;
    while at < from + length {
        let end = (at / PAGE + 1) * PAGE;
        let end = end.min(from + length);
        if below(2) == 0 {
            for (place, byte) in bytes.iter_mut().enumerate().take(end).skip(at) {
                *byte = before.get(place).copied().unwrap_or(0);
            }
        }
        at = end;
    }
}
