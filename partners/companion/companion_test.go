package companion_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/diag"
	"claimwire/edi/rule"
	"claimwire/partners"
	"claimwire/partners/companion"
)

func base(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../testdata/base/" + name + ".edi")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// oneClaim is the professional base document with its first claim alone.
func oneClaim(t *testing.T) string {
	t.Helper()
	segs := strings.Split(strings.ReplaceAll(base(t, "837p"), "\n", ""), "~")
	clm := slices.IndexFunc(segs, func(s string) bool { return strings.HasPrefix(s, "CLM*") })
	next := clm + slices.IndexFunc(segs[clm:], func(s string) bool { return strings.HasPrefix(s, "HL*") })
	end := slices.IndexFunc(segs, func(s string) bool { return strings.HasPrefix(s, "SE*") })
	return strings.Join(slices.Concat(segs[:next], segs[end:]), "~")
}

// edited gives a base document with segments changed: "CLM => REF*G1*1~CLM" puts
// one before, "REF*EI =>" leaves one out; SE01 is counted anew.
func edited(t *testing.T, text string, edits ...string) string {
	t.Helper()
	segs := strings.Split(strings.ReplaceAll(text, "\n", ""), "~")
	for _, e := range edits {
		find, with, _ := strings.Cut(e, " => ")
		find = strings.TrimSuffix(find, " =>")
		i := slices.IndexFunc(segs, func(s string) bool { return strings.HasPrefix(s, find) })
		if i < 0 {
			t.Fatalf("no segment begins with %s", find)
		}
		var put []string
		if with != "" {
			put = strings.Split(with, "~")
			for k := range put {
				if put[k] == "&" {
					put[k] = segs[i]
				}
			}
		}
		segs = slices.Replace(segs, i, i+1, put...)
	}
	st := 0
	for i, s := range segs {
		if strings.HasPrefix(s, "ST*") {
			st = i
		}
		if strings.HasPrefix(s, "SE*") {
			p := strings.Split(s, "*")
			p[1] = fmt.Sprint(i - st + 1)
			segs[i] = strings.Join(p, "*")
		}
	}
	return strings.Join(segs, "~")
}

// found runs a file through the whole engine, narrowed.
func found(t *testing.T, c *companion.Companion, text string, types ...int) []diag.Diagnostic {
	t.Helper()
	var list []diag.Diagnostic
	opt := edi.Options{Narrow: c}
	if len(types) > 0 {
		opt.Types = rule.Of(types...)
	}
	if _, err := edi.Process(strings.NewReader(text), opt, edi.Sink{Report: func(d diag.Diagnostic) { list = append(list, d) }}); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestVerbs has, for each verb, a file that the partner takes and one that it
// does not, with the place of what is wrong.
func TestVerbs(t *testing.T) {
	for _, c := range []struct {
		rule      string
		good, bad []string
		want      string
	}{
		{"2010BB/NM108 only PI", nil, []string{"NM1*PR => NM1*PR*2*PAYER*****XV*12345"}, "E7401 2010BB NM108"},
		{"2010BB/NM109 only LHP01 | 67890", []string{"NM1*PR => NM1*PR*2*PAYER*****PI*67890"}, []string{"NM1*PR => NM1*PR*2*PAYER*****PI*11111"}, "E7401 2010BB NM109"},
		{"2300/REF[G1] require", []string{"HI* => REF*G1*AUTH1~&"}, nil, "E7301 2300 REF"},
		{"2300/REF[G1] forbid", nil, []string{"HI* => REF*G1*AUTH1~&"}, "E7303 2300 REF"},
		{"2300/CLM01 length 8", nil, []string{"CLM* => CLM*PCN000123*250***11:B:1*Y*A*Y*Y"}, "E7403 2300 CLM01"},
		{"2400 max 1", nil, []string{}, "E7302 2400 LX"},
		{"2300/NTE forbid", nil, []string{"HI* => NTE*ADD*SOMETHING~&"}, "E7303 2300 NTE"},
		{"2310C require", nil, []string{}, "E7301 2310C NM1"},
		{"2010AA/N403 like 999999999", nil, []string{"N4* => N4*COLUMBUS*OH*43215"}, "E7405 2010AA N403"},
		{"2010AA/PER require", []string{}, []string{"REF*EI => &", "PER*IC*FRONT => "}, "E7301 2010AA PER"},
	} {
		co, err := companion.Parse("x.companion", []byte("companion x\nguide 005010X222A1\n"+c.rule+"   words for people\n"))
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		say := func(d diag.Diagnostic) string { return fmt.Sprintf("%v %s %s", d.Code, d.Loop, d.Designator()) }
		if c.good != nil {
			if list := found(t, co, edited(t, oneClaim(t), c.good...), 7); len(list) > 0 {
				t.Errorf("%s: a file that the partner takes: %s", c.rule, say(list[0]))
			}
		}
		list := found(t, co, edited(t, oneClaim(t), c.bad...), 7)
		if len(list) != 1 || say(list[0]) != c.want {
			var all []string
			for _, d := range list {
				all = append(all, say(d))
			}
			t.Errorf("%s: %v, want %s", c.rule, all, c.want)
		}
	}
}

// TestPerClaim counts and asks in each claim, and says of which claim it is.
func TestPerClaim(t *testing.T) {
	co, err := companion.Parse("x", []byte("companion x\nguide 005010X222A1\n2300/REF[G1] require\n2400 max 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	list := found(t, co, base(t, "837p"), 7)
	var claims []string
	for _, d := range list {
		if d.Code == 7301 {
			claims = append(claims, d.Claim)
		}
	}
	if !slices.Equal(claims, []string{"PCN0001", "PCN0002"}) {
		t.Errorf("asked for in %v", claims)
	}
}

// TestVerdict refuses the claim that the partner does not take, and no other.
func TestSoften(t *testing.T) {
	text := edited(t, base(t, "837p"), "REF*EI => ")
	plain := found(t, &companion.Companion{}, text)
	i := slices.IndexFunc(plain, func(d diag.Diagnostic) bool { return d.Code.Severity() == diag.Error && d.Code.SNIP() == 2 })
	if i < 0 {
		t.Fatalf("no error to let pass: %v", plain)
	}
	code := plain[i].Code
	co, err := companion.Parse("x", []byte("companion x\nguide 005010X222A1\nsoften "+code.String()+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	soft := found(t, co, text)
	if len(soft) != len(plain) {
		t.Errorf("%d findings instead of %d", len(soft), len(plain))
	}
	for _, d := range soft {
		if d.Code == code {
			t.Errorf("%v is still an error", code)
		}
		if d.Code == 7201 && (d.Want != code.String() || d.Code.Severity() != diag.Warning || d.Segment != plain[i].Segment) {
			t.Errorf("softened to %+v", d)
		}
	}
}

// TestLint names everything that does not narrow its guide, with its line.
func TestLint(t *testing.T) {
	for line, want := range map[string]string{
		"2010BB/NM108 only QQ": "does not allow QQ",
		"2010BB/NM110 only X":  "does not use it",
		"2999 max 3":           "no loop 2999",
		"2300/XYZ require":     "no segment XYZ",
		"2300/REF[ZZ] require": "with",
		"2400 max 50":          "no narrower",
		"2400 max 99":          "no narrower",
		"2300/CLM01 length 38": "no narrower",
		"2300/CLM require":     "requires it already",
		"2300/CLM forbid":      "no partner can do without",
		"2300/CLM01 forbid":    "no partner can do without",
		"2300/CLM05 only 11":   "composite",
		"2300/CLM05-9 only 11": "no such component",
		"2300/CLM01 max 3":     "is for loops and segments",
		"2300 only 3":          "is for elements",
		"2300/CLM01 wants 3":   "none of only",
		"2300/CLM01":           "what does the partner want",
		"2300/CLM01 length x":  "number",
		"2300/ only x":         "is a loop",
		"soften E9999":         "no code",
		"soften E1001":         "envelope",
		"soften":               "code",
		"guide 005010X999":     "no guide that is known",
		"guide 005010X222A1":   "twice",
		"companion again":      "once",
		"2300/REF[G1] require\n2300/REF[G1] require": "stands in line 3 too",
	} {
		_, err := companion.Parse("f", []byte("companion x\nguide 005010X222A1\n"+line+"\n"))
		var list partners.Problems
		if !errors.As(err, &list) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
			continue
		}
		if list[0].Line < 3 {
			t.Errorf("%s: line %d", line, list[0].Line)
		}
	}
	for text, want := range map[string]string{"guide 005010X222A1\n": "companion NAME", "companion x\n2400 max 2\n": "before the first guide"} {
		if _, err := companion.Parse("f", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestQuiet asks for what every valid document of the project has: nothing is
// said of any of them, whatever the guide.
func TestQuiet(t *testing.T) {
	co, err := companion.Parse("x", []byte("companion x\nguide 005010X222A1\n2010AA/NM108 only XX\n2400 max 49\nguide 005010X223A2\n2400 max 998\nguide 005010X224A2\n2010AA/NM108 only XX\nguide 005010X221A1\n2100/CLP01 length 30\n"))
	if err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir("../../testdata/base")
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".edi") {
			continue
		}
		b, _ := os.ReadFile("../../testdata/base/" + e.Name())
		if list := found(t, co, string(bytes.TrimSpace(b)), 7); len(list) > 0 {
			t.Errorf("%s: %v", e.Name(), list[0])
		}
	}
}
