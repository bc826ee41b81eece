//! The closed list of kinds of file, each with its names and columns. How a header is told from them: `layout`.

use super::columns::Col;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $zh:literal $en:literal needs $($need:ident)*, has $($has:ident)*, drops $($drop:ident)*;)*) => {
        /// The kinds of file offices deliver.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum FileKind { $($(#[$doc])* $variant,)* }

        impl FileKind {
            /// All kinds, the more particular header first.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name for people.
            #[must_use]
            pub fn zh(self) -> &'static str { match self { $(Self::$variant => $zh,)* } }

            /// Its name for machines.
            #[must_use]
            pub fn en(self) -> &'static str { match self { $(Self::$variant => $en,)* } }

            /// The columns without which a file is not of this kind.
            #[must_use]
            pub fn required(self) -> &'static [Col] {
                match self { $(Self::$variant => &[$(Col::$need,)*],)* }
            }

            /// The columns it may have besides.
            #[must_use]
            pub fn optional(self) -> &'static [Col] {
                match self { $(Self::$variant => &[$(Col::$has,)*],)* }
            }

            /// The columns that stand there for people and are read over: names and remarks. Any other cell that says
            /// something is read, or its row is refused.
            #[must_use]
            pub fn dropped(self) -> &'static [Col] {
                match self { $(Self::$variant => &[$(Col::$drop,)*],)* }
            }
        }
    };
}

kinds! {
    /// 机构更名: organisations renamed.
    Renames "机构更名" "renames"
        needs OrgNumber NewName NewDivision EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops PersonName Remark;
    /// 机构: organisations registered.
    Orgs "机构" "organisations"
        needs OrgNumber OrgName Level Role Parent Division EffectiveDay,
        has Subordination Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 指标文件: document lines issued, passed down, recalled.
    Budget "指标文件" "budget"
        needs Action Document Amount EffectiveDay,
        has ParentDocument DocumentLine Unit FiscalYear Programme Source Item Project Direct FromDocument FromLine FromUnit
            Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 暂记清理: suspense cleared.
    Suspense "暂记清理" "suspense"
        needs Amount How EffectiveDay,
        has Unit Application SetLine Serial CreditDay SetEdition SuspenseOf Voucher Remittance Lender LoanNumber ClaimFor EventId
            ClearedNumber Party OffsetWith
            DrawOn Draw1 Amount1 Draw2 Amount2 Draw3 Amount3 Draw4 Amount4 Draw5 Amount5 Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 银行回单: what the bank says of payments.
    Results "银行回单" "results"
        needs Application SetLine BankResult Serial EffectiveDay,
        has Unit SetEdition Amount Reason PersonName Card Batch Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 审核意见: reviews, approvals, cancellations of sets; of claims also what is taken back before.
    Decisions "审核意见" "decisions"
        needs SetKind SetNumber Stage EffectiveDay,
        has Unit SetEdition SetLine Principal SealedHash Amount Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 支付凭证: vouchers issued and cleared.
    Vouchers "支付凭证" "vouchers"
        needs Voucher Application Unit IssuedDay DrawOn Amount,
        has SetEdition ClearedDay Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 代发批次: batches sent.
    Batches "代发批次" "batches"
        needs Batch Application Bank Count Amount EffectiveDay,
        has Unit SetEdition SealedHash Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 花名册: rosters.
    Rosters "花名册" "rosters"
        needs Roster School Programme AcademicYear DueDays PreparedDay SetLine IdNumber Band Amount,
        has Edition,
        drops PersonName Remark;
    /// 支付申请: payment applications.
    Applications "支付申请" "applications"
        needs Application Unit FiscalYear PreparedDay SetLine Programme AcademicYear School IdNumber Instalment Card
            Draw1 Amount1,
        has Edition ReissueOf ReissueUnit ReissueEdition Draw2 Amount2 Draw3 Amount3 Draw4 Amount4 Draw5 Amount5,
        drops PersonName Remark;
    /// 换卡: cards replaced.
    Cards "换卡" "cards"
        needs IdNumber OldCard NewCard EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops PersonName Remark;
    /// 合并人员: two ids of one human.
    MergedPersons "合并人员" "merged_persons"
        needs MergedPerson IntoPerson Document EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops PersonName Remark;
    /// 学籍: persons, their status, their cards.
    Students "学籍" "students"
        needs IdNumber School Status EffectiveDay,
        has Origin Card CardRelation Edition RegisteredEdition BoundEdition Corrects WithdrawnFor CorrectedBy,
        drops PersonName Remark;
    /// 利率公布: rates published.
    Rates "利率公布" "rates"
        needs RateIndex Rate EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 免息通知: interest waived.
    Waivers "免息通知" "waivers"
        needs WaiverYear GraduatedThrough Document EffectiveDay,
        has WaiverFor CoversArrears Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 贷款合同: loans signed.
    Contracts "贷款合同" "contracts"
        needs Lender LoanNumber IdNumber School LoanKind StudyLevel AcademicYear DayBasis Graduates RepayFrom Matures
            ContractHash EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops PersonName Remark;
    /// 贷款申报: lenders' claims 贴息申报.
    Claims "贴息申报" "claims"
        needs Claim Lender LoanKind ClaimFor FromDay ThroughDay Unit SetLine LoanNumber PrincipalPart Rate Days Amount
            EffectiveDay,
        has Edition Supplementary,
        drops PersonName Remark;
    /// 贷款流水: what happened to loans.
    Movements "贷款流水" "movements"
        needs Lender LoanNumber Movement EffectiveDay,
        has Amount PrincipalPart InterestPart PenaltyPart Serial Programme Matures Spread Reward Centre Grounds ClaimFor Unit Claim SetLine SetEdition
            RepayFrom School Document LoanKind ThroughDay Edition Corrects WithdrawnFor CorrectedBy,
        drops PersonName Remark;
    /// 贷款拨付: payments to lenders ordered.
    Remittances "贷款拨付" "remittances"
        needs Remittance Unit FiscalYear Purpose Lender LoanKind Draw1 Amount1 EffectiveDay,
        has Claim SetEdition LenderYear Draw2 Amount2 Draw3 Amount3 Draw4 Amount4 Draw5 Amount5 Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 拨付结果: payments to lenders cleared or returned.
    RemittanceResults "拨付结果" "remittance_results"
        needs Remittance BankResult Amount Serial EffectiveDay,
        has Unit Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 补偿金到账: compensation a lender received.
    Received "补偿金到账" "compensation_received"
        needs Lender LoanKind LenderYear Payer Amount Serial EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 补偿金对账: what a lender's compensation account holds.
    FundStatements "补偿金对账" "fund_statements"
        needs Lender LoanKind Held EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 结余奖励: a fund's surplus rewarded to aid centres.
    Rewards "结余奖励" "rewards"
        needs Lender LoanKind LenderYear Surplus Reward Centre Amount EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 奖励使用: reward money spent.
    RewardSpending "奖励使用" "reward_spending"
        needs Reward Purpose Amount EffectiveDay,
        has Centre Serial Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 关账: books closed.
    Closes "关账" "closes"
        needs OrgNumber Book ThroughDay EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 追回退还: what is to be recovered, what of it came in or is waived, and what was paid back.
    Debts "追回退还" "debts"
        needs DebtStep Amount EffectiveDay,
        has Unit EventId Application SetLine SetEdition SuspenseOf Voucher Remittance Lender LoanNumber ClaimFor ItemSerial CreditDay
            ClearedNumber ClearedEdition Order OrderEdition Serial Document Why Edition Corrects WithdrawnFor CorrectedBy,
        drops PersonName Remark;
    /// 上缴财政: what came back after its year, paid over to finance.
    Surrenders "上缴财政" "surrenders"
        needs Unit Amount Serial Document EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 凭证清算: vouchers cleared in parts.
    VoucherClearings "凭证清算" "voucher_clearings"
        needs Voucher Unit ClearedAmount Serial EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 凭证退回: what was cleared and came back before it was sent.
    VoucherReturns "凭证退回" "voucher_returns"
        needs Voucher Unit ReturnedAmount Serial EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 支付更正: what an application takes from one document line it takes from another.
    DrawCorrections "支付更正" "draw_corrections"
        needs Application Unit DrawBefore DrawAfter Amount Document EffectiveDay,
        has SetEdition Edition Corrects WithdrawnFor CorrectedBy,
        drops Remark;
    /// 停发: awards that end before their time.
    AwardEnds "停发" "award_ends"
        needs Programme AcademicYear School IdNumber FromInstalment EndedFor Document EffectiveDay,
        has Edition Corrects WithdrawnFor CorrectedBy,
        drops PersonName Remark;
    /// 人员: principals registered, persons and systems.
    People "人员" "people"
        needs Holder Human Unit Document,
        has,
        drops PersonName Remark;
    /// 授权: posts given.
    Grants "授权" "grants"
        needs Grant Holder RoleCode Unit Grounds FromDay ThroughDay Document,
        has,
        drops PersonName Remark;
    /// 凭据: by what principals are known.
    Credentials "凭据" "credentials"
        needs Holder CredentialWay Fingerprint ThroughDay Document,
        has,
        drops PersonName Remark;
    /// 权限终止: posts, credentials and principals ended.
    RightsEnded "权限终止" "rights_ended"
        needs Ends,
        has Grant Holder Fingerprint Why Document,
        drops PersonName Remark;
    /// 撤销: entries reversed.
    Reversals "撤销" "reversals"
        needs EventId Document EffectiveDay,
        has WithdrawnFor,
        drops Remark;
}

impl FileKind {
    /// The column that says whose number its rows name, where it need not be there: then an office is named for the whole file.
    #[must_use]
    pub fn giver(self) -> Option<Col> {
        match self {
            Self::Suspense
            | Self::Debts
            | Self::Results
            | Self::Decisions
            | Self::Batches
            | Self::RemittanceResults => Some(Col::Unit),
            Self::RewardSpending => Some(Col::Centre),
            _ => None,
        }
    }
}
