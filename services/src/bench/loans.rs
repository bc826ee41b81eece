//! The loan workload: a quarter's interest of all loans, the lender's claim for it with planted errors, and the next
//! quarter in parts. All go the whole way over gRPC; what the loans are stands in `lending`.

use super::accruing::{apart, job};
use super::claiming::{claim_file, disputed};
use super::clients;
use super::lending::{Agreed, day_before_quarter, day_of_next_quarter, orgs, quarter};
use super::{Ground, rss_bytes};
use crate::intake::shipped_rates::shipped_events;
use anyhow::ensure;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct LoanBenchOptions {
    /// Directory of the record; a temporary one if none.
    pub data: Option<PathBuf>,
    /// A NATS server to record with, if any.
    pub nats: Option<String>,
    /// Loans.
    pub loans: u64,
    /// Lines of the claim, a tenth of the loans at most.
    pub claim: u32,
    /// Events a call.
    pub batch: usize,
    /// Callers at the same time, each with one call under way. A claim has one caller, as its lines come in order.
    pub clients: usize,
    /// No progress on the terminal.
    pub quiet: bool,
}

/// What was measured, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The names are the documented JSON keys.
pub struct LoansMeasured {
    pub loans: u64,
    pub refused: u64,
    /// The job over a quarter: listing, recording and folding.
    pub accruals: u64,
    pub accrual_seconds: f64,
    pub accruals_per_second: u64,
    /// The next quarter with its parts one after the other.
    pub listing_seconds: f64,
    pub recording_seconds: f64,
    pub recorded_per_second: u64,
    pub p50_us: u64,
    pub p99_us: u64,
    pub claim_lines: u32,
    pub claim_seconds: f64,
    pub planted: usize,
    pub disputed: usize,
    /// All and only the planted lines are disputed, each for its own reason.
    pub claim_is_right: bool,
    pub rss_bytes: u64,
    pub rss_bytes_per_loan: u64,
    pub disk_bytes: u64,
    pub entries: u64,
    pub batch: usize,
    pub clients: usize,
    pub setup_seconds: f64,
}

/// Runs the loan workload. Blocks: not for async tasks.
///
/// # Errors
/// The home already holds a record, or the ledger failed. Refusals are no error but counted.
pub fn run(options: &LoanBenchOptions) -> anyhow::Result<LoansMeasured> {
    ensure!(options.loans > 0 && options.batch > 0 && options.clients > 0, "nothing to measure: all must be above 0");
    ensure!(
        options.batch <= crate::intake::ingest::MAX_EVENTS,
        "a call takes {} events at most",
        crate::intake::ingest::MAX_EVENTS
    );
    ensure!(u64::from(options.claim) <= options.loans / 10, "a claim has a tenth of the loans as lines at most");
    let ground = Ground::open(options.data.as_deref(), options.nats.as_deref(), false)?;
    let rss_before = rss_bytes();
    let began = Instant::now();
    lend(&ground, options)?;
    let (callers, batch) = (options.clients, options.batch);
    ground.serve(async |address| job(address, day_before_quarter()).await)?;
    let setup_seconds = began.elapsed().as_secs_f64();
    let (accruals, whole) = ground.serve(async |address| job(address, quarter().1).await)?;
    let file = claim_file(&ground.engine.read(), options.loans, options.claim)?;
    let events = Arc::new(file.events);
    let claimed = ground.serve(async |address| clients::run(address, 1, batch, move |_| events.to_vec()).await)?;
    let disputed = disputed(&ground.engine.read())?;
    let (listing, load) = ground.serve(async |address| apart(address, day_of_next_quarter(), callers, batch).await)?;
    let entries = ground.engine.read().entries;
    let (rss_bytes, disk_bytes) = ground.close()?;
    Ok(LoansMeasured {
        loans: options.loans,
        refused: load.refused + claimed.refused,
        accruals,
        accrual_seconds: whole.as_secs_f64(),
        accruals_per_second: (accruals as f64 / whole.as_secs_f64()) as u64,
        listing_seconds: listing.as_secs_f64(),
        recording_seconds: load.elapsed.as_secs_f64(),
        recorded_per_second: load.per_second(),
        p50_us: load.percentile_us(50),
        p99_us: load.percentile_us(99),
        claim_lines: options.claim,
        claim_seconds: claimed.elapsed.as_secs_f64(),
        planted: file.planted.len(),
        disputed: disputed.len(),
        claim_is_right: disputed == file.planted,
        rss_bytes,
        rss_bytes_per_loan: rss_bytes.saturating_sub(rss_before) / options.loans,
        disk_bytes,
        entries,
        batch,
        clients: callers,
        setup_seconds,
    })
}

/// Everything before the quarter but interest: rules and organisations, then loan after loan.
fn lend(ground: &Ground, options: &LoanBenchOptions) -> anyhow::Result<()> {
    let rules = shipped_events()?.into_iter().chain(orgs());
    ground.preload(std::iter::once(rules), 1, "准则 rules", true)?;
    let loans = (0..options.loans).map(|number| Agreed::of(number).events());
    ground.preload(loans, options.loans, "预先登记 loans", options.quiet)
}
