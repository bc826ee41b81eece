//! Cosignatures that a ledger collects: sent by the witness's own command over loopback, shown with checkpoints and receipts, kept over a
//! restart, and refused where they say nothing. Servers are real, the damage is to real files.

use crate::receipts::{Desk, beside, mingzhang};
use crate::support::{Server, org};
use proto::v1;
use proto::v1::audit_client::AuditClient;
use replay::engine::{Engine, Options};
use replay::proof::key_files;
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Note, Role, Signer};
use std::path::{Path, PathBuf};
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The keys of a ledger and of two witnesses, and the ledger's directory.
struct Witnessed {
    desk: Desk,
    data: tempfile::TempDir,
}

impl Witnessed {
    fn new() -> Self {
        let desk = Desk::new();
        for name in ["second", "stranger"] {
            let origin = format!("{name}.example/w");
            desk.good(&["keygen", "--origin", &origin, "--out", &desk.at(&format!("{name}.key")), "--witness"]);
        }
        Self { desk, data: tempfile::tempdir().expect("a directory") }
    }

    /// The same ledger in a new process, as far as a ledger is concerned.
    async fn serve(&self) -> Server {
        let known = ["witness", "second"].map(|name| self.desk.at(&format!("{name}.key.pub")));
        let witnesses = known.map(|file| key_files::public(&file).expect("a key")).to_vec();
        let signing = Signing { witnesses, ..Signing::new(self.desk.key()) };
        let options = Options { signing: Some(signing), ..Options::file(self.data.path()) };
        let opened = tokio::task::spawn_blocking(move || Engine::open(&options, &mut |_| {}));
        let engine = opened.await.expect("no panic").expect("the ledger opens");
        Server::of(engine, tempfile::tempdir().expect("a directory")).await
    }

    fn cosign(&self, by: &str, address: &str, more: &[&str]) -> String {
        let (vkey, key) = (self.desk.at("ledger.key.pub"), self.desk.at(&format!("{by}.key")));
        let seen = self.desk.at(&format!("seen-{by}"));
        let words = ["witness", "--once", "--vkey", &vkey, "--key", &key, "--state", &seen, "--server", address];
        self.desk.good(&[&words[..], more].concat())
    }

    /// Entries of the last checkpoint that so many cosigned.
    fn quorum(&self, least: &str, address: &str) -> Result<u64, String> {
        let said = mingzhang(&["checkpoint", "--json", "--quorum", least, "--server", address]);
        if !said.status.success() {
            return Err(String::from_utf8_lossy(&said.stderr).into_owned());
        }
        let shown: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
        Ok(shown["size"].as_u64().expect("a number"))
    }

    fn checks(&self, receipt: &str, witnesses: &[&str], more: &[&str]) -> bool {
        let (vkey, mut words) = (self.desk.at("ledger.key.pub"), Vec::new());
        for name in witnesses {
            words.extend(["--witness".to_owned(), self.desk.at(&format!("{name}.key.pub"))]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = mingzhang(&[&["check-receipt", receipt, "--vkey", &vkey], &words[..], more].concat());
        assert!(matches!(said.status.code(), Some(0 | 1)), "{said:?}");
        said.status.success()
    }

    fn file(&self, size: u64) -> PathBuf {
        self.data.path().join(format!("checkpoints/{size:020}.cosigned"))
    }
}

async fn record(server: &Server, from: u128, count: u128) {
    let events: Vec<_> = (from..from + count).map(|id| org(1_000 + id)).collect();
    server.record("finance", &events).await;
    server.engine.sign_now().await.expect("signed");
}

async fn send(server: &Server, notes: [String; 2]) -> Result<v1::AddCosignaturesResponse, Status> {
    let [checkpoint, outcomes] = notes;
    let request = v1::AddCosignaturesRequest { checkpoint, outcomes };
    Ok(AuditClient::new(server.channel()).add_cosignatures(request).await?.into_inner())
}

/// Both notes of the ledger's last checkpoint, cosigned by a key.
fn cosigned(server: &Server, by: &Signer) -> [Note; 2] {
    let signed = server.engine.checkpoint().expect("signed");
    [&signed.tree, &signed.outcomes].map(|note| {
        let mut note = note.clone();
        note.add(by.cosign(note.unverified_text(), 1_790_000_000));
        note
    })
}

fn texts(notes: &[Note; 2]) -> [String; 2] {
    notes.each_ref().map(ToString::to_string)
}

fn why(refused: Result<v1::AddCosignaturesResponse, Status>) -> (Code, String) {
    let status = refused.expect_err("it is refused");
    let reason = status.get_details_error_info().map_or_else(String::new, |info| info.reason);
    (status.code(), reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn cosignatures_are_collected_shown_and_kept_over_a_restart() {
    let all = Witnessed::new();
    let server = all.serve().await;
    record(&server, 1, 40).await;
    let address = server.address.to_string();
    let all = beside(move || {
        assert!(all.quorum("1", &address).expect_err("nobody looked").contains("no checkpoint was cosigned by 1"));
        assert!(!all.cosign("witness", &address, &["--no-submit"]).contains("collected"));
        assert!(all.quorum("1", &address).is_err(), "what was not sent is not here");
        assert!(all.cosign("witness", &address, &[]).contains("已交账本 collected"));
        let refused = all.cosign("stranger", &address, &[]);
        assert!(refused.contains("not collected") && refused.contains("serve --witness"), "{refused}");
        assert_eq!(all.quorum("1", &address), Ok(40));
        assert!(all.quorum("2", &address).is_err());
        let file = all.desk.at("receipt");
        all.desk.good(&["receipt", "5", "--out", &file, "--quorum", "1", "--server", &address]);
        assert!(all.desk.holds(&file) && all.checks(&file, &["witness"], &[]));
        assert!(!all.checks(&file, &["witness", "second"], &[]), "the second has not looked");
        assert!(all.checks(&file, &["witness", "second"], &["--quorum", "1"]));
        assert!(!all.checks(&file, &["second"], &[]), "another key");
        all.cosign("second", &address, &[]);
        assert_eq!(all.quorum("2", &address), Ok(40));
        // The last checkpoint of all has them too, for whoever asks for no number.
        all.desk.good(&["receipt", "5", "--out", &file, "--server", &address]);
        assert!(all.checks(&file, &["witness", "second"], &[]));
        all
    })
    .await;
    record(&server, 100, 20).await;
    let address = server.address.to_string();
    let all = beside(move || {
        assert_eq!(all.quorum("2", &address), Ok(40), "nobody has seen the later one");
        let late = mingzhang(&["receipt", "50", "--quorum", "2", "--server", &address]);
        assert!(String::from_utf8_lossy(&late.stderr).contains("cosigned 40 entries so far"), "{late:?}");
        assert!(all.cosign("second", &address, &[]).contains("collected"));
        assert_eq!((all.quorum("2", &address), all.quorum("1", &address)), (Ok(40), Ok(60)));
        all
    })
    .await;
    server.engine.stop().expect("stops");
    server.stop().await;
    restarted(all).await;
}

async fn restarted(all: Witnessed) {
    let server = all.serve().await;
    let address = server.address.to_string();
    let all = beside(move || {
        assert_eq!((all.quorum("2", &address), all.quorum("1", &address)), (Ok(40), Ok(60)));
        all
    })
    .await;
    let latest = server.engine.checkpoint().expect("signed");
    let second = key_files::public(&all.desk.at("second.key.pub")).expect("a key");
    assert!(latest.tree.cosigned_at(&second).is_ok(), "the last checkpoint has them again");
    server.engine.stop().expect("stops");
    server.stop().await;
    // One file is garbage, the other is missing; and one holds notes of another ledger. None of it says anything of the record.
    std::fs::write(all.file(60), "no notes").expect("written");
    let moved = std::fs::read(all.file(40)).expect("there");
    std::fs::write(all.file(41), moved).expect("written");
    std::fs::remove_file(all.file(40)).expect("removed");
    let server = all.serve().await;
    assert_eq!(server.engine.checkpoint().expect("signed").unverified().expect("notes").0.size, 60);
    record(&server, 200, 5).await;
    let address = server.address.to_string();
    let all = beside(move || {
        assert!(all.quorum("1", &address).is_err());
        assert!(all.cosign("witness", &address, &[]).contains("collected"));
        assert_eq!(all.quorum("1", &address), Ok(65));
        all
    })
    .await;
    server.engine.stop().expect("stops");
    server.stop().await;
    // The directory goes after the ledger that is in it.
    drop(all);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_of_this_ledger_or_of_no_known_witness_is_refused_with_a_reason() {
    let all = Witnessed::new();
    let (server, forked) = (all.serve().await, Server::signing(Some(all.desk.key())).await);
    record(&server, 1, 30).await;
    record(&forked, 5_000, 30).await;
    let key = |name: &str| key_files::read(Path::new(&all.desk.at(&format!("{name}.key")))).expect("a key");
    let (witness, second) = (key("witness"), key("second"));
    let good = cosigned(&server, &witness);
    let stranger = texts(&cosigned(&server, &key("stranger")));
    assert_eq!(why(send(&server, stranger).await), (Code::PermissionDenied, "UNKNOWN_WITNESS".to_owned()));
    // The same name, another key: it is nobody that this ledger knows.
    let impostor = Signer::from_seed(witness.verifier().name(), Role::Witness, &[9; 32]).expect("a key");
    let impostor = texts(&cosigned(&server, &impostor));
    assert_eq!(why(send(&server, impostor).await), (Code::PermissionDenied, "UNKNOWN_WITNESS".to_owned()));
    let mut forged = good.clone();
    forged[1].signatures.last_mut().expect("the witness's").bytes[20] ^= 1;
    assert_eq!(why(send(&server, texts(&forged)).await), (Code::InvalidArgument, "BAD_COSIGNATURE".to_owned()));
    let half = [good[0].to_string(), server.engine.checkpoint().expect("signed").outcomes.to_string()];
    assert_eq!(why(send(&server, half).await), (Code::InvalidArgument, "BAD_COSIGNATURE".to_owned()));
    // Signed by the ledger's own key, as many entries, and not what this ledger signed.
    let other = texts(&cosigned(&forked, &witness));
    assert_eq!(why(send(&server, other).await), (Code::FailedPrecondition, "NOT_SIGNED_HERE".to_owned()));
    let long = [texts(&good)[0].clone(), "x".repeat(16 * 1024 + 1)];
    assert_eq!(why(send(&server, long).await), (Code::InvalidArgument, "NOTE_TOO_LONG".to_owned()));
    let huge = [texts(&good)[0].clone(), "x".repeat(70 * 1024)];
    assert_eq!(why(send(&server, huge).await).0, Code::ResourceExhausted);
    assert!(!all.file(30).exists(), "nothing of it is kept");
    // With much beside it, what is good is taken and the rest is not.
    let mut crowded = good.clone();
    for note in &mut crowded {
        for seed in 10..40 {
            let nobody = Signer::from_seed(&format!("nobody-{seed}"), Role::Witness, &[seed; 32]).expect("a key");
            note.add(nobody.cosign(note.unverified_text(), 1));
        }
        note.add(second.cosign(note.unverified_text(), 1_790_000_001));
    }
    let taken = send(&server, texts(&crowded)).await.expect("taken");
    assert_eq!((taken.size, taken.witnesses.len()), (30, 2));
    let shown = server.engine.checkpoint().expect("signed");
    assert_eq!(shown.tree.signatures.len(), 4, "the ledger's two and the witnesses'");
    // Said again with another time, what was said first stays.
    let mut later = cosigned(&server, &second);
    for note in &mut later {
        note.add(second.cosign(note.unverified_text(), 1_800_000_000));
    }
    send(&server, texts(&later)).await.expect("taken");
    let shown = server.engine.checkpoint().expect("signed");
    assert_eq!(shown.outcomes.cosigned_at(second.verifier()), Ok(1_790_000_001));
    server.stop().await;
    forked.stop().await;
}

/// Of a balance as it stood when witnesses looked, whatever was recorded since.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_a_balance_bears_what_witnesses_signed() {
    let all = Witnessed::new();
    let server = all.serve().await;
    record(&server, 1, 40).await;
    let address = server.address.to_string();
    let (all, address) = beside(move || {
        all.cosign("witness", &address, &[]);
        all.cosign("second", &address, &[]);
        (all, address)
    })
    .await;
    record(&server, 100, 5).await;
    let _all = beside(move || {
        let (owner, file) = (uuid::Uuid::from_u128(1_001).to_string(), all.desk.at("balance"));
        let words = ["receipt", "--balance", "--owner", &owner, "--class", "issued", "--out", &file];
        let words = [&words[..], &["--server", &address]].concat();
        all.desk.good(&[&words[..], &["--quorum", "2"]].concat());
        assert!(all.desk.holds(&file) && all.checks(&file, &["witness", "second"], &[]));
        assert!(!all.checks(&file, &["witness", "stranger"], &[]));
        assert!(all.checks(&file, &["witness", "stranger"], &["--quorum", "1"]));
        all.desk.good(&words);
        assert!(!all.checks(&file, &["witness"], &[]), "nobody has looked at the last five");
        all
    })
    .await;
    server.stop().await;
}
