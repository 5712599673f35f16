package claim

import "strconv"

// HI segments: up to twelve codes each, in composites that say themselves what
// they are. In a claim they stand in a list for each kind.

// maxCodes is how many codes one HI holds.
const maxCodes = 12

// codeList names the lists of codes of a claim, in the order in which they
// are written unless they were read in another.
type codeList uint8

const (
	diagnosisList codeList = iota
	drgList
	procedureList
	spanList
	occurrenceList
	valueList
	conditionList
	treatmentList
)

// readCodes maps an HI segment, each code by its own qualifier.
func readCodes(m *Mapper) {
	c, w := m.current(), &m.wire
	for e := 1; e <= min(m.seg.Len(), maxCodes); e++ {
		w.open(e)
		if w.have == 0 {
			w.close()
			continue
		}
		at, element := m.at, int8(e)
		switch string(w.parts[0]) {
		case "BBR", "BBQ", "BR", "BQ", "CAH", "BP", "BO":
			p := extend(m, &c.Procedures)
			*p = SurgicalProcedure{At: at, Element: element}
			p.code(w)
		case "DR":
			c.DRG = IndustryCode{At: at, Element: element}
			c.DRG.code(w, "DR")
		case "BI":
			o := extend(m, &c.OccurrenceSpans)
			*o = Occurrence{At: at, Element: element}
			o.code(w, "BI")
		case "BH":
			o := extend(m, &c.Occurrences)
			*o = Occurrence{At: at, Element: element}
			o.code(w, "BH")
		case "BE":
			v := extend(m, &c.Values)
			*v = ValueCode{At: at, Element: element}
			v.code(w)
		case "BG":
			i := extend(m, &c.Conditions)
			*i = IndustryCode{At: at, Element: element}
			i.code(w, "BG")
		case "TC":
			i := extend(m, &c.Treatments)
			*i = IndustryCode{At: at, Element: element}
			i.code(w, "TC")
		default:
			d := extend(m, &c.Diagnoses)
			*d = Diagnosis{At: at, Element: element}
			d.code(w)
		}
		w.close()
	}
}

// The components of C022 that each kind of code has.

func (d *Diagnosis) code(w *wire) {
	text(w, 1, (*string)(&d.Kind))
	text(w, 2, &d.Code)
	text(w, 9, &d.PresentOnAdmission)
}

func (p *SurgicalProcedure) code(w *wire) {
	text(w, 1, (*string)(&p.Kind))
	text(w, 2, &p.Code)
	period(w, 3, &p.Period)
}

func (o *Occurrence) code(w *wire, qualifier string) {
	w.fixed(1, o.Code != "", qualifier)
	text(w, 2, &o.Code)
	period(w, 3, &o.Period)
}

func (v *ValueCode) code(w *wire) {
	w.fixed(1, v.Code != "", "BE")
	text(w, 2, &v.Code)
	amount(w, 5, &v.Amount)
}

func (i *IndustryCode) code(w *wire, qualifier string) {
	w.fixed(1, i.Code != "", qualifier)
	text(w, 2, &i.Code)
}

// codeRun are the codes from..to of a list that stand in one HI.
type codeRun struct {
	list     codeList
	from, to int
	segment  int32 // ordinal that it was read at, or that of what is written before it
}

// writeCodes writes the HI segments: as they were read where the codes came
// from X12, else as the guides ask for them, twelve codes a segment.
func writeCodes(w *wire, c *Claim) {
	w.runs = w.runs[:0]
	for l := diagnosisList; l <= treatmentList; l++ {
		n := codeCount(c, l)
		for from := 0; from < n; {
			to := from + runLength(c, l, from, n)
			segment, _, class := codeAt(c, l, from)
			if l == diagnosisList && class == "other" {
				w.addDRG(c) // the guide has it before other diagnoses
			}
			w.addRun(codeRun{l, from, to, segment})
			from = to
		}
		if l == diagnosisList {
			w.addDRG(c)
		}
	}
	for _, r := range w.runs {
		w.out.Begin("HI")
		w.next = 1
		last := 0
		for i := r.from; i < r.to; i++ {
			_, element, _ := codeAt(c, r.list, i)
			last = max(last+1, int(element))
			w.open(last)
			writeCode(w, c, r.list, i)
			w.close()
		}
		w.out.End()
	}
}

// addRun puts a run behind those that were read before it.
func (w *wire) addRun(r codeRun) {
	if r.segment == 0 && len(w.runs) > 0 {
		r.segment = w.runs[len(w.runs)-1].segment
	}
	w.runs = append(w.runs, r)
	for i := len(w.runs) - 1; i > 0 && w.runs[i-1].segment > w.runs[i].segment; i-- {
		w.runs[i-1], w.runs[i] = w.runs[i], w.runs[i-1]
	}
}

// addDRG adds the run of the DRG, once.
func (w *wire) addDRG(c *Claim) {
	for _, r := range w.runs {
		if r.list == drgList {
			return
		}
	}
	if c.DRG.Code != "" {
		w.addRun(codeRun{drgList, 0, 1, c.DRG.At.Segment})
	}
}

func codeCount(c *Claim, l codeList) int {
	switch l {
	case diagnosisList:
		return len(c.Diagnoses)
	case procedureList:
		return len(c.Procedures)
	case spanList:
		return len(c.OccurrenceSpans)
	case occurrenceList:
		return len(c.Occurrences)
	case valueList:
		return len(c.Values)
	case conditionList:
		return len(c.Conditions)
	case treatmentList:
		return len(c.Treatments)
	}
	return 0
}

// codeAt says where a code stood, and its class: the guides ask for a segment
// of its own for each class.
func codeAt(c *Claim, l codeList, i int) (segment int32, element int8, class string) {
	switch l {
	case diagnosisList:
		d := &c.Diagnoses[i]
		if c.Kind == Institutional {
			class = diagnosisClass(d.Kind)
		}
		return d.At.Segment, d.Element, class
	case drgList:
		return c.DRG.At.Segment, c.DRG.Element, ""
	case procedureList:
		p := &c.Procedures[i]
		return p.At.Segment, p.Element, procedureClass(p.Kind)
	case spanList:
		return c.OccurrenceSpans[i].At.Segment, c.OccurrenceSpans[i].Element, ""
	case occurrenceList:
		return c.Occurrences[i].At.Segment, c.Occurrences[i].Element, ""
	case valueList:
		return c.Values[i].At.Segment, c.Values[i].Element, ""
	case conditionList:
		return c.Conditions[i].At.Segment, c.Conditions[i].Element, ""
	}
	return c.Treatments[i].At.Segment, c.Treatments[i].Element, ""
}

func diagnosisClass(k DiagnosisKind) string {
	switch k {
	case DiagnosisPrincipal, DiagnosisPrincipal9:
		return "principal"
	case DiagnosisAdmitting, DiagnosisAdmitting9:
		return "admitting"
	case DiagnosisReasonForVisit, DiagnosisReasonForVisit9:
		return "reason"
	case DiagnosisExternalCause, DiagnosisExternalCause9:
		return "cause"
	}
	return "other"
}

func procedureClass(k ProcedureKind) string {
	if k == ProcedureOther || k == ProcedureOther9 {
		return "other"
	}
	return ""
}

// runLength says how many codes from number from on stand in one segment.
func runLength(c *Claim, l codeList, from, n int) int {
	segment, last, class := codeAt(c, l, from)
	last = max(last, 1)
	for i := from + 1; i < n; i++ {
		s, element, k := codeAt(c, l, i)
		apart := k != class && element != last+1
		if s > 0 && segment > 0 {
			apart = s != segment
		}
		if apart || element != 0 && element <= last || last == maxCodes {
			return i - from
		}
		last = max(last+1, element)
		segment = max(segment, s)
	}
	return n - from
}

func writeCode(w *wire, c *Claim, l codeList, i int) {
	switch l {
	case diagnosisList:
		c.Diagnoses[i].code(w)
	case drgList:
		c.DRG.code(w, "DR")
	case procedureList:
		c.Procedures[i].code(w)
	case spanList:
		c.OccurrenceSpans[i].code(w, "BI")
	case occurrenceList:
		c.Occurrences[i].code(w, "BH")
	case valueList:
		c.Values[i].code(w)
	case conditionList:
		c.Conditions[i].code(w, "BG")
	case treatmentList:
		c.Treatments[i].code(w, "TC")
	}
}

// JSON. Codes have a place, which diagnosis pointers count, and share segments.
// Where the list alone does not tell the place, a code says its position.

// position is the place of a code: at in units of step, of a class of codes
// that share segments of size places.
func (f *fields) position(at *int8, class string, size int8) {
	switch f.mode {
	case appending:
		next := f.element + 1
		if next > size || class != f.class {
			next = 1
		}
		if *at != 0 && *at != next {
			next = *at
			f.key("position")
			f.dst = strconv.AppendInt(f.dst, int64(next), 10)
			f.dst = append(f.dst, ',')
		}
		f.element, f.class = next, class
	case parsing:
		if smallField(f, "position", at); *at > size {
			f.fail("position", "a number from 1 to "+strconv.Itoa(int(size)))
		}
	}
}

// codesOf walks over a list of codes.
func codesOf[T any, P members[T]](f *fields, name string, p *[]T) {
	f.element, f.class = 0, ""
	list[T, P](f, name, p)
}

func (d *Diagnosis) fields(f *fields) {
	kind(f, "type", "qualifier", diagnosisWords, (*string)(&d.Kind))
	textField(f, "code", &d.Code)
	textField(f, "present_on_admission", &d.PresentOnAdmission)
	class := ""
	if f.kind == Institutional {
		class = diagnosisClass(d.Kind)
	}
	f.position(&d.Element, class, maxCodes)
}

func (p *SurgicalProcedure) fields(f *fields) {
	kind(f, "type", "qualifier", procedureWords, (*string)(&p.Kind))
	textField(f, "code", &p.Code)
	p.Period.fields(f)
	f.position(&p.Element, procedureClass(p.Kind), maxCodes)
}

func (o *Occurrence) fields(f *fields) {
	textField(f, "code", &o.Code)
	o.Period.fields(f)
	f.position(&o.Element, "", maxCodes)
}

func (v *ValueCode) fields(f *fields) {
	textField(f, "code", &v.Code)
	amountField(f, "amount", &v.Amount)
	f.position(&v.Element, "", maxCodes)
}

func (i *IndustryCode) fields(f *fields) {
	textField(f, "code", &i.Code)
	f.position(&i.Element, "", maxCodes)
}
