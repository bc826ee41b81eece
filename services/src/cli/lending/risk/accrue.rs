//! `risk accrue`: what payers owe a compensation fund for a risk year, asked and said university by university.

use crate::accrue::record_all;
use crate::cli::client::{Query, Target};
use crate::cli::failure::Failure;
use crate::cli::lending::words::zh;
use crate::cli::operate::accrue::PRINCIPAL;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::text::yuan;
use crate::cli::typed::{KindArg, day_typed, kind_name, number_typed, org, principal_typed, wire_id};
use crate::cli::{print_json, runtime};
use clap::Args;
use ledger::event::{CompensationAccrued, Event, Kind, LenderYear, LoanKind, Payer, PayerFen};
use ledger::money::Day;
use ledger::outcome::Code;
use proto::v1;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Accrue what each payer owes for a risk year, university by university
///
/// Computed from the year's net drawings by the terms in force on its first day; the ledger computes it again and
/// refuses another figure. A second run posts nothing; after a late draw or return it posts the new figure.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang risk accrue --lender CDB --kind origin --year 2023\n  \
    mingzhang risk accrue --lender CDB --kind campus --year 2023 --default-ppm 10698=120000 10699=0\n\n\
    Exit codes: 0 all of it is on record, 1 a figure was refused, 2 usage, 3 server unreachable, 4 no such fund")]
pub struct RiskAccrueArgs {
    /// The lender: its number or id
    #[arg(long, value_name = "NUMBER|ID", value_parser = number_typed)]
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
    /// In whose name; that of the job if neither this nor --me is given
    #[arg(long = "as", value_name = "NAME", value_parser = principal_typed)]
    principal: Option<String>,
    /// Show what is due and submit nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

fn default_rate(text: &str) -> Result<(String, u32), String> {
    let (school, ppm) = text.split_once('=').ok_or("write SCHOOL=PPM, for example 10698=120000 for 12 %")?;
    let ppm = ppm.parse::<u32>().ok().filter(|ppm| *ppm <= 1_000_000).ok_or("a rate is 0 to 1000000 millionths")?;
    Ok((number_typed(school)?, ppm))
}

/// What is due for one university, and the event that says it.
struct Due {
    row: v1::DueCompensation,
    default_ppm: u32,
    event: Event,
}

/// What was done, for machines.
#[derive(Serialize)]
struct Shown<'a> {
    year: u16,
    kind: String,
    dry_run: bool,
    refused: usize,
    rows: Vec<Row<'a>>,
}

/// One university: what is due, and why it was refused, if it was.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    due: &'a v1::DueCompensation,
    default_ppm: u32,
    #[serde(serialize_with = "code")]
    refused: Option<&'a v1::Refusal>,
}

fn code<S: serde::Serializer>(refused: &Option<&v1::Refusal>, to: S) -> Result<S::Ok, S::Error> {
    refused.map(|refusal| &refusal.code).serialize(to)
}

impl RiskAccrueArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (due, receipts) = runtime()?.block_on(self.accrued())?;
        let refusals = receipts.iter().map(|receipt| receipt.refusal.as_ref()).chain(std::iter::repeat(None));
        let rows = due.iter().zip(refusals);
        let rows = rows.map(|(due, refused)| Row { due: &due.row, default_ppm: due.default_ppm, refused }).collect();
        let refused = receipts.iter().filter(|receipt| receipt.refusal.is_some()).count();
        let kind = kind_name(Some(self.kind));
        let shown = Shown { year: self.year, kind, dry_run: self.dry_run, refused, rows };
        if self.target.json {
            print_json(&serde_json::to_value(&shown)?)?;
        } else {
            print(&shown);
        }
        if refused == 0 { Ok(()) } else { Err(Failure::Refused) }
    }

    /// What is due, and the receipts for it unless nothing was to be submitted.
    async fn accrued(&self) -> Result<(Vec<Due>, Vec<v1::Receipt>), Failure> {
        let mut query = self.target.query().await?;
        let on = self.on.unwrap_or_else(|| reported_by(self.year));
        let due = all_due(&mut query, self, on).await?;
        if self.dry_run {
            return Ok((due, Vec::new()));
        }
        let events: Vec<Event> = due.iter().map(|due| due.event.clone()).collect();
        let name = self.target.in_name(self.principal.as_ref(), PRINCIPAL);
        let receipts = record_all(&self.target.recorder().await?, &name, &events).await?;
        Ok((due, receipts))
    }
}

/// The day by which lenders report a risk year.
fn reported_by(year: u16) -> Day {
    let year = i16::try_from(year.saturating_add(1)).unwrap_or(i16::MAX);
    Day::new(year, 9, 30).unwrap_or_default()
}

/// One question for every default rate named, each for its own schools, and one for all others.
async fn all_due(query: &mut Query, args: &RiskAccrueArgs, on: Day) -> Result<Vec<Due>, Failure> {
    let rates: BTreeMap<Uuid, u32> = args.default_ppm.iter().map(|(school, ppm)| (org(school), *ppm)).collect();
    let mut wanted: Vec<u32> = rates.values().copied().chain([0]).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut due = Vec::new();
    let mut met = BTreeSet::new();
    for default_ppm in wanted {
        for row in due_at(query, args, default_ppm).await? {
            let school = Uuid::from_slice(&row.school).unwrap_or_default();
            met.insert(school);
            if row.due && rates.get(&school).copied().unwrap_or(0) == default_ppm {
                let event = event(args, on, school, default_ppm, &row);
                due.push(Due { row, default_ppm, event });
            }
        }
    }
    // A slip in a number leaves the school that was meant at no defaults. A list of all schools names such without draws too.
    for (school, _) in args.default_ppm.iter().filter(|(school, _)| !met.contains(&org(school))) {
        replay::terminal::printed::say(format_args!(
            "mingzhang: --default-ppm {school}: no school of this number had draws in the risk year {}",
            args.year
        ));
    }
    Ok(due)
}

async fn due_at(
    query: &mut Query,
    args: &RiskAccrueArgs,
    default_ppm: u32,
) -> Result<Vec<v1::DueCompensation>, Failure> {
    let mut rows = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = v1::ListDueCompensationRequest {
            not_before: 0,
            lender: wire_id(org(&args.lender)),
            kind: kind_name(Some(args.kind)),
            year: args.year.into(),
            default_ppm,
            page_size: 0,
            page_token,
        };
        let answer = query.list_due_compensation(request).await;
        let answer = answer.map_err(|status| Failure::from(status).no_lender(&args.lender))?.into_inner();
        rows.extend(answer.rows);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(rows);
        }
    }
}

fn event(args: &RiskAccrueArgs, on: Day, school: Uuid, default_ppm: u32, due: &v1::DueCompensation) -> Event {
    let named = |name: &str| PAYERS.into_iter().find(|payer| payer.name() == name);
    let parts: Vec<PayerFen> =
        due.parts.iter().filter_map(|part| Some(PayerFen { payer: named(&part.payer)?, fen: part.fen })).collect();
    let year = LenderYear { lender: org(&args.lender), kind: LoanKind::from(args.kind), year: args.year };
    // A figure may come back to what it once was, which is another statement then: so each has its number.
    let accrued = CompensationAccrued { year, school, default_ppm, parts, number: due.next };
    Event::said(on, Kind::CompensationAccrued(accrued))
}

/// All payers, to find them by name.
const PAYERS: [Payer; 6] =
    [Payer::Central, Payer::Province, Payer::City, Payer::County, Payer::University, Payer::Lender];

fn payers_text(parts: &[v1::PayerSum]) -> String {
    parts.iter().map(|part| format!("{} {}", zh(&part.payer), yuan(part.fen))).collect::<Vec<_>>().join("  ")
}

fn print(shown: &Shown<'_>) {
    let done = if shown.dry_run { "应计 due (dry run, nothing submitted)" } else { "已计 accrued" };
    outln!("  {} 风险年度 risk year {}: {} 所学校 schools {done}", zh(&shown.kind), shown.year, shown.rows.len());
    let columns: [Column<Row<'_>>; 5] = [
        left("学校 school", |row| row.due.school_name.clone()),
        right("净放款 drawn", |row| yuan(row.due.drawn_fen)),
        right("违约率 ppm", |row| row.default_ppm.to_string()),
        left("承担 payers", |row| payers_text(&row.due.parts)),
        left("", |row| row.refused.map_or_else(String::new, refused_text)),
    ];
    out!("{}", list(&columns, &shown.rows));
}

fn refused_text(refusal: &v1::Refusal) -> String {
    // Of what may refuse an accrual, this code alone carries an amount.
    let ours = match refusal.code == Code::CompensationDiffers.name() {
        true => format!("账上 ledger {} 元; ", yuan(refusal.figure)),
        false => String::new(),
    };
    format!("拒绝 {}: {ours}{}", refusal.code, refusal.remedy)
}
