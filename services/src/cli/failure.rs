//! How a command ends, if not well: what is said, and with which exit code. Absent on purpose: what any command does.

use replay::dial::{DialError, reasons};
use replay::engine::EngineError;
use replay::record::error::LogError;
use std::error::Error;
use tonic::{Code, Status};

/// The exit codes, as the help of the whole program lists them.
pub(crate) const EXIT_CODES: &str = "Exit codes:\n  0  done\n  1  something was refused, rejected or failed\n  2  wrong usage\n  \
     3  the server cannot be reached or does not take calls\n  4  nothing failed, but look: there is no such thing, an import left findings open, or a server is held up or in doubt";

/// The exit codes of a question, as its own help lists them.
pub(crate) const QUESTION_CODES: &str =
    "Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing";

/// How a command ended, if not well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was done, but not all of it was accepted; the reasons were shown.
    #[error("有的内容未被接受 not everything was accepted")]
    Refused,
    /// All of it was accepted, and somebody must look at what it found; that was shown.
    #[error(
        "全部在账，另有疑点待查，其中写明不计的不计 all is on record, and there are findings to look at; what they say does not count does not"
    )]
    Look,
    /// It failed.
    #[error("{0}")]
    Failed(String),
    /// Wrong usage beyond what the parser sees.
    #[error("{0}")]
    Usage(String),
    /// The server cannot be reached.
    #[error("{0}")]
    Unreachable(String),
    /// It goes on, and somebody must look.
    #[error("{0}")]
    Doubt(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
}

impl Failure {
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Refused | Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
            Self::NotFound(_) | Self::Look | Self::Doubt(_) => 4,
        }
    }

    /// Where a thing was not found, says so in words that name it as it was typed.
    pub(crate) fn absent(self, why: impl FnOnce() -> String) -> Self {
        match self {
            Self::NotFound(_) => Self::NotFound(why()),
            other => other,
        }
    }

    /// What a server says of a lender it does not know, with the number that was typed.
    pub(crate) fn no_lender(self, typed: &str) -> Self {
        self.absent(|| format!("no lender has the number or id {typed}, or no such loans"))
    }
}

/// What a server must send and did not.
pub(crate) fn missing(what: &str) -> Failure {
    Failure::Failed(format!("the server's answer holds no {what}; is it of the same version?"))
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        // What the connection ended with says more than that it did.
        let message = match status.source() {
            Some(cause) => format!("{}: {}", status.message(), reasons(cause)),
            None => status.message().to_owned(),
        };
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => Self::Unreachable(message),
            Code::NotFound => Self::NotFound(message),
            Code::InvalidArgument | Code::Unauthenticated => Self::Usage(message),
            _ => Self::Failed(message),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match &error {
            EngineError::Log(log) => Self::from(&**log),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<DialError> for Failure {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Unreachable { .. } | DialError::Insecure { .. } => Self::Unreachable(error.to_string()),
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<&LogError> for Failure {
    fn from(error: &LogError) -> Self {
        match error {
            LogError::Nats { .. } => Self::Unreachable(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}
