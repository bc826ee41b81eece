//! SHA-256 values, and bytes as hexadecimal digits. Not here: what is hashed, and how.

use std::fmt::Write;

/// A SHA-256 value.
pub type Hash = [u8; 32];

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
}
