//! The files of the demo's year in the order of their import, each with who delivers it, and what is done between them.

use super::{DemoError, PlannedFile, Step};
use crate::intake::import::Said;
use ledger::money::Day;
use std::path::{Path, PathBuf};

/// Hears of every file written: its name and rows.
pub type Progress<'a> = dyn FnMut(&str, u64) + 'a;

/// A folder being filled.
pub struct Delivery<'a> {
    dir: PathBuf,
    steps: Vec<Step>,
    progress: &'a mut Progress<'a>,
}

impl<'a> Delivery<'a> {
    /// Begins with an empty list.
    pub fn new(dir: &Path, progress: &'a mut Progress<'a>) -> Self {
        Self { dir: dir.to_owned(), steps: Vec::new(), progress }
    }

    /// Writes the next file; one without rows is left out.
    pub fn write(
        &mut self,
        name: &str,
        principal: &str,
        write: impl FnOnce(&Path) -> Result<u64, DemoError>,
    ) -> Result<(), DemoError> {
        let file = format!("{:03}-{name}.csv", self.files().count() + 1);
        let path = self.dir.join(&file);
        let rows = write(&path)?;
        if rows == 0 {
            return std::fs::remove_file(&path).map_err(|source| DemoError { path, source });
        }
        (self.progress)(&file, rows);
        self.steps.push(Step::File(PlannedFile { path, principal: principal.to_owned(), rows, again: false }));
        Ok(())
    }

    /// Has a file imported a second time, as offices do: the smallest one whose name holds `part`.
    pub fn again(&mut self, part: &str) {
        let named = |file: &&PlannedFile| file.path.file_name().is_some_and(|n| n.to_string_lossy().contains(part));
        if let Some(file) = self.files().filter(named).min_by_key(|file| file.rows) {
            let again = PlannedFile { again: true, ..file.clone() };
            self.steps.push(Step::File(again));
        }
    }

    /// Has interest accrued through a day by the job.
    pub fn accrue(&mut self, through: Day) {
        self.steps.push(Step::Accrue(through));
    }

    /// Has something said that no office delivers as a file.
    pub fn say(&mut self, said: Vec<Said>) {
        self.steps.push(Step::Say(said));
    }

    fn files(&self) -> impl Iterator<Item = &PlannedFile> {
        self.steps.iter().filter_map(Step::file)
    }

    /// All of it, in order.
    #[must_use]
    pub fn steps(self) -> Vec<Step> {
        self.steps
    }
}
