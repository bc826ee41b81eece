//! The rules of one day, each asked by itself: who studies, at what rate, whether waived. Slow and plain on purpose.

use super::book::Book;
use ledger::event::loan_terms::{LoanTerms, MonthDay, StudyEnd};
use ledger::event::{Kind, LoanSigned, Status};
use ledger::money::Day;

/// The contract of a loan with all that can decide about one of its days.
pub struct Rules<'a> {
    book: &'a Book,
    /// The contract.
    pub contract: &'a LoanSigned,
    signed: Day,
    /// The terms in force on the day of signing.
    pub terms: &'a LoanTerms,
    /// The person's statuses, by day; of one day the later told counts last.
    statuses: Vec<(Day, Status)>,
    /// Spreads, by the day from which each holds.
    spreads: Vec<(Day, i32)>,
    /// Fixings of the index, by day.
    fixings: Vec<(Day, u32)>,
    /// Days of early settlements.
    early: Vec<Day>,
    graduated: Option<u16>,
}

/// A calendar day of a year.
fn calendar(year: u16, day: MonthDay) -> Day {
    Day::from_yyyymmdd(u32::from(year) * 10_000 + u32::from(day.month) * 100 + u32::from(day.day)).unwrap_or_default()
}

/// The first of the month after a day.
fn month_after(day: Day) -> Day {
    let (year, month) = (day.yyyymmdd() / 10_000, day.yyyymmdd() / 100 % 100);
    let number = if month == 12 { (year + 1) * 10_000 + 101 } else { year * 10_000 + (month + 1) * 100 + 1 };
    Day::from_yyyymmdd(number).unwrap_or_default()
}

impl<'a> Rules<'a> {
    /// The rules of a loan; none while its contract, its terms or its first rate are not known.
    pub fn of(book: &'a Book, contract: &'a super::book::Contract) -> Option<Self> {
        let (signed, facts) = (contract.signed.as_ref()?, contract.counting().collect::<Vec<_>>());
        let (signed, contract) = (signed.0, &signed.1);
        let ours = |(_, terms): &&(Day, LoanTerms)| terms.kind == contract.kind;
        // Of several in force since one day the one told last counts: `max_by_key` gives the last of equals.
        let in_force = book.terms.iter().filter(ours).filter(|(from, _)| *from <= signed).max_by_key(|(from, _)| *from);
        let terms = &in_force?.1;
        let mut spreads = vec![(signed, terms.spread_bp)];
        let mut later: Vec<_> = book.terms.iter().filter(ours).filter(|(from, _)| *from > signed).collect();
        later.retain(|(_, later)| later.moves_older && later.index == terms.index);
        spreads.extend(later.iter().map(|(from, later)| (*from, later.spread_bp)));
        for (_, on, kind) in &facts {
            if let Kind::LoanRateAgreed(agreed) = kind {
                spreads.push((*on, agreed.spread_bp));
            }
        }
        spreads.sort_by_key(|(from, _)| *from);
        let mut fixings: Vec<_> = book.rates.iter().filter(|rate| rate.0 == terms.index).map(|r| (r.1, r.2)).collect();
        fixings.sort_by_key(|(on, _)| *on);
        fixings.iter().find(|(on, _)| *on <= signed)?;
        let mut statuses = book.statuses.get(&contract.person).cloned().unwrap_or_default();
        statuses.sort_by_key(|(on, _)| *on);
        let graduations = statuses.iter().filter(|(_, status)| *status == Status::Graduated);
        let graduated = graduations.map(|(on, _)| on.year()).min();
        let early = facts.iter().filter(|(_, _, kind)| matches!(kind, Kind::LoanRepaid(e) if e.early));
        let early = early.map(|(_, on, _)| *on).collect();
        Some(Self { book, contract, signed, terms, statuses, spreads, fixings, early, graduated })
    }

    /// Whether finance pays as the borrower studies.
    pub fn studies(&self, day: Day) -> bool {
        let mut finance = true;
        let mut lasting = false;
        let mut ends: Option<Day> = None;
        for &(on, status) in self.statuses.iter().take_while(|(on, _)| *on <= day) {
            if ends.is_some_and(|end| end <= on) {
                (finance, ends) = (false, None);
            }
            match status {
                Status::FurtherStudy => (finance, ends, lasting) = (true, None, false),
                Status::Enrolled | Status::IllnessLeave if !lasting => (finance, ends) = (true, None),
                Status::Enrolled | Status::IllnessLeave => {}
                // A degree from before the contract is not the end of the study this loan pays for.
                Status::Graduated if on < self.signed => {}
                Status::Graduated => {
                    let end = self.graduate_pays_from(on);
                    (ends, lasting) = (Some(ends.map_or(end, |first| first.min(end))), true);
                }
                Status::Leave | Status::Withdrawn | Status::Deceased => {
                    let end = month_after(on);
                    ends = Some(ends.map_or(end, |first| first.min(end)));
                    lasting |= status != Status::Leave && on >= self.signed;
                }
            }
        }
        finance && ends.is_none_or(|end| day < end)
    }

    fn graduate_pays_from(&self, on: Day) -> Day {
        let september = calendar(on.year(), MonthDay { month: 9, day: 1 });
        match self.terms.study_end {
            StudyEnd::AugustEnd if on < september => september,
            StudyEnd::AugustEnd | StudyEnd::MonthEnd => month_after(on),
        }
    }

    /// A year's rate on a day, in millionths. Money paid out before the contract was signed bears its first rate.
    pub fn rate_ppm(&self, day: Day) -> i128 {
        let this_year = calendar(day.year(), self.terms.reset);
        let last_reset = if this_year <= day { this_year } else { calendar(day.year() - 1, self.terms.reset) };
        let known_by = if last_reset > self.signed {
            last_reset.plus(i32::try_from(self.terms.fixing_days).unwrap_or_default())
        } else {
            self.signed
        };
        let fixing = self.fixings.iter().rev().find(|(on, _)| *on <= known_by).map_or(0, |fixing| fixing.1);
        let day = day.max(self.signed);
        let spread = self.spreads.iter().rev().find(|(from, _)| *from <= day);
        (i128::from(fixing) + i128::from(spread.map_or(0, |spread| spread.1)) * 100).max(0)
    }

    /// The day on which a borrower's day falls due: settlement, maturity, or an early settlement after it.
    fn due(&self, day: Day) -> Day {
        let this_year = calendar(day.year(), self.terms.settlement);
        let settled = if this_year >= day { this_year } else { calendar(day.year() + 1, self.terms.settlement) };
        let matures = Some(self.contract.matures).filter(|matures| *matures >= day);
        let early = self.early.iter().filter(|early| **early > day).min().copied();
        [matures, early].into_iter().flatten().fold(settled, Day::min)
    }

    /// Whether a borrower's day is waived.
    pub fn waived(&self, day: Day) -> bool {
        let Some(graduated) = self.graduated else { return false };
        let year = self.due(day).year();
        self.book.waivers.iter().any(|(waived, through)| *waived == year && graduated <= *through)
    }

    /// Whether interest is settled on a day: once a year, and at maturity.
    pub fn settles(&self, day: Day) -> bool {
        day == calendar(day.year(), self.terms.settlement) || day == self.contract.matures
    }
}
