//! A compensation fund by risk year and payer, and what became of its rewards.

use ledger::event::Payer;
use ledger::handle::Handle;
use ledger::money::Fen;
use ledger::state::State;
use ledger::state::lending_rows::{Portfolio, Reward, RiskYear};
use std::collections::BTreeMap;

/// A risk year of a fund.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FundYear {
    /// Net drawings.
    pub drawn: Fen,
    /// Universities with drawings.
    pub schools: u32,
    /// Accrued, ordered, paid by payer.
    pub payers: BTreeMap<Payer, [Fen; 3]>,
}

/// The risk years of a fund.
#[must_use]
pub fn years(state: &State, portfolio: Handle<Portfolio>) -> BTreeMap<u16, FundYear> {
    let mut years: BTreeMap<u16, FundYear> = BTreeMap::new();
    for (_, row) in state.risk_years.iter().filter(|(_, row)| row.portfolio == portfolio && counts(row)) {
        let year = years.entry(row.year).or_default();
        year.drawn = year.drawn.saturating_add(row.drawn);
        year.schools += 1;
    }
    for (_, row) in state.risk_paid.iter().filter(|(_, row)| row.portfolio == portfolio) {
        let year = years.entry(row.year).or_default();
        for (place, parts) in [&row.accrued, &row.ordered, &row.paid].into_iter().enumerate() {
            for (payer, fen) in parts {
                let sum = &mut year.payers.entry(*payer).or_default()[place];
                *sum = sum.saturating_add(*fen);
            }
        }
    }
    years
}

/// A university of which all draws were taken back, before compensation for them was computed, has none.
fn counts(row: &RiskYear) -> bool {
    row.drawn != 0 || row.computed > 0
}

/// Rewards out of a fund, in the order in which they were made.
#[must_use]
pub fn rewards(state: &State, portfolio: Handle<Portfolio>) -> Vec<Handle<Reward>> {
    state.rewards.iter().filter(|(_, row)| row.portfolio == portfolio).map(|(handle, _)| handle).collect()
}

/// Net drawings by university in one risk year of a fund, in the order in which they began.
#[must_use]
pub fn risk_years(state: &State, portfolio: Handle<Portfolio>, year: u16) -> Vec<Handle<RiskYear>> {
    let of_year = |row: &RiskYear| row.portfolio == portfolio && row.year == year && counts(row);
    let rows = state.risk_years.iter().filter(|(_, row)| of_year(row));
    rows.map(|(handle, _)| handle).collect()
}
