//! What banks and the treasury told, as it is found from payments and entries. The rows are in `rows`; what comes of them is reckoned
//! in `aid`.

use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::correction_rows::Piece;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Drawn, Finding, Payout, ResultFact, Results};
use crate::state::stage::{BankWord, Progress};
use crate::state::{State, UNKNOWN_ORG};
use uuid::Uuid;

impl ResultFact {
    /// Told, and nothing done about it.
    pub(crate) fn told(entry: Handle<Seen>, what: BankWord, on: Day, fen: Fen, reason: u8) -> Self {
        let (item, accepted) = (Link::NONE, Link::NONE);
        Self {
            entry,
            what,
            on,
            fen,
            reason,
            gone: false,
            item,
            off: 0,
            off_at: UNKNOWN_ORG,
            clearings: 0,
            accepted,
            accepted_count: 0,
        }
    }

    /// Its money told anew: what was decided about it stands.
    pub(crate) fn told_anew(&self, fact: Self) -> Self {
        let Self { off, off_at, clearings, accepted, accepted_count, .. } = *self;
        Self { off, off_at, clearings, accepted, accepted_count, ..fact }
    }
}

/// Whether anybody decided about money a bank told of.
pub(crate) fn is_cleared(facts: &[ResultFact]) -> bool {
    facts.iter().any(|fact| fact.clearings > 0)
}

/// Marks the number of a row of `results` among those of payments.
const APART: u32 = 1 << 31;

/// Where what an entry told of a payment is kept: with the payment, or apart if there was none when it was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ToldOf {
    Payout(Handle<Payout>),
    Apart(Handle<Results>),
}

impl ToldOf {
    /// As an entry keeps it.
    pub fn number(self) -> u32 {
        match self {
            Self::Payout(payout) => payout.number(),
            Self::Apart(results) => results.number() | APART,
        }
    }
}

impl State {
    /// The voucher that an entry, by its event id, told something of.
    #[must_use]
    pub fn voucher_told_by(&self, entry: Uuid) -> Option<Uuid> {
        let (_, seen) = self.seen.by_id(entry).filter(|(_, seen)| seen.kind.tells_voucher())?;
        self.vouchers.handle(seen.subject).map(|voucher| self.vouchers.get(voucher).id)
    }

    /// The id of the payment that an entry told something of.
    pub(crate) fn payment_told_of(&self, subject: u32) -> Option<Uuid> {
        if subject == u32::MAX {
            return None;
        }
        if subject & APART == 0 {
            return self.payouts.handle(subject).map(|payout| self.payouts.get(payout).id);
        }
        self.results.handle(subject & !APART).map(|results| self.results.get(results).id)
    }

    /// All that a bank told of a payment, in order.
    #[must_use]
    pub fn told_of(&self, payout: &Payout) -> Vec<ResultFact> {
        if let Some(results) = payout.results.handle() {
            return self.results.get(results).facts.clone();
        }
        let what = match payout.progress {
            Progress::Ordered => return Vec::new(),
            Progress::Unknown => BankWord::Unknown,
            Progress::Credited => BankWord::Credited,
            Progress::Returned => BankWord::Returned,
        };
        let entry = Handle::new(u32::try_from(payout.last).unwrap_or(u32::MAX));
        vec![ResultFact::told(entry, what, payout.on, payout.fen, payout.reason)]
    }

    /// How many credits pay a payment and did not come back.
    #[must_use]
    pub fn times_paid(&self, payout: &Payout) -> u32 {
        let once = u32::from(payout.progress == Progress::Credited);
        payout.results.handle().map_or(once, |results| self.results.get(results).paid)
    }

    /// The draws of every credit that pays a payment: those it was accepted with, or the payment's own as corrected. Where none does,
    /// what they would be or were.
    #[must_use]
    pub fn pieces_paid(&self, payout: &Payout) -> Vec<Piece> {
        let own = self.pieces_of(payout);
        let drawn = payout.results.handle().map(|results| &self.results.get(results).drawn[..]).unwrap_or_default();
        if drawn.is_empty() {
            return own;
        }
        let one = |(accepted, count): &(Link<Drawn>, u8)| match accepted.handle() {
            Some(first) => self.pieces_told(first, *count).collect(),
            None => own.clone(),
        };
        drawn.iter().flat_map(one).collect()
    }

    /// The draws of every credit that pays it; none where none does.
    pub(crate) fn pieces_held(&self, payout: &Payout) -> Vec<Piece> {
        if self.times_paid(payout) > 0 { self.pieces_paid(payout) } else { Vec::new() }
    }

    /// How much its credits come to in suspense, what was disposed of beyond them set off.
    #[must_use]
    pub fn in_suspense_of(&self, payout: &Payout) -> Fen {
        self.suspense_of(payout).fold(0, |sum: Fen, finding| sum.saturating_add(finding.fen)).saturating_abs()
    }

    /// Findings of credits of a payment that stand in suspense, latest first.
    pub fn suspense_of<'a>(&'a self, payout: &Payout) -> impl Iterator<Item = &'a Finding> + use<'a> {
        let facts = payout.results.handle().map(|results| &self.results.get(results).facts[..]).unwrap_or_default();
        let credits = facts.iter().rev().filter(|fact| fact.what == BankWord::Credited);
        let findings = credits.filter_map(|fact| fact.item.handle()).map(|finding| self.findings.get(finding));
        findings.filter(|finding| finding.open && finding.fen != 0)
    }
}
