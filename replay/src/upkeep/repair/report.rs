//! What a repair found and did, in words and as data. Finding it is not done here.

use std::path::PathBuf;

use serde::Serialize;

/// What is wrong with a copy. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Bytes are not what was written.
    Flipped,
    /// It ends before it should.
    Truncated,
    /// A frame is not there though later ones are.
    Missing,
    /// Frames have changed places.
    Reordered,
    /// A number holds something else than what was acknowledged under it.
    Reused,
    /// The stream's settings are not the required ones.
    Settings,
    /// The stream is not there.
    Deleted,
    /// The stream is another one of the same subject.
    Recreated,
}

impl Fault {
    /// For people, in Chinese and English.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Flipped => "内容损坏 flipped",
            Self::Truncated => "末尾缺失 truncated",
            Self::Missing => "中间缺失 missing",
            Self::Reordered => "次序错乱 reordered",
            Self::Reused => "序号重用 re-used number",
            Self::Settings => "设置被改 wrong settings",
            Self::Deleted => "流已删除 deleted",
            Self::Recreated => "流被重建 recreated",
        }
    }
}

/// The first thing of its kind that is wrong with a copy.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What it is.
    pub fault: Fault,
    /// Number of the frame, the first being 1.
    pub frame: u64,
    /// First entry that can no longer be trusted.
    pub index: u64,
    /// File and offset, or stream and sequence.
    pub place: String,
    /// What was found.
    pub why: String,
}

/// What was seen of one copy.
#[derive(Clone, Debug, Serialize)]
pub struct Copy {
    /// Where it is.
    pub name: String,
    /// Whether it is a further copy that is only read.
    pub further: bool,
    /// Frames that are whole and in their places from the first on.
    pub whole_frames: u64,
    /// Entries in them.
    pub whole_entries: u64,
    /// Frames of the record that it does not hold in their places.
    pub bad_frames: u64,
    /// What is wrong, first things first; nothing if it is sound.
    pub findings: Vec<Finding>,
    /// What is no damage but worth knowing.
    pub notes: Vec<String>,
}

/// What was seen of all copies.
#[derive(Clone, Debug, Serialize)]
pub struct Examination {
    /// The copies, the archive first.
    pub copies: Vec<Copy>,
    /// Frames of the record, as the copies prove it together.
    pub frames: u64,
    /// Its entries.
    pub entries: u64,
    /// Root over them, in hexadecimal.
    pub root: String,
    /// Checkpoints that were compared.
    pub checkpoints: u64,
    /// Entries under the last of them.
    pub signed_entries: Option<u64>,
    /// Whether signatures were checked.
    pub signatures_checked: bool,
    /// Checkpoints that cannot be believed, in words; others are whole.
    pub passed_over: Vec<String>,
    /// The first entry that only the further copy has and that nothing signed is over, nor any later frame of the ledger's own.
    pub unproved_from: Option<u64>,
    /// Why the record cannot be proved, if so.
    pub refusal: Option<String>,
    /// Whether an earlier repair has not come to its end.
    pub begun: bool,
}

impl Examination {
    /// Whether nothing is wrong with any copy that serves.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let damaged = self.copies.iter().any(|copy| !copy.further && !copy.findings.is_empty());
        self.refusal.is_none() && !self.begun && !damaged
    }
}

/// What was done.
#[derive(Clone, Debug, Serialize)]
pub struct Repaired {
    /// What was found before.
    pub found: Examination,
    /// Where the damaged archive was put, if a new one took its place.
    pub archive_kept: Option<PathBuf>,
    /// Frames the archive took from another copy, if it was only behind.
    pub caught_up: u64,
    /// The new stream that was made, here or before, and holds every frame now.
    pub stream: Option<String>,
    /// The damaged stream that was kept, and the subject it now has.
    pub stream_kept: Option<(String, String)>,
}

impl Repaired {
    pub(super) fn new(found: Examination) -> Self {
        Self { found, archive_kept: None, caught_up: 0, stream: None, stream_kept: None }
    }

    /// The first entry that was copied though nothing proves it.
    #[must_use]
    pub fn unproved_from(&self) -> Option<u64> {
        self.found.unproved_from.filter(|_| self.changed())
    }

    /// Whether anything was changed.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.archive_kept.is_some() || self.caught_up > 0 || self.stream.is_some()
    }
}
