//! Pages of a trace that has lists first, and then rows that go by a cursor of their own: payments or loan-days. A key with its
//! highest bit set goes on with the lists.

use crate::query::QueryError;
use crate::query::page::{Cursor, Pager};
use crate::query::window::{FIRST_BYTES, Window};
use ledger::state::State;
use proto::v1;

/// Set in the key of a cursor that goes on with the lists. No table has as many rows as would set it in another.
const LISTS: u64 = 1 << 63;

/// The pages of one trace.
pub(super) struct TracePages {
    pub(super) pager: Pager,
    /// Where the rows after the lists go on; none while the lists are being shown.
    pub(super) going_on: Option<Cursor>,
}

impl TracePages {
    pub(super) fn open(state: &State, request: &v1::TraceRequest) -> Result<Self, QueryError> {
        let pager = Pager::open(request, state.entries)?;
        let going_on = pager.after.filter(|after| after.key & LISTS == 0);
        Ok(Self { pager, going_on })
    }

    /// The page of the lists; none if they all were on pages before.
    pub(super) fn lists(&self) -> Option<Window> {
        let after = self.pager.after.map(|after| Cursor { key: after.key & !LISTS, ..after });
        self.going_on.is_none().then(|| Window::open(after, usize::MAX, FIRST_BYTES))
    }

    /// The token of the page that goes on with the lists; empty if they end on this one, and other rows may follow on it.
    pub(super) fn more(&self, lists: &Window) -> Result<String, QueryError> {
        let next = lists.next()?.map(|next| Cursor { key: next.key | LISTS, ..next });
        Ok(next.map_or_else(String::new, |next| self.pager.token(next)))
    }
}
