package fhir

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// IsClaim says whether JSON begins as a FHIR resource does.
func IsClaim(head []byte) bool {
	return strings.Contains(string(head), `"resourceType"`)
}

// resource is a resource that a Claim refers to, with what is used of it.
type resource struct {
	ResourceType string       `json:"resourceType"`
	ID           string       `json:"id"`
	Identifier   []identifier `json:"identifier"`
	Name         json.RawMessage
	Gender       string     `json:"gender"`
	BirthDate    string     `json:"birthDate"`
	Address      []address  `json:"address"`
	Telecom      []telecom  `json:"telecom"`
	SubscriberID string     `json:"subscriberId"`
	Subscriber   *reference `json:"subscriber"`
	Relationship *concept   `json:"relationship"`
	Payor        []reference
	Class        []struct {
		Type  concept `json:"type"`
		Value string  `json:"value"`
	} `json:"class"`
	Type          json.RawMessage `json:"type"`
	Practitioner  *reference      `json:"practitioner"`
	Specialty     []concept       `json:"specialty"`
	Qualification []struct {
		Code concept `json:"code"`
	} `json:"qualification"`
}

type claimIn struct {
	ResourceType   string            `json:"resourceType"`
	ID             string            `json:"id"`
	Identifier     []identifier      `json:"identifier"`
	Contained      []json.RawMessage `json:"contained"`
	Status         string            `json:"status"`
	Type           concept           `json:"type"`
	Use            string            `json:"use"`
	Patient        reference         `json:"patient"`
	BillablePeriod period            `json:"billablePeriod"`
	Provider       reference         `json:"provider"`
	Facility       *reference        `json:"facility"`
	Referral       *reference        `json:"referral"`
	CareTeam       []struct {
		Sequence int       `json:"sequence"`
		Provider reference `json:"provider"`
		Role     *concept  `json:"role"`
	} `json:"careTeam"`
	SupportingInfo []struct {
		Category    concept `json:"category"`
		Code        concept `json:"code"`
		TimingDate  string  `json:"timingDate"`
		ValueString string  `json:"valueString"`
	} `json:"supportingInfo"`
	Diagnosis []struct {
		Sequence int       `json:"sequence"`
		Concept  concept   `json:"diagnosisCodeableConcept"`
		Type     []concept `json:"type"`
		OnAdmit  *concept  `json:"onAdmission"`
	} `json:"diagnosis"`
	Insurance []struct {
		Sequence   int       `json:"sequence"`
		Focal      bool      `json:"focal"`
		Coverage   reference `json:"coverage"`
		PreAuthRef []string  `json:"preAuthRef"`
	} `json:"insurance"`
	Insurer *reference `json:"insurer"`
	Item    []struct {
		Sequence          int       `json:"sequence"`
		DiagnosisSequence []int     `json:"diagnosisSequence"`
		Revenue           *concept  `json:"revenue"`
		ProductOrService  concept   `json:"productOrService"`
		Modifier          []concept `json:"modifier"`
		ServicedDate      string    `json:"servicedDate"`
		ServicedPeriod    *period   `json:"servicedPeriod"`
		Location          *concept  `json:"locationCodeableConcept"`
		Quantity          *struct {
			Value json.Number `json:"value"`
			Unit  string      `json:"unit"`
			Code  string      `json:"code"`
		} `json:"quantity"`
		Net       *amount `json:"net"`
		UnitPrice *amount `json:"unitPrice"`
	} `json:"item"`
	Total *amount `json:"total"`
}

// ErrNoClaim says that there is no Claim to be read.
var ErrNoClaim = errors.New("it is no FHIR R4 Claim, and no Bundle with one")

// maxClaims bounds the claims of one Bundle.
const maxClaims = 5000

// Encounters reads a FHIR R4 Claim, or a Bundle of Claims with what they refer
// to, into encounters as JSON, one a claim. What a Claim does not say is left
// out, and the reader of encounters says that it is missing.
func Encounters(b []byte) ([]json.RawMessage, error) {
	var head struct {
		ResourceType string `json:"resourceType"`
		Entry        []struct {
			FullURL  string          `json:"fullUrl"`
			Resource json.RawMessage `json:"resource"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoClaim, err)
	}
	known := map[string]*resource{}
	var claims []json.RawMessage
	switch head.ResourceType {
	case "Claim":
		claims = append(claims, b)
	case "Bundle":
		for _, e := range head.Entry {
			var r resource
			if json.Unmarshal(e.Resource, &r) != nil {
				continue
			}
			if r.ResourceType == "Claim" {
				if len(claims) == maxClaims {
					return nil, fmt.Errorf("a Bundle has at most %d claims", maxClaims)
				}
				claims = append(claims, e.Resource)
				continue
			}
			known[r.ResourceType+"/"+r.ID] = &r
			if e.FullURL != "" {
				known[e.FullURL] = &r
			}
		}
	}
	if len(claims) == 0 {
		return nil, ErrNoClaim
	}
	var list []json.RawMessage
	for _, c := range claims {
		e, err := encounter(c, known)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// reading is one Claim being read.
type reading struct {
	c     claimIn
	known map[string]*resource
	own   map[string]*resource
}

func (r *reading) find(ref *reference) *resource {
	if ref == nil {
		return nil
	}
	if id, ok := strings.CutPrefix(ref.Reference, "#"); ok {
		return r.own[id]
	}
	return r.known[ref.Reference]
}

type object = map[string]any

// put sets a field unless it is empty.
func put(o object, name, value string) {
	if value = strings.TrimSpace(value); value != "" {
		o[name] = value
	}
}

func encounter(b json.RawMessage, known map[string]*resource) (json.RawMessage, error) {
	r := &reading{known: known, own: map[string]*resource{}}
	if err := json.Unmarshal(b, &r.c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoClaim, err)
	}
	for _, raw := range r.c.Contained {
		var k resource
		if json.Unmarshal(raw, &k) == nil {
			r.own[k.ID] = &k
		}
	}
	c := &r.c
	e := object{}
	id := c.ID
	for _, i := range c.Identifier {
		if i.Value != "" {
			id = i.Value
			break
		}
	}
	put(e, "id", id)
	kind := map[string]string{"institutional": "institutional", "oral": "dental", "professional": "", "vision": "", "pharmacy": ""}[codeOf(&c.Type)]
	put(e, "kind", kind)
	if p := r.find(&c.Provider); p != nil {
		e["billing_provider"] = provider(p, true)
	}
	for _, m := range c.CareTeam {
		k := r.find(&m.Provider)
		if k == nil {
			continue
		}
		role := "rendering_provider"
		if kind == "institutional" {
			role = "attending_provider"
		}
		if m.Role != nil {
			switch codeOf(m.Role) {
			case "referrer", "referring":
				role = "referring_provider"
			case "supervisor", "supervising":
				role = "supervising_provider"
			case "operating":
				role = "operating_provider"
			case "attending":
				role = "attending_provider"
			}
		}
		if _, taken := e[role]; !taken {
			o := provider(k, false)
			if role != "rendering_provider" && role != "attending_provider" {
				delete(o, "taxonomy") // the claim has no place for it
			}
			e[role] = o
		}
	}
	patient := r.find(&c.Patient)
	if patient != nil {
		e["patient"] = person(patient)
	}
	var others []any
	for i, in := range c.Insurance {
		cover := r.find(&in.Coverage)
		if cover == nil {
			continue
		}
		o := r.coverage(cover, patient)
		if in.Focal || len(c.Insurance) == 1 || i == 0 && !anyFocal(c) {
			if len(in.PreAuthRef) > 0 {
				put(e, "prior_authorization", in.PreAuthRef[0])
			}
			e["insurance"] = o
		} else {
			others = append(others, o)
		}
	}
	if len(others) > 0 {
		e["other_insurance"] = others
	}
	var dx []any
	for _, d := range c.Diagnosis {
		code := codeOf(&d.Concept)
		if code == "" {
			continue
		}
		if d.OnAdmit != nil && kind == "institutional" {
			dx = append(dx, object{"code": code, "present_on_admission": map[string]string{"y": "yes", "n": "no", "u": "unknown", "w": "undetermined"}[strings.ToLower(codeOf(d.OnAdmit))]})
			continue
		}
		dx = append(dx, code)
	}
	if len(dx) > 0 {
		e["diagnoses"] = dx
	}
	if kind == "institutional" {
		put(e, "statement_from", day(c.BillablePeriod.Start))
		put(e, "statement_to", day(c.BillablePeriod.End))
	}
	for _, s := range c.SupportingInfo {
		code := codeOf(&s.Code)
		switch codeOf(&s.Category) {
		case "typeofbill":
			put(e, "type_of_bill", code)
		case "admtype":
			put(e, "admission_type", code)
		case "admsrc":
			put(e, "admission_source", code)
		case "discharge-status":
			put(e, "discharge_status", code)
		case "admissionperiod":
			put(e, "admission_date", day(s.TimingDate))
		case "patientaccountnumber":
			put(e, "id", s.ValueString)
		case "medicalrecordnumber":
			put(e, "medical_record_number", s.ValueString)
		}
	}
	var lines []any
	place := ""
	for _, it := range c.Item {
		l := object{}
		if it.Revenue != nil {
			put(l, "revenue_code", codeOf(it.Revenue))
		}
		put(l, "procedure", codeOf(&it.ProductOrService))
		var mods []string
		for i := range it.Modifier {
			if m := codeOf(&it.Modifier[i]); m != "" {
				mods = append(mods, m)
			}
		}
		if len(mods) > 0 {
			l["modifiers"] = mods
		}
		if len(it.DiagnosisSequence) > 0 && kind != "institutional" {
			l["diagnosis_pointers"] = it.DiagnosisSequence
		}
		switch {
		case it.ServicedDate != "":
			put(l, "from", day(it.ServicedDate))
		case it.ServicedPeriod != nil:
			put(l, "from", day(it.ServicedPeriod.Start))
			if it.ServicedPeriod.End != "" && day(it.ServicedPeriod.End) != day(it.ServicedPeriod.Start) {
				put(l, "to", day(it.ServicedPeriod.End))
			}
		}
		if q := it.Quantity; q != nil && q.Value != "" && kind != "dental" {
			field := "units"
			if q.Code == "min" || q.Unit == "min" || q.Unit == "minutes" {
				field = "minutes"
			}
			put(l, field, q.Value.String())
		}
		switch {
		case it.Net != nil:
			put(l, "charge", it.Net.Value.String())
		case it.UnitPrice != nil:
			put(l, "charge", it.UnitPrice.Value.String())
		}
		if it.Location != nil && kind != "institutional" {
			if p := codeOf(it.Location); place == "" {
				place = p
			} else if p != place {
				put(l, "place_of_service", p)
			}
		}
		lines = append(lines, l)
	}
	put(e, "place_of_service", place)
	if len(lines) > 0 {
		e["lines"] = lines
	}
	if c.Total != nil {
		put(e, "total_charge", c.Total.Value.String())
	}
	return json.Marshal(e)
}

func anyFocal(c *claimIn) bool {
	for _, in := range c.Insurance {
		if in.Focal {
			return true
		}
	}
	return false
}

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
