//! Rules adopted, periods closed, keys announced. Closing moves the first open day; a key announced here may sign checkpoints, which is checked where they are. The key of identities is
//! known by its fingerprint alone; who makes ids compares.

use crate::change::{Case, Change, Judged};
use crate::entry::Entry;
use crate::event::{IdentityKeyAnnounced, KeyAnnounced, PeriodClosed, RulesAdopted};
use crate::handle::Handle;
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::rows::{AnnouncedKey, IdentityKey, Org};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(crate) enum ControlChange {
    Rules(u32),
    Close { org: Handle<Org>, book: usize, open_from: Day },
    Announce(AnnouncedKey),
    Identity(IdentityKeyAnnounced),
}

/// Rules only go forward. Those of a later program do not come here: folding stops at them.
pub(crate) fn judge_rules_adopted(case: &Case<'_>, event: &RulesAdopted) -> Judged<ControlChange> {
    if event.version <= case.state.rules {
        return Err(Refusal::plain(Code::RulesUnknown));
    }
    Ok(Change::of(ControlChange::Rules(event.version)))
}

/// Periods close forward, each organisation and book by itself, and not before they are over: closing cannot be undone, and
/// a slip in the day would book every late fact years ahead.
pub(crate) fn judge_period_closed(case: &Case<'_>, event: &PeriodClosed) -> Judged<ControlChange> {
    let (state, on) = (case.state, case.on());
    let org = state.need_org(event.org)?;
    if event.through > on {
        return Err(Refusal::with(Code::PeriodNotOver, event.org, i64::from(event.through.yyyymmdd())));
    }
    let open_from = state.orgs.get(org).open_from[event.book as usize];
    if event.through < open_from {
        return Err(Refusal::with(Code::PeriodNotLater, event.org, i64::from(open_from.yyyymmdd())));
    }
    Ok(Change::of(ControlChange::Close { org, book: event.book as usize, open_from: event.through.plus(1) }))
}

/// Something is announced once. Checkpoints say who may use a key from when. What is no good is on record all
/// the same and hinders nobody: the same key may be announced again under another signature.
pub(crate) fn judge_key_announced(case: &Case<'_>, event: &KeyAnnounced) -> Judged<ControlChange> {
    let KeyAnnounced { key, by, signature } = *event;
    let digest = Sha256::digest([key, by, signature[0], signature[1]].concat());
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    let id = Uuid::from_bytes(id);
    if case.state.keys.find(id).is_some() {
        return Err(Refusal::of(Code::KeyKnown, id));
    }
    Ok(Change::of(ControlChange::Announce(AnnouncedKey { id, key, by, signature, last: 0 })))
}

/// The first key of identities is the ledger's for ever: ids made under another name nobody on record.
pub(crate) fn judge_identity_key_announced(case: &Case<'_>, event: &IdentityKeyAnnounced) -> Judged<ControlChange> {
    match case.state.identity_key() {
        None => Ok(Change::of(ControlChange::Identity(event.clone()))),
        Some(row) if row.fingerprint == event.fingerprint => Err(Refusal::of(Code::Exists, row.id)),
        Some(row) => Err(Refusal::of(Code::KeyDiffers, row.id)),
    }
}

pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: ControlChange) {
    let index = entry.index;
    match change {
        ControlChange::Rules(version) => state.rules = version,
        ControlChange::Close { org, book, open_from } => {
            let row = state.orgs.get_mut(org);
            row.open_from[book] = open_from;
            row.last = index;
        }
        ControlChange::Announce(row) => {
            state.keys.push(AnnouncedKey { last: index, ..row });
        }
        ControlChange::Identity(event) => {
            let IdentityKeyAnnounced { fingerprint, document } = event;
            let mut id = [0; 16];
            id.copy_from_slice(&fingerprint[..16]);
            state.identity_keys.push(IdentityKey { id: Uuid::from_bytes(id), fingerprint, document, last: index });
        }
    }
}
