//! The reasons banks give for returns, with what to do about each. Words only; what a return does is for the fold.

/// A reason a payment comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReturnReason {
    /// 1 for R01.
    pub number: u8,
    /// Chinese sentence.
    pub zh: &'static str,
    /// English sentence.
    pub en: &'static str,
    /// Who can mend it, in Chinese.
    pub by_zh: &'static str,
    /// What is usually done, in Chinese.
    pub action_zh: &'static str,
}

macro_rules! reasons {
    ($($number:literal $zh:literal $en:literal $by:literal $action:literal;)*) => {
        /// The reasons known, by number.
        pub(crate) const REASONS: &[ReturnReason] =
            &[$(ReturnReason { number: $number, zh: $zh, en: $en, by_zh: $by, action_zh: $action },)*];
    };
}

reasons! {
    1 "户名与账号不符" "account name does not match account number" "学校或区县" "更正户名（生僻字、间隔点、全半角）后补发";
    2 "证件号码不符" "ID number does not match" "学校或区县" "核对证件是否换发或学生改名，更正后补发";
    3 "账号不存在或错误" "account number wrong or unknown" "学校或区县" "更正账号（先验校验位）后补发";
    4 "账户已销户" "account closed" "学生" "另报新卡后补发";
    5 "账户冻结、止付" "account frozen or stopped" "学生" "学生到网点解除后补发";
    6 "卡未激活（金融功能未启用）" "card financial function not activated" "学生或监护人" "激活社保卡金融账户后补发";
    7 "账户状态异常（睡眠户、久悬户、证件过期）" "dormant account or expired ID on file" "学生" "到网点更新后补发";
    8 "二、三类户限额" "Type II/III account limit exceeded" "学生" "更换账户，不得拆分";
    9 "跨行路由错误（开户行、联行号错误）" "wrong bank or routing number" "区县" "更正行号后补发";
    10 "重复报文、重复批次" "duplicate message or batch" "区县" "不补发，与第一笔核对";
    11 "收款人死亡或注销" "payee deceased" "区县" "停发并调整资助";
    12 "系统超时、未知状态" "time-out, unknown state" "银行" "银行确认之前不得补发";
    13 "收款人主动退回" "payee sends the money back" "单位" "按退款登记，不按退票";
    14 "误付、多付追回" "overpaid or mispaid, recovered" "单位" "登记应追回，再登记退款";
}

/// A reason by its number; `None` for 0 and for numbers the table does not know.
#[must_use]
pub(crate) fn reason(number: u8) -> Option<&'static ReturnReason> {
    REASONS.get(usize::from(number).checked_sub(1)?)
}

/// The Chinese sentence, or that there is none.
#[must_use]
pub fn reason_zh(number: u8) -> &'static str {
    reason(number).map_or("原因不明", |reason| reason.zh)
}

/// The code as banks write it, `R04`.
#[must_use]
pub fn reason_code(number: u8) -> String {
    format!("R{number:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dense_from_one() {
        for (at, row) in REASONS.iter().enumerate() {
            assert_eq!(usize::from(row.number), at + 1);
            assert_eq!(reason(row.number), Some(row));
        }
        assert_eq!((reason(0), reason(15), reason(255)), (None, None, None));
        assert_eq!((reason_zh(4), reason_zh(99)), ("账户已销户", "原因不明"));
        assert_eq!(reason_code(4), "R04");
    }
}
