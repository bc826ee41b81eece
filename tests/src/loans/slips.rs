//! What people mistype: an amount, a day, a number, another's name. What comes of it is a statement like any other.

use crate::history::Chance;
use ledger::event::{Event, Kind, Status};
use ledger::money::Day;
use uuid::Uuid;

/// The same with a slip in it: mostly the day is another, or what it says.
#[must_use]
pub fn slipped(chance: &mut Chance, event: &Event) -> (Day, Kind) {
    let (mut on, mut kind) = (event.effective, event.kind.clone());
    let other_day = chance.in_hundred(50);
    if other_day {
        on = on.plus([-31, -7, 1, 30, 365][chance.below(5)]);
    }
    let mut fen = |fen: i64| fen + [1, 90, 900, 100_000][chance.below(4)];
    match &mut kind {
        Kind::LoanDrawn(e) => e.fen = fen(e.fen),
        Kind::LoanDrawReturned(e) => e.fen = fen(e.fen),
        Kind::LoanRepaid(e) => (e.fen, e.allocation) = (fen(e.fen), None),
        Kind::LoanOverdue(e) => e.fen = fen(e.fen),
        Kind::LoanStateRepaid(e) => e.fen = fen(e.fen),
        Kind::LoanWrittenOff(e) => e.fen = fen(e.fen),
        Kind::LossRecovered(e) => e.fen = fen(e.fen),
        Kind::CompensationReceived(e) => e.fen = fen(e.fen),
        // Of another day it would be another statement.
        Kind::FundStated(e) => (on, e.fen) = (event.effective, fen(e.fen)),
        Kind::LoanRateAgreed(e) => e.spread_bp += 10,
        Kind::LoanDeferred(e) => e.until = e.until.plus(366),
        Kind::RatePublished(e) => e.rate_ppm += 4_500,
        Kind::WaiverAdopted(e) => e.graduated_through += 1,
        Kind::StatusChanged(e) => e.status = if e.status == Status::Leave { Status::Withdrawn } else { Status::Leave },
        Kind::LoanSigned(e) if !other_day => e.school = Uuid::from_u128(7),
        _ => {}
    }
    (on, kind)
}
