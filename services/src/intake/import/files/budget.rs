//! Budget documents 指标文件: lines issued, also in advance, passed down, recalled, adjusted; and any of these taken back.

use super::rosters;
use crate::intake::import::table::columns::Col;
use crate::intake::import::table::correction::{Correction, in_its_edition};
use crate::intake::import::table::layout::Layout;
use crate::intake::import::table::reading::Reading;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{ImportError, Out, Spoken, ids};
use ledger::event::{Kind, LineAdjusted, LineIssued, LinePassedDown, LineRecalled, PassedPart, Source};
use ledger::money::{Day, Fen};
use std::sync::Arc;

/// Parts of one passing-down event at most, as an event can hold; a longer document is several events.
const MAX_PARTS: usize = 400;

#[derive(Clone, Copy, PartialEq)]
enum Action {
    Issue,
    Advance,
    PassDown,
    Recall,
    Add,
    Reduce,
}

const ACTIONS: &[(&str, &str, Action)] = &[
    ("下达", "issue", Action::Issue),
    ("提前下达", "advance", Action::Advance),
    ("分配", "pass_down", Action::PassDown),
    ("收回", "recall", Action::Recall),
    ("追加", "add", Action::Add),
    ("调减", "reduce", Action::Reduce),
];

const SOURCES: &[(&str, &str, Source)] = &[
    ("中央", "central", Source::Central),
    ("省级", "province", Source::Province),
    ("市级", "city", Source::City),
    ("县级", "county", Source::County),
];

const YES_NO: &[(&str, &str, bool)] = &[("是", "yes", true), ("否", "no", false)];

/// Imports a budget file. Rows of one document that pass down go together: with a bad one, none of them passes, and the document is
/// taken back as it was delivered, all its rows.
pub(in crate::intake::import) fn import(
    file: &mut Reading,
    layout: &Layout,
    out: &mut Out<'_>,
) -> Result<(), ImportError> {
    let mut current: Option<Passing> = None;
    while file.next_row(layout)? {
        let line = file.line();
        match file.read(layout, read) {
            Ok(Said::Part(row, part)) => {
                if !matches!(&current, Some(passing) if passing.goes_with(&row)) {
                    say(current.take(), out)?;
                }
                current.get_or_insert(Passing { line, ..*row }).parts.push(part);
            }
            Ok(Said::Other(spoken)) => {
                say(current.take(), out)?;
                out.at(line);
                out.say_all(spoken)?;
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
                        current = Some(Passing { line, spoilt: true, ..Passing::of(Day::default(), document) });
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
    /// Of all its rows alike.
    correction: Correction,
    /// Of a document that is taken back, the first row's own words.
    words: Arc<str>,
    parts: Vec<PassedPart>,
    spoilt: bool,
}

impl Passing {
    fn of(day: Day, document: String) -> Self {
        let (line, correction, words) = (0, Correction::default(), Arc::default());
        Self { line, day, document, correction, words, parts: Vec::new(), spoilt: false }
    }

    /// A spoilt document swallows all its rows, whatever their day.
    fn goes_with(&self, row: &Self) -> bool {
        let alike = (self.day, &self.correction) == (row.day, &row.correction);
        self.document == row.document && (self.spoilt || alike)
    }
}

enum Said {
    Part(Box<Passing>, PassedPart),
    Other(Spoken),
}

fn say(passing: Option<Passing>, out: &mut Out<'_>) -> Result<(), ImportError> {
    let Some(Passing { line, day, document, correction, words, parts, spoilt: false }) = passing else { return Ok(()) };
    out.at(line);
    for parts in parts.chunks(MAX_PARTS) {
        let passed = LinePassedDown { document: document.clone(), parts: parts.to_vec() };
        let mut spoken = correction.of_what((day, Kind::LinePassedDown(passed)).into());
        spoken.words = Arc::clone(&words);
        out.say_all(spoken)?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Said, Wrong> {
    let document = row.document(Col::Document)?;
    let day = row.day(Col::EffectiveDay)?;
    let fen = row.money(Col::Amount)?;
    let action = row.word(Col::Action, ACTIONS)?;
    let moved = match action {
        Action::Recall => {
            Some(Kind::LineRecalled(LineRecalled { line: from_line(row)?, document: document.clone(), fen }))
        }
        Action::Add => Some(adjusted(row, &document, fen)?),
        Action::Reduce => Some(adjusted(row, &document, -fen)?),
        Action::Issue | Action::Advance | Action::PassDown => None,
    };
    if let Some(kind) = moved {
        return Ok(Said::Other(in_its_edition(row, (day, kind).into())?));
    }
    let number = row.number(Col::DocumentLine, 1, 999_999_999)?;
    let unit = row.key(Col::Unit)?;
    let line = ids::line(&document, number, unit);
    if action == Action::PassDown {
        let part = PassedPart { from: from_line(row)?, to: line, unit: ids::org(unit), fen };
        let (correction, mut passing) = (Correction::of(row)?, Passing::of(day, document));
        if row.has(Col::Corrects) {
            passing.words = row.shown().into();
        }
        return Ok(Said::Part(Box::new(Passing { correction, ..passing }), part));
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
    Ok(Said::Other(in_its_edition(row, (day, Kind::LineIssued(issued)).into())?))
}

fn adjusted(row: &Row<'_>, document: &str, by: Fen) -> Result<Kind, Wrong> {
    Ok(Kind::LineAdjusted(LineAdjusted { line: from_line(row)?, document: document.to_owned(), fen: by }))
}

/// The line that gives.
fn from_line(row: &Row<'_>) -> Result<uuid::Uuid, Wrong> {
    let document = row.document(Col::FromDocument)?;
    let number = row.number(Col::FromLine, 1, 999_999_999)?;
    Ok(ids::line(&document, number, row.key(Col::FromUnit)?))
}
