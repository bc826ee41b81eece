//! A unit proves to an auditor what its budget line has left: receipts of balances from real servers, checked by our command and by the
//! script of strangers.

use crate::receipts::{Desk, beside, mingzhang};
use crate::support::{Server, line, org, policy};
use serde_json::{Value, json};
use uuid::Uuid;

/// The id of a line of these tests, as text.
fn owner(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

fn words<'a>(owner: &'a str, class: &'a str, file: &'a str, server: &'a str) -> Vec<&'a str> {
    vec!["receipt", "--balance", "--owner", owner, "--class", class, "--out", file, "--server", server]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_is_proved_and_that_there_is_no_such_account_and_held_against_today() {
    let desk = Desk::new();
    let server = Server::signing(Some(desk.key())).await;
    server.record("finance", &[policy(), org(1), line(7, 1, 1_234_500), line(9, 1, 20_000)]).await;
    let address = server.address.to_string();
    let desk = beside(move || {
        let vkey = desk.at("ledger.key.pub");
        for (number, class, fen) in
            [(7, "available", Some("1234500")), (7, "spent", Some("0")), (8, "available", None), (1, "available", None)]
        {
            let (file, owner) = (desk.at(&format!("{number}-{class}")), owner(number));
            let told = desk.good(&words(&owner, class, &file, &address));
            assert_eq!(told.contains("no such account"), fen.is_none(), "{told}");
            assert!(desk.holds(&file), "{number} {class}");
            let said = desk.good(&["check-receipt", &file, "--vkey", &vkey, "--json"]);
            let said: Value = serde_json::from_str(&said).expect("JSON");
            let wanted = json!([fen, fen.is_some(), class, owner, 4]);
            assert_eq!(
                json!([said["balance_fen"], said["exists"], said["class"], said["owner"], said["size"]]),
                wanted
            );
        }
        let good = std::fs::read_to_string(desk.at("7-available")).expect("written");
        std::fs::write(desk.at("changed"), good.replacen("account 10", "account 12", 1)).expect("written");
        assert!(!desk.holds(&desk.at("changed")));
        desk
    })
    .await;
    // Money more since: the receipt still says what stood then, and the ledger what stands now.
    server.record("finance", &[line(11, 1, 5)]).await;
    let address = server.address.to_string();
    beside(move || {
        desk.good(&["checkpoint", "--fresh", "--server", &address]);
        let (file, vkey) = (desk.at("7-available"), desk.at("ledger.key.pub"));
        let check = ["check-receipt", &file, "--vkey", &vkey, "--server", &address];
        let said: Value = serde_json::from_str(&desk.good(&[&check[..], &["--json"]].concat())).expect("JSON");
        assert_eq!((&said["size"], &said["today"]), (&json!(4), &json!({ "continued_by": 5, "fen": 1_234_500 })));
        let said = desk.good(&check);
        assert!(said.contains("12,345.00 元") && said.contains("no proof"), "{said}");
        let (later, owner) = (desk.at("later"), owner(11));
        desk.good(&[&words(&owner, "available", &later, &address)[..], &["--vkey", &vkey]].concat());
        assert!(desk.holds(&later));
        for bad in [
            &["receipt", "--balance", "--owner", &owner][..],
            &["receipt", "--balance", "--owner", &owner, "--class", "cash"],
            &["receipt", "3", "--at-index", "3"],
            &["receipt", "3", "--balance", "--owner", &owner, "--class", "available"],
            &["receipt", "3", "--owner", &owner],
            &["receipt"],
        ] {
            assert_eq!(mingzhang(bad).status.code(), Some(2), "{bad:?}");
        }
    })
    .await;
    server.stop().await;
}

/// An account told of later was not there before, and stood as it did after an entry, whatever moved since.
#[tokio::test(flavor = "multi_thread")]
async fn a_balance_is_proved_as_it_was_after_an_entry() {
    let desk = Desk::new();
    let server = Server::signing(Some(desk.key())).await;
    server.record("finance", &[policy(), org(1), line(7, 1, 1_000), line(11, 1, 5)]).await;
    let address = server.address.to_string();
    beside(move || {
        let (then, vkey, eleven) = (desk.at("then"), desk.at("ledger.key.pub"), owner(11));
        for (index, fen, size) in [("2", None, 3), ("3", Some("5"), 4)] {
            desk.good(&[&words(&eleven, "available", &then, &address)[..], &["--at-index", index]].concat());
            let said = desk.good(&["check-receipt", &then, "--vkey", &vkey, "--json"]);
            let said: Value = serde_json::from_str(&said).expect("JSON");
            assert_eq!((&said["balance_fen"], &said["size"]), (&json!(fen), &json!(size)));
            assert!(desk.holds(&then));
        }
        let late = [&words(&eleven, "available", &then, &address)[..], &["--at-index", "4"]].concat();
        assert_eq!(mingzhang(&late).status.code(), Some(4), "there is no such entry");
    })
    .await;
    server.stop().await;
}

/// Another ledger, though it signs with the same key, does not continue the receipt.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_was_rewritten_does_not_continue_the_receipt_of_a_balance() {
    let desk = Desk::new();
    let (honest, rewritten) = (Server::signing(Some(desk.key())).await, Server::signing(Some(desk.key())).await);
    honest.record("finance", &[policy(), org(1), line(7, 1, 100)]).await;
    rewritten.record("finance", &[policy(), org(1), line(7, 1, 900), org(2)]).await;
    let (address, other) = (honest.address.to_string(), rewritten.address.to_string());
    beside(move || {
        let (file, vkey, owner) = (desk.at("receipt"), desk.at("ledger.key.pub"), owner(7));
        desk.good(&words(&owner, "available", &file, &address));
        desk.good(&["checkpoint", "--fresh", "--server", &other]);
        let told = mingzhang(&["check-receipt", &file, "--vkey", &vkey, "--server", &other]);
        let why = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(told.status.code() == Some(1) && why.contains("does not continue"), "{why}");
    })
    .await;
    honest.stop().await;
    rewritten.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_no_balance_is_proved() {
    let server = Server::start().await;
    server.record("finance", &[org(1)]).await;
    let address = server.address.to_string();
    beside(move || {
        let output = mingzhang(&words(&owner(1), "issued", "nowhere", &address));
        assert!(output.status.code() == Some(1), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("mingzhang keygen"), "{output:?}");
    })
    .await;
    server.stop().await;
}
