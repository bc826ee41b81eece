//! What is owed back 追退, put right from files: decisions told anew, receipts taken back, and remedies that can be followed.

use crate::import_again::{Office, with_office};
use crate::remedies::{applied, stories};
use std::sync::{Arc, Mutex};

const OWED: &str =
    "追退业务,单位编号,申请编号,序号,文号,追回文号,原流水号,原因,金额,生效日期,流水号,版次,更正,更正理由,更正文号\n";

/// Nine pupils were paid 1,250 yuan each.
fn paid(office: &Office) {
    applied(office);
    stories(office, &["09-voucher", "13-batch", "10-results"]);
}

/// A file of what is owed back of payment 2; its exit code, and what is said on stderr.
fn owed(office: &Office, rows: &[&str]) -> (Option<i32>, String) {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let (step, rest) = row.split_once(',').expect("columns");
            format!("{step},610523CZ,ZF-001,2,{rest}\n")
        })
        .collect();
    let (code, _, said) = office.import("owed.csv", &(OWED.to_owned() + &rows.concat()));
    (code, said)
}

/// What stands on accounts of a class, in fen.
fn sum(office: &Office, class: &str) -> i64 {
    let (_, shown) = office.ask(&["balance", "--json", "--limit", "1000"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let rows = shown["balances"].as_array().expect("rows").iter();
    rows.filter(|row| row["account"]["class"] == class).map(|row| row["fen"].as_i64().unwrap_or_default()).sum()
}

fn findings(office: &Office) -> usize {
    let (_, shown) = office.ask(&["findings", "--open", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    shown["findings"].as_array().expect("rows").len()
}

fn debts(office: &Office) -> Vec<serde_json::Value> {
    let (_, shown) = office.ask(&["debts", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    shown["debts"].as_array().cloned().expect("rows")
}

const BACK: &str = "撤销,笔误,某〔2021〕9号";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_of_an_order_counts_for_the_edition_that_takes_its_place() {
    with_office(|office| {
        paid(office);
        let order = |fen: &str, end: &str| format!("追回,某〔2021〕11号,,,退学,{fen},2021-11-01,,{end}");
        let (received, waived) = (
            "追回到账,,某〔2021〕11号,,,750.00,2021-11-02,SK-1,,,,",
            "免追,某〔2021〕12号,某〔2021〕11号,,困难,500.00,2021-11-03,,,,,",
        );
        assert_eq!(owed(office, &[&order("1250.00", ",,,"), received, waived]).0, Some(0));
        assert_eq!((sum(office, "receivable"), sum(office, "available")), (0, 75_000));
        let (withdrawn, again) = (order("1250.00", &format!(",{BACK}")), order("1000.00", "1,,,"));
        assert_eq!(owed(office, &[&withdrawn, &again]).0, Some(4));
        // As if it had been 1,000 yuan from the start: a quarter too much was waived and received.
        assert_eq!((sum(office, "receivable"), sum(office, "available")), (-25_000, 50_000));
        assert_eq!((findings(office), debts(office).len()), (1, 1));
        let gone = waived.replace(",,,,,", &format!(",,,{BACK}"));
        assert_eq!(owed(office, &[&gone]).0, Some(0));
        assert_eq!((sum(office, "receivable"), findings(office)), (25_000, 0));
        let (code, said) = owed(office, &[waived]);
        assert!(code == Some(1) && said.contains("withdrawn"), "{said}");
        let (code, said) = owed(office, &[&waived.replace(",,,,,", ",,1,,,")]);
        assert!(code == Some(1) && said.contains("未了结的还有 250.00 元"), "{said}");
        let (code, said) = owed(office, &[&waived.replace("500.00", "250.00").replace(",,,,,", ",,1,,,")]);
        assert_eq!((code, sum(office, "receivable")), (Some(0), 0), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_taken_back_does_not_come_back_with_the_next_edition_of_its_order() {
    with_office(|office| {
        paid(office);
        let order = |fen: &str, end: &str| format!("追回,某〔2021〕11号,,,退学,{fen},2021-11-01,,{end}");
        let received = |end: &str| format!("追回到账,,某〔2021〕11号,,,500.00,2021-11-02,SK-1,{end}");
        assert_eq!(owed(office, &[&order("1250.00", ",,,"), &received(",,,")]).0, Some(0));
        assert_eq!(owed(office, &[&received(&format!(",{BACK}"))]).0, Some(0));
        let told = owed(office, &[&order("1250.00", &format!(",{BACK}")), &order("1000.00", "1,,,")]);
        assert_eq!(told.0, Some(0), "{}", told.1);
        let (code, said) = owed(office, &[&received(",,,")]);
        assert!(code == Some(1) && said.contains("withdrawn"), "{said}");
        assert_eq!(sum(office, "receivable"), 100_000);
        let (code, said) = owed(office, &[&received("1,,,")]);
        assert_eq!((code, sum(office, "receivable")), (Some(0), 50_000), "{said}");
        // The old file says what counts now.
        assert_eq!(owed(office, &[&received(",,,")]).0, Some(0));
        assert_eq!(owed(office, &[&received(&format!("1,{BACK}"))]).0, Some(0));
        assert_eq!((sum(office, "receivable"), sum(office, "available"), findings(office)), (100_000, 0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_in_of_nobodys_debt_and_was_paid_out_again_leaves_nothing() {
    with_office(|office| {
        paid(office);
        let (came, went) = (
            "追回到账,,某〔2021〕99号,,,1250.00,2021-11-02,SK-9,,,,",
            "退还支付,,某〔2021〕99号,,,1250.00,2021-11-05,TF-9,,,,",
        );
        assert_eq!(owed(office, &[came]).0, Some(4));
        assert_eq!((sum(office, "receivable"), debts(office).len(), findings(office)), (-125_000, 1, 1));
        assert_eq!(owed(office, &[went]).0, Some(0));
        assert_eq!((sum(office, "receivable"), sum(office, "refundable"), findings(office)), (0, 0, 0));
        assert!(debts(office).is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_goes_to_the_decision_about_the_item_that_stands() {
    with_office(|office| {
        paid(office);
        let twice =
            "单位编号,申请编号,序号,结果,金额,银行流水号,生效日期\n610523CZ,ZF-001,2,成功,1250.00,LS-91,2021-10-25\n";
        assert_eq!(office.import("twice.csv", twice).0, Some(4));
        let cleared = |number: &str, end: &str| {
            let head =
                "单位编号,申请编号,序号,银行流水号,金额,处理方式,处理序号,生效日期,版次,更正,更正理由,更正文号\n";
            format!("{head}610523CZ,ZF-001,2,LS-91,1250.00,追回,{number},2021-11-01,{end}\n")
        };
        assert_eq!(office.import("c.csv", &cleared("", ",,,")).0, Some(0));
        assert_eq!(office.import("c.csv", &cleared("", &format!(",{BACK}"))).0, Some(4));
        assert_eq!(office.import("c.csv", &cleared("2", ",,,")).0, Some(0));
        let (code, said) = owed(office, &["追回到账,,,LS-91,,1250.00,2021-11-02,SK-1,,,,"]);
        assert_eq!((code, sum(office, "receivable"), findings(office)), (Some(0), 0, 0), "{said}");
        assert!(!debts(office)[0]["payout"].as_str().unwrap_or_default().is_empty(), "whose payment it was");
    })
    .await;
}

/// What a bank or a clerk tells, in any order, each delivered until nothing more is refused: a clearing is corrected after money came in,
/// which is told of an order as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_clearing_corrected_after_money_came_in_ends_the_same_in_any_order_of_files() {
    let ends = Arc::new(Mutex::new(Vec::new()));
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 4, 0, 5, 3, 1], [1, 3, 2, 5, 4, 0]] {
        let ends = ends.clone();
        with_office(move |office| {
            paid(office);
            let row = |column: &str, word: &str, fen: &str, end: &str| {
                let head = "单位编号,申请编号,序号,银行流水号,生效日期,金额,版次,更正,更正理由,更正文号";
                format!("{head},{column}\n610523CZ,ZF-001,2,LS-91,2021-10-25,{fen},{end},{word}\n")
            };
            let told = [
                row("结果", "成功", "1250.00", ",,,"),
                row("处理方式", "追回", "1250.00", ",,,"),
                row("处理方式", "追回", "1250.00", &format!(",{BACK}")),
                row("处理方式", "追回", "1000.00", "1,,,"),
            ];
            for at in [order; 4].concat() {
                match at {
                    4 => drop(owed(office, &["追回到账,,,LS-91,,1000.00,2021-11-02,SK-1,,,,"])),
                    5 => drop(owed(office, &["追回,某〔2021〕11号,,,退学,500.00,2021-11-01,,,,,"])),
                    at => drop(office.import("told.csv", &told[at])),
                }
            }
            // It is told of the order too, and counts once, for the clearing that stands.
            let (code, said) = owed(office, &["追回到账,,某〔2021〕11号,,,1000.00,2021-11-02,SK-1,,,,"]);
            assert!(code == Some(4) && said.contains("重复登记"), "{order:?} {said}");
            let sums = ["receivable", "suspense", "available"].map(|class| sum(office, class));
            ends.lock().expect("one at a time").push((sums, findings(office), debts(office).len()));
        })
        .await;
    }
    let ends = ends.lock().expect("one at a time");
    assert!(ends.iter().all(|end| *end == ([50_000, -25_000, 0], 2, 2)), "{ends:?}");
}

/// It was told before its decision, by the bank's number of the credit, which was told anew since.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_told_before_its_decision_counts_whichever_edition_of_the_credit_that_is_about() {
    with_office(|office| {
        paid(office);
        let results = |rows: &[&str]| {
            let head = "单位编号,申请编号,序号,结果,金额,银行流水号,生效日期,版次,更正,更正理由,更正文号\n";
            let rows: Vec<String> = rows.iter().map(|row| format!("610523CZ,ZF-001,2,成功,{row}\n")).collect();
            office.import("results.csv", &(head.to_owned() + &rows.concat())).0
        };
        assert_eq!(results(&["1250.00,LS-91,2021-10-25,,,,"]), Some(4));
        let received = "追回到账,,,LS-91,,500.00,2021-10-27,SK-1,,,,";
        assert_eq!(owed(office, &[received]).0, Some(4));
        let back = format!("1250.00,LS-91,2021-10-25,,{BACK}");
        assert_eq!(results(&[&back, "1000.00,LS-91,2021-10-25,1,,,"]), Some(4));
        let cleared = "单位编号,申请编号,序号,银行流水号,金额,处理方式,生效日期\n610523CZ,ZF-001,2,LS-91,1000.00,追回,2021-10-26\n";
        assert_eq!(office.import("c.csv", cleared).0, Some(0));
        assert_eq!((sum(office, "receivable"), findings(office), debts(office).len()), (50_000, 0, 1));
        let (code, said) = owed(office, &[received]);
        assert_eq!((code, sum(office, "receivable")), (Some(0), 50_000), "{said}");
        // One file has one column of units, for waivers too.
        let id = debts(office)[0]["debt"].as_str().expect("an id").to_owned();
        let head = "追退业务,单位编号,事件编号,文号,原因,金额,生效日期,流水号\n";
        let rows = format!("追回到账,610523CZ,{id},,,100.00,2021-10-28,SK-2\n免追,610523CZ,{id},某〔2021〕12号,困难,400.00,2021-10-29,\n");
        let (code, shown, said) = office.import("i.csv", &(head.to_owned() + &rows));
        assert_eq!((code, sum(office, "receivable")), (Some(0), 0), "{shown} {said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_says_how_much_there_is() {
    with_office(|office| {
        paid(office);
        let order = |document: u8, fen: &str| format!("追回,某〔2021〕{document}号,,,退学,{fen},2021-11-01,,,,,");
        assert_eq!(owed(office, &[&order(11, "1000.00")]).0, Some(0));
        let (code, said) = owed(office, &[&order(12, "300.00")]);
        assert!(code == Some(1) && said.contains("可追回的还有 250.00 元"), "{said}");
        assert_eq!(owed(office, &[&order(13, "250.00")]).0, Some(0));
        let (code, said) = owed(office, &[&order(14, "0.01")]);
        assert!(code == Some(1) && said.contains("没有可追回的"), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_award_ended_holds_the_approval_of_its_roster_and_is_named() {
    with_office(|office| {
        crate::remedies::granted(office);
        let ended = |end: &str| {
            let head = "项目代码,学年,学校编号,身份证号,停发起始期次,停发原因,文号,生效日期,版次,更正,更正理由,更正文号\n";
            format!("{head}SH-GRANT,2021,610523X01,990001200501010015,1,转学,某〔2021〕8号,2021-09-20,{end}\n")
        };
        assert_eq!(office.import("ended.csv", &ended(",,,")).0, Some(0));
        let approved = format!(
            "材料类型,单位编号,材料编号,环节,生效日期,更正,更正理由,更正文号\n花名册,610523X01,H-001,批准,2021-09-14,{BACK}\n"
        );
        let (code, _, said) = office.import_as("县财政局/批准", "a.csv", &approved);
        assert!(code == Some(1) && said.contains("in_use") && said.contains("停发那一行"), "{said}");
        assert_eq!(office.import("ended.csv", &ended(&format!(",{BACK}"))).0, Some(0));
        assert_eq!(office.import_as("县财政局/批准", "a.csv", &approved).0, Some(0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_one_document_that_pass_down_go_together_and_each_says_so() {
    with_office(|office| {
        stories(office, &["01-orgs"]);
        let (code, shown, said) = office.import_path(
            "省财政厅/制度",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../policies/sh-grant.toml").into(),
        );
        assert_eq!(code, Some(0), "{shown} {said}");
        let orgs = "机构编号,机构名称,级次,职能,上级机构编号,区划代码,生效日期\n\
            61A,甲省厅,省级,财政,,610000,2020-01-01\n61A1,甲县局,县级,财政,61A,610001,2020-01-01\n\
            61A2,乙县局,县级,财政,61A,610002,2020-01-01\n";
        assert_eq!(office.import("orgs.csv", orgs).0, Some(0));
        let head = "动作,文号,指标行号,单位编号,预算年度,项目代码,资金来源,支出科目,来源文号,来源行号,来源单位编号,金额,生效日期,版次,更正,更正理由,更正文号\n";
        let top = "下达,甲财〔2021〕1号,1,61A,2021,SH-GRANT,省级,2050204,,,,100.00,2021-03-01,,,,\n";
        let row = |line: u8, fen: &str, end: &str| {
            format!("分配,甲财〔2021〕2号,{line},61A{line},,,,,甲财〔2021〕1号,1,61A,{fen},2021-03-02,{end}\n")
        };
        let back = format!(",{BACK}");
        let told = format!("{head}{top}{}{}", row(1, "30.00", ",,,"), row(2, "20.00", ",,,"));
        let (code, shown, said) = office.import("b.csv", &told);
        assert_eq!(code, Some(0), "{shown} {said}");
        for line in [1, 2] {
            let fen = if line == 1 { "30.00" } else { "20.00" };
            let (code, _, said) = office.import("one.csv", &format!("{head}{}", row(line, fen, &back)));
            assert!(code == Some(1) && said.contains("同一文号分配的各行") && said.contains("一并"), "{line}: {said}");
        }
        let (code, _, said) = office.import("one.csv", &format!("{head}{}", row(2, "25.00", "1,,,")));
        assert!(code == Some(1) && said.contains("同一文号分配的各行"), "{said}");
        let both = [row(1, "30.00", &back), row(2, "20.00", &back), row(1, "30.00", "1,,,"), row(2, "25.00", "1,,,")];
        let (code, shown, said) = office.import("both.csv", &(head.to_owned() + &both.concat()));
        assert_eq!(code, Some(0), "{shown} {said}");
    })
    .await;
}
