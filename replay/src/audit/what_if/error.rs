//! Why there is no answer to a hypothesis.

use super::hypothesis::HypothesisError;
use crate::engine::EngineError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhatIfError {
    /// The hypothesis does not fit the record.
    #[error(transparent)]
    Hypothesis(#[from] HypothesisError),
    /// The record cannot be read.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
