//! What the ledger makes of an entry, and the closed list of refusals, ordered by precedence.

use crate::account::AccountNo;
use crate::money::{Day, Fen};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One amount, out of one account into another of the same book: an unbalanced posting cannot be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Posting {
    /// The account that receives.
    pub debit: AccountNo,
    /// The account that gives.
    pub credit: AccountNo,
    /// How much, above zero.
    pub fen: Fen,
    /// The day it is booked on: effective, or the first open day after.
    pub booked: Day,
}

/// What the ledger made of an entry. A refusal is a result, not an error: auditors read it too.
#[must_use]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Done; these are the postings (often none) and findings it opened.
    Posted {
        /// Money moved.
        postings: Vec<Posting>,
        /// Numbers of the findings opened.
        findings: Vec<u32>,
    },
    /// Said before, with the same content: nothing happens.
    Duplicate {
        /// Index of the entry that said it, the latest attempt if it was refused before.
        first: u64,
        /// How that entry stands now.
        now: Now,
    },
    /// Turned away; nothing changed but that this is on record.
    Refused(Refusal),
}

/// Nothing was posted.
impl Default for Outcome {
    fn default() -> Self {
        Self::Posted { postings: Vec::new(), findings: Vec::new() }
    }
}

/// How a statement stands that is on record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Now {
    /// It counts.
    Counts,
    /// It was turned away, for this reason; if its set was cancelled since, for that.
    Refused(Code),
    /// It was posted and reversed since, or the set it makes up was cancelled.
    Withdrawn,
    /// It does not count: the ledger holds other content under its id, or the edition before it. A finding says so.
    Differs,
}

impl Now {
    /// The reason, if it was turned away.
    #[must_use]
    pub fn refused(self) -> Option<Code> {
        match self {
            Self::Refused(code) => Some(code),
            Self::Counts | Self::Withdrawn | Self::Differs => None,
        }
    }
}

/// Why a decision was turned away, with the figures an official needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason.
    pub code: Code,
    /// The thing it is about, or nil.
    pub subject: Uuid,
    /// A figure: the shortfall in fen, the expected number, the first entry; zero if there is none.
    pub figure: i64,
}

impl Refusal {
    /// A refusal about nothing in particular.
    #[must_use]
    pub fn plain(code: Code) -> Self {
        Self { code, subject: Uuid::nil(), figure: 0 }
    }

    /// A refusal about one thing.
    #[must_use]
    pub(crate) fn of(code: Code, subject: Uuid) -> Self {
        Self { code, subject, figure: 0 }
    }

    /// A refusal about one thing with a figure.
    #[must_use]
    pub fn with(code: Code, subject: Uuid, figure: i64) -> Self {
        Self { code, subject, figure }
    }
}

macro_rules! codes {
    ($($number:literal $variant:ident $name:literal $lasting:ident $zh:literal $en:literal $remedy_zh:literal $remedy:literal;)*) => {
        /// The closed list of reasons, in order of precedence. Numbers and names never change.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[repr(u8)]
        #[allow(missing_docs)] // The sentence of each is in its row of the table.
        pub enum Code { $($variant = $number,)* }

        impl Code {
            /// All codes, by precedence.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name machines read.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The sentence in Chinese and in English.
            #[must_use]
            pub fn sentence(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($zh, $en),)* }
            }

            /// The code of a stable name, if this program knows it.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// What to do about it, in English.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }

            /// The same in Chinese.
            #[must_use]
            pub fn remedy_zh(self) -> &'static str {
                match self { $(Self::$variant => $remedy_zh,)* }
            }

            /// Permanent: the same statement can never succeed. Otherwise circumstantial: an explicit retry may.
            #[must_use]
            pub fn is_permanent(self) -> bool {
                match self { $(Self::$variant => codes!(@ $lasting),)* }
            }
        }
    };
    (@ permanent) => { true };
    (@ circumstantial) => { false };
}

// Chinese and English: what is wrong, then what to do.
codes! {
    1 ToldOtherwise "told_otherwise" permanent "同号异文：账上该号的内容不同" "the ledger holds other content under this number" "账上原记录有误的，先撤销，再以下一版次报送" "if what the ledger holds is wrong, take its entry back, then say this as the next edition";
    2 RulesUnknown "rules_unknown" permanent "本程序不认识该规则版本，或该版本不高于现行版本" "this rules version is unknown or not above the one in force" "请采用本程序认识的下一版本" "adopt the next version this program knows";
    3 BadAmount "bad_amount" permanent "金额必须大于零，且分项之和必须等于总额" "an amount is not above zero, or parts do not add up" "更正金额，再导入一次" "correct the amounts, then say it again";
    4 BadShape "bad_shape" permanent "内容不完整或自相矛盾" "the statement is incomplete or contradicts itself" "更正所指字段" "correct the field named";
    5 TooMany "too_many" permanent "超过一次允许的数量" "more parts than one statement may have" "分次提交" "split it";
    6 Exists "exists" permanent "该对象已经存在" "this thing exists already" "使用已有对象，或另用编号" "use the existing one, or another id";
    7 UnknownOrg "unknown_org" circumstantial "机构尚未登记" "the organisation is not registered" "先登记机构，再重试" "register it, then retry";
    8 UnknownProgramme "unknown_programme" circumstantial "项目没有有效政策" "no policy of this programme is in force on that day" "先采用政策，再重试" "adopt the policy, then retry";
    9 UnknownLine "unknown_line" circumstantial "指标不存在" "the document line does not exist" "先下达或分解该指标，再重试" "issue or pass down the line, then retry";
    10 UnknownPerson "unknown_person" circumstantial "人员尚未登记" "the person is not registered" "先登记人员，再重试" "register the person, then retry";
    11 UnknownCard "unknown_card" circumstantial "卡未登记" "the card is not bound to anybody" "先绑定该卡，再重试" "bind the card, then retry";
    12 UnknownSet "unknown_set" circumstantial "名册或申请不存在" "the roster or application does not exist" "先编制，再重试" "prepare it first, then retry";
    13 UnknownAward "unknown_award" circumstantial "没有该资助" "the award or instalment does not exist" "先批准花名册，再重试" "approve the roster first, then retry";
    14 UnknownPayout "unknown_payout" circumstantial "没有该笔支付" "the payment does not exist" "核对支付编号" "check the payment's id";
    15 UnknownItem "unknown_item" circumstantial "暂记中没有该事项的款" "no money of this event stands in suspense" "核对款项的事件编号（疑点查询所列）、流水号；已处理完的无须再报" "check the event id of what told of the money, as findings show it";
    16 SetNotOpen "set_not_open" circumstantial "已封存，不能再加行" "the set is sealed or ended and takes no more lines" "另编新的名册或申请；或先撤销封存及其后各环节，再重试" "begin a new set, or take back the sealing and what came after it, then retry";
    17 SetNotReady "set_not_ready" circumstantial "尚未到这一步" "the set has not reached the stage this step needs" "先完成前一步（前一步已撤销或作废的，先重报），再重试" "take the missing step, anew where it was taken back, then retry";
    18 SetEnded "set_ended" circumstantial "已经执行" "the set has taken effect" "这一步已经办过；要倒退的，先撤销代发批次和支付凭证（银行已有结果的，先撤销结果），再重试" "this step was taken; to go back, take back the batch and the vouchers first, and before them what the bank told, then retry";
    19 LineOutOfOrder "line_out_of_order" circumstantial "行号不连续" "the line number is not the next one" "补交缺行，再重试" "send the missing lines, then retry";
    20 SealMismatch "seal_mismatch" circumstantial "行数、合计或校验值与已收到的行不符" "count, sum or hash differ from the lines received" "逐行核对，补齐后重试" "compare the lines; send what is missing, then retry";
    21 HashMismatch "hash_mismatch" permanent "所批准的内容与封存的内容不同" "the hash is not the one the set was sealed with" "查看封存的内容并引用其校验值" "look at the sealed set and name its hash";
    22 FourEyes "four_eyes" circumstantial "制单人不能自己审核" "the preparer may not review or approve his own work" "请制单人以外的人作出同样的决定，或由其把同一文件再导入一次" "let another person say the same, naming the refused entry as said again";
    23 NotBelow "not_below" permanent "接收单位不是下级单位" "the receiving unit does not stand below the giving one" "只能在预算单位树内向下级下达" "pass down within the budget tree";
    24 NotPassedDown "not_passed_down" permanent "该指标不是下达而来，不能收回" "the line was not passed down, so there is nothing to recall it to" "收回由上级下达的指标" "recall a line that has a parent";
    25 WrongUnit "wrong_unit" permanent "指标不属于该单位" "the document line belongs to another unit" "使用本单位的指标" "draw on the unit's own lines";
    26 WrongYear "wrong_year" permanent "指标不属于该预算年度" "the day or the line is of another budget year" "使用支付年度的指标" "use lines of the year of payment";
    27 WrongProgramme "wrong_programme" permanent "指标不能用于该项目" "the document line is bound to another programme" "使用该项目的指标" "draw on a line of this programme";
    28 OffBand "off_band" permanent "金额不在档次标准之内" "the amount lies outside the band of the policy in force" "更正金额或档次" "correct the amount or the band";
    29 NotEnrolled "not_enrolled" circumstantial "该生在生效日不在籍" "the person is not enrolled on the effective day" "当日确不在籍的，作废该花名册，去掉该行后以下一版次重报；学籍登记有误的，更正学籍，再重试" "if the person was not there on that day, cancel the roster and send it without the line as its next edition; if the student record is wrong, correct it, then retry";
    30 AlreadyAwarded "already_awarded" circumstantial "该生本学年已有同一资助" "the person holds this award for the academic year already" "该生已在另一名册，或在本名册另一行：两者确只能有一个的，作废另一名册后再导入本名册，或作废本名册，去掉该行后以下一版次重报" "the person is on another roster, or on another line of this one: cancel the other roster and import this one again, or cancel this one and send it without the line as the next edition";
    31 Exclusive "exclusive" circumstantial "与已有资助不能同时享受" "the person holds an award that excludes this one" "两者择一" "give up one of the two";
    32 NotDue "not_due" circumstantial "该期资助尚未到发放日" "the instalment is not due yet" "到发放日再申请" "apply on or after the due day";
    33 OffSharing "off_sharing" permanent "资金来源与分担比例不符" "the draws do not follow the cost sharing of the programme" "按比例使用中央与地方资金" "draw central and local money by the ratio";
    34 AlreadyOrdered "already_ordered" circumstantial "该期资助已在支付中" "the instalment is in a payment already" "该期已在另一支付申请或本申请另一行中：那一份有误且国库尚未拨款的，先作废它，再导入本申请；本行多余的，作废本申请，去掉本行后以下一版次重报；银行成功入账的无须再报，退回的注明补发原支付再报" "it is in another application, or on another line of this one: if that one is wrong and nothing has left the treasury, cancel it and say this again; if this one is superfluous, cancel this set and send it without the line as the next edition; else wait for the bank's result";
    35 AlreadyPaid "already_paid" permanent "该期资助已经发放" "the instalment has been paid" "无须处理" "nothing to do";
    36 InSuspense "in_suspense" circumstantial "有暂记款未清" "money of it stands in suspense" "先清理暂记，再重试" "clear the suspense, then retry";
    37 ReissueUnnamed "reissue_unnamed" permanent "补发须指明被退回的支付" "the instalment came back once; a reissue must name the latest returned payment" "补发时注明被退回的支付" "name it as reissue_of";
    38 CardNotPayees "card_not_payees" circumstantial "卡不属于该生或已停用" "the card is not the person's, or no longer in use" "将卡绑定到该生，再重试" "bind the card to the person, then retry";
    39 Overdrawn "overdrawn" circumstantial "超出可用指标" "more than the document line has available" "减少金额，或对该指标追加（另一行下达是另一指标），再重试" "reduce the amount, or have this very line added to, as another line issued is another one, then retry";
    40 PolicyNotNewer "policy_not_newer" permanent "政策版本已采用" "this version of the policy was adopted already" "采用下一版本" "adopt the next version";
    41 UnknownLoan "unknown_loan" circumstantial "贷款合同不存在" "no contract of this loan is known" "先报送合同，再重试" "report the contract, then retry";
    42 UnknownTerms "unknown_terms" circumstantial "签约日没有有效的贷款条款" "no loan terms were in force on that day" "先采用条款，再重试" "adopt the terms, then retry";
    43 UnknownRate "unknown_rate" circumstantial "签约日之前没有公布利率" "no rate was published on or before the signing" "先报送利率，再重试" "report the rate, then retry";
    44 Stale "stale" circumstantial "该对象已有更新的记录" "the loan has changed since the entry named" "重新计算后再提交" "compute the figure again, then retry";
    45 AlreadyAccrued "already_accrued" permanent "利息已计到该日或以后" "interest is accrued through that day or later" "无须处理；迟到的事实另行调整" "nothing to do; late facts are adjusted";
    46 AdjustFirst "adjust_first" circumstantial "须先调整已计利息" "interest already accrued must be adjusted first" "先提交利息调整，再重试" "submit interest_adjusted, then retry";
    47 NothingToAdjust "nothing_to_adjust" circumstantial "已计利息无须调整" "the accrued interest is right as it stands" "无须处理" "nothing to do";
    48 UnknownCause "unknown_cause" permanent "没有该原因记录，或其早于贷款的最后记录" "the cause is no entry after the loan's last one" "注明迟到事实的事项号" "name the late fact's event id";
    49 SubsidyDiffers "subsidy_differs" permanent "贴息与账上重算不符" "the subsidy differs from our recomputation, which is the figure" "按在案事实重新计算" "compute it again under the facts on record";
    50 WaiverDiffers "waiver_differs" permanent "免息与账上重算不符" "the waived interest differs from our recomputation, which is the figure" "按在案事实重新计算" "compute it again under the facts on record";
    51 InterestDiffers "interest_differs" permanent "借款人利息与账上重算不符" "the borrower's interest differs from our recomputation, which is the figure" "按在案事实重新计算" "compute it again under the facts on record";
    52 PenaltyDiffers "penalty_differs" permanent "罚息与账上重算不符" "the penalty interest differs from our recomputation, which is the figure" "按在案事实重新计算" "compute it again under the facts on record";
    53 UnknownClaim "unknown_claim" circumstantial "申报不存在" "the claim does not exist" "先提交申报，再重试" "submit it first, then retry";
    54 ExceedsOwed "exceeds_owed" circumstantial "超出应付金额" "more than is owed and not yet ordered" "减少金额，再重试" "reduce the amount, then retry";
    55 UnknownRemittance "unknown_remittance" circumstantial "没有该笔拨付" "the payment to the lender does not exist" "先下拨付指令，再重试" "order it first, then retry";
    56 NotPayer "not_payer" permanent "该来源不承担此项支出" "the line's source is no payer of this, or not for so much" "使用承担方的指标" "draw on lines of the payers named";
    57 CompensationDiffers "compensation_differs" permanent "补偿金与账上重算不符" "the compensation differs from our recomputation, which is the figure" "按在案事实重新计算" "compute it again under the facts on record";
    58 SurplusDiffers "surplus_differs" permanent "结余与账上重算不符" "the surplus differs from our recomputation, which is the figure" "按在案事实重新计算" "compute it again under the facts on record";
    59 AlreadyRewarded "already_rewarded" permanent "该年度已奖励" "the surplus of this year was rewarded already" "无须处理" "nothing to do";
    60 ExceedsSurplus "exceeds_surplus" permanent "奖励超出结余" "the rewards exceed the surplus" "减少各项金额" "reduce the parts";
    61 UnknownReward "unknown_reward" circumstantial "没有该笔奖励" "the reward does not exist" "先奖励结余，再重试" "reward the surplus first, then retry";
    62 UseNotAllowed "use_not_allowed" permanent "用途不在规定范围" "the use is not on the closed list for this level" "按条款所列用途使用" "use it for what the terms list";
    63 WrittenOff "written_off" permanent "该贷款已核销，不能再救助" "the loan was written off; it may not be relieved too" "无须处理" "nothing to do";
    64 PeriodNotLater "period_not_later" permanent "期间已关闭" "that period is closed already" "关闭更晚的日期" "close a later day";
    65 UnknownEntry "unknown_entry" circumstantial "没有该记录" "no entry has this event id" "核对事项号" "check the event id";
    66 NotWithdrawable "not_withdrawable" permanent "该记录不能撤销" "entries of this kind are not taken back by themselves, or it does not count" "按该类事项的规定撤销" "see the table of kinds for how its kind is undone";
    67 PeriodNotOver "period_not_over" circumstantial "期间尚未结束" "the period has not ended on the effective day" "期间结束后再关闭" "close it when it is over";
    68 KeyKnown "key_known" permanent "公钥已公布" "this key was announced before" "公布新公钥，或用已公布的公钥签名" "announce a new key, or sign with the one announced";
    69 TooManyFacts "too_many_facts" circumstantial "该贷款事项过多，不能再计" "the loan has as many facts as are counted" "先撤销不属于该贷款的事项，再重试" "take back facts that do not belong to the loan, then retry";
    70 KeyDiffers "key_differs" permanent "账上已有另一身份密钥的指纹" "the fingerprint of another identity key is on record" "用在案的身份密钥计算编号" "make ids of people and cards under the key on record";
    71 NotYet "not_yet" circumstantial "尚未到日" "the day named has not come, or the period is not over" "更正日期，或到日之后再报" "correct the day, or say it again when the day has come";
    72 WrongDay "wrong_day" permanent "生效日期不合：撤销须用原记录的生效日，支付更正不得早于其申请" "the day is not the one on which the entry counted, or before the application corrected" "用所指的生效日撤销" "take it back on the day named";
    73 Edition "edition" circumstantial "版次不接续：上一版次不在账，或未撤销、未作废" "the edition before is not on record, or was neither taken back nor cancelled" "首次报送的，版次留空；否则先撤销上一版次（花名册、支付申请为作废；已执行的不能作废，也就没有下一版次），再重试" "what is told for the first time has no edition; else take the edition before back (a roster or application: cancel it; one that has taken effect cannot be, and has no next edition), then retry";
    74 NotAsTold "not_as_told" permanent "账上该记录的内容与所撤的不同，未撤销" "the entry says something else than what is to be taken back" "照账上原来的内容再报撤销" "take it back as it was told; explain shows what the entry says";
    75 SetCancelled "set_cancelled" permanent "该花名册或申请已作废" "the roster or application was cancelled" "确应计入的，以下一版次整份重报；已另有下一版次的，写明该版次" "if it is to count, send it whole as the next edition; if that is there, name it";
    76 InUse "in_use" circumstantial "已有后续事项以该记录为据" "something recorded since rests on it" "先撤销后续事项（花名册、支付申请的后一环节；已列该册奖助的支付申请须先作废，已报的停发须先撤销；期间则为更晚的关闭；拨付指令则为其批准；结余奖励则为其使用），再重试；国库已开支付凭证的，批准不能再撤销，未清算的作废后以下一版次整份重报，已清算未发送的待凭证全额退回后可撤销，已发送的以银行结果为准" "take back what rests on it first (the next step of a set, the applications that order what a roster grants, the end of one of its awards, a later closing, the approval of a payment to a lender, what was spent of a reward), then retry; an approval for which the treasury issued a voucher stands: cancel an application not yet cleared and send it whole as the next edition, or wait until all that was cleared has come back";
    77 UnknownFinding "unknown_finding" circumstantial "没有该疑点，或已了结" "no such finding is still to be settled" "用疑点查询核对疑点编号；已了结的无须处理" "look the finding up; nothing is to be done about one that is settled";
    78 WayNotOpen "way_not_open" circumstantial "该暂记款不能以此方式处理" "money in suspense does not end this way" "付出的款可认可、追回，收进的款可退还、上缴，一付一收的可对冲；该期已由另一笔支付结清的是多付，不能认可，报追回或对冲，那一笔退回之后再报；付给贷款机构的也不认可，补报拨付指令并批准，或报追回、对冲；款所据的事项已撤销的，先撤销原来的清理" "what went out is accepted or recovered, what came in is refunded or surrendered, one of each is offset; what was paid beside a payment that settled the instalment is not accepted but recovered or offset, until that payment comes back; nor is what was paid to a lender: order it and have that approved, or recover or offset it; where what brought the money was taken back, take back how it was cleared";
    79 ExceedsItem "exceeds_item" circumstantial "超出暂记余额" "more than is left of the item in suspense" "减少金额，再重试" "reduce the amount, then retry";
    80 UnknownDebt "unknown_debt" circumstantial "没有该笔应追回款" "nothing is to be recovered because of this decision" "先报送其暂记清理或责令追回，再重试" "say how the money in suspense was cleared, or that the payment be recovered, then retry";
    81 ExceedsDebt "exceeds_debt" circumstantial "超出可追回的金额：支付未到卡、已退回，或已另行追回、免追" "more than is left to be recovered: the payment does not stand paid, or it is recovered or waived already" "减少金额，再重试" "reduce the amount, then retry";
    82 AwardEnded "award_ended" circumstantial "该期资助已停发" "the instalment is owed no more" "确应发放的，先撤销停发，再重试" "if it is to be paid, take back what ended the award, then retry";
    83 ExceedsDrawn "exceeds_drawn" circumstantial "超出该申请在原指标上的金额" "more than the application takes from that line" "核对原指标，并减少金额至所示余额以内；已更正到别的指标的，以那一指标为原指标，再重试" "look at the line and reduce the amount to what is left there; what was corrected to another line is corrected from that one, then retry";
    84 NotEntitled "not_entitled" circumstantial "无权报送：没有在该单位可报该事项的岗位" "no grant of the principal says this kind at the unit it concerns" "由有该岗位的人报送；或由安全管理员授予岗位，再重试" "let somebody with such a role say it, or have a security administrator grant it, then retry";
    85 UnknownPrincipal "unknown_principal" circumstantial "主体未登记或已注销" "no principal of this name is registered, or he has ended" "先登记主体（已注销的另立账号），再重试" "register him first, under another account if he has ended, then retry";
    86 UnknownCredential "unknown_credential" circumstantial "没有该凭据，或已作废" "no such credential is bound, or it has ended" "核对凭据指纹" "check the fingerprint";
    87 UnknownGrant "unknown_grant" circumstantial "没有该岗位，或已收回" "no grant of this number holds" "核对岗位编号" "check the number of the grant";
    88 UnknownRole "unknown_role" circumstantial "现行权限表中没有该角色" "the table of roles in force has no role of this code" "采用含该角色的权限表，或更正角色，再重试" "adopt a table that has it, or correct the code, then retry";
    89 TooLong "too_long" permanent "期限超过规定的天数" "it would last longer than allowed, or end before it begins" "缩短期限，到期前另行授予" "shorten it, and grant it anew before it ends";
    90 UnfitHolder "unfit_holder" permanent "该角色不能由这类主体担任" "the role is for persons, or for systems, and this principal is the other" "授予合适的主体" "grant it to one who may hold it";
    91 ToOneself "to_oneself" permanent "不得给自己授予岗位" "nobody grants a role to himself, under whichever account" "由另一安全管理员授予" "let another security administrator grant it";
    92 RolesExclusive "roles_exclusive" circumstantial "与本人已有岗位不相容" "the same human holds a role that excludes this one" "先收回所示岗位，再重试；或授予他人" "end the grant named first, then retry, or grant it to somebody else";
    93 TooManyRights "too_many_rights" permanent "该主体的岗位或凭据过多" "the principal has had as many grants or credentials as one may have" "注销该主体，另立账号" "end the principal and register another account";
    94 NotFoundable "not_foundable" circumstantial "尚不能启用：须有 1 权限表（含三类管理员角色，安全管理员能授权），2 安全管理员两人，3 审计管理员，4 系统管理员，均为全账岗位且有凭据，5 四人各不相同" "a founded ledger needs 1 a table of roles with the three administrators, of whom the security one can grant, 2 two security administrators, 3 an audit and 4 a system administrator, all for the whole ledger and with a credential, 5 four humans" "按所示补齐，再重试" "complete what the figure says, then retry";
    95 SignaturesMissing "signatures_missing" circumstantial "签署不足：尚缺所示人数的签署" "so many persons have yet to sign it" "由可签该事项的人签署（见待签清单），再重试" "have those sign who may, as the list of what is pending shows, then retry";
    96 UnderObjection "under_objection" circumstantial "有签署人提出异议" "somebody who may sign it objects" "由提出异议的人改为签署，或另报内容" "have whoever objects sign it, or say something else";
    97 NotPreparer "not_preparer" circumstantial "名册、申请或申报的行只能由其编制人报送" "lines come from whoever began the set" "由编制人报送；或由本人另编一份" "let its preparer send it, or begin a set of your own";
}

impl TryFrom<u8> for Code {
    type Error = ();

    fn try_from(number: u8) -> Result<Self, ()> {
        Self::ALL.get(usize::from(number).wrapping_sub(1)).copied().ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_says_in_both_languages_what_is_wrong_and_what_to_do() {
        for code in Code::ALL {
            let (zh, en) = code.sentence();
            assert!([zh, en, code.remedy_zh(), code.remedy()].iter().all(|words| !words.is_empty()), "{}", code.name());
            assert_eq!(Code::named(code.name()), Some(*code), "two codes have one name");
        }
        assert_eq!(Code::named("nobodys"), None);
    }
}
