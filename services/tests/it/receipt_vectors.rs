//! One file of receipts, right ones and every other spelling of them: both checkers read it and come to one verdict.
//! `MINGZHANG_FREEZE=1` writes it where it is missing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::proof::{prove_inclusion, root};
use replay::proof::checkpoint::Checkpoint;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Role, Signer};
use std::path::{Path, PathBuf};
use std::process::Command;

const SIZE: u64 = 13;
const INDEX: u64 = 10;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/formats/receipts.txt")
}

fn entry(index: u64) -> Vec<u8> {
    let event = crate::support::org(u128::from(index) + 100);
    let (content, mut bytes) = (proto::event::encode(&event), Vec::new());
    let (salt, recorded_ms) = ([u8::try_from(index).unwrap_or(0); 16], 1_790_000_000_000);
    let raw = proto::entry::Raw { recorded_ms, again: None, salt, principal: "example/office", content: &content };
    proto::entry::encode_into(&mut bytes, &raw).expect("an entry");
    bytes
}

fn subtree(level: u32, index: u64) -> Result<Hash, ()> {
    let mut tree = Frontier::new();
    (index << level..(index + 1) << level).for_each(|at| tree.push(leaf_hash(&entry(at))));
    Ok(tree.root())
}

fn signer(seed: u8) -> Signer {
    Signer::from_seed("example.gov.cn/ledger", Role::Author, &[seed; 32]).expect("a key")
}

fn receipt() -> String {
    let root = root(SIZE, &mut subtree).expect("a root");
    let path = prove_inclusion(INDEX, SIZE, &mut subtree).expect("a path");
    let checkpoint = Checkpoint { origin: "example.gov.cn/ledger".to_owned(), size: SIZE, root }.sign(&signer(1));
    Receipt { entry: entry(INDEX), index: INDEX, path, checkpoint }.text()
}

/// Name, text, and whether it holds.
fn vectors() -> Vec<(&'static str, String, bool)> {
    let good = receipt();
    let (head, note) = good.split_once("\n\n").expect("a head");
    let (text, signature) = note.split_once("\n\n").expect("a note");
    let path = head.lines().nth(3).expect("a path");
    let with_index = |line: &str| good.replace("index 10", line);
    let signed_by = |lines: &str| format!("{head}\n\n{text}\n\n{lines}");
    let line =
        |name: &str, id: [u8; 4]| format!("\u{2014} {name} {}\n", STANDARD.encode([&id[..], &[b'z'; 64]].concat()));
    let key = signer(1).verifier().id().to_be_bytes();
    let bad = line("example.gov.cn/ledger", key);
    // The last letter of a hash holds two bits that count for nothing.
    let loose = format!("{}{}=", &path[..path.len() - 2], if path.ends_with("A=") { 'B' } else { 'Z' });
    let other = Checkpoint { origin: "example.gov.cn/ledger".to_owned(), size: SIZE, root: [7; 32] }.sign(&signer(2));
    vec![
        ("plain", good.clone(), true),
        ("the signature twice", format!("{good}{signature}"), true),
        ("a line of another key beside it", format!("{good}{}", line("other.example/x", [0; 4])), true),
        ("a forged line of the key after the right one", format!("{good}{bad}"), true),
        ("a forged line of the key before the right one", signed_by(&format!("{bad}{signature}")), false),
        ("no final newline", good.trim_end().to_owned(), false),
        ("a name with a blank", signed_by(&format!("{}{signature}", line("a b", [0; 4]))), false),
        ("a line that is no signature", signed_by(&format!("hello\n{signature}")), false),
        ("a signature of no bytes", signed_by(&format!("\u{2014} x AAAAAA==\n{signature}")), false),
        ("index with a zero before", with_index("index 010"), false),
        ("index with a plus", with_index("index +10"), false),
        ("index with two blanks", with_index("index  10"), false),
        ("index with an underscore", with_index("index 1_0"), false),
        ("index in full-width digits", with_index("index １０"), false),
        ("index of the next", with_index("index 11"), false),
        ("index beyond the tree", with_index("index 23"), false),
        ("index below zero", with_index("index -3"), false),
        ("a path in loose base64", good.replace(path, &loose), false),
        ("a path with a blank", good.replace(path, &format!("{path} ")), false),
        ("a path cut short", good.replacen(&format!("{path}\n"), "", 1), false),
        ("a path with a hash more", good.replacen(path, &format!("{path}\n{path}"), 1), false),
        ("lines that end as on Windows", good.replace('\n', "\r\n"), false),
        ("an extension nobody signed", format!("{head}\n\n{text}\next\n\n{signature}"), false),
        ("another header", good.replace("@v1", "@v2"), false),
        ("the checkpoint of another key", format!("{head}\n\n{other}"), false),
        ("text after the note", format!("{good}\nmore\n"), false),
        ("empty", String::new(), false),
    ]
}

fn written() -> String {
    let row = |(name, text, holds): &(&str, String, bool)| {
        format!("{}\t{name}\t{}\n", if *holds { "holds" } else { "void" }, STANDARD.encode(text))
    };
    let head = "# Receipts, one a line: holds or void, what it is, the receipt in base64. The first line is the key.\n";
    format!("{head}{}\n{}", signer(1).verifier(), vectors().iter().map(row).collect::<String>())
}

#[test]
fn both_checkers_come_to_the_verdict_of_the_file() {
    let wanted = written();
    if std::env::var_os("MINGZHANG_FREEZE").is_some() && !file().exists() {
        std::fs::write(file(), &wanted).expect("written");
    }
    let text = std::fs::read_to_string(file()).expect("the vectors");
    assert_eq!(text, wanted, "receipts are read as they ever were");
    let dir = tempfile::tempdir().expect("a directory");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check_receipt.py");
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let (key, at) = (lines.next().expect("the key"), dir.path().join("receipt"));
    let mut met = [0, 0];
    for line in lines {
        let [verdict, name, receipt] = line.split('\t').collect::<Vec<_>>().try_into().expect("three cells");
        std::fs::write(&at, STANDARD.decode(receipt).expect("base64")).expect("written");
        let mut ours = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        let ours = ours.arg("check-receipt").arg(&at).args(["--vkey", key]);
        let ours = ours.output().expect("the binary runs").status.code();
        let theirs = Command::new("python3").arg(&script).arg(&at).arg(key).output().expect("python3 runs");
        let code = Some(i32::from(verdict == "void"));
        assert_eq!((ours, theirs.status.code()), (code, code), "{name}: {theirs:?}");
        met[usize::from(verdict == "holds")] += 1;
    }
    assert!(met[0] > 20 && met[1] > 3, "{met:?}");
}
