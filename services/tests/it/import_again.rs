//! A file delivered again, or before what it names: what was refused is tried again and nothing else is, by importing it again.

use crate::support::Server;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

struct Office {
    dir: tempfile::TempDir,
    address: String,
}

impl Office {
    /// Imports a file; its exit code, what it says of the file, and the rows it names on stderr.
    fn import(&self, name: &str, text: &str) -> (Option<i32>, Value, String) {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        self.import_path(path)
    }

    fn import_path(&self, path: PathBuf) -> (Option<i32>, Value, String) {
        let words = ["import", "--as", "县财政/制单", "--demo-key", "--json", "--server", &self.address];
        let output = Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).arg(path).output().expect("it runs");
        let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
        (output.status.code(), shown["files"][0].clone(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

async fn with_office(work: impl FnOnce(&Office) + Send + 'static) {
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
        assert_eq!(office.import_path(policy).0, Some(0));
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
        let twice = UNIT.replace("韩城市财政局", "韩城财政局");
        assert_eq!(office.import("unit.csv", UNIT).0, Some(0));
        let (code, shown, said) = office.import("unit.csv", &twice);
        assert_eq!((code, &shown["with_findings"]), (Some(4), &1.into()), "{said}");
        assert!(said.contains("unit.csv:2:") && said.contains("finding 0"), "{said}");
    })
    .await;
}
