//! 审核意见再次送达，和被拒之后能做什么：每一条办法都照着做一遍。
//!
//! Opinions delivered again, and remedies followed as they are worded, with files alone.

use crate::import_again::{Office, with_office};
use crate::whose_number::{HERE, application, counts, roster, two_counties};

/// A file of opinions.
fn opinions(rows: &[&str]) -> String {
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!("材料类型,单位编号,材料编号,材料版次,环节,生效日期\n{rows}")
}

/// The roster of the county's school, reviewed and approved.
fn approved_roster(office: &Office) {
    two_counties(office);
    counts(office, "学校/制表", "花名册.csv", &roster(HERE));
    let both = ["花名册,610523X01,H-001,,审核,2021-09-12", "花名册,610523X01,H-001,,批准,2021-09-13"];
    counts(office, "教育局/审核", "审核.csv", &opinions(&both));
}

/// A refused import: what it says of its rows, all of which is Chinese first.
fn refused(office: &Office, who: &str, name: &str, text: &str, code: &str) -> String {
    let (ended, shown, said) = office.import_as(who, name, text);
    assert_eq!(ended, Some(1), "{said}");
    assert!(said.contains(code) || shown["problems"].to_string().contains(code), "{code}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opinion_overtaken_by_its_own_file_stands_as_the_file_says_however_often_it_is_delivered() {
    with_office(|office| {
        approved_roster(office);
        counts(office, "财政局/制单", "申请.csv", &application(HERE, ""));
        let [approve, cancel] =
            ["批准,2021-10-18", "作废,2021-10-19"].map(|stage| format!("支付申请,{HERE},ZF-001,,{stage}"));
        let both = opinions(&[&approve, &cancel]);
        let (code, shown, said) = office.import_as("财政局/批准", "意见.csv", &both);
        assert_eq!((code, &shown["posted"]), (Some(0), &2.into()), "{said}");
        for _ in 0..2 {
            let (code, shown, said) = office.import_as("财政局/批准", "意见.csv", &both);
            assert_eq!((code, &shown["taken_back"], &shown["duplicates"]), (Some(0), &1.into(), &1.into()), "{said}");
            assert_eq!((&shown["withdrawn"], &shown["posted"]), (&0.into(), &0.into()), "{said}");
        }
        // In a file that does not say it was overtaken it does not count as the file says.
        let (code, shown, said) = office.import_as("财政局/批准", "批准.csv", &opinions(&[&approve]));
        assert_eq!((code, &shown["withdrawn"]), (Some(1), &1.into()), "{said}");
        // Nor where the file says it was approved after it was cancelled.
        let (code, shown, said) = office.import_as("财政局/批准", "倒序.csv", &opinions(&[&cancel, &approve]));
        assert_eq!((code, &shown["withdrawn"]), (Some(1), &1.into()), "{said}");
        counts(office, "财政局/批准", "作废.csv", &opinions(&[&cancel]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_opinions_can_be_followed() {
    with_office(|office| {
        approved_roster(office);
        // An approved roster cannot be given up before its approval is taken back.
        let cancel = opinions(&["花名册,610523X01,H-001,,作废,2021-09-14"]);
        let said = refused(office, "教育局/审核", "作废.csv", &cancel, "in_use");
        assert!(said.contains("先把“批准”那一行照原样再报") && !said.contains("无须处理"), "{said}");
        // An opinion told otherwise, put right as the words say: its row as it was with 撤销, and the right one as the next edition.
        let later = opinions(&["花名册,610523X01,H-001,,批准,2021-09-15"]);
        let said = refused(office, "教育局/审核", "另日.csv", &later, "同号异文");
        assert!(said.contains("不必再报") && said.contains("“更正”栏填“撤销”"), "{said}");
        let row = |day: &str, more: &str| format!("花名册,610523X01,H-001,批准,{day},{more}\n");
        let corrected =
            |rows: &[String]| format!("材料类型,单位编号,材料编号,环节,生效日期,更正,更正文号,版次\n{}", rows.concat());
        let right = row("2021-09-15", ",,1");
        let both = corrected(&[row("2021-09-13", "撤销,教〔2021〕1号,"), right.clone()]);
        for _ in 0..2 {
            let (code, _, said) = office.import_as("教育局/审核", "更正.csv", &both);
            assert_eq!(code, Some(0), "{said}");
        }
        // All three rows in one file: what it took back itself stands as it says.
        let all = corrected(&[row("2021-09-13", ",,"), row("2021-09-13", "撤销,教〔2021〕1号,"), right]);
        let (code, shown, said) = office.import_as("教育局/审核", "全.csv", &all);
        assert_eq!((code, &shown["taken_back"]), (Some(0), &1.into()), "{said}");
        let (code, _, said) =
            office.import_as("教育局/审核", "旧.csv", &opinions(&["花名册,610523X01,H-001,,批准,2021-09-13"]));
        assert!(code == Some(1) && said.contains("现以第 1 版次"), "{said}");
        // Under another office's number: who has it is said.
        let wrong = opinions(&["花名册,610581X01,H-001,,批准,2021-09-15"]);
        let said = refused(office, "教育局/审核", "误写单位.csv", &wrong, "set_unknown");
        assert!(said.contains("610523X01") && said.contains("改填该单位编号"), "{said}");
        // Named by nobody, and on record nowhere: whose it is would not help.
        let nowhere = "材料类型,材料编号,环节,生效日期\n花名册,H-009,批准,2021-09-15\n";
        let said = refused(office, "教育局/审核", "未到.csv", nowhere, "set_unknown");
        assert!(said.contains("先导入材料") && !said.contains("--office"), "{said}");
        // Whoever prepared it: another imports the same file.
        counts(office, "财政局/制单", "申请.csv", &application(HERE, ""));
        let approve = opinions(&[&format!("支付申请,{HERE},ZF-001,,批准,2021-10-18")]);
        let said = refused(office, "财政局/制单", "批准.csv", &approve, "four_eyes");
        assert!(said.contains("把同一文件再导入一次") && !said.contains("注明"), "{said}");
        counts(office, "财政局/批准", "批准.csv", &approve);
        // The way back to the roster: application cancelled, approval taken back, roster cancelled.
        let back = corrected(&[row("2021-09-15", "撤销,教〔2021〕2号,1")]);
        refused(office, "教育局/审核", "撤.csv", &back, "in_use");
        let given_up = opinions(&[&format!("支付申请,{HERE},ZF-001,,作废,2021-10-19")]);
        counts(office, "财政局/批准", "申请作废.csv", &given_up);
        for (name, text) in [("撤.csv", &back), ("作废.csv", &cancel)] {
            counts(office, "教育局/审核", name, text);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_lines_of_an_application_can_be_followed() {
    with_office(|office| {
        approved_roster(office);
        let right = application(HERE, "");
        let wrong = right.replace("#2,500.00", "#2,499.00");
        let said = refused(office, "财政局/制单", "申请.csv", &wrong, "bad_amount");
        assert!(said.contains("2,500.00 元") && said.contains("整份支付申请再导入一次"), "{said}");
        counts(office, "财政局/制单", "申请.csv", &right);
        // The instalment is in that one: the other is given up, and this one imported again.
        let other = right.replace("ZF-001", "ZF-002");
        let said = refused(office, "财政局/制单", "另一份.csv", &other, "already_ordered");
        assert!(said.contains("先作废它，再导入本申请"), "{said}");
        counts(office, "财政局/批准", "作废.csv", &opinions(&[&format!("支付申请,{HERE},ZF-001,,作废,2021-10-18")]));
        counts(office, "财政局/制单", "另一份.csv", &other);
        // The other way round: this one is superfluous and given up.
        let third = right.replace("ZF-001", "ZF-003");
        refused(office, "财政局/制单", "第三份.csv", &third, "already_ordered");
        counts(office, "财政局/批准", "作废二.csv", &opinions(&[&format!("支付申请,{HERE},ZF-003,,作废,2021-10-18")]));
    })
    .await;
}
