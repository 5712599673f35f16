package codes

import (
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Visits are billed by codes of a family, in the order of their levels. How a
// provider's visits spread over the levels, beside those of others, is a hint to
// look at what was documented; it is no error of any claim.

// Families are those that are compared, by number alone.
var Families = []Family{
	{"office visits of new patients", []string{"99202", "99203", "99204", "99205"}},
	{"office visits of established patients", []string{"99211", "99212", "99213", "99214", "99215"}},
	{"first hospital visits", []string{"99221", "99222", "99223"}},
	{"further hospital visits", []string{"99231", "99232", "99233"}},
	{"emergency visits", []string{"99281", "99282", "99283", "99284", "99285"}},
	{"first visits in nursing facilities", []string{"99304", "99305", "99306"}},
	{"further visits in nursing facilities", []string{"99307", "99308", "99309", "99310"}},
	{"home visits of new patients", []string{"99341", "99342", "99344", "99345"}},
	{"home visits of established patients", []string{"99347", "99348", "99349", "99350"}},
	// Of stays the level is what weighed in their group.
	{"inpatient stays", []string{"stay none", "stay CC", "stay MCC"}},
}

// Family is a family of codes, the lowest level first.
type Family struct {
	Name  string
	Codes []string
}

// LevelOf finds the family and the level, from 0, of a code.
func LevelOf(code string) (family, level int, ok bool) {
	if len(code) < 5 || code[:2] != "99" && code[:2] != "st" {
		return 0, 0, false
	}
	for f := range Families {
		if l := slices.Index(Families[f].Codes, code); l >= 0 {
			return f, l, true
		}
	}
	return 0, 0, false
}

const (
	// fewVisits is how many visits a provider has at least before anything is
	// said.
	fewVisits = 50
	// fewPeers is how many other providers make a group of peers.
	fewPeers = 3
	// outlying is how far from the peers, in their own standard deviations, the
	// level of a provider is said to be out.
	outlying = 2.0
)

// Levels counts visits by provider and family.
type Levels struct {
	counts map[levelKey][]float64 // by level
}

type levelKey struct {
	provider string
	family   int
}

// Add counts visits of a provider.
func (l *Levels) Add(provider, code string, n float64) {
	f, level, ok := LevelOf(code)
	if !ok || provider == "" || n <= 0 {
		return
	}
	if l.counts == nil {
		l.counts = map[levelKey][]float64{}
	}
	k := levelKey{provider, f}
	if l.counts[k] == nil {
		l.counts[k] = make([]float64, len(Families[f].Codes))
	}
	l.counts[k][level] += n
}

// Peers are what a provider is compared with.
type Peers struct {
	Name   string
	Shares []float64 // of the levels, together 1
	Weight float64   // how many visits the peers weigh for one provider: the less they differ, the more
	Spread float64   // standard deviation of the level index among them; 0: not known
	Count  int       // how many providers; 0: not known
}

// Hint is what is said of a provider's visits of a family.
type Hint struct {
	Provider   string
	Family     Family
	Visits     int
	Counts     []int
	Index      float64 // mean level, the lowest is 1
	Shrunk     float64 // the same, with the peers weighed in
	PeerIndex  float64
	Score      float64 // how far out, in standard deviations of the peers; below 0: lower
	Percentile int     // of peers that lie below
	Top        float64 // share of the two highest levels
	High       bool    // at least 95 of 100 visits are of the two highest levels, and the level is out
	Peers      Peers
}

// index is the mean level of counts, the lowest is 1.
func index(counts []float64) (mean, n float64) {
	for i, c := range counts {
		n += c
		mean += float64(i+1) * c
	}
	if n > 0 {
		mean /= n
	}
	return mean, n
}

// Hints compares every provider with national figures, where peers gives them
// for a family, or else with the other providers that were counted. Providers of
// fewer than fifty visits, and groups that are too small, are not judged.
func (l *Levels) Hints(peers func(provider string, family Family) (Peers, bool)) []Hint {
	var list []Hint
	keys := make([]levelKey, 0, len(l.counts))
	for k := range l.counts {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if keys[i].family != keys[j].family {
			return keys[i].family < keys[j].family
		}
		return keys[i].provider < keys[j].provider
	})
	for _, k := range keys {
		counts := l.counts[k]
		mean, n := index(counts)
		if n < fewVisits {
			continue
		}
		family := Families[k.family]
		var p Peers
		ok := false
		if peers != nil {
			p, ok = peers(k.provider, family)
		}
		if !ok {
			p, ok = l.others(k)
		}
		if !ok {
			continue
		}
		if h := compare(family, counts, mean, n, p); math.Abs(h.Score) >= outlying {
			h.Provider = k.provider
			list = append(list, h)
		}
	}
	return list
}

// compare weighs the peers in, as if they had been seen Weight visits of: twenty
// visits that happen to be high do not flag.
func compare(family Family, counts []float64, mean, n float64, p Peers) Hint {
	h := Hint{Family: family, Visits: int(n), Index: mean, Peers: p}
	shrunk := make([]float64, len(counts))
	for i, c := range counts {
		h.Counts = append(h.Counts, int(c))
		shrunk[i] = (c + p.Weight*p.Shares[i]) / (n + p.Weight)
	}
	h.Shrunk, _ = index(shrunk)
	h.PeerIndex, _ = index(p.Shares)
	spread := p.Spread
	if spread <= 0 { // as far as providers of so many visits differ under the weight
		variance := 0.0
		for i, s := range p.Shares {
			d := float64(i+1) - h.PeerIndex
			variance += s * d * d
		}
		spread = math.Sqrt(variance / (1 + p.Weight))
	}
	if spread > 0 {
		h.Score = (h.Shrunk - h.PeerIndex) / spread
	}
	h.Percentile = int(math.Round(100 * 0.5 * (1 + math.Erf(h.Score/math.Sqrt2))))
	for i := max(0, len(counts)-2); i < len(counts); i++ {
		h.Top += counts[i] / n
	}
	h.High = h.Score >= outlying && h.Top >= 0.95
	return h
}

// others are the other providers that have enough visits of a family.
func (l *Levels) others(k levelKey) (Peers, bool) {
	p := Peers{Name: "the office's other providers", Shares: make([]float64, len(Families[k.family].Codes))}
	var means []float64
	for other, counts := range l.counts {
		mean, n := index(counts)
		if other.family != k.family || other.provider == k.provider || n < fewVisits {
			continue
		}
		for i, c := range counts {
			p.Shares[i] += c / n
		}
		means = append(means, mean)
	}
	if p.Count = len(means); p.Count < fewPeers {
		return p, false
	}
	for i := range p.Shares {
		p.Shares[i] /= float64(p.Count)
	}
	slices.Sort(means)
	mean, _ := index(p.Shares)
	between, within := 0.0, 0.0
	for _, m := range means {
		between += (m - mean) * (m - mean)
	}
	between /= float64(p.Count - 1)
	for i, s := range p.Shares {
		within += s * (float64(i+1) - mean) * (float64(i+1) - mean)
	}
	p.Spread = math.Max(math.Sqrt(between), 0.05)
	// Dirichlet: providers vary by within/(1+weight).
	p.Weight = min(max(within/(p.Spread*p.Spread)-1, 1), 500)
	return p, true
}

// nationalWeight is what national shares weigh: the file does not say how much
// providers differ.
const nationalWeight = 20

// National makes peers of the figures that the operator has loaded for a
// specialty.
func (l *Library) National(specialty string, family Family) (Peers, bool) {
	s := l.System(VisitMix)
	if s == nil {
		return Peers{}, false
	}
	r := s.Releases[0]
	p := Peers{Name: specialty + ", " + r.Name, Shares: make([]float64, len(family.Codes)), Weight: nationalWeight}
	total := 0.0
	for i, c := range family.Codes {
		if v, ok := r.Value(mixCode(c, specialty), 0); ok {
			p.Shares[i] = float64(v)
			total += float64(v)
		}
	}
	if total < fewVisits {
		return Peers{}, false
	}
	for i := range p.Shares {
		p.Shares[i] /= total
	}
	return p, true
}

// Specialties are those that the operator's figures name.
func (l *Library) Specialties() []string {
	s := l.System(VisitMix)
	if s == nil {
		return nil
	}
	var list []string
	s.Releases[0].bareEach(func(e Entry) bool {
		if name := e.Code[min(5, len(e.Code)):]; !slices.Contains(list, name) {
			list = append(list, name)
		}
		return true
	})
	slices.Sort(list)
	return list
}

// bareEach visits all codes without their texts.
func (r *Release) bareEach(visit func(e Entry) bool) {
	for i := range r.n {
		if !visit(r.bare(i)) {
			return
		}
	}
}

// mixCode is a code and a specialty.
func mixCode(code, specialty string) string {
	var b strings.Builder
	b.WriteString(code)
	for _, c := range strings.ToUpper(specialty) {
		if (c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') && b.Len() < maxCodeWidth {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// readVisits reads CMS's yearly figures by provider and service, a file of some
// ten million rows, as it streams by: only the sums by specialty and code are
// kept, and no word of any code.
func readVisits(name string, r io.Reader) (*Loaded, error) {
	out := &Loaded{System: VisitMix, Name: filepathBase(name), From: 19000101}
	rr := newRowReader(r)
	specialty, code, services := -1, -1, -1
	sums := map[string]float64{}
	for first := true; ; {
		f, err := rr.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		n := rr.line
		if first {
			first = false
			for k, h := range f {
				switch strings.ToLower(h) {
				case "rndrng_prvdr_type", "provider_type", "specialty":
					specialty = k
				case "hcpcs_cd", "hcpcs_code", "code":
					code = k
				case "tot_srvcs", "line_srvc_cnt", "services":
					services = k
				}
			}
			if specialty < 0 || code < 0 || services < 0 {
				return nil, &LineError{1, "its heading has not the columns of specialty, code and services"}
			}
			continue
		}
		if len(f) <= max(specialty, code, services) {
			return nil, &LineError{n, "it has fewer columns than the heading"}
		}
		if _, _, ok := LevelOf(f[code]); !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.ReplaceAll(f[services], ",", ""), 64)
		if err != nil || v < 0 {
			return nil, &LineError{n, "its services are no number"}
		}
		if sums[mixCode(f[code], f[specialty])] += v; len(sums) > 100_000 {
			return nil, &LineError{n, "it names too many specialties"}
		}
	}
	for k, v := range sums {
		out.Entries = append(out.Entries, Entry{Code: k, Value: int(math.Min(math.Round(v), 1<<31-1))})
	}
	return out.done(nil)
}

// String says it in a sentence.
func (h Hint) String() string {
	var b strings.Builder
	where := "higher"
	if h.Score < 0 {
		where = "lower"
	}
	b.WriteString(h.Provider + ": " + h.Family.Name + " are billed at " + where + " levels than the peers bill them (" + h.Peers.Name + "): mean level " +
		strconv.FormatFloat(h.Index, 'f', 2, 64) + " of " + strconv.Itoa(len(h.Counts)) + " over " + strconv.Itoa(h.Visits) + " visits, peers " +
		strconv.FormatFloat(h.PeerIndex, 'f', 2, 64) + ", percentile " + strconv.Itoa(h.Percentile) + " (")
	for i, n := range h.Counts {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(h.Family.Codes[i] + " " + strconv.Itoa(n))
	}
	b.WriteString(")")
	if h.High {
		b.WriteString("; nearly all are of the two highest levels")
	}
	return b.String()
}
