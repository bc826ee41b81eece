//! Loans at the command line, from files to statements: the worked example of the terms, a late graduation, a claim with
//! planted errors paid from a document line, a risk fund. Runs the built binary against a server in this process.

use crate::support::Server;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a run of the binary needs to know.
struct Office {
    address: String,
    dir: tempfile::TempDir,
}

#[test]
fn commands_about_loans_teach_by_example() {
    let commands = [
        &["accrue"][..],
        &["loan"],
        &["loan", "show"],
        &["loan", "list"],
        &["loan", "quote"],
        &["loan", "position"],
        &["loan", "forecast"],
        &["claim"],
        &["claim", "list"],
        &["claim", "show"],
        &["claim", "payments"],
        &["risk"],
        &["risk", "show"],
        &["risk", "accrue"],
    ];
    for command in commands {
        let output = mingzhang(&[command, &["--help"]].concat());
        let (text, name) = (stdout(&output), command.join(" "));
        assert!(text.contains(&format!("mingzhang {name}")) && text.contains("Example"), "{name}:\n{text}");
        assert!(text.contains("Exit codes") && text.contains("--json"), "{name}:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worked_example_is_accrued_shown_and_quoted() {
    with_office(|office| {
        office.terms();
        office.parties();
        office.write_and_import("contracts", CONTRACTS, &[contract("A-360", 1, 360), contract("A-365", 2, 365)]);
        let moves = |number: &str| {
            [
                format!("CDB,{number},放款,2023-10-20,20000,D-{number},,"),
                format!("CDB,{number},利率协议,2024-12-21,,,-70,"),
            ]
        };
        office.write_and_import("movements", MOVEMENTS, &[moves("A-360"), moves("A-365")].concat());
        office.graduated(1, "2024-06-30");
        office.graduated(2, "2024-06-30");
        let done = office.ask(&["accrue", "--through", "2025-12-20", "--lender", "CDB", "--kind", "origin"]);
        assert_eq!((&done["accrued"]["loans"], &done["adjusted"]["loans"]), (&json!(2), &json!(0)), "{done}");
        let waived: Vec<i64> =
            ["CDB/A-360", "A-365"].map(|loan| fen(&office.ask(&["loan", "show", loan])["posted"]["waiver_fen"])).into();
        // 222.00 + 588.06 by 360 days, 218.96 + 580.00 by 365.
        assert_eq!(waived, [81_006, 79_896]);
        let again = office.ask(&["accrue", "--through", "2025-12-20", "--lender", "CDB"]);
        assert_eq!((&again["accrued"]["loans"], &again["rounds"]), (&json!(0), &json!(1)), "{again}");
        let shown = office.ask(&["loan", "show", "CDB/A-360"]);
        let stretches = shown["stretches"].as_array().expect("stretches");
        let waiver: Vec<&Value> = stretches.iter().filter(|stretch| stretch["payer"] == "waiver").collect();
        assert_eq!((waiver[0]["from"].as_u64(), waiver[0]["rate_ppm"].as_u64()), (Some(20_240_901), Some(36_000)));
        let text = office.text(&["loan", "show", "CDB/A-360"]);
        for word in ["财政免息", "2024-09-01", "3.60", "2.90", "财教〔2025〕69号", "放款", "毕业"] {
            assert!(text.contains(word), "{word} in\n{text}");
        }
        let quote = office.ask(&["loan", "quote", "CDB/A-360", "--on", "2025-12-21", "--pay", "500"]);
        assert_eq!((fen(&quote["principal_fen"]), fen(&quote["interest_fen"])), (2_000_000, 0), "{quote}");
        let position = office.ask(&["loan", "position", "--lender", "CDB", "--kind", "origin"]);
        assert_eq!(fen(&position["interest"]["waiver_fen"]), 81_006 + 79_896, "{position}");
        assert!(
            office.text(&["loan", "position"]).contains("财政") && office.text(&["loan", "list"]).contains("A-365")
        );
        let forecast = office.ask(&["loan", "forecast", "--lender", "CDB", "--year", "2026"]);
        assert_eq!((forecast["quarters"].as_array().map(Vec::len), fen(&forecast["subsidy_fen"])), (Some(4), 0));
        assert_eq!(office.run(&["loan", "show", "CDB/NONE"]).status.code(), Some(4));
        assert_eq!(office.run(&["accrue", "--through", "2025-12-20", "--lender", "NONE"]).status.code(), Some(4));
        assert_eq!(office.run(&["accrue", "--through", "2025-13-20", "--lender", "CDB"]).status.code(), Some(2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_graduation_is_corrected_before_the_next_period() {
    with_office(|office| {
        office.terms();
        office.parties();
        office.write_and_import("contracts", CONTRACTS, &[contract("L-1", 1, 365)]);
        office.write_and_import("movements", MOVEMENTS, &["CDB,L-1,放款,2020-10-20,8000,D1,,".to_owned()]);
        let accrue = |through| office.ask(&["accrue", "--through", through, "--lender", "CDB"]);
        let all_subsidised = accrue("2021-12-20");
        assert!(fen(&all_subsidised["accrued"]["subsidy_fen"]) > 0);
        office.graduated(1, "2021-06-30");
        let dry = office.ask(&["accrue", "--through", "2022-03-31", "--lender", "CDB", "--dry-run"]);
        assert_eq!((&dry["adjusted"]["loans"], &dry["accrued"]["loans"]), (&json!(1), &json!(1)), "{dry}");
        let done = accrue("2022-03-31");
        assert_eq!((&done["adjusted"]["loans"], &done["accrued"]["loans"]), (&json!(1), &json!(1)), "{done}");
        let moved = fen(&done["adjusted"]["subsidy_fen"]);
        // 8,000 yuan at 4.35 % over the 111 days from 1 September to 20 December, which the borrower bears after all.
        assert_eq!((moved, fen(&done["adjusted"]["borrower_fen"])), (-10_583, 10_583), "{done}");
        let shown = office.ask(&["loan", "show", "L-1"]);
        assert_eq!(shown["correction"]["subsidy_fen"], 0, "{shown}");
        assert_eq!(shown["through"], 20_220_331);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_disputed_line_by_line_approved_paid_and_traced() {
    with_office(|office| {
        office.terms();
        office.parties();
        let loans: Vec<String> = (1..=3).map(|n| campus(&format!("C-{n}"), n)).collect();
        office.write_and_import("contracts", CONTRACTS, &loans);
        let drawn = |n: u32| format!("CDB,C-{n},放款,2024-07-01,8000,D{n},,");
        office.write_and_import("movements", MOVEMENTS, &[drawn(1), drawn(2), drawn(3)]);
        office.ask(&["accrue", "--through", "2024-09-30", "--lender", "CDB"]);
        let posted = office.ask(&["loan", "show", "C-1"]);
        let ours = fen(&posted["posted"]["subsidy_fen"]);
        let rate = posted["stretches"][0]["rate_ppm"].as_u64().expect("a rate");
        let percent = format!("{}.{:04}", rate / 10_000, rate % 10_000);
        let line = |at: u32, loan: &str, rate: &str, fen: i64| {
            let amount = format!("{}.{:02}", fen / 100, fen % 100);
            format!("SB1,CDB,校园地,贴息,2024-07-01,2024-09-30,610000ZX,{at},{loan},8000,{rate},92,{amount},2024-10-15")
        };
        let rows = [
            line(1, "C-1", &percent, ours),
            line(2, "C-2", "4.50", ours + 1_000),
            line(3, "C-9", &percent, ours),
            line(4, "C-3", &percent, ours),
        ];
        office.write_and_import("claims", CLAIMS, &rows);
        let claim = office.ask(&["claim", "show", "CDB/SB1"]);
        assert_eq!((&claim["claim"]["confirmed_count"], &claim["claim"]["disputed_count"]), (&json!(2), &json!(2)));
        let disputed = office.ask(&["claim", "show", "CDB/SB1", "--disputed"]);
        let verdicts: Vec<&str> = lines(&disputed).iter().map(|line| line["verdict"].as_str().unwrap_or("")).collect();
        assert_eq!(verdicts, ["wrong_rate", "unknown_loan"], "{disputed}");
        let text = office.text(&["claim", "show", "SB1", "--office", "CDB", "--disputed"]);
        assert!(text.contains("C-2") && text.contains("4.50") && text.contains("争议"), "{text}");
        office.import_as(
            "省资助中心/复核",
            "decisions",
            "材料类型,单位编号,材料编号,环节,生效日期",
            &["申报,CDB,SB1,批准,2024-10-20".to_owned()],
        );
        let listed = office.ask(&["claim", "list", "--lender", "CDB", "--kind", "campus"]);
        assert_eq!(listed["claims"][0]["stage"], "approved", "{listed}");
        assert_eq!(fen(&listed["claims"][0]["confirmed_fen"]), 2 * ours);
        pay(office, &listed["claims"][0]);
    })
    .await;
}

/// Pays what a claim confirmed out of one line for each payer, and traces it both ways.
fn pay(office: &Office, claim: &Value) {
    let confirmed = fen(&claim["confirmed_fen"]);
    let owed = |at: usize| fen(&claim["payers"][at]["owed_fen"]);
    let central = owed(0);
    // Four fifths, each academic year's loan-days rounded by themselves.
    assert!((central * 5 - confirmed * 4).abs() <= 5 && central + owed(1) == confirmed, "{claim}");
    let lines = ["中央,1,10000", "省级,2,10000"].map(|line| {
        let [source, number, amount] = line.split(',').collect::<Vec<_>>().try_into().expect("three");
        format!("下达,财教〔2024〕50号,{number},610000ZX,2024,LOAN-SUBSIDY,{source},{amount},2024-09-01")
    });
    office.write_and_import("lines", "动作,文号,指标行号,单位编号,预算年度,项目代码,资金来源,金额,生效日期", &lines);
    let [first, second] = [central, confirmed - central].map(|fen| format!("{}.{:02}", fen / 100, fen % 100));
    let order =
        format!("BF1,610000ZX,2024,申报,CDB,,SB1,财教〔2024〕50号#1,{first},财教〔2024〕50号#2,{second},2024-10-21");
    let head = "拨付编号,付款单位,预算年度,用途,贷款机构,贷款种类,申报编号,指标1,金额1,指标2,金额2,生效日期";
    office.write_and_import("remittance", head, &[order]);
    let sum = format!("{}.{:02}", confirmed / 100, confirmed % 100);
    let approved = format!("拨付,610000ZX,BF1,批准,{sum},2024-10-22");
    office.import_as("省资助中心/复核", "approved", "材料类型,单位编号,材料编号,环节,金额,生效日期", &[approved]);
    let cleared = format!("610000ZX,BF1,支付,{sum},T1,2024-10-23");
    office.write_and_import("cleared", "单位编号,拨付编号,结果,金额,流水号,生效日期", &[cleared]);
    let trace = office.ask(&["trace", "BF1", "--office", "610000ZX"]);
    assert_eq!(
        (fen(&trace["remittance"]["total_fen"]), trace["loan_days"].as_u64()),
        (confirmed, Some(184)),
        "{trace}"
    );
    assert_eq!(trace["remittance"]["strands"][0]["lines"][0]["document"], "财教〔2024〕50号");
    let loan = office.ask(&["trace", "CDB/C-1"]);
    assert_eq!(loan["claims"][0]["remittances"][0]["remittance"]["stage"], "cleared", "{loan}");
    let line = trace["remittance"]["strands"][0]["lines"][0]["line"].as_str().expect("an id").to_owned();
    let forward = office.ask(&["trace", &line]);
    assert_eq!(fen(&forward["totals"]["remitted_fen"]), central, "{forward}");
    for what in ["610000ZX/BF1", "CDB/SB1", "CDB/C-1", &line] {
        let text = office.text(&["trace", what]);
        assert!(text.contains("财教〔2024〕50号"), "{what}:\n{text}");
    }
    let payments = office.ask(&["claim", "payments", "--lender", "CDB"]);
    assert_eq!(
        (&payments["payments"][0]["stage"], fen(&payments["payments"][0]["fen"])),
        (&json!("cleared"), confirmed)
    );
    assert!(office.text(&["claim", "payments"]).contains("已支付"));
    assert_eq!(office.run(&["trace", "CDB/NOTHING"]).status.code(), Some(4));
    let whose = office.run(&["trace", "BF1"]);
    assert!(whose.status.code() == Some(2) && String::from_utf8_lossy(&whose.stderr).contains("--office"), "{whose:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_risk_year_is_accrued_by_default_rate_and_shown() {
    with_office(|office| {
        office.terms();
        office.parties();
        office.write_and_import("contracts", CONTRACTS, &[campus("C-1", 1), campus("C-2", 2)]);
        let drawn = |n: u32| format!("CDB,C-{n},放款,2024-10-0{n},10000,D{n},,");
        office.write_and_import("movements", MOVEMENTS, &[drawn(1), drawn(2)]);
        let words = ["risk", "accrue", "--lender", "CDB", "--kind", "campus", "--year", "2024", "--on", "2025-09-01"];
        let dry = office.ask(&[&words[..], &["--dry-run", "--default-ppm", "10698=150000"]].concat());
        // 15 % of 20,000 yuan; at a default rate of 15 % the university bears 60 % of it.
        assert_eq!(part(&dry["rows"][0], "university"), 180_000, "{dry}");
        let done = office.ask(&words);
        assert_eq!((part(&done["rows"][0], "university"), &done["refused"]), (150_000, &json!(0)), "{done}");
        assert_eq!(office.ask(&words)["rows"], json!([]), "a second run has nothing to say");
        let received = ["CDB,校园地,2024,学校,1500,R1,2025-09-10".to_owned()];
        office.write_and_import("received", "贷款机构,贷款种类,所属年度,承担方,金额,流水号,生效日期", &received);
        office.write_and_import(
            "stated",
            "贷款机构,贷款种类,余额,生效日期",
            &["CDB,校园地,1400,2025-09-30".to_owned()],
        );
        let fund = office.ask(&["risk", "show", "--lender", "CDB", "--kind", "campus"]);
        assert_eq!((fen(&fund["stock_fen"]), fen(&fund["statement"]["difference_fen"])), (150_000, -10_000), "{fund}");
        let text = office.text(&["risk", "show", "--lender", "CDB", "--kind", "campus"]);
        assert!(text.contains("不符") && text.contains("学校 university"), "{text}");
    })
    .await;
}

fn part(row: &Value, payer: &str) -> i64 {
    let parts = row["parts"].as_array().expect("parts");
    parts.iter().find(|part| part["payer"] == payer).map_or(0, |part| fen(&part["fen"]))
}

fn lines(answer: &Value) -> &[Value] {
    answer["lines"].as_array().expect("lines")
}

fn fen(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("an amount, not {value}"))
}

const CONTRACTS: &str =
    "贷款机构,合同编号,身份证号,学校,贷款种类,学历层次,学年,计息基准,预计毕业日,首次还本日,到期日,合同校验值,签约日";
const MOVEMENTS: &str = "贷款机构,合同编号,业务,生效日期,金额,流水号,利差,备注";
const CLAIMS: &str =
    "申报编号,贷款机构,贷款种类,申报内容,起始日,截止日,付款单位,行号,合同编号,本金,年利率,天数,金额,申报日";

fn contract(number: &str, person: u32, basis: u32) -> String {
    let signed = if number.starts_with('L') { "2020-09-15" } else { "2023-10-16" };
    row(number, person, basis, "生源地", signed)
}

fn campus(number: &str, person: u32) -> String {
    row(number, person, 360, "校园地", "2024-06-20")
}

fn row(number: &str, person: u32, basis: u32, kind: &str, signed: &str) -> String {
    let (id, year, hash) = (id_number(person), &signed[..4], "0f".repeat(32));
    format!("CDB,{number},{id},10698,{kind},本专科,{year},{basis},2027-06-30,2032-12-20,2039-12-20,{hash},{signed}")
}

fn id_number(person: u32) -> String {
    let front = format!("99000120020101{person:03}");
    format!("{front}{}", services::intake::identity::check_digit(front.as_bytes()) as char)
}

impl Office {
    /// Terms, rates and waivers as they are shipped.
    fn terms(&self) {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/loans");
        let files = ["subsidy.toml", "waiver.toml", "risk.toml", "origin.toml", "campus.toml"];
        let tables = ["benchmark5y.csv", "lpr5y.csv", "waivers.csv"];
        let files: Vec<PathBuf> = files.iter().chain(&tables).map(|name| shipped.join(name)).collect();
        self.import("省教育厅/制度", &files);
    }

    /// A lender, a university of the province, an aid centre, and three students.
    fn parties(&self) {
        let orgs = [
            "100000CZ,财政部,中央,财政,,100000,中央,2000-01-01",
            "610000ZX,陕西省资助中心,省级,资助中心,100000CZ,610000,地方,2000-01-01",
            "CDB,国家开发银行陕西省分行,省级,银行,100000CZ,610000,中央,2000-01-01",
            "10698,某某大学,学校,学校,610000ZX,610100,地方,2000-01-01",
        ];
        let head = "机构编号,机构名称,级次,职能,上级机构编号,区划代码,隶属关系,生效日期";
        self.write_and_import("orgs", head, &orgs.map(str::to_owned));
        let enrolled = (1..=3).map(|n| format!("{},610305,10698,在籍,2019-09-01", id_number(n)));
        let head = "身份证号,户籍区划代码,学校编号,学籍状态,生效日期";
        self.write_and_import("students", head, &enrolled.collect::<Vec<_>>());
    }

    fn graduated(&self, person: u32, day: &str) {
        let row = format!("{},10698,毕业,{day}", id_number(person));
        self.write_and_import(&format!("graduated{person}"), "身份证号,学校编号,学籍状态,生效日期", &[row]);
    }

    fn write_and_import(&self, name: &str, head: &str, rows: &[String]) {
        self.import_as("省资助中心/制单", name, head, rows);
    }

    fn import_as(&self, principal: &str, name: &str, head: &str, rows: &[String]) {
        let path = self.dir.path().join(format!("{name}.csv"));
        std::fs::write(&path, format!("{head}\n{}\n", rows.join("\n"))).expect("written");
        self.import(principal, &[path]);
    }

    fn import(&self, principal: &str, files: &[PathBuf]) {
        let files: Vec<&str> = files.iter().map(|path| path.to_str().expect("UTF-8")).collect();
        self.ask(&[&["import"], &files[..], &["--as", principal, "--demo-key"]].concat());
    }

    fn run(&self, words: &[&str]) -> Output {
        mingzhang(&[words, &["--server", &self.address]].concat())
    }

    fn text(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        stdout(&output)
    }

    fn ask(&self, words: &[&str]) -> Value {
        let output = self.run(&[words, &["--json"]].concat());
        let said = (stdout(&output), String::from_utf8_lossy(&output.stderr).into_owned());
        // An import whose rows all count ends with 4 if it found something to look at.
        let looked = words[0] == "import" && output.status.code() == Some(4);
        assert!(output.status.success() || looked, "{words:?}: {} {}", said.0, said.1);
        serde_json::from_str(&said.0).expect("JSON on stdout")
    }
}

async fn with_office(work: impl FnOnce(&Office) + Send + 'static) {
    let server = Server::start().await;
    let address = server.address.to_string();
    let done = tokio::task::spawn_blocking(move || {
        let dir = tempfile::tempdir().expect("a directory");
        work(&Office { address, dir });
    });
    done.await.expect("all of it");
    server.stop().await;
}

fn mingzhang(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).output().expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
