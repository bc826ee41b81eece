//! How what was said stands now, and how far the payment of an instalment has come. What makes up a roster or an application counts
//! no longer than that does.

use crate::event::{Event, WayBack};
use crate::handle::{Handle, Link};
use crate::outcome::{Code, Now};
use crate::state::State;
use crate::state::disputes::Dispute;
use crate::state::entry_rows::{Seen, WITHDRAWN, WITHHELD};
use crate::state::rows::{Instalment, Payout};
use crate::state::stage::{Progress, Stage};
use uuid::Uuid;

/// How far the payment of an instalment has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Nothing ordered.
    Free,
    /// In a payment.
    Ordered(Handle<Payout>),
    /// Paid by this one.
    Settled(Handle<Payout>),
    /// Came back; this is the latest returned payment.
    Returned(Handle<Payout>),
}

impl State {
    /// How far the payment of an instalment has come. An order of a cancelled application counts as never made.
    #[must_use]
    pub fn standing(&self, instalment: Handle<Instalment>) -> Standing {
        let given_up = |payout: &Payout| self.applications.get(payout.application).set.stage == Stage::Cancelled;
        let mut orders = self.payouts.chain(self.instalments.get(instalment).payout, |payout| payout.reissue_of);
        let Some((latest, payout)) = orders.find(|(_, payout)| !given_up(payout)) else { return Standing::Free };
        let paid = |payout: &Payout| payout.progress == Progress::Credited;
        if paid(payout) {
            return Standing::Settled(latest);
        }
        // A return taken back leaves an earlier payment paid.
        if let Some((earlier, _)) = orders.find(|(_, payout)| paid(payout)) {
            return Standing::Settled(earlier);
        }
        if payout.progress == Progress::Returned { Standing::Returned(latest) } else { Standing::Ordered(latest) }
    }

    /// How an event stands that is on record as `seen`. It asks for the set only of what makes one up and is said again.
    #[must_use]
    pub fn now_of(&self, event: &Event, seen: &Seen) -> Now {
        let of_set = matches!(seen.kind.way_back(), WayBack::Cancelled | WayBack::WhileFree);
        let cancelled = || of_set && self.is_cancelled(event.subject());
        match seen.now() {
            Now::Counts if cancelled() => Now::Withdrawn,
            Now::Refused(_) if cancelled() => Now::Refused(Code::SetCancelled),
            now => now,
        }
    }

    /// Whether the edition before was taken back, so that this one has its turn. What only stood beside when it was taken back is
    /// passed over: it never counted, so it makes room for nothing.
    #[must_use]
    pub fn is_in_turn(&self, event: &Event) -> bool {
        for before in (0..event.edition).rev() {
            let id = event.id_of_edition(before);
            match self.seen.by_id(id) {
                Some((_, seen)) => return seen.now() == Now::Withdrawn,
                None if self.disputes.by_id(id).is_some_and(|(_, row)| row.withdrawn) => {}
                None => return false,
            }
        }
        true
    }

    /// The entry that told this content beside the ledger, if what stood beside under this id was taken back: its edition is used up
    /// and never counts. Of an id that counts once, its own entry says so.
    #[must_use]
    pub fn withdrawn_beside(&self, id: Uuid, content: u64) -> Option<u64> {
        let (_, row) = self.disputes.by_id(id).filter(|(_, row)| row.withdrawn)?;
        let told = row.versions.iter().find(|version| version.content == content);
        told.or(row.versions.first()).map(|version| version.index)
    }

    /// Of an entry that was left out, as its day had not come: that it was taken back since; its id. For asking how a day looked; the
    /// ledger itself leaves nothing out.
    pub(crate) fn take_back_withheld(&mut self, entry: Handle<Seen>) -> Option<Uuid> {
        let withheld = entry < self.seen.next() && self.seen.get(entry).verdict == WITHHELD;
        withheld.then(|| {
            let seen = self.seen.get_mut(entry);
            seen.verdict = WITHDRAWN;
            let id = seen.id;
            self.seen.index(id, entry);
            id
        })
    }

    /// Of editions before one that had its turn: those of which nothing counted here, being of days to come or without a turn, are
    /// passed over; what was told of them is told of the same number. For asking how a day looked.
    pub(crate) fn leave_room(&mut self, event: &Event) {
        for before in 0..event.edition {
            let id = event.id_of_edition(before);
            self.link_edition(id, event);
            if self.seen.find(id).is_none() {
                let (versions, many, withdrawn) = (Vec::new(), Link::NONE, false);
                let new = Dispute { id, versions, many, withdrawn };
                let at = self.disputes.find(id).unwrap_or_else(|| self.disputes.push(new));
                self.disputes.get_mut(at).withdrawn = true;
            }
        }
    }

    /// Whether this is a roster or an application that was given up.
    fn is_cancelled(&self, set: Uuid) -> bool {
        let roster = self.rosters.by_id(set).map(|(_, row)| &row.set);
        let set = roster.or_else(|| self.applications.by_id(set).map(|(_, row)| &row.set));
        set.is_some_and(|set| set.stage == Stage::Cancelled)
    }
}
