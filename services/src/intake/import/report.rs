//! What became of a file, and why one could not be imported at all. Not here: what is wrong with a row.

use super::asking::AskError;
use super::table::kinds::FileKind;
use super::table::row::Problem;
use crate::principal::PrincipalFault;
use ledger::hash::Hash;
use ledger::money::Fen;
use std::path::PathBuf;

/// Problems kept word for word; further ones are only counted.
pub const MAX_PROBLEMS: usize = 1_000;
/// Rows of a file at most: what is remembered to tell equal rows apart stays within some 100 MB.
pub const MAX_ROWS: u64 = 2_000_000;

/// Whatever stopped the taker of events.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Why a file could not be imported at all. What is wrong inside a file is a [`Problem`] instead.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("无法读取文件 cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The taker of events failed.
    #[error("未能送出 events could not be handed on: {0}")]
    Sink(SinkError),
    /// What a row needs to know could not be asked of the ledger, so nobody can say what the row means.
    #[error("账上查不到本行所需的内容，导入中止 the ledger could not be asked: {0}")]
    Unasked(AskError),
    /// A set was sound when it was checked and was not when it was read again.
    #[error("文件在导入中被改动，请再导入一次 {0} changed while it was being imported; import it again")]
    Changed(PathBuf),
    /// In whose name is no name.
    #[error("何人 the name of a principal: {0}")]
    Principal(#[from] PrincipalFault),
}

/// How a set was sealed: what approvers and banks name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seal {
    /// How many lines.
    pub count: u32,
    /// Their sum.
    pub fen: Fen,
    /// The chain over the lines.
    pub hash: Hash,
}

/// What became of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The file's name.
    pub file: String,
    /// Its kind; none if the header was not understood.
    pub kind: Option<FileKind>,
    /// Rows read, the header left out.
    pub rows: u64,
    /// Events handed on.
    pub events: u64,
    /// Sets sealed: their number as the source gives it, and the seal that approvals name.
    pub sets: Vec<(String, Seal)>,
    /// What was wrong, the first [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many problems there were.
    pub problem_count: u64,
    /// Nothing was handed on because a file of sets holds a bad row.
    pub rejected: bool,
    /// The offices whose numbers some of its rows named though no cell says whose they are.
    pub offices: Vec<String>,
    /// Its columns that stand there for people or name nothing, and so are compared with nothing on record.
    pub not_compared: Vec<&'static str>,
}
