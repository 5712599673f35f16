package scrub

import (
	"slices"

	"claimwire/edi/claim"
)

// facility are the edits of institutional claims. Those for Medicare are of
// its Part A, which pays them by rates of its own.
func (x *scrubbing) facility() {
	c := x.c
	hospital := c.PlaceOfService == "11"
	if hospital && !slices.ContainsFunc(c.Lines, isRoom) {
		x.place(codeNoRoom, c.At, "2300", "CLM", 5, 1, "")
	}
	if c.PlaceOfService == "81" || c.PlaceOfService == "82" {
		if (c.Frequency == "1" || c.Frequency == "2") && !hasOccurrence(c.Occurrences, "27") {
			x.place(codeNoCertification, c.At, "2300", "HI", 0, 0, "")
		}
	}
	if c.Subscriber.Coverage.ClaimFiling != "MA" {
		return
	}
	rate := map[string]string{"21": "0022", "32": "0023"}[c.PlaceOfService]
	if rate != "" && c.Frequency != "8" && !slices.ContainsFunc(c.Lines, func(l claim.Line) bool { return l.Procedure.Qualifier == "HP" }) {
		x.place(codeNoRate, c.At, "2300", "SV2", 0, 0, rate)
	}
	if c.PlaceOfService == "21" && !hasOccurrence(c.OccurrenceSpans, "70") && !hasCode(c.Conditions, "56", "57", "58", "DR") {
		x.place(codeNoHospitalStay, c.At, "2300", "HI", 0, 0, "")
	}
	if c.PlaceOfService == "72" {
		for _, code := range []string{"A8", "A9"} {
			if !slices.ContainsFunc(c.Values, func(v claim.ValueCode) bool { return v.Code == code }) {
				x.place(codeNoDialysisValues, c.At, "2300", "HI", 0, 0, "")
				break
			}
		}
	}
}

// isRoom says whether a line bills room and board, or a ward or intensive care;
// or may, when its revenue code is none.
func isRoom(l claim.Line) bool {
	return len(l.RevenueCode) != 4 || l.RevenueCode >= "0100" && l.RevenueCode <= "0219"
}

func hasOccurrence(list []claim.Occurrence, code string) bool {
	return slices.ContainsFunc(list, func(o claim.Occurrence) bool { return o.Code == code })
}

func hasCode(list []claim.IndustryCode, any ...string) bool {
	return slices.ContainsFunc(list, func(i claim.IndustryCode) bool { return slices.Contains(any, i.Code) })
}

// prostheses: payers pay for a crown, bridge or denture once in some years, and
// ask whether it is the first.
func (x *scrubbing) prostheses() {
	for i := range x.c.Lines {
		l := &x.c.Lines[i]
		if l.Prosthesis == "" && isProsthesis(l.Procedure.Code) {
			x.place(codeNoProsthesis, l.ServiceAt, "2400", "SV3", 5, 0, "")
		}
	}
}

// isProsthesis says whether a CDT code lies in the ranges of crowns, dentures
// and bridges; repairs and adjustments are no new ones.
func isProsthesis(code string) bool {
	return code >= "D2710" && code <= "D2794" || code >= "D5110" && code <= "D5286" || code >= "D6205" && code <= "D6794"
}
