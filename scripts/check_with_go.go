// Checks what `replay export --format tiles` wrote, and receipts, with the packages that Go's checksum database uses (golang.org/x/mod/sumdb/note
// and tlog) and nothing of the ledger's code. Arguments: the directory, or - for receipts alone; the public key as text; any number of receipts.
//
// Debian: apt-get install golang-go golang-golang-x-mod-dev, then
// GO111MODULE=off GOPATH=/usr/share/gocode go run scripts/check_with_go.go DIR "$(cat ledger.key.pub)" receipt.txt
//
// Of both logs: the signature of the checkpoint fits; the tiles lead to its root; entries all over the log are included; logs of many smaller
// sizes, built from the entries alone, are continued by it. Of a receipt of an entry: both its proofs, and that the outcome is one, and of that
// entry; in no other spelling than the one that `mingzhang check-receipt` takes. Ends with 1 and a reason if anything fails.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Entries and smaller logs of which proofs are made.
const proofs = 200

// Bytes of a note that any checker reads.
const longestNote = 1 << 20

// One of the two logs: where it is exported to, the key that signs it, and the same key as it signs with the time.
type ledgerLog struct {
	dir  string
	vkey note.Verifier
	time note.Verifier
}

func main() {
	if len(os.Args) < 3 {
		fail("usage: check_with_go.go DIR KEY [RECEIPT...]")
	}
	logs := logsOf(strings.TrimSpace(os.Args[2]), os.Args[1])
	for _, log := range logs {
		if os.Args[1] == "-" {
			break
		}
		text, err := os.ReadFile(filepath.Join(log.dir, "checkpoint"))
		need(err, "the checkpoint")
		check(log.dir, tree(text, log))
	}
	for _, path := range os.Args[3:] {
		text, err := os.ReadFile(path)
		need(err, path)
		receipt(path, string(text), logs)
	}
}

// Both logs of the ledger of a key, which signs the second under a longer name.
func logsOf(text, dir string) [2]ledgerLog {
	names := strings.SplitN(text, "+", 3)
	if len(names) != 3 {
		fail("the key is not NAME+ID+KEY")
	}
	// The library takes capitals in it too.
	if names[1] != strings.ToLower(names[1]) {
		fail("the id of the key is not in small letters")
	}
	entries, err := note.NewVerifier(text)
	need(err, "the key")
	raw := plain(names[2], "the key")
	if small(raw[1:]) {
		fail("the key is a point of small order, which is nobody's")
	}
	longer, err := note.NewEd25519VerifierKey(names[0]+"/outcomes", raw[1:])
	need(err, "the key under the name of the log of outcomes")
	outcomes, err := note.NewVerifier(longer)
	need(err, "the key under the name of the log of outcomes")
	time := timed{names[0], raw[1:]}
	return [2]ledgerLog{{dir, entries, time}, {filepath.Join(dir, "outcomes"), outcomes, time}}
}

// A key as it signs a checkpoint with the time (C2SP cosignature/v1), under the name of the ledger in either log.
type timed struct {
	name string
	key  ed25519.PublicKey
}

func (v timed) Name() string { return v.name }

func (v timed) KeyHash() uint32 {
	hash := sha256.Sum256([]byte(v.name + "\n\x04" + string(v.key)))
	return binary.BigEndian.Uint32(hash[:])
}

func (v timed) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(signature))
	return !small(signature[8:40]) && ed25519.Verify(v.key, append([]byte(head), text...), signature[8:])
}

// The heights of the points of small order, least byte first: nobody has the secret of such a key, and a signature that begins with one fits more
// than one text.
var heights = []string{
	"0000000000000000000000000000000000000000000000000000000000000000", "0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
}

func small(point []byte) bool {
	height := append([]byte{}, point...)
	height[31] &= 0x7f
	for _, known := range heights {
		if fmt.Sprintf("%x", height) == known {
			return true
		}
	}
	return false
}

// Size and root of a checkpoint that the key of the log signed, and signed with the time where it says so.
func tree(text []byte, log ledgerLog) tlog.Tree {
	name := log.vkey.Name()
	if len(text) > longestNote {
		fail("the checkpoint of " + name + " is too long")
	}
	opened, err := note.Open(text, note.VerifierList(log.vkey, log.time))
	need(err, "the checkpoint of "+name)
	var by *note.Signature
	for i, signature := range opened.Sigs {
		if signature.Hash == log.vkey.KeyHash() && signature.Name == name {
			by = &opened.Sigs[i]
		}
	}
	if by == nil {
		fail("the checkpoint is not signed by " + name)
	}
	if small(plain(by.Base64, "the signature")[4:36]) {
		fail("the signature of " + name + " fits more than one text")
	}
	for _, signature := range append(opened.Sigs, opened.UnverifiedSigs...) {
		plain(signature.Base64, "a signature")
		if strings.IndexFunc(signature.Name, unicode.IsControl) >= 0 {
			fail("a name is none")
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != name {
		fail("the checkpoint is not of " + name)
	}
	size := decimal(lines[1], "the size")
	if size > 1<<62 {
		// tlog never ends over more.
		fail("the size is more than there can be")
	}
	return tlog.Tree{N: size, Hash: hash(lines[2], "the root")}
}

// Bytes in the one base64 they have: the library passes over line ends, and over bits behind the last byte.
func plain(text, what string) []byte {
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	need(err, what)
	if base64.StdEncoding.EncodeToString(data) != text {
		fail(what + " is not in plain base64")
	}
	return data
}

func hash(text, what string) (hash tlog.Hash) {
	data := plain(text, what)
	if len(data) != tlog.HashSize {
		fail(what + " is not 32 bytes")
	}
	copy(hash[:], data)
	return hash
}

// A number in its shortest form.
func decimal(text, what string) int64 {
	number, err := strconv.ParseInt(text, 10, 64)
	need(err, what)
	if number < 0 || strconv.FormatInt(number, 10) != text {
		fail(what + " is not a plain number")
	}
	return number
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

const header = "c2sp.org/tlog-proof@v1"

// A path in a tree of 2^63 entries is no longer.
const longest = 64

// A receipt: two proofs (C2SP tlog-proof), of an entry and of its outcome, which names the entry's leaf.
func receipt(path, text string, logs [2]ledgerLog) {
	parts := strings.Split(text, "\n\n"+header+"\n")
	if !utf8.ValidString(text) || len(parts) != 2 {
		fail(path + " does not hold two proofs")
	}
	entry, index := proved(path, parts[0]+"\n", logs[0])
	outcome, place := proved(path, header+"\n"+parts[1], logs[1])
	leaf := tlog.RecordHash(entry)
	if place != index || !bytes.HasPrefix(outcome, leaf[:]) || len(outcome) < 48 || !salted(entry, outcome[32:48]) {
		fail(path + ": the outcome is that of another entry")
	}
	said := pieces{path, outcome[48:]}
	said.verdict(index)
	fmt.Printf("%s: both proofs hold\n", path)
}

// What a proof proves to be in a log, and where.
func proved(path, text string, log ledgerLog) ([]byte, int64) {
	head, signed, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != header || len(lines) > 3+longest {
		fail(path + ": this is no proof")
	}
	if !strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		fail(path + ": this is no proof")
	}
	data, index := plain(lines[1][6:], path), decimal(lines[2][6:], path)
	var way tlog.RecordProof
	for _, line := range lines[3:] {
		way = append(way, hash(line, path))
	}
	root := tree([]byte(signed), log)
	need(tlog.CheckRecord(way, root.N, root.Hash, index, tlog.RecordHash(data)), path)
	return data, index
}

// Whether an entry holds this salt: behind kind and time, of kind 3 eight bytes more. Where that of a later kind stands is not known here.
func salted(entry, salt []byte) bool {
	if len(entry) == 0 {
		return false
	}
	at, known := map[byte]int{1: 10, 3: 18}[entry[0]]
	return !known || len(entry) >= at+16 && bytes.Equal(entry[at:at+16], salt)
}

// The bytes of an outcome behind leaf and salt, piece by piece, as docs/outcomes.md lays them out.
type pieces struct {
	path string
	rest []byte
}

func (p *pieces) take(length int) []byte {
	if len(p.rest) < length {
		fail(p.path + ": the outcome is cut off")
	}
	taken := p.rest[:length]
	p.rest = p.rest[length:]
	return taken
}

func (p *pieces) count() int { return int(binary.BigEndian.Uint16(p.take(2))) }

func (p *pieces) name() {
	name := p.take(int(p.take(1)[0]))
	other := func(letter rune) bool {
		return letter != '_' && (letter < '0' || letter > '9') && (letter < 'a' || letter > 'z')
	}
	if len(name) == 0 || strings.IndexFunc(string(name), other) >= 0 {
		fail(p.path + ": a name in the outcome is none")
	}
}

func (p *pieces) verdict(index int64) {
	switch p.take(1)[0] {
	case 1:
		for left := p.count(); left > 0; left-- {
			if posting := p.take(1 + 16 + 1 + 16 + 8 + 4); int64(binary.BigEndian.Uint64(posting[34:])) <= 0 {
				fail(p.path + ": a posting moves nothing")
			}
		}
		for left := p.count(); left > 0; left-- {
			p.name()
			p.take(16)
		}
	case 2:
		p.name()
		p.take(16 + 8)
	case 3:
		if binary.BigEndian.Uint64(p.take(8)) >= uint64(index) {
			fail(p.path + ": the outcome repeats a later entry")
		}
		p.name()
	default:
		fail(p.path + ": the outcome is of another form")
	}
	if len(p.rest) != 0 {
		fail(p.path + ": the outcome goes on behind its end")
	}
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
