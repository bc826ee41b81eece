#!/usr/bin/env python3
"""Computes both roots of a ledger from what `replay export --format tiles` wrote, with nothing of the ledger's code: python3 check_export.py DIR
[KEY]. DIR holds the log over entries, DIR/outcomes that over their outcomes, each with its checkpoint. Every outcome must be that of its entry, the
roots those of the checkpoints, and what was posted in each book what stands there. With KEY, the ledger's public key as text or file, the signatures must fit
too, and no later entry may have ended the key: its last is the one that announces another under it. Prints what holds and ends with 0, or says what does not and ends with 1. Memory is that of one bundle."""
import base64, hashlib, itertools, os, sys
from check_receipt import CLASSES, base64_of, bound, decimal, fields, key_of, need, sha256, signed, signed_root

BOOKS = ("indicator", "cash", "entitlement", "lender")

def path(number):  # 1234067 is x001/x234/067
    groups = []
    while True:
        number, last = divmod(number, 1000)
        groups.insert(0, "%03d" % last)
        if not number:
            return "/".join(["x" + group for group in groups[:-1]] + groups[-1:])

def leaves(here, size):
    """What is in a log, in order: bundles of 256, each piece after two bytes of its length. There must be nothing else: whoever asks for one
    piece more learns whether there is."""
    bundles, names = os.path.join(here, "tile/entries"), set()
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        name = os.path.join(bundles, path(number) + ("" if width == 256 else ".p/%d" % width))
        names.add(name)
        bundle, at = open(name, "rb").read(), 0
        for _ in range(width):
            end = at + 2 + int.from_bytes(bundle[at:at + 2], "big")
            need(end <= len(bundle), "%s ends too early" % name)
            yield bundle[at + 2:end]
            at = end
        need(at == len(bundle), "%s goes on behind its last piece" % name)
    found = {os.path.join(folder, name) for folder, _, files in os.walk(bundles) for name in files}
    need(found == names, "of a log of %d there is no %s" % (size, ", ".join(sorted(found - names))))

class Tree:
    """RFC 6962: the roots of the complete subtrees so far, largest first."""
    def __init__(self):
        self.size, self.peaks = 0, []
    def push(self, data):
        node, size = sha256(b"\x00", data), self.size
        while size & 1:
            node, size = sha256(b"\x01", self.peaks.pop(), node), size >> 1
        self.peaks.append(node)
        self.size += 1
    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        *left, root = self.peaks
        for peak in reversed(left):
            root = sha256(b"\x01", peak, root)
        return root

def checkpoint(here, name, key):
    """Size, root and the lines behind them; whether the signature fits, if there is a key."""
    note = open(os.path.join(here, "checkpoint"), encoding="utf-8", newline="").read()
    need(note[-1:] == "\n" and "\n\n" in note, "the checkpoint of %s is cut off" % here)
    if key:
        signed_root(note, name, key, name.removesuffix("/outcomes"))
    origin, size, root, *more = note.rsplit("\n\n", 1)[0].split("\n")
    return origin, decimal(size), base64_of(root), more

def ends(entry, origin, key):
    """Whether an entry announces, under the signature of this key, another that takes its place."""
    head = {1: 26, 3: 34}.get(entry[0])
    if key not in entry or head is None:
        return False
    said = fields(fields(entry[head + 1 + entry[head]:]).get(78, b""))
    text = "mingzhang key announced\n%s\n%s\n" % (origin, base64.b64encode(said.get(1, b"")).decode())
    return said.get(2) == key != said.get(1) and len(said.get(3, b"")) == 64 and signed(key, said[3], text.encode())

def check(here, vkey=None):
    name, key = key_of(vkey) if vkey else (None, None)
    origin, size, root, _ = checkpoint(here, name, key)
    made = os.path.join(here, "outcomes")
    outcomes_origin, outcomes_size, outcomes_root, books = checkpoint(made, "%s/outcomes" % name, key)
    need((outcomes_origin, outcomes_size) == (origin + "/outcomes", size), "the checkpoints are of different logs or sizes")
    entries, outcomes, sums = Tree(), Tree(), {book: [0, 0] for book in BOOKS}
    counts = {"posted": 0, "refused": 0, "duplicate": 0}
    # Both to their ends: what is behind the last entry or the last outcome is in no log.
    for entry, outcome in itertools.zip_longest(leaves(here, size), leaves(made, size)):
        need(entry is not None and outcome is not None, "there are not as many outcomes as entries")
        said = bound(entry, entries.size, outcome)
        entries.push(entry)
        outcomes.push(outcome)
        counts[said[0]] += 1
        if key and said[0] == "posted" and ends(entry, origin, key[1:]):
            need(entries.size == size, "the key ended with entry %d, which announces another: it signs nothing over %d entries" % (entries.size - 1, size))
        for debit, credit, fen, _ in said[1] if said[0] == "posted" else ():
            for side, (number, _) in enumerate((debit, credit)):
                need(0 < number <= len(CLASSES), "entry %d was posted to class %d, which is not known here: its book is not either" % (entries.size - 1, number))
                letter = CLASSES[number - 1].split("/")[1]
                sums[next(book for book in BOOKS if book[0] == letter)][side] += fen
    need(entries.root() == root, "the entries do not lead to the root over entries")
    need(outcomes.root() == outcomes_root, "the outcomes do not lead to the root over outcomes")
    want = ["book %s debits %d credits %d" % (book, *sums[book]) for book in BOOKS]
    need(books == want, "the books are not those of the postings: %s" % want)
    words = "%d entries of %s: %d posted, %d refused, %d said before" % (size, origin, counts["posted"], counts["refused"], counts["duplicate"])
    signed = "signed by the key" if key else "signatures not checked"
    return "holds: %s; both roots and all books as in the checkpoints, %s\nroot     %s\noutcomes %s" % (words, signed, root.hex(), outcomes_root.hex())

if __name__ == "__main__":
    try:
        vkey = sys.argv[2] if len(sys.argv) > 2 else None
        print(check(sys.argv[1], open(vkey).read() if vkey and os.path.exists(vkey) else vkey))
    except Exception as why:
        sys.exit("does not hold: %s" % (str(why) or type(why).__name__))
