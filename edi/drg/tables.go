package drg

import (
	"fmt"
	"slices"
)

// tables are CMS's tables of all versions, as far as one version needs them.
// They are read once for each version that is asked for.
type tables struct {
	diagnoses  map[string]diagnosis
	procedures map[string]int // code or cluster → pattern
	clustersOf map[string][]string
	clusters   map[string]cluster
	exclusions map[string]int // principal diagnosis → group
	groups     map[int][]string
	gender     map[string]map[int]int
	formulas   map[int][]formula
	hacs       map[int]string // number → formula
	hacNames   map[string][]string
	dxPatterns map[int][]string
	prPatterns map[int][]string
	titles     map[int]string
	mdcTitles  map[int]string
}

type diagnosis struct {
	mdc, severity                int
	operands, hacOperands, dxCat int
}

type cluster struct {
	suppress []int
	choices  [][]string
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
	t := &tables{
		diagnoses: make(map[string]diagnosis, 100_000), procedures: make(map[string]int, 120_000), clustersOf: map[string][]string{},
		clusters: map[string]cluster{}, exclusions: map[string]int{}, groups: map[int][]string{},
		gender: map[string]map[int]int{}, formulas: map[int][]formula{}, hacs: map[int]string{},
		hacNames: map[string][]string{}, dxPatterns: map[int][]string{}, prPatterns: map[int][]string{},
		titles: map[int]string{}, mdcTitles: map[int]string{},
	}
	err := fields(b, func(f field) error {
		switch f.number {
		case 1:
			return mapEntries(f.bytes, 1, func(code string, _ int, list []byte) error { return t.diagnosis(code, list, version) })
		case 2:
			return mapEntries(f.bytes, 1, func(code string, _ int, list []byte) error {
				return versioned(list, 1, 2, version, func(item []byte) error {
					return fields(item, func(e field) error {
						if e.number == 1 {
							t.procedures[code] = int(e.value)
						}
						return nil
					})
				})
			})
		case 3:
			return mapEntries(f.bytes, 1, func(code string, _ int, list []byte) error {
				return versioned(list, 1, 2, version, func(item []byte) error {
					return fields(item, func(e field) error {
						if e.number == 1 {
							t.clustersOf[code] = append(t.clustersOf[code], string(e.bytes))
						}
						return nil
					})
				})
			})
		case 4:
			return mapEntries(f.bytes, 1, func(_ string, id int, group []byte) error {
				return fields(group, func(e field) error {
					t.groups[id] = append(t.groups[id], string(e.bytes))
					return nil
				})
			})
		case 5:
			return mapEntries(f.bytes, 1, func(code string, _ int, list []byte) error {
				return versioned(list, 1, 2, version, func(item []byte) error {
					return fields(item, func(e field) error {
						if e.number == 1 {
							t.exclusions[code] = int(e.value)
						}
						return nil
					})
				})
			})
		case 6:
			return mapEntries(f.bytes, 1, func(id string, _ int, list []byte) error { return t.cluster(id, list, version) })
		case 7:
			return mapEntries(f.bytes, 1, func(code string, _ int, list []byte) error {
				return versioned(list, 1, 2, version, func(item []byte) error {
					m := map[int]int{}
					t.gender[code] = m
					return fields(item, func(e field) error {
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
						m[k] = v
						return err
					})
				})
			})
		case 8:
			return mapEntries(f.bytes, 1, func(_ string, mdc int, list []byte) error { return t.formulaList(mdc, list, version) })
		case 9:
			return mapEntries(f.bytes, 1, func(_ string, _ int, list []byte) error {
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
			return mapEntries(f.bytes, 1, func(code string, _ int, list []byte) error {
				return versioned(list, 1, 3, version, func(item []byte) error {
					return fields(item, func(e field) error {
						if e.number == 1 {
							t.hacNames[code] = append(t.hacNames[code], string(e.bytes))
						}
						return nil
					})
				})
			})
		case 11:
			return mapEntries(f.bytes, 1, func(_ string, id int, p []byte) error {
				return fields(p, func(e field) error {
					t.dxPatterns[id] = append(t.dxPatterns[id], string(e.bytes))
					return nil
				})
			})
		case 13, 14:
			into := t.titles
			if f.number == 14 {
				into = t.mdcTitles
			}
			return mapEntries(f.bytes, 1, func(_ string, id int, list []byte) error {
				return versioned(list, 1, 7, version, func(item []byte) error {
					return fields(item, func(e field) error {
						if e.number == 1 {
							into[id] = string(e.bytes)
						}
						return nil
					})
				})
			})
		case 12:
			return mapEntries(f.bytes, 1, func(_ string, id int, p []byte) error {
				return fields(p, func(e field) error {
					t.prPatterns[id] = append(t.prPatterns[id], string(e.bytes))
					return nil
				})
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(t.diagnoses) == 0 || len(t.formulas) == 0 {
		return nil, fmt.Errorf("drg: the tables hold nothing for version %d", version)
	}
	for mdc := range t.formulas {
		slices.SortStableFunc(t.formulas[mdc], func(a, b formula) int { return a.rank - b.rank })
	}
	return t, nil
}

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

func (t *tables) diagnosis(code string, list []byte, version int) error {
	return versioned(list, 1, 6, version, func(item []byte) error {
		var d diagnosis
		err := fields(item, func(e field) error {
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
		t.diagnoses[code] = d
		return err
	})
}

func (t *tables) cluster(id string, list []byte, version int) error {
	return versioned(list, 1, 4, version, func(item []byte) error {
		var c cluster
		err := fields(item, func(e field) error {
			var err error
			switch e.number {
			case 1:
				c.suppress, err = ints(e, c.suppress)
			case 3:
				var codes []string
				err = fields(e.bytes, func(x field) error {
					if x.number == 2 {
						codes = append(codes, string(x.bytes))
					}
					return nil
				})
				c.choices = append(c.choices, codes)
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
			t.formulas[mdc] = append(t.formulas[mdc], x)
		}
		return err
	})
}
