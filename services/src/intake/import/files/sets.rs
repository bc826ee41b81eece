//! What rosters and applications have in common: read twice, taken whole or not at all, chained and sealed.

use super::derive::Derive;
use crate::intake::import::table::layout::Layout;
use crate::intake::import::table::reading::Reading;
use crate::intake::import::table::row::{Row, Wrong};
use crate::intake::import::{ImportError, Out, Seal};
use ledger::event::{Kind, SetSealed};
use ledger::hash::Hash;
use ledger::money::{Day, Fen};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// Words kept of a set; a few document lines pay for most.
const WORDS_MAX: usize = 400;

/// A row of a file of sets: a line, with what it says of its set.
pub(crate) struct SetRow<H, L> {
    /// The set's number as the source gives it.
    pub(crate) number: String,
    /// The set.
    pub(crate) set: Uuid,
    /// The day of the set.
    pub(crate) day: Day,
    /// The line's number in it, from 1.
    pub(crate) at: u32,
    /// What the line is worth.
    pub(crate) fen: Fen,
    /// By which words the row names what the ledger may not know; empty where it need not.
    pub(crate) words: Arc<str>,
    /// The event that begins the set.
    pub(crate) head: H,
    /// The event that adds the line.
    pub(crate) line: L,
}

/// Reads a row; nothing is said yet.
type ReadRow<H, L> = fn(&Row<'_>, &Derive<'_>) -> Result<SetRow<H, L>, Wrong>;

/// What one kind of set says, and how a row of it is read.
pub(crate) struct SetKind<H, L> {
    pub(crate) read: ReadRow<H, L>,
    pub(crate) prepared: fn(H) -> Kind,
    pub(crate) added: fn(L) -> Kind,
    pub(crate) sealed: fn(SetSealed) -> Kind,
}

/// Imports a file of sets: checks all of it first, then says all of it.
pub(crate) fn import<H: Clone + PartialEq, L: Clone>(
    kind: &SetKind<H, L>,
    file: &mut Reading,
    layout: &Layout,
    out: &mut Out<'_>,
) -> Result<(), ImportError> {
    check(kind, file, layout)?;
    if file.report.problem_count > 0 {
        file.report.rejected = true;
        return Ok(());
    }
    let mut again = file.again()?;
    let path = file.path().to_owned();
    let changed = || ImportError::Changed(path.clone());
    let Some(layout) = again.header()? else { return Err(changed()) };
    let identity = out.identity().clone();
    let derive = Derive::by(&identity);
    let mut current: Option<(SetRow<H, L>, Chain)> = None;
    while again.next_row(&layout)? {
        out.at(again.line());
        let row = again.read(&layout, |row| (kind.read)(row, &derive)).map_err(|_| changed())?;
        let same = matches!(&current, Some((head, _)) if head.set == row.set);
        if !same {
            if let Some((head, chain)) = current.take() {
                seal(kind, &head, chain, &mut file.report.sets, out)?;
            }
            out.say(row.day, (kind.prepared)(row.head.clone()))?;
        }
        let bytes = out.say_line(row.day, (kind.added)(row.line.clone()), &row.words)?;
        let (fen, words) = (row.fen, Arc::clone(&row.words));
        let (_, chain) = current.get_or_insert_with(|| (row, Chain::default()));
        chain.add(&bytes);
        if chain.words.len() < WORDS_MAX {
            chain.words.extend(words.split('、').map(str::to_owned));
        }
        chain.fen = chain.fen.checked_add(fen).ok_or_else(changed)?;
    }
    if again.report.problem_count > 0 || again.report.rows != file.report.rows {
        return Err(changed());
    }
    match current {
        Some((head, chain)) => seal(kind, &head, chain, &mut file.report.sets, out),
        None => Ok(()),
    }
}

/// The chain over the lines of one set.
#[derive(Default)]
struct Chain {
    hash: Hash,
    count: u32,
    fen: Fen,
    /// What its lines name that the ledger may not know.
    words: BTreeSet<String>,
}

impl Chain {
    fn add(&mut self, bytes: &[u8]) {
        let mut next = Sha256::new();
        next.update(self.hash);
        next.update(bytes);
        self.hash = next.finalize().into();
        self.count += 1;
    }
}

fn seal<H, L>(
    kind: &SetKind<H, L>,
    head: &SetRow<H, L>,
    chain: Chain,
    sets: &mut Vec<(String, Seal)>,
    out: &mut Out<'_>,
) -> Result<(), ImportError> {
    let Chain { hash, count, fen, words } = chain;
    let seal = Seal { count, fen, hash };
    out.seals.remember(head.set, seal);
    sets.push((head.number.clone(), seal));
    let sealed = (kind.sealed)(SetSealed { set: head.set, count, fen, hash });
    out.say_by(head.day, sealed, &words.into_iter().collect::<Vec<_>>().join("、").into())
}

/// Reads the whole file and reports everything that is wrong with it.
fn check<H: PartialEq, L>(kind: &SetKind<H, L>, file: &mut Reading, layout: &Layout) -> Result<(), ImportError> {
    let derive = Derive::checking();
    let mut head: Option<SetRow<H, L>> = None;
    let mut ended: HashSet<Uuid> = HashSet::new();
    let mut expected = 1;
    let mut sum: Fen = 0;
    while file.next_row(layout)? {
        let row = match file.read(layout, |row| (kind.read)(row, &derive)) {
            Ok(row) => row,
            Err(wrong) => {
                file.problem(Some(layout), wrong);
                // The bad row had a number too; without this every later row would be blamed for it.
                expected += 1;
                continue;
            }
        };
        let same = head.as_ref().is_some_and(|head| head.set == row.set);
        if !same {
            if let Some(before) = head.take() {
                ended.insert(before.set);
            }
            (expected, sum) = (1, 0);
        }
        let wrong = if !same && ended.contains(&row.set) {
            Some(scattered())
        } else if row.at != expected {
            Some(line_gap(row.at, expected))
        } else if head.as_ref().is_some_and(|head| head.head != row.head || head.day != row.day) {
            Some(Wrong::row(
                "head_differs",
                "本行所写材料内容与首行不同 the row says something else of its set than the first",
                "改为一致 make them equal",
            ))
        } else if sum.checked_add(row.fen).is_none() {
            Some(Wrong::row(
                "sum_too_large",
                "金额合计超出可记范围 the amounts add up to more than can be held",
                "更正金额 correct the amounts",
            ))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            file.problem(Some(layout), wrong);
        }
        expected = row.at.saturating_add(1);
        sum = sum.saturating_add(row.fen);
        if !same {
            head = Some(row);
        }
    }
    Ok(())
}

fn scattered() -> Wrong {
    let what = "同一份材料的行没有排在一起 the set's rows do not stand together";
    Wrong::row("set_scattered", what, "按材料和行号排序 sort the file by set and line")
}

fn line_gap(at: u32, expected: u32) -> Wrong {
    let what = format!("行号不连续 line {at} where {expected} is next");
    let remedy = "每份材料的行号从 1 起连续编排 number the lines of a set from 1 without gaps";
    Wrong::row("line_gap", what, remedy)
}
