//! The words officials read for the wire's names, and figures as the commands about loans show them.

use crate::cli::shown::text::yuan;
use proto::v1;

/// Words officials read, by the stable names of the wire.
const WORDS: &[(&str, &str)] = &[
    ("origin", "生源地"),
    ("campus", "校园地"),
    ("undergraduate", "本专科"),
    ("postgraduate", "研究生"),
    ("central", "中央"),
    ("local", "地方"),
    ("province", "省级"),
    ("city", "市级"),
    ("county", "县级"),
    ("university", "学校"),
    ("lender", "贷款机构"),
    ("subsidy", "财政贴息"),
    ("waiver", "财政免息"),
    ("borrower", "借款人"),
    ("loan_drawn", "放款"),
    ("loan_draw_returned", "放款退回"),
    ("loan_rate_agreed", "利率协议"),
    ("loan_repaid", "还款"),
    ("loan_refunded", "退还"),
    ("loan_overdue", "逾期"),
    ("loan_deferred", "展期"),
    ("loan_amended", "合同变更"),
    ("claimed_before", "建账前已申报"),
    ("loan_written_off", "核销"),
    ("loss_recovered", "损失追回"),
    ("loan_state_repaid", "代偿"),
    ("loan_relieved", "救助"),
    ("enrolled", "在籍"),
    ("leave", "休学"),
    ("illness_leave", "因病休学"),
    ("further_study", "升学"),
    ("graduated", "毕业"),
    ("withdrawn", "退学"),
    ("deceased", "死亡"),
    ("open", "未封存"),
    ("sealed", "已封存"),
    ("approved", "已批准"),
    ("ordered", "已下达"),
    ("cleared", "已支付"),
    ("returned", "已退回"),
    ("cancelled", "已撤销"),
    ("claim", "申报"),
    ("advance", "预拨"),
    ("compensation", "补偿金"),
    ("lpr5y", "五年期以上LPR"),
    ("benchmark5y", "五年以上贷款基准利率"),
];

/// The word for a name; the name itself where there is none.
pub(crate) fn zh(name: &str) -> &str {
    WORDS.iter().find(|(en, _)| *en == name).map_or(name, |(_, zh)| zh)
}

/// Both, as tables show them.
pub(crate) fn both(name: &str) -> String {
    match zh(name) {
        same if same == name => name.to_owned(),
        word => format!("{word} {name}"),
    }
}

/// A yearly rate in per cent, without noughts at its end beyond two places.
pub(crate) fn percent(ppm: u32) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    let least = text.len() - 2;
    let kept = text.trim_end_matches('0').len().max(least);
    text[..kept].to_owned()
}

/// Money by payer in one line.
pub(crate) fn by_payer(figure: &v1::InterestByPayer) -> String {
    format!(
        "贴息 subsidy {}  免息 waiver {}  借款人 borrower {}  罚息 penalty {}",
        yuan(figure.subsidy_fen),
        yuan(figure.waiver_fen),
        yuan(figure.borrower_fen),
        yuan(figure.penalty_fen)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shown_as_they_are_published() {
        assert_eq!([36_000, 28_500, 33_333, 0].map(percent), ["3.60", "2.85", "3.3333", "0.00"]);
    }

    #[test]
    fn names_have_words() {
        assert_eq!(
            (zh("graduated"), both("origin").as_str(), zh("unheard_of")),
            ("毕业", "生源地 origin", "unheard_of")
        );
    }
}
