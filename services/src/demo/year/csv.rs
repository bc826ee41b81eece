//! Writes a table row by row into a buffered file. Cells come from here and hold no commas or quotes.

use super::DemoError;
use std::fmt::Arguments;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file of rows being written.
pub struct Table {
    path: PathBuf,
    file: BufWriter<File>,
    rows: u64,
}

impl Table {
    /// Begins a file with its header row, marked as UTF-8 the way spreadsheets do.
    pub fn create(path: &Path, header: &str) -> Result<Self, DemoError> {
        let failed = |source| DemoError { path: path.to_owned(), source };
        let mut file = BufWriter::with_capacity(1 << 17, File::create(path).map_err(failed)?);
        write!(file, "\u{FEFF}{header}\r\n").map_err(failed)?;
        Ok(Self { path: path.to_owned(), file, rows: 0 })
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Arguments<'_>) -> Result<(), DemoError> {
        self.rows += 1;
        let written = self.file.write_fmt(cells).and_then(|()| self.file.write_all(b"\r\n"));
        written.map_err(|source| DemoError { path: self.path.clone(), source })
    }

    /// Ends the file and says how many rows it holds.
    pub fn finish(mut self) -> Result<u64, DemoError> {
        self.file.flush().map_err(|source| DemoError { path: self.path.clone(), source })?;
        Ok(self.rows)
    }
}
