//! What a finding is about: the closed list, with the names and sentences of each. Rows of findings are in `state`.

use crate::event::policy::Rule;
use serde::{Deserialize, Serialize};

macro_rules! findings {
    (
        first { $($first:ident $first_name:literal $first_zh:literal $first_en:literal;)* }
        rules
        then { $($then:ident $then_name:literal $then_zh:literal $then_en:literal;)* }
        latest { $($latest:ident $latest_name:literal $latest_zh:literal $latest_en:literal;)* }
    ) => {
        /// What a finding is about.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[allow(missing_docs)] // The sentence of each is in its row of the table.
        pub enum FindingKind { $($first,)* Policy(Rule), $($then,)* $($latest,)* }

        impl FindingKind {
            /// All kinds, those of policies by rule, in the order in which they came to be: what is new comes last.
            #[must_use]
            pub fn all() -> Vec<Self> {
                let plain = [$(Self::$first,)* $(Self::$then,)*];
                plain.into_iter().chain(Rule::ALL.map(Self::Policy)).chain([$(Self::$latest,)*]).collect()
            }

            /// The stable name, and the sentence in Chinese and in English.
            fn words(self) -> (&'static str, &'static str, &'static str) {
                match self {
                    $(Self::$first => ($first_name, $first_zh, $first_en),)*
                    Self::Policy(rule) => of_rule(rule),
                    $(Self::$then => ($then_name, $then_zh, $then_en),)*
                    $(Self::$latest => ($latest_name, $latest_zh, $latest_en),)*
                }
            }
        }
    };
}

// A new kind goes to the end of the last list: pages keep a kind by its place.
findings! {
    first {
        DoubleCredit "double_credit" "重复入账" "credited twice";
        LateCredit "late_credit" "退回之后又入账" "credited after it had come back";
        EarlyCredit "early_credit" "未发送先入账" "credited before it was sent";
        AmountDiffers "amount_differs" "入账金额与应付不符" "the amount credited is not the amount owed";
        UnknownCredit "unknown_credit" "入账对应的支付不存在" "a credit of a payment that does not exist";
        UnexpectedReturn "unexpected_return" "无对应在途款的退回" "came back while nothing was in transit";
        UnexpectedUnknown "unexpected_unknown" "结果未知，但并无在途款" "result unknown while nothing was in transit";
        VoucherUnexpected "voucher_unexpected" "凭证与申请不符" "the voucher does not match the application";
        VoucherExceeds "voucher_exceeds" "凭证金额超出申请" "the voucher takes more than the application";
        UnknownSubject "unknown_subject" "所报对象尚未登记" "the report names something that is not registered";
        Repeated "repeated" "重复登记" "registered twice";
        CardShared "card_shared" "一卡多人使用" "the card is used by several persons";
    }
    rules
    then {
        NoTerms "no_terms" "签约日没有有效的贷款条款" "no loan terms were in force on the day of signing";
        OverTerm "over_term" "贷款期限超过上限" "the loan runs longer than the terms allow";
        ShortGrace "short_grace" "还本宽限期短于规定" "principal falls due before the grace period of the terms ends";
        BothKinds "both_kinds" "同一学年两类助学贷款" "loans of both kinds for one academic year";
        OverCeiling "over_ceiling" "超过学年贷款上限" "more drawn for the academic year than the ceiling allows";
        DrawnOutOfStudy "drawn_out_of_study" "非在读期间放款" "paid out while the borrower was not studying";
        AllocationDiffers "allocation_differs" "还款冲抵顺序不符" "the payment was not allocated in the order of the contract";
        Overpaid "overpaid" "借款人多付" "the borrower paid more than was owed";
        WrittenOffAfterRelief "written_off_after_relief" "救助之后又核销" "written off after it was relieved";
        StatementDiffers "statement_differs" "银行对账单与账上不符" "the lender's statement differs from what stands here";
        RemittanceUnexpected "remittance_unexpected" "拨付结果与指令不符" "the result does not match the payment ordered";
        Shortfall "shortfall" "补偿金不足，按规定承担" "losses went beyond the compensation fund";
        OffCycle "off_cycle" "申报期长于规定周期" "the claim covers more than its cycle";
        TooManyFacts "too_many_facts" "事项过多，该项不计" "as many facts of this thing are on record as count; this one does not";
        BeforeSubject "before_subject" "早于签约日，不计入" "told of a day before the contract was signed; it does not count";
        RateJump "rate_jump" "利率与前后公布的相差过大" "the rate lies far from those published before or after it";
        ParentCycle "parent_cycle" "上级单位成环或层级过深，未记上级" "put under a unit that is below it, or too deep; its place above stays empty";
        ToldOtherwise "told_otherwise" "同号异文，不计入" "the ledger holds other content under this number; this does not count";
        ManyVersions "many_versions" "同号异文过多，不计入" "too many other contents were told under this number; they do not count";
        EditionOutOfOrder "edition_out_of_order" "上一版次未撤销，不计入" "the edition before was not taken back; this one does not count";
        AwardedTwice "awarded_twice" "同一人同一学年重复列入同一项目" "one person was awarded the same programme twice for one academic year";
        MergeCycle "merge_cycle" "两编号已是同一人，未再合并" "both ids are one person already; they were not merged again";
        OverPrincipal "over_principal" "核销超过未还本金，超出部分不计" "more is written off than principal is open; what is beyond counts for nothing";
        OverLoss "over_loss" "追回超过损失，超出部分不计" "more is recovered than is lost; what is beyond counts for nothing";
        FundShort "fund_short" "补偿金余额曾不足支付，有收款被撤销或支付早于收款" "the fund held less than was decided about: a receipt was taken back or came later";
        LineShort "line_short" "指标已用的超过其所有（指标、追加或退回已撤销），待追减" "more of the line is used than it has now; it is to be reduced or made good";
        PaidTwice "paid_twice" "同一期资助发放了两次" "one instalment was paid twice";
        VoucherShort "voucher_short" "已发送的批次国库未足额拨款，有清算被撤销" "the treasury did not pay the whole of a batch sent: a clearing was taken back";
        OverSurrendered "over_surrendered" "上缴超过应缴" "more was paid over to finance than is due";
        Overclaimed "overclaimed" "确认的利息超过账上，待退还或抵扣" "more was confirmed for a claim line than its days bear";
        RemittedShort "remitted_short" "付给贷款机构的款项已用而退回，待补足" "what was paid to the lender came back or was taken back after it was used";
        OverRemitted "over_remitted" "申报付款超过应付，有退回被撤销" "more of the claim was paid than is owed: a return was taken back";
        PaidAfterLeaving "paid_after_leaving" "应发之日已不在籍，款已发放" "paid for a day on which the person was no student";
        OverRecovered "over_recovered" "追回到账超过应追回，或应追回尚未报来" "more came in than is to be recovered, or nobody decided yet that it is";
        OverRefunded "over_refunded" "退还支付超过应退还，或应退还尚未报来" "more was paid back than is owed, or nobody decided yet that it is";
        OverReturned "over_returned" "贷款机构退回超过多报，或多报尚未查明" "the lender gave back more of a claim line than it was granted too much";
        BeforeOpening "before_opening" "建账前已申报的天数，账上的利息或贷款机构不同" "days claimed before this ledger bear another amount now, or have another lender";
        PolicyWithdrawn "policy_withdrawn" "据以审定的政策版本已撤销" "rosters or applications were judged by a policy that was taken back";
        OverCompensated "over_compensated" "补偿金到账超过应付，或应付尚未计提" "more compensation came in than is owed, or what is owed is not yet accrued";
        OverRewarded "over_rewarded" "奖励超过按现有账目可奖励的结余" "more was rewarded than the surplus is as the stock is known now";
    }
    latest {
        DueOutsideYear "due_outside_year" "应发日不在所写学年之内，学年写错的作废后以下一版次重报" "a due day of the roster lies outside the academic year it names";
        ClearedInVain "cleared_in_vain" "暂记清理所依据的事项已变，先撤销该清理，再按现状处理" "cleared out of suspense on what is so no more: take that decision back first";
        CorrectedShort "corrected_short" "支付更正未全额生效，先撤销，再按现状重报：原、新指标与文号都不变的以下一版次，有一项变的版次留空" "the line has less to correct than it says: take it back and say what is there, as its next edition if only the amount differs";
        KeyUnfollowed "key_unfollowed" "公布的公钥无人可循，或与此前公布的相抵触" "nobody can follow the key announced, or it contradicts earlier ones";
        DecidedEarly "decided_early" "决定的日期早于所决定的事项，日期有误的撤销后以下一版次重报" "decided on a day before that of the thing decided about";
        LineWithdrawn "line_withdrawn" "指标已撤销，其上的追加、追减或收回仍在" "the line was taken back, and what was added to it or recalled from it stands yet";
        RecoveryUnfounded "recovery_unfounded" "追回所依据的离校已不成立" "recovered because the payee had left, which is so no more";
        OffContract "off_contract" "延期、利差、逾期或还款与合同、条款或未还本金不符"
            "a deferral, spread, arrears or repayment that the contract, its terms or what is owed cannot have";
        AfterDeath "after_death" "死亡之后又报学籍，不计入，两者中有误的撤销"
            "a standing of a day after the student's death: it does not count until that is taken back";
        ToldEarly "told_early" "所报的日期早于所据的指令、凭证或决定，日期有误的撤销后以下一版次重报"
            "told of a day before the order, the voucher or the decision it is about";
    }
}

impl FindingKind {
    /// The kind that goes by a name: its stable name, one of its sentences, or what the Chinese one begins with.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let begins = |zh: &'static str| zh.split('，').next() == Some(name);
        let goes_by = |(stable, zh, en): (&str, &'static str, &str)| [stable, zh, en].contains(&name) || begins(zh);
        Self::all().into_iter().find(|kind| goes_by(kind.words()))
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

    /// English sentence.
    #[must_use]
    pub fn sentence_en(self) -> &'static str {
        self.words().2
    }
}

/// Of what breaks a rule of its policy.
fn of_rule(rule: Rule) -> (&'static str, &'static str, &'static str) {
    match rule {
        Rule::Band => ("off_band", "金额不在档次标准之内", "the amount lies outside its band"),
        Rule::Enrolled => ("not_enrolled", "生效日不在籍", "not enrolled on the effective day"),
        Rule::Exclusive => ("exclusive", "违规重复享受", "holds an award that excludes this one"),
        Rule::Due => ("not_due", "未到发放日", "paid before the instalment was due"),
        Rule::Sharing => ("off_sharing", "与分担比例不符", "the draws do not follow the cost sharing"),
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
            BTreeSet::from([kind.name(), zh, first, kind.sentence_en()]).into_iter().map(move |name| (name, kind))
        });
        for (name, kind) in names {
            assert_eq!(FindingKind::named(name), Some(kind), "{name} names two kinds");
        }
        assert_eq!(FindingKind::named(""), None);
    }
}
