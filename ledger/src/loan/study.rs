//! Who pays the interest of a day: finance while the borrower studies, the borrower otherwise. By the student's events.

use crate::event::Status;
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
    /// Year of the first graduation, if there was one.
    pub graduated: Option<u16>,
    /// Years whose interest is waived for who graduated then, ascending.
    pub waived: Vec<u16>,
}

/// Why study came to an end, for what a later enrolment means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Before the contract was signed, or a leave: enrolment brings the subsidy back.
    Passing,
    /// Graduated or withdrawn since: only further study does, on application (教财〔2015〕7号).
    Lasting,
}

/// The bearers of a loan's interest.
///
/// Enrolled and on leave for illness: finance (教财〔2015〕7号). Graduated: as the terms have it. Leave, withdrawn, deceased:
/// the borrower from the 1st of the next month (财政贴息管理办法 art. 2). Further study: finance again from its day.
#[must_use]
pub(crate) fn study(state: &State, loan: &Loan, terms: &LoanTerms) -> Study {
    let mut study = Study { bearers: vec![(Day::default(), Bearer::Finance)], graduated: None, waived: Vec::new() };
    let Some(person) = loan.person.handle() else { return study };
    let mut ended: Option<End> = None;
    for SchoolStatus { on, status, .. } in state.standings(person) {
        step();
        let before = on < loan.signed;
        match status {
            Status::FurtherStudy => {
                ended = None;
                study.turn(on, Bearer::Finance);
            }
            Status::Enrolled | Status::IllnessLeave if ended == Some(End::Lasting) => {}
            Status::Enrolled | Status::IllnessLeave => {
                ended = None;
                study.turn(on, Bearer::Finance);
            }
            Status::Graduated => {
                study.graduated = study.graduated.or(Some(on.year()));
                // Who graduated before signing was admitted to another course: the loan is for that one.
                if !before {
                    ended = Some(End::Lasting);
                    study.turn(after_graduation(on, terms.study_end), Bearer::Borrower);
                }
            }
            Status::Leave | Status::Withdrawn | Status::Deceased => {
                let passing = before || status == Status::Leave;
                ended = Some(if passing && ended != Some(End::Lasting) { End::Passing } else { End::Lasting });
                study.turn(on.next_month(), Bearer::Borrower);
            }
        }
    }
    if let (Some(rules), Some(graduated)) = (state.loan_rules(), study.graduated) {
        study.waived = waived_years(rules, graduated);
    }
    study
}

/// The years that notices waive for who graduated in a year, ascending. The latest notice of a year counts.
fn waived_years(rules: &LoanRules, graduated: u16) -> Vec<u16> {
    let mut years = Vec::new();
    for notice in rules.waivers.iter().inspect(|_| step()) {
        match (years.binary_search(&notice.year), graduated <= notice.graduated_through) {
            (Err(at), true) => years.insert(at, notice.year),
            (Ok(at), false) => {
                years.remove(at);
            }
            _ => {}
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
