//! Who gave a number. The ledger knows no numbers of sets, but the id of each follows from its number and who gave it.

use super::QueryError;
use super::page::{MAX_ROWS, Pager, paged};
use crate::ids::Numbered;
use crate::wire;
use ledger::state::State;
use proto::v1;
use replay::engine::Engine;
use uuid::Uuid;

paged!(ListGiversRequest, MAX_ROWS, MAX_ROWS);

/// Who has begun something under a number. Goes through all organisations, of which a province has some thousands.
///
/// # Errors
/// The edition is above 255, or the token is wrong.
pub fn givers(engine: &Engine, request: &v1::ListGiversRequest) -> Result<v1::ListGiversResponse, QueryError> {
    let edition = u8::try_from(request.edition).map_err(|_| QueryError::field("edition", "editions end at 255"))?;
    let state = engine.read();
    let mut givers = Vec::new();
    for (handle, org) in state.orgs.iter().filter(|(_, org)| org.known) {
        for what in Numbered::ALL {
            let id = what.id(&org.number, &request.number, edition);
            if is_begun(&state, what, id) {
                let (unit, unit_name) = wire::org(&state, handle);
                let (kind, number) = (what.name().to_owned(), org.number.clone());
                givers.push(v1::Giver { kind, id: wire::id(id), unit, number, unit_name });
            }
        }
    }
    let pager = Pager::open(request, state.entries)?;
    let mut page = pager.window();
    let (givers, next_page_token) = (page.show(givers)?, pager.after_window(&page)?);
    Ok(v1::ListGiversResponse { as_of: state.entries, givers, next_page_token })
}

fn is_begun(state: &State, what: Numbered, id: Uuid) -> bool {
    match what {
        Numbered::Roster => state.rosters.find(id).is_some(),
        Numbered::Application => state.applications.find(id).is_some(),
        Numbered::Claim => state.claims.find(id).is_some(),
        Numbered::Remittance => state.remittances.find(id).is_some(),
    }
}
