//! Frozen bytes of every event kind. The files are written once, by `MINGZHANG_FREEZE=1`, and only compared ever after.

use proto::event::{KIND_NAMES, decode, encode};
use proto::samples::samples;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/wire")
}

fn hex(bytes: &[u8]) -> String {
    let lines = bytes.chunks(32).map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    lines.map(|line| line + "\n").collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hex digits");
    digits.chunks(2).map(byte).collect()
}

#[test]
fn frozen_bytes_still_open_and_still_come_out() {
    let freeze = std::env::var_os("MINGZHANG_FREEZE").is_some_and(|value| value == "1");
    for event in samples() {
        let name = event.kind.name();
        let path = folder().join(format!("{name}.hex"));
        if freeze && !path.exists() {
            std::fs::create_dir_all(folder()).expect("the folder can be made");
            std::fs::write(&path, hex(&encode(&event))).expect("the file can be written");
        }
        let text = std::fs::read_to_string(&path);
        let text = text.unwrap_or_else(|_| panic!("{name} has no frozen bytes; run once with MINGZHANG_FREEZE=1"));
        let bytes = unhex(&text);
        assert_eq!(decode(&bytes).as_ref(), Ok(&event), "{name} must open as it was meant");
        assert_eq!(hex(&encode(&event)), text, "{name} must be written as it ever was");
    }
}

#[test]
fn every_kind_has_one_sample_and_one_file_and_no_file_is_without_kind() {
    let samples: Vec<&str> = samples().iter().map(|event| event.kind.name()).collect();
    assert_eq!(samples, KIND_NAMES, "one sample per kind, in order");
    let kinds: BTreeSet<String> = KIND_NAMES.iter().map(|&name| name.to_owned()).collect();
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .expect("the folder is there")
        .map(|file| file.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hex"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, kinds);
}

#[test]
fn names_and_numbers_agree_with_the_schema() {
    use prost::Message;
    let files = prost_types::FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).expect("descriptors");
    let messages = files.file.iter().flat_map(|file| &file.message_type);
    let event = messages.clone().find(|message| message.name() == "Event").expect("Event");
    // Numbers are given by domain, so some are left out.
    let kinds: Vec<&str> = event.field.iter().filter(|f| f.oneof_index.is_some()).map(|f| f.name()).collect();
    assert_eq!(kinds, KIND_NAMES);
    for message in messages {
        let (members, others): (Vec<_>, Vec<_>) = message.field.iter().partition(|f| f.oneof_index.is_some());
        let lowest = members.iter().map(|f| f.number()).min().unwrap_or(i32::MAX);
        let highest = others.iter().map(|f| f.number()).max().unwrap_or(0);
        assert!(highest < lowest, "{}: a oneof has the highest numbers", message.name());
        assert!(message.nested_type.is_empty(), "{}: no maps, no nested messages", message.name());
    }
}
