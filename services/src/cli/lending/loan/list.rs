//! `loan list`: loans of a lender, a person or a school.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::lending::words::both;
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::pages::ask_pages;
use crate::cli::shown::text::{day, yuan};
use crate::cli::typed::{KindArg, kind_name, number_typed, wire_id, wire_org};
use clap::Args;
use proto::json::id;
use proto::v1;
use uuid::Uuid;

/// Loans of a lender, a person or a school
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang loan list --lender CDB --open\n  \
    mingzhang loan list --person 0190a6f2-0000-7000-8000-000000000000\n\n\
    Exit codes: 0 answered, 1 failed, 2 usage, 3 server unreachable, 4 no such thing")]
pub struct LoanListArgs {
    /// The lender: its number or id
    #[arg(long, value_name = "NUMBER|ID", value_parser = number_typed)]
    lender: Option<String>,
    /// Only this kind of loan
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// The borrower, by the hashed id
    #[arg(long, value_name = "ID")]
    person: Option<Uuid>,
    /// The school: its number or id
    #[arg(long, value_name = "NUMBER|ID", value_parser = number_typed)]
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

const LOANS: &[Column<v1::Loan>] = &[
    left("合同 number", |loan| loan.number.clone()),
    left("种类 kind", |loan| both(&loan.kind)),
    left("机构 lender", |loan| loan.lender_name.clone()),
    left("学校 school", |loan| loan.school_name.clone()),
    left("签约 signed", |loan| day(loan.signed)),
    right("本金 principal", |loan| yuan(loan.principal_fen)),
    left("计至 posted", |loan| day(loan.through)),
    left("id", |loan| id(&loan.loan)),
];

impl LoanListArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let request = v1::ListLoansRequest {
            lender: wire_org(self.lender.as_ref()),
            kind: kind_name(self.kind),
            person: self.person.map(wire_id).unwrap_or_default(),
            school: wire_org(self.school.as_ref()),
            open_only: self.open,
            ..v1::ListLoansRequest::default()
        };
        let answer = ask_pages(&self.target, request, self.limit, async |query, page| query.list_loans(page).await)?;
        answer.show(|answer| out!("{}", list(LOANS, &answer.loans)))
    }
}
