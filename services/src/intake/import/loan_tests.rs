//! Files of loans as lenders and aid centres deliver them: one test for each kind, what it says and what is wrong in it.

use super::tests::{codes, id_number, import, import_bytes, kinds};
use super::*;
use crate::intake::identity::Identity;
use ledger::event::{
    Allocation, ClaimFor, Event, Kind, LoanKind, OverclaimReturned, Payer, Purpose, RateIndex, Reason, Status,
};

fn kind_of(text: &str) -> Kind {
    let (report, said) = import(text);
    assert_eq!((codes(&report), said.len()), (vec![], 1), "{:?}", report.problems);
    said[0].event.kind.clone()
}

#[test]
fn rates_and_waivers() {
    let Kind::RatePublished(rate) = kind_of("利率指标,年利率,生效日期\nLPR5Y,3.60,2024-10-21\n") else {
        panic!("a rate")
    };
    assert_eq!((rate.index, rate.rate_ppm), (RateIndex::Lpr5y, 36_000));
    let text =
        "免息年度,毕业截止年,文号,生效日期\n2025,2025,财教【2025】69号,2025-01-01\n2023,2023,四部门通知,2023-04-20\n";
    let (report, said) = import(text);
    assert_eq!(codes(&report), []);
    let Kind::WaiverAdopted(waiver) = &said[0].event.kind else { panic!("a waiver") };
    assert_eq!((waiver.year, waiver.document.as_str()), (2025, "财教〔2025〕69号"));
    let (report, _) = import("rate_index,rate,effective_day\nLPR5Y,3.6%,2024-10-21\nLPR1Y,3.1,2024-10-21\n");
    assert_eq!(codes(&report), [(2, "bad_rate"), (3, "unknown_word")]);
    assert_eq!(report.problems[0].column, Some((2, "年利率".to_owned())));
}

#[test]
fn contracts_name_their_loan_by_lender_and_number() {
    let head = "贷款机构,合同编号,身份证号,姓名,学校,贷款种类,学历层次,学年,计息基准,预计毕业日,首次还本日,到期日,合同校验值,签约日\n";
    let row = |repay: &str| {
        let (id, hash) = (id_number(1), "0f".repeat(32));
        format!("CDB,A-1,{id},古丽,10698,生源地,本专科,2021/22,365,2025-06-30,{repay},2037-12-20,{hash},2021-08-20\n")
    };
    let (report, said) = import(&(head.to_owned() + &row("2030-12-20") + &row("2025-06-01")));
    assert_eq!(codes(&report), [(3, "days_cross")]);
    let Kind::LoanSigned(signed) = &said[0].event.kind else { panic!("signed") };
    assert_eq!((signed.loan, signed.lender), (ids::loan("CDB", "A-1"), ids::org("CDB")));
    assert_eq!((signed.kind, signed.academic_year, signed.contract), (LoanKind::Origin, 2021, [15; 32]));
    assert_eq!(said[0].event.effective.to_string(), "2021-08-20");
    let bytes = proto::event::encode(&said[0].event);
    assert!(!String::from_utf8_lossy(&bytes).contains("古丽"), "no name is kept");
}

const MOVEMENTS: &str = "贷款机构,合同编号,业务,生效日期,金额,本金,利息,罚息,流水号,项目,到期日,利差,奖励编号,事由,申报内容,付款单位,受奖单位,申报编号,行号\n";

#[test]
fn every_movement_of_a_loan_is_read() {
    let rows = [
        "放款,2021-11-01,8000,,,,S1,,,,,,,,,,",
        "放款退回,2021-12-01,500,,,,S2,,,,,,,,,,",
        "还款,2026-12-20,120,100,20,,S3,,,,,,,,,,",
        "提前还款,2026-12-20,120,,,,S4,,,,,,,,,,",
        "退还,2026-12-21,,,20,,S5,,,,,,,,,,",
        "逾期,2027-12-21,100,,,,S6,,,,,,,,,,",
        "展期,2027-12-22,,,,,,,2028-12-20,,,,,,,,",
        "核销,2029-01-01,100,,,,,,,,,,,,,,",
        "损失追回,2029-02-01,10,,,,S7,,,,,,,,,,",
        "代偿,2029-03-01,10,,,,S8,MIL-REPAY,,,,,,,,,",
        "救助,2029-04-01,10,,,,,,,,J1,死亡,,,610300ZX,,",
        "利率协议,2024-12-21,,,,,,,,-70,,,,,,,",
        "多领退回,2029-05-01,10,,,,S9,,,,,,贴息,610000ZX,,SB1,1",
    ];
    let text: String = rows.iter().map(|row| format!("CDB,A-1,{row}\n")).collect();
    let (report, said) = import(&(MOVEMENTS.to_owned() + &text));
    assert_eq!(codes(&report), [], "{:?}", report.problems);
    let names = "loan_drawn loan_draw_returned loan_repaid loan_repaid loan_refunded loan_overdue loan_deferred \
                 loan_written_off loss_recovered loan_state_repaid loan_relieved loan_rate_agreed overclaim_returned";
    assert_eq!(kinds(&said).join(" "), names);
    let Kind::LoanRepaid(repaid) = &said[2].event.kind else { panic!("repaid") };
    assert_eq!(repaid.allocation, Some(Allocation { penalty: 0, interest: 2_000, principal: 10_000 }));
    let Kind::LoanRepaid(early) = &said[3].event.kind else { panic!("repaid") };
    assert!(early.early && early.allocation.is_none());
    let Kind::LoanRelieved(relieved) = &said[10].event.kind else { panic!("relieved") };
    assert_eq!((relieved.reason.as_str(), relieved.reward), ("death", ids::reward("610300ZX", "J1")));
    let Kind::LoanRateAgreed(agreed) = &said[11].event.kind else { panic!("agreed") };
    assert_eq!(agreed.spread_bp, -70);
}

#[test]
fn an_amended_contract_and_days_claimed_before_are_read() {
    let head = "贷款机构,合同编号,业务,生效日期,贷款种类,申报内容,截止日,金额,首次还本日,到期日,学校编号,文号\n";
    let rows = "CDB,A-1,合同变更,2024-06-01,,,,,2030-09-01,2040-09-01,S2,变〔2024〕1号\n\
                CDB,A-1,合同变更,2024-06-02,,,,,2030-09-01,2040-09-01,,变〔2024〕2号\n\
                CDB,A-1,建账前已申报,2024-06-01,生源地,贴息,2023-12-20,300,,,,\n\
                CDB,A-1,建账前已申报,2024-06-01,生源地,免息,2023-12-20,,,,,\n\
                CDB,A-1,建账前已申报,2024-06-01,,贴息,2023-12-20,,,,,\n";
    let (report, said) = import(&(head.to_owned() + rows));
    assert_eq!(codes(&report), [(6, "missing")], "{:?}", report.problems);
    assert_eq!(kinds(&said), ["loan_amended", "loan_amended", "claimed_before", "claimed_before"]);
    let Kind::LoanAmended(amended) = &said[0].event.kind else { panic!("amended") };
    assert_eq!((amended.school, amended.matures.yyyymmdd()), (Some(ids::org("S2")), 20_400_901));
    let Kind::ClaimedBefore(before) = &said[2].event.kind else { panic!("claimed before") };
    assert_eq!((before.loan, before.what, before.fen), (ids::loan("CDB", "A-1"), ClaimFor::Subsidy, 30_000));
}

#[test]
fn a_movement_says_which_cell_it_lacks_or_must_not_have() {
    let rows = [
        ("放款,2021-11-01,,,,,S1,,,,,,,,,,", "missing", 5),
        ("放款,2021-11-01,8000,100,,,S1,,,,,,,,,,", "not_of_movement", 6),
        ("还款,2026-12-20,120,100,10,,S3,,,,,,,,,,", "parts_differ", 6),
        ("退还,2026-12-20,,,,,S3,,,,,,,,,,", "missing", 6),
        ("展期,2026-12-20,,,,,,,,,,,,,,,", "missing", 11),
        ("利率协议,2026-12-20,,,,,,,,-0.7,,,,,,,", "bad_spread", 12),
        ("挂账,2026-12-20,1,,,,,,,,,,,,,,", "unknown_word", 3),
    ];
    for (row, code, column) in rows {
        let (report, said) = import(&format!("{MOVEMENTS}CDB,A-1,{row}\n"));
        let problem = &report.problems[0];
        assert_eq!((problem.code, problem.column.as_ref().map(|one| one.0)), (code, Some(column)), "{row}: {problem}");
        assert_eq!(said, []);
    }
}

fn claim(rows: &[(u32, &str)]) -> String {
    let mut text =
        "申报编号,贷款机构,贷款种类,申报内容,起始日,截止日,付款单位,行号,合同编号,本金,年利率,天数,金额,申报日\n"
            .to_owned();
    for (line, amount) in rows {
        text += &format!(
            "SB1,CDB,校园地,贴息,2024-07-01,2024-09-30,610000ZX,{line},A-{line},8000.00,3.35,92,{amount},2024-10-15\n"
        );
    }
    text
}

#[test]
fn a_claim_is_chained_sealed_and_approved_by_its_seal() {
    let mut importer = Importer::new(Identity::new(b"key"));
    let (report, said) = import_bytes(&mut importer, claim(&[(1, "67.51"), (2, "67.51")]).as_bytes());
    assert_eq!(kinds(&said), ["claim_submitted", "claim_line_added", "claim_line_added", "claim_sealed"]);
    let mut hash = [0; 32];
    for line in &said[1..3] {
        let bytes = [&hash[..], &proto::event::encode(&line.event)].concat();
        hash = <sha2::Sha256 as sha2::Digest>::digest(&bytes).into();
    }
    let Kind::ClaimSealed(seal) = &said[3].event.kind else { panic!("sealed last") };
    assert_eq!((seal.set, seal.count, seal.fen, seal.hash), (ids::claim("CDB", "SB1", 0), 2, 13_502, hash));
    assert_eq!(report.sets[0].1.hash, hash);
    let Kind::ClaimSubmitted(head) = &said[0].event.kind else { panic!("submitted first") };
    assert_eq!((head.what, head.kind, head.number.as_str()), (ClaimFor::Subsidy, LoanKind::Campus, "SB1"));
    let Kind::ClaimLineAdded(line) = &said[2].event.kind else { panic!("a line") };
    assert_eq!((line.loan, line.rate_ppm, line.days), (ids::loan("CDB", "A-2"), 33_500, 92));
    let text = "材料类型,单位编号,材料编号,环节,金额,生效日期\n申报,CDB,SB1,批准,,2024-10-20\n拨付,610000ZX,BF1,批准,135.02,2024-10-21\n申报,CDB,SB1,审核,,2024-10-20\n";
    let (report, said) = import_bytes(&mut importer, text.as_bytes());
    assert_eq!(codes(&report), [(4, "no_such_stage")]);
    let Kind::ClaimApproved(approved) = &said[0].event.kind else { panic!("approved") };
    assert_eq!(approved.hash, hash);
    let Kind::RemittanceApproved(approved) = &said[1].event.kind else { panic!("approved") };
    assert_eq!((approved.remittance, approved.fen), (ids::remittance("610000ZX", "BF1"), 13_502));
}

/// What a lender gives back without a claim is of what was claimed before this ledger; a line without its claim is of nothing.
#[test]
fn what_comes_back_without_a_claim_is_of_before_the_ledger() {
    let head = "贷款机构,合同编号,业务,生效日期,金额,流水号,申报内容,付款单位,申报编号,行号,材料版次\n";
    let row = |serial: &str, rest: &str| format!("CDB,A-1,多领退回,2024-11-01,5,{serial},贴息,610000ZX,{rest}\n");
    let (report, said) = import(&(head.to_owned() + &row("T1", ",,") + &row("T2", ",1,") + &row("T3", ",,1")));
    assert_eq!(codes(&report), [(3, "missing_claim"), (4, "missing_claim")], "{:?}", report.problems);
    let [one] = &said[..] else { panic!("{} said", said.len()) };
    let Kind::OverclaimReturned(returned) = &one.event.kind else { panic!("returned") };
    assert_eq!((returned.claim, returned.line, returned.fen), (None, 0, 500));
    assert!(proto::event::decode(&proto::event::encode(&one.event)).is_ok());
    let told = OverclaimReturned { line: 1, ..returned.clone() };
    let event = Event::said(one.event.effective, Kind::OverclaimReturned(told));
    assert!(proto::event::decode(&proto::event::encode(&event)).is_err(), "a line without its claim");
}

#[test]
fn a_claim_is_taken_back_step_by_step_to_nothing() {
    let mut importer = Importer::new(Identity::new(b"key"));
    let (_, mut told) = import_bytes(&mut importer, claim(&[(1, "67.51"), (2, "67.51")]).as_bytes());
    let head = "材料类型,单位编号,材料编号,环节,行号,生效日期,更正,更正文号,更正理由\n";
    let approved = |correction: &str| format!("{head}申报,CDB,SB1,批准,,2024-10-20,{correction}\n");
    told.extend(import_bytes(&mut importer, approved(",,").as_bytes()).1);
    let movement = |correction: &str| {
        "贷款机构,合同编号,业务,生效日期,金额,流水号,申报内容,付款单位,申报编号,行号,更正,更正文号\n".to_owned()
            + &format!("CDB,A-1,多领退回,2024-11-01,5,T1,贴息,610000ZX,SB1,1,{correction}\n")
    };
    told.extend(import_bytes(&mut importer, movement(",").as_bytes()).1);
    let steps = "申报,CDB,SB1,撤销封存,,2024-10-15,,更〔2024〕1号,笔误\n\
                 申报,CDB,SB1,撤销行,1,2024-10-15,,更〔2024〕1号,笔误\n\
                 申报,CDB,SB1,撤销行,2,2024-10-15,,更〔2024〕1号,笔误\n\
                 申报,CDB,SB1,作废,,2024-10-15,,更〔2024〕1号,笔误\n";
    let files = [movement("撤销,更〔2024〕1号"), approved("撤销,更〔2024〕1号,"), head.to_owned() + steps];
    let mut taken = Vec::new();
    for file in files {
        let (report, said) = import_bytes(&mut importer, file.as_bytes());
        assert_eq!(codes(&report), [], "{:?}", report.problems);
        taken.extend(said.iter().map(|one| match &one.event.kind {
            Kind::EntryWithdrawn(event) => (event.entry, one.event.effective),
            other => panic!("{}", other.name()),
        }));
    }
    let of = |name: &str| told.iter().filter(|one| one.event.kind.name() == name).collect::<Vec<_>>();
    let order = ["overclaim_returned", "claim_approved", "claim_sealed", "claim_line_added", "claim_submitted"];
    let wanted = order.iter().flat_map(|name| of(name)).map(|one| (one.event.id, one.event.effective));
    assert_eq!(taken, wanted.collect::<Vec<_>>());
}

#[test]
fn a_claim_with_a_bad_row_is_left_out_whole() {
    let (report, said) = import(&claim(&[(1, "67.51"), (2, "0"), (4, "67.51")]));
    assert_eq!((codes(&report), said.len(), report.rejected), (vec![(3, "not_positive"), (4, "line_gap")], 0, true));
}

#[test]
fn payments_to_lenders_are_ordered_and_end() {
    let head = "拨付编号,付款单位,预算年度,用途,贷款机构,贷款种类,申报编号,所属年度,指标1,金额1,指标2,金额2,生效日期\n";
    let rows = "BF1,610000ZX,2024,申报,CDB,,SB1,,财教〔2024〕1号#1,100,陕财教〔2024〕2号#1,35.02,2024-10-20\n\
                BF2,610000ZX,2024,预拨,CDB,校园地,,2024,财教〔2024〕1号#1,100,,,2024-10-20\n\
                BF3,610000ZX,2024,补偿金,CDB,生源地,,2023,财教〔2024〕3号#1,100,,,2024-10-20\n\
                BF4,610000ZX,2024,预拨,CDB,校园地,,,财教〔2024〕1号#1,100,,,2024-10-20\n";
    let (report, said) = import(&(head.to_owned() + rows));
    assert_eq!(codes(&report), [(5, "missing")]);
    let purposes: Vec<_> = said
        .iter()
        .map(|one| match &one.event.kind {
            Kind::RemittanceOrdered(ordered) => (ordered.purpose, ordered.draws.len()),
            other => panic!("{}", other.name()),
        })
        .collect();
    assert_eq!(purposes[0], (Purpose::Claim(ids::claim("CDB", "SB1", 0)), 2));
    assert!(matches!(purposes[1], (Purpose::Advance(year), 1) if year.year == 2024 && year.kind == LoanKind::Campus));
    assert!(matches!(purposes[2], (Purpose::Compensation(year), 1) if year.year == 2023));
    let text = "单位编号,拨付编号,结果,金额,流水号,生效日期\n610000ZX,BF1,支付,135.02,T1,2024-10-22\n610000ZX,BF2,退回,100,T2,2024-10-23\n";
    let (report, said) = import(text);
    assert_eq!((codes(&report), kinds(&said)), (vec![], vec!["remittance_cleared", "remittance_returned"]));
}

#[test]
fn funds_receive_state_reward_and_spend() {
    let text = "贷款机构,贷款种类,所属年度,承担方,金额,流水号,生效日期\nCDB,生源地,2023,县级,100,R1,2024-10-20\n";
    let Kind::CompensationReceived(received) = kind_of(text) else { panic!("received") };
    assert_eq!((received.payer, received.year.year, received.fen), (Payer::County, 2023, 10_000));
    let Kind::FundStated(stated) = kind_of("贷款机构,贷款种类,余额,生效日期\nCDB,生源地,0,2024-12-31\n")
    else {
        panic!("stated")
    };
    assert_eq!((stated.lender, stated.fen), (ids::org("CDB"), 0));
    let text = "受奖单位,奖励编号,用途,金额,生效日期\n610300ZX,J1,宣传,10,2025-03-01\n";
    let Kind::RewardSpent(spent) = kind_of(text) else { panic!("spent") };
    assert_eq!((spent.purpose.as_str(), spent.reward), ("publicity", ids::reward("610300ZX", "J1")));
}

#[test]
fn rewards_of_one_year_are_one_decision_or_none() {
    let head = "贷款机构,贷款种类,所属年度,结余,奖励编号,受奖单位,金额,生效日期\n";
    let row = |year: u32, reward: &str, amount: &str| {
        format!("CDB,生源地,{year},1000,{reward},610300ZX,{amount},2025-01-10\n")
    };
    let text = head.to_owned()
        + &row(2022, "J1", "10")
        + &row(2022, "J2", "20")
        + &row(2023, "J3", "x")
        + &row(2023, "J4", "10")
        + &row(2024, "J5", "10");
    let (report, said) = import(&text);
    assert_eq!((codes(&report), kinds(&said)), (vec![(4, "bad_money")], vec!["surplus_rewarded"; 2]));
    let Kind::SurplusRewarded(rewarded) = &said[0].event.kind else { panic!("rewarded") };
    assert_eq!((rewarded.surplus, rewarded.parts.len(), rewarded.parts[1].fen), (100_000, 2, 2_000));
    let Kind::SurplusRewarded(last) = &said[1].event.kind else { panic!("rewarded") };
    assert_eq!(last.year.year, 2024, "the year with a bad row is left out whole");
}

#[test]
fn books_are_closed_and_entries_reversed() {
    let Kind::PeriodClosed(closed) = kind_of("机构编号,账簿,截止日,生效日期\nCDB,贷款,2024-12-31,2025-01-15\n")
    else {
        panic!("closed")
    };
    assert_eq!((closed.org, closed.book.name()), (ids::org("CDB"), "lender"));
    let (report, said) = import("机构编号,账簿,截止日,生效日期\nCDB,贷款,2048-12-30,2048-12-31\n");
    assert_eq!((codes(&report), said.len()), (vec![(2, "not_over")], 0));
    let id = "0190a6f2-0000-7000-8000-000000000000";
    let text = format!(
        "事件编号,更正理由,文号,生效日期\n{id},对象有误,陕财教〔2025〕3号,2025-02-01\n{id},不知道,陕财教〔2025〕3号,2025-02-01\n"
    );
    let (report, said) = import(&text);
    assert_eq!(codes(&report), [(3, "unknown_word")]);
    let Kind::EntryWithdrawn(reversed) = &said[0].event.kind else { panic!("reversed") };
    assert_eq!((reversed.entry.to_string().as_str(), reversed.reason), (id, Reason::WrongSubject));
}

#[test]
fn leave_for_illness_is_a_standing_of_its_own() {
    let text = format!("身份证号,学校编号,学籍状态,生效日期\n{},S1,因病休学,2021-03-01\n", id_number(1));
    let Kind::StatusChanged(changed) = kind_of(&text) else { panic!("changed") };
    assert_eq!(changed.status, Status::IllnessLeave);
}
