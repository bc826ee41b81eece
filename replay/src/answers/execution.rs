//! Execution of a document line: what came in and where it is now, with the equation that must hold. Payments one by
//! one are in `trace`.

use ledger::account::Class;
use ledger::handle::Handle;
use ledger::money::FenSum;
use ledger::state::State;
use ledger::state::rows::Line;

use crate::pages::posting_row::EntryRow;

/// A document line as executed: received = available + applied + spent + passed down + to finance + short + withheld.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Execution {
    /// The line.
    pub line: Handle<Line>,
    /// Issued or passed down to it, less recalls.
    pub received_fen: FenSum,
    /// Free to be applied for or passed down.
    pub available_fen: FenSum,
    /// Applied for, not yet cleared by the treasury.
    pub applied_fen: FenSum,
    /// Left the treasury, less returns.
    pub spent_fen: FenSum,
    /// To lines below, less recalls.
    pub passed_down_fen: FenSum,
    /// Returned after the budget year and due to finance.
    pub to_finance_fen: FenSum,
    /// Below zero: used before what it had was taken back, and not made good yet.
    pub short_fen: FenSum,
    /// What lines below lack of what is its own again; available once it comes in.
    pub withheld_fen: FenSum,
    /// What the lines below say they received; equals what was passed down.
    pub children_received_fen: FenSum,
    /// The lines below.
    pub children: Vec<Handle<Line>>,
}

/// How a document line was executed.
#[must_use]
pub fn execution(state: &State, line: Handle<Line>) -> Execution {
    let row = state.lines.get(line);
    let balance = |class| FenSum::from(state.balance(state.line_account(line, class)));
    let (available, applied, spent) = (balance(Class::Available), balance(Class::Applied), balance(Class::Spent));
    Execution {
        line,
        received_fen: row.received.into(),
        available_fen: available,
        applied_fen: applied,
        spent_fen: spent,
        passed_down_fen: row.passed_down.into(),
        to_finance_fen: row.surrendered.into(),
        short_fen: balance(Class::Short),
        withheld_fen: balance(Class::Withheld),
        children_received_fen: row.children.iter().map(|child| state.lines.get(*child).received).sum(),
        children: row.children.clone(),
    }
}

/// Adds up a line's execution from the postings of its accounts, for points in time of which no state is kept.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The execution so far, without the lines below.
    pub executed: Execution,
    /// Index of the last entry added; none if there was none.
    pub last: Option<u64>,
}

impl Posted {
    /// Nothing posted yet.
    #[must_use]
    pub fn none(line: Handle<Line>) -> Self {
        let executed = Execution {
            line,
            received_fen: FenSum::default(),
            available_fen: FenSum::default(),
            applied_fen: FenSum::default(),
            spent_fen: FenSum::default(),
            passed_down_fen: FenSum::default(),
            to_finance_fen: FenSum::default(),
            short_fen: FenSum::default(),
            withheld_fen: FenSum::default(),
            children_received_fen: FenSum::default(),
            children: Vec::new(),
        };
        Self { executed, last: None }
    }

    /// Adds a posting of the line's account of a class.
    pub fn add(&mut self, state: &State, class: Class, row: &EntryRow) {
        let executed = &mut self.executed;
        match class {
            Class::Available => executed.available_fen += row.fen,
            Class::Applied => executed.applied_fen += row.fen,
            Class::Short => executed.short_fen += row.fen,
            Class::Withheld => executed.withheld_fen += row.fen,
            _ => executed.spent_fen += row.fen,
        }
        let other = state.accounts.get(row.other);
        match other.class {
            // Between two lines money goes down or comes back up.
            Class::Available | Class::Short | Class::Withheld if other.owner == executed.line.number() => {}
            Class::Available | Class::Short if is_above(state, executed.line, Handle::new(other.owner)) => {
                executed.passed_down_fen -= row.fen;
            }
            Class::Available | Class::Short | Class::Issued => executed.received_fen += row.fen,
            Class::DueToFinance => executed.to_finance_fen -= row.fen,
            _ => {}
        }
        self.last = self.last.max(Some(row.index));
    }
}

/// Whether money between two lines goes down from the first. One that was taken back may have been told anew under another line
/// since; then the levels of their units say it.
fn is_above(state: &State, above: Handle<Line>, below: Handle<Line>) -> bool {
    let (one, other) = (state.lines.get(above), state.lines.get(below));
    let level = |line: &Line| state.orgs.get(line.unit).level as u8;
    other.parent == above.into() || (one.parent != below.into() && level(other) > level(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::tests::world::{COUNTY, PAYOUT, World, thing};
    use crate::answers::tests::{due_to_finance_off, holds};

    #[test]
    fn every_line_adds_up_at_every_step() {
        let mut world = World::paid();
        check(&world.state);
        world.returned(thing(PAYOUT), 4, 20_211_220);
        check(&world.state);
    }

    #[test]
    fn a_return_after_the_year_is_due_to_finance() {
        let mut world = World::paid();
        world.returned(thing(PAYOUT), 4, 20_220_110);
        let county = world.state.orgs.find(thing(COUNTY)).expect("registered");
        let due: FenSum = world.state.lines.iter().map(|(line, _)| execution(&world.state, line).to_finance_fen).sum();
        assert_eq!(due, world.state.payouts.get(Handle::new(0)).fen);
        assert_eq!(due_to_finance_off(&world.state, county), 0);
        check(&world.state);
    }

    fn check(state: &State) {
        for (line, _) in state.lines.iter() {
            assert!(holds(&execution(state, line)), "{:?}", execution(state, line));
        }
        for (unit, _) in state.orgs.iter() {
            assert_eq!(due_to_finance_off(state, unit), 0);
        }
    }
}
