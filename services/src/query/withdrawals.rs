//! Entries that were taken back, and by which others. The ledger keeps no list of them: the entries it remembers are looked through,
//! some at a time, and what was said is read back from the record.

use super::QueryError;
use super::asked::Asked;
use super::page::{Cursor, Pager, paged};
use crate::wire;
use ledger::event::{EntryWithdrawn, Kind, KindTag};
use ledger::handle::Handle;
use ledger::state::State;
use ledger::state::entry_rows::Seen;
use proto::v1;
use replay::engine::{Engine, Recorded};

paged!(ListWithdrawalsRequest);

/// Entries looked at while recording waits: some milliseconds.
const LOOKS: u32 = 1 << 16;

/// Entries looked at for one page at most.
const LOOKS_A_PAGE: u32 = 1 << 22;

/// Withdrawals by index.
///
/// # Errors
/// The token is wrong, or the record cannot be read.
pub fn withdrawals(
    asked: &Asked,
    request: &v1::ListWithdrawalsRequest,
) -> Result<v1::ListWithdrawalsResponse, QueryError> {
    let state = asked.state()?;
    let pager = Pager::open(request, state.entries)?;
    let as_of = state.entries;
    drop(state);
    let mut found = Found { next: Some(Handle::new(pager.going_on())), indexes: Vec::new() };
    let mut looked = 0;
    while let (Some(from), true) = (found.next, found.indexes.len() < pager.rows && looked < LOOKS_A_PAGE) {
        let state = asked.state()?;
        look(&state, from, (pager.rows, LOOKS), &mut found);
        looked += LOOKS;
    }
    let rows = found.indexes.iter().map(|index| withdrawal(asked, *index));
    let withdrawals = rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let token = |next: Handle<Seen>| pager.token_of(Cursor { key: next.into(), carry: 0 }, as_of);
    let next_page_token = found.next.map_or_else(String::new, token);
    Ok(v1::ListWithdrawalsResponse { as_of, basis: asked.basis(), withdrawals, next_page_token })
}

/// Indexes of withdrawals found so far, and the entry to go on from, if there is one.
struct Found {
    next: Option<Handle<Seen>>,
    indexes: Vec<u64>,
}

/// Looks at so many entries from one on, until the page is full.
fn look(state: &State, from: Handle<Seen>, (rows, looks): (usize, u32), found: &mut Found) {
    let entries = state.seen.from(from).enumerate();
    for (looked, (at, seen)) in entries {
        if looked == looks as usize || found.indexes.len() == rows {
            found.next = Some(at);
            return;
        }
        // Posted, and nothing takes a withdrawal back.
        if seen.kind == KindTag::EntryWithdrawn && seen.verdict == 0 {
            found.indexes.push(at.into());
        }
    }
    found.next = None;
}

/// What a withdrawal took back, as both are on record.
fn withdrawal(asked: &Asked, index: u64) -> Result<Option<v1::Withdrawal>, QueryError> {
    let by = recorded(&asked.engine, index)?;
    let Kind::EntryWithdrawn(EntryWithdrawn { entry, reason, document, .. }) = &by.event.kind else { return Ok(None) };
    let Some(withdrawn) = asked.state()?.seen.find(*entry).map(u64::from) else { return Ok(None) };
    let told = recorded(&asked.engine, withdrawn)?;
    Ok(Some(v1::Withdrawal {
        index,
        event: wire::id(by.event.id),
        principal: by.principal.clone(),
        recorded_ms: by.recorded_ms,
        reason: v1::WithdrawalReason::from(*reason).into(),
        document: document.clone(),
        withdrawn,
        withdrawn_event: wire::id(*entry),
        withdrawn_kind: told.event.kind.name().to_owned(),
        kind_zh: told.event.kind.name_zh().to_owned(),
        told_by: told.principal,
        day: told.event.effective.yyyymmdd(),
    }))
}

fn recorded(engine: &Engine, index: u64) -> Result<Recorded, QueryError> {
    let beyond = || QueryError::NoEntry { index, entries: engine.read().entries };
    engine.recorded(index)?.ok_or_else(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::entry::{Entry, Proof};
    use ledger::event::{Event, RateIndex, RatePublished, Reason};
    use ledger::money::Day;

    fn fold(state: &mut State, event: Event) {
        let content = proto::event::encode(&event);
        let index = state.entries;
        let entry = Entry {
            index,
            recorded_ms: 1_900_000_000_000,
            principal: "office",
            proof: Proof::Named,
            again: None,
            content: &content,
            event: &event,
        };
        let _ = state.fold(&entry).expect("the fold goes on");
    }

    #[test]
    fn however_few_entries_are_looked_at_a_time_all_withdrawals_are_found_once() {
        let (mut state, mut wanted) = (State::default(), Vec::new());
        for day in [20_211_020, 20_211_122, 20_211_220, 20_220_120] {
            let on = Day::from_yyyymmdd(day).expect("a day");
            let told =
                Event::said(on, Kind::RatePublished(RatePublished { index: RateIndex::Lpr5y, rate_ppm: day / 1_000 }));
            let (entry, document) = (told.id, "更1".to_owned());
            let back = EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document };
            fold(&mut state, told);
            if day != 20_211_220 {
                wanted.push(state.entries);
                fold(&mut state, Event::said(on, Kind::EntryWithdrawn(back.clone())));
                // Said again it takes nothing back.
                fold(&mut state, Event::said(on, Kind::EntryWithdrawn(back)));
            }
        }
        for (rows, looks) in [(1, 1), (1, 3), (2, 1), (2, 100), (100, 4), (100, 100)] {
            let (mut all, mut next) = (Vec::new(), Some(Handle::new(0)));
            while let Some(from) = next {
                let mut found = Found { next: None, indexes: Vec::new() };
                look(&state, from, (rows, looks), &mut found);
                assert!(found.indexes.len() <= rows);
                all.extend(found.indexes);
                next = found.next;
            }
            assert_eq!(all, wanted, "{rows} rows a page, {looks} entries a look");
        }
    }
}
