#!/usr/bin/env python3
"""Checks a receipt, two proofs of c2sp.org/tlog-proof@v1, sharing nothing with the ledger: python3 check_receipt.py FILE KEY [PAYMENT]
KEY is the ledger's public key, name+id+key, as text or file; the entry must say what became of PAYMENT and count, if one is named.
Prints what holds and ends with 0, or says what does not fit and ends with 1. What holds is that it was said, by whom, that it is on record, and
what the ledger made of it when it came: posted, refused, or said before. Whether it was taken back since, the receipt does not show: `mingzhang
check-receipt --server` asks. A receipt of a balance begins with another line, and what holds of it is how an account stood after so many
entries, or that there was none. Ed25519 comes from the package `cryptography`, or else from the openssl command."""
import base64, datetime, hashlib, os, re, subprocess, sys, tempfile, uuid

# The closed list of account classes, from 1, each with the first letter of its book.
CLASSES = """issued/i due_to_finance/i surrendered/i treasury/c suspense/c receivable/c refundable/c surrender_source/i paid_before/c available/i applied/i spent/i short/i
withheld/i granted/e owed/e settled/e transit/c payee/c principal/l interest_due/l penalty_due/l subsidy_due/l waiver_due/l refund_due/l overclaimed/l
lent/l earned/l collected/l confirmed/l loss/l stock/l paid_in/l stock_used/l loss_borne/l borne_by_lender/l borne_by_county/l remitted/c
reward_source/c advance_granted/e advance/e compensation_granted/e compensation_owed/e compensation_settled/e claim_granted/e claim_owed/e
claim_settled/e rounding/l reward_available/c reward_spent/c""".split()

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()
def need(holds, why):
    if not holds: raise ValueError(why)

# The heights of the eight points of small order: nobody has the secret of such a key, and some signatures of it, or that begin with one, fit any text.
PRIME = 2 ** 255 - 19
SMALL = {0, 1, PRIME - 1, PRIME, PRIME + 1} | {int.from_bytes(bytes.fromhex(height), "little") for height in (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")}
def small(point):
    return int.from_bytes(point, "little") % (1 << 255) in SMALL

def signed(key, signature, text):
    if small(signature[:32]):
        return False
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        Ed25519PublicKey = None
    if Ed25519PublicKey:
        try:
            return Ed25519PublicKey.from_public_bytes(key).verify(signature, text) is None
        except Exception:
            return False
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

def plain(text):
    # What could move the cursor, or forge a line, is shown by its number.
    return "".join(char if char.isprintable() else "\\u%04x" % ord(char) for char in text)
def said_by(entry):
    at = {1: 26, 3: 34}.get(entry[0], len(entry))
    return entry[at + 1:at + 1 + entry[at]].decode(errors="replace") or "?" if at < len(entry) else "?"
def about(entry, payment):
    # Kind 1, eight bytes of time, one of how the principal was known, sixteen of salt, length of the principal, principal, event; kind 3 has eight bytes more before the salt. Field 41 of an event is a
    # payment credited, 42 one returned; in both, field 1 is the payment and field 2 the fen. Looking for the bytes alone would find them in a lie.
    head = {1: 26, 3: 34}.get(entry[0])
    event = fields(entry[head + 1 + entry[head]:]) if head else {}
    for kind, word in ((41, "credited"), (42, "returned")):
        said = fields(event.get(kind, b""))
        if said.get(1) == uuid.UUID(payment).bytes and not (41 in event and 42 in event):
            return ": it says that payment %s was %s, %d.%02d yuan" % (payment, word, said[2] // 100, said[2] % 100)
    raise ValueError("the entry does not say what became of payment " + payment)

class Pieces:
    """The bytes of an outcome, piece by piece."""
    def __init__(self, data):
        self.rest = data
    def take(self, length):
        need(len(self.rest) >= length, "the outcome is cut off")
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken
    def number(self, length, signed=False):
        return int.from_bytes(self.take(length), "big", signed=signed)
    def name(self):
        name = self.take(self.number(1))
        need(re.fullmatch(b"[a-z0-9_]+", name), "a name in the outcome is none")
        return name.decode()
    def owner(self):
        return uuid.UUID(bytes=self.take(16))
    def side(self):
        return self.number(1), self.owner()

def outcome_of(data):
    """Leaf and salt of its entry; then ("posted", postings, findings), ("refused", code, subject, figure) or ("duplicate", first, how it stood)."""
    pieces = Pieces(data)
    leaf, salt, verdict = pieces.take(32), pieces.take(16), pieces.number(1)
    if verdict == 1:
        postings = [(pieces.side(), pieces.side(), pieces.number(8, True), pieces.number(4, True)) for _ in range(pieces.number(2))]
        need(all(fen > 0 for _, _, fen, _ in postings), "a posting moves nothing")
        said = "posted", postings, [(pieces.name(), pieces.owner()) for _ in range(pieces.number(2))]
    elif verdict == 2:
        said = "refused", pieces.name(), pieces.owner(), pieces.number(8, True)
    else:
        need(verdict == 3, "the outcome is of another form")
        said = "duplicate", pieces.number(8), pieces.name()
    need(not pieces.rest, "the outcome goes on behind its end")
    return leaf, salt, said

def bound(entry, index, outcome):
    """What an outcome says, if it is that of the entry at this index. Where the salt of a later kind of entry stands is not known here."""
    leaf, salt, said = outcome_of(outcome)
    need(entry, "the entry is empty")
    at = {1: 10, 3: 18}.get(entry[0])
    need(leaf == sha256(b"\x00", entry) and (at is None or entry[at:at + 16] == salt), "the outcome of entry %d is that of another entry" % index)
    need(said[0] != "duplicate" or said[1] < index, "the outcome of entry %d repeats a later one, or itself" % index)
    return said

def class_of(number):
    return CLASSES[number - 1].split("/")[0] if 0 < number <= len(CLASSES) else "class %d" % number
def beside(said):
    # Told otherwise than the ledger holds it, or out of turn: on record with a finding, and nothing else comes of it.
    return not said[1] and any(kind in ("told_otherwise", "edition_out_of_order", "many_versions") for kind, _ in said[2])
def settles(said):
    # What a bank tells of a payment counts for it if money moved, and none of it into suspense.
    return said[0] == "posted" and said[1] and "suspense" not in [class_of(number) for posting in said[1] for number, _ in posting[:2]]
def day_of(number):
    try:
        return str(datetime.date(1970, 1, 1) + datetime.timedelta(number))
    except OverflowError:  # No day of this calendar, which is no reason to hold less.
        return "day %d" % number
def lines_of(said):
    if said[0] == "refused":
        return ["proved: refused, %s" % said[1]]
    if said[0] == "duplicate":
        return ["proved: said before by entry %d, which stood then: %s; nothing was posted" % said[1:]]
    sides = [class_of(number) for posting in said[1] for number, _ in posting[:2]]
    lines = ["proved: %s" % ("on record beside, it does not count" if beside(said) else "posted, to suspense" if "suspense" in sides else
                             "posted" if sides else "posted, no money moved")]
    for (to, to_owner), (source, from_owner), fen, day in said[1]:
        booked = day_of(day)
        lines.append("  %d.%02d yuan, booked %s: to %s %s from %s %s" % (fen // 100, fen % 100, booked, class_of(to), to_owner, class_of(source), from_owner))
    return lines + ["  finding %s about %s" % finding for finding in said[2]]

def base64_of(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "a value is not in plain base64")
    return data
def decimal(text):
    need(re.fullmatch("0|[1-9][0-9]{0,18}", text, re.ASCII) and int(text) < 1 << 63, "a number is not plain")
    return int(text)
def named(name):
    need(name and not re.search(r"[\s+\x00-\x1f\x7f-\x9f]", name), "a name is none")
    return name

def signature(line):
    dash, name, data = line.split(" ", 2)
    data = base64_of(data)
    need(dash == "\u2014" and named(name) and len(data) > 4, "a line after the blank one is no signature")
    return name, data[:4].hex(), data[4:]

HEADER = "c2sp.org/tlog-proof@v1"

# What Unicode calls white space, which the other checkers pass over around a key; Python's own list has more.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200b)))

def key_of(vkey):
    name, key_id, key = vkey.strip(BLANKS).split("+", 2)
    key = base64_of(key)
    need(not small(key[1:]), "this key is a point of small order, which is nobody's key")
    need(named(name) and len(key) == 33 and key[0] == 1 and sha256(name.encode(), b"\n", key)[:4].hex() == key_id, "this is no Ed25519 key")
    return name, key

def signed_root(note, name, key, ledger=None):
    """Size and root of a checkpoint of the log of this name, which the key has signed under the same; and when, if it says so under the ledger's."""
    need(not re.search(r"[\x00-\x09\x0b-\x1f]", note) and note[-1:] == "\n" and len(note.encode()) <= 1 << 20, "a checkpoint in it is none")
    text, lines = note.rsplit("\n\n", 1)
    origin, size, root = text.split("\n")[:3]
    lines = [signature(line) for line in lines[:-1].split("\n")]
    need(len(lines) <= 100, "it has too many signatures")
    key_id = sha256(name.encode(), b"\n", key)[:4].hex()
    ours = [data for by, by_id, data in lines if (by, by_id) == (name, key_id)]
    need(origin == name and ours and signed(key[1:], ours[0], (text + "\n").encode()), "the signature does not fit")
    timed_id, at = sha256((ledger or name).encode(), b"\n\x04", key[1:])[:4].hex(), None
    for data in [data for by, by_id, data in lines if (by, by_id) == (ledger or name, timed_id)][:1]:
        at = int.from_bytes(data[:8], "big")
        need(signed(key[1:], data[8:], ("cosignature/v1\ntime %d\n%s\n" % (at, text)).encode()), "the signature with the time does not fit")
    size, root = decimal(size), base64_of(root)
    need(len(root) == 32 and size <= 1 << 62, "a root is not 32 bytes, or over more than there can be")
    return size, root, at, text.split("\n")[3:]

def proved(proof, name, key, ledger):
    """What a proof proves to be in the log of this name: the bytes, their index, the size of the log, when that was signed, and what stands behind the root."""
    head, note = proof.split("\n\n", 1)
    header, extra, index, *path = head.split("\n")
    need(header == HEADER and extra[:6] == "extra " and index[:6] == "index " and len(path) <= 64, "this is no receipt")
    index, data = decimal(index[6:]), base64_of(extra[6:])
    size, root, at, more = signed_root(note, name, key, ledger)
    need(0 <= index < size, "there is no such entry in the tree")
    path = [base64_of(line) for line in path]
    need(all(len(beside) == 32 for beside in path), "a hash is not 32 bytes")
    need(root_of(sha256(b"\x00", data), index, size, path) == root, "what is to be proved does not lead to the signed root")
    return data, index, size, at, (size, root, more[:1])

def signed_when(at):
    try:
        return ["signed at %s UTC, as the ledger says" % datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")] if at else []
    except (OverflowError, ValueError, OSError):
        return ["signed %d seconds after 1970, as the ledger says" % at]

BALANCE = "mingzhang-balance@v1"

def leaf_of(data):
    """Account (class, owner) and seal of a leaf: class (1), owner (16), seal (32)."""
    need(len(data) == 49 and data[0] > 0, "the balance is of another form")
    return data[:17], data[17:]

def check_balance(receipt, vkey):
    name, key = key_of(vkey)
    first, *proofs = receipt.split("\n\n" + HEADER + "\n")
    head, note = first.split("\n\n", 1)
    found = re.fullmatch(BALANCE + "\naccount (0|[1-9][0-9]{0,2}) ([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(\nopened ([A-Za-z0-9+/=]+))?", head, re.ASCII)
    need(found and 0 < int(found[1]) < 256 and proofs, "this is no receipt of a balance")
    wanted = bytes([int(found[1])]) + uuid.UUID(found[2]).bytes
    size = signed_root(note + "\n", name, key)[0]
    texts = [HEADER + "\n" + text + ("\n" if at + 1 < len(proofs) else "") for at, text in enumerate(proofs)]
    told = [proved(text, name + "/balances", key, name) for text in texts]
    roots, places = [root for *_, root in told], [(index, *leaf_of(data)) for data, index, *_ in told]
    accounts, _, after = roots[0]
    need(all(root == roots[0] for root in roots) and after and after[0][:8] == "entries ", "its proofs are under two roots, or none of balances")
    need(decimal(after[0][8:]) == size, "the balances stood after other entries")
    keys = [account for _, account, _ in places]
    # Salt (16) and balance (16), of which the leaf of the account holds the hash.
    opening = base64_of(found[5]) if found[4] else b""
    need(keys != [wanted] or len(opening) == 32 and sha256(b"", opening) == places[0][2], "what is said to stand on the account is not what was sealed")
    need(keys == [wanted] or not opening, "it opens a leaf and proves none of the account")
    if keys == [wanted]:
        fen = int.from_bytes(opening[16:], "big", signed=True)
        said = "stood at %s%d.%02d yuan" % ("-" * (fen < 0), abs(fen) // 100, abs(fen) % 100)
    else:
        beside = len(keys) == 1 and (places[0][0] == 0 and wanted < keys[0] or places[0][0] == accounts - 1 and keys[0] < wanted)
        between = len(keys) == 2 and keys[0] < wanted < keys[1] and places[0][0] + 1 == places[1][0]
        need(beside or between, "the accounts in it are neither the one it names nor those on both sides of its place")
        said = "was none of the %d accounts there were" % accounts
    return "\n".join(["holds: account %s %s %s after %d entries in %s" % (class_of(wanted[0]), found[2], said, size, name)] + signed_when(told[-1][3]))

def check(receipt, vkey, payment=None):
    if receipt.startswith(BALANCE):
        need(not payment, "a receipt of a balance says nothing of a payment")
        return check_balance(receipt, vkey)
    name, key = key_of(vkey)
    first, second = receipt.split("\n\n" + HEADER + "\n")
    entry, index, size, at, _ = proved(first + "\n", name, key, name)
    outcome, place, made, made_at, _ = proved(HEADER + "\n" + second, name + "/outcomes", key, name)
    need(place == index, "the outcome is that of another entry")
    said = bound(entry, index, outcome)
    told = about(entry, payment) if payment else ""
    need(not payment or settles(said), "%s, but it does not count; %s" % (told[2:], lines_of(said)[0]))
    head = "holds: entry %d of %d in %s, %d bytes, said by %s%s" % (index, size, name, len(entry), plain(said_by(entry)), told)
    # Both notes may be signed at different times, the outcome much later than the entry.
    later = ["its outcome stands in a log of %d" % made] + signed_when(made_at) if (made, made_at) != (size, at) else []
    return "\n".join([head] + lines_of(said) + signed_when(at) + later)

if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        vkey = open(sys.argv[2]).read() if os.path.exists(sys.argv[2]) else sys.argv[2]
        print(check(open(sys.argv[1], encoding="utf-8", newline="").read(), vkey, *sys.argv[3:4]))
    except Exception as why:
        sys.exit("does not hold: %s" % (str(why) or type(why).__name__))
