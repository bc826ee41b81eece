//! Messages as bytes: sent and taken without types, read and written field by field. What they mean is not known here.

use bytes::{Buf, BufMut};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// Sends and takes messages as they are.
#[derive(Clone, Copy, Default)]
pub struct Untyped;

impl Codec for Untyped {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Untyped {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Untyped {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut message = vec![0; from.remaining()];
        from.copy_to_slice(&mut message);
        Ok(Some(message))
    }
}

/// Appends a number that is no field's content by itself.
pub fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a field of a number.
pub fn put_number(out: &mut Vec<u8>, field: i32, number: u64) {
    put_varint(out, u64::from(field.unsigned_abs()) << 3);
    put_varint(out, number);
}

/// Appends a field of bytes, text or a message.
pub fn put_bytes(out: &mut Vec<u8>, field: i32, bytes: &[u8]) {
    put_varint(out, u64::from(field.unsigned_abs()) << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The fields of bytes, text or messages in a message, as far as it is one.
pub fn fields(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut found = Vec::new();
    while let Some(key) = varint(&mut bytes) {
        let length = match key & 7 {
            0 if varint(&mut bytes).is_some() => continue,
            1 => 8,
            2 => match varint(&mut bytes).and_then(|length| usize::try_from(length).ok()) {
                Some(length) => length,
                None => break,
            },
            5 => 4,
            _ => break,
        };
        let Some((part, rest)) = bytes.split_at_checked(length) else { break };
        if key & 7 == 2 {
            found.push((key >> 3, part));
        }
        bytes = rest;
    }
    found
}
