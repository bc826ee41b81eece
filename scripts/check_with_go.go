// Checks what `replay export --format tiles` wrote, and receipts, with the packages that Go's checksum database uses (golang.org/x/mod/sumdb/note
// and tlog) and nothing of the ledger's code. Arguments: the directory, the public key as text, any number of receipts.
//
// Debian: apt-get install golang-go golang-golang-x-mod-dev, then
// GO111MODULE=off GOPATH=/usr/share/gocode go run scripts/check_with_go.go DIR "$(cat ledger.key.pub)" receipt.txt
//
// Of both logs: the signature of the checkpoint fits; the tiles lead to its root; entries all over the log are included; logs of many smaller
// sizes, built from the entries alone, are continued by it. Of a receipt: both its proofs. Ends with 1 and a reason if anything fails.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Entries and smaller logs of which proofs are made.
const proofs = 200

func main() {
	if len(os.Args) < 3 {
		fail("usage: check_with_go.go DIR KEY [RECEIPT...]")
	}
	names := strings.SplitN(strings.TrimSpace(os.Args[2]), "+", 3)
	if len(names) != 3 {
		fail("the key is not NAME+ID+KEY")
	}
	entries, err := note.NewVerifier(strings.TrimSpace(os.Args[2]))
	need(err, "the key")
	key, err := base64.StdEncoding.DecodeString(names[2])
	need(err, "the key")
	longer, err := note.NewEd25519VerifierKey(names[0]+"/outcomes", key[1:])
	need(err, "the key under the name of the log of outcomes")
	outcomes, err := note.NewVerifier(longer)
	need(err, "the key under the name of the log of outcomes")
	logs := []struct {
		dir  string
		vkey note.Verifier
	}{{os.Args[1], entries}, {filepath.Join(os.Args[1], "outcomes"), outcomes}}
	for _, log := range logs {
		text, err := os.ReadFile(filepath.Join(log.dir, "checkpoint"))
		need(err, "the checkpoint")
		check(log.dir, tree(text, log.vkey))
	}
	for _, path := range os.Args[3:] {
		text, err := os.ReadFile(path)
		need(err, path)
		receipt(path, string(text), []note.Verifier{entries, outcomes})
	}
}

// Size and root of a checkpoint whose signature fits.
func tree(text []byte, vkey note.Verifier) tlog.Tree {
	opened, err := note.Open(text, note.VerifierList(vkey))
	need(err, "the checkpoint of "+vkey.Name())
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != vkey.Name() {
		fail("the checkpoint is not of " + vkey.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	need(err, "the size")
	root, err := tlog.ParseHash(lines[2])
	need(err, "the root")
	return tlog.Tree{N: size, Hash: root}
}

// One log: its tiles against its checkpoint, and its entries against its tiles.
func check(dir string, signed tlog.Tree) {
	tiles := tlog.TileHashReader(signed, files(dir))
	root, err := tlog.TreeHash(signed.N, tiles)
	need(err, dir+": the tiles")
	if root != signed.Hash {
		fail(dir + ": the tiles do not lead to the root")
	}
	leaves := make([]tlog.Hash, 0, signed.N)
	for number := int64(0); number*256 < signed.N; number++ {
		leaves = append(leaves, bundle(dir, number, signed.N)...)
	}
	var stored memory
	step := signed.N/proofs + 1
	for at, leaf := range leaves {
		n := int64(at)
		more, err := tlog.StoredHashesForRecordHash(n, leaf, stored)
		need(err, dir)
		stored = append(stored, more...)
		if n%step != 0 && n != signed.N-1 {
			continue
		}
		inclusion, err := tlog.ProveRecord(signed.N, n, tiles)
		need(err, dir)
		need(tlog.CheckRecord(inclusion, signed.N, signed.Hash, n, leaf), fmt.Sprintf("%s: entry %d", dir, n))
		smaller, err := tlog.TreeHash(n+1, stored)
		need(err, dir)
		continued, err := tlog.ProveTree(signed.N, n+1, tiles)
		need(err, dir)
		need(tlog.CheckTree(continued, signed.N, signed.Hash, n+1, smaller), fmt.Sprintf("%s: the log of %d entries", dir, n+1))
	}
	whole, err := tlog.TreeHash(signed.N, stored)
	need(err, dir)
	if whole != signed.Hash {
		fail(dir + ": the entries do not lead to the root")
	}
	fmt.Printf("%s: %d entries, root, signature, inclusion and consistency hold\n", dir, signed.N)
}

// Hashes as tlog numbers them, of entries read so far.
type memory []tlog.Hash

func (stored memory) ReadHashes(at []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(at))
	for i, place := range at {
		if place >= int64(len(stored)) {
			return nil, errors.New("a hash that is not there yet")
		}
		hashes[i] = stored[place]
	}
	return hashes, nil
}

// Tiles as C2SP tlog-tiles names them: those of tlog have their height, 8, in the path as well.
type files string

func (files) Height() int { return 8 }

func (files) SaveTiles([]tlog.Tile, [][]byte) {}

func (dir files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		content, err := os.ReadFile(filepath.Join(string(dir), path))
		if err != nil {
			return nil, err
		}
		read[i] = content
	}
	return read, nil
}

// Leaf hashes of what a bundle of 256 holds, each after two bytes of its length.
func bundle(dir string, number, size int64) []tlog.Hash {
	tile := tlog.Tile{H: 8, L: -1, N: number, W: 256}
	if left := size - number*256; left < 256 {
		tile.W = int(left)
	}
	path := "tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/data/")
	rest, err := os.ReadFile(filepath.Join(dir, path))
	need(err, dir)
	var leaves []tlog.Hash
	for len(rest) >= 2 {
		end := 2 + int(binary.BigEndian.Uint16(rest))
		if end > len(rest) {
			fail(path + " ends too early")
		}
		leaves = append(leaves, tlog.RecordHash(rest[2:end]))
		rest = rest[end:]
	}
	if len(leaves) != tile.W || len(rest) != 0 {
		fail(fmt.Sprintf("%s has %d pieces, not %d", path, len(leaves), tile.W))
	}
	return leaves
}

// A receipt: two proofs (C2SP tlog-proof), of an entry and of its outcome, which names the entry's leaf.
func receipt(path, text string, vkeys []note.Verifier) {
	begins := "c2sp.org/tlog-proof@v1\n"
	parts := strings.Split(text, begins)
	if len(parts) != 3 || parts[0] != "" {
		fail(path + " does not hold two proofs")
	}
	var leaf tlog.Hash
	for i, vkey := range vkeys {
		head, signed, found := strings.Cut(parts[i+1], "\n\n")
		if i == 0 {
			signed = strings.TrimSuffix(signed, "\n")
		}
		lines := strings.Split(head, "\n")
		if !found || len(lines) < 2 {
			fail(path + ": a proof without a checkpoint")
		}
		data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[0], "extra "))
		need(err, path)
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		need(err, path)
		var way tlog.RecordProof
		for _, line := range lines[2:] {
			hash, err := tlog.ParseHash(line)
			need(err, path)
			way = append(way, hash)
		}
		root := tree([]byte(signed), vkey)
		need(tlog.CheckRecord(way, root.N, root.Hash, index, tlog.RecordHash(data)), path)
		if i == 1 && !bytes.HasPrefix(data, leaf[:]) {
			fail(path + ": the outcome is that of another entry")
		}
		leaf = tlog.RecordHash(data)
	}
	fmt.Printf("%s: both proofs hold\n", path)
}

func need(err error, what string) {
	if err != nil {
		fail(what + ": " + err.Error())
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}
