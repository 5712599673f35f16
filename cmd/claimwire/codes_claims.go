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
	"claimwire/edi/rule"
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
	if err := a.eachInput(c.Claims, func(in *input) error {
		return eachClaim(in, func(cl *claim.Claim) error {
			countLevels(&levels, cl)
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
