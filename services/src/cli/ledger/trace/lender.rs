//! Traces of money paid to lenders: a payment, a claim, a loan, each between document lines and loan-days.

use super::strands;
use crate::cli::lending::claim::head::print_claim;
use crate::cli::lending::words::{both, zh};
use crate::cli::shown::list::{Column, left, list, right};
use crate::cli::shown::text::{day, yuan};
use proto::json::id;
use proto::v1;

/// A payment to a lender: the lines that fund it, the loan-days it pays.
pub(super) fn print_remittance(trace: &v1::RemittanceTrace, funded: &v1::FundedRemittance) {
    print_funded(funded);
    if let Some(claim) = &trace.claim {
        print_claim(claim);
    }
    print_days(&trace.days, trace.loan_lines, trace.loan_days);
}

/// A claim: the payments that settle it, the loan-days it is for.
pub(super) fn print_claim_trace(trace: &v1::ClaimTrace, claim: &v1::Claim) {
    print_claim(claim);
    trace.remittances.iter().for_each(print_funded);
    print_days(&trace.days, trace.loan_lines, trace.loan_days);
}

/// A loan: its confirmed claim lines, their claims, payments and document lines.
pub(super) fn print_loan(trace: &v1::LoanTrace, loan: &v1::Loan) {
    outln!("  贷款 {} {} {}  {}", loan.number, both(&loan.kind), loan.lender_name, id(&loan.loan));
    if trace.claims.is_empty() {
        outln!("  尚无确认的申报 nothing of it is confirmed in a claim yet");
    }
    for claim in &trace.claims {
        if let Some(line) = &claim.line {
            let fen = yuan(line.claimed.unwrap_or_default().fen);
            let (from, through) = (day(line.from), day(line.through));
            outln!(
                "\n  申报 {} 第 {} 行 {} {from} — {through}: {fen} 元",
                line.claim_number,
                line.number,
                zh(&line.what)
            );
        }
        claim.remittances.iter().for_each(print_funded);
    }
}

const FLOWS: &[Column<v1::RemittanceFlow>] = &[
    left("拨付 to a lender", |flow| of(flow, |remittance| id(&remittance.remittance))),
    left("机构 lender", |flow| of(flow, |remittance| remittance.lender_name.clone())),
    left("用途", |flow| of(flow, |remittance| format!("{} {}", zh(&remittance.purpose), remittance.claim_number))),
    right("元 yuan", |flow| yuan(flow.fen)),
    left("状态", |flow| of(flow, |remittance| zh(&remittance.stage).to_owned())),
    right("贷款 loans", |flow| flow.loan_lines.to_string()),
    right("贷款日 loan-days", |flow| flow.loan_days.to_string()),
];

fn of(flow: &v1::RemittanceFlow, text: fn(&v1::Remittance) -> String) -> String {
    text(flow.remittance.as_ref().unwrap_or(&v1::Remittance::default()))
}

/// Payments to lenders out of a document line or those below it.
pub(super) fn print_flows(flows: &[v1::RemittanceFlow]) {
    if !flows.is_empty() {
        out!("{}", list(FLOWS, flows));
    }
}

fn print_funded(funded: &v1::FundedRemittance) {
    let remittance = funded.remittance.clone().unwrap_or_default();
    let v1::Remittance { unit_name, lender_name, purpose, stage, fiscal_year, .. } = &remittance;
    outln!(
        "  拨付 {}  {unit_name} → {lender_name}  {} 元  {}",
        id(&remittance.remittance),
        yuan(remittance.fen),
        both(stage)
    );
    let what =
        if remittance.claim_number.is_empty() { remittance.year.to_string() } else { remittance.claim_number.clone() };
    outln!("  用途 {} {what}  预算年度 {fiscal_year}  {}", both(purpose), day(remittance.day));
    strands::print(&funded.strands);
    outln!("  合计 {} 元", yuan(funded.total_fen));
}

const DAYS: &[Column<v1::LoanDays>] = &[
    right("行", |row| row.line.to_string()),
    left("合同 loan", |row| if row.loan_number.is_empty() { id(&row.loan) } else { row.loan_number.clone() }),
    left("起 from", |row| day(row.from)),
    left("止 through", |row| day(row.through)),
    right("天数", |row| row.days.to_string()),
    right("元 yuan", |row| yuan(row.fen)),
];

fn print_days(days: &[v1::LoanDays], lines: u64, all: u64) {
    outln!("\n  {lines} 笔贷款 loans, {all} 个贷款日 loan-days");
    out!("{}", list(DAYS, days));
}
