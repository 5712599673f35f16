// Package mce edits inpatient claims as the Medicare Code Editor does, by
// CMS's own tables, which cover every ICD-10 code since 2015-10-01 with its
// dates. The tables are read from what CMS publishes (mce.bin); none is
// shipped here.
//
// Codes stand without point, dates are numbers CCYYMMDD.
package mce

// Edit is one of the editor's edits.
type Edit int

// The edits, in the order in which they are listed.
const (
	InvalidCode Edit = iota
	SexConflict
	AgeConflict
	QuestionableAdmission
	ManifestationAsPDX
	ECodeAsPDX
	UnacceptablePDX
	RequiresSecondary
	DuplicateOfPDX
	NonCovered
	LimitedCoverage
	QuestionableObstetric
	InvalidAge
	InvalidSex
	InvalidDischargeStatus
	WrongProcedure
	InconsistentStay
	Unspecified
	edits
)

var editNames = [edits]string{
	"INVALID_CODE", "SEX_CONFLICT", "AGE_CONFLICT", "QUESTIONABLE_ADMISSION", "MANIFESTATION_AS_PDX", "E_CODE_AS_PDX",
	"UNACCEPTABLE_PDX", "REQUIRES_SDX", "DUPLICATE_OF_PDX", "NON_COVERED", "LIMITED_COVERAGE",
	"QUESTIONABLE_OBSTETRIC_ADMISSION", "INVALID_AGE", "INVALID_SEX", "INVALID_DISCHARGE_STATUS",
	"WRONG_PROCEDURE_PERFORMED", "INCONSISTENT_WITH_LENGTH_OF_STAY", "UNSPECIFIED",
}

// String gives the name that CMS's program prints.
func (e Edit) String() string {
	if e < 0 || e >= edits {
		return ""
	}
	return editNames[e]
}

// Stay is what the editor looks at.
type Stay struct {
	Discharge       int // CCYYMMDD
	Age             int
	Sex             int // 0 unknown, 1 male, 2 female
	DischargeStatus int
	LengthOfStay    int    // days; below 0: not known
	Principal       string // blank: the first secondary diagnosis stands for it
	Secondary       []string
	Procedures      []string
}

// Counts says how often each edit was raised.
type Counts [edits]int

// Any says whether an edit was raised.
func (c *Counts) Any() bool { return *c != Counts{} }

// Days on which edits began or ended.
const (
	sexEnded         = 20241001 // sex is no longer edited
	unspecifiedBegan = 20220401
)

// Covers says whether the tables answer for a day of discharge. A stay of
// another day is not edited.
func (t *Tables) Covers(day int) bool { return day >= firstDay && day <= t.Last }

// firstDay is the first day of which CMS's program edits discharges.
const firstDay = 19851001

// Edit runs every edit over a stay.
func (t *Tables) Edit(s *Stay) Counts {
	e := run{t: t, s: s, at: Place{Diagnosis: -1, Procedure: -1}}
	e.all()
	return e.counts
}

// Finding is one edit with the code that raised it.
type Finding struct {
	Edit Edit
	Place
}

// Place is a code of a stay: a diagnosis, of which 0 is the principal one, or a
// procedure, of which 0 is the first; the other is -1, and both are where it is
// the stay as a whole.
type Place struct{ Diagnosis, Procedure int }

// Findings runs every edit over a stay and says of each which code raised it.
func (t *Tables) Findings(s *Stay) []Finding {
	e := run{t: t, s: s, at: Place{Diagnosis: -1, Procedure: -1}, keep: true}
	e.all()
	return e.list
}

func (r *run) all() {
	r.demographics()
	r.diagnoses()
	r.procedures()
}

// raise counts an edit.
func (r *run) raise(e Edit) {
	r.counts[e]++
	if r.keep {
		r.list = append(r.list, Finding{e, r.at})
	}
}

type run struct {
	t      *Tables
	s      *Stay
	counts Counts
	// What the codes are flagged with: all diagnoses, the secondary ones, all
	// procedures.
	dx, secondary, pr flag
	at                Place // the code at hand
	keep              bool
	list              []Finding
}

func (r *run) demographics() {
	s := r.s
	if s.Age < 0 || s.Age > 124 {
		r.raise(InvalidAge)
	}
	if s.Sex < 0 || s.Sex > 2 || s.Sex == 0 && s.Discharge < sexEnded {
		r.raise(InvalidSex)
	}
	if !r.t.statusOn(s.DischargeStatus, s.Discharge) {
		r.raise(InvalidDischargeStatus)
	}
}

func (r *run) diagnoses() {
	principal, secondary := r.s.Principal, r.s.Secondary
	if principal == "" && len(secondary) > 0 {
		principal, secondary = secondary[0], secondary[1:]
	}
	r.at.Diagnosis = 0
	if principal != "" {
		if f, ok := r.diagnosis(principal); ok {
			r.principal(f, len(secondary) == 0)
		}
	}
	for i, code := range secondary {
		r.at.Diagnosis = i + 1
		if code == principal && code != "" {
			r.raise(DuplicateOfPDX)
		}
		if !blank(code) {
			f, _ := r.diagnosis(code)
			r.secondary |= f
		}
	}
	r.at.Diagnosis = -1
}

// blank says whether a code is none: some files fill empty fields with zeros.
func blank(code string) bool {
	for i := range len(code) {
		if code[i] != '0' {
			return false
		}
	}
	return true
}

// diagnosis runs what every diagnosis is edited for.
func (r *run) diagnosis(code string) (flag, bool) {
	f, ok := r.t.diagnoses.on(code, r.s.Discharge)
	if !ok {
		r.raise(InvalidCode)
		return 0, false
	}
	r.dx |= f
	if f&ageFlags != 0 && !r.ageFits(f) {
		r.raise(AgeConflict)
	}
	r.sex(f)
	if f&unspecified != 0 && r.s.Discharge >= unspecifiedBegan {
		r.raise(Unspecified)
	}
	if f&wrongProcedure != 0 {
		r.raise(WrongProcedure)
	}
	return f, true
}

func (r *run) ageFits(f flag) bool {
	for _, g := range r.t.ages {
		if f&g.flags != 0 && g.holds(r.s.Discharge) && r.s.Age >= g.min && r.s.Age <= g.max {
			return true
		}
	}
	return false
}

func (r *run) sex(f flag) {
	if f&male != 0 && r.s.Sex != 1 || f&female != 0 && r.s.Sex != 2 {
		if r.s.Discharge < sexEnded {
			r.raise(SexConflict)
		}
	}
}

func (r *run) principal(f flag, alone bool) {
	if f&eCode != 0 {
		r.raise(ECodeAsPDX)
	}
	if f&manifestation != 0 {
		r.raise(ManifestationAsPDX)
	}
	if f&questionable != 0 {
		r.raise(QuestionableAdmission)
	}
	switch {
	case f&unacceptable == 0:
	case f&requiresSecondary == 0:
		r.raise(UnacceptablePDX)
	case alone:
		r.raise(RequiresSecondary)
	}
}

// longStay is how many days the procedures flagged for it take at least.
const longStay = 5

func (r *run) procedures() {
	for _, code := range r.s.Procedures {
		f, _ := r.t.procedures.on(code, r.s.Discharge)
		r.pr |= f
	}
	for i, code := range r.s.Procedures {
		r.at.Procedure = i
		if blank(code) {
			continue
		}
		f, ok := r.t.procedures.on(code, r.s.Discharge)
		if !ok {
			r.raise(InvalidCode)
			continue
		}
		r.sex(f)
		switch {
		case r.isNonCovered(f):
			r.raise(NonCovered) // and then not limited as well
		case f&limited != 0 || r.artificialHeart(f) && r.dx&clinicalTrial != 0:
			r.raise(LimitedCoverage)
		}
		if f&lengthOfStay != 0 && r.s.LengthOfStay >= 0 && r.s.LengthOfStay < longStay {
			r.raise(InconsistentStay)
		}
		if f&(cesarean|vaginal) != 0 && r.secondary&delivery == 0 {
			r.raise(QuestionableObstetric)
		}
	}
}

func (r *run) isNonCovered(f flag) bool {
	switch {
	case f&nonCovered != 0:
		return true
	case f&r.dx&(nonCoveredZ302|nonCovered6|nonCovered7) != 0:
		return true
	case f&nonCoveredOver60 != 0:
		return r.s.Age < 0 || r.s.Age > 60
	case f&nonCovered45 != 0:
		return !r.pancreasCovered()
	}
	return r.artificialHeart(f) && r.dx&clinicalTrial == 0
}

// artificialHeart: both halves of an artificial heart are covered in a
// clinical trial only.
func (r *run) artificialHeart(f flag) bool {
	return f&(artificialHeartA|artificialHeartB) != 0 && r.pr&artificialHeartA != 0 && r.pr&artificialHeartB != 0
}

// pancreasCovered: a pancreas transplant is covered with a kidney transplant,
// or for a diabetic of type I. (The editor asks for one of the two; the rule in
// words asks for both. No row in hand tells them apart.)
func (r *run) pancreasCovered() bool {
	return r.dx&diabetesI != 0 || r.pr&kidneyTransplant != 0
}
