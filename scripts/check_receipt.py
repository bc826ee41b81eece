#!/usr/bin/env python3
"""Checks a receipt (c2sp.org/tlog-proof@v1), sharing nothing with the ledger: python3 check_receipt.py FILE KEY [PAYMENT]
KEY is the ledger's public key, name+id+key, as text or file; the entry must say what became of PAYMENT, if one is named.
Prints what holds and ends with 0, or says what does not fit and ends with 1. What holds is that it was said, by whom, and that it is on
record; whether the ledger counts it, the receipt does not show: `mingzhang check-receipt --server` asks. Ed25519 comes from the package
`cryptography`, or else from the openssl command."""
import base64, hashlib, os, re, subprocess, sys, tempfile, uuid

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()
def need(holds, why):
    if not holds: raise ValueError(why)
def signed(key, signature, text):
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        return Ed25519PublicKey.from_public_bytes(key).verify(signature, text) is None
    except ImportError:
        pass
    with tempfile.TemporaryDirectory() as folder:
        words = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        for option, data in (("-inkey", bytes.fromhex("302a300506032b6570032100") + key), ("-sigfile", signature), ("-in", text)):
            words += [option, os.path.join(folder, option)]
            open(words[-1], "wb").write(data)
        return subprocess.run(words, capture_output=True).returncode == 0

def root_of(leaf, index, size, path):
    node, last, value = index, size - 1, leaf  # RFC 9162, 2.1.3.2
    for beside in path:
        need(last > 0, "the path is too long")
        if node % 2 == 1 or node == last:
            value = sha256(b"\x01", beside, value)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            value = sha256(b"\x01", value, beside)
        node, last = node >> 1, last >> 1
    need(last == 0, "the path is too short")
    return value

def fields(message):
    values, at = {}, 0  # Numbers and pieces of bytes by their field, as protobuf writes them.
    def number():
        nonlocal at
        value = place = 0
        while place == 0 or message[at - 1] > 127:
            value, place, at = value | (message[at] & 127) << place, place + 7, at + 1
        return value
    while at < len(message):
        tag, value = number(), number()
        need(tag & 7 in (0, 2), "the entry is of another form")
        if tag & 7 == 2:
            value, at = message[at:at + value], at + value
        values[tag >> 3] = value
    return values

def said_by(entry):
    at = {1: 25, 3: 33}.get(entry[0])
    return entry[at + 1:at + 1 + entry[at]].decode() if at else "?"
def about(entry, payment):
    # Kind 1, eight bytes of time, sixteen of salt, length of the principal, principal, event; kind 3 has eight bytes more after the time. Field 41 of an event is a
    # payment credited, 42 one returned; in both, field 1 is the payment and field 2 the fen. Looking for the bytes alone would find them in a lie.
    head = {1: 25, 3: 33}.get(entry[0])
    event = fields(entry[head + 1 + entry[head]:]) if head else {}
    for kind, word in ((41, "credited"), (42, "returned")):
        said = fields(event.get(kind, b""))
        if said.get(1) == uuid.UUID(payment).bytes:
            return ": that payment %s was %s, %d.%02d yuan" % (payment, word, said[2] // 100, said[2] % 100)
    raise ValueError("the entry does not say what became of payment " + payment)

def base64_of(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "a value is not in plain base64")
    return data
def decimal(text):
    need(re.fullmatch("0|[1-9][0-9]{0,19}", text, re.ASCII), "a number is not plain")
    return int(text)
def named(name):
    need(name and not re.search(r"[\s+\x00-\x1f\x7f-\x9f]", name), "a name is none")
    return name

def signature(line):
    dash, name, data = line.split(" ", 2)
    data = base64_of(data)
    need(dash == "\u2014" and named(name) and len(data) > 4, "a line after the blank one is no signature")
    return name, data[:4].hex(), data[4:]

def check(receipt, vkey, payment=None):
    name, key_id, key = vkey.strip().split("+", 2)
    key = base64_of(key)
    need(named(name) and len(key) == 33 and key[0] == 1 and sha256(name.encode(), b"\n", key)[:4].hex() == key_id, "this is no Ed25519 key")
    head, note = receipt.split("\n\n", 1)
    header, extra, index, *path = head.split("\n")
    need(header == "c2sp.org/tlog-proof@v1" and extra[:6] == "extra " and index[:6] == "index " and len(path) <= 64, "this is no receipt")
    need(not re.search(r"[\x00-\x09\x0b-\x1f]", note) and note[-1] == "\n", "the checkpoint in it is none")
    text, lines = note.rsplit("\n\n", 1)
    origin, size, root = text.split("\n")[:3]
    index, size, entry = decimal(index[6:]), decimal(size), base64_of(extra[6:])
    lines = [signature(line) for line in lines[:-1].split("\n")]
    ours = [data for by, by_id, data in lines if (by, by_id) == (name, key_id)]
    need(origin == name and ours and signed(key[1:], ours[0], (text + "\n").encode()), "the signature does not fit")
    need(0 <= index < size, "there is no such entry in the tree")
    path = [base64_of(line) for line in path]
    need(all(len(beside) == 32 for beside in path), "a hash is not 32 bytes")
    need(root_of(sha256(b"\x00", entry), index, size, path) == base64_of(root), "the entry does not lead to the signed root")
    return "holds: entry %d of %d in %s, %d bytes, said by %s%s" % (index, size, origin, len(entry), said_by(entry), about(entry, payment) if payment else "")

if __name__ == "__main__":
    try:
        vkey = open(sys.argv[2]).read() if os.path.exists(sys.argv[2]) else sys.argv[2]
        print(check(open(sys.argv[1], encoding="utf-8", newline="").read(), vkey, *sys.argv[3:4]))
    except Exception as why:
        sys.exit("does not hold: %s" % (str(why) or type(why).__name__))
