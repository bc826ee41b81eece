//! How a ledger is opened: where its record lives, and what is kept with it.

use std::path::PathBuf;

use crate::proof::notary::Signing;
use crate::record::error::LogError;
use crate::record::log::{Clock, Log, LogOptions, NatsOptions, Visit};

/// The ledger a directory or stream belongs to, unless the caller names one.
pub const DEFAULT_LEDGER: [u8; 16] = *b"mingzhang-ledger";

/// Where the record lives.
#[derive(Clone, Debug)]
pub enum Home {
    /// In files, no server needed.
    File,
    /// In a JetStream stream, with a copy in files.
    Nats {
        /// `nats://host:port`.
        url: String,
        /// Name of the stream, if not the usual one.
        stream: Option<String>,
    },
    /// In a JetStream stream that another instance writes; here it is only read, into a copy in files.
    Follow {
        /// `nats://host:port`.
        url: String,
        /// Name of the stream, if not the usual one.
        stream: Option<String>,
        /// Where the writer takes events, for those who come here with some.
        writer: Option<String>,
    },
}

/// How a ledger is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Directory of the record (or its archive) and of the pages.
    pub data: PathBuf,
    /// Where the record lives.
    pub home: Home,
    /// Whether pages are kept for a quick start.
    pub pages: bool,
    /// Which ledger it is.
    pub ledger: [u8; 16],
    /// Where recorded times come from.
    pub clock: Clock,
    /// Signs checkpoints, if given.
    pub signing: Option<Signing>,
}

impl Options {
    /// A ledger in files under `data`, with pages.
    #[must_use]
    pub fn file(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            home: Home::File,
            pages: true,
            ledger: DEFAULT_LEDGER,
            clock: Clock::system(),
            signing: None,
        }
    }

    /// A ledger in the usual stream of a NATS server, archived under `data`.
    #[must_use]
    pub fn nats(data: impl Into<PathBuf>, url: &str) -> Self {
        Self { home: Home::Nats { url: url.to_owned(), stream: None }, ..Self::file(data) }
    }

    /// The stream of a NATS server that another instance writes, followed with a copy under `data`.
    #[must_use]
    pub fn follow(data: impl Into<PathBuf>, url: &str, writer: Option<&str>) -> Self {
        let home = Home::Follow { url: url.to_owned(), stream: None, writer: writer.map(str::to_owned) };
        Self { home, ..Self::file(data) }
    }

    /// Whether another instance writes the record.
    #[must_use]
    pub fn follows(&self) -> bool {
        matches!(self.home, Home::Follow { .. })
    }

    /// Where the files of the record are, or its archive.
    pub(crate) fn record(&self) -> PathBuf {
        self.data.join("record")
    }

    /// Where the stream is, if there is one.
    pub(crate) fn stream(&self) -> Option<NatsOptions> {
        let (Home::Nats { url, stream } | Home::Follow { url, stream, .. }) = &self.home else { return None };
        Some(NatsOptions { stream: stream.clone(), ..NatsOptions::new(url, &self.record()) })
    }

    pub(crate) fn open_log(&self, seen: Visit<'_>) -> Result<Log, LogError> {
        let options = LogOptions { ledger: self.ledger, clock: self.clock.clone() };
        match self.stream() {
            None => Log::open_file(&self.record(), &options, seen),
            Some(stream) if self.follows() => {
                Log::open_followed(&stream, &options, seen).map_err(LogError::while_following)
            }
            Some(stream) => Log::open_nats(&stream, &options, seen),
        }
    }
}
