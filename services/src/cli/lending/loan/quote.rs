//! `loan quote`: what a loan owes on a day, and what a payment would pay.

use super::meant::{LOAN_HELP, loan_id};
use crate::cli::client::{Query, Target};
use crate::cli::failure::Failure;
use crate::cli::shown::ask::ask_by;
use crate::cli::shown::list::sums;
use crate::cli::shown::text::{day, yuan};
use crate::cli::typed::{day_typed, number_typed, wire_id, yuan_typed};
use bytes::Bytes;
use clap::Args;
use ledger::money::{Day, Fen};
use proto::v1;

/// What a loan owes on the morning of a day, and what a payment would pay
///
/// Owed is shown in the order of allocation: penalty interest, overdue interest, overdue principal, interest, principal.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang loan quote CDB/A-2021-000001 --on 2026-12-20 --pay 500\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such loan")]
pub struct LoanQuoteArgs {
    #[arg(value_name = "LOAN", help = LOAN_HELP, value_parser = number_typed)]
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

impl LoanQuoteArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let answer = ask_by(&self.target, None, async |query| {
            let loan = wire_id(loan_id(query, &self.loan).await?);
            let on = match self.on {
                Some(day) => day,
                None => next_day(query, &loan).await?,
            };
            let request = v1::QuoteLoanRequest { not_before: 0, loan, on: on.yyyymmdd(), fen: self.pay };
            Ok(query.quote_loan(request).await?.into_inner())
        })?;
        answer.show(|quote| self.print(quote))
    }

    fn print(&self, quote: &v1::QuoteLoanResponse) {
        outln!("  {} 应还 owed", day(quote.on));
        let owed = [
            ("罚息 penalty", quote.penalty_fen),
            ("逾期利息 overdue interest", quote.overdue_interest_fen),
            ("逾期本金 overdue principal", quote.overdue_principal_fen),
            ("利息 interest", quote.interest_fen),
            ("本金 principal", quote.principal_fen),
            ("合计 total", quote.total_fen),
        ];
        out!("{}", sums("顺序 in this order", owed));
        if let Some(paid) = &quote.allocation {
            let (penalty, interest) = (yuan(paid.penalty_fen), yuan(paid.interest_fen));
            let principal = yuan(paid.principal_fen);
            outln!(
                "  还 paying {}: 罚息 penalty {penalty}  利息 interest {interest}  本金 principal {principal}",
                yuan(self.pay)
            );
        }
    }
}

/// The day after interest is posted through.
async fn next_day(query: &mut Query, loan: &Bytes) -> Result<Day, Failure> {
    let request = v1::GetLoanRequest { loan: loan.clone(), ..v1::GetLoanRequest::default() };
    let loan = query.get_loan(request).await?.into_inner().loan.unwrap_or_default();
    let posted = Day::from_yyyymmdd(loan.through).map(|through| through.plus(1));
    posted.ok_or_else(|| Failure::Usage("no interest is posted yet; name the day with --on DATE".to_owned()))
}
