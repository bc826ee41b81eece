//! Who holds which posts, by which of them somebody may say something, and what of it ends soon: on the day of a point. What a grant
//! allows is decided in `ledger::rights`; here it takes its wire shape.

use super::QueryError;
use super::asked::Asked;
use super::explain::saying;
use super::maybe_id;
use super::page::{Pager, paged};
use crate::wire;
use ledger::event::KindTag;
use ledger::handle::Handle;
use ledger::money::Day;
use ledger::rights::{Concern, Entitled, entitled_at, reaches, who_could};
use ledger::state::State;
use ledger::state::rights_rows::{Credential, Grant, Principal};
use ledger::state::rows::Org;
use proto::v1;

paged!(ListGrantsRequest);

/// Grants that hold on the day of the point, and credentials.
///
/// # Errors
/// A filter names nothing known, or the token is wrong.
pub fn grants(asked: &Asked, request: &v1::ListGrantsRequest) -> Result<v1::ListGrantsResponse, QueryError> {
    let on = day(asked, request.at.as_ref())?;
    let state = asked.state()?;
    let pager = Pager::open(request, state.entries)?;
    let wanted = Wanted::of(&state, request, on)?;
    let grants = state.grants.iter().filter(|(_, row)| wanted.grant(&state, row));
    let credentials = state.credentials.iter().filter(|(_, row)| wanted.credential(&state, row));
    let mut page = pager.window();
    Ok(v1::ListGrantsResponse {
        as_of: state.entries,
        day: on.yyyymmdd(),
        founded: state.is_founded(),
        rights_version: state.rights().map_or(0, |rights| rights.version),
        principal: wanted.holder.map(|at| principal(&state, at)),
        grants: page.show(grants.map(|(_, row)| grant(&state, row)))?,
        credentials: page.show(credentials.map(|(_, row)| credential(&state, row)))?,
        next_page_token: pager.after_window(&page)?,
    })
}

/// Whether somebody may say a kind at a unit, by which grant, or who could help.
///
/// # Errors
/// The kind or the unit is not known.
pub fn check(asked: &Asked, request: &v1::CheckRightRequest) -> Result<v1::CheckRightResponse, QueryError> {
    let on = day(asked, request.at.as_ref())?;
    let state = asked.state()?;
    let kind = kind(&request.kind)?;
    let at = unit(&state, &request.unit)?.map_or(Concern::Whole, Concern::at);
    let entitled = entitled_at(&state, &request.holder, kind, &at, on);
    let (verdict, by) = match entitled {
        Entitled::Free => (v1::RightVerdict::Open, None),
        Entitled::By(at) => (v1::RightVerdict::Granted, Some(grant(&state, state.grants.get(at)))),
        Entitled::No => (v1::RightVerdict::None, None),
    };
    let could = who_could(&state, kind, on);
    Ok(v1::CheckRightResponse {
        as_of: state.entries,
        day: on.yyyymmdd(),
        verdict: verdict.into(),
        grant: by,
        roles: could.roles,
        grantors: could.grantors,
    })
}

/// What a question about grants asks for.
struct Wanted {
    on: Day,
    holder: Option<Handle<Principal>>,
    kind: Option<KindTag>,
    unit: Option<Handle<Org>>,
    /// The last day on which what is wanted ends.
    ending: Option<Day>,
}

impl Wanted {
    fn of(state: &State, request: &v1::ListGrantsRequest, on: Day) -> Result<Self, QueryError> {
        let unknown = || {
            let name = &request.holder;
            QueryError::field("holder", format!("no principal {name} is registered at this point 未登记此主体"))
        };
        let holder = match request.holder.as_str() {
            "" => None,
            name => Some(state.principal(name).ok_or_else(unknown)?.0),
        };
        let kind = if request.kind.is_empty() { None } else { Some(kind(&request.kind)?) };
        let unit = unit(state, &request.unit)?;
        if unit.is_some() && kind.is_none() {
            return Err(QueryError::field("unit", "name the kind that is to be said there"));
        }
        let days = i32::try_from(request.ending_days.min(36_600)).unwrap_or_default();
        Ok(Self { on, holder, kind, unit, ending: (days > 0).then(|| on.plus(days)) })
    }

    fn grant(&self, state: &State, row: &Grant) -> bool {
        row.holds(self.on)
            && !state.principals.get(row.principal).ended
            && self.holder.is_none_or(|holder| holder == row.principal)
            && self.kind.is_none_or(|kind| state.role_says(&row.role, kind))
            && self.unit.is_none_or(|unit| reaches(state, row, &Concern::at(unit)))
            && self.ending.is_none_or(|ending| row.until <= ending)
    }

    /// Credentials are listed of somebody, or because they end; by them nobody may anything.
    fn credential(&self, state: &State, row: &Credential) -> bool {
        self.kind.is_none()
            && (self.holder.is_some() || self.ending.is_some())
            && row.holds(self.on)
            && !state.principals.get(row.principal).ended
            && self.holder.is_none_or(|holder| holder == row.principal)
            && self.ending.is_none_or(|ending| row.until <= ending)
    }
}

/// The Beijing day of a point, on which rights are asked: of a moment, of the recording of an entry, or today.
fn day(asked: &Asked, at: Option<&v1::Point>) -> Result<Day, QueryError> {
    let at = at.copied().unwrap_or_default();
    if at.effective_on != 0 {
        let why = "rights count from their recording on, whatever day is told of: use recorded_until_ms";
        return Err(QueryError::field("at.effective_on", why));
    }
    let ms = match (at.at_index, at.recorded_until_ms) {
        (Some(index), _) => saying(&asked.engine, index)?.recorded_ms,
        (None, 0) => asked.engine.now_ms(&asked.engine.read()),
        (None, ms) => ms,
    };
    Ok(Day::in_beijing(ms))
}

fn kind(name: &str) -> Result<KindTag, QueryError> {
    let named = KindTag::named(name).or_else(|| KindTag::ALL.iter().copied().find(|kind| kind.name_zh() == name));
    named.ok_or_else(|| QueryError::field("kind", format!("no kind of event is called {name:?}; see docs/kinds.md")))
}

fn unit(state: &State, id: &[u8]) -> Result<Option<Handle<Org>>, QueryError> {
    let Some(id) = maybe_id("unit", id)? else { return Ok(None) };
    state.orgs.find(id).map(Some).ok_or(QueryError::NotFound { kind: "organisation", id })
}

fn principal(state: &State, at: Handle<Principal>) -> v1::KnownPrincipal {
    let row = state.principals.get(at);
    let (unit, unit_name) = wire::org(state, row.unit);
    let (holder, is_person) = (row.name.clone(), row.human.is_some());
    v1::KnownPrincipal { holder, is_person, unit, unit_name, ended: row.ended }
}

fn grant(state: &State, row: &Grant) -> v1::HeldGrant {
    let (unit, unit_name) = row.unit.handle().map(|unit| wire::org(state, unit)).unwrap_or_default();
    let roles = state.rights().map_or(&[][..], |rights| &rights.roles);
    let role_name = roles.iter().find(|role| role.code == row.role).map(|role| role.name.clone());
    v1::HeldGrant {
        grant: row.number.clone(),
        holder: state.principals.get(row.principal).name.clone(),
        role_code: row.role.clone(),
        role_name: role_name.unwrap_or_default(),
        unit,
        unit_name,
        duty: v1::Duty::from(row.duty).into(),
        first_day: row.from.yyyymmdd(),
        last_day: row.until.yyyymmdd(),
        document: row.document.clone(),
        index: row.last,
    }
}

fn credential(state: &State, row: &Credential) -> v1::HeldCredential {
    v1::HeldCredential {
        holder: state.principals.get(row.principal).name.clone(),
        way: v1::CredentialWay::from(row.way).into(),
        fingerprint: row.fingerprint.to_vec().into(),
        last_day: row.until.yyyymmdd(),
        index: row.last,
    }
}
