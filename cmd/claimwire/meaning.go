package main

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

// levels are the kinds of hierarchical levels (HL03), in our words.
var levels = map[string]string{"19": "provider of service", "20": "information source", "21": "information receiver", "22": "subscriber", "23": "dependent", "PT": "patient"}

// meaningOf says what a value means, in our words; "" when there is nothing to
// say.
func meaningOf(e *guide.Element, value []byte) string {
	v := string(value)
	segment, component, _ := strings.Cut(e.Designator, "-")
	switch {
	case byDesignator[e.Designator] != "":
		return explain.Words(byDesignator[e.Designator], v)
	case e.Designator == "HL03":
		return levels[v]
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
		return isoDays(v)
	}
	if list := byNumber[e.Number]; list != "" {
		return explain.Words(list, v)
	}
	return ""
}

// isoDays writes a date, or a range of two, as people read it.
func isoDays(s string) string {
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
