//! What leaves the program, or stays on disk for good, byte for byte: `docs/freeze.md` lists it. Bytes of events are held in
//! `proto`, whole histories in `frozen.rs`; here is what goes around them.
//!
//! A file that is missing is written by `MINGZHANG_FREEZE=1 cargo test -p tests --test it formats::`, and only compared ever after.

use ledger::account::{Book, Class, Owner};
use ledger::finding::FindingKind;
use ledger::outcome::Code;
use ledger::tree::merkle::leaf_hash;
use prost::Message as _;
use proto::entry::{Raw, encode_into};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::log_proof::LogProof;
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Note, Role, Signer};
use replay::record::log::frame::FrameBuilder;
use replay::record::log::{Frame, Header};
use std::fmt::Write as _;
use std::path::PathBuf;

const ORIGIN: &str = "example.org/ledger";

/// Compares with the frozen file, which is written first where it is not there and was asked for.
fn frozen(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("formats").join(name);
    if !path.exists() && std::env::var_os("MINGZHANG_FREEZE").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
        std::fs::write(&path, text).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{name} was never frozen"));
    assert_eq!(text, kept, "{name} must be as it ever was");
}

fn hex(bytes: &[u8]) -> String {
    let line = |line: &[u8]| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n";
    bytes.chunks(32).map(line).collect()
}

/// An entry said first, and one that says again what was refused at entry 7.
fn entries() -> [Vec<u8>; 2] {
    [None, Some(7)].map(|again| {
        let raw = Raw {
            recorded_ms: 1_790_000_000_000,
            proof: ledger::entry::Proof::Certificate,
            again,
            salt: *b"sixteen of salt.",
            principal: "example/office",
            content: b"an event's own bytes",
        };
        let mut bytes = Vec::new();
        encode_into(&mut bytes, &raw).expect("it is an entry");
        bytes
    })
}

fn frame() -> Frame {
    let mut builder = FrameBuilder::new();
    for entry in entries() {
        let _ = builder.offer(|bytes| bytes.extend_from_slice(&entry));
    }
    builder.finish(Header {
        ledger: *b"a ledgers own id",
        epoch: 3,
        writer: 0x1122_3344_5566_7788,
        first_index: 41,
        recorded_ms: 1_790_000_000_000,
        count: 0,
        body_bytes: 0,
        root: leaf_hash(b"what came before"),
    })
}

/// The key of these notes is nobody's: its seed stands here.
fn signer(role: Role) -> Signer {
    Signer::from_seed(ORIGIN, role, &[7; 32]).expect("a key")
}

fn checkpoint() -> (Checkpoint, Note) {
    let [entry, _] = entries();
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 1, root: leaf_hash(&entry) };
    let note = checkpoint.sign(&signer(Role::Author));
    (checkpoint, note)
}

#[test]
fn entries_and_frames_have_their_bytes() {
    frozen("entries.hex", &entries().map(|entry| hex(&entry)).join("\n"));
    frozen("frame.hex", &hex(frame().bytes()));
    let again = Frame::decode(frame().bytes().clone()).expect("it opens");
    assert_eq!(again.entries().map(<[u8]>::to_vec).collect::<Vec<_>>(), entries());
}

#[test]
fn what_is_signed_has_its_text() {
    let (checkpoint, mut note) = checkpoint();
    frozen("checkpoint.txt", &note.to_string());
    let cosigned = signer(Role::Witness).cosign(&checkpoint.text(), 1_790_000_000);
    note.add(cosigned);
    frozen("cosigned.txt", &note.to_string());
    frozen("outcomes.txt", &outcomes().to_string());
}

/// The outcome of that entry: one posting, from a line's available money to what is applied for.
fn outcome() -> Vec<u8> {
    let ([entry, _], salt, owner) = (entries(), b"sixteen of salt.", b"a line's own id.");
    let posting = [&[10][..], owner, &[9], owner, &165_000_i64.to_be_bytes(), &19_000_i32.to_be_bytes()].concat();
    [&leaf_hash(&entry)[..], salt, &[1, 0, 1], &posting, &[0, 0]].concat()
}

fn outcomes() -> Note {
    let books = Book::ALL.map(|_| Default::default());
    let outcomes = Outcomes { origin: ORIGIN.to_owned(), size: 1, root: leaf_hash(&outcome()), books };
    outcomes.sign(&signer(Role::Author))
}

#[test]
fn a_receipt_has_its_text_and_holds() {
    let ([entry, _], (_, note)) = (entries(), checkpoint());
    let entry = LogProof { data: entry, index: 0, path: Vec::new(), checkpoint: note };
    let outcome = LogProof { data: outcome(), index: 0, path: Vec::new(), checkpoint: outcomes() };
    let receipt = Receipt { entry, outcome };
    frozen("receipt.txt", &receipt.text());
    let again = Receipt::parse(receipt.text().as_bytes()).expect("it opens");
    assert!(again.check(signer(Role::Author).verifier(), &[]).is_ok());
}

/// Numbers and names that callers and other programs keep. Lists may grow at their end.
#[test]
fn closed_lists_keep_their_numbers_and_names() {
    let mut text = String::new();
    let mut list = |title: &str, names: Vec<&str>| {
        let _ = writeln!(text, "# {title}");
        names.iter().enumerate().for_each(|(at, name)| {
            let _ = writeln!(text, "{} {name}", at + 1);
        });
    };
    list("books", Book::ALL.iter().map(|book| book.name()).collect());
    list("classes of accounts", Class::ALL.iter().map(|class| class.name()).collect());
    list("refusals", Code::ALL.iter().map(|code| code.name()).collect());
    list("findings", FindingKind::all().into_iter().map(FindingKind::name).collect());
    list("how principals are known", ledger::entry::Proof::ALL.iter().map(|proof| proof.name()).collect());
    frozen("names.txt", &text);
}

/// An account is addressed by owner and class, and lies where its class stands among those of its owner.
#[test]
fn accounts_of_an_owner_keep_their_places() {
    let mut text = String::new();
    for owner in [
        Owner::Org,
        Owner::Line,
        Owner::Roster,
        Owner::Application,
        Owner::Loan,
        Owner::Portfolio,
        Owner::Claim,
        Owner::Reward,
    ] {
        let classes: Vec<&str> =
            Class::ALL.iter().filter(|class| class.owner() == owner).map(|class| class.name()).collect();
        let _ = writeln!(text, "{owner:?}: {}", classes.join(" "));
    }
    frozen("accounts.txt", &text);
}

/// Every message, field and call a program in another language may know, with its number.
#[test]
fn the_schema_keeps_its_numbers() {
    let files = prost_types::FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).expect("descriptors");
    let ours = files.file.iter().filter(|file| file.package().starts_with("mingzhang."));
    let mut lines = Vec::new();
    for file in ours {
        file.message_type.iter().for_each(|message| describe(&mut lines, message.name(), message));
        file.enum_type.iter().for_each(|list| values(&mut lines, list.name(), list));
        for service in &file.service {
            lines.extend(service.method.iter().map(|call| {
                let stream = if call.server_streaming() { "stream " } else { "" };
                format!("{}/{} {} -> {stream}{}", service.name(), call.name(), call.input_type(), call.output_type())
            }));
        }
    }
    lines.sort();
    frozen("schema.txt", &(lines.join("\n") + "\n"));
}

fn describe(lines: &mut Vec<String>, name: &str, message: &prost_types::DescriptorProto) {
    lines.extend(message.field.iter().map(|field| {
        let of =
            if field.type_name().is_empty() { format!("{:?}", field.r#type()) } else { field.type_name().to_owned() };
        format!("{name}.{} = {} {:?} {of}", field.name(), field.number(), field.label())
    }));
    message.nested_type.iter().for_each(|inner| describe(lines, &format!("{name}.{}", inner.name()), inner));
    message.enum_type.iter().for_each(|list| values(lines, &format!("{name}.{}", list.name()), list));
}

fn values(lines: &mut Vec<String>, name: &str, list: &prost_types::EnumDescriptorProto) {
    lines.extend(list.value.iter().map(|value| format!("{name}.{} = {}", value.name(), value.number())));
}
