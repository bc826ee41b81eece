//! Keys change while a ledger lives: the next one is announced under the one before. Runs the built binary.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::key_files;
use replay::proof::receipt::Receipt;

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
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines().map_while(Result::ok);
        while let Some(line) = lines.next() {
            if let Some((_, address)) = line.split_once(" entries on ") {
                let address = address.to_owned();
                // It goes on saying what it does.
                std::thread::spawn(move || lines.for_each(|line| eprintln!("{line}")));
                return Ok(Self { child, address });
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
        let ended = self.child.wait().expect("it ends");
        assert!(asked.success() && ended.success(), "{ended}");
    }
}

/// A test that fails leaves no server behind.
impl Drop for Served {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
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
fn the_next_key_is_announced_then_served_with_and_the_old_one_ends() {
    let temporary = tempfile::tempdir().expect("a directory");
    let dir = temporary.path();
    for key in ["first.key", "next.key", "third.key"] {
        good(&mingzhang(&["keygen", "--origin", "aid.example/ledger", "--out", &at(dir, key)]));
    }
    good(&mingzhang(&["keygen", "--origin", "audit.example/w", "--out", &at(dir, "witness.key"), "--witness"]));
    let next = at(dir, "next.key.pub");
    let first = at(dir, "first.key");
    let announce = ["announce-key", &next, "--key", &first, "--on", "2026-01-05", "--as", "省财政厅/系统"];

    let served = Served::start(dir, "first.key").expect("it serves");
    served.stop();
    let why = Served::start(dir, "next.key").map(Served::stop).expect_err("nobody announced the key");
    assert!(why.contains("announce-key"), "{why}");

    let served = Served::start(dir, "first.key").expect("it serves");
    // Whoever has another key than the present one announces nothing that is followed, and is told so.
    let own = at(dir, "next.key");
    let refused = served.say(&["announce-key", &next, "--key", &own, "--on", "2026-01-04", "--as", "某人"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("does not sign with the key"), "{refused:?}");
    let itself = ["announce-key", &at(dir, "first.key.pub"), "--key", &first, "--on", "2026-01-04", "--as", "某人"];
    let refused = served.say(&itself);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("announce the next one"), "{refused:?}");
    assert!(good(&served.say(&announce)).contains("entry 0"));
    assert!(good(&served.say(&announce)).contains("before"), "saying it twice is saying it once");
    let again = served.say(&["announce-key", &next, "--key", &first, "--on", "2026-01-06", "--as", "省财政厅/系统"]);
    assert_eq!(again.status.code(), Some(1), "a key is announced once");
    let own = ["announce-key", &at(dir, "third.key.pub"), "--key", &first, "--on", "2026-01-06", "--as", "某人"];
    let refused = served.say(&own);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("ended with entry 0"), "{refused:?}");
    served.stop();
    let why = Served::start(dir, "first.key").map(Served::stop).expect_err("it has ended");
    assert!(why.contains("after entry 0") && why.contains("serve with the key announced there"), "{why}");
    changed(dir);
}

/// The ledger goes on with the next key; whoever has the first follows.
fn changed(dir: &Path) {
    let served = Served::start(dir, "next.key").expect("it serves with the key announced");
    let (ended, next) = (at(dir, "first.key.pub"), at(dir, "next.key"));
    let again = served.say(&["announce-key", &ended, "--key", &next, "--on", "2026-01-07", "--as", "某人"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("a key ends once"), "{again:?}");
    assert_eq!(served.say(&["checkpoint", "--vkey", &at(dir, "first.key.pub")]).status.code(), Some(1));
    good(&served.say(&["checkpoint", "--vkey", &at(dir, "next.key.pub")]));
    let file = at(dir, "announced.tlog-proof");
    good(&served.say(&["receipt", "0", "--out", &file]));
    let check = ["check-receipt", &file, "--vkey", &at(dir, "first.key.pub")];
    assert_eq!(mingzhang(&check).status.code(), Some(1), "offline nobody knows of the next key");
    good(&served.say(&check));
    stolen(dir, &file, &served);
    // The witness that begins now with the first key follows to the next.
    let words = ["witness", "--once", "--key", &at(dir, "witness.key"), "--state", &at(dir, "seen")];
    good(&served.say(&[&words[..], &["--vkey", &at(dir, "first.key.pub")]].concat()));
    good(&served.say(&[&words[..], &["--vkey", &at(dir, "next.key.pub")]].concat()));
    served.stop();
}

/// Whoever has the first key signs what came after its end: who asks the ledger is told, who asks nobody cannot know.
fn stolen(dir: &Path, file: &str, served: &Served) {
    let thief = key_files::read(&dir.join("first.key")).expect("a key");
    let mut receipt = Receipt::parse(&std::fs::read(file).expect("a file")).expect("a receipt");
    let [entry, outcome] = [&mut receipt.entry.checkpoint, &mut receipt.outcome.checkpoint];
    *entry = Checkpoint::parse(entry.unverified_text()).expect("a checkpoint").sign(&thief);
    *outcome = Outcomes::parse(outcome.unverified_text()).expect("a checkpoint").sign(&thief);
    let forged = at(dir, "stolen.tlog-proof");
    std::fs::write(&forged, receipt.text()).expect("written");
    let check = ["check-receipt", &forged, "--vkey", &at(dir, "first.key.pub")];
    good(&mingzhang(&check));
    let told = served.say(&check);
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stderr).contains("the record announces another"), "{told:?}");
}
