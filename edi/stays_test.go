package edi_test

import (
	"os"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/drg"
	"claimwire/edi/mce"
)

// cmsTables are CMS's own tables of inpatient stays.
type cmsTables struct {
	editor *mce.Tables
	table  []byte
	made   map[int]*drg.Grouper
}

func (c *cmsTables) Editor() *mce.Tables { return c.editor }

func (c *cmsTables) Grouper(version int) *drg.Grouper {
	if g, ok := c.made[version]; ok {
		return g
	}
	g, err := drg.New(c.table, version)
	if err != nil {
		g = nil
	}
	c.made[version] = g
	return g
}

func readCMSTables(t *testing.T) *cmsTables {
	t.Helper()
	const folder = "../../shared/codesets/"
	a, err := os.ReadFile(folder + "mce/mce.bin")
	if err != nil {
		t.Skip("CMS's tables are not here:", err)
	}
	b, err := os.ReadFile(folder + "msdrg/msdrg_combined.bin")
	if err != nil {
		t.Skip("CMS's tables are not here:", err)
	}
	editor, err := mce.Read(a)
	if err != nil {
		t.Fatal(err)
	}
	return &cmsTables{editor, b, map[int]*drg.Grouper{}}
}

// stayed moves the base stay into the days of the tables.
const stayed = "BHT => BHT*0019*00*B000124*20260820*0615*CH ;; DTP*434 => DTP*434*RD8*20260805-20260808 ;; DTP*435 => DTP*435*DT*202608050830 ;; DTP*472 => DTP*472*D8*20260806"

// TestStays edits and groups inpatient claims by CMS's tables.
func TestStays(t *testing.T) {
	tables := readCMSTables(t)
	lib := library(t, map[string]string{"cpt": "80053"})
	for _, c := range []struct{ edits, want, words string }{
		// J189 groups to 195 with no CC, 194 with one: neither I10 nor E119 is one.
		{"", "E5960", "DRG 195 (Simple Pneumonia and Pleurisy without CC/MCC); the principal diagnosis J18.9 makes MDC 04 (Diseases and Disorders of the Respiratory System); no diagnosis weighs as CC or MCC"},
		{"HI*DR => HI*DR:195", "", ""},
		{"HI*DR => HI*DR:195 ;; HI*ABF => HI*ABF:N179:::::::Y", "E5960", "N17.9 weighs as CC"},
		{"", "E5960", "a question to the coder: E11.9 says little: does the record say more, as E11.00 does (MCC)? It would then be DRG 193"},
		{"HI*DR => HI*DR:194 ;; HI*ABF => HI*ABF:N179:::::::Y", "", ""},
		{"HI*DR => HI*DR:195 ;; DMG => DMG*D8*20200412*F ;; HI*ABF => HI*ABF:I10:::::::Y*ABF:F03911:::::::Y", "E5941", "does not fit the patient's age"},
		{"HI*DR => HI*DR:951 ;; HI*ABK => HI*ABK:Z1610:::::::Y", "E5946", "cannot be the principal one"},
		{"HI*DR => HI*DR:195 ;; CL1 => CL1*1*7*99", "E5952", ""},
		{"HI*DR => HI*DR:195 ;; CLM => CLM*PCN0003*4150.25***13:A:1**A*Y*Y", "", ""}, // no inpatient stay
	} {
		var got []string
		words := ""
		changes := stayed
		if c.edits != "" {
			changes += " ;; " + c.edits
		}
		for _, d := range findingsOf(t, join(edits(t, base(t, "837i"), changes)), edi.Options{Codes: lib, Stays: tables}) {
			if n := d.Code.String(); strings.HasPrefix(n, "E594") || strings.HasPrefix(n, "E595") || strings.HasPrefix(n, "E596") {
				got = append(got, n)
				words += d.Message() + " "
			}
		}
		first := strings.Join(got, " ")
		if c.want == "" && first != "" || c.want != "" && !strings.Contains(first, c.want) || !strings.Contains(words, c.words) {
			t.Errorf("%s: %v, want %s; %s", c.edits, got, c.want, words)
		}
	}
}
