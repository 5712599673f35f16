package intake

import (
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/money"
)

// dental is what a dental claim says before its lines: dates, orthodontics,
// teeth.
func (k *conversion) dental() {
	e, c := k.e, k.c
	if isYes(e.Predetermination) {
		c.Predetermination = "PB"
	}
	add := func(kind claim.DateKind, text string) {
		if day := readDay(text); day != "" {
			c.Dates = append(c.Dates, claim.On(kind, day))
		}
	}
	add(claim.DateAccident, k.accident().Date)
	if o := e.Orthodontics; o != nil {
		add(claim.DateAppliancePlacement, o.BandingDate)
		c.Orthodontics = &claim.Orthodontics{Months: k.quantity(o.Months), MonthsRemaining: k.quantity(o.MonthsRemaining), Description: capitals(o.Description)}
		if o.Months == "" && o.MonthsRemaining == "" {
			c.Orthodontics.Indicator = "Y"
		}
	}
	if k.sharedDay() {
		add(claim.DateService, e.ServiceDate)
	}
	add(claim.DateRepricerReceived, k.received())
	for _, t := range []struct {
		list   []string
		status string
	}{{e.MissingTeeth, "M"}, {e.TeethToExtract, "E"}} {
		for _, s := range t.list {
			if s = tooth(s); s != "" {
				c.ToothStatuses = append(c.ToothStatuses, claim.ToothStatus{Tooth: s, Status: t.status})
			}
		}
	}
}

// sharedDay says whether the encounter's day of service stands for lines.
func (k *conversion) sharedDay() bool {
	if k.e.ServiceDate == "" || isYes(k.e.Predetermination) {
		return false
	}
	for i := range k.e.Lines {
		if k.e.Lines[i].From == "" {
			return true
		}
	}
	return false
}

// tooth is a tooth's number or letter, without a leading zero.
func tooth(s string) string { return strings.TrimPrefix(compact(s, " #"), "0") }

// dentalProviders of the claim, in the order of its loops.
func (k *conversion) dentalProviders() {
	e, list := k.e, &k.c.Providers
	k.provider(list, e.ReferringProvider, claim.RoleReferring, "referring_provider")
	if !k.bills(e.RenderingProvider) {
		k.provider(list, e.RenderingProvider, claim.RoleRendering, "rendering_provider")
	}
	k.provider(list, e.ServiceFacility, claim.RoleServiceFacility, "service_facility")
	k.provider(list, e.AssistantSurgeon, claim.RoleAssistantSurgeon, "assistant_surgeon")
	k.provider(list, e.SupervisingProvider, claim.RoleSupervising, "supervising_provider")
}

// dentalLine makes one service line of a dental claim.
func (k *conversion) dentalLine(l *Line, i int) claim.Line {
	at := func(name string) string { return index("lines", i, name) }
	var x claim.Line
	k.lineCommon(l, i, &x)
	if c := x.Procedure.Code; len(c) == 5 && c[0] != 'D' {
		k.say(codeProcedureForm, at("procedure"), "")
	}
	if x.Units = k.quantity(l.Units); l.Units == "" {
		x.Units = "1"
	}
	if p := capitals(l.PlaceOfService); p != k.c.PlaceOfService {
		x.PlaceOfService = p
	}
	n := 0
	for _, s := range l.OralCavity {
		if code := oralCavityWords.code(s); code != "" && n < len(x.OralCavity) {
			x.OralCavity[n] = code
			n++
		}
	}
	x.Prosthesis = prosthesisWords.code(l.Prosthesis)
	if len(k.e.Diagnoses) > 0 {
		k.pointers(l, i, &x)
	}
	for n, t := range l.Teeth {
		y := claim.Tooth{Number: tooth(t.Tooth)}
		if y.Number == "" {
			k.miss(index(at("teeth"), n, ""), "The tooth")
		}
		for s, letter := range []byte(compact(t.Surfaces, " ,-")) {
			if s < len(y.Surfaces) {
				y.Surfaces[s] = string(letter)
			}
		}
		x.Teeth = append(x.Teeth, y)
	}
	switch {
	case isYes(k.e.Predetermination):
	case l.From == "" && k.e.ServiceDate == "":
		k.miss(at("from"), "The date of service")
	case l.To != "" && readDay(l.To) != readDay(l.From):
		// A dental line has room for one day.
		k.say(codeOneDay, at("to"), "")
	}
	for _, d := range []struct {
		kind claim.DateKind
		text string
	}{
		{claim.DateService, l.From},
		{claim.DatePriorPlacement, l.PriorPlacementDate},
		{claim.DateAppliancePlacement, l.BandingDate},
		{claim.DateReplacement, l.ReplacementDate},
		{claim.DateTreatmentStart, l.TreatmentStart},
		{claim.DateTreatmentCompletion, l.TreatmentCompletion},
	} {
		if day := readDay(d.text); day != "" {
			x.Dates = append(x.Dates, claim.On(d.kind, day))
		}
	}
	k.lineReferences(l, i, &x)
	if m, ok := readAmount(l.SalesTax); ok {
		x.Amounts = append(x.Amounts, claim.StatedAmount{Kind: claim.AmountSalesTax, Amount: money.Of(m)})
	}
	k.provider(&x.Providers, l.RenderingProvider, claim.RoleRendering, at("rendering_provider"))
	k.provider(&x.Providers, l.AssistantSurgeon, claim.RoleAssistantSurgeon, at("assistant_surgeon"))
	k.provider(&x.Providers, l.SupervisingProvider, claim.RoleSupervising, at("supervising_provider"))
	k.provider(&x.Providers, l.ServiceFacility, claim.RoleServiceFacility, at("service_facility"))
	k.priorPayments(l, i, &x)
	return x
}
