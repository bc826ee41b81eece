//! `mingzhang risk`: compensation funds, and the job that accrues what payers owe them for a risk year.

use super::fund::show_fund;
use super::lending::{day_typed, zh};
use crate::accrue::record_all;
use crate::cli::client::Target;
use crate::cli::operate::accrue::{KindArg, PRINCIPAL, kind_name, no_lender, org};
use crate::cli::shown::point::{PointArgs, patiently};
use crate::cli::shown::show::{id, typed, yuan};
use crate::cli::{Failure, print_json, runtime};
use clap::{Args, Subcommand};
use ledger::event::{CompensationAccrued, Event, Kind, LenderYear, LoanKind, Payer, PayerFen};
use ledger::money::Day;
use proto::v1;
use proto::v1::query_client::QueryClient;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tonic::transport::Channel;
use uuid::Uuid;

/// Namespace of the ids of compensation accrued. Fixed for ever, as that of interest is.
const NAMESPACE: Uuid = Uuid::from_u128(0x8f0c_2be4_71d9_5a33_9c44_e65d_10b8_27af);

/// Risk compensation 风险补偿金: what a fund holds, who pays, what it was used for
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang risk show --lender CDB --kind origin\n  \
    mingzhang risk accrue --lender CDB --kind campus --year 2023 --default-ppm 10698=120000\n\n\
    All of them take --json.\n\
    Exit codes: 0 done, 1 something was refused, 2 usage, 3 server unreachable, 4 no such thing")]
pub struct RiskArgs {
    #[command(subcommand)]
    command: RiskCommand,
}

#[derive(Subcommand, Debug)]
enum RiskCommand {
    Show(ShowArgs),
    Accrue(AccrueArgs),
}

pub(crate) fn risk(args: &RiskArgs) -> Result<(), Failure> {
    match &args.command {
        RiskCommand::Show(args) => show(args),
        RiskCommand::Accrue(args) => accrue(args),
    }
}

/// A fund: its stock beside the lender's statement, its years by payer, losses, surplus, rewards
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang risk show --lender CDB --kind origin --on 2024-12-31\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such fund")]
pub struct ShowArgs {
    /// The lender: its number or id
    #[arg(long, value_name = "NUMBER|ID")]
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

fn show(args: &ShowArgs) -> Result<(), Failure> {
    let request = v1::GetFundRequest {
        not_before: 0,
        lender: typed(org(&args.lender)),
        kind: kind_name(Some(args.kind)),
        on: args.on.map_or(0, Day::yyyymmdd),
        at: args.point.at(),
    };
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let answer = patiently(request.at, async || query.get_fund(request.clone()).await).await;
        answer.map_err(|status| no_lender(status, &args.lender))
    })?;
    let footing = args.point.footing(answer.as_of, answer.basis);
    show_fund(&answer, &footing, args.target.json)
}

/// Accrue what each payer owes for a risk year, university by university
///
/// Computed from the year's net drawings by the terms in force on its first day; the ledger computes it again and
/// refuses another figure. A second run posts nothing; after a late draw or return it posts the new figure.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang risk accrue --lender CDB --kind origin --year 2023\n  \
    mingzhang risk accrue --lender CDB --kind campus --year 2023 --default-ppm 10698=120000 10699=0\n\n\
    Exit codes: 0 all of it is on record, 1 a figure was refused, 2 usage, 3 server unreachable, 4 no such fund")]
pub struct AccrueArgs {
    /// The lender: its number or id
    #[arg(long, value_name = "NUMBER|ID")]
    lender: String,
    /// Which of its funds
    #[arg(long, value_enum)]
    kind: KindArg,
    /// The risk year, by its first calendar year
    #[arg(long, value_name = "YEAR")]
    year: u16,
    /// Default rates in millionths, school by school; 0 where none is given
    #[arg(long, value_name = "SCHOOL=PPM", num_args = 1.., value_parser = default_rate)]
    default_ppm: Vec<(String, u32)>,
    /// Effective day; 30 September of the year after, by which lenders report, if left out
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    on: Option<Day>,
    /// In whose name
    #[arg(long = "as", value_name = "NAME", default_value = PRINCIPAL)]
    principal: String,
    /// Show what is due and submit nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

fn default_rate(text: &str) -> Result<(String, u32), String> {
    let (school, ppm) = text.split_once('=').ok_or("write SCHOOL=PPM, for example 10698=120000 for 12 %")?;
    let ppm = ppm.parse::<u32>().ok().filter(|ppm| *ppm <= 1_000_000).ok_or("a rate is 0 to 1000000 millionths")?;
    Ok((school.to_owned(), ppm))
}

/// What is due for one university, and the event that says it.
struct Due {
    row: v1::DueCompensation,
    default_ppm: u32,
    event: Event,
}

fn accrue(args: &AccrueArgs) -> Result<(), Failure> {
    let (due, receipts) = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let on = args.on.unwrap_or_else(|| reported_by(args.year));
        let due = all_due(&mut query, args, on).await?;
        if args.dry_run {
            return Ok::<_, Failure>((due, Vec::new()));
        }
        let events: Vec<Event> = due.iter().map(|due| due.event.clone()).collect();
        let receipts = record_all(&args.target.tell().await?, &args.principal, &events).await?;
        Ok((due, receipts))
    })?;
    let refused = receipts.iter().filter(|receipt| receipt.refusal.is_some()).count();
    if args.target.json {
        print_json(&json!({ "year": args.year, "kind": kind_name(Some(args.kind)), "dry_run": args.dry_run,
            "refused": refused, "rows": rows_json(&due, &receipts) }))?;
    } else {
        show_due(args, &due, &receipts);
    }
    if refused == 0 { Ok(()) } else { Err(Failure::Refused) }
}

/// The day by which lenders report a risk year.
fn reported_by(year: u16) -> Day {
    let year = i16::try_from(year.saturating_add(1)).unwrap_or(i16::MAX);
    Day::new(year, 9, 30).unwrap_or_default()
}

/// One question for every default rate named, each for its own schools, and one for all others.
async fn all_due(query: &mut QueryClient<Channel>, args: &AccrueArgs, on: Day) -> Result<Vec<Due>, Failure> {
    let rates: BTreeMap<Uuid, u32> = args.default_ppm.iter().map(|(school, ppm)| (org(school), *ppm)).collect();
    let mut wanted: Vec<u32> = rates.values().copied().chain([0]).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut due = Vec::new();
    for default_ppm in wanted {
        for (as_of, row) in due_at(query, args, default_ppm).await? {
            let school = Uuid::from_slice(&row.school).unwrap_or_default();
            if row.due && rates.get(&school).copied().unwrap_or(0) == default_ppm {
                let event = event(args, (on, as_of), school, default_ppm, &row.parts);
                due.push(Due { row, default_ppm, event });
            }
        }
    }
    Ok(due)
}

async fn due_at(
    query: &mut QueryClient<Channel>,
    args: &AccrueArgs,
    default_ppm: u32,
) -> Result<Vec<(u64, v1::DueCompensation)>, Failure> {
    let mut rows = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListDueCompensationRequest {
            not_before: 0,
            lender: typed(org(&args.lender)),
            kind: kind_name(Some(args.kind)),
            year: args.year.into(),
            default_ppm,
            page_size: 0,
            page_token,
        };
        let answer = query.list_due_compensation(request).await;
        let answer = answer.map_err(|status| no_lender(status, &args.lender))?.into_inner();
        rows.extend(answer.rows.into_iter().map(|row| (answer.as_of, row)));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(rows);
        }
    }
}

fn event(args: &AccrueArgs, (on, as_of): (Day, u64), school: Uuid, default_ppm: u32, parts: &[v1::PayerSum]) -> Event {
    let named = |name: &str| PAYERS.into_iter().find(|payer| payer.name() == name);
    let parts: Vec<PayerFen> =
        parts.iter().filter_map(|part| Some(PayerFen { payer: named(&part.payer)?, fen: part.fen })).collect();
    let year = LenderYear { lender: org(&args.lender), kind: LoanKind::from(args.kind), year: args.year };
    // A figure may come back to what it once was, which is another statement then: so the id says when it was computed.
    let key = format!("{}|{}|{}|{school}|{default_ppm}|{on}|{as_of}", year.lender, year.kind.name(), year.year);
    let kind = Kind::CompensationAccrued(CompensationAccrued { year, school, default_ppm, parts });
    Event { id: Uuid::new_v5(&NAMESPACE, key.as_bytes()), effective: on, kind }
}

/// All payers, to find them by name.
const PAYERS: [Payer; 6] =
    [Payer::Central, Payer::Province, Payer::City, Payer::County, Payer::University, Payer::Lender];

fn payers_text(parts: &[v1::PayerSum]) -> String {
    parts.iter().map(|part| format!("{} {}", zh(&part.payer), yuan(part.fen))).collect::<Vec<_>>().join("  ")
}

fn show_due(args: &AccrueArgs, due: &[Due], receipts: &[v1::Receipt]) {
    let done = if args.dry_run { "应计 due (dry run, nothing submitted)" } else { "已计 accrued" };
    outln!(
        "  {} 风险年度 risk year {}: {} 所学校 schools {done}",
        zh(&kind_name(Some(args.kind))),
        args.year,
        due.len()
    );
    let (left, right) = (Align::Left, Align::Right);
    let columns =
        [("学校 school", left), ("净放款 drawn", right), ("违约率 ppm", right), ("承担 payers", left), ("", left)];
    let mut table = Table::new(&columns);
    for (at, due) in due.iter().enumerate() {
        let refused = receipts.get(at).and_then(|receipt| receipt.refusal.as_ref());
        let refused = refused.map_or_else(String::new, |refusal| {
            format!("拒绝 {}: 账上 ledger {} 元; {}", refusal.code, yuan(refusal.figure), refusal.remedy)
        });
        let (school, drawn) = (due.row.school_name.clone(), yuan(due.row.drawn_fen));
        table.row([school, drawn, due.default_ppm.to_string(), payers_text(&due.row.parts), refused]);
    }
    out!("{table}");
}

fn rows_json(due: &[Due], receipts: &[v1::Receipt]) -> Vec<Value> {
    let row = |(at, due): (usize, &Due)| {
        let refused = receipts.get(at).and_then(|receipt| receipt.refusal.as_ref()).map(|refusal| refusal.code.clone());
        json!({ "school": id(&due.row.school), "school_name": due.row.school_name, "drawn_fen": due.row.drawn_fen,
            "default_ppm": due.default_ppm, "parts": super::lending::payers_json(&due.row.parts),
            "accrued_before": super::lending::payers_json(&due.row.accrued), "refused": refused })
    };
    due.iter().enumerate().map(row).collect()
}
