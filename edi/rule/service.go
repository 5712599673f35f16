package rule

import (
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
)

// Lines of service (SNIP type 6): what a kind of service asks of the claim that
// bills it, beyond what the guides ask of every claim. They are taken from CMS's
// manuals; payers differ, so that only what contradicts itself is an error, and
// the rest is a warning that a biller can answer. Procedures are known by their
// numbers alone.
const (
	codeTransportRoute     diag.Code = 6901
	codeMilesAlone         diag.Code = 6902
	codeMilesDiffer        diag.Code = 6903
	codeSeveralCarried     diag.Code = 6904
	codeGroundOrAir        diag.Code = 6905
	codeAnesthesiaWho      diag.Code = 6911
	codeAnesthesiaTwoWays  diag.Code = 6912
	codeAnesthesiaLong     diag.Code = 6913
	codeEquipmentHow       diag.Code = 6921
	codeEquipmentTwoWays   diag.Code = 6922
	codeEquipmentOrdered   diag.Code = 6923
	codeDrugOfVisit        diag.Code = 6931
	codeDrugWaste          diag.Code = 6932
	codeDrugWasteAlone     diag.Code = 6933
	codeLensSide           diag.Code = 6941
	codeManipulationActive diag.Code = 6951
	codeManipulationSpine  diag.Code = 6952
	codeScreeningReferral  diag.Code = 6961
	codeScreeningAge       diag.Code = 6962
	codeHomeRate           diag.Code = 6971
	codeHomeVisit          diag.Code = 6972
	codeHomeCounty         diag.Code = 6973
	codeHospiceSite        diag.Code = 6981
	codeHospiceContinuous  diag.Code = 6982
	codeTherapyPlan        diag.Code = 6986
	codeTherapyDiscipline  diag.Code = 6987
	codeTherapyAssistant   diag.Code = 6988
	codeDialysisAdequacy   diag.Code = 6991
	codeDialysisSetting    diag.Code = 6992
	codeObservationHours   diag.Code = 6996
	codeObservationLong    diag.Code = 6997
)

// serviceRules are the rules of lines of service, in the form of claimRules.
var serviceRules = []claimRule{
	{code(codeTransportRoute), "P", hasLetters, transportSaysItsRoute},
	{code(codeMilesAlone), "P", hasLetters, milesGoWithATransport},
	{code(codeMilesDiffer), "P", hasLetters, milesAreThoseOfTheTransport},
	{code(codeSeveralCarried), "P", hasCounts | hasLetters, severalPatientsAreSaid},
	{code(codeGroundOrAir), "P", hasLetters, transportIsByGroundOrAir},
	{code(codeAnesthesiaWho), "P", hasMinutes, anesthesiaSaysWhoGaveIt},
	{code(codeAnesthesiaTwoWays), "P", hasMinutes | hasModifiers, anesthesiaIsGivenOneWay},
	{code(codeAnesthesiaLong), "P", hasMinutes, anesthesiaEndsWithinADay},
	{code(codeEquipmentHow), "P", hasLetters, equipmentIsRentedOrBought},
	{code(codeEquipmentTwoWays), "P", hasLetters | hasModifiers, equipmentIsRentedOrBoughtNotBoth},
	{code(codeEquipmentOrdered), "P", hasLetters | isMedicare, equipmentWasOrdered},
	{code(codeDrugOfVisit), "P", hasDrug, drugIsNotOfAVisit},
	{code(codeDrugWaste), "PI", hasModifiers | hasLetteredModifiers, drugIsWastedOrNot},
	{code(codeDrugWasteAlone), "PI", hasModifiers | hasLetteredModifiers | hasLetters, wasteGoesWithWhatWasGiven},
	{code(codeLensSide), "P", hasLetters, lensesSayTheirEye},
	{code(codeManipulationActive), "P", hasMedicine | isMedicare, manipulationIsActiveTreatment},
	{code(codeManipulationSpine), "P", hasMedicine, manipulationIsOfTheSpine},
	{code(codeScreeningReferral), "P", 0, screeningSaysItsReferral},
	{code(codeScreeningAge), "P", hasBirth, screeningIsOfAChild},
	{code(codeHomeRate), "I", isMedicare, homeHealthHasOneRate},
	{code(codeHomeVisit), "I", 0, homeVisitsSayWhoCame},
	{code(codeHomeCounty), "I", isMedicare, homeHealthSaysItsCounty},
	{code(codeHospiceSite), "I", 0, hospiceSaysItsSite},
	{code(codeHospiceContinuous), "I", 0, continuousHomeCareIsLong},
	{code(codeTherapyPlan), "P", hasMedicine, therapySaysItsPlan},
	{code(codeTherapyDiscipline), "I", hasMedicine, therapyIsOfItsDiscipline},
	{code(codeTherapyAssistant), "PI", hasModifiers | hasLetteredModifiers, assistantsWorkUnderAPlan},
	{code(codeDialysisAdequacy), "I", hasMedicine, dialysisSaysItsAdequacy},
	{code(codeDialysisSetting), "I", 0, dialysisSaysItsSetting},
	{code(codeObservationHours), "I", isOutpatient, observationIsCountedInHours},
	{code(codeObservationLong), "I", isOutpatient, observationEnds},
}

// hasModifier says whether a line has one of the modifiers.
func hasModifier(p *claim.Procedure, any ...string) bool {
	for _, m := range p.Modifiers {
		if m != "" && slices.Contains(any, m) {
			return true
		}
	}
	return false
}

// countOf is how many of the modifiers a line has.
func countOf(p *claim.Procedure, of ...string) (n int) {
	for _, m := range p.Modifiers {
		if m != "" && slices.Contains(of, m) {
			n++
		}
	}
	return n
}

// lineDay is the day of a line, or the claim's first.
func (x *check) lineDay(l *claim.Line) string {
	if d := l.Service().From(); d != "" {
		return d
	}
	return x.first
}

// Ambulance.

// isAmbulance says whether a line bills a transport or its miles.
func isAmbulance(p *claim.Procedure) bool { return isTransport(p) || isMiles(p) }

func isMiles(p *claim.Procedure) bool {
	return p.Qualifier == "HC" && (p.Code == "A0425" || p.Code == "A0435" || p.Code == "A0436")
}

// isAir says whether a transport or its miles is by air.
func isAir(p *claim.Procedure) bool {
	return p.Code == "A0430" || p.Code == "A0431" || p.Code == "A0435" || p.Code == "A0436"
}

// isRoute says whether a modifier is of two places: from, to. X, a stop at a
// physician's on the way, is only a second.
func isRoute(m string) bool {
	const places = "DEGHIJNPRS"
	return len(m) == 2 && strings.IndexByte(places, m[0]) >= 0 && (strings.IndexByte(places, m[1]) >= 0 || m[1] == 'X')
}

// transportSaysItsRoute: a transport says by a modifier from where and to where;
// one that did not happen, since the patient had died, says that instead.
func transportSaysItsRoute(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !isTransport(&l.Procedure) && !isMiles(&l.Procedure) || hasModifier(&l.Procedure, "QL") {
			continue
		}
		if !slices.ContainsFunc(l.Procedure.Modifiers[:], isRoute) {
			x.say(codeTransportRoute, x.service(l, 1, 3), "", "")
			return // who sends none, sends none of any
		}
	}
}

// milesGoWithATransport: miles are of a transport, by land or by air as they are.
func milesGoWithATransport(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !isMiles(&l.Procedure) {
			continue
		}
		if !slices.ContainsFunc(x.Lines, func(m claim.Line) bool {
			return isTransport(&m.Procedure) && isAir(&m.Procedure) == isAir(&l.Procedure)
		}) {
			x.say(codeMilesAlone, x.service(l, 1, 2), l.Procedure.Code, "")
		}
	}
}

// milesAreThoseOfTheTransport: the miles that are billed are those that the
// transport is said to have taken, but for a part of a mile.
func milesAreThoseOfTheTransport(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !isMiles(&l.Procedure) {
			continue
		}
		t := l.Ambulance
		if t == nil {
			t = x.Ambulance
		}
		if t == nil || t.Miles == "" || l.Ambulance == nil && countMiles(x.Lines) > 1 {
			continue
		}
		billed, err1 := strconv.ParseFloat(string(l.Units), 64)
		said, err2 := strconv.ParseFloat(string(t.Miles), 64)
		if err1 == nil && err2 == nil && billed > 0 && said >= 0 && (billed-said >= 1 || said-billed >= 1) {
			x.report(codeMilesDiffer, x.service(l, x.unitsElement(), 0), place{t.At, loopOf(l), "CR1", 6, 0}, string(l.Units), "")
		}
	}
}

func loopOf(l *claim.Line) string {
	if l.Ambulance != nil {
		return "2400"
	}
	return "2300"
}

func countMiles(lines []claim.Line) (n int) {
	for i := range lines {
		if isMiles(&lines[i].Procedure) {
			n++
		}
	}
	return n
}

// severalPatientsAreSaid: of several patients in one ambulance each claim says
// so.
func severalPatientsAreSaid(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !isAmbulance(&l.Procedure) || hasModifier(&l.Procedure, "GM") {
			continue
		}
		for k := range l.Counts {
			if n, err := strconv.Atoi(string(l.Counts[k].Quantity)); l.Counts[k].Kind == claim.CountPatients && err == nil && n > 1 {
				x.report(codeSeveralCarried, x.service(l, 1, 3), place{l.Counts[k].At, "2400", "QTY", 2, 0}, "", "")
			}
		}
	}
}

// transportIsByGroundOrAir: an aircraft is place 42, a car 41.
func transportIsByGroundOrAir(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !isTransport(&l.Procedure) {
			continue
		}
		at, where := x.clm(5, 1), x.PlaceOfService
		if l.PlaceOfService != "" {
			at, where = x.service(l, 5, 0), l.PlaceOfService
		}
		want := "41"
		if isAir(&l.Procedure) {
			want = "42"
		}
		if (where == "41" || where == "42") && where != want {
			x.report(codeGroundOrAir, at, x.service(l, 1, 2), where, want)
			return
		}
	}
}

// Anesthesia.

// anesthesiaWays are the modifiers that say who gave an anesthesia: an
// anesthesiologist alone, supervising, directing one or several, a nurse directed
// or alone.
var anesthesiaWays = []string{"AA", "AD", "QK", "QX", "QY", "QZ", "GC"}

// anesthesiaSaysWhoGaveIt: a timed anesthesia has one of them.
func anesthesiaSaysWhoGaveIt(x *check) {
	for i := range x.Lines {
		if l := &x.Lines[i]; isAnesthesia(&l.Procedure) && l.Procedure.Code != "01996" && countOf(&l.Procedure, anesthesiaWays...) == 0 {
			x.say(codeAnesthesiaWho, x.service(l, 1, 3), "", "")
			return
		}
	}
}

// anesthesiaIsGivenOneWay: and no two that exclude each other.
func anesthesiaIsGivenOneWay(x *check) {
	for i := range x.Lines {
		if l := &x.Lines[i]; isAnesthesia(&l.Procedure) && countOf(&l.Procedure, "AA", "AD", "QK", "QX", "QY", "QZ") > 1 {
			x.say(codeAnesthesiaTwoWays, x.service(l, 1, 3), "", "")
		}
	}
}

// anesthesiaEndsWithinADay: minutes of one line.
func anesthesiaEndsWithinADay(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Unit != "MJ" {
			continue
		}
		if n, err := strconv.ParseFloat(string(l.Units), 64); err == nil && n > 24*60 {
			x.say(codeAnesthesiaLong, x.service(l, x.unitsElement(), 0), string(l.Units), "")
		}
	}
}

// Durable medical equipment.

// isEquipment says whether a code is of durable equipment: E0100 to E8999, and
// wheelchairs and their parts among the K codes.
func isEquipment(p *claim.Procedure) bool {
	c := p.Code
	return p.Qualifier == "HC" && len(c) == 5 && (c[0] == 'E' && c >= "E0100" && c < "E9000" || c >= "K0001" && c <= "K0899") && digits(c[1:])
}

// equipmentIsRentedOrBought: a line of equipment says whether it is rented (RR,
// with the month for some), new (NU), used (UE), a repair or a replacement.
func equipmentIsRentedOrBought(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if isEquipment(&l.Procedure) && !hasModifier(&l.Procedure, "RR", "NU", "UE", "NR", "BP", "BR", "BU", "MS", "RA", "RB", "LL", "KH", "KI", "KJ") {
			x.say(codeEquipmentHow, x.service(l, 1, 3), "", "")
			return
		}
	}
}

// equipmentIsRentedOrBoughtNotBoth: one of them.
func equipmentIsRentedOrBoughtNotBoth(x *check) {
	for i := range x.Lines {
		if l := &x.Lines[i]; isEquipment(&l.Procedure) && countOf(&l.Procedure, "RR", "NU", "UE") > 1 {
			x.say(codeEquipmentTwoWays, x.service(l, 1, 3), "", "")
		}
	}
}

// equipmentWasOrdered: Medicare pays for equipment that somebody ordered.
func equipmentWasOrdered(x *check) {
	if x.Provider(claim.RoleReferring) != nil {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if isEquipment(&l.Procedure) && l.EquipmentCertification == nil && l.Provider(claim.RoleOrdering) == nil && l.Provider(claim.RoleReferring) == nil {
			x.missing(codeEquipmentOrdered, scope{line: l}, "2420E", "NM1", x.service(l, 1, 2), "")
			return
		}
	}
}

// Drugs.

// drugIsNotOfAVisit: a visit has no national drug code.
func drugIsNotOfAVisit(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Drug == nil || l.Drug.Qualifier != "N4" || l.Procedure.Qualifier != "HC" {
			continue
		}
		if c := l.Procedure.Code; len(c) == 5 && c >= "99202" && c <= "99499" && digits(c) {
			x.report(codeDrugOfVisit, place{l.Drug.At, "2410", "LIN", 3, 0}, x.service(l, 1, 2), l.Drug.Code, "")
		}
	}
}

// drugIsWastedOrNot: some of a vial was thrown away (JW), or none was (JZ).
func drugIsWastedOrNot(x *check) {
	for i := range x.Lines {
		if l := &x.Lines[i]; countOf(&l.Procedure, "JW", "JZ") > 1 {
			x.say(codeDrugWaste, x.service(l, x.procedureElement(), 3), "", "")
		}
	}
}

// wasteGoesWithWhatWasGiven: what was thrown away stands beside what was given.
func wasteGoesWithWhatWasGiven(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !hasModifier(&l.Procedure, "JW") || hasModifier(&l.Procedure, "JZ") {
			continue
		}
		day := x.lineDay(l)
		if !slices.ContainsFunc(x.Lines, func(m claim.Line) bool {
			return m.Procedure.Code == l.Procedure.Code && x.lineDay(&m) == day && !hasModifier(&m.Procedure, "JW")
		}) {
			x.say(codeDrugWasteAlone, x.service(l, x.procedureElement(), 2), l.Procedure.Code, "")
		}
	}
}

// Vision.

// lensesSayTheirEye: a lens is of the right eye or of the left; two of them are
// two lines.
func lensesSayTheirEye(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		c := l.Procedure.Code
		if l.Procedure.Qualifier != "HC" || len(c) != 5 || c < "V2100" || c > "V2499" {
			continue
		}
		if !hasModifier(&l.Procedure, "RT", "LT", "50") {
			x.say(codeLensSide, x.service(l, 1, 3), "", "")
			return
		}
	}
}

// Chiropractic.

func isManipulation(p *claim.Procedure) bool {
	return p.Qualifier == "HC" && p.Code >= "98940" && p.Code <= "98942" && len(p.Code) == 5
}

// manipulationIsActiveTreatment: Medicare pays for active treatment (AT), and not
// to keep what was reached; what it will not pay is said otherwise.
func manipulationIsActiveTreatment(x *check) {
	for i := range x.Lines {
		if l := &x.Lines[i]; isManipulation(&l.Procedure) && x.Date(claim.DateInitialTreatment).From() != "" && !hasModifier(&l.Procedure, "AT", "GA", "GY", "GZ", "GX") {
			x.say(codeManipulationActive, x.service(l, 1, 3), "", "")
			return
		}
	}
}

// manipulationIsOfTheSpine: a diagnosis that the line points to is of the spine
// or of its nerves and muscles.
func manipulationIsOfTheSpine(x *check) {
	if x.said > 0 {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if !isManipulation(&l.Procedure) {
			continue
		}
		spine, any := false, false
		for _, p := range l.DiagnosisPointers {
			n, err := strconv.Atoi(p)
			if err != nil || n < 1 || n > len(x.Diagnoses) {
				continue
			}
			any = true
			spine = spine || ofTheSpine(x.Diagnoses[n-1].Code)
		}
		if any && !spine {
			x.say(codeManipulationSpine, x.service(l, 7, 0), "", "")
			return
		}
	}
}

// ofTheSpine says whether a diagnosis of ICD-10-CM is of the spine, its nerves or
// muscles, or a headache that may come from there.
func ofTheSpine(code string) bool {
	if len(code) < 3 {
		return true
	}
	switch c := code[:3]; {
	case c >= "M40" && c <= "M54", c == "M99", c == "M62", c == "M79", c == "M96", c >= "G43" && c <= "G44", c >= "G54" && c <= "G55", c == "R51", c == "R29", c == "Q76",
		c >= "S12" && c <= "S16", c == "S19", c >= "S22" && c <= "S24", c == "S29", c >= "S32" && c <= "S34", c == "S39", c == "G24", c == "M25", c == "M43":
		return true
	}
	return code[0] < 'A' // ICD-9-CM
}

// Early and periodic screening of children under Medicaid.

// isScreening says whether a line is a preventive visit of a child that is billed
// as a screening of the program.
func isScreening(l *claim.Line) bool {
	c := l.Procedure.Code
	return l.EPSDT == "Y" && (c >= "99381" && c <= "99385" || c >= "99391" && c <= "99395") && len(c) == 5
}

// screeningSaysItsReferral: a screening says whether the child was referred on.
func screeningSaysItsReferral(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if !isScreening(l) {
			continue
		}
		for k := range x.Certifications {
			if x.Certifications[k].Kind == claim.CertificationEPSDT {
				return
			}
		}
		x.missing(codeScreeningReferral, scope{}, "2300", "CRC", x.service(l, 11, 0), "")
		return
	}
}

// screeningIsOfAChild: the program ends at twenty-one.
func screeningIsOfAChild(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.EPSDT != "Y" {
			continue
		}
		day := x.lineDay(l)
		if len(day) == 8 && len(x.born) == 8 && day >= x.born && yearsBetween(x.born, day) >= 21 {
			x.say(codeScreeningAge, x.service(l, 11, 0), "Y", "")
			return
		}
	}
}

// yearsBetween is an age in whole years.
func yearsBetween(born, day string) int {
	a, _ := strconv.Atoi(born)
	b, _ := strconv.Atoi(day)
	return (b - a) / 10000
}

// Home health.

func (x *check) isHomeHealth() bool { return x.PlaceOfService == "32" }

// homeHealthHasOneRate: a period of care is billed by one rate, on a line of
// revenue code 0023; notices of admission have it, too.
func homeHealthHasOneRate(x *check) {
	if !x.isHomeHealth() {
		return
	}
	rates := 0
	for i := range x.Lines {
		if l := &x.Lines[i]; l.RevenueCode == "0023" {
			if rates++; rates == 2 {
				x.say(codeHomeRate, x.service(l, 1, 0), l.RevenueCode, "")
			}
		}
	}
}

// visitsOf are the revenue codes of visits at home and what the codes of who came
// begin with.
var homeVisits = map[string]string{"042": "therapy", "043": "therapy", "044": "therapy", "055": "nursing", "056": "social work", "057": "an aide"}

// homeVisitsSayWhoCame: a visit has the code of who came.
func homeVisitsSayWhoCame(x *check) {
	if !x.isHomeHealth() && x.PlaceOfService != "34" {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if len(l.RevenueCode) == 4 && homeVisits[l.RevenueCode[:3]] != "" && l.Procedure.Code == "" {
			x.say(codeHomeVisit, x.service(l, 2, 0), "", homeVisits[l.RevenueCode[:3]])
		}
	}
}

// homeHealthSaysItsCounty: Medicare pays by where the patient lives (value code
// 61), and by its county (85).
func homeHealthSaysItsCounty(x *check) {
	if !x.isHomeHealth() || x.Frequency == "A" || x.Frequency == "D" || x.Frequency == "8" {
		return
	}
	for _, code := range [2]string{"61", "85"} {
		if !slices.ContainsFunc(x.Values, func(v claim.ValueCode) bool { return v.Code == code }) {
			x.missing(codeHomeCounty, scope{}, "2300", "HI", x.clm(5, 1), code)
			return
		}
	}
}

// Hospice.

func (x *check) isHospice() bool { return x.PlaceOfService == "81" || x.PlaceOfService == "82" }

// levelsOfHospice are the revenue codes of its levels of care.
var levelsOfHospice = []string{"0650", "0651", "0652", "0655", "0656"}

// hospiceSaysItsSite: each level of care says where it was given.
func hospiceSaysItsSite(x *check) {
	if !x.isHospice() {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if slices.Contains(levelsOfHospice, l.RevenueCode) && (l.Procedure.Code < "Q5001" || l.Procedure.Code > "Q5010") {
			x.say(codeHospiceSite, x.service(l, 2, 0), "", "")
			return
		}
	}
}

// continuousHomeCareIsLong: less than eight hours a day are routine care.
func continuousHomeCareIsLong(x *check) {
	if !x.isHospice() {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.RevenueCode != "0652" {
			continue
		}
		if n, err := strconv.ParseFloat(string(l.Units), 64); err == nil && n > 0 && n < 32 {
			x.say(codeHospiceContinuous, x.service(l, x.unitsElement(), 0), string(l.Units), "")
		}
	}
}

// Therapy.

// planOf is what a therapy code that is always therapy asks for: GP physical,
// GO occupational, GN speech; "G" one of the three; "" none.
func planOf(p *claim.Procedure) string {
	if p.Qualifier != "HC" || len(p.Code) != 5 {
		return ""
	}
	switch p.Code {
	case "97161", "97162", "97163", "97164":
		return "GP"
	case "97165", "97166", "97167", "97168":
		return "GO"
	case "92507", "92508", "92521", "92522", "92523", "92524", "92526":
		return "GN"
	case "97012", "97016", "97018", "97022", "97024", "97026", "97028", "97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116", "97124",
		"97140", "97150", "97530", "97533", "97535", "97537", "97542", "97750", "97755", "97760", "97761", "97763":
		return "G"
	}
	return ""
}

// therapySaysItsPlan: a therapy is given under the plan of one discipline. Only
// Medicare asks that of a chiropractor.
func therapySaysItsPlan(x *check) {
	if x.has&isMedicare == 0 && slices.ContainsFunc(x.Lines, func(l claim.Line) bool { return isManipulation(&l.Procedure) }) {
		return
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		switch want := planOf(&l.Procedure); want {
		case "":
			continue
		case "G":
			if !hasModifier(&l.Procedure, "GP", "GO", "GN") {
				x.say(codeTherapyPlan, x.service(l, 1, 3), "", "GP, GO or GN")
				return
			}
		default:
			if !hasModifier(&l.Procedure, want) {
				x.say(codeTherapyPlan, x.service(l, 1, 3), "", want)
				return
			}
		}
	}
}

var disciplines = map[string]string{"042": "GP", "043": "GO", "044": "GN"}

// therapyIsOfItsDiscipline: the department that the revenue code names is that of
// the plan.
func therapyIsOfItsDiscipline(x *check) {
	if x.isHomeHealth() {
		return // visits, not services
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if len(l.RevenueCode) != 4 || planOf(&l.Procedure) == "" {
			continue
		}
		want := disciplines[l.RevenueCode[:3]]
		if want != "" && !hasModifier(&l.Procedure, want) {
			x.report(codeTherapyDiscipline, x.service(l, 2, 3), x.service(l, 1, 0), "", want)
		}
	}
}

// assistantsWorkUnderAPlan: an assistant of physical therapy (CQ) works under a
// plan of it (GP), one of occupational therapy (CO) under GO.
func assistantsWorkUnderAPlan(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		for _, w := range [2][2]string{{"CQ", "GP"}, {"CO", "GO"}} {
			if hasModifier(&l.Procedure, w[0]) && !hasModifier(&l.Procedure, w[1]) {
				x.say(codeTherapyAssistant, x.service(l, x.procedureElement(), 3), w[0], w[1])
			}
		}
	}
}

// Dialysis.

// dialysisSaysItsAdequacy: one line of a claim of dialysis, the last as a rule,
// says how well it cleaned the blood (G1 to G6).
func dialysisSaysItsAdequacy(x *check) {
	if x.PlaceOfService != "72" {
		return
	}
	var last *claim.Line
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Procedure.Code != "90999" {
			continue
		}
		if hasModifier(&l.Procedure, "G1", "G2", "G3", "G4", "G5", "G6") {
			return
		}
		last = l
	}
	if last != nil {
		x.say(codeDialysisAdequacy, x.service(last, 2, 3), "", "")
	}
}

// dialysisSaysItsSetting: a claim of dialysis says where it is done (condition
// codes 71 to 76, 80, 84, 87).
func dialysisSaysItsSetting(x *check) {
	if x.PlaceOfService != "72" || x.Frequency == "8" {
		return
	}
	for i := range x.Conditions {
		switch c := x.Conditions[i].Code; {
		case c >= "70" && c <= "76", c == "80", c == "84", c == "87":
			return
		}
	}
	x.missing(codeDialysisSetting, scope{}, "2300", "HI", x.clm(5, 1), "")
}

// Observation.

// observationIsCountedInHours: a line of observation has the code of its hours or
// of a direct referral.
func observationIsCountedInHours(x *check) {
	for i := range x.Lines {
		if l := &x.Lines[i]; l.RevenueCode == "0762" && l.Procedure.Code == "" {
			x.say(codeObservationHours, x.service(l, 2, 0), "", "")
			return
		}
	}
}

// observationEnds: after two days the patient is admitted or goes.
func observationEnds(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Procedure.Code != "G0378" {
			continue
		}
		if n, err := strconv.ParseFloat(string(l.Units), 64); err == nil && n > 72 {
			x.say(codeObservationLong, x.service(l, x.unitsElement(), 0), string(l.Units), "")
		}
	}
}
