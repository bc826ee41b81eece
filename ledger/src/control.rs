//! Rules adopted, periods closed and opened again, keys announced. Closing moves the first open day; a key announced here may sign
//! checkpoints, which is checked where they are. The key of identities is known by its fingerprint alone; who makes ids compares.

use crate::account::Book;
use crate::change::{Case, Change, Judged, NewFinding, Taken};
use crate::entry::Entry;
use crate::event::{IdentityKeyAnnounced, KeyAnnounced, PeriodClosed, RulesAdopted};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::hash::Hash;
use crate::money::Day;
use crate::outcome::{Code, Refusal};
use crate::state::State;
use crate::state::entry_rows::Seen;
use crate::state::key_rows::{AnnouncedKey, IdentityKey};
use crate::state::rows::Org;
use crate::state::stage::Closing;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How many announcements of keys, the last, are looked at: a ledger changes its key a few times in its life, and whoever floods it with
/// announcements shall not make judging slow.
const KEYS_BEFORE: usize = 64;

pub(crate) enum ControlChange {
    Rules(u32),
    Close {
        org: Handle<Org>,
        book: Book,
        open_from: Day,
    },
    /// The latest closing of its book does not count any more.
    Open {
        org: Handle<Org>,
        at: usize,
    },
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

/// Periods close forward, each organisation and book by itself, and not before they are over: a slip in the day would book every
/// late fact years ahead.
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
    Ok(Change::of(ControlChange::Close { org, book: event.book, open_from: event.through.plus(1) }))
}

/// The latest closing of a book taken back: what was closed before stays so, and what was booked on later days meanwhile stays there.
pub(crate) fn judge_closing_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<ControlChange> {
    let state = case.state;
    let Some(org) = state.orgs.handle(taken.subject) else { return Ok(Change::nothing()) };
    let row = state.orgs.get(org);
    let Some(at) = row.closings.iter().position(|closing| closing.entry == taken.entry) else {
        return Ok(Change::nothing());
    };
    taken.on(case, row.closings[at].on)?;
    if row.closings[at + 1..].iter().any(|later| later.book == row.closings[at].book) {
        return Err(Refusal::of(Code::InUse, row.id));
    }
    Ok(Change::of(ControlChange::Open { org, at }))
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
    let mut change = Change::of(ControlChange::Announce(AnnouncedKey { id, key, by, signature, last: 0 }));
    if !continues(case.state, event) {
        change.findings.push(NewFinding::about(FindingKind::KeyUnfollowed, id));
    }
    Ok(change)
}

/// Whether a key may lead on from those announced before it: signed, by one that was announced and announced no other. The first needs
/// no other before it. Which key signs checkpoints, and whether a signature is good, no fold knows; so of two that contradict each
/// other the later is found, and a person looks at both.
fn continues(state: &State, event: &KeyAnnounced) -> bool {
    if is_void(event.key, event.by, event.signature) {
        return false;
    }
    let (mut first, mut announced) = (true, false);
    let from = u32::try_from(state.keys.len().saturating_sub(KEYS_BEFORE)).unwrap_or(u32::MAX);
    let before = state.keys.from(Handle::new(from)).map(|(_, row)| row);
    for row in before.filter(|row| !is_void(row.key, row.by, row.signature)) {
        // Whoever announced another has ended, and is not announced again.
        if row.by == event.by || row.by == event.key {
            return false;
        }
        first = false;
        announced |= row.key == event.by;
    }
    first || announced
}

/// Whether an announcement leads nowhere, whoever is trusted.
fn is_void(key: Hash, by: Hash, signature: [Hash; 2]) -> bool {
    key == by || signature == [[0; 32]; 2]
}

/// The first key of identities is the ledger's for ever: ids made under another name nobody on record.
pub(crate) fn judge_identity_key_announced(case: &Case<'_>, event: &IdentityKeyAnnounced) -> Judged<ControlChange> {
    match case.state.identity_key() {
        None => Ok(Change::of(ControlChange::Identity(event.clone()))),
        Some(row) if row.fingerprint == event.fingerprint => Err(Refusal::of(Code::Exists, row.id)),
        Some(row) => Err(Refusal::of(Code::KeyDiffers, row.id)),
    }
}

/// Makes the change; the organisation, if a period of it was closed.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: ControlChange) -> Option<Handle<Org>> {
    let index = entry.index;
    match change {
        ControlChange::Rules(version) => state.rules = version,
        ControlChange::Close { org, book, open_from } => {
            let (closed_by, on) = (Seen::place(entry), entry.event.effective);
            let row = state.orgs.get_mut(org);
            let before = std::mem::replace(&mut row.open_from[book as usize], open_from);
            row.closings.push(Closing { entry: closed_by, on, book: book as u8, open_from: before });
            row.last = index;
            return Some(org);
        }
        ControlChange::Open { org, at } => {
            let row = state.orgs.get_mut(org);
            let closing = row.closings.remove(at);
            row.open_from[usize::from(closing.book)] = closing.open_from;
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
    None
}
