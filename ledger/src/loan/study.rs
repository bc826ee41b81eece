//! Who pays the interest of a day: finance while the borrower studies, the borrower otherwise. By the student's events.

use crate::event::Status;
use crate::event::conventions::{AfterDeath, AwayFrom, WaiverFor};
use crate::event::loan_terms::{LoanTerms, StudyEnd};
use crate::money::Day;
use crate::state::State;
use crate::state::lending_rows::{Loan, LoanRules};
use crate::state::rows::SchoolStatus;
use crate::steps::step;

/// Who pays from a day on, before any waiver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bearer {
    /// Finance, as in-school subsidy.
    Finance,
    /// The borrower.
    Borrower,
}

/// What the student's events say about a loan.
#[derive(Clone, Debug)]
pub(crate) struct Study {
    /// Who pays from each day on, ascending; the first holds from the beginning.
    pub bearers: Vec<(Day, Bearer)>,
    /// Years whose interest is waived for him, ascending.
    pub waived: Vec<WaivedYear>,
    /// The first day after his degree, where a notice waives only days from then on.
    pub after_degree: Option<Day>,
}

/// A year whose interest is waived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WaivedYear {
    /// The year in which it falls due.
    pub year: u16,
    /// The first of the days.
    pub from: Day,
    pub covers_arrears: bool,
}

/// Why study came to an end, for what a later enrolment means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Before the contract was signed, or a leave: enrolment brings the subsidy back.
    Passing,
    /// Graduated or withdrawn since: only further study does, on application (教财〔2015〕7号).
    Lasting,
}

/// The first days on which study ended since the contract, by a degree and without one.
#[derive(Default)]
struct Ends {
    graduated: Option<Day>,
    withdrew: Option<Day>,
}

/// The bearers of a loan's interest.
///
/// Enrolled and on leave for illness: finance (教财〔2015〕7号). Graduated: as the terms have it. Leave, withdrawn, deceased:
/// the borrower from the 1st of the next month (财政贴息管理办法 art. 2), or as the conventions have it. What brings finance back
/// after a degree or a withdrawal is theirs too.
#[must_use]
pub(crate) fn study(state: &State, loan: &Loan, terms: &LoanTerms) -> Study {
    let mut study = Study { bearers: vec![(Day::default(), Bearer::Finance)], waived: Vec::new(), after_degree: None };
    let Some(person) = loan.person.handle() else { return study };
    let conventions = &terms.conventions;
    let away = |on: Day| if conventions.away_from == AwayFrom::Day { on } else { on.next_month() };
    let after_death = if conventions.after_death == AfterDeath::Finance { Bearer::Finance } else { Bearer::Borrower };
    let mut ended: Option<End> = None;
    let mut ends = Ends::default();
    for SchoolStatus { on, status, .. } in state.standings(person) {
        step();
        let before = on < loan.signed;
        match status {
            Status::FurtherStudy | Status::Enrolled | Status::IllnessLeave => {
                if ended != Some(End::Lasting) || conventions.resumes.contains(&status) {
                    ended = None;
                    study.turn(on, Bearer::Finance);
                }
            }
            // Who graduated before signing was admitted to another course: the loan is for that one, and a leave from the one
            // before is over.
            Status::Graduated if before => {
                ended = None;
                study.turn(on, Bearer::Finance);
            }
            Status::Graduated => {
                ends.graduated = ends.graduated.or(Some(on));
                ended = Some(End::Lasting);
                study.turn(after_graduation(on, terms.study_end), Bearer::Borrower);
            }
            Status::Leave | Status::Withdrawn | Status::Deceased => {
                if status == Status::Withdrawn && !before {
                    ends.withdrew = ends.withdrew.or(Some(on));
                }
                let passing = before || status == Status::Leave;
                ended = Some(if passing && ended != Some(End::Lasting) { End::Passing } else { End::Lasting });
                study.turn(away(on), if status == Status::Deceased { after_death } else { Bearer::Borrower });
            }
        }
    }
    if let Some(rules) = state.loan_rules() {
        study.waived = waived_years(rules, &ends);
        study.after_degree = study.waived.iter().map(|waived| waived.from).find(|from| *from > Day::default());
    }
    study
}

/// The years that notices waive for who left so, ascending. The latest notice of a year counts.
fn waived_years(rules: &LoanRules, ends: &Ends) -> Vec<WaivedYear> {
    let mut years: Vec<WaivedYear> = Vec::new();
    let left = [ends.graduated, ends.withdrew].into_iter().flatten().min();
    if left.is_none() {
        return years;
    }
    let [graduated_in, left_in] = [ends.graduated, left].map(|end| end.map(Day::year));
    for notice in rules.waivers.iter().inspect(|_| step()) {
        let (end, from) = match notice.who {
            WaiverFor::Graduates => (graduated_in, None),
            WaiverFor::AfterGraduation => (graduated_in, ends.graduated.map(|on| on.plus(1))),
            WaiverFor::Leavers => (left_in, None),
        };
        let holds = end.is_some_and(|year| year <= notice.graduated_through);
        let from = from.unwrap_or_default();
        let waived = WaivedYear { year: notice.year, from, covers_arrears: notice.covers_arrears };
        match (years.binary_search_by_key(&notice.year, |waived| waived.year), holds) {
            (Err(at), true) => years.insert(at, waived),
            (Ok(at), true) => years[at] = waived,
            (Ok(at), false) => {
                years.remove(at);
            }
            (Err(_), false) => {}
        }
    }
    years
}

impl Study {
    /// From this day on somebody pays, whatever was foreseen for later.
    fn turn(&mut self, from: Day, bearer: Bearer) {
        while self.bearers.len() > 1 && self.bearers.last().is_some_and(|(day, _)| *day >= from) {
            self.bearers.pop();
        }
        if self.bearers.last().is_none_or(|(_, last)| *last != bearer) {
            self.bearers.push((from, bearer));
        }
    }
}

/// From when the borrower pays after graduating on a day.
#[must_use]
pub fn after_graduation(on: Day, rule: StudyEnd) -> Day {
    let september = Day::of(on.year(), 9, 1);
    match rule {
        StudyEnd::AugustEnd if on < september => september,
        StudyEnd::AugustEnd | StudyEnd::MonthEnd => on.next_month(),
    }
}
