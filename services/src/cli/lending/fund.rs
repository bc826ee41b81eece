//! How a compensation fund looks on a terminal, and for machines.

use super::lending::{both, debts_json, payers_json, sums_json, zh};
use crate::cli::shown::point::Footing;
use crate::cli::shown::show::{day, id, yuan};
use crate::cli::{Failure, print_json};
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};

/// Shows a fund.
pub(crate) fn show_fund(fund: &v1::GetFundResponse, footing: &Footing, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&footing.json(fund_json(fund)));
    }
    outln!("  风险补偿金 {} {}  {}", fund.lender_name, zh(&fund.kind), id(&fund.portfolio));
    let mut table = Table::new(&[("", Align::Left), ("元 yuan", Align::Right)]);
    let rows = [
        ("到账 paid in", fund.paid_in_fen),
        ("已用 used", fund.used_fen),
        ("余额 stock", fund.stock_fen),
        ("核销损失 losses", fund.loss_fen),
        ("净放款 drawn", fund.drawn_fen),
        ("  其中已结清 of settled loans", fund.settled_drawn_fen),
    ];
    for (name, fen) in rows {
        table.row([name.to_owned(), yuan(fen)]);
    }
    for borne in &fund.loss_borne {
        table.row([format!("超出部分 beyond the stock: {}", both(&borne.payer)), yuan(borne.fen)]);
    }
    if fund.surplus_day != 0 {
        table.row([format!("可奖励结余 surplus on {}", day(fund.surplus_day)), yuan(fund.surplus_fen)]);
    }
    outln!("{table}");
    show_statement(fund);
    outln!("{}", years_table(fund));
    if !fund.rewards.is_empty() {
        outln!("{}", rewards_table(&fund.rewards));
    }
    footing.foot(false);
    Ok(())
}

fn show_statement(fund: &v1::GetFundResponse) {
    if fund.stated_day == 0 {
        outln!("  对账 statement: 未报 none on record\n");
        return;
    }
    let (stated, ours) = (yuan(fund.stated_fen), yuan(fund.stated_ours_fen));
    let verdict = if fund.stated_difference_fen == 0 { "一致 agrees" } else { "! 不一致 differs" };
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

fn rewards_table(rewards: &[v1::Reward]) -> Table {
    let (left, right) = (Align::Left, Align::Right);
    let columns =
        [("结余奖励 reward", left), ("年度", left), ("元 yuan", right), ("可用 available", right), ("用途 used", left)];
    let mut table = Table::new(&columns);
    for reward in rewards {
        let used = reward.used.iter().map(|used| format!("{} {}", used.purpose, yuan(used.fen)));
        let used = used.collect::<Vec<_>>().join("  ");
        let (centre, year) = (reward.centre_name.clone(), reward.year.to_string());
        table.row([centre, year, yuan(reward.fen), yuan(reward.available_fen), used]);
    }
    table
}

fn fund_json(fund: &v1::GetFundResponse) -> Value {
    let year = |year: &v1::FundYear| {
        json!({ "year": year.year, "drawn_fen": year.drawn_fen, "schools": year.schools,
            "payers": debts_json(&year.payers) })
    };
    let stated = (fund.stated_day != 0).then(|| {
        json!({ "day": fund.stated_day, "fen": fund.stated_fen, "ours_fen": fund.stated_ours_fen,
            "difference_fen": fund.stated_difference_fen })
    });
    json!({ "as_of": fund.as_of, "portfolio": id(&fund.portfolio), "lender": fund.lender_name, "kind": fund.kind,
        "stock_fen": fund.stock_fen, "paid_in_fen": fund.paid_in_fen, "used_fen": fund.used_fen,
        "loss_fen": fund.loss_fen, "loss_borne": payers_json(&fund.loss_borne), "statement": stated,
        "years": fund.years.iter().map(year).collect::<Vec<_>>(),
        "rewards": fund.rewards.iter().map(reward_json).collect::<Vec<_>>(),
        "surplus_fen": fund.surplus_fen, "surplus_day": fund.surplus_day, "rewarded": fund.rewarded,
        "drawn_fen": fund.drawn_fen, "settled_drawn_fen": fund.settled_drawn_fen,
        "balances": sums_json(&fund.balances) })
}

fn reward_json(reward: &v1::Reward) -> Value {
    let used = |used: &v1::RewardUsed| json!({ "purpose": used.purpose, "fen": used.fen });
    json!({ "reward": id(&reward.reward), "centre": reward.centre_name, "year": reward.year, "fen": reward.fen,
        "available_fen": reward.available_fen, "used": reward.used.iter().map(used).collect::<Vec<_>>(),
        "day": reward.day })
}
