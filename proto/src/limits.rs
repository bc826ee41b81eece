//! Every limit of what may be written down, each with its reason. Limits of frames and queues stand with them.

/// Bytes of one entry at most, so that a length fits 16 bits, as the tiled-log format has it.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// Bytes of a principal at most; its length is one byte, and a name fits 64.
pub const MAX_PRINCIPAL_BYTES: usize = 64;

/// Bytes before an entry's content at most: kind, time, what is said again, salt, length, principal.
pub const MAX_ENTRY_HEAD_BYTES: usize = 1 + 8 + 1 + 8 + 16 + 1 + MAX_PRINCIPAL_BYTES;

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

/// Fen of one loan at most, a billion yuan: above any student's, and its interest summed by days fits 128 bits.
pub const MAX_LOAN_FEN: i64 = 100_000_000_000;

/// Millionths of a whole, for parts and for rates a year: no rate is above 100 %.
pub const MAX_PPM: u32 = 1_000_000;

/// Penalty rate at most, in millionths of the contract rate: ten times it.
pub const MAX_PENALTY_PPM: u32 = 10_000_000;

/// Hundredths of a per cent a spread may be above or below its index: as far as rates go.
pub const MAX_SPREAD_BP: i32 = 10_000;

/// Days after a reset day a fixing may still count for it: fixings are monthly.
pub const MAX_FIXING_DAYS: u32 = 31;

/// Years of a term, of grace, after study: two digits, longer than anybody repays.
pub const MAX_TERM_YEARS: u32 = 99;

/// Amount ceilings of one version of terms: one a level of study.
pub const MAX_CEILINGS: usize = 2;

/// Rows that say who pays for which universities: 34 provinces by two subordinations, and room for the general ones.
pub const MAX_SHARES: usize = 80;

/// Payers of one thing: each stands there once.
pub const MAX_PAYERS: usize = 6;

/// Bands of default rates: sources have four.
pub const MAX_BANDS: usize = 20;

/// Days after a settlement on which its interest is collected at the latest; the walk over a loan remembers as many settlements.
pub const MAX_COLLECTED_DAYS: u32 = 31;

/// Standings that may bring the subsidy back.
pub const MAX_RESUMES: usize = 3;

/// Parts of terms that may be marked doubtful; a file of terms has fewer.
pub const MAX_DOUBTFUL: usize = 40;

/// Uses of reward money, and grounds of relief: closed lists one can read.
pub const MAX_USES: usize = 40;

/// Rewards of one surplus: the aid centres of a province.
pub const MAX_REWARDS: usize = 200;

/// Loan-days of one claim line: ten years, far beyond a year's claim.
pub const MAX_CLAIM_DAYS: u32 = 3_660;

/// First two digits of a division code: the province; 0 stands for any.
pub const MAX_PROVINCE: u32 = 99;

/// Roles of a table: one can read them.
pub const MAX_ROLES: usize = 100;

/// Kinds or groups of questions of a role: more than there are.
pub const MAX_ROLE_NAMES: usize = 200;

/// Days a grant may last: ten years, longer than a post is held unasked.
pub const MAX_ROLE_DAYS: u32 = 3_660;

/// Persons who sign one thing: a board is smaller.
pub const MAX_SIGNERS: u32 = 20;

/// Words of one person about one thing: who changes his mind more often says so on paper.
pub const MAX_WORDS: u32 = 9;
