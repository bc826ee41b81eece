//! `risk show`: a compensation fund beside the lender's statement.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::lending::words::{both, zh};
use crate::cli::shown::list::{Column, left, list, right, sums};
use crate::cli::shown::pages::{ALL, ask_pages};
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::{day, yuan};
use crate::cli::typed::{KindArg, day_typed, kind_name, number_typed, org, wire_id};
use clap::Args;
use ledger::money::Day;
use proto::json::id;
use proto::v1;
use replay::terminal::text_table::{Align, Table};
use serde::Serialize;

/// A fund: its stock beside the lender's statement, its years by payer, losses, surplus, rewards
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang risk show --lender CDB --kind origin --on 2024-12-31\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such fund")]
pub struct RiskShowArgs {
    /// The lender: its number or id
    #[arg(long, value_name = "NUMBER|ID", value_parser = number_typed)]
    lender: String,
    /// Which of its funds
    #[arg(long, value_enum)]
    kind: KindArg,
    /// Day on which the surplus is computed; the latest on record if left out
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    on: Option<Day>,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

/// The answer for machines, with the lender's statement as one thing.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    fund: &'a v1::GetFundResponse,
    statement: Option<Statement>,
}

/// What the lender said the fund holds, beside what it held here.
#[derive(Serialize)]
struct Statement {
    day: u32,
    fen: i64,
    ours_fen: i64,
    difference_fen: i64,
}

impl Statement {
    fn of(fund: &v1::GetFundResponse) -> Option<Self> {
        (fund.stated_day != 0).then_some(Self {
            day: fund.stated_day,
            fen: fund.stated_fen,
            ours_fen: fund.stated_ours_fen,
            difference_fen: fund.stated_difference_fen,
        })
    }
}

impl RiskShowArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::GetFundRequest {
            lender: wire_id(org(&self.lender)),
            kind: kind_name(Some(self.kind)),
            on: self.on.map_or(0, Day::yyyymmdd),
            at,
            ..v1::GetFundRequest::default()
        };
        let answer = ask_pages(&self.target, request, ALL, async |query, request| query.get_fund(request).await);
        let answer = answer.map_err(|failure| failure.no_lender(&self.lender))?;
        let fund = &answer.said;
        answer.show_as(&Shown { fund, statement: Statement::of(fund) }, print)
    }
}

fn print(fund: &v1::GetFundResponse) {
    outln!("  风险补偿金 {} {}  {}", fund.lender_name, zh(&fund.kind), id(&fund.portfolio));
    let rows = [
        ("到账 paid in", fund.paid_in_fen),
        ("已用 used", fund.used_fen),
        ("余额 stock", fund.stock_fen),
        ("核销损失 losses", fund.loss_fen),
        ("  其中已追回 recovered", fund.recovered_fen),
        ("净放款 drawn", fund.drawn_fen),
        ("  其中已结清 of settled loans", fund.settled_drawn_fen),
    ];
    let rows = rows.map(|(name, fen)| (name.to_owned(), fen));
    let borne = |borne: &v1::PayerSum| (format!("超出部分 beyond the stock: {}", both(&borne.payer)), borne.fen);
    let surplus =
        (fund.surplus_day != 0).then(|| (format!("可奖励结余 surplus on {}", day(fund.surplus_day)), fund.surplus_fen));
    outln!("{}", sums("", rows.into_iter().chain(fund.loss_borne.iter().map(borne)).chain(surplus)));
    print_statement(fund);
    outln!("{}", years_table(fund));
    if !fund.rewards.is_empty() {
        outln!("{}", list(REWARDS, &fund.rewards));
    }
}

fn print_statement(fund: &v1::GetFundResponse) {
    if fund.stated_day == 0 {
        outln!("  对账 statement: 未报 none on record\n");
        return;
    }
    let (stated, ours) = (yuan(fund.stated_fen), yuan(fund.stated_ours_fen));
    let verdict = if fund.stated_difference_fen == 0 { "一致 agrees" } else { "! 不符 differs" };
    let difference = yuan(fund.stated_difference_fen);
    outln!(
        "  对账 statement {}: 机构 lender {stated}  账上 ours {ours}  差额 {difference}  {verdict}\n",
        day(fund.stated_day)
    );
}

fn years_table(fund: &v1::GetFundResponse) -> Table {
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("年度 year", left), ("学校", right), ("净放款 drawn", right), ("承担方 payer", left)];
    let more = [("应计 accrued", right), ("已下达 ordered", right), ("已付 paid", right)];
    let mut table = Table::new(&[&columns[..], &more[..]].concat());
    for year in &fund.years {
        let mut head = [year.year.to_string(), year.schools.to_string(), yuan(year.drawn_fen)];
        if year.payers.is_empty() {
            table.row(head.iter().map(String::as_str));
        }
        for debt in &year.payers {
            let money = [debt.owed_fen, debt.ordered_fen, debt.paid_fen].map(yuan);
            table.row(std::mem::take(&mut head).into_iter().chain([both(&debt.payer)]).chain(money));
        }
    }
    table
}

const REWARDS: &[Column<v1::Reward>] = &[
    left("结余奖励 reward", |reward| reward.centre_name.clone()),
    left("年度", |reward| reward.year.to_string()),
    right("元 yuan", |reward| yuan(reward.fen)),
    right("可用 available", |reward| yuan(reward.available_fen)),
    left("用途 used", used),
];

fn used(reward: &v1::Reward) -> String {
    let used = reward.used.iter().map(|used| format!("{} {}", used.purpose, yuan(used.fen)));
    used.collect::<Vec<_>>().join("  ")
}
