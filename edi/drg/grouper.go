// Package drg assigns Medicare severity diagnosis related groups, by CMS's own
// tables: the version that is in force on the day of discharge, the initial
// group and the final one after hospital-acquired conditions, and why.
//
// The tables are read from what CMS publishes (msdrg_combined.bin, in the jar
// of its grouper); none is shipped here. What was learned of the algorithm
// from others is credited in NOTICE.
//
// Codes stand without point, dates as CCYYMMDD. A Grouper is immutable and
// serves many goroutines; each has its own Session.
package drg

import (
	"slices"
	"strings"
	"sync"

	"claimwire/edi/codes"
)

// Severity of a diagnosis as a complication or comorbidity.
const (
	severityMCC  = 0
	severityCC   = 1
	severityNone = 2
)

// Version gives the grouper's version of a day of discharge, CCYYMMDD: 431 is
// version 43.1. It is 0 when the day is none.
func Version(day string) int {
	if len(day) != 8 {
		return 0
	}
	n := 0
	for _, c := range day {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	year, month := n/10000, n/100%100
	v := (year - 1983) * 10
	switch {
	case month >= 10:
		return v + 10
	case month >= 4:
		return v + 1
	}
	return v
}

// Grouper is one version: its formulas compiled, its tables indexed. What a code
// sets is worked out when a stay first has it.
type Grouper struct {
	Version int

	t        *tables
	names    map[string]int32
	nameList []string
	lists    map[int][]compiled
	hacs     []compiledHAC
	stack    int
	id       ids

	mu          sync.Mutex // of what follows, which is made as codes come
	diagnosesOf map[diagnosisKey]*dxEntry
	prototypes  map[procedureKey]*prEntry
	clusters    map[uint64]*clusterEntry

	orderOnce sync.Once
	order     []uint64 // diagnoses in the order of their codes
}

// dxEntry is a diagnosis of the version.
type dxEntry struct {
	none       bool // the version has no such code
	mdc        int
	maleMDC    int // 0: the same for all
	femaleMDC  int
	severity   int
	mccAlive   bool
	pdx, sdx   []int32 // names that it sets as principal, as secondary
	attributes []int32 // names of its attributes themselves
	hacPdx     []int32
	hacSdx     []int32
	hacs       []int // hospital-acquired conditions that it may be
	catheter   bool  // it says that a urinary catheter has infected
	trauma     int   // bit of its significant trauma site
}

// prEntry is a procedure, or a cluster of them.
type prEntry struct {
	none     bool // the version has no such code
	names    []int32
	clusters []*clusterEntry
	counts   counters
	joint    int // bits of joints
	vessels  int
	// stents, by whether they elute a drug
	drugStents, bareStents int
	surgical               bool
}

// clusterEntry is a cluster: sets of codes, of each of which it has one.
type clusterEntry struct {
	entry    *prEntry
	suppress uint32
	choices  []codeSet
}

// counters are how often a code stands for the fusions that are counted.
type counters struct{ sectX, post, ant, post1, multiple uint8 }

type compiledHAC struct {
	number int
	ops    []op
}

// ids are the names that the grouper itself sets.
type ids struct {
	ecode, invalidPdx, invalidSex, invalidStatus, fallThrough, alive, died, ama, transfer, anydx, multst, bilateral,
	vessels, stents, drugStents, bareStents, sectX, post, ant, post1, single, multiple, onlyIncident, orproc, incident int32
}

// New compiles the tables of a version.
func New(table []byte, version int) (*Grouper, error) {
	t, err := readTables(table, version)
	if err != nil {
		return nil, err
	}
	g := &Grouper{Version: version, t: t, names: map[string]int32{}, lists: map[int][]compiled{},
		diagnosesOf: map[diagnosisKey]*dxEntry{}, prototypes: map[procedureKey]*prEntry{}, clusters: map[uint64]*clusterEntry{}}
	for mdc, list := range t.formulas {
		for _, f := range list {
			ops, err := compileFormula(f.text, g.name)
			if err != nil {
				return nil, err
			}
			c := compiled{ops: ops, drg: f.drg, mdc: f.mdc, reroute: f.reroute, severity: f.severity, text: f.text}
			for _, s := range f.suppress {
				c.suppress = append(c.suppress, g.name(s))
			}
			c.error = f.drg == 0 && f.reroute == 0 && (strings.Contains(f.text, "INVALID_") || f.text == "PDX_ECODE")
			g.stack = max(g.stack, len(ops))
			g.lists[mdc] = append(g.lists[mdc], c)
		}
	}
	g.sieve()
	for n := 1; n <= 99; n++ {
		if text, ok := t.hacs[n]; ok {
			ops, err := compileFormula(text, g.name)
			if err != nil {
				return nil, err
			}
			g.stack = max(g.stack, len(ops))
			g.hacs = append(g.hacs, compiledHAC{n, ops})
		}
	}
	g.id = ids{ecode: g.name("PDX_ECODE"), invalidPdx: g.name("INVALID_PDX"), invalidSex: g.name("INVALID_SEX"), invalidStatus: g.name("INVALID_DSTAT"), fallThrough: g.name("MDC_20_FALL_THRU"),
		alive: g.name("ALIVE"), died: g.name("DIED"), ama: g.name("AMA"), transfer: g.name("XFRNBA"), anydx: g.name("ANYDX"), multst: g.name("MULTST"),
		bilateral: g.name("BILATERAL"), vessels: g.name("FOUR_VESSELS"), stents: g.name("FOUR_STENTS"),
		drugStents: g.name("FOUR_DRUG_ELUTING_STENTS"), bareStents: g.name("FOUR_NON_DRUG_ELUTING_STENTS"), multiple: g.name("MULTFUSE"), sectX: g.name("SGLANTSECTXCTR"),
		post: g.name("SGLPOSTFUSECTR"), ant: g.name("SGLANTCTR"), post1: g.name("SGLPOST1CTR"), single: g.name("SINGLEFUSIONCTR"),
		onlyIncident: g.name("ONLY:incident"), orproc: g.name("ORPROC"), incident: g.name("incident")}
	// Attributes that no formula names may take a severity, and explain one.
	for _, attributes := range t.dxPatterns {
		for _, a := range attributes {
			g.name(a)
		}
	}
	return g, nil
}

// sieve finds, of each formula, the rarest name without which it cannot hold: most
// formulas of a list are passed by with a look at it.
func (g *Grouper) sieve() {
	uses := make([]int, len(g.nameList))
	for _, list := range g.lists {
		for i := range list {
			for _, n := range needed(list[i].ops) {
				uses[n]++
			}
		}
	}
	for _, list := range g.lists {
		for i := range list {
			f := &list[i]
			f.needs = -1
			for _, n := range needed(f.ops) {
				if f.needs < 0 || uses[n] < uses[f.needs] {
					f.needs = n
				}
			}
		}
	}
}

// name numbers a name.
func (g *Grouper) name(s string) int32 {
	if n, ok := g.names[s]; ok {
		return n
	}
	n := int32(len(g.nameList))
	g.names[s] = n
	g.nameList = append(g.nameList, s)
	return n
}

// known is the number of a name that some formula uses; ok is false for others.
func (g *Grouper) known(s string) (int32, bool) {
	n, ok := g.names[s]
	return n, ok
}

var traumaSites = map[string]int{"sthead": 1, "stchest": 2, "stabdom": 4, "stkidney": 8, "sturin": 16, "stpel": 32, "stuplimb": 64, "stlolimb": 128}

var joints = map[string]int{"leftankle": 1, "rightankle": 2, "lefthip": 4, "righthip": 8, "leftknee": 16, "rightknee": 32}

// Most codes share what the tables say of them with many others.
type (
	diagnosisKey struct {
		diagnosis
		sexes
		hacs string
	}
	procedureKey struct {
		pattern int
		hacs    string
	}
)

var (
	noDiagnosis = &dxEntry{none: true}
	noProcedure = &prEntry{none: true}
)

// diagnosis is what the version says of a diagnosis; nil: nothing.
func (g *Grouper) diagnosis(k uint64) *dxEntry {
	e := g.t.diagnoses.of(k, func(row []byte) *dxEntry {
		d, ok, err := g.t.diagnosis(row)
		if !ok || err != nil {
			return noDiagnosis
		}
		key := diagnosisKey{d, g.t.gender[k], strings.Join(g.t.hacNames[k], " ")}
		g.mu.Lock()
		defer g.mu.Unlock()
		e := g.diagnosesOf[key]
		if e == nil {
			e = g.compileDiagnosis(key)
			g.diagnosesOf[key] = e
		}
		return e
	})
	if e == nil || e.none {
		return nil
	}
	return e
}

// excluded is what a principal diagnosis excludes.
func (g *Grouper) excluded(pdx uint64) codeSet {
	set := g.t.exclusions.of(pdx, func(row []byte) *codeSet {
		set, err := g.t.excluded(row)
		if set == nil || err != nil {
			set = new(codeSet)
		}
		return set
	})
	if set == nil {
		return nil
	}
	return *set
}

func (g *Grouper) compileDiagnosis(d diagnosisKey) *dxEntry {
	e := &dxEntry{mdc: d.mdc, severity: d.severity, maleMDC: d.male, femaleMDC: d.female}
	for _, pattern := range []int{d.operands, d.dxCat} {
		for _, a := range g.t.dxPatterns[pattern] {
			e.trauma |= traumaSites[a]
			e.mccAlive = e.mccAlive || a == "mccalive"
			e.attributes = append(e.attributes, g.names[a])
			e.pdx = g.variants(e.pdx, a, "PDX:")
			e.sdx = g.variants(e.sdx, a, "SDX:")
		}
	}
	for _, a := range slices.Concat(g.t.dxPatterns[d.hacOperands], strings.Fields(d.hacs)) {
		e.catheter = e.catheter || a == "hac06_sdx"
		e.hacPdx = g.variants(e.hacPdx, a, "PDX:")
		e.hacSdx = g.variants(e.hacSdx, a, "SDX:")
		for _, h := range g.hacs {
			if id, ok := g.known("SDX:" + a); ok && namesIt(h.ops, id) {
				e.hacs = append(e.hacs, h.number)
			}
		}
	}
	return e
}

func namesIt(ops []op, id int32) bool {
	for _, o := range ops {
		if o.kind == 'n' && o.name == id {
			return true
		}
	}
	return false
}

// variants adds the names that an attribute sets, those that a formula uses.
func (g *Grouper) variants(list []int32, attribute, prefix string) []int32 {
	for _, s := range []string{attribute, "ANY:" + attribute, prefix + attribute} {
		if id, ok := g.known(s); ok {
			list = append(list, id)
		}
	}
	return list
}

// procedure is what the version says of a procedure; nil: nothing. Each code has
// an entry of its own, which can be suppressed by itself.
func (g *Grouper) procedure(k uint64) *prEntry {
	e := g.t.procedures.of(k, func(row []byte) *prEntry {
		pattern, ok, err := g.t.procedure(row)
		if !ok && len(g.t.clustersOf[k]) == 0 || err != nil {
			return noProcedure
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		e := g.compileProcedure(pattern, k)
		for _, id := range g.t.clustersOf[k] {
			if c := g.cluster(id); c != nil {
				e.clusters = append(e.clusters, c)
			}
		}
		return e
	})
	if e == nil || e.none {
		return nil
	}
	return e
}

// cluster makes a cluster, once. The caller holds mu.
func (g *Grouper) cluster(id uint64) *clusterEntry {
	if c := g.clusters[id]; c != nil {
		return c
	}
	raw, ok := g.t.clusters[id]
	if !ok {
		return nil
	}
	pattern := 0
	if i := g.t.procedures.row(id); i >= 0 {
		pattern, _, _ = g.t.procedure(g.t.procedures.rows[i])
	}
	c := &clusterEntry{g.compileProcedure(pattern, id), raw.suppress, raw.choices}
	g.clusters[id] = c
	return c
}

// compileProcedure makes the entry of a procedure or cluster. The caller holds mu.
func (g *Grouper) compileProcedure(pattern int, code uint64) *prEntry {
	e := new(prEntry)
	k := procedureKey{pattern, strings.Join(g.t.hacNames[code], " ")}
	if like := g.prototypes[k]; like != nil {
		*e = *like
		return e
	}
	stents := 0
	for _, a := range slices.Concat(g.t.prPatterns[pattern], g.t.hacNames[code]) {
		for _, s := range []string{a, "ANY:" + a} {
			if id, ok := g.known(s); ok {
				e.names = append(e.names, id)
			}
		}
		e.joint |= joints[a]
		if n, ok := strings.CutPrefix(a, "vessel"); ok && len(n) == 1 {
			e.vessels = int(n[0] - '0')
		}
		if n, ok := strings.CutPrefix(a, "stent"); ok && len(n) == 1 {
			stents = int(n[0] - '0')
		}
		switch a {
		case "NORdrugstent":
			e.drugStents = 1
		case "NORstent":
			e.bareStents = 1
		case "d468", "d477":
			e.surgical = true
		case "sglantsectXfuse":
			e.counts.sectX = 1
		case "sglpostfuse":
			e.counts.post = 1
		case "sglantfuse":
			e.counts.ant = 1
			e.counts.multiple++
		case "sglpostfuse1":
			e.counts.post1 = 1
			e.counts.multiple++
		}
	}
	e.drugStents *= stents
	e.bareStents *= stents
	like := *e
	g.prototypes[k] = &like
	return e
}

// Diagnosis is a coded diagnosis of a stay.
type Diagnosis struct {
	Code               string
	PresentOnAdmission byte // Y N U W; blank, 1 or E says that nothing was reported
}

// Stay is what the grouper looks at. It looks at every diagnosis and procedure,
// also those beyond the 24 and 25 that a claim has room for, as CMS's does.
type Stay struct {
	Age             int
	Sex             byte // M F, or U
	DischargeStatus string
	Principal       Diagnosis
	Secondary       []Diagnosis
	Procedures      []string
	ExemptHospital  bool // hospital-acquired conditions do not count
}

// Group is a result of grouping.
type Group struct{ DRG, MDC int }

// Result is what a stay comes to.
type Result struct {
	Initial, Final Group
	ReturnCode     string
}

// Return codes.
const (
	OK            = "OK"
	CannotBePDX   = "DX_CANNOT_BE_PDX"
	InvalidPDX    = "INVALID_PDX"
	InvalidSex    = "INVALID_SEX"
	InvalidStatus = "INVALID_DISCHARGE_STATUS"
	// MissingPOA: a condition that may have been acquired in hospital does not say
	// whether it was present on admission.
	MissingPOA = "HAC_MISSING_ONE_POA"
)

const (
	ungroupable  = 999
	unrelated    = 29 // the list of operations unrelated to the principal diagnosis
	genderMale   = 1
	genderFemale = 2
	maxReroutes  = 4
)

// knownStatus are the discharge statuses that the grouper knows.
var knownStatus = func() (known [100]bool) {
	for _, s := range []int{1, 2, 3, 4, 5, 6, 7, 20, 21, 30, 43, 50, 51, 61, 62, 63, 64, 65, 66, 69, 70, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95} {
		known[s] = true
	}
	return known
}()

// statusKnown says whether a discharge status is one of two digits that the
// grouper knows.
func statusKnown(s string) bool {
	return len(s) == 2 && s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9' && knownStatus[int(s[0]-'0')*10+int(s[1]-'0')]
}

// Session groups one stay after another with memory of its own.
type Session struct {
	g      *Grouper
	stamp  []uint32
	mask   []uint32 // of a name that is set: the MDCs in which it is suppressed
	epoch  uint32
	stack  []bool
	secs   []secondary
	procs  []*prEntry // of codes, and after them of clusters
	codes  []uint64
	masked []uint32
	// The formula that won last, and its list.
	matched     *compiled
	matchedList int
}

// secondary is a secondary diagnosis of the stay at hand.
type secondary struct {
	entry    *dxEntry
	poa      byte
	severity int
	excluded bool // by the principal diagnosis
}

// NewSession makes a Session.
func (g *Grouper) NewSession() *Session {
	return &Session{g: g, stamp: make([]uint32, len(g.nameList)), mask: make([]uint32, len(g.nameList)), stack: make([]bool, g.stack+1)}
}

func (s *Session) set(id int32, suppressed uint32) {
	if s.stamp[id] != s.epoch {
		s.stamp[id], s.mask[id] = s.epoch, suppressed
		return
	}
	s.mask[id] &= suppressed
}

func (s *Session) setIf(id int32, holds bool) {
	if holds {
		s.set(id, 0)
	}
}

// Group groups a stay.
func (s *Session) Group(stay *Stay) Result {
	g := s.g
	pdx := g.diagnosis(codes.Packed(stay.Principal.Code))
	mdc, ok := s.begin(stay, pdx)
	none := Group{ungroupable, 0}
	switch {
	case !ok:
		return Result{none, none, InvalidStatus}
	case pdx == nil:
		return Result{none, none, InvalidPDX}
	}
	initial, code := s.assign(mdc)
	if stay.ExemptHospital || code != OK {
		return Result{initial, initial, code}
	}
	changed, code := s.acquired()
	if code != OK {
		return Result{initial, none, code}
	}
	final := initial
	if changed {
		final, code = s.assign(mdc)
	}
	return Result{initial, final, code}
}

// begin sets the names that hold for the stay and gives the MDC of its
// principal diagnosis. ok is false where the stay has a diagnosis that weighs
// only for patients who live, and does not say whether this one does.
func (s *Session) begin(stay *Stay, pdx *dxEntry) (mdc int, ok bool) {
	g := s.g
	ok = true
	s.epoch++
	s.secs = s.secs[:0]
	s.procs = s.procs[:0]
	s.masked = s.masked[:0]
	s.matched = nil
	id := &g.id
	died := stay.DischargeStatus == "20"
	s.setIf(id.died, died)
	s.setIf(id.alive, !died)
	s.setIf(id.ama, stay.DischargeStatus == "07")
	switch stay.DischargeStatus {
	case "02", "05", "66", "82", "85", "94":
		s.set(id.transfer, 0)
	}
	known := statusKnown(stay.DischargeStatus)
	s.setIf(id.invalidStatus, !known)
	if c := stay.Principal.Code; c != "" {
		s.set(id.anydx, 0)
		s.setIf(id.ecode, c[0] >= 'V' && c[0] <= 'Y')
	}
	trauma := 0
	onlyIncident := true
	if pdx != nil {
		for _, n := range pdx.pdx {
			s.set(n, 0)
		}
		for _, n := range pdx.hacPdx {
			s.set(n, 0)
		}
		trauma |= pdx.trauma
		onlyIncident = has(pdx.attributes, id.incident)
		// Some diagnoses belong to the one MDC in men and to the other in women.
		if mdc = pdx.mdc; pdx.maleMDC > 0 {
			if mdc = pdx.femaleMDC; stay.Sex == 'M' {
				mdc = pdx.maleMDC
			}
			s.setIf(id.invalidSex, stay.Sex != 'M' && stay.Sex != 'F')
		}
		s.setIf(id.fallThrough, mdc == 20)
	}
	excluded := g.excluded(codes.Packed(stay.Principal.Code))
	for i := range stay.Secondary {
		d := &stay.Secondary[i]
		code := codes.Packed(d.Code)
		e := g.diagnosis(code)
		if e == nil {
			continue
		}
		ok = ok && (known || !e.mccAlive)
		sev := e.severity
		out := excluded.has(code)
		if out || died && e.mccAlive {
			sev = severityNone
		}
		s.secs = append(s.secs, secondary{e, d.PresentOnAdmission, sev, out})
		for _, n := range e.sdx {
			s.set(n, 0)
		}
		for _, n := range e.hacSdx {
			s.set(n, 0)
		}
		trauma |= e.trauma
		onlyIncident = onlyIncident && has(e.attributes, id.incident)
	}
	s.setIf(id.multst, trauma&(trauma-1) != 0)
	s.setIf(id.onlyIncident, onlyIncident)
	s.procedures(stay)
	return mdc, ok
}

func has(list []int32, id int32) bool {
	for _, n := range list {
		if n == id {
			return true
		}
	}
	return false
}

// procedures sets the names of procedures and of the clusters that they make.
func (s *Session) procedures(stay *Stay) {
	g := s.g
	s.codes = s.codes[:0]
	for _, code := range stay.Procedures {
		k := codes.Packed(code)
		if e := g.procedure(k); e != nil {
			s.procs, s.codes, s.masked = append(s.procs, e), append(s.codes, k), append(s.masked, 0)
		}
	}
	for i := range s.codes {
		for _, c := range s.procs[i].clusters {
			if s.hasCluster(c, len(s.codes)) || !s.holds(c) {
				continue
			}
			s.procs, s.masked = append(s.procs, c.entry), append(s.masked, 0)
			for k, code := range s.codes {
				for _, choice := range c.choices {
					if choice.has(code) {
						s.masked[k] |= c.suppress
					}
				}
			}
		}
	}
	var counts counters
	joint, vessels, drug, bare := 0, 0, 0, 0
	for i, e := range s.procs {
		for _, id := range e.names {
			s.set(id, s.masked[i])
		}
		if e.surgical {
			s.set(g.id.orproc, s.masked[i])
		}
		joint |= e.joint
		vessels += e.vessels
		drug += e.drugStents
		bare += e.bareStents
		counts.multiple += e.counts.multiple
		counts.sectX += e.counts.sectX
		counts.post += e.counts.post
		counts.ant += e.counts.ant
		counts.post1 += e.counts.post1
	}
	s.setIf(g.id.bilateral, joint&(joint-1) != 0)
	s.setIf(g.id.vessels, vessels >= 4)
	s.setIf(g.id.stents, drug+bare >= 4)
	s.setIf(g.id.drugStents, drug >= 4)
	s.setIf(g.id.bareStents, bare >= 4)
	s.setIf(g.id.multiple, counts.multiple >= 2)
	s.setIf(g.id.sectX, counts.sectX >= 2)
	s.setIf(g.id.post, counts.post >= 2)
	s.setIf(g.id.ant, counts.ant >= 2)
	s.setIf(g.id.post1, counts.post1 >= 2)
	// Fusions of single levels in front and behind, three or more together.
	s.setIf(g.id.single, counts.ant > 0 && counts.post > 0 && counts.ant+counts.post >= 3)
}

func (s *Session) hasCluster(c *clusterEntry, from int) bool {
	for _, e := range s.procs[from:] {
		if e == c.entry {
			return true
		}
	}
	return false
}

// holds says whether every choice of a cluster has a code on the claim.
func (s *Session) holds(c *clusterEntry) bool {
	for _, choice := range c.choices {
		if !slices.ContainsFunc(s.codes, choice.has) {
			return false
		}
	}
	return true
}

// assign walks the list before all MDCs, and then the one of the principal
// diagnosis.
func (s *Session) assign(mdc int) (Group, string) {
	if g, code, done := s.walk(0, mdc); done {
		return g, code
	}
	if mdc == 0 {
		return Group{ungroupable, 0}, OK
	}
	if g, code, done := s.walk(mdc, mdc); done {
		return g, code
	}
	return Group{ungroupable, mdc}, OK
}

// walk tries the formulas of a list in their order, and of the lists that it
// is sent on to. done is false when none matches.
func (s *Session) walk(list, mdc int) (result Group, code string, done bool) {
	for range maxReroutes {
		next := -1
		formulas := s.g.lists[list]
		for i := range formulas {
			f := &formulas[i]
			if f.needs >= 0 && s.stamp[f.needs] != s.epoch || !s.eval(f.ops, list, f.suppress) {
				continue
			}
			if f.drg > 0 {
				s.matched, s.matchedList = f, list
				return Group{f.drg, mdc}, OK, true
			}
			if f.error {
				return Group{ungroupable, 0}, returnCode(f.text), true
			}
			if f.reroute > 0 {
				next = f.reroute
				break
			}
		}
		if next < 0 {
			return Group{}, OK, false
		}
		// Operations that do not fit (29) leave the MDC as it was.
		if list = next; list < unrelated {
			mdc = list
		}
	}
	return Group{}, OK, false
}

func returnCode(text string) string {
	switch {
	case strings.Contains(text, "PDX_ECODE"):
		return CannotBePDX
	case strings.Contains(text, "INVALID_SEX"):
		return InvalidSex
	case strings.Contains(text, "INVALID_DSTAT"):
		return InvalidStatus
	}
	return InvalidPDX
}

// eval runs a formula in an MDC.
func (s *Session) eval(ops []op, mdc int, suppress []int32) bool {
	st := s.stack
	n := 0
	severity := -1
	for i := range ops {
		switch o := &ops[i]; o.kind {
		case 'n':
			st[n] = s.stamp[o.name] == s.epoch && s.mask[o.name]&(1<<mdc) == 0
			n++
		case '&':
			n--
			st[n-1] = st[n-1] && st[n]
		case '|':
			n--
			st[n-1] = st[n-1] || st[n]
		case '~':
			st[n-1] = !st[n-1]
		default:
			if severity < 0 {
				severity = s.severity(suppress)
			}
			st[n] = o.kind == 'M' && severity == severityMCC || o.kind == 'C' && severity == severityCC
			n++
		}
	}
	return n > 0 && st[0]
}

// severity is the highest among the secondary diagnoses, but for those whose
// attributes a formula leaves out.
func (s *Session) severity(suppress []int32) int {
	best := severityNone
	for i := range s.secs {
		sec := &s.secs[i]
		if sec.severity >= best {
			continue
		}
		out := false
		for _, a := range suppress {
			out = out || has(sec.entry.attributes, a)
		}
		if !out {
			best = sec.severity
		}
	}
	return best
}

// acquired takes the severity of conditions that were acquired in hospital, and
// says whether one had any. A condition that meets the criteria while it, or
// another that may be one, says nothing of the admission makes the stay
// ungroupable.
func (s *Session) acquired() (changed bool, code string) {
	met, silent := false, false
	catheter, silentOfCatheter := false, false
	for i := range s.secs {
		sec := &s.secs[i]
		if !sec.mayBeAcquired() {
			continue
		}
		mute := sec.poa != 'N' && sec.poa != 'U'
		silent = silent || mute
		for _, number := range sec.entry.hacs {
			if !s.meets(number) {
				continue
			}
			if number == catheterInfection {
				catheter = catheter || sec.entry.catheter
				silentOfCatheter = silentOfCatheter || mute
			} else {
				met = true
			}
		}
	}
	if met && silent || catheter && silentOfCatheter {
		return false, MissingPOA
	}
	for i := range s.secs {
		sec := &s.secs[i]
		if sec.severity == severityNone || !sec.mayBeAcquired() {
			continue
		}
		for _, number := range sec.entry.hacs {
			if s.meets(number) && (number != catheterInfection || catheter) {
				sec.severity = severityNone
				changed = true
				break
			}
		}
	}
	return changed, OK
}

// mayBeAcquired says whether a diagnosis may be a hospital-acquired condition:
// it is of one, was not present on admission, and the principal diagnosis does
// not exclude it.
func (sec *secondary) mayBeAcquired() bool {
	return len(sec.entry.hacs) > 0 && sec.poa != 'Y' && sec.poa != 'W' && !sec.excluded
}

// catheterInfection is the infection of the urinary tract by a catheter: the
// diagnoses of the infection count only beside that of the catheter.
const catheterInfection = 6

// meets says whether the criteria of a hospital-acquired condition are met.
func (s *Session) meets(number int) bool {
	for _, h := range s.g.hacs {
		if h.number == number && s.eval(h.ops, hacList, nil) {
			return true
		}
	}
	return false
}

// hacList is where formulas of hospital-acquired conditions are evaluated: no
// MDC's suppression holds there.
const hacList = 31

// Check reads all that the tables say, of every version that they hold, and says
// when something cannot be read. New reads of a table only what is asked for.
func Check(table []byte) error {
	versions := map[int]bool{}
	err := fields(table, func(f field) error {
		if f.number != 8 {
			return nil
		}
		return mapEntries(f.bytes, func(_ []byte, _ int, list []byte) error { return versionsOf(list, versions) })
	})
	if err != nil {
		return err
	}
	if len(versions) == 0 {
		return errTables
	}
	for v := range versions {
		g, err := New(table, v)
		if err != nil {
			return err
		}
		for _, row := range g.t.diagnoses.rows {
			if _, _, err := g.t.diagnosis(row); err != nil {
				return err
			}
		}
		for _, row := range g.t.procedures.rows {
			if _, _, err := g.t.procedure(row); err != nil {
				return err
			}
		}
		for _, row := range g.t.exclusions.rows {
			if _, err := g.t.excluded(row); err != nil {
				return err
			}
		}
	}
	return nil
}
