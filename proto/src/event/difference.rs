//! Says where bytes differ from what they mean, for callers whose encoder is not strict. Slow on purpose: only for errors.

use super::check::Violation;

/// Why `bytes` are not the canonical ones.
pub(super) fn explain(bytes: &[u8], canonical: &[u8]) -> Violation {
    let at = bytes.iter().zip(canonical).take_while(|(a, b)| a == b).count();
    Violation {
        field: "event".to_owned(),
        description: format!(
            "differs from its canonical encoding from byte {at} on: an unknown field, a default written out, fields out \
             of order, or a number written too long; encode it with the current event.proto"
        ),
    }
}
