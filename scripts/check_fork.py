#!/usr/bin/env python3
"""Whether a ledger contradicts itself, by what it signed alone, asking nobody: python3 check_fork.py DIR KEY...
DIR is what `mingzhang witness` kept as evidence: `seen` and `offered`, two signed checkpoints over entries; `seen.outcomes` and `offered.outcomes`,
the same over outcomes; `proof` and `proof.outcomes`, the hashes by which the server meant to show that the later continues the earlier. KEY is the
ledger's public key, as text or file, several after a change of keys; get it from somebody other than who gave you DIR.
Ends with 0 if the contradiction is proved, and says by what; with 1 if these files do not prove one, whoever is right."""
import os, sys
from check_receipt import base64_of, key_of, need, sha256, signed_root

def read(here, name):
    path = os.path.join(here, name)
    return open(path, encoding="utf-8", newline="").read() if os.path.exists(path) else None

def root_in(note, log, keys):
    """Size, root and what else is said in a checkpoint of a log, signed by one of the keys."""
    why = "no key was named"
    for name, key in keys:
        try:
            size, root, _, more = signed_root(note, name + log, key, name)
            return size, root, more
        except ValueError as error:
            why = error
    raise ValueError(why)

def roots_by(path, small, large):
    """The roots over the first `small` leaves and over all `large` that a proof of consistency comes to, RFC 9162, 2.1.4.2; the first
    is not in the proof where `small` is a power of two."""
    if small & (small - 1) == 0 or not path:
        return None, None
    node, last = small - 1, large - 1
    while node % 2 == 1:
        node, last = node >> 1, last >> 1
    before = after = path[0]
    for beside in path[1:]:
        need(last > 0, "the path is too long")
        if node % 2 == 1 or node == last:
            before, after = sha256(b"\x01", beside, before), sha256(b"\x01", beside, after)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            after = sha256(b"\x01", after, beside)
        node, last = node >> 1, last >> 1
    return (before, after) if last == 0 else (None, None)

def contradiction(one, other, path):
    """In which way two signed checkpoints of one log contradict each other, or None if they do not show it."""
    for size, root, _ in (one, other):
        if size == 0 and root != sha256():
            return "it signed a root over nothing that is not the one of nothing"
    if one[0] == other[0]:
        if one[1] != other[1]:
            return "it signed two different roots over the same %d" % one[0]
        return "it signed different sums of the same %d" % one[0] if one[2] != other[2] else None
    (small, root, _), (large, whole, _) = sorted((one, other), key=lambda signed: signed[0])
    try:
        before, after = roots_by(path, small, large)
    except ValueError:
        return None
    # Hashes that lead to the later signed root are of that log, and so is what they come to over its beginning.
    if after == whole and before != root:
        return "the first %d of the %d it signed are not the %d it signed before" % (small, large, small)
    return None

def check(here, vkeys):
    keys = [key_of(open(vkey).read() if os.path.exists(vkey) else vkey) for vkey in vkeys]
    found = []
    for log, ending in (("", ""), ("/outcomes", ".outcomes")):
        notes = [note for note in (read(here, name + ending) for name in ("seen", "offered")) if note is not None]
        if not notes: continue
        signed = [root_in(note, log, keys) for note in notes]
        path = [base64_of(line) for line in (read(here, "proof" + ending) or "").split()]
        why = contradiction(signed[0], signed[-1], path)
        found += ["the ledger contradicts itself in its %s: %s" % ("outcomes" if log else "entries", why)] if why else []
    return found

if __name__ == "__main__":
    if len(sys.argv) < 3: sys.exit(__doc__)
    try:
        found = check(sys.argv[1], sys.argv[2:])
    except (ValueError, OSError, IndexError) as error:
        sys.exit("nothing is proved: %s" % error)
    if not found:
        sys.exit("nothing is proved: both are signed by the ledger, and whether the later continues the earlier these files do not show")
    for line in found:
        print("proved: " + line)
