//! Sums by programme, by division of the school and by division of the home, of both states side by side. What is credited,
//! returned and in suspense is counted as the report of a year counts it, over all years.

use ledger::handle::Handle;
use std::collections::BTreeMap;

use ledger::event::RosterLineAdded;
use ledger::money::{Fen, FenSum};
use ledger::state::State;
use ledger::state::rows::{Award, Finding, Programme};
use ledger::state::stage::Stage;
use uuid::Uuid;

use super::outcomes::Verdict;
use crate::answers::calendar_year::{YearFigures, YearFilter, by_year};
use crate::answers::{divisions, labels};

/// What a row sums up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    /// A programme, by its code.
    Programme,
    /// The place of the school, by its division code.
    School,
    /// The place of the home, by its division code.
    Home,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 3] = [Self::Programme, Self::School, Self::Home];

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Programme => "programme",
            Self::School => "school_division",
            Self::Home => "home_division",
        }
    }
}

/// What was done in a programme or division.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Figures {
    /// Awards of approved rosters.
    pub awards: u64,
    /// What they owe.
    pub awarded_fen: FenSum,
    /// Roster lines refused.
    pub refused: u64,
    /// Credited, and neither taken back nor recovered since.
    pub credited_fen: FenSum,
    /// At the bank with the result awaited.
    pub transit_fen: FenSum,
    /// Verdict back, whether or not reissued.
    pub returned_fen: FenSum,
    /// Credited beyond expectation and not cleared.
    pub suspense_fen: FenSum,
    /// Findings about its awards and payments.
    pub findings: u64,
}

/// A programme or division for which something differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FigureRow {
    /// What it sums up.
    pub group: Group,
    /// Programme or division code; empty where a credit is of no known payment.
    pub key: String,
    /// As it is.
    pub before: Figures,
    /// As it would be.
    pub after: Figures,
    /// Roster lines, and their amount, that were posted and the policy itself refuses.
    pub turned_away: (u64, Fen),
    /// Roster lines, and their amount, that were refused and the policy itself lets in.
    pub let_in: (u64, Fen),
}

/// Programme, division of the school, division of the home.
type Key = (String, u32, u32);

/// Roster lines refused on either side, as they went by: what is refused leaves no row to count later.
#[derive(Clone, Default, Debug)]
pub(super) struct Lines(BTreeMap<Key, LineCounts>);

#[derive(Clone, Copy, Default, Debug)]
struct LineCounts {
    refused: [u64; 2],
    turned_away: (u64, Fen),
    let_in: (u64, Fen),
}

impl Lines {
    /// A line that was judged; `own` says that the policy itself decides it otherwise.
    pub(super) fn note(
        &mut self,
        as_is: &State,
        changed: &State,
        line: &RosterLineAdded,
        came: [Verdict; 2],
        own: bool,
    ) {
        let refused = came.map(|came| matches!(came, Verdict::Refused(_)));
        if refused == [false, false] {
            return;
        }
        let counts = self.0.entry(key_of_line(as_is, changed, line)).or_default();
        for (count, refused) in counts.refused.iter_mut().zip(refused) {
            *count += u64::from(refused);
        }
        let sum = match refused {
            [false, true] if own => &mut counts.turned_away,
            [true, false] if own => &mut counts.let_in,
            _ => return,
        };
        sum.0 += 1;
        sum.1 = sum.1.saturating_add(line.fen);
    }
}

fn key_of_line(as_is: &State, changed: &State, line: &RosterLineAdded) -> Key {
    let roster = |state: &State| {
        let (_, roster) = state.rosters.by_id(line.roster)?;
        let programme = labels::programme_code(state, roster.programme).to_owned();
        Some((programme, state.orgs.get(roster.school).division()))
    };
    let (programme, school) = roster(as_is).or_else(|| roster(changed)).unwrap_or_default();
    let home = |state: &State| state.persons.by_id(line.person).map(|(_, person)| person.origin);
    (programme, school, home(as_is).or_else(|| home(changed)).unwrap_or_default())
}

/// The rows that differ.
pub(super) fn rows(as_is: &State, changed: &State, lines: &Lines) -> Vec<FigureRow> {
    let mut all: BTreeMap<(Group, String), FigureRow> = BTreeMap::new();
    for (side, state) in [as_is, changed].into_iter().enumerate() {
        for (place, figures) in gather(state) {
            add(figures_of(row(&mut all, place), side), &figures);
        }
    }
    for ((programme, school, home), counts) in &lines.0 {
        for group in Group::ALL {
            let row = row(&mut all, (group, name(group, programme, *school, *home)));
            row.before.refused += counts.refused[0];
            row.after.refused += counts.refused[1];
            for (sum, more) in [(&mut row.turned_away, counts.turned_away), (&mut row.let_in, counts.let_in)] {
                sum.0 += more.0;
                sum.1 = sum.1.saturating_add(more.1);
            }
        }
    }
    let differs = |row: &FigureRow| row.before != row.after || row.turned_away.0 + row.let_in.0 > 0;
    all.into_values().filter(differs).collect()
}

fn row(all: &mut BTreeMap<(Group, String), FigureRow>, place: (Group, String)) -> &mut FigureRow {
    let (group, key) = place.clone();
    let (before, after) = (Figures::default(), Figures::default());
    all.entry(place).or_insert_with(|| FigureRow { group, key, before, after, turned_away: (0, 0), let_in: (0, 0) })
}

fn figures_of(row: &mut FigureRow, side: usize) -> &mut Figures {
    if side == 0 { &mut row.before } else { &mut row.after }
}

fn name(group: Group, programme: &str, school: u32, home: u32) -> String {
    match group {
        Group::Programme => programme.to_owned(),
        Group::School => division(school),
        Group::Home => division(home),
    }
}

fn division(code: u32) -> String {
    format!("{code:06}")
}

fn gather(state: &State) -> BTreeMap<(Group, String), Figures> {
    let mut all: BTreeMap<(Group, String), Figures> = BTreeMap::new();
    let code = |programme: Handle<Programme>| labels::programme_code(state, programme);
    for ((programme, school, home), figures) in awards(state) {
        for group in Group::ALL {
            let place = (group, name(group, code(programme), school, home));
            add(all.entry(place).or_default(), &figures);
        }
    }
    for (by_home, groups) in [(false, &[Group::Programme, Group::School][..]), (true, &[Group::Home][..])] {
        for (key, year) in by_year(state, &YearFilter { by_home, ..YearFilter::default() }).rows {
            for group in groups {
                let place = (*group, name(*group, key.programme.handle().map_or("", code), key.division, key.division));
                add(all.entry(place).or_default(), &money(&year));
            }
        }
    }
    all
}

fn money(year: &YearFigures) -> Figures {
    let YearFigures { transit_fen, returned_fen, suspense_fen, awarded_fen, .. } = *year;
    let credited_fen = year.credited_fen - year.recovered_fen;
    Figures { awarded_fen, credited_fen, transit_fen, returned_fen, suspense_fen, ..Figures::default() }
}

/// Awards of approved rosters and findings about them, by handle of the programme, place of the school, place of the home.
fn awards(state: &State) -> BTreeMap<(Handle<Programme>, u32, u32), Figures> {
    let mut all: BTreeMap<_, Figures> = BTreeMap::new();
    let key = |award: &Award| {
        let (programme, home) = (state.rosters.get(award.roster).programme, state.persons.get(award.person).origin);
        (programme, divisions::division_of(state, award), home)
    };
    for (_, award) in state.awards.iter() {
        if state.rosters.get(award.roster).set.stage == Stage::Approved {
            all.entry(key(award)).or_default().awards += 1;
        }
    }
    for (_, finding) in state.findings.iter() {
        if let Some(award) = award_of(state, finding) {
            all.entry(key(award)).or_default().findings += 1;
        }
    }
    all
}

/// The award a finding is about, itself or by a payment.
fn award_of<'a>(state: &'a State, finding: &Finding) -> Option<&'a Award> {
    if let Some(payout) = finding.payout.handle() {
        return Some(state.awards.get(state.payouts.get(payout).award));
    }
    let payout = |id: Uuid| state.payouts.by_id(id).map(|(_, payout)| state.awards.get(payout.award));
    state.awards.by_id(finding.subject).map(|(_, award)| award).or_else(|| payout(finding.subject))
}

fn add(sum: &mut Figures, more: &Figures) {
    sum.awards += more.awards;
    sum.awarded_fen += more.awarded_fen;
    sum.refused += more.refused;
    sum.credited_fen += more.credited_fen;
    sum.transit_fen += more.transit_fen;
    sum.returned_fen += more.returned_fen;
    sum.suspense_fen += more.suspense_fen;
    sum.findings += more.findings;
}

/// Findings by kind, before and after, where their number differs.
pub(super) fn findings(as_is: &State, changed: &State) -> Vec<(&'static str, [u64; 2])> {
    let mut counts: BTreeMap<&'static str, [u64; 2]> = BTreeMap::new();
    for (side, state) in [as_is, changed].into_iter().enumerate() {
        for (_, finding) in state.findings.iter() {
            counts.entry(finding.kind.name()).or_default()[side] += 1;
        }
    }
    counts.into_iter().filter(|(_, [before, after])| before != after).collect()
}
