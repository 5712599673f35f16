package edi_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
)

// base reads a document of testdata/base, one segment an item, without
// terminators.
func base(t testing.TB, name string) []string {
	t.Helper()
	b, err := os.ReadFile("../testdata/base/" + name + ".edi")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, s := range strings.Split(string(b), "~") {
		if s = strings.Trim(s, "\r\n"); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// edit replaces the first segment that begins with find (`#2 LX` the second) by
// what replace holds, and counts SE01 anew unless ST or SE is what was edited.
func edit(t testing.TB, segments []string, find, replace string) []string {
	t.Helper()
	nth := 1
	if m := regexp.MustCompile(`^#(\d+) (.*)$`).FindStringSubmatch(find); m != nil {
		nth, _ = strconv.Atoi(m[1])
		find = m[2]
	}
	at := -1
	for i, s := range segments {
		if strings.HasPrefix(s, find) {
			if nth--; nth == 0 {
				at = i
				break
			}
		}
	}
	if at < 0 {
		t.Fatalf("no segment begins with %q", find)
	}
	out := append([]string{}, segments[:at]...)
	if replace != "" {
		out = append(out, strings.Split(replace, "~")...)
	}
	out = append(out, segments[at+1:]...)
	for _, id := range []string{"ISA", "GS*", "ST*", "SE*", "GE*", "IEA"} {
		if strings.HasPrefix(find+"*", id) {
			return out
		}
	}
	st := 0
	for i, s := range out {
		switch {
		case strings.HasPrefix(s, "ST*"):
			st = i
		case strings.HasPrefix(s, "SE*"):
			e := strings.Split(s, "*")
			if len(e) == 3 {
				e[1] = strconv.Itoa(i - st + 1)
				out[i] = strings.Join(e, "*")
			}
		}
	}
	return out
}

// edits makes several edits, `find => replace ;; find => replace`.
func edits(t testing.TB, doc []string, list string) []string {
	t.Helper()
	for _, e := range strings.Split(list, ";;") {
		if e = strings.TrimSpace(e); e == "" {
			continue
		}
		find, replace, ok := strings.Cut(e, "=>")
		if !ok {
			t.Fatalf("an edit is find => replace, got %q", e)
		}
		doc = edit(t, doc, strings.TrimSpace(find), strings.TrimSpace(replace))
	}
	return doc
}

func join(segments []string) []byte { return []byte(strings.Join(segments, "~\n") + "~\n") }

// findings runs the whole stack, all mappers and rules, and gives all that was
// said.
func findings(t testing.TB, doc []byte) []diag.Diagnostic {
	t.Helper()
	return findingsOf(t, doc, edi.Options{})
}

func findingsOf(t testing.TB, doc []byte, opt edi.Options) []diag.Diagnostic {
	t.Helper()
	var list []diag.Diagnostic
	_, err := edi.Process(bytes.NewReader(doc), opt, edi.Sink{
		Report: func(d diag.Diagnostic) { list = append(list, d) },
		Record: func(r edi.Record) { r.AppendJSON(nil) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// said writes findings as the tables have them.
func said(list []diag.Diagnostic) string {
	if len(list) == 0 {
		return "ok"
	}
	var s []string
	for _, d := range list {
		loop := ""
		if d.Loop != "" {
			loop = "/" + d.Loop
		}
		s = append(s, fmt.Sprintf("%d:%s%s %v", d.Segment, d.Designator(), loop, d.Code))
	}
	return strings.Join(s, " & ")
}

var badCode = regexp.MustCompile(`E2([45])0[23]`)

// TestSingleFaults runs the table of testdata/faults.txt.
func TestSingleFaults(t *testing.T) {
	b, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for n, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		i := strings.LastIndex(line, "|")
		name, list, ok := strings.Cut(line[:max(i, 0)], ":")
		if !ok {
			t.Fatalf("faults.txt:%d: not of the form base: edits | findings", n+1)
		}
		if seen[line[:i]] {
			t.Errorf("faults.txt:%d stands twice", n+1)
		}
		seen[line[:i]] = true
		doc := base(t, name)
		doc = edits(t, doc, list)
		found := findings(t, join(doc))
		for _, d := range found {
			if d.Segment == 0 {
				continue
			}
			if at := offsetOf(doc, d.Segment); d.Offset != at {
				t.Errorf("faults.txt:%d: %s\n the offset of segment %d is %d, not %d", n+1, line[:i], d.Segment, at, d.Offset)
			}
		}
		got, want := said(found), strings.TrimSpace(line[i+1:])
		if strings.Contains(want, "0x") {
			got = badCode.ReplaceAllString(got, "E2${1}0x")
		}
		if got != want {
			t.Errorf("faults.txt:%d: %s\n got  %s\n want %s", n+1, line[:i], got, want)
		}
	}
	if len(seen) < 150 {
		t.Errorf("only %d cases", len(seen))
	}
}

// offsetOf is where a segment of the last set of a document begins.
func offsetOf(doc []string, ordinal int) int64 {
	st := 0
	for i := range doc {
		if strings.HasPrefix(doc[i], "ST*") {
			st = i
		}
	}
	if n := st + ordinal - 1; n < len(doc) {
		doc = doc[:n]
	}
	return int64(len(join(doc)))
}

// TestVerdicts sorts findings by the claims that they touch: what is wrong with
// a subscriber counts for his claims, what is wrong with the billing provider
// for all.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct{ edit, refused string }{
		{"", ""},
		{"N4*SPRINGFIELD*IL*62702 => N4*SPRINGFIELD*QQ*62702", "PCN0001"},
		{"N4*CHATHAM => N4*CHATHAM*QQ*62629", "PCN0002"},
		{"SBR*P**GRP0002 => SBR*P**GRP0002******QQ", "PCN0002"},
		{"NM1*85 => NM1*85*2*PRAIRIE FAMILY PRACTICE*****XX*2000000011", "PCN0001 PCN0002"},
		{"BHT => BHT*0019*00*B000123*20261345*0930*CH", "PCN0001 PCN0002"},
		{"CLM*PCN0001 => CLM*PCN0001*252***11:B:1*Y*A*Y*Y", "PCN0001"},
		{"SV1*HC:99212 => SV1*HC:99212*95.5*XX*1***1", "PCN0002"},
		{"SBR*P*18 => SBR*P**GRP0001******CI", "PCN0001"},
	} {
		var refused []string
		_, err := edi.Process(bytes.NewReader(join(edits(t, base(t, "837p"), c.edit))), edi.Options{}, edi.Sink{
			Claim: func(cl *claim.Claim, v *edi.Verdict) {
				if !v.Accepted() {
					refused = append(refused, strings.Clone(cl.ID))
				}
			},
		})
		if got := strings.Join(refused, " "); err != nil || got != c.refused {
			t.Errorf("%s: refused %q, want %q (%v)", c.edit, got, c.refused, err)
		}
	}
}
