package rule

import (
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

// Dates: each against the day of the submission, against the services, and
// against each other. A date that lies in the future is said to, and not
// compared with others as well.

func validDay(s string) bool { return len(s) == 8 && x12.ValidDate([]byte(s)) }

func dateOf(list []claim.Date, kind claim.DateKind) *claim.Date {
	for i := range list {
		if list[i].Kind == kind {
			return &list[i]
		}
	}
	return nil
}

// future says whether a day is after the day of the submission.
func (x *check) future(day string) bool { return x.today != "" && validDay(day) && day > x.today }

// day finds a date of the claim that can be compared: one that can be read,
// and does not lie in the future.
func (x *check) day(kind claim.DateKind) (*claim.Date, string) {
	d := dateOf(x.Dates, kind)
	if d == nil {
		return nil, ""
	}
	from := d.From()
	if !validDay(from) || x.future(from) {
		return nil, ""
	}
	return d, from
}

// claimDateIsPast makes the rule that a date of the claim is not in the future.
func claimDateIsPast(code diag.Code, kind claim.DateKind) func(*check) {
	return func(x *check) {
		if d := dateOf(x.Dates, kind); d != nil && x.future(d.From()) {
			x.say(code, dtp("2300", d), d.Text, iso(x.today))
		}
	}
}

// claimDateIsBeforeServices makes the rule that a date of the claim is not
// after the last service.
func claimDateIsBeforeServices(code diag.Code, kind claim.DateKind) func(*check) {
	return func(x *check) {
		if d, day := x.day(kind); d != nil && x.last != "" && day > x.last {
			x.say(code, dtp("2300", d), d.Text, "")
		}
	}
}

// claimDatesAreInOrder makes the rule that one date of the claim is not before
// another.
func claimDatesAreInOrder(code diag.Code, first, second claim.DateKind) func(*check) {
	return func(x *check) {
		_, begin := x.day(first)
		d := dateOf(x.Dates, second)
		if begin != "" && d != nil && validDay(d.From()) && d.From() < begin {
			x.report(code, dtp("2300", d), dtp("2300", dateOf(x.Dates, first)), d.Text, "")
		}
	}
}

const (
	codeFutureService      diag.Code = 4906
	codeServiceReversed    diag.Code = 4907
	codeFutureBirth        diag.Code = 4908
	codeServiceBeforeBirth diag.Code = 4909
)

// servicesArePast: services were done by the day of the submission; only what
// is asked for in advance lies ahead.
func servicesArePast(x *check) {
	if x.Predetermination != "" {
		return
	}
	if x.Kind == claim.Dental {
		if d := dateOf(x.Dates, claim.DateService); d != nil && x.future(d.From()) {
			x.say(codeFutureService, dtp("2300", d), d.Text, iso(x.today))
		}
	}
	for i := range x.Lines {
		if d := dateOf(x.Lines[i].Dates, claim.DateService); d != nil && x.future(d.From()) && d.To() >= d.From() {
			x.say(codeFutureService, dtp("2400", d), d.Text, iso(x.today))
		}
	}
}

// periodsGoForward: no period ends before it begins.
func periodsGoForward(x *check) {
	for i := range x.Dates {
		if d := &x.Dates[i]; reversed(d) {
			x.say(codeServiceReversed, dtp("2300", d), d.Text, "")
		}
	}
	for i := range x.Lines {
		for k := range x.Lines[i].Dates {
			if d := &x.Lines[i].Dates[k]; reversed(d) {
				x.say(codeServiceReversed, dtp("2400", d), d.Text, "")
			}
		}
	}
}

func reversed(d *claim.Date) bool {
	return d.Format == claim.FormatRange && validDay(d.From()) && validDay(d.To()) && d.To() < d.From()
}

// birthDate is the place of the patient's.
func (x *check) birthDate() place {
	return place{x.PatientPerson().Demographics.At, x.patientLoop(), "DMG", 2, 0}
}

// unborn says whether the patient is to be born after today.
func (x *check) unborn() bool { return x.today != "" && x.born > x.today }

// birthIsPast: the patient was born by today.
func birthIsPast(x *check) {
	if x.unborn() {
		x.say(codeFutureBirth, x.birthDate(), x.born, "")
	}
}

// birthIsBeforeServices: the patient was born by the last service. Where only
// some of the dates are earlier, they are wrong, and not the birth date.
func birthIsBeforeServices(x *check) {
	if x.beforeBirth() {
		x.say(codeServiceBeforeBirth, x.birthDate(), x.born, "")
	}
}

// beforeBirth says whether all services were done before the patient was born.
func (x *check) beforeBirth() bool { return !x.unborn() && x.last != "" && x.last < x.born }

// datesAreAfterBirth: nothing that the claim dates happened before the patient
// was born.
func datesAreAfterBirth(x *check) {
	if x.unborn() || x.beforeBirth() {
		return // the birth date is said to be wrong
	}
	for i := range x.Dates {
		if d := &x.Dates[i]; d.From() < x.born && validDay(d.From()) && d.Kind != claim.DateLastMenstrualPeriod {
			x.say(4437, dtp("2300", d), d.Text, "")
		}
	}
	if x.first >= x.born || x.Kind == claim.Institutional {
		return // the lines of a statement are compared with it
	}
	for i := range x.Lines {
		if d := dateOf(x.Lines[i].Dates, claim.DateService); d != nil && d.From() < x.born && validDay(d.From()) {
			x.say(4437, dtp("2400", d), d.Text, "")
		}
	}
}

// disabilityDatesHaveTheirForm: both ends of a disability are one range, one
// end alone is a day.
func disabilityDatesHaveTheirForm(x *check) {
	for i := range x.Dates {
		d := &x.Dates[i]
		switch {
		case d.Kind == claim.DateDisability && d.Format == claim.FormatDate:
			x.say(4440, place{d.At, "2300", "DTP", 2, 0}, "D8", "RD8")
		case (d.Kind == claim.DateDisabilityBegin || d.Kind == claim.DateDisabilityEnd) && d.Format == claim.FormatRange:
			x.say(4440, place{d.At, "2300", "DTP", 2, 0}, "RD8", "D8")
		}
	}
}

// lineDatesArePast: what a line says has happened, has.
func lineDatesArePast(x *check) {
	for i := range x.Lines {
		for k := range x.Lines[i].Dates {
			d := &x.Lines[i].Dates[k]
			switch d.Kind {
			case claim.DateLastSeen, claim.DateLastXRay, claim.DateInitialTreatment, claim.DateHemoglobinTest, claim.DateCreatinineTest,
				claim.DateLastCertification, claim.DatePriorPlacement, claim.DatePrescription:
				if x.future(d.From()) {
					x.say(4419, dtp("2400", d), d.Text, iso(x.today))
				}
			}
		}
	}
}

// decisionsArePast: another payer has decided by today.
func decisionsArePast(x *check) {
	for k := range x.OtherCoverages {
		o := &x.OtherCoverages[k]
		if d := dateOf(o.Payer.Dates, claim.DateAdjudicated); d != nil && x.future(d.From()) {
			x.say(4418, dtp("2330B", d), d.Text, iso(x.today))
		}
	}
	for i := range x.Lines {
		for k := range x.Lines[i].Adjudications {
			if d := dateOf(x.Lines[i].Adjudications[k].Dates, claim.DateAdjudicated); d != nil && x.future(d.From()) {
				x.say(4418, dtp("2430", d), d.Text, iso(x.today))
			}
		}
	}
}

// decisionsAreAfterServices: another payer decided after the services were
// done.
func decisionsAreAfterServices(x *check) {
	if x.first == "" {
		return
	}
	for k := range x.OtherCoverages {
		if d := dateOf(x.OtherCoverages[k].Payer.Dates, claim.DateAdjudicated); d != nil && validDay(d.From()) && d.From() < x.first {
			x.say(4444, dtp("2330B", d), d.Text, "")
		}
	}
	for i := range x.Lines {
		for k := range x.Lines[i].Adjudications {
			if d := dateOf(x.Lines[i].Adjudications[k].Dates, claim.DateAdjudicated); d != nil && validDay(d.From()) && d.From() < x.first {
				x.say(4444, dtp("2430", d), d.Text, "")
			}
		}
	}
}

// statement is the period that an institutional claim is for, when it can be
// compared with.
func (x *check) statement() (from, to string, ok bool) {
	d := dateOf(x.Dates, claim.DateStatement)
	if d == nil || d.Format != claim.FormatRange || !formed(d) || !validDay(d.From()) || !validDay(d.To()) || d.To() < d.From() || d.To() < x.born {
		return "", "", false
	}
	return d.From(), d.To(), true
}

// statementIsPast: the period of the claim is over.
func statementIsPast(x *check) {
	if _, to, ok := x.statement(); ok && x.future(to) {
		d := dateOf(x.Dates, claim.DateStatement)
		x.say(4416, dtp("2300", d), d.Text, iso(x.today))
	}
}

// admissionIsBeforeStatementEnds: the patient was admitted by the last day of
// the claim.
func admissionIsBeforeStatementEnds(x *check) {
	_, to, ok := x.statement()
	if d, day := x.day(claim.DateAdmission); ok && d != nil && day > to {
		x.say(4438, dtp("2300", d), d.Text, "")
	}
}

// linesAreWithinStatement: the services of a claim lie in its period.
func linesAreWithinStatement(x *check) {
	from, to, ok := x.statement()
	if !ok || x.future(to) {
		return // the period is said to be wrong
	}
	for i := range x.Lines {
		d := dateOf(x.Lines[i].Dates, claim.DateService)
		if d == nil || !validDay(d.From()) || !validDay(d.To()) || d.To() < d.From() || x.future(d.From()) {
			continue
		}
		if d.From() < from || d.To() > to {
			x.report(4439, dtp("2400", d), dtp("2300", dateOf(x.Dates, claim.DateStatement)), d.Text, "")
		}
	}
}

// proceduresAreBeforeStatementEnds: a procedure was done by the last day of the
// claim.
func proceduresAreBeforeStatementEnds(x *check) {
	_, to, ok := x.statement()
	for i := range x.Procedures {
		p := &x.Procedures[i]
		if day := p.Period.From(); ok && validDay(day) && day > to {
			x.say(4441, hi(p.At, p.Element, 4), day, "")
		}
	}
}

// proceduresAreNotLongBefore: a procedure that counts for a stay was done in
// it, or at most three days before.
func proceduresAreNotLongBefore(x *check) {
	from, _, ok := x.statement()
	if !ok {
		return
	}
	first := dayNumber(from) - 3
	if d, day := x.day(claim.DateAdmission); d != nil {
		first = min(first, dayNumber(day)-3)
	}
	for i := range x.Procedures {
		p := &x.Procedures[i]
		if day := p.Period.From(); validDay(day) && dayNumber(day) < first {
			x.say(4442, hi(p.At, p.Element, 4), day, "")
		}
	}
}

// spansGoForward: an occurrence span does not end before it begins.
func spansGoForward(x *check) {
	for i := range x.OccurrenceSpans {
		s := &x.OccurrenceSpans[i]
		if from, to := s.Period.From(), s.Period.To(); validDay(from) && validDay(to) && to < from {
			x.say(4443, hi(s.At, s.Element, 4), s.Period.Text, "")
		}
	}
}

// occurrencesArePast: what is said to have occurred, has.
func occurrencesArePast(x *check) {
	for i := range x.Occurrences {
		o := &x.Occurrences[i]
		if day := o.Period.From(); x.future(day) {
			x.say(4421, hi(o.At, o.Element, 4), day, iso(x.today))
		}
	}
}

// treatmentEndsAfterItBegan: a dental treatment is not finished before it was
// begun.
func treatmentEndsAfterItBegan(x *check) {
	for i := range x.Lines {
		start, end := dateOf(x.Lines[i].Dates, claim.DateTreatmentStart), dateOf(x.Lines[i].Dates, claim.DateTreatmentCompletion)
		if start != nil && end != nil && validDay(start.From()) && validDay(end.From()) && end.From() < start.From() {
			x.report(4445, dtp("2400", end), dtp("2400", start), end.Text, "")
		}
	}
}

// priorPlacementIsBeforeService: what is replaced was placed before.
func priorPlacementIsBeforeService(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		day := l.Service().From()
		if day == "" {
			day = x.Date(claim.DateService).From()
		}
		if d := dateOf(l.Dates, claim.DatePriorPlacement); d != nil && validDay(day) && day >= x.born && validDay(d.From()) && !x.future(d.From()) && d.From() > day {
			x.say(4446, dtp("2400", d), d.Text, "")
		}
	}
}

// submissionIsNotAheadOfItsGroup: a submission was made by the day its group
// was sent.
func submissionIsNotAheadOfItsGroup(x *check) {
	if s := x.Submission; s != nil && validDay(x.group) && validDay(s.Date) && s.Date > x.group {
		x.say(4201, place{s.At, "", "BHT", 4, 0}, s.Date, iso(x.group))
	}
}

// deathIsPast: a patient who has died, has.
func deathIsPast(x *check) {
	if i := x.PatientInformation(); x.future(i.DeathDate) {
		x.say(4417, x.pat(6), i.DeathDate, iso(x.today))
	}
}

// deathIsAfterBirth: nobody dies before being born.
func deathIsAfterBirth(x *check) {
	if i := x.PatientInformation(); x.born != "" && validDay(i.DeathDate) && i.DeathDate < x.born {
		x.say(4436, x.pat(6), i.DeathDate, "")
	}
}

// servicesAreBeforeDeath: services after a death are most often a wrong date.
func servicesAreBeforeDeath(x *check) {
	i := x.PatientInformation()
	if died := i.DeathDate; validDay(died) && !x.future(died) && x.last != "" && x.last > died {
		if died < x.born {
			return // said
		}
		x.say(4435, x.pat(6), died, "")
	}
}

// pat is an element of the patient's PAT.
func (x *check) pat(element int) place {
	if x.Patient != nil {
		return place{x.Patient.Information.At, "2000C", "PAT", element, 0}
	}
	return place{x.Subscriber.Information.At, "2000B", "PAT", element, 0}
}

// iso writes a day of the file itself for people. Days of a claim are not
// written into messages: they belong to a patient.
func iso(day string) string {
	if len(day) != 8 {
		return day
	}
	return day[:4] + "-" + day[4:6] + "-" + day[6:]
}

// dayNumber counts days, so that they can be told apart: of a valid CCYYMMDD.
func dayNumber(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	y, m, d := n/10000, n/100%100, n%100
	if m < 3 {
		y, m = y-1, m+12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*m-457)/5 + d
}
