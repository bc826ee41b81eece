//! The facts an entry about loans rests on: terms and document number, rate, payer and the stretches of the walk; for
//! claims our own figures; for payments to lenders and funds what they are paid from.

use ledger::account::Class;
use ledger::event::{ClaimLineAdded, Interest, Kind, LoanKind, Purpose, RemittanceOrdered};
use ledger::loan::portfolio_id;
use ledger::loan::rates::terms_on;
use ledger::loan::stretch::Payment;
use ledger::loan::walk::Missing;
use ledger::money::{Day, Fen, yuan};
use ledger::state::State;
use ledger::state::lending_rows::{Claim, Loan, LoanRules};
use uuid::Uuid;

use super::chinese_names::{self, percent};
use super::facts::Facts;
use crate::answers::labels;
use crate::answers::loans::statement::{StatementRow, statement, yuan_exact};
use crate::answers::loans::{index_name, missing_name};

/// Stretches that are shown: those concerned, or the latest.
const STRETCHES: usize = 12;

/// Adds the facts of an entry about loans, claims, payments to lenders or funds.
pub(super) fn add(facts: &mut Facts<'_>, kind: &Kind) {
    match kind {
        Kind::InterestAccrued(event) => {
            let through = facts.on;
            facts.loan(event.loan, through, Some(event.figure));
        }
        Kind::InterestAdjusted(event) => {
            facts.cause(event.cause);
            let through = facts.state.loans.by_id(event.loan).map_or(facts.on, |(_, row)| row.through);
            facts.loan(event.loan, through, None);
        }
        Kind::LoanSigned(event) => {
            let on = facts.on;
            facts.loan(event.loan, on, None);
            facts.standing_of(event.person, on);
        }
        Kind::ClaimLineAdded(event) => facts.claim_line(event),
        Kind::ClaimSealed(event) => facts.claim(event.set),
        Kind::ClaimApproved(event) => facts.claim(event.set),
        Kind::RemittanceOrdered(event) => facts.ordered(event),
        Kind::RemittanceApproved(event) => facts.remittance(event.remittance),
        Kind::RemittanceCleared(event) => facts.remittance(event.remittance),
        Kind::RemittanceReturned(event) => facts.remittance(event.remittance),
        Kind::RewardSpent(event) => facts.reward(event.reward),
        Kind::CompensationAccrued(event) => facts.terms(event.year.kind, facts.on),
        Kind::LoanTermsAdopted(event) => facts.terms_before(event.kind),
        Kind::ClaimSubmitted(event) => facts.terms(event.kind, event.from),
        Kind::FundStated(event) => facts.stock(event.lender, event.kind, event.fen),
        Kind::SurplusRewarded(event) => facts.terms(event.year.kind, facts.on),
        Kind::EntryWithdrawn(event) => {
            facts.cause(event.entry);
            let on = facts.on;
            if let Some(loan) = facts.state.loan_told_by(event.entry) {
                facts.loan(loan, on, None);
            }
        }
        kind => {
            if let Kind::LoanRelieved(event) = kind {
                facts.reward(event.reward);
            }
            if let Some(loan) = kind.loan() {
                let on = facts.on;
                facts.loan(loan, on, None);
            }
        }
    }
}

impl Facts<'_> {
    /// Rules of loans as entries before this one adopted them.
    fn rules(&self) -> LoanRules {
        let mut rules = self.state.loan_rules().cloned().unwrap_or_default();
        let before = self.index;
        rules.terms.iter_mut().for_each(|list| list.retain(|adopted| adopted.index < before));
        rules
    }

    fn terms(&mut self, kind: LoanKind, on: Day) {
        let rules = self.rules();
        let Some(terms) = terms_on(&rules, kind, on) else {
            self.add("terms", format!("贷款条款：{on} 没有有效条款"), format!("loan terms: none on {on}"));
            return;
        };
        let (version, document, index) =
            (terms.version, chinese_names::document(&terms.document), index_name(terms.index));
        let index_zh = chinese_names::choice(&format!("RATE_INDEX_{}", index.to_ascii_uppercase())).unwrap_or(index);
        let (spread, penalty) = (terms.spread_bp, percent(terms.penalty_ppm.into()));
        let zh = format!("贷款条款：第 {version} 版，{document}；{index_zh} {spread:+} bp，罚息为合同利率的 {penalty}");
        let en = format!("loan terms: version {version}, {document}; {index} {spread:+} bp, penalty rate {penalty}");
        self.add("terms", zh, en);
    }

    /// The terms a new version follows, if there are any.
    fn terms_before(&mut self, kind: LoanKind) {
        let on = self.on;
        if terms_on(&self.rules(), kind, on).is_some() {
            self.terms(kind, on);
        }
    }

    /// What is on a compensation fund here, and what the lender says.
    fn stock(&mut self, lender: Uuid, kind: LoanKind, said: Fen) {
        let portfolio = self.state.portfolios.by_id(portfolio_id(lender, kind));
        let ours = portfolio.map_or(0, |(_, row)| self.state.balance(State::account_at(row.accounts, Class::Stock)));
        let (ours, said) = (yuan(ours.into()), yuan(said.into()));
        let zh = format!("补偿金：账上 {ours} 元，贷款机构所报 {said} 元");
        self.add("stock", zh, format!("compensation fund: {ours} yuan here, {said} by the lender"));
    }

    fn loan(&mut self, id: Uuid, through: Day, figure: Option<Interest>) {
        let Some((handle, row)) = self.state.loans.by_id(id) else {
            self.add("loan", "贷款：合同不存在".to_owned(), "loan: no contract is known".to_owned());
            return;
        };
        if !row.known {
            let (zh, en) =
                ("贷款：合同未报，已有的事实先记在未知单位名下", "loan: told of before its contract is known");
            self.add("loan", zh.to_owned(), en.to_owned());
            return;
        }
        let label = labels::loan_label(self.state, handle);
        let (signed, school) = (row.signed, labels::org_name(self.state, row.school));
        let zh = format!("贷款：{label}，{signed} 签约，{school}");
        self.add("loan", zh, format!("loan: {label}, signed on {signed}, {school}"));
        self.terms(row.kind, row.signed);
        let mut loan: Loan = row.clone();
        loan.facts.retain(|fact| fact.index <= self.index);
        match statement(self.state, &loan, through) {
            Ok(rows) => self.stretches(&rows, figure),
            Err(missing) => {
                let zh = match missing {
                    Missing::Contract => "合同",
                    Missing::Terms => "签约日有效的贷款条款",
                    Missing::Rate => "签约日以前公布的利率",
                };
                let en = format!("interest: cannot be computed for want of its {}", missing_name(missing));
                self.add("loan", format!("利息：缺{zh}，不能计算"), en);
            }
        }
    }

    /// The stretches whose sum is the figure, if some are; otherwise the latest.
    fn stretches(&mut self, rows: &[StatementRow], figure: Option<Interest>) {
        let begin = figure.and_then(|figure| concerned(rows, figure));
        let begin = begin.unwrap_or(0).max(rows.len().saturating_sub(STRETCHES));
        for row in &rows[begin..] {
            let stretch = &row.stretch;
            let (from, through, days) = (stretch.from, stretch.through, stretch.days());
            let (principal, rate) = (yuan(stretch.principal), percent(stretch.rate_ppm.into()));
            let interest = yuan_exact(row.interest);
            let (payer_zh, payer_en) = payer(stretch.payment);
            let mut zh = format!(
                "{from} 至 {through}（{days} 天）：本金 {principal} 元，年利率 {rate}，{payer_zh}，利息 {interest} 元"
            );
            let mut en = format!(
                "{from} to {through}, {days} days: principal {principal}, {rate} a year, {payer_en}, {interest} yuan"
            );
            if row.penalty != 0 {
                let (overdue, penalty) = (yuan(stretch.overdue), yuan_exact(row.penalty));
                zh.push_str(&format!("；逾期 {overdue} 元，罚息 {penalty} 元"));
                en.push_str(&format!("; {overdue} overdue, penalty {penalty} yuan"));
            }
            self.add("stretch", zh, en);
        }
    }

    /// The entry that made a correction necessary.
    fn cause(&mut self, id: Uuid) {
        let Some(index) = self.state.seen.find(id) else {
            self.add("cause", format!("原因：没有事项 {id}"), format!("cause: no event has the id {id}"));
            return;
        };
        self.add("cause", format!("原因：第 {index} 号记录"), format!("cause: entry {index}"));
    }

    fn claim_line(&mut self, event: &ClaimLineAdded) {
        let Some((_, claim)) = self.state.claims.by_id(event.claim) else { return };
        self.claim_head(claim);
        let mut lines = self.state.claim_lines.chain(claim.last_line, |line| line.before_of_claim);
        if let Some((_, line)) = lines.find(|(_, line)| line.index == self.index) {
            let (name, verdict) = line.verdict.words();
            let (claimed, ours) = (yuan(line.fen.into()), yuan(line.our_fen.into()));
            let rates = [line.rate_ppm, line.our_rate_ppm].map(|ppm| percent(ppm.into()));
            let [rate, our_rate] = rates;
            let zh = format!(
                "{verdict}：申报 {claimed} 元（{} 天，{rate}），账上 {ours} 元（{} 天，{our_rate}）",
                line.days, line.our_days
            );
            let en = format!(
                "{name}: claimed {claimed} yuan for {} days at {rate}, ours {ours} yuan for {} days at {our_rate}",
                line.days, line.our_days
            );
            self.add("verdict", zh, en);
        }
        let through = claim.through;
        self.loan(event.loan, through, None);
    }

    fn claim_head(&mut self, claim: &Claim) {
        let (from, through, number) = (claim.from, claim.through, &claim.number);
        let zh = format!("申报：{number}，{from} 至 {through}");
        self.add("claim", zh, format!("claim {number}, {from} to {through}"));
    }

    fn claim(&mut self, id: Uuid) {
        let Some((handle, row)) = self.state.claims.by_id(id) else { return };
        self.claim_head(row);
        self.set(&labels::claim_label(self.state, handle), &row.set);
        let (count, confirmed) = (row.confirmed_count, yuan(row.confirmed.into()));
        self.add(
            "claim",
            format!("确认：{count} 行，{confirmed} 元"),
            format!("confirmed: {count} lines, {confirmed} yuan"),
        );
        for payer in &row.payers {
            let (name, owed, paid) = (payer.payer.name(), yuan(payer.owed.into()), yuan(payer.paid.into()));
            let payer = chinese_names::choice(&format!("PAYER_{}", name.to_ascii_uppercase())).unwrap_or(name);
            let zh = format!("{payer}：应付 {owed} 元，已付 {paid} 元");
            self.add("payer", zh, format!("{name} owes {owed} yuan, paid {paid}"));
        }
    }

    fn ordered(&mut self, event: &RemittanceOrdered) {
        self.draws(&event.draws);
        if let Purpose::Claim(claim) = event.purpose {
            self.claim(claim);
        }
    }

    fn remittance(&mut self, id: Uuid) {
        let Some((_, row)) = self.state.remittances.by_id(id) else {
            self.add("remittance", "拨付：不存在".to_owned(), "payment to a lender: there is none".to_owned());
            return;
        };
        let (unit, fen, stage) = (labels::org_name(self.state, row.unit), yuan(row.fen.into()), row.stage.name());
        let zh = format!("拨付：{unit} {fen} 元，制单 {}，批准 {}", row.preparer, dash(&row.approver));
        let en = format!(
            "payment to a lender: {unit}, {fen} yuan, prepared by {}, approved by {}, {stage}",
            row.preparer,
            dash(&row.approver)
        );
        self.add("remittance", zh, en);
        if let Purpose::Claim(claim) = row.purpose {
            self.claim(claim);
        }
    }

    fn reward(&mut self, id: Uuid) {
        let Some((handle, row)) = self.state.rewards.by_id(id) else {
            self.add("reward", "奖励：不存在".to_owned(), "reward: there is none".to_owned());
            return;
        };
        let (label, fen) = (labels::reward_label(self.state, handle), yuan(row.fen.into()));
        let spent = yuan(row.spent.iter().map(|(_, fen)| i128::from(*fen)).sum());
        let zh = format!("奖励：{label} {fen} 元，已用 {spent} 元");
        self.add("reward", zh, format!("reward: {label}, {fen} yuan, {spent} spent"));
    }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// Where the stretches begin that make up a figure to the fen; `None` if no run of stretches to the end does.
fn concerned(rows: &[StatementRow], figure: Interest) -> Option<usize> {
    let last = rows.last()?.so_far;
    let is_it = |begin: &usize| {
        let before = begin.checked_sub(1).map_or(Interest::default(), |at| rows[at].so_far);
        let less = |a: i64, b: i64| a.saturating_sub(b);
        let sum = Interest {
            subsidy: less(last.subsidy, before.subsidy),
            waiver: less(last.waiver, before.waiver),
            borrower: less(last.borrower, before.borrower),
            penalty: less(last.penalty, before.penalty),
        };
        sum == figure
    };
    (0..rows.len()).rev().find(is_it)
}

fn payer(payment: Payment) -> (String, String) {
    match payment {
        Payment::Subsidy => ("财政贴息".to_owned(), "subsidised".to_owned()),
        Payment::Waiver(year) => (format!("{year} 年免息"), format!("waived for {year}")),
        Payment::Borrower => ("借款人承担".to_owned(), "borne by the borrower".to_owned()),
    }
}
