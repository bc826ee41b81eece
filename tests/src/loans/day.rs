//! The rules of one day, each asked by itself: who studies, at what rate, whether waived. Slow and plain on purpose.

use super::book::Book;
use ledger::event::conventions::{AfterDeath, AwayFrom, EarlySettles, MovesOlder, WaiverFor};
use ledger::event::loan_terms::{LoanTerms, MonthDay, StudyEnd};
use ledger::event::{Kind, LoanSigned, Status, WaiverAdopted};
use ledger::money::{Day, Fen};
use uuid::Uuid;

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
    /// Early repayments: the day, and the principal whose interest each settles.
    early: Vec<(Day, Fen)>,
    /// Other days of maturity, by the day from which each holds.
    amended: Vec<(Day, Day)>,
    /// The first degree and the first withdrawal since the contract.
    graduated: Option<Day>,
    withdrew: Option<Day>,
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

/// What was told of a person by day, none of it after his death.
fn statuses(book: &Book, person: Uuid) -> Vec<(Day, Status)> {
    let mut statuses = book.statuses.get(&person).cloned().unwrap_or_default();
    statuses.sort_by_key(|(on, _)| *on);
    let died = statuses.iter().position(|(_, status)| *status == Status::Deceased);
    statuses.truncate(died.map_or(statuses.len(), |at| at + 1));
    statuses
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
        let (mut spreads, mut only_if_lower) = (vec![(signed, terms.spread_bp)], Vec::new());
        let mut later: Vec<_> = book.terms.iter().filter(ours).filter(|(from, _)| *from > signed).collect();
        later.retain(|(_, later)| later.moves_older != MovesOlder::No && later.index == terms.index);
        for (from, later) in later {
            spreads.push((*from, later.spread_bp));
            if later.moves_older == MovesOlder::IfLower {
                only_if_lower.push(spreads.len() - 1);
            }
        }
        let rate = |(_, on, kind): &&(_, Day, Kind)| match kind {
            Kind::LoanRateAgreed(rate) => Some((*on, rate.spread_bp)),
            _ => None,
        };
        // Of one day the lowest counts.
        let mut agreed: Vec<(Day, i32)> = facts.iter().filter_map(rate).collect();
        agreed.sort_by_key(|(on, spread)| (*on, -*spread));
        spreads.extend(agreed);
        let mut order: Vec<_> = (0..spreads.len()).collect();
        order.sort_by_key(|at| spreads[*at].0);
        let mut kept: Vec<(Day, i32)> = Vec::new();
        for at in order {
            let higher = kept.last().is_some_and(|(_, now)| spreads[at].1 >= *now);
            if !(only_if_lower.contains(&at) && higher) {
                kept.push(spreads[at]);
            }
        }
        let spreads = kept;
        let mut fixings: Vec<_> = book.rates.iter().filter(|rate| rate.0 == terms.index).map(|r| (r.1, r.2)).collect();
        fixings.sort_by_key(|(on, _)| *on);
        fixings.iter().find(|(on, _)| *on <= signed)?;
        let statuses = statuses(book, contract.person);
        let first = |wanted: Status| {
            let of_kind = statuses.iter().filter(|(on, status)| *status == wanted && *on >= signed);
            of_kind.map(|(on, _)| *on).min()
        };
        let (graduated, withdrew) = (first(Status::Graduated), first(Status::Withdrawn));
        let early = facts.iter().filter_map(|(_, on, kind)| match kind {
            Kind::LoanRepaid(e) if e.early => Some((*on, e.allocation.map_or(e.fen, |parts| parts.principal))),
            _ => None,
        });
        let early = early.collect();
        let of_amendment = |(_, on, kind): &&(_, Day, Kind)| match kind {
            Kind::LoanAmended(e) => Some((*on, e.matures)),
            _ => None,
        };
        let mut amended: Vec<_> = facts.iter().filter_map(of_amendment).collect();
        amended.sort_by_key(|(on, _)| *on);
        Some(Self { book, contract, signed, terms, statuses, spreads, fixings, early, amended, graduated, withdrew })
    }

    /// Whether finance pays as the borrower studies, or as the terms have it after his death.
    pub fn studies(&self, day: Day) -> bool {
        let choices = &self.terms.conventions;
        let mut finance = true;
        let mut lasting = false;
        // From when somebody else pays, and whether that is finance.
        let mut ends: Option<(Day, bool)> = None;
        for &(on, status) in self.statuses.iter().take_while(|(on, _)| *on <= day) {
            if let Some((end, then)) = ends
                && end <= on
            {
                (finance, ends) = (then, None);
            }
            let earliest = |end: Day, then: bool| match ends {
                Some((first, before)) if first < end => Some((first, before)),
                _ => Some((end, then)),
            };
            match status {
                Status::FurtherStudy | Status::Enrolled | Status::IllnessLeave => {
                    if !lasting || choices.resumes.contains(&status) {
                        (finance, ends, lasting) = (true, None, false);
                    }
                }
                // A degree from before the contract is not the end of the study this loan pays for, but of what was before.
                Status::Graduated if on < self.signed => (finance, ends, lasting) = (true, None, false),
                Status::Graduated => (ends, lasting) = (earliest(self.graduate_pays_from(on), false), true),
                Status::Leave | Status::Withdrawn | Status::Deceased => {
                    let end = if choices.away_from == AwayFrom::Day { on } else { month_after(on) };
                    ends = earliest(end, status == Status::Deceased && choices.after_death == AfterDeath::Finance);
                    lasting |= status != Status::Leave && on >= self.signed;
                }
            }
        }
        match ends {
            Some((end, then)) if end <= day => then,
            _ => finance,
        }
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

    /// The day on which a borrower's day falls due but for early repayments: settlement or maturity.
    fn due(&self, day: Day) -> Day {
        let this_year = calendar(day.year(), self.terms.settlement);
        let settled = if this_year >= day { this_year } else { calendar(day.year() + 1, self.terms.settlement) };
        let matures = self.matures(day);
        if matures >= day { settled.min(matures) } else { settled }
    }

    /// When the last falls due, as the contract says on a day.
    fn matures(&self, day: Day) -> Day {
        self.amended.iter().rfind(|(on, _)| *on <= day).map_or(self.contract.matures, |(_, matures)| *matures)
    }

    /// Of so much principal the borrower pays interest on, and so much of it overdue: how much of each is waived on a day.
    pub fn waived(&self, day: Day, principal: i128, overdue: i128) -> [i128; 2] {
        let (due, this_year) = (self.due(day).year(), day.year());
        let to_come = self.early.iter().filter(|(on, _)| *on > day && on.year() == this_year);
        let mut settled: i128 = to_come.map(|(_, fen)| i128::from(*fen)).sum();
        if settled > 0 && self.terms.conventions.early_settles == EarlySettles::Whole {
            settled = principal;
        }
        let settled = if due > this_year { settled.min(principal) } else { 0 };
        let settled_overdue = settled.min(overdue);
        let mut sums = [0, 0];
        for (year, fen, late) in
            [(this_year, settled, settled_overdue), (due, principal - settled, overdue - settled_overdue)]
        {
            if let Some(notice) = self.notice(year, day) {
                let covered = if notice.covers_arrears { late } else { 0 };
                sums = [sums[0] + fen - late + covered, sums[1] + covered];
            }
        }
        sums
    }

    /// The notice that waives a day whose interest falls due in a year.
    fn notice(&self, year: u16, day: Day) -> Option<&WaiverAdopted> {
        let left = [self.graduated, self.withdrew].into_iter().flatten().min();
        let holds = |notice: &&WaiverAdopted| {
            let by = |on: Option<Day>| on.is_some_and(|on| on.year() <= notice.graduated_through);
            notice.year == year
                && match notice.who {
                    WaiverFor::Graduates => by(self.graduated),
                    WaiverFor::AfterGraduation => by(self.graduated) && self.graduated.is_some_and(|on| on < day),
                    WaiverFor::Leavers => by(left),
                }
        };
        self.book.waivers.iter().find(holds)
    }

    /// Whether interest is settled on a day: once a year, and at maturity.
    pub fn settles(&self, day: Day) -> bool {
        day == calendar(day.year(), self.terms.settlement) || day == self.matures(day)
    }
}
