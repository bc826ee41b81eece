//! The demo's accrual job: asks the embedded ledger what interest is due and says it, in the order of the loans. The job
//! of `accrue` asks over the network and says in whatever order answers come; a demo must come out the same every time.

use ledger::event::{Event, Interest, InterestAccrued, InterestAdjusted, Kind};
use ledger::handle::Handle;
use ledger::money::Day;
use ledger::state::State;
use ledger::state::lending_rows::Loan;
use replay::answers::loans::due::{Chunk, DueRow, collect};
use replay::answers::loans::portfolios;
use replay::engine::Engine;
use std::sync::Arc;

use crate::intake::embedded::Handover;
use crate::intake::import::Said;

/// In whose name interest is accrued.
const JOB: &str = "陕西省学生资助管理中心/计息";

/// Loans with something due that are taken up at once, and loans looked at while the ledger waits.
const AT_ONCE: (usize, u32) = (16_384, 65_536);

/// What was posted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Accrued {
    /// Periods of loans.
    pub accruals: u64,
    /// Corrections for facts learnt late.
    pub adjustments: u64,
    /// By how much corrections moved interest away from one payer or another.
    pub adjusted_fen: i64,
    /// The first correction.
    pub example: Option<InterestAdjusted>,
}

impl Accrued {
    fn count(&mut self, kind: &Kind) {
        match kind {
            Kind::InterestAccrued(_) => self.accruals += 1,
            Kind::InterestAdjusted(event) => {
                self.adjustments += 1;
                self.example.get_or_insert_with(|| event.clone());
                let Interest { subsidy, waiver, borrower, penalty } = event.figure;
                let taken = [subsidy, waiver, borrower, penalty].into_iter().filter(|fen| *fen < 0);
                self.adjusted_fen -= taken.sum::<i64>();
            }
            _ => {}
        }
    }
}

/// Accrues interest of all loans through a day. A loan with something to correct is corrected first, and taken up again.
///
/// # Errors
/// The ledger has ended.
pub fn accrue(engine: &Engine, delivery: &mut Handover<'_>, through: Day, sums: &mut Accrued) -> anyhow::Result<()> {
    let mut corrected = true;
    while corrected {
        corrected = false;
        let mut next = Some(Handle::new(0));
        while let Some(from) = next {
            let events: Vec<Event>;
            (events, next) = due(&engine.read(), through, from);
            for event in events {
                sums.count(&event.kind);
                corrected |= matches!(event.kind, Kind::InterestAdjusted(_));
                let said = Said::alone(Arc::from(JOB), event);
                delivery.say(said).map_err(|error| anyhow::anyhow!(error))?;
            }
            delivery.finish()?;
        }
    }
    Ok(())
}

/// What is to be said of the next loans, and where to go on.
pub fn due(state: &State, through: Day, from: Handle<Loan>) -> (Vec<Event>, Option<Handle<Loan>>) {
    let mut chunk = Chunk::default();
    let next = collect(state, &portfolios(state, None, None), through, from, AT_ONCE, &mut chunk);
    (chunk.rows.iter().filter_map(|row| event(state, through, row)).collect(), next)
}

fn event(state: &State, through: Day, row: &DueRow) -> Option<Event> {
    let loan = state.loans.get(row.loan);
    let (effective, kind) = match row.cause {
        Some(cause) => {
            let told = state.seen_at(cause.index)?.id;
            let figure = row.due.correction;
            let adjusted = InterestAdjusted { loan: loan.id, last: loan.last, cause: told, figure };
            (cause.on.unwrap_or(loan.through), Kind::InterestAdjusted(adjusted))
        }
        None => {
            let accrued = InterestAccrued { loan: loan.id, last: loan.last, figure: row.due.addition };
            (through, Kind::InterestAccrued(accrued))
        }
    };
    Some(Event::said(effective, kind))
}
