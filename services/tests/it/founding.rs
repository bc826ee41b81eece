//! A ledger is founded from files, by one command; then who may say what is asked of it, on any day.

use crate::support::Server;
use ledger::money::Day;
use proto::v1;
use serde_json::Value;
use services::ids;
use services::wire;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

struct Office {
    dir: tempfile::TempDir,
    address: String,
    today: Day,
}

/// A number of nobody.
fn number(order: u32) -> String {
    let front = format!("99000120020101{order:03}");
    format!("{front}{}", services::intake::identity::check_digit(front.as_bytes()) as char)
}

const ADMINISTRATORS: [(&str, &str); 4] = [
    ("61CZ/s1", "security_admin"),
    ("61CZ/s2", "security_admin"),
    ("61CZ/a1", "audit_admin"),
    ("61CZ/y1", "system_admin"),
];

impl Office {
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("keys")
    }

    fn days(&self) -> (Day, Day) {
        (self.today, self.today.plus(300))
    }

    /// The files of a founding, of these administrators, a clerk and a bank's system.
    fn files(&self, administrators: &[(&str, &str)]) -> Vec<String> {
        let orgs = "机构编号,机构名称,级次,职能,上级机构编号,区划代码,生效日期\n61CZ,省厅,省级,财政,,610000,2020-01-01\n\
            610303CZ,渭滨区财政局,县级,财政,61CZ,610303,2020-01-01\nBANK,代发银行,省级,银行,,610000,2020-01-01\n";
        let mut people = "主体,姓名,本人,单位编号,文号\n".to_owned();
        let mut grants = "岗位编号,主体,角色,单位编号,事由,起始日,截止日,文号\n".to_owned();
        let (from, until) = self.days();
        for (at, (holder, role)) in administrators.iter().enumerate() {
            people += &format!("{holder},某某,{},61CZ,示权〔2026〕1号\n", number(u32::try_from(at).unwrap_or(0)));
            grants += &format!("管{at},{holder},{role},,运维,{from},{until},示权〔2026〕1号\n");
        }
        people +=
            &format!("610303CZ/p2,某某,{},610303CZ,示权〔2026〕1号\nBANK/b.1,,,BANK,示权〔2026〕1号\n", number(50));
        let last = self.today.plus(20);
        grants += &format!("岗1,610303CZ/p2,finance_approver,610303CZ,履职,{from},{last},示权〔2026〕1号\n");
        grants += &format!("岗2,BANK/b.1,bank,BANK,结算,{from},{until},示权〔2026〕1号\n");
        [
            ("--orgs", self.file("机构.csv", orgs)),
            ("--people", self.file("人员.csv", &people)),
            ("--grants", self.file("授权.csv", &grants)),
        ]
        .into_iter()
        .flat_map(|(flag, file)| [flag.to_owned(), file])
        .collect()
    }

    fn found(&self, administrators: &[(&str, &str)], more: &[&str]) -> (Option<i32>, Value, String) {
        let out = self.out();
        let mut words = vec!["found", "--document", "示权[2026]1号", "--as", "筹备组", "--demo-key", "--json"];
        let files = self.files(administrators);
        words.extend(["--out", out.to_str().expect("UTF-8")]);
        words.extend(files.iter().map(String::as_str).chain(more.iter().copied()));
        let output = self.run(&words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default(), said)
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        command.env_remove("MINGZHANG_KEY_FILE").args(words).args(["--server", &self.address]);
        command.output().expect("the binary runs")
    }

    fn shown(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.shown(&["status", "--json"])).expect("JSON")
    }
}

async fn with_office(work: impl FnOnce(&Office) + Send + 'static) -> Server {
    let server = Server::believing().await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let today = Day::in_beijing(i64::try_from(now.as_millis()).expect("a moment"));
    let office = Office { dir: tempfile::tempdir().expect("a folder"), address: server.address.to_string(), today };
    tokio::task::spawn_blocking(move || work(&office)).await.expect("the office ends well");
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lacks_is_said_before_anything_is_made() {
    let server = with_office(|office| {
        let [s1, s2, a1, y1] = ADMINISTRATORS;
        let cases: [(&[_], &str); 3] = [
            (&[s1, a1, y1], "安全管理员"),
            (&[s1, s2, y1], "审计管理员"),
            (&[s1, s2, a1, ("61CZ/y1", "auditors")], "unknown_role"),
        ];
        for (administrators, words) in cases {
            let (code, _, said) = office.found(administrators, &[]);
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains(words), "{words}: {said}");
            assert!(!office.out().exists(), "nothing was made");
        }
        let (code, tried, said) = office.found(&ADMINISTRATORS, &["--dry-run"]);
        assert_eq!((code, office.out().exists()), (Some(0), false), "{said}");
        assert_eq!((&tried["founded_by"], &tried["said"][0]["kind"]), (&Value::Null, &"org_registered".into()));
        assert_eq!((office.status()["entries"].as_u64(), &office.status()["founded"]), (Some(0), &false.into()));
        let open = office.shown(&["rights", "--who", "谁", "--may", "花名册批准"]);
        assert!(open.contains("人人可报"), "{open}");
    })
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_founds_and_says_the_same_again() {
    let server = with_office(|office| {
        let (code, first, said) = office.found(&ADMINISTRATORS, &[]);
        assert_eq!(code, Some(0), "{said} {first}");
        let posted: u64 =
            first["said"].as_array().expect("rows").iter().map(|row| row["new"].as_u64().unwrap_or(0)).sum();
        // Three units, a table, six principals with a credential and a post each, the founding.
        assert_eq!(posted, 3 + 1 + 3 * 6 + 1, "{first}");
        let files = || {
            let mut files: Vec<_> = fs::read_dir(office.out())
                .expect("the folder")
                .map(|file| {
                    let path = file.expect("a file").path();
                    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
                    (path.clone(), fs::read(path).expect("bytes"))
                })
                .collect();
            files.sort();
            files
        };
        let before = files();
        assert_eq!(before.len(), 4 + 6 + 1, "authority, server, six principals, the list");
        let status = office.status();
        assert_eq!((&status["founded"], &status["rights_version"]), (&true.into(), &1.into()));
        assert_eq!(status["founded_by"], first["founded_by"]);
        assert_ne!(status["identity_key"], "");
        let (code, again, said) = office.found(&ADMINISTRATORS, &[]);
        assert_eq!(
            (code, &again["founded_by"], again["said"].as_array().map(Vec::len)),
            (Some(0), &first["founded_by"], Some(0)),
            "{said}"
        );
        assert_eq!((files(), office.status()["entries"].clone()), (before, status["entries"].clone()));
        let all = format!("{first}{said}{}", office.shown(&["rights"]));
        assert!((0..51).all(|order| !all.contains(&number(order))), "nobody's number is shown");
        asked_on_any_day(office);
    })
    .await;
    asked_over_grpc(&server).await;
    server.stop().await;
}

/// A run that was cut short after it had bound some goes on where it stood.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_is_no_obstacle() {
    let server = with_office(|office| {
        let files = office.files(&ADMINISTRATORS);
        let imported = office.run(&["import", &files[1], &files[3], "--as", "筹备组", "--demo-key"]);
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stdout));
        let rights = concat!(env!("CARGO_MANIFEST_DIR"), "/../policies/rights.toml");
        assert!(office.run(&["import", rights, "--as", "筹备组"]).status.success());
        let (code, said, why) = office.found(&ADMINISTRATORS, &[]);
        assert_eq!(code, Some(0), "{why}");
        let of = |kind: &str| said["said"].as_array().expect("rows").iter().find(|row| row["kind"] == kind).cloned();
        let people = of("principal_registered").expect("a row");
        assert_eq!((&people["on_record"], &people["new"]), (&6.into(), &0.into()));
        assert_eq!(of("rights_adopted").expect("a row")["on_record"], 1);
        assert_eq!(of("credential_bound").expect("a row")["new"], 6);
    })
    .await;
    server.stop().await;
}

fn asked_on_any_day(office: &Office) {
    let mine = office.shown(&["rights", "--who", "610303CZ/p2"]);
    for words in ["渭滨区财政局", "岗1", "财政批准 finance_approver", "履职", "key_pair", "人员 person"]
    {
        assert!(mine.contains(words), "{words}: {mine}");
    }
    let may = office.shown(&["rights", "--may", "花名册批准", "--at", "610303CZ"]);
    assert!(may.contains("610303CZ/p2") && !may.contains("BANK/b.1"), "{may}");
    let may = office.shown(&["rights", "--may", "roster_approved", "--at", "61CZ"]);
    assert!(!may.contains("610303CZ/p2"), "what is above is not his: {may}");
    let check =
        |more: &[&str]| office.shown(&[&["rights", "--who", "610303CZ/p2", "--may", "roster_approved"], more].concat());
    assert!(check(&["--at", "610303CZ"]).contains("可报 may say"));
    let not = check(&[]);
    assert!(not.contains("不可报") && not.contains("finance_approver") && not.contains("61CZ/s1"), "{not}");
    let later = office.today.plus(21).to_string();
    assert!(check(&["--at", "610303CZ", "--on", &later]).contains("不可报"), "his post has ended");
    let ending = office.shown(&["rights", "--ending", "30"]);
    assert!(ending.contains("岗1") && !ending.contains("岗2") && !ending.contains("key_pair"), "{ending}");
    let ending = office.shown(&["rights", "--ending", "366"]);
    assert!(ending.contains("岗2") && ending.contains("key_pair"), "{ending}");
    for (words, code) in
        [(&["--who", "61CZ/nobody"][..], 2), (&["--may", "roster_approved", "--at", "X9"], 4), (&["--may", "x"], 2)]
    {
        let output = office.run(&[&["rights"], words].concat());
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

async fn asked_over_grpc(server: &Server) {
    let holder = "610303CZ/p2".to_owned();
    let unit = wire::id(ids::org("610303CZ"));
    let check = |kind: &str, at| v1::CheckRightRequest {
        holder: holder.clone(),
        kind: kind.to_owned(),
        unit: unit.clone(),
        at,
        not_before: 0,
    };
    let now = server.ask().check_right(check("roster_approved", None)).await.expect("answered").into_inner();
    assert_eq!(
        (now.verdict(), now.grant.map(|grant| grant.grant)),
        (v1::RightVerdict::Granted, Some("岗1".to_owned()))
    );
    // Before the last entry the ledger was open.
    let at = Some(v1::Point { at_index: Some(now.as_of - 2), ..v1::Point::default() });
    let then = server.ask().check_right(check("roster_approved", at)).await.expect("answered").into_inner();
    assert_eq!((then.verdict(), then.as_of), (v1::RightVerdict::Open, now.as_of - 1));
    let at = Some(v1::Point { effective_on: 20_210_101, ..v1::Point::default() });
    let error = server.ask().check_right(check("roster_approved", at)).await.expect_err("no such point");
    assert_eq!(error.code(), tonic::Code::InvalidArgument);
    // Page by page all grants, then credentials, each once.
    let (mut all, mut page_token) = ((Vec::new(), Vec::new()), String::new());
    loop {
        let request =
            v1::ListGrantsRequest { page_size: 2, page_token, ending_days: 400, ..v1::ListGrantsRequest::default() };
        let page = server.ask().list_grants(request).await.expect("answered").into_inner();
        all.0.extend(page.grants.into_iter().map(|row| row.grant));
        all.1.extend(page.credentials.into_iter().map(|row| row.holder));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!((all.0.len(), all.1.len()), (6, 6), "{all:?}");
    // A stranger is told who could help, and nothing is recorded.
    let said = server.try_record("stranger", crate::support::encoded(&[crate::support::org(9)]), false).await;
    assert!(
        [tonic::Code::PermissionDenied, tonic::Code::Unauthenticated].contains(&said.expect_err("no right").code())
    );
}
