//! What became of the rows of a file: counted, and each row named that does not count as the file says.

use ledger::event::{KindTag, WayBack};
use ledger::outcome::Code;
use proto::v1;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// Rows named one by one; further ones are only counted.
const ROWS_NAMED: usize = 1_000;

/// What the file said: which line, and what sort of statement.
#[derive(Clone)]
pub(super) struct FileLine {
    pub(super) line: u64,
    pub(super) kind: &'static str,
    pub(super) tag: KindTag,
    pub(super) event: Uuid,
    /// The event it takes back, if it does that.
    pub(super) withdraws: Option<Uuid>,
    /// By which words it names that.
    pub(super) words: Arc<str>,
}

/// How the import of a file ends; the worst of several files is that of all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ImportEnding {
    /// Every row counts as the file says.
    Counts,
    /// So it does, and somebody must look.
    Look,
    /// Some row does not count.
    Fails,
}

/// How a statement of a file stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum RowStanding {
    Posted,
    OnRecord,
    /// It does not count any more, as a later row of its file says.
    TakenBack,
    Finding,
    /// Said before, and somebody must still look.
    StillOpen,
    Differs,
    Withdrawn,
    Refused,
    Malformed,
}

impl RowStanding {
    fn of(receipt: &v1::Receipt) -> Self {
        if receipt.differs {
            return Self::Differs;
        }
        match receipt.outcome() {
            v1::Outcome::Posted if open(receipt).next().is_none() => Self::Posted,
            v1::Outcome::Posted => Self::Finding,
            v1::Outcome::Duplicate if receipt.withdrawn => Self::Withdrawn,
            v1::Outcome::Duplicate if receipt.refusal.is_none() && open(receipt).next().is_some() => Self::StillOpen,
            v1::Outcome::Duplicate if receipt.refusal.is_none() => Self::OnRecord,
            v1::Outcome::Duplicate | v1::Outcome::Refused => Self::Refused,
            v1::Outcome::Rejected | v1::Outcome::Unspecified => Self::Malformed,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::OnRecord => "duplicates",
            Self::TakenBack => "taken_back",
            Self::Finding => "with_findings",
            Self::StillOpen => "still_open",
            Self::Differs => "differs",
            Self::Withdrawn => "withdrawn",
            Self::Refused => "refused",
            Self::Malformed => "rejected",
        }
    }

    fn name_zh(self) -> &'static str {
        match self {
            Self::Posted => "记入",
            Self::OnRecord => "已在账",
            Self::TakenBack => "已按本文件撤销",
            Self::Finding => "疑点",
            Self::StillOpen => "疑点未结",
            Self::Differs => "与账不符",
            Self::Withdrawn => "已撤销",
            Self::Refused => "仍被拒",
            Self::Malformed => "格式不符",
        }
    }

    fn ending(self) -> ImportEnding {
        match self {
            Self::Posted | Self::OnRecord | Self::TakenBack => ImportEnding::Counts,
            Self::Finding | Self::StillOpen => ImportEnding::Look,
            Self::Differs | Self::Withdrawn | Self::Refused | Self::Malformed => ImportEnding::Fails,
        }
    }
}

/// All standings, in the order in which they are shown.
const STANDINGS: [RowStanding; 9] = [
    RowStanding::Posted,
    RowStanding::OnRecord,
    RowStanding::TakenBack,
    RowStanding::Finding,
    RowStanding::StillOpen,
    RowStanding::Differs,
    RowStanding::Withdrawn,
    RowStanding::Refused,
    RowStanding::Malformed,
];

/// A row that does not count as the file says, or that somebody must look at.
pub(super) struct NamedRow {
    said: FileLine,
    standing: RowStanding,
    words: String,
}

impl fmt::Display for NamedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { said: FileLine { line, kind, .. }, standing, words } = self;
        write!(f, "{line}: {kind} {} {}: {words}", standing.name_zh(), standing.name())
    }
}

/// What became of the events of a file.
#[derive(Default)]
pub(super) struct RowTally {
    counts: BTreeMap<RowStanding, u64>,
    findings: u64,
    /// Why statements do not count, by code: how often, and the sentence with its remedy.
    pub(super) reasons: BTreeMap<String, (u64, String)>,
    rows: Vec<NamedRow>,
    /// Rows met that were taken back, by their events: a later row of the file may say so itself.
    withdrawn: HashMap<Uuid, Vec<u64>>,
}

impl RowTally {
    pub(super) fn count(&mut self, said: &FileLine, receipt: &v1::Receipt) {
        let standing = RowStanding::of(receipt);
        *self.counts.entry(standing).or_default() += 1;
        self.findings += open(receipt).count() as u64;
        if standing == RowStanding::Withdrawn {
            self.withdrawn.entry(said.event).or_default().push(said.line);
        }
        if let Some(event) = said.withdraws.filter(|_| standing.ending() < ImportEnding::Fails) {
            self.take_back(event, said.line);
        }
        if let (ImportEnding::Fails, Some(refusal)) = (standing.ending(), &receipt.refusal) {
            let words = format!("{}；{}", refusal.sentence_zh, remedy_zh(refusal));
            self.reasons.entry(refusal.code.clone()).or_insert((0, words)).0 += 1;
        }
        for violation in &receipt.violations {
            let words = format!("{}: {}", violation.field, violation.description);
            self.reasons.entry("malformed".to_owned()).or_insert((0, words)).0 += 1;
        }
        if standing.ending() > ImportEnding::Counts && self.rows.len() < ROWS_NAMED {
            self.rows.push(NamedRow { said: said.clone(), standing, words: words(said, standing, receipt) });
        }
    }

    /// A row takes back what earlier rows of its file say: that these do not count is what the file as a whole says.
    fn take_back(&mut self, event: Uuid, by: u64) {
        for line in self.withdrawn.remove(&event).unwrap_or_default() {
            for (standing, more) in [(RowStanding::Withdrawn, false), (RowStanding::TakenBack, true)] {
                let count = self.counts.entry(standing).or_default();
                *count = if more { *count + 1 } else { count.saturating_sub(1) };
            }
            let said_so = |row: &&mut NamedRow| row.said.event == event && row.said.line == line;
            if let Some(row) = self.rows.iter_mut().find(said_so) {
                row.standing = RowStanding::TakenBack;
                row.words = format!("本文件第 {by} 行已撤销本行 taken back by line {by} of this file");
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

    /// Rows that do not count, and those somebody must look at.
    pub(super) fn rows(&self) -> &[NamedRow] {
        &self.rows
    }

    pub(super) fn json(&self) -> Value {
        let reasons: BTreeMap<_, _> = self.reasons.iter().map(|(code, (count, _))| (code, count)).collect();
        let row =
            |row: &NamedRow| json!({ "line": row.said.line, "standing": row.standing.name(), "words": row.words });
        let mut all = json!({ "findings": self.findings, "reasons": reasons,
            "rows_named": self.rows.iter().map(row).collect::<Vec<_>>() });
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

/// What somebody must still look at.
fn open(receipt: &v1::Receipt) -> impl Iterator<Item = &v1::Finding> {
    receipt.findings.iter().filter(|finding| finding.open)
}

fn words(said: &FileLine, standing: RowStanding, receipt: &v1::Receipt) -> String {
    let refusal = receipt.refusal.as_ref();
    match standing {
        RowStanding::Posted | RowStanding::OnRecord | RowStanding::TakenBack => String::new(),
        RowStanding::Finding | RowStanding::StillOpen => {
            let findings = open(receipt).map(|row| format!("疑点 finding {} {}", row.number, row.sentence_zh));
            findings.collect::<Vec<_>>().join("; ")
        }
        RowStanding::Differs => differs(said.tag, receipt),
        RowStanding::Withdrawn if said.tag.way_back() == WayBack::Cancelled => {
            "所属花名册或支付申请已作废，本行不计；确应计入的，填下一版次整份重报 its roster or \
             application was cancelled; if it is to count, send it whole as the next edition"
                .to_owned()
        }
        RowStanding::Withdrawn => format!(
            "该号的第 {0} 号记录已撤销，本行不计；确应计入的，在“{1}”栏填账上最后一版的下一版次（只撤销过一次的为 1）再报 entry {0}, told \
             under this number, was taken back; if the row is to count, deliver it with the edition after the last on record in \
             the column {1}, 1 if there was but one",
            receipt.first,
            correction(said.tag).1
        ),
        RowStanding::Refused => {
            let entry = if receipt.outcome() == v1::Outcome::Duplicate { receipt.first } else { receipt.index };
            refusal.map_or_else(String::new, |refusal| match said.withdraws {
                Some(_) if refusal.code == Code::UnknownEntry.name() => nothing_to_take_back(said),
                _ => format!(
                    "第 {entry} 号记录 entry {entry}: {} {}；{}",
                    refusal.code,
                    refusal.sentence_zh,
                    remedy_zh(refusal)
                ),
            })
        }
        RowStanding::Malformed => {
            let faults = receipt.violations.iter().map(|fault| format!("{}: {}", fault.field, fault.description));
            faults.collect::<Vec<_>>().join("; ")
        }
    }
}

/// What to do, in Chinese as the rest; a code that a newer service knows and this program does not has English words alone.
fn remedy_zh(refusal: &v1::Refusal) -> &str {
    match Code::named(&refusal.code) {
        Some(code) => code.remedy_zh(),
        None => &refusal.remedy,
    }
}

/// A row takes back what is not on record: by its own words, as the id of an event says nothing to whoever wrote it.
fn nothing_to_take_back(said: &FileLine) -> String {
    let words = &said.words;
    format!(
        "账上没有本行所撤的记录（{words}），什么也没有撤；核对编号、流水号和日期是否与当初所报的一致，仍被拒或尚未报过的不必撤销 \
         nothing is on record under these words ({words}), so nothing was taken back: compare number, serial and day with the row \
         as it was delivered"
    )
}

/// What takes back a statement of this kind, and the column of its edition: a row of 学籍 tells three things.
fn correction(kind: KindTag) -> (&'static str, &'static str) {
    match kind {
        KindTag::PersonRegistered => ("撤销登记", "登记版次"),
        KindTag::CardBound => ("撤销绑卡", "绑卡版次"),
        _ => ("撤销", "版次"),
    }
}

/// Why a row does not count whose number the ledger knows otherwise, and how it can be made to.
fn differs(kind: KindTag, receipt: &v1::Receipt) -> String {
    let (word, edition) = correction(kind);
    match receipt.held.checked_sub(1) {
        Some(entry) => format!(
            "同号异文，账上为第 {entry} 号记录，本行不计；账上有误的，把原来那一行照原样再报，“更正”栏填“{word}”，并填“更正文号”，再在\
             “{edition}”栏填下一版次（只撤销过一次的为 1）报本行；花名册、支付申请则先作废，再以下一版次整份重报 entry {entry} holds other \
             content under this number; if that is wrong, deliver its row as it was with {word} in the column 更正/correction and \
             a 更正文号, then this row with the next edition in the column {edition}; a roster or application is cancelled and \
             sent again whole as the next edition（没有“更正”栏的文件和 docs/kinds.md 写明 not yet 的事项还不能撤销 not possible yet \
             for files without that column, nor for kinds that docs/kinds.md calls not yet）"
        ),
        None => format!(
            "版次不接续，本行不计：版次填错的，先把本行照原样（连同所填版次）再报，“更正”栏填“{word}”，疑点即了结，再以对的版次报，首次报送的\
             “{edition}”栏留空；版次没有填错的，先把上一版次的行照原样再报，“更正”栏填“{word}”，再导入一次 the edition before was not taken \
             back: if this one is a slip, deliver this row as it is with {word} in the column 更正/correction, which closes its \
             finding, then under the right edition, with none if it is told for the first time; else deliver the row of the \
             edition before with {word} in that column, then import this again"
        ),
    }
}
