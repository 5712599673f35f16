package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/codes"
	"claimwire/edi/drg"
	"claimwire/edi/rule"
	"claimwire/gateway/scrub"
)

// eachClaim visits the claims of a file: X12, or the JSON Lines of decode.
func eachClaim(r io.Reader, visit func(c *claim.Claim) error) error {
	br := bufio.NewReaderSize(r, 1<<20)
	head, err := br.Peek(512)
	if err != nil && err != io.EOF {
		return err
	}
	if t := bytes.TrimLeft(head, " \t\r\n\ufeff"); len(t) == 0 || t[0] != '{' {
		var failed error
		_, err := edi.Process(br, edi.Options{Types: rule.Of(1)}, edi.Sink{Claim: func(c *claim.Claim, _ *edi.Verdict) {
			if failed == nil {
				failed = visit(c)
			}
		}})
		if failed != nil {
			return failed
		}
		return err
	}
	sc := bufio.NewScanner(br)
	sc.Buffer(make([]byte, 64<<10), 64<<20)
	for n := 1; sc.Scan(); n++ {
		if !bytes.Contains(sc.Bytes(), []byte(`"record":"claim"`)) {
			continue
		}
		c, err := claim.ParseJSON(sc.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := visit(c); err != nil {
			return err
		}
	}
	return sc.Err()
}

// codesOf lists the codes of a claim that are of a system.
func codesOf(c *claim.Claim, system string) (list []string) {
	add := func(code string) {
		if code != "" && !slices.Contains(list, code) {
			list = append(list, strings.Clone(code))
		}
	}
	switch system {
	case codes.ICD10CM:
		for i := range c.Diagnoses {
			add(c.Diagnoses[i].Code)
		}
	case codes.ICD10PC:
		for i := range c.Procedures {
			add(c.Procedures[i].Code)
		}
	case codes.HCPCS, codes.CPT, codes.CDT:
		for i := range c.Lines {
			add(c.Lines[i].Procedure.Code)
		}
	case codes.Modifiers, "cpt-modifier":
		for i := range c.Lines {
			for _, m := range c.Lines[i].Procedure.Modifiers {
				add(m)
			}
		}
	case codes.NDCs:
		for i := range c.Lines {
			if d := c.Lines[i].Drug; d != nil {
				add(d.Code)
			}
		}
	case codes.Revenue:
		for i := range c.Lines {
			add(c.Lines[i].RevenueCode)
		}
	}
	return list
}

// touched names the claims whose codes are gone.
func (c *codesDiffCmd) touched(a *app, lib *codes.Library, gone map[string]string, from int) (n int, err error) {
	err = a.eachInput(c.Claims, func(in *input) error {
		return eachClaim(in, func(cl *claim.Claim) error {
			hit := false
			for _, code := range codesOf(cl, c.System) {
				change := gone[code]
				if change == "" {
					continue
				}
				hit = true
				instead, _ := lib.ReplacedBy(code, from, 8)
				if c.System != codes.ICD10CM {
					instead = nil
				} else if change == "heading" && len(instead) == 0 {
					instead = lib.System(c.System).Below(code, from, 8)
				}
				if c.Format == "json" {
					if err := printJSON(a, map[string]any{"change": "touched", "claim": cl.ID, "code": code, "why": change, "instead": instead}); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(a.stdout, "%-10s %-8s claim %s%s\n", "touched", code, cl.ID, before("; instead: ", strings.Join(instead, ", ")))
			}
			if hit {
				n++
			}
			return nil
		})
	})
	return n, err
}

type codesLevelsCmd struct {
	codesDir
	Claims    []string `arg:"" help:"Claims, X12 files or the JSON Lines of decode."`
	Specialty string   `help:"Compare with the loaded national figures of this specialty, rather than with the other providers of the claims." placeholder:"NAME"`
}

// Help says what it means.
func (codesLevelsCmd) Help() string {
	return `Counts each provider's visits by family and level, and names those whose levels lie two standard deviations or more from
those of their peers, with the numbers. It is a hint to look at what was documented, up or down, and no error of a claim.
Providers with fewer than 50 visits of a family, and peers of fewer than three, are not judged.

` + example("codes levels --dir codes october.edi", "codes levels --dir codes --specialty \"Family Practice\" october.edi")
}

// Run compares.
func (c *codesLevelsCmd) Run(a *app) error {
	var peers func(string, codes.Family) (codes.Peers, bool)
	if c.Specialty != "" {
		lib, err := loadLibrary(c.Dir)
		if err != nil {
			return err
		}
		if len(lib.Releases(codes.VisitMix)) == 0 {
			return fmt.Errorf("no figures are loaded: import CMS's file by provider and service")
		}
		peers = func(_ string, f codes.Family) (codes.Peers, bool) { return lib.National(c.Specialty, f) }
	}
	var levels codes.Levels
	stays := newStayTables(c.Dir)
	sessions := map[int]*drg.Session{}
	if err := a.eachInput(c.Claims, func(in *input) error {
		return eachClaim(in, func(cl *claim.Claim) error {
			countLevels(&levels, cl)
			countStay(&levels, stays, sessions, cl)
			return nil
		})
	}); err != nil {
		return err
	}
	hints := levels.Hints(peers)
	for _, h := range hints {
		if c.Format == "json" {
			if err := printJSON(a, map[string]any{"provider": h.Provider, "family": h.Family.Name, "codes": h.Family.Codes, "visits": h.Visits, "counts": h.Counts, "index": round2(h.Index),
				"peers": h.Peers.Name, "peer_index": round2(h.PeerIndex), "score": round2(h.Score), "percentile": h.Percentile, "high": h.High}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(a.stdout, h)
	}
	if len(hints) == 0 && c.Format == "text" {
		fmt.Fprintln(a.stdout, "no provider's levels lie far from those of the peers, or there are too few visits to say")
	}
	return nil
}

func round2(x float64) float64 { return float64(int(x*100+0.5)) / 100 }

// countLevels counts the visits of a claim by who rendered them.
func countLevels(l *codes.Levels, c *claim.Claim) {
	provider := ""
	if r := c.Provider(claim.RoleRendering); r != nil {
		provider = r.ID.Value
	} else if c.BillingProvider != nil {
		provider = c.BillingProvider.ID.Value
	}
	for i := range c.Lines {
		line := &c.Lines[i]
		who := provider
		if r := line.Provider(claim.RoleRendering); r != nil {
			who = r.ID.Value
		}
		if _, _, ok := codes.LevelOf(line.Procedure.Code); ok {
			l.Add(strings.Clone(who), line.Procedure.Code, 1)
		}
	}
}

type codesHCCCmd struct {
	codesDir
	Claims []string `arg:"" help:"Claims of this year, X12 files or the JSON Lines of decode."`
	Last   []string `help:"Claims of last year: what they say of a patient and this year's do not is named." placeholder:"FILE"`
}

// Help says what it means.
func (codesHCCCmd) Help() string {
	return `Names the categories of CMS's model V28 that the diagnoses of each claim stand for, without those that a higher one of
the same hierarchy includes. With --last, also the categories of each patient's claims of last year that no claim of this
year has. A condition is coded only where the record says so.

` + example("codes hcc --dir codes claims.edi", "codes hcc --dir codes --last claims-2025.edi claims-2026.edi")
}

// Run lists.
func (c *codesHCCCmd) Run(a *app) error {
	lib, err := loadLibrary(c.Dir)
	if err != nil {
		return err
	}
	if len(lib.Releases(codes.HCCV28)) == 0 {
		return fmt.Errorf("no mapping of V28 is loaded: import CMS's mapping of diagnoses")
	}
	last, this := map[string][]int{}, map[string][]int{}
	add := func(m map[string][]int, k string, list []int) {
		for _, cc := range list {
			if !slices.Contains(m[k], cc) {
				m[k] = append(m[k], cc)
			}
		}
	}
	if len(c.Last) > 0 {
		if err := a.eachInput(c.Last, func(in *input) error {
			return eachClaim(in, func(cl *claim.Claim) error {
				if k, ok := scrub.ConditionsOf(lib, cl); ok {
					add(last, k.Patient, k.Categories)
				}
				return nil
			})
		}); err != nil {
			return err
		}
	}
	unchecked := 0
	names := map[string]string{} // patient → a claim of theirs
	var order []string
	if err := a.eachInput(c.Claims, func(in *input) error {
		return eachClaim(in, func(cl *claim.Claim) error {
			k, ok := scrub.ConditionsOf(lib, cl)
			if !ok {
				unchecked++
				return nil
			}
			if names[k.Patient] == "" {
				names[k.Patient] = strings.Clone(cl.ID)
				order = append(order, k.Patient)
			}
			add(this, k.Patient, k.Categories)
			if c.Format == "json" {
				return printJSON(a, map[string]any{"claim": cl.ID, "year": k.Year, "hcc": k.Categories})
			}
			fmt.Fprintf(a.stdout, "%-20s %s\n", cl.ID, c.words(lib, k.Categories))
			return nil
		})
	}); err != nil {
		return err
	}
	for _, p := range order {
		var dropped []int
		for _, cc := range last[p] {
			if !slices.Contains(this[p], cc) {
				dropped = append(dropped, cc)
			}
		}
		if len(dropped) == 0 {
			continue
		}
		slices.Sort(dropped)
		if c.Format == "json" {
			if err := printJSON(a, map[string]any{"claim": names[p], "missing": dropped}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(a.stdout, "%-20s last year and not yet this year: %s\n", names[p], c.words(lib, dropped))
	}
	if unchecked > 0 {
		fmt.Fprintf(a.stderr, "claimwire: %d claims are not checked: no mapping answers for their day, or they say too little of the patient\n", unchecked)
	}
	return nil
}

func (codesHCCCmd) words(lib *codes.Library, list []int) string {
	if len(list) == 0 {
		return "none"
	}
	var out []string
	for _, cc := range list {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s", cc, lib.HCCLabel(cc))))
	}
	return strings.Join(out, "; ")
}

// countStay counts the weight of an inpatient stay for its hospital, where CMS's
// tables are there to group it.
func countStay(l *codes.Levels, stays rule.Stays, sessions map[int]*drg.Session, c *claim.Claim) {
	h, ok := rule.StayOf(c)
	if !ok || c.BillingProvider == nil {
		return
	}
	v := drg.Version(c.Date(claim.DateStatement).To())
	s, made := sessions[v]
	if !made {
		if g := stays.Grouper(v); g != nil {
			s = g.NewSession()
		}
		sessions[v] = s
	}
	if s == nil {
		return
	}
	if severity := s.Severity(&h.Stay); severity != "" {
		l.Add(strings.Clone(c.BillingProvider.ID.Value), "stay "+severity, 1)
	}
}
