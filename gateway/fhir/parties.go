package fhir

import (
	"encoding/json"
	"fmt"
	"strings"
)

// codeOf is the first code of a concept, else its text.
func codeOf(c *concept) string {
	for _, k := range c.Coding {
		if k.Code != "" {
			return k.Code
		}
	}
	return c.Text
}

// day is the day of a date or a time.
func day(s string) string {
	if len(s) > 10 {
		return s[:10]
	}
	return s
}

// nameOf reads the name of a person, or of an organisation.
func nameOf(raw json.RawMessage) (n humanName, organisation string) {
	if json.Unmarshal(raw, &organisation) == nil {
		return n, organisation
	}
	var list []humanName
	if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
		return list[0], ""
	}
	return n, ""
}

// addresses are a list, or of a Location one.
type addresses []address

// UnmarshalJSON reads either.
func (a *addresses) UnmarshalJSON(b []byte) error {
	var list []address
	if json.Unmarshal(b, &list) == nil {
		*a = list
		return nil
	}
	var one address
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*a = addresses{one}
	return nil
}

func place(o object, list []address) {
	if len(list) == 0 {
		return
	}
	a, at := list[0], object{}
	for i, l := range a.Line[:min(len(a.Line), 2)] {
		put(at, fmt.Sprintf("line%d", i+1), l)
	}
	put(at, "city", a.City)
	put(at, "state", a.State)
	put(at, "zip", a.PostalCode)
	if len(a.Country) == 2 && a.Country != "US" {
		put(at, "country", a.Country)
	}
	if len(at) > 0 {
		o["address"] = at
	}
}

func person(p *resource) object {
	o := object{}
	n, _ := nameOf(p.Name)
	put(o, "last_name", n.Family)
	if len(n.Given) > 0 {
		put(o, "first_name", n.Given[0])
	}
	if len(n.Given) > 1 {
		put(o, "middle_name", n.Given[1])
	}
	put(o, "birth_date", day(p.BirthDate))
	put(o, "sex", map[string]string{"male": "male", "female": "female", "unknown": "unknown", "other": "unknown"}[p.Gender])
	place(o, p.Address)
	return o
}

// facility is where the services were given.
func facility(p *resource) object {
	o := object{}
	n, organisation := nameOf(p.Name)
	if organisation == "" {
		organisation = n.Text
	}
	put(o, "name", organisation)
	for _, i := range p.Identifier {
		if i.System == systemNPI {
			put(o, "npi", i.Value)
		}
	}
	place(o, p.Address)
	return o
}

// provider is who bills, or another provider.
func provider(p *resource, bills bool) object {
	o := object{}
	n, organisation := nameOf(p.Name)
	if organisation != "" {
		put(o, "name", organisation)
	} else {
		put(o, "last_name", n.Family)
		if len(n.Given) > 0 {
			put(o, "first_name", n.Given[0])
		}
	}
	for _, i := range p.Identifier {
		switch {
		case i.System == systemNPI:
			put(o, "npi", i.Value)
		case bills && (i.System == systemTaxID || strings.HasSuffix(i.System, "us-ein")):
			put(o, "tax_id", i.Value)
		}
	}
	for _, q := range p.Qualification {
		for _, k := range q.Code.Coding {
			if strings.Contains(k.System, "nucc") || strings.Contains(k.System, "provider-taxonomy") {
				put(o, "taxonomy", k.Code)
			}
		}
	}
	for i := range p.Specialty {
		put(o, "taxonomy", codeOf(&p.Specialty[i]))
	}
	if p.ResourceType == "Organization" && bills {
		var types []concept
		if json.Unmarshal(p.Type, &types) == nil {
			for i := range types {
				if c := codeOf(&types[i]); len(c) == 10 && c[9] == 'X' {
					put(o, "taxonomy", c)
				}
			}
		}
	}
	if bills {
		place(o, p.Address)
		for _, t := range p.Telecom {
			if t.System == "phone" {
				put(o, "phone", t.Value)
				break
			}
		}
	}
	return o
}

func (r *reading) coverage(c *resource, patient *resource) object {
	o := object{}
	put(o, "member_id", c.SubscriberID)
	payer := object{}
	for i := range c.Payor {
		if p := r.find(&c.Payor[i]); p != nil {
			_, name := nameOf(p.Name)
			put(payer, "name", name)
			for _, id := range p.Identifier {
				put(payer, "id", id.Value)
				break
			}
		} else {
			put(payer, "name", c.Payor[i].Display)
			if id := c.Payor[i].Identifier; id != nil {
				put(payer, "id", id.Value)
			}
		}
	}
	if len(payer) > 0 {
		o["payer"] = payer
	}
	for _, k := range c.Class {
		if codeOf(&k.Type) == "group" {
			put(o, "group_number", k.Value)
		}
	}
	if c.Relationship != nil {
		switch code := codeOf(c.Relationship); code {
		case "self", "":
		case "child", "spouse":
			o["relationship"] = code
		default:
			o["relationship"] = "other"
		}
	}
	if s := r.find(c.Subscriber); s != nil && s != patient && o["relationship"] != nil {
		who := person(s)
		o["subscriber"] = who
	}
	return o
}
