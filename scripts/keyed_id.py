#!/usr/bin/env python3
"""The id of an event, for callers who make events themselves, sharing nothing with the ledger but the definition at Event in
proto/proto/mingzhang/v1/event.proto. What the key of a kind is stands there, too.

  from keyed_id import keyed_id, serial_or
  loan = uuid.UUID("d1b6c6e0-0c7f-5d2b-9c5e-3f4f0a2b7c11")
  keyed_id("loan_repaid", [loan, *serial_or("HK-2021-0001", 20211205)])      # the lender's number is the key, the day is content
  keyed_id("loan_overdue", [loan, *serial_or("", 20211221)])                 # no number: one a day
  keyed_id("rate_published", [1, 20190820])                                  # closed lists go by their number
  keyed_id("loan_repaid", [loan, *serial_or("HK-2021-0001", 20211205)], 1)   # the same, after what was said first was reversed

python3 keyed_id.py --check FILE compares with a file of vectors (tests/wire/keys.txt) and ends with 1 if any differs."""
import hashlib, sys, uuid


def part_bytes(part):
    """As the event carries it: ids and bytes as they are, texts in UTF-8, numbers and days (yyyymmdd) in decimal digits."""
    if isinstance(part, uuid.UUID):
        return part.bytes
    if isinstance(part, int):
        return str(part).encode()
    return part.encode() if isinstance(part, str) else bytes(part)


def serial_or(serial, effective):
    """The parts of a key that ends in "serial or effective"."""
    return [serial] if serial else ["", effective]


def keyed_id(kind, parts, edition=0):
    """The id of an event of this kind whose key has these parts."""
    name = b"mingzhang/1\x00" + kind.encode() + b"\x00"
    for part in map(part_bytes, parts):
        name += len(part).to_bytes(2, "big") + part
    name += bytes([edition])
    half = bytearray(hashlib.sha256(name).digest()[:16])
    half[6] = half[6] & 0x0F | 0x80  # version 8
    half[8] = half[8] & 0x3F | 0x80  # the variant of RFC 9562
    return uuid.UUID(bytes=bytes(half))


def check(path):
    count = 0
    with open(path, encoding="utf-8") as vectors:
        for line in vectors:
            if line.startswith("#"):
                continue
            kind, edition, *parts, wanted = line.split()
            parts = [b"" if part == "-" else bytes.fromhex(part) for part in parts]
            found = keyed_id(kind, parts, int(edition))
            if str(found) != wanted:
                sys.exit(f"{line.strip()}: computed {found}")
            count += 1
    print(f"{count} vectors agree")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--check":
        sys.exit(__doc__)
    check(sys.argv[2])
