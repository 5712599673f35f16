package edi_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/codes"
	"claimwire/edi/diag"
)

// inventedLists are lists that hold what the base documents have, and a little
// more: headings, codes that were stopped, sides.
var inventedLists = map[string]string{
	codes.CPT:                  "99213\n99212\n85025\n87880\n80053\n99284\n84484\n99214",
	codes.HCPCS:                "A0425\nA0427\nE1390\nJ7620\nG0008",
	codes.Modifiers:            "RH\nRR\nGA\nRT\nLT",
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
