//! What a witness cosigns, what it remembers, and what it catches.

use super::*;
use crate::proof::signed_note::Role;
use crate::proof::tiles::Tiles;
use crate::proof::trust::announcement;
use ledger::event::{Event, Kind};
use ledger::money::Day;
use ledger::tree::merkle::leaf_hash;

struct Told {
    entries: Tiles,
    outcomes: Tiles,
    _dir: tempfile::TempDir,
}

/// A ledger of so many entries, of which what was said and what was made of it is its own behind the first `common`.
fn ledger(size: u64, common: u64, said: &str, made: &str) -> Told {
    let dir = tempfile::tempdir().unwrap();
    let tiles = |log: &str, word: &str| {
        let mut tiles = Tiles::open(&dir.path().join(log)).unwrap();
        for n in 0..size {
            let word = if n < common { "common" } else { word };
            tiles.push(leaf_hash(format!("{log} {word} {n}").as_bytes())).unwrap();
        }
        tiles
    };
    Told { entries: tiles("entries", said), outcomes: tiles("outcomes", made), _dir: dir }
}

impl Told {
    fn signed(&self, size: u64) -> Signed {
        self.signed_by(size, &key())
    }

    fn signed_by(&self, size: u64, signer: &Signer) -> Signed {
        let (root, made) = (self.entries.root(size).unwrap(), self.outcomes.root(size).unwrap());
        let (origin, books) = ("here".to_owned(), Default::default());
        let tree = Checkpoint { origin: origin.clone(), size, root }.sign(signer);
        Signed { tree, outcomes: Outcomes { origin, size, root: made, books }.sign(signer) }
    }

    fn proof(&self, from: u64, to: u64) -> TwoPaths {
        let [entries, outcomes] =
            [&self.entries, &self.outcomes].map(|tiles| tiles.prove_consistency(from, to).unwrap());
        TwoPaths { entries, outcomes }
    }
}

fn key() -> Signer {
    Signer::from_seed("here", Role::Author, &[1; 32]).unwrap()
}

fn witness(dir: &Path) -> Witness {
    let signer = Signer::from_seed("witness", Role::Witness, &[2; 32]).unwrap();
    Witness::open(vec![key().verifier().clone()], signer, dir).unwrap()
}

/// Whether somebody who has the ledger's key, and nothing of ours but the script, is convinced by what was kept.
fn convinces(evidence: &Path) -> bool {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check_fork.py");
    let mut command = std::process::Command::new("python3");
    let done = command.arg(script).arg(evidence).arg(key().verifier().to_string()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.success(), said.starts_with("proved: "), "{said}{}", String::from_utf8_lossy(&done.stderr));
    done.status.success()
}

#[test]
fn what_continues_is_cosigned_and_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let told = ledger(1_000, 1_000, "", "");
    let mut last = 0;
    for size in [0, 1, 1, 255, 256, 700, 1_000] {
        // Opened again each time: what was seen is on disk.
        let mut witness = witness(dir.path());
        let cosigned = witness.cosign(&told.signed(size), &[], &told.proof(last, size), 1_700_000_000).unwrap();
        let (key, signed) = (witness.signer.verifier(), told.signed(size));
        for (note, before) in [(&cosigned.tree, &signed.tree), (&cosigned.outcomes, &signed.outcomes)] {
            assert_eq!(note.verified_by(key).unwrap(), before.unverified_text());
        }
        assert_eq!(witness.seen(), [size, size]);
        last = size;
    }
}

/// It need not look at any checkpoint of the change: the announcement leads over it.
#[test]
fn a_change_of_keys_is_followed_and_the_old_key_is_cosigned_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let next = Signer::from_seed("here", Role::Author, &[7; 32]).unwrap();
    let said = Event::said(Day::new(2026, 1, 5).unwrap(), Kind::KeyAnnounced(announcement(next.verifier(), &key())));
    let content = proto::event::encode(&said);
    let (recorded_ms, salt) = (proto::samples::LATE_MS, [0; proto::entry::SALT_BYTES]);
    let mut entry = Vec::new();
    let raw = proto::entry::Raw {
        recorded_ms,
        proof: ledger::entry::Proof::Named,
        again: None,
        salt,
        principal: "somebody",
        content: &content,
    };
    proto::entry::encode_into(&mut entry, &raw).unwrap();
    let mut told = ledger(300, 300, "", "");
    told.entries.push(leaf_hash(&entry)).unwrap();
    for n in 0..300 {
        told.entries.push(leaf_hash(format!("later {n}").as_bytes())).unwrap();
    }
    (0..301).for_each(|n| told.outcomes.push(leaf_hash(format!("made {n}").as_bytes())).unwrap());
    let by = |size: u64, signer: &Signer| told.signed_by(size, signer);
    let announced = [Announcement { index: 300, entry }];
    let mut first = witness(dir.path());
    first.cosign(&by(200, &key()), &[], &TwoPaths::default(), 1).unwrap();
    let proof = told.proof(200, 500);
    assert!(first.cosign(&by(500, &next), &[], &proof, 2).is_err(), "nobody announced it");
    assert!(first.cosign(&by(500, &key()), &announced, &proof, 2).is_err(), "it has ended");
    first.cosign(&by(500, &next), &announced, &proof, 2).unwrap();
    // Of a fork that announces the next key the command names both, as neither alone proves it.
    let forked = tempfile::tempdir().unwrap();
    let mut other = witness(forked.path());
    other.cosign(&ledger(300, 100, "other", "made").signed(200), &[], &TwoPaths::default(), 1).unwrap();
    let proof = told.proof(200, 500);
    let Err(WitnessError::Forked { command, .. }) = other.cosign(&by(500, &next), &announced, &proof, 2) else {
        panic!("a fork is one whoever signs it");
    };
    assert!([&key(), &next].iter().all(|key| command.contains(&key.verifier().to_string())), "{command}");
    // Opened again with the first key, it knows all that without being told.
    let mut again = witness(dir.path());
    let proof = told.proof(500, 600);
    let late = again.cosign(&by(600, &key()), &[], &proof, 3).unwrap_err();
    assert!(late.to_string().contains("the record announces another"), "{late}");
    again.cosign(&by(600, &next), &[], &proof, 3).unwrap();
}

#[test]
fn a_forked_ledger_is_caught_and_both_notes_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let none = TwoPaths::default;
    let (told, forked) = (ledger(700, 500, "told", "made"), ledger(900, 500, "forked", "made"));
    let mut first = witness(dir.path());
    first.cosign(&told.signed(600), &[], &none(), 1).unwrap();
    // What shows nothing to others is not called proved: a ledger that went back, or a proof that anybody could have spoilt.
    let cases = [
        (forked.signed(900), forked.proof(600, 900), true),
        (forked.signed(600), none(), true),
        (forked.signed(550), none(), false),
        (told.signed(550), none(), false),
        (told.signed(700), none(), false),
        (told.signed(700), forked.proof(600, 700), false),
    ];
    for (signed, proof, is_proved) in cases {
        let (offered, _) = signed.unverified().unwrap();
        let Err(WitnessError::Forked { log: "entries", seen: 600, evidence, .. }) =
            first.cosign(&signed, &[], &proof, 2)
        else {
            panic!("a checkpoint over {} entries was cosigned", offered.size);
        };
        let kept = |name: &str| Note::parse(&fs::read(evidence.join(name)).unwrap()).unwrap();
        let before = told.signed(600);
        assert_eq!(kept("seen").verified_by(key().verifier()).unwrap(), before.tree.unverified_text());
        assert_eq!((kept("offered"), kept("offered.outcomes")), (signed.tree, signed.outcomes));
        assert_eq!(convinces(&evidence), is_proved, "{} entries", offered.size);
    }
    // What was seen is kept, so the honest ledger may go on.
    assert!(witness(dir.path()).cosign(&told.signed(700), &[], &told.proof(600, 700), 3).is_ok());
}

/// The same entries, of which something else was made afterwards.
#[test]
fn a_ledger_that_makes_something_else_of_the_same_entries_is_caught() {
    let dir = tempfile::tempdir().unwrap();
    let (told, forked) = (ledger(700, 500, "told", "made"), ledger(700, 500, "told", "otherwise"));
    let mut first = witness(dir.path());
    first.cosign(&told.signed(600), &[], &TwoPaths::default(), 1).unwrap();
    let mut sums = told.signed(600);
    let (_, mut outcomes) = sums.unverified().unwrap();
    outcomes.books[0].debits += 1;
    sums.outcomes = outcomes.sign(&key());
    let same = TwoPaths::default;
    for (signed, proof) in [(forked.signed(700), forked.proof(600, 700)), (forked.signed(600), same()), (sums, same())]
    {
        let Err(WitnessError::Forked { log: "outcomes", evidence, .. }) = first.cosign(&signed, &[], &proof, 2) else {
            panic!("outcomes that do not continue were cosigned");
        };
        let kept = |name: &str| Note::parse(&fs::read(evidence.join(name)).unwrap()).unwrap();
        assert_eq!(kept("seen.outcomes").unverified_text(), told.signed(600).outcomes.unverified_text());
        assert_eq!(kept("offered.outcomes"), signed.outcomes);
        assert!(convinces(&evidence));
        // Not by another's key, nor by notes that were changed.
        let offered = evidence.join("offered.outcomes");
        fs::write(&offered, signed.outcomes.to_string().replacen('A', "B", 1)).unwrap();
        assert!(!convinces(&evidence));
        fs::remove_dir_all(&evidence).unwrap();
    }
    // One that kept only the entries before begins with the outcomes it meets.
    fs::remove_file(first.paths()[1].clone()).unwrap();
    let mut again = witness(dir.path());
    assert_eq!(again.seen(), [600, 0]);
    again.cosign(&told.signed(700), &[], &told.proof(600, 700), 3).unwrap();
    assert_eq!(again.seen(), [700, 700]);
}

#[test]
fn what_others_signed_or_wrote_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let told = ledger(10, 10, "", "");
    let stranger = Signer::from_seed("here", Role::Author, &[9; 32]).unwrap();
    let mut first = witness(dir.path());
    let none = TwoPaths::default();
    let forged = told.signed_by(10, &stranger);
    assert!(matches!(first.cosign(&forged, &[], &none, 1), Err(WitnessError::Unsigned(_))));
    // Nor half of what the ledger signed, nor notes of different entries.
    for outcomes in [forged.outcomes, told.signed(9).outcomes] {
        let half = Signed { outcomes, ..told.signed(10) };
        assert!(matches!(first.cosign(&half, &[], &none, 1), Err(WitnessError::Unsigned(_))));
    }
    let [tree, outcomes] = first.paths();
    let signed = told.signed(5);
    for (path, note) in [(tree, signed.tree), (outcomes, signed.outcomes)] {
        fs::write(&path, note.to_string()).unwrap();
        let signer = first.signer.clone();
        let opened = Witness::open(vec![key().verifier().clone()], signer, dir.path());
        assert!(matches!(opened, Err(WitnessError::State { .. })));
        fs::remove_file(path).unwrap();
    }
}
