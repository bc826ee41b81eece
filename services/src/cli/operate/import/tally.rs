//! What became of the rows of a file: counted, and each row named that does not count as the file says.

use super::remedies::{remedy_zh, words};
use super::standing::{Beside, FileLine, ImportEnding, RowStanding, open};
use super::subjects::{About, Names, about};
use crate::cli::failure::Failure;
use proto::v1;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use uuid::Uuid;

/// Rows named one by one of those that count and are to be looked at; further ones are only counted. Those that do not count are all named.
const ROWS_NAMED: usize = 1_000;

/// Rows of which it is asked what they are about, as each is a question.
const SUBJECTS_NAMED: usize = 1_000;

/// All standings, in the order in which they are shown.
const STANDINGS: [RowStanding; 12] = [
    RowStanding::Posted,
    RowStanding::OnRecord,
    RowStanding::TakenBack,
    RowStanding::Finding,
    RowStanding::StillOpen,
    RowStanding::Differs,
    RowStanding::Withdrawn,
    RowStanding::Superseded,
    RowStanding::Disputed,
    RowStanding::Refused,
    RowStanding::Waiting,
    RowStanding::Malformed,
];

/// A row that does not count as the file says, or that somebody must look at.
pub(super) struct NamedRow {
    said: FileLine,
    standing: RowStanding,
    words: String,
    /// What it is about, if that can be named.
    about: Option<About>,
}

impl NamedRow {
    fn fails(&self) -> bool {
        self.standing.ending() == ImportEnding::Fails
    }
}

impl fmt::Display for NamedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { said: FileLine { line, kind, .. }, standing, words, .. } = self;
        write!(f, "{line}: {kind} {} {}: {words}", standing.name_zh(), standing.name())
    }
}

/// What became of the events of a file.
#[derive(Default)]
pub(super) struct RowTally {
    counts: BTreeMap<RowStanding, u64>,
    findings: u64,
    /// Why statements do not count: how often, by code and the sentence with its remedy.
    pub(super) reasons: BTreeMap<(String, String), u64>,
    /// In the order of the file.
    rows: Vec<NamedRow>,
    /// How many of them counted when they were met.
    counting: usize,
    /// Rows that count and would be named too, beyond those.
    dropped: u64,
    /// Rows met that count no more, by what they stand with, which is their own event or their set: a later row of the file may have
    /// ended it. Each by its event and line.
    withdrawn: HashMap<Uuid, BTreeSet<(Uuid, u64)>>,
    /// Those of them that a later row did end.
    ended: BTreeSet<(Uuid, u64)>,
}

impl RowTally {
    pub(super) fn count(&mut self, said: &FileLine, receipt: &v1::Receipt, beside: &Beside) {
        let standing = RowStanding::with(receipt, beside);
        *self.counts.entry(standing).or_default() += 1;
        let words = words(said, standing, (receipt, beside));
        // What says how it stands.
        let receipt = match (standing, beside) {
            (RowStanding::StillOpen, Beside::Later(_, shown)) | (RowStanding::Refused, Beside::Tried(shown)) => shown,
            _ => receipt,
        };
        self.findings += open(receipt).count() as u64;
        if standing == RowStanding::Withdrawn {
            for with in [Some(said.id), said.set].into_iter().flatten() {
                self.withdrawn.entry(with).or_default().insert((said.id, said.line));
            }
        }
        if let Some(ended) = said.ends.filter(|_| standing.ending() < ImportEnding::Fails) {
            self.take_back(ended, said.line);
        }
        let reason = receipt.refusal.as_ref().filter(|_| standing != RowStanding::Waiting);
        if let (ImportEnding::Fails, Some(refusal)) = (standing.ending(), reason) {
            let words = format!("{}；{}", refusal.sentence_zh, remedy_zh(said, refusal));
            *self.reasons.entry((refusal.code.clone(), words)).or_default() += 1;
        }
        for violation in &receipt.violations {
            let words = format!("{}: {}", violation.field, violation.description);
            *self.reasons.entry(("malformed".to_owned(), words)).or_default() += 1;
        }
        if !words.is_empty() {
            let named = matches!(standing, RowStanding::Refused | RowStanding::Finding | RowStanding::StillOpen);
            let about = about(said, receipt).filter(|_| named);
            self.name(NamedRow { said: said.clone(), standing, words, about });
        }
    }

    /// A line of a claim that is not confirmed, beside what became of its row.
    pub(super) fn dispute(&mut self, said: FileLine, words: String) {
        *self.counts.entry(RowStanding::Disputed).or_default() += 1;
        self.name(NamedRow { said, standing: RowStanding::Disputed, words, about: None });
    }

    /// How many lines only wait for those before them.
    pub(super) fn waiting(&self) -> u64 {
        self.of(RowStanding::Waiting)
    }

    /// Says of the rows named what they were refused about.
    pub(super) fn name_subjects(&mut self, names: &Names<'_>) -> Result<(), Failure> {
        let (failing, counting): (Vec<_>, Vec<_>) = self.rows.iter_mut().partition(|row| row.fails());
        let nameable = failing.into_iter().chain(counting).filter(|row| row.about.is_some());
        for row in nameable.take(SUBJECTS_NAMED) {
            let about = row.about.take().map(|about| names.of(&row.said, about)).transpose()?;
            if let Some(name) = about.flatten() {
                row.words = format!("{}；{name}", row.words);
            }
        }
        Ok(())
    }

    fn name(&mut self, row: NamedRow) {
        // A file of nothing but findings does not have to be remembered whole.
        if !row.fails() && self.counting == ROWS_NAMED {
            self.dropped += 1;
            return;
        }
        self.counting += usize::from(!row.fails());
        self.rows.push(row);
    }

    /// A row ends what earlier rows of its file say: that these do not count is what the file as a whole says.
    fn take_back(&mut self, ended: Uuid, by: u64) {
        for (id, line) in self.withdrawn.remove(&ended).unwrap_or_default() {
            if !self.ended.insert((id, line)) {
                continue;
            }
            for (standing, more) in [(RowStanding::Withdrawn, false), (RowStanding::TakenBack, true)] {
                let count = self.counts.entry(standing).or_default();
                *count = if more { *count + 1 } else { count.saturating_sub(1) };
            }
            let said_so = |row: &&mut NamedRow| row.said.id == id && row.said.line == line;
            if let Some(row) = self.rows.iter_mut().find(said_so) {
                row.standing = RowStanding::TakenBack;
                row.words = format!("本文件第 {by} 行已撤销或作废本行所报 taken back by line {by} of this file");
            }
        }
        self.counts.retain(|_, count| *count > 0);
    }

    pub(super) fn ending(&self) -> ImportEnding {
        self.counts.keys().map(|standing| standing.ending()).max().unwrap_or(ImportEnding::Counts)
    }

    /// How many stand so; those that were posted with a finding were posted.
    fn of(&self, standing: RowStanding) -> u64 {
        let count = |standing| self.counts.get(&standing).copied().unwrap_or(0);
        let with_findings = match standing {
            RowStanding::Posted => count(RowStanding::Finding),
            RowStanding::OnRecord => count(RowStanding::StillOpen),
            _ => 0,
        };
        count(standing) + with_findings
    }

    /// All rows that do not count, then those that do and that somebody must look at, as many as are named.
    pub(super) fn rows(&self) -> impl Iterator<Item = &NamedRow> {
        let failing = self.rows.iter().filter(|row| row.fails());
        failing.chain(self.rows.iter().filter(|row| !row.fails()).take(ROWS_NAMED))
    }

    /// How many more of the latter there are.
    pub(super) fn unnamed(&self) -> u64 {
        let counting = self.rows.iter().filter(|row| !row.fails()).count();
        self.dropped + counting.saturating_sub(ROWS_NAMED) as u64
    }

    pub(super) fn json(&self) -> Value {
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        for ((code, _), count) in &self.reasons {
            *reasons.entry(code).or_default() += count;
        }
        let row =
            |row: &NamedRow| json!({ "line": row.said.line, "standing": row.standing.name(), "words": row.words });
        let mut all = json!({ "findings": self.findings, "reasons": reasons,
            "rows_named": self.rows().map(row).collect::<Vec<_>>(), "rows_not_named": self.unnamed() });
        for standing in STANDINGS {
            all[standing.name()] = json!(self.of(standing));
        }
        all
    }
}

impl fmt::Display for RowTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for standing in STANDINGS {
            let count = self.of(standing);
            // The usual ones always, so that a summary can be compared with the last one.
            let usual = matches!(standing, RowStanding::Posted | RowStanding::OnRecord | RowStanding::Refused);
            let within = matches!(standing, RowStanding::Finding | RowStanding::StillOpen);
            if usual || (count > 0 && !within) {
                write!(f, "{count} {} {}, ", standing.name_zh(), standing.name())?;
            }
        }
        write!(f, "{} 疑点 findings", self.findings)
    }
}
