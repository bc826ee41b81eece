//! 两县同号：大荔县、韩城市各有一份 ZF-001 支付申请，两所学校各有一份 H-001 花名册，各是各的；作废的一份用版次 1 重报。
//!
//! Two counties with equal numbers, from roster to bank result, told by files as offices deliver them.

use crate::import_again::{Office, with_office};
use services::intake::identity::check_digit;
use std::path::PathBuf;

pub(crate) const HERE: &str = "610523CZ";
const THERE: &str = "610581CZ";

fn id_number(county: &str) -> String {
    let front = format!("99000120050101{}", &county[3..6]);
    format!("{front}{}", check_digit(front.as_bytes()) as char)
}

/// Imports a file all of whose rows count as it says.
pub(crate) fn counts(office: &Office, who: &str, name: &str, text: &str) {
    let (code, _, said) = office.import_as(who, name, text);
    assert_eq!(code, Some(0), "{name}: {said}");
}

/// Both counties, each with a school, a student with a card, and 2,500 yuan for it.
pub(crate) fn two_counties(office: &Office) {
    let policy = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../policies/sh-grant.toml");
    assert_eq!(office.import_path("省财政厅/制度", policy).0, Some(0));
    let mut orgs = "机构编号,机构名称,级次,职能,上级机构编号,区划代码,生效日期\n".to_owned();
    let mut students = "身份证号,户籍区划代码,学校编号,学籍状态,卡号,生效日期\n".to_owned();
    let mut budget = "动作,文号,指标行号,单位编号,预算年度,项目代码,资金来源,支出科目,金额,生效日期\n".to_owned();
    orgs += "B1,三秦代发银行,省级,银行,,610000,2020-01-01\n";
    for (unit, name) in [(HERE, "大荔县"), (THERE, "韩城市")] {
        let division = &unit[..6];
        orgs += &format!("{unit},{name}财政局,县级,财政,,{division},2020-01-01\n");
        orgs += &format!("{division}X01,{name}中学,学校,学校,{unit},{division},2020-01-01\n");
        students += &format!("{},{division},{division}X01,在籍,C{division}0001,2020-09-01\n", id_number(unit));
        budget += &format!("下达,{name}财预〔2021〕1号,1,{unit},2021,SH-GRANT,中央,2050204,2000.00,2021-03-01\n");
        budget += &format!("下达,{name}财预〔2021〕1号,2,{unit},2021,SH-GRANT,县级,2050204,500.00,2021-03-01\n");
    }
    counts(office, "省资助中心/登记", "机构.csv", &orgs);
    counts(office, "省资助中心/登记", "学籍.csv", &students);
    counts(office, "省财政厅/预算", "预算.csv", &budget);
}

pub(crate) fn roster(unit: &str) -> String {
    let school = format!("{}X01", &unit[..6]);
    let id = id_number(unit);
    format!(
        "花名册编号,学校编号,项目代码,学年,发放日,制表日期,序号,身份证号,档次,金额\n\
         H-001,{school},SH-GRANT,2021,2021-10-01,2021-09-10,1,{id},2,2500.00\n"
    )
}

pub(crate) fn application(unit: &str, edition: &str) -> String {
    let (name, division) = if unit == HERE { ("大荔县", &HERE[..6]) } else { ("韩城市", &THERE[..6]) };
    let id = id_number(unit);
    format!(
        "申请编号,版次,单位编号,预算年度,制单日期,序号,项目代码,学年,学校编号,身份证号,期次,卡号,指标1,金额1,指标2,金额2\n\
         ZF-001,{edition},{unit},2021,2021-10-17,1,SH-GRANT,2021,{division}X01,{id},1,C{division}0001,\
         {name}财预〔2021〕1号#1,2000.00,{name}财预〔2021〕1号#2,500.00\n"
    )
}

pub(crate) const OPINIONS: &str = "材料类型,材料编号,环节,生效日期\n";

#[tokio::test(flavor = "multi_thread")]
async fn two_counties_with_equal_numbers_pay_each_their_own() {
    with_office(|office| {
        two_counties(office);
        for unit in [HERE, THERE] {
            counts(office, "学校/制表", "花名册.csv", &roster(unit));
        }
        // An opinion that does not say whose H-001 it is about is taken for nobody's, as there are two.
        let review = OPINIONS.to_owned() + "花名册,H-001,审核,2021-09-12\n";
        let (code, shown, said) = office.import_as("教育局/审核", "审核.csv", &review);
        assert_eq!((code, &shown["posted"], &shown["problem_count"]), (Some(1), &0.into(), &1.into()), "{said}");
        assert!(said.contains("whose_number") && said.contains("--office"), "{said}");
        // As the words say. The summary says which office was used.
        let (code, shown, said) = office.import_of("610523X01", "教育局/审核", "审核.csv", &review);
        assert_eq!((code, &shown["posted"], &shown["offices"][0]), (Some(0), &1.into(), &"610523X01".into()), "{said}");
        // The other H-001 was not reviewed with it.
        let approve = OPINIONS.to_owned() + "花名册,H-001,批准,2021-09-14\n";
        let (code, _, said) = office.import_of("610581X01", "财政局/批准", "批准.csv", &approve);
        assert!(code == Some(1) && said.contains("set_not_ready"), "{said}");
        assert_eq!(office.import_of("610523X01", "财政局/批准", "批准.csv", &approve).0, Some(0));
        assert_eq!(office.import_of("610581X01", "教育局/审核", "审核.csv", &review).0, Some(0));
        assert_eq!(office.import_of("610581X01", "财政局/批准", "批准.csv", &approve).0, Some(0));
        // From here on one file names both counties' ZF-001, each row whose it means.
        for unit in [HERE, THERE] {
            counts(office, "财政局/制单", "申请.csv", &application(unit, ""));
        }
        carried_out(office, &[(HERE, ""), (THERE, "")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_line_is_asked_for_as_it_is_named_on_paper() {
    with_office(|office| {
        two_counties(office);
        let names = [("610523CZ/大荔县财预〔2021〕1号#1", "2,000.00"), ("610581CZ/韩城市财预[2021]1号#2", "500.00")];
        for (line, yuan) in names {
            for command in ["line", "trace"] {
                let (code, said) = office.ask(&[command, line]);
                assert!(code == Some(0) && said.contains(yuan), "{command} {line}: {said}");
            }
        }
        assert_eq!(office.ask(&["line", "610523CZ/韩城市财预〔2021〕1号#1"]).0, Some(4), "each unit has its own");
        assert_eq!(office.ask(&["line", "610523CZ/1号"]).0, Some(2));
    })
    .await;
}

/// Approved, paid by the treasury, sent, credited: each county 2,500 yuan.
fn carried_out(office: &Office, of: &[(&str, &str)]) {
    let rows = |head: &str, row: &dyn Fn(&str, &str) -> String| {
        of.iter().fold(format!("{head}\n"), |all, (unit, edition)| all + &row(unit, edition) + "\n")
    };
    let name = |unit: &str| if unit == HERE { "大荔县" } else { "韩城市" };
    let opinions = rows("材料类型,单位编号,材料编号,材料版次,环节,生效日期", &|unit, edition| {
        format!("支付申请,{unit},ZF-001,{edition},批准,2021-10-18")
    });
    counts(office, "财政局/批准", "批准申请.csv", &opinions);
    let vouchers = rows(
        "凭证号,申请编号,申请版次,单位编号,签发日期,清算日期,指标,金额",
        &|unit, edition| {
            let row = |line: u32, yuan: u32| {
                let document = name(unit);
                format!("PZ-1,ZF-001,{edition},{unit},2021-10-19,2021-10-20,{document}财预〔2021〕1号#{line},{yuan}.00")
            };
            row(1, 2_000) + "\n" + &row(2, 500)
        },
    );
    counts(office, "国库/代理", "凭证.csv", &vouchers);
    let batches = rows(
        "批次号,单位编号,申请编号,申请版次,代发银行编号,笔数,金额,生效日期",
        &|unit, edition| format!("PC-1,{unit},ZF-001,{edition},B1,1,2500.00,2021-10-21"),
    );
    counts(office, "国库/发送", "批次.csv", &batches);
    let results = rows(
        "单位编号,申请编号,申请版次,序号,结果,金额,银行流水号,生效日期",
        &|unit, edition| format!("{unit},ZF-001,{edition},1,成功,2500.00,LS-1,2021-10-22"),
    );
    counts(office, "银行/回单", "回单.csv", &results);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_application_is_sent_again_under_its_number_as_the_next_edition() {
    with_office(|office| {
        two_counties(office);
        counts(office, "学校/制表", "花名册.csv", &roster(HERE));
        let opinion = |stage: &str| OPINIONS.to_owned() + &format!("花名册,H-001,{stage},2021-09-12\n");
        assert_eq!(office.import_of("610523X01", "教育局/审核", "审核.csv", &opinion("审核")).0, Some(0));
        assert_eq!(office.import_of("610523X01", "财政局/批准", "批准.csv", &opinion("批准")).0, Some(0));
        counts(office, "财政局/制单", "申请.csv", &application(HERE, ""));
        // Not before the first is given up: refused with what to do, and taken once that is done.
        let (code, _, said) = office.import_as("财政局/制单", "申请一.csv", &application(HERE, "1"));
        assert!(code == Some(1) && said.contains("edition") && said.contains("作废"), "{said}");
        let cancel = OPINIONS.to_owned() + "支付申请,ZF-001,作废,2021-10-17\n";
        assert_eq!(office.import_of(HERE, "财政局/批准", "作废.csv", &cancel).0, Some(0));
        counts(office, "财政局/制单", "申请一.csv", &application(HERE, "1"));
        // The first delivered again counts no more and says so; that it was cancelled is as the file says.
        let (code, shown, said) = office.import_as("财政局/制单", "申请.csv", &application(HERE, ""));
        assert_eq!((code, &shown["posted"], &shown["duplicates"]), (Some(1), &0.into(), &0.into()), "{said}");
        assert!(said.contains("已作废") && said.contains("下一版次"), "{said}");
        assert_eq!(office.import_of(HERE, "财政局/批准", "作废.csv", &cancel).0, Some(0));
        // Two editions at most count for one: the third has to wait as well.
        let (code, _, said) = office.import_as("财政局/制单", "申请二.csv", &application(HERE, "2"));
        assert!(code == Some(1) && said.contains("edition"), "{said}");
        carried_out(office, &[(HERE, "1")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_refused_and_then_cancelled_says_that_it_was_cancelled_and_no_longer_why_it_was_refused() {
    with_office(|office| {
        two_counties(office);
        counts(office, "学校/制表", "花名册.csv", &roster(HERE));
        let second = roster(HERE).replace("H-001", "H-002");
        let (code, _, said) = office.import_as("学校/制表", "花名册二.csv", &second);
        assert!(code == Some(1) && said.contains("already_awarded"), "{said}");
        let cancel = OPINIONS.to_owned() + "花名册,H-002,作废,2021-09-12\n";
        assert_eq!(office.import_of("610523X01", "学校/制表", "作废.csv", &cancel).0, Some(0));
        let (code, shown, said) = office.import_as("学校/制表", "花名册二.csv", &second);
        assert_eq!((code, &shown["posted"], &shown["duplicates"]), (Some(1), &0.into(), &0.into()), "{said}");
        assert!(said.contains("set_cancelled") && said.contains("该花名册或申请已作废"), "{said}");
        assert!(said.contains("下一版次") && !said.contains("already_awarded"), "{said}");
        assert!(shown["reasons"].get("set_cancelled").is_some(), "{said}");
    })
    .await;
}
