package rule

import (
	"strconv"
	"strings"

	"claimwire/edi/claim"
)

// What the type of bill asks for: admission, discharge, codes of the uniform
// bill.

// outpatientHasNoDRG: groups are of stays.
func outpatientHasNoDRG(x *check) {
	if x.DRG.Code != "" {
		x.report(4331, hi(x.DRG.At, x.DRG.Element, 1), x.clm(5, 1), x.DRG.Code, "")
	}
}

// outpatientHasNoInpatientProcedures: outside of stays, procedures are billed
// on lines.
func outpatientHasNoInpatientProcedures(x *check) {
	p := &x.Procedures[0]
	x.report(4332, hi(p.At, p.Element, 1), x.clm(5, 1), string(p.Kind), "")
}

// otherProceduresHavePrincipal: other procedures come after the principal one.
func otherProceduresHavePrincipal(x *check) {
	for i := range x.Procedures {
		if k := x.Procedures[i].Kind; k != claim.ProcedureOther && k != claim.ProcedureOther9 {
			return
		}
	}
	p := &x.Procedures[0]
	x.missing(4333, scope{}, "2300", "HI", hi(p.At, p.Element, 1), "")
}

// final says whether the claim is the only or last one of a stay.
func (x *check) final() bool { return x.Frequency == "1" || x.Frequency == "4" }

func (x *check) patientStatus() string {
	if x.Admission == nil {
		return ""
	}
	return x.Admission.PatientStatus
}

// finalStayHasDischargeHour: the last claim of a stay says at what hour the
// patient left.
func finalStayHasDischargeHour(x *check) {
	if x.PlaceOfService == "11" && x.final() && x.patientStatus() != "30" && dateOf(x.Dates, claim.DateDischarge) == nil {
		x.missing(4334, scope{}, "2300", "DTP", x.clm(5, 3), "")
	}
}

// outpatientHasNoDischargeHour: who was not admitted is not discharged.
func outpatientHasNoDischargeHour(x *check) {
	if d := dateOf(x.Dates, claim.DateDischarge); d != nil {
		x.report(4335, place{d.At, "2300", "DTP", 0, 0}, x.clm(5, 1), d.Text, "")
	}
}

// stayHasAdmission: a stay says when it began.
func stayHasAdmission(x *check) {
	if dateOf(x.Dates, claim.DateAdmission) == nil {
		x.missing(4336, scope{}, "2300", "DTP", x.clm(5, 1), "")
	}
}

// admissionHasSource: where the patient came from is said of all stays and
// visits, but not where only a specimen came (type of bill 14).
func admissionHasSource(x *check) {
	if a := x.Admission; a != nil && a.Origin == "" && a.Type != "" && x.PlaceOfService != "" && x.PlaceOfService != "14" {
		x.report(4486, place{a.At, "2300", "CL1", 2, 0}, x.clm(5, 1), "", "")
	}
}

// newbornHasItsOrigin: a newborn was born here or elsewhere.
func newbornHasItsOrigin(x *check) {
	if a := x.Admission; a != nil && a.Type == "4" && a.Origin != "" && a.Origin != "5" && a.Origin != "6" {
		x.report(4525, place{a.At, "2300", "CL1", 2, 0}, place{a.At, "2300", "CL1", 1, 0}, a.Origin, "")
	}
}

// newbornIsNew: who is admitted as a newborn was born within the last four
// weeks.
func newbornIsNew(x *check) {
	a := x.Admission
	if a == nil || a.Type != "4" {
		return
	}
	day := x.Date(claim.DateAdmission).From()
	if day == "" {
		day = x.first
	}
	if x.born != "" && validDay(day) && dayNumber(day)-dayNumber(x.born) > 28 {
		x.say(4526, place{a.At, "2300", "CL1", 1, 0}, a.Type, "")
	}
}

// newbornHasWeight: the birth weight is value code 54.
func newbornHasWeight(x *check) {
	if a := x.Admission; a != nil && a.Type == "4" && x.value("54") == nil {
		x.missing(4339, scope{}, "2300", "HI", place{a.At, "2300", "CL1", 1, 0}, "")
	}
}

func (x *check) value(code string) *claim.ValueCode {
	for i := range x.Values {
		if x.Values[i].Code == code {
			return &x.Values[i]
		}
	}
	return nil
}

// stillPatientIsInterim: who is still here gets no last claim.
func stillPatientIsInterim(x *check) {
	if x.patientStatus() == "30" && x.final() {
		x.report(4484, place{x.Admission.At, "2300", "CL1", 3, 0}, x.clm(5, 3), "30", "")
	}
}

// interimIsStillPatient: and a claim of the first or a middle part is of
// somebody who is still here.
func interimIsStillPatient(x *check) {
	if s := x.patientStatus(); s != "" && s != "30" && (x.Frequency == "2" || x.Frequency == "3") {
		x.report(4485, place{x.Admission.At, "2300", "CL1", 3, 0}, x.clm(5, 3), s, "30")
	}
}

// outpatientLinesHaveDates: in a claim of several days, each outpatient service
// has its own.
func outpatientLinesHaveDates(x *check) {
	from, to, ok := x.statement()
	if !ok || from == to {
		return
	}
	for i := range x.Lines {
		if l := &x.Lines[i]; dateOf(l.Dates, claim.DateService) == nil && l.ServiceAt.Known() && l.Drug == nil && l.RevenueCode != "0001" {
			x.missing(4338, scope{line: l}, "2400", "DTP", place{dateOf(x.Dates, claim.DateStatement).At, "2300", "DTP", 3, 0}, "")
		}
	}
}

// totalIsNoLine: revenue code 0001 is the total of a paper claim.
func totalIsNoLine(x *check) {
	for i := range x.Lines {
		if l := &x.Lines[i]; l.RevenueCode == "0001" {
			x.say(4487, x.service(l, 1, 0), "0001", "")
		}
	}
}

// hippsIsQualified: what is paid by a HIPPS rate has its code qualified as one.
func hippsIsQualified(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		switch l.RevenueCode {
		case "0022", "0023", "0024":
			if l.Procedure.Qualifier != "" && l.Procedure.Qualifier != "HP" {
				x.report(4527, x.service(l, 2, 1), x.service(l, 1, 0), l.Procedure.Qualifier, "HP")
			}
		}
	}
}

// valuesDiffer: a value code is given once.
func valuesDiffer(x *check) {
	for i := range x.Values {
		v := &x.Values[i]
		for k := range i {
			if v.Code != "" && x.Values[k].Code == v.Code {
				x.say(4520, hi(v.At, v.Element, 2), v.Code, "")
				break
			}
		}
	}
}

// conditionCodesDiffer: so is a condition code.
func conditionCodesDiffer(x *check) {
	for i := range x.Conditions {
		v := &x.Conditions[i]
		for k := range i {
			if v.Code != "" && x.Conditions[k].Code == v.Code {
				x.say(4521, hi(v.At, v.Element, 2), v.Code, "")
				break
			}
		}
	}
}

// occurrencesDiffer: and an occurrence on a day.
func occurrencesDiffer(x *check) {
	for i := range x.Occurrences {
		v := &x.Occurrences[i]
		for k := range i {
			if v.Code != "" && x.Occurrences[k].Code == v.Code && x.Occurrences[k].Period == v.Period {
				x.say(4522, hi(v.At, v.Element, 2), v.Code, "")
				break
			}
		}
	}
}

// valuesAreNotNegative: no value is below zero.
func valuesAreNotNegative(x *check) {
	for i := range x.Values {
		if v := &x.Values[i]; v.Amount.Known && v.Amount.Amount < 0 {
			x.say(4523, hi(v.At, v.Element, 5), sent(v.Amount), "")
		}
	}
}

// countsDays says whether a value code counts days.
func countsDays(code string) bool {
	return code == "80" || code == "81" || code == "82" || code == "83"
}

// daysAreWhole: days are counted whole.
func daysAreWhole(x *check) {
	for i := range x.Values {
		if v := &x.Values[i]; countsDays(v.Code) && v.Amount.Known && v.Amount.Amount%100 != 0 {
			x.say(4524, hi(v.At, v.Element, 5), sent(v.Amount), "")
		}
	}
}

// changeHasReason: Medicare asks why a claim is replaced or taken back.
func changeHasReason(x *check) {
	if x.Frequency != "7" && x.Frequency != "8" {
		return
	}
	for i := range x.Conditions {
		if c := x.Conditions[i].Code; c == "E0" || len(c) == 2 && c[0] == 'D' && c[1] >= '0' && c[1] <= '9' {
			return
		}
	}
	x.missing(4340, scope{}, "2300", "HI", x.clm(5, 3), "")
}

// treatmentsAreOfHomeCare: treatment codes belong to home health.
func treatmentsAreOfHomeCare(x *check) {
	if !strings.HasPrefix(x.PlaceOfService, "3") {
		t := &x.Treatments[0]
		x.report(4341, hi(t.At, t.Element, 1), x.clm(5, 1), t.Code, "")
	}
}

// outpatientIsNoInpatientDecision: a payer decides a stay with MIA, and other
// care with MOA.
func outpatientIsNoInpatientDecision(x *check) {
	for i := range x.OtherCoverages {
		if a := x.OtherCoverages[i].Inpatient; a != nil {
			x.report(4343, place{a.At, "2320", "MIA", 0, 0}, x.clm(5, 1), "", "")
		}
	}
}

// accommodation says whether a revenue code is one of room and board.
func accommodation(code string) bool {
	return len(code) == 4 && code[0] == '0' && code >= "0100" && code <= "0219"
}

// daysOfStay are the days that a stay is counted by: the day of discharge is
// not one of them.
func (x *check) daysOfStay() (n int, ok bool) {
	from, to, ok := x.statement()
	if !ok || x.patientStatus() == "" {
		return 0, false
	}
	n = dayNumber(to) - dayNumber(from)
	if x.patientStatus() == "30" || n == 0 {
		n++
	}
	return n, true
}

// daysOfValue is what a value code counts.
func daysOfValue(v *claim.ValueCode) int {
	if v == nil || !v.Amount.Known {
		return 0
	}
	return int(v.Amount.Amount / 100)
}

// daysAddUp: the days that are covered and those that are not are all days of
// the stay.
func daysAddUp(x *check) {
	covered := x.value("80")
	if covered == nil || x.PlaceOfService != "11" && x.PlaceOfService != "21" || covered.Amount.Amount%100 != 0 || covered.Amount.Amount < 0 {
		return // the last two are said
	}
	want, ok := x.daysOfStay()
	if got := daysOfValue(covered) + daysOfValue(x.value("81")); ok && got != want {
		x.say(3905, hi(covered.At, covered.Element, 5), sent(covered.Amount), strconv.Itoa(want))
	}
}

// roomsAddUp: rooms are billed for the days that are covered and those that
// are not.
func roomsAddUp(x *check) {
	covered := x.value("80")
	if covered == nil || x.PlaceOfService != "11" && x.PlaceOfService != "21" {
		return
	}
	want, ok := x.daysOfStay()
	days := daysOfValue(covered) + daysOfValue(x.value("81"))
	if !ok || days != want {
		return // said, or not known
	}
	var first *claim.Line
	sum := int64(0)
	for i := range x.Lines {
		l := &x.Lines[i]
		if !accommodation(l.RevenueCode) || l.Unit != "DA" {
			continue
		}
		n, ok := l.Units.Int()
		if !ok {
			return
		}
		if first == nil {
			first = l
		}
		sum += n
	}
	if first != nil && sum != int64(days) {
		x.say(3906, x.service(first, 5, 0), string(first.Units), strconv.Itoa(days))
	}
}

// nonCoveredIsPartOfCharge: what is not covered of a line is no more than the
// line.
func nonCoveredIsPartOfCharge(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.NonCovered.Known && l.Charge.Known && l.Charge.Amount >= 0 && (l.NonCovered.Amount > l.Charge.Amount || l.NonCovered.Amount < 0) {
			x.say(3907, x.service(l, 7, 0), sent(l.NonCovered), l.Charge.String())
		}
	}
}

// outpatientServicesHaveProcedures: tests, imaging, therapy, surgery, drugs and
// emergency care of outpatients are billed by their codes.
func outpatientServicesHaveProcedures(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if r := l.RevenueCode; l.Procedure.Code != "" || len(r) != 4 || r[0] != '0' || !l.ServiceAt.Known() {
			continue
		}
		switch r := l.RevenueCode; {
		case r >= "0300" && r <= "0319", r >= "0320" && r <= "0339", r >= "0350" && r <= "0361", r >= "0401" && r <= "0404",
			r >= "0420" && r <= "0459", r >= "0610" && r <= "0618", r == "0636":
			x.report(4491, x.service(l, 2, 0), x.service(l, 1, 0), "", "")
		}
	}
}

// interimHasNoDischargeHour: a first or middle part of a stay ends with no
// discharge.
func interimHasNoDischargeHour(x *check) {
	if x.Frequency != "2" && x.Frequency != "3" || x.patientStatus() != "30" {
		return // otherwise the status is said not to fit
	}
	if d := dateOf(x.Dates, claim.DateDischarge); d != nil {
		x.report(4351, place{d.At, "2300", "DTP", 0, 0}, x.clm(5, 3), d.Text, "")
	}
}
