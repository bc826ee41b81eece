//! Power failures: a watched disk loses what was not synced, tears what was being written, forgets names, fills up, fails a sync or
//! stops as if the process were killed. After each of them everything acknowledged is there, nothing unacknowledged is there by half,
//! and no start needs a hand. What happens follows from `MINGZHANG_SEED`; how much of it, from `MINGZHANG_POWER_FAILURES`.
//!
//! `log` is the record alone, thousands of times; `whole` a signing ledger with tiles, checkpoints and pages, and an archive beside a
//! stream; `upkeep` copies, restores and repairs.

mod log;
mod upkeep;
mod whole;

use std::fs;
use std::path::{Path, PathBuf};

use crate::corruption::injure::Random;

/// A place in memory, where nothing waits for a real disk.
pub fn place() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// How many times one of these tests fails the power, a share of what the whole suite is asked for.
pub fn times(share: u64) -> u64 {
    let asked = std::env::var("MINGZHANG_POWER_FAILURES").ok().and_then(|text| text.parse::<u64>().ok());
    asked.unwrap_or(4_000).div_ceil(share)
}

/// The seed of a run, said so that it can be had again.
pub fn seed() -> u64 {
    let asked = std::env::var("MINGZHANG_SEED").ok().and_then(|text| text.parse().ok());
    let clock = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
    let seed = asked.unwrap_or_else(clock);
    println!("MINGZHANG_SEED={seed}");
    seed
}

/// Chance of its own for a number, so that one case can be had again without those before it.
pub fn chance(seed: u64, number: u64) -> Random {
    let mut random = Random((seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1);
    let _ = random.below(2);
    random
}

/// A new directory for what is left.
pub fn left_in(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name);
    let _ = fs::remove_dir_all(&path);
    path
}
