//! The importer as an office meets it: whole files in, events and problems out.

use super::*;
use crate::intake::identity::Identity;
use ledger::event::{CardRelation, Kind, PersonMerged};

const PERSON: &str = "99000120050101001";

pub(super) fn id_number(order: u32) -> String {
    let front = format!("{}{order:03}", &PERSON[..14]);
    format!("{front}{}", crate::intake::identity::check_digit(front.as_bytes()) as char)
}

pub(super) fn import_bytes(importer: &mut Importer, bytes: &[u8]) -> (Report, Vec<Said>) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("file.csv");
    std::fs::write(&path, bytes).expect("written");
    let mut said = Vec::new();
    let mut sink = |one: Said| -> Result<(), SinkError> {
        said.push(one);
        Ok(())
    };
    let report = importer.import_file(&path, "tester", &mut sink).expect("the file can be read");
    assert!(report.problems.iter().all(Problem::speaks_chinese), "clerks read it: {:?}", report.problems);
    (report, said)
}

pub(super) fn import(text: &str) -> (Report, Vec<Said>) {
    import_bytes(&mut Importer::new(Identity::new(b"key")), text.as_bytes())
}

pub(super) fn kinds(said: &[Said]) -> Vec<&'static str> {
    said.iter().map(|s| s.event.kind.name()).collect()
}

pub(super) fn codes(report: &Report) -> Vec<(u64, &'static str)> {
    report.problems.iter().map(|p| (p.line, p.code)).collect()
}

fn roster(rows: &[(u32, &str)]) -> String {
    let mut text = "花名册编号,学校编号,项目代码,学年,发放日,制表日期,序号,身份证号,姓名,档次,金额\n".to_owned();
    for (line, amount) in rows {
        let id = id_number(*line);
        text += &format!("H1,S1,SH-GRANT,2021/22,2021-09-01;2022-03-01,2021-10-08,{line},{id},阿依·古丽,1,{amount}\n");
    }
    text
}

#[test]
fn chinese_and_english_headers_say_the_same() {
    let zh = "\u{FEFF}机构编号,机构名称,级次,职能,上级机构编号,区划代码,生效日期\r\n 610000CZ　,陕西省财政厅,省级,财政,100000CZ,610000,2020-01-01\r\n";
    let en = "org_number,org_name,level,role,parent_number,division,effective_day\n610000CZ,陕西省财政厅,province,finance,100000CZ,610000,2020-01-01\n";
    let ((report, a), (_, b)) = (import(zh), import(en));
    assert_eq!(codes(&report), []);
    assert_eq!(a, b);
    assert_eq!(kinds(&a), ["org_registered"]);
}

#[test]
fn a_second_import_says_the_same_and_equal_rows_are_one_fact() {
    let text = "单位编号,申请编号,序号,结果,金额,银行流水号,日期\nU,Z1,1,成功,750,B1,2021-03-18\nU,Z1,1,成功,750,B1,2021-03-18\n";
    let ((_, first), (_, second)) = (import(text), import(text));
    assert_eq!(first, second);
    assert_eq!(first[0].event, first[1].event);
    assert_eq!((first[0].line, first[1].line), (2, 3));
}

#[test]
fn of_amounts_without_a_number_that_nothing_tells_apart_none_is_passed_on() {
    let head = "贷款机构,合同编号,业务,生效日期,金额,流水号\n";
    let (report, said) =
        import(&(head.to_owned() + "B,1,逾期,2021-12-21,5,\nB,1,逾期,2021-12-21,5,\nB,1,逾期,2021-12-22,5,\n"));
    assert_eq!((codes(&report), said.len()), (vec![(2, "equal_rows"), (3, "equal_rows")], 1));
    let (report, said) =
        import(&(head.to_owned() + "B,1,逾期,2021-12-21,5,\nB,1,逾期,2021-12-21,6,\nB,1,逾期,2021-12-21,5,Y1\n"));
    assert_eq!((codes(&report), said.len()), (vec![(2, "equal_rows"), (3, "equal_rows")], 1), "one a day");
}

#[test]
fn a_roster_is_chained_sealed_and_keeps_no_identity() {
    let (report, said) = import(&roster(&[(1, "1500.00"), (2, "2500")]));
    assert_eq!(kinds(&said), ["roster_prepared", "roster_line_added", "roster_line_added", "roster_sealed"]);
    let mut hash = [0; 32];
    for line in &said[1..3] {
        let mut bytes = hash.to_vec();
        bytes.extend(proto::event::encode(&line.event));
        hash = <sha2::Sha256 as sha2::Digest>::digest(&bytes).into();
    }
    let Kind::RosterSealed(seal) = &said[3].event.kind else { panic!("sealed last") };
    assert_eq!((seal.count, seal.fen, seal.hash), (2, 400_000, hash));
    assert_eq!(report.sets, [("H1".to_owned(), Seal { count: 2, fen: 400_000, hash })]);
    for one in &said {
        let bytes = proto::event::encode(&one.event);
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("990001") && !text.contains("古丽"));
    }
}

#[test]
fn one_bad_row_rejects_the_whole_file_of_sets() {
    let text = roster(&[(1, "1500"), (2, "many"), (3, "1500"), (5, "1500")]);
    let (report, said) = import(&text);
    assert_eq!(said, []);
    assert!(report.rejected);
    assert_eq!(codes(&report), [(3, "bad_money"), (5, "line_gap")]);
    let problem = &report.problems[0];
    assert_eq!(problem.column, Some((11, "金额".to_owned())));
    assert!(problem.to_string().starts_with("file.csv:3:11 (金额): 不是以元为单位的金额 not an amount"));
}

#[test]
fn only_the_bad_rows_of_other_files_are_left_out() {
    let id = id_number(1);
    let text = format!(
        "身份证号,姓名,户籍区划代码,学校编号,学籍状态,生效日期,卡号\n\
         {id},甲,610305,S1,在籍,2020-09-01,C12345678\n\
         990001200501010019,乙,610305,S1,在籍,2020-09-01,C12345678\n\
         {id},丙,610305,=HYPERLINK(1),在籍,2020-09-01,C12345678\n\
         {id},丁,610305,S1,在校,2020-09-01\n\
         {id},戊,,S1,休学,2021-02-30,\n\
         {id},己,,S1,休学,2021-02-28,\n"
    );
    let (report, said) = import(&text);
    assert_eq!(kinds(&said), ["person_registered", "status_changed", "card_bound", "status_changed"]);
    let found = codes(&report);
    assert_eq!(found, [(3, "bad_id_number"), (4, "formula"), (5, "wrong_width"), (6, "bad_day")]);
    assert!(report.problems.iter().all(|p| !p.what.contains("9900")), "a message shows an identity number");
}

#[test]
fn whose_a_card_is_may_be_said_beside_it() {
    let id = id_number(1);
    let text = format!(
        "身份证号,学校编号,学籍状态,生效日期,卡号,与持卡人关系\n\
         {id},S1,在籍,2020-09-01,C12345678,\n\
         {id},S1,在籍,2020-09-02,C12345678,监护人\n\
         {id},S1,在籍,2020-09-03,C12345678,sibling\n\
         {id},S1,在籍,2020-09-04,C12345678,邻居\n\
         {id},S1,在籍,2020-09-05,,监护人\n"
    );
    let (report, said) = import(&text);
    let relations = said.iter().filter_map(|said| match &said.event.kind {
        Kind::CardBound(bound) => Some(bound.relation),
        _ => None,
    });
    let relations: Vec<CardRelation> = relations.collect();
    assert_eq!(relations, [CardRelation::Own, CardRelation::Guardian, CardRelation::Sibling]);
    // A relation without a card says nothing the ledger could keep, so its row is refused.
    assert_eq!(codes(&report), [(5, "unknown_word"), (6, "not_of_action")]);
}

#[test]
fn merged_persons_go_by_number_or_by_id() {
    let (id, other, printed) = (id_number(1), id_number(2), "0190a6f2-0000-8000-8000-0000000000e5");
    let text = format!(
        "被合并人员,合并至人员,文号,生效日期\n\
         {id},{other},示教〔2025〕1号,2025-01-05\n\
         {printed},{other},示教〔2025〕1号,2025-01-05\n\
         {id},{id},示教〔2025〕1号,2025-01-05\n\
         990001200501010019,{other},示教〔2025〕1号,2025-01-05\n\
         {id},{other},,2025-01-05\n"
    );
    let (report, said) = import(&text);
    assert_eq!(kinds(&said), ["person_merged", "person_merged"]);
    let merged: Vec<&PersonMerged> = said
        .iter()
        .filter_map(|said| match &said.event.kind {
            Kind::PersonMerged(merged) => Some(merged),
            _ => None,
        })
        .collect();
    assert_eq!(merged[1].person.to_string(), printed);
    assert_eq!((merged[0].into, merged[0].document.as_str()), (merged[1].into, "示教〔2025〕1号"));
    assert_ne!(merged[0].person, merged[0].into);
    assert_eq!(codes(&report), [(4, "same_person"), (5, "bad_id_number"), (6, "missing")]);
    assert!(report.problems.iter().all(|p| !p.what.contains("9900")), "a message shows an identity number");
}

#[test]
fn rows_of_commas_are_blank_and_rows_in_one_quote_are_named_all() {
    let id = id_number(1);
    let text = format!(
        "身份证号,姓名,户籍区划代码,学校编号,学籍状态,生效日期,卡号\n\
         {id},甲,610305,S1,在籍,2020-09-01,C12345678\n\
         ,,,,,,\n\
         {id},\"甲,,S1,休学,2021-02-28,\n\
         {id},甲,,S1,在籍,2021-03-01,\n\
         {id},甲,,S1,\"休学,2021-04-28,\n\
         , , ,,,,\n"
    );
    let (report, said) = import(&text);
    assert_eq!(kinds(&said), ["person_registered", "status_changed", "card_bound"]);
    assert_eq!(codes(&report), [(4, "line_break")]);
    assert!(report.problems[0].what.contains("lines 4 to 6"), "{}", report.problems[0].what);
    assert_eq!(report.rows, 2);
}

#[test]
fn a_document_with_a_bad_row_passes_nothing_down_and_others_do() {
    let head = "动作,文号,指标行号,单位编号,来源文号,来源行号,来源单位编号,金额,生效日期\n";
    let row =
        |doc: u32, line: &str| format!("分配,陕财办教〔2021〕{doc}号,{line},C{line},财教[2020]5号,1,P,10,2021-01-05\n");
    let text = head.to_owned()
        + &row(1, "1")
        + &row(1, "x")
        + &row(1, "3")
        + &row(2, "0")
        + &row(2, "2")
        + &row(3, "1")
        + &row(3, "2");
    let (report, said) = import(&text);
    assert_eq!(codes(&report), [(3, "bad_count"), (5, "bad_count")]);
    let Kind::LinePassedDown(passed) = &said[0].event.kind else { panic!("passed down") };
    assert_eq!((said.len(), passed.document.as_str(), passed.parts.len()), (1, "陕财办教〔2021〕3号", 2));
    assert_eq!(passed.parts[0].from, ids::line("财教〔2020〕5号", 1, "P"));
}

#[test]
fn approvals_name_the_seal_of_the_run_or_of_the_row() {
    let text = "材料类型,单位编号,材料编号,环节,经办人,生效日期\n花名册,S1,H1,审核,张三,2021-10-10\n花名册,S1,H1,审核,李四,2021-10-10\n";
    let (report, said) = import(text);
    assert_eq!((said.len(), codes(&report)), (0, vec![(2, "set_unknown"), (3, "set_unknown")]));
    let mut importer = Importer::new(Identity::new(b"key"));
    let (sealed, _) = import_bytes(&mut importer, roster(&[(1, "1500")]).as_bytes());
    let (_, said) = import_bytes(&mut importer, text.as_bytes());
    let Kind::RosterReviewed(decided) = &said[0].event.kind else { panic!("reviewed") };
    assert_eq!(decided.hash, sealed.sets[0].1.hash);
    assert_eq!(&*said[1].principal, "李四");
    assert_eq!(said[0].event, said[1].event, "the second says the same again, once the first was refused");
}

#[test]
fn a_voucher_with_a_bad_row_is_left_out_whole() {
    let head = "凭证号,申请编号,单位编号,签发日期,清算日期,指标,金额\n";
    let row = |n: u32, line: &str| format!("V{n},Z1,U,2021-03-15,2021-03-16,陕财办教〔2021〕1号#{line},5\n");
    let text = head.to_owned() + &row(1, "1") + &row(1, "2") + &row(2, "1") + &row(2, "x") + &row(3, "1");
    let (report, said) = import(&text);
    assert_eq!(codes(&report), [(5, "bad_reference")]);
    assert_eq!(kinds(&said), ["voucher_issued", "voucher_cleared", "voucher_issued", "voucher_cleared"]);
    let Kind::VoucherIssued(second) = &said[2].event.kind else { panic!("issued") };
    assert_eq!(second.number, "V3");
}

#[test]
fn clearing_names_the_credit_as_its_own_import_did() {
    let (_, credit) = import("单位编号,申请编号,序号,结果,金额,银行流水号,日期\nU,Z1,1,成功,750,B2,2021-04-18\n");
    let (report, said) = import(
        "单位编号,申请编号,序号,银行流水号,金额,入账日期,处理方式,生效日期\nU,Z1,1,B2,750.00,2021-04-18,追回,2021-05-01\n",
    );
    assert_eq!(codes(&report), []);
    let Kind::SuspenseCleared(cleared) = &said[0].event.kind else { panic!("cleared") };
    assert_eq!((cleared.item, cleared.fen), (credit[0].event.id, 75_000));
}

#[test]
fn hostile_files_give_problems_and_never_panic() {
    let header = "单位编号,申请编号,序号,结果,金额,银行流水号,日期\n";
    let mut state = 7_u64;
    for size in [0, 1, 5, 40, 300, 3_000] {
        for with_header in [false, true] {
            for alphabet in [&b"\",\n\r\0\xff=ZB1-2.\xe5\x85\x83"[..], &b"\"\n,"[..], &b"Z,1#-"[..]] {
                let mut bytes = if with_header { header.as_bytes().to_vec() } else { Vec::new() };
                for _ in 0..size {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    bytes.push(alphabet[(state >> 33) as usize % alphabet.len()]);
                }
                let (report, said) = import_bytes(&mut Importer::new(Identity::new(b"key")), &bytes);
                assert!(report.problem_count > 0 || report.rows == 0 || !said.is_empty());
            }
        }
    }
    let (report, _) = import(&(header.to_owned() + "U,Z1,1,成功,750,B1,2021-03-18\n" + &"x".repeat(200_000)));
    assert_eq!((codes(&report), report.events), (vec![(3, "record_too_long")], 1));
}

/// What is wrong with the only row of a file: its code, the column's number, what is said of it.
fn wrong(text: &str) -> (&'static str, usize, String) {
    let (report, said) = import(text);
    assert_eq!((report.problem_count, said.len()), (1, 0), "{text}: {:?}", report.problems);
    let problem = &report.problems[0];
    (problem.code, problem.column.as_ref().map_or(0, |column| column.0), problem.to_string())
}

#[test]
fn every_column_names_a_character_nobody_sees() {
    for kind in FileKind::ALL.iter().copied() {
        let columns: Vec<_> = kind.required().iter().chain(kind.optional()).collect();
        let header: Vec<_> = columns.iter().map(|col| col.zh()).collect();
        for (at, col) in columns.iter().enumerate() {
            for unseen in ['\u{200b}', '\u{202e}', '\u{ad}', '\u{feff}', '\u{e000}', '\u{fe0f}'] {
                let holds = table::columns::Holds::canonical(col.holds(), &format!("1{unseen}1")).map(|_| ());
                let dropped = col.holds() == table::columns::Holds::Dropped;
                let fault = proto::text::TextFault::Unseen { character: unseen, at: 2 };
                assert_eq!(holds, if dropped { Ok(()) } else { Err(fault) }, "{} {}", kind.en(), col.en());
            }
            // And the row with it is refused, whichever cell it is.
            let mut cells = vec![String::new(); columns.len()];
            cells[at] = "1\u{200b}1".to_owned();
            let (report, said) = import(&format!("{}\n{}\n", header.join(","), cells.join(",")));
            assert_eq!((report.problem_count, said.len()), (1, 0), "{} {}", kind.en(), col.en());
        }
    }
}

#[test]
fn numbers_that_look_the_same_are_the_same_and_spoilt_ones_are_none() {
    let row = |number: &str, serial: &str| {
        format!("贷款机构,合同编号,业务,生效日期,金额,流水号\nDK01,{number},还款,2021-12-05,100,{serial}\n")
    };
    let (_, plain) = import(&row("GK-1", "S1"));
    for number in ["'GK-1", "ＧＫ－1", "\u{3000}GK-1 ", "GK-1\t", "’GK-1", "\u{a0}GK-1"] {
        assert_eq!(import(&row(number, "S1")).1, plain, "{number:?}");
    }
    for (number, code) in [
        ("6.12021E+17", "spoilt_by_spreadsheet"),
        ("6e17", "spoilt_by_spreadsheet"),
        ("612021.0", "spoilt_by_spreadsheet"),
        ("GK 1", "bad_number"),
        ("GK\u{3000}1", "bad_number"),
        ("''GK-1", "bad_number"),
        ("99000119980101002X", "personal_number"),
        ("GK-\u{200b}1", "unseen_character"),
    ] {
        let (found, column, words) = wrong(&row(number, "S1"));
        assert_eq!((found, column), (code, 2), "{number}");
        assert!(!words.contains("9900"), "{words}");
        assert_eq!((wrong(&row("GK-1", number)).0, wrong(&row("GK-1", number)).1), (code, 6), "{number}");
    }
    assert!(wrong(&row("GK-\u{200b}1", "S1")).2.starts_with("file.csv:2:2 (合同编号): character 4 is U+200B"));
    assert!(wrong(&row("6.1E+17", "S1")).2.contains("format the column as text"));
}

#[test]
fn a_file_whose_numbers_a_spreadsheet_has_cut_is_refused_whole() {
    let students = |tail: fn(u32) -> String, count: u32| {
        let rows = (0..count).map(|at| format!("{},S1,在籍,2020-09-01\n", tail(at)));
        "身份证号,学校编号,学籍状态,生效日期\n".to_owned() + &rows.collect::<String>()
    };
    let cut: fn(u32) -> String = |at| format!("{}000", &id_number(at + 20)[..15]);
    let (report, said) = import(&students(|at| format!("9900012005{:02}{:02}1000", at % 12 + 1, at / 12 + 1), 40));
    assert_eq!((codes(&report), said.len(), report.rejected), (vec![(1, "cut_by_spreadsheet")], 0, true));
    assert_eq!(report.problems[0].column, Some((1, "身份证号".to_owned())));
    assert!(report.problems[0].remedy.contains("spreadsheet"));
    let (few, _) = import(&students(cut, 4));
    assert!(codes(&few).iter().all(|(_, code)| *code == "bad_id_number"), "four may be slips: {:?}", codes(&few));
    let (right, said) = import(&students(id_number, 40));
    assert_eq!((codes(&right), said.len()), (vec![], 40));
    let loans = |step: u64| {
        let row = |at: u64| format!("DK01,{},还款,2021-12-05,1,S{at}\n", 612_021_000_000_000_000 + at * step);
        "贷款机构,合同编号,业务,生效日期,金额,流水号\n".to_owned() + &(1..9).map(row).collect::<String>()
    };
    assert_eq!(codes(&import(&loans(1_000)).0), [(1, "cut_by_spreadsheet")]);
    assert_eq!(codes(&import(&loans(1)).0), []);
}

#[test]
fn a_file_without_a_header_row_shows_nobodys_number() {
    let (code, column, words) = wrong(&format!("{},甲,610581,S1,在籍,2020-09-01,6299990000000991004\n", id_number(1)));
    assert_eq!((code, column), ("unknown_column", 1));
    assert!(!words.contains("9900") && !words.contains("6299"), "{words}");
}

/// What a row says and nobody compares, kind by kind: each row is sound but for one cell.
#[test]
fn no_cell_that_contradicts_is_read_over() {
    let budget =
        "动作,文号,指标行号,单位编号,预算年度,项目代码,直达资金,来源文号,来源行号,来源单位编号,金额,生效日期\n";
    let results = "申请编号,序号,结果,金额,退回原因,卡号,户名,批次号,银行流水号,日期,单位编号\n";
    let orders = "拨付编号,付款单位,预算年度,用途,贷款机构,贷款种类,申报编号,所属年度,指标1,金额1,生效日期\n";
    let clearings = "申请编号,序号,银行流水号,金额,入账日期,处理方式,指标,单位编号,生效日期\n";
    let decided = "材料类型,材料编号,环节,金额,校验值,生效日期,编号单位\n";
    let passed = |cells: &str| format!("分配,陕财教〔2021〕903号,1,S1,{cells},财教〔2021〕901号,1,CZ,100,2021-10-03\n");
    for (head, row, column) in [
        (budget, passed("2021,,"), 5),
        (budget, passed(",VS-GRANT,"), 6),
        (budget, passed(",,是"), 7),
        (budget, "收回,陕财教〔2021〕9号,,S1,,,,财教〔2021〕901号,1,CZ,100,2021-10-03\n".to_owned(), 4),
        (results, "Z1,1,成功,750,,6299990000000991004,,,B1,2021-03-18,U\n".to_owned(), 6),
        (results, "Z1,1,成功,750,,,乙,,B1,2021-03-18,U\n".to_owned(), 7),
        (results, "Z1,1,成功,750,,,,P1,B1,2021-03-18,U\n".to_owned(), 8),
        (results, "Z1,1,成功,750,R01,,,,B1,2021-03-18,U\n".to_owned(), 5),
        (results, "Z1,1,未知,750,,,,,B1,2021-03-18,U\n".to_owned(), 4),
        (orders, "BF1,ZX,2024,申报,CDB,校园地,SB1,,财教〔2024〕1号#1,100,2024-10-20\n".to_owned(), 6),
        (orders, "BF1,ZX,2024,预拨,CDB,校园地,SB1,2024,财教〔2024〕1号#1,100,2024-10-20\n".to_owned(), 7),
        (clearings, "Z1,1,B2,750,2021-04-18,追回,财教〔2024〕1号#1,U,2021-05-01\n".to_owned(), 7),
        (decided, "拨付,BF1,批准,135.02,00,2024-10-21,ZX\n".to_owned(), 5),
        (decided, "花名册,H1,作废,1,,2024-10-21,S1\n".to_owned(), 4),
        (
            "材料类型,材料编号,环节,金额,校验值,生效日期,编号单位,材料版次\n",
            "拨付,BF1,批准,1,,2024-10-21,ZX,1\n".to_owned(),
            8,
        ),
    ] {
        let (code, found, words) = wrong(&[head, &row].concat());
        assert_eq!((code, found), ("not_of_action", column), "{row}: {words}");
    }
    let sound = [budget, &passed(",,")].concat();
    assert_eq!(kinds(&import(&sound).1), ["line_passed_down"]);
}
