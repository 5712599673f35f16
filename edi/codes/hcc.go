package codes

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Hierarchical condition categories of Medicare's risk adjustment. Of a diagnosis
// the value is its category, and a second one times 65,536; of the hierarchy the
// code is parent and child with a P between, 35P36; of labels it is the category.

func init() {
	loaders = append(loaders,
		loader{regexp.MustCompile(`mappings?[^/]*\.csv$`), contains("Diagnosis", "Category"), readMappings},
		loader{regexp.MustCompile(`\.csv$`), headed("diagnosis_code,cc,model_name"), readMappedRows},
		loader{regexp.MustCompile(`\.csv$`), headed("cc_parent,cc_child,model_domain,model_version"), readHierarchies},
		loader{regexp.MustCompile(`\.csv$`), headed("cc,label,model_domain,model_version"), readLabels},
	)
}

// contains says whether a file has words near its beginning.
func contains(words ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, w := range words {
			if !strings.Contains(string(head), w) {
				return false
			}
		}
		return true
	}
}

// modelOf is the system of a risk adjustment model: "CMS-HCC Model V28" is
// hcc-v28; empty when the words name none.
func modelOf(words string) string {
	w := strings.ToUpper(strings.Join(strings.Fields(words), " "))
	m := regexp.MustCompile(`V0?(\d\d?)\b`).FindStringSubmatch(w)
	switch {
	case m == nil:
		return ""
	case strings.Contains(w, "RXHCC") || strings.HasPrefix(w, "RX"):
		return "rxhcc-v" + m[1]
	case strings.Contains(w, "ESRD"):
		return "hcc-esrd-v" + m[1]
	case strings.Contains(w, "HCC"):
		return "hcc-v" + m[1]
	}
	return ""
}

// paymentYear is when a model's file is in force: services of the year before
// the payment year, and until another is loaded.
func paymentYear(l *Loaded, name string) {
	y := yearOf.FindString(filepathBase(name))
	if y == "" {
		return
	}
	n, _ := strconv.Atoi(y)
	l.Name, l.From = "payment year "+y, (n-1)*10000+101
}

// models are files of several models.
type models struct {
	name  string
	list  []*Loaded
	index map[string]map[string]int
}

func (m *models) of(system string) (*Loaded, map[string]int) {
	for _, l := range m.list {
		if l.System == system {
			return l, m.index[system]
		}
	}
	l := &Loaded{System: system, Name: filepathBase(m.name)}
	paymentYear(l, m.name)
	m.list = append(m.list, l)
	if m.index == nil {
		m.index = map[string]map[string]int{}
	}
	m.index[system] = map[string]int{}
	return l, m.index[system]
}

// map maps a diagnosis to a category; a diagnosis may have two.
func (m *models) add(line int, system, dx, category string) error {
	cc, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(category), "RX"), "HCC"))
	if err != nil || cc < 1 || cc > 0xffff || !isCode(dx) || formOf(ICD10CM, dx) != "" {
		return &LineError{line, "it has not a diagnosis and a category"}
	}
	l, index := m.of(system)
	if i, ok := index[dx]; ok {
		if e := &l.Entries[i]; e.Value&0xffff != cc && e.Value>>16 == 0 {
			e.Value |= cc << 16
			e.Short += " " + strconv.Itoa(cc)
		}
		return nil
	}
	index[dx] = len(l.Entries)
	return l.add(line, Entry{Code: dx, Value: cc, Short: strconv.Itoa(cc)})
}

func (m *models) done(err error) ([]*Loaded, error) {
	if err != nil {
		return nil, err
	}
	if len(m.list) == 0 {
		return nil, &LineError{1, "it holds no category"}
	}
	return m.list, nil
}

// readMappings reads CMS's mapping of a payment year: titles, a heading whose
// cells have several lines, a column a model and beside it whether it counts for
// the payment year.
func readMappings(name string, r io.Reader) ([]*Loaded, error) {
	m := &models{name: name}
	columns := map[int]string{}
	counts := map[string]int{} // column that says whether it counts
	err := rows(r, func(n int, f []string) error {
		if len(columns) == 0 {
			if !strings.EqualFold(strings.Join(strings.Fields(f[0]), " "), "Diagnosis Code") {
				return nil
			}
			for k, cell := range f {
				words := strings.Join(strings.Fields(cell), " ")
				system := modelOf(words)
				switch {
				case system == "":
				case strings.Contains(words, "Payment Year"):
					counts[system] = k
				default:
					columns[k] = system
				}
			}
			if len(columns) == 0 {
				return &LineError{n, "its heading names no model"}
			}
			return nil
		}
		dx := plain(f[0])
		if !isCode(dx) || formOf(ICD10CM, dx) != "" || len(f) < 3 {
			return nil // footnotes, blank rows
		}
		for k, system := range columns {
			if k >= len(f) || f[k] == "" || strings.Trim(f[k], "-") == "" {
				continue
			}
			if c, ok := counts[system]; ok && c < len(f) && !strings.EqualFold(f[c], "yes") {
				continue
			}
			if err := m.add(n, system, dx, f[k]); err != nil {
				return err
			}
		}
		return nil
	})
	return m.done(err)
}

// readMappedRows reads rows of diagnosis, category, model.
func readMappedRows(name string, r io.Reader) ([]*Loaded, error) {
	m := &models{name: name}
	err := rows(r, func(n int, f []string) error {
		if n == 1 || len(f) == 1 && f[0] == "" {
			return nil
		}
		if len(f) < 3 {
			return &LineError{n, "it has not the columns diagnosis, category, model"}
		}
		system := modelOf(f[2])
		if system == "" {
			return &LineError{n, "its third column names no model"}
		}
		return m.add(n, system, plain(f[0]), f[1])
	})
	return m.done(err)
}

// readHierarchies reads rows of parent, child, domain, version.
func readHierarchies(name string, r io.Reader) ([]*Loaded, error) {
	m := &models{name: name}
	err := rows(r, func(n int, f []string) error {
		if n == 1 || len(f) < 4 {
			return nil
		}
		system := modelOf(f[2] + " " + f[3])
		a, err1 := strconv.Atoi(f[0])
		b, err2 := strconv.Atoi(f[1])
		if err1 != nil || err2 != nil || a < 1 || b < 1 {
			return &LineError{n, "it has not two categories"}
		}
		if system == "" {
			return nil // another kind of model
		}
		l, index := m.of(system + "-hierarchy")
		key := f[0] + "P" + f[1]
		if _, twice := index[key]; twice {
			return nil
		}
		index[key] = len(l.Entries)
		return l.add(n, Entry{Code: key, Value: b})
	})
	return m.done(err)
}

// readLabels reads rows of category, label, domain, version.
func readLabels(name string, r io.Reader) ([]*Loaded, error) {
	m := &models{name: name}
	err := rows(r, func(n int, f []string) error {
		if n == 1 || len(f) < 4 {
			return nil
		}
		system := modelOf(f[2] + " " + f[3])
		code := strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(f[0]), "RX"), "HCC")
		if system == "" || strings.Trim(code, "0123456789") != "" || code == "" {
			return nil
		}
		l, index := m.of(system + "-label")
		if _, twice := index[code]; twice {
			return nil
		}
		index[code] = len(l.Entries)
		return l.add(n, Entry{Code: code, Long: f[1]})
	})
	return m.done(err)
}

// HCCs are the categories of V28 that diagnoses stand for on a day, without those
// that a higher one of the same hierarchy includes, in their order. loaded is
// false when no mapping answers for the day.
func (l *Library) HCCs(diagnoses []string, day int) (categories []int, loaded bool) {
	s := l.System(HCCV28)
	if !s.Covers(day) {
		return nil, false
	}
	for _, dx := range diagnoses {
		v, _, ok := s.Value(dx, day)
		if !ok {
			continue
		}
		for _, cc := range [2]int{v & 0xffff, v >> 16} {
			if cc != 0 && !slices.Contains(categories, cc) {
				categories = append(categories, cc)
			}
		}
	}
	order := l.System(HCCV28Order).On(day)
	if order == nil {
		order = newest(l.System(HCCV28Order))
	}
	if order != nil {
		var below []int
		for _, cc := range categories {
			order.Starting(strconv.Itoa(cc)+"P", func(e Entry) bool {
				below = append(below, e.Value)
				return true
			})
		}
		categories = slices.DeleteFunc(categories, func(cc int) bool { return slices.Contains(below, cc) })
	}
	slices.Sort(categories)
	return categories, true
}

func newest(s *System) *Release {
	if s == nil {
		return nil
	}
	return s.Releases[0]
}

// HCCLabel is what a category of V28 is called; empty when no list says.
func (l *Library) HCCLabel(category int) string {
	e, _ := l.System(HCCV28Label).Ever(strconv.Itoa(category))
	return e.Long
}
