//! Where the stream of a record is. How it is opened, read and written is not known here.

use std::path::{Path, PathBuf};

/// Name of the stream where no other has the subject.
pub const USUAL_STREAM: &str = "MINGZHANG";

/// Where the stream is and where its archive.
#[derive(Clone, Debug)]
pub struct NatsOptions {
    /// `nats://host:port`.
    pub url: String,
    /// Name of the stream; without one it is the stream that has the subject, as repairing makes one of another name.
    pub stream: Option<String>,
    /// Its one subject.
    pub subject: String,
    /// Directory of the archive.
    pub archive: PathBuf,
}

impl NatsOptions {
    /// The usual names, the archive in `archive`.
    #[must_use]
    pub fn new(url: &str, archive: &Path) -> Self {
        Self {
            url: url.to_owned(),
            stream: None,
            subject: "mingzhang.record".to_owned(),
            archive: archive.to_path_buf(),
        }
    }
}
