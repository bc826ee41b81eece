//! A file delivered again, or before what it names: what was refused is tried again and nothing else is, by importing it again.

use crate::support::{Server, day};
use ledger::event::{Event, Kind, LoanDrawn};
use serde_json::Value;
use services::intake::import::ids;
use std::path::PathBuf;
use std::process::Command;

pub(crate) struct Office {
    dir: tempfile::TempDir,
    address: String,
}

impl Office {
    /// Imports a file; its exit code, what it says of the file, and the rows it names on stderr.
    pub(crate) fn import(&self, name: &str, text: &str) -> (Option<i32>, Value, String) {
        self.import_as("县财政/制单", name, text)
    }

    pub(crate) fn import_as(&self, who: &str, name: &str, text: &str) -> (Option<i32>, Value, String) {
        self.import_path(who, self.written(name, text))
    }

    /// The same, of a file that does not say whose numbers it names.
    pub(crate) fn import_of(&self, office: &str, who: &str, name: &str, text: &str) -> (Option<i32>, Value, String) {
        self.run(who, &["--office", office], self.written(name, text))
    }

    pub(crate) fn import_path(&self, who: &str, path: PathBuf) -> (Option<i32>, Value, String) {
        self.run(who, &[], path)
    }

    /// A command as it is typed at the top of the project: the exit code, and what it printed.
    pub(crate) fn ask(&self, words: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        let top = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let output = command.args(words).args(["--server", &self.address]).current_dir(top).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn written(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    fn run(&self, who: &str, more: &[&str], path: PathBuf) -> (Option<i32>, Value, String) {
        let words = ["import", "--as", who, "--demo-key", "--json", "--server", &self.address];
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        let output = command.args(words).args(more).arg(path).output().expect("it runs");
        let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
        (output.status.code(), shown["files"][0].clone(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

pub(crate) async fn with_office(work: impl FnOnce(&Office) + Send + 'static) {
    let server = Server::start().await;
    let office = Office { dir: tempfile::tempdir().expect("a directory"), address: server.address.to_string() };
    tokio::task::spawn_blocking(move || work(&office)).await.expect("the office ends well");
    server.stop().await;
}

const BUDGET: &str = "动作,文号,指标行号,单位编号,预算年度,项目代码,资金来源,支出科目,预算项目,直达资金,来源文号,来源行号,来源单位编号,金额,生效日期\n\
    下达,县财预〔2021〕1号,1,610581CZ,2021,SH-GRANT,县级,2050204,,否,,,,100.00,2021-03-01\n";
const UNIT: &str =
    "机构编号,机构名称,级次,职能,上级机构编号,区划代码,生效日期\n610581CZ,韩城市财政局,县级,财政,,610581,2020-01-01\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_tried_again_and_stays_refused_until_it_may_pass() {
    with_office(|office| {
        let policy = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../policies/sh-grant.toml");
        assert_eq!(office.import_path("省财政厅/制度", policy).0, Some(0));
        let (code, first, said) = office.import("budget.csv", BUDGET);
        assert_eq!((code, &first["refused"]), (Some(1), &1.into()), "{said}");
        assert!(said.contains("budget.csv:2:") && said.contains("unknown_org"), "{said}");
        // Still refused, and said so: it is no success that it was refused before.
        let (code, second, said) = office.import("budget.csv", BUDGET);
        assert_eq!((code, &second["refused"], &second["duplicates"]), (Some(1), &1.into(), &0.into()), "{said}");
        assert_eq!(office.import("unit.csv", UNIT).0, Some(0));
        let (code, third, said) = office.import("budget.csv", BUDGET);
        assert_eq!((code, &third["posted"], &third["refused"]), (Some(0), &1.into(), &0.into()), "{said}");
        // What counts is not said again.
        let (code, fourth, said) = office.import("budget.csv", BUDGET);
        assert_eq!((code, &fourth["posted"], &fourth["duplicates"]), (Some(0), &0.into(), &1.into()), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_counts_and_somebody_must_look() {
    with_office(|office| {
        let orphan = UNIT.replace("财政,,", "财政,610500CZ,");
        let (code, shown, said) = office.import("unit.csv", &orphan);
        assert_eq!((code, &shown["with_findings"]), (Some(4), &1.into()), "{said}");
        assert!(said.contains("unit.csv:2:") && said.contains("finding 0"), "{said}");
    })
    .await;
}

const MOVES: &str = "贷款机构,合同编号,业务,生效日期,金额,流水号,版次\n";

/// A row of a draw under the lender's number FK-1.
fn drawn(amount: &str, edition: &str) -> String {
    format!("{MOVES}DK01,A-1,放款,2021-10-20,{amount},FK-1,{edition}\n")
}

/// Takes the draw of an edition back.
fn reversed(edition: u8) -> String {
    let (loan, serial) = (ids::loan("DK01", "A-1"), "FK-1".to_owned());
    let said = Event::said_as(edition, day(20_211_020), Kind::LoanDrawn(LoanDrawn { loan, fen: 1, serial }));
    format!("事件编号,更正理由,文号,生效日期\n{},笔误,国开函〔2021〕{}号,2021-10-20\n", said.id, edition + 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_counts_as_first_told_until_it_is_reversed_and_told_as_the_next_edition() {
    with_office(|office| {
        // Twice in one file, and once more in another: one draw of a loan nobody has told of yet.
        let twice = drawn("1000.00", "") + "DK01,A-1,放款,2021-10-20,1000.00,FK-1,0\n";
        let (code, shown, said) = office.import("twice.csv", &twice);
        assert_eq!((code, &shown["posted"], &shown["duplicates"]), (Some(4), &1.into(), &1.into()), "{said}");
        // Again, and the loan still has no contract: what the first import said to look at is said again.
        let (code, shown, said) = office.import("once.csv", &drawn("1000.00", ""));
        assert_eq!((code, &shown["still_open"], &shown["findings"]), (Some(4), &1.into(), &1.into()), "{said}");
        assert!(said.contains("once.csv:2:") && said.contains("finding 0"), "{said}");
        // Told otherwise: named with the entry that counts, each time, and one finding for both times.
        for findings in [1, 0] {
            let (code, shown, said) = office.import("other.csv", &drawn("900.00", ""));
            assert_eq!((code, &shown["differs"], &shown["findings"]), (Some(1), &1.into(), &findings.into()), "{said}");
            assert!(said.contains("other.csv:2:") && said.contains("第 0 号记录") && said.contains("版次"), "{said}");
        }
        // The next edition has no turn before the first is reversed.
        let (code, shown, said) = office.import("early.csv", &drawn("900.00", "1"));
        assert_eq!((code, &shown["differs"]), (Some(1), &1.into()), "{said}");
        assert!(said.contains("版次不接续"), "{said}");
        // As the words say: reversed, then the same file again.
        let (code, _, said) = office.import("reversal.csv", &reversed(0));
        assert_eq!(code, Some(0), "{said}");
        let (code, shown, said) = office.import("early.csv", &drawn("900.00", "1"));
        assert_eq!((code, &shown["posted"]), (Some(4), &1.into()), "{said}");
        let (code, shown, said) = office.import("once.csv", &drawn("1000.00", ""));
        assert_eq!((code, &shown["withdrawn"]), (Some(1), &1.into()), "{said}");
        // It was right at first: what is told a third time is edition 2.
        assert_eq!(office.import("reversal.csv", &reversed(1)).0, Some(0));
        let (code, shown, said) = office.import("once.csv", &drawn("1000.00", "2"));
        assert_eq!((code, &shown["posted"]), (Some(4), &1.into()), "{said}");
        assert_eq!(office.import("once.csv", &drawn("1000.00", "2")).0, Some(4));
    })
    .await;
}

/// A published rate, taken back or told, as its office's file has it.
fn rate(rows: &str) -> String {
    format!("利率指标,年利率,生效日期,版次,更正,更正理由,更正文号\n{rows}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_of_the_pen_is_taken_back_by_its_own_row() {
    with_office(|office| {
        assert_eq!(office.import("rates.csv", &rate("LPR5Y,9.99,2021-10-20,,,,\n")).0, Some(0));
        let (code, shown, said) = office.import("right.csv", &rate("LPR5Y,4.65,2021-10-20,,,,\n"));
        assert_eq!((code, &shown["differs"]), (Some(1), &1.into()), "{said}");
        assert!(said.contains("更正") && said.contains("撤销"), "{said}");
        // A row that is not as it was told takes nothing back.
        let other = rate("LPR5Y,9.98,2021-10-20,,撤销,笔误,陕财教〔2021〕9号\n");
        let (code, _, said) = office.import("other.csv", &other);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("not_as_told"), "{said}");
        // As the words say, in one file: the row as it was, taken back, and the right one as the next edition.
        let both = rate("LPR5Y,9.99,2021-10-20,,撤销,笔误,陕财教〔2021〕9号\nLPR5Y,4.65,2021-10-20,1,,,\n");
        let (code, shown, said) = office.import("both.csv", &both);
        assert_eq!((code, &shown["posted"]), (Some(0), &2.into()), "{said}");
        let (code, shown, said) = office.import("both.csv", &both);
        assert_eq!((code, &shown["duplicates"]), (Some(0), &2.into()), "{said}");
        // All three rows in one file, delivered as often as one likes: the first is taken back by the second, as the file says.
        let all = rate("LPR5Y,9.99,2021-10-20,,,,\nLPR5Y,9.99,2021-10-20,,撤销,笔误,陕财教〔2021〕9号\nLPR5Y,4.65,2021-10-20,1,,,\n");
        let (code, shown, said) = office.import("all.csv", &all);
        assert_eq!((code, &shown["taken_back"], &shown["duplicates"]), (Some(0), &1.into(), &2.into()), "{said}");
        assert_eq!(&shown["withdrawn"], &0, "{said}");
        // What is not on record cannot be taken back, and is named by the words of its row.
        let nothing = rate("LPR5Y,9.99,2021-10-21,,撤销,笔误,陕财教〔2021〕9号\n");
        let (code, _, said) = office.import("nothing.csv", &nothing);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("nothing.csv:2:") && said.contains("生效日期 2021-10-21") && said.contains("核对"), "{said}");
        // An old file never raises the dead; a day that is not that of the entry is named.
        assert_eq!(office.import("rates.csv", &rate("LPR5Y,9.99,2021-10-20,,,,\n")).0, Some(1));
        let unsaid = rate("LPR5Y,4.65,2021-10-20,1,撤销,说不清,陕财教〔2021〕9号\n");
        let (code, _, said) = office.import("unsaid.csv", &unsaid);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("unknown_word"), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_prepared_is_refused_and_another_approves_by_importing_the_same() {
    with_office(|office| {
        let orgs = UNIT.to_owned() + "DK01,示例银行,中央,银行,,110000,2020-01-01\n";
        assert_eq!(office.import("orgs.csv", &orgs).0, Some(0));
        let claim = "申报编号,贷款机构,贷款种类,申报内容,起始日,截止日,单位编号,序号,合同编号,本金,年利率,天数,金额,生效日期\n\
            SB-1,DK01,生源地,贴息,2021-01-01,2021-12-20,610581CZ,1,A-1,1000.00,3.60,10,1.00,2021-12-21\n";
        let (code, _, said) = office.import_as("示例银行/报送", "claim.csv", claim);
        assert!(code == Some(4) && said.contains("合同 A-1 贷款不存在"), "{said}");
        let approval = "材料类型,单位编号,材料编号,环节,生效日期\n申报,DK01,SB-1,批准,2021-12-22\n";
        for _ in 0..2 {
            let (code, shown, said) = office.import_as("示例银行/报送", "approval.csv", approval);
            assert_eq!((code, &shown["refused"]), (Some(1), &1.into()), "{said}");
            assert!(said.contains("four_eyes"), "{said}");
        }
        let (code, shown, said) = office.import_as("省资助中心/审批", "approval.csv", approval);
        assert_eq!((code, &shown["posted"]), (Some(0), &1.into()), "{said}");
        let (code, shown, said) = office.import_as("示例银行/报送", "approval.csv", approval);
        assert_eq!((code, &shown["duplicates"]), (Some(0), &1.into()), "{said}");
    })
    .await;
}

/// A correction delivered before what it corrects, and again after it: line by line as the file has it, the original is taken back and then
/// the next edition has its turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_delivered_before_its_original_counts_once_both_are_there() {
    with_office(|office| {
        crate::remedies::applied(office);
        crate::remedies::stories(office, &["09-voucher", "13-batch"]);
        let head = "单位编号,申请编号,序号,结果,金额,银行流水号,生效日期,版次,更正,更正文号\n";
        let row = |fen: &str, more: &str| format!("610523CZ,ZF-001,8,成功,{fen},LS-8,2021-10-22,{more}\n");
        let corrected = format!("{head}{}{}", row("1300.00", ",撤销,某财〔2021〕9号"), row("1250.00", "1,,"));
        assert_eq!(office.import("corrected.csv", &corrected).0, Some(1));
        assert_eq!(office.import("original.csv", &format!("{head}{}", row("1300.00", ",,"))).0, Some(4));
        let (code, shown, said) = office.import("corrected.csv", &corrected);
        assert_eq!(code, Some(0), "{shown} {said}");
        let (_, found) = office.ask(&["findings", "--open"]);
        assert!(!found.contains("LS-8") && !found.contains("上一版次未撤销"), "{found}");
        let (code, shown, said) = office.import("corrected.csv", &corrected);
        assert_eq!((code, &shown["duplicates"]), (Some(0), &2.into()), "{said}");
    })
    .await;
}

/// However many rows that count are to be looked at, each that does not is named, and first.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_do_not_count_are_named_before_any_number_of_findings() {
    with_office(|office| {
        let draw = |n: u32, amount: u32| format!("DK01,U-{n},放款,2021-10-20,{amount}.00,FK-{n},\n");
        let many: String = (1..=1_200).map(|n| draw(n, 1_000)).collect();
        let (code, shown, said) =
            office.import("many.csv", &(MOVES.to_owned() + &many + &draw(1, 900) + &draw(2, 800)));
        assert_eq!((code, &shown["differs"], &shown["with_findings"]), (Some(1), &2.into(), &1_200.into()), "{said}");
        let rows = shown["rows_named"].as_array().expect("rows");
        let lines: Vec<_> = rows.iter().take(3).map(|row| row["line"].as_u64().unwrap_or(0)).collect();
        assert_eq!((lines, rows.len()), (vec![1_202, 1_203, 2], 1_002));
        assert_eq!(shown["rows_not_named"], 200);
        assert!(said.contains("many.csv:1202:") && said.contains("200 more rows that count"), "{said}");
    })
    .await;
}
