package edi_test

import (
	"bytes"
	"testing"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/x12"
)

// FuzzDecodeEncode reads claims of any file, as records and back, and writes
// them: the record of what was written is the record of what was read.
func FuzzDecodeEncode(f *testing.F) {
	for _, b := range seeds(f) {
		if bytes.Contains(b, []byte("837")) {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{Claim: func(c *claim.Claim, _ *edi.Verdict) {
			line := c.AppendJSON(nil)
			back, err := claim.ParseJSON(line)
			if err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if again := back.AppendJSON(nil); !bytes.Equal(again, line) {
				t.Fatalf("read back:\n%s\nwant\n%s", again, line)
			}
			w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
			w.BeginInterchange(x12.Interchange{Control: "000000001", SenderQualifier: "ZZ", Sender: "SENDER", ReceiverQualifier: "ZZ", Receiver: "RECEIVER", Date: "261015", Time: "1200", Version: "00501", Usage: "T"})
			w.BeginGroup(x12.Group{Control: "1", FunctionalID: "HC", Sender: "SENDER", Receiver: "RECEIVER", Date: "20261015", Time: "1200", Agency: "X", Version: "005010X222A1"})
			w.BeginSet("837", "0001", "005010X222A1")
			if err := claim.NewBatch(w).Write(back.Submission, []*claim.Claim{back}); err != nil {
				return // a claim that no set can hold is refused, not written wrong
			}
			w.EndSet()
			w.EndGroup()
			w.EndInterchange()
			if w.Err() != nil {
				t.Fatal(w.Err())
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
	})
}
