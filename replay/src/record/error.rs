//! What can go wrong with the record. Each message says what was found, where, and what to do; refusals of
//! events are no errors and are not here.

use std::path::{Path, PathBuf};

/// What of a server is full. Closed: each is put right in another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The stream has its `max_bytes`.
    Stream,
    /// The account has what it may keep.
    Account,
    /// The server has what it may keep.
    Server,
    /// The disk of the server.
    Disk,
}

impl Full {
    /// What makes room.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Stream => "raise max_bytes of the stream (`nats stream edit`)",
            Self::Account => {
                "raise max_file of the account's jetstream in the configuration of the nats-server, and start it again"
            }
            Self::Server => {
                "raise max_file_store of jetstream in the configuration of the nats-server, and start it again"
            }
            Self::Disk => "make room on the disk where the nats-server has its store_dir, and start it again",
        }
    }
}

/// Why the record could not be opened, or why the writer stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The file system refused.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The disk is full. Nothing acknowledged is lost; the unfinished frame was cut off.
    #[error("no space left for the record at {}: {source}; make room and start again, nothing acknowledged is lost", path.display())]
    NoSpace {
        /// The segment that could not grow.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A repair or restore of this directory was begun and has not ended well.
    #[error("{} is there: `{doing}` has not proved the record yet, so nothing is served or written; run it again to its end", path.display())]
    Unproved {
        /// The mark.
        path: PathBuf,
        /// What was begun.
        doing: String,
    },
    /// Another process writes to this directory.
    #[error("{} is in use by another writer; stop it first", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// A frame that cannot be what was written.
    #[error("{}. Run `replay repair`", self.found())]
    Damage {
        /// File and offset, or stream and sequence.
        place: String,
        /// Number of the frame, the first being 1.
        frame: u64,
        /// The first entry that can no longer be trusted.
        index: u64,
        /// What was found.
        why: String,
    },
    /// The directory of the record is not where its writer locked it.
    #[error(
        "{}. Nothing more is recorded, as no start would find it; what was acknowledged is where the directory is now: put it back and start \
         again. If it is gone for good, run `replay repair`, or restore a backup", self.found()
    )]
    Moved {
        /// Where it was.
        dir: PathBuf,
        /// What is there.
        why: &'static str,
    },
    /// A follower differed from its writer, and nobody has looked into it.
    #[error(
        "{} is there: {why}. Once that is done, start with --forget-difference, which makes pages and tiles anew and \
         compares again", path.display()
    )]
    Differed {
        /// The mark, with the evidence.
        path: PathBuf,
        /// What differed.
        why: String,
    },
    /// Written as files, a follower's copy would go another way than the stream it was copied from.
    #[error(
        "{} is {mark}; written as files it would go another way than that record. Serve with --follow to follow again, or with --nats and \
         --take-over to write the stream itself; only where that stream is gone for good, remove the file `following` there first",
        data.display()
    )]
    FollowersCopy {
        /// The directory.
        data: PathBuf,
        /// What its mark says.
        mark: String,
    },
    /// What a follower found: repairing from its copy would end the writer.
    #[error(
        "{found}. This is a follower's copy, from which no stream is repaired: if the stream is damaged, run `replay repair` where its \
         writer keeps the archive, with this directory as --from; if only this copy is, remove it and follow again"
    )]
    WhileFollowing {
        /// What is wrong, without a remedy.
        found: String,
    },
    /// This log is followed, not written.
    #[error("this record is only followed here; its writer is elsewhere")]
    Followed,
    /// The frames belong to another ledger.
    #[error("{place} holds ledger {found}, not {wanted}")]
    WrongLedger {
        /// File or stream.
        place: String,
        /// The ledger found there.
        found: String,
        /// The ledger asked for.
        wanted: String,
    },
    /// Another writer took over.
    #[error("another writer has taken over: frame {frame} is not ours (epoch {theirs}, ours {ours}); this writer ends")]
    Fenced {
        /// The occupied frame number.
        frame: u64,
        /// Epoch of the frame that is there.
        theirs: u64,
        /// Epoch of this writer.
        ours: u64,
    },
    /// A writer of an earlier epoch publishes so fast that the epoch could not be raised.
    #[error("stream {stream} is being written to without a pause by the writer of epoch {theirs}; stop it first")]
    Busy {
        /// Its name.
        stream: String,
        /// Epoch of the busy writer.
        theirs: u64,
    },
    /// The server has no room for more. Nothing acknowledged is lost.
    #[error("stream {stream} takes no more ({answer}); nothing acknowledged is lost: {}, then start this ledger again", full.remedy())]
    StreamFull {
        /// Its name.
        stream: String,
        /// What is full.
        full: Full,
        /// What the server said.
        answer: String,
    },
    /// The stream holds less than, or something else than, what it acknowledged.
    #[error("{}. Nothing is written to it any more; run `replay repair`", self.found())]
    BrokerLostTail {
        /// Its name.
        stream: String,
        /// First entry that is missing or different.
        index: u64,
        /// What was found.
        why: String,
    },
    /// The stream's settings are not the required ones.
    #[error("{}. Nothing is written to it; run `replay repair`", self.found())]
    Settings {
        /// Its name.
        stream: String,
        /// One sentence for each difference.
        differences: Vec<String>,
    },
    /// The stream is not there.
    #[error("{}; create it with `mingzhang provision`, or if it was there before, run `replay repair`", self.found())]
    NoStream {
        /// Its name.
        stream: String,
    },
    /// The server cannot be trusted with the record.
    #[error("nats-server {found} is too old; at least {wanted} is needed")]
    ServerTooOld {
        /// Its version.
        found: String,
        /// The oldest that will do.
        wanted: String,
    },
    /// NATS could not be reached or answered with an error.
    #[error("{doing}: {answer}")]
    Nats {
        /// What was being done.
        doing: String,
        /// What came back.
        answer: String,
    },
    /// The clock lies too far behind the record.
    #[error("the clock is {behind_ms} ms behind the last recorded frame; set the clock, then start again")]
    ClockBehind {
        /// By how much.
        behind_ms: i64,
    },
    /// The clock was set while writing.
    #[error("the clock moved {off_ms} ms against the monotonic clock while running; check the clock, then start again")]
    ClockJumped {
        /// By how much.
        off_ms: i64,
    },
    /// An entry is longer than the format allows.
    #[error("an entry of {bytes} bytes is longer than {max}")]
    EntryTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Whoever was shown the frames refused to go on.
    #[error("reading stopped at index {index}: {source}")]
    Visitor {
        /// First index of the frame that was shown.
        index: u64,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The writer was told to stop while the broker could not be reached.
    #[error("stopped with {frames} frames of unknown fate")]
    StoppedUnsettled {
        /// How many.
        frames: usize,
    },
    /// A thread of the writer could not be started or ended by itself.
    #[error("the writer's thread ended: {why}")]
    Thread {
        /// What is known.
        why: String,
    },
    /// The server takes smaller messages than the ledger's frames.
    #[error(
        "the NATS server takes messages of {takes} bytes, and a frame of the record has up to {needed}; set `max_payload: 1MB` in \
         its configuration and start it again"
    )]
    PayloadTooSmall {
        /// What it takes.
        takes: usize,
        /// What a frame has.
        needed: usize,
    },
    /// The server does not keep so much free for a stream.
    #[error(
        "the NATS server does not keep {wanted} bytes free for the stream ({answer}); ask for fewer with --max-bytes, or raise \
         max_file_store of jetstream, or max_file of the account, whichever is less, in its configuration"
    )]
    NoRoom {
        /// How much was asked for.
        wanted: i64,
        /// What it said.
        answer: String,
    },
    /// The system gives no random bytes.
    #[error("the system gave no random bytes for salt: {why}")]
    Salt {
        /// What it says.
        why: String,
    },
    /// No usable nats-server was found.
    #[error("no nats-server: {why}")]
    NoServer {
        /// What was tried.
        why: String,
    },
}

impl LogError {
    /// What was found, without what to do about it, which depends on who found it.
    fn found(&self) -> String {
        match self {
            Self::Damage { place, frame, index, why } => {
                format!("damage at {place}, frame {frame}, first bad index {index}: {why}")
            }
            Self::Moved { dir, why } => {
                format!("the record in {} was taken away while it was in use: {why}", dir.display())
            }
            Self::BrokerLostTail { stream, index, why } => {
                format!("stream {stream} lost what it acknowledged: {why}; first bad index {index}")
            }
            Self::Settings { stream, differences } => {
                format!("stream {stream} is not set up as required: {}", differences.join("; "))
            }
            Self::NoStream { stream } => format!("stream {stream} does not exist"),
            other => other.to_string(),
        }
    }

    /// The same as a follower says it, whose copy is no place to repair anything from.
    pub(crate) fn while_following(self) -> Self {
        if self.is_damage() { Self::WhileFollowing { found: self.found() } } else { self }
    }

    /// Whether the record or its stream is not what it was or should be, so that it is to be repaired before anything is
    /// served from it again.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Damage { .. }
                | Self::Moved { .. }
                | Self::WrongLedger { .. }
                | Self::BrokerLostTail { .. }
                | Self::Settings { .. }
                | Self::NoStream { .. }
                | Self::WhileFollowing { .. }
        )
    }

    /// Whether it says that a file is not there.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }

    /// An input/output error, or `NoSpace` if that is what it is.
    pub(crate) fn io(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let path = path.to_path_buf();
        match source.kind() {
            StorageFull | FileTooLarge | QuotaExceeded => Self::NoSpace { path, source },
            _ => Self::Io { doing, path, source },
        }
    }
}
