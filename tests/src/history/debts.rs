//! What is owed back and what comes of it, mostly of what is owed, sometimes of nothing yet.

use super::{Chance, thing};
use crate::model::{Model, Result};
use ledger::event::{
    Clearing, Event, Kind, RecoveryOrdered, RecoveryReceived, RecoveryWaived, RefundPaid, SuspenseCleared,
};
use ledger::money::{Day, Fen};
use uuid::Uuid;

/// Something about money owed back.
pub(super) fn debt(chance: &mut Chance, model: &Model, made: usize) -> Kind {
    let document = format!("追{made}");
    let reason = "误付".to_owned();
    if chance.in_hundred(25) {
        let paid: Vec<_> = model.payouts.iter().filter(|payout| payout.result == Result::Credited).collect();
        let (payout, fen) = chance.pick(&paid).map_or((thing("payout", 0), 100), |payout| (payout.id, payout.fen));
        let fen = if chance.in_hundred(40) { fen } else { 1 + chance.below(100) as Fen * fen / 100 };
        return ordered(chance, model, RecoveryOrdered { payout, fen, reason, document });
    }
    let decisions: Vec<Uuid> = model.recoveries.keys().chain(model.clearings.keys()).copied().collect();
    let owed: Vec<Uuid> = decisions.into_iter().filter(|id| model.due(*id).is_some()).collect();
    // Somebody still names an edition that was taken back, of which another may stand.
    let owed = if chance.in_hundred(12) { gone(model).map(|(id, _)| id).collect() } else { owed };
    let debt = chance.pick(&owed).copied().filter(|_| !chance.in_hundred(8));
    let debt = debt.unwrap_or_else(|| early(chance, model));
    let (unit, owed) = model.due(debt).map_or((thing("org", 3), 100), |due| (due.unit, due.fen));
    let unit = if chance.in_hundred(6) { thing("org", chance.below(6)) } else { unit };
    let fen = 1 + chance.below(110) as Fen * owed.abs() / 100;
    // Somebody tells what was told already, of another decision or of the same.
    let told: Vec<&String> = model.debt_facts.values().map(|fact| &fact.receipt).collect();
    let again = chance.pick(&told).filter(|_| chance.in_hundred(20)).map(|receipt| (*receipt).clone());
    let serial = again.unwrap_or_else(|| format!("回{made}"));
    match chance.below(10) {
        0 | 1 => Kind::RecoveryWaived(RecoveryWaived { debt, fen, reason, document }),
        2..4 => Kind::RefundPaid(RefundPaid { debt, unit, fen, serial }),
        _ if owed < 0 && !chance.in_hundred(20) => Kind::RefundPaid(RefundPaid { debt, unit, fen, serial }),
        _ => Kind::RecoveryReceived(RecoveryReceived { debt, unit, fen, serial }),
    }
}

/// Decisions that were taken back, with what they are known by.
fn gone(model: &Model) -> impl Iterator<Item = (Uuid, &(Uuid, String))> {
    let stands = |id: &Uuid| model.recoveries.contains_key(id) || model.clearings.contains_key(id);
    model.decision_keys.iter().filter(move |(id, _)| !stands(id)).map(|(id, key)| (*id, key))
}

/// That a payment be recovered, or, where that was decided and taken back, mostly that decision anew, of this much.
pub(super) fn ordered(chance: &mut Chance, model: &Model, order: RecoveryOrdered) -> Kind {
    let is_payment = |id: Uuid| model.payouts.iter().any(|payout| payout.id == id);
    let keys: Vec<_> = gone(model).map(|(_, key)| key).filter(|(id, _)| is_payment(*id)).collect();
    let anew = chance.pick(&keys).filter(|_| chance.in_hundred(35));
    Kind::RecoveryOrdered(match anew {
        Some((payout, document)) => RecoveryOrdered { payout: *payout, document: document.clone(), ..order },
        None => order,
    })
}

/// A decision somebody may yet make.
fn early(chance: &mut Chance, model: &Model) -> Uuid {
    let Some(item) = chance.pick(&model.items.iter().collect::<Vec<_>>()).copied() else { return thing("debt", 0) };
    let (number, how) = (1 + chance.below(20) as u32, Clearing::Surrendered);
    let cleared = SuspenseCleared { item: item.event, number, fen: 1, how };
    Event::said(Day::default(), Kind::SuspenseCleared(cleared)).id
}
