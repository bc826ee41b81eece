//! Applications that vouchers name and nobody prepared yet.

use crate::handle::{Handle, Link};
use crate::state::State;
use crate::state::rows::{Awaited, Finding, Voucher};
use uuid::Uuid;

/// A voucher names an application nobody prepared.
pub(crate) fn wait(state: &mut State, index: u64, id: Uuid, voucher: Handle<Voucher>) {
    let new = Awaited { id, vouchers: Vec::new(), unknown: Link::NONE, last: index };
    let at = state.awaited.find(id).unwrap_or_else(|| state.awaited.push(new));
    let row = state.awaited.get_mut(at);
    row.vouchers.push(voucher);
    row.last = index;
}

/// A voucher names it no longer; that nobody prepared it is nobody's concern once none does.
pub(crate) fn leave(state: &mut State, index: u64, id: Uuid, voucher: Handle<Voucher>) {
    let Some(at) = state.awaited.find(id) else { return };
    let row = state.awaited.get_mut(at);
    row.last = index;
    row.vouchers.retain(|other| *other != voucher);
    if row.vouchers.is_empty() {
        end_awaiting(state, index, id);
    }
}

/// Somebody prepared it, or nothing names it any more.
pub(crate) fn end_awaiting(state: &mut State, index: u64, id: Uuid) {
    let Some(at) = state.awaited.find(id) else { return };
    let row = state.awaited.get_mut(at);
    row.last = index;
    row.vouchers.clear();
    if let Some(finding) = std::mem::replace(&mut row.unknown, Link::NONE).handle() {
        state.findings.get_mut(finding).open = false;
    }
}

/// The finding that an application is unknown was opened.
pub(crate) fn note_unknown(state: &mut State, application: Uuid, finding: Handle<Finding>) {
    if let Some(at) = state.awaited.find(application) {
        state.awaited.get_mut(at).unknown = finding.into();
    }
}
