"""Reads a tiled log (C2SP tlog-tiles) from its files alone: Python's standard library, nothing of the ledger's code."""
import base64, hashlib, json, os, struct, sys

here, asked = sys.argv[1], [int(word) for word in sys.argv[2:]]

def leaf(entry): return hashlib.sha256(b"\x00" + entry).digest()
def node(left, right): return hashlib.sha256(b"\x01" + left + right).digest()
def need(holds, why):
    if not holds: sys.exit(why)

def root(hashes):  # RFC 6962, 2.1, from level-0 hashes
    if not hashes: return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        pairs = [node(a, b) for a, b in zip(hashes[::2], hashes[1::2])]
        hashes = pairs + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0]

def path(number):  # "1234067 is encoded as x001/x234/067"
    groups = []
    while True:
        number, last = divmod(number, 1000)
        groups.insert(0, "%03d" % last)
        if not number: break
    return "/".join(["x" + group for group in groups[:-1]] + groups[-1:])

seen = set()
def fetch(level, number, width):
    name = "tile/%s/%s%s" % (level, path(number), "" if width == 256 else ".p/%d" % width)
    seen.add(name)
    with open(os.path.join(here, name), "rb") as file: return file.read()

def tiles(level, count):
    return [(number, min(256, count - number * 256)) for number in range((count + 255) // 256)]

if os.path.exists(os.path.join(here, "checkpoint")):
    seen.add("checkpoint")
    text = open(os.path.join(here, "checkpoint"), encoding="utf-8", newline="").read()
    origin, size, signed = text.split("\n")[:3]
    size, signed = int(size), base64.b64decode(signed, validate=True)
else:
    size, signed, asked = asked[0], None, asked[1:]

entries = []
for number, width in tiles("entries", size):
    bundle, at = fetch("entries", number, width), 0
    for _ in range(width):
        (length,) = struct.unpack_from(">H", bundle, at)
        entries.append(bundle[at + 2:at + 2 + length])
        need(len(entries[-1]) == length, "a bundle ends within an entry")
        at += 2 + length
    need(at == len(bundle), "a bundle goes on behind its last entry")
leaves = [leaf(entry) for entry in entries]
found = root(leaves)
need(signed in (None, found), "the entries do not lead to the signed root")

hashes, level, below = [], 0, leaves
while below:
    whole = []
    for number, width in tiles(level, len(below)):
        tile = fetch(level, number, width)
        parts = [tile[at:at + 32] for at in range(0, len(tile), 32)]
        need(len(tile) == 32 * width and parts == below[number * 256:number * 256 + width], "tile %d/%d differs" % (level, number))
        if width == 256: whole.append(root(parts))
    hashes.append(below)
    level, below = level + 1, whole

def subtree(level, index):  # root of a complete subtree, from one tile
    tile, within = level // 8, level % 8
    first = index << within
    count = size >> (8 * tile)
    bytes = fetch(tile, first // 256, min(256, count - first // 256 * 256))
    at = first % 256
    return root([bytes[32 * n:32 * n + 32] for n in range(at, at + (1 << within))])

def span(first, last):  # root over leaves first..last of a tree, from complete subtrees
    if last - first == 1: return subtree(0, first)
    split = 1 << (last - first - 1).bit_length() - 1
    if last - first == 2 * split and first % (2 * split) == 0: return subtree((2 * split).bit_length() - 1, first >> (2 * split).bit_length() - 1)
    return node(span(first, first + split), span(first + split, last))

def proof(index, first, last):  # RFC 6962, 2.1.1, from tiles alone
    if last - first == 1: return []
    split = 1 << (last - first - 1).bit_length() - 1
    if index < first + split: return proof(index, first, first + split) + [("right", span(first + split, last))]
    return proof(index, first + split, last) + [("left", span(first, first + split))]

for index in asked:
    value = leaf(entries[index])
    for side, beside in proof(index, 0, size):
        value = node(value, beside) if side == "right" else node(beside, value)
    need(value == found, "the proof of entry %d from tiles does not lead to the root" % index)

there = {os.path.relpath(os.path.join(folder, name), here) for folder, _, names in os.walk(here) for name in names}
there = {name for name in there if not name.startswith("outcomes/")}  # a log of its own
need(there == seen, "other files: %s" % sorted(there ^ seen)[:5])
joined = hashlib.sha256(b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)).hexdigest()
print(json.dumps({"size": size, "root": found.hex(), "entries": joined, "files": len(there)}))
