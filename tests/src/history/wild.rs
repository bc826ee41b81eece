//! Anything at all: every kind of event about a handful of ids that stand for units, lines, people and sets at once,
//! with amounts from below zero to the largest the wire takes. Nothing here is sensible; nothing may stop the fold.

use super::{Chance, thing};
use crate::desk::numbered;
use ledger::event::{Clearing, Draw, Event, Kind, PassedPart, PayoutCredited};
use ledger::money::{Day, Fen};
use uuid::Uuid;

/// A wild event: one of the samples of every kind with its ids, amounts and numbers drawn anew.
#[must_use]
pub fn wild(chance: &mut Chance, at: usize) -> Event {
    let samples = proto::samples::samples();
    let mut kind = samples[chance.below(samples.len())].kind.clone();
    redraw(chance, &mut kind);
    let effective = Day::new(2021, 1, 1).unwrap_or_default().plus(i32::try_from(chance.below(800)).unwrap_or_default());
    Event::said(effective, numbered(kind, if chance.in_hundred(5) { 1 } else { at }))
}

fn id(chance: &mut Chance) -> Uuid {
    let number = chance.below(7);
    if number == 0 { Uuid::nil() } else { thing("any", number) }
}

fn fen(chance: &mut Chance) -> Fen {
    [Fen::MIN, -1, 0, 1, 2, 100, 100, 250_000, 250_000, proto::limits::MAX_FEN][chance.below(10)]
}

fn draws(chance: &mut Chance) -> Vec<Draw> {
    (0..chance.below(7)).map(|_| Draw { line: id(chance), fen: fen(chance) }).collect()
}

fn small(chance: &mut Chance) -> u32 {
    [0, 1, 1, 1, 2, u32::MAX][chance.below(6)]
}

fn redraw(chance: &mut Chance, kind: &mut Kind) {
    match kind {
        Kind::PolicyAdopted(e) => e.version = small(chance),
        Kind::RulesAdopted(e) => e.version = small(chance).min(1),
        Kind::OrgRegistered(e) => (e.org, e.parent) = (id(chance), Some(id(chance))),
        Kind::OrgRenamed(e) => e.org = id(chance),
        Kind::LineIssued(e) => {
            (e.line, e.unit, e.fen) = (id(chance), id(chance), fen(chance));
            e.advance = chance.in_hundred(50);
        }
        Kind::LinePassedDown(e) => {
            let part = |_| PassedPart { from: id(chance), to: id(chance), unit: id(chance), fen: fen(chance) };
            e.parts = (0..3).map(part).collect();
        }
        Kind::LineRecalled(e) => (e.line, e.fen) = (id(chance), fen(chance)),
        Kind::Surrendered(e) => (e.unit, e.fen) = (id(chance), fen(chance)),
        Kind::LineAdjusted(e) => (e.line, e.fen) = (id(chance), fen(chance)),
        Kind::DrawsCorrected(e) => {
            (e.application, e.from, e.to, e.fen) = (id(chance), id(chance), id(chance), fen(chance));
        }
        Kind::PersonRegistered(e) => e.person = id(chance),
        Kind::StatusChanged(e) => (e.person, e.school) = (id(chance), id(chance)),
        Kind::CardBound(e) => (e.person, e.card) = (id(chance), id(chance)),
        Kind::PersonMerged(e) => (e.person, e.into) = (id(chance), id(chance)),
        Kind::CardReplaced(e) => (e.person, e.old, e.new) = (id(chance), id(chance), id(chance)),
        Kind::VoucherIssued(e) => (e.voucher, e.application, e.draws) = (id(chance), id(chance), draws(chance)),
        Kind::VoucherCleared(e) => (e.voucher, e.fen) = (id(chance), fen(chance)),
        Kind::VoucherReturned(e) => (e.voucher, e.fen) = (id(chance), fen(chance)),
        Kind::PayoutCredited(e) => (e.payout, e.fen) = (id(chance), fen(chance)),
        Kind::PayoutReturned(e) => (e.payout, e.fen) = (id(chance), fen(chance)),
        Kind::PayoutUnknown(e) => e.payout = id(chance),
        Kind::SuspenseCleared(e) => {
            // Whatever was said before may be taken for a credit.
            let (payout, serial) = (id(chance), chance.below(400).to_string());
            let credit = Kind::PayoutCredited(PayoutCredited { payout, fen: 0, serial });
            e.item = Event::said(Day::default(), credit).id;
            e.how = match chance.below(5) {
                0 => Clearing::Accepted(vec![Draw { line: id(chance), fen: e.fen }]),
                1 => Clearing::Recoverable(Some(id(chance))),
                2 => Clearing::Refundable(None),
                3 => Clearing::Surrendered,
                _ => Clearing::Offset(id(chance)),
            };
        }
        Kind::RecoveryReceived(e) => (e.debt, e.unit, e.fen) = (id(chance), id(chance), fen(chance)),
        Kind::RecoveryWaived(e) => (e.debt, e.fen) = (id(chance), fen(chance)),
        Kind::RecoveryOrdered(e) => (e.payout, e.fen) = (id(chance), fen(chance)),
        Kind::RefundPaid(e) => (e.debt, e.unit, e.fen) = (id(chance), id(chance), fen(chance)),
        set => redraw_set(chance, set),
    }
}

fn redraw_set(chance: &mut Chance, kind: &mut Kind) {
    match kind {
        Kind::RosterPrepared(e) => (e.roster, e.school) = (id(chance), id(chance)),
        Kind::RosterLineAdded(e) => {
            (e.roster, e.award, e.person) = (id(chance), id(chance), id(chance));
            (e.number, e.fen) = (small(chance), fen(chance));
        }
        Kind::RosterSealed(e) | Kind::ApplicationSealed(e) => (e.set, e.count, e.fen) = (id(chance), 1, fen(chance)),
        Kind::RosterReviewed(e) | Kind::RosterApproved(e) | Kind::ApplicationApproved(e) => e.set = id(chance),
        Kind::RosterCancelled(e) | Kind::ApplicationCancelled(e) => e.set = id(chance),
        Kind::ApplicationPrepared(e) => (e.application, e.unit) = (id(chance), id(chance)),
        Kind::ApplicationLineAdded(e) => {
            (e.application, e.payout, e.award, e.card) = (id(chance), id(chance), id(chance), id(chance));
            (e.number, e.instalment, e.draws) = (small(chance), small(chance), draws(chance));
            e.reissue_of = chance.in_hundred(20).then(|| id(chance));
        }
        Kind::AwardCancelled(e) => (e.award, e.from_instalment) = (id(chance), small(chance)),
        Kind::BatchSent(e) => (e.batch, e.application, e.bank) = (id(chance), id(chance), id(chance)),
        _ => {}
    }
}
