//! Generations of the pages: which directory is in use, and how a rebuilt one takes its place. What pages hold is in
//! `store`, when they are kept in `keeper`, how they are made once more in `engine::rebuilding`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::files::{remove_dir, replace};
use crate::pages::error::PagesError;
use crate::pages::store::{FORMAT, Store};
use crate::pause::poll;

/// The file that names the generation in use.
const CURRENT: &str = "current";

/// How long whoever opens a generation that is no longer in use may take to see that.
const LET_GO: Duration = Duration::from_secs(5);

/// Between two attempts to remove one.
const LET_GO_PAUSE: Duration = Duration::from_millis(20);

/// The generations of a ledger's pages.
#[derive(Clone, Debug)]
pub struct Generations {
    dir: PathBuf,
}

impl Generations {
    /// Those under `data/pages`.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { dir: data.join("pages") }
    }

    /// Opens the generation in use, or a first one, and thereby locks it. Nothing is put in use or removed yet, as whoever
    /// opens does not hold the record yet: call [`Generations::settle`] once it does.
    ///
    /// # Errors
    /// Another process has it, or the file system refuses.
    pub fn open(&self, ledger: [u8; 16]) -> Result<(u64, Store), PagesError> {
        loop {
            let in_use = self.in_use()?;
            let number = match in_use {
                Some(number) => number,
                None => self.highest()? + 1,
            };
            let store = Store::open(&self.path(number), ledger);
            // Whoever had it may have put the next one in use before letting go, and removes this one, perhaps while it is
            // opened here.
            if self.in_use()? == in_use {
                return Ok((number, store?));
            }
        }
    }

    /// Puts the generation that was opened in use and removes all others: of earlier formats, of rebuilds that did not end.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn settle(&self, number: u64) -> Result<(), PagesError> {
        if self.in_use()? != Some(number) {
            self.put_in_use(number)?;
        }
        for name in self.names()? {
            if name != name_of(number) {
                self.remove_named(&name)?;
            }
        }
        Ok(())
    }

    /// An empty generation after all others; the one in use stays in use.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn begin(&self, ledger: [u8; 16]) -> Result<(u64, Store), PagesError> {
        let number = self.highest()? + 1;
        Ok((number, Store::open(&self.path(number), ledger)?))
    }

    /// Puts a generation in use, all at once and durably; the one before is left for [`Generations::settle`].
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn put_in_use(&self, number: u64) -> Result<(), PagesError> {
        let path = self.dir.join(CURRENT);
        let text = format!("{}\n", name_of(number));
        replace(&path, text.as_bytes()).map_err(|source| PagesError::Io { path, source })
    }

    /// Removes a generation that is not in use.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn remove(&self, number: u64) -> Result<(), PagesError> {
        self.remove_named(&name_of(number))
    }

    /// The number of the generation in use, if there is one of this format.
    ///
    /// # Errors
    /// The file that names it cannot be read.
    pub(crate) fn in_use(&self) -> Result<Option<u64>, PagesError> {
        let path = self.dir.join(CURRENT);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(PagesError::Io { path, source }),
        };
        // Whatever else it says, pages are a cache: the next generation is made from the record.
        let named = std::str::from_utf8(&text).ok().and_then(|text| number_of(text.trim_end()));
        Ok(named.filter(|(number, format)| *format == FORMAT && self.path(*number).is_dir()).map(|(number, _)| number))
    }

    fn path(&self, number: u64) -> PathBuf {
        self.dir.join(name_of(number))
    }

    /// The highest number there is, of any format, so that no name is ever used twice at once.
    fn highest(&self) -> Result<u64, PagesError> {
        let names = self.names()?;
        Ok(names.iter().filter_map(|name| number_of(name)).map(|(number, _)| number).max().unwrap_or(0))
    }

    /// Names of all generations, and of the directories that pages had before there were any.
    fn names(&self) -> Result<Vec<String>, PagesError> {
        let io = |source| PagesError::Io { path: self.dir.clone(), source };
        let found = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            found => found.map_err(io)?,
        };
        let mut names = Vec::new();
        for entry in found {
            let name = entry.map_err(io)?.file_name();
            let ours = |name: &&str| number_of(name).is_some() || name.starts_with("pages-");
            names.extend(name.to_str().filter(ours).map(str::to_owned));
        }
        Ok(names)
    }

    fn remove_named(&self, name: &str) -> Result<(), PagesError> {
        let path = self.dir.join(name);
        // Whoever waited for its lock may be opening it right now, and lets go when it sees that another is in use; what it
        // made meanwhile is removed by the next attempt.
        let removed = poll(LET_GO, LET_GO_PAUSE, || match remove_dir(&path) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => None,
            done => Some(done),
        });
        removed.unwrap_or_else(|| remove_dir(&path)).map_err(|source| PagesError::Io { path, source })
    }
}

fn name_of(number: u64) -> String {
    format!("g{number:06}-{FORMAT}")
}

/// Number and format of a generation by its name.
fn number_of(name: &str) -> Option<(u64, u32)> {
    let (number, format) = name.strip_prefix('g')?.split_once('-')?;
    Some((number.parse().ok()?, format.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: [u8; 16] = [7; 16];

    fn made() -> (tempfile::TempDir, Generations) {
        let dir = tempfile::tempdir().unwrap();
        let generations = Generations::of(dir.path());
        (dir, generations)
    }

    #[test]
    fn the_first_one_is_in_use_once_settled() {
        let (_dir, generations) = made();
        let (number, store) = generations.open(LEDGER).unwrap();
        assert_eq!((number, generations.in_use().unwrap()), (1, None));
        generations.settle(number).unwrap();
        assert_eq!(generations.in_use().unwrap(), Some(1));
        drop(store);
        assert_eq!(generations.open(LEDGER).unwrap().0, 1);
    }

    #[test]
    fn what_is_not_in_use_goes() {
        let (dir, generations) = made();
        let (number, _store) = generations.open(LEDGER).unwrap();
        generations.settle(number).unwrap();
        let (next, made) = generations.begin(LEDGER).unwrap();
        assert_eq!(next, 2);
        fs::create_dir_all(dir.path().join("pages/pages-3")).unwrap();
        fs::create_dir_all(dir.path().join("pages/g000009-1")).unwrap();
        generations.put_in_use(next).unwrap();
        drop(made);
        let (number, _store) = generations.open(LEDGER).unwrap();
        assert_eq!(number, 2);
        generations.settle(number).unwrap();
        assert_eq!(generations.names().unwrap(), [name_of(2)]);
    }

    #[test]
    fn who_waits_for_a_generation_that_is_replaced_gets_the_next() {
        let (_dir, generations) = made();
        let (number, store) = generations.open(LEDGER).unwrap();
        generations.settle(number).unwrap();
        let (next, made) = generations.begin(LEDGER).unwrap();
        let waiting = generations.clone();
        let waits = std::thread::spawn(move || waiting.open(LEDGER).unwrap().0);
        // Long enough to meet the lock; whoever comes later finds the next one anyway.
        std::thread::sleep(std::time::Duration::from_millis(200));
        generations.put_in_use(next).unwrap();
        drop((made, store));
        generations.settle(next).unwrap();
        assert_eq!(waits.join().unwrap(), next);
    }

    #[test]
    fn a_pointer_that_names_nothing_usable_leads_to_a_new_generation() {
        for text in ["", "g000001-1\n", "g000007-4\n", "rubbish", "g-4", "\u{660e}"] {
            let (dir, generations) = made();
            fs::create_dir_all(dir.path().join("pages/g000003-1")).unwrap();
            fs::write(dir.path().join("pages").join(CURRENT), text).unwrap();
            let (number, _store) = generations.open(LEDGER).unwrap();
            assert_eq!(number, 4, "{text:?}");
            generations.settle(number).unwrap();
            assert_eq!(generations.names().unwrap(), [name_of(4)]);
        }
    }
}
