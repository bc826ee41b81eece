//! What an import says to do about a row that does not count can be done, by files, and then the row counts.

use crate::import_again::{Office, with_office};
use services::intake::import::ids;

/// Imports files that come with this project.
fn delivered(office: &Office, who: &str, files: &[&str]) {
    for name in files {
        let path = format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"));
        let (code, shown, said) = office.import_path(who, path.into());
        assert!(matches!(code, Some(0 | 4)), "{name}: {shown} {said}");
    }
}

/// Imports stories of the README.
pub(crate) fn stories(office: &Office, files: &[&str]) {
    for name in files {
        delivered(office, "县财政局/制单", &[&format!("docs/stories/{name}.csv")]);
    }
}

/// Nine pupils have an approved roster.
pub(crate) fn granted(office: &Office) {
    delivered(office, "省财政厅/制度", &["policies/sh-grant.toml"]);
    stories(office, &["01-orgs", "02-pupils", "03-budget", "04-budget-corrected"]);
    delivered(office, "学校/制表", &["docs/stories/05-roster.csv"]);
    delivered(office, "县教育局/审核", &["docs/stories/06-roster-reviewed.csv"]);
    delivered(office, "县财政局/批准", &["docs/stories/07-roster-approved.csv"]);
}

/// They have an approved application too.
pub(crate) fn applied(office: &Office) {
    granted(office);
    stories(office, &["11-application-corrected"]);
    delivered(office, "县财政局/批准", &["docs/stories/12-application-approved.csv"]);
}

const CLEARED: &str = "单位编号,申请编号,序号,银行流水号,金额,入账日期,处理方式,生效日期,处理序号\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_second_decision_about_one_sum_is_told_its_column_and_not_to_cancel_an_application() {
    with_office(|office| {
        applied(office);
        stories(office, &["09-voucher", "13-batch", "10-results"]);
        let twice =
            "单位编号,申请编号,序号,结果,金额,银行流水号,生效日期\n610523CZ,ZF-001,1,成功,1250.00,LS-99,2021-10-25\n";
        assert_eq!(office.import("twice.csv", twice).0, Some(4));
        let row = |fen: &str, number: &str| {
            format!("{CLEARED}610523CZ,ZF-001,1,LS-99,{fen},2021-10-25,追回,2021-11-01,{number}\n")
        };
        assert_eq!(office.import("cleared.csv", &row("400.00", "")).0, Some(0));
        let (code, shown, said) = office.import("cleared.csv", &row("850.00", ""));
        assert_eq!((code, &shown["differs"]), (Some(1), &1.into()), "{said}");
        assert!(said.contains("处理序号") && !said.contains("花名册") && !said.contains("作废"), "{said}");
        assert_eq!(office.import("cleared.csv", &row("850.00", "2")).0, Some(0));
        // What was paid beside the payment that settled the instalment is not accepted, and not "nothing to do".
        let accepted = "单位编号,申请编号,序号,银行流水号,金额,入账日期,处理方式,生效日期,指标\n\
            610523CZ,ZF-001,1,LS-98,1250.00,2021-10-25,认可,2021-11-01,大荔县财预〔2021〕1号#1\n";
        assert_eq!(office.import("twice.csv", &twice.replace("LS-99", "LS-98")).0, Some(4));
        let (code, _, said) = office.import("accepted.csv", accepted);
        assert!(code == Some(1) && said.contains("way_not_open") && said.contains("追回"), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_tell_a_voucher_together_are_taken_back_together() {
    with_office(|office| {
        applied(office);
        let head = "凭证号,申请编号,单位编号,签发日期,清算日期,指标,金额,版次,更正,更正文号\n";
        let row = |line: u8, fen: &str, more: &str| {
            format!("PZ-1,ZF-001,610523CZ,2021-10-19,2021-10-20,大荔县财预〔2021〕1号#{line},{fen},{more}\n")
        };
        let both = |fen: &str, more: &str| row(1, "9000.00", more) + &row(2, fen, more);
        let (back, again) = (",撤销,某财〔2021〕9号", "1,,");
        assert_eq!(office.import("wrong.csv", &(head.to_owned() + &both("2520.00", ",,"))).0, Some(4));
        let (code, _, said) = office.import("right.csv", &(head.to_owned() + &both("2250.00", ",,")));
        assert!(code == Some(1) && said.contains("该凭证原来的各行一并"), "{said}");
        let (code, _, said) = office.import("one.csv", &(head.to_owned() + &row(2, "2520.00", back)));
        assert!(code == Some(1) && said.contains("not_as_told") && said.contains("各行须一并"), "{said}");
        // Neither the voucher nor its clearing was.
        let (_, taken) = office.ask(&["withdrawals", "--json"]);
        assert!(!taken.contains("voucher_cleared") && !taken.contains("voucher_issued"), "{taken}");
        let text = head.to_owned() + &both("2520.00", back) + &both("2250.00", again);
        let (code, shown, said) = office.import("both.csv", &text);
        assert_eq!(code, Some(0), "{shown} {said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_takes_back_all_it_told_takes_back_all_or_nothing() {
    with_office(|office| {
        delivered(office, "省财政厅/制度", &["policies/sh-grant.toml"]);
        stories(office, &["01-orgs", "02-pupils"]);
        let row = |card: &str| {
            format!(
                "身份证号,户籍区划代码,学校编号,学籍状态,卡号,生效日期,更正,更正文号\n\
                 990001200501010015,610523,610523X01,在籍,{card},2020-09-01,撤销整行,某〔2021〕9号\n"
            )
        };
        let (code, shown, said) = office.import("wrong.csv", &row("C610523002"));
        assert_eq!((code, &shown["posted"], &shown["refused"]), (Some(1), &0.into(), &1.into()), "{said}");
        let (code, shown, said) = office.import("right.csv", &row("C610523001"));
        assert_eq!((code, &shown["posted"]), (Some(0), &3.into()), "{said}");
        let (code, shown, said) = office.import("right.csv", &row("C610523001"));
        assert_eq!((code, &shown["duplicates"]), (Some(0), &3.into()), "{said}");
    })
    .await;
}

const OPINION: &str = "材料类型,单位编号,材料编号,材料版次,环节,生效日期,行号\n";

/// A borrower of 8,000 yuan, with interest through 2022.
fn lent(office: &Office) {
    let names =
        ["origin.toml", "subsidy.toml", "waiver.toml", "risk.toml", "benchmark5y.csv", "lpr5y.csv", "waivers.csv"];
    for name in names {
        delivered(office, "省财政厅/制度", &[&format!("policies/loans/{name}")]);
    }
    stories(office, &["01-orgs", "20-lender", "21-borrower", "22-contract", "23-drawn"]);
    assert_eq!(office.ask(&["accrue", "--lender", "DK01", "--through", "2022-12-20"]).0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_given_up_by_the_steps_that_are_named_and_sent_again() {
    with_office(|office| {
        lent(office);
        stories(office, &["24-claim-subsidy"]);
        let step = |stage: &str, day: &str, line: &str| format!("申报,DK01,TX-2022,,{stage},{day},{line}\n");
        let given_up = |day| OPINION.to_owned() + &step("作废", day, "");
        let (code, _, said) = office.import("o.csv", &given_up("2023-01-10"));
        assert!(code == Some(1) && said.contains("wrong_day") && said.contains("2023-01-05"), "{said}");
        let (code, _, said) = office.import("o.csv", &given_up("2023-01-05"));
        assert!(code == Some(1) && said.contains("撤销封存") && said.contains("撤销行"), "{said}");
        let all =
            [step("撤销封存", "2023-01-05", ""), step("撤销行", "2023-01-05", "1"), step("作废", "2023-01-05", "")];
        let (code, shown, said) = office.import("all.csv", &(OPINION.to_owned() + &all.concat()));
        assert_eq!((code, &shown["posted"]), (Some(0), &3.into()), "{said}");
        let claim = include_str!("../../../docs/stories/24-claim-subsidy.csv");
        let (code, _, said) = office.import("again.csv", claim);
        assert!(code == Some(1) && said.contains("整份申报重报"), "{said}");
        let mut rows = claim.trim_end().lines();
        let next = format!("{},edition\n{},1\n", rows.next().unwrap_or_default(), rows.next().unwrap_or_default());
        let (code, shown, said) = office.import("next.csv", &next);
        assert_eq!((code, &shown["posted"]), (Some(0), &3.into()), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disputed_lines_are_named_as_they_were_typed_and_a_follower_is_sent_anew() {
    with_office(|office| {
        lent(office);
        let claim = include_str!("../../../docs/stories/24-claim-subsidy.csv");
        let wrong = claim.replace(",392.00,", ",400.00,")
            + "TX-2022,DK01,origin,subsidy,2021-12-21,2022-12-20,610000CZ,2,HT-77,\
            8000.00,4.9000,365,392.00,2023-01-05\n";
        for _ in 0..2 {
            let (code, shown, said) = office.import("wrong.csv", &wrong);
            assert_eq!((code, &shown["disputed"]), (Some(4), &2.into()), "{said}");
            assert!(said.contains("wrong.csv:3:") && said.contains("HT-77 贷款不存在"), "{said}");
            assert!(said.contains("wrong.csv:2:") && said.contains("账上 392.00 元"), "{said}");
        }
        let other = |number: &str, edition: &str| {
            let rows = claim.replace("TX-2022", number);
            let mut rows = rows.trim_end().lines();
            let (head, row) = (rows.next().unwrap_or_default(), rows.next().unwrap_or_default());
            format!("{head},edition\n{row},{edition}\n")
        };
        assert_eq!(office.import("a.csv", &other("TX-A", "")).0, Some(0));
        let (code, _, said) = office.import("b.csv", &other("TX-B", ""));
        assert!(code == Some(4) && said.contains("重复申报") && said.contains("下一版次整份重报"), "{said}");
        let step = |number: &str, stage: &str, line: &str| format!("申报,DK01,{number},,{stage},2023-01-05,{line}\n");
        let first = [step("TX-A", "撤销封存", ""), step("TX-A", "撤销行", "1"), step("TX-A", "作废", "")];
        let then = [step("TX-B", "撤销封存", ""), step("TX-B", "作废", "")];
        let text = OPINION.to_owned() + &first.concat() + &then.concat();
        let (code, shown, said) = office.import("back.csv", &text);
        assert_eq!(code, Some(0), "{shown} {said}");
        let (code, shown, said) = office.import("b.csv", &other("TX-B", "1"));
        assert_eq!((code, &shown["posted"]), (Some(0), &3.into()), "{said}");
    })
    .await;
}

const RESULTS: &str = "单位编号,申请编号,序号,结果,金额,银行流水号,生效日期,版次,更正,更正文号\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_a_later_edition_says_too_counts_and_is_said_so() {
    with_office(|office| {
        applied(office);
        stories(office, &["09-voucher", "13-batch"]);
        let row = |fen: &str, more: &str| format!("610523CZ,ZF-001,1,成功,{fen},LS-1,2021-10-22,{more}\n");
        assert_eq!(office.import("slip.csv", &(RESULTS.to_owned() + &row("125.00", ",,"))).0, Some(4));
        let back = RESULTS.to_owned() + &row("125.00", ",撤销,某财〔2021〕9号");
        assert_eq!(office.import("back.csv", &back).0, Some(0));
        // As the source has it: the edition to name is said, as it is not on record yet.
        let right = RESULTS.to_owned() + &row("1250.00", ",,");
        let (code, _, said) = office.import("right.csv", &right);
        assert!(code == Some(1) && said.contains("栏填 1 再报"), "{said}");
        assert_eq!(office.import("next.csv", &(RESULTS.to_owned() + &row("1250.00", "1,,"))).0, Some(0));
        let (code, shown, said) = office.import("right.csv", &right);
        assert_eq!((code, &shown["superseded"]), (Some(0), &1.into()), "{said}");
        assert!(said.contains("第 1 版次在账"), "{said}");
        let (code, _, said) = office.import("other.csv", &(RESULTS.to_owned() + &row("125.00", ",,")));
        assert!(code == Some(1) && said.contains("现以第 1 版次") && said.contains("栏填 2 报本行"), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_row_of_a_roster_is_named_at_once() {
    with_office(|office| {
        delivered(office, "省财政厅/制度", &["policies/sh-grant.toml"]);
        stories(office, &["01-orgs", "02-pupils"]);
        let roster = include_str!("../../../docs/stories/05-roster.csv");
        let wrong = |(at, row): (usize, &str)| match at {
            2 | 5 | 8 => row.replace("2500.00", "1500.00") + "\n",
            _ => row.to_owned() + "\n",
        };
        let text: String = roster.lines().enumerate().map(wrong).collect();
        let (code, shown, said) = office.import("roster.csv", &text);
        assert_eq!((code, &shown["waiting"], &shown["refused"]), (Some(1), &5.into(), &4.into()), "{said}");
        for line in [3, 6, 9] {
            assert!(said.contains(&format!("roster.csv:{line}: 花名册加行 仍被拒 refused")), "{said}");
        }
        assert!(!said.contains("line_out_of_order") && said.contains("整份未封存"), "{said}");
        let (code, _, said) = office.import("roster.csv", roster);
        assert_eq!(code, Some(0), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_result_in_suspense_is_cleared_by_its_serial() {
    with_office(|office| {
        applied(office);
        stories(office, &["09-voucher", "13-batch", "10-results"]);
        let row = |fen: &str, more: &str| format!("610523CZ,ZF-001,1,成功,{fen},LS-99,2021-10-25,{more}\n");
        let text =
            [RESULTS, &row("125.00", ",,"), &row("125.00", ",撤销,某财〔2021〕9号"), &row("250.00", "1,,")].concat();
        assert_eq!(office.import("twice.csv", &text).0, Some(4));
        let cleared = format!("{CLEARED}610523CZ,ZF-001,1,LS-99,250.00,2021-10-25,追回,2021-11-01,\n");
        for _ in 0..2 {
            let (code, shown, said) = office.import("cleared.csv", &cleared);
            assert_eq!(code, Some(0), "{shown} {said}");
        }
        let (_, open) = office.ask(&["findings", "--open"]);
        assert!(open.contains("in suspense: 0.00"), "{open}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_row_was_refused_about_is_named() {
    with_office(|office| {
        applied(office);
        let again = include_str!("../../../docs/stories/05-roster.csv").replace("H-001", "H-002");
        let (code, _, said) = office.import_as("学校/另一人", "roster.csv", &again);
        assert!(
            code == Some(1) && said.contains("学年的另一份花名册，第") && said.contains("由 学校/制表 编制"),
            "{said}"
        );
        let application = include_str!("../../../docs/stories/11-application-corrected.csv");
        let (code, _, said) = office.import("other.csv", &application.replace("ZF-001", "ZF-002"));
        assert!(code == Some(1) && said.contains("在另一份支付申请，第"), "{said}");
        // Given up, it is sent as its next edition, of which the second line pays more than it has.
        let cancel = format!("{OPINION}支付申请,610523CZ,ZF-001,,作废,2021-10-19,\n");
        assert_eq!(office.import("cancel.csv", &cancel).0, Some(0));
        let next = application
            .replace("ZF-001,,", "ZF-001,1,")
            .replace(",1000.00,", ",250.00,")
            .replace("#2,250.00", "#2,1000.00");
        let (code, _, said) = office.import("next.csv", &next);
        assert!(code == Some(1) && said.contains("差 6,750.00 元"), "{said}");
        assert!(said.contains("指标 大荔县财预〔2021〕1号#2（") && said.contains("可用 2,250.00 元"), "{said}");
        let bank = RESULTS.to_owned() + "610523CZ,ZF-001,1,成功,1250.00,LS-1,2021-10-22,,,\n";
        let (code, _, said) = office.import("bank.csv", &bank);
        assert!(code == Some(4) && said.contains("已作废：实为下一版次的"), "{said}");
    })
    .await;
}

const OWED: &str = "追退业务,金额,生效日期,单位编号,申请编号,序号,流水号,原流水号,版次,更正,更正文号\n";

fn received(more: &str) -> String {
    format!("{OWED}追回到账,100.00,2021-11-05,610523CZ,ZF-001,1,DZ-1,LS-99,{more}\n")
}

fn decided(fen: &str, more: &str) -> String {
    let columns = CLEARED.replace("处理序号", "版次,更正,更正文号");
    format!("{columns}610523CZ,ZF-001,1,LS-99,{fen},2021-10-25,追回,2021-11-01,{more}\n")
}

/// 125 yuan stand in suspense under LS-99.
fn in_suspense(office: &Office) -> impl Fn(&str, &str) -> String {
    applied(office);
    stories(office, &["09-voucher", "13-batch", "10-results"]);
    let row = |fen: &str, more: &str| format!("{RESULTS}610523CZ,ZF-001,1,成功,{fen},LS-99,2021-10-25,{more}\n");
    assert_eq!(office.import("bank.csv", &row("125.00", ",,")).0, Some(4));
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_and_its_receipt_told_again_after_the_bank_corrected_its_row_are_the_same_and_can_be_taken_back() {
    with_office(|office| {
        let bank = in_suspense(office);
        let told = [decided("125.00", ",,"), received(",,")];
        for text in &told {
            assert_eq!(office.import("told.csv", text).0, Some(0));
        }
        assert_eq!(office.import("back.csv", &bank("125.00", ",撤销,某财〔2021〕9号")).0, Some(4));
        assert_eq!(office.import("next.csv", &bank("250.00", "1,,")).0, Some(4));
        // The decision rests on what is so no more, and says so until it is taken back.
        for (text, (open, exit)) in told.iter().zip([(1, Some(4)), (0, Some(0))]) {
            let (code, shown, said) = office.import("told.csv", text);
            let found = (code, &shown["duplicates"], &shown["still_open"]);
            assert_eq!(found, (exit, &1.into(), &open.into()), "{shown} {said}");
        }
        let back = [received(",撤销,某财〔2021〕9号"), decided("125.00", ",撤销,某财〔2021〕9号")];
        for outcome in ["posted", "duplicates"] {
            for text in &back {
                let (code, shown, said) = office.import("back.csv", text);
                assert_eq!((code, &shown[outcome]), (Some(0), &1.into()), "{shown} {said}");
            }
        }
        // What is right is said as the next edition, of the row that counts now; the old files count no more.
        for text in &told {
            let (code, shown, said) = office.import("told.csv", text);
            assert_eq!((code, &shown["withdrawn"]), (Some(1), &1.into()), "{shown} {said}");
        }
        for text in [decided("250.00", "1,,"), received("1,,")] {
            let (code, shown, said) = office.import("right.csv", &text);
            assert_eq!((code, &shown["posted"]), (Some(0), &1.into()), "{shown} {said}");
        }
        let (_, owed) = office.ask(&["debts", "--open"]);
        assert!(owed.contains("receivable: 150.00"), "{owed}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_by_serial_goes_to_the_decision_that_counts() {
    with_office(|office| {
        let _ = in_suspense(office);
        let back = decided("120.00", ",撤销,某财〔2021〕9号");
        for text in [decided("120.00", ",,"), back, decided("125.00", "1,,")] {
            assert_eq!(office.import("decided.csv", &text).0, Some(0));
        }
        for outcome in ["posted", "duplicates"] {
            let (code, shown, said) = office.import("received.csv", &received(",,"));
            assert_eq!((code, &shown[outcome]), (Some(0), &1.into()), "{shown} {said}");
        }
        let (_, owed) = office.ask(&["debts", "--open"]);
        assert!(owed.contains("receivable: 25.00") && !owed.contains("undecided"), "{owed}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_application_takes_from_a_line_is_corrected_to_another() {
    with_office(|office| {
        applied(office);
        let budget = "动作,文号,指标行号,单位编号,预算年度,项目代码,资金来源,支出科目,来源文号,来源行号,来源单位编号,金额,生效日期\n";
        let other = "下达,大荔县财预〔2021〕5号,1,610523CZ,2021,SH-GRANT,中央,2050204,,,,1500.00,2021-03-01\n";
        assert_eq!(office.import("budget.csv", &(budget.to_owned() + other)).0, Some(0));
        let head = "申请编号,单位编号,原指标,新指标,金额,文号,生效日期,版次,更正,更正文号\n";
        let row = |fen: &str, end: &str| {
            let lines = "大荔县财预〔2021〕1号#1,大荔县财预〔2021〕5号#1";
            format!("ZF-001,610523CZ,{lines},{fen},大荔县财预〔2021〕30号,2021-10-21,{end}\n")
        };
        let file = |rows: &[String]| head.to_owned() + &rows.concat();
        let (code, _, said) = office.import("much.csv", &file(&[row("9000.01", ",,")]));
        assert!(code == Some(1) && said.contains("exceeds_drawn") && said.contains("9,000.00 元"), "{said}");
        let (code, _, said) = office.import("more.csv", &file(&[row("2000.00", ",,")]));
        assert!(code == Some(1) && said.contains("差 500.00 元") && said.contains("追加"), "{said}");
        let added = "追加,大荔县财预〔2021〕6号,,,,,,,大荔县财预〔2021〕5号,1,610523CZ,500.00,2021-03-02\n";
        assert_eq!(office.import("added.csv", &(budget.to_owned() + added)).0, Some(0));
        assert_eq!(office.import("more.csv", &file(&[row("2000.00", ",,")])).0, Some(0));
        let (code, shown, said) = office.import("other.csv", &file(&[row("1000.00", ",,")]));
        assert_eq!((code, &shown["differs"]), (Some(1), &1.into()), "{said}");
        let right = [row("2000.00", ",撤销,大荔县财预〔2021〕31号"), row("1500.00", "1,,")];
        let (code, _, said) = office.import("right.csv", &file(&right));
        assert_eq!(code, Some(0), "{said}");
        // The first payment is of the other line whole, the second by half.
        for (line, parts) in [(1, ["1,000.00"].as_slice()), (2, &["500.00"])] {
            let payout = ids::payout("610523CZ", "ZF-001", 0, line).to_string();
            let (_, shown) = office.ask(&["trace", &payout]);
            let corrected = shown.split("├").filter(|strand| strand.contains("更正自原指标"));
            let starts = |(strand, fen): (&str, &&str)| strand.trim_start().starts_with(*fen);
            assert!(corrected.zip(parts).all(starts) && shown.contains("更正自原指标"), "{shown}");
        }
    })
    .await;
}
