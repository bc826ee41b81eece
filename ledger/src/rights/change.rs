//! What changes of rights, and how it is made.

use crate::entry::Entry;
use crate::event::{CredentialBound, PrincipalRegistered, Rights, RightsFounded, RoleGranted};
use crate::handle::{Handle, Link};
use crate::money::Day;
use crate::state::State;
use crate::state::rights_rows::{Credential, Founding, Grant, Principal, Word, credential_id, named_id};
use crate::state::rows::Org;

pub(crate) enum RightsChange {
    Register { said: PrincipalRegistered, unit: Handle<Org> },
    End(Handle<Principal>),
    Bind { said: CredentialBound, principal: Handle<Principal> },
    Unbind(Handle<Credential>),
    Grant { said: RoleGranted, principal: Handle<Principal>, unit: Link<Org> },
    Revoke(Handle<Grant>),
    Adopt(Rights),
    Found(RightsFounded),
    Word(Word),
}

/// Makes the change.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: RightsChange) {
    let last = entry.index;
    match change {
        RightsChange::Register { said, unit } => {
            let PrincipalRegistered { holder: name, human, document, unit: _ } = said;
            let (id, ended) = (named_id("principal", &name), false);
            let (grants, credentials) = Default::default();
            state.add_principal(Principal { id, name, human, unit, document, ended, grants, credentials, last });
        }
        RightsChange::End(at) => {
            let row = state.principals.get_mut(at);
            (row.ended, row.last) = (true, last);
        }
        RightsChange::Bind { said, principal } => {
            let CredentialBound { way, fingerprint, until, .. } = said;
            let id = credential_id(&fingerprint);
            let row = Credential { id, principal, way, fingerprint, until, ended: false, last };
            let at = state.credentials.push(row);
            let holder = state.principals.get_mut(principal);
            holder.credentials.push(at);
            holder.last = last;
        }
        RightsChange::Unbind(at) => {
            let row = state.credentials.get_mut(at);
            (row.ended, row.last) = (true, last);
        }
        RightsChange::Grant { said, principal, unit } => {
            let RoleGranted { grant: number, role, duty, from, until, document, .. } = said;
            let (id, ended) = (named_id("grant", &number), false);
            let row = Grant { id, number, principal, role, unit, duty, from, until, document, ended, last };
            let at = state.grants.push(row);
            let holder = state.principals.get_mut(principal);
            holder.grants.push(at);
            holder.last = last;
        }
        RightsChange::Revoke(at) => {
            let row = state.grants.get_mut(at);
            (row.ended, row.last) = (true, last);
        }
        RightsChange::Word(word) => {
            state.words.push(Word { last, ..word });
        }
        RightsChange::Adopt(rights) => {
            state.adopt_rights(last, rights);
        }
        RightsChange::Found(said) => {
            let on = Day::in_beijing(entry.recorded_ms);
            state.foundings.push(Founding { index: last, on, document: said.document });
        }
    }
}
