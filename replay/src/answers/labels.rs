//! Names for handles and closed choices: what people read. Nothing is looked for by name here, and persons have none.

use ledger::account::{AccountNo, Class};
use ledger::event::{LoanKind, Source};
use ledger::handle::Handle;
use ledger::state::lending_rows::{Claim, Loan, Portfolio, Reward};
use ledger::state::rows::{Application, Line, Org, Payout, Programme, Roster};
use ledger::state::stage::{Progress, Stage};
use ledger::state::{EntityKind, State};
use uuid::Uuid;

/// What an account is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountLabel {
    /// Its class.
    pub class: Class,
    /// Id of the organisation, line, roster, application, loan, portfolio, claim or reward it belongs to.
    pub owner: Uuid,
    /// What people call that owner.
    pub owner_name: String,
}

/// The current name of an organisation.
#[must_use]
pub fn org_name(state: &State, org: Handle<Org>) -> &str {
    state.orgs.get(org).name()
}

/// What an account is called.
#[must_use]
pub fn account_label(state: &State, account: AccountNo) -> AccountLabel {
    let row = state.accounts.get(account);
    let owner_name = entity_label(state, row.class.owner().entity(), row.owner);
    AccountLabel { class: row.class, owner: state.owner_id(account), owner_name }
}

/// What people call a thing of this kind and number; nothing if it goes by its id alone.
#[must_use]
pub(crate) fn entity_label(state: &State, kind: EntityKind, number: u32) -> String {
    match kind {
        EntityKind::Org => org_name(state, Handle::new(number)).to_owned(),
        EntityKind::Programme => {
            let programme = Handle::new(number);
            format!("{} {}", programme_code(state, programme), programme_name(state, programme))
        }
        EntityKind::Line => line_label(state, Handle::new(number)),
        EntityKind::Roster => roster_label(state, Handle::new(number)),
        EntityKind::Award => roster_label(state, state.awards.get(Handle::new(number)).roster),
        EntityKind::Application => application_label(state, Handle::new(number)),
        EntityKind::Voucher => state.vouchers.get(Handle::new(number)).number.clone(),
        EntityKind::Finding => state.findings.get(Handle::new(number)).kind.sentence_zh().to_owned(),
        EntityKind::Loan => loan_label(state, Handle::new(number)),
        EntityKind::Portfolio => portfolio_label(state, Handle::new(number)),
        EntityKind::RiskYear => {
            let row = state.risk_years.get(Handle::new(number));
            format!("{} {}", org_name(state, row.school), row.year)
        }
        EntityKind::RiskPaid => {
            let row = state.risk_paid.get(Handle::new(number));
            format!("{} {}", portfolio_label(state, row.portfolio), row.year)
        }
        EntityKind::Claim => claim_label(state, Handle::new(number)),
        EntityKind::ClaimLine => claim_label(state, state.claim_lines.get(Handle::new(number)).claim),
        EntityKind::Remittance => portfolio_label(state, state.remittances.get(Handle::new(number)).portfolio),
        EntityKind::Reward => reward_label(state, Handle::new(number)),
        _ => String::new(),
    }
}

/// A document line as people name it: document number, unit, programme.
#[must_use]
pub(crate) fn line_label(state: &State, line: Handle<Line>) -> String {
    let row = state.lines.get(line);
    format!("{} {} {}", row.document, org_name(state, row.unit), programme_code(state, row.programme))
}

/// A roster as people name it: school, programme, academic year.
#[must_use]
pub(crate) fn roster_label(state: &State, roster: Handle<Roster>) -> String {
    let row = state.rosters.get(roster);
    let (school, year) = (org_name(state, row.school), row.academic_year);
    format!("{school} {} {year}/{:02}", programme_code(state, row.programme), (year + 1) % 100)
}

/// An application as people name it: unit, year, day.
#[must_use]
pub(crate) fn application_label(state: &State, application: Handle<Application>) -> String {
    let row = state.applications.get(application);
    format!("{} {} 支付申请", org_name(state, row.unit), row.effective)
}

/// A loan as people name it: lender and contract number. Before its contract is known it has neither.
#[must_use]
pub(crate) fn loan_label(state: &State, loan: Handle<Loan>) -> String {
    let row = state.loans.get(loan);
    let number = if row.known { row.number.as_str() } else { "合同未报" };
    format!("{} {number}", org_name(state, state.portfolios.get(row.portfolio).lender))
}

/// A lender's loans of one kind as people name them.
#[must_use]
pub(crate) fn portfolio_label(state: &State, portfolio: Handle<Portfolio>) -> String {
    let row = state.portfolios.get(portfolio);
    let kind = match row.kind {
        LoanKind::Origin => "生源地信用助学贷款",
        LoanKind::Campus => "校园地国家助学贷款",
    };
    format!("{} {kind}", org_name(state, row.lender))
}

/// A claim as people name it: lender and its own number.
#[must_use]
pub(crate) fn claim_label(state: &State, claim: Handle<Claim>) -> String {
    let row = state.claims.get(claim);
    format!("{} {}", org_name(state, state.portfolios.get(row.portfolio).lender), row.number)
}

/// A reward as people name it: aid centre and year.
#[must_use]
pub(crate) fn reward_label(state: &State, reward: Handle<Reward>) -> String {
    let row = state.rewards.get(reward);
    format!("{} {} 结余奖励", org_name(state, row.centre), row.year)
}

/// Code of a programme.
#[must_use]
pub fn programme_code(state: &State, programme: Handle<Programme>) -> &str {
    &state.programmes.get(programme).code
}

/// Name of a programme by the latest version of its policy.
#[must_use]
pub fn programme_name(state: &State, programme: Handle<Programme>) -> &str {
    let row = state.programmes.get(programme);
    row.versions.last().map_or(&row.code, |adopted| &adopted.policy.name)
}

/// Stage of schooling of a programme by the latest version of its policy.
#[must_use]
pub fn schooling(state: &State, programme: Handle<Programme>) -> &str {
    state.programmes.get(programme).versions.last().map_or("", |adopted| &adopted.policy.stage)
}

/// Chinese name of whose money it is.
#[must_use]
pub fn source_zh(source: Source) -> &'static str {
    match source {
        Source::Central => "中央资金",
        Source::Province => "省级资金",
        Source::City => "市级资金",
        Source::County => "县级资金",
    }
}

/// Chinese name of a set's stage.
#[must_use]
pub(crate) fn stage_zh(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "编制中",
        Stage::Sealed => "已封存",
        Stage::Reviewed => "已审核",
        Stage::Approved => "已批准",
        Stage::Sent => "已发送",
        Stage::Cancelled => "已作废",
    }
}

/// Chinese name of how far a payment has come.
#[must_use]
pub(crate) fn progress_zh(state: &State, payout: &Payout) -> &'static str {
    let stage = state.applications.get(payout.application).set.stage;
    match payout.progress {
        _ if stage == Stage::Cancelled => "已作废",
        Progress::Credited => "已到卡",
        Progress::Returned => "已退回",
        Progress::Unknown => "结果未知",
        Progress::Ordered if stage == Stage::Sent => "银行在途",
        Progress::Ordered => "已申请",
    }
}
