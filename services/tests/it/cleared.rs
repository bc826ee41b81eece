//! Money in suspense cleared from files: named as the bank's file named it, before its application is there, and told anew.

use crate::import_again::{Office, with_office};
use crate::remedies::{applied, granted, stories};

const RESULTS: &str = "单位编号,申请编号,序号,结果,退回原因,金额,银行流水号,生效日期,版次,更正,更正理由,更正文号\n";
const CLEARED: &str =
    "单位编号,申请编号,序号,银行流水号,金额,处理方式,指标1,金额1,指标2,金额2,生效日期,版次,更正,更正理由,更正文号\n";
const BACK: &str = "撤销,笔误,某〔2021〕9号";

/// A file about payment 1; its exit code, and what is said on stderr.
fn told(office: &Office, head: &str, rows: &[String]) -> (Option<i32>, String) {
    let rows: Vec<String> = rows.iter().map(|row| format!("610523CZ,ZF-001,1,{row}\n")).collect();
    let (code, shown, said) = office.import("told.csv", &(head.to_owned() + &rows.concat()));
    (code, format!("{shown} {said}"))
}

fn posted(office: &Office, head: &str, rows: &[String]) {
    let (code, said) = told(office, head, rows);
    assert!(matches!(code, Some(0 | 4)), "{said}");
}

fn findings(office: &Office) -> String {
    office.ask(&["findings", "--open"]).1
}

/// The row does not say that a return is meant: it is the only thing of that number, or what is surrendered.
#[tokio::test(flavor = "multi_thread")]
async fn a_return_in_suspense_is_cleared_by_its_serial() {
    with_office(|office| {
        applied(office);
        stories(office, &["09-voucher", "13-batch", "10-results"]);
        let back = |serial: &str, day: &str| format!("退回,R13,1250.00,{serial},{day},,,,");
        posted(office, RESULTS, &[back("TH-1", "2021-11-05"), back("TH-2", "2021-11-06"), back("LS-1", "2021-11-07")]);
        for serial in ["TH-2", "LS-1"] {
            let row = |more: &str| format!("{serial},1250.00,上缴,,,,,2021-11-10,{more}");
            for standing in ["\"posted\":1", "\"duplicates\":1"] {
                let (code, said) = told(office, CLEARED, &[row(",,,")]);
                assert!(code == Some(0) && said.contains(standing), "{said}");
            }
            posted(office, CLEARED, &[row(&format!(",{BACK}"))]);
            assert_eq!(told(office, CLEARED, &[row("1,,,")]).0, Some(0), "{serial}");
        }
        assert!(findings(office).contains("in suspense: 0.00"), "{}", findings(office));
    })
    .await;
}

/// Nobody knows whose money it is before its application is there, and the row says what to do about that.
#[tokio::test(flavor = "multi_thread")]
async fn money_that_came_before_its_application_is_cleared_once_that_is_there() {
    with_office(|office| {
        granted(office);
        posted(office, RESULTS, &["成功,,1250.00,LS-1,2021-10-22,,,,".into()]);
        let row = ["LS-1,1250.00,追回,,,,,2021-10-25,,,,".to_owned()];
        let (code, said) = told(office, CLEARED, &row);
        assert!(code == Some(1) && said.contains("先导入该支付申请"), "{said}");
        stories(office, &["11-application-corrected"]);
        let (code, said) = told(office, CLEARED, &row);
        assert!(code == Some(0) && said.contains("\"posted\":1"), "{said}");
    })
    .await;
}

/// The day of an accepted credit was wrong: the decision stands, and is taken back and told anew in one file where it is to be otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_a_credit_stands_when_its_day_is_corrected() {
    with_office(|office| {
        applied(office);
        stories(office, &["09-voucher", "13-batch"]);
        let credit = |day: &str, more: &str| format!("成功,,1250.00,LS-1,{day},{more}");
        posted(office, RESULTS, &["退回,R04,1250.00,TH-1,2021-10-22,,,,".into(), credit("2021-10-25", ",,,")]);
        let lines = "认可,大荔县财预〔2021〕1号#1,1000.00,大荔县财预〔2021〕1号#2,250.00";
        let accepted = |more: &str| format!("LS-1,1250.00,{lines},2021-10-27,{more}");
        assert_eq!(told(office, CLEARED, &[accepted(",,,")]).0, Some(0));
        posted(office, RESULTS, &[credit("2021-10-25", &format!(",{BACK}")), credit("2021-10-24", "1,,,")]);
        let shown = findings(office);
        assert!(shown.contains("in suspense: 0.00") && !shown.contains("暂记清理所依据"), "{shown}");
        let twice = "LS-1,1250.00,认可,大荔县财预〔2021〕1号#1,1000.00,大荔县财预〔2021〕1号#2,250.00,2021-10-28,,,,";
        let numbered = CLEARED.replace("处理方式,", "处理方式,处理序号,");
        let (code, said) = told(office, &numbered, &[twice.replace("认可,", "认可,2,")]);
        assert!(code == Some(1) && said.contains("unknown_item"), "{said}");
        posted(office, CLEARED, &[accepted(&format!(",{BACK}")), accepted("1,,,")]);
        // The old row says what counts now.
        for edition in ["1", ""] {
            let (code, said) = told(office, CLEARED, &[accepted(&format!("{edition},,,"))]);
            assert!(code == Some(0) && !said.contains("\"posted\":1"), "{edition}: {said}");
        }
        let (_, paid) = office.ask(&["payout", "610523CZ/ZF-001/1"]);
        assert!(!paid.contains("suspense"), "{paid}");
        assert!(!findings(office).contains("LS-1"), "{}", findings(office));
    })
    .await;
}

/// The amount of a recovered credit was wrong: what was decided holds the money until it is taken back, which its own row says.
#[tokio::test(flavor = "multi_thread")]
async fn money_is_not_cleared_again_while_a_decision_about_another_amount_holds_it() {
    with_office(|office| {
        applied(office);
        stories(office, &["09-voucher", "13-batch", "10-results"]);
        let credit = |fen: &str, more: &str| format!("成功,,{fen},LS-91,2021-10-25,{more}");
        posted(office, RESULTS, &[credit("1250.00", ",,,")]);
        let head = CLEARED.replace("处理方式,", "处理方式,处理序号,");
        let recovered =
            |fen: &str, number: &str, more: &str| format!("LS-91,{fen},追回,{number},,,,,2021-10-27,{more}");
        assert_eq!(told(office, &head, &[recovered("1250.00", "", ",,,")]).0, Some(0));
        posted(office, RESULTS, &[credit("1250.00", &format!(",{BACK}")), credit("1000.00", "1,,,")]);
        let (code, said) = told(office, &head, &[recovered("1250.00", "", ",,,")]);
        assert!(code == Some(4) && said.contains("still_open"), "{said}");
        let (code, said) = told(office, &head, &[recovered("1000.00", "2", ",,,")]);
        assert!(code == Some(1) && said.contains("in_use") && said.contains("先把那一处理照原样再报"), "{said}");
        let put_right = [recovered("1250.00", "", &format!(",{BACK}")), recovered("1000.00", "", "1,,,")];
        let (code, said) = told(office, &head, &put_right);
        assert_eq!(code, Some(0), "{said}");
        let shown = findings(office);
        assert!(shown.contains("in suspense: 0.00") && !shown.contains("重复入账"), "{shown}");
    })
    .await;
}
