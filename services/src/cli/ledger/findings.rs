//! `mingzhang findings`: what should not have happened.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::ask::ask;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, moment, yuan};
use clap::Args;
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
    right("元 yuan", |row| yuan(row.fen)),
    left("", |row| if row.open { "未结 open".to_owned() } else { "已结 closed".to_owned() }),
    left("对象 subject", |row| id(&row.subject)),
    right("index", |row| row.index.to_string()),
    left("事项 kind", |row| row.event_kind.clone()),
    left("何人 who", |row| row.principal.clone()),
    left("记录于 recorded", |row| moment(row.recorded_ms)),
];

impl FindingsArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (open_only, kind, page_size, at) = (self.open, self.kind.clone(), self.limit, self.point.at());
        let request = v1::ListFindingsRequest { open_only, kind, page_size, at, ..v1::ListFindingsRequest::default() };
        let answer = ask(&self.target, at, async |query| query.list_findings(request.clone()).await)?;
        answer.show(|answer| {
            out!("{}", list(FINDINGS, &answer.findings));
            outln!("  暂记 in suspense: {} 元", yuan(answer.suspense_fen));
        })
    }
}
