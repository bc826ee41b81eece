//! What kinds, fields and choices of events are called in Chinese, and how their numbers are written. Words only.

use super::chinese_choices::CHOICES;
use ledger::money::{Day, yuan};

/// How the number in a field is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// An amount in fen, written in yuan.
    Fen,
    /// A day as yyyymmdd.
    Day,
    /// Millionths, written in per cent.
    Ppm,
    /// Hundredths of a per cent.
    Bp,
    /// A bank's reason for a return.
    Reason,
}

impl Form {
    /// A number as people read it.
    pub(super) fn write(self, number: i64) -> String {
        match self {
            Self::Plain => number.to_string(),
            Self::Fen => format!("{} 元", yuan(number.into())),
            Self::Day => u32::try_from(number)
                .ok()
                .and_then(Day::from_yyyymmdd)
                .map_or_else(|| number.to_string(), |day| day.to_string()),
            Self::Ppm => percent(number),
            Self::Bp => format!("{number} bp"),
            Self::Reason => reason(number),
        }
    }
}

/// Millionths as per cent, with as many places as they need.
pub(super) fn percent(ppm: i64) -> String {
    let sign = if ppm < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:04}", ppm.unsigned_abs() / 10_000, ppm.unsigned_abs() % 10_000);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A bank's reason for a return in words.
pub(super) fn reason(number: i64) -> String {
    let known = crate::answers::return_reasons::REASONS.iter().find(|reason| i64::from(reason.number) == number);
    known.map_or_else(|| format!("R{number:02}"), |reason| format!("R{number:02} {} {}", reason.zh, reason.en))
}

/// Chinese name of a field and how its number is written; an unknown one goes by its name on the wire.
pub(super) fn field(name: &'static str) -> (&'static str, Form) {
    FIELDS.iter().find(|(known, _, _)| *known == name).map_or((name, Form::Plain), |(_, zh, form)| (*zh, *form))
}

/// A document number, or that there is none.
pub(super) fn document(number: &str) -> &str {
    if number.is_empty() { "无文号 no document number" } else { number }
}

/// Chinese name of a choice, by its name on the wire.
pub(super) fn choice(name: &str) -> Option<&'static str> {
    CHOICES.iter().find(|(known, _)| *known == name).map(|(_, zh)| *zh)
}

macro_rules! kinds {
    ($($kind:ident($content:ty) $name:literal $zh:literal $said:ident $days:ident $early:ident $back:ident
        ($($key:tt)*) $($about:ident)?;)*) => {
        /// Chinese name of a kind of event, by its stable name.
        #[must_use]
        pub fn kind_zh(name: &str) -> &'static str {
            match name {
                $($name => $zh,)*
                _ => "",
            }
        }
    };
}

ledger::for_each_kind!(kinds);

use Form::{Bp, Day as D, Fen as F, Plain as N, Ppm as P, Reason as R};

const FIELDS: &[(&str, &str, Form)] = &[
    ("academic_year", "学年", N),
    ("accepted", "由指标承担", N),
    ("advance", "提前下达／预拨", N),
    ("after_death", "死亡之后的付息人", N),
    ("allocation", "冲抵", N),
    ("apart_reviewers", "审核人除外", N),
    ("application", "支付申请", N),
    ("asks", "可查内容", N),
    ("award", "资助", N),
    ("away_from", "离校付息起算", N),
    ("band", "档次", N),
    ("bands", "档次", N),
    ("bank", "代发银行", N),
    ("basis", "计息基数", N),
    ("batch", "批次", N),
    ("book", "账本", N),
    ("borrower", "借款人承担", F),
    ("by", "担保公钥", N),
    ("card", "卡", N),
    ("cause", "原因记录", N),
    ("ceilings", "额度", N),
    ("central_ppm", "中央比例", P),
    ("centre", "资助中心", N),
    ("claim", "申报", N),
    ("claim_checks", "申报核对", N),
    ("claim_rounding", "申报取整", N),
    ("claim_tolerance_fen", "申报容差", F),
    ("code", "代码", N),
    ("collected_days", "结息后扣收天数", N),
    ("compensation", "风险补偿金", N),
    ("content", "所撤记录的内容校验", N),
    ("contract", "合同校验值", N),
    ("conventions", "未明确事项的约定", N),
    ("count", "行数", N),
    ("covers_arrears", "含逾期本金的利息", N),
    ("cycle", "申报周期", N),
    ("day", "日", N),
    ("days", "天数", N),
    ("days_good", "有效天数", N),
    ("debt", "所据决定", N),
    ("default_bands", "违约率分档", N),
    ("default_ppm", "违约率", P),
    ("detail", "可见程度", N),
    ("digest", "指纹算法", N),
    ("direct", "直达资金", N),
    ("division", "区划", N),
    ("document", "文号", N),
    ("doubtful", "存疑", N),
    ("draws", "资金来源", N),
    ("due", "发放日", D),
    ("duty", "事由", N),
    ("early", "提前结清", N),
    ("early_settles", "提前还款结清利息", N),
    ("entry", "所指记录", N),
    ("evidence", "证据校验值", N),
    ("excludes", "不相容角色", N),
    ("exclusions", "不得同时享受", N),
    ("fen", "金额", F),
    ("figure", "利息", N),
    ("fingerprint", "指纹", N),
    ("first_day", "起始日", D),
    ("fiscal_year", "预算年度", N),
    ("fixing_days", "利率顺延天数", N),
    ("flagged", "只提示不拦截", N),
    ("from", "起／来自", D),
    ("from_fen", "起点金额", F),
    ("from_instalment", "停发起始期次", N),
    ("grace_years", "还本宽限期（年）", N),
    ("graduated_through", "毕业年度至", N),
    ("graduates", "预计毕业日", D),
    ("grant", "岗位编号", N),
    ("hash", "校验值", N),
    ("holder", "主体", N),
    ("holders", "担任者", N),
    ("human", "本人", N),
    ("index", "基准利率", N),
    ("instalment", "期次", N),
    ("interest", "利息", F),
    ("into", "合并至", N),
    ("item", "支出科目／暂记事项", N),
    ("key", "公钥", N),
    ("kind", "种类", N),
    ("last", "所依据的最后记录", N),
    ("last_day", "截止日", D),
    ("lender", "贷款机构", N),
    ("level", "层级", N),
    ("line", "指标", N),
    ("loan", "贷款", N),
    ("longest_days", "最长天数", N),
    ("mark", "可靠程度", N),
    ("matures", "到期日", D),
    ("max_fen", "最高", F),
    ("min_fen", "最低", F),
    ("month", "月", N),
    ("moves_older", "适用于旧合同", N),
    ("name", "名称", N),
    ("new", "新卡", N),
    ("number", "编号", N),
    ("offset", "对冲事件", N),
    ("old", "旧卡", N),
    ("org", "机构", N),
    ("origin", "户籍区划", N),
    ("other_unit", "须为其他单位", N),
    ("parent", "上级单位", N),
    ("parent_document", "上级文号", N),
    ("part", "条款项", N),
    ("part_ppm", "高校承担比例", P),
    ("parts", "分项", N),
    ("payer", "承担方", N),
    ("payers_by", "分担比例依据的学年", N),
    ("payout", "支付", N),
    ("penalty", "罚息", F),
    ("penalty_ppm", "罚息倍率", P),
    ("person", "学生", N),
    ("persons", "人数", N),
    ("ppm", "比例", P),
    ("principal", "本金", F),
    ("programme", "项目", N),
    ("project", "项目代码", N),
    ("province", "省份代码", N),
    ("purpose", "用途", N),
    ("rate_ppm", "年利率", P),
    ("reason", "原因", R),
    ("recoverable", "追回对象", N),
    ("recovery_to_stock", "收回款回补补偿金", N),
    ("refundable", "退还对象", N),
    ("reissue_of", "补发自", N),
    ("relation", "与持卡人关系", N),
    ("relief_reasons", "救助事由", N),
    ("remittance", "拨付", N),
    ("repay_from", "首次还本日", D),
    ("replaces", "接替", N),
    ("reset", "利率调整日", N),
    ("resumes", "恢复贴息的情形", N),
    ("reward", "奖励", N),
    ("reward_uses", "奖励用途", N),
    ("risk", "风险补偿金承担", N),
    ("risk_programme", "补偿金项目", N),
    ("risk_ratio_ppm", "补偿金比例", P),
    ("risk_year", "风险年度起始日", N),
    ("role", "职能", N),
    ("role_code", "角色", N),
    ("roles", "角色", N),
    ("roster", "花名册", N),
    ("says", "可报事项", N),
    ("school", "学校", N),
    ("serial", "流水号", N),
    ("settlement", "结息日", N),
    ("sharing", "分担比例", N),
    ("sharing_tolerance_fen", "分担容差", F),
    ("shortfall", "超出补偿金的损失", N),
    ("signature", "签名", N),
    ("signing", "签署规则", N),
    ("signs", "可签事项", N),
    ("source", "资金级次", N),
    ("spread_bp", "加点", Bp),
    ("stage", "学段", N),
    ("status", "学籍", N),
    ("strength", "凭证强度", N),
    ("study_end", "自付起算", N),
    ("subject", "对象", N),
    ("subordination", "隶属", N),
    ("subsidy", "贴息", F),
    ("subsidy_programme", "贴息项目", N),
    ("supplementary", "补报", N),
    ("surplus", "结余", F),
    ("surplus_open_ppm", "未结清贷款结余比例", P),
    ("surplus_settled_ppm", "已结清贷款结余比例", P),
    ("surrendered", "上缴财政", N),
    ("through", "止", D),
    ("to", "到", N),
    ("unit", "单位", N),
    ("units", "单位数", N),
    ("until", "延至", D),
    ("up_to_ppm", "违约率至", P),
    ("version", "版本", N),
    ("voucher", "支付凭证", N),
    ("waiver", "免息", F),
    ("waiver_from_stock", "免息先用补偿金", N),
    ("waiver_programme", "免息项目", N),
    ("way", "方式", N),
    ("what", "内容", N),
    ("who", "免息对象", N),
    ("year", "年度", N),
    ("years_after_study", "毕业后年限", N),
    ("years_at_most", "最长年限", N),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_field_and_choice_has_a_chinese_name() {
        for kind in proto::event::KIND_NAMES {
            assert!(!kind_zh(kind).is_empty(), "{kind} has no Chinese name");
        }
        let (fields, choices) = proto::fields::names();
        for name in &fields {
            assert!(FIELDS.iter().any(|(known, _, _)| known == name), "field {name} has no Chinese name");
        }
        for name in choices {
            assert!(choice(name).is_some(), "{name} has no Chinese name");
        }
        for (name, _, _) in FIELDS {
            assert!(fields.contains(name), "no event has a field {name}");
        }
    }

    #[test]
    fn millionths_are_per_cent_with_the_places_they_need() {
        assert_eq!([36_000, 1_300_000, 0, -7_001].map(percent), ["3.6 %", "130 %", "0 %", "-0.7001 %"]);
    }
}
