//! `loan position`: where a lender's loans have come to, and what their payers owe and have paid.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::lending::words::{both, by_payer};
use crate::cli::shown::ask::ask;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::point::PointArgs;
use crate::cli::shown::text::yuan;
use crate::cli::typed::{KindArg, kind_name, number_typed, wire_org};
use clap::Args;
use proto::v1;

/// Where a lender's loans stand, and what each payer owes and has paid for them
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang loan position --lender CDB --kind origin\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such lender")]
pub struct LoanPositionArgs {
    /// The lender: its number or id; all if left out
    #[arg(long, value_name = "NUMBER|ID", value_parser = number_typed)]
    lender: Option<String>,
    /// Only this kind of loan
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    #[command(flatten)]
    point: PointArgs,
    #[command(flatten)]
    target: Target,
}

const BALANCES: &[Column<v1::ClassSum>] = &[
    left("科目 account", |sum| sum.class_zh.clone()),
    left("", |sum| sum.class.clone()),
    right("元 yuan", |sum| yuan(sum.fen)),
];

const PAYERS: &[Column<v1::PayerPosition>] = &[
    left("承担方 payer", |payer| both(&payer.payer)),
    right("申报应付 claims owed", |payer| yuan(payer.claims_owed_fen)),
    right("已下达 ordered", |payer| yuan(payer.claims_ordered_fen)),
    right("已付 paid", |payer| yuan(payer.claims_paid_fen)),
    right("补偿金应计 compensation", |payer| yuan(payer.compensation_accrued_fen)),
    right("已下达 ordered", |payer| yuan(payer.compensation_ordered_fen)),
    right("已付 paid", |payer| yuan(payer.compensation_paid_fen)),
];

impl LoanPositionArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (lender, kind, at) = (wire_org(self.lender.as_ref()), kind_name(self.kind), self.point.at());
        let request = v1::GetPositionRequest { not_before: 0, lender, kind, at };
        let answer = ask(&self.target, at, async |query| query.get_position(request.clone()).await);
        let name = self.lender.as_deref().unwrap_or_default();
        answer.map_err(|failure| failure.no_lender(name))?.show(print)
    }
}

fn print(answer: &v1::GetPositionResponse) {
    outln!("  机构 lender {}", if answer.lender_name.is_empty() { "全部 all" } else { &answer.lender_name });
    outln!("  贷款 loans {}，有余额 open {}，无合同 without a contract {}", answer.loans, answer.open, answer.unknown);
    let (drawn, repaid) = (yuan(answer.drawn_fen), yuan(answer.repaid_fen));
    outln!("  放款净额 drawn {drawn}  还本 repaid {repaid}  核销 written off {}", yuan(answer.written_off_fen));
    outln!("  利息 interest: {}", by_payer(&answer.interest.unwrap_or_default()));
    outln!("{}", list(BALANCES, answer.loan_balances.iter().chain(&answer.portfolio_balances)));
    out!("{}", list(PAYERS, &answer.payers));
}
