//! Payments that came back, why, and how long ago: a walk of all payments. Where a return's money went is in `trace`.

use super::{divisions, payments};
use ledger::handle::Handle;
use ledger::money::{Day, Fen};
use ledger::state::rows::{Payout, Programme};
use ledger::state::stage::Progress;
use ledger::state::{Standing, State};

/// Which returns.
#[derive(Clone, Copy, Default, Debug)]
pub struct ReturnsFilter {
    /// Only those whose instalment has no payment under way or done.
    pub open_only: bool,
    /// Only of this programme.
    pub programme: Option<Handle<Programme>>,
    /// Only of schools in this division; 0 takes in all.
    pub division: u32,
}

/// One returned payment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Returned {
    /// The payment.
    pub payout: Handle<Payout>,
    /// How much came back.
    pub fen: Fen,
    /// Why, as its number.
    pub reason: u8,
    /// Why, in Chinese.
    pub reason_zh: &'static str,
    /// When it came back.
    pub on: Day,
    /// Days from then to the day asked for.
    pub age_days: i32,
    /// The payment that reissued it.
    pub reissued_by: Option<Handle<Payout>>,
    /// Whether its instalment is paid by now.
    pub settled: bool,
}

/// Returns in the order the payments were ordered, from the payment at handle `from`, as seen on `on`; and the handle
/// to go on from, if there is more.
#[must_use]
pub fn returns(
    state: &State,
    on: Day,
    filter: ReturnsFilter,
    from: Handle<Payout>,
    limit: usize,
) -> (Vec<Returned>, Option<Handle<Payout>>) {
    let mut rows = Vec::new();
    for (handle, payout) in state.payouts.from(from) {
        if payout.progress != Progress::Returned || !wanted(state, payout, filter) {
            continue;
        }
        let row = returned(state, handle, payout, on);
        if filter.open_only && (row.settled || row.reissued_by.is_some()) {
            continue;
        }
        if rows.len() == limit {
            return (rows, Some(handle));
        }
        rows.push(row);
    }
    (rows, None)
}

fn wanted(state: &State, payout: &Payout, filter: ReturnsFilter) -> bool {
    let award = state.awards.get(payout.award);
    let programme = state.rosters.get(award.roster).programme;
    filter.programme.is_none_or(|wanted| wanted == programme)
        && divisions::lies_in(divisions::division_of(state, award), filter.division)
}

fn returned(state: &State, handle: Handle<Payout>, payout: &Payout, on: Day) -> Returned {
    let instalment = state.awards.get(payout.award).instalments.plus(u32::from(payout.instalment));
    Returned {
        payout: handle,
        fen: payout.fen,
        reason: payout.reason,
        reason_zh: super::return_reasons::reason_zh(payout.reason),
        on: payout.on,
        age_days: on.number() - payout.on.number(),
        reissued_by: payments::reissued_by(state, handle),
        settled: matches!(state.standing(instalment), Standing::Settled(_)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::tests::world::{PAYOUT, World, day, thing};

    #[test]
    fn a_return_is_open_until_reissued() {
        let mut world = World::paid();
        world.returned(thing(PAYOUT), 4, 20_211_201);
        world.returned(thing(PAYOUT + 1), 1, 20_211_203);
        let open = ReturnsFilter { open_only: true, ..ReturnsFilter::default() };
        let (rows, next) = returns(&world.state, day(20_211_211), open, Handle::new(0), 1);
        assert_eq!((rows[0].payout, rows[0].age_days, rows[0].reason_zh), (Handle::new(0), 10, "账户已销户"));
        assert_eq!(next, Some(Handle::new(1)));
        let (rest, next) = returns(&world.state, day(20_211_211), open, Handle::new(1), 9);
        assert_eq!((rest[0].payout, rest.len(), next), (Handle::new(1), 1, None));

        world.reissue(thing(PAYOUT), 0);
        let (rows, _) = returns(&world.state, day(20_211_211), open, Handle::new(0), 9);
        assert_eq!(rows.iter().map(|row| row.payout).collect::<Vec<_>>(), vec![Handle::new(1)]);
        let (all, _) = returns(&world.state, day(20_211_211), ReturnsFilter::default(), Handle::new(0), 9);
        assert_eq!(all.len(), 2);
        assert!(all[0].reissued_by.is_some() && !all[0].settled);
    }

    #[test]
    fn filters_by_place_and_programme() {
        let mut world = World::paid();
        world.returned(thing(PAYOUT), 4, 20_211_201);
        let elsewhere = ReturnsFilter { division: 620_000, ..ReturnsFilter::default() };
        assert!(returns(&world.state, day(20_211_211), elsewhere, Handle::new(0), 9).0.is_empty());
        let other = ReturnsFilter { programme: Some(Handle::new(7)), ..ReturnsFilter::default() };
        assert!(returns(&world.state, day(20_211_211), other, Handle::new(0), 9).0.is_empty());
    }
}
