//! Rows of one file that nothing tells apart: amounts of one thing on one day without a number of their source. Nobody can say
//! whether two of them are one fact or two, so none of them is passed on. Rows that have a number are the ledger's to compare.

use super::columns::Col;
use super::kinds::FileKind;
use super::row::{Row, Wrong};
use crate::intake::import::Spoken;
use std::collections::HashMap;
use uuid::Uuid;

/// Of each id the first line that says it, and a second if there is one.
#[derive(Default)]
pub(super) struct Unnumbered(HashMap<Uuid, (u64, Option<u64>)>);

impl Unnumbered {
    /// Whether rows of a file may have no number.
    pub(super) fn may_be(kind: FileKind) -> bool {
        matches!(kind, FileKind::Movements | FileKind::RewardSpending)
    }

    /// Whether a row has no number where it could have one.
    pub(super) fn is(row: &Row<'_>) -> bool {
        Self::may_be(row.layout.kind) && !row.has(Col::Serial)
    }

    /// What is wrong with a row that another of the file cannot be told from.
    pub(super) fn twin(&mut self, line: u64, spoken: &Spoken, is_unnumbered: bool) -> Option<Wrong> {
        if !is_unnumbered {
            return None;
        }
        self.note(line, spoken);
        let others = spoken.statements.iter().filter_map(|event| self.0.get(&event.id));
        let other = others.filter_map(|(first, second)| if *first == line { *second } else { Some(*first) }).next()?;
        let what = format!(
            "与第 {other} 行同一对象、同一日期，又都没有流水号可以区分 is of the same thing and day as line {other}, and neither has a number that tells them apart"
        );
        Some(Wrong::row(
            "equal_rows",
            what,
            "在“流水号”栏编号，或删去其中一行 number them in 流水号, or delete one of them",
        ))
    }

    /// A line says this.
    pub(super) fn note(&mut self, line: u64, spoken: &Spoken) {
        for event in &spoken.statements {
            let (first, second) = self.0.entry(event.id).or_insert((line, None));
            if *first != line {
                second.get_or_insert(line);
            }
        }
    }
}
