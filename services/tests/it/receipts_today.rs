//! Receipts held against the ledger of today: what it says of their entries now, in words of their own, and what is told and kept
//! where it contradicts them.

use crate::receipts::{Desk, beside, mingzhang};
use crate::support::{Server, day, org};
use ledger::event::{
    EntryWithdrawn, Event, Kind, PayoutCredited, RateIndex, RatePublished, Reason, RosterPrepared, SetCancelled,
};
use replay::proof::checkpoint::Outcomes;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Role, Signer};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use uuid::Uuid;

fn rate(on: u32, rate_ppm: u32) -> Event {
    Event::said(day(on), Kind::RatePublished(RatePublished { index: RateIndex::Lpr5y, rate_ppm }))
}

fn back(of: &Event) -> Event {
    let (entry, document) = (of.id, "陕财教〔2021〕9号".to_owned());
    let kind = Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document });
    Event::said(of.effective, kind)
}

/// The word of today's ledger for each entry, whether it counts, and what a person reads.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_count_is_not_said_to_count() {
    let desk = Desk::new();
    let server = Server::signing(Some(desk.key())).await;
    let (school, roster) = (Uuid::from_u128(8), Uuid::from_u128(9));
    let prepared = RosterPrepared {
        roster,
        school,
        programme: "SH-GRANT".to_owned(),
        academic_year: 2021,
        due: vec![day(20_211_015)],
        replaces: None,
    };
    let credited = PayoutCredited { payout: Uuid::from_u128(9), fen: 100, serial: "S9".into() };
    let rates = [rate(20_211_020, 46_500), rate(20_211_122, 46_500)];
    let said = [
        rates[0].clone(),
        rates[0].clone(),
        rate(20_211_020, 48_500),
        rates[1].clone(),
        rates[1].clone(),
        Event::said(day(20_211_020), Kind::PayoutCredited(credited)),
        Event::said(day(20_211_020), Kind::RosterPrepared(prepared)),
        back(&rates[1]),
    ];
    for event in said {
        server.record("anybody", &[event]).await;
    }
    let wanted = [
        (0, "posted", "已入账，计入 it counts"),
        (1, "duplicate", "第 0 号记录已报"),
        (2, "beside", "未计入，仅在案"),
        (3, "taken_back", "已由第 7 号记录撤销"),
        (4, "taken_back", "与第 3 号记录重复，该记录已撤销"),
        (5, "suspense", "已入暂记"),
        (6, "refused", "未入账"),
        (7, "posted", "已入账，计入 it counts"),
    ];
    let address = server.address.to_string();
    beside(move || {
        let (file, vkey) = (desk.at("receipt"), desk.at("ledger.key.pub"));
        for (index, word, sentence) in wanted {
            desk.good(&["receipt", &index.to_string(), "--out", &file, "--server", &address]);
            let check = ["check-receipt", &file, "--vkey", &vkey, "--server", &address];
            let told = desk.good(&check);
            let last = told.lines().last().unwrap_or_default();
            assert!(last.contains(&format!(": {word} ")) && last.contains(sentence), "{index}: {told}");
            let said: Value = serde_json::from_str(&desk.good(&[&check[..], &["--json"]].concat())).expect("JSON");
            let today = &said["today"];
            assert_eq!((&today["outcome"], &today["counts"]), (&word.into(), &(word == "posted").into()), "{said}");
        }
    })
    .await;
    server.stop().await;
}

/// A set that was cancelled takes its lines with it, though nothing took them back one by one.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_with_its_set_is_taken_back() {
    let desk = Desk::new();
    let mut story = crate::explain::Story::with(Server::signing(Some(desk.key())).await).await;
    let roster = Uuid::from_u128(77);
    let prepared = RosterPrepared {
        roster,
        school: crate::explain::school(),
        programme: "SH-GRANT".to_owned(),
        academic_year: 2021,
        due: vec![day(20_211_015)],
        replaces: None,
    };
    let prepared = story.say("school", 20_210_910, Kind::RosterPrepared(prepared)).await;
    let cancelled = Kind::RosterCancelled(SetCancelled { set: roster });
    let cancelled = story.say("school", 20_210_911, cancelled).await;
    assert!(prepared.refusal.is_none() && cancelled.refusal.is_none(), "{prepared:?} {cancelled:?}");
    let address = story.server.address.to_string();
    beside(move || {
        let (file, vkey) = (desk.at("receipt"), desk.at("ledger.key.pub"));
        desk.good(&["receipt", &prepared.index.to_string(), "--out", &file, "--server", &address]);
        let told = desk.good(&["check-receipt", &file, "--vkey", &vkey, "--server", &address]);
        assert!(told.contains("taken_back 已撤销") && told.contains("已作废"), "{told}");
    })
    .await;
    story.server.stop().await;
}

/// What was kept beside a receipt, by the one command that was told.
fn convinces(why: &str) -> bool {
    let command = why.lines().find(|line| line.contains("scripts/check_fork.py")).expect("a command").trim();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let done = Command::new("sh").args(["-c", command]).current_dir(root).output().expect("sh runs");
    String::from_utf8_lossy(&done.stdout).starts_with("proved: ")
}

/// Other sums over the same outcomes, signed by the same key, are another word of the ledger.
#[tokio::test(flavor = "multi_thread")]
async fn other_sums_over_the_same_outcomes_are_a_contradiction() {
    let desk = Desk::new();
    let server = Server::signing(Some(desk.key())).await;
    server.record("finance", &(1..20).map(|id| org(1_000 + id)).collect::<Vec<_>>()).await;
    let address = server.address.to_string();
    beside(move || {
        let (file, vkey) = (desk.at("receipt"), desk.at("ledger.key.pub"));
        desk.good(&["receipt", "7", "--out", &file, "--server", &address]);
        let mut receipt = Receipt::parse(&std::fs::read(&file).expect("a receipt")).expect("whole");
        let note = &receipt.outcome.checkpoint;
        let mut outcomes = Outcomes::verified(note, desk.key().verifier()).expect("the ledger's");
        (outcomes.books[0].debits, outcomes.books[0].credits) = (7, 7);
        receipt.outcome.checkpoint = outcomes.sign(&desk.key());
        std::fs::write(&file, receipt.text()).expect("written");
        let told = mingzhang(&["check-receipt", &file, "--vkey", &vkey, "--server", &address]);
        let why = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(told.status.code() == Some(1) && why.contains("or their sums") && convinces(&why), "{why}");
    })
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_a_receipt_is_told_and_kept() {
    let desk = Desk::new();
    let stranger = Signer::from_seed("aid.example/ledger", Role::Author, &[7; 32]).expect("a key");
    let keys = [Some(desk.key()), Some(desk.key()), Some(stranger), Some(desk.key())];
    let mut servers = Vec::new();
    for (key, (from, count)) in keys.into_iter().zip([(1, 19), (5_000, 90), (1, 30), (1, 5)]) {
        let server = Server::signing(key).await;
        server.record("finance", &(from..from + count).map(|id| org(1_000 + id)).collect::<Vec<_>>()).await;
        servers.push(server);
    }
    let addresses: Vec<String> = servers.iter().map(|server| server.address.to_string()).collect();
    beside(move || {
        let (file, vkey) = (desk.at("receipt"), desk.at("ledger.key.pub"));
        for address in &addresses {
            desk.good(&["checkpoint", "--fresh", "--server", address]);
        }
        desk.good(&["receipt", "7", "--out", &file, "--server", &addresses[0]]);
        let asked = |address: &String| {
            let told = mingzhang(&["check-receipt", &file, "--vkey", &vkey, "--server", address, "--json"]);
            let (said, why) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
            let said: Value = serde_json::from_str(&said).expect("JSON");
            (told.status.code(), said, why.into_owned())
        };
        assert_eq!(asked(&addresses[0]).0, Some(0));
        let (code, said, why) = asked(&addresses[1]);
        assert!(code == Some(1) && why.contains("does not continue"), "{why}");
        let kept = PathBuf::from(said["evidence"].as_str().expect("a directory"));
        assert_eq!(kept, PathBuf::from(format!("{file}.evidence-19-90")));
        assert!(said["contradicted"].as_str().is_some_and(|told| why.contains(told)), "{said}");
        for name in ["seen", "offered", "seen.outcomes", "offered.outcomes", "proof", "proof.outcomes"] {
            assert!(kept.join(name).is_file(), "{name}");
        }
        assert!(convinces(&why), "{why}");
        let (code, said, why) = asked(&addresses[2]);
        assert!(code == Some(1) && why.contains("no key signed that you named"), "{why}");
        assert!(said["evidence"].is_null() && said["holds"] == true, "{said}");
        // That the end is missing shows, and proves nothing to others yet.
        let (code, _, why) = asked(&addresses[3]);
        assert!(code == Some(1) && why.contains("its end is missing") && !convinces(&why), "{why}");
        assert!(PathBuf::from(format!("{file}.evidence-19-5")).join("offered").is_file());
    })
    .await;
    for server in servers {
        server.stop().await;
    }
}
