package edi

import (
	"strings"

	"claimwire/edi/diag"
	"claimwire/edi/guide"
)

// Verdict is what was found about one claim: in the claim itself, and in the
// levels above it, which all claims below them share.
type Verdict struct {
	Findings []diag.Diagnostic // at most maxVerdict
	Errors   int               // all of severity error, listed or not
}

// Accepted says whether nothing speaks against the claim.
func (v *Verdict) Accepted() bool { return v.Errors == 0 }

// maxVerdict bounds the findings that are kept of a claim, and of a level.
const maxVerdict = 50

// level is an open level of the hierarchy with what was found in it.
type level struct {
	node     *guide.Node
	findings []diag.Diagnostic
	errors   int
}

// verdicts sorts the findings of a set by the claims that they touch.
type verdicts struct {
	levels []level // the set's header, then open loops that hold claims
	own    Verdict
	out    Verdict
}

func (v *verdicts) reset() {
	v.levels = append(v.levels[:0], level{})
	v.own = Verdict{}
}

// note keeps a finding with the claim that it names or stands in, else with the
// level that it belongs to.
func (v *verdicts) note(d diag.Diagnostic) {
	if len(v.levels) == 0 {
		return
	}
	isError := d.Code.Severity() == diag.Error
	if !lacksClaim(&d) && (d.Claim != "" || strings.HasPrefix(d.Loop, "23") || strings.HasPrefix(d.Loop, "24")) { // also a claim without a number
		if len(v.own.Findings) < maxVerdict {
			v.own.Findings = append(v.own.Findings, d)
		}
		if isError {
			v.own.Errors++
		}
		return
	}
	l := v.levelOf(d.Loop)
	if len(l.findings) < maxVerdict {
		l.findings = append(l.findings, d)
	}
	if isError {
		l.errors++
	}
}

// lacksClaim says whether a finding is that a level has no claim: it is none of
// the claim that comes next.
func lacksClaim(d *diag.Diagnostic) bool {
	return d.Code == codeNoClaim || d.Code == codeLoopMissing && d.SegmentID == "CLM"
}

// levelOf finds the open level that a loop belongs to: 2010AA to 2000A, 1000A
// and the segments of no loop to the header. What is missing is said only when
// it can no longer come, when lower levels are open already; all claims below
// the level that misses it are touched.
func (v *verdicts) levelOf(loop string) *level {
	switch {
	case loop == "", strings.HasPrefix(loop, "1000"):
		return &v.levels[0]
	case len(loop) >= 5 && (loop[:4] == "2000" || loop[:4] == "2010"):
		for i := len(v.levels) - 1; i > 0; i-- {
			if name := v.levels[i].node.Loop; len(name) == 5 && name[4] == loop[4] {
				return &v.levels[i]
			}
		}
	}
	return &v.levels[len(v.levels)-1]
}

// opened notes that a loop begins: a level of the hierarchy closes all levels
// that are not above it.
func (v *verdicts) opened(loop *guide.Node) {
	if !loop.IsLevel() {
		return
	}
	for n := len(v.levels); n > 1 && (loop == v.levels[n-1].node || !loop.Within(v.levels[n-1].node)); n-- {
		v.levels = v.levels[:n-1]
	}
	v.levels = append(v.levels, level{node: loop})
}

// claim sums up what speaks about the claim that is complete, and begins anew.
func (v *verdicts) claim() *Verdict {
	v.out.Findings = v.out.Findings[:0]
	v.out.Errors = v.own.Errors
	for i := range v.levels {
		v.out.Findings = append(v.out.Findings, v.levels[i].findings...)
		v.out.Errors += v.levels[i].errors
	}
	v.out.Findings = append(v.out.Findings, v.own.Findings...)
	v.own.Findings, v.own.Errors = v.own.Findings[:0], 0
	return &v.out
}
