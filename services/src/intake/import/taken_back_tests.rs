//! What came along in a row of 学籍 is taken back by that row.

use super::tests::{codes, id_number, import};
use super::*;
use ledger::event::Kind;

#[test]
fn a_registration_and_a_card_are_taken_back_by_the_row_that_told_them() {
    let row = |correction: &str, editions: &str| {
        let (id, document) = (id_number(1), if correction.is_empty() { "" } else { "教〔2021〕1号" });
        format!(
            "身份证号,户籍区划代码,学校编号,学籍状态,生效日期,卡号,版次,登记版次,绑卡版次,更正,更正文号\n\
             {id},610305,S1,在籍,2020-09-01,C12345678,{editions},{correction},{document}\n"
        )
    };
    let (_, told) = import(&row("", ",,"));
    let withdrawn = |correction: &str| -> Vec<&'static str> {
        let (report, said) = import(&row(correction, ",,"));
        assert_eq!(codes(&report), []);
        let taken = said.iter().map(|one| match &one.event.kind {
            Kind::EntryWithdrawn(event) => event.entry,
            other => panic!("{}", other.name()),
        });
        taken.filter_map(|id| told.iter().find(|one| one.event.id == id)).map(|one| one.event.kind.name()).collect()
    };
    assert_eq!(withdrawn("撤销"), ["status_changed"]);
    assert_eq!(withdrawn("撤销登记"), ["person_registered"]);
    assert_eq!(withdrawn("撤销绑卡"), ["card_bound"]);
    assert_eq!(withdrawn("撤销整行"), ["person_registered", "status_changed", "card_bound"]);
    // Each part has an edition of its own.
    let editions = |said: &[Said]| said.iter().map(|one| one.event.edition).collect::<Vec<_>>();
    assert_eq!(editions(&import(&row("", "1,,")).1), [0, 1, 0]);
    assert_eq!(editions(&import(&row("", ",1,2")).1), [1, 0, 2]);
}

#[test]
fn what_was_paid_over_to_finance_is_told_and_taken_back() {
    let file = |end: &str| {
        format!(
            "单位编号,金额,流水号,文号,生效日期,版次,更正,更正文号\nCZ,10.00,缴1,某财预〔2022〕1号,2022-02-01,{end}\n"
        )
    };
    let (report, told) = import(&file(",,"));
    let Kind::Surrendered(paid) = &told[0].event.kind else { panic!("paid over") };
    assert_eq!((codes(&report), paid.fen, paid.unit), (vec![], 1_000, ids::org("CZ")));
    let (_, taken) = import(&file(",撤销,某财预〔2022〕2号"));
    let Kind::EntryWithdrawn(taken) = &taken[0].event.kind else { panic!("taken back") };
    assert_eq!(taken.entry, told[0].event.id);
}

#[test]
fn a_voucher_is_cleared_in_parts_and_comes_back() {
    let file = |amount: &str, end: &str| {
        format!("凭证号,单位编号,{amount},流水号,生效日期,版次,更正,更正文号\nV1,CZ,2.50,Q1,2021-10-19,{end}\n")
    };
    let (report, told) = import(&file("清算金额", ",,"));
    let Kind::VoucherCleared(cleared) = &told[0].event.kind else { panic!("cleared") };
    assert_eq!((codes(&report), cleared.fen, cleared.voucher), (vec![], 250, ids::voucher("CZ", "V1")));
    let (report, told) = import(&file("凭证退回金额", ",,"));
    let Kind::VoucherReturned(back) = &told[0].event.kind else { panic!("came back") };
    assert_eq!((codes(&report), back.fen, &*back.serial), (vec![], 250, "Q1"));
    let (_, taken) = import(&file("凭证退回金额", ",撤销,国库更〔2021〕1号"));
    let Kind::EntryWithdrawn(taken) = &taken[0].event.kind else { panic!("taken back") };
    assert_eq!(taken.entry, told[0].event.id);
}

#[test]
fn a_correction_of_an_application_is_told_and_taken_back_and_told_again() {
    let head = "申请编号,单位编号,申请版次,原指标,新指标,金额,文号,生效日期,版次,更正,更正文号\n";
    let row = |fen: &str, end: &str| {
        format!("KB-A,CZ,1,某财预〔2021〕1号#2,某财预〔2021〕5号#1,{fen},某财预〔2021〕8号,2021-11-01,{end}\n")
    };
    let (report, told) = import(&[head, &row("10.00", ",,")].concat());
    let Kind::DrawsCorrected(said) = &told[0].event.kind else { panic!("corrected") };
    let lines =
        [("某财预〔2021〕1号", 2), ("某财预〔2021〕5号", 1)].map(|(document, line)| ids::line(document, line, "CZ"));
    assert_eq!((codes(&report), said.fen, [said.from, said.to]), (vec![], 1_000, lines));
    assert_eq!(said.application, ids::application("CZ", "KB-A", 1));
    let (_, put_right) = import(&[head, &row("10.00", ",撤销,某财预〔2021〕9号"), &row("20.00", "1,,")].concat());
    let Kind::EntryWithdrawn(taken) = &put_right[0].event.kind else { panic!("taken back") };
    assert_eq!(taken.entry, told[0].event.id);
    assert_eq!(put_right[1].event.id, told[0].event.id_of_edition(1), "another amount is no other correction");
    // The amount, the day and the person are no part of it; the line is.
    let (report, _) =
        import(&[head, "KB-A,CZ,,某财预〔2021〕1号,某财预〔2021〕5号#1,1,某财预〔2021〕8号,2021-11-01,,,\n"].concat());
    assert_eq!(codes(&report).len(), 1, "a line has a number");
}

#[test]
fn an_award_is_ended_and_that_is_taken_back() {
    let file = |end: &str| {
        let id = id_number(1);
        format!(
            "项目代码,学年,学校编号,身份证号,停发起始期次,停发原因,文号,生效日期,版次,更正,更正文号\n\
             SH-GRANT,2021,S1,{id},2,转学,某教〔2021〕1号,2021-12-01,{end}\n"
        )
    };
    let (report, told) = import(&file(",,"));
    let Kind::AwardCancelled(ended) = &told[0].event.kind else { panic!("ended") };
    assert_eq!((codes(&report), ended.from_instalment, &*ended.reason), (vec![], 2, "转学"));
    let (_, taken) = import(&file(",撤销,某教〔2021〕2号"));
    let Kind::EntryWithdrawn(taken) = &taken[0].event.kind else { panic!("taken back") };
    assert_eq!(taken.entry, told[0].event.id);
}

#[test]
fn a_budget_document_is_taken_back_by_its_rows_and_told_again() {
    let head = "动作,文号,指标行号,单位编号,预算年度,项目代码,资金来源,来源文号,来源行号,来源单位编号,金额,生效日期,版次,更正,更正文号\n";
    let rows = |edition: &str, correction: &str| {
        let end = format!("{edition},{correction},{}\n", if correction.is_empty() { "" } else { "陕财教〔2021〕9号" });
        let passed =
            |line: u32| format!("分配,陕财教〔2021〕2号,{line},C{line},,,,陕财教〔2021〕1号,1,P,10,2021-01-05,{end}");
        let moved = |action: &str| format!("{action},陕财教〔2021〕3号,,,,,,陕财教〔2021〕2号,1,C1,3,2021-02-05,{end}");
        let issued = format!("下达,陕财教〔2021〕1号,1,P,2021,SH-GRANT,省级,,,,100,2021-01-04,{end}");
        [head, &issued, &passed(1), &passed(2), &moved("收回"), &moved("追加")].concat()
    };
    let kinds = |said: &[Said]| said.iter().map(|one| one.event.kind.name()).collect::<Vec<_>>();
    let (report, told) = import(&rows("", ""));
    assert_eq!(codes(&report), []);
    assert_eq!(kinds(&told), ["line_issued", "line_passed_down", "line_recalled", "line_adjusted"]);
    let (report, taken) = import(&rows("", "撤销"));
    assert_eq!(codes(&report), []);
    let entries = taken.iter().map(|one| match &one.event.kind {
        Kind::EntryWithdrawn(event) => (event.entry, one.words.contains("金额")),
        other => panic!("{}", other.name()),
    });
    assert_eq!(entries.collect::<Vec<_>>(), told.iter().map(|one| (one.event.id, true)).collect::<Vec<_>>());
    let (_, again) = import(&rows("1", ""));
    assert_eq!(again.iter().map(|one| one.event.edition).collect::<Vec<_>>(), [1; 4]);
    // 调减 is an adjustment below zero.
    let reduced = "调减,陕财教〔2021〕4号,,,,,,陕财教〔2021〕1号,1,P,5,2021-02-06,,,\n";
    let (_, said) = import(&[head, reduced].concat());
    let Kind::LineAdjusted(adjusted) = &said[0].event.kind else { panic!("adjusted") };
    assert_eq!((adjusted.fen, adjusted.line), (-500, ids::line("陕财教〔2021〕1号", 1, "P")));
}

#[test]
fn a_voucher_is_taken_back_by_its_rows_and_told_again_in_one_file() {
    let head = "凭证号,申请编号,单位编号,签发日期,清算日期,指标,金额,版次,更正,更正文号\n";
    let rows = |fen: &str, edition: &str, correction: &str| {
        let end = format!("{edition},{correction},{}\n", if correction.is_empty() { "" } else { "国库更〔2021〕1号" });
        let row =
            |line: u32| format!("V1,KB-A,610581CZ,2021-10-18,2021-10-19,韩城市财预〔2021〕101号#{line},{fen},{end}");
        [row(1), row(2)].concat()
    };
    let kinds = |said: &[Said]| said.iter().map(|one| one.event.kind.name()).collect::<Vec<_>>();
    let (report, told) = import(&[head, &rows("250", "", "")].concat());
    assert_eq!((codes(&report), kinds(&told)), (vec![], vec!["voucher_issued", "voucher_cleared"]));
    let (report, put_right) = import(&[head, &rows("250", "", "撤销"), &rows("205", "1", "")].concat());
    assert_eq!(codes(&report), []);
    assert_eq!(kinds(&put_right), ["entry_withdrawn", "entry_withdrawn", "voucher_issued", "voucher_cleared"]);
    let taken = put_right.iter().filter_map(|one| match &one.event.kind {
        Kind::EntryWithdrawn(event) => Some((event.entry, one.event.effective)),
        _ => None,
    });
    assert_eq!(
        taken.collect::<Vec<_>>(),
        told.iter().map(|one| (one.event.id, one.event.effective)).collect::<Vec<_>>()
    );
    assert_eq!(put_right[2..].iter().map(|one| one.event.edition).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_result_of_a_payment_to_a_lender_and_a_reward_are_taken_back_by_their_rows_and_told_again() {
    let kinds = |said: &[Said]| said.iter().map(|one| one.event.kind.name()).collect::<Vec<_>>();
    let results = "拨付编号,单位编号,结果,金额,银行流水号,生效日期,版次,更正,更正文号\n\
        BF-1,610000ZD,支付,1,T1,2021-10-21,,撤销,国库更〔2021〕1号\n\
        BF-1,610000ZD,支付,2,T1,2021-10-21,1,,\n";
    let (report, said) = import(results);
    assert_eq!((codes(&report), kinds(&said)), (vec![], vec!["entry_withdrawn", "remittance_cleared"]));
    assert_eq!(said[1].event.edition, 1);
    // A decision of two parts is taken back as a whole.
    let head = "贷款机构,贷款种类,所属年度,结余,奖励编号,受奖单位,金额,生效日期,版次,更正,更正文号\n";
    let part =
        |reward: &str, fen: &str, end: &str| format!("DK01,生源地,2021,500,{reward},610581ZD,{fen},2021-12-31,{end}\n");
    let whole = |end: &str| [part("J1", "300", end), part("J2", "200", end)].concat();
    let (_, told) = import(&[head, &whole(",,")].concat());
    let (report, said) = import(&[head, &whole(",撤销,教财更〔2021〕1号"), &whole("1,,")].concat());
    assert_eq!((codes(&report), kinds(&said)), (vec![], vec!["entry_withdrawn", "surplus_rewarded"]));
    let Kind::EntryWithdrawn(taken) = &said[0].event.kind else { panic!("taken back") };
    assert_eq!(
        (taken.entry, taken.content),
        (told[0].event.id, ledger::hash::content(&proto::event::encode(&told[0].event)))
    );
}

/// What no office can have told of a day is no day; where it was told, it is taken back.
#[test]
fn a_year_that_cannot_be_is_said_unless_it_is_taken_back() {
    let file = |day: &str, end: &str| {
        format!("单位编号,金额,流水号,文号,生效日期,版次,更正,更正文号\nCZ,10.00,缴1,某财预〔2022〕1号,{day},{end}\n")
    };
    for day in ["1912-02-01", "2202-02-01"] {
        assert_eq!(codes(&import(&file(day, ",,")).0), [(2, "far_day")], "{day}");
        assert_eq!(codes(&import(&file(day, ",撤销,某财预〔2022〕2号")).0), [], "{day}");
        let (report, said) =
            import(&format!("事件编号,更正理由,文号,生效日期\n{},笔误,某财预〔2022〕2号,{day}\n", ids::org("CZ")));
        assert_eq!((codes(&report), said.len()), (vec![], 1), "{day}");
    }
    assert_eq!(codes(&import(&file("1998-02-01", ",,")).0), []);
}
