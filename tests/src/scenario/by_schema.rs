//! Kinds of event that need no word of their own: their fields are read by the names, and written by the types, that the
//! `.proto` files give them. Kinds with groups, hashes or lists have words of their own in `kinds` and its neighbours.

use super::fields::Fields;
use anyhow::{Context, Result, bail};
use ledger::event::Kind;
use prost::Message;
use prost::encoding::{WireType, bool, bytes, encode_key, encode_varint, int64, string, uint32};
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use proto::v1;
use std::sync::LazyLock;

static SCHEMA: LazyLock<FileDescriptorSet> =
    LazyLock::new(|| FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).unwrap_or_default());

/// The event of a line that begins with `name`.
pub(super) fn kind(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let event = message("Event").context("no schema")?;
    let row = event.field.iter().find(|field| field.name() == name && field.number() >= 16);
    let row = row.with_context(|| format!("`{name}` is no kind of event"))?;
    let said = message(row.type_name().rsplit('.').next().unwrap_or_default()).context("no schema")?;
    let mut content = Vec::new();
    for field in &said.field {
        write(field, f, &mut content)?;
    }
    let head = v1::Event { id: vec![1; 16].into(), effective: 20_210_901, edition: 0, kind: None };
    let mut all = head.encode_to_vec();
    encode_key(u32::try_from(row.number())?, WireType::LengthDelimited, &mut all);
    encode_varint(content.len() as u64, &mut all);
    all.extend(content);
    Ok(proto::event::decode(&all)?.kind)
}

/// What is left at its default is not written, as everywhere.
fn write(field: &FieldDescriptorProto, f: &mut Fields<'_>, out: &mut Vec<u8>) -> Result<()> {
    let (name, number) = (field.name(), u32::try_from(field.number())?);
    if !f.has(name) {
        return Ok(());
    }
    match field.r#type() {
        Type::Bytes => bytes::encode(number, &f.id(name)?.as_bytes().to_vec(), out),
        Type::String => string::encode(number, &f.text(name, ""), out),
        Type::Int64 => int64::encode(number, &f.amount(name)?, out),
        Type::Uint32 => uint32::encode(number, &f.number(name)?, out),
        Type::Bool => bool::encode(number, &f.yes(name)?, out),
        _ => bail!("`{name}` needs words of its own: say in `kinds` how it is written"),
    }
    Ok(())
}

fn message(name: &str) -> Option<&'static DescriptorProto> {
    SCHEMA.file.iter().flat_map(|file| &file.message_type).find(|message| message.name() == name)
}
