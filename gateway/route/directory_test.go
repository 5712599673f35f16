package route

import (
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi/claim"
	"claimwire/gateway"
)

func samplePayers(t *testing.T) *Directory {
	t.Helper()
	f, err := os.Open("../../testdata/payers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := ReadDirectory(f)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A payer is found by any of its numbers and names, and never by guess.
func TestPayer(t *testing.T) {
	d := samplePayers(t)
	for _, c := range []struct{ id, name, want string }{
		{"CMHP1", "", "CMHP1"},
		{"cmhp1", "", "CMHP1"},
		{"60117", "", "CMHP1"},
		{"", "Cascade Mutual Health", "CMHP1"},
		{"", "CASCADE MUTUAL-HEALTH.", "CMHP1"},
		{"", "Cascade Mutual", "CMHP1"},
		{"CMHP1", "Cascade Mutual", "CMHP1"},
		{"CMHP1", "some name that nobody knows", "CMHP1"},
		{"CMHP1", "Summit PPO", ""}, // two payers
		{"CMHP9", "", ""},
		{"CMHP9", "Cascade Mutual Health", ""}, // a number that nobody has
		{"", "Cascade", ""},
		{"", "", ""},
	} {
		p, ok := d.Payer(c.id, c.name)
		if p.ID != c.want || ok != (c.want != "") {
			t.Errorf("%q %q: got %q, want %q", c.id, c.name, p.ID, c.want)
		}
	}
	if _, ok := (*Directory)(nil).Payer("CMHP1", ""); ok {
		t.Error("no directory knows a payer")
	}
}

func TestNearest(t *testing.T) {
	d := samplePayers(t)
	for _, c := range []struct{ id, name, first string }{
		{"", "Cascade Mutal Health", "Cascade Mutual Health (CMHP1)"},
		{"", "Harbor Light Health Maintenance", "Harborlight HMO (HLHM7)"},
		{"CMHP2", "", "Cascade Mutual Health (CMHP1)"},
		{"", "Medicare Part B NW", "Medicare Part B Northwest (MCPB5)"},
		{"", "Pinecrest Workers Comp Fund", "Pinecrest Workers Compensation Fund (PCWCF)"},
		{"CMHP1", "Summit PPO", "Cascade Mutual Health (CMHP1)"},
	} {
		near := d.Nearest(c.id, c.name, 3)
		if len(near) == 0 || near[0] != c.first || len(near) > 3 {
			t.Errorf("%q %q: got %q", c.id, c.name, near)
		}
	}
	if near := d.Nearest("CMHP1", "Summit PPO", 3); !slices.Contains(near, "Summit PPO (SUMP4)") {
		t.Errorf("a number and a name of two payers: got %q", near)
	}
	if near := d.Nearest("", "zzzzzzzzzz", 3); len(near) > 0 {
		t.Errorf("got %q", near)
	}
}

// What the file says of a payer is what the payer has.
func TestDirectoryFields(t *testing.T) {
	d := samplePayers(t)
	p, _ := d.Payer("HLHM7", "")
	if p.Name != "Harborlight HMO" || p.Partner == "" || p.ClaimFiling != "HM" || !p.Takes(claim.Professional) || p.Takes(claim.Dental) {
		t.Errorf("%+v", p)
	}
	if !p.Asks(gateway.RequiresReferral) || p.Asks(gateway.RequiresTelehealthModifier) || !p.MemberID.MatchString("HL1234567") || p.MemberID.MatchString("xHL12345678") {
		t.Errorf("%+v", p)
	}
	if e := p.Enrolment; !e.Claims || !e.Remittances || len(e.Enrolled) < 5 || e.Of(e.Enrolled[1].NPI).Claims != e.Enrolled[1].Claims || len(e.Enrolled[0].Claims) != 8 {
		t.Errorf("%+v", e)
	}
	if m, _ := d.Payer("MCPB5", ""); !m.PatientIsSubscriber || m.ClaimFiling != "MB" {
		t.Errorf("%+v", m)
	}
	if n := len(d.Payers()); n < 8 {
		t.Errorf("%d payers", n)
	}
}

// What is wrong with a file is said with its line.
func TestReadDirectoryRefuses(t *testing.T) {
	const good = "payers:\n  - id: P1\n    name: One\n    partner: x\n    claims: [professional]\n"
	if _, err := ReadDirectory(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		good + "    phone: 5\n":                                                            "line 6: unknown key \"phone\"",
		good + "    enrollment: {claims: true}\n":                                          "did you mean enrolment",
		good + "    enrolment: {claims: true, enroled: []}\n":                              "did you mean enrolled",
		good + "    member_id: {patern: x}\n":                                              "did you mean pattern",
		good + "    enrolment: {enrolled: [{npi: \"1\"}]}\n":                               "not an NPI",
		good + "    enrolment: {enrolled: [{npi: \"2103487619\", claims: 1/5/2025}]}\n":    "not a date",
		good + "    enrolment: {enrolled: [{npi: \"2103487619\", claims: 2025-02-30}]}\n":  "not a date",
		good + "    kind: comercial\n":                                                     "unknown kind of insurance",
		good + "    requires: [telehealth]\n":                                              "unknown requirement",
		good + "    member_id: {pattern: '('}\n":                                           "pattern",
		good + "    member_id: {pattern: 'A'}\n":                                           "form is missing",
		good + "    filing_days: -1\n":                                                     "negative",
		good + "    filing_days: soon\n":                                                   "line 6",
		good + "  - {id: P2, name: Two, partner: x}\n":                                     "line 6: claims",
		good + "  - {id: P2, name: Two, partner: x, claims: [veterinary]}\n":               "unknown kind \"veterinary\"",
		good + "  - {id: p1, name: Two, partner: x, claims: [dental]}\n":                   "line 6: the number p1 stands for One already",
		good + "  - {id: P2, name: Two, aliases: [ONE], partner: x, claims: [dental]}\n":   "the name ONE stands for One already",
		good + "  - {id: P2, name: Two, other_ids: [P-1], partner: x, claims: [dental]}\n": "stands for One already",
		good + "  - {name: Two, partner: x, claims: [dental]}\n":                           "id is missing",
		good + "  - {id: P2, partner: x, claims: [dental]}\n":                              "name is missing",
		good + "  - {id: P2, name: Two, claims: [dental]}\n":                               "partner is missing",
		good + "  - {id: '-', name: Two, partner: x, claims: [dental]}\n":                  "not a number of a payer",
		"payer:\n  - id: P1\n":                                                             "payer",
		good + "---\npayers: []\n":                                                         "more than one document",
		"payers: [":                                                                        "payer directory",
	} {
		_, err := ReadDirectory(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nwant %q, got %v", text, want, err)
		}
	}
	if d, err := ReadDirectory(strings.NewReader("")); err != nil || len(d.Payers()) != 0 {
		t.Errorf("an empty file: %v", err)
	}
}

// A number with leading zeros stays what it is.
func TestNumbersAreText(t *testing.T) {
	d, err := ReadDirectory(strings.NewReader("payers:\n  - {id: 00123, name: One, other_ids: [0456], partner: x, claims: [professional], filing_days: 90}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := d.Payer("00123", ""); !ok || p.ID != "00123" || p.FilingDays != 90 {
		t.Errorf("got %q", p.ID)
	}
	if _, ok := d.Payer("0456", ""); !ok {
		t.Error("another number has lost its zero")
	}
}
