package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"claimwire/gateway"
)

// IsClaim says whether JSON begins as a FHIR resource does.
func IsClaim(head []byte) bool {
	return strings.Contains(string(head), `"resourceType"`)
}

// resource is a resource that a Claim refers to, with what is used of it.
type resource struct {
	ResourceType string          `json:"resourceType"`
	ID           string          `json:"id"`
	Identifier   []identifier    `json:"identifier"`
	Name         json.RawMessage `json:"name"`
	Gender       string          `json:"gender"`
	BirthDate    string          `json:"birthDate"`
	Address      addresses       `json:"address"`
	Telecom      []telecom       `json:"telecom"`
	SubscriberID string          `json:"subscriberId"`
	Subscriber   *reference      `json:"subscriber"`
	Relationship *concept        `json:"relationship"`
	Payor        []reference     `json:"payor"`
	Class        []struct {
		Type  concept `json:"type"`
		Value string  `json:"value"`
	} `json:"class"`
	Type          json.RawMessage `json:"type"`
	Status        string          `json:"status"`
	Specialty     []concept       `json:"specialty"`
	Qualification []struct {
		Code concept `json:"code"`
	} `json:"qualification"`
	Code concept `json:"code"` // of a Condition
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
	known map[string]*resource
	own   map[string]*resource
	nodes []*node

	missing []string // members without which nothing can be said
}

// find finds what a reference leads to: what the Claim holds, or another
// resource of its Bundle.
func (r *reading) find(ref *reference) *resource {
	if ref == nil {
		return nil
	}
	if id, ok := strings.CutPrefix(ref.Reference, "#"); ok {
		return r.own[id]
	}
	to, _, _ := strings.Cut(ref.Reference, "/_history/")
	if k := r.known[to]; k != nil {
		return k
	}
	if parts := strings.Split(to, "/"); len(parts) > 2 { // an address of another server
		return r.known[strings.Join(parts[len(parts)-2:], "/")]
	}
	return nil
}

// logical is what a reference says by itself: a number, and a name to show.
func (ref *reference) logical() *resource {
	if ref.Identifier == nil || ref.Identifier.Value == "" {
		return nil
	}
	name, err := json.Marshal(ref.Display)
	if err != nil {
		return nil
	}
	return &resource{Identifier: []identifier{*ref.Identifier}, Name: name}
}

type object = map[string]any

// put sets a field unless it is empty.
func put(o object, name, value string) {
	if value = strings.TrimSpace(value); value != "" {
		o[name] = value
	}
}

// maxNotCarried bounds how many members that were not carried over are said.
const maxNotCarried = 20

func encounter(b json.RawMessage, known map[string]*resource) (json.RawMessage, error) {
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoClaim, err)
	}
	r := &reading{known: known, own: map[string]*resource{}}
	var held struct {
		Contained []json.RawMessage `json:"contained"`
	}
	json.Unmarshal(b, &held)
	for _, raw := range held.Contained {
		var k resource
		if json.Unmarshal(raw, &k) == nil {
			r.own[k.ID] = &k
		}
	}
	e := r.claim(r.node("", m))
	lost := r.missing
	for _, n := range r.nodes {
		lost = append(lost, n.unread()...)
	}
	slices.Sort(lost)
	for _, at := range lost[:min(len(lost), maxNotCarried)] {
		e[gateway.NotCarried+strings.Trim(strings.Map(plain, at), "_")] = true
	}
	return json.Marshal(e)
}

// plain makes a path the name of a field.
func plain(c rune) rune {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return c
	case c == ']':
		return -1
	}
	return '_'
}

func (r *reading) claim(c *node) object {
	e := object{}
	// What says nothing of the services.
	c.skip("created", "enterer", "insurer", "priority", "fundsReserve", "subType")
	var ids []identifier
	c.into("identifier", &ids)
	put(e, "id", c.text("id"))
	for _, i := range ids {
		if i.Value != "" {
			put(e, "id", i.Value)
			break
		}
	}
	// Only what is active is billed: a draft or a cancelled claim is none.
	if c.text("status") != "active" {
		c.lose("status")
	}
	kind := ""
	switch c.code("type", "claim-type") {
	case "institutional":
		kind = "institutional"
	case "oral":
		kind = "dental"
	case "professional", "vision":
	default:
		c.lose("type")
	}
	put(e, "kind", kind)
	switch c.text("use") {
	case "claim":
	case "predetermination":
		e["predetermination"] = true
	default:
		c.lose("use")
	}
	if p := c.child("payee"); p != nil && p.code("type") != "provider" {
		p.lose("type")
	}
	if _, p := c.ref("provider"); p != nil {
		e["billing_provider"] = provider(p, true)
	}
	if ref, _ := c.ref("referral"); ref != nil && ref.Identifier != nil {
		put(e, "referral_number", ref.Identifier.Value)
	} else if ref != nil {
		c.lose("referral")
	}
	if _, p := c.ref("facility"); p != nil {
		e["service_facility"] = facility(p)
	}
	_, patient := c.ref("patient")
	if patient != nil {
		e["patient"] = person(patient)
	}
	care := r.careTeam(e, c, kind)
	r.insurances(e, c, patient)
	at := r.diagnoses(e, c, kind)
	var procedures []any
	for _, p := range c.inSequence("procedure") {
		p.skip("type", "udi")
		o := object{}
		put(o, "code", p.code("procedureCodeableConcept", "icd-10-pcs", "icd10pcs"))
		put(o, "date", day(p.text("date")))
		if kind != "institutional" {
			p.lose("procedureCodeableConcept")
		}
		procedures = append(procedures, o)
	}
	if len(procedures) > 0 {
		e["procedures"] = procedures
	}
	if a := c.child("accident"); a != nil {
		o := object{"related_to": []string{"other"}}
		put(o, "date", day(a.text("date")))
		switch a.code("type") {
		case "MVA":
			o["related_to"] = []string{"auto"}
		case "WPA":
			o["related_to"] = []string{"work"}
		}
		var where address
		if a.into("locationAddress", &where) {
			put(o, "state", where.State)
		}
		e["accident"] = o
	}
	var when period
	if c.into("billablePeriod", &when) && kind == "institutional" {
		put(e, "statement_from", day(when.Start))
		put(e, "statement_to", day(when.End))
	}
	for _, s := range c.list("supportingInfo") {
		s.skip("sequence")
		s.information(e, kind)
	}
	r.items(e, c, kind, when, at, care)
	put(e, "total_charge", c.money("total"))
	return e
}

// member is one of the care team.
type member struct {
	n      *node
	role   string
	who    object
	placed bool
}

// roles are the words of several code systems for who did what; empty is who
// rendered the service or, of a stay, attended.
var roles = map[string]string{"": "rendering_provider", "primary": "rendering_provider", "performing": "rendering_provider", "rendering": "rendering_provider",
	"attending": "attending_provider", "referrer": "referring_provider", "referring": "referring_provider", "supervisor": "supervising_provider", "supervising": "supervising_provider",
	"operating": "operating_provider", "otheroperating": "other_operating_provider", "ordering": "ordering_provider", "assist": "assistant_surgeon"}

// careTeam places who took part. Whoever comes second in a role is kept for the
// lines that name it.
func (r *reading) careTeam(e object, c *node, kind string) map[int]*member {
	team := map[int]*member{}
	for _, n := range c.inSequence("careTeam") {
		n.skip("responsible")
		role := roles[n.code("role")]
		if role == "rendering_provider" && kind == "institutional" {
			role = "attending_provider"
		}
		if role == "" {
			n.lose("role")
			continue
		}
		_, k := n.ref("provider")
		if k == nil {
			continue
		}
		m := &member{n: n, role: role, who: provider(k, false)}
		if q := n.code("qualification", "taxonomy", "nucc"); q != "" {
			put(m.who, "taxonomy", q)
		}
		if role != "rendering_provider" && role != "attending_provider" && role != "assistant_surgeon" {
			delete(m.who, "taxonomy") // the claim has no place for it
		}
		if _, taken := e[role]; !taken {
			e[role], m.placed = m.who, true
		}
		team[n.sequence()] = m
	}
	return team
}

// orders are those of coverages, in the order of their sequence.
var orders = []string{"primary", "secondary", "tertiary", "fourth", "fifth"}

func (r *reading) insurances(e object, c *node, patient *resource) {
	list := c.inSequence("insurance")
	focal := slices.IndexFunc(list, func(n *node) bool { return n.text("focal") == "true" })
	var others []any
	for i, in := range list {
		in.skip("sequence", "focal", "identifier", "businessArrangement", "claimResponse")
		_, cover := in.ref("coverage")
		if cover == nil {
			continue
		}
		if cover.Status != "" && cover.Status != "active" {
			in.lose("coverage")
		}
		o := r.coverage(cover, patient)
		if len(list) > 1 {
			o["order"] = orders[min(i, len(orders)-1)]
		}
		numbers := in.texts("preAuthRef")
		if i == max(focal, 0) {
			if len(numbers) > 0 {
				put(e, "prior_authorization", numbers[0])
			}
			if len(numbers) > 1 {
				in.lose("preAuthRef")
			}
			e["insurance"] = o
			continue
		}
		if len(numbers) > 0 {
			in.lose("preAuthRef")
		}
		others = append(others, o)
	}
	if len(others) > 0 {
		e["other_insurance"] = others
	}
}

// diagnoses places the diagnoses, the principal one first, and says at which
// place each sequence stands: lines point by sequence.
func (r *reading) diagnoses(e object, c *node, kind string) map[int]int {
	at := map[int]int{}
	type one struct {
		sequence int
		value    any
	}
	var list []one
	for _, n := range c.inSequence("diagnosis") {
		n.skip("packageCode")
		if n.m["packageCode"] != nil {
			n.lose("packageCode") // a group of services at one price
		}
		code := n.code("diagnosisCodeableConcept", "icd-10")
		if _, k := n.ref("diagnosisReference"); k != nil && code == "" {
			code = k.Code.in("icd-10")
		}
		types := n.codes("type")
		admitted := n.code("onAdmission")
		if code == "" {
			n.lose("diagnosisCodeableConcept")
			continue
		}
		role := ""
		for _, t := range types {
			switch strings.ToLower(t) {
			case "admitting":
				role = "admitting_diagnosis"
			case "patientreasonforvisit", "reason-for-visit":
				role = "reasons_for_visit"
			case "externalcauseofinjury", "externalcause", "external-cause":
				role = "external_causes"
			}
		}
		var value any = code
		if admitted != "" && kind == "institutional" {
			poa := map[string]string{"y": "yes", "n": "no", "u": "unknown", "w": "undetermined"}[strings.ToLower(admitted)]
			if poa == "" {
				n.lose("onAdmission")
			}
			value = object{"code": code, "present_on_admission": poa}
		}
		switch {
		case role == "":
			k := one{n.sequence(), value}
			if slices.Contains(types, "principal") {
				list = slices.Insert(list, 0, k)
			} else {
				list = append(list, k)
			}
		case kind != "institutional":
			n.lose("type")
		case role == "admitting_diagnosis":
			put(e, role, code)
		case role == "reasons_for_visit":
			had, _ := e[role].([]any)
			e[role] = append(had, code)
		default:
			had, _ := e[role].([]any)
			e[role] = append(had, value)
		}
	}
	var dx []any
	for i, k := range list {
		at[k.sequence] = i + 1
		dx = append(dx, k.value)
	}
	if len(dx) > 0 {
		e["diagnoses"] = dx
	}
	return at
}

// information places a supporting information by its category.
func (s *node) information(e object, kind string) {
	category := s.code("category")
	code, text, on := s.code("code"), "", day(s.text("timingDate"))
	if v, ok := s.m["valueString"]; ok && v != nil {
		text = s.text("valueString")
	}
	var during period
	s.into("timingPeriod", &during)
	switch category {
	case "typeofbill":
		put(e, "type_of_bill", code)
	case "admtype":
		put(e, "admission_type", code)
	case "admsrc", "pointoforigin":
		put(e, "admission_source", code)
	case "discharge-status":
		put(e, "discharge_status", code)
	case "drg":
		put(e, "drg", code)
	case "admissionperiod", "hospitalized":
		put(e, "admission_date", on)
		put(e, "admission_date", day(during.Start))
		if kind != "institutional" || during.End != "" {
			put(e, "discharge_date", day(during.End))
		}
	case "patientaccountnumber":
		put(e, "id", text)
	case "medicalrecordnumber":
		put(e, "medical_record_number", text)
	case "onset":
		put(e, "onset_date", on)
		put(e, "onset_date", day(during.Start))
	case "employmentimpacted":
		put(e, "disability_from", day(during.Start))
		put(e, "disability_to", day(during.End))
	case "clmrecvddate", "billingnetworkcontractingstatus": // of a payer's own books
	default:
		s.lose("category")
	}
}
