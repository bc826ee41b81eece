//! Principals and what they are known by: registered, bound and ended once each. A name and a fingerprint are one principal's for ever.

use super::change::RightsChange;
use crate::change::{Case, Change, Judged};
use crate::event::{CredentialBound, CredentialEnded, PrincipalEnded, PrincipalRegistered};
use crate::handle::Handle;
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::rights_rows::{Principal, credential_id, named_id};

/// Days a credential is good, at most: a year and the weeks in which it is renewed.
const CREDENTIAL_DAYS: i32 = 400;

/// Credentials a principal had or has: a new one a month for ten years is not half of it, and none of his calls looks at more.
const CREDENTIALS: usize = 256;

pub(crate) fn judge_principal_registered(case: &Case<'_>, event: &PrincipalRegistered) -> Judged<RightsChange> {
    let state = case.state;
    let unit = state.need_org(event.unit)?;
    let id = named_id("principal", &event.holder);
    if state.principals.find(id).is_some() {
        return Err(Refusal::of(Code::Exists, id));
    }
    Ok(Change::of(RightsChange::Register { said: event.clone(), unit }))
}

pub(crate) fn judge_principal_ended(case: &Case<'_>, event: &PrincipalEnded) -> Judged<RightsChange> {
    Ok(Change::of(RightsChange::End(active(case.state, &event.holder)?)))
}

pub(crate) fn judge_credential_bound(case: &Case<'_>, event: &CredentialBound) -> Judged<RightsChange> {
    let state = case.state;
    let principal = active(state, &event.holder)?;
    let id = credential_id(&event.fingerprint);
    if state.credentials.find(id).is_some() {
        return Err(Refusal::of(Code::Exists, id));
    }
    let last = Day::in_beijing(case.entry.recorded_ms).plus(CREDENTIAL_DAYS);
    if event.until > last {
        return Err(Refusal::with(Code::TooLong, id, CREDENTIAL_DAYS.into()));
    }
    if state.principals.get(principal).credentials.len() >= CREDENTIALS {
        return Err(Refusal::of(Code::TooManyRights, state.principals.get(principal).id));
    }
    Ok(Change::of(RightsChange::Bind { said: event.clone(), principal }))
}

pub(crate) fn judge_credential_ended(case: &Case<'_>, event: &CredentialEnded) -> Judged<RightsChange> {
    let found = case.state.credential(&event.fingerprint).filter(|(_, row)| !row.ended);
    let unknown = Refusal::of(Code::UnknownCredential, credential_id(&event.fingerprint));
    Ok(Change::of(RightsChange::Unbind(found.ok_or(unknown)?.0)))
}

/// A principal who was not ended, by his name.
pub(super) fn active(state: &State, name: &str) -> Result<Handle<Principal>, Refusal> {
    let found = state.principal(name).filter(|(_, row)| !row.ended);
    found.map(|(at, _)| at).ok_or(Refusal::of(Code::UnknownPrincipal, named_id("principal", name)))
}
