//! `mingzhang claim`: lenders' claims beside our figures, line by line.

use super::lending::{both, debts_json, percent, zh};
use super::payments::{PaymentsArgs, payments};
use crate::cli::client::Target;
use crate::cli::operate::accrue::{KindArg, kind_name, no_lender, org};
use crate::cli::shown::point::{PointArgs, patiently};
use crate::cli::shown::show::{day, hex, id, missing, typed, yuan};
use crate::cli::{Failure, print_json, runtime};
use crate::intake::import::ids;
use clap::{Args, Subcommand};
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};
use uuid::Uuid;

/// Lenders' claims for subsidised and waived interest 申报
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mingzhang claim list --lender CDB\n  mingzhang claim show SB-2024Q3-CDB --disputed\n  \
    mingzhang claim payments --lender CDB\n\n\
    All of them take --json.\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing"
)]
pub struct ClaimArgs {
    #[command(subcommand)]
    command: ClaimCommand,
}

#[derive(Subcommand, Debug)]
enum ClaimCommand {
    List(ListArgs),
    Show(ShowArgs),
    Payments(PaymentsArgs),
}

pub(crate) fn claim(args: &ClaimArgs) -> Result<(), Failure> {
    match &args.command {
        ClaimCommand::List(args) => list(args),
        ClaimCommand::Show(args) => show(args),
        ClaimCommand::Payments(args) => payments(args),
    }
}

/// Claims in the order in which they came, with what is confirmed and disputed
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang claim list --lender CDB --kind campus\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such lender")]
pub struct ListArgs {
    /// The lender: its number or id; all if left out
    #[arg(long, value_name = "NUMBER|ID")]
    lender: Option<String>,
    /// Only for this kind of loan
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

fn list(args: &ListArgs) -> Result<(), Failure> {
    let name = args.lender.clone().unwrap_or_default();
    let request = v1::ListClaimsRequest {
        lender: args.lender.as_ref().map(|lender| typed(org(lender))).unwrap_or_default(),
        kind: kind_name(args.kind),
        page_size: args.limit,
        at: args.point.at(),
        ..v1::ListClaimsRequest::default()
    };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let answer = patiently(request.at, async || query.list_claims(request.clone()).await).await;
        answer.map_err(|status| no_lender(status, &name))
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    if args.target.json {
        let rows: Vec<Value> = answer.claims.iter().map(claim_json).collect();
        return print_json(&footing.json(json!({ "claims": rows })));
    }
    let (left, right) = (Align::Left, Align::Right);
    let columns =
        [("申报 claim", left), ("内容", left), ("机构 lender", left), ("起 from", left), ("止 through", left)];
    let more =
        [("行数", right), ("申报 claimed", right), ("确认 confirmed", right), ("争议行 disputed", right), ("", left)];
    let mut table = Table::new(&[&columns[..], &more[..]].concat());
    for claim in &answer.claims {
        let what = format!("{}{}", zh(&claim.kind), zh(&claim.what));
        let (from, through) = (day(claim.from), day(claim.through));
        let money = [yuan(claim.claimed_fen), yuan(claim.confirmed_fen), claim.disputed_count.to_string()];
        let words = [claim.number.clone(), what, claim.lender_name.clone(), from, through, claim.count.to_string()];
        table.row(words.into_iter().chain(money).chain([zh(&claim.stage).to_owned()]));
    }
    out!("{table}");
    footing.foot(!answer.next_page_token.is_empty());
    Ok(())
}

/// A claim: its verdicts, who pays, and its lines beside our figures
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang claim show SB-2024Q3-CDB\n  \
    mingzhang claim show SB-2024Q3-CDB --disputed\n  mingzhang claim show SB-2024Q3-CDB --verdict wrong_rate\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such claim")]
pub struct ShowArgs {
    /// The claim: its number as the lender gave it, or its id
    #[arg(value_name = "NUMBER|ID")]
    claim: String,
    /// Only disputed lines
    #[arg(long, conflicts_with = "confirmed")]
    disputed: bool,
    /// Only confirmed lines
    #[arg(long)]
    confirmed: bool,
    /// Only lines with this verdict, for example after_study_end
    #[arg(long, value_name = "VERDICT", default_value = "")]
    verdict: String,
    /// Lines at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

fn show(args: &ShowArgs) -> Result<(), Failure> {
    let only = match (args.disputed, args.confirmed) {
        (true, _) => v1::ClaimLines::Disputed,
        (_, true) => v1::ClaimLines::Confirmed,
        _ => v1::ClaimLines::All,
    };
    let request = v1::GetClaimRequest {
        claim: typed(Uuid::try_parse(&args.claim).unwrap_or_else(|_| ids::claim(&args.claim))),
        only: only.into(),
        verdict: args.verdict.clone(),
        page_size: args.limit,
        at: args.point.at(),
        ..v1::GetClaimRequest::default()
    };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let answer = patiently(request.at, async || query.get_claim(request.clone()).await).await;
        answer.map_err(|status| no_claim(status, &args.claim))
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    let claim = answer.claim.as_ref().ok_or_else(|| missing("claim"))?;
    if args.target.json {
        let lines: Vec<Value> = answer.lines.iter().map(line_json).collect();
        let verdicts: Vec<Value> = answer.verdicts.iter().map(verdict_json).collect();
        return print_json(&footing.json(json!({ "claim": claim_json(claim), "verdicts": verdicts,
            "lines": lines, "more": !answer.next_page_token.is_empty() })));
    }
    show_claim(claim);
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("结论 verdict", left), ("", left), ("行数", right), ("申报 claimed", right), ("账上 ours", right)];
    let mut table = Table::new(&columns);
    for sum in &answer.verdicts {
        let (claimed, ours) = (yuan(sum.claimed_fen), yuan(sum.our_fen));
        table.row([sum.verdict_zh.clone(), sum.verdict.clone(), sum.count.to_string(), claimed, ours]);
    }
    outln!("{table}");
    out!("{}", lines_table(&answer.lines));
    footing.foot(!answer.next_page_token.is_empty());
    Ok(())
}

fn no_claim(status: tonic::Status, typed: &str) -> Failure {
    match Failure::from(status) {
        Failure::NotFound(_) => Failure::NotFound(format!("no claim has the number or id {typed}")),
        other => other,
    }
}

/// A claim's head and who pays it.
pub(crate) fn show_claim(claim: &v1::Claim) {
    outln!("  申报 {}  {}  {}", claim.number, id(&claim.claim), both(&claim.stage));
    outln!(
        "  {} {} {}: {} — {}",
        claim.lender_name,
        zh(&claim.kind),
        zh(&claim.what),
        day(claim.from),
        day(claim.through)
    );
    outln!("  付款单位 unit {}  编制 {}  批准 {}", claim.unit_name, claim.preparer, dash(&claim.approver));
    outln!("  sealed {}", hex(&claim.hash));
    let mut table = Table::new(&[("", Align::Left), ("行数", Align::Right), ("元 yuan", Align::Right)]);
    table.row(["申报 claimed".to_owned(), claim.count.to_string(), yuan(claim.claimed_fen)]);
    table.row(["确认 confirmed".to_owned(), claim.confirmed_count.to_string(), yuan(claim.confirmed_fen)]);
    table.row(["争议 disputed".to_owned(), claim.disputed_count.to_string(), yuan(claim.disputed_fen)]);
    outln!("{table}");
    if claim.payers.is_empty() {
        return;
    }
    let right = Align::Right;
    let columns =
        [("承担方 payer", Align::Left), ("应付 owed", right), ("已下达 ordered", right), ("已付 paid", right)];
    let mut table = Table::new(&columns);
    for debt in &claim.payers {
        let money = [debt.owed_fen, debt.ordered_fen, debt.paid_fen].map(yuan);
        table.row([both(&debt.payer)].into_iter().chain(money));
    }
    outln!("{table}");
    if claim.from_advance_fen != 0 || claim.from_stock_fen != 0 {
        let (advance, stock) = (yuan(claim.from_advance_fen), yuan(claim.from_stock_fen));
        outln!("  抵扣预拨 out of advances {advance}  动用补偿金 out of the compensation stock {stock}\n");
    }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn lines_table(lines: &[v1::ClaimLine]) -> Table {
    let (left, right) = (Align::Left, Align::Right);
    let columns =
        [("行", right), ("合同 loan", left), ("结论 verdict", left), ("申报 claimed", right), ("账上 ours", right)];
    let more =
        [("天数 days", right), ("账上", right), ("利率 % rate", right), ("账上", right), ("本金 principal", right)];
    let mut table = Table::new(&[&columns[..], &more[..], &[("账上", right)]].concat());
    for line in lines {
        let (said, ours) = (line.claimed.unwrap_or_default(), line.ours.unwrap_or_default());
        let loan = if line.loan_number.is_empty() { id(&line.loan) } else { line.loan_number.clone() };
        let words = [line.number.to_string(), loan, line.verdict_zh.clone(), yuan(said.fen), yuan(ours.fen)];
        let days = [said.days.to_string(), ours.days.to_string()];
        let rates = [percent(said.rate_ppm), percent(ours.rate_ppm)];
        let principals = [yuan(said.principal_fen), yuan(ours.principal_fen)];
        table.row(words.into_iter().chain(days).chain(rates).chain(principals));
    }
    table
}

/// A claim for machines.
pub(crate) fn claim_json(claim: &v1::Claim) -> Value {
    let part = |part: &v1::ClaimPart| {
        json!({ "academic_year": part.academic_year, "subordination": part.subordination,
            "province": part.province, "fen": part.fen })
    };
    json!({ "claim": id(&claim.claim), "number": claim.number, "what": claim.what, "lender": claim.lender_name,
        "kind": claim.kind, "from": claim.from, "through": claim.through, "unit": claim.unit_name,
        "stage": claim.stage, "count": claim.count, "claimed_fen": claim.claimed_fen,
        "confirmed_count": claim.confirmed_count, "confirmed_fen": claim.confirmed_fen,
        "disputed_count": claim.disputed_count, "disputed_fen": claim.disputed_fen, "hash": hex(&claim.hash),
        "preparer": claim.preparer, "approver": claim.approver, "day": claim.day,
        "parts": claim.parts.iter().map(part).collect::<Vec<_>>(), "payers": debts_json(&claim.payers),
        "from_advance_fen": claim.from_advance_fen, "from_stock_fen": claim.from_stock_fen })
}

fn verdict_json(sum: &v1::VerdictSum) -> Value {
    json!({ "verdict": sum.verdict, "count": sum.count, "claimed_fen": sum.claimed_fen, "our_fen": sum.our_fen })
}

/// A line of a claim for machines.
pub(crate) fn line_json(line: &v1::ClaimLine) -> Value {
    let figure = |figure: Option<v1::ClaimFigure>| {
        let figure = figure.unwrap_or_default();
        json!({ "principal_fen": figure.principal_fen, "rate_ppm": figure.rate_ppm, "days": figure.days,
            "fen": figure.fen })
    };
    json!({ "claim": id(&line.claim), "claim_number": line.claim_number, "number": line.number,
        "loan": id(&line.loan), "loan_number": line.loan_number, "claimed": figure(line.claimed),
        "ours": figure(line.ours), "verdict": line.verdict, "index": line.index, "what": line.what,
        "from": line.from, "through": line.through })
}
