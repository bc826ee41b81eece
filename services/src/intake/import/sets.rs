//! What rosters and applications have in common: read twice, taken whole or not at all, chained and sealed.

use super::derive::Derive;
use super::layout::Layout;
use super::reading::Reading;
use super::row::{Row, Wrong};
use super::{ImportError, Out, Seal};
use ledger::event::{Hash, Kind, SetSealed};
use ledger::money::{Day, Fen};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use uuid::Uuid;

/// A row of a file of sets.
pub(crate) trait SetLine: Sized {
    /// Reads a row; nothing is said yet.
    fn read(row: &Row<'_>, derive: &Derive<'_>) -> Result<Self, Wrong>;
    /// The set's number as the source gives it.
    fn set_number(&self) -> &str;
    /// The set.
    fn set(&self) -> Uuid;
    /// The line's number in it, from 1.
    fn line(&self) -> u32;
    /// The day of the set.
    fn day(&self) -> Day;
    /// What the line is worth.
    fn fen(&self) -> Fen;
    /// Whether both rows say the same of their set.
    fn same_head(&self, other: &Self) -> bool;
    /// The event that begins the set.
    fn prepared(&self) -> Kind;
    /// The event that adds the line.
    fn added(&self) -> Kind;
    /// The event that seals the set.
    fn sealed(seal: SetSealed) -> Kind;
}

/// Imports a file of sets: checks all of it first, then says all of it.
pub(crate) fn import<L: SetLine>(file: &mut Reading, layout: &Layout, out: &mut Out<'_>) -> Result<(), ImportError> {
    check::<L>(file, layout)?;
    if file.report.problem_count > 0 {
        file.report.rejected = true;
        return Ok(());
    }
    let mut again = Reading::open(file.path())?;
    let path = file.path().to_owned();
    let changed = || ImportError::Changed(path.clone());
    let Some(layout) = again.header()? else { return Err(changed()) };
    let identity = out.identity().clone();
    let derive = Derive::by(&identity);
    let mut current: Option<(L, Chain)> = None;
    while again.next_row(&layout)? {
        let line = L::read(&again.row(&layout), &derive).map_err(|_| changed())?;
        let same = matches!(&current, Some((head, _)) if head.set() == line.set());
        if !same {
            if let Some((head, chain)) = current.take() {
                seal(&head, chain, &mut file.report.sets, out)?;
            }
            out.say(&format!("{}|prepared", line.set()), line.day(), line.prepared())?;
        }
        let key = format!("{}|{}", line.set(), line.line());
        let bytes = out.say_line(&key, line.day(), line.added())?;
        let fen = line.fen();
        let (_, chain) = current.get_or_insert_with(|| (line, Chain::default()));
        chain.add(&bytes);
        chain.fen = chain.fen.checked_add(fen).ok_or_else(changed)?;
    }
    if again.report.problem_count > 0 || again.report.rows != file.report.rows {
        return Err(changed());
    }
    match current {
        Some((head, chain)) => seal(&head, chain, &mut file.report.sets, out),
        None => Ok(()),
    }
}

/// The chain over the lines of one set.
#[derive(Default)]
struct Chain {
    hash: Hash,
    count: u32,
    fen: Fen,
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

fn seal<L: SetLine>(
    head: &L,
    chain: Chain,
    sets: &mut Vec<(String, Seal)>,
    out: &mut Out<'_>,
) -> Result<(), ImportError> {
    let Chain { hash, count, fen } = chain;
    let seal = Seal { count, fen, hash };
    out.importer.seals.insert(head.set(), seal);
    sets.push((head.set_number().to_owned(), seal));
    let kind = L::sealed(SetSealed { set: head.set(), count, fen, hash });
    out.say(&format!("{}|sealed", head.set()), head.day(), kind)
}

/// Reads the whole file and reports everything that is wrong with it.
fn check<L: SetLine>(file: &mut Reading, layout: &Layout) -> Result<(), ImportError> {
    let derive = Derive::checking();
    let mut head: Option<L> = None;
    let mut ended: HashSet<Uuid> = HashSet::new();
    let mut expected = 1;
    let mut sum: Fen = 0;
    while file.next_row(layout)? {
        let line = match L::read(&file.row(layout), &derive) {
            Ok(line) => line,
            Err(wrong) => {
                file.problem(Some(layout), wrong);
                // The bad row had a number too; without this every later row would be blamed for it.
                expected += 1;
                continue;
            }
        };
        let same = head.as_ref().is_some_and(|head| head.set() == line.set());
        if !same {
            if let Some(before) = head.take() {
                ended.insert(before.set());
            }
            (expected, sum) = (1, 0);
        }
        let wrong = if !same && ended.contains(&line.set()) {
            Some(Wrong::row("set_scattered", "the set's rows do not stand together", "sort the file by set and line"))
        } else if line.line() != expected {
            let what = format!("line {} where {expected} is next", line.line());
            Some(Wrong::row("line_gap", what, "number the lines of a set from 1 without gaps"))
        } else if head.as_ref().is_some_and(|head| !head.same_head(&line)) {
            Some(Wrong::row("head_differs", "the row says something else of its set than the first", "make them equal"))
        } else if sum.checked_add(line.fen()).is_none() {
            Some(Wrong::row("sum_too_large", "the amounts add up to more than can be held", "correct the amounts"))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            file.problem(Some(layout), wrong);
        }
        expected = line.line().saturating_add(1);
        sum = sum.saturating_add(line.fen());
        if !same {
            head = Some(line);
        }
    }
    Ok(())
}
