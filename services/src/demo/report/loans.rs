//! What people see of the demo's loans: who bears their interest, what lenders claimed and were paid, what became of the
//! compensation funds, one loan's statement, and one payment followed to the loan-days it paid for.

use ledger::handle::Handle;
use std::fmt::Write;

use ledger::event::LoanKind;
use ledger::loan::stretch::Payment;
use ledger::loan::walk::Walk;
use ledger::money::{Day, yuan};
use ledger::state::State;
use ledger::state::claim_rows::Verdict;
use ledger::state::lending_rows::{Claim, ClaimLine, Loan, What};
use ledger::state::rows::SchoolStatus;
use replay::answers::labels::{org_name, programme_name, source_zh};
use replay::answers::loans::claims::{days_of, lines_of_claim};
use replay::answers::loans::statement::{StatementRow, statement, yuan_exact};

use super::{origin, section};
use crate::demo::run::Ran;
use crate::demo::run::loans::{LoanFigures, paid_claim, payer_zh};
use replay::terminal::text_table::{Align, Table};

/// The whole of it.
pub(super) fn report(text: &mut String, state: &State, ran: &Ran) {
    let figures = &ran.figures.loans;
    section(text, "七、助学贷款  Loans", &books(figures));
    section(text, "    利息由谁承担  who bears the interest", &interest(figures));
    let _ = writeln!(
        text,
        "    计息 accruals {}  迟到事实调整 corrections for late facts {}  改变承担方 moved {} 元\n",
        figures.accruals,
        figures.adjustments,
        yuan(figures.adjusted_fen.into()),
    );
    correction(text, state, ran);
    section(text, "    贷款资金从哪里来  documents that pay lenders", &super::sources(state, true));
    section(text, "八、贴息申报  Subsidy claims", &claims(figures));
    let still: i64 = figures.books.iter().map(|book| book.overclaimed_fen).sum();
    let _ = writeln!(
        text,
        "    毕业迟报而多领 confirmed before a graduation was told: 已退回 returned {} 元  未退 open {} 元\n",
        yuan(ran.plan.loans.returned_fen.into()),
        yuan(still.into()),
    );
    section(text, "    争议的原因  why lines were disputed", &disputed(figures));
    let _ = writeln!(text, "    植入错误 planted {}  查出 found {}\n", figures.planted, figures.found);
    if let Some(claim) = figures.claims.iter().rfind(|claim| !claim.disputed.is_empty()) {
        let _ =
            writeln!(text, "  mingzhang claim show {}/{} --disputed  可再查 asks again\n", claim.lender, claim.number);
    }
    section(text, "九、风险补偿金  Compensation funds", &funds(figures));
    text.push_str("十、一笔贷款的对账单  One loan's statement\n\n");
    example(text, state);
    text.push_str("十一、一笔贴息付到哪些天  One payment, traced to loan-days\n\n");
    trace(text, state);
    for difference in &figures.differences {
        let _ = writeln!(text, "与计划不符 differs from the plan: {difference}");
    }
}

/// One correction: what was learnt late, when it was booked, and what it moved.
fn correction(text: &mut String, state: &State, ran: &Ran) {
    let Some(adjusted) = &ran.accrued.example else { return };
    let Some((_, loan)) = state.loans.by_id(adjusted.loan) else { return };
    let Some(told) = state.seen.find(adjusted.cause) else { return };
    let Some(person) = loan.person.handle().map(|person| state.persons.get(person)) else { return };
    let (Some(SchoolStatus { on, .. }), figure) = (person.statuses.last(), adjusted.figure) else { return };
    let signed = |fen: i64| if fen > 0 { format!("+{}", yuan(fen.into())) } else { yuan(fen.into()) };
    let _ = writeln!(
        text,
        "    例如 贷款 {} 的学籍变动生效于 {on}，记录第 {told} 条才告知：贴息 subsidy {}  借款人 borrower {}，\
         记入第三季度关账之后 booked after the closed quarter\n",
        loan.number,
        signed(figure.subsidy),
        signed(figure.borrower),
    );
}

fn kind_zh(name: &str) -> String {
    let zh = if name == LoanKind::Origin.name() { "生源地" } else { "校园地" };
    format!("{zh} {name}")
}

fn books(figures: &LoanFigures) -> Table {
    let mut table = Table::new(&[
        ("贷款机构", Align::Left),
        ("种类", Align::Left),
        ("笔数", Align::Right),
        ("净放款（元）", Align::Right),
        ("本金余额（元）", Align::Right),
    ]);
    for book in &figures.books {
        let (drawn, principal) = (yuan(book.drawn_fen.into()), yuan(book.principal_fen.into()));
        table.row([book.lender.clone(), kind_zh(book.kind), book.loans.to_string(), drawn, principal]);
    }
    table
}

fn interest(figures: &LoanFigures) -> Table {
    let mut table = Table::new(&[
        ("种类", Align::Left),
        ("财政贴息（元）", Align::Right),
        ("财政免息（元）", Align::Right),
        ("借款人利息（元）", Align::Right),
        ("借款人罚息（元）", Align::Right),
    ]);
    for book in &figures.books {
        let sums = [book.subsidy_fen, book.waiver_fen, book.borrower_fen, book.penalty_fen].map(|fen| yuan(fen.into()));
        let [subsidy, waiver, borrower, penalty] = sums;
        table.row([kind_zh(book.kind), subsidy, waiver, borrower, penalty]);
    }
    table
}

fn claims(figures: &LoanFigures) -> Table {
    let mut table = Table::new(&[
        ("申报编号", Align::Left),
        ("行数", Align::Right),
        ("申报（元）", Align::Right),
        ("确认（元）", Align::Right),
        ("争议（元）", Align::Right),
        ("已付 paid by payer（元）", Align::Left),
    ]);
    for claim in &figures.claims {
        let disputed: i64 = claim.disputed.values().map(|row| row.claimed_fen).sum();
        let paid: Vec<String> =
            claim.paid_fen.iter().map(|(payer, fen)| format!("{payer} {}", yuan((*fen).into()))).collect();
        table.row([
            claim.number.clone(),
            claim.lines.to_string(),
            yuan(claim.claimed_fen.into()),
            yuan(claim.confirmed_fen.into()),
            yuan(disputed.into()),
            paid.join("  "),
        ]);
    }
    table
}

fn disputed(figures: &LoanFigures) -> Table {
    let mut table = Table::new(&[
        ("申报编号", Align::Left),
        ("原因", Align::Left),
        ("", Align::Left),
        ("植入", Align::Right),
        ("查出", Align::Right),
        ("申报（元）", Align::Right),
    ]);
    for claim in &figures.claims {
        for verdict in Verdict::ALL {
            let (name, sentence) = verdict.words();
            let Some(row) = claim.disputed.get(name) else { continue };
            let (planted, found, fen) = (row.planted.to_string(), row.found.to_string(), yuan(row.claimed_fen.into()));
            table.row([claim.number.clone(), name.to_owned(), sentence.to_owned(), planted, found, fen]);
        }
    }
    table
}

fn funds(figures: &LoanFigures) -> Table {
    let columns = figures.funds.iter().map(|fund| (fund.lender.as_str(), Align::Right));
    let columns: Vec<_> = std::iter::once(("（元）", Align::Left)).chain(columns).collect();
    let mut table = Table::new(&columns);
    let years: std::collections::BTreeSet<u16> =
        figures.funds.iter().flat_map(|fund| fund.accrued_fen.keys().copied()).collect();
    let mut row = |name: String, of: &dyn Fn(&crate::demo::run::loans::FundFigures) -> i64| {
        let cells = figures.funds.iter().map(|fund| yuan(of(fund).into()));
        table.row(std::iter::once(name).chain(cells));
    };
    for year in years {
        let name = format!("应缴 accrued, risk year {year}/{}", (year + 1) % 100);
        row(name, &|fund| fund.accrued_fen.get(&year).copied().unwrap_or(0));
    }
    row("已缴 paid in".to_owned(), &|fund| fund.paid_in_fen);
    row("核销已用 used for losses".to_owned(), &|fund| fund.used_fen);
    row("结余奖励 rewarded".to_owned(), &|fund| fund.rewarded_fen);
    row("其中已用 of that spent".to_owned(), &|fund| fund.reward_spent_fen);
    row("余额 stock".to_owned(), &|fund| fund.stock_fen);
    row("对账单减账上 lender's statement less ours".to_owned(), &|fund| fund.statement_difference_fen);
    table
}

/// A loan that says much: its borrower studied, paid, fell behind, and paid late.
fn example(text: &mut String, state: &State) {
    let through = Day::new(2021, 12, 31).unwrap_or_default();
    let late = |loan: &Loan| {
        let mut facts = loan.facts.iter().skip_while(|fact| !matches!(fact.what, What::Overdue(_)));
        facts.any(|fact| matches!(fact.what, What::Repaid { .. }))
    };
    let found = state.loans.iter().find(|(_, loan)| loan.known && late(loan)).or_else(|| state.loans.iter().next());
    let Some((_, loan)) = found else { return };
    let rows = statement(state, loan, through).unwrap_or_default();
    head(text, state, loan);
    let mut table = Table::new(&[
        ("起", Align::Left),
        ("止", Align::Left),
        ("天数", Align::Right),
        ("本金（元）", Align::Right),
        ("年利率", Align::Right),
        ("承担方", Align::Left),
        ("利息（元）", Align::Right),
        ("罚息（元）", Align::Right),
    ]);
    for StatementRow { stretch, interest, penalty, .. } in &rows {
        table.row([
            stretch.from.to_string(),
            stretch.through.to_string(),
            stretch.days().to_string(),
            yuan(stretch.principal),
            percent(stretch.rate_ppm),
            payment_zh(stretch.payment),
            yuan_exact(*interest),
            yuan_exact(*penalty),
        ]);
    }
    if let Some(StatementRow { so_far, .. }) = rows.last() {
        let sums = [so_far.subsidy, so_far.waiver, so_far.borrower, so_far.penalty].map(|fen| yuan(fen.into()));
        let [subsidy, waiver, borrower, penalty] = sums;
        let _ = writeln!(
            text,
            "{table}    合计 贴息 subsidy {subsidy}  免息 waiver {waiver}  借款人 borrower {borrower}  罚息 penalty {penalty}\n\n  \
             mingzhang loan show {}/{}  可再查 asks again\n",
            state.orgs.get(state.portfolios.get(loan.portfolio).lender).number,
            loan.number,
        );
    }
}

fn head(text: &mut String, state: &State, loan: &Loan) {
    let _ = writeln!(
        text,
        "  贷款 loan {}  {}  {}  {} 学年  计息基准 {}  签约 {}",
        loan.number,
        kind_zh(loan.kind.name()),
        org_name(state, loan.school),
        loan.academic_year,
        loan.basis.days(),
        loan.signed,
    );
}

fn payment_zh(payment: Payment) -> String {
    match payment {
        Payment::Subsidy => "财政贴息 subsidy".to_owned(),
        Payment::Waiver(year) => format!("财政免息 waiver {year}"),
        Payment::Borrower => "借款人 borrower".to_owned(),
    }
}

fn percent(ppm: u32) -> String {
    format!("{}.{:02} %", ppm / 10_000, ppm % 10_000 / 100)
}

/// The payment of the quarterly claim: up to the documents that gave the money, down to the days of one loan.
fn trace(text: &mut String, state: &State) {
    let Some((remittance, claim)) = paid_claim(state, LoanKind::Campus) else { return };
    let (remittance, claim) = (state.remittances.get(remittance), state.claims.get(claim));
    let _ = writeln!(
        text,
        "  拨付 payment {}  {} 元  {}  {}  制单 {}  批准 {}",
        remittance.id,
        yuan(remittance.fen.into()),
        org_name(state, remittance.unit),
        remittance.on,
        remittance.preparer,
        remittance.approver,
    );
    for draw in &remittance.draws {
        let line = state.lines.get(draw.line);
        let (programme, source) = (programme_name(state, line.programme), source_zh(line.source));
        let _ = writeln!(text, "  资金 {:>14} 元 {source} {programme} 来自 from", yuan(draw.fen.into()));
        origin(text, state, draw.line);
    }
    let owed: Vec<String> =
        claim.payers.iter().map(|row| format!("{} {}", payer_zh(row.payer), yuan(row.owed.into()))).collect();
    let _ = writeln!(
        text,
        "  申报 claim {}  {} 至 {}  确认 {} 行 {} 元  应付 {}",
        claim.number,
        claim.from,
        claim.through,
        claim.confirmed_count,
        yuan(claim.confirmed.into()),
        owed.join("  "),
    );
    let confirmed = |(_, line): &(Handle<ClaimLine>, &ClaimLine)| line.verdict.confirms();
    let Some((_, line)) = lines_of_claim(state, claim).filter(confirmed).last() else { return };
    days(text, state, claim, line);
    let _ = writeln!(text, "\n  mingzhang trace {}  可再查 asks again\n", remittance.id);
}

/// The loan-days a line of a claim paid for.
fn days(text: &mut String, state: &State, claim: &Claim, line: &ClaimLine) {
    let Some(loan) = line.loan.handle().map(|loan| state.loans.get(loan)) else { return };
    let (from, through) = days_of(claim, line);
    let _ = writeln!(
        text,
        "    └ 第 {} 行 line  贷款 {}  {} 至 {}  {} 天  {} 元",
        line.number,
        loan.number,
        from,
        through,
        line.our_days,
        yuan(line.our_fen.into()),
    );
    let Ok(walk) = Walk::new(state, loan, &loan.facts) else { return };
    let marks = [claim.from.plus(-1), claim.through];
    // An error would leave the days out, which the line above already names.
    let _ = walk.sums(marks, |stretch| {
        if stretch.from >= claim.from && stretch.payment == Payment::Subsidy {
            let _ = writeln!(
                text,
                "       └ {} 至 {}  {} 天 × 本金 {} × {} ÷ {}",
                stretch.from,
                stretch.through,
                stretch.days(),
                yuan(stretch.principal),
                percent(stretch.rate_ppm),
                loan.basis.days(),
            );
        }
    });
}
