//! `mingzhang balance`: balances of accounts.

use crate::cli::client::Target;
use crate::cli::failure::{Failure, QUESTION_CODES};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::point::StandArgs;
use crate::cli::shown::text::yuan;
use crate::cli::typed::wire_id;
use clap::Args;
use proto::json::id;
use proto::v1;
use uuid::Uuid;

/// Balances of accounts, filtered by owner, class or division
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  mingzhang balance --class available --division 610300\n  \
    mingzhang balance --owner 0190a6f2-0000-7000-8000-000000000000\n  \
    mingzhang balance --class available --recorded-until 2021-10-31 --effective-on 2021-09-30\n\n{QUESTION_CODES}"))]
pub struct BalanceArgs {
    /// Organisation, document line, roster, application, loan, portfolio, claim or reward
    #[arg(long, value_name = "ID")]
    owner: Option<Uuid>,
    /// Class of account, for example available, spent, suspense
    #[arg(long, value_name = "CLASS", default_value = "")]
    class: String,
    /// Division code; one ending in 00 or 0000 takes in those below
    #[arg(long, value_name = "CODE", default_value_t = 0)]
    division: u32,
    /// Also accounts on which nothing stands any more
    #[arg(long)]
    zero: bool,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    point: StandArgs,
    #[command(flatten)]
    target: Target,
}

const BALANCES: &[Column<v1::Balance>] = &[
    left("科目 class", |balance| of_account(balance, |account| account.class_zh.clone())),
    left("归属 owner", |balance| of_account(balance, |account| account.owner_name.clone())),
    right("元 yuan", |balance| yuan(balance.fen)),
    left("id", |balance| of_account(balance, |account| id(&account.owner))),
];

fn of_account(balance: &v1::Balance, text: fn(&v1::Account) -> String) -> String {
    text(balance.account.as_ref().unwrap_or(&v1::Account::default()))
}

impl BalanceArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let at = self.point.at();
        let request = v1::ListBalancesRequest {
            owner: self.owner.map(wire_id).unwrap_or_default(),
            class: self.class.clone(),
            division: self.division,
            zero: self.zero,
            at,
            ..v1::ListBalancesRequest::default()
        };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.list_balances(page).await)?;
        answer.show(|answer| out!("{}", list(BALANCES, &answer.balances)))
    }
}
