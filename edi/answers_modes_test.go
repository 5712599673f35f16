package edi_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/ack"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/status"
	"claimwire/edi/x12"
)

// answersTo makes the answers to a file as settings say.
func answersTo(t *testing.T, file []byte, set ack.Settings) []ack.Answer {
	t.Helper()
	n := 0
	set.Date, set.Time = "20261124", "1200"
	set.Control = func() string { n++; return fmt.Sprintf("%09d", n) }
	b := ack.NewBuilder(set)
	_, err := edi.Process(bytes.NewReader(file), edi.Options{}, edi.Sink{Report: b.Report, BeginInterchange: b.BeginInterchange, Ack: b.Ack, BeginGroup: b.BeginGroup,
		BeginSet: func(s *edi.Set) { b.BeginSet(s.Set) }, EndSet: func(*edi.Set) { b.EndSet() }, Claim: func(c *claim.Claim, v *edi.Verdict) { b.Claim(c, v.Findings, v.Errors) }})
	if err != nil {
		t.Fatal(err)
	}
	return b.Finish()
}

func brief(list []ack.Answer) string {
	var b strings.Builder
	for _, a := range list {
		b.WriteString(a.Kind)
		for _, s := range strings.Split(string(a.Bytes), "~") {
			if id, _, _ := strings.Cut(s, "*"); id == "IK5" || id == "AK9" || id == "TA1" || id == "QTY" || id == "STC" && strings.Contains(s, "*U") {
				b.WriteString(" " + s)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestModes refuses as much as the settings say.
func TestModes(t *testing.T) {
	const second = "GE => ST*837*0002*005010X222A1~BHT*0019*00*B000124*20261015*0931*CH~SE*3*0002~GE*2*101"
	good := base(t, "837p")
	bad := edits(t, good, "CLM*PCN0001 => CLM*PCN0001*252***11:B:1*Y*A*Y*Y")
	ta1 := []byte("ISA*00*          *00*          *ZZ*SUBMITTER01    *ZZ*RECEIVER01     *261015*0930*^*00501*000000101*1*T*:~TA1*000000100*261014*0930*A*000~IEA*9*000000101~")
	for _, c := range []struct {
		name string
		file []byte
		set  ack.Settings
		want []string
	}{
		{"good, claim by claim", join(good), ack.Settings{}, []string{"999 IK5*A AK9*A*1*1*1", "277CA QTY*90*2 QTY*QA*2"}},
		{"good, all or nothing", join(good), ack.Settings{Mode: ack.AllOrNothing}, []string{"999 IK5*A AK9*A*1*1*1", "277CA QTY*90*2 QTY*QA*2"}},
		{"claim by claim", join(bad), ack.Settings{}, []string{"999 IK5*E*I5 AK9*E*1*1*1", "277CA QTY*90*1 QTY*AA*1 QTY*QA*1 QTY*QC*1 STC*A8:178*20261124*U*252"}},
		{"set by set", join(bad), ack.Settings{Mode: ack.SetBySet}, []string{"999 IK5*R*I5 AK9*R*1*1*0"}},
		{"all or nothing", join(bad), ack.Settings{Mode: ack.AllOrNothing}, []string{"999 IK5*R*I5 AK9*R*1*1*0"}},
		{"a group in part", join(edits(t, good, second)), ack.Settings{Mode: ack.SetBySet}, []string{"999 IK5*A IK5*R*I5 AK9*P*2*2*1", "277CA QTY*90*2 QTY*QA*2"}},
		{"a group whose end is wrong", join(edits(t, good, "GE => GE*1*999")), ack.Settings{}, []string{"999 AK9*R*1*1*0*4"}},
		{"asked for", join(good), ack.Settings{AlwaysTA1: true}, []string{"TA1 TA1*000000101*261015*0930*A*000", "999 IK5*A AK9*A*1*1*1", "277CA QTY*90*2 QTY*QA*2"}},
		{"not for us", join(good), ack.Settings{Receiver: func(*x12.Interchange) bool { return false }}, []string{"TA1 TA1*000000101*261015*0930*R*009"}},
		{"came before", join(good), ack.Settings{Duplicate: func(*x12.Interchange) bool { return true }}, []string{"TA1 TA1*000000101*261015*0930*R*025"}},
		{"no answer to a TA1, whatever is wrong", ta1, ack.Settings{AlwaysTA1: true}, nil},
		{"no 999 for a 999", join(base(t, "999")), ack.Settings{}, nil},
	} {
		got := strings.Split(strings.TrimSpace(brief(answersTo(t, c.file, c.set))), "\n")
		if len(got) == 1 && got[0] == "" {
			got = nil
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestMoreClaimsThanAreHeld refuses the set that goes beyond, and says so.
func TestMoreClaimsThanAreHeld(t *testing.T) {
	good := base(t, "837p")
	two := slices.Concat(good[:len(good)-2], good[2:len(good)-2], good[len(good)-2:])
	file := bytes.Replace(join(two), []byte("GE*1*"), []byte("GE*2*"), 1)
	at := bytes.LastIndex(file, []byte("*0001"))
	first := bytes.LastIndex(file, []byte("ST*837*0001"))
	copy(file[at:], "*0002")
	copy(file[first:], "ST*837*0002")
	for most, want := range map[int]string{
		4: "999 IK5*A IK5*A AK9*A*2*2*2\n277CA QTY*90*2 QTY*QA*2 QTY*90*2 QTY*QA*2\n",
		3: "999 IK5*A IK5*R*5 AK9*P*2*2*1\n277CA QTY*90*2 QTY*QA*2\n",
		1: "999 IK5*R*5 IK5*R*5 AK9*R*2*2*0\n",
	} {
		if got := brief(answersTo(t, file, ack.Settings{MaxClaims: most})); got != want {
			t.Errorf("%d claims at most: %q, want %q", most, got, want)
		}
	}
}

// TestLevelsOfReasons wants a reason at the level that it is about.
func TestLevelsOfReasons(t *testing.T) {
	for _, c := range []struct {
		name, base, edits                   string
		batch, provider, first, line, fates string
	}{
		{"a line", "837p", "SV1*HC:99213 => SV1*HC:99213*151*UN*-1***1:2", "", "", "A3:247", "A7:", "RA"},
		{"a claim", "837p", "CLM*PCN0001 => CLM*PCN0001*252***11:B:1*Y*A*Y*Y", "", "", "A8:178", "", "RA"},
		{"the billing provider", "837p", "REF*EI => REF*EI*99900000X", "", "A7:", "A7:", "", "RR"},
		{"the submitter", "837p", "NM1*41 => NM1*41*3*CEDAR BILLING SERVICE*****46*SUBMITTER01", "A7:", "", "A7:", "", "RR"},
	} {
		var fates, batch, provider, first, line string
		for _, a := range answersTo(t, join(edits(t, base(t, c.base), c.edits)), ack.Settings{}) {
			if a.Kind != "277CA" {
				continue
			}
			_, err := edi.Process(bytes.NewReader(a.Bytes), edi.Options{}, edi.Sink{
				Report: func(d diag.Diagnostic) { t.Errorf("%s: %v %s", c.name, d.Code, d.Message()) },
				ClaimStatus: func(s *status.ClaimStatus) {
					if s.Accepted() {
						fates += "A"
						return
					}
					fates += "R"
					say := func(list []status.Info) string {
						if !status.Rejects(list) {
							return ""
						}
						return list[0].Codes[0].Category + ":" + list[0].Codes[0].Status
					}
					batch, provider, first = say(s.Receiver.Infos), say(s.Provider.Infos), say(s.Infos)
					if len(s.Lines) > 0 {
						line = say(s.Lines[0].Infos)
					}
				}})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range [][3]string{{"batch", batch, c.batch}, {"provider", provider, c.provider}, {"claim", first, c.first}, {"line", line, c.line}} {
			if !strings.HasPrefix(p[1], p[2]) || p[2] == "" && p[1] != "" {
				t.Errorf("%s: the %s says %q, want %q", c.name, p[0], p[1], p[2])
			}
		}
		if fates != c.fates {
			t.Errorf("%s: claims %s, want %s", c.name, fates, c.fates)
		}
	}
}

// TestOneBadClaimAmongMany names it, and accepts all others.
func TestOneBadClaimAmongMany(t *testing.T) {
	file := sampleBytes("837p", 2<<20, 0)
	at := bytes.Index(file[len(file)/2:], []byte("CLM*")) + len(file)/2
	old := file[at : at+bytes.IndexByte(file[at:], '~')]
	e := strings.Split(string(old), "*")
	e[2] = "1" + e[2]
	file = bytes.Replace(file, old, []byte(strings.Join(e, "*")), 1)
	n := bytes.Count(file, []byte("CLM*PCN"))
	got := brief(answersTo(t, file, ack.Settings{}))
	for _, want := range []string{"999 IK5*E*I5 AK9*E*1*1*1\n", fmt.Sprintf("QTY*90*%d QTY*AA*1 ", n-1), "STC*A8:178*20261124*U*" + e[2]} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %.300s", want, got)
		}
	}
	if k := strings.Count(got, "*U*"); k != 1 {
		t.Errorf("%d claims are refused", k)
	}
	for _, a := range answersTo(t, file, ack.Settings{}) {
		if a.Kind == "999" && !bytes.Contains(a.Bytes, []byte("CTX*CLM01:"+e[1]+"~")) {
			t.Errorf("the 999 does not name the claim: %s", a.Bytes)
		}
	}
}
