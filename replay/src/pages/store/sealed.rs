//! Values with their checksum behind them, so that one that was harmed on the disk is not taken for what was written.

/// Bytes with their checksum behind them.
pub(super) fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

/// The bytes that were sealed, if they are still the same.
pub(super) fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (bytes, sum) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
    (crc32c::crc32c(bytes).to_le_bytes() == sum).then_some(bytes)
}

/// The checksum that sealed bytes carry. Not one over them again: with its checksum behind it, every text has the same.
pub(super) fn sum_of(sealed: &[u8]) -> u32 {
    sealed.last_chunk().map_or(0, |sum| u32::from_le_bytes(*sum))
}

/// A checksum over the checksums of all pages.
pub(super) fn total(sums: &[Vec<u32>]) -> u32 {
    let all = sums.iter().flatten();
    all.fold(0, |so_far, sum| crc32c::crc32c_append(so_far, &sum.to_le_bytes()))
}
