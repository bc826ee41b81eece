//! `mingzhang debts`: what units are owed back and owe back.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, yuan};
use clap::Args;
use proto::json::id;
use proto::v1;

/// What units are owed back 应追回 and owe back 应退还, with what came of it
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  mingzhang debts --open\n\n{QUESTION_CODES}"))]
pub struct DebtsArgs {
    /// Only what is still owed, or was paid too much
    #[arg(long)]
    open: bool,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const DEBTS: &[Column<v1::Debt>] = &[
    left("日期", |row| day(row.day)),
    left("种类 side", |row| format!("{} {}", side_zh(&row.side), row.side)),
    left("单位 unit", |row| row.unit_name.clone()),
    right("元 yuan", |row| yuan(row.fen)),
    right("到账 received", |row| yuan(row.received_fen)),
    right("退付 paid", |row| yuan(row.paid_fen)),
    right("免追 waived", |row| yuan(row.waived_fen)),
    right("未了结 open", |row| yuan(row.open_fen)),
    right("未对应 beside", |row| yuan(row.beside_fen)),
    right("天 age", |row| row.age_days.to_string()),
    left("对方 party", |row| row.party_name.clone()),
    left("决定 debt", |row| id(&row.debt)),
    left("支付 payout", |row| if row.payout.is_empty() { String::new() } else { id(&row.payout) }),
    right("index", |row| row.last.to_string()),
];

fn side_zh(side: &str) -> &'static str {
    match side {
        "receivable" => "应追回",
        "refundable" => "应退还",
        _ => "尚无决定",
    }
}

impl DebtsArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (open_only, at) = (self.open, self.point.at());
        let request = v1::ListDebtsRequest { open_only, at, ..v1::ListDebtsRequest::default() };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.list_debts(page).await)?;
        answer.show(|answer| {
            out!("{}", list(DEBTS, &answer.debts));
            let (owed, owing) = (yuan(answer.receivable_fen), yuan(-answer.refundable_fen));
            outln!("  应追回 receivable: {owed} 元, 应退还 refundable: {owing} 元");
        })
    }
}
