package rule

import (
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/x12"
)

const (
	codeNoOriginal         diag.Code = 4901
	codeNoAccidentDate     diag.Code = 4902
	codeNoAccidentState    diag.Code = 4903
	codeNoAccidentCause    diag.Code = 4904
	codePointer            diag.Code = 4905
	codeFutureService      diag.Code = 4906
	codeServiceReversed    diag.Code = 4907
	codeFutureBirth        diag.Code = 4908
	codeServiceBeforeBirth diag.Code = 4909
	codePatientTwice       diag.Code = 4910
	codePatientNowhere     diag.Code = 4911
	codeNoAdmission        diag.Code = 4912
	codeNoPickUp           diag.Code = 4913
	codeNoDropOff          diag.Code = 4914
	codeNegative           diag.Code = 4915
	codeNoUnits            diag.Code = 4916
	codeLineTwice          diag.Code = 4917
	codeDrugCode           diag.Code = 4918
	codeMedicareNumber     diag.Code = 4919
	codeZIP                diag.Code = 4920
	codePostBox            diag.Code = 4921
	codeMinutes            diag.Code = 4922
	codeOtherPayerUnknown  diag.Code = 4923
	codeNoDecisionDate     diag.Code = 4924
	codeNoEarlierPayer     diag.Code = 4925
	codeAttachmentNumber   diag.Code = 4926
	codeAttachmentNoNumber diag.Code = 4927
	codeLineNumberTwice    diag.Code = 4928
	codeNoPurchasedFrom    diag.Code = 4929
)

// replacementNamesOriginal: a replacement (7) or void (8) gives the payer's
// number of the claim that it is about.
func replacementNamesOriginal(x *check) {
	if (x.Frequency == "7" || x.Frequency == "8") && x.Reference(claim.ReferencePayerClaimID) == "" {
		x.say(codeNoOriginal, x.clm(5, 3), x.Frequency, "")
	}
}

func (x *check) cause(code string) bool {
	for _, c := range x.RelatedCauses.Causes {
		if c == code {
			return true
		}
	}
	return false
}

func dateOf(list []claim.Date, kind claim.DateKind) *claim.Date {
	for i := range list {
		if list[i].Kind == kind {
			return &list[i]
		}
	}
	return nil
}

// accidentHasDate: an accident has its date. For an institutional claim it is
// an occurrence code.
func accidentHasDate(x *check) {
	if x.Kind != claim.Institutional && (x.cause("AA") || x.cause("OA")) && dateOf(x.Dates, claim.DateAccident) == nil {
		x.say(codeNoAccidentDate, x.clm(11, 0), "", "")
	}
}

// autoAccidentHasState: an auto accident says in which state it was, or in
// which other country.
func autoAccidentHasState(x *check) {
	if x.cause("AA") && x.RelatedCauses.State == "" && x.RelatedCauses.Country == "" {
		x.say(codeNoAccidentState, x.clm(11, 4), "", "")
	}
}

// accidentDateHasCause: a date of an accident stands with the cause.
func accidentDateHasCause(x *check) {
	if d := dateOf(x.Dates, claim.DateAccident); d != nil && x.RelatedCauses.Causes[0] == "" {
		x.say(codeNoAccidentCause, place{d.At, "2300", "DTP", 1, 0}, "", "")
	}
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
		if x.Kind == claim.Professional {
			count = max(count, int(x.Diagnoses[i].Element))
		}
	}
	if count == 0 {
		return // usage says that they are missing
	}
	element := 7
	if x.Kind == claim.Dental {
		element = 11
	}
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

// serviceDatesAreReal: services were done by the day of the submission, and
// no period ends before it begins.
func serviceDatesAreReal(x *check) {
	for i := range x.Dates {
		d := &x.Dates[i]
		if from, to := d.From(), d.To(); validDay(from) && validDay(to) && to < from {
			x.say(codeServiceReversed, place{d.At, "2300", "DTP", 3, 0}, d.Text, "")
		}
	}
	for i := range x.Lines {
		d := dateOf(x.Lines[i].Dates, claim.DateService)
		if d == nil {
			continue
		}
		at := place{d.At, "2400", "DTP", 3, 0}
		from, to := d.From(), d.To()
		switch {
		case !validDay(from) || !validDay(to):
			// Its form is reported.
		case to < from:
			x.say(codeServiceReversed, at, d.Text, "")
		case x.today != "" && from > x.today && x.Predetermination == "":
			x.say(codeFutureService, at, d.Text, x.today)
		}
	}
}

func validDay(s string) bool { return len(s) == 8 && x12.ValidDate([]byte(s)) }

// birthDateIsReal: the patient was born by the first service, and by today.
func birthDateIsReal(x *check) {
	p := x.PatientPerson()
	if p == nil || !validDay(p.Demographics.BirthDate) {
		return
	}
	born := p.Demographics.BirthDate
	at := place{p.Demographics.At, x.patientLoop(), "DMG", 2, 0}
	if x.today != "" && born > x.today {
		x.say(codeFutureBirth, at, born, "")
		return
	}
	for i := range x.Lines {
		if from := x.Lines[i].Service().From(); validDay(from) && from < born {
			x.say(codeServiceBeforeBirth, at, born, "")
			return
		}
	}
}

// patientIsNamedOnce: SBR02 says "self" exactly when no patient level follows.
func patientIsNamedOnce(x *check) {
	if x.Subscriber == nil {
		return
	}
	if !x.Subscriber.Coverage.At.Known() {
		return // usage says that the SBR is missing
	}
	self := x.Subscriber.Coverage.Relationship == "18"
	at := place{x.Subscriber.Coverage.At, "2000B", "SBR", 2, 0}
	switch {
	case self && x.Patient != nil:
		x.say(codePatientTwice, at, "18", "")
	case x.Subscriber.Coverage.Relationship == "" && x.Patient == nil:
		x.say(codePatientNowhere, at, "", "18")
	}
}

// inpatientHasAdmission: visits to an inpatient (place 21) say when the
// patient was admitted.
func inpatientHasAdmission(x *check) {
	if x.PlaceOfService == "21" && dateOf(x.Dates, claim.DateAdmission) == nil {
		x.say(codeNoAdmission, x.clm(5, 1), "", "")
	}
}

// ambulanceHasPlaces: a transport says from where and to where.
func ambulanceHasPlaces(x *check) {
	if x.Ambulance != nil {
		at := place{x.Ambulance.At, "2300", "CR1", 0, 0}
		if x.Provider(claim.RolePickUp) == nil {
			x.say(codeNoPickUp, at, "", "")
		}
		if x.Provider(claim.RoleDropOff) == nil {
			x.say(codeNoDropOff, at, "", "")
		}
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Ambulance == nil {
			continue
		}
		at := place{l.Ambulance.At, "2400", "CR1", 0, 0}
		if l.Provider(claim.RolePickUp) == nil && x.Provider(claim.RolePickUp) == nil {
			x.say(codeNoPickUp, at, "", "")
		}
		if l.Provider(claim.RoleDropOff) == nil && x.Provider(claim.RoleDropOff) == nil {
			x.say(codeNoDropOff, at, "", "")
		}
	}
}

// chargesAreNotNegative: a claim is taken back by a void, not by less than
// nothing.
func chargesAreNotNegative(x *check) {
	if x.Charge.Known && x.Charge.Amount < 0 {
		x.say(codeNegative, x.clm(2, 0), sent(x.Charge), "")
	}
	for i := range x.Lines {
		if l := &x.Lines[i]; l.Charge.Known && l.Charge.Amount < 0 {
			x.say(codeNegative, x.service(l, x.chargeElement(), 0), sent(l.Charge), "")
		}
	}
}

// unitsAreNotZero: a line bills something.
func unitsAreNotZero(x *check) {
	element := 4
	switch x.Kind {
	case claim.Institutional:
		element = 5
	case claim.Dental:
		element = 6
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Units == "" {
			continue
		}
		if sign, ok := l.Units.Sign(); ok && sign <= 0 {
			x.say(codeNoUnits, x.service(l, element, 0), string(l.Units), "")
		}
	}
}

// linesAreNotTwice: two lines that agree in all that payers compare are most
// often one, sent twice.
func linesAreNotTwice(x *check) {
	if x.Kind == claim.Institutional {
		return // the same revenue code and day may stand twice
	}
	for i := 1; i < len(x.Lines) && i < 50; i++ {
		l := &x.Lines[i]
		for k := range i {
			m := &x.Lines[k]
			if l.Procedure.Code == m.Procedure.Code && l.Procedure.Code != "" && l.Procedure.Modifiers == m.Procedure.Modifiers &&
				l.Charge == m.Charge && l.Units == m.Units && l.Service() == m.Service() &&
				l.PlaceOfService == m.PlaceOfService && sameTeeth(l.Teeth, m.Teeth) && sameDrug(l.Drug, m.Drug) {
				x.say(codeLineTwice, x.service(l, 1, 0), "", strconv.Itoa(k+1))
				break
			}
		}
	}
}

func sameTeeth(a, b []claim.Tooth) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Number != b[i].Number || a[i].Surfaces != b[i].Surfaces {
			return false
		}
	}
	return true
}

func sameDrug(a, b *claim.Drug) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Code == b.Code
}

// drugCodeHasElevenDigits: a national drug code is sent as 5-4-2 without
// hyphens.
func drugCodeHasElevenDigits(x *check) {
	for i := range x.Lines {
		d := x.Lines[i].Drug
		if d == nil || d.Qualifier != "N4" {
			continue
		}
		if len(d.Code) != 11 || strings.Trim(d.Code, "0123456789") != "" {
			x.say(codeDrugCode, place{d.At, "2410", "LIN", 3, 0}, d.Code, "")
		}
	}
}

// medicareNumberIsWellFormed: a Medicare beneficiary identifier has eleven
// places, each a digit or a letter by its position.
func medicareNumberIsWellFormed(x *check) {
	if x.Subscriber == nil || x.Subscriber.Coverage.ClaimFiling != "MB" && x.Subscriber.Coverage.ClaimFiling != "MA" {
		return
	}
	if first := x.firstDay(); first < "20200101" && first != "" {
		return // before that, cards had other numbers
	}
	id := x.Subscriber.ID
	if id.Qualifier == "MI" && id.Value != "" && !ValidMBI(id.Value) {
		x.say(codeMedicareNumber, place{x.Subscriber.Person.At, "2010BA", "NM1", 9, 0}, id.Value, "")
	}
}

// firstDay is the first day of service, CCYYMMDD, or "".
func (x *check) firstDay() string {
	first := x.Date(claim.DateStatement).From()
	for i := range x.Lines {
		if d := x.Lines[i].Service().From(); d != "" && (first == "" || d < first) {
			first = d
		}
	}
	return first
}

// ValidMBI says whether s has the form of a Medicare beneficiary identifier:
// C A AN N A AN N A A N N without dashes, letters without S L O I B Z.
func ValidMBI(s string) bool {
	const form = "CAXNAXNAANN"
	if len(s) != len(form) {
		return false
	}
	for i := range len(form) {
		c := s[i]
		digit := c >= '0' && c <= '9'
		letter := c >= 'A' && c <= 'Z' && !strings.ContainsRune("SLOIBZ", rune(c))
		switch form[i] {
		case 'C':
			if !digit || c == '0' {
				return false
			}
		case 'N':
			if !digit {
				return false
			}
		case 'A':
			if !letter {
				return false
			}
		default:
			if !digit && !letter {
				return false
			}
		}
	}
	return true
}

// billingZIPHasNineDigits: the billing provider's address in the United States
// has the full ZIP code.
func billingZIPHasNineDigits(x *check) {
	if x.BillingProvider == nil {
		return
	}
	a := &x.BillingProvider.Address
	if (a.Country == "" || a.Country == "US") && a.PostalCode != "" && (len(a.PostalCode) != 9 || strings.Trim(a.PostalCode, "0123456789") != "") {
		x.say(codeZIP, place{x.BillingProvider.CityAt, "2010AA", "N4", 3, 0}, a.PostalCode, "")
	}
}

// billingAddressIsAStreet: a post box belongs into the pay-to address.
func billingAddressIsAStreet(x *check) {
	if x.BillingProvider == nil {
		return
	}
	for i, line := range []string{x.BillingProvider.Address.Line1, x.BillingProvider.Address.Line2} {
		if isPostBox(line) {
			x.say(codePostBox, place{x.BillingProvider.StreetAt, "2010AA", "N3", i + 1, 0}, line, "")
		}
	}
}

func isPostBox(line string) bool {
	for _, box := range [...]string{"POBOX", "POSTOFFICEBOX", "LOCKBOX"} {
		if beginsWith(line, box) {
			return true
		}
	}
	return false
}

// beginsWith compares the letters of a line with a word in capitals; points,
// blanks and hyphens do not count. Every claim of a file asks, so it allocates
// nothing.
func beginsWith(line, word string) bool {
	n := 0
	for i := 0; i < len(line) && n < len(word); i++ {
		switch c := line[i]; {
		case c == '.' || c == ' ' || c == '-':
		case c == word[n] || c >= 'a' && c <= 'z' && c-'a'+'A' == word[n]:
			n++
		default:
			return false
		}
	}
	return n == len(word)
}

// anesthesiaIsInMinutes: time-based anesthesia (CPT 00100 to 01999, but those
// that are not timed) is billed in minutes.
func anesthesiaIsInMinutes(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		c := l.Procedure.Code
		if l.Procedure.Qualifier != "HC" || len(c) != 5 || c < "00100" || c > "01999" || strings.Trim(c, "0123456789") != "" || c == "01996" {
			continue
		}
		if l.Unit != "MJ" {
			x.say(codeMinutes, x.service(l, 3, 0), l.Unit, "MJ")
		}
	}
}

// otherPayerIsNamed: what a line says of another payer's decision names a
// payer of the claim.
func otherPayerIsNamed(x *check) {
	for i := range x.Lines {
		for j := range x.Lines[i].Adjudications {
			a := &x.Lines[i].Adjudications[j]
			found := a.PayerID == ""
			for k := range x.OtherCoverages {
				found = found || x.OtherCoverages[k].Payer.ID.Value == a.PayerID
			}
			if !found {
				x.say(codeOtherPayerUnknown, place{a.At, "2430", "SVD", 1, 0}, a.PayerID, "")
			}
		}
	}
}

// otherPayerDecidedOnADay: a payer that decided has the date of it, with the
// payer or with the lines.
func otherPayerDecidedOnADay(x *check) {
	for k := range x.OtherCoverages {
		o := &x.OtherCoverages[k]
		if !o.Amount(claim.AmountPayerPaid).Known || dateOf(o.Payer.Dates, claim.DateAdjudicated) != nil {
			continue
		}
		dated := false
		for i := range x.Lines {
			for j := range x.Lines[i].Adjudications {
				a := &x.Lines[i].Adjudications[j]
				dated = dated || a.PayerID == o.Payer.ID.Value && dateOf(a.Dates, claim.DateAdjudicated) != nil
			}
		}
		if !dated {
			x.say(codeNoDecisionDate, place{o.Payer.At, "2330B", "NM1", 0, 0}, "", "")
		}
	}
}

// laterPayerHasEarlierOne: a claim to a secondary or later payer says who came
// before.
func laterPayerHasEarlierOne(x *check) {
	if x.Subscriber == nil || len(x.OtherCoverages) > 0 {
		return
	}
	switch s := x.Subscriber.Coverage.Sequence; s {
	case "S", "T", "A", "B", "C", "D", "E", "F", "G", "H":
		x.say(codeNoEarlierPayer, place{x.Subscriber.Coverage.At, "2000B", "SBR", 1, 0}, s, "")
	}
}

// attachmentHasControlNumber: documents that are sent have a number to find
// them by; documents that are only available on request have none.
func attachmentHasControlNumber(x *check) {
	x.attachments("2300", x.Attachments)
	for i := range x.Lines {
		x.attachments("2400", x.Lines[i].Attachments)
	}
}

func (x *check) attachments(loop string, list []claim.Attachment) {
	for i := range list {
		a := &list[i]
		at := place{a.At, loop, "PWK", 6, 0}
		switch {
		case a.Transmission == "AA" && a.ControlNumber != "":
			x.say(codeAttachmentNumber, at, a.ControlNumber, "")
		case a.Transmission != "AA" && a.Transmission != "NS" && a.Transmission != "" && a.ControlNumber == "" && a.ReportType != "CT":
			x.say(codeAttachmentNoNumber, at, "", "")
		}
	}
}

// lineControlNumbersDiffer: answers find a line by its number.
func lineControlNumbersDiffer(x *check) {
	for i := range x.Lines {
		for j := range x.Lines[i].References {
			r := &x.Lines[i].References[j]
			if r.Kind != claim.ReferenceLineControlNumber || r.Value == "" {
				continue
			}
			for k := range i {
				if x.Lines[k].Reference(claim.ReferenceLineControlNumber) == r.Value {
					x.say(codeLineNumberTwice, place{r.At, "2400", "REF", 2, 0}, r.Value, "")
					break
				}
			}
		}
	}
}

// purchasedServiceHasProvider: what was bought says from whom.
func purchasedServiceHasProvider(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.PurchasedService != nil && l.Provider(claim.RolePurchasedService) == nil {
			x.say(codeNoPurchasedFrom, place{l.PurchasedService.At, "2400", "PS1", 1, 0}, "", "")
		}
	}
}
