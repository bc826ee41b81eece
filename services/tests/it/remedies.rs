//! What an import says to do about a row that does not count can be done, by files, and then the row counts.

use crate::import_again::{Office, with_office};

/// Imports files that come with this project.
fn delivered(office: &Office, who: &str, files: &[&str]) {
    for name in files {
        let path = format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"));
        let (code, shown, said) = office.import_path(who, path.into());
        assert!(matches!(code, Some(0 | 4)), "{name}: {shown} {said}");
    }
}

/// Imports stories of the README.
fn stories(office: &Office, files: &[&str]) {
    for name in files {
        delivered(office, "县财政局/制单", &[&format!("docs/stories/{name}.csv")]);
    }
}

/// Nine pupils have an approved roster and application.
fn applied(office: &Office) {
    delivered(office, "省财政厅/制度", &["policies/sh-grant.toml"]);
    stories(office, &["01-orgs", "02-pupils", "03-budget", "04-budget-corrected"]);
    delivered(office, "学校/制表", &["docs/stories/05-roster.csv"]);
    delivered(office, "县教育局/审核", &["docs/stories/06-roster-reviewed.csv"]);
    delivered(office, "县财政局/批准", &["docs/stories/07-roster-approved.csv"]);
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
        let text = head.to_owned() + &both("2520.00", back) + &both("2250.00", again);
        let (code, shown, said) = office.import("both.csv", &text);
        assert_eq!(code, Some(0), "{shown} {said}");
    })
    .await;
}

const OPINION: &str = "材料类型,单位编号,材料编号,材料版次,环节,生效日期,行号\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_given_up_by_the_steps_that_are_named_and_sent_again() {
    with_office(|office| {
        let policies =
            ["origin.toml", "subsidy.toml", "waiver.toml", "risk.toml", "benchmark5y.csv", "lpr5y.csv", "waivers.csv"];
        for name in policies {
            delivered(office, "省财政厅/制度", &[&format!("policies/loans/{name}")]);
        }
        stories(office, &["01-orgs", "20-lender", "21-borrower", "22-contract", "23-drawn"]);
        assert_eq!(office.ask(&["accrue", "--lender", "DK01", "--through", "2022-12-20"]).0, Some(0));
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
