//! Programmes: versions of their policies adopted. What a policy says is in `event::policy`.

use crate::change::{Case, Change, Judged};
use crate::entry::Entry;
use crate::event::policy::Policy;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::stage::AdoptedPolicy;
use uuid::Uuid;

pub(crate) fn judge_policy_adopted(case: &Case<'_>, policy: &Policy) -> Judged<Box<Policy>> {
    let state = case.state;
    let known = state.programme(&policy.programme).map(|handle| state.programmes.get(handle));
    if known.is_some_and(|row| row.versions.iter().any(|v| v.policy.version == policy.version)) {
        return Err(Refusal::with(Code::PolicyNotNewer, Uuid::nil(), i64::from(policy.version)));
    }
    Ok(Change::of(Box::new(policy.clone())))
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, policy: Policy) {
    let handle = state.programme(&policy.programme).unwrap_or_else(|| state.add_programme(&policy.programme));
    let (from, index) = (entry.event.effective, entry.index);
    state.programmes.get_mut(handle).versions.push(AdoptedPolicy { from, index, policy });
}
