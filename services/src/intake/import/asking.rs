//! What an import asks of the ledger may fail, which is no answer. Not here: what is asked.

/// Why the ledger could not be asked.
pub type AskError = Box<dyn std::error::Error + Send + Sync>;
