//! Traces of money paid to lenders: a payment, a claim, a loan, each between document lines and loan-days.

use super::claim::{claim_json, line_json, show_claim};
use super::lending::{both, zh};
use super::loan::loan_json;
use crate::cli::ledger::trace::{show_strands, strands_json};
use crate::cli::shown::point::Footing;
use crate::cli::shown::show::{day, id, missing, yuan};
use crate::cli::{Failure, print_json};
use proto::v1;
use replay::text_table::{Align, Table};
use serde_json::{Value, json};

/// A payment to a lender: the lines that fund it, the loan-days it pays.
pub(crate) fn show_remittance(trace: &v1::RemittanceTrace, footing: &Footing, json: bool) -> Result<(), Failure> {
    let funded = trace.funded.as_ref().ok_or_else(|| missing("payment to a lender"))?;
    if json {
        return print_json(&footing.json(json!({ "remittance": funded_json(funded),
            "claim": trace.claim.as_ref().map(claim_json), "loan_lines": trace.loan_lines,
            "loan_days": trace.loan_days, "days": days_json(&trace.days) })));
    }
    show_funded(funded);
    if let Some(claim) = &trace.claim {
        show_claim(claim);
    }
    show_days(&trace.days, trace.loan_lines, trace.loan_days);
    footing.foot(!trace.next_page_token.is_empty());
    Ok(())
}

/// A claim: the payments that settle it, the loan-days it is for.
pub(crate) fn show_claim_trace(trace: &v1::ClaimTrace, footing: &Footing, json: bool) -> Result<(), Failure> {
    let claim = trace.claim.as_ref().ok_or_else(|| missing("claim"))?;
    if json {
        return print_json(&footing.json(json!({ "claim": claim_json(claim),
            "remittances": trace.remittances.iter().map(funded_json).collect::<Vec<_>>(),
            "loan_lines": trace.loan_lines, "loan_days": trace.loan_days, "days": days_json(&trace.days) })));
    }
    show_claim(claim);
    trace.remittances.iter().for_each(show_funded);
    show_days(&trace.days, trace.loan_lines, trace.loan_days);
    footing.foot(!trace.next_page_token.is_empty());
    Ok(())
}

/// A loan: its confirmed claim lines, their claims, payments and document lines.
pub(crate) fn show_loan(trace: &v1::LoanTrace, footing: &Footing, json: bool) -> Result<(), Failure> {
    let loan = trace.loan.as_ref().ok_or_else(|| missing("loan"))?;
    if json {
        let claim = |claim: &v1::LoanClaim| {
            json!({ "line": claim.line.as_ref().map(line_json), "claim": claim.claim.as_ref().map(claim_json),
                "remittances": claim.remittances.iter().map(funded_json).collect::<Vec<_>>() })
        };
        return print_json(&footing.json(json!({ "loan": loan_json(loan),
            "claims": trace.claims.iter().map(claim).collect::<Vec<_>>() })));
    }
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
        claim.remittances.iter().for_each(show_funded);
    }
    footing.foot(false);
    Ok(())
}

/// Payments to lenders out of a document line or those below it.
pub(crate) fn show_flows(flows: &[v1::RemittanceFlow]) {
    if flows.is_empty() {
        return;
    }
    let (left, right) = (Align::Left, Align::Right);
    let columns =
        [("拨付 to a lender", left), ("机构 lender", left), ("用途", left), ("元 yuan", right), ("状态", left)];
    let mut table = Table::new(&[&columns[..], &[("贷款 loans", right), ("贷款日 loan-days", right)]].concat());
    for flow in flows {
        let remittance = flow.remittance.clone().unwrap_or_default();
        let purpose = format!("{} {}", zh(&remittance.purpose), remittance.claim_number);
        let stage = zh(&remittance.stage).to_owned();
        let counts = [flow.loan_lines.to_string(), flow.loan_days.to_string()];
        let words = [id(&remittance.remittance), remittance.lender_name, purpose, yuan(flow.fen), stage];
        table.row(words.into_iter().chain(counts));
    }
    out!("{table}");
}

/// Such a payment for machines.
pub(crate) fn flow_json(flow: &v1::RemittanceFlow) -> Value {
    json!({ "remittance": flow.remittance.as_ref().map(remittance_json), "line": id(&flow.line), "fen": flow.fen,
        "loan_lines": flow.loan_lines, "loan_days": flow.loan_days, "days": days_json(&flow.days) })
}

fn show_funded(funded: &v1::FundedRemittance) {
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
    show_strands(&funded.strands);
    outln!("  合计 {} 元", yuan(funded.total_fen));
}

fn show_days(days: &[v1::LoanDays], lines: u64, all: u64) {
    outln!("\n  {lines} 笔贷款 loans, {all} 个贷款日 loan-days");
    let (left, right) = (Align::Left, Align::Right);
    let columns = [("行", right), ("合同 loan", left), ("起 from", left), ("止 through", left), ("天数", right)];
    let mut table = Table::new(&[&columns[..], &[("元 yuan", right)]].concat());
    for row in days {
        let loan = if row.loan_number.is_empty() { id(&row.loan) } else { row.loan_number.clone() };
        let (from, through) = (day(row.from), day(row.through));
        table.row([row.line.to_string(), loan, from, through, row.days.to_string(), yuan(row.fen)]);
    }
    out!("{table}");
}

fn days_json(days: &[v1::LoanDays]) -> Value {
    let row = |row: &v1::LoanDays| {
        json!({ "loan": id(&row.loan), "loan_number": row.loan_number, "line": row.line, "from": row.from,
            "through": row.through, "days": row.days, "fen": row.fen })
    };
    days.iter().map(row).collect()
}

fn funded_json(funded: &v1::FundedRemittance) -> Value {
    json!({ "remittance": funded.remittance.as_ref().map(remittance_json), "strands": strands_json(&funded.strands),
        "total_fen": funded.total_fen })
}

/// A payment to a lender for machines.
pub(crate) fn remittance_json(row: &v1::Remittance) -> Value {
    json!({ "remittance": id(&row.remittance), "unit": row.unit_name, "fiscal_year": row.fiscal_year,
        "lender": row.lender_name, "kind": row.kind, "purpose": row.purpose, "claim": id(&row.claim),
        "claim_number": row.claim_number, "year": row.year, "fen": row.fen, "stage": row.stage,
        "preparer": row.preparer, "approver": row.approver, "day": row.day })
}
