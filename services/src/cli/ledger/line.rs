//! `mingzhang line`: a document line 指标 and the lines passed down from it.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES, missing};
use crate::cli::shown::ask::{ask, asking, patiently};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::office::OfficeArg;
use crate::cli::shown::point::StandArgs;
use crate::cli::shown::text::yuan;
use crate::cli::typed::{line_of, number_typed, wire_id};
use clap::Args;
use ledger::account::Class;
use proto::json::id;
use proto::v1;
use uuid::Uuid;

/// Execution of a document line 指标, and of the lines passed down from it
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang line 610581CZ/财预〔2021〕101号#1\n  \
    mingzhang line 0190a6f2-0000-7000-8000-000000000000 --booked-on 2021-09-30\n\n{QUESTION_CODES} (then)"))]
pub struct LineArgs {
    /// The line, by its id or as UNIT/DOCUMENT#NUMBER 单位编号/文号#指标行号
    #[arg(value_name = "ID|UNIT/DOCUMENT#NUMBER", value_parser = number_typed)]
    line: String,
    #[command(flatten)]
    office: OfficeArg,
    #[command(flatten)]
    point: StandArgs,
    #[command(flatten)]
    target: Target,
}

const LINES: &[Column<v1::Line>] = &[
    left("指标 line", |line| line.document.clone()),
    left("单位 unit", |line| line.unit_name.clone()),
    right("下达 received", |line| yuan(line.received_fen)),
    right("可用 available", |line| yuan(line.available_fen)),
    right("已申请 applied", |line| yuan(line.applied_fen)),
    right("已支出 spent", |line| yuan(line.spent_fen)),
    right("下拨 passed down", |line| yuan(line.passed_down_fen)),
    right("跨年退回 to finance", |line| yuan(line.to_finance_fen)),
    right("待追减 short", |line| yuan(line.short_fen)),
    right("待下级退回 withheld", |line| yuan(line.withheld_fen)),
];

impl LineArgs {
    fn line(&self) -> Result<Uuid, Failure> {
        if let Ok(id) = Uuid::try_parse(&self.line) {
            return Ok(id);
        }
        let (unit, line) = self.office.giver(&self.line, "the unit the line stands under")?;
        let no_line = || Failure::Usage(format!("{line} is no document line: write it like 财预〔2021〕101号#1"));
        line_of(unit, line).ok_or_else(no_line)
    }

    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::GetLineRequest { not_before: 0, line: wire_id(self.line()?), at };
        let answer = ask(&self.target, at, async |query| query.get_line(request.clone()).await)?;
        let line = answer.said.line.as_ref().ok_or_else(|| missing("line"))?;
        // It is paid over by the unit, for all its lines together.
        let due = v1::GetBalanceRequest {
            owner: line.unit.clone(),
            class: Class::DueToFinance.name().to_owned(),
            at,
            ..v1::GetBalanceRequest::default()
        };
        let due =
            asking(
                &self.target,
                async |query| Ok(patiently(at, async || query.get_balance(due.clone()).await).await?),
            )?;
        let due = due.balance.as_ref().map_or(0, |balance| balance.fen);
        answer.show(|answer| {
            outln!("  指标 {} {} {} {}", line.document, line.unit_name, line.programme, id(&line.line));
            out!("{}", list(LINES, [line].into_iter().chain(&answer.children)));
            outln!("  本单位各指标跨年退回、尚未上缴财政 still due to finance by the unit: {} 元", yuan(due));
        })
    }
}
