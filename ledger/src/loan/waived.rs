//! How much of the principal a borrower pays interest on is waived on a day: by the year in which the interest falls due, which an
//! early repayment moves forward for what it repays, and by the notices of these years.

use super::fact_list::Facts;
use super::study::{Study, WaivedYear};
use crate::event::conventions::EarlySettles;
use crate::money::Day;
use crate::state::lending_rows::{Fact, What};
use crate::steps::step;

/// Some principal, and how much of it is overdue.
#[derive(Clone, Copy, Default)]
pub(super) struct Share {
    pub principal: i128,
    pub overdue: i128,
}

impl Share {
    /// Without a part of it, which takes what is overdue first, as a payment does; the rest and the part.
    fn split(self, part: i128) -> [Self; 2] {
        let principal = part.min(self.principal);
        let part = Self { principal, overdue: self.overdue.min(principal) };
        [Self { principal: self.principal - principal, overdue: self.overdue - part.overdue }, part]
    }
}

/// The early repayments still to come in a calendar year, summed up. Days ascend, so the cursor never goes back: looked for anew, each
/// of a thousand stretches would pass a thousand facts.
#[derive(Default)]
pub(super) struct EarlySum {
    /// Facts before this one are in the sum, as far as they are still to come.
    next: usize,
    fen: i128,
}

impl EarlySum {
    /// Of so much principal, how much early repayments after a day settle in its year: those from this place of the facts on.
    pub fn settles(&mut self, facts: Facts<'_>, to_come: usize, year: u16, how: EarlySettles) -> i128 {
        self.next = self.next.max(to_come);
        while let Some(fact) = facts.get(self.next).filter(|fact| fact.on.year() <= year) {
            step();
            self.next += 1;
            self.fen += settled(fact);
        }
        if how == EarlySettles::Whole && self.fen > 0 { i128::MAX } else { self.fen }
    }

    /// The fact at a place is no longer to come.
    pub fn came(&mut self, at: usize, fact: &Fact) {
        if at < self.next {
            self.fen -= settled(fact);
        }
    }
}

/// The principal whose interest a fact settles on its day, if it is an early repayment: what it says it pays of it, or, as what it
/// pays hangs on that interest, all of it.
fn settled(fact: &Fact) -> i128 {
    match fact.what {
        What::Repaid { fen, allocation, early: true } => i128::from(allocation.map_or(fen, |parts| parts.principal)),
        _ => 0,
    }
}

/// What is waived of a share of the principal on the days from one on whose interest falls due in a year; the year of the notice.
pub(super) fn waived(study: &Study, on: Day, share: Share, due: u16) -> Option<(u16, Share)> {
    let at = study.waived.binary_search_by_key(&due, |waived| waived.year).ok()?;
    let notice = Some(&study.waived[at]).filter(|notice| notice.from <= on && share.principal > 0)?;
    Some((due, covered(notice, share)))
}

/// The same where a part is settled before, in the days' own year, and the rest falls due in the next.
pub(super) fn waived_in_part(
    study: &Study,
    on: Day,
    whole: Share,
    [due, own]: [u16; 2],
    settled: i128,
) -> Option<(u16, Share)> {
    let [rest, part] = whole.split(settled);
    match (waived(study, on, rest, due), waived(study, on, part, own)) {
        (Some((year, rest)), Some((_, part))) => {
            Some((year, Share { principal: rest.principal + part.principal, overdue: rest.overdue + part.overdue }))
        }
        (rest, part) => rest.or(part),
    }
}

/// Without what is overdue, unless the notice covers that.
fn covered(notice: &WaivedYear, share: Share) -> Share {
    if notice.covers_arrears { share } else { Share { principal: share.principal - share.overdue, overdue: 0 } }
}
