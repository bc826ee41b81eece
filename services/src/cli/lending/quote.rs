//! `loan quote`, what a loan owes on a day, and `loan list`.

use super::lending::{LOAN_HELP, both, day_typed, loan_id};
use super::loan::loan_json;
use crate::cli::client::Target;
use crate::cli::operate::accrue::{KindArg, kind_name, org};
use crate::cli::shown::show::{day, foot, id, typed, yuan};
use crate::cli::{Failure, print_json, runtime};
use crate::intake::import::table::text;
use clap::Args;
use ledger::money::{Day, Fen};
use proto::v1;
use proto::v1::query_client::QueryClient;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};
use tonic::transport::Channel;
use uuid::Uuid;

/// What a loan owes on the morning of a day, and what a payment would pay
///
/// Owed is shown in the order of allocation: penalty interest, overdue interest, overdue principal, interest, principal.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang loan quote CDB/A-2021-000001 --on 2026-12-20 --pay 500\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such loan")]
pub struct QuoteArgs {
    #[arg(value_name = "LOAN", help = LOAN_HELP)]
    loan: String,
    /// The day; the one after interest is posted through if left out
    #[arg(long, value_name = "DATE", value_parser = day_typed)]
    on: Option<Day>,
    /// A payment to allocate, in yuan
    #[arg(long, value_name = "YUAN", value_parser = yuan_typed, default_value = "0")]
    pay: Fen,
    #[command(flatten)]
    target: Target,
}

fn yuan_typed(typed: &str) -> Result<Fen, String> {
    text::money(typed).filter(|fen| *fen >= 0).ok_or_else(|| "write yuan as 1234.56, without separators".to_owned())
}

pub(crate) fn quote(args: &QuoteArgs) -> Result<(), Failure> {
    let answer = runtime()?.block_on(async {
        let mut query = args.target.ask().await?;
        let loan = typed(loan_id(&mut query, &args.loan).await?);
        let on = match args.on {
            Some(day) => day,
            None => next_day(&mut query, &loan).await?,
        };
        let request = v1::QuoteLoanRequest { not_before: 0, loan, on: on.yyyymmdd(), fen: args.pay };
        Ok::<_, Failure>(query.quote_loan(request).await?.into_inner())
    })?;
    let paid = answer.allocation.as_ref();
    if args.target.json {
        let allocation = paid.map(|paid| {
            json!({ "penalty_fen": paid.penalty_fen, "interest_fen": paid.interest_fen,
                "principal_fen": paid.principal_fen })
        });
        return print_json(&json!({ "as_of": answer.as_of, "on": answer.on, "penalty_fen": answer.penalty_fen,
            "overdue_interest_fen": answer.overdue_interest_fen, "overdue_principal_fen": answer.overdue_principal_fen,
            "interest_fen": answer.interest_fen, "principal_fen": answer.principal_fen,
            "total_fen": answer.total_fen, "allocation": allocation }));
    }
    outln!("  {} 应还 owed", day(answer.on));
    let mut table = Table::new(&[("顺序 in this order", Align::Left), ("元 yuan", Align::Right)]);
    let owed = [
        ("罚息 penalty", answer.penalty_fen),
        ("逾期利息 overdue interest", answer.overdue_interest_fen),
        ("逾期本金 overdue principal", answer.overdue_principal_fen),
        ("利息 interest", answer.interest_fen),
        ("本金 principal", answer.principal_fen),
        ("合计 total", answer.total_fen),
    ];
    for (name, fen) in owed {
        table.row([name.to_owned(), yuan(fen)]);
    }
    out!("{table}");
    if let Some(paid) = paid {
        let (penalty, interest) = (yuan(paid.penalty_fen), yuan(paid.interest_fen));
        let principal = yuan(paid.principal_fen);
        outln!(
            "  还 paying {}: 罚息 penalty {penalty}  利息 interest {interest}  本金 principal {principal}",
            yuan(args.pay)
        );
    }
    foot(answer.as_of, false);
    Ok(())
}

/// The day after interest is posted through.
async fn next_day(query: &mut QueryClient<Channel>, loan: &bytes::Bytes) -> Result<Day, Failure> {
    let request = v1::GetLoanRequest { loan: loan.clone(), ..v1::GetLoanRequest::default() };
    let loan = query.get_loan(request).await?.into_inner().loan.unwrap_or_default();
    let posted = Day::from_yyyymmdd(loan.through).map(|through| through.plus(1));
    posted.ok_or_else(|| Failure::Usage("no interest is posted yet; name the day with --on DATE".to_owned()))
}

/// Loans of a lender, a person or a school
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang loan list --lender CDB --open\n  \
    mingzhang loan list --person 0190a6f2-0000-7000-8000-000000000000\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing")]
pub struct ListArgs {
    /// The lender: its number or id
    #[arg(long, value_name = "NUMBER|ID")]
    lender: Option<String>,
    /// Only this kind of loan
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// The borrower, by the hashed id
    #[arg(long, value_name = "ID")]
    person: Option<Uuid>,
    /// The school: its number or id
    #[arg(long, value_name = "NUMBER|ID")]
    school: Option<String>,
    /// Only those with principal left
    #[arg(long)]
    open: bool,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn list(args: &ListArgs) -> Result<(), Failure> {
    let named = |text: &Option<String>| text.as_ref().map(|text| typed(org(text))).unwrap_or_default();
    let request = v1::ListLoansRequest {
        lender: named(&args.lender),
        kind: kind_name(args.kind),
        person: args.person.map(typed).unwrap_or_default(),
        school: named(&args.school),
        open_only: args.open,
        page_size: args.limit,
        ..v1::ListLoansRequest::default()
    };
    let answer = runtime()?
        .block_on(async { Ok::<_, Failure>(args.target.ask().await?.list_loans(request).await?.into_inner()) })?;
    if args.target.json {
        let rows: Vec<Value> = answer.loans.iter().map(loan_json).collect();
        return print_json(&json!({ "as_of": answer.as_of, "loans": rows }));
    }
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("合同 number", left), ("种类 kind", left), ("机构 lender", left), ("学校 school", left)];
    let more = [("签约 signed", left), ("本金 principal", right), ("计至 posted", left), ("id", left)];
    let mut table = Table::new(&[&columns[..], &more[..]].concat());
    for loan in &answer.loans {
        let (number, kind) = (loan.number.clone(), both(&loan.kind));
        let (lender, school) = (loan.lender_name.clone(), loan.school_name.clone());
        let (signed, posted) = (day(loan.signed), day(loan.through));
        table.row([number, kind, lender, school, signed, yuan(loan.principal_fen), posted, id(&loan.loan)]);
    }
    out!("{table}");
    foot(answer.as_of, !answer.next_page_token.is_empty());
    Ok(())
}
