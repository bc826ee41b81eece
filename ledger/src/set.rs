//! What rosters, applications and claims share: numbered lines under a hash chain, sealed, then decided by others.
//! Not here: what a line of each says.

use crate::change::{Case, Taken};
use crate::event::{SetDecided, SetSealed};
use crate::hash::{Hash, sha256};
use crate::money::Fen;
use crate::outcome::{Code, Refusal};
use crate::state::stage::{Set, Stage};
use uuid::Uuid;

/// The chain over a set's lines: h(n) = SHA-256(h(n-1) || event bytes of line n), from 32 zero bytes.
#[must_use]
pub fn link(before: &Hash, content: &[u8]) -> Hash {
    sha256([before, content])
}

/// Only a set that was given up leaves its place to another: two of one number never count.
pub(crate) fn judge_replaced<'a>(
    before: Option<Uuid>,
    find: impl FnOnce(Uuid) -> Option<&'a Set>,
) -> Result<(), Refusal> {
    match before {
        Some(id) if find(id).is_none_or(|set| set.stage != Stage::Cancelled) => Err(Refusal::of(Code::Edition, id)),
        _ => Ok(()),
    }
}

impl Set {
    /// Of a cancelled set this is the reason, whatever else is wrong: nothing that would mend the rest makes it count.
    pub(crate) fn judge_not_cancelled(&self, id: Uuid) -> Result<(), Refusal> {
        if self.stage == Stage::Cancelled { Err(Refusal::of(Code::SetCancelled, id)) } else { Ok(()) }
    }

    /// In a founded ledger lines come from whoever began the set: nobody else puts a payee into it.
    pub(crate) fn judge_line(&self, case: &Case<'_>, id: Uuid, number: u32, fen: Fen) -> Result<(), Refusal> {
        if self.stage != Stage::Open {
            return Err(Refusal::of(Code::SetNotOpen, id));
        }
        if case.state.is_founded() && !case.state.same_human(case.entry.principal, &self.preparer) {
            return Err(Refusal::of(Code::NotPreparer, id));
        }
        if Some(number) != self.count.checked_add(1) {
            return Err(Refusal::with(Code::LineOutOfOrder, id, i64::from(self.count) + 1));
        }
        if fen <= 0 || self.fen.checked_add(fen).is_none() {
            return Err(Refusal::of(Code::BadAmount, id));
        }
        Ok(())
    }

    pub(crate) fn add_line(&mut self, fen: Fen, content: &[u8]) {
        self.count += 1;
        self.fen += fen;
        self.hash = link(&self.hash, content);
    }

    pub(crate) fn judge_seal(&self, event: &SetSealed) -> Result<(), Refusal> {
        self.judge_not_cancelled(event.set)?;
        if self.stage != Stage::Open {
            return Err(Refusal::of(Code::SetNotOpen, event.set));
        }
        if self.count == 0 {
            return Err(Refusal::of(Code::SetNotReady, event.set));
        }
        if (event.count, event.fen, event.hash) != (self.count, self.fen, self.hash) {
            return Err(Refusal::with(Code::SealMismatch, event.set, i64::from(self.count)));
        }
        Ok(())
    }

    /// A step taken back, on its day and while the next was not taken: then that is to be taken back first.
    pub(crate) fn judge_back(&self, case: &Case<'_>, taken: Taken, set: Uuid, stage: Stage) -> Result<(), Refusal> {
        taken.on(case, self.entered(stage))?;
        self.judge_not_cancelled(set)?;
        if self.stage == stage { Ok(()) } else { Err(Refusal::of(Code::InUse, set)) }
    }

    /// A step that needs `stage`, taken by somebody other than the preparer.
    pub(crate) fn judge_step(&self, case: &Case<'_>, event: &SetDecided, stage: Stage) -> Result<(), Refusal> {
        self.judge_not_cancelled(event.set)?;
        if self.stage > stage {
            return Err(Refusal::of(Code::SetEnded, event.set));
        }
        if self.stage != stage {
            return Err(Refusal::of(Code::SetNotReady, event.set));
        }
        if event.hash != self.hash {
            return Err(Refusal::of(Code::HashMismatch, event.set));
        }
        if case.state.same_human(case.entry.principal, &self.preparer) {
            return Err(Refusal::of(Code::FourEyes, event.set));
        }
        Ok(())
    }
}
