//! One ledger, one key of identities: it goes on record with the first people, and under another key nothing is sent.

use crate::support::Server;
use ledger::event::Event;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What an import ended with, and what it said on stderr.
struct Ended {
    code: Option<i32>,
    said: String,
    posted: u64,
}

struct Office {
    dir: tempfile::TempDir,
    address: String,
}

impl Office {
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    /// A file of one person.
    fn people(&self) -> PathBuf {
        let front = "99000120020101001";
        let number = format!("{front}{}", services::intake::identity::check_digit(front.as_bytes()) as char);
        let head = "身份证号,户籍区划代码,学校编号,学籍状态,生效日期";
        self.file("students.csv", &format!("{head}\n{number},610305,10698,在籍,2019-09-01\n"))
    }

    /// A file that names nobody.
    fn rates(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/loans/lpr5y.csv")
    }

    fn key(&self, name: &str) -> String {
        let path = self.dir.path().join(name).to_str().expect("UTF-8").to_owned();
        let made = mingzhang(&["identity-key", &path]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        path
    }

    fn import(&self, file: &Path, key: &[&str]) -> Ended {
        let file = file.to_str().expect("UTF-8");
        let words = ["import", file, "--as", "省资助中心/制单", "--json", "--server", &self.address];
        let output = mingzhang(&[&words[..], key].concat());
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let posted = shown["files"][0]["posted"].as_u64().unwrap_or_default();
        Ended { code: output.status.code(), said, posted }
    }

    fn status(&self) -> Value {
        let output = mingzhang(&["status", "--json", "--server", &self.address]);
        serde_json::from_slice(&output.stdout).expect("JSON on stdout")
    }

    fn entries(&self) -> u64 {
        self.status()["entries"].as_u64().expect("a number")
    }
}

fn mingzhang(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    command.env_remove("MINGZHANG_KEY_FILE").args(words).output().expect("the binary runs")
}

/// A server that was told something, and an office beside it.
async fn with_office(told: Vec<Event>, work: impl FnOnce(&Office) + Send + 'static) {
    let server = Server::start().await;
    server.record("somebody", &told).await;
    let office = Office { dir: tempfile::tempdir().expect("a directory"), address: server.address.to_string() };
    tokio::task::spawn_blocking(move || work(&office)).await.expect("the office ends well");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_another_key_nothing_is_sent() {
    with_office(Vec::new(), |office| {
        let (ours, other) = (office.key("office.key"), office.key("other.key"));
        // A file that names nobody says nothing of keys.
        assert_eq!(office.import(&office.rates(), &["--key", &other]).code, Some(0));
        assert_eq!(office.status()["identity_key"], "");
        // So it needs none, and people need one.
        assert_eq!(office.import(&office.rates(), &[]).code, Some(0));
        assert_eq!(office.import(&office.people(), &[]).code, Some(2));
        let before = office.entries();
        let first = office.import(&office.people(), &["--key", &ours]);
        assert_eq!((first.code, first.posted), (Some(4), 2), "{}", first.said);
        let after = office.entries();
        assert_eq!(after, before + 3, "the fingerprint came first");
        let fingerprint = office.status()["identity_key"].as_str().expect("text").to_owned();
        assert_eq!(fingerprint.len(), 64);

        for wrong in [&["--key", &other][..], &["--demo-key"]] {
            let refused = office.import(&office.people(), wrong);
            assert_eq!(refused.code, Some(2), "{}", refused.said);
            assert!(refused.said.contains("key_differs") && refused.said.contains(&fingerprint), "{}", refused.said);
            assert_eq!(office.entries(), after, "nothing was sent");
        }
        // Nobody's numbers are in it, so no key can be wrong.
        assert_eq!(office.import(&office.rates(), &["--demo-key"]).code, Some(0));
        let settled = office.entries();
        let again = office.import(&office.people(), &["--key", &ours]);
        // The school is not registered, which somebody must still look at.
        assert_eq!((again.code, again.posted), (Some(4), 0), "{}", again.said);
        assert_eq!(office.entries(), settled + 2, "the key is on record and is not said again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_the_demo_is_for_ledgers_that_know_nobody_else() {
    // People came by another way, with no key on record.
    let people =
        proto::samples::samples().into_iter().filter(|event| event.kind.name() == "person_registered").collect();
    with_office(people, |office| {
        assert_eq!(office.status()["has_people"], true);
        let before = office.entries();
        let refused = office.import(&office.people(), &["--demo-key"]);
        assert_eq!((refused.code, office.entries()), (Some(2), before), "{}", refused.said);
        // Whose key it is, the office must know: with a key of its own it may go on.
        let key = office.key("office.key");
        // Everything counts; that the school is not registered is a finding.
        assert_eq!(office.import(&office.people(), &["--key", &key]).code, Some(4));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_sends_nothing() {
    with_office(Vec::new(), |office| {
        let made = office.key("office.key");
        let short = office.file("short.key", "short");
        let text = office.file("data.csv", "身份证号,户籍区划代码,学校编号,学籍状态,生效日期\n1,2,3,4,5\n");
        let zeros = office.file("zeros.key", &"\0".repeat(32));
        for path in [&short, &text, &zeros] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        }
        let open = office.dir.path().join("open.key");
        std::fs::copy(&made, &open).expect("a copy");
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).expect("a mode");
        let nowhere = office.dir.path().join("no.key");
        for path in [&short, &text, &zeros, &open, &nowhere, &PathBuf::from("/dev/zero")] {
            let refused = office.import(&office.people(), &["--key", path.to_str().expect("UTF-8")]);
            assert_eq!(refused.code, Some(2), "{}: {}", path.display(), refused.said);
        }
        assert_eq!(office.entries(), 0);
        let twice = mingzhang(&["identity-key", &made]);
        assert_eq!(twice.status.code(), Some(1), "a key is never written over");
        let good = office.import(&office.people(), &["--key", &made]);
        assert_eq!(good.code, Some(4), "{}", good.said);
    })
    .await;
}
