//! A number belongs to who gave it: files of two offices with equal numbers say nothing about the same thing, whatever they are.

use super::tests::{codes, id_number, import, import_bytes, kinds};
use super::*;
use crate::intake::identity::Identity;
use ledger::event::{Event, Kind};
use std::collections::HashSet;
use table::columns::Col;
use uuid::Uuid;

/// One file for each thing that offices number and for each file that names one: `@` is the office. Loans, persons, schools
/// and document lines have numbers of their own and are the same in both.
const FILES: [(&str, &str); 12] = [
    (
        "花名册",
        "花名册编号,学校编号,项目代码,学年,发放日,制表日期,序号,身份证号,档次,金额\nH1,@,SH-GRANT,2021,2021-09-01,2021-09-10,1,ID,1,2500\n",
    ),
    (
        "支付申请",
        "申请编号,单位编号,预算年度,制单日期,序号,项目代码,学年,学校编号,身份证号,期次,卡号,指标1,金额1\nZF-001,@,2021,2021-10-17,1,SH-GRANT,2021,S1,ID,1,C12345678,财教〔2021〕1号#1,250\n",
    ),
    (
        "支付凭证",
        "凭证号,申请编号,单位编号,签发日期,清算日期,指标,金额\nPZ-1,ZF-001,@,2021-10-18,2021-10-19,财教〔2021〕1号#1,250\n",
    ),
    (
        "代发批次",
        "批次号,申请编号,单位编号,代发银行编号,笔数,金额,校验值,生效日期\nPC-1,ZF-001,@,B1,1,250,HASH,2021-10-20\n",
    ),
    ("银行回单", "申请编号,单位编号,序号,结果,金额,银行流水号,生效日期\nZF-001,@,1,成功,250,L1,2021-10-21\n"),
    (
        "暂记清理",
        "申请编号,单位编号,序号,银行流水号,金额,入账日期,处理方式,生效日期\nZF-001,@,1,L1,250,2021-10-21,追回,2021-11-01\n",
    ),
    (
        "审核意见",
        "材料类型,编号单位,材料编号,环节,金额,校验值,生效日期\n花名册,@,H1,批准,,HASH,2021-10-01\n支付申请,@,ZF-001,批准,,HASH,2021-10-01\n申报,@,SB-1,批准,,HASH,2021-10-01\n拨付,@,BF-1,批准,1,,2021-10-01\n",
    ),
    (
        "贴息申报",
        "申报编号,贷款机构,贷款种类,申报内容,起始日,截止日,付款单位,行号,合同编号,本金,年利率,天数,金额,生效日期\nSB-1,@,校园地,贴息,2021-07-01,2021-09-30,Z1,1,A-1,8000,3.35,92,67.51,2021-10-15\n",
    ),
    (
        "贷款拨付",
        "拨付编号,付款单位,预算年度,用途,贷款机构,贷款种类,申报编号,指标1,金额1,生效日期\nBF-1,@,2021,申报,@,,SB-1,财教〔2021〕1号#1,1,2021-10-20\n",
    ),
    ("拨付结果", "拨付编号,单位编号,结果,金额,银行流水号,生效日期\nBF-1,@,支付,1,T1,2021-10-21\n"),
    (
        "结余奖励",
        "贷款机构,贷款种类,所属年度,结余,奖励编号,受奖单位,金额,生效日期\nCDB,生源地,2021,1000,J1,@,10,2022-01-10\n",
    ),
    ("奖励使用", "受奖单位,奖励编号,用途,金额,生效日期\n@,J1,宣传,10,2022-02-10\n"),
];

/// The file of an office.
fn of(office: &str, text: &str) -> String {
    text.replace('@', office).replace("ID", &id_number(1)).replace("HASH", &"0f".repeat(32))
}

/// What an event is about that a number of its office named: roster, application, payment, voucher, batch, claim, payment to a
/// lender, reward.
fn numbered(event: &Event) -> Vec<Uuid> {
    match &event.kind {
        Kind::RosterPrepared(said) => vec![said.roster],
        Kind::RosterLineAdded(said) => vec![said.roster],
        Kind::ApplicationPrepared(said) => vec![said.application],
        Kind::ApplicationLineAdded(said) => vec![said.application, said.payout],
        Kind::VoucherIssued(said) => vec![said.voucher, said.application],
        Kind::VoucherCleared(said) => vec![said.voucher],
        Kind::BatchSent(said) => vec![said.batch, said.application],
        Kind::PayoutCredited(said) => vec![said.payout],
        Kind::SuspenseCleared(said) => vec![said.item],
        Kind::RosterSealed(said) | Kind::ApplicationSealed(said) | Kind::ClaimSealed(said) => vec![said.set],
        Kind::RosterApproved(said) | Kind::ApplicationApproved(said) | Kind::ClaimApproved(said) => vec![said.set],
        Kind::ClaimSubmitted(said) => vec![said.claim],
        Kind::ClaimLineAdded(said) => vec![said.claim],
        Kind::RemittanceApproved(said) => vec![said.remittance],
        Kind::RemittanceOrdered(said) => match said.purpose {
            ledger::event::Purpose::Claim(claim) => vec![said.remittance, claim],
            _ => vec![said.remittance],
        },
        Kind::RemittanceCleared(said) => vec![said.remittance],
        Kind::SurplusRewarded(said) => said.parts.iter().map(|part| part.reward).collect(),
        Kind::RewardSpent(said) => vec![said.reward],
        Kind::ApplicationCancelled(said) => vec![said.set],
        other => panic!("{} is of no file here", other.name()),
    }
}

#[test]
fn equal_numbers_of_two_offices_never_meet_in_any_file() {
    let [here, there] = ["610502CZ", "610581CZ"].map(|office| {
        let mut things = HashSet::new();
        for (name, text) in FILES {
            let (report, said) = import(&of(office, text));
            assert_eq!(
                (codes(&report), report.kind.map(|kind| kind.zh())),
                (vec![], Some(name)),
                "{:?}",
                report.problems
            );
            things.extend(said.iter().flat_map(|one| numbered(&one.event)));
        }
        things
    });
    // Rosters, applications, payments, vouchers, batches, the credit in suspense, claims, payments to lenders, rewards.
    assert_eq!((here.len(), there.len()), (9, 9), "what files of one office say of one number is about one thing");
    assert!(here.is_disjoint(&there), "two offices' numbers meet");
}

#[test]
fn files_that_do_not_say_whose_numbers_they_name_go_by_the_office_named_or_say_how_to_name_it() {
    for (name, text) in FILES {
        let kind = FileKind::ALL.iter().copied().find(|kind| kind.zh() == name).expect("a kind of file");
        let Some(col) = kind.giver() else { continue };
        let full = of("610502CZ", text);
        // The same file without the column.
        let place = full.lines().next().expect("a header").split(',').position(|cell| Col::named(cell) == Some(col));
        let bare: String = full
            .lines()
            .map(|line| {
                let cells = line.split(',').enumerate().filter(|(at, _)| Some(*at) != place).map(|(_, cell)| cell);
                cells.collect::<Vec<_>>().join(",") + "\n"
            })
            .collect();
        let (report, said) = import(&bare);
        assert_eq!((codes(&report), said.len(), report.rejected), (vec![(1, "whose_number")], 0, true), "{name}");
        assert!(report.problems[0].to_string().contains("--office NUMBER"), "{}", report.problems[0]);
        let mut importer = Importer::new(Identity::new(b"key")).of_office(Some("610502CZ".to_owned()));
        let (report, by_office) = import_bytes(&mut importer, bare.as_bytes());
        assert_eq!((codes(&report), report.offices), (vec![], vec!["610502CZ".to_owned()]), "{name}");
        let (report, by_column) = import_bytes(&mut importer, full.as_bytes());
        assert_eq!(
            (by_office, report.offices),
            (by_column, vec![]),
            "{name}: what stands in the file is not asked of the office"
        );
    }
}

#[test]
fn an_opinion_that_names_nobody_is_about_the_only_thing_on_record_under_its_number() {
    let bare = "材料类型,材料编号,环节,校验值,生效日期\n支付申请,ZF-001,作废,,2021-10-18\n";
    let among = |units: &'static [&'static str]| {
        let lookup = move |what: ids::Numbered, number: &str, edition: u8| -> Result<Vec<String>, AskError> {
            assert_eq!((what, number, edition), (ids::Numbered::Application, "ZF-001", 0));
            Ok(units.iter().map(|unit| (*unit).to_owned()).collect())
        };
        let mut importer = Importer::new(Identity::new(b"key")).with_givers(std::sync::Arc::new(lookup));
        import_bytes(&mut importer, bare.as_bytes())
    };
    let (report, said) = among(&["610581CZ"]);
    assert_eq!((codes(&report), report.offices), (vec![], vec!["610581CZ".to_owned()]));
    assert_eq!(numbered(&said[0].event), [ids::application("610581CZ", "ZF-001", 0)]);
    let (report, said) = among(&[]);
    assert_eq!(
        (codes(&report), said.len()),
        (vec![(2, "set_unknown")], 0),
        "whose it is does not help where nothing is"
    );
    let (report, said) = among(&["610581CZ", "610502CZ"]);
    assert_eq!((codes(&report), said.len()), (vec![(2, "whose_number")], 0));
    assert!(report.problems[0].to_string().contains("610581CZ、610502CZ"), "{}", report.problems[0]);
}

#[test]
fn a_row_that_says_whose_number_it_names_stands_beside_one_that_goes_by_the_office() {
    let text = "申请编号,单位编号,序号,结果,金额,银行流水号,生效日期\nZF-001,610581CZ,1,成功,250,L1,2021-10-21\nZF-001,,1,成功,250,L1,2021-10-21\n";
    let (report, said) = import(text);
    assert_eq!((codes(&report), said.len()), (vec![(3, "whose_number")], 1));
    let mut importer = Importer::new(Identity::new(b"key")).of_office(Some("610502CZ".to_owned()));
    let (report, said) = import_bytes(&mut importer, text.as_bytes());
    let payouts: Vec<_> = said.iter().flat_map(|one| numbered(&one.event)).collect();
    let of = |unit| ids::payout(unit, "ZF-001", 0, 1);
    assert_eq!((codes(&report), payouts), (vec![], vec![of("610581CZ"), of("610502CZ")]));
}

#[test]
fn vouchers_of_two_units_with_one_number_are_two_and_a_bad_row_spoils_its_own() {
    let head = "凭证号,申请编号,单位编号,签发日期,指标,金额\n";
    let row = |unit: &str, line: &str| format!("PZ-1,ZF-001,{unit},2021-10-18,财教〔2021〕1号#{line},250\n");
    let (_, said) = import(&(head.to_owned() + &row("A", "1") + &row("B", "1")));
    assert_eq!(kinds(&said), ["voucher_issued"; 2]);
    let (report, said) = import(&(head.to_owned() + &row("A", "1") + &row("B", "x") + &row("B", "2")));
    assert_eq!((codes(&report), kinds(&said)), (vec![(3, "bad_reference")], vec!["voucher_issued"]));
    assert_eq!(numbered(&said[0].event), [ids::voucher("A", "PZ-1"), ids::application("A", "ZF-001", 0)]);
    let (report, said) = import(&(head.to_owned() + &row("A", "1") + &row("=1", "1") + &row("A", "2")));
    assert_eq!((codes(&report), said.len()), (vec![(3, "formula")], 0), "nobody can tell whose row it is");
}

/// The same file as a later edition.
fn edition(text: &str, edition: &str, column: &str) -> String {
    let mut lines = text.lines();
    let head = lines.next().expect("a header");
    lines.fold(format!("{head},{column}\n"), |all, line| all + line + "," + edition + "\n")
}

#[test]
fn a_set_of_the_next_edition_names_the_one_before_and_other_files_name_it_by_its_edition() {
    let (roster, application) = (of("A", FILES[0].1), of("A", FILES[1].1));
    let (report, said) = import(&edition(&roster, "0", "版次"));
    assert_eq!((codes(&report), &said), (vec![], &import(&roster).1), "edition 0 is what says none");
    let (_, said) = import(&edition(&roster, "2", "版次"));
    let Kind::RosterPrepared(prepared) = &said[0].event.kind else { panic!("prepared") };
    let of = |edition| ids::roster("A", "H1", edition);
    assert_eq!((prepared.roster, prepared.replaces), (of(2), Some(of(1))));
    let (_, said) = import(&edition(&application, "1", "版次"));
    let Kind::ApplicationPrepared(prepared) = &said[0].event.kind else { panic!("prepared") };
    let of_application = |edition| ids::application("A", "ZF-001", edition);
    assert_eq!((prepared.application, prepared.replaces), (of_application(1), Some(of_application(0))));
    assert_eq!(numbered(&said[1].event), [of_application(1), ids::payout("A", "ZF-001", 1, 1)]);
    // Vouchers, batches, results and opinions.
    let named = |at: usize| {
        let (report, said) = import(&edition(&self::of("A", FILES[at].1), "1", "材料版次"));
        (report.problem_count, said.iter().flat_map(|one| numbered(&one.event)).collect::<Vec<_>>())
    };
    let payout = ids::payout("A", "ZF-001", 1, 1);
    assert_eq!(named(2), (0, vec![ids::voucher("A", "PZ-1"), of_application(1), ids::voucher("A", "PZ-1")]));
    assert_eq!(named(3), (0, vec![ids::batch("A", "PC-1"), of_application(1)]));
    assert_eq!(named(4), (0, vec![payout]));
    // Payments to lenders have no editions of their own yet, so their row is refused.
    assert_eq!(named(6), (1, vec![of(1), of_application(1), ids::claim("A", "SB-1", 1)]));
    // A reissue names what it pays again: of the same unit and the first edition, unless the row says otherwise.
    let reissued = |cells: &str| {
        let (report, said) = import(&edition(&application, cells, "补发原支付,原支付单位,原支付版次"));
        assert_eq!(codes(&report), []);
        let Kind::ApplicationLineAdded(line) = &said[1].event.kind else { panic!("a line") };
        line.reissue_of
    };
    assert_eq!(reissued("ZF-000#7,,"), Some(ids::payout("A", "ZF-000", 0, 7)));
    assert_eq!(reissued("ZF-000#7,B,1"), Some(ids::payout("B", "ZF-000", 1, 7)));
}
