//! Names the field where bytes differ from what they mean, by the compiled schema. Slow on purpose: only for errors.

use super::violation::{MALFORMED, Violation};
use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorSet};
use std::sync::LazyLock;

static SCHEMA: LazyLock<FileDescriptorSet> =
    LazyLock::new(|| FileDescriptorSet::decode(crate::FILE_DESCRIPTOR_SET).unwrap_or_default());

/// Where `bytes` first differ from the canonical ones.
pub(super) fn explain(bytes: &[u8], canonical: &[u8]) -> Violation {
    let at = bytes.iter().zip(canonical).take_while(|(a, b)| a == b).count();
    let mut path = Vec::new();
    locate(bytes, canonical, message("Event"), &mut path);
    Violation {
        code: MALFORMED,
        field: if path.is_empty() { "event".to_owned() } else { path.join(".") },
        description: format!(
            "differs from its canonical encoding from byte {at} on: an unknown field, a default written out, fields out \
             of order or twice, or a number written too long; encode it with the current event.proto"
        ),
    }
}

/// The name of the last field of `bytes` whose key can be read: where a decoder gave up, or the only kind there is.
pub(super) fn last_field(mut bytes: &[u8]) -> Option<&'static str> {
    let mut last = None;
    loop {
        let key = varint(&mut &*bytes);
        let Some(key) = key else { return last };
        last = message("Event")?.field.iter().find(|field| field.number() as u64 == key >> 3).map(|field| field.name());
        if Field::take(&mut bytes).is_none() {
            return last;
        }
    }
}

/// Walks both side by side to the first field that differs, adds its name, and goes on inside it.
fn locate(bytes: &[u8], canonical: &[u8], schema: Option<&DescriptorProto>, path: &mut Vec<String>) {
    let (mut left, mut right) = (bytes, canonical);
    loop {
        let (Some(said), wanted) = (Field::take(&mut left), Field::take(&mut right)) else { return };
        if wanted.as_ref().is_some_and(|wanted| wanted.whole == said.whole) {
            continue;
        }
        let known = schema.and_then(|schema| schema.field.iter().find(|f| f.number() as u64 == said.number));
        let name = known.map_or_else(|| said.number.to_string(), |field| field.name().to_owned());
        path.push(name);
        let inside = known.and_then(|field| field.type_name.as_deref()?.rsplit('.').next()).and_then(message);
        if let (Some(inside), Some(wanted)) = (inside, wanted)
            && wanted.number == said.number
        {
            locate(said.content, wanted.content, Some(inside), path);
        }
        return;
    }
}

fn message(name: &str) -> Option<&'static DescriptorProto> {
    SCHEMA.file.iter().flat_map(|file| &file.message_type).find(|message| message.name() == name)
}

/// One field as it stands in the bytes.
struct Field<'a> {
    number: u64,
    /// Key, length and content.
    whole: &'a [u8],
    /// What is inside, if it has a length; otherwise nothing.
    content: &'a [u8],
}

impl<'a> Field<'a> {
    /// The next field; none at the end or where the bytes cannot be read.
    fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let start = *bytes;
        let mut rest = *bytes;
        let key = varint(&mut rest)?;
        let mut content: &[u8] = &[];
        match key & 7 {
            0 => drop(varint(&mut rest)?),
            1 => rest = rest.get(8..)?,
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                (content, rest) = rest.split_at_checked(length)?;
            }
            5 => rest = rest.get(4..)?,
            _ => return None,
        }
        *bytes = rest;
        Some(Self { number: key >> 3, whole: &start[..start.len() - rest.len()], content })
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for place in 0..10 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
