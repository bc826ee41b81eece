//! The record: frames in one order, kept in one home or two. Files alone, or a JetStream stream with a local
//! archive. What entries mean is decided elsewhere; here they are bytes.

pub(crate) mod broker;
mod clock;
pub(crate) mod copied;
#[cfg(feature = "faults")]
pub mod faulty;
pub mod file;
mod followed;
pub mod frame;
pub(crate) mod frames;
pub mod nats;
mod nats_options;
pub mod provision;
mod publish;
pub mod reader;
pub(crate) mod scrub;
pub(crate) mod segments;
pub(crate) mod settings;
pub(crate) mod single;
pub(crate) mod stream_info;
pub mod tip;

use std::path::Path;

pub(crate) use broker::version as nats_version;
pub use clock::Clock;
pub(crate) use clock::ClockWatch;
pub use file::FileLog;
pub use frame::{Frame, FrameError, Header};
pub use nats::read_stream;
pub(crate) use nats::{Connected, NatsLog};
pub use nats_options::{NatsOptions, USUAL_STREAM};
pub use provision::{ProvisionOptions, Provisioned, provision};
pub(crate) use publish::{Concluded, Pipeline};
pub use reader::{Reader, Torn};
pub use tip::Tip;

use crate::limits::{FILE_FRAMES_IN_FLIGHT, NATS_FRAMES_IN_FLIGHT};
use crate::record::error::LogError;

/// Is shown each frame in order while a record is opened; an error ends the opening.
pub type Visit<'a> = &'a mut dyn FnMut(&Frame) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// What opening a record for writing needs besides its place.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// Which ledger the record must be, or becomes if it is empty.
    pub ledger: [u8; 16],
    /// Where recorded times come from.
    pub clock: Clock,
}

/// A home of the record, opened for writing: its epoch is raised, its frames are checked.
#[derive(Debug)]
pub struct Log {
    pub(crate) home: LogHome,
    pub(crate) tip: Tip,
    pub(crate) clock: Clock,
    torn: Option<Torn>,
}

/// Where frames go. Closed: there are no other homes.
#[derive(Debug)]
pub(crate) enum LogHome {
    /// Files alone.
    File(FileLog),
    /// A stream with an archive of files.
    Nats(Box<NatsLog>),
    /// A stream that another writes, with an archive of its own.
    Followed(Box<NatsLog>),
}

impl Log {
    /// Opens the files in `dir`, shows every frame to `seen`, and raises the epoch.
    pub fn open_file(dir: &Path, options: &LogOptions, seen: Visit<'_>) -> Result<Self, LogError> {
        let (mut file, mut tip, torn) = FileLog::open(dir, options.ledger, seen)?;
        let now = options.clock.not_behind(tip.recorded_ms)?;
        let opening = tip.opening(random_number(), now);
        file.append(&opening)?;
        tip.advance(&opening);
        Ok(Self::opened(LogHome::File(file), tip, options, torn))
    }

    /// Opens a stream and its archive: compares them, catches the archive up, shows every frame to `seen`, and
    /// raises the epoch. Blocks: call it from a thread of its own, not from an async task.
    pub fn open_nats(nats: &NatsOptions, options: &LogOptions, seen: Visit<'_>) -> Result<Self, LogError> {
        let (home, tip, torn) = NatsLog::open(Connected::to(nats)?, &nats.archive, options, seen)?;
        Ok(Self::opened(LogHome::Nats(Box::new(home)), tip, options, torn))
    }

    /// Opens a stream that another writes, and an archive of its own: compares them, catches the archive up, shows every
    /// frame to `seen`. Publishes nothing. Blocks: call it from a thread of its own, not from an async task.
    pub fn open_followed(nats: &NatsOptions, options: &LogOptions, seen: Visit<'_>) -> Result<Self, LogError> {
        let (home, tip, torn) = NatsLog::open_to_follow(Connected::to(nats)?, &nats.archive, options.ledger, seen)?;
        Ok(Self::opened(LogHome::Followed(Box::new(home)), tip, options, torn))
    }

    fn opened(home: LogHome, tip: Tip, options: &LogOptions, torn: Option<Torn>) -> Self {
        Self { home, tip, clock: options.clock.clone(), torn }
    }

    /// Where the record stands.
    #[must_use]
    pub fn tip(&self) -> &Tip {
        &self.tip
    }

    /// The unfinished end that opening set aside, if there was one.
    #[must_use]
    pub fn torn(&self) -> Option<&Torn> {
        self.torn.as_ref()
    }

    /// Closes segment files at another size; for small disks and tests.
    #[must_use]
    pub fn with_segment_bytes(mut self, bytes: u64) -> Self {
        match &mut self.home {
            LogHome::File(file) => file.set_segment_bytes(bytes),
            LogHome::Nats(nats) | LogHome::Followed(nats) => nats.archive.set_segment_bytes(bytes),
        }
        self
    }

    /// How many frames may be under way before the next has to wait.
    pub(crate) fn in_flight(&self) -> usize {
        match &self.home {
            LogHome::File(_) => FILE_FRAMES_IN_FLIGHT,
            LogHome::Nats(_) | LogHome::Followed(_) => NATS_FRAMES_IN_FLIGHT,
        }
    }
}

/// Shows a frame; wraps the visitor's refusal.
pub(crate) fn visit(seen: Visit<'_>, frame: &Frame) -> Result<(), LogError> {
    seen(frame).map_err(|source| LogError::Visitor { index: frame.header().first_index, source })
}

/// A number no other writer has: the standard library seeds its hashers from the system's randomness.
fn random_number() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one((std::process::id(), std::time::SystemTime::now()))
}
