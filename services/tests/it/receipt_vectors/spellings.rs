//! A receipt in spellings that no program writes. Where the format of notes asks for patience, with what strangers sign, there is some; in all
//! else there is one spelling, so that no checker takes what another refuses.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use ledger::hash::Hash;
use ledger::tree::merkle::leaf_hash;
use ledger::tree::proof::is_included;
use replay::proof::checkpoint::Checkpoint;
use replay::proof::log_proof::LogProof;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Note, Role, Signer};

use super::samples::{INDEX, ORIGIN, REFUSED, SIZE, entry, entry_proof, of, outcome_proof, posted, saying, signer};

type Row = (&'static str, Vec<u8>, bool);

pub(super) fn rows() -> Vec<Row> {
    let texts = [ends(), lines(), encoded(), signatures(), said(), entries()].concat();
    let mut rows: Vec<Row> = texts.into_iter().map(|(name, text, holds)| (name, text.into_bytes(), holds)).collect();
    let mut broken = of(REFUSED).into_bytes();
    broken.extend([0xff, 0xfe, b'\n']);
    rows.push(("bytes that are no text behind it", broken, false));
    let mut within = of(REFUSED).into_bytes();
    // A surrogate, which UTF-8 has no bytes for.
    within.splice(0..0, [0xed, 0xa0, 0x80]);
    rows.push(("half a letter before it", within, false));
    rows
}

type Text = (&'static str, String, bool);

/// What stands before the first line and behind the last.
fn ends() -> Vec<Text> {
    let good = of(REFUSED);
    vec![
        ("a byte order mark before it", format!("\u{feff}{good}"), false),
        ("a blank line before it", format!("\n{good}"), false),
        ("a blank line behind it", format!("{good}\n"), false),
        ("a blank behind it", format!("{good} "), false),
        ("a blank behind its last line", format!("{} \n", good.trim_end()), false),
        ("a carriage return behind its last line", format!("{}\r\n", good.trim_end()), false),
        ("a zero byte behind it", format!("{good}\0"), false),
    ]
}

/// Lines of the head that are doubled, left out, or not there in the format.
fn lines() -> Vec<Text> {
    let good = of(REFUSED);
    let with = |line: &str| good.replacen("index 10\n", line, 1);
    let extra = good.lines().nth(1).unwrap_or_default();
    vec![
        ("a blank behind the header", good.replacen("@v1\n", "@v1 \n", 1), false),
        ("the header in capitals", good.replacen("c2sp.org", "C2SP.ORG", 1), false),
        ("the extra line twice", good.replacen(extra, &format!("{extra}\n{extra}"), 1), false),
        ("no extra line", good.replacen(&format!("{extra}\n"), "", 1), false),
        ("the index twice", with("index 10\nindex 10\n"), false),
        ("no index", with(""), false),
        ("an unknown line before the index", with("note none\nindex 10\n"), false),
        ("an unknown line behind the index", with("index 10\nnote none\n"), false),
        ("a tab before the index", with("index\t10\n"), false),
        ("a tab behind the index", with("index 10\t\n"), false),
        ("a carriage return behind the index", with("index 10\r\n"), false),
        ("an index in hexadecimal", with("index 0xa\n"), false),
        ("an index of more than 64 bits", with("index 18446744073709551626\n"), false),
    ]
}

/// Other spellings of the same bytes.
fn encoded() -> Vec<Text> {
    let good = of(REFUSED);
    let proof = entry_proof();
    let first = proof.path.first().copied().unwrap_or_default();
    let hash = STANDARD.encode(first);
    let with = |other: &str| good.replacen(&hash, other, 1);
    let upper: String = first.iter().map(|byte| format!("{byte:02X}")).collect();
    let addressed = proof.path.iter().find(|hash| STANDARD.encode(hash).contains(['+', '/'])).expect("one with a sign");
    let (data, signature) = (STANDARD.encode(&proof.data), last_line(&proof.checkpoint));
    // The last letter before the padding holds two bits that count for nothing.
    let loosened =
        |text: &str| text.strip_suffix('=').map(|text| format!("{}=", next_letter(text))).unwrap_or_default();
    vec![
        ("a hash without padding", with(&STANDARD_NO_PAD.encode(first)), false),
        ("a hash with padding twice", with(&format!("{hash}=")), false),
        ("a hash in capital hexadecimal", with(&upper), false),
        (
            "a hash in base64 of addresses",
            good.replacen(&STANDARD.encode(addressed), &URL_SAFE.encode(addressed), 1),
            false,
        ),
        ("a hash with a carriage return behind it", with(&format!("{hash}\r")), false),
        ("a hash with a carriage return in it", with(&format!("{}\r{}", &hash[..9], &hash[9..])), false),
        ("a hash over two lines", with(&format!("{}\n{}", &hash[..20], &hash[20..])), false),
        ("an empty hash", with(""), false),
        (
            "an entry with a carriage return in it",
            good.replacen(&data, &format!("{}\r{}", &data[..8], &data[8..]), 1),
            false,
        ),
        ("an entry with padding it does not need", good.replacen(&data, &format!("{data}===="), 1), false),
        ("a signature in loose base64", good.replacen(&signature, &loosened(&signature), 1), false),
        ("a signature without padding", good.replacen(&signature, signature.trim_end_matches('='), 1), false),
        ("a signature with a tab before it", good.replacen(&signature, &format!("\t{signature}"), 1), false),
    ]
}

/// The signature of a note in base64.
fn last_line(note: &Note) -> String {
    note.to_string().trim_end().rsplit(' ').next().unwrap_or_default().to_owned()
}

/// The same letters, of which the last is the next of the alphabet: with loose bits behind it.
fn next_letter(text: &str) -> String {
    let (rest, last) = text.split_at(text.len() - 1);
    let next = last.bytes().next().map_or('B', |letter| char::from(letter + 1));
    format!("{rest}{next}")
}

/// A receipt whose note over entries bears these lines besides, before or behind the signature.
fn beside(before: &str, behind: &str) -> String {
    let (proof, good) = (entry_proof(), of(REFUSED));
    let note = proof.checkpoint.to_string();
    let (text, signature) = note.split_once("\n\n").expect("a note");
    good.replacen(&note, &format!("{text}\n\n{before}{signature}{behind}"), 1)
}

fn line(name: &str, number: u8) -> String {
    format!("\u{2014} {name} {}\n", STANDARD.encode([[number; 4].as_slice(), &[b'z'; 64]].concat()))
}

/// What stands among the signatures. A note may bear those of strangers, which nobody can check.
fn signatures() -> Vec<Text> {
    let strangers = |count: u8| (0..count).map(|number| line("other.example/x", number)).collect::<String>();
    let timed = |time: u64| {
        let text = entry_proof().checkpoint.unverified_text().to_owned();
        let mut note = Note::signed(text.clone(), &signer(1));
        note.add(signer(1).sign_at(&text, time));
        let bytes = [&note.signatures[1].id.to_be_bytes()[..], &note.signatures[1].bytes].concat();
        (format!("\u{2014} {ORIGIN} {}\n", STANDARD.encode(&bytes)), bytes)
    };
    let ((right, bytes), (late, _)) = (timed(1_790_000_000), timed(u64::MAX));
    let short = format!("\u{2014} {ORIGIN} {}\n", STANDARD.encode(&bytes[..20]));
    let forged = format!("\u{2014} {ORIGIN} {}\n", STANDARD.encode([&bytes[..4], &[b'z'; 72]].concat()));
    vec![
        ("a line of an unknown key first", beside(&line("other.example/x", 7), ""), true),
        ("a line of an unknown key twice", beside(&strangers(1).repeat(2), ""), true),
        ("a hundred signatures", beside("", &strangers(99)), true),
        ("a hundred and one signatures", beside("", &strangers(100)), false),
        ("a blank line among the signatures", beside("\n", ""), false),
        ("a signature with a hyphen for the dash", beside("", &line("x", 1).replace('\u{2014}', "-")), false),
        ("a signature with two blanks", beside("", &line("x", 1).replacen(" x ", " x  ", 1)), false),
        ("a signature with a blank behind it", beside("", &line("x", 1).replace('\n', " \n")), false),
        ("a signature without a name", beside("", &line("", 1)), false),
        ("a name with a plus", beside("", &line("a+b", 1)), false),
        ("a name with a blank that does not break", beside("", &line("a\u{a0}b", 1)), false),
        ("a name with a control character", beside("", &line("a\u{80}b", 1)), false),
        ("signed at the end of all time", beside("", &late), true),
        ("signed with the time in a few bytes", beside("", &short), false),
        ("a forged line with the time before the right one", beside("", &format!("{forged}{right}")), false),
        ("a forged line with the time behind the right one", beside("", &format!("{right}{forged}")), true),
    ]
}

/// A receipt whose note over entries says this, signed by the key it is to be of.
fn noted(text: String) -> String {
    let signed = LogProof { checkpoint: Note::signed(text, &signer(1)), ..entry_proof() };
    Receipt { entry: signed, outcome: outcome_proof(INDEX, SIZE, REFUSED) }.text()
}

/// What the ledger itself signed, and should not have.
fn said() -> Vec<Text> {
    let note = entry_proof().checkpoint;
    let text = note.unverified_text().to_owned();
    let root = text.lines().nth(2).unwrap_or_default().to_owned();
    let size = |other: &str| noted(text.replacen("\n13\n", other, 1));
    let good = of(REFUSED);
    let signature = note.to_string().split_once("\n\n").map(|(_, line)| line.to_owned()).unwrap_or_default();
    vec![
        ("a note of nothing but signatures", good.replacen(&text, "\n", 1), false),
        ("a note without signatures", good.replacen(&signature, "", 1), false),
        ("a signed size with a zero before", size("\n013\n"), false),
        ("a signed size with a plus", size("\n+13\n"), false),
        ("a signed size with a blank behind", size("\n13 \n"), false),
        ("a signed size with a carriage return behind", size("\n13\r\n"), false),
        (
            "a signed root in loose base64",
            noted(text.replacen(&root, &format!("{}=", next_letter(&root[..root.len() - 1])), 1)),
            false,
        ),
        ("a signed root of 31 bytes", noted(text.replacen(&root, &STANDARD.encode([7; 31]), 1)), false),
        ("a signed root with a blank before it", noted(text.replacen(&root, &format!(" {root}"), 1)), false),
        ("a signed extension", noted(format!("{text}ext\n")), true),
        ("a signed blank line", noted(format!("{text}\next\n")), true),
        ("a signed tab", noted(format!("{text}\text\n")), false),
        ("a signed delete character", noted(format!("{text}\u{7f}\n")), true),
        ("a log of more entries than there can be", of_size((1 << 62) + 1), false),
        ("a log of as many entries as there can be", of_size(1 << 62), true),
    ]
}

/// A receipt of an entry in a log of so many, all hashes beside it made up.
fn of_size(size: u64) -> String {
    let hashes: Vec<Hash> = (0..64).map(|at| [at; 32]).collect();
    let data = entry(INDEX);
    let leaf = leaf_hash(&data);
    // As many as it takes, and the root they lead to.
    let (path, root) = (0..=64)
        .map(|length| &hashes[..length])
        .find_map(|path| Some((path.to_vec(), led_to(&leaf, size, path)?)))
        .expect("a path");
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&signer(1));
    Receipt { entry: LogProof { data, index: INDEX, path, checkpoint }, outcome: outcome_proof(INDEX, SIZE, REFUSED) }
        .text()
}

/// The root that a path leads to, if it is one: the larger half of a tree is to the left, so the last hashes all stand to the right.
fn led_to(leaf: &Hash, size: u64, path: &[Hash]) -> Option<Hash> {
    use ledger::tree::merkle::node_hash;
    let root = path.iter().enumerate().fold(*leaf, |hash, (level, beside)| {
        if INDEX >> level & 1 == 1 { node_hash(beside, &hash) } else { node_hash(&hash, beside) }
    });
    is_included(leaf, INDEX, size, path, &root).then_some(root)
}

/// Entries and outcomes of other forms than this version writes.
fn entries() -> Vec<Text> {
    let (plain, salt) = (entry(INDEX), [10; 16]);
    let unnamed = [&plain[..26], &[0], &plain[26..]].concat();
    let later = [&[9], &plain[1..]].concat();
    let other = Signer::from_seed("other.example/ledger", Role::Author, &[1; 32]).expect("a key");
    let renamed = Checkpoint { origin: "other.example/ledger".to_owned(), size: SIZE, root: [7; 32] }.sign(&other);
    let mut latest = posted(17, 5, b"late_credit");
    let day = 1 + 2 + 1 + 16 + 1 + 16 + 8;
    latest[day..day + 4].copy_from_slice(&i32::MAX.to_be_bytes());
    let mut elsewhere = Receipt { entry: entry_proof(), outcome: outcome_proof(9, SIZE, REFUSED) };
    elsewhere.outcome.index = INDEX;
    let mut before = elsewhere.clone();
    before.entry.index = 9;
    vec![
        ("an entry of a later kind", saying(&later, salt), true),
        ("an entry of a later kind and any salt", saying(&later, [9; 16]), true),
        ("an entry of nobody", saying(&unnamed, salt), true),
        ("an entry without an event", saying(&plain[..27], salt), true),
        ("an entry that ends in its salt", saying(&plain[..21], salt), false),
        ("an entry of no bytes", saying(&[], salt), false),
        ("an entry whose text is none", saying(&[&plain[..26], &[2, 0xff, 0xfe, 8]].concat(), salt), true),
        ("booked beyond the calendar", of(&latest), true),
        ("the outcome of another entry at this index", elsewhere.text(), false),
        ("the outcome of another entry at its own index", before.text(), false),
        (
            "the checkpoint of another ledger",
            of(REFUSED).replacen(&entry_proof().checkpoint.to_string(), &renamed.to_string(), 1),
            false,
        ),
    ]
}
