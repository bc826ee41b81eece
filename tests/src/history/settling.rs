//! What becomes of a few payments: they come back, are credited once more, accepted on other lines, corrected and recovered.

use super::corrections::corrected;
use super::steps::suspense;
use super::{Chance, debts};
use crate::model::{Model, Payout};
use ledger::event::{Kind, PayoutCredited, PayoutReturned, RecoveryOrdered, RecoveryReceived};
use ledger::money::{Day, Fen};
use ledger::state::stage::Stage;
use uuid::Uuid;

/// How many payments these are, so that much is told of each.
const FEW: usize = 4;

pub(super) fn settling(chance: &mut Chance, model: &Model, today: Day, made: usize) -> Kind {
    let sent = |payout: &&Payout| model.applications[&payout.application].set.stage == Stage::Sent;
    let few: Vec<&Payout> = model.payouts.iter().filter(sent).take(FEW).collect();
    let Some(row) = chance.pick(&few) else { return debts::debt(chance, model, made) };
    let (payout, serial) = (row.id, format!("流水{made}"));
    let part = |chance: &mut Chance| 1 + chance.below(60) as Fen * row.fen / 100;
    match chance.below(100) {
        0..12 => Kind::PayoutCredited(PayoutCredited { payout, fen: row.fen, serial }),
        12..24 => Kind::PayoutReturned(PayoutReturned { payout, fen: row.fen, reason: 1, serial }),
        24..36 => {
            let (reason, document) = ("误付".to_owned(), format!("追{made}"));
            let order = RecoveryOrdered { payout, fen: part(chance), reason, document };
            debts::ordered(chance, model, order)
        }
        36..54 => {
            let orders: Vec<Uuid> =
                model.recoveries.iter().filter(|(_, order)| order.payout == payout).map(|(id, _)| *id).collect();
            let (debt, unit) = (chance.pick(&orders).copied(), model.applications[&row.application].unit);
            let fen = part(chance);
            debt.map_or_else(
                || debts::debt(chance, model, made),
                |debt| Kind::RecoveryReceived(RecoveryReceived { debt, unit, fen, serial }),
            )
        }
        54..60 => debts::debt(chance, model, made),
        60..70 => corrected(chance, model, made),
        _ => suspense(chance, model, today),
    }
}
