package rule

import (
	"strconv"

	"claimwire/edi/claim"
)

// Dental claims. Procedures are told by their codes' ranges (D1000 to D9999).

// servicesAreDated: what was done has its day, on the claim or on each line.
// Where no line has one, the claim's is missing.
func servicesAreDated(x *check) {
	if x.Predetermination != "" || dateOf(x.Dates, claim.DateService) != nil || len(x.Lines) == 0 {
		return
	}
	var first *claim.Line
	n := 0
	for i := range x.Lines {
		if l := &x.Lines[i]; !dated(l) {
			n++
			if first == nil {
				first = l
			}
		}
	}
	if n > 0 && n == len(x.Lines) {
		x.missing(4357, scope{}, "2300", "DTP", x.service(first, 1, 2), "")
		return
	}
	for i := range x.Lines {
		if l := &x.Lines[i]; !dated(l) && l.ServiceAt.Known() {
			x.missing(4357, scope{line: l}, "2400", "DTP", x.service(l, 1, 2), "")
		}
	}
}

// dated says whether a line says when it was done.
func dated(l *claim.Line) bool {
	for i := range l.Dates {
		switch l.Dates[i].Kind {
		case claim.DateService, claim.DateTreatmentStart, claim.DateTreatmentCompletion:
			return true
		}
	}
	return false
}

// plannedServicesAreNotDated: what is only planned has none.
func plannedServicesAreNotDated(x *check) {
	if d := dateOf(x.Dates, claim.DateService); d != nil {
		x.report(4358, place{d.At, "2300", "DTP", 0, 0}, x.clm(19, 0), d.Text, "")
	}
	for i := range x.Lines {
		if d := dateOf(x.Lines[i].Dates, claim.DateService); d != nil {
			x.report(4358, place{d.At, "2400", "DTP", 0, 0}, x.clm(19, 0), d.Text, "")
		}
	}
}

// replacementHasPriorPlacement: what replaces says when the earlier one was
// placed.
func replacementHasPriorPlacement(x *check) {
	for i := range x.Lines {
		if l := &x.Lines[i]; l.Prosthesis == "R" && dateOf(l.Dates, claim.DatePriorPlacement) == nil {
			x.missing(4359, scope{line: l}, "2400", "DTP", x.service(l, 5, 0), "")
		}
	}
}

// priorPlacementIsReplaced: and nothing else does.
func priorPlacementIsReplaced(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if d := dateOf(l.Dates, claim.DatePriorPlacement); d != nil && l.Prosthesis != "R" && l.ServiceAt.Known() {
			x.report(4360, place{d.At, "2400", "DTP", 0, 0}, x.service(l, 5, 0), l.Prosthesis, "R")
		}
	}
}

// orthodonticsHasPlacement: orthodontic treatment under way says when the
// appliance was placed.
func orthodonticsHasPlacement(x *check) {
	o := x.Orthodontics
	if o.MonthsRemaining == "" || x.Predetermination != "" || dateOf(x.Dates, claim.DateAppliancePlacement) != nil {
		return
	}
	for i := range x.Lines {
		if dateOf(x.Lines[i].Dates, claim.DateAppliancePlacement) != nil {
			return
		}
	}
	x.missing(4361, scope{}, "2300", "DTP", place{o.At, "2300", "DN1", 2, 0}, "")
}

// monthsRemainAreFewer: no more months remain than there are.
func monthsRemainAreFewer(x *check) {
	o := x.Orthodontics
	if o.Months == "" || o.MonthsRemaining == "" {
		return
	}
	if order, ok := o.MonthsRemaining.Compare(o.Months); ok && order > 0 {
		x.say(4534, place{o.At, "2300", "DN1", 2, 0}, string(o.MonthsRemaining), "")
	}
}

// procedure gives the number of a dental procedure code, "D2391" 2391.
func (x *check) dental(l *claim.Line) int {
	c := l.Procedure.Code
	if len(c) != 5 || c[0] != 'D' || !digits(c[1:]) {
		return 0
	}
	n, _ := strconv.Atoi(c[1:])
	return n
}

// orthodonticProcedureHasTreatment: comprehensive and limited orthodontic
// treatment says how long it takes.
func orthodonticProcedureHasTreatment(x *check) {
	if x.Orthodontics != nil {
		return
	}
	for i := range x.Lines {
		if n := x.dental(&x.Lines[i]); n >= 8010 && n <= 8090 {
			x.missing(4362, scope{}, "2300", "DN1", x.service(&x.Lines[i], 1, 2), "")
			return
		}
	}
}

// surfacesDiffer: a surface of a tooth is said once.
func surfacesDiffer(x *check) {
	x.teeth(func(_ *claim.Line, t *claim.Tooth) {
		for i := 1; i < len(t.Surfaces) && t.Surfaces[i] != ""; i++ {
			for k := range i {
				if t.Surfaces[k] == t.Surfaces[i] {
					x.say(4535, place{t.At, "2400", "TOO", 3, i + 1}, t.Surfaces[i], "")
					break
				}
			}
		}
	})
}

func (x *check) teeth(visit func(*claim.Line, *claim.Tooth)) {
	for i := range x.Lines {
		for k := range x.Lines[i].Teeth {
			visit(&x.Lines[i], &x.Lines[i].Teeth[k])
		}
	}
}

// toothOf reads a tooth of the universal numbering: 1 to 32, A to T, and the
// supernumerary ones, 51 to 82 and AS to TS. anterior is one with an edge.
func toothOf(s string) (anterior, ok bool) {
	if n, err := strconv.Atoi(s); err == nil {
		if n > 50 {
			n -= 50
		} else if len(s) > 1 && s[0] == '0' && n > 9 {
			return false, false
		}
		return n >= 6 && n <= 11 || n >= 22 && n <= 27, n >= 1 && n <= 32
	}
	if len(s) == 1 || len(s) == 2 && s[1] == 'S' {
		c := s[0]
		return c >= 'C' && c <= 'H' || c >= 'M' && c <= 'R', c >= 'A' && c <= 'T'
	}
	return false, false
}

// teethExist: a tooth's number is one.
func teethExist(x *check) {
	x.teeth(func(_ *claim.Line, t *claim.Tooth) {
		if _, ok := toothOf(t.Number); t.Number != "" && !ok {
			x.say(4536, place{t.At, "2400", "TOO", 2, 0}, t.Number, "")
		}
	})
	for i := range x.ToothStatuses {
		t := &x.ToothStatuses[i]
		if _, ok := toothOf(t.Tooth); t.Tooth != "" && !ok {
			x.say(4536, place{t.At, "2300", "DN2", 1, 0}, t.Tooth, "")
		}
	}
}

// surfacesFitTooth: front teeth have an incisal and a facial surface, back
// teeth an occlusal and a buccal one.
func surfacesFitTooth(x *check) {
	x.teeth(func(_ *claim.Line, t *claim.Tooth) {
		anterior, ok := toothOf(t.Number)
		if !ok {
			return
		}
		for i, s := range t.Surfaces {
			if s == "O" && anterior || s == "I" && !anterior {
				x.report(4537, place{t.At, "2400", "TOO", 3, i + 1}, place{t.At, "2400", "TOO", 2, 0}, s, "")
			}
		}
	})
}

// restorationHasTooth: fillings, crowns and extractions are of a tooth.
func restorationHasTooth(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		n := x.dental(l)
		if (n >= 2140 && n <= 2799 || n >= 3310 && n <= 3348 || n >= 7140 && n <= 7241) && len(l.Teeth) == 0 {
			x.missing(4363, scope{line: l}, "2400", "TOO", x.service(l, 1, 2), "")
		}
	}
}

// fillingHasSurfaces: fillings are of surfaces.
func fillingHasSurfaces(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		n := x.dental(l)
		if n < 2140 || n > 2394 || n == 2390 {
			continue
		}
		for k := range l.Teeth {
			if t := &l.Teeth[k]; t.Surfaces[0] == "" {
				x.report(4364, place{t.At, "2400", "TOO", 3, 1}, x.service(l, 1, 2), "", "")
			}
		}
	}
}

// periodontalTreatmentHasQuadrant: scaling and surgery of the gums are of a
// quadrant.
func periodontalTreatmentHasQuadrant(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		switch x.dental(l) {
		case 4210, 4211, 4240, 4241, 4260, 4261, 4341, 4342:
			if l.OralCavity[0] == "" && len(l.Teeth) == 0 {
				x.report(4365, x.service(l, 4, 1), x.service(l, 1, 2), "", "")
			}
		}
	}
}

// toothStatusesDiffer: a tooth is missing, or to be extracted, once.
func toothStatusesDiffer(x *check) {
	for i := range x.ToothStatuses {
		for k := range i {
			if t := &x.ToothStatuses[i]; t.Tooth != "" && x.ToothStatuses[k].Tooth == t.Tooth {
				x.say(4538, place{t.At, "2300", "DN2", 1, 0}, t.Tooth, "")
				break
			}
		}
	}
}

// missingToothIsNotTreated: what is done to a tooth is done to one that is
// there; only what replaces it is not.
func missingToothIsNotTreated(x *check) {
	for i := range x.Lines {
		l := &x.Lines[i]
		if n := x.dental(l); n < 2140 || n > 3999 && (n < 7140 || n > 7241) {
			continue
		}
		for k := range l.Teeth {
			for j := range x.ToothStatuses {
				if s := &x.ToothStatuses[j]; s.Status == "M" && s.Tooth == l.Teeth[k].Number && s.Tooth != "" {
					x.report(4539, place{l.Teeth[k].At, "2400", "TOO", 2, 0}, place{s.At, "2300", "DN2", 1, 0}, s.Tooth, "")
				}
			}
		}
	}
}
