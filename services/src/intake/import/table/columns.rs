//! The closed list of columns that offices' files may have, by Chinese and English name. No file kinds, no values.

macro_rules! columns {
    ($($variant:ident $zh:literal $en:literal $(or $other:literal)*;)*) => {
        /// A column, whatever its file calls it.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[allow(missing_docs)] // Both names stand beside it in the table.
        pub enum Col { $($variant,)* }

        impl Col {
            /// All columns.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its Chinese header.
            #[must_use]
            pub fn zh(self) -> &'static str { match self { $(Self::$variant => $zh,)* } }

            /// Its English header.
            #[must_use]
            pub fn en(self) -> &'static str { match self { $(Self::$variant => $en,)* } }

            /// The column a header names, its other spellings included.
            #[must_use]
            pub fn named(header: &str) -> Option<Self> {
                match header {
                    $($zh | $en $(| $other)* => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

columns! {
    OrgNumber "机构编号" "org_number";
    OrgName "机构名称" "org_name";
    Level "级次" "level";
    Role "职能" "role";
    Parent "上级机构编号" "parent_number";
    Division "区划代码" "division";
    Subordination "隶属关系" "subordination";
    NewName "新名称" "new_name";
    NewDivision "新区划代码" "new_division";
    EffectiveDay "生效日期" "effective_day" or "日期" or "date" or "签约日" or "申报日";
    Action "动作" "action";
    Document "文号" "document";
    ParentDocument "上级文号" "parent_document";
    DocumentLine "指标行号" "document_line";
    Unit "单位编号" "unit_number" or "付款单位";
    FiscalYear "预算年度" "fiscal_year";
    Programme "项目代码" "programme" or "项目";
    Source "资金来源" "source";
    Item "支出科目" "item";
    Project "预算项目" "project";
    Direct "直达资金" "direct";
    Amount "金额" "amount";
    FromDocument "来源文号" "from_document";
    FromLine "来源行号" "from_line";
    FromUnit "来源单位编号" "from_unit";
    IdNumber "身份证号" "id_number" or "公民身份号码";
    PersonName "姓名" "person_name" or "户名" or "name";
    Origin "户籍区划代码" "origin";
    School "学校编号" "school_number" or "学校";
    Status "学籍状态" "status";
    Card "卡号" "card_number" or "社会保障卡号";
    OldCard "原卡号" "old_card";
    NewCard "新卡号" "new_card";
    Roster "花名册编号" "roster_number";
    AcademicYear "学年" "academic_year";
    DueDays "发放日" "due_days";
    PreparedDay "制表日期" "prepared_day" or "制单日期";
    SetLine "序号" "line_number" or "行号";
    Band "档次" "band";
    Application "申请编号" "application_number";
    Instalment "期次" "instalment";
    ReissueOf "补发原支付" "reissue_of";
    Draw1 "指标1" "draw_1";
    Amount1 "金额1" "amount_1";
    Draw2 "指标2" "draw_2";
    Amount2 "金额2" "amount_2";
    Draw3 "指标3" "draw_3";
    Amount3 "金额3" "amount_3";
    Draw4 "指标4" "draw_4";
    Amount4 "金额4" "amount_4";
    Draw5 "指标5" "draw_5";
    Amount5 "金额5" "amount_5";
    SetKind "材料类型" "set_kind";
    SetNumber "材料编号" "set_number";
    Stage "环节" "stage";
    Principal "经办人" "principal";
    SealedHash "校验值" "sealed_hash";
    Voucher "凭证号" "voucher_number";
    IssuedDay "签发日期" "issued_day";
    ClearedDay "清算日期" "cleared_day";
    DrawOn "指标" "draw";
    Batch "批次号" "batch_number";
    Bank "代发银行编号" "bank_number";
    Count "笔数" "count";
    BankResult "结果" "result";
    Reason "退回原因" "reason";
    Serial "银行流水号" "serial" or "流水号";
    CreditDay "入账日期" "credit_day";
    How "处理方式" "how";
    Remark "备注" "remark";
    RateIndex "利率指标" "rate_index";
    Rate "年利率" "rate";
    WaiverYear "免息年度" "waiver_year";
    GraduatedThrough "毕业截止年" "graduated_through";
    Lender "贷款机构" "lender";
    LoanNumber "合同编号" "loan_number";
    LoanKind "贷款种类" "loan_kind";
    StudyLevel "学历层次" "study_level";
    DayBasis "计息基准" "day_basis";
    Graduates "预计毕业日" "graduates";
    RepayFrom "首次还本日" "repay_from";
    Matures "到期日" "matures";
    ContractHash "合同校验值" "contract_hash";
    Movement "业务" "movement";
    PrincipalPart "本金" "principal_part";
    InterestPart "利息" "interest_part";
    PenaltyPart "罚息" "penalty_part";
    Spread "利差" "spread_bp";
    Reward "奖励编号" "reward";
    Grounds "事由" "grounds";
    Claim "申报编号" "claim";
    ClaimFor "申报内容" "claim_for";
    FromDay "起始日" "from_day";
    ThroughDay "截止日" "through_day";
    Days "天数" "days";
    Remittance "拨付编号" "remittance";
    Purpose "用途" "purpose";
    LenderYear "所属年度" "lender_year";
    Payer "承担方" "payer";
    Held "余额" "held";
    Surplus "结余" "surplus";
    Centre "受奖单位" "centre";
    Book "账簿" "book";
    EventId "事件编号" "event";
    Subject "冲销对象" "subject";
}

impl Col {
    /// The five pairs of columns that name draws.
    pub const DRAWS: [(Self, Self); 5] = [
        (Self::Draw1, Self::Amount1),
        (Self::Draw2, Self::Amount2),
        (Self::Draw3, Self::Amount3),
        (Self::Draw4, Self::Amount4),
        (Self::Draw5, Self::Amount5),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_names_its_own_column() {
        for col in Col::ALL {
            assert_eq!(Col::named(col.zh()), Some(*col));
            assert_eq!(Col::named(col.en()), Some(*col));
        }
        assert_eq!(Col::named("电话"), None);
    }
}
