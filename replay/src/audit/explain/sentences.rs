//! Sentences in the other language: what to do about a refusal in Chinese, findings in English. The ledger has the first of
//! each in its closed lists; words only, and nothing decides by them.

use ledger::finding::FindingKind;

/// What to do about a refusal, in Chinese, by the stable name of its code; empty for one this program does not know.
#[must_use]
pub fn remedy_zh(code: &str) -> &'static str {
    REMEDIES.iter().find(|(known, _)| *known == code).map_or("", |(_, zh)| *zh)
}

/// The finding's kind in English.
#[must_use]
pub fn finding_en(kind: FindingKind) -> &'static str {
    use ledger::event::policy::Rule;
    match kind {
        FindingKind::DoubleCredit => "credited twice",
        FindingKind::LateCredit => "credited after it had come back",
        FindingKind::EarlyCredit => "credited before it was sent",
        FindingKind::AmountDiffers => "the amount credited is not the amount owed",
        FindingKind::UnknownCredit => "a credit of a payment that does not exist",
        FindingKind::UnexpectedReturn => "came back while nothing was in transit",
        FindingKind::UnexpectedUnknown => "result unknown while nothing was in transit",
        FindingKind::VoucherUnexpected => "the voucher does not match the application",
        FindingKind::VoucherExceeds => "the voucher takes more than the application",
        FindingKind::UnknownSubject => "the report names something that is not registered",
        FindingKind::Repeated => "registered twice",
        FindingKind::CardRebound => "the card was bound to another person",
        FindingKind::Policy(Rule::Band) => "the amount lies outside its band",
        FindingKind::Policy(Rule::Enrolled) => "not enrolled on the effective day",
        FindingKind::Policy(Rule::Exclusive) => "holds an award that excludes this one",
        FindingKind::Policy(Rule::Due) => "paid before the instalment was due",
        FindingKind::Policy(Rule::Sharing) => "the draws do not follow the cost sharing",
        FindingKind::NoTerms => "no loan terms were in force on the day of signing",
        FindingKind::OverTerm => "the loan runs longer than the terms allow",
        FindingKind::ShortGrace => "principal falls due before the grace period of the terms ends",
        FindingKind::BothKinds => "loans of both kinds for one academic year",
        FindingKind::OverCeiling => "more drawn for the academic year than the ceiling allows",
        FindingKind::DrawnOutOfStudy => "paid out while the borrower was not studying",
        FindingKind::AllocationDiffers => "the payment was not allocated in the order of the contract",
        FindingKind::Overpaid => "the borrower paid more than was owed",
        FindingKind::WrittenOffAfterRelief => "written off after it was relieved",
        FindingKind::StatementDiffers => "the lender's statement differs from what stands here",
        FindingKind::RemittanceUnexpected => "the result does not match the payment ordered",
        FindingKind::Shortfall => "losses went beyond the compensation fund",
        FindingKind::OffCycle => "the claim covers more than its cycle",
        FindingKind::TooManyFacts => {
            "as many facts of this thing are on record as are counted; this one does not count"
        }
        FindingKind::BeforeSubject => "told of a day before the contract was signed; it does not count",
        FindingKind::ToldOtherwise => "the ledger holds other content under this number; this does not count",
        FindingKind::ManyVersions => "too many other contents were told under this number; they do not count",
        FindingKind::EditionOutOfOrder => "the edition before was not taken back; this one does not count",
    }
}

const REMEDIES: &[(&str, &str)] = &[
    ("adjust_first", "先提交利息调整，再重试"),
    ("already_accrued", "无须处理；迟到的事实另行调整"),
    ("already_awarded", "无须处理，或作废另一名册"),
    ("already_ordered", "等待其结果"),
    ("already_paid", "无须处理"),
    ("already_rewarded", "无须处理"),
    ("bad_amount", "更正金额"),
    ("bad_shape", "更正所指字段"),
    ("card_not_payees", "将卡绑定到该生，再重试"),
    ("compensation_differs", "按在案事实重新计算"),
    ("edition", "先冲销上一版次，再重试；首次报送为 0 版"),
    ("exceeds_owed", "减少金额，再重试"),
    ("exceeds_surplus", "减少各项金额"),
    ("exclusive", "两者择一"),
    ("exists", "使用已有对象，或另用编号"),
    ("four_eyes", "由另一人作出同样的决定，并注明重报所拒记录"),
    ("hash_mismatch", "查看封存的内容并引用其校验值"),
    ("in_suspense", "先清理暂记，再重试"),
    ("interest_differs", "按在案事实重新计算"),
    ("key_differs", "用在案的身份密钥计算编号"),
    ("key_known", "公布新公钥，或用已公布的公钥签名"),
    ("line_out_of_order", "补交缺行，再重试"),
    ("not_below", "只能在预算单位树内向下级下达"),
    ("not_due", "到发放日再申请"),
    ("not_enrolled", "更正学籍，再重试"),
    ("not_passed_down", "收回由上级下达的指标"),
    ("not_payer", "使用承担方的指标"),
    ("not_reversible", "另行记录正确的内容"),
    ("not_yet", "更正日期，或到日之后再报"),
    ("nothing_to_adjust", "无须处理"),
    ("off_band", "更正金额或档次"),
    ("off_sharing", "按比例使用中央与地方资金"),
    ("overdrawn", "作废、减少，或追加下达后重试"),
    ("penalty_differs", "按在案事实重新计算"),
    ("period_not_later", "关闭更晚的日期"),
    ("period_not_over", "期间结束后再关闭"),
    ("policy_not_newer", "采用下一版本"),
    ("reissue_unnamed", "补发时注明被退回的支付"),
    ("rules_unknown", "请采用本程序认识的下一版本"),
    ("seal_mismatch", "逐行核对，补齐后重试"),
    ("set_ended", "无须处理"),
    ("set_not_open", "另编新的名册或申请"),
    ("set_not_ready", "先完成前一步，再重试"),
    ("stale", "重新计算后再提交"),
    ("subsidy_differs", "按在案事实重新计算"),
    ("surplus_differs", "按在案事实重新计算"),
    ("told_otherwise", "账上原记录有误的，先冲销，再以下一版次报送"),
    ("too_many", "分次提交"),
    ("too_many_facts", "先冲销不属于该贷款的事项，再重试"),
    ("unknown_award", "先批准花名册，再重试"),
    ("unknown_card", "先绑定该卡，再重试"),
    ("unknown_cause", "注明迟到事实的事项号"),
    ("unknown_claim", "先提交申报，再重试"),
    ("unknown_credit", "核对入账事项号"),
    ("unknown_entry", "核对事项号"),
    ("unknown_line", "先下达或分解该指标，再重试"),
    ("unknown_loan", "先报送合同，再重试"),
    ("unknown_org", "先登记机构，再重试"),
    ("unknown_payout", "核对支付编号"),
    ("unknown_person", "先登记人员，再重试"),
    ("unknown_programme", "先采用政策，再重试"),
    ("unknown_rate", "先报送利率，再重试"),
    ("unknown_remittance", "先下拨付指令，再重试"),
    ("unknown_reward", "先奖励结余，再重试"),
    ("unknown_set", "先编制，再重试"),
    ("unknown_terms", "先采用条款，再重试"),
    ("use_not_allowed", "按条款所列用途使用"),
    ("waiver_differs", "按在案事实重新计算"),
    ("written_off", "无须处理"),
    ("wrong_programme", "使用该项目的指标"),
    ("wrong_unit", "使用本单位的指标"),
    ("wrong_year", "使用支付年度的指标"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::outcome::Code;

    #[test]
    fn every_refusal_says_in_chinese_what_to_do() {
        for code in Code::ALL {
            assert!(!remedy_zh(code.name()).is_empty(), "{}", code.name());
        }
        assert_eq!(REMEDIES.len(), Code::ALL.len(), "a remedy for a code nobody has");
    }
}
