//! Budget documents 指标文件: lines issued, also in advance, passed down and recalled.

use super::rosters;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::layout::Layout;
use crate::intake::import::table::reading::Reading;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{ImportError, Out, ids};
use ledger::event::{Kind, LineIssued, LinePassedDown, LineRecalled, PassedPart, Source};
use ledger::money::Day;

/// Parts of one passing-down event at most, as an event can hold; a longer document is several events.
const MAX_PARTS: usize = 400;

#[derive(Clone, Copy, PartialEq)]
enum Action {
    Issue,
    Advance,
    PassDown,
    Recall,
}

const ACTIONS: &[(&str, &str, Action)] = &[
    ("下达", "issue", Action::Issue),
    ("提前下达", "advance", Action::Advance),
    ("分配", "pass_down", Action::PassDown),
    ("收回", "recall", Action::Recall),
];

const SOURCES: &[(&str, &str, Source)] = &[
    ("中央", "central", Source::Central),
    ("省级", "province", Source::Province),
    ("市级", "city", Source::City),
    ("县级", "county", Source::County),
];

const YES_NO: &[(&str, &str, bool)] = &[("是", "yes", true), ("否", "no", false)];

/// Imports a budget file. Rows of one document that pass down go together: with a bad one, none of them passes.
pub(in crate::intake::import) fn import(
    file: &mut Reading,
    layout: &Layout,
    out: &mut Out<'_>,
) -> Result<(), ImportError> {
    let mut current: Option<Passing> = None;
    while file.next_row(layout)? {
        let line = file.line();
        match file.read(layout, read) {
            Ok(Said::Part(day, document, part)) => {
                if !matches!(&current, Some(passing) if passing.goes_with(&document, day)) {
                    say(current.take(), out)?;
                }
                let new = || Passing { line, day, document, parts: Vec::new(), spoilt: false };
                current.get_or_insert_with(new).parts.push(part);
            }
            Ok(Said::Other(day, kind)) => {
                say(current.take(), out)?;
                out.at(line);
                out.say(day, kind)?;
            }
            Err(wrong) => {
                let row = file.glance(layout);
                let document = row.document(Col::Document).ok();
                let passes = row.word(Col::Action, ACTIONS) == Ok(Action::PassDown);
                file.problem(Some(layout), wrong);
                match (document, &mut current) {
                    (Some(document), Some(passing)) if passing.document == document => passing.spoilt = true,
                    (Some(document), _) if passes => {
                        say(current.take(), out)?;
                        current =
                            Some(Passing { line, day: Day::default(), document, parts: Vec::new(), spoilt: true });
                    }
                    // A row whose document cannot be told may belong to the one being read.
                    (None, Some(passing)) => passing.spoilt = true,
                    _ => {}
                }
            }
        }
    }
    say(current, out)
}

struct Passing {
    line: u64,
    day: Day,
    document: String,
    parts: Vec<PassedPart>,
    spoilt: bool,
}

impl Passing {
    /// A spoilt document swallows all its rows, whatever their day.
    fn goes_with(&self, document: &str, day: Day) -> bool {
        self.document == document && (self.spoilt || self.day == day)
    }
}

enum Said {
    Part(Day, String, PassedPart),
    Other(Day, Kind),
}

fn say(passing: Option<Passing>, out: &mut Out<'_>) -> Result<(), ImportError> {
    let Some(Passing { line, day, document, parts, spoilt: false }) = passing else { return Ok(()) };
    out.at(line);
    for parts in parts.chunks(MAX_PARTS) {
        let passed = LinePassedDown { document: document.clone(), parts: parts.to_vec() };
        out.say(day, Kind::LinePassedDown(passed))?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Said, Wrong> {
    let document = row.document(Col::Document)?;
    let day = row.day(Col::EffectiveDay)?;
    let fen = row.money(Col::Amount)?;
    let action = row.word(Col::Action, ACTIONS)?;
    if action == Action::Recall {
        let line = from_line(row)?;
        return Ok(Said::Other(day, Kind::LineRecalled(LineRecalled { line, document, fen })));
    }
    let number = row.number(Col::DocumentLine, 1, 999_999_999)?;
    let unit = row.key(Col::Unit)?;
    let line = ids::line(&document, number, unit);
    if action == Action::PassDown {
        let part = PassedPart { from: from_line(row)?, to: line, unit: ids::org(unit), fen };
        return Ok(Said::Part(day, document, part));
    }
    let has_parent = row.has(Col::ParentDocument);
    let issued = LineIssued {
        line,
        parent_document: if has_parent { row.document(Col::ParentDocument)? } else { String::new() },
        document,
        unit: ids::org(unit),
        fiscal_year: rosters::year(row, Col::FiscalYear)?,
        programme: row.key(Col::Programme)?.to_owned(),
        source: row.word(Col::Source, SOURCES)?,
        item: row.text_or_empty(Col::Item)?.to_owned(),
        project: row.text_or_empty(Col::Project)?.to_owned(),
        direct: row.has(Col::Direct) && row.word(Col::Direct, YES_NO)?,
        advance: action == Action::Advance,
        fen,
    };
    Ok(Said::Other(day, Kind::LineIssued(issued)))
}

/// The line that gives.
fn from_line(row: &Row<'_>) -> Result<uuid::Uuid, Wrong> {
    let document = row.document(Col::FromDocument)?;
    let number = row.number(Col::FromLine, 1, 999_999_999)?;
    Ok(ids::line(&document, number, row.key(Col::FromUnit)?))
}
