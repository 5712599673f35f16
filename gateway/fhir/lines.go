package fhir

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// items places the service lines.
func (r *reading) items(e object, c *node, kind string, when period, at map[int]int, care map[int]*member) {
	var lines []any
	place := ""
	for _, it := range c.inSequence("item") {
		it.skip("category", "programCode", "udi", "encounter", "procedureSequence", "informationSequence")
		l := object{}
		put(l, "revenue_code", it.code("revenue"))
		put(l, "procedure", it.code("productOrService", "cpt", "hcpcs", "cdt", "ada.org", "hipps"))
		if mods := it.codes("modifier"); len(mods) > 0 {
			l["modifiers"] = mods
		}
		var pointers []int
		for _, s := range it.texts("diagnosisSequence") {
			n, _ := strconv.Atoi(s)
			if at[n] == 0 {
				it.lose("diagnosisSequence")
				continue
			}
			pointers = append(pointers, at[n])
		}
		if len(pointers) > 0 && kind != "institutional" {
			l["diagnosis_pointers"] = pointers
		}
		for _, s := range it.texts("careTeamSequence") {
			n, _ := strconv.Atoi(s)
			m := care[n]
			switch {
			case m == nil:
				it.lose("careTeamSequence")
			case fmt.Sprint(e[m.role]) != fmt.Sprint(m.who):
				l[m.role], m.placed = m.who, true
			}
		}
		var served period
		if on := it.text("servicedDate"); on != "" {
			served.Start = on
		} else if !it.into("servicedPeriod", &served) && kind != "institutional" {
			served = when
		}
		put(l, "from", day(served.Start))
		if day(served.End) != day(served.Start) {
			put(l, "to", day(served.End))
		}
		it.charge(l, kind)
		if p := it.code("locationCodeableConcept", "place"); p != "" && kind != "institutional" {
			if place == "" {
				place = p
			} else if p != place {
				put(l, "place_of_service", p)
			}
		}
		it.mouth(l, kind)
		lines = append(lines, l)
	}
	put(e, "place_of_service", place)
	if len(lines) > 0 {
		e["lines"] = lines
	}
	for _, m := range care {
		if !m.placed {
			m.n.lose("provider") // a second one in its role, and no line names it
		}
	}
}

// charge places units and charge: what is stated, else units by their price.
func (it *node) charge(l object, kind string) {
	units, factor := "1", "1"
	if q := it.child("quantity"); q != nil {
		q.skip("system")
		units = q.text("value")
		field := "units"
		if unit := q.text("unit"); q.text("code") == "min" || unit == "min" || unit == "minutes" {
			field = "minutes"
		}
		if kind != "dental" || units != "1" {
			put(l, field, units)
		}
	}
	if f := it.text("factor"); f != "" {
		factor = f
	}
	net, each := it.money("net"), it.money("unitPrice")
	if net == "" && each != "" {
		sum := new(big.Rat).SetInt64(1)
		for _, s := range []string{each, units, factor} {
			v, ok := new(big.Rat).SetString(s)
			if !ok || len(s) > 20 {
				it.lose("unitPrice")
				return
			}
			sum.Mul(sum, v)
		}
		if net = sum.FloatString(2); !new(big.Rat).Mul(sum, big.NewRat(100, 1)).IsInt() {
			it.lose("unitPrice") // no whole cents
		}
	}
	put(l, "charge", net)
}

// mouth places teeth and surfaces: by the universal numbers of the United States
// alone, since other systems give the same numbers to other teeth.
func (it *node) mouth(l object, kind string) {
	var site concept
	if !it.into("bodySite", &site) {
		return
	}
	tooth := object{}
	for _, k := range site.Coding {
		if s := strings.ToLower(k.System); strings.Contains(s, "ada.org") || strings.Contains(s, "universal") {
			put(tooth, "tooth", k.Code)
		}
	}
	surfaces := strings.Join(it.codes("subSite"), "")
	if kind != "dental" || tooth["tooth"] == nil {
		it.lose("bodySite")
		return
	}
	put(tooth, "surfaces", surfaces)
	l["teeth"] = []any{tooth}
}
