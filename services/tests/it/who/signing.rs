//! What needs signatures, from the command line: it is pending, another signs it by its number, and its preparer says it again.

use super::founded::{CLERK, UNIT, event, serve, signer, today};
use crate::support::Server;
use ledger::event::policy::{Band, Policy};
use ledger::event::{Event, Kind, LineIssued, Source};
use proto::v1;
use serde_json::Value;
use services::faces::who::Access;
use std::process::Command;
use uuid::Uuid;

/// Who signs.
const SIGNER: &str = "61CZ/q2";

fn policy() -> Event {
    let band = Band { number: 1, name: "一档".into(), min_fen: 1, max_fen: 100 };
    event(Kind::PolicyAdopted(Box::new(Policy {
        programme: "SH-GRANT".into(),
        version: 1,
        name: "助学金".into(),
        document: String::new(),
        stage: "senior_high".into(),
        bands: vec![band],
        exclusions: Vec::new(),
        sharing: Vec::new(),
        flagged: Vec::new(),
        sharing_tolerance_fen: 0,
    })))
}

fn issued() -> Event {
    event(Kind::LineIssued(LineIssued {
        line: Uuid::from_u128(50),
        document: "示财教〔2026〕1号".into(),
        parent_document: String::new(),
        unit: Uuid::from_u128(UNIT),
        fiscal_year: today().year(),
        programme: "SH-GRANT".into(),
        source: Source::Central,
        item: "2050204".into(),
        project: String::new(),
        direct: true,
        advance: false,
        fen: 100,
    }))
}

/// Runs a command beside the server; its exit code and what it printed.
async fn mingzhang(server: &Server, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    command.args(words).args(["--server", &format!("http://{}", server.address)]);
    let done = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it runs");
    (done.status.code(), format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr)))
}

async fn pending(server: &Server) -> Vec<u64> {
    let (code, said) = mingzhang(server, &["pending", "--json"]).await;
    assert_eq!(code, Some(0), "{said}");
    let said: Value = serde_json::from_str(&said).expect("JSON");
    said["refusals"].as_array().into_iter().flatten().filter_map(|row| row["index"].as_u64()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lacks_a_signature_is_pending_until_another_signed_it_and_it_is_said_again() {
    let demo = Access { tls: None, believe_names: true };
    let known: Vec<Event> = [policy()].into_iter().chain(signer(SIGNER)).collect();
    let server = serve(&known, demo).await;
    let said = server.record(CLERK, &[issued()]).await.receipts.remove(0);
    assert_eq!(said.refusal.map(|refusal| refusal.code).as_deref(), Some("signatures_missing"));
    assert_eq!(pending(&server).await, [said.index]);
    let number = said.index.to_string();

    // Whoever said it is no signer of it, and nobody signs for another or as nobody.
    let (code, words) = mingzhang(&server, &["sign", &number, "--as", CLERK]).await;
    assert_eq!(code, Some(0), "{words}");
    let again = server.try_record(CLERK, crate::support::encoded(&[issued()]), false).await.expect("taken");
    assert_eq!(again.into_inner().receipts[0].outcome(), v1::Outcome::Duplicate);
    let (code, words) = mingzhang(&server, &["sign", &number, "--as", "61CZ/nobody"]).await;
    assert!(code == Some(1) && words.contains("主体未登记"), "{words}");

    let (code, words) = mingzhang(&server, &["object", &number, "--reason", "金额有误", "--as", SIGNER]).await;
    assert_eq!(code, Some(0), "{words}");
    let (code, words) = mingzhang(&server, &["sign", &number, "--as", SIGNER]).await;
    assert!(code == Some(0) && words.contains("校验值") && words.contains("下达指标"), "{words}");
    assert_eq!(pending(&server).await, [said.index], "signed, and not said again yet");
    let message = v1::RecordRequest {
        events: crate::support::encoded(&[issued()]),
        again: vec![said.index + 1],
        ..v1::RecordRequest::default()
    };
    let mut recorder = v1::recorder_client::RecorderClient::new(server.line().await);
    let answer = recorder.record(services::principal::named(message, CLERK)).await.expect("taken").into_inner();
    assert_eq!(answer.receipts[0].outcome(), v1::Outcome::Posted, "{answer:?}");
    assert!(pending(&server).await.is_empty());
    server.stop().await;
}
