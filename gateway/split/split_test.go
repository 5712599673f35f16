package split_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/remit"
	"claimwire/edi/status"
	"claimwire/gateway/split"
)

// names says whose something is by what it is called: what has an A is a's, what
// has a B is b's.
type names struct{}

func of(text string) (split.Owner, error) {
	switch {
	case strings.Contains(text, "A"):
		return "a", nil
	case strings.Contains(text, "B"):
		return "b", nil
	}
	return "", nil
}

func (names) Interchange(control, group string) (split.Owner, error) {
	return map[string]split.Owner{"000000001": "a", "000000002": "b", "11": "a", "22": "b"}[control+group], nil
}
func (names) Batch(id string) (split.Owner, error)     { return of(strings.TrimPrefix(id, "BATCH")) }
func (names) Claim(c split.Claim) (split.Owner, error) { return of(c.ClaimID) }
func (names) Provider(npi, tax string) (split.Owner, error) {
	return map[string]split.Owner{"2103487619": "a", "2218765439": "b"}[npi], nil
}

// file wraps sets into an interchange; each is given without SE.
func file(functional, version string, sets ...string) string {
	var b strings.Builder
	b.WriteString("ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLEARING       *261127*0900*^*00501*000000077*0*T*:~\n")
	fmt.Fprintf(&b, "GS*%s*PAYER*CLEARING*20261127*0900*77*X*%s~\n", functional, version)
	for i, s := range sets {
		segs := strings.Split(strings.Trim(strings.ReplaceAll(s, "\n", ""), "~"), "~")
		b.WriteString(strings.Join(segs, "~\n") + "~\n")
		fmt.Fprintf(&b, "SE*%d*%04d~\n", len(segs)+1, i+1)
	}
	fmt.Fprintf(&b, "GE*%d*77~\nIEA*1*000000077~\n", len(sets))
	return b.String()
}

func apart(t *testing.T, text string) map[split.Owner]split.Part {
	t.Helper()
	list, err := split.Split(strings.NewReader(text), names{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[split.Owner]split.Part{}
	for _, p := range list {
		out[p.Owner] = p
	}
	return out
}

// sound reads a part: it stands by itself, as sound as the whole was.
func sound(t *testing.T, text []byte) (claims []string) {
	t.Helper()
	_, err := edi.Process(bytes.NewReader(text), edi.Options{}, edi.Sink{
		Report: func(d diag.Diagnostic) {
			if d.Code.Severity() == diag.Error && d.Code.SNIP() <= 2 {
				t.Errorf("%v at %s/%s segment %d: %s\n%s", d.Code, d.Loop, d.Designator(), d.Segment, d.Message(), text)
			}
		},
		Claim:        func(c *claim.Claim, _ *edi.Verdict) { claims = append(claims, strings.Clone(c.ID)) },
		ClaimPayment: func(c *remit.ClaimPayment) { claims = append(claims, strings.Clone(c.ID)) },
		ClaimStatus:  func(c *status.ClaimStatus) { claims = append(claims, strings.Clone(c.ClaimID())) },
		Functional:   func(f *ack.Functional) { claims = append(claims, "group "+f.Group) },
		Ack:          func(a *ack.Interchange) { claims = append(claims, "interchange "+a.Control) },
	})
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return claims
}

// TestQuestions takes apart questions about two offices' claims that stand under
// one payer, one receiver and, where offices share it, one provider.
func TestQuestions(t *testing.T) {
	level := func(n, up int, id, name string) string {
		return fmt.Sprintf("HL*%d*%d*PT~NM1*QC*1*%s*X****MI*M1~TRN*1*P%s~STC*R4:11506-3::LOI*20261127**100~REF*EJ*%s~DTP*472*D8*20261101~", n, up, name, id, id)
	}
	set := "ST*277*0001*005010X213~BHT*0085*48*R1*20261127*0900*RQ~" +
		"HL*1**20*1~NM1*PR*2*PAYER*****PI*PAY1~PER*IC**TE*5555550100~" +
		"HL*2*1*21*1~NM1*41*2*CLEARING*****46*CLEARING~" +
		"HL*3*2*19*1~NM1*1P*2*ONE*****XX*2103487619~" + level(4, 3, "A1", "ANDERS") + level(5, 3, "B1", "BRUNO") +
		"HL*6*2*19*1~NM1*1P*2*TWO*****XX*2218765439~" + level(7, 6, "B2", "BERTA")
	parts := apart(t, file("HN", "005010X213", set))
	if len(parts) != 2 {
		t.Fatalf("%d parts", len(parts))
	}
	for o, want := range map[split.Owner][]string{"a": {"A1"}, "b": {"B1", "B2"}} {
		if got := sound(t, parts[o].Bytes); !slices.Equal(got, want) {
			t.Errorf("%s gets %v, want %v\n%s", o, got, want, parts[o].Bytes)
		}
	}
	for _, theirs := range []string{"BRUNO", "BERTA", "B1", "B2", "TWO"} {
		if bytes.Contains(parts["a"].Bytes, []byte(theirs)) {
			t.Errorf("a sees %s", theirs)
		}
	}
	if bytes.Contains(parts["b"].Bytes, []byte("ANDERS")) {
		t.Error("b sees ANDERS")
	}
}

// TestAcknowledgments gives each its own: by the batch where the payer names it,
// and without the sums that speak of others' claims.
func TestAcknowledgments(t *testing.T) {
	claimOf := func(n int, up int, id string) string {
		return fmt.Sprintf("HL*%d*%d*PT~NM1*QC*1*%s*X****MI*M1~TRN*2*%s~STC*A2:20*20261127*WQ*100~REF*1K*P%s~DTP*472*D8*20261101~", n, up, id, id, id)
	}
	head := "BHT*0085*08*R1*20261127*0900*TH~HL*1**20*1~NM1*PR*2*PAYER*****PI*PAY1~TRN*1*T1~DTP*050*D8*20261127~DTP*009*D8*20261127~" +
		"HL*2*1*21*1~NM1*41*2*CLEARING*****46*CLEARING~TRN*2*%s~STC*A1:19:PR*20261127*WQ*200~QTY*90*2~AMT*YU*200~"
	shared := "ST*277*0001*005010X214~" + fmt.Sprintf(head, "UNKNOWN") + "HL*3*2*19*1~NM1*85*2*ONE*****XX*2103487619~TRN*1*0~STC*A1:19:PR**WQ*200~QTY*QA*2~AMT*YU*200~" + claimOf(4, 3, "A1") + claimOf(5, 3, "B1")
	own := "ST*277*0002*005010X214~" + fmt.Sprintf(head, "BATCHA") + "HL*3*2*19*1~NM1*85*2*ONE*****XX*2103487619~TRN*1*0~STC*A1:19:PR**WQ*200~" + claimOf(4, 3, "NOBODYS")
	parts := apart(t, file("HN", "005010X214", shared, own))
	if got := sound(t, parts["a"].Bytes); !slices.Equal(got, []string{"A1", "NOBODYS"}) {
		t.Errorf("a gets %v", got)
	}
	if got := sound(t, parts["b"].Bytes); !slices.Equal(got, []string{"B1"}) {
		t.Errorf("b gets %v", got)
	}
	if bytes.Contains(parts["b"].Bytes, []byte("QTY*")) || bytes.Contains(parts["b"].Bytes, []byte("AMT*")) {
		t.Error("b sees sums of all")
	}
}

// TestPayments gives a payment to the one whose claims it pays, and to nobody
// where it pays two.
func TestPayments(t *testing.T) {
	pay := func(n int, claims ...string) string {
		s := fmt.Sprintf("ST*835*%04d~BPR*I*%d*C*ACH*CCP*01*999999992*DA*1*1512345678**01*999988880*DA*9*20261129~TRN*1*T%d*1512345678~DTM*405*20261127~N1*PR*PAYER~N3*X~N4*COLUMBUS*OH*43215~PER*BL*DESK*TE*5555550100~"+
			"N1*PE*ONE*XX*2000000000~LX*1~", n, 100*len(claims), n)
		for _, c := range claims {
			s += "CLP*" + c + "*1*100*100**12*P" + c + "~NM1*QC*1*" + c + "*X****MI*M1~SVC*HC:99213*100*100~DTM*472*20261101~"
		}
		return s
	}
	parts := apart(t, file("HP", "005010X221A1", pay(1, "A1", "A2"), pay(2, "B1"), pay(3, "A3", "B3"), pay(4, "X9")))
	for o, want := range map[split.Owner][]string{"a": {"A1", "A2"}, "b": {"B1"}, "": {"A3", "B3", "X9"}} {
		if got := sound(t, parts[o].Bytes); !slices.Equal(got, want) {
			t.Errorf("%q gets %v, want %v", o, got, want)
		}
	}
}

// TestAnswersToInterchanges goes by what they answer.
func TestAnswersToInterchanges(t *testing.T) {
	nines := file("FA", "005010X231A1", "ST*999*0001*005010X231A1~AK1*HC*11*005010X222A1~AK2*837*0001*005010X222A1~IK5*A~AK9*A*1*1*1~", "ST*999*0002*005010X231A1~AK1*HC*22*005010X222A1~AK2*837*0001*005010X222A1~IK5*A~AK9*A*1*1*1~")
	nines = strings.Replace(nines, "GS*FA", "TA1*000000002*261127*0900*A*000~\nGS*FA", 1)
	parts := apart(t, nines)
	for o, want := range map[split.Owner][]string{"a": {"group 11"}, "b": {"interchange 000000002", "group 22"}} {
		if got := sound(t, parts[o].Bytes); !slices.Equal(got, want) {
			t.Errorf("%s gets %v, want %v\n%s", o, got, want, parts[o].Bytes)
		}
	}
}

// TestBatch takes a batch of claims apart by billing provider, and says which of
// its claims are whose.
func TestBatch(t *testing.T) {
	b, err := os.ReadFile("../../testdata/base/837p.edi")
	if err != nil {
		t.Fatal(err)
	}
	segs := strings.Split(strings.ReplaceAll(strings.TrimSpace(string(b)), "\n", ""), "~")
	first := slices.IndexFunc(segs, func(s string) bool { return strings.HasPrefix(s, "HL*") })
	end := slices.IndexFunc(segs, func(s string) bool { return strings.HasPrefix(s, "SE*") })
	st := slices.IndexFunc(segs, func(s string) bool { return strings.HasPrefix(s, "ST*") })
	provider := func(npi, mark string, from int) []string {
		var out []string
		for _, s := range segs[first:end] {
			p := strings.Split(s, "*")
			switch {
			case p[0] == "HL":
				var n, up int
				fmt.Sscan(p[1], &n)
				p[1] = fmt.Sprint(n + from)
				if p[2] != "" {
					fmt.Sscan(p[2], &up)
					p[2] = fmt.Sprint(up + from)
				}
			case p[0] == "NM1" && p[1] == "85":
				p[9] = npi
			case p[0] == "CLM":
				p[1] = mark + p[1]
			}
			out = append(out, strings.Join(p, "*"))
		}
		return out
	}
	levels := 0
	for _, s := range segs[first:end] {
		if strings.HasPrefix(s, "HL*") {
			levels++
		}
	}
	var body []string
	body = append(body, segs[st:first]...)
	body = append(body, provider("2103487619", "A", 0)...)
	body = append(body, provider("2218765439", "B", levels)...)
	body = append(body, provider("2103487619", "C", 2*levels)...)
	text := file("HC", "005010X222A1", strings.Join(body, "~")+"~")
	parts := apart(t, text)
	a, bb := parts["a"], parts["b"]
	ca, cb := sound(t, a.Bytes), sound(t, bb.Bytes)
	n := len(cb)
	if len(ca) != 2*n || !slices.Equal(bb.Claims, []int{n + 1, n + 2}) || !slices.Equal(a.Claims, []int{1, 2, 2*n + 1, 2*n + 2}) {
		t.Errorf("a gets %v (%v), b gets %v (%v)", ca, a.Claims, cb, bb.Claims)
	}
	for _, c := range ca {
		if strings.HasPrefix(c, "B") {
			t.Errorf("a sees %s", c)
		}
	}
}

// TestNothingIsLost takes every file of the corpus apart: what it held is in its
// parts, whoever's it is, and nothing breaks.
func TestNothingIsLost(t *testing.T) {
	dir := "../../../shared/corpus"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus is not here")
	}
	n := 0
	filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || n > 400 {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil || !bytes.HasPrefix(b, []byte("ISA")) || len(b) > 1<<20 {
			return nil
		}
		n++
		list, err := split.Split(bytes.NewReader(b), names{})
		if err != nil {
			return nil // what cannot be read is put aside as a whole
		}
		count := func(b []byte) (c int) {
			edi.Process(bytes.NewReader(b), edi.Options{}, edi.Sink{Claim: func(*claim.Claim, *edi.Verdict) { c++ }, ClaimPayment: func(*remit.ClaimPayment) { c++ }})
			return c
		}
		got := 0
		for _, part := range list {
			got += count(part.Bytes)
		}
		if want := count(b); got != want {
			t.Errorf("%s: %d claims in parts, %d in the whole", filepath.Base(p), got, want)
		}
		return nil
	})
	if n == 0 {
		t.Skip("the corpus has no X12")
	}
}
