package edi_test

import (
	"path/filepath"
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
