package store

import (
	_ "embed"
	"encoding/binary"
	"fmt"

	"github.com/klauspost/compress/s2"
)

// Documents are most of what a claim or a payment takes, and much alike: they
// are kept compressed (S2), with a text of the words that they are made of before
// them. A compressed document begins with the number of that text; rows of
// earlier releases hold the document as it is, which begins with a brace.

//go:embed documents.dictionary
var words []byte

// packedBy1 begins a document that is compressed with the first dictionary.
// Documents are read with the dictionary that they were written with: it is
// never changed, a better one gets the next number.
const packedBy1 = 1

var dictionary1 = s2.NewDict(append(binary.AppendUvarint(nil, 1), words...))

// pack is a document as the store keeps it.
func pack(document []byte) []byte {
	if len(document) < 64 {
		return append([]byte{}, document...)
	}
	b := make([]byte, 1+s2.MaxEncodedLen(len(document)))
	b[0] = packedBy1
	return append([]byte{packedBy1}, dictionary1.Encode(b[1:], document)...)
}

// unpack is the document.
func unpack(kept []byte) ([]byte, error) {
	if len(kept) == 0 || kept[0] != packedBy1 {
		return kept, nil
	}
	b, err := dictionary1.Decode(nil, kept[1:])
	if err != nil {
		return nil, fmt.Errorf("a document in the store cannot be read: %w", err)
	}
	return b, nil
}
