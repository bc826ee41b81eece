//! The closed list of columns that offices' files may have: what their cells hold, their Chinese and English names. No file
//! kinds, no rows.

use proto::text;
use proto::text::{Class, TextFault};
use std::borrow::Cow;

/// What the cells of a column hold, and so how they are brought to their one spelling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// A text of a class.
    Text(Class),
    /// A day, an amount, a word of a list: whoever reads it is strict.
    Plain,
    /// The number of a person or card, which is hashed and never shown.
    Secret,
    /// What the ledger has nothing to compare with, and must not keep.
    Dropped,
}

impl Holds {
    /// The cell in its one spelling.
    pub(crate) fn canonical(self, cell: &str) -> Result<Cow<'_, str>, TextFault> {
        match self {
            Self::Text(class) => class.canonical(cell),
            Self::Plain => text::plain(cell).map(Cow::Borrowed),
            Self::Secret => text::secret_number(cell),
            Self::Dropped => Ok(Cow::Borrowed(text::character::trimmed(cell))),
        }
    }
}

const NAME: Holds = Holds::Text(Class::Name);
const NUMBER: Holds = Holds::Text(Class::Number);
const NOTICE: Holds = Holds::Text(Class::Notice);
const WORDS: Holds = Holds::Text(Class::Free);
const PLAIN: Holds = Holds::Plain;
const SECRET: Holds = Holds::Secret;
const DROPPED: Holds = Holds::Dropped;

macro_rules! columns {
    ($($variant:ident $holds:ident $zh:literal $en:literal $(or $other:literal)*;)*) => {
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

            /// What its cells hold.
            #[must_use]
            pub fn holds(self) -> Holds { match self { $(Self::$variant => $holds,)* } }

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
    OrgNumber NUMBER "机构编号" "org_number";
    OrgName NAME "机构名称" "org_name";
    Level PLAIN "级次" "level";
    Role PLAIN "职能" "role";
    Parent NUMBER "上级机构编号" "parent_number";
    Division PLAIN "区划代码" "division";
    Subordination PLAIN "隶属关系" "subordination";
    NewName NAME "新名称" "new_name";
    NewDivision PLAIN "新区划代码" "new_division";
    EffectiveDay PLAIN "生效日期" "effective_day" or "日期" or "date" or "签约日" or "申报日";
    Action PLAIN "动作" "action";
    Document NOTICE "文号" "document";
    ParentDocument NOTICE "上级文号" "parent_document";
    DocumentLine PLAIN "指标行号" "document_line";
    Unit NUMBER "单位编号" "unit_number" or "付款单位" or "编号单位";
    FiscalYear PLAIN "预算年度" "fiscal_year";
    Programme NUMBER "项目代码" "programme" or "项目";
    Source PLAIN "资金来源" "source";
    Item WORDS "支出科目" "item";
    Project WORDS "预算项目" "project";
    Direct PLAIN "直达资金" "direct";
    Amount PLAIN "金额" "amount";
    FromDocument NOTICE "来源文号" "from_document";
    FromLine PLAIN "来源行号" "from_line";
    FromUnit NUMBER "来源单位编号" "from_unit";
    IdNumber SECRET "身份证号" "id_number" or "公民身份号码";
    PersonName DROPPED "姓名" "person_name" or "户名" or "name";
    Origin PLAIN "户籍区划代码" "origin";
    School NUMBER "学校编号" "school_number" or "学校";
    Status PLAIN "学籍状态" "status";
    Card SECRET "卡号" "card_number" or "社会保障卡号";
    CardRelation PLAIN "与持卡人关系" "card_relation";
    OldCard SECRET "原卡号" "old_card";
    NewCard SECRET "新卡号" "new_card";
    MergedPerson SECRET "被合并人员" "merged_person";
    IntoPerson SECRET "合并至人员" "into_person";
    Roster NUMBER "花名册编号" "roster_number";
    AcademicYear PLAIN "学年" "academic_year";
    DueDays PLAIN "发放日" "due_days";
    PreparedDay PLAIN "制表日期" "prepared_day" or "制单日期";
    SetLine PLAIN "序号" "line_number" or "行号";
    Band PLAIN "档次" "band";
    Application NUMBER "申请编号" "application_number";
    Instalment PLAIN "期次" "instalment";
    ClearedAmount PLAIN "清算金额" "cleared_amount";
    ReturnedAmount PLAIN "凭证退回金额" "returned_amount";
    FromInstalment PLAIN "停发起始期次" "from_instalment";
    EndedFor WORDS "停发原因" "ended_for";
    ReissueOf PLAIN "补发原支付" "reissue_of";
    ReissueUnit NUMBER "原支付单位" "reissue_unit";
    ReissueEdition PLAIN "原支付版次" "reissue_edition";
    Draw1 PLAIN "指标1" "draw_1";
    Amount1 PLAIN "金额1" "amount_1";
    Draw2 PLAIN "指标2" "draw_2";
    Amount2 PLAIN "金额2" "amount_2";
    Draw3 PLAIN "指标3" "draw_3";
    Amount3 PLAIN "金额3" "amount_3";
    Draw4 PLAIN "指标4" "draw_4";
    Amount4 PLAIN "金额4" "amount_4";
    Draw5 PLAIN "指标5" "draw_5";
    Amount5 PLAIN "金额5" "amount_5";
    SetKind PLAIN "材料类型" "set_kind";
    SetNumber NUMBER "材料编号" "set_number";
    Stage PLAIN "环节" "stage";
    Principal NAME "经办人" "principal";
    SealedHash PLAIN "校验值" "sealed_hash";
    Voucher NUMBER "凭证号" "voucher_number";
    IssuedDay PLAIN "签发日期" "issued_day";
    ClearedDay PLAIN "清算日期" "cleared_day";
    DrawOn PLAIN "指标" "draw";
    DrawBefore PLAIN "原指标" "draw_before";
    DrawAfter PLAIN "新指标" "draw_after";
    Batch NUMBER "批次号" "batch_number";
    Bank NUMBER "代发银行编号" "bank_number";
    Count PLAIN "笔数" "count";
    BankResult PLAIN "结果" "result";
    Reason PLAIN "退回原因" "reason";
    Serial NUMBER "银行流水号" "serial" or "流水号";
    Edition PLAIN "版次" "edition";
    SetEdition PLAIN "材料版次" "set_edition" or "申请版次";
    RegisteredEdition PLAIN "登记版次" "registration_edition";
    BoundEdition PLAIN "绑卡版次" "card_edition";
    Corrects PLAIN "更正" "correction";
    CorrectedBy NOTICE "更正文号" "correction_document";
    CreditDay PLAIN "入账日期" "credit_day";
    How PLAIN "处理方式" "how";
    SuspenseOf PLAIN "暂记来源" "suspense_of";
    ClearedNumber PLAIN "处理序号" "clearing_number";
    Party NUMBER "对方单位" "party";
    OffsetWith PLAIN "对冲事件" "offset_with";
    DebtStep PLAIN "追退业务" "debt_step";
    ItemSerial NUMBER "原流水号" "item_serial";
    ClearedEdition PLAIN "处理版次" "clearing_edition";
    Order NOTICE "追回文号" "recovery_document";
    OrderEdition PLAIN "追回版次" "recovery_edition";
    Why WORDS "原因" "why";
    Remark DROPPED "备注" "remark";
    RateIndex PLAIN "利率指标" "rate_index";
    Rate PLAIN "年利率" "rate";
    WaiverYear PLAIN "免息年度" "waiver_year";
    GraduatedThrough PLAIN "毕业截止年" "graduated_through";
    WaiverFor PLAIN "免息对象" "who";
    CoversArrears PLAIN "含逾期" "covers_arrears";
    Lender NUMBER "贷款机构" "lender";
    LoanNumber NUMBER "合同编号" "loan_number";
    LoanKind PLAIN "贷款种类" "loan_kind";
    StudyLevel PLAIN "学历层次" "study_level";
    DayBasis PLAIN "计息基准" "day_basis";
    Graduates PLAIN "预计毕业日" "graduates";
    RepayFrom PLAIN "首次还本日" "repay_from";
    Matures PLAIN "到期日" "matures";
    ContractHash PLAIN "合同校验值" "contract_hash";
    Movement PLAIN "业务" "movement";
    PrincipalPart PLAIN "本金" "principal_part";
    InterestPart PLAIN "利息" "interest_part";
    PenaltyPart PLAIN "罚息" "penalty_part";
    Spread PLAIN "利差" "spread_bp";
    Reward NUMBER "奖励编号" "reward";
    Grounds NUMBER "事由" "grounds";
    Claim NUMBER "申报编号" "claim";
    Supplementary PLAIN "补报" "supplementary";
    ClaimFor PLAIN "申报内容" "claim_for";
    FromDay PLAIN "起始日" "from_day";
    ThroughDay PLAIN "截止日" "through_day";
    Days PLAIN "天数" "days";
    Remittance NUMBER "拨付编号" "remittance";
    Purpose NUMBER "用途" "purpose";
    LenderYear PLAIN "所属年度" "lender_year";
    Payer PLAIN "承担方" "payer";
    Held PLAIN "余额" "held";
    Surplus PLAIN "结余" "surplus";
    Centre NUMBER "受奖单位" "centre";
    Book PLAIN "账簿" "book";
    EventId PLAIN "事件编号" "event";
    WithdrawnFor PLAIN "更正理由" "withdrawn_for";
    Holder NUMBER "主体" "holder";
    Human SECRET "本人" "human";
    Grant NUMBER "岗位编号" "grant";
    RoleCode NUMBER "角色" "role_code";
    CredentialWay PLAIN "凭据方式" "way";
    Fingerprint PLAIN "指纹" "fingerprint";
    Ends PLAIN "终止事项" "ends";
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
