//! What the treasury may tell of vouchers in a history.

use super::any::{ODD, any};
use super::{Chance, thing};
use crate::model::Model;
use ledger::event::{Draw, Kind, VoucherCleared, VoucherIssued, VoucherReturned};
use uuid::Uuid;

/// Mostly one not cleared yet.
fn any_voucher(chance: &mut Chance, model: &Model) -> Uuid {
    let ids: Vec<Uuid> = model.vouchers.iter().filter(|(_, row)| row.facts.is_empty()).map(|(id, _)| *id).collect();
    match chance.pick(&ids) {
        Some(id) if !chance.in_hundred(ODD) => *id,
        _ => any(chance, &model.vouchers, "voucher"),
    }
}

/// Mostly the whole, now and then a part of it, or some of it back.
pub(super) fn clear_voucher(chance: &mut Chance, model: &Model, made: usize) -> Kind {
    let serial = format!("清{made}");
    if chance.in_hundred(20) {
        let voucher = any(chance, &model.vouchers, "voucher");
        let total = model.vouchers.get(&voucher).map_or(100, |row| row.draws.iter().map(|(_, fen)| fen).sum());
        let fen = [total, total, total / 2, total + 7][chance.below(4)].max(1);
        return match chance.below(3) {
            0 => Kind::VoucherCleared(VoucherCleared { voucher, fen, serial }),
            _ => Kind::VoucherReturned(VoucherReturned { voucher, fen, serial }),
        };
    }
    let voucher = any_voucher(chance, model);
    Kind::VoucherCleared(VoucherCleared { voucher, fen: 0, serial: String::new() })
}

/// Mostly what is missing.
pub(super) fn issue_voucher(chance: &mut Chance, model: &Model, application: Uuid, made: usize) -> Kind {
    let mut draws = Vec::new();
    for (line, (fen, cleared)) in model.applications.get(&application).iter().flat_map(|row| &row.parts) {
        let rest = fen - cleared;
        let fen = match chance.below(12) {
            0 => rest + 7,
            1 => rest / 2,
            _ => rest,
        };
        draws.push(Draw { line: if chance.in_hundred(2) { any(chance, &model.lines, "line") } else { *line }, fen });
    }
    if draws.is_empty() {
        draws.push(Draw { line: any(chance, &model.lines, "line"), fen: 5 });
    }
    let voucher = thing("voucher", if chance.in_hundred(3) { 1 } else { made });
    Kind::VoucherIssued(VoucherIssued { voucher, number: format!("库{made}"), application, draws })
}
