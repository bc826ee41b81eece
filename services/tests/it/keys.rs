//! Keys change while a ledger lives: the next one is announced under the one before. Runs the built binary.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A `mingzhang serve` of its own process.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    /// Starts it, or says what it said instead.
    fn start(dir: &Path, key: &str) -> Result<Self, String> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mingzhang"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data", at(dir, "ledger").as_str(), "--key"])
            .arg(at(dir, key))
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut told = String::new();
        for line in BufReader::new(child.stderr.take().expect("piped")).lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once(" entries on ") {
                return Ok(Self { child, address: address.to_owned() });
            }
            told.push_str(&line);
        }
        assert!(!child.wait().expect("it ended").success());
        Err(told)
    }

    fn say(&self, words: &[&str]) -> Output {
        mingzhang(&[words, &["--server", &self.address]].concat())
    }

    /// Ends it as an operator does.
    fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success() && self.child.wait().expect("it ends").success());
    }
}

fn at(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().expect("UTF-8").to_owned()
}

fn mingzhang(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).output().expect("the binary runs")
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_next_key_is_announced_then_served_with_and_the_change_is_signed_by_both() {
    let temporary = tempfile::tempdir().expect("a directory");
    let dir = temporary.path();
    for key in ["first.key", "next.key"] {
        good(&mingzhang(&["keygen", "--origin", "aid.example/ledger", "--out", &at(dir, key)]));
    }
    let next = at(dir, "next.key.pub");
    let first = at(dir, "first.key");
    let announce = ["announce-key", &next, "--key", &first, "--on", "2026-01-05", "--as", "省财政厅/系统"];

    let served = Served::start(dir, "first.key").expect("it serves");
    served.stop();
    let why = Served::start(dir, "next.key").map(Served::stop).expect_err("nobody announced the key");
    assert!(why.contains("announce-key"), "{why}");

    let served = Served::start(dir, "first.key").expect("it serves");
    // Whoever has another key than the present one announces nothing that is followed.
    let own = at(dir, "next.key");
    good(&served.say(&["announce-key", &next, "--key", &own, "--on", "2026-01-04", "--as", "某人"]));
    served.stop();
    assert!(Served::start(dir, "next.key").map(Served::stop).is_err());
    let served = Served::start(dir, "first.key").expect("it serves");
    assert!(good(&served.say(&announce)).contains("entry 1"));
    assert!(good(&served.say(&announce)).contains("before"), "saying it twice is saying it once");
    let again = served.say(&["announce-key", &next, "--key", &first, "--on", "2026-01-06", "--as", "省财政厅/系统"]);
    assert_eq!(again.status.code(), Some(1), "a key is announced once");
    served.stop();

    let served = Served::start(dir, "next.key").expect("it serves with the key announced");
    for key in ["first.key.pub", "next.key.pub"] {
        good(&served.say(&["checkpoint", "--vkey", &at(dir, key)]));
    }
    good(&served.say(&["receipt", "1", "--out", &at(dir, "announced.tlog-proof")]));
    served.stop();
    // The announcement itself is proved under the first key, offline.
    good(&mingzhang(&["check-receipt", &at(dir, "announced.tlog-proof"), "--vkey", &at(dir, "first.key.pub")]));
}
