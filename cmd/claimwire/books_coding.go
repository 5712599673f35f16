package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/drg"
	"claimwire/gateway"
	"claimwire/gateway/report"
	"claimwire/gateway/store"
)

// Reports about how claims are coded, of the claims that the gateway holds. They are
// read for review and hold nothing.

// eachRecord visits the claims of some days as they were coded.
func (n *numbers) eachRecord(from, to string, visit func(k *gateway.Claim, c *claim.Claim) error) error {
	page := func(tx *store.Tx, p gateway.Page) ([]gateway.Claim, error) {
		list, err := tx.ClaimPage(n.s, gateway.ClaimQuery{Page: p})
		for i := range list {
			if k := &list[i]; err == nil && (from == "" || k.To >= from) && (to == "" || k.From <= to) {
				*k, err = tx.Claim(n.s, k.ID)
			}
		}
		return list, err
	}
	return eachOf(n, page, func(k *gateway.Claim) int64 { return k.ID }, func(k *gateway.Claim) error {
		if len(k.Document) == 0 {
			return nil // of other days, or retention has let it go
		}
		c, err := claim.ParseJSON(k.Document)
		if err != nil {
			return nil
		}
		return visit(k, c)
	})
}

// levelsReport compares providers' levels of visits, and hospitals' stays by what
// weighed in them, with those of the office's other providers. A replacement or a
// void bills nothing again.
func (n *numbers) levelsReport(from, to string) (*report.Report, error) {
	r := &report.Report{Name: "levels", Columns: []string{"provider", "family", "visits", "levels", "mean_level", "peers", "peers_mean_level", "deviations", "percentile", "high"}}
	var levels codes.Levels
	sessions := map[int]*drg.Session{}
	seen := 0
	err := n.eachRecord(from, to, func(k *gateway.Claim, c *claim.Claim) error {
		if k.Frequency == "7" || k.Frequency == "8" {
			return nil
		}
		seen++
		countLevels(&levels, c)
		if n.g.scrub().Stays != nil {
			countStay(&levels, n.g.scrub().Stays, sessions, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	two := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
	for _, h := range levels.Hints(nil) {
		var counts []string
		for i, n := range h.Counts {
			counts = append(counts, h.Family.Codes[i]+" "+strconv.Itoa(n))
		}
		r.Rows = append(r.Rows, []string{h.Provider, h.Family.Name, strconv.Itoa(h.Visits), strings.Join(counts, "; "), two(h.Index), h.Peers.Name, two(h.PeerIndex), two(h.Score),
			strconv.Itoa(h.Percentile), strconv.FormatBool(h.High)})
	}
	r.Notes = append(r.Notes, fmt.Sprintf("%d claims; those whose levels lie two standard deviations or more from their peers', of at least fifty visits; a hint to look at what was documented, and no error", seen))
	return r, nil
}

// outdatedReport names the claims with diagnoses or inpatient procedures that the
// newest release which is loaded has no more, or as headings.
func (n *numbers) outdatedReport(from, to string) (*report.Report, error) {
	r := &report.Report{Name: "outdated", Columns: []string{"claim", "patient_control_number", "system", "code", "from", "now", "instead"}}
	days := map[string]int{} // the first day of the newest release
	lib := n.g.scrub().Codes
	for _, s := range []string{codes.ICD10CM, codes.ICD10PC} {
		for _, e := range lib.Releases(s) {
			if !e.Dated {
				days[s] = max(days[s], e.From)
			}
		}
	}
	if len(days) == 0 {
		r.Notes = append(r.Notes, "no release of ICD-10 is loaded: nothing is checked")
		return r, nil
	}
	err := n.eachRecord(from, to, func(k *gateway.Claim, c *claim.Claim) error {
		for _, s := range []string{codes.ICD10CM, codes.ICD10PC} {
			for _, code := range codesOf(c, s) {
				standing, _ := lib.System(s).Judge(code, days[s])
				if days[s] == 0 || standing == codes.Valid || standing == codes.NotLoaded || len(r.Rows) >= report.MaxClaims {
					continue
				}
				now, instead := "none", []string(nil)
				if standing == codes.Heading {
					now, instead = "heading", lib.System(s).Below(code, days[s], 8)
				}
				if s == codes.ICD10CM {
					if by, _ := lib.ReplacedBy(code, days[s], 8); len(by) > 0 {
						instead = by
					}
				}
				r.Rows = append(r.Rows, []string{strconv.FormatInt(k.ID, 10), k.ClaimID, s, code, isoDay(days[s]), now, strings.Join(instead, " ")})
			}
		}
		return nil
	})
	slices.SortStableFunc(r.Rows, func(a, b []string) int { return strings.Compare(a[3], b[3]) })
	return r, err
}
