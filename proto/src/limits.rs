//! Every limit of what may be written down, each with its reason. Limits of frames and queues stand with them.

/// Bytes of one entry at most, so that a length fits 16 bits, as the tiled-log format has it.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// Bytes of a principal at most; its length is one byte, and a name fits 64.
pub const MAX_PRINCIPAL_BYTES: usize = 64;

/// Bytes before an entry's content at most: kind, time, length, principal.
pub const MAX_ENTRY_HEAD_BYTES: usize = 1 + 8 + 1 + MAX_PRINCIPAL_BYTES;

/// Bytes of one event at most: it fits an entry whoever submits it.
pub const MAX_EVENT_BYTES: usize = MAX_ENTRY_BYTES - MAX_ENTRY_HEAD_BYTES;

/// Bytes of one text at most: room for the longest names and document numbers, none for free text.
pub const MAX_TEXT_BYTES: usize = 400;

/// Parts of one statement at most: passing down, vouchers and policies stay one entry, and post less than 1,000 times.
pub const MAX_PARTS: usize = 400;

/// Document lines one payment may draw on, so that trace and postings stay small.
pub const MAX_DRAWS: usize = 5;

/// Instalments of one award: one a month.
pub const MAX_DUE_DAYS: usize = 12;

/// Fen of one amount at most, ten trillion yuan: above any budget, and sums of thousands still fit 64 bits.
pub const MAX_FEN: i64 = 1_000_000_000_000_000;

/// Largest division code: six digits of GB/T 2260.
pub const MAX_DIVISION: u32 = 999_999;

/// Budget and academic years that can be written, the same the calendar of the ledger has.
pub const YEARS: std::ops::RangeInclusive<u32> = 1900..=2999;

/// Return reasons R01 to R99.
pub const REASONS: std::ops::RangeInclusive<u32> = 1..=99;
