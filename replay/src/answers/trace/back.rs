//! From a payment back: each draw up its chain of lines to the issued document, and the papers in between. Walks all
//! findings once.

use super::gap::{Gap, GapKind};
use crate::answers::payments;
use ledger::handle::{Handle, Link};
use ledger::money::{Day, Fen, FenSum};
use ledger::state::correction_rows::Piece;
use ledger::state::rows::{Application, Award, Batch, Finding, Line, Payout, Roster, Voucher};
use ledger::state::stage::{Progress, Stage};
use ledger::state::{Standing, State};

/// One draw and the chain of lines above it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Strand {
    /// How much of the payment it funds.
    pub fen: Fen,
    /// From the line drawn on up to the issued one.
    pub lines: Vec<Handle<Line>>,
    /// The line it was told to draw on, where a correction moved it.
    pub told: Link<Line>,
}

/// Where the money of a payment came from, and the papers it went by. All handles.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Back {
    /// The payment.
    pub payout: Handle<Payout>,
    /// Its amount.
    pub fen: Fen,
    /// One per draw.
    pub strands: Vec<Strand>,
    /// The award that owes it.
    pub award: Handle<Award>,
    /// The roster of the award.
    pub roster: Handle<Roster>,
    /// The application it is a line of.
    pub application: Handle<Application>,
    /// Treasury vouchers of the application.
    pub vouchers: Vec<Handle<Voucher>>,
    /// The batch it went to the bank in.
    pub batch: Option<Handle<Batch>>,
    /// All payments of the same instalment, oldest first: each after the first reissues the one before.
    pub chain: Vec<Handle<Payout>>,
    /// Findings about this payment, open or ended.
    pub findings: Vec<Handle<Finding>>,
    /// Where it does not move on, if anywhere.
    pub gaps: Vec<Gap>,
    /// FenSum of the strands; equals the payment, as often as it stands credited, or an `Unexplained` gap says by how much not.
    pub total_fen: FenSum,
}

/// Traces a payment back, as seen on `on`.
#[must_use]
pub fn back(state: &State, payout: Handle<Payout>, on: Day) -> Back {
    let row = state.payouts.get(payout);
    let strands: Vec<Strand> = state.pieces_paid(row).into_iter().map(|piece| strand(state, piece)).collect();
    let vouchers = state.vouchers.iter().filter(|(_, voucher)| voucher.application == row.application);
    let findings = state.findings.iter().filter(|(_, finding)| finding.payout == payout.into());
    let batch = state.applications.get(row.application).batch;
    let mut back = Back {
        payout,
        fen: row.fen,
        award: row.award,
        roster: state.awards.get(row.award).roster,
        application: row.application,
        vouchers: vouchers.map(|(handle, _)| handle).collect(),
        batch: batch.handle(),
        chain: payments::payments_of(state, payout),
        findings: findings.map(|(handle, _)| handle).collect(),
        gaps: Vec::new(),
        total_fen: strands.iter().map(|strand| strand.fen).sum(),
        strands,
    };
    back.gaps = gaps(state, &back, row, on);
    back
}

fn strand(state: &State, piece: Piece) -> Strand {
    let Piece { told, line, fen } = piece;
    Strand { fen, lines: upwards(state, line), told: Some(told).filter(|told| *told != line).into() }
}

/// A line and all above it; every line has one parent, so there is one way.
pub(super) fn upwards(state: &State, line: Handle<Line>) -> Vec<Handle<Line>> {
    state.lines.chain(line, |line| line.parent).map(|(at, _)| at).collect()
}

fn gaps(state: &State, back: &Back, row: &Payout, on: Day) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = stopped(state, back, row, on).into_iter().collect();
    for finding in state.suspense_of(row) {
        let days = Some(on.number() - finding.on.number());
        gaps.push(Gap { kind: GapKind::InSuspense, subject: row.id, fen: finding.in_suspense(), days });
    }
    // Credited twice it is paid twice.
    let times = state.times_paid(row).max(1);
    let expected: FenSum = (0..times).map(|_| row.fen).sum();
    if back.total_fen != expected {
        let fen = (expected - back.total_fen).held();
        gaps.push(Gap { kind: GapKind::Unexplained, subject: row.id, fen, days: None });
    }
    gaps
}

/// The one step a payment waits for, if it waits.
fn stopped(state: &State, back: &Back, row: &Payout, on: Day) -> Option<Gap> {
    let application = state.applications.get(row.application);
    let instalment = state.awards.get(row.award).instalments.plus(u32::from(row.instalment));
    let (kind, since) = match (row.progress, application.set.stage) {
        (_, Stage::Cancelled) | (Progress::Credited, _) => return None,
        (Progress::Returned, _) => match state.standing(instalment) {
            Standing::Returned(latest) if latest == back.payout => (GapKind::NotReissued, row.on),
            _ => return None,
        },
        (_, Stage::Sent) => {
            let sent = back.batch.map_or(application.effective, |batch| state.batches.get(batch).on);
            (GapKind::NoResult, sent)
        }
        (_, Stage::Open | Stage::Sealed | Stage::Reviewed) => (GapKind::NotApproved, application.effective),
        (_, Stage::Approved) if application.parts.iter().all(|part| part.cleared == part.fen) => {
            (GapKind::NotSent, application.effective)
        }
        (_, Stage::Approved) if back.vouchers.is_empty() => (GapKind::NoVoucher, application.effective),
        (_, Stage::Approved) => (GapKind::VoucherNotCleared, application.effective),
    };
    Some(Gap { kind, subject: row.id, fen: row.fen, days: Some(on.number() - since.number()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::tests::world::{EACH, PAYOUT, World, day, thing};

    #[test]
    fn every_strand_ends_at_an_issued_document() {
        let world = World::paid();
        let back = back(&world.state, Handle::new(0), day(20_211_231));
        assert_eq!((back.total_fen.held(), back.strands.len()), (EACH, 2));
        for strand in &back.strands {
            let root = world.state.lines.get(*strand.lines.last().expect("has the drawn line"));
            assert_eq!((strand.lines.len(), root.parent.handle()), (2, None));
        }
        assert_eq!((back.vouchers.len(), back.batch, back.gaps.as_slice()), (1, Some(Handle::new(0)), [].as_slice()));
    }

    #[test]
    fn gaps_name_what_a_payment_waits_for() {
        let mut world = World::paid();
        let kinds = |world: &World, payout| -> Vec<(GapKind, Option<i32>)> {
            back(&world.state, Handle::new(payout), day(20_211_231))
                .gaps
                .iter()
                .map(|gap| (gap.kind, gap.days))
                .collect()
        };
        assert_eq!(kinds(&world, 2), vec![(GapKind::NoResult, Some(36))]);
        world.returned(thing(PAYOUT), 4, 20_211_221);
        assert_eq!(kinds(&world, 0), vec![(GapKind::NotReissued, Some(10))]);
        world.credited(thing(PAYOUT), EACH, 20_211_230);
        assert_eq!(kinds(&world, 0), vec![(GapKind::NotReissued, Some(10)), (GapKind::InSuspense, Some(1))]);
        world.returned(thing(PAYOUT), 4, 20_211_231);
        world.reissue(thing(PAYOUT), 0);
        assert_eq!(kinds(&world, 0), vec![]);
        assert_eq!(kinds(&world, 3), vec![(GapKind::NotApproved, Some(1))]);
        assert_eq!(back(&world.state, Handle::new(3), day(20_211_231)).chain, [0, 3].map(Handle::new));
    }
}
