//! An entry as it is recorded: the bytes of the Merkle leaf. Decoding the event inside is not its business.
//!
//! Layout: kind `u8`, recorded milliseconds `i64` little endian, how the principal showed that it is he `u8` ([`Proof`]); if the kind
//! is 3, the index `u64` little endian of the refused entry that is said again; 16 bytes of salt, length of the principal `u8`, the
//! principal, the event.
//!
//! The salt is random. An entry can be guessed, as most of it is known to whoever got the one before, and proofs give away hashes of
//! entries: without the salt a guess could be tried on them.

use crate::limits::{MAX_ENTRY_BYTES, MAX_EVENT_BYTES, MAX_PRINCIPAL_BYTES};
use ledger::entry::Proof;

/// Kind byte of an entry that holds one event.
pub const KIND_EVENT: u8 = 1;

/// Kind byte kept for atomic groups; no program may use it for anything else.
pub const KIND_GROUP: u8 = 2;

/// Kind byte of an entry whose event was refused before and is said again by somebody who knows.
pub const KIND_AGAIN: u8 = 3;

/// Bytes of salt.
pub const SALT_BYTES: usize = 16;

/// Bytes before the principal, of an entry that says something again.
const FIXED_BYTES: usize = 19 + SALT_BYTES;

/// An entry read in place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raw<'a> {
    /// The writer's clock, milliseconds since 1970.
    pub recorded_ms: i64,
    /// How the submitter showed that it is he.
    pub proof: Proof,
    /// Index of the refused entry of the same id that is said again.
    pub again: Option<u64>,
    /// What keeps others from guessing the entry by its hash.
    pub salt: [u8; SALT_BYTES],
    /// Who submitted it.
    pub principal: &'a str,
    /// The event, as received.
    pub content: &'a [u8],
}

/// Why bytes are no entry, or cannot become one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EntryError {
    /// Cut off.
    #[error("the entry ends after {bytes} bytes, within its head")]
    Truncated {
        /// Bytes there are.
        bytes: usize,
    },
    /// Too large.
    #[error("the entry has {bytes} bytes, more than {MAX_ENTRY_BYTES}")]
    TooLong {
        /// Bytes there are.
        bytes: usize,
    },
    /// A group, which this version cannot read.
    #[error("the entry is an atomic group, which this version cannot read; use a newer one")]
    Group,
    /// Neither event nor group.
    #[error("the entry is of unknown kind {kind}; use a newer version")]
    Kind {
        /// The kind byte.
        kind: u8,
    },
    /// A way of showing who one is that this version does not know.
    #[error("the entry names {number} as how its principal was known; use a newer version")]
    Proof {
        /// Its number.
        number: u8,
    },
    /// Principal missing, too long, or no text.
    #[error("the principal must be 1 to {MAX_PRINCIPAL_BYTES} bytes of UTF-8")]
    Principal,
    /// No event in it.
    #[error("the entry holds no event")]
    Empty,
    /// Event too large.
    #[error("the event has {bytes} bytes, more than {MAX_EVENT_BYTES}")]
    Content {
        /// Bytes there are.
        bytes: usize,
    },
}

/// Appends an entry to `out` and says how many bytes it took; on an error `out` stays as it was.
pub fn encode_into(out: &mut Vec<u8>, raw: &Raw<'_>) -> Result<usize, EntryError> {
    let Raw { recorded_ms, proof, again, salt, principal, content } = *raw;
    let length = principal_length(principal.as_bytes())?;
    check_content(content)?;
    let before = out.len();
    out.reserve(FIXED_BYTES + principal.len() + content.len());
    out.push(if again.is_some() { KIND_AGAIN } else { KIND_EVENT });
    out.extend_from_slice(&recorded_ms.to_le_bytes());
    out.push(proof as u8);
    if let Some(again) = again {
        out.extend_from_slice(&again.to_le_bytes());
    }
    out.extend_from_slice(&salt);
    out.push(length);
    out.extend_from_slice(principal.as_bytes());
    out.extend_from_slice(content);
    Ok(out.len() - before)
}

/// Reads an entry in place.
pub fn decode(bytes: &[u8]) -> Result<Raw<'_>, EntryError> {
    let truncated = EntryError::Truncated { bytes: bytes.len() };
    if bytes.len() > MAX_ENTRY_BYTES {
        return Err(EntryError::TooLong { bytes: bytes.len() });
    }
    let (&kind, rest) = bytes.split_first().ok_or(truncated.clone())?;
    match kind {
        KIND_EVENT | KIND_AGAIN => {}
        KIND_GROUP => return Err(EntryError::Group),
        kind => return Err(EntryError::Kind { kind }),
    }
    let (recorded, rest) = rest.split_first_chunk::<8>().ok_or(truncated.clone())?;
    let (&number, rest) = rest.split_first().ok_or(truncated.clone())?;
    let proof = Proof::try_from(number).map_err(|()| EntryError::Proof { number })?;
    let (again, rest) = match kind {
        KIND_AGAIN => {
            let (again, rest) = rest.split_first_chunk::<8>().ok_or(truncated.clone())?;
            (Some(u64::from_le_bytes(*again)), rest)
        }
        _ => (None, rest),
    };
    let (salt, rest) = rest.split_first_chunk::<SALT_BYTES>().ok_or(truncated.clone())?;
    let (&length, rest) = rest.split_first().ok_or(truncated.clone())?;
    let (principal, content) = rest.split_at_checked(usize::from(length)).ok_or(truncated)?;
    principal_length(principal)?;
    check_content(content)?;
    Ok(Raw {
        recorded_ms: i64::from_le_bytes(*recorded),
        proof,
        again,
        salt: *salt,
        principal: std::str::from_utf8(principal).map_err(|_| EntryError::Principal)?,
        content,
    })
}

/// The salt of an entry, whatever stands behind it.
///
/// # Errors
/// It is of a kind that this version does not read, or ends before its salt does.
pub fn salt(bytes: &[u8]) -> Result<[u8; SALT_BYTES], EntryError> {
    let truncated = EntryError::Truncated { bytes: bytes.len() };
    let (&kind, rest) = bytes.split_first().ok_or(truncated.clone())?;
    let before = match kind {
        KIND_EVENT => 9,
        KIND_AGAIN => 17,
        KIND_GROUP => return Err(EntryError::Group),
        kind => return Err(EntryError::Kind { kind }),
    };
    rest.get(before..).and_then(|rest| rest.first_chunk()).copied().ok_or(truncated)
}

/// When an entry says it was recorded, from its head alone; none if it is of no kind that this version reads.
#[must_use]
pub fn recorded_ms(bytes: &[u8]) -> Option<i64> {
    let (&kind, rest) = bytes.split_first()?;
    let recorded = rest.first_chunk::<8>().filter(|_| [KIND_EVENT, KIND_AGAIN].contains(&kind))?;
    Some(i64::from_le_bytes(*recorded))
}

fn principal_length(principal: &[u8]) -> Result<u8, EntryError> {
    if principal.is_empty() || principal.len() > MAX_PRINCIPAL_BYTES {
        return Err(EntryError::Principal);
    }
    u8::try_from(principal.len()).map_err(|_| EntryError::Principal)
}

fn check_content(content: &[u8]) -> Result<(), EntryError> {
    match content.len() {
        0 => Err(EntryError::Empty),
        bytes if bytes > MAX_EVENT_BYTES => Err(EntryError::Content { bytes }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: [u8; SALT_BYTES] = *b"sixteen of salt.";

    fn raw<'a>(recorded_ms: i64, principal: &'a str, content: &'a [u8]) -> Raw<'a> {
        Raw { recorded_ms, proof: Proof::Token, again: None, salt: SALT, principal, content }
    }

    #[test]
    fn reads_back_what_was_written() {
        let mut bytes = b"before".to_vec();
        let length = encode_into(&mut bytes, &raw(-7, "省学生资助中心", b"content")).expect("a good entry");
        let raw = decode(&bytes[6..]).expect("a good entry");
        assert_eq!(length, bytes.len() - 6);
        assert_eq!(recorded_ms(&bytes[6..]), Some(-7));
        assert_eq!(raw, self::raw(-7, "省学生资助中心", b"content"));
    }

    #[test]
    fn layout_is_frozen() {
        let mut bytes = Vec::new();
        encode_into(&mut bytes, &raw(0x0102_0304, "ab", &[9, 8])).expect("a good entry");
        assert_eq!(bytes, [&[1, 4, 3, 2, 1, 0, 0, 0, 0, 3], &SALT[..], &[2, b'a', b'b', 9, 8]].concat());
    }

    #[test]
    fn the_largest_entry_fits_and_one_byte_more_does_not() {
        let (principal, content) = ("p".repeat(64), vec![7; MAX_EVENT_BYTES]);
        let mut bytes = Vec::new();
        let largest = Raw { again: Some(u64::MAX), ..raw(1, &principal, &content) };
        assert_eq!(encode_into(&mut bytes, &largest), Ok(MAX_ENTRY_BYTES));
        bytes.push(0);
        assert_eq!(decode(&bytes), Err(EntryError::TooLong { bytes: 65_536 }));
        let content = vec![7; MAX_EVENT_BYTES + 1];
        let (length, mut out) = (content.len(), Vec::new());
        assert_eq!(encode_into(&mut out, &raw(1, "p", &content)), Err(EntryError::Content { bytes: length }));
        assert!(out.is_empty());
    }

    #[test]
    fn what_is_said_again_names_the_refusal() {
        let mut bytes = Vec::new();
        let said = Raw { again: Some(0x0506), ..raw(1, "ab", &[9]) };
        encode_into(&mut bytes, &said).expect("a good entry");
        let head = [3, 1, 0, 0, 0, 0, 0, 0, 0, 3, 6, 5, 0, 0, 0, 0, 0, 0];
        assert_eq!(bytes, [&head[..], &SALT, &[2, b'a', b'b', 9]].concat());
        assert_eq!(decode(&bytes), Ok(said));
        assert!((0..bytes.len()).all(|cut| decode(&bytes[..cut]).is_err()));
    }

    #[test]
    fn every_cut_is_noticed() {
        let mut bytes = Vec::new();
        encode_into(&mut bytes, &raw(1, "abc", b"x")).expect("a good entry");
        for cut in 0..30 {
            let wanted = EntryError::Truncated { bytes: cut };
            assert_eq!(decode(&bytes[..cut]), Err(wanted), "cut after {cut}");
        }
        assert_eq!(decode(&bytes[..30]), Err(EntryError::Empty));
    }

    #[test]
    fn groups_unknown_kinds_and_bad_principals_are_errors() {
        let good = [&[1, 0, 0, 0, 0, 0, 0, 0, 0, 1], &SALT[..], &[1, b'a', 5]].concat();
        assert!(decode(&good).is_ok());
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            decode(&bytes).map(|_| ())
        };
        assert_eq!(with(0, 2), Err(EntryError::Group));
        assert_eq!(with(0, 4), Err(EntryError::Kind { kind: 4 }));
        assert_eq!(with(0, 0), Err(EntryError::Kind { kind: 0 }));
        assert_eq!(with(9, 0), Err(EntryError::Proof { number: 0 }));
        assert_eq!(with(9, 8), Err(EntryError::Proof { number: 8 }));
        assert_eq!(with(26, 0), Err(EntryError::Principal));
        assert_eq!(with(27, 0xff), Err(EntryError::Principal));
        let mut out = Vec::new();
        assert_eq!(encode_into(&mut out, &raw(0, "", b"x")), Err(EntryError::Principal));
        assert_eq!(encode_into(&mut out, &raw(0, &"x".repeat(65), b"x")), Err(EntryError::Principal));
    }
}
