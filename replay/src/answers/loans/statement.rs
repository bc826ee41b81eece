//! The statement of a loan's interest: stretch by stretch, exact and as it is posted. The walk itself is in `ledger`.

use ledger::event::Interest;
use ledger::loan::walk::{Missing, Payment, Stretch, Walk};
use ledger::money::{Day, Fen};
use ledger::state::State;
use ledger::state::lending_rows::Loan;

/// The walk counts in millionths of a millionth of a fen, times the days of a year.
const PARTS: i128 = 1_000_000 * 1_000_000;

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
    let divisor = i128::from(loan.basis.days()) * PARTS;
    let mut rows = Vec::new();
    let mut exact = [0_i128; 4];
    walk.sums([through], |stretch| {
        let payer = match stretch.payment {
            Payment::Subsidy => 0,
            Payment::Waiver(_) => 1,
            Payment::Borrower => 2,
        };
        exact[payer] += stretch.exact[0];
        exact[3] += stretch.exact[1];
        let [subsidy, waiver, borrower, penalty] = exact.map(|sum| fen(half_up(sum, divisor)));
        rows.push(StatementRow {
            stretch: *stretch,
            interest: half_up(stretch.exact[0] * HUNDREDTHS, divisor),
            penalty: half_up(stretch.exact[1] * HUNDREDTHS, divisor),
            so_far: Interest { subsidy, waiver, borrower, penalty },
        });
    })?;
    Ok(rows)
}

fn half_up(exact: i128, divisor: i128) -> i128 {
    (exact * 2 + divisor) / (divisor * 2)
}

fn fen(sum: i128) -> Fen {
    Fen::try_from(sum).unwrap_or(Fen::MAX)
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
