//! A new directory that appears when all of it is written, and the files in it. What is written is not known here.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::{ExportError, io};

/// Has a new directory `out` filled under another name, and removes that if it could not be.
pub(super) fn into_new<T>(out: &Path, fill: impl FnOnce(&Path) -> Result<T, ExportError>) -> Result<T, ExportError> {
    // A slash at the end would put the unfinished directory inside.
    let out: &Path = &out.components().collect::<PathBuf>();
    let dir = unfinished(out);
    for place in [out, &dir] {
        if place.exists() {
            return Err(ExportError::Taken(place.to_owned()));
        }
    }
    fs::create_dir_all(&dir).map_err(|source| io("creating directory", &dir, source))?;
    let filled = fill(&dir);
    if filled.is_err() {
        // It is ours, made above; if it cannot be removed either, the next export says that it is there.
        let _ = fs::remove_dir_all(&dir);
    }
    let filled = filled?;
    // Last of all: whoever sees `out` sees all of it.
    fs::rename(&dir, out).map_err(|source| io("renaming", &dir, source))?;
    Ok(filled)
}

/// A file being written.
pub(super) struct Out {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Out {
    pub(super) fn create(path: PathBuf) -> Result<Self, ExportError> {
        let file = File::create(&path).map_err(|source| io("creating", &path, source))?;
        Ok(Self { path, file: BufWriter::new(file) })
    }

    /// Writes the text and empties it for the next.
    pub(super) fn write(&mut self, text: &mut String) -> Result<(), ExportError> {
        let written = self.file.write_all(text.as_bytes());
        text.clear();
        written.map_err(|source| io("writing", &self.path, source))
    }

    /// Says whether everything arrived, which dropping would not.
    pub(super) fn flush(&mut self) -> Result<(), ExportError> {
        self.file.flush().map_err(|source| io("writing", &self.path, source))
    }
}

fn unfinished(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}
