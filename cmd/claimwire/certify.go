package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/partners"
)

// checkedAsTest is what stands with a claim that was checked and goes nowhere.
const checkedAsTest = "checked as a test: it goes to no payer"

// checkedOnly says whether the claims of a file are checked and answered, and
// not sent on: a test of a partner whose claims are otherwise real.
func (g *spine) checkedOnly(m *gateway.Transmission) bool {
	p := g.profile(m.Partner)
	if m.Scope.Usage != "test" {
		return false
	}
	if p == nil {
		return false
	}
	return p.Kind.Gives() && p.Usage == "production"
}

// stage is where a partner stands.
func (g *spine) stage(ctx context.Context, p *partners.Profile) string {
	if !p.Certification.Used() {
		return gateway.StageLive
	}
	c, err := read(ctx, g, func(tx *store.Tx) (gateway.Certified, error) { return tx.Certified(ownerOf(p), p.ID) })
	if err != nil || c.Stage == "" {
		return gateway.StageTest // until it is known, it is not live
	}
	return c.Stage
}

// certify counts claims of a partner that were checked (ours about its claims, or
// its answers about ours), and moves it from stage to stage. The order of the
// claims is kept, so that the last ones are looked at.
func (g *spine) certify(tx *store.Tx, p *partners.Profile, good []bool) error {
	n := &p.Certification
	if !n.Used() || len(good) == 0 {
		return nil
	}
	s := ownerOf(p)
	if err := tx.Lock(s, "certification/"+p.ID); err != nil {
		return err
	}
	c, err := tx.Certified(s, p.ID)
	if err != nil {
		return err
	}
	if c.Stage == "" {
		c.Stage, c.Since, c.Note = gateway.StageTest, g.now(), "begins"
		if n.Test == 0 {
			c.Stage = gateway.StageParallel
		}
	}
	for _, ok := range good {
		c.Checked++
		mark := "x"
		if ok {
			mark = "."
		}
		if c.Recent += mark; len(c.Recent) > n.Window {
			c.Recent = c.Recent[len(c.Recent)-n.Window:]
		}
		g.climb(p, &c)
	}
	return tx.SetCertified(&c)
}

// climb moves a partner where its last claims bring it.
func (g *spine) climb(p *partners.Profile, c *gateway.Certified) {
	n := &p.Certification
	to := func(stage, note string) {
		c.Stage, c.Since, c.Checked, c.Recent, c.Note = stage, g.now(), 0, "", note
	}
	// A handful of claims says nothing: at least twenty, or a whole window, or as
	// many as the stage asks for.
	enough := min(n.Window, 20)
	tooMany := len(c.Recent) >= enough && c.Errors() > n.MaxErrors
	switch {
	case c.Stage != gateway.StageTest && tooMany:
		to(gateway.StageTest, fmt.Sprintf("%s: %.1f percent of the last %d claims had errors, more than %g", gateway.BackInTest, c.Errors(), len(c.Recent), n.MaxErrors))
	case c.Stage == gateway.StageTest && c.Checked >= int64(n.Test) && c.Errors() <= n.MaxErrors:
		if n.Parallel > 0 {
			to(gateway.StageParallel, count(int(c.Checked), "claim")+" checked as tests")
		} else {
			to(gateway.StageLive, count(int(c.Checked), "claim")+" checked as tests")
		}
	case c.Stage == gateway.StageParallel && c.Checked >= int64(n.Parallel) && c.Errors() <= n.MaxErrors:
		to(gateway.StageLive, count(int(c.Checked), "claim")+" checked in parallel")
	}
}

// certificationText tells a partner where it stands, in words and as a record.
func certificationText(p *partners.Profile, c *gateway.Certified) (words, record []byte) {
	n := &p.Certification
	stage := c.Stage
	if stage == "" {
		stage = gateway.StageTest
	}
	left := int64(0)
	next := ""
	switch stage {
	case gateway.StageTest:
		left, next = int64(n.Test)-c.Checked, gateway.StageParallel
		if n.Parallel == 0 {
			next = gateway.StageLive
		}
	case gateway.StageParallel:
		left, next = int64(n.Parallel)-c.Checked, gateway.StageLive
	}
	left = max(0, left)
	var w bytes.Buffer
	fmt.Fprintf(&w, "%s: %s\r\n\r\n", p.Name, stage)
	switch stage {
	case gateway.StageTest:
		fmt.Fprintf(&w, "Claims are checked and answered as tests, and go no further.\r\n")
	case gateway.StageParallel:
		fmt.Fprintf(&w, "Real claims are checked and answered, and go no further yet.\r\n")
	case gateway.StageLive:
		fmt.Fprintf(&w, "Claims go on.\r\n")
	}
	if c.Note != "" {
		fmt.Fprintf(&w, "Since %s: %s.\r\n", c.Since.UTC().Format("2006-01-02 15:04 UTC"), c.Note)
	}
	fmt.Fprintf(&w, "\r\nclaims checked in this stage   %d\r\nof the last %d, with errors     %.1f %% (at most %g %%)\r\n", c.Checked, len(c.Recent), c.Errors(), n.MaxErrors)
	if next != "" {
		fmt.Fprintf(&w, "claims left until %-12s %d\r\n", next, left)
	}
	record, err := json.Marshal(map[string]any{"partner": p.ID, "stage": stage, "since": c.Since.UTC().Format("2006-01-02T15:04:05Z"), "note": c.Note, "checked": c.Checked,
		"recent": len(c.Recent), "errors_percent": c.Errors(), "max_errors_percent": n.MaxErrors, "left": left, "next": next})
	if err != nil {
		return nil, nil
	}
	return w.Bytes(), append(record, '\n')
}

// tellStage puts where a partner stands into its /download, under the same name
// each time.
func (g *spine) tellStage(ctx context.Context, p *partners.Profile) error {
	if !p.Certification.Used() || p.Login.User == "" {
		return nil
	}
	c, err := read(ctx, g, func(tx *store.Tx) (gateway.Certified, error) { return tx.Certified(ownerOf(p), p.ID) })
	if err != nil {
		return err
	}
	words, record := certificationText(p, &c)
	if err := g.door.Give(p, "certification.txt", bytes.NewReader(words)); err != nil {
		return err
	}
	return g.door.Give(p, "certification.json", bytes.NewReader(record))
}
