//! Tests of the forward trace: totals add up to the fen at every step of a payment's life.

use super::*;
use crate::answers::tests::world::{APPLICATION, EACH, LINE, PAYOUT, World, day, thing};
use ledger::handle::Handle;
use ledger::state::rows::Line;

fn checked(world: &World, line: Handle<Line>) -> Forward {
    let forward = forward(&world.state, line, day(20_211_231), None, usize::MAX);
    let totals = forward.totals.expect("on the first page");
    assert_eq!(totals.unexplained_fen, 0, "{totals:?}");
    assert!(!forward.gap_sums.contains_key(&GapKind::Unexplained));
    forward
}

fn all(world: &World) {
    for (line, _) in world.state.lines.iter() {
        checked(world, line);
    }
}

#[test]
fn adds_up_from_the_first_document_to_the_card() {
    let mut world = World::begun();
    all(&world);
    world.apply(thing(APPLICATION), &[(PAYOUT, 0, 1), (PAYOUT + 1, 1, 1), (PAYOUT + 2, 0, 2)], 20_211_125);
    all(&world);
    assert!(checked(&world, Handle::new(0)).gap_sums.contains_key(&GapKind::NotApproved));
    world.approve(thing(APPLICATION), 20_211_125);
    all(&world);
    assert!(checked(&world, Handle::new(0)).gap_sums.contains_key(&GapKind::NoVoucher));
    world.clear(thing(APPLICATION), 20_211_125);
    all(&world);
    assert!(checked(&world, Handle::new(0)).gap_sums.contains_key(&GapKind::NotSent));
    world.send(thing(APPLICATION), 20_211_125);
    all(&world);
    assert_eq!(checked(&world, Handle::new(0)).gap_sums[&GapKind::NoResult].0, 1);
    world.credited(thing(PAYOUT), EACH, 20_211_126);
    world.returned(thing(PAYOUT + 1), 1, 20_211_126);
    all(&world);
    world.returned(thing(PAYOUT), 13, 20_220_103);
    all(&world);
    let root = checked(&world, Handle::new(0)).totals.expect("first page");
    assert!(root.to_finance_fen > 0 && root.transit_fen > 0 && root.returned_fen > 0);
}

#[test]
fn an_accepted_credit_draws_on_the_line_that_accepted_it() {
    let mut world = World::paid();
    world.returned(thing(PAYOUT), 4, 20_211_201);
    let credit = world.credited(thing(PAYOUT), EACH, 20_211_203);
    let spare = world.spare_line();
    world.accept(credit, spare, 20_211_204);
    all(&world);
    let line = world.state.lines.find(spare).expect("issued");
    let forward = checked(&world, line);
    assert_eq!(forward.flows, vec![Flow { payout: Handle::new(0), line, fen: EACH }]);
    assert_eq!(forward.totals.expect("first page").credited_fen, EACH);
}

#[test]
fn pages_show_every_payment_once() {
    let world = World::paid();
    let root = world.state.lines.find(thing(LINE)).expect("issued");
    let whole = forward(&world.state, root, day(20_211_231), None, usize::MAX);
    assert!(whole.flows.len() >= 3 && whole.next.is_none());
    let (mut flows, mut cursor) = (Vec::new(), None);
    loop {
        let page = forward(&world.state, root, day(20_211_231), cursor, 1);
        assert_eq!(page.totals.is_some(), cursor.is_none());
        flows.extend(page.flows);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(flows, whole.flows);
}

#[test]
fn a_cursor_that_nobody_gave_harms_nothing() {
    let world = World::paid();
    for (line, _) in world.state.lines.iter() {
        let cursor = Cursor { line, step: 0, payout: Handle::new(u32::MAX - 1) };
        let flows = forward(&world.state, line, day(20_211_231), Some(cursor), usize::MAX).flows;
        assert!(flows.iter().all(|flow| flow.payout < world.state.payouts.next()));
    }
}
