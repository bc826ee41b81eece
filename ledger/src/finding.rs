//! What a finding is about: the closed list. Rows of findings are in `state`.
#![allow(missing_docs)] // The sentence of each is below.

use crate::event::policy::Rule;
use serde::{Deserialize, Serialize};

/// What a finding is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum FindingKind {
    DoubleCredit,
    LateCredit,
    EarlyCredit,
    AmountDiffers,
    UnknownCredit,
    UnexpectedReturn,
    UnexpectedUnknown,
    VoucherUnexpected,
    VoucherExceeds,
    UnknownSubject,
    Repeated,
    CardShared,
    Policy(Rule),
    NoTerms,
    OverTerm,
    ShortGrace,
    BothKinds,
    OverCeiling,
    DrawnOutOfStudy,
    AllocationDiffers,
    Overpaid,
    WrittenOffAfterRelief,
    StatementDiffers,
    RemittanceUnexpected,
    Shortfall,
    OffCycle,
    TooManyFacts,
    BeforeSubject,
    RateJump,
    ParentCycle,
    ToldOtherwise,
    ManyVersions,
    EditionOutOfOrder,
    AwardedTwice,
    MergeCycle,
    OverPrincipal,
    OverLoss,
    FundShort,
    LineShort,
    PaidTwice,
    VoucherShort,
    OverSurrendered,
    Overclaimed,
    RemittedShort,
    OverRemitted,
    PaidAfterLeaving,
    OverRecovered,
    OverRefunded,
    OverReturned,
    BeforeOpening,
    PolicyWithdrawn,
    OverCompensated,
    OverRewarded,
    DueOutsideYear,
    ClearedInVain,
    CorrectedShort,
    KeyUnfollowed,
    DecidedEarly,
    LineWithdrawn,
    RecoveryUnfounded,
    OffContract,
}

/// Those that came to be after the rules of policies had their own.
const LATEST: [FindingKind; 8] = [
    FindingKind::DueOutsideYear,
    FindingKind::ClearedInVain,
    FindingKind::CorrectedShort,
    FindingKind::KeyUnfollowed,
    FindingKind::DecidedEarly,
    FindingKind::LineWithdrawn,
    FindingKind::RecoveryUnfounded,
    FindingKind::OffContract,
];

impl FindingKind {
    /// All kinds, those of policies by rule.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let plain = [
            Self::DoubleCredit,
            Self::LateCredit,
            Self::EarlyCredit,
            Self::AmountDiffers,
            Self::UnknownCredit,
            Self::UnexpectedReturn,
            Self::UnexpectedUnknown,
            Self::VoucherUnexpected,
            Self::VoucherExceeds,
            Self::UnknownSubject,
            Self::Repeated,
            Self::CardShared,
            Self::NoTerms,
            Self::OverTerm,
            Self::ShortGrace,
            Self::BothKinds,
            Self::OverCeiling,
            Self::DrawnOutOfStudy,
            Self::AllocationDiffers,
            Self::Overpaid,
            Self::WrittenOffAfterRelief,
            Self::StatementDiffers,
            Self::RemittanceUnexpected,
            Self::Shortfall,
            Self::OffCycle,
            Self::TooManyFacts,
            Self::BeforeSubject,
            Self::RateJump,
            Self::ParentCycle,
            Self::ToldOtherwise,
            Self::ManyVersions,
            Self::EditionOutOfOrder,
            Self::AwardedTwice,
            Self::MergeCycle,
            Self::OverPrincipal,
            Self::OverLoss,
            Self::FundShort,
            Self::LineShort,
            Self::PaidTwice,
            Self::VoucherShort,
            Self::OverSurrendered,
            Self::Overclaimed,
            Self::RemittedShort,
            Self::OverRemitted,
            Self::PaidAfterLeaving,
            Self::OverRecovered,
            Self::OverRefunded,
            Self::OverReturned,
            Self::BeforeOpening,
            Self::PolicyWithdrawn,
            Self::OverCompensated,
            Self::OverRewarded,
        ];
        // In the order in which they came to be: what is new comes last.
        plain.into_iter().chain(Rule::ALL.map(Self::Policy)).chain(LATEST).collect()
    }

    /// The kind that goes by a name: its stable name, its Chinese sentence, or what that begins with.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let zh = |kind: &Self| kind.sentence_zh();
        let goes_by =
            |kind: &Self| kind.name() == name || zh(kind) == name || zh(kind).split('，').next() == Some(name);
        Self::all().into_iter().find(goes_by)
    }

    /// Whether its money is a credit that reached a card without authority.
    #[must_use]
    pub fn is_credit(self) -> bool {
        matches!(
            self,
            Self::DoubleCredit | Self::LateCredit | Self::EarlyCredit | Self::AmountDiffers | Self::UnknownCredit
        )
    }

    /// Whether it is about an entry of its own, which never counted or not as a whole: taking that back closes it.
    #[must_use]
    pub fn is_of_its_entry(self) -> bool {
        matches!(
            self,
            Self::AmountDiffers
                | Self::TooManyFacts
                | Self::Repeated
                | Self::ParentCycle
                | Self::MergeCycle
                | Self::ToldOtherwise
        )
    }

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// Chinese sentence.
    #[must_use]
    pub fn sentence_zh(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::DoubleCredit => ("double_credit", "重复入账"),
            Self::LateCredit => ("late_credit", "退回之后又入账"),
            Self::EarlyCredit => ("early_credit", "未发送先入账"),
            Self::AmountDiffers => ("amount_differs", "入账金额与应付不符"),
            Self::UnknownCredit => ("unknown_credit", "入账对应的支付不存在"),
            Self::UnexpectedReturn => ("unexpected_return", "无对应在途款的退回"),
            Self::UnexpectedUnknown => ("unexpected_unknown", "结果未知，但并无在途款"),
            Self::VoucherUnexpected => ("voucher_unexpected", "凭证与申请不符"),
            Self::VoucherExceeds => ("voucher_exceeds", "凭证金额超出申请"),
            Self::UnknownSubject => ("unknown_subject", "所报对象尚未登记"),
            Self::Repeated => ("repeated", "重复登记"),
            Self::CardShared => ("card_shared", "一卡多人使用"),
            Self::Policy(rule) => of_rule(rule),
            Self::FundShort | Self::LineShort | Self::VoucherShort | Self::RemittedShort => of_shortness(self),
            Self::NoTerms => ("no_terms", "签约日没有有效的贷款条款"),
            Self::OverTerm => ("over_term", "贷款期限超过上限"),
            Self::ShortGrace => ("short_grace", "还本宽限期短于规定"),
            Self::BothKinds => ("both_kinds", "同一学年两类助学贷款"),
            Self::OverCeiling => ("over_ceiling", "超过学年贷款上限"),
            Self::DrawnOutOfStudy => ("drawn_out_of_study", "非在读期间放款"),
            Self::AllocationDiffers => ("allocation_differs", "还款冲抵顺序不符"),
            Self::Overpaid => ("overpaid", "借款人多付"),
            Self::WrittenOffAfterRelief => ("written_off_after_relief", "救助之后又核销"),
            Self::StatementDiffers => ("statement_differs", "银行对账单与账上不符"),
            Self::RemittanceUnexpected => ("remittance_unexpected", "拨付结果与指令不符"),
            Self::Shortfall => ("shortfall", "补偿金不足，按规定承担"),
            Self::OffCycle => ("off_cycle", "申报期长于规定周期"),
            Self::TooManyFacts => ("too_many_facts", "事项过多，该项不计"),
            Self::BeforeSubject => ("before_subject", "早于签约日，不计入"),
            Self::RateJump => ("rate_jump", "利率与前后公布的相差过大"),
            Self::ParentCycle => ("parent_cycle", "上级单位成环或层级过深，未记上级"),
            Self::ToldOtherwise => ("told_otherwise", "同号异文，不计入"),
            Self::ManyVersions => ("many_versions", "同号异文过多，不计入"),
            Self::EditionOutOfOrder => ("edition_out_of_order", "上一版次未撤销，不计入"),
            Self::AwardedTwice => ("awarded_twice", "同一人同一学年重复列入同一项目"),
            Self::MergeCycle => ("merge_cycle", "两编号已是同一人，未再合并"),
            Self::OverPrincipal => ("over_principal", "核销超过未还本金，超出部分不计"),
            Self::OverLoss => ("over_loss", "追回超过损失，超出部分不计"),
            Self::PaidTwice => ("paid_twice", "同一期资助发放了两次"),
            Self::OverSurrendered => ("over_surrendered", "上缴超过应缴"),
            Self::Overclaimed => ("overclaimed", "确认的利息超过账上，待退还或抵扣"),
            Self::BeforeOpening => ("before_opening", "建账前已申报的天数，账上的利息或贷款机构不同"),
            Self::PolicyWithdrawn => ("policy_withdrawn", "据以审定的政策版本已撤销"),
            Self::OverCompensated => ("over_compensated", "补偿金到账超过应付，或应付尚未计提"),
            Self::OverRewarded => ("over_rewarded", "奖励超过按现有账目可奖励的结余"),
            Self::DueOutsideYear => ("due_outside_year", "应发日不在所写学年之内，学年写错的作废后以下一版次重报"),
            Self::ClearedInVain | Self::CorrectedShort | Self::DecidedEarly => of_decision(self),
            Self::LineWithdrawn => ("line_withdrawn", "指标已撤销，其上的追加、追减或收回仍在"),
            Self::RecoveryUnfounded => ("recovery_unfounded", "追回所依据的离校已不成立"),
            Self::OffContract => ("off_contract", "延期、利差、逾期或还款与合同、条款或未还本金不符"),
            Self::KeyUnfollowed => ("key_unfollowed", "公布的公钥无人可循，或与此前公布的相抵触"),
            Self::OverRemitted => ("over_remitted", "申报付款超过应付，有退回被撤销"),
            Self::PaidAfterLeaving => ("paid_after_leaving", "应发之日已不在籍，款已发放"),
            Self::OverRecovered => ("over_recovered", "追回到账超过应追回，或应追回尚未报来"),
            Self::OverRefunded => ("over_refunded", "退还支付超过应退还，或应退还尚未报来"),
            Self::OverReturned => ("over_returned", "贷款机构退回超过多报，或多报尚未查明"),
        }
    }
}

/// Of money that was used and is there no more.
fn of_shortness(kind: FindingKind) -> (&'static str, &'static str) {
    match kind {
        FindingKind::FundShort => ("fund_short", "补偿金余额曾不足支付，有收款被撤销或支付早于收款"),
        FindingKind::LineShort => ("line_short", "指标已用的超过其所有（指标、追加或退回已撤销），待追减"),
        FindingKind::VoucherShort => ("voucher_short", "已发送的批次国库未足额拨款，有清算被撤销"),
        _ => ("remitted_short", "付给贷款机构的款项已用而退回，待补足"),
    }
}

/// Of a decision that does not stand as it was made.
fn of_decision(kind: FindingKind) -> (&'static str, &'static str) {
    match kind {
        FindingKind::ClearedInVain => ("cleared_in_vain", "暂记清理所依据的事项已变，先撤销该清理，再按现状处理"),
        FindingKind::CorrectedShort => (
            "corrected_short",
            "支付更正未全额生效，先撤销，再按现状重报：原、新指标与文号都不变的以下一版次，有一项变的版次留空",
        ),
        _ => ("decided_early", "决定的日期早于所决定的事项，日期有误的撤销后以下一版次重报"),
    }
}

/// Of what breaks a rule of its policy.
fn of_rule(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::Band => ("off_band", "金额不在档次标准之内"),
        Rule::Enrolled => ("not_enrolled", "生效日不在籍"),
        Rule::Exclusive => ("exclusive", "违规重复享受"),
        Rule::Due => ("not_due", "未到发放日"),
        Rule::Sharing => ("off_sharing", "与分担比例不符"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_goes_by_its_names_and_by_no_others() {
        let names = FindingKind::all().into_iter().flat_map(|kind| {
            let zh = kind.sentence_zh();
            let first = zh.split('，').next().unwrap_or(zh);
            BTreeSet::from([kind.name(), zh, first]).into_iter().map(move |name| (name, kind))
        });
        for (name, kind) in names {
            assert_eq!(FindingKind::named(name), Some(kind), "{name} names two kinds");
        }
        assert_eq!(FindingKind::named(""), None);
    }
}
