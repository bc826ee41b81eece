//! Why what a witness sends is not taken. What is taken is in `cosigned`.

use crate::proof::signed_note::NoteError;

/// Why cosignatures are not taken, or not there.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CosignatureError {
    /// The notes are not this ledger's.
    #[error(
        "these are not notes that this ledger signed and still keeps beside each other; fetch its last checkpoint and cosign that"
    )]
    NotSignedHere,
    /// Nobody known signed both.
    #[error(
        "none of the {known} witnesses that this ledger was told of signed both notes; its operator names one by `serve --witness`"
    )]
    Unknown {
        /// How many it was told of.
        known: usize,
    },
    /// A known witness's signature is bad.
    #[error("a signature does not fit, so none was taken: {0}")]
    Bad(NoteError),
    /// More than is read.
    #[error("a note of {bytes} bytes is not read, the most is {most}")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// No checkpoint has so many.
    #[error("no checkpoint was cosigned by {least} of this ledger's witnesses yet")]
    NotCosigned {
        /// How many were asked for.
        least: usize,
    },
}
