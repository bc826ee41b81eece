//! The files of the demo's year in the order of their import, each with who delivers it.

use super::{DemoError, PlannedFile};
use std::path::{Path, PathBuf};

/// Hears of every file written: its name and rows.
pub type Progress<'a> = dyn FnMut(&str, u64) + 'a;

/// A folder being filled.
pub struct Delivery<'a> {
    dir: PathBuf,
    files: Vec<PlannedFile>,
    progress: &'a mut Progress<'a>,
}

impl<'a> Delivery<'a> {
    /// Begins with an empty list.
    pub fn new(dir: &Path, progress: &'a mut Progress<'a>) -> Self {
        Self { dir: dir.to_owned(), files: Vec::new(), progress }
    }

    /// Writes the next file; one without rows is left out.
    pub fn write(
        &mut self,
        name: &str,
        principal: &str,
        write: impl FnOnce(&Path) -> Result<u64, DemoError>,
    ) -> Result<(), DemoError> {
        let file = format!("{:03}-{name}.csv", self.files.len() + 1);
        let path = self.dir.join(&file);
        let rows = write(&path)?;
        if rows == 0 {
            return std::fs::remove_file(&path).map_err(|source| DemoError { path, source });
        }
        (self.progress)(&file, rows);
        self.files.push(PlannedFile { path, principal: principal.to_owned(), rows, again: false });
        Ok(())
    }

    /// Has a file imported a second time, as offices do: the smallest one whose name holds `part`.
    pub fn again(&mut self, part: &str) {
        let named = |file: &&PlannedFile| file.path.file_name().is_some_and(|n| n.to_string_lossy().contains(part));
        if let Some(file) = self.files.iter().filter(named).min_by_key(|file| file.rows) {
            let again = PlannedFile { again: true, ..file.clone() };
            self.files.push(again);
        }
    }

    /// The files in order.
    #[must_use]
    pub fn files(self) -> Vec<PlannedFile> {
        self.files
    }
}
