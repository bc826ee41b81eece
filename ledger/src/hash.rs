//! SHA-256 values, and bytes as hexadecimal digits. Not here: what is hashed.

use std::fmt::Write;

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// SHA-256 of these parts, one after the other.
#[must_use]
pub fn sha256<const N: usize>(parts: [&[u8]; N]) -> Hash {
    short(parts)
        .unwrap_or_else(|| parts.iter().fold(Sha256::new(), |all, part| all.chain_update(part)).finalize().into())
}

/// Blocks that a short message takes at most.
const BLOCKS: usize = 4;

/// The same if they are short, as nearly all here are: laid out in blocks at once, which takes two thirds of the time of a hasher that
/// may be given more.
fn short<const N: usize>(parts: [&[u8]; N]) -> Option<Hash> {
    let mut blocks = [[0; 64]; BLOCKS];
    let flat = blocks.as_flattened_mut();
    let mut length = 0;
    for part in parts {
        flat.get_mut(length..length + part.len())?.copy_from_slice(part);
        length += part.len();
    }
    // FIPS 180-4, 5.1.1: a one bit, zeros, and the length in bits at the end of the last block.
    let count = (length + 9).div_ceil(64);
    *flat.get_mut(length)? = 0x80;
    flat.get_mut(count * 64 - 8..count * 64)?.copy_from_slice(&(length as u64 * 8).to_be_bytes());
    let mut state = BEGIN;
    compress256(&mut state, &blocks[..count]);
    let mut hash = Hash::default();
    hash.chunks_exact_mut(4).zip(state).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_be_bytes()));
    Some(hash)
}

/// FIPS 180-4, 5.3.3.
const BEGIN: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Bytes in lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Bytes from hexadecimal digits, two for each and nothing else.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// Of the bytes of an event: tells other content under the same id. 64 bits are enough, as a collision only calls a repeat what is
/// not one.
#[must_use]
pub fn content(event: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_digits_and_read_again() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = hex(&bytes);
        assert!(text.starts_with("00010203") && text.contains("090a0b0c0d0e0f10") && text.ends_with("fcfdfeff"));
        assert_eq!(unhex(&text), Some(bytes));
        assert_eq!(unhex("AbCd"), Some(vec![0xab, 0xcd]));
        assert_eq!((hex(&[]), unhex("")), (String::new(), Some(Vec::new())));
        for bad in ["0", "0g", "+f", "0x", "é0", "０0"] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }

    /// Messages of every length around each block's end, in one part and in two, against the library's own laying out.
    #[test]
    fn short_messages_are_hashed_as_any_other() {
        let bytes: Vec<u8> = (0..300_u32).map(|at| (at * 7 % 251) as u8).collect();
        for length in 0..bytes.len() {
            let plain: Hash = Sha256::digest(&bytes[..length]).into();
            let (left, right) = bytes[..length].split_at(length / 3);
            assert_eq!(sha256([&bytes[..length]]), plain, "{length} bytes");
            assert_eq!(sha256([left, right]), plain, "{length} bytes");
            assert_eq!(short([&bytes[..length]]).is_some(), length <= BLOCKS * 64 - 9, "{length} bytes");
        }
    }
}
