//! `mingzhang findings`: what should not have happened.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, moment, yuan, yuan_if_any};
use clap::Args;
use ledger::finding::FindingKind;
use ledger::state::case_rows::FindingStage;
use proto::json::id;
use proto::v1;

/// What should not have happened, among it money in suspense 暂记
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang findings --open\n\n{QUESTION_CODES}"))]
pub struct FindingsArgs {
    /// Only those still to be settled
    #[arg(long)]
    open: bool,
    /// Only this kind, by its Chinese or English name, for example 同号异文 or told_otherwise
    #[arg(long, value_name = "KIND", default_value = "")]
    kind: String,
    /// Begin with this number; how to go on where more follow than are shown at once
    #[arg(long, value_name = "NO", default_value_t = 0)]
    from: u32,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const FINDINGS: &[Column<v1::Finding>] = &[
    right("no", |row| row.number.to_string()),
    left("日期", |row| day(row.day)),
    left("情况 finding", |row| row.sentence_zh.clone()),
    right("元 yuan", |row| yuan_if_any(row.fen)),
    left("状态 stage", |row| format!("{} {}", stage_zh(&row.stage), row.stage)),
    right("天 age", |row| if row.open { row.age_days.to_string() } else { String::new() }),
    left("说明、核结 said of it", said_of_it),
    // By this a clearing names the money.
    left("款项事件 item", |row| if row.fen == 0 || is_decided(row) { String::new() } else { id(&row.event) }),
    left("对象 subject", |row| id(&row.subject)),
    right("index", |row| row.index.to_string()),
    left("事项 kind", |row| row.event_kind.clone()),
    left("何人 who", |row| row.principal.clone()),
    left("记录于 recorded", |row| moment(row.recorded_ms)),
];

/// Whether it says of a decision that it does not stand as it was made: nobody clears that.
fn is_decided(row: &v1::Finding) -> bool {
    [FindingKind::ClearedInVain, FindingKind::CorrectedShort].iter().any(|kind| kind.name() == row.kind)
}

/// The stages as clerks call them.
fn stage_zh(stage: &str) -> &'static str {
    use FindingStage as S;
    let all = [S::Open, S::Explained, S::Closed, S::Settled].map(FindingStage::words);
    all.into_iter().find(|(name, _)| *name == stage).map_or("", |(_, zh)| zh)
}

fn said_of_it(row: &v1::Finding) -> String {
    let said = |word: &str, note: &Option<v1::FindingNote>| {
        note.as_ref().map(|note| format!("{word} {} {}：{}", day(note.day), note.principal, note.reason))
    };
    let notes = [said("说明", &row.explained), said("核结", &row.closed)];
    notes.into_iter().flatten().collect::<Vec<_>>().join("；")
}

impl FindingsArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (open_only, kind, at) = (self.open, self.kind.clone(), self.point.at());
        let from_number = self.from;
        let request =
            v1::ListFindingsRequest { open_only, kind, from_number, at, ..v1::ListFindingsRequest::default() };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.list_findings(page).await)?;
        answer.show(|answer| {
            out!("{}", list(FINDINGS, &answer.findings));
            outln!("  暂记 in suspense: {} 元", yuan(answer.suspense_fen));
        })
    }
}
