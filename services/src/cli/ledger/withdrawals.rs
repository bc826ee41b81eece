//! `mingzhang withdrawals`: entries that were taken back.

use crate::cli::client::{Query, Target};
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, moment};
use clap::Args;
use proto::v1;

/// Entries that were taken back 撤销, each with the entry that did so, who, why, and by which document
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang withdrawals --limit 1000\n\n{QUESTION_CODES}"))]
pub struct WithdrawalsArgs {
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const WITHDRAWALS: &[Column<v1::Withdrawal>] = &[
    right("撤销 index", |row| row.index.to_string()),
    right("所撤 entry", |row| row.withdrawn.to_string()),
    left("日期 day", |row| day(row.day)),
    left("事项 kind", |row| format!("{} {}", row.kind_zh, row.withdrawn_kind)),
    left("原报 told by", |row| row.told_by.clone()),
    left("何人 who", |row| row.principal.clone()),
    left("理由 reason", |row| reason(row.reason()).to_owned()),
    left("文号 document", |row| row.document.clone()),
    left("记录于 recorded", |row| moment(row.recorded_ms)),
];

fn reason(reason: v1::WithdrawalReason) -> &'static str {
    use v1::WithdrawalReason as R;
    match reason {
        R::Unspecified => "",
        R::Mistyped => "笔误 mistyped",
        R::WrongSubject => "对象有误 wrong_subject",
        R::NeverHappened => "并未发生 never_happened",
        R::CountedTwice => "重复记录 counted_twice",
        R::SourceCorrected => "来源更正 source_corrected",
        R::Ordered => "奉命撤销 ordered",
    }
}

impl WithdrawalsArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let request = v1::ListWithdrawalsRequest { at: self.point.at(), ..v1::ListWithdrawalsRequest::default() };
        let call = async |query: &mut Query, page| query.list_withdrawals(page).await;
        let answer = ask_pages(&self.target, request, self.limit, call)?;
        answer.show(|answer| out!("{}", list(WITHDRAWALS, &answer.withdrawals)))
    }
}
