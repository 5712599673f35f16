package edi_test

import (
	"bytes"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/remit"
)

// TestUnknownGuideStillGivesRecords reads an 835 and a 999 that name a guide
// nobody knows: decode has the records of the known ones, and nobody who would
// post by them has anything.
func TestUnknownGuideStillGivesRecords(t *testing.T) {
	for name, guides := range map[string][]string{"835": {"005010X221A1", "005010X777"}, "999": {"005010X231A1", "005010"}} {
		read := func(file []byte) (records []string, posted int) {
			_, err := edi.Process(bytes.NewReader(file), edi.Options{}, edi.Sink{
				Record:       func(r edi.Record) { records = append(records, string(r.AppendJSON(nil))) },
				ClaimPayment: func(*remit.ClaimPayment) { posted++ },
				Functional:   func(*ack.Functional) { posted++ },
			})
			if err != nil {
				t.Fatal(err)
			}
			return records, posted
		}
		file := join(base(t, name))
		want, _ := read(file)
		got, posted := read(bytes.ReplaceAll(file, []byte(guides[0]), []byte(guides[1])))
		if strings.Join(got, "\n") != strings.ReplaceAll(strings.Join(want, "\n"), guides[0], guides[1]) || len(want) == 0 || posted > 0 {
			t.Errorf("%s: %d posted\n%s\nwant\n%s", name, posted, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	segments := base(t, "999")
	for i, s := range segments {
		if rest, ok := strings.CutPrefix(s, "IK5"); ok {
			segments[i] = "AK5" + rest // as a 997 has it
		}
	}
	n := 0
	_, err := edi.Process(bytes.NewReader(join(segments)), edi.Options{}, edi.Sink{Functional: func(f *ack.Functional) {
		for i := range f.Sets {
			if f.Sets[i].Status == "" {
				t.Errorf("set %s has no status", f.Sets[i].Control)
			}
			n++
		}
	}})
	if err != nil || n == 0 {
		t.Errorf("%d sets, %v", n, err)
	}
}
