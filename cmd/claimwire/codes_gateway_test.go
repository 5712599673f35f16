package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"claimwire/edi/codes"
	"claimwire/gateway"
	"claimwire/gateway/route"
	"claimwire/gateway/store"
	"claimwire/partners"
)

// TestCodeSetsInTheGateway: a file comes in with claims that want a repair, with a
// heading for a code, and of a patient who had a condition last year. Each claim
// says what a biller needs to know.
func TestCodeSetsInTheGateway(t *testing.T) {
	years := func(list ...string) (text string) {
		for i, e := range list {
			code, flag, _ := strings.Cut(e, " ")
			text += order(fmt.Sprintf("%05d", i+1), code, flag, "Invented", "Invented")
		}
		return text
	}
	var releases []*codes.Release
	for _, f := range []struct{ name, text string }{
		{"icd10cm_order_2026.txt", years("J01 0", "J0190 1", "J029 1", "I10 1", "I509 1")},
		{"icd10cm_order_2027.txt", years("J01 0", "J0190 1", "J02 0", "J029 1", "I10 1", "I509 1")},
		{"ra_dx_to_cc_2026.csv", "diagnosis_code,cc,model_name\nI509,226,CMS-HCC Model V28\n"},
		{"ra_labels_2026.csv", "cc,label,model_domain,model_version,model_fullname\nHCC226,Invented heart,CMS-HCC,V28,x\n"},
	} {
		list, err := codes.Read("", f.name, strings.NewReader(f.text))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			b, err := codes.Build(codes.Meta{System: l.System, Name: l.Name, From: l.From, To: l.To}, l.Entries)
			if err != nil {
				t.Fatal(err)
			}
			r, err := codes.OpenRelease(b)
			if err != nil {
				t.Fatal(err)
			}
			releases = append(releases, r)
		}
	}
	onBoth(t, func(t *testing.T, database string) {
		p, err := partners.Parse("lakeshore.yaml", append(fmt.Appendf(nil, lakeshore, "leave"), "repairs: [all]\n"...))
		if err != nil {
			t.Fatal(err)
		}
		payers, err := route.ReadDirectory(strings.NewReader("payers:\n  - {id: LHP01, name: LAKESHORE HEALTH PLAN, partner: lakeshore, claims: [professional]}\n"))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
		g, err := openSpine(t.Context(), spineOptions{Dir: t.TempDir(), Database: database, Payers: payers, Profiles: []*partners.Profile{p},
			Now: func() time.Time { return now }, Log: zerolog.Nop(), Codes: codes.NewLibrary(releases)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { g.close() })
		control := 155
		// submit takes a file of its own numbers and gives its claims.
		submit := func(changes ...string) []gateway.Claim {
			t.Helper()
			control++
			text := strings.NewReplacer(append(changes, "000000101", fmt.Sprintf("%09d", control), "PCN0", fmt.Sprintf("P%d", control))...).Replace(base(t, "837p.edi"))
			m, _, err := (books{g}).Submit(t.Context(), prairie, "api:office", "claims.837", "", strings.NewReader(text))
			if err == nil {
				err = g.drain(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			all, err := read(t.Context(), g, func(tx *store.Tx) ([]gateway.Claim, error) { return tx.Claims(prairie) })
			list := slices.DeleteFunc(all, func(c gateway.Claim) bool { return c.Transmission != m.ID })
			if err != nil || len(list) != 2 {
				t.Fatalf("%v: %d claims", err, len(list))
			}
			return list
		}
		want := func(what string, c gateway.Claim, held bool, words ...string) {
			t.Helper()
			if (c.State == gateway.Held) != held {
				t.Errorf("%s: %s: %s", what, c.State, c.Findings)
			}
			for _, w := range words {
				if !strings.Contains(c.Findings, w) {
					t.Errorf("%s: %q is not said: %s", what, w, c.Findings)
				}
			}
		}
		last := submit("20261012", "20251012", "20261013", "20251013", "I10", "I509")
		want("last year", last[0], false)
		this := submit("ABK:J0190", "ABK:J01.90", "ABK:J029", "ABK:J02")
		want("a point", this[0], false, "E7990", "J01.90 → J0190", "E7991", "HCC 226 (Invented heart)")
		line := submit("HC:87880*25", "HC:87880:ZZZZZZ*25")
		want("a line", line[1], true, "service line 2, SV101-3 (segment ")
		want("a heading", this[1], true, "E5901 HI01-2 (segment ", "is a heading of ICD-10-CM", "billable below it: J02.9")
		// What a release touches, and how visits are coded, of the claims that are here.
		report := func(name string) string {
			t.Helper()
			var out strings.Builder
			if err := (books{g}).Report(t.Context(), &out, prairie, name, "csv", "20260101", "", nil); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		if text := report("outdated"); !strings.Contains(text, this[1].ClaimID+",icd-10-cm,J02,2026-10-01,heading,J029") || strings.Count(text, "\n") != 2 {
			t.Errorf("outdated: %s", text)
		}
		if text := report("levels"); !strings.HasPrefix(text, "provider,family,visits,levels,mean_level,") || strings.Count(text, "\n") != 1 {
			t.Errorf("levels: %s", text)
		}
	})
}
