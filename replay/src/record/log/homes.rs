//! The record opened for writing or following, in one of its homes. What each home does is in `file` and `nats`.

use std::path::Path;

use super::clock::Clock;
use super::file::FileLog;
use super::nats::{Connected, NatsLog};
use super::nats_options::NatsOptions;
use super::opening::{LogOptions, Visit, random_number};
use super::reader::Torn;
use super::tip::Tip;
use crate::limits::{FILE_FRAMES_IN_FLIGHT, NATS_FRAMES_IN_FLIGHT};
use crate::record::alarm::Alarm;
use crate::record::error::LogError;

/// A home of the record, opened for writing: its epoch is raised, its frames are checked.
#[derive(Debug)]
pub struct Log {
    pub(crate) home: LogHome,
    pub(crate) tip: Tip,
    pub(crate) clock: Clock,
    /// Rung by whoever finds damage in it.
    pub(crate) alarm: Alarm,
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
    pub(crate) fn open_followed(nats: &NatsOptions, options: &LogOptions, seen: Visit<'_>) -> Result<Self, LogError> {
        let (home, tip, torn) = NatsLog::open_to_follow(Connected::to(nats)?, &nats.archive, options.ledger, seen)?;
        Ok(Self::opened(LogHome::Followed(Box::new(home)), tip, options, torn))
    }

    pub(super) fn opened(home: LogHome, tip: Tip, options: &LogOptions, torn: Option<Torn>) -> Self {
        Self { home, tip, clock: options.clock.clone(), alarm: Alarm::default(), torn }
    }

    /// Where the record ends.
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
