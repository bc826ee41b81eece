//! The statement of a loan's interest: stretch by stretch, exact and as it is posted. The walk itself is in `ledger`.

use ledger::event::Interest;
use ledger::loan::stretch::{Exact, Stretch, half_up, parts_of_a_fen};
use ledger::loan::walk::{Missing, Walk};
use ledger::money::Day;
use ledger::state::State;
use ledger::state::lending_rows::Loan;

/// Fen in hundredths: yuan with four decimals.
const HUNDREDTHS: i128 = 100;

/// A stretch with its interest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StatementRow {
    /// The days.
    pub stretch: Stretch,
    /// Interest at the contract rate, in hundredths of a fen.
    pub interest: i128,
    /// Penalty interest, in hundredths of a fen.
    pub penalty: i128,
    /// Since the beginning, rounded as it is posted.
    pub so_far: Interest,
}

/// Interest of a loan, stretch by stretch through a day.
///
/// # Errors
/// What is missing to know its interest.
pub fn statement(state: &State, loan: &Loan, through: Day) -> Result<Vec<StatementRow>, Missing> {
    let walk = Walk::new(state, loan, &loan.facts)?;
    let parts = parts_of_a_fen(loan.basis);
    let hundredths = |exact: i128| half_up(exact * HUNDREDTHS, parts);
    let mut rows = Vec::new();
    let mut exact = Exact::default();
    walk.sums([through], |stretch| {
        exact.add(stretch);
        let (interest, penalty) = (hundredths(stretch.interest), hundredths(stretch.penalty));
        rows.push(StatementRow { stretch: *stretch, interest, penalty, so_far: exact.rounded(parts) });
    })?;
    Ok(rows)
}

/// Hundredths of a fen as yuan with four decimals.
#[must_use]
pub fn yuan_exact(hundredths: i128) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let whole = hundredths.unsigned_abs();
    format!("{sign}{}.{:04}", whole / 10_000, whole % 10_000)
}

/// Principal of a loan as it is posted.
#[must_use]
pub fn principal(loan: &Loan) -> i128 {
    use ledger::state::flows::Flow;
    let flow = |flow: Flow| i128::from(loan.posted[flow]);
    flow(Flow::Drawn) - flow(Flow::PrincipalPaid) - flow(Flow::WrittenOff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_of_a_fen_are_yuan_with_four_decimals() {
        assert_eq!(yuan_exact(2_189_589), "218.9589");
        assert_eq!(yuan_exact(-7), "-0.0007");
        assert_eq!(half_up(5, 10), 1);
        assert_eq!(half_up(4, 10), 0);
    }
}
