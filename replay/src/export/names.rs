//! Names strangers' tools can read: accounts as a hierarchy in ASCII, kinds of events in Chinese.
//! A person is never named, here or anywhere in an export: owners are ids and numbers.

use std::fmt::Write as _;

use ledger::account::{Account, Book, Class, Owner};
use ledger::state::State;
use uuid::Uuid;

/// The account's name: where it comes from or where it stands, book, class, number of its owner.
///
/// Beancount wants one of five roots; two say what a balance means here. `Equity` is where money comes from, and may
/// go below zero; `Assets` is where it stands. Each component begins with a capital, as Beancount demands.
#[must_use]
pub fn account(account: &Account) -> String {
    let class = account.class;
    let root = if class.may_go_below_zero() { "Equity" } else { "Assets" };
    let (book, owner) = (camel(class.book().name()), owner_word(class.owner()));
    format!("{root}:{book}:{}:{owner}{}", camel(class.name()), account.owner)
}

/// The id of the account's owner, nil for what nobody named.
#[must_use]
pub fn owner_id(state: &State, account: &Account) -> Uuid {
    let owner = account.owner;
    match account.class.owner() {
        Owner::Org => state.orgs.get(owner).id,
        Owner::Line => state.lines.get(owner).id,
        Owner::Roster => state.rosters.get(owner).id,
        Owner::Application => state.applications.get(owner).id,
        Owner::Loan => state.loans.get(owner).id,
        Owner::Portfolio => state.portfolios.get(owner).id,
        Owner::Claim => state.claims.get(owner).id,
        Owner::Reward => state.rewards.get(owner).id,
    }
}

/// The Chinese name of a book.
#[must_use]
pub fn book_zh(book: Book) -> &'static str {
    match book {
        Book::Indicator => "指标",
        Book::Cash => "资金",
        Book::Entitlement => "应发",
        Book::Lender => "贷款",
    }
}

/// Class and book of an account in Chinese.
#[must_use]
pub fn class_zh(class: Class) -> String {
    format!("{}/{}", book_zh(class.book()), class.name_zh())
}

/// The Chinese name of a kind of event; the kind itself if it has none.
#[must_use]
pub fn kind_zh(kind: &'static str) -> &'static str {
    KINDS.iter().find(|(name, _)| *name == kind).map_or(kind, |(_, zh)| zh)
}

/// Yuan with two decimals and nothing between the digits: `-1234.56`.
pub(super) fn yuan(out: &mut String, fen: i128) {
    let sign = if fen < 0 { "-" } else { "" };
    // Writing to a string cannot fail.
    let _ = write!(out, "{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
}

/// `due_to_finance` as `DueToFinance`.
fn camel(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            [first.to_ascii_uppercase(), rest.to_owned()]
        })
        .collect()
}

fn owner_word(owner: Owner) -> &'static str {
    match owner {
        Owner::Org => "Org",
        Owner::Line => "Line",
        Owner::Roster => "Roster",
        Owner::Application => "Application",
        Owner::Loan => "Loan",
        Owner::Portfolio => "Portfolio",
        Owner::Claim => "Claim",
        Owner::Reward => "Reward",
    }
}

const KINDS: &[(&str, &str)] = &[
    ("policy_adopted", "采用政策"),
    ("rules_adopted", "采用规则版本"),
    ("org_registered", "机构登记"),
    ("org_renamed", "机构更名"),
    ("line_issued", "指标下达"),
    ("line_passed_down", "指标分解下达"),
    ("line_recalled", "指标收回"),
    ("person_registered", "人员登记"),
    ("status_changed", "学籍变动"),
    ("card_bound", "绑定社保卡"),
    ("card_replaced", "换卡"),
    ("roster_prepared", "编制名册"),
    ("roster_line_added", "名册加行"),
    ("roster_sealed", "名册封存"),
    ("roster_reviewed", "名册审核"),
    ("roster_approved", "名册批准"),
    ("roster_cancelled", "名册作废"),
    ("application_prepared", "编制支付申请"),
    ("application_line_added", "支付申请加行"),
    ("application_sealed", "支付申请封存"),
    ("application_approved", "支付申请批准"),
    ("application_cancelled", "支付申请作废"),
    ("voucher_issued", "支付凭证开具"),
    ("voucher_cleared", "支付凭证清算"),
    ("batch_sent", "代发批次发送"),
    ("payout_credited", "到卡"),
    ("payout_returned", "退票"),
    ("payout_unknown", "结果不明"),
    ("suspense_cleared", "暂记清理"),
    ("loan_terms_adopted", "采用贷款条款"),
    ("rate_published", "利率公布"),
    ("waiver_adopted", "采用免息通知"),
    ("loan_signed", "贷款签约"),
    ("loan_drawn", "贷款发放"),
    ("loan_draw_returned", "放款退回"),
    ("loan_rate_agreed", "约定利率"),
    ("loan_repaid", "贷款还款"),
    ("loan_refunded", "退还借款人"),
    ("loan_overdue", "贷款逾期"),
    ("loan_deferred", "本金延期"),
    ("loan_written_off", "贷款核销"),
    ("loss_recovered", "核销后收回"),
    ("loan_state_repaid", "国家代偿"),
    ("loan_relieved", "还款救助"),
    ("interest_accrued", "计息"),
    ("interest_adjusted", "利息调整"),
    ("claim_submitted", "贴息申报"),
    ("claim_line_added", "申报加行"),
    ("claim_sealed", "申报封存"),
    ("claim_approved", "申报批准"),
    ("overclaim_returned", "多报退回"),
    ("remittance_ordered", "拨付申请"),
    ("remittance_approved", "拨付批准"),
    ("remittance_cleared", "拨付清算"),
    ("remittance_returned", "拨付退回"),
    ("compensation_accrued", "计提风险补偿金"),
    ("compensation_received", "收到风险补偿金"),
    ("fund_stated", "补偿金对账"),
    ("surplus_rewarded", "结余奖励"),
    ("reward_spent", "奖励支出"),
    ("period_closed", "关账"),
    ("entry_reversed", "红字冲销"),
    ("key_announced", "公布签名公钥"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_chinese_name() {
        let named: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, proto::event::KIND_NAMES);
        assert_eq!(kind_zh("roster_approved"), "名册批准");
    }

    #[test]
    fn every_account_name_is_what_beancount_takes() {
        let mut names = std::collections::BTreeSet::new();
        for class in Class::ALL {
            let name = account(&Account { class: *class, owner: 7, balance: 0, last: 0 });
            for component in name.split(':') {
                assert!(component.starts_with(|c: char| c.is_ascii_uppercase()), "{name}");
                assert!(component.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
            }
            assert!(names.insert(name), "two classes share a name");
        }
        assert!(names.contains("Assets:Indicator:DueToFinance:Org7"), "{names:?}");
    }

    #[test]
    fn yuan_are_plain() {
        let mut text = String::new();
        for fen in [0, 5, -5, 123_456, -100] {
            yuan(&mut text, fen);
            text.push(' ');
        }
        assert_eq!(text, "0.00 0.05 -0.05 1234.56 -1.00 ");
    }
}
