package inspect

import (
	"strings"

	"claimwire/edi/explain"
	"claimwire/edi/guide"
)

// byNumber lists, by data element, where the meaning of a code stands.
var byNumber = map[string]string{
	"98": "entity", "1034": "carc", "1033": "group", "1029": "clp02", "1331": "pos", "1325": "frequency", "1069": "relationship",
	"1032": "filing", "1138": "sequence", "426": "plb", "755": "pwk01", "756": "pwk02", "715": "ak901", "716": "ak905", "717": "ik501",
	"718": "ik502", "620": "ik304", "621": "ik403", "1373": "ta105",
}

// byDesignator does for elements whose number serves for many things.
var byDesignator = map[string]string{
	"TA104": "ta104", "TA105": "ta105", "AK901": "ak901", "AK905": "ak905", "AK906": "ak905", "AK907": "ak905", "AK908": "ak905", "AK909": "ak905",
	"IK501": "ik501", "IK502": "ik502", "IK503": "ik502", "IK504": "ik502", "IK505": "ik502", "IK506": "ik502", "IK304": "ik304", "IK403": "ik403",
}

// Levels are the kinds of hierarchical levels (HL03), in our words.
var Levels = map[string]string{"19": "provider of service", "20": "information source", "21": "information receiver", "22": "subscriber", "23": "dependent", "PT": "patient"}

// names are what elements are called where the dictionary's name, which serves
// every use of the element, says too little.
var names = map[string]string{
	"CLM02": "Charge", "CLM06": "Provider's signature on file", "CLM08": "Benefits assigned to the provider", "CLP03": "Charge", "CLP04": "Paid", "CLP05": "Patient owes",
	"SV102": "Charge", "SV203": "Charge", "SV302": "Charge", "SVC02": "Charge", "SVC03": "Paid", "SVD02": "Paid by the other payer", "BPR02": "Payment", "STC04": "Charge", "STC05": "Paid",
	"CLP07": "Payer's claim number", "TRN02": "Trace number", "SBR03": "Group or policy number", "STC02": "Date of the status", "STC03": "Accepted or refused",
	"CAS03": "Adjusted by", "CAS06": "Adjusted by", "CAS09": "Adjusted by", "CAS12": "Adjusted by", "CAS15": "Adjusted by", "CAS18": "Adjusted by",
	"PLB04": "Adjusted by", "PLB06": "Adjusted by", "PLB08": "Adjusted by", "PLB10": "Adjusted by", "PLB12": "Adjusted by", "PLB14": "Adjusted by",
}

// NameOf is what an element is called.
func NameOf(e *guide.Element) string {
	if n := names[e.Designator]; n != "" {
		return n
	}
	if onAdmission(e) {
		return "Present on admission"
	}
	return e.Name
}

// onAdmission says whether the element tells if a diagnosis was there already
// when the patient came.
func onAdmission(e *guide.Element) bool {
	return strings.HasPrefix(e.Designator, "HI") && strings.HasSuffix(e.Designator, "-9")
}

// few are the meanings of elements that have only a few.
var few = map[string]map[string]string{
	"BHT02": {"00": "original", "18": "sent again", "08": "status", "13": "request"},
	"BHT06": {"CH": "claims to be paid", "RP": "encounters, reported only", "31": "claims for a subrogation", "TH": "acknowledgment of receipt"},
	"BPR01": {"I": "payment with its advice", "H": "notice only, no money moves", "C": "payment and advice go separate ways", "D": "payment only", "P": "prenotification", "U": "split payment", "X": "handling party decides"},
	"BPR03": {"C": "credit to the payee", "D": "debit"},
	"BPR04": {"ACH": "transfer between banks", "CHK": "check", "FWT": "wire transfer", "NON": "no payment", "BOP": "the bank decides"},
	"CLM07": {"A": "accepts assignment", "B": "for laboratory services only", "C": "does not accept assignment"},
	"CLM09": {"Y": "release signed", "I": "release not needed by law"},
	"NM102": {"1": "person", "2": "organisation"},
	"STC03": {"WQ": "accepted", "U": "refused"},
	"DMG03": {"F": "female", "M": "male", "U": "not known"},
}

// yesOrNo says what Y and N stand for; most elements that take them take
// nothing else.
var yesOrNo = map[string]string{"Y": "yes", "N": "no", "W": "not applicable"}

// meaningOf says what a value means, in our words; "" when there is nothing to
// say.
func meaningOf(e *guide.Element, value []byte) string {
	v := string(value)
	segment, component, _ := strings.Cut(e.Designator, "-")
	switch {
	case few[e.Designator] != nil:
		return few[e.Designator][v]
	case onAdmission(e):
		return map[string]string{"Y": "yes", "N": "no", "U": "the record does not say", "W": "cannot be told"}[v]
	case e.Number == "1073":
		return yesOrNo[v]
	case byDesignator[e.Designator] != "":
		return explain.Words(byDesignator[e.Designator], v)
	case e.Designator == "HL03":
		return Levels[v]
	case segment == "STC01" || segment == "STC10" || segment == "STC11":
		switch component {
		case "1":
			return explain.Words("category", v)
		case "2":
			if strings.Contains(v, "-") {
				return explain.Words("loinc", v)
			}
			return explain.Words("status", v)
		case "3":
			return explain.Words("entity", v)
		}
	case strings.HasPrefix(segment, "MOA") || strings.HasPrefix(segment, "MIA") || e.Designator == "LQ02":
		return explain.Words("rarc", v)
	case strings.HasPrefix(segment, "PLB") && component == "1":
		return explain.Words("plb", v)
	case e.Type == guide.DT || e.Number == "1251":
		return Days(v)
	}
	if list := qualifiers[e.Number]; list != nil && (list[v] != "" || byNumber[e.Number] == "") {
		return list[v]
	}
	if list := byNumber[e.Number]; list != "" {
		return explain.Words(list, v)
	}
	return ""
}

// Days writes a date, or a range of two, as people read it.
func Days(s string) string {
	from, to, span := strings.Cut(s, "-")
	if len(from) != 8 || strings.Trim(from, "0123456789") != "" {
		return ""
	}
	iso := func(d string) string { return d[:4] + "-" + d[4:6] + "-" + d[6:] }
	if !span {
		return iso(from)
	}
	if len(to) != 8 || strings.Trim(to, "0123456789") != "" {
		return ""
	}
	return iso(from) + " to " + iso(to)
}

// isoDay6 writes the date of an ISA, YYMMDD.
func isoDay6(s string) string {
	if d := Days("20" + s); d != "" {
		return d
	}
	return s
}

// clock writes a time HHMM.
func clock(s string) string {
	if len(s) != 4 {
		return s
	}
	return s[:2] + ":" + s[2:]
}
