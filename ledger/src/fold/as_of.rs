//! As of a day: what the ledger would hold had it been told nothing of later days, whatever the order in which it was told of the others.
//!
//! The fold of such a day leaves out what is of later ones (`State::withhold`) and is closed by [`State::settle`]. What a late standing,
//! a rate or terms make of a loan, and who posted its interest when, hangs on no entry of that loan then. A decision that was
//! refused for want of what was left out is judged again once the rest is told ([`State::judge_again`]). The ledger itself does none of this.

use super::act::Act;
use super::right::Right;
use super::told::{self, Told};
use super::{Halt, State};
use crate::change::Change;
use crate::entry::{Entry, Proof};
use crate::event::{Event, Interest, InterestAdjusted, Kind};
use crate::finding::FindingKind;
use crate::handle::Handle;
use crate::hash;
use crate::loan::{accrual, fund_effect};
use crate::money::Day;
use crate::outcome::{Code, Outcome, Refusal};
use crate::state::entry_rows::{BESIDE, DUPLICATE, POSTED, Seen, WITHDRAWN};
use crate::state::table::Table;
use uuid::Uuid;

impl State {
    /// The next entry posts interest of a loan, and did in the ledger: it takes its place and nothing else, as settling counts the days
    /// whether or not somebody posted them.
    ///
    /// # Errors
    /// A [`Halt`]: the entry is not the next one, or earlier in time than the last. Then nothing was changed.
    pub fn stand(&mut self, entry: &Entry<'_>) -> Result<(), Halt> {
        self.must_be_next(entry)?;
        self.counts.posted += 1;
        self.remember(entry, hash::content(entry.content), POSTED, None);
        Ok(())
    }

    /// Folds the next entry, which came out so in the ledger; the refusal, if it is refused here. Which content counts under a number,
    /// and which edition has its turn, is what the ledger says: where the one before, or what took it back, is of a later day and
    /// left out, nobody here could know, and of a mistake and what put it right both would count or neither.
    ///
    /// # Errors
    /// A [`Halt`], as folding.
    pub fn fold_as_of(&mut self, entry: &Entry<'_>, there: u8) -> Result<Option<Refusal>, Halt> {
        const TOLD_OTHERWISE: u8 = Code::ToldOtherwise as u8;
        const EDITION: u8 = Code::Edition as u8;
        let content = hash::content(entry.content);
        let is_new = |state: &Self| matches!(told::told(state, entry, content), Told::New);
        match there {
            POSTED | WITHDRAWN => self.leave_room(entry.event),
            BESIDE if is_new(self) => {
                self.must_be_next(entry)?;
                let _ = self.note(entry, content, FindingKind::ToldOtherwise);
                self.counts.posted += 1;
                self.remember(entry, content, BESIDE, None);
                return Ok(None);
            }
            DUPLICATE | TOLD_OTHERWISE | EDITION if is_new(self) => return self.withhold(entry).map(|()| None),
            _ => {}
        }
        let right = Right::as_there(there);
        let mut outcome = Outcome::default();
        self.fold_by(entry, right, &mut outcome)?;
        Ok(if let Outcome::Refused(refusal) = outcome { Some(refusal) } else { None })
    }

    /// An entry that was left out, as its day had not come, was taken back since by one left out as well: the next edition has its
    /// turn, and nothing told beside it under its number differs from anything any more.
    pub fn leave_taken_back(&mut self, entry: Handle<Seen>) {
        if let Some(id) = self.take_back_withheld(entry) {
            told::withdrawn(self, id);
        }
    }

    /// Judges a refused entry again, at its own place, by all that is known now. Whether it is posted.
    ///
    /// # Errors
    /// A [`Halt`]: the entry is of a later program.
    pub fn judge_again(&mut self, entry: &Entry<'_>) -> Result<bool, Halt> {
        let entry = Entry { again: Some(entry.index), ..*entry };
        let place = u32::try_from(entry.index).ok().and_then(|number| self.seen.handle(number));
        // Who had no right then, or lacked signatures, does so when more is told.
        let passing = |code| ![Code::NotEntitled, Code::SignaturesMissing, Code::UnderObjection].contains(&code);
        let Some(place) = place.filter(|place| self.seen.get(*place).now().refused().is_some_and(passing)) else {
            return Ok(false);
        };
        if self.unjudged(&entry, hash::content(entry.content), Right::Given)?.is_some() {
            return Ok(false);
        }
        let Ok(mut change) = self.judged(&entry, Right::Given) else { return Ok(false) };
        let subject = self.commit(&entry, &mut change, &mut Outcome::default());
        let row = self.seen.get_mut(place);
        (row.verdict, row.subject) = (POSTED, subject.unwrap_or(u32::MAX));
        (self.counts.posted, self.counts.refused) = (self.counts.posted + 1, self.counts.refused - 1);
        Ok(true)
    }

    /// Closes the fold of a day: every loan and fund stands by all that is told. Of those that were settled when `since` entries were
    /// folded only what was told since is looked at.
    pub fn settle(&mut self, day: Day, since: u64) {
        self.forget_refusals();
        let rules = self.loan_rules().map_or(0, |rules| rules.last);
        for number in 0..self.portfolios.next().number() {
            let fund = Handle::new(number);
            if let Some(change) = fund_effect::settled(self, day, fund) {
                self.settled(day, self.portfolios.get(fund).last, change);
                fund_effect::share_until(self, fund, rules);
            }
        }
        for number in 0..self.loans.next().number() {
            let row = self.loans.get(Handle::new(number));
            if accrual::is_unsettled(self, row, day, since) {
                let (id, last) = (row.id, row.last);
                let change = accrual::settled(self, day, id).map(|change| Act::Loan(Box::new(change)));
                self.settled(day, last, change);
            }
        }
    }

    /// Of entries that were judged again nothing says any more that they were refused.
    fn forget_refusals(&mut self) {
        if self.refused.len() as u64 == self.counts.refused {
            return;
        }
        let mut left = Table::default();
        for (_, row) in std::mem::take(&mut self.refused).iter() {
            if self.seen_at(row.index).is_some_and(|seen| seen.now().refused().is_some()) {
                let _ = left.push(row.clone());
            }
        }
        self.refused = left;
    }

    /// Makes a change that no entry made, under the last entry of what it is about. What is found of a sum stands on the day of the
    /// latest fact told by then, as on the days on which nothing is told nothing comes up.
    fn settled(&mut self, day: Day, last: u64, mut change: Change<Act>) {
        let (latest, figure) = (self.latest, Interest::default());
        let adjusted = InterestAdjusted { loan: Uuid::nil(), cause: Uuid::nil(), last, figure };
        let event = Event { id: Uuid::nil(), effective: day, edition: 0, kind: Kind::InterestAdjusted(adjusted) };
        let entry = Entry {
            index: last,
            recorded_ms: self.recorded_ms,
            principal: "",
            proof: Proof::Own,
            again: None,
            content: &[],
            event: &event,
        };
        let mut opened = Outcome::default();
        let _ = self.commit(&entry, &mut change, &mut opened);
        self.latest = latest;
        let Outcome::Posted { findings, .. } = opened else { return };
        let (settled, last) = (latest.min(day), Seen::place(&entry));
        for number in findings {
            let Some(finding) = self.findings.handle(number) else { continue };
            let row = self.findings.get_mut(finding);
            if row.on == day && row.fact == last {
                row.on = settled;
            }
        }
    }
}
