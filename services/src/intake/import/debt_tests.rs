//! Files of money in suspense and of what is owed back.

use super::tests::{codes, import};
use super::*;
use ledger::event::{
    ClaimFor, Clearing, Event, Kind, OverclaimReturned, PayoutCredited, RecoveryOrdered, RemittanceCleared,
    RemittanceReturned,
};
use ledger::money::Day;
use uuid::Uuid;

const HEAD: &str =
    "单位编号,暂记来源,申请编号,序号,银行流水号,凭证号,处理序号,金额,处理方式,对方单位,对冲事件,生效日期\n";

/// The ways money in suspense ends, as a file says them, and what each row names.
#[test]
fn money_in_suspense_is_recovered_refunded_surrendered_and_offset_by_a_file() {
    let offset = "0a0b0c0d-0000-8000-8000-000000000001";
    let rows = format!(
        "{HEAD}JY,入账,申1,1,流1,,,600.00,追回,,,2022-01-05\n\
         JY,退回,申1,2,流2,,1,100.00,退还,SB,,2022-01-05\n\
         JY,退回,申1,2,流2,,2,200.00,上缴,,,2022-01-05\n\
         JY,凭证,,,,证1,,50.00,对冲,,{offset},2022-01-05\n"
    );
    let (report, said) = import(&rows);
    assert_eq!(codes(&report), []);
    let cleared = said.iter().map(|one| match &one.event.kind {
        Kind::SuspenseCleared(event) => event,
        other => panic!("{}", other.name()),
    });
    let cleared: Vec<_> = cleared.collect();
    let ways: Vec<_> = cleared.iter().map(|event| (event.number, event.fen, event.how.clone())).collect();
    assert_eq!(
        ways,
        [
            (1, 60_000, Clearing::Recoverable(None)),
            (1, 10_000, Clearing::Refundable(Some(ids::org("SB")))),
            (2, 20_000, Clearing::Surrendered),
            (1, 5_000, Clearing::Offset(Uuid::parse_str(offset).expect("an id"))),
        ]
    );
    let payout = ids::payout("JY", "申1", 0, 1);
    let credit = Kind::PayoutCredited(PayoutCredited { payout, fen: 0, serial: "流1".into() });
    assert_eq!(cleared[0].item, Event::said(Day::default(), credit).id);
    assert_eq!(cleared[1].item, cleared[2].item, "one return in two parts");
}

/// Money of lenders is named as the treasury's and the lender's files named it.
#[test]
fn money_of_lenders_in_suspense_is_named_by_a_file() {
    let head = "单位编号,暂记来源,拨付编号,贷款机构,合同编号,申报内容,银行流水号,金额,处理方式,对方单位,生效日期\n";
    let rows = format!(
        "{head}ZX,拨付,拨1,,,,流1,600.00,追回,KH,2024-11-05\n\
         ZX,拨付退回,拨1,,,,流2,200.00,上缴,,2024-11-05\n\
         ZX,多领退回,,KH,合1,贴息,退1,5.00,退还,KH,2024-11-05\n"
    );
    let (report, said) = import(&rows);
    assert_eq!(codes(&report), []);
    let remittance = ids::remittance("ZX", "拨1");
    let (loan, what) = (ids::loan("KH", "合1"), ClaimFor::Subsidy);
    let (claim, line, unit) = (Some(ids::claim("KH", "报1", 0)), 1, ids::org("ZX"));
    let told = [
        Kind::RemittanceCleared(RemittanceCleared { remittance, fen: 60_000, serial: "流1".into() }),
        Kind::RemittanceReturned(RemittanceReturned { remittance, fen: 20_000, serial: "流2".into() }),
        Kind::OverclaimReturned(OverclaimReturned { loan, what, claim, line, unit, fen: 500, serial: "退1".into() }),
    ];
    for (one, told) in said.iter().zip(told) {
        let Kind::SuspenseCleared(cleared) = &one.event.kind else { panic!("cleared") };
        assert_eq!(cleared.item, Event::said(Day::from_yyyymmdd(20_241_104).expect("a day"), told).id);
    }
    assert_eq!(said.len(), 3);
}

#[test]
fn what_is_owed_back_is_named_by_the_row_that_decided_it() {
    let (_, cleared) = import(&format!("{HEAD}JY,入账,申1,1,流1,,2,600.00,追回,,,2022-01-05\n"));
    let head = "单位编号,追退业务,申请编号,序号,原流水号,处理序号,追回文号,流水号,文号,原因,金额,生效日期,版次,更正,更正文号\n";
    // What is refunded came in, mostly as a return, unless the row says otherwise or only the credit is on record.
    let file = format!(
        "{head}JY,追回到账,申1,1,流1,2,,回1,,,300.00,2022-02-01,,,\n\
         JY,免追,申1,1,流1,2,,,某教〔2022〕3号,死亡,300.00,2022-02-02,,,\n\
         JY,追回,申1,3,,,,,某教〔2022〕4号,退学,500.00,2022-02-03,,,\n\
         JY,追回到账,申1,3,,,某教〔2022〕4号,回2,,,500.00,2022-02-04,,,\n\
         JY,退还支付,申1,1,流1,2,,退1,,,10.00,2022-02-05,,,\n"
    );
    let (report, said) = import(&file);
    let (_, returned) = import(&format!("{HEAD}JY,退回,申1,1,流1,,2,10.00,退还,,,2022-01-05\n"));
    assert_eq!(codes(&report), []);
    let debts = said.iter().filter_map(|one| match &one.event.kind {
        Kind::RecoveryReceived(event) => Some(event.debt),
        Kind::RecoveryWaived(event) => Some(event.debt),
        Kind::RefundPaid(event) => Some(event.debt),
        _ => None,
    });
    let (cleared, ordered): (Uuid, Uuid) = (cleared[0].event.id, said[2].event.id);
    assert_eq!(debts.collect::<Vec<_>>(), [cleared, cleared, ordered, returned[0].event.id]);
    let back = format!("{head}JY,追回到账,申1,1,流1,2,,回1,,,300.00,2022-02-01,,撤销,某教〔2022〕5号\n");
    let (_, taken) = import(&back);
    let Kind::EntryWithdrawn(taken) = &taken[0].event.kind else { panic!("taken back") };
    assert_eq!(taken.entry, said[0].event.id);
}

/// A decision named by its document is the edition of it that counts, where the row does not say which.
#[test]
fn a_receipt_goes_to_the_decision_that_counts() {
    let ordered = |edition: u8| {
        let payout = ids::payout("JY", "申1", 0, 1);
        let (reason, document) = (String::new(), "某财〔2022〕1号".to_owned());
        let kind = Kind::RecoveryOrdered(RecoveryOrdered { payout, fen: 0, reason, document });
        Event::said(Day::default(), kind).id_of_edition(edition)
    };
    // The first was taken back and told anew.
    let stands = move |id, _: Day| {
        Ok([(0, false), (1, true)].into_iter().find(|(at, _)| ordered(*at) == id).map(|(_, stands)| stands))
    };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("t.csv");
    let rows = |edition: &str| {
        format!(
            "单位编号,申请编号,序号,追退业务,金额,追回文号,追回版次,流水号,生效日期\nJY,申1,1,追回到账,5.00,某财〔2022〕1号,{edition},R1,2022-02-01\n"
        )
    };
    for (edition, wanted) in [("", 1), ("0", 0), ("1", 1)] {
        std::fs::write(&file, rows(edition)).expect("written");
        let mut said = Vec::new();
        let mut importer = Importer::new(crate::intake::identity::Identity::new(b"key")).with_entries(Box::new(stands));
        let report = importer.import_file(&file, "x", &mut |one| {
            said.push(one);
            Ok(())
        });
        assert_eq!(codes(&report.expect("read")), []);
        let Kind::RecoveryReceived(received) = &said[0].event.kind else { panic!("received") };
        assert_eq!(received.debt, ordered(wanted), "{edition:?}");
    }
}

/// What a source said of one thing is one sequence, whichever edition of the decision each was told of.
#[test]
fn what_was_taken_back_does_not_come_back_of_another_edition_of_the_decision() {
    let event = |id: u128| {
        let (debt, unit) = (uuid::Uuid::from_u128(id), ids::org("JY"));
        Event::said(
            Day::default(),
            Kind::RecoveryReceived(ledger::event::RecoveryReceived { debt, unit, fen: 1, serial: "R1".into() }),
        )
    };
    // Of decision 1 one edition was told and taken back, or two; of decision 2, which stands, one was told or none.
    let meant_of = move |shared: bool, edition: u8, told: &'static [(u128, u8, bool)]| {
        let mut seals = super::out::Seals::default();
        seals.look_up_entries(Box::new(move |id, _| {
            Ok(told.iter().find(|(debt, at, _)| event(*debt).id_of_edition(*at) == id).map(|(.., counts)| *counts))
        }));
        let candidates = [(1, 0), (2, 1)].map(|(id, rank)| Candidate { id: uuid::Uuid::from_u128(id), rank, shared });
        let say = |debt: uuid::Uuid| event(debt.as_u128()).kind;
        let (kind, edition) = seals.meant((Day::default(), edition), &candidates, say).expect("asked");
        let Kind::RecoveryReceived(received) = kind else { panic!("received") };
        (received.debt.as_u128(), edition)
    };
    let meant = |edition, told| meant_of(false, edition, told);
    let (never, gone, anew) = (&[][..], &[(1, 0, false)][..], &[(1, 0, false), (2, 0, true)][..]);
    assert_eq!([meant(0, never), meant(1, never)], [(2, 0), (2, 1)]);
    assert_eq!([meant(0, gone), meant(1, gone), meant(2, gone)], [(1, 0), (2, 0), (2, 1)]);
    assert_eq!([meant(0, anew), meant(1, anew), meant(2, anew)], [(1, 0), (2, 0), (2, 1)]);
    // What counts for whichever stands is said anew of the same.
    assert_eq!([0, 1, 2].map(|edition| meant_of(true, edition, gone)), [(1, 0), (1, 1), (1, 2)]);
    // What counts is not said a second time of another decision.
    assert_eq!([meant(0, &[(1, 0, true)]), meant(1, &[(1, 0, true)])], [(1, 0), (1, 1)]);
    let twice = &[(1, 0, false), (1, 1, false)];
    assert_eq!([meant(1, twice), meant(2, twice), meant(3, twice)], [(1, 1), (2, 0), (2, 1)]);
}

/// Where the row does not say which decision about the item, it is the first that stands.
#[test]
fn a_receipt_goes_to_the_decision_that_stands_whatever_its_number() {
    let payout = ids::payout("JY", "申1", 0, 1);
    let credit = Kind::PayoutCredited(PayoutCredited { payout, fen: 0, serial: "流1".into() });
    let item = Event::said(Day::default(), credit).id;
    let decided = move |number: u32| {
        let how = Clearing::Surrendered;
        Event::said(Day::default(), Kind::SuspenseCleared(ledger::event::SuspenseCleared { item, number, fen: 0, how }))
            .id
    };
    // The first was taken back and decided anew under the next number.
    let stands = move |id, _: Day| {
        let told = [(item, true), (decided(1), false), (decided(2), true)];
        Ok(told.into_iter().find(|(told, _)| *told == id).map(|(_, counts)| counts))
    };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("t.csv");
    for (number, wanted) in [("", 2), ("1", 1), ("2", 2)] {
        let row = format!("JY,申1,1,追回到账,5.00,流1,{number},R1,2022-02-01\n");
        std::fs::write(&file, format!("单位编号,申请编号,序号,追退业务,金额,原流水号,处理序号,流水号,生效日期\n{row}"))
            .expect("written");
        let mut said = Vec::new();
        let mut importer = Importer::new(crate::intake::identity::Identity::new(b"key")).with_entries(Box::new(stands));
        let report = importer.import_file(&file, "x", &mut |one| {
            said.push(one);
            Ok(())
        });
        assert_eq!(codes(&report.expect("read")), []);
        let Kind::RecoveryReceived(received) = &said[0].event.kind else { panic!("received") };
        assert_eq!(received.debt, decided(wanted), "{number:?}");
    }
}

/// Whether a refund is of a return or of a credit is asked where the bank's row is not on record yet; said, it is the same row once it is.
#[test]
fn a_refund_told_before_its_ground_is_not_told_again_of_another() {
    let payout = ids::payout("JY", "申1", 0, 1);
    let credit = Kind::PayoutCredited(PayoutCredited { payout, fen: 0, serial: "流1".into() });
    let returned =
        Kind::PayoutReturned(ledger::event::PayoutReturned { payout, fen: 0, reason: 0, serial: "流1".into() });
    let [credit, returned] = [credit, returned].map(|kind| Event::said(Day::default(), kind).id);
    let decided = |item| {
        let how = Clearing::Surrendered;
        let cleared = ledger::event::SuspenseCleared { item, number: 1, fen: 0, how };
        Event::said(Day::default(), Kind::SuspenseCleared(cleared)).id
    };
    // What is on record, and whether it counts: the refund of nobody's debt, then the credit, then a withdrawal, then the row anew.
    let try_read = |edition: &str, of: &str, told: Vec<(Uuid, bool)>| {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("t.csv");
        let head = "单位编号,申请编号,序号,追退业务,金额,原流水号,流水号,生效日期,版次,暂记来源\n";
        std::fs::write(&file, format!("{head}JY,申1,1,退还支付,5.00,流1,T1,2022-02-01,{edition},{of}\n"))
            .expect("written");
        let mut said = Vec::new();
        let stands = move |id, _: Day| Ok(told.iter().find(|(one, _)| *one == id).map(|(_, counts)| *counts));
        let mut importer = Importer::new(crate::intake::identity::Identity::new(b"key")).with_entries(Box::new(stands));
        let report = importer.import_file(&file, "x", &mut |one| {
            said.push(one);
            Ok(())
        });
        let report = report.expect("read");
        let [Said { event, .. }] = &said[..] else { return Err(codes(&report)) };
        let Kind::RefundPaid(refund) = &event.kind else { panic!("refunded") };
        Ok((refund.debt, event.id))
    };
    assert_eq!(try_read("", "", Vec::new()), Err(vec![(2, "missing")]), "of neither anything is known");
    let of_credit = try_read("", "入账", Vec::new()).expect("said");
    assert_eq!(of_credit.0, decided(credit));
    assert_eq!(try_read("", "", vec![(of_credit.1, true), (credit, true)]), Ok(of_credit), "the same row");
    let read = |edition: &str, told| try_read(edition, "", told).expect("known");
    let (debt, first) = try_read("", "退回", Vec::new()).expect("said");
    assert_eq!(debt, decided(returned));
    assert_eq!(read("", vec![(first, true), (credit, true)]), (debt, first), "the same row");
    let (now, anew) = read("1", vec![(first, false), (credit, true)]);
    assert_eq!(now, decided(credit), "told anew of what is there");
    let all = || vec![(first, false), (credit, true), (anew, true)];
    assert_eq!([read("", all()), read("1", all())], [(debt, first), (decided(credit), anew)]);
    // The return comes as well, of which nothing was told.
    let both = || [all(), vec![(returned, true)]].concat();
    assert_eq!([read("", both()), read("1", both())], [(debt, first), (decided(credit), anew)]);
}
