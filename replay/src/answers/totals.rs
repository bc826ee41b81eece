//! Totals as they stand on rosters, applications and suspense accounts: a scan over thousands, never over payments.
//! What persons received in a year is in `year`.

use super::labels;
use ledger::account::Class;
use ledger::money::Fen;
use ledger::state::rows::{Application, Stage};
use ledger::state::table::NONE;
use ledger::state::{State, UNKNOWN_APPLICATION};
use std::collections::BTreeMap;

/// What a row is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TotalsKey {
    /// Handle of the programme; [`NONE`] where an application pays for several.
    pub programme: u32,
    /// Place of the school of a roster, of the unit of an application.
    pub division: u32,
    /// Academic year of a roster, budget year of an application.
    pub year: u16,
}

/// Rosters of one programme, division and academic year.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct RosterTotal {
    /// Rosters not given up.
    pub rosters: u64,
    /// Lines of those.
    pub awards: u64,
    /// Not yet approved.
    pub pending_fen: Fen,
    /// Approved: owed and settled together.
    pub approved_fen: Fen,
    /// Approved and not yet paid.
    pub owed_fen: Fen,
    /// Paid.
    pub settled_fen: Fen,
}

/// Applications of one programme, division and budget year.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ApplicationTotal {
    /// Applications not given up.
    pub applications: u64,
    /// Lines of those.
    pub payouts: u64,
    /// Applied for and not yet cleared by the treasury.
    pub applied_fen: Fen,
    /// Cleared by the treasury, in all.
    pub cleared_fen: Fen,
    /// Left the treasury, result awaited.
    pub transit_fen: Fen,
    /// On cards, suspense included.
    pub payee_fen: Fen,
}

/// All totals.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    /// By academic year.
    pub rosters: BTreeMap<TotalsKey, RosterTotal>,
    /// By budget year.
    pub applications: BTreeMap<TotalsKey, ApplicationTotal>,
    /// What stands on suspense accounts, by division of the unit: debits less credits.
    pub suspense: BTreeMap<u32, Fen>,
}

/// Totals within a division (0 takes in all) and, if named, of one programme.
#[must_use]
pub fn totals(state: &State, programme: Option<u32>, division: u32) -> Totals {
    let mut totals = Totals::default();
    let wanted = |key: &TotalsKey| {
        programme.is_none_or(|wanted| wanted == key.programme) && labels::lies_in(key.division, division)
    };
    for (handle, roster) in state.rosters.iter() {
        let at = state.orgs.get(roster.school).division;
        let key = TotalsKey { programme: roster.programme, division: at, year: roster.academic_year };
        if wanted(&key) && roster.set.stage != Stage::Cancelled {
            add_roster(state, handle, totals.rosters.entry(key).or_default());
        }
    }
    for (handle, application) in state.applications.iter() {
        let at = state.orgs.get(application.unit).division;
        let programme = programme_of(state, application);
        let key = TotalsKey { programme, division: at, year: application.fiscal_year };
        // The one that stands for payments nobody ordered shows only once there is such a payment.
        let empty = handle == UNKNOWN_APPLICATION && balance(state, handle, Class::Payee) == 0;
        if wanted(&key) && application.set.stage != Stage::Cancelled && !empty {
            add_application(state, handle, totals.applications.entry(key).or_default());
        }
    }
    for (handle, org) in state.orgs.iter().filter(|(_, org)| labels::lies_in(org.division, division)) {
        let fen = state.balance(state.org_account(handle, Class::Suspense));
        if fen != 0 {
            *totals.suspense.entry(org.division).or_default() += fen;
        }
    }
    totals
}

/// The one programme an application pays for, by the lines it draws on.
fn programme_of(state: &State, application: &Application) -> u32 {
    let mut programmes = application.parts.iter().map(|part| state.lines.get(part.line).programme);
    let first = programmes.next().unwrap_or(NONE);
    if programmes.all(|other| other == first) { first } else { NONE }
}

fn add_roster(state: &State, handle: u32, row: &mut RosterTotal) {
    let roster = state.rosters.get(handle);
    row.rosters += 1;
    row.awards += u64::from(roster.set.count);
    if roster.set.stage != Stage::Approved {
        row.pending_fen += roster.set.fen;
        return;
    }
    row.approved_fen += roster.set.fen;
    row.owed_fen += state.balance(state.roster_account(handle, Class::Owed));
    row.settled_fen += state.balance(state.roster_account(handle, Class::Settled));
}

fn add_application(state: &State, handle: u32, row: &mut ApplicationTotal) {
    let application = state.applications.get(handle);
    let cleared: Fen = application.parts.iter().map(|part| part.cleared).sum();
    row.applications += 1;
    row.payouts += u64::from(application.set.count);
    row.cleared_fen += cleared;
    if application.set.stage >= Stage::Sealed {
        row.applied_fen += application.set.fen - cleared;
    }
    row.transit_fen += balance(state, handle, Class::Transit);
    row.payee_fen += balance(state, handle, Class::Payee);
}

fn balance(state: &State, application: u32, class: Class) -> Fen {
    state.balance(state.application_account(application, class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::tests::world::{EACH, PAYOUT, World, thing};

    #[test]
    fn rosters_and_applications_agree_with_accounts() {
        let mut world = World::paid();
        world.credited(thing(PAYOUT), EACH, 20_211_202);
        let all = totals(&world.state, None, 0);
        let rosters: Vec<&RosterTotal> = all.rosters.values().collect();
        assert_eq!(rosters.len(), 1);
        assert_eq!(rosters[0].approved_fen, rosters[0].owed_fen + rosters[0].settled_fen);
        assert_eq!((rosters[0].settled_fen, rosters[0].awards), (2 * EACH, 2));
        let paid: Vec<&ApplicationTotal> = all.applications.values().collect();
        assert_eq!(paid.len(), 1);
        assert_eq!((paid[0].transit_fen, paid[0].payee_fen, paid[0].applied_fen), (EACH, 3 * EACH, 0));
        assert_eq!(all.suspense.values().sum::<Fen>(), -EACH);
    }

    #[test]
    fn other_places_and_programmes_are_left_out() {
        let world = World::paid();
        assert_eq!(totals(&world.state, None, 620_000), Totals::default());
        assert!(totals(&world.state, Some(9), 0).rosters.is_empty());
        assert_eq!(totals(&world.state, None, 610_322), totals(&world.state, None, 610_000));
    }
}
