package rule

import (
	"slices"
	"strconv"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
)

const codePointer diag.Code = 4905

// nine says whether a diagnosis is one of ICD-9-CM.
func nine(k claim.DiagnosisKind) bool {
	switch k {
	case claim.DiagnosisPrincipal9, claim.DiagnosisOther9, claim.DiagnosisAdmitting9, claim.DiagnosisReasonForVisit9, claim.DiagnosisExternalCause9:
		return true
	}
	return false
}

// pointersPointToDiagnoses: each pointer of a line is the number of a
// diagnosis that the claim has.
func pointersPointToDiagnoses(x *check) {
	count := 0
	for i := range x.Diagnoses {
		switch x.Diagnoses[i].Kind {
		case claim.DiagnosisPrincipal, claim.DiagnosisOther, claim.DiagnosisPrincipal9, claim.DiagnosisOther9:
			count++
		}
		// A diagnosis that could not be read is one all the same.
		count = max(count, int(x.Diagnoses[i].Element))
	}
	if count == 0 && x.Kind == claim.Professional {
		return // usage says that they are missing
	}
	element := x.pointerElement()
	for i := range x.Lines {
		l := &x.Lines[i]
		for k, p := range l.DiagnosisPointers {
			if p == "" {
				continue
			}
			if n, err := strconv.Atoi(p); err == nil && (n < 1 || n > count) {
				x.say(codePointer, x.service(l, element, k+1), p, strconv.Itoa(count))
			}
		}
	}
}

func (x *check) pointerElement() int {
	if x.Kind == claim.Dental {
		return 11
	}
	return 7
}

// pointersDiffer: a line points to a diagnosis once.
func pointersDiffer(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		p := &l.DiagnosisPointers
		for k := 1; k < len(p) && p[k] != ""; k++ {
			if slices.Contains(p[:k], p[k]) {
				x.say(4514, x.service(l, x.pointerElement(), k+1), p[k], "")
				break
			}
		}
	}
}

// pointersHaveNoGap: the most important comes first, and the others follow.
func pointersHaveNoGap(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		p := &l.DiagnosisPointers
		for k := 1; k+1 < len(p); k++ {
			if p[k] == "" && p[k+1] != "" && p[0] != "" {
				x.say(4515, x.service(l, x.pointerElement(), k+1), "", "")
				break
			}
		}
	}
}

// diagnosesDiffer: a diagnosis is said once, principal or other.
func diagnosesDiffer(x *check) {
	list := x.Diagnoses
	for i := 1; i < len(list); i++ {
		d := &list[i]
		if d.Code == "" || !counts(d.Kind) && d.Kind != claim.DiagnosisExternalCause && d.Kind != claim.DiagnosisReasonForVisit {
			continue
		}
		for k := range i {
			e := &list[k]
			if e.Code == d.Code && (counts(e.Kind) && counts(d.Kind) || e.Kind == d.Kind) {
				x.say(4510, hi(d.At, d.Element, 2), d.Code, "")
				break
			}
		}
	}
}

// diagnosesHaveNoGap: the next diagnosis takes the next place of its segment.
func diagnosesHaveNoGap(x *check) {
	for i := 1; i < len(x.Diagnoses); i++ {
		d, before := &x.Diagnoses[i], &x.Diagnoses[i-1]
		if d.At == before.At && d.Element > before.Element+1 {
			x.report(4568, hi(d.At, before.Element+1, 0), hi(d.At, d.Element, 0), "", "")
		}
	}
}

// counts says whether lines may point to diagnoses of this kind.
func counts(k claim.DiagnosisKind) bool {
	switch k {
	case claim.DiagnosisPrincipal, claim.DiagnosisOther, claim.DiagnosisPrincipal9, claim.DiagnosisOther9:
		return true
	}
	return false
}

// otherEdition finds a diagnosis of another edition than the first.
func (x *check) otherEdition() *claim.Diagnosis {
	for i := 1; i < len(x.Diagnoses); i++ {
		if d := &x.Diagnoses[i]; nine(d.Kind) != nine(x.Diagnoses[0].Kind) {
			return d
		}
	}
	return nil
}

// diagnosesAreOfOneEdition: ICD-9 and ICD-10 do not stand in one claim.
func diagnosesAreOfOneEdition(x *check) {
	if d := x.otherEdition(); d != nil {
		x.say(4511, hi(d.At, d.Element, 1), string(d.Kind), "")
	}
}

// icd10 is the day from which services are coded in ICD-10.
const icd10 = "20151001"

// diagnosesAreOfTheirTime: services up to 30 September 2015 are coded in
// ICD-9, later ones in ICD-10; a stay by its last day.
func diagnosesAreOfTheirTime(x *check) {
	if len(x.Diagnoses) == 0 || !validDay(x.last) {
		return
	}
	d := &x.Diagnoses[0]
	day := x.first
	if x.Kind == claim.Institutional {
		day = x.last
	}
	if nine(d.Kind) && day >= icd10 && x.otherEdition() == nil {
		x.say(4512, hi(d.At, d.Element, 1), string(d.Kind), "")
	}
}

// diagnosesAreNotAheadOfTheirTime: and the other way round.
func diagnosesAreNotAheadOfTheirTime(x *check) {
	if len(x.Diagnoses) == 0 || !validDay(x.last) {
		return
	}
	if d := &x.Diagnoses[0]; !nine(d.Kind) && x.last < icd10 && x.otherEdition() == nil {
		x.say(4513, hi(d.At, d.Element, 1), string(d.Kind), "")
	}
}

// external says whether an ICD-10-CM code says what caused an injury.
func external(code string) bool { return code != "" && code[0] >= 'V' && code[0] <= 'Y' }

// principalIsNoExternalCause: what caused an injury is not what is treated.
func principalIsNoExternalCause(x *check) {
	for i := range x.Diagnoses {
		if d := &x.Diagnoses[i]; d.Kind == claim.DiagnosisPrincipal && external(d.Code) {
			x.say(4516, hi(d.At, d.Element, 2), d.Code, "")
		}
	}
}

// externalCauseIsOne: and the place for causes holds causes.
func externalCauseIsOne(x *check) {
	for i := range x.Diagnoses {
		if d := &x.Diagnoses[i]; d.Kind == claim.DiagnosisExternalCause && d.Code != "" && !external(d.Code) {
			x.say(4517, hi(d.At, d.Element, 2), d.Code, "")
		}
	}
}

// neverExempt says whether a diagnosis belongs to those that the list of
// exemptions from present-on-admission reporting has none of. The list itself
// is looked up where it is loaded.
func neverExempt(code string) bool {
	if len(code) < 3 {
		return false
	}
	switch c := code[0]; {
	case c == 'A', c == 'C', c == 'D', c >= 'F' && c <= 'H', c >= 'J' && c <= 'N':
		return true
	case c == 'I':
		return code != "I252" && code[:3] != "I69"
	case c == 'E':
		return code[:3] != "E64"
	}
	return false
}

// inpatientDiagnosesSayWhenTheyWerePresent: at an inpatient hospital each
// diagnosis says whether it was present on admission.
func inpatientDiagnosesSayWhenTheyWerePresent(x *check) {
	if x.PlaceOfService != "11" {
		return
	}
	for i := range x.Diagnoses {
		d := &x.Diagnoses[i]
		if (d.Kind == claim.DiagnosisPrincipal || d.Kind == claim.DiagnosisOther) && d.PresentOnAdmission == "" && neverExempt(d.Code) {
			x.say(4518, hi(d.At, d.Element, 9), "", "")
			return // who sends none, sends none of any
		}
	}
}

// outpatientDiagnosesSayNothingOfAdmission: without an admission nothing was
// present on it.
func outpatientDiagnosesSayNothingOfAdmission(x *check) {
	for i := range x.Diagnoses {
		if d := &x.Diagnoses[i]; d.PresentOnAdmission != "" {
			x.say(4519, hi(d.At, d.Element, 9), d.PresentOnAdmission, "")
			return
		}
	}
}

func (x *check) diagnosisOf(kinds ...claim.DiagnosisKind) *claim.Diagnosis {
	for i := range x.Diagnoses {
		for _, k := range kinds {
			if x.Diagnoses[i].Kind == k {
				return &x.Diagnoses[i]
			}
		}
	}
	return nil
}

// inpatientHasAdmittingDiagnosis: an admission has its reason.
func inpatientHasAdmittingDiagnosis(x *check) {
	if (x.PlaceOfService == "11" || x.PlaceOfService == "41") && len(x.Diagnoses) > 0 && x.diagnosisOf(claim.DiagnosisAdmitting, claim.DiagnosisAdmitting9) == nil {
		x.missing(4327, scope{}, "2300", "HI", x.clm(5, 1), "")
	}
}

// outpatientHasNoAdmittingDiagnosis: who was not admitted has none.
func outpatientHasNoAdmittingDiagnosis(x *check) {
	if d := x.diagnosisOf(claim.DiagnosisAdmitting, claim.DiagnosisAdmitting9); d != nil {
		x.report(4328, hi(d.At, d.Element, 1), x.clm(5, 1), string(d.Kind), "")
	}
}

// unscheduledVisitHasReason: an unscheduled outpatient visit (emergency,
// urgent care, observation, trauma) has the patient's own reason for it.
func unscheduledVisitHasReason(x *check) {
	switch x.PlaceOfService {
	case "13", "78", "85":
	default:
		return
	}
	if x.Admission == nil || len(x.Diagnoses) == 0 || x.diagnosisOf(claim.DiagnosisReasonForVisit, claim.DiagnosisReasonForVisit9) != nil {
		return
	}
	switch x.Admission.Type {
	case "1", "2", "5":
	default:
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		switch r := l.RevenueCode; {
		case len(r) != 4:
		case r[:3] == "045", r == "0516", r == "0526", r == "0762":
			x.missing(4329, scope{}, "2300", "HI", x.service(l, 1, 0), "")
			return
		}
	}
}

// inpatientHasNoReasonForVisit: a stay has an admitting diagnosis for it.
func inpatientHasNoReasonForVisit(x *check) {
	if d := x.diagnosisOf(claim.DiagnosisReasonForVisit, claim.DiagnosisReasonForVisit9); d != nil {
		x.report(4330, hi(d.At, d.Element, 1), x.clm(5, 1), string(d.Kind), "")
	}
}
