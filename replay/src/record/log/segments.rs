//! Segment files of one directory: their names, their order, creating the next. Not their contents.

use std::fs;
use std::path::{Path, PathBuf};

use crate::files::{self, OutFile};
use crate::record::error::LogError;

const SUFFIX: &str = ".frames";

/// One segment file, named after the first frame and the first index in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    pub(crate) first_frame: u64,
    pub(crate) first_index: u64,
    pub(crate) path: PathBuf,
}

impl Segment {
    pub(crate) fn new(dir: &Path, first_frame: u64, first_index: u64) -> Self {
        let path = dir.join(format!("{first_frame:016}-{first_index:016}{SUFFIX}"));
        Self { first_frame, first_index, path }
    }

    fn parse(path: PathBuf) -> Option<Self> {
        let (frame, index) = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?.split_once('-')?;
        let (first_frame, first_index) = (frame.parse().ok()?, index.parse().ok()?);
        Some(Self { first_frame, first_index, path })
    }

    /// Creates the file and makes its name durable.
    pub(crate) fn create(&self) -> Result<OutFile, LogError> {
        let file = OutFile::create_new(&self.path).map_err(|e| LogError::io("creating segment", &self.path, e))?;
        sync_dir(self.path.parent().unwrap_or(Path::new(".")))?;
        Ok(file)
    }
}

/// All segments in order.
pub(crate) fn list(dir: &Path) -> Result<Vec<Segment>, LogError> {
    let fail = |e| LogError::io("reading directory", dir, e);
    let mut segments = Vec::new();
    for item in fs::read_dir(dir).map_err(fail)? {
        segments.extend(Segment::parse(item.map_err(fail)?.path()));
    }
    segments.sort();
    Ok(segments)
}

/// Makes names in `dir` durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), LogError> {
    files::sync_dir(dir).map_err(|e| LogError::io("syncing directory", dir, e))
}
