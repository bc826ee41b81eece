//! A calendar year as published: person-times, aided, credited, recovered, in transit, returned, in suspense. Walks all persons
//! and their payments, so it is a report, not a look-up.

use super::{divisions, labels, payments};
use ledger::handle::{Handle, Link};
use ledger::money::{FenSum, share};
use ledger::state::State;
use ledger::state::rows::{Award, Payout, Programme};
use ledger::state::stage::{Progress, Stage};
use std::collections::BTreeMap;

/// Which payments a report takes in.
#[derive(Clone, Default, Debug)]
pub struct YearFilter {
    /// Only this programme.
    pub programme: Option<Handle<Programme>>,
    /// Only this division and those in it; 0 takes in all.
    pub division: u32,
    /// Only this stage of schooling; empty takes in all.
    pub schooling: String,
    /// Only this calendar year.
    pub year: Option<u16>,
    /// Division is the person's home rather than the place of the school.
    pub by_home: bool,
}

/// What a row is about. Money in suspense whose payment is unknown has no programme.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct YearKey {
    /// Handle of the programme.
    pub programme: Link<Programme>,
    /// Place of the school, or of the home.
    pub division: u32,
    /// Calendar year.
    pub year: u16,
}

/// What was done in one programme, division and year.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct YearFigures {
    /// Persons with at least one payment credited or in transit: each counts once.
    pub person_times: u64,
    /// Credited and not taken back. A credit in suspense is not in it until it is accepted.
    pub credited_fen: FenSum,
    /// Of that, what was recovered since, whenever that was.
    pub recovered_fen: FenSum,
    /// At the bank with the result awaited.
    pub transit_fen: FenSum,
    /// Came back in this year, whether or not reissued; not part of the above.
    pub returned_fen: FenSum,
    /// Credited beyond expectation and not cleared; not part of the above.
    pub suspense_fen: FenSum,
    /// Instalments of approved awards that fell due in this year.
    pub awarded_fen: FenSum,
    /// Payments credited, in transit or returned.
    pub payouts: u64,
}

impl YearFigures {
    /// Credited net of returns and suspense, plus in transit.
    #[must_use]
    pub fn aided_fen(&self) -> FenSum {
        self.credited_fen + self.transit_fen
    }

    /// The same less what was recovered of it.
    #[must_use]
    pub fn net_fen(&self) -> FenSum {
        self.aided_fen() - self.recovered_fen
    }

    fn add(&mut self, other: &Self) {
        self.credited_fen += other.credited_fen;
        self.recovered_fen += other.recovered_fen;
        self.transit_fen += other.transit_fen;
        self.returned_fen += other.returned_fen;
        self.suspense_fen += other.suspense_fen;
        self.awarded_fen += other.awarded_fen;
        self.payouts += other.payouts;
    }
}

/// Rows by programme, division and year, and their sum.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct YearReport {
    /// The rows.
    pub rows: BTreeMap<YearKey, YearFigures>,
    /// Over all rows; a person in two divisions counts once a programme and year here.
    pub sum: YearFigures,
}

/// The figures of one calendar year over everything.
#[must_use]
pub fn calendar_year(state: &State, year: u16) -> YearFigures {
    by_year(state, &YearFilter { year: Some(year), ..YearFilter::default() }).sum
}

/// The report by programme, division and calendar year.
#[must_use]
pub fn by_year(state: &State, filter: &YearFilter) -> YearReport {
    let mut walk = Walk { state, filter, report: YearReport::default(), met: Vec::new() };
    for (_, person) in state.persons.iter() {
        walk.met.clear();
        state.awards.chain(person.last_award, |award| award.before_of_person).for_each(|(_, award)| walk.award(award));
    }
    walk.suspense();
    let mut report = walk.report;
    let person_times = report.sum.person_times;
    report.sum = report.rows.values().fold(YearFigures::default(), |mut sum, row| {
        sum.add(row);
        sum
    });
    report.sum.person_times = person_times;
    report
}

struct Walk<'a> {
    state: &'a State,
    filter: &'a YearFilter,
    report: YearReport,
    /// Rows in which the person at hand was counted already.
    met: Vec<YearKey>,
}

impl<'a> Walk<'a> {
    fn award(&mut self, award: &Award) {
        let state = self.state;
        let roster = state.rosters.get(award.roster);
        let Some(key) = self.key(award) else { return };
        // Only approved awards are owed, and only they can be paid.
        if roster.set.stage != Stage::Approved {
            return;
        }
        for (number, due) in roster.due.iter().enumerate() {
            let fen = share(award.fen, number, roster.due.len());
            if let Some(row) = self.row(YearKey { year: due.year(), ..key }) {
                row.awarded_fen += fen;
            }
            let instalment = award.instalments.plus(u32::try_from(number).unwrap_or(0));
            for (_, payout) in state.payouts.chain(state.instalments.get(instalment).payout, |row| row.reissue_of) {
                self.payout(payout, key);
            }
        }
    }

    fn payout(&mut self, payout: &Payout, key: YearKey) {
        let key = YearKey { year: payments::year_of(self.state, payout), ..key };
        let transit = payments::in_transit(self.state, payout);
        let aided = transit || payout.progress == Progress::Credited;
        let credited = payments::paid(self.state, payout);
        let recovered = self.state.recovered_of(payout.id);
        let Some(row) = self.row(key) else { return };
        match payout.progress {
            Progress::Credited => {
                row.credited_fen += credited;
                row.recovered_fen += recovered;
            }
            Progress::Returned => row.returned_fen += payout.fen,
            Progress::Ordered | Progress::Unknown if transit => row.transit_fen += payout.fen,
            Progress::Ordered | Progress::Unknown => return,
        }
        row.payouts += 1;
        if aided {
            self.count(key);
        }
    }

    fn count(&mut self, key: YearKey) {
        if self.met.contains(&key) {
            return;
        }
        let once = self.met.iter().all(|met| (met.programme, met.year) != (key.programme, key.year));
        self.met.push(key);
        self.report.sum.person_times += u64::from(once);
        self.report.rows.entry(key).or_default().person_times += 1;
    }

    fn suspense(&mut self) {
        let state = self.state;
        for (_, finding) in state.findings.iter().filter(|(_, finding)| finding.open && finding.fen != 0) {
            if !finding.kind.is_credit() {
                continue;
            }
            let unknown = YearKey { programme: Link::NONE, division: state.orgs.get(finding.unit).division(), year: 0 };
            let key = match finding.payout.handle() {
                None if self.takes_unknown(unknown.division) => Some(unknown),
                None => None,
                Some(payout) => self.key(state.awards.get(state.payouts.get(payout).award)),
            };
            let row = key.and_then(|key| self.row(YearKey { year: finding.on.year(), ..key }));
            if let Some(row) = row {
                row.suspense_fen += finding.in_suspense();
            }
        }
    }

    fn takes_unknown(&self, division: u32) -> bool {
        let filter = self.filter;
        filter.programme.is_none() && filter.schooling.is_empty() && divisions::lies_in(division, filter.division)
    }

    /// Programme and division of an award, if the filter takes it in; the year is still open.
    fn key(&self, award: &Award) -> Option<YearKey> {
        let (state, filter) = (self.state, self.filter);
        let programme = state.rosters.get(award.roster).programme;
        let home = || state.persons.get(award.person).origin;
        let division = if filter.by_home { home() } else { divisions::division_of(state, award) };
        let taken = filter.programme.is_none_or(|wanted| wanted == programme)
            && (filter.schooling.is_empty() || labels::schooling(state, programme) == filter.schooling)
            && divisions::lies_in(division, filter.division);
        taken.then_some(YearKey { programme: programme.into(), division, year: 0 })
    }

    fn row(&mut self, key: YearKey) -> Option<&mut YearFigures> {
        let wanted = self.filter.year.is_none_or(|year| year == key.year);
        wanted.then(|| self.report.rows.entry(key).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::tests::world::{EACH, PAYOUT, World, thing};
    use ledger::account::Class;
    use ledger::money::Fen;

    /// Payee accounts hold what is credited and what is in suspense; transit accounts what was sent.
    fn agrees_with_accounts(state: &State) {
        let all = by_year(state, &YearFilter::default()).sum;
        let on = |class| -> Fen {
            let rows = state.accounts.iter().filter(|(_, row)| row.class == class);
            rows.map(|(_, row)| Fen::try_from(row.balance).expect("an amount")).sum()
        };
        assert_eq!(all.credited_fen + all.suspense_fen, on(Class::Payee));
        assert_eq!(all.transit_fen, on(Class::Transit));
        assert_eq!(all.credited_fen, on(Class::Settled));
    }

    #[test]
    fn counts_persons_once_and_money_net() {
        let mut world = World::paid();
        let before = calendar_year(&world.state, 2021);
        assert_eq!((before.person_times, before.credited_fen, before.transit_fen), (2, (2 * EACH).into(), EACH.into()));
        assert_eq!(before.aided_fen(), 3 * EACH);
        agrees_with_accounts(&world.state);
        // One of the two payments of the first person comes back, the other person's goes in transit and stays.
        world.returned(thing(PAYOUT), 4, 20_211_201);
        let after = calendar_year(&world.state, 2021);
        assert_eq!((after.credited_fen, after.returned_fen), (EACH.into(), EACH.into()));
        assert_eq!(after.person_times, 2);
        agrees_with_accounts(&world.state);
    }

    #[test]
    fn a_double_credit_is_suspense_and_no_aid() {
        let mut world = World::paid();
        world.credited(thing(PAYOUT), EACH, 20_211_202);
        let year = calendar_year(&world.state, 2021);
        assert_eq!((year.aided_fen(), year.suspense_fen), ((3 * EACH).into(), EACH.into()));
        agrees_with_accounts(&world.state);
    }

    #[test]
    fn the_year_is_that_of_the_result() {
        let mut world = World::paid();
        world.credited(thing(PAYOUT + 2), EACH, 20_220_105);
        assert_eq!(calendar_year(&world.state, 2021).aided_fen(), 2 * EACH);
        assert_eq!(calendar_year(&world.state, 2022).aided_fen(), EACH);
        agrees_with_accounts(&world.state);
    }

    #[test]
    fn filters_leave_out_the_rest() {
        let world = World::paid();
        let at = |division| YearFilter { division, ..YearFilter::default() };
        assert_eq!(by_year(&world.state, &at(610_300)).sum, by_year(&world.state, &at(0)).sum);
        assert_eq!(by_year(&world.state, &at(620_000)).rows.len(), 0);
        let homes = YearFilter { by_home: true, ..YearFilter::default() };
        let divisions: Vec<u32> = by_year(&world.state, &homes).rows.keys().map(|key| key.division).collect();
        assert!(divisions.contains(&619_901) && divisions.contains(&619_902));
        let schooling = YearFilter { schooling: "preschool".to_owned(), ..YearFilter::default() };
        assert!(by_year(&world.state, &schooling).rows.is_empty());
    }
}
