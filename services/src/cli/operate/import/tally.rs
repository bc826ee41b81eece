//! What became of the rows of a file: counted, and each row named that does not count as the file says.

use proto::v1;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// Rows named one by one; further ones are only counted.
const ROWS_NAMED: usize = 1_000;

/// What the file said: which line, and what sort of statement.
#[derive(Clone, Copy)]
pub(super) struct FileLine {
    pub(super) line: u64,
    pub(super) kind: &'static str,
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
    Finding,
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
            v1::Outcome::Posted if receipt.findings.is_empty() => Self::Posted,
            v1::Outcome::Posted => Self::Finding,
            v1::Outcome::Duplicate if receipt.withdrawn => Self::Withdrawn,
            v1::Outcome::Duplicate if receipt.refusal.is_none() => Self::OnRecord,
            v1::Outcome::Duplicate | v1::Outcome::Refused => Self::Refused,
            v1::Outcome::Rejected | v1::Outcome::Unspecified => Self::Malformed,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::OnRecord => "duplicates",
            Self::Finding => "with_findings",
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
            Self::Finding => "疑点",
            Self::Differs => "与账不符",
            Self::Withdrawn => "已撤销",
            Self::Refused => "仍被拒",
            Self::Malformed => "格式不符",
        }
    }

    fn ending(self) -> ImportEnding {
        match self {
            Self::Posted | Self::OnRecord => ImportEnding::Counts,
            Self::Finding => ImportEnding::Look,
            Self::Differs | Self::Withdrawn | Self::Refused | Self::Malformed => ImportEnding::Fails,
        }
    }
}

/// All standings, in the order in which they are shown.
const STANDINGS: [RowStanding; 7] = [
    RowStanding::Posted,
    RowStanding::OnRecord,
    RowStanding::Finding,
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
        let Self { said: FileLine { line, kind }, standing, words } = self;
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
}

impl RowTally {
    pub(super) fn count(&mut self, said: FileLine, receipt: &v1::Receipt) {
        let standing = RowStanding::of(receipt);
        *self.counts.entry(standing).or_default() += 1;
        self.findings += receipt.findings.len() as u64;
        if let (ImportEnding::Fails, Some(refusal)) = (standing.ending(), &receipt.refusal) {
            let words = format!("{}；{}", refusal.sentence_zh, refusal.remedy);
            self.reasons.entry(refusal.code.clone()).or_insert((0, words)).0 += 1;
        }
        for violation in &receipt.violations {
            let words = format!("{}: {}", violation.field, violation.description);
            self.reasons.entry("malformed".to_owned()).or_insert((0, words)).0 += 1;
        }
        if standing.ending() > ImportEnding::Counts && self.rows.len() < ROWS_NAMED {
            self.rows.push(NamedRow { said, standing, words: words(standing, receipt) });
        }
    }

    pub(super) fn ending(&self) -> ImportEnding {
        self.counts.keys().map(|standing| standing.ending()).max().unwrap_or(ImportEnding::Counts)
    }

    /// How many stand so; those that were posted with a finding were posted.
    fn of(&self, standing: RowStanding) -> u64 {
        let count = |standing| self.counts.get(&standing).copied().unwrap_or(0);
        count(standing) + if standing == RowStanding::Posted { count(RowStanding::Finding) } else { 0 }
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
            if usual || (count > 0 && standing != RowStanding::Finding) {
                write!(f, "{count} {} {}, ", standing.name_zh(), standing.name())?;
            }
        }
        write!(f, "{} 疑点 findings", self.findings)
    }
}

fn words(standing: RowStanding, receipt: &v1::Receipt) -> String {
    let refusal = receipt.refusal.as_ref();
    match standing {
        RowStanding::Posted | RowStanding::OnRecord => String::new(),
        RowStanding::Finding => {
            let findings =
                receipt.findings.iter().map(|row| format!("疑点 finding {} {}", row.number, row.sentence_zh));
            findings.collect::<Vec<_>>().join("; ")
        }
        RowStanding::Differs => differs(receipt),
        RowStanding::Withdrawn => format!(
            "第 {0} 号记录已撤销，本行不计；确应计入的，在“版次”栏填下一版次（首次撤销后为 1）再报 entry {0} said it and was \
             taken back; if it is to count, deliver it with the next edition in the column 版次/edition, 1 after the first time",
            receipt.first
        ),
        RowStanding::Refused => {
            let entry = if receipt.outcome() == v1::Outcome::Duplicate { receipt.first } else { receipt.index };
            refusal.map_or_else(String::new, |refusal| {
                format!("第 {entry} 号记录 entry {entry}: {} {}；{}", refusal.code, refusal.sentence_zh, refusal.remedy)
            })
        }
        RowStanding::Malformed => {
            let faults = receipt.violations.iter().map(|fault| format!("{}: {}", fault.field, fault.description));
            faults.collect::<Vec<_>>().join("; ")
        }
    }
}

/// Why a row does not count whose number the ledger knows otherwise, and how it can be made to.
fn differs(receipt: &v1::Receipt) -> String {
    match receipt.held.checked_sub(1) {
        Some(entry) => format!(
            "同号异文，账上为第 {entry} 号记录，本行不计；该记录有误的，把原来那一行照原样再报，“更正”栏填“撤销”，\
             并填“更正文号”；再在“版次”栏填下一版次（首次撤销后为 1）报本行 entry {entry} holds other content under this \
             number; if that is wrong, deliver its row as it was with 撤销/withdraw in the column 更正/correction and a 更正文号, \
             then this row with the next edition in the column 版次/edition, 1 after the first time（没有“更正”栏的文件和\
             docs/kinds.md 写明 not yet 的事项还不能撤销 not possible yet for files without that column, nor for kinds that \
             docs/kinds.md calls not yet）"
        ),
        None => "上一版次未撤销，本行不计；先把上一版次的行照原样再报，“更正”栏填“撤销”，再导入一次 the edition before was not taken \
                 back; deliver its row with 撤销/withdraw in the column 更正/correction, then import this again"
            .to_owned(),
    }
}
