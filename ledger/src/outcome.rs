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

/// How a statement stands that is on record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Now {
    /// It counts.
    Counts,
    /// It was turned away, for this reason.
    Refused(Code),
    /// It was posted and reversed since.
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
    ($($number:literal $variant:ident $name:literal $lasting:ident $zh:literal $en:literal $remedy:literal;)*) => {
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

            /// What to do about it.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
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

codes! {
    1 ToldOtherwise "told_otherwise" permanent "同号异文：账上该号的内容不同" "the ledger holds other content under this number" "if what the ledger holds is wrong, take its entry back, then say this as the next edition";
    2 RulesUnknown "rules_unknown" permanent "本程序不认识该规则版本，或该版本不高于现行版本" "this rules version is unknown or not above the one in force" "adopt the next version this program knows";
    3 BadAmount "bad_amount" permanent "金额必须大于零，且分项之和必须等于总额" "an amount is not above zero, or parts do not add up" "correct the amounts";
    4 BadShape "bad_shape" permanent "内容不完整或自相矛盾" "the statement is incomplete or contradicts itself" "correct the field named";
    5 TooMany "too_many" permanent "超过一次允许的数量" "more parts than one statement may have" "split it";
    6 Exists "exists" permanent "该对象已经存在" "this thing exists already" "use the existing one, or another id";
    7 UnknownOrg "unknown_org" circumstantial "机构尚未登记" "the organisation is not registered" "register it, then retry";
    8 UnknownProgramme "unknown_programme" circumstantial "项目没有有效政策" "no policy of this programme is in force on that day" "adopt the policy, then retry";
    9 UnknownLine "unknown_line" circumstantial "指标不存在" "the document line does not exist" "issue or pass down the line, then retry";
    10 UnknownPerson "unknown_person" circumstantial "人员尚未登记" "the person is not registered" "register the person, then retry";
    11 UnknownCard "unknown_card" circumstantial "卡未登记" "the card is not bound to anybody" "bind the card, then retry";
    12 UnknownSet "unknown_set" circumstantial "名册或申请不存在" "the roster or application does not exist" "prepare it first, then retry";
    13 UnknownAward "unknown_award" circumstantial "没有该资助" "the award or instalment does not exist" "approve the roster first, then retry";
    14 UnknownPayout "unknown_payout" circumstantial "没有该笔支付" "the payment does not exist" "check the payment's id";
    15 UnknownCredit "unknown_credit" circumstantial "暂记中没有该笔入账" "no credit of this id stands in suspense" "check the credit's event id";
    16 SetNotOpen "set_not_open" permanent "已封存，不能再加行" "the set is sealed or ended and takes no more lines" "begin a new set";
    17 SetNotReady "set_not_ready" circumstantial "尚未到这一步" "the set has not reached the stage this step needs" "take the missing step, then retry";
    18 SetEnded "set_ended" permanent "已经执行或作废" "the set has taken effect or was given up" "nothing to do";
    19 LineOutOfOrder "line_out_of_order" circumstantial "行号不连续" "the line number is not the next one" "send the missing lines, then retry";
    20 SealMismatch "seal_mismatch" circumstantial "行数、合计或校验值与已收到的行不符" "count, sum or hash differ from the lines received" "compare the lines; send what is missing, then retry";
    21 HashMismatch "hash_mismatch" permanent "所批准的内容与封存的内容不同" "the hash is not the one the set was sealed with" "look at the sealed set and name its hash";
    22 FourEyes "four_eyes" circumstantial "制单人不能自己审核" "the preparer may not review or approve his own work" "let another person say the same, naming the refused entry as said again";
    23 NotBelow "not_below" permanent "接收单位不是下级单位" "the receiving unit does not stand below the giving one" "pass down within the budget tree";
    24 NotPassedDown "not_passed_down" permanent "该指标不是下达而来，不能收回" "the line was not passed down, so there is nothing to recall it to" "recall a line that has a parent";
    25 WrongUnit "wrong_unit" permanent "指标不属于该单位" "the document line belongs to another unit" "draw on the unit's own lines";
    26 WrongYear "wrong_year" permanent "指标不属于该预算年度" "the day or the line is of another budget year" "use lines of the year of payment";
    27 WrongProgramme "wrong_programme" permanent "指标不能用于该项目" "the document line is bound to another programme" "draw on a line of this programme";
    28 OffBand "off_band" permanent "金额不在档次标准之内" "the amount lies outside the band of the policy in force" "correct the amount or the band";
    29 NotEnrolled "not_enrolled" circumstantial "该生在生效日不在籍" "the person is not enrolled on the effective day" "correct the student record, then retry";
    30 AlreadyAwarded "already_awarded" circumstantial "该生本学年已有同一资助" "the person holds this award for the academic year already" "nothing to do, or cancel the other roster";
    31 Exclusive "exclusive" circumstantial "与已有资助不能同时享受" "the person holds an award that excludes this one" "give up one of the two";
    32 NotDue "not_due" circumstantial "该期资助尚未到发放日" "the instalment is not due yet" "apply on or after the due day";
    33 OffSharing "off_sharing" permanent "资金来源与分担比例不符" "the draws do not follow the cost sharing of the programme" "draw central and local money by the ratio";
    34 AlreadyOrdered "already_ordered" circumstantial "该期资助已在支付中" "the instalment is in a payment already" "wait for its result";
    35 AlreadyPaid "already_paid" permanent "该期资助已经发放" "the instalment has been paid" "nothing to do";
    36 InSuspense "in_suspense" circumstantial "该期资助有暂记款未清" "a credit of this instalment stands in suspense" "clear the suspense, then retry";
    37 ReissueUnnamed "reissue_unnamed" permanent "补发须指明被退回的支付" "the instalment came back once; a reissue must name the latest returned payment" "name it as reissue_of";
    38 CardNotPayees "card_not_payees" circumstantial "卡不属于该生或已停用" "the card is not the person's, or no longer in use" "bind the card to the person, then retry";
    39 Overdrawn "overdrawn" circumstantial "超出可用指标" "more than the document line has available" "cancel, reduce, or have more passed down, then retry";
    40 PolicyNotNewer "policy_not_newer" permanent "政策版本已采用" "this version of the policy was adopted already" "adopt the next version";
    41 UnknownLoan "unknown_loan" circumstantial "贷款合同不存在" "no contract of this loan is known" "report the contract, then retry";
    42 UnknownTerms "unknown_terms" circumstantial "签约日没有有效的贷款条款" "no loan terms were in force on that day" "adopt the terms, then retry";
    43 UnknownRate "unknown_rate" circumstantial "签约日之前没有公布利率" "no rate was published on or before the signing" "report the rate, then retry";
    44 Stale "stale" circumstantial "该对象已有更新的记录" "the loan has changed since the entry named" "compute the figure again, then retry";
    45 AlreadyAccrued "already_accrued" permanent "利息已计到该日或以后" "interest is accrued through that day or later" "nothing to do; late facts are adjusted";
    46 AdjustFirst "adjust_first" circumstantial "须先调整已计利息" "interest already accrued must be adjusted first" "submit interest_adjusted, then retry";
    47 NothingToAdjust "nothing_to_adjust" circumstantial "已计利息无须调整" "the accrued interest is right as it stands" "nothing to do";
    48 UnknownCause "unknown_cause" permanent "没有该原因记录，或其早于贷款的最后记录" "the cause is no entry after the loan's last one" "name the late fact's event id";
    49 SubsidyDiffers "subsidy_differs" permanent "贴息与账上重算不符" "the subsidy differs from our recomputation, which is the figure" "compute it again under the facts on record";
    50 WaiverDiffers "waiver_differs" permanent "免息与账上重算不符" "the waived interest differs from our recomputation, which is the figure" "compute it again under the facts on record";
    51 InterestDiffers "interest_differs" permanent "借款人利息与账上重算不符" "the borrower's interest differs from our recomputation, which is the figure" "compute it again under the facts on record";
    52 PenaltyDiffers "penalty_differs" permanent "罚息与账上重算不符" "the penalty interest differs from our recomputation, which is the figure" "compute it again under the facts on record";
    53 UnknownClaim "unknown_claim" circumstantial "申报不存在" "the claim does not exist" "submit it first, then retry";
    54 ExceedsOwed "exceeds_owed" circumstantial "超出应付金额" "more than is owed and not yet ordered" "reduce the amount, then retry";
    55 UnknownRemittance "unknown_remittance" circumstantial "没有该笔拨付" "the payment to the lender does not exist" "order it first, then retry";
    56 NotPayer "not_payer" permanent "该来源不承担此项支出" "the line's source is no payer of this, or not for so much" "draw on lines of the payers named";
    57 CompensationDiffers "compensation_differs" permanent "补偿金与账上重算不符" "the compensation differs from our recomputation, which is the figure" "compute it again under the facts on record";
    58 SurplusDiffers "surplus_differs" permanent "结余与账上重算不符" "the surplus differs from our recomputation, which is the figure" "compute it again under the facts on record";
    59 AlreadyRewarded "already_rewarded" permanent "该年度已奖励" "the surplus of this year was rewarded already" "nothing to do";
    60 ExceedsSurplus "exceeds_surplus" permanent "奖励超出结余" "the rewards exceed the surplus" "reduce the parts";
    61 UnknownReward "unknown_reward" circumstantial "没有该笔奖励" "the reward does not exist" "reward the surplus first, then retry";
    62 UseNotAllowed "use_not_allowed" permanent "用途不在规定范围" "the use is not on the closed list for this level" "use it for what the terms list";
    63 WrittenOff "written_off" permanent "该贷款已核销，不能再救助" "the loan was written off; it may not be relieved too" "nothing to do";
    64 PeriodNotLater "period_not_later" permanent "期间已关闭" "that period is closed already" "close a later day";
    65 UnknownEntry "unknown_entry" circumstantial "没有该记录" "no entry has this event id" "check the event id";
    66 NotReversible "not_reversible" permanent "该记录不能冲销" "entries of this kind are superseded, not reversed, or it was reversed before" "record what is right";
    67 PeriodNotOver "period_not_over" circumstantial "期间尚未结束" "the period has not ended on the effective day" "close it when it is over";
    68 KeyKnown "key_known" permanent "公钥已公布" "this key was announced before" "announce a new key, or sign with the one announced";
    69 TooManyFacts "too_many_facts" circumstantial "该贷款事项过多，不能再计" "the loan has as many facts as are counted" "take back facts that do not belong to the loan, then retry";
    70 KeyDiffers "key_differs" permanent "账上已有另一身份密钥的指纹" "the fingerprint of another identity key is on record" "make ids of people and cards under the key on record";
    71 NotYet "not_yet" circumstantial "尚未到日" "the day named has not come, or the period is not over" "correct the day, or say it again when the day has come";
    72 Edition "edition" circumstantial "版次不接续：上一版次不在账或未冲销" "the edition before is not on record, or was not taken back" "take the edition before back, then retry; what is told for the first time is edition 0";
}

impl TryFrom<u8> for Code {
    type Error = ();

    fn try_from(number: u8) -> Result<Self, ()> {
        Self::ALL.get(usize::from(number).wrapping_sub(1)).copied().ok_or(())
    }
}
