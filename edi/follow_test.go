package edi_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"claimwire/edi/diag"
)

// TestNoFollowOn makes one fault of form or guide after the other in the base
// documents: each segment left out or misspelt, each element emptied or made
// nonsense. Where form or guide speak of it, no balance and no situation may
// speak as well.
func TestNoFollowOn(t *testing.T) {
	paths, _ := filepath.Glob("../testdata/base/8*.edi")
	faults := 0
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".edi")
		doc := base(t, name)
		for i, seg := range doc {
			id, _, _ := strings.Cut(seg, "*")
			switch id {
			case "ISA", "GS", "ST", "SE", "GE", "IEA", "HL":
				continue
			}
			try := func(what, replace string) {
				faults++
				d := append([]string{}, doc[:i]...)
				if replace != "" {
					d = append(d, strings.Split(replace, "~")...)
				}
				d = append(d, doc[i+1:]...)
				recount(d)
				first, second := false, false
				list := findings(t, join(d))
				for _, f := range list {
					n := f.Code.SNIP()
					first = first || n <= 2 && f.Code.Severity() == diag.Error
					second = second || n == 3 || n == 4
				}
				if first && second {
					t.Errorf("%s: %s: %s gives %s", name, seg, what, said(list))
				}
			}
			try("left out", "")
			try("misspelt", "ZZ1"+seg[len(id):])
			try("another segment", "MSG"+seg[len(id):])
			switch id {
			case "CLP", "SBR", "SVD": // each begins a loop, and lacks what belongs to it
			default:
				try("twice", seg+"~"+seg)
			}
			e := strings.Split(seg, "*")
			for k := 1; k < len(e); k++ {
				if e[k] == "" {
					continue
				}
				for _, v := range []string{"", "\x01", "Q#Q"} {
					x := append([]string{}, e...)
					x[k] = v
					try("element "+e[k]+" made "+v, strings.TrimRight(strings.Join(x, "*"), "*"))
				}
			}
		}
	}
	if faults < 2000 {
		t.Errorf("only %d faults", faults)
	}

}

// TestTrailingElementsHideNothing: a segment that ends in empty elements is read
// in full, so that what its claim lacks is said as well.
func TestTrailingElementsHideNothing(t *testing.T) {
	const code = diag.Code(1305)
	for _, c := range []struct {
		base, segment, wrong string
		want                 diag.Code
	}{
		{"835", "SVC", "CLP03", 3912}, {"835", "SVC", "BPR02", 3913}, {"835", "BPR", "BPR02", 3913}, {"837p", "SV1", "CLM02", 3901},
	} {
		doc := base(t, c.base)
		trailed, changed := false, false
		for i, seg := range doc {
			e := strings.Split(seg, "*")
			if k := int(c.wrong[4] - '0'); !changed && e[0] == c.wrong[:3] {
				e[k], changed = "7.77", true
			}
			if !trailed && e[0] == c.segment {
				e, trailed = append(e, ""), true
			}
			doc[i] = strings.Join(e, "*")
		}
		var empty, sum bool
		list := findings(t, join(doc))
		for _, f := range list {
			empty = empty || f.Code == code
			sum = sum || f.Code == c.want
		}
		if !empty || !sum {
			t.Errorf("%s: %s and %s give %s, want %v and %v", c.base, c.segment, c.wrong, said(list), code, c.want)
		}
	}
}

// recount sets SE01.
func recount(doc []string) {
	st := 0
	for i, s := range doc {
		switch {
		case strings.HasPrefix(s, "ST*"):
			st = i
		case strings.HasPrefix(s, "SE*"):
			e := strings.Split(s, "*")
			e[1] = strconv.Itoa(i - st + 1)
			doc[i] = strings.Join(e, "*")
		}
	}
}

var (
	dateValue = regexp.MustCompile(`^(19|20)\d{6}(-\d{8}|\d{4})?$`)
	// amounts and quantities of the base documents that rules look at
	figures = "CLM02 SV102 SV203 SV302 SV104 SV205 SV306 CLP03 CLP04 CLP05 SVC02 SVC03 CAS03 AMT02 QTY02 BPR02 SVD02 SVD05 PLB04 CTP04 CR102 CR106 SV503 SV504 SV505"
)

// TestOneFaultOneFinding makes each date of the base documents too late, too
// early and reversed, and each amount too large, negative and nothing: never
// more than one thing is said of it.
func TestOneFaultOneFinding(t *testing.T) {
	paths, _ := filepath.Glob("../testdata/base/8*.edi")
	faults := 0
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".edi")
		doc := base(t, name)
		for i, seg := range doc {
			e := strings.Split(seg, "*")
			if strings.Contains("ISA GS ST SE GE IEA HL LX", e[0]) {
				continue
			}
			for k := 1; k < len(e); k++ {
				for _, v := range wrongValues(e[0], k, e[k]) {
					faults++
					x := append([]string{}, e...)
					x[k] = v
					d := append([]string{}, doc...)
					d[i] = strings.Join(x, "*")
					if list := findings(t, join(d)); len(list) > 1 {
						t.Errorf("%s: %s with %s gives %s", name, seg, v, said(list))
					}
				}
			}
		}
	}
	if faults < 300 {
		t.Errorf("only %d faults", faults)
	}
}

// wrongValues gives values that an element should not have.
func wrongValues(segment string, element int, v string) []string {
	switch {
	case dateValue.MatchString(v) && len(v) == 8:
		return []string{"20271231", "19000101"}
	case dateValue.MatchString(v) && len(v) == 17:
		return []string{"20271231-20280101", "19000101-19000102", v[:9] + "20280101", "19000101" + v[8:], v[9:] + "-" + v[:8]}
	case dateValue.MatchString(v):
		return []string{"202712310830", "190001010830"}
	case strings.Contains(figures, fmt.Sprintf("%s%02d", segment, element)):
		if f, err := strconv.ParseFloat(v, 64); err == nil && f != 0 {
			return []string{fmt.Sprint(f + 1), fmt.Sprint(-f), "0"}
		}
	}
	return nil
}
