package edi_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
	"claimwire/edi/rule"
)

// inventedLists are lists that hold what the base documents have, and a little
// more: headings, codes that were stopped, sides.
var inventedLists = map[string]string{
	codes.CPT:                  "99213\n99212\n85025\n87880\n80053\n99284\n84484\n99214",
	codes.HCPCS:                "A0425\nA0427\nE1390\nJ7620\nG0008\nA0001\nA0002\nA0003\nA0004\nA0005\nA0006\nA0007",
	codes.Modifiers:            "RH\nRR\nGA\nRT\nLT\nXS",
	codes.CDT:                  "D2391\nD2740",
	codes.Taxonomy:             "207Q00000X\n282N00000X\n207R00000X\n1223G0001X\n341600000X\n332B00000X",
	codes.NDCs:                 "00487980125",
	codes.Revenue:              "0120\n0300\n0450",
	codes.RARC:                 "N381\nM15",
	codes.Category:             "A0\nA1\nA2\nA3\nA6\nA7\nA8\nF1\nF2\nP1\nR4\nE0",
	codes.Status:               "19\n20\n24\n65\n88\n107\n454\n562\n585\n287\n294",
	"patient-status":           "01\n30",
	"cpt-modifier":             "25\n59",
	codes.POA:                  "Z7901",
	codes.ICD10PC:              "0DTJ4ZZ",
	codes.CARC + " " + "dated": "code,description,start,stop\n1,a,1995-01-01,\n2,b,1995-01-01,\n3,c,1995-01-01,\n7,d,1995-01-01,2020-12-31\n45,e,1995-01-01,\n",
}

// inventedEdits are CMS's edits in the publishers' forms, of invented codes.
var inventedEdits = map[string]string{
	"ccipra-v324r0-f1.txt": "a notice\nColumn 1\tColumn 2\t*\tEffective Date\tDeletion Date\tModifier\tRationale\n" +
		"A0001\tA0002\t \t20260101\t*\t0\tStandards of practice\nA0001\tA0003\t \t20260101\t*\t1\tMisuse of column two\n" +
		"A0001\tA0004\t \t20260101\t20261001\t0\tDeleted\nA0001\tA0005\t \t20260101\t20260101\t9\tNever\n",
	"MCR_MUE_PractitionerServices_Eff_10-01-2026.csv": "\"a notice\nof lines\",,,\nHCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n" +
		"A0004,2,1 Line Edit,x\nA0005,1,2 Date of Service Edit: Policy,x\nA0006,2,3 Date of Service Edit: Clinical,x\n",
	"AOC_2026Q4.txt": "Add-On Code\tType\tPrimary Code\tEffective\tDeletion\nA0007\t1\tA0001\t20260101\t\nA0008\t2\tdefined by contractors\t20260101\t\n",
}

const inventedICD = `00001 J01     0 Acute sinusitis                                              Acute sinusitis
00002 J019    0 Acute sinusitis, unspecified                                 Acute sinusitis, unspecified
00003 J0190   1 Acute sinusitis, unspecified                                 Acute sinusitis, unspecified
00004 J0191   1 Acute recurrent sinusitis, unspecified                       Acute recurrent sinusitis, unspecified
00005 J029    1 Acute pharyngitis, unspecified                               Acute pharyngitis, unspecified
00006 J189    1 Pneumonia, unspecified organism                              Pneumonia, unspecified organism
00007 I10     1 Essential (primary) hypertension                             Essential (primary) hypertension
00008 E119    1 Type 2 diabetes mellitus without complications               Type 2 diabetes mellitus without complications
00009 R0902   1 Hypoxemia                                                    Hypoxemia
00010 J449    1 Chronic obstructive pulmonary disease, unspecified           Chronic obstructive pulmonary disease, unspecified
00011 R079    1 Chest pain, unspecified                                      Chest pain, unspecified
00012 M25561  1 Pain in right knee                                           Pain in right knee
00013 M25562  1 Pain in left knee                                            Pain in left knee
00014 M25569  1 Pain in unspecified knee                                     Pain in unspecified knee
00015 Z7901   1 Long term (current) use of anticoagulants                    Long term (current) use of anticoagulants
`

// library makes releases of lists, for the days of the base documents.
func library(t testing.TB, lists map[string]string) *codes.Library {
	t.Helper()
	var releases []*codes.Release
	add := func(l *codes.Loaded) {
		if l.From == 0 {
			l.From = 20200101
		}
		b, err := codes.Build(codes.Meta{System: l.System, Name: l.Name, From: l.From, To: l.To, Dated: l.Dated}, l.Entries)
		if err != nil {
			t.Fatal(err)
		}
		r, err := codes.OpenRelease(b)
		if err != nil {
			t.Fatal(err)
		}
		releases = append(releases, r)
	}
	for name, text := range lists {
		system, _, _ := strings.Cut(name, " ")
		list, err := codes.Read(system, "list.csv", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			add(l)
		}
	}
	return codes.NewLibrary(releases)
}

// inventedCodes has ICD-10-CM for the fiscal years 2026 and 2027.
func inventedCodes(t testing.TB) *codes.Library {
	t.Helper()
	lib := library(t, inventedLists)
	var all []*codes.Release
	for name, text := range inventedEdits {
		list, err := codes.Read("", name, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			b, err := codes.Build(codes.Meta{System: l.System, Name: l.Name, From: l.From, To: l.To, Dated: l.Dated}, l.Entries)
			if err != nil {
				t.Fatal(err)
			}
			r, err := codes.OpenRelease(b)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, r)
		}
	}
	for _, s := range lib.Systems() {
		all = append(all, lib.Releases(s)...)
	}
	for _, year := range []string{"2026", "2027"} {
		text := inventedICD
		if year == "2026" {
			text += "00016 E9999   1 Invented illness                                             Invented illness\n"
		}
		list, err := codes.Read("", "icd10cm_order_"+year+".txt", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		b, err := codes.Build(codes.Meta{System: codes.ICD10CM, Name: year, From: list[0].From, To: list[0].To}, list[0].Entries)
		if err != nil {
			t.Fatal(err)
		}
		r, err := codes.OpenRelease(b)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return codes.NewLibrary(all)
}

// TestCodesOfBases: every code of the base documents is in the lists, nothing is
// found, and what has no list is said to be not checked.
func TestCodesOfBases(t *testing.T) {
	lib := inventedCodes(t)
	for _, name := range []string{"837p", "837i", "837d", "837p-dme", "837p-ambulance", "837p-cob", "837i-outpatient", "835", "277ca", "277", "277rfi"} {
		doc := join(base(t, name))
		if list := findingsOf(t, doc, edi.Options{Codes: lib}); len(list) > 0 {
			t.Errorf("%s: %s", name, said(list))
		}
		sum, err := edi.Process(bytes.NewReader(doc), edi.Options{Codes: lib}, edi.Sink{})
		if err != nil {
			t.Fatal(err)
		}
		for _, set := range []string{codes.ICD10CM, codes.HCPCS, codes.Taxonomy, codes.CARC} {
			if slices.Contains(sum.NotChecked, set) {
				t.Errorf("%s: %s is said to be not checked", name, set)
			}
		}
	}
}

// TestNotChecked: a day that no release answers for, and a list that is not
// there, are said, and nothing of theirs is found or passed.
func TestNotChecked(t *testing.T) {
	doc := join(edits(t, base(t, "837p"), "DTP*472 => DTP*472*D8*20240105"))
	lib := inventedCodes(t)
	sum, err := edi.Process(bytes.NewReader(doc), edi.Options{Codes: lib}, edi.Sink{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(sum.NotChecked, codes.ICD10CM) || sum.NotCheckedOn[codes.ICD10CM] != 20240105 {
		t.Errorf("not checked: %v %v", sum.NotChecked, sum.NotCheckedOn)
	}
	few := library(t, map[string]string{codes.HCPCS: "A0425"})
	sum, err = edi.Process(bytes.NewReader(join(base(t, "837p"))), edi.Options{Codes: few}, edi.Sink{})
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{codes.CPT, codes.ICD10CM, codes.Taxonomy} {
		if !slices.Contains(sum.NotChecked, set) {
			t.Errorf("%s is not among %v", set, sum.NotChecked)
		}
	}
}

// TestStoppedReasons: a reason that has been stopped is wrong in an advice, and
// right in a reversal and in a claim that tells what another payer said.
func TestStoppedReasons(t *testing.T) {
	lib := inventedCodes(t)
	const stopped diag.Code = 5910
	has := func(doc []byte) bool {
		return slices.ContainsFunc(findingsOf(t, doc, edi.Options{Codes: lib}), func(d diag.Diagnostic) bool { return d.Code == stopped })
	}
	if !has(join(edits(t, base(t, "835"), "CAS*PR*3 => CAS*PR*7*20"))) {
		t.Error("a stopped reason passes in an advice")
	}
	reversal := join(edits(t, base(t, "835"), "CLP*PCN0001 => CLP*PCN0001*22*-251*-191.5**12*LHP26290000001*11*1 ;; CAS*PR*3 => CAS*PR*7*-20"))
	if has(reversal) {
		t.Error("a stopped reason is wrong in a reversal")
	}
	if has(join(edits(t, base(t, "837p-cob"), "CAS*PR*2 => CAS*PR*7*20"))) {
		t.Error("a stopped reason is wrong in a claim to the next payer")
	}
	if !has(join(edits(t, base(t, "837p-cob"), "CAS*PR*2 => CAS*PR*999*20"))) {
		t.Error("a reason that never was passes in a claim to the next payer")
	}
}

// TestWordsOfHeadings: a heading names what is billable below it, with points.
func TestWordsOfHeadings(t *testing.T) {
	list := findingsOf(t, join(edits(t, base(t, "837p"), "HI => HI*ABK:J01*ABF:I10")), edi.Options{Codes: inventedCodes(t)})
	if len(list) != 1 || !strings.Contains(list[0].Message(), "billable below it: J01.90, J01.91") {
		t.Errorf("%s", said(list))
	}
	list = findingsOf(t, join(edits(t, base(t, "837p"), "HI => HI*ABK:E9999*ABF:I10")), edi.Options{Codes: inventedCodes(t)})
	if len(list) != 1 || !strings.Contains(list[0].Message(), "no code of ICD-10-CM on the day of service") {
		t.Errorf("%s", said(list))
	}
}

// TestCorrectCoding has pairs, units and added codes by their indicators, days
// and modifiers.
func TestCorrectCoding(t *testing.T) {
	lib := inventedCodes(t)
	two := func(a, b string) string {
		return "SV1*HC:99213 => SV1*HC:" + a + "***1 ;; SV1*HC:85025 => SV1*HC:" + b + "***1"
	}
	for _, c := range []struct{ edits, want, words string }{
		{two("A0001*151*UN*1", "A0002*100*UN*1"), "E5930", "A0001 (line 1): Standards of practice"},
		{two("A0002*151*UN*1", "A0001*100*UN*1"), "E5930", "A0001 (line 2)"},
		{two("A0001*151*UN*1", "A0002:59*100*UN*1"), "E5930", ""}, // indicator 0: no modifier helps
		{two("A0001*151*UN*1", "A0003*100*UN*1"), "E5931", "Misuse of column two"},
		{two("A0001:59*151*UN*1", "A0003*100*UN*1"), "", ""}, // on either
		{two("A0001*151*UN*1", "A0003:RT*100*UN*1"), "", ""},
		{two("A0001*151*UN*1", "A0003:GA*100*UN*1"), "E5931", ""}, // no such modifier
		{two("A0001*151*UN*1", "A0004*100*UN*1"), "", ""},         // deleted that month
		{two("A0001*151*UN*1", "A0005*100*UN*1"), "", ""},         // indicator 9
		{two("A0001*151*UN*1", "A0003*100*UN*1") + " ;; #2 DTP*472 => DTP*472*D8*20261011", "", ""},
		{two("A0004*151*UN*2", "A0004:59*100*UN*2"), "", ""}, // each line by itself
		{two("A0004*151*UN*3", "99213*100*UN*1"), "E5932", "2 at most"},
		{two("A0005*151*UN*1", "A0005:59*100*UN*1"), "E5933", "no modifier clears it"},
		{two("A0006*151*UN*2", "A0006:59*100*UN*2"), "E5934", ""},
		{two("A0006*151*UN*2", "A0006:55*100*UN*2"), "", ""},
		{two("99213*151*UN*1", "A0007*100*UN*1"), "E5935", "such as A0001"},
		{two("A0001*151*UN*1", "A0007*100*UN*1"), "", ""},
		{two("99213*151*UN*1", "A0008*100*UN*1"), "E5904", ""}, // of type 2: any may be its primary
	} {
		var got []string
		words := ""
		for _, d := range findingsOf(t, join(edits(t, base(t, "837p"), c.edits)), edi.Options{Codes: lib}) {
			if n := d.Code.String(); n != "E5906" {
				got = append(got, n)
			}
			words += d.Message()
		}
		if strings.Join(got, " ") != c.want || !strings.Contains(words, c.words) {
			t.Errorf("%s: %v, want %s; %s", c.edits, got, c.want, words)
		}
	}
}

// BenchmarkCodeSets checks a document without and with code sets: what they add
// is the difference.
func BenchmarkCodeSets(b *testing.B) {
	doc := join(base(b, "837p"))
	for name, opt := range map[string]edi.Options{"without": {Types: rule.Of(1, 2, 3, 4)}, "with": {Codes: inventedCodes(b)}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := edi.Process(bytes.NewReader(doc), opt, edi.Sink{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
