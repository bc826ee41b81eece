//! Interest of a lender's loans accrued as a job: asks the ledger what is due, says it like everybody else, and asks
//! again. It holds no rule of interest; a figure the ledger does not find itself is refused there, and both are kept.

mod say;

pub use say::record_all;

use bytes::Bytes;
use ledger::event::{Event, Interest, InterestAdjusted, Kind};
use ledger::money::Day;
use proto::v1;
use proto::v1::query_client::QueryClient;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::Line;
use say::{accrued, adjusted, record};
use std::collections::BTreeMap;
use tokio::task::JoinSet;
use tonic::Status;
use uuid::Uuid;

/// Loans asked for at once: what the server answers at most.
const PAGE_ROWS: u32 = 5_000;

/// Events a call.
const CALL_EVENTS: usize = 2_000;

/// Calls under way: enough that asking, recording and folding overlap.
const CALLS_AHEAD: usize = 6;

/// Rounds at most. Each takes up what changed during the one before; a loan that never rests is left for the next run.
const MAX_ROUNDS: u32 = 6;

/// Refusals kept word for word.
const MAX_SHOWN: usize = 100;

/// What to accrue.
#[derive(Clone, Debug)]
pub struct Job {
    /// The lender.
    pub lender: Uuid,
    /// `origin` or `campus`; empty for both.
    pub kind: String,
    /// The last day of the period.
    pub through: Day,
    /// In whose name.
    pub principal: String,
    /// Only ask what is due; say nothing.
    pub dry_run: bool,
}

/// Interest by payer, summed over loans.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sum {
    /// How many loans.
    pub loans: u64,
    /// Their interest.
    pub figure: Interest,
}

impl Sum {
    fn add(&mut self, figure: Interest) {
        let sum = &mut self.figure;
        self.loans += 1;
        sum.subsidy = sum.subsidy.saturating_add(figure.subsidy);
        sum.waiver = sum.waiver.saturating_add(figure.waiver);
        sum.borrower = sum.borrower.saturating_add(figure.borrower);
        sum.penalty = sum.penalty.saturating_add(figure.penalty);
    }
}

/// A figure the ledger turned away, beside its own where it gave one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turned {
    /// Contract number.
    pub number: String,
    /// The loan.
    pub loan: Uuid,
    /// Why: the code of the refusal.
    pub code: String,
    /// What to do about it.
    pub remedy: String,
    /// Ours and the ledger's figure in fen, where the code says that they differ.
    pub figures: Option<(i64, i64)>,
}

/// What became of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AccrualReport {
    /// Loans looked at in the first round.
    pub loans: u64,
    /// Rounds made.
    pub rounds: u32,
    /// Corrections of days already posted.
    pub adjusted: Sum,
    /// Days since.
    pub accrued: Sum,
    /// Figures said before with the same content.
    pub duplicates: u64,
    /// Figures that came too late, as their loan had changed, and were computed again.
    pub stale: u64,
    /// Loans left out, by reason, each with one of them.
    pub skipped: BTreeMap<String, (u64, Uuid)>,
    /// Figures turned away for good, the first hundred of them.
    pub turned: Vec<Turned>,
    /// How many were.
    pub turned_count: u64,
}

impl AccrualReport {
    /// Whether everything due is on record.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.turned_count == 0 && self.skipped.is_empty()
    }
}

/// A figure on its way.
#[derive(Clone, Debug)]
struct Figure {
    number: String,
    event: Event,
    /// What is to be accrued once this correction stands.
    then: Option<Interest>,
}

/// Runs the job. `progress` is told of the loans looked at as pages come.
///
/// # Errors
/// The server cannot be reached, or does not know the lender.
pub async fn run(
    mut query: QueryClient<Line>,
    recorder: RecorderClient<Line>,
    job: &Job,
    progress: &mut dyn FnMut(u64),
) -> Result<AccrualReport, Status> {
    let mut run = Run {
        job,
        recorder,
        calls: JoinSet::new(),
        waiting: Vec::new(),
        report: AccrualReport::default(),
        again: false,
    };
    for round in 1..=MAX_ROUNDS {
        run.report.rounds = round;
        run.report.skipped.clear();
        run.again = false;
        run.round(&mut query, progress).await?;
        if !run.again {
            break;
        }
    }
    if run.again {
        run.skip("still_changing", Uuid::nil());
    }
    Ok(run.report)
}

struct Run<'a> {
    job: &'a Job,
    recorder: RecorderClient<Line>,
    calls: JoinSet<Result<(Vec<Figure>, v1::RecordResponse), Status>>,
    waiting: Vec<Figure>,
    report: AccrualReport,
    /// Whether something came too late, so that another round is due.
    again: bool,
}

impl Run<'_> {
    async fn round(&mut self, query: &mut QueryClient<Line>, progress: &mut dyn FnMut(u64)) -> Result<(), Status> {
        let mut page_token = String::new();
        loop {
            let request = v1::ListDueInterestRequest {
                lender: Bytes::copy_from_slice(self.job.lender.as_bytes()),
                kind: self.job.kind.clone(),
                through: self.job.through.yyyymmdd(),
                page_size: PAGE_ROWS,
                page_token,
                not_before: 0,
            };
            let page = query.list_due_interest(request).await?.into_inner();
            if self.report.rounds == 1 {
                self.report.loans += page.loans;
                progress(page.loans);
            }
            for missing in &page.missing {
                let example = Uuid::from_slice(&missing.example).unwrap_or_default();
                self.skip(&missing.missing, example);
                // The first of them is counted by now.
                self.more_skipped(&missing.missing, missing.loans.saturating_sub(1));
            }
            for row in page.rows {
                self.take(row);
            }
            self.send(CALL_EVENTS).await?;
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        // Corrections that came in may let additions follow, so both are emptied until nothing is left.
        while !(self.waiting.is_empty() && self.calls.is_empty()) {
            self.send(1).await?;
            self.one_answer().await?;
        }
        Ok(())
    }

    /// A row becomes its correction if there is one, else its addition.
    fn take(&mut self, row: v1::DueInterest) {
        let Ok(loan) = Uuid::from_slice(&row.loan) else { return };
        let addition = row.addition.as_ref().map(domain);
        let Some(correction) = row.correction.as_ref().map(domain) else {
            if let Some(figure) = addition {
                self.push(row.number, accrued(self.job, loan, row.last, figure), None);
            }
            return;
        };
        let Ok(cause) = Uuid::from_slice(&row.cause) else {
            self.skip("no_cause", loan);
            return;
        };
        let on = Day::from_yyyymmdd(row.cause_effective).or(Day::from_yyyymmdd(row.posted_through));
        let effective = on.unwrap_or(self.job.through);
        let event = adjusted(effective, InterestAdjusted { loan, last: row.last, cause, figure: correction });
        self.push(row.number, event, addition);
    }

    fn push(&mut self, number: String, event: Event, then: Option<Interest>) {
        let figure = Figure { number, event, then };
        if self.job.dry_run {
            self.posted(&figure, 0);
        } else {
            self.waiting.push(figure);
        }
    }

    /// Sends what waits in whole calls, and the rest too if it has at least `least` figures.
    async fn send(&mut self, least: usize) -> Result<(), Status> {
        while self.waiting.len() >= least.min(CALL_EVENTS) && !self.waiting.is_empty() {
            while self.calls.len() >= CALLS_AHEAD {
                self.one_answer().await?;
            }
            let call: Vec<Figure> = self.waiting.drain(..self.waiting.len().min(CALL_EVENTS)).collect();
            self.calls.spawn(record(self.recorder.clone(), self.job.principal.clone(), call));
        }
        Ok(())
    }

    async fn one_answer(&mut self) -> Result<(), Status> {
        let Some(answer) = self.calls.join_next().await else { return Ok(()) };
        let (figures, response) = answer.map_err(|error| Status::internal(error.to_string()))??;
        for (figure, receipt) in figures.iter().zip(&response.receipts) {
            self.count(figure, receipt);
        }
        Ok(())
    }

    fn count(&mut self, figure: &Figure, receipt: &v1::Receipt) {
        match (receipt.outcome(), &receipt.refusal) {
            (v1::Outcome::Posted, _) => self.posted(figure, receipt.index),
            (v1::Outcome::Duplicate, None) => self.report.duplicates += 1,
            (_, Some(refusal)) if is_passing(&refusal.code) => {
                self.report.stale += 1;
                self.again = true;
            }
            (_, refusal) => self.turned(figure, refusal.as_ref()),
        }
    }

    fn posted(&mut self, figure: &Figure, index: u64) {
        match &figure.event.kind {
            Kind::InterestAdjusted(adjusted) => {
                self.report.adjusted.add(adjusted.figure);
                // The correction is now the last entry of the loan; what the days since add is the same as before.
                if let Some(addition) = figure.then {
                    self.push(figure.number.clone(), accrued(self.job, adjusted.loan, index, addition), None);
                }
            }
            Kind::InterestAccrued(accrued) => self.report.accrued.add(accrued.figure),
            _ => {}
        }
    }

    fn turned(&mut self, figure: &Figure, refusal: Option<&v1::Refusal>) {
        self.report.turned_count += 1;
        if self.report.turned.len() == MAX_SHOWN {
            return;
        }
        let (loan, said) = match &figure.event.kind {
            Kind::InterestAdjusted(event) => (event.loan, event.figure),
            Kind::InterestAccrued(event) => (event.loan, event.figure),
            _ => return,
        };
        let (code, remedy) =
            refusal.map_or(("rejected", ""), |refusal| (refusal.code.as_str(), refusal.remedy.as_str()));
        let ours = match code {
            "subsidy_differs" => Some(said.subsidy),
            "waiver_differs" => Some(said.waiver),
            "interest_differs" => Some(said.borrower),
            "penalty_differs" => Some(said.penalty),
            _ => None,
        };
        self.report.turned.push(Turned {
            number: figure.number.clone(),
            loan,
            code: code.to_owned(),
            remedy: remedy.to_owned(),
            figures: ours.zip(refusal.map(|refusal| refusal.figure)),
        });
    }

    fn skip(&mut self, reason: &str, example: Uuid) {
        self.report.skipped.entry(reason.to_owned()).or_insert((0, example)).0 += 1;
    }

    fn more_skipped(&mut self, reason: &str, loans: u64) {
        if let Some((count, _)) = self.report.skipped.get_mut(reason) {
            *count += loans;
        }
    }
}

/// Refusals that say the loan has changed since it was asked for: computing again is all they need.
fn is_passing(code: &str) -> bool {
    matches!(code, "stale" | "adjust_first" | "nothing_to_adjust" | "already_accrued")
}

fn domain(figure: &v1::InterestByPayer) -> Interest {
    Interest {
        subsidy: figure.subsidy_fen,
        waiver: figure.waiver_fen,
        borrower: figure.borrower_fen,
        penalty: figure.penalty_fen,
    }
}
