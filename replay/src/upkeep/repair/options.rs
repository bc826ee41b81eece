//! Which record is repaired, and why nothing was. Finding and mending damage is not done here.

use std::path::PathBuf;

use super::report::Examination;
use crate::proof::signed_note::Verifier;
use crate::record::error::LogError;
use crate::record::log::NatsOptions;

/// Which record is repaired, and by what.
#[derive(Clone, Debug)]
pub struct RepairOptions {
    /// Directory of the ledger.
    pub data: PathBuf,
    /// Which ledger it must be.
    pub ledger: [u8; 16],
    /// Its stream, if it has one.
    pub nats: Option<NatsOptions>,
    /// Another directory with a copy, such as a backup.
    pub from: Option<PathBuf>,
    /// Keys of which one must have signed each checkpoint; without any, signatures are not checked.
    pub keys: Vec<Verifier>,
    /// Whether a last frame that is wrong, and whole in no copy, is left behind though it may have been acknowledged.
    pub give_up_end: bool,
    /// Whether a follower's copy may take the place of the writer's archive, which is lost.
    pub follower: bool,
}

impl RepairOptions {
    /// A ledger in the files under `data` alone.
    #[must_use]
    pub fn file(data: impl Into<PathBuf>) -> Self {
        let ledger = crate::engine::DEFAULT_LEDGER;
        let (data, keys) = (data.into(), Vec::new());
        Self { data, ledger, nats: None, from: None, keys, give_up_end: false, follower: false }
    }

    /// A ledger in the stream of a NATS server with its archive under `data`.
    #[must_use]
    pub fn nats(data: impl Into<PathBuf>, url: &str) -> Self {
        let mut options = Self::file(data);
        options.nats = Some(NatsOptions::new(url, &options.record()));
        options
    }

    pub(super) fn record(&self) -> PathBuf {
        self.data.join("record")
    }
}

/// Why nothing was repaired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    /// Files or the stream cannot be reached, or somebody uses the ledger.
    #[error(transparent)]
    Log(#[from] LogError),
    /// No truth can be proved; nothing was changed.
    #[error("nothing was changed: {}", .0.refusal.as_deref().unwrap_or("the damage cannot be repaired"))]
    Refused(Box<Examination>),
    /// There is no such ledger.
    #[error("{} holds no ledger; name the directory under which its `record` stands", .0.display())]
    NoLedger(PathBuf),
    /// It is not the writer's directory.
    #[error(
        "{} is {mark}. A damaged stream is repaired where its writer keeps the archive, with this directory as --from; a damaged copy is \
         removed and followed again. Only if the writer's archive is lost, stop the writer and pass --follower", data.display()
    )]
    Follower {
        /// The directory.
        data: PathBuf,
        /// What its mark says.
        mark: String,
    },
    /// A restore was begun and not ended.
    #[error("`{0}` was begun here and has not ended; run it again first")]
    Otherwise(String),
    /// What was written is not what it was made from.
    #[error("what was restored does not prove equal: {0}; nothing is served, run the repair again")]
    Unproved(String),
}

/// What is being done, how much of it is done, and how much there is, in frames.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str, u64, u64);
