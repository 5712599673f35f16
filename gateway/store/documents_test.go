package store

import (
	"bytes"
	"testing"
)

// TestDocumentsPacked wants every document back as it was, also one that was
// kept by an earlier release, and the usual ones a good deal smaller.
func TestDocumentsPacked(t *testing.T) {
	usual := []byte(`{"record":"claim","source":{"file":"","interchange":"","group":"","transaction":"","segment":0},"kind":"professional","claim_id":"B1","charge":"136.00","frequency":"1",
"billing_provider":{"name":"BLUEBIRD","npi":"2126472036","taxonomy":"291U00000X","address":{"line1":"780 LOOP","city":"SALEM","state":"OR","postal_code":"973022954"}}}`)
	for _, d := range [][]byte{nil, []byte("{}"), usual, bytes.Repeat([]byte(`{"a":1}`), 100000)} {
		kept := pack(d)
		if got, err := unpack(kept); err != nil || !bytes.Equal(got, d) {
			t.Errorf("%.40q comes back as %.40q, %v", d, got, err)
		}
		if got, err := unpack(d); err != nil || !bytes.Equal(got, d) {
			t.Errorf("%.40q, kept as it is, comes back as %.40q, %v", d, got, err)
		}
	}
	if n := len(pack(usual)); n > len(usual)/2 {
		t.Errorf("%d bytes of %d", n, len(usual))
	}
	for _, bad := range [][]byte{{packedBy1}, {packedBy1, 200, 1, 2, 3}} {
		if got, err := unpack(bad); err == nil {
			t.Errorf("%v is read as %q", bad, got)
		}
	}
}
