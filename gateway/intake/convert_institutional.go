package intake

import (
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/money"
)

// What an institutional claim has room for.
const (
	maxOtherDiagnoses = 24
	maxReasons        = 3
)

// typeOfBill is the kind of facility and care, and the frequency, which the
// office may say in words as well.
func (k *conversion) typeOfBill() {
	e, c := k.e, k.c
	bill := compact(e.TypeOfBill, " ")
	if len(bill) == 4 {
		bill = strings.TrimPrefix(bill, "0")
	}
	switch {
	case bill == "":
		k.miss("type_of_bill", "The type of bill")
		return
	case len(bill) != 3 || !allDigits(bill[:2]) || bill[0] == '0' || bill[0] == '9' || bill[1] == '0' || !strings.Contains("0123456789ABCDEFGHIJKMNOPQXYZ", bill[2:]):
		k.say(codeBillType, "type_of_bill", "")
		return
	}
	if e.Frequency != "" && bill[2:] != c.Frequency && frequencyWords.code(e.Frequency) != "" {
		k.say(codeFrequencies, "frequency", bill[2:])
	}
	c.PlaceOfService, c.Frequency = bill[:2], bill[2:]
}

// inpatientBill says whether the first two digits of a type of bill are those
// of a stay.
func inpatientBill(facility string) bool {
	switch facility {
	case "11", "18", "21", "41":
		return true
	}
	return false
}

// stay is what the bill is for: its days, admission and discharge.
func (k *conversion) stay() {
	e, c := k.e, k.c
	inpatient := inpatientBill(c.PlaceOfService)
	from, to := readDay(e.StatementFrom), readDay(e.StatementTo)
	first, last := readDay(e.ServiceDate), readDay(e.ServiceDate)
	for i := range e.Lines {
		a, b := readDay(e.Lines[i].From), readDay(e.Lines[i].To)
		if a != "" && (first == "" || a < first) {
			first = a
		}
		last = max(last, a, b)
	}
	if from == "" && e.StatementFrom == "" {
		if from = first; inpatient && e.AdmissionDate != "" {
			from = readDay(e.AdmissionDate)
		}
		if from == "" && e.AdmissionDate == "" {
			k.miss("statement_from", "The first day of the bill")
		}
	}
	discharged := readDay(e.DischargeDate)
	if to == "" && e.StatementTo == "" {
		if to = discharged; to == "" {
			to = max(last, from)
		}
	} else if discharged != "" && to != "" && discharged != to {
		k.say(codeDischargeDiffers, "discharge_date", "")
	}

	if h := readHour(e.DischargeHour); h != "" {
		c.Dates = append(c.Dates, claim.Date{Kind: claim.DateDischarge, Period: claim.Period{Format: claim.FormatTime, Text: h}})
	}
	if from != "" && to != "" {
		c.Dates = append(c.Dates, claim.Between(claim.DateStatement, from, to))
	}
	switch day, h := readDay(e.AdmissionDate), readHour(e.AdmissionHour); {
	case day != "" && h != "":
		c.Dates = append(c.Dates, claim.Date{Kind: claim.DateAdmission, Period: claim.Period{Format: claim.FormatDateTime, Text: day + h}})
	case day != "":
		c.Dates = append(c.Dates, claim.On(claim.DateAdmission, day))
	case h != "" && e.AdmissionDate == "":
		k.miss("admission_date", "The date of the admission")
	}
	if day := readDay(k.received()); day != "" {
		c.Dates = append(c.Dates, claim.On(claim.DateRepricerReceived, day))
	}
	c.Admission = &claim.Admission{Type: k.need(e.AdmissionType, "admission_type", "The type of the admission or visit"),
		Origin:        capitals(e.AdmissionSource),
		PatientStatus: k.need(e.DischargeStatus, "discharge_status", "Where the patient went")}
}

// institutionalProviders of the claim, in the order of its loops.
func (k *conversion) institutionalProviders() {
	e, list := k.e, &k.c.Providers
	k.provider(list, e.AttendingProvider, claim.RoleAttending, "attending_provider")
	k.provider(list, e.OperatingProvider, claim.RoleOperating, "operating_provider")
	k.provider(list, e.OtherOperatingProvider, claim.RoleOtherOperating, "other_operating_provider")
	k.provider(list, e.RenderingProvider, claim.RoleRendering, "rendering_provider")
	k.provider(list, e.ServiceFacility, claim.RoleServiceFacility, "service_facility")
	k.provider(list, e.ReferringProvider, claim.RoleReferring, "referring_provider")
}

// institutionalCodes are the diagnoses, procedures and codes of the bill.
func (k *conversion) institutionalCodes() {
	e, c := k.e, k.c
	if len(e.Diagnoses) == 0 {
		k.say(codeNoDiagnosis, "diagnoses", "")
	}
	if len(e.Diagnoses) > 1+maxOtherDiagnoses {
		k.say(codeTooManyDiagnoses, "diagnoses", strconv.Itoa(1+maxOtherDiagnoses))
	}
	for i, d := range e.Diagnoses {
		if i == 0 {
			k.diagnosis(claim.DiagnosisPrincipal, d, "diagnoses[0]")
			if e.AdmittingDiagnosis != "" {
				k.diagnosis(claim.DiagnosisAdmitting, Diagnosis{Code: e.AdmittingDiagnosis}, "admitting_diagnosis")
			}
			for n, s := range e.ReasonsForVisit[:min(len(e.ReasonsForVisit), maxReasons)] {
				k.diagnosis(claim.DiagnosisReasonForVisit, Diagnosis{Code: s}, index("reasons_for_visit", n, ""))
			}
			for n, x := range e.ExternalCauses {
				k.diagnosis(claim.DiagnosisExternalCause, x, index("external_causes", n, ""))
			}
			continue
		}
		if i <= maxOtherDiagnoses {
			k.diagnosis(claim.DiagnosisOther, d, index("diagnoses", i, ""))
		}
	}
	if drg := capitals(e.DRG); drg != "" {
		if len(drg) < 3 || !allDigits(drg) {
			k.say(codeDRGForm, "drg", "")
		}
		c.DRG = claim.IndustryCode{Code: drg}
	}
	for i, p := range e.Procedures {
		kind := claim.ProcedureOther
		if i == 0 {
			kind = claim.ProcedurePrincipal
		}
		code := compact(p.Code, " .")
		if len(code) != 7 || !alphanumeric(code) || strings.ContainsAny(code, "IO") {
			k.say(codePCSForm, index("procedures", i, ""), "")
		}
		x := claim.SurgicalProcedure{Kind: kind, Code: code}
		if day := readDay(p.Date); day != "" {
			x.Period = claim.Period{Format: claim.FormatDate, Text: day}
		} else if p.Date == "" {
			k.miss(index("procedures", i, "date"), "The day of the procedure")
		}
		c.Procedures = append(c.Procedures, x)
	}
	for i, o := range e.Occurrences {
		x := claim.Occurrence{Code: k.code(o.Code, index("occurrences", i, "code"))}
		if day := readDay(o.Date); day != "" {
			x.Period = claim.Period{Format: claim.FormatDate, Text: day}
		} else if o.Date == "" {
			k.miss(index("occurrences", i, "date"), "The day of the occurrence")
		}
		c.Occurrences = append(c.Occurrences, x)
	}
	for i, o := range e.OccurrenceSpans {
		x := claim.Occurrence{Code: k.code(o.Code, index("occurrence_spans", i, "code"))}
		from, to := readDay(o.From), readDay(o.To)
		if o.From == "" {
			k.miss(index("occurrence_spans", i, "from"), "The first day of the occurrence")
		}
		if o.To == "" {
			k.miss(index("occurrence_spans", i, "to"), "The last day of the occurrence")
		}
		if from != "" && to != "" {
			x.Period = claim.Period{Format: claim.FormatRange, Text: from + "-" + to}
		}
		c.OccurrenceSpans = append(c.OccurrenceSpans, x)
	}
	for i, v := range e.Values {
		if v.Amount == "" {
			k.miss(index("values", i, "amount"), "The amount of the value code")
		}
		c.Values = append(c.Values, claim.ValueCode{Code: k.code(v.Code, index("values", i, "code")), Amount: optional(v.Amount)})
	}
	for i, s := range e.Conditions {
		c.Conditions = append(c.Conditions, claim.IndustryCode{Code: k.code(s, index("conditions", i, ""))})
	}
	for _, s := range e.TreatmentCodes {
		c.Treatments = append(c.Treatments, claim.IndustryCode{Code: capitals(s)})
	}
}

// code checks the form of an occurrence, value or condition code.
func (k *conversion) code(s, field string) string {
	s = compact(s, " ")
	switch {
	case s == "":
		k.miss(field, "The code")
	case len(s) != 2 || !alphanumeric(s):
		k.say(codeCodeForm, field, "")
	}
	return s
}

// revenueCode has four digits; offices leave the leading zero out.
func revenueCode(s string) string {
	if s = compact(s, " "); len(s) == 3 {
		s = "0" + s
	}
	return s
}

// institutionalLine makes one service line of an institutional claim.
func (k *conversion) institutionalLine(l *Line, i int) claim.Line {
	at := func(name string) string { return index("lines", i, name) }
	x := claim.Line{RevenueCode: revenueCode(l.RevenueCode)}
	switch {
	case x.RevenueCode == "":
		k.miss(at("revenue_code"), "The revenue code")
	case len(x.RevenueCode) != 4 || !allDigits(x.RevenueCode):
		k.say(codeRevenueForm, at("revenue_code"), "")
	}
	switch rate := compact(l.HIPPS, " "); {
	case rate != "":
		if len(rate) != 5 || !alphanumeric(rate) || l.Procedure != "" {
			k.say(codeHIPPSForm, at("hipps"), "")
		}
		x.Procedure = claim.Procedure{Qualifier: "HP", Code: rate}
	case l.Procedure != "":
		x.Procedure = claim.Procedure{Qualifier: "HC", Code: k.procedure(l.Procedure, at("procedure")), Description: capitals(l.Description)}
	case len(l.Modifiers) > 0:
		k.miss(at("procedure"), "The procedure that the modifiers belong to")
	}
	k.modifiers(l.Modifiers, at("modifiers"), &x.Procedure)
	k.lineMoney(l, i, &x)
	room := x.RevenueCode >= "0100" && x.RevenueCode <= "0219"
	switch {
	case l.Units != "" && l.Days != "":
		k.say(codeUnitsAndMinutes, at("days"), "")
		fallthrough
	case l.Days != "":
		x.Unit, x.Units = "DA", k.quantity(l.Days)
	case l.Units == "" && room:
		k.miss(at("days"), "How many days the room was used")
	default:
		x.Unit, x.Units = "UN", k.quantity(l.Units)
		if l.Units == "" {
			x.Units = "1"
		}
	}
	x.NonCovered = optional(l.NonCovered)
	from, to := readDay(l.From), readDay(l.To)
	if l.From == "" && !inpatientBill(k.c.PlaceOfService) {
		// Outpatient lines are dated, and most bills are for one day.
		from = readDay(k.e.ServiceDate)
		if p := k.c.Date(claim.DateStatement); from == "" && k.e.ServiceDate == "" && p.From() == p.To() {
			from = p.From()
		}
	}
	switch {
	case from == "":
	case to == "" || to == from:
		x.Dates = append(x.Dates, claim.On(claim.DateService, from))
	default:
		x.Dates = append(x.Dates, claim.Between(claim.DateService, from, to))
	}
	k.lineReferences(l, i, &x)
	for _, a := range []struct {
		kind claim.AmountKind
		text string
	}{{claim.AmountServiceTax, l.ServiceTax}, {claim.AmountFacilityTax, l.FacilityTax}} {
		if m, ok := readAmount(a.text); ok {
			x.Amounts = append(x.Amounts, claim.StatedAmount{Kind: a.kind, Amount: money.Of(m)})
		}
	}
	if l.ThirdPartyNote != "" {
		x.Notes = append(x.Notes, claim.Note{Kind: claim.NoteThirdParty, Text: capitals(l.ThirdPartyNote)})
	}
	x.Attachments = k.attachments(l.Attachments, at("attachments"))
	k.drug(l.NDC, at("ndc"), &x)
	k.provider(&x.Providers, l.OperatingProvider, claim.RoleOperating, at("operating_provider"))
	k.provider(&x.Providers, l.OtherOperatingProvider, claim.RoleOtherOperating, at("other_operating_provider"))
	k.provider(&x.Providers, l.RenderingProvider, claim.RoleRendering, at("rendering_provider"))
	k.provider(&x.Providers, l.ReferringProvider, claim.RoleReferring, at("referring_provider"))
	k.priorPayments(l, i, &x)
	return x
}
