// other_client verifies what a Caveat log hands out with the code of other projects and none of ours: checkpoints and receipts are
// read by transparency-dev/formats, signatures by golang.org/x/mod/sumdb/note, proofs by transparency-dev/merkle and, once more, by
// golang.org/x/mod/sumdb/tlog.
//
//	other_client receipt VKEY PROOF LEAF            a tlog-proof, and the record header that it is of
//	other_client consistency VKEY OLD NEW HASHES    two checkpoints, and the proof that the one begins the other, a hash a line
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"github.com/transparency-dev/formats/log"
	formats "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	bytes, err := os.ReadFile(path)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	return bytes
}

func verifier(path string) note.Verifier {
	return must(note.NewVerifier(strings.TrimSuffix(string(read(path)), "\n")))
}

func open(checkpoint []byte, key note.Verifier) *log.Checkpoint {
	seen, rest, _, err := log.ParseCheckpoint(checkpoint, key.Name(), key)
	check(err)
	if len(rest) > 0 {
		check(fmt.Errorf("the checkpoint has extension lines"))
	}
	return seen
}

func receipt(key note.Verifier, text, leaf []byte) {
	var receipt formats.TLogProof
	check(receipt.Unmarshal(text))
	seen := open(receipt.Checkpoint, key)
	path := [][]byte{}
	record := tlog.RecordProof{}
	for _, hash := range receipt.Hashes {
		path = append(path, hash[:])
		record = append(record, tlog.Hash(hash))
	}
	check(proof.VerifyInclusion(rfc6962.DefaultHasher, receipt.Index, seen.Size, rfc6962.DefaultHasher.HashLeaf(leaf), path, seen.Hash))
	check(tlog.CheckRecord(record, int64(seen.Size), tlog.Hash(seen.Hash), int64(receipt.Index), tlog.RecordHash(leaf)))
	if string(receipt.Marshal()) != string(text) {
		check(fmt.Errorf("it would be written in another way"))
	}
	fmt.Printf("record %d stands in %s at size %d\n", receipt.Index, seen.Origin, seen.Size)
}

func consistency(key note.Verifier, before, after, hashes []byte) {
	old, now := open(before, key), open(after, key)
	path := [][]byte{}
	tree := tlog.TreeProof{}
	for _, line := range strings.Fields(string(hashes)) {
		hash := must(base64.StdEncoding.DecodeString(line))
		path = append(path, hash)
		tree = append(tree, tlog.Hash(hash))
	}
	check(proof.VerifyConsistency(rfc6962.DefaultHasher, old.Size, now.Size, path, old.Hash, now.Hash))
	check(tlog.CheckTree(tree, int64(now.Size), tlog.Hash(now.Hash), int64(old.Size), tlog.Hash(old.Hash)))
	fmt.Printf("%s at size %d begins with its tree of size %d\n", now.Origin, now.Size, old.Size)
}

func main() {
	words := os.Args[1:]
	switch {
	case len(words) == 4 && words[0] == "receipt":
		receipt(verifier(words[1]), read(words[2]), read(words[3]))
	case len(words) == 5 && words[0] == "consistency":
		consistency(verifier(words[1]), read(words[2]), read(words[3]), read(words[4]))
	default:
		fmt.Println("other_client receipt VKEY PROOF LEAF | consistency VKEY OLD NEW HASHES")
		os.Exit(2)
	}
}
