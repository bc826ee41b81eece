//! What scripts read: the keys of every `--json`, with the kind of value each holds, are those of `json_keys.txt`. Figures
//! are not looked at here.

use super::cli::asked;
use super::year::{Things, Year};
use crate::support::day;
use ledger::event::conventions::WaiverFor;
use ledger::event::{
    CredentialBound, CredentialWay, Duty, EntryWithdrawn, Event, FingerprintDigest, Kind, PrincipalRegistered, Reason,
    RecoveryReceived, RoleGranted, WaiverAdopted,
};
use ledger::money::Day;
use proto::v1;
use replay::record::log::Clock;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

/// The list, in the repository so that whoever changes a key sees it in the diff.
const FROZEN: &str = include_str!("json_keys.txt");

/// Commands that need no argument.
const PLAIN: [&str; 10] = [
    "health",
    "totals",
    "refusals",
    "findings",
    "debts",
    "withdrawals",
    "loan list",
    "loan position",
    "claim list",
    "claim payments",
];

/// By command: the paths of its keys, each with the kinds of value seen there.
type Keys = BTreeMap<String, BTreeMap<String, BTreeSet<&'static str>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_json_are_those_scripts_know() {
    let year = Year::run().await;
    taken_back(&year).await;
    let request = v1::ListLoansRequest { page_size: 1_000, ..v1::ListLoansRequest::default() };
    let loans = year.server.ask().list_loans(request).await.expect("loans").into_inner().loans;
    let schools = loans.iter().map(|loan| id(&loan.school)).collect();
    let questions = questions(&year.things, year.entries(), schools);
    let address = year.server.address.to_string();
    let found = tokio::task::spawn_blocking(move || {
        let mut found = Keys::new();
        let mut ask = |name: &str, words: &[&str]| {
            let answer = asked(&address, words);
            walk(&answer, "", found.entry(name.to_owned()).or_default());
            answer
        };
        for (name, words) in &questions {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let answer = ask(name, &words);
            // What these answers name has lists that others of its kind leave empty.
            if let Some(line) = answer["remittance"]["strands"][0]["lines"][0]["line"].as_str() {
                ask("trace (a document line)", &["trace", line]);
            }
            for finding in answer["findings"].as_array().into_iter().flatten().filter(|_| *name == "findings") {
                ask("explain", &["explain", &finding["index"].to_string()]);
            }
        }
        text(&found)
    });
    let found = found.await.expect("no panic");
    if found != FROZEN {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("json_keys.txt");
        std::fs::write(&path, &found).expect("a file of what was found");
        let (known, now): (BTreeSet<&str>, BTreeSet<&str>) = (keys(FROZEN).collect(), keys(&found).collect());
        let gone: Vec<_> = known.difference(&now).collect();
        let new: Vec<_> = now.difference(&known).collect();
        panic!("gone: {gone:#?}\nnew: {new:#?}\nall that was found is in {}", path.display());
    }
    year.server.stop().await;
}

/// A year of the demo takes nothing back; something is, so that the list of it is not empty.
async fn taken_back(year: &Year) {
    let told = waiver();
    let (entry, document, reason) = (told.id, "更1".to_owned(), Reason::Mistyped);
    let withdrawn = EntryWithdrawn { entry, content: 0, reason, document };
    let back = Event::said(told.effective, Kind::EntryWithdrawn(withdrawn));
    // Nor is anything owed back.
    let (debt, unit, serial) = (Uuid::from_u128(0x27), Uuid::from_u128(0x28), "回1".to_owned());
    let received = Kind::RecoveryReceived(RecoveryReceived { debt, unit, fen: 100, serial });
    let told = [&[told, back, Event::said(day(20_211_201), received)][..], &rights(school(year).await)].concat();
    let answer = year.server.record("office", &told).await;
    assert!(answer.receipts.iter().all(|receipt| receipt.outcome() == v1::Outcome::Posted), "{answer:?}");
}

/// A unit the ledger knows.
async fn school(year: &Year) -> Uuid {
    let request = v1::ListLoansRequest { page_size: 1, ..v1::ListLoansRequest::default() };
    let loans = year.server.ask().list_loans(request).await.expect("loans").into_inner().loans;
    Uuid::from_slice(&loans[0].school).expect("an id")
}

/// Somebody with a post and a credential, on a ledger that stays open.
fn rights(unit: Uuid) -> Vec<Event> {
    let (holder, document, on) = ("61CZ/s1".to_owned(), String::new(), day(20_210_101));
    let until = Day::in_beijing(Clock::system().now_ms()).plus(300);
    let registered =
        PrincipalRegistered { holder: holder.clone(), human: Some(unit), unit, document: document.clone() };
    let (way, digest, fingerprint) = (CredentialWay::KeyPair, FingerprintDigest::Sha256, [7; 32]);
    let bound = CredentialBound { holder: holder.clone(), way, digest, fingerprint, until, document: document.clone() };
    let (grant, role, duty) = ("管1".to_owned(), "security_admin".to_owned(), Duty::Operate);
    let granted = RoleGranted { grant, holder, role, unit: None, duty, from: on, until, document };
    let kinds = [Kind::PrincipalRegistered(registered), Kind::CredentialBound(bound), Kind::RoleGranted(granted)];
    let said = kinds.into_iter().map(|kind| Event::said(on, kind));
    replay::policies::rights::shipped_rights().expect("the shipped table").into_iter().chain(said).collect()
}

/// A notice of a year of which the demo has no loans.
fn waiver() -> Event {
    let (who, covers_arrears, document) = (WaiverFor::Graduates, false, "财教〔2010〕1号".to_owned());
    let waiver = WaiverAdopted { year: 2010, graduated_through: 2010, document, who, covers_arrears };
    Event::said(day(20_100_101), Kind::WaiverAdopted(waiver))
}

/// The lines of a list, without what explains it.
fn keys(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter(|line| !line.starts_with('#'))
}

/// Every command that answers from a ledger, asked about some of everything, so that no list of an answer stays empty.
fn questions(things: &Things, entries: u64, schools: BTreeSet<String>) -> Vec<(&'static str, Vec<String>)> {
    let mut all = Vec::new();
    let mut ask = |name: &'static str, words: &[&str]| {
        let command = name.split(" (").next().unwrap_or(name).split(' ');
        all.push((name, command.chain(words.iter().copied()).map(str::to_owned).collect()));
    };
    let (middle, last) = ((entries / 2).to_string(), (entries - 1).to_string());
    ask("status", &["--digest"]);
    ask("status (at a point)", &["--recorded-until", "2100-01-01", "--effective-on", "2021-11-30"]);
    ask("status (at a point)", &["--at-index", &middle]);
    PLAIN.iter().for_each(|name| ask(name, &[]));
    ask("balance", &["--class", "available"]);
    ask("loan forecast", &["--year", "2022"]);
    ask("diff", &["--from-index", &middle, "--to-index", &last, "--limit", "300"]);
    ask("diff", &["--from-index", &last, "--to-index", &middle]);
    ask("diff", &["--from-effective", "2021-09-30"]);
    // Behind the year something is told and taken back: between the two it came out otherwise than now.
    ask("diff", &["--from-index", &entries.to_string()]);
    (0..entries).step_by(97).for_each(|index| ask("explain", &[&index.to_string()]));
    ask("rights", &["--who", "61CZ/s1"]);
    ask("rights (whether he may)", &["--who", "61CZ/s1", "--may", "role_granted"]);
    for (owner, class) in &things.accounts {
        ask("entries", &["--owner", &id(owner), "--class", class]);
    }
    let rates: Vec<String> = schools.iter().map(|school| format!("{school}=120000")).collect();
    let rates =
        [vec!["--year", "2020", "--dry-run", "--default-ppm"], rates.iter().map(String::as_str).collect()].concat();
    for (lender, kind) in &things.funds {
        let (lender, of) = (id(lender), ["--kind", kind, "--lender"]);
        ask("risk show", &[&of[..], &[&lender]].concat());
        ask("risk accrue", &[&of[..], &[&lender], &rates].concat());
        ask("accrue", &[&of[..], &[&lender, "--through", "2022-03-20", "--dry-run"]].concat());
    }
    let named = [
        ("line", &things.lines),
        ("award", &things.awards),
        ("payout", &things.payouts),
        ("batch", &things.batches),
        ("claim show", &things.claims),
        ("loan show", &things.loans),
        ("trace (a payment)", &things.payouts),
        ("trace (a document line)", &things.lines),
        ("trace (a payment to a lender)", &things.remittances),
        ("trace (a claim)", &things.claims),
        ("trace (a loan)", &things.loans),
    ];
    for (name, ids) in named {
        ids.iter().for_each(|of| ask(name, &[&id(of)]));
    }
    things.loans.iter().for_each(|loan| ask("loan quote", &[&id(loan), "--on", "2022-12-20", "--pay", "500"]));
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/sh-grant.toml");
    ask("import", &[policies.to_str().expect("UTF-8"), "--as", "somebody"]);
    all
}

fn id(bytes: &[u8]) -> String {
    Uuid::from_slice(bytes).expect("an id").to_string()
}

/// Notes the kind of a value, and those of everything in it.
fn walk(value: &Value, path: &str, keys: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "yes/no",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(rows) => {
            rows.iter().for_each(|row| walk(row, &format!("{path}[]"), keys));
            "list"
        }
        Value::Object(fields) => {
            let dot = if path.is_empty() { "" } else { "." };
            fields.iter().for_each(|(name, value)| walk(value, &format!("{path}{dot}{name}"), keys));
            "object"
        }
    };
    if !path.is_empty() {
        keys.entry(path.to_owned()).or_default().insert(kind);
    }
}

fn text(keys: &Keys) -> String {
    let mut text: String =
        FROZEN.lines().filter(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    for (command, keys) in keys {
        for (path, kinds) in keys {
            let kinds: Vec<&str> = kinds.iter().copied().collect();
            text.push_str(&format!("{command}: {path} {}\n", kinds.join(" or ")));
        }
    }
    text
}
