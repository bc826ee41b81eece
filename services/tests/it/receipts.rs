//! Confirming from outside: keys, checkpoints, receipts checked by our command and by a script that shares nothing with
//! it, and a witness that meets a forked ledger. Runs the built binary against real servers.

use crate::support::{self, Server, event, org};
use ledger::event::{KeyAnnounced, Kind, LineRecalled, PayoutCredited};
use replay::proof::signed_note::Signer;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use uuid::Uuid;

pub(crate) struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self { dir: tempfile::tempdir().expect("a directory") };
        desk.good(&["keygen", "--origin", "aid.example/ledger", "--out", &desk.at("ledger.key")]);
        desk.good(&["keygen", "--origin", "audit.example/w", "--out", &desk.at("witness.key"), "--witness"]);
        desk
    }

    pub(crate) fn at(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    pub(crate) fn key(&self) -> Signer {
        replay::proof::key_files::read(Path::new(&self.at("ledger.key"))).expect("the key just made")
    }

    pub(crate) fn good(&self, words: &[&str]) -> String {
        let output = mingzhang(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Checks a receipt by command and by script; both must agree. True if it holds.
    pub(crate) fn holds(&self, file: &str) -> bool {
        let vkey = self.at("ledger.key.pub");
        let ours = mingzhang(&["check-receipt", file, "--vkey", &vkey]);
        assert!(ours.status.success() || ours.status.code() == Some(1), "{ours:?}");
        // Once with whatever Ed25519 Python has, once with openssl alone: -S hides installed packages.
        for options in [&[][..], &["-S"][..]] {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check_receipt.py");
            let theirs = Command::new("python3").args(options).arg(script).args([file, &vkey]).output();
            let theirs = theirs.expect("python3 runs");
            assert_eq!(theirs.status.success(), ours.status.success(), "{theirs:?}\n{ours:?}");
        }
        ours.status.success()
    }
}

pub(crate) fn mingzhang(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).output().expect("the binary runs")
}

fn orgs(from: u128, count: u128) -> Vec<ledger::event::Event> {
    (from..from + count).map(|id| org(1_000 + id)).collect()
}

/// Runs what blocks beside the server of the same process.
pub(crate) async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("all of it")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_holds_for_us_and_for_strangers_and_a_changed_one_for_nobody() {
    let desk = Desk::new();
    let server = Server::signing(Some(desk.key())).await;
    server.record("finance", &orgs(1, 300)).await;
    let address = server.address.to_string();
    beside(move || {
        let at = ["--server", &address];
        let shown =
            desk.good(&[&["checkpoint", "--fresh", "--json", "--vkey", &desk.at("ledger.key.pub")], &at[..]].concat());
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        assert_eq!((&shown["size"], &shown["checked"]), (&300.into(), &true.into()));
        let id = orgs(77, 1).remove(0).id.to_string();
        for (which, index) in [("0", 0), ("299", 299), (id.as_str(), 76)] {
            let file = desk.at("receipt");
            desk.good(&[&["receipt", which, "--out", &file], &at[..]].concat());
            assert!(desk.holds(&file));
            let said = desk.good(&["check-receipt", &file, "--vkey", &desk.at("ledger.key.pub"), "--json"]);
            let said: Value = serde_json::from_str(&said).expect("JSON");
            assert_eq!((&said["index"], &said["kind"]), (&index.into(), &"org_registered".into()));
            let posted = serde_json::json!({ "verdict": "posted", "postings": [], "findings": [] });
            assert_eq!(said["outcome"], posted);
        }
        tampered(&desk);
        for (words, code) in [(["receipt", "300"], 4), (["receipt", "00000000-0000-0000-0000-00000000ffff"], 4)] {
            assert_eq!(mingzhang(&[&words[..], &at[..]].concat()).status.code(), Some(code), "{words:?}");
        }
    })
    .await;
    server.stop().await;
}

/// Years later: the ledger that continues the receipt's says what it makes of the entry, one that was rewritten is found out, also
/// where it took another key.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_held_against_the_ledger_of_today() {
    let desk = Desk::new();
    let (honest, rewritten) = (Server::signing(Some(desk.key())).await, Server::signing(Some(desk.key())).await);
    honest.record("finance", &orgs(1, 20)).await;
    rewritten.record("finance", &orgs(5_000, 90)).await;
    let [address, other] = [&honest, &rewritten].map(|server| server.address.to_string());
    let desk = beside(move || {
        desk.good(&["receipt", "7", "--out", &desk.at("receipt"), "--server", &address]);
        desk
    })
    .await;
    honest.record("finance", &orgs(300, 30)).await;
    let address = honest.address.to_string();
    beside(move || {
        let (file, vkey, next) = (desk.at("receipt"), desk.at("ledger.key.pub"), desk.at("witness.key.pub"));
        for server in [&address, &other] {
            desk.good(&["checkpoint", "--fresh", "--server", server]);
        }
        for keys in [vec!["--vkey", &vkey], vec!["--vkey", &next, "--vkey", &vkey]] {
            let asked = |server| [&["check-receipt", &file, "--json", "--server", server], &keys[..]].concat();
            let said: Value = serde_json::from_str(&desk.good(&asked(&address))).expect("JSON");
            let wanted = serde_json::json!({ "continued_by": 50, "outcome": "posted", "counts": true, "why": null });
            assert_eq!(said["today"], wanted);
            let told = mingzhang(&asked(&other));
            let why = String::from_utf8_lossy(&told.stderr).into_owned();
            assert!(told.status.code() == Some(1) && why.contains("does not continue"), "{why}");
        }
    })
    .await;
    honest.stop().await;
    rewritten.stop().await;
}

/// Every line of the receipt changed in one letter, lines left out, doubled and swapped.
fn tampered(desk: &Desk) {
    let good = std::fs::read_to_string(desk.at("receipt")).expect("written");
    let lines: Vec<&str> = good.split_inclusive('\n').collect();
    let mut bad: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.len() > 1) {
        let middle = line.char_indices().nth(line.chars().count() / 2).map_or(0, |(at, _)| at);
        let letter = if line[middle..].starts_with('A') { "B" } else { "A" };
        let length = line[middle..].chars().next().map_or(1, char::len_utf8);
        let changed = format!("{}{letter}{}", &line[..middle], &line[middle + length..]);
        bad.push([&lines[..at].concat(), changed.as_str(), &lines[at + 1..].concat()].concat());
        // A receipt without the second signature of its author, which tells the time, tells none and holds.
        if !(line.starts_with('\u{2014}') && lines[at - 1].starts_with('\u{2014}')) {
            bad.push([lines[..at].concat(), lines[at + 1..].concat()].concat());
        }
    }
    bad.push([lines[0], lines[1], lines[2], lines[4], lines[3], &lines[5..].concat()].concat());
    bad.push([lines[0], lines[1], lines[2], lines[3], &lines[3..].concat()].concat());
    bad.push(good.replacen("index 76", "index 75", 1));
    bad.push(good.replace("index 76", "index 75"));
    for text in bad {
        let file = desk.at("tampered");
        std::fs::write(&file, &text).expect("written");
        assert!(!desk.holds(&file), "this held:\n{text}");
    }
}

/// Whoever may submit may say anything. What the ledger made of it stands in the receipt, proved, for our checker and for strangers'.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_proves_what_became_of_the_entry() {
    let (desk, payment) = (Desk::new(), Uuid::from_u128(9));
    let server = Server::signing(Some(desk.key())).await;
    let credited =
        event(Kind::PayoutCredited(PayoutCredited { payout: payment, fen: 9_999_999_900, serial: "S9".into() }));
    let recalled = LineRecalled { line: Uuid::from_u128(5), document: "文1".to_owned(), fen: 100 };
    let said = [org(1), credited.clone(), event(Kind::LineRecalled(recalled)), credited];
    for event in said {
        server.record("anybody", &[event]).await;
    }
    let address = server.address.to_string();
    beside(move || {
        let (file, vkey) = (desk.at("receipt"), desk.at("ledger.key.pub"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check_receipt.py");
        let python = |words: &[&str]| Command::new("python3").arg(&script).args([&file, &vkey]).args(words).output();
        for (index, ours, theirs) in [
            ("0", "已记录，未动资金 posted, no money moved", "proved: posted, no money moved"),
            ("1", "已入暂记 posted, to suspense", "proved: posted, to suspense"),
            ("2", "未入账 refused, unknown_line", "proved: refused, unknown_line"),
            ("3", "重复，未再入账 said before, nothing posted; entry 1", "proved: said before by entry 1"),
        ] {
            desk.good(&["receipt", index, "--out", &file, "--server", &address, "--vkey", &vkey]);
            assert!(desk.holds(&file), "{index}");
            let told = desk.good(&["check-receipt", &file, "--vkey", &vkey]);
            assert!(told.contains(ours), "{told}");
            let told = String::from_utf8(python(&[]).expect("python3 runs").stdout).expect("UTF-8");
            assert!(told.contains(theirs), "{told}");
            let asked = python(&[&payment.to_string()]).expect("python3 runs");
            let err = String::from_utf8_lossy(&asked.stderr);
            match index {
                "1" => {
                    let said = "credited, 99999999.00 yuan, but it does not count; proved: posted, to suspense";
                    assert!(!asked.status.success() && err.contains(said), "{asked:?}");
                }
                "3" => assert!(!asked.status.success() && err.contains("does not count"), "{asked:?}"),
                _ => assert!(!asked.status.success() && err.contains("does not say"), "{asked:?}"),
            }
        }
    })
    .await;
    server.stop().await;
}

/// A key is 32 bytes of the submitter's choice: room enough to write a payment credited into it.
#[tokio::test(flavor = "multi_thread")]
async fn the_script_does_not_take_bytes_inside_another_statement_for_a_payment() {
    let (desk, payment) = (Desk::new(), Uuid::from_u128(9));
    let server = Server::signing(Some(desk.key())).await;
    let lie = [b"\xca\x02\x14\x0a\x10", &payment.as_bytes()[..], b"\x10\x01", &[0; 9]].concat();
    let key = lie.try_into().expect("32 bytes");
    server.record("somebody", &[event(Kind::KeyAnnounced(KeyAnnounced { key, by: key, signature: [key; 2] }))]).await;
    let address = server.address.to_string();
    beside(move || {
        let (file, vkey) = (desk.at("receipt"), desk.at("ledger.key.pub"));
        desk.good(&["receipt", "0", "--out", &file, "--server", &address]);
        assert!(desk.holds(&file));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check_receipt.py");
        let asked = Command::new("python3").arg(script).args([&file, &vkey, &payment.to_string()]).output();
        let said = asked.expect("python3 runs");
        assert!(String::from_utf8_lossy(&said.stderr).contains("does not say what became"), "{said:?}");
    })
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_cosigns_what_continues_and_stops_at_a_fork() {
    let desk = Desk::new();
    let (honest, forked) = (Server::signing(Some(desk.key())).await, Server::signing(Some(desk.key())).await);
    honest.record("finance", &orgs(1, 100)).await;
    forked.record("finance", &orgs(5_000, 150)).await;
    let addresses = (honest.address.to_string(), forked.address.to_string());
    let more = {
        let (engine, events) = (honest.engine.clone(), support::encoded(&orgs(200, 40)));
        let decoded = orgs(200, 40);
        move || engine.submit("finance", events.into_iter().zip(decoded).collect()).expect("taken").blocking_recv()
    };
    beside(move || {
        let look = |address: &str| {
            desk.good(&["checkpoint", "--fresh", "--server", address]);
            let (vkey, key, seen) = (desk.at("ledger.key.pub"), desk.at("witness.key"), desk.at("seen"));
            let words = ["--vkey", &vkey, "--key", &key, "--state", &seen, "--once", "--server", address];
            mingzhang(&[&["witness"], &words[..]].concat())
        };
        assert!(look(&addresses.0).status.success());
        more().expect("answered").expect("recorded");
        assert!(look(&addresses.0).status.success());
        let caught = look(&addresses.1);
        let why = String::from_utf8_lossy(&caught.stderr).into_owned();
        assert!(caught.status.code() == Some(1) && why.contains("CONTRADICTS"), "{why}");
        let evidence = PathBuf::from(desk.at("seen")).join("evidence-140-150");
        for name in ["seen", "offered", "seen.outcomes", "offered.outcomes"] {
            assert!(evidence.join(name).is_file(), "{name}");
        }
        cosigned_receipt(&desk, &addresses.0);
        assert!(look(&addresses.0).status.success(), "the honest ledger goes on");
    })
    .await;
    honest.stop().await;
    forked.stop().await;
}

fn cosigned_receipt(desk: &Desk, address: &str) {
    let (file, seen) = (desk.at("receipt"), PathBuf::from(desk.at("seen")).join("checkpoint"));
    let seen = seen.to_str().expect("UTF-8");
    let (vkey, witness) = (desk.at("ledger.key.pub"), desk.at("witness.key.pub"));
    let check = ["check-receipt", &file, "--vkey", &vkey, "--witness", &witness];
    desk.good(&["receipt", "5", "--out", &file, "--server", address]);
    assert_eq!(mingzhang(&check).status.code(), Some(1), "not cosigned");
    desk.good(&["receipt", "5", "--out", &file, "--checkpoint", seen, "--server", address]);
    assert_eq!(mingzhang(&check).status.code(), Some(1), "who saw entries alone vouches for no outcome");
    let outcomes = desk.at("seen/outcomes");
    desk.good(&["receipt", "5", "--out", &file, "--checkpoint", seen, "--outcomes", &outcomes, "--server", address]);
    assert!(desk.good(&check).contains("who saw entries and outcomes"));
    assert_eq!(mingzhang(&[&check[..], &["--quorum", "0"]].concat()).status.code(), Some(2), "nothing is asked for");
    assert!(desk.holds(&file));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_without_a_key_says_so() {
    let server = Server::start().await;
    server.record("finance", &[event(orgs(1, 1).remove(0).kind)]).await;
    let address = server.address.to_string();
    beside(move || {
        for words in [["checkpoint", "--fresh"], ["receipt", "0"]] {
            let output = mingzhang(&[&words[..], &["--server", &address]].concat());
            assert_eq!(output.status.code(), Some(1), "{words:?}");
            assert!(String::from_utf8_lossy(&output.stderr).contains("mingzhang keygen"), "{words:?}");
        }
    })
    .await;
    server.stop().await;
}
