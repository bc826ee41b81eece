//! The fields of an event by their names on the wire, for whoever shows events to people: read by the compiled `.proto`
//! files, so that no kind and no field can be forgotten. What a field means is not known here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use prost::Message;
use prost::encoding::{WireType, decode_key, decode_varint};
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorSet};
use uuid::Uuid;

/// The message every event is.
const EVENT: &str = "Event";

/// The first number of a kind in [`EVENT`]; those below are what all events have.
const FIRST_KIND: u32 = 16;

/// A field that was set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it says.
    pub value: Value,
}

/// What a field says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Words.
    Text(String),
    /// An id.
    Id(Uuid),
    /// A hash, or other bytes.
    Bytes(Vec<u8>),
    /// A number: an amount, a day, a rate, as the name of the field says.
    Number(i64),
    /// Yes.
    Flag(bool),
    /// One of a list, by its name on the wire, for example `STANDING_ENROLLED`.
    Choice(&'static str),
    /// Fields that belong together.
    Group(Vec<Field>),
}

#[derive(Default)]
struct Schema {
    messages: BTreeMap<String, BTreeMap<u32, Shape>>,
    enums: BTreeMap<String, BTreeMap<i32, String>>,
}

struct Shape {
    name: String,
    kind: Type,
    of: String,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = Schema::default();
    // The descriptors are compiled in; were they unreadable, events would show no fields.
    let files = FileDescriptorSet::decode(crate::FILE_DESCRIPTOR_SET).unwrap_or_default().file;
    for file in &files {
        file.message_type.iter().for_each(|message| schema.add_message(message));
        file.enum_type.iter().for_each(|list| schema.add_enum(list));
    }
    schema
});

impl Schema {
    fn add_message(&mut self, message: &DescriptorProto) {
        let shape = |field: &prost_types::FieldDescriptorProto| {
            let of = field.type_name().rsplit('.').next().unwrap_or_default().to_owned();
            let number = u32::try_from(field.number()).unwrap_or_default();
            (number, Shape { name: field.name().to_owned(), kind: field.r#type(), of })
        };
        self.messages.insert(message.name().to_owned(), message.field.iter().map(shape).collect());
    }

    fn add_enum(&mut self, list: &EnumDescriptorProto) {
        let values = list.value.iter().map(|value| (value.number(), value.name().to_owned())).collect();
        self.enums.insert(list.name().to_owned(), values);
    }
}

/// The fields of an event's kind in the order of its bytes. Fields left at their default were not written and are not
/// here. Bytes that are no event give what could be read of them.
#[must_use]
pub fn fields(content: &[u8]) -> Vec<Field> {
    let mut all = Vec::new();
    // What cannot be read ends the list; admission takes no such event.
    let _ = read(EVENT, content, FIRST_KIND, &mut all);
    let kind = all.pop().map(|field| field.value);
    if let Some(Value::Group(fields)) = kind { fields } else { Vec::new() }
}

/// All ids in fields, also in groups.
#[must_use]
pub fn ids(fields: &[Field]) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for field in fields {
        match &field.value {
            Value::Id(id) => ids.push(*id),
            Value::Group(inner) => ids.extend(self::ids(inner)),
            _ => {}
        }
    }
    ids
}

/// Names of all fields events may have and of all values that are one of a list, for tests of whoever translates them.
#[must_use]
pub fn names() -> (Vec<&'static str>, Vec<&'static str>) {
    let (mut open, mut seen) = (vec![EVENT], Vec::new());
    let (mut fields, mut choices) = (Vec::new(), Vec::new());
    while let Some(message) = open.pop() {
        if seen.contains(&message) {
            continue;
        }
        seen.push(message);
        for shape in SCHEMA.messages.get(message).into_iter().flat_map(BTreeMap::values) {
            // What all events have is told apart from what one says.
            if message != EVENT {
                fields.push(shape.name.as_str());
            }
            match shape.kind {
                Type::Message => open.push(&shape.of),
                Type::Enum => {
                    choices.extend(SCHEMA.enums.get(&shape.of).into_iter().flatten().map(|(_, n)| n.as_str()));
                }
                _ => {}
            }
        }
    }
    choices.retain(|name| !name.ends_with("_UNSPECIFIED"));
    for list in [&mut fields, &mut choices] {
        list.sort_unstable();
        list.dedup();
    }
    (fields, choices)
}

/// Reads the fields of a message from number `from` on.
fn read(message: &str, mut bytes: &[u8], from: u32, out: &mut Vec<Field>) -> Option<()> {
    let shapes = SCHEMA.messages.get(message)?;
    while !bytes.is_empty() {
        let (number, wire) = decode_key(&mut bytes).ok()?;
        let whole = match wire {
            WireType::Varint => {
                let value = decode_varint(&mut bytes).ok()?;
                if let Some(shape) = shapes.get(&number).filter(|_| number >= from) {
                    out.push(Field { name: &shape.name, value: scalar(shape, value) });
                }
                continue;
            }
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut bytes).ok()?).ok()?;
                let (whole, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                whole
            }
            // No field of an event is written in another way.
            _ => return None,
        };
        if let Some(shape) = shapes.get(&number).filter(|_| number >= from) {
            delimited(shape, whole, out)?;
        }
    }
    Some(())
}

fn delimited(shape: &'static Shape, mut bytes: &[u8], out: &mut Vec<Field>) -> Option<()> {
    let name = shape.name.as_str();
    let value = match shape.kind {
        Type::String => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        Type::Bytes => Uuid::from_slice(bytes).map_or_else(|_| Value::Bytes(bytes.to_vec()), Value::Id),
        Type::Message => {
            let mut inner = Vec::new();
            read(&shape.of, bytes, 0, &mut inner)?;
            Value::Group(inner)
        }
        // Repeated numbers are packed into one field.
        _ => {
            while !bytes.is_empty() {
                let value = scalar(shape, decode_varint(&mut bytes).ok()?);
                out.push(Field { name, value });
            }
            return Some(());
        }
    };
    out.push(Field { name, value });
    Some(())
}

fn scalar(shape: &'static Shape, value: u64) -> Value {
    match shape.kind {
        Type::Bool => Value::Flag(value != 0),
        Type::Sint32 | Type::Sint64 => Value::Number((value >> 1).cast_signed() ^ -(value & 1).cast_signed()),
        Type::Enum => {
            let number = i32::try_from(value).unwrap_or_default();
            let name = SCHEMA.enums.get(&shape.of).and_then(|list| list.get(&number));
            name.map_or(Value::Number(value.cast_signed()), |name| Value::Choice(name))
        }
        _ => Value::Number(value.cast_signed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::encode;
    use crate::samples::samples;

    #[test]
    fn every_kind_shows_what_it_was_told() {
        for event in samples() {
            let fields = fields(&encode(&event));
            let empty = fields.is_empty();
            assert!(!empty, "{} shows nothing", event.kind.name());
        }
    }

    #[test]
    fn numbers_days_groups_and_negative_spreads_are_read_as_they_were_written() {
        let all: Vec<Field> = samples().iter().flat_map(|event| fields(&encode(event))).collect();
        let has = |name: &str, value: &Value| all.iter().any(|field| field.name == name && field.value == *value);
        assert!(has("spread_bp", &Value::Number(-70)));
        assert!(has("due", &Value::Number(20_211_015)) && has("due", &Value::Number(20_220_415)));
        assert!(has("status", &Value::Choice("STANDING_ENROLLED")));
        assert!(has("direct", &Value::Flag(true)));
        assert!(has("flagged", &Value::Choice("RULE_DUE")) && has("flagged", &Value::Choice("RULE_SHARING")));
        let draws = all.iter().filter(|field| field.name == "draws" && ids(&[(*field).clone()]).len() == 1);
        assert!(draws.count() >= 2);
    }

    #[test]
    fn bytes_that_are_no_event_show_nothing_and_do_no_harm() {
        let good = encode(&samples()[0]);
        for cut in 0..good.len() {
            let _ = fields(&good[..cut]);
        }
        assert_eq!(fields(&[0xff; 40]), []);
    }
}
