//! One file of receipts, right ones and every other spelling of them: both checkers read it and come to one verdict.
//! `MINGZHANG_FREEZE=1` writes it where it is missing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::proof::{prove_inclusion, root};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::log_proof::LogProof;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Note, Role, Signer};
use std::path::{Path, PathBuf};
use std::process::Command;

const ORIGIN: &str = "example.gov.cn/ledger";
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

fn signer(seed: u8) -> Signer {
    Signer::from_seed(ORIGIN, Role::Author, &[seed; 32]).expect("a key")
}

/// What stands behind leaf and salt in the bytes of an outcome: refused, as most are here.
const REFUSED: &[u8] = b"\x02\x09overdrawn\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x05";

/// The bytes of an outcome of an entry.
fn outcome(index: u64, verdict: &[u8]) -> Vec<u8> {
    [&leaf_hash(&entry(index))[..], &[u8::try_from(index).unwrap_or(0); 16], verdict].concat()
}

/// One posting of a centum and one finding.
fn posted(class: u8, fen: i64, finding: &[u8]) -> Vec<u8> {
    let (owner, day) = ([6; 16], 18_920_i32.to_be_bytes());
    let posting = [&[18][..], &owner, &[class], &owner, &fen.to_be_bytes(), &day].concat();
    [&[1, 0, 1][..], &posting, &[0, 1, u8::try_from(finding.len()).unwrap_or(0)], finding, &[7; 16]].concat()
}

/// The proof of a leaf among others, under what `sign` makes of their root.
fn proof(index: u64, size: u64, leaf: &dyn Fn(u64) -> Vec<u8>, sign: &dyn Fn(Hash) -> Note) -> LogProof {
    let mut subtree = |level: u32, index: u64| {
        let mut tree = Frontier::new();
        (index << level..(index + 1) << level).for_each(|at| tree.push(leaf_hash(&leaf(at))));
        Ok::<Hash, ()>(tree.root())
    };
    let path = prove_inclusion(index, size, &mut subtree).expect("a path");
    LogProof { data: leaf(index), index, path, checkpoint: sign(root(size, &mut subtree).expect("a root")) }
}

fn entry_proof() -> LogProof {
    let sign = |root| Checkpoint { origin: ORIGIN.to_owned(), size: SIZE, root }.sign(&signer(1));
    proof(INDEX, SIZE, &entry, &sign)
}

fn outcomes(size: u64, root: Hash) -> Outcomes {
    Outcomes { origin: ORIGIN.to_owned(), size, root, books: Default::default() }
}

/// The proof of an outcome at a place, where the entry of the receipt came to `verdict`.
fn outcome_proof(index: u64, size: u64, verdict: &[u8]) -> LogProof {
    let made = |at| outcome(at, if at == INDEX { verdict } else { REFUSED });
    proof(index, size, &made, &|root| outcomes(size, root).sign(&signer(1)))
}

/// A receipt of an entry that came to this.
fn of(verdict: &[u8]) -> String {
    Receipt { entry: entry_proof(), outcome: outcome_proof(INDEX, SIZE, verdict) }.text()
}

/// The second proof alone, each time another.
fn beside() -> Vec<(&'static str, String, bool)> {
    let with = |outcome| Receipt { entry: entry_proof(), outcome }.text();
    let (first, good) = (entry_proof().text(), outcome_proof(INDEX, SIZE, REFUSED));
    let signed = |sign: &dyn Fn(Hash) -> Note| with(proof(INDEX, SIZE, &|at| outcome(at, REFUSED), sign));
    let plain = |root| Checkpoint { origin: format!("{ORIGIN}/outcomes"), size: SIZE, root };
    let renamed = Signer::from_seed(&format!("{ORIGIN}/outcomes"), Role::Author, &[1; 32]).expect("a key");
    let mut moved = good.clone();
    moved.index = 9;
    let mut changed = good.clone();
    *changed.data.last_mut().expect("a byte") ^= 1;
    let mut short = good.clone();
    short.path.remove(0);
    let timed = |seed: u8, over: &str| {
        let mut receipt = Receipt { entry: entry_proof(), outcome: good.clone() };
        for note in [&mut receipt.entry.checkpoint, &mut receipt.outcome.checkpoint] {
            note.add(signer(seed).sign_at(&format!("{}{over}", note.unverified_text()), 1_790_000_000));
        }
        receipt.text()
    };
    let (now, later) = (b"\x03\0\0\0\0\0\0\0\x02\x06counts", posted(200, 165_000, b"late_credit"));
    vec![
        ("posted with a posting and a finding", of(&posted(17, 165_000, b"late_credit")), true),
        ("posted to suspense", of(&posted(5, 1, b"unknown_credit")), true),
        ("posted without either", of(&[1, 0, 0, 0, 0]), true),
        ("on record beside", of(&[&[1, 0, 0, 0, 1, 14][..], b"told_otherwise", &[7; 16]].concat()), true),
        ("said before", of(now), true),
        ("a class that came later", of(&later), true),
        ("outcomes of a later checkpoint", with(outcome_proof(INDEX, 40, REFUSED)), true),
        ("a checkpoint over outcomes without books", signed(&|root| plain(root).sign(&renamed)), true),
        ("signed with the time too", timed(1, ""), true),
        ("signed with the time by another key", timed(2, ""), true),
        ("signed with the time over another text", timed(1, "more"), false),
        ("no second proof", first.clone(), false),
        ("the second proof twice", format!("{}\n{}", with(good.clone()), good.text()), false),
        ("the proofs in the other order", format!("{}\n{first}", good.text()), false),
        ("the proof of the entry twice", format!("{first}\n{first}"), false),
        ("a line between the proofs", format!("{first}\nand\n{}", good.text()), false),
        ("two blank lines between the proofs", format!("{first}\n\n{}", good.text()), false),
        ("the outcome of the entry before", with(outcome_proof(9, SIZE, REFUSED)), false),
        ("the outcome at another index", with(moved), false),
        ("an outcome of another figure", with(changed), false),
        ("an outcome with a shorter path", with(short), false),
        ("outcomes signed by another key", signed(&|root| outcomes(SIZE, root).sign(&signer(2))), false),
        ("outcomes signed under the name of the ledger", signed(&|root| plain(root).sign(&signer(1))), false),
        (
            "outcomes under the origin of the ledger",
            signed(&|root| Checkpoint { origin: ORIGIN.to_owned(), size: SIZE, root }.sign(&signer(1))),
            false,
        ),
        ("a verdict that came later", of(&[4, 0, 0]), false),
        ("a verdict cut off", of(&REFUSED[..20]), false),
        ("a byte behind the verdict", of(&[REFUSED, b"\0"].concat()), false),
        ("a posting of nothing", of(&posted(17, 0, b"late_credit")), false),
        ("a posting below zero", of(&posted(17, -5, b"late_credit")), false),
        ("a finding in capitals", of(&posted(17, 5, b"Late")), false),
        ("a finding without a name", of(&posted(17, 5, b"")), false),
    ]
}

/// Outcomes that are not bound to the entry of the receipt, whatever they lead to.
fn unbound() -> Vec<(&'static str, String, bool)> {
    let salted = |at: u64| [&leaf_hash(&entry(at))[..], &[9; 16], REFUSED].concat();
    let outcome = proof(INDEX, SIZE, &salted, &|root| outcomes(SIZE, root).sign(&signer(1)));
    vec![
        ("the salt of another entry", Receipt { entry: entry_proof(), outcome }.text(), false),
        ("said before by itself", of(b"\x03\0\0\0\0\0\0\0\x0a\x06counts"), false),
        ("said before by a later one", of(b"\x03\0\0\0\0\0\0\0\x0b\x06counts"), false),
    ]
}

/// Name, text, and whether it holds.
fn vectors() -> Vec<(&'static str, String, bool)> {
    let good = of(REFUSED);
    let (first, second) = (entry_proof().text(), outcome_proof(INDEX, SIZE, REFUSED).text());
    let (head, note) = first.split_once("\n\n").expect("a head");
    let (text, signature) = note.split_once("\n\n").expect("a note");
    let path = head.lines().nth(3).expect("a path");
    let with_index = |line: &str| good.replacen("index 10", line, 1);
    let signed_by = |lines: &str| format!("{head}\n\n{text}\n\n{lines}\n{second}");
    let line =
        |name: &str, id: [u8; 4]| format!("\u{2014} {name} {}\n", STANDARD.encode([&id[..], &[b'z'; 64]].concat()));
    let key = signer(1).verifier().id().to_be_bytes();
    let bad = line(ORIGIN, key);
    // The last letter of a hash holds two bits that count for nothing.
    let loose = format!("{}{}=", &path[..path.len() - 2], if path.ends_with("A=") { 'B' } else { 'Z' });
    let other = Checkpoint { origin: ORIGIN.to_owned(), size: SIZE, root: [7; 32] }.sign(&signer(2));
    let mut all = vec![
        ("plain", good.clone(), true),
        ("the signature twice", signed_by(&format!("{signature}{signature}")), true),
        (
            "a line of another key beside it",
            signed_by(&format!("{signature}{}", line("other.example/x", [0; 4]))),
            true,
        ),
        ("a forged line of the key after the right one", signed_by(&format!("{signature}{bad}")), true),
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
        ("an extension nobody signed", format!("{head}\n\n{text}\next\n\n{signature}\n{second}"), false),
        ("another header", good.replacen("@v1", "@v2", 1), false),
        ("the checkpoint of another key", format!("{head}\n\n{other}\n{second}"), false),
        ("text after the note", format!("{good}\nmore\n"), false),
        ("empty", String::new(), false),
    ];
    all.extend(beside());
    all.extend(unbound());
    all
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
    let met = verdicts(&text);
    assert!(met[0] > 20 && met[1] > 3, "{met:?}");
}

/// Has both checkers read each receipt of a file, and counts those that are void and those that hold, as it says.
pub(crate) fn verdicts(text: &str) -> [u32; 2] {
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
    met
}

/// The script of strangers names classes by a list of its own, in which none may be missing.
#[test]
fn the_script_knows_all_classes_by_their_numbers() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check_receipt.py");
    let text = std::fs::read_to_string(script).expect("the script");
    let (_, rest) = text.split_once("CLASSES = \"\"\"").expect("the list");
    let (list, _) = rest.split_once("\"\"\"").expect("its end");
    let names: Vec<&str> = list.split_whitespace().filter_map(|class| class.split('/').next()).collect();
    let known: Vec<&str> = ledger::account::Class::ALL.iter().map(|class| class.name()).collect();
    assert_eq!(names, known);
}
