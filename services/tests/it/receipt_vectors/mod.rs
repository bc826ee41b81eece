//! One file of receipts, right ones and every other spelling of them: all three checkers read it and come to one verdict.
//! `MINGZHANG_FREEZE=1` writes it where it is missing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::hash::Hash;
use ledger::tree::merkle::leaf_hash;
use replay::proof::checkpoint::Checkpoint;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Note, Role, Signer};
use std::path::{Path, PathBuf};

mod checkers;
mod samples;
mod spellings;

pub(crate) use checkers::{Of, verdicts};
use samples::{
    INDEX, ORIGIN, REFUSED, SIZE, entry, entry_proof, of, outcome, outcome_proof, outcomes, posted, proof, signer,
};

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/formats/receipts.txt")
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
    let row = |name: &str, text: &[u8], holds: bool| {
        format!("{}\t{name}\t{}\n", if holds { "holds" } else { "void" }, STANDARD.encode(text))
    };
    let rows = vectors().into_iter().map(|(name, text, holds)| row(name, text.as_bytes(), holds));
    let rows = rows.chain(spellings::rows().into_iter().map(|(name, text, holds)| row(name, &text, holds)));
    let head = "# Receipts, one a line: holds or void, what it is, the receipt in base64. The first line is the key.\n";
    format!("{head}{}\n{}", signer(1).verifier(), rows.collect::<String>())
}

#[test]
fn all_checkers_come_to_the_verdict_of_the_file() {
    let wanted = written();
    if std::env::var_os("MINGZHANG_FREEZE").is_some() && !file().exists() {
        std::fs::write(file(), &wanted).expect("written");
    }
    let text = std::fs::read_to_string(file()).expect("the vectors");
    assert_eq!(text, wanted, "receipts are read as they ever were");
    let met = verdicts(&text, Of::Entries);
    assert!(met[0] > 60 && met[1] > 20, "{met:?}");
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
