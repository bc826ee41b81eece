//! What a difference looks like when it is reported: which entry, where it lies, what was expected and what was found.
//! How differences are noticed is in `second_reader` and `refold`.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Where a frame lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FramePlace {
    /// Its number, the first being 1.
    pub frame: u64,
    /// The file, or the stream.
    pub file: String,
    /// Where in the file it begins; a stream has none.
    pub offset: Option<u64>,
}

impl FramePlace {
    /// In a file.
    pub fn in_file(frame: u64, path: &Path, offset: u64) -> Self {
        Self { frame, file: path.display().to_string(), offset: Some(offset) }
    }
}

impl fmt::Display for FramePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame {} in {}", self.frame, self.file)?;
        self.offset.map_or(Ok(()), |offset| write!(f, " at byte {offset}"))
    }
}

/// The first difference between the record and what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FirstDifference {
    /// Entries before this one are confirmed; this is the first that is not.
    pub index: u64,
    /// What differs, in one word for programs: `frame`, `checksum`, `density`, `root` and so on.
    pub what: &'static str,
    /// Where it was noticed, if at a frame.
    pub place: Option<FramePlace>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// Who says what should be there, if not the record itself.
    pub checkpoint: Option<String>,
}

impl fmt::Display for FirstDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "first difference at index {}: {}", self.index, self.what)?;
        if let Some(place) = &self.place {
            writeln!(f, "  where       {place}")?;
        }
        writeln!(f, "  expected    {}\n  found       {}", self.expected, self.found)?;
        self.checkpoint.as_ref().map_or(Ok(()), |checkpoint| writeln!(f, "  checkpoint  {checkpoint}"))
    }
}

/// The unfinished end of the last segment: no damage, as only one frame is written at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TornEnd {
    /// The segment.
    pub file: PathBuf,
    /// Where the unfinished frame begins.
    pub offset: u64,
    /// How many bytes there are.
    pub bytes: u64,
    /// Why they are no frame.
    pub why: String,
}
