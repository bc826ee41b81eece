//! Frames: what goes in comes out, and nothing else is taken for a frame.

use super::*;

fn header() -> Header {
    Header {
        ledger: [7; 16],
        epoch: 3,
        writer: 99,
        first_index: 12,
        recorded_ms: 1_600_000_000_000,
        count: 0,
        body_bytes: 0,
        root: [5; 32],
    }
}

fn sample(entries: &[&[u8]]) -> Frame {
    let mut builder = FrameBuilder::new();
    for entry in entries {
        assert!(matches!(builder.offer(|out| out.extend_from_slice(entry)), Offered::Taken(..)));
    }
    builder.finish(header())
}

#[test]
fn round_trip() {
    let entries: [&[u8]; 4] = [b"one", b"", &[9; 300], b"four"];
    let frame = sample(&entries);
    let back = Frame::decode(frame.bytes().clone()).unwrap();
    assert_eq!(back, frame);
    assert_eq!(back.entries().collect::<Vec<_>>(), entries);
    assert_eq!((back.header().count, back.next_index()), (4, 16));
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let frame = sample(&[b"pay 100", b"pay 200"]);
    let bytes = frame.bytes().to_vec();
    for bit in 0..bytes.len() * 8 {
        let mut bad = bytes.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(Frame::decode(bad.into()).is_err(), "bit {bit}");
    }
    for cut in 0..bytes.len() {
        assert!(Frame::decode(bytes[..cut].to_vec().into()).is_err(), "cut at {cut}");
    }
    let mut long = bytes;
    long.push(0);
    assert!(matches!(Frame::decode(long.into()), Err(FrameError::Long { .. })));
}

#[test]
fn lying_counts_with_right_checksums_are_refused() {
    for count in [0_u32, 1, 3, u32::MAX] {
        let mut bytes = sample(&[b"a", b"bb"]).bytes().to_vec();
        let end = bytes.len() - TRAILER_BYTES;
        bytes[52..56].copy_from_slice(&count.to_le_bytes());
        let checksum = crc32c::crc32c(&bytes[..end]);
        bytes[end..].copy_from_slice(&checksum.to_le_bytes());
        assert!(matches!(Frame::decode(bytes.into()), Err(FrameError::Entries { .. })), "count {count}");
    }
}

/// An entry says when it was recorded, and so does its frame; no writer ever wrote two times.
#[test]
fn an_entry_of_another_time_than_its_frame_is_damage_and_no_unfinished_write() {
    let entry = |ms| {
        let mut bytes = Vec::new();
        let raw = proto::entry::Raw {
            recorded_ms: ms,
            proof: ledger::entry::Proof::Named,
            again: None,
            salt: [7; 16],
            principal: "tester",
            content: b"content",
        };
        proto::entry::encode_into(&mut bytes, &raw).unwrap();
        bytes
    };
    let wanted = header().recorded_ms;
    let (right, wrong) = (entry(wanted), entry(wanted + 1));
    assert!(Frame::decode(sample(&[&right, b"of no kind", &right]).bytes().clone()).is_ok());
    let why = Frame::decode(sample(&[&right, &wrong, &right]).bytes().clone()).unwrap_err();
    assert_eq!(why, FrameError::Time { entry: 1, found: wanted + 1, wanted });
    assert!(why.entry() == 1 && !why.may_be_unfinished());
}

#[test]
fn a_frame_never_outgrows_its_limit() {
    let mut builder = FrameBuilder::new();
    let mut taken = 0;
    while let Offered::Taken(..) = builder.offer(|out| out.extend_from_slice(&[9; 50_000])) {
        taken += 1;
    }
    assert_eq!(builder.count, taken);
    assert_eq!(builder.offer(|out| out.resize(out.len() + 70_000, 0)), Offered::TooLong(70_000));
    let frame = builder.finish(header());
    assert!(frame.bytes().len() <= MAX_FRAME_BYTES);
    assert!(Frame::decode(frame.bytes().clone()).is_ok());
}
