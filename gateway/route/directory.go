package route

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"claimwire/edi/claim"
	"claimwire/edi/party"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// Directory knows the payers that claims can go to, by all the numbers and
// names that offices use for them. It is read from one YAML file and not
// changed afterwards, so that many may ask it at once.
type Directory struct {
	payers []gateway.Payer
	ids    map[string]int // by number, as compact makes it
	names  map[string]int // by name, as compact makes it
}

// directoryFile is the file as it is written; an unknown key is an error.
//
//	payers:
//	  - id: CMHP1                       # the number that claims carry
//	    name: Cascade Mutual Health
//	    aliases: [Cascade Mutual]       # other names that offices use
//	    other_ids: ["60117"]            # other numbers that offices use
//	    partner: demo-payer             # the trading partner that its claims go to
//	    kind: commercial                # kind of insurance, as in an encounter
//	    claims: [professional]          # kinds of claim that it takes through us
//	    member_id:                      # what member numbers look like
//	      pattern: 'CMH[0-9]{7}'
//	      form: CMH and seven digits
//	    filing_days: 180                # days after the service within which a claim must come
//	    patient_is_subscriber: false    # every patient is insured himself (Medicare)
//	    requires: [telehealth_modifier] # what it asks for beyond the standard
//	    enrolment:
//	      claims: true                  # billing providers must enrol for claims,
//	      remittances: true             # and for remittance advices;
//	      enrolled:                     # these have
//	        - {npi: "2103487619", claims: 2025-01-15, remittances: 2025-02-01}
type directoryFile struct {
	Payers []payerEntry `yaml:"payers"`
}

type payerEntry struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	Aliases  []string `yaml:"aliases"`
	OtherIDs []string `yaml:"other_ids"`
	Partner  string   `yaml:"partner"`
	Kind     string   `yaml:"kind"`
	Claims   []string `yaml:"claims"`
	MemberID struct {
		Pattern string `yaml:"pattern"`
		Form    string `yaml:"form"`
	} `yaml:"member_id"`
	FilingDays          int      `yaml:"filing_days"`
	PatientIsSubscriber bool     `yaml:"patient_is_subscriber"`
	Requires            []string `yaml:"requires"`
	Enrolment           struct {
		Claims      bool `yaml:"claims"`
		Remittances bool `yaml:"remittances"`
		Enrolled    []struct {
			NPI         string `yaml:"npi"`
			Claims      string `yaml:"claims"`
			Remittances string `yaml:"remittances"`
		} `yaml:"enrolled"`
	} `yaml:"enrolment"`

	line int
}

// UnmarshalYAML keeps the line, so that what is wrong can be placed.
func (e *payerEntry) UnmarshalYAML(n *yaml.Node) error {
	type plain payerEntry // without this method
	// A node decodes without looking for unknown keys: they are found here.
	if err := knownKeys(n, payerKeys); err != nil {
		return err
	}
	if err := n.Decode((*plain)(e)); err != nil {
		return err
	}
	e.line = n.Line
	return nil
}

// keys of a mapping, each with those of the mapping below it.
type keys map[string]keys

var payerKeys = keys{
	"id": nil, "name": nil, "aliases": nil, "other_ids": nil, "partner": nil, "kind": nil, "claims": nil,
	"member_id":   {"pattern": nil, "form": nil},
	"filing_days": nil, "patient_is_subscriber": nil, "requires": nil,
	"enrolment": {"claims": nil, "remittances": nil, "enrolled": {"npi": nil, "claims": nil, "remittances": nil}},
}

func knownKeys(n *yaml.Node, known keys) error {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			if err := knownKeys(item, known); err != nil {
				return err
			}
		}
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		below, ok := known[key.Value]
		if !ok {
			names := make([]string, 0, len(known))
			for name := range known {
				names = append(names, name)
			}
			slices.Sort(names)
			if near := gateway.Nearest(key.Value, names, 1); len(near) > 0 {
				return fmt.Errorf("line %d: unknown key %q; did you mean %s?", key.Line, key.Value, near[0])
			}
			return fmt.Errorf("line %d: unknown key %q", key.Line, key.Value)
		}
		if below != nil {
			if err := knownKeys(n.Content[i+1], below); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxDirectory bounds the file: some hundred thousand payers.
const maxDirectory = 64 << 20

// ReadDirectory reads a payer directory. The error names the line and what is
// wrong there: an unknown key, a number or a name that stands for two payers,
// a pattern that is none.
func ReadDirectory(r io.Reader) (*Directory, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxDirectory+1))
	if err != nil {
		return nil, fmt.Errorf("payer directory: %w", err)
	}
	if len(text) > maxDirectory {
		return nil, fmt.Errorf("payer directory: longer than %d bytes", maxDirectory)
	}
	var file directoryFile
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("payer directory: %w", err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("payer directory: more than one document")
	}
	d := &Directory{ids: map[string]int{}, names: map[string]int{}}
	for i := range file.Payers {
		e := &file.Payers[i]
		p, err := e.payer()
		if err == nil {
			d.payers = append(d.payers, p)
			err = d.index(i)
		}
		if err != nil {
			return nil, fmt.Errorf("payer directory: line %d: %w", e.line, err)
		}
	}
	return d, nil
}

// payer checks an entry and makes the payer of it.
func (e *payerEntry) payer() (gateway.Payer, error) {
	p := gateway.Payer{ID: e.ID, Name: e.Name, Aliases: e.Aliases, OtherIDs: e.OtherIDs, Partner: e.Partner,
		MemberForm: e.MemberID.Form, FilingDays: e.FilingDays, PatientIsSubscriber: e.PatientIsSubscriber}
	for _, s := range []struct{ key, value string }{{"id", e.ID}, {"name", e.Name}, {"partner", e.Partner}} {
		if strings.TrimSpace(s.value) == "" {
			return p, fmt.Errorf("%s is missing", s.key)
		}
	}
	if e.Kind != "" {
		if p.ClaimFiling = gateway.ClaimFiling(e.Kind); p.ClaimFiling == "" {
			return p, fmt.Errorf("kind: unknown kind of insurance %q", e.Kind)
		}
	}
	if len(e.Claims) == 0 {
		return p, errors.New("claims: which kinds of claim does it take?")
	}
	for _, c := range e.Claims {
		switch c {
		case "professional":
			p.Claims = append(p.Claims, claim.Professional)
		case "institutional":
			p.Claims = append(p.Claims, claim.Institutional)
		case "dental":
			p.Claims = append(p.Claims, claim.Dental)
		default:
			return p, fmt.Errorf("claims: unknown kind %q", c)
		}
	}
	if e.MemberID.Pattern != "" {
		var err error
		if p.MemberID, err = regexp.Compile("^(?:" + e.MemberID.Pattern + ")$"); err != nil {
			return p, fmt.Errorf("member_id: pattern: %w", err)
		}
		if e.MemberID.Form == "" {
			return p, errors.New("member_id: form is missing: say the pattern in words, for people")
		}
	}
	if e.FilingDays < 0 {
		return p, errors.New("filing_days is negative")
	}
	for _, r := range e.Requires {
		if !slices.Contains(gateway.Requirements, gateway.Requirement(r)) {
			return p, fmt.Errorf("requires: unknown requirement %q; known are %v", r, gateway.Requirements)
		}
		p.Requires = append(p.Requires, gateway.Requirement(r))
	}
	p.Enrolment.Claims, p.Enrolment.Remittances = e.Enrolment.Claims, e.Enrolment.Remittances
	for _, n := range e.Enrolment.Enrolled {
		if !party.ValidNPI(n.NPI) {
			return p, fmt.Errorf("enrolment: %q is not an NPI", n.NPI)
		}
		x := gateway.Enrolled{NPI: n.NPI}
		for _, s := range []struct {
			key, value string
			day        *string
		}{{"claims", n.Claims, &x.Claims}, {"remittances", n.Remittances, &x.Remittances}} {
			if s.value == "" {
				continue
			}
			if *s.day = isoDay(s.value); *s.day == "" {
				return p, fmt.Errorf("enrolment: %s: %q is not a date such as 2026-01-15", s.key, s.value)
			}
		}
		p.Enrolment.Enrolled = append(p.Enrolment.Enrolled, x)
	}
	return p, nil
}

// index enters the numbers and names of payer i.
func (d *Directory) index(i int) error {
	p := &d.payers[i]
	for _, id := range append([]string{p.ID}, p.OtherIDs...) {
		k := compact(id)
		if k == "" {
			return fmt.Errorf("%q is not a number of a payer", id)
		}
		if other, taken := d.ids[k]; taken {
			return fmt.Errorf("the number %s stands for %s already", id, d.payers[other].Name)
		}
		d.ids[k] = i
	}
	for _, name := range append([]string{p.Name}, p.Aliases...) {
		k := compact(name)
		if k == "" {
			return fmt.Errorf("%q is not a name of a payer", name)
		}
		if other, taken := d.names[k]; taken && other != i {
			return fmt.Errorf("the name %s stands for %s already", name, d.payers[other].Name)
		}
		d.names[k] = i
	}
	return nil
}

// compact leaves of a number or name what counts: capitals and digits.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
}

// Payer finds a payer by number, or by name where there is no number. A number
// and a name that stand for two payers find none: nothing is guessed. No
// directory knows no payer.
func (d *Directory) Payer(id, name string) (gateway.Payer, bool) {
	if d == nil {
		return gateway.Payer{}, false
	}
	byName, named := d.names[compact(name)]
	if compact(id) == "" {
		if !named {
			return gateway.Payer{}, false
		}
		return d.payers[byName], true
	}
	byID, ok := d.ids[compact(id)]
	if !ok || named && byName != byID {
		return gateway.Payer{}, false
	}
	return d.payers[byID], true
}

// Nearest names the payers that a number or name may have meant, nearest
// first, as "Cascade Mutual Health (CMHP1)".
func (d *Directory) Nearest(id, name string, n int) []string {
	if d == nil {
		return nil
	}
	var found []int
	add := func(i int) {
		if !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	if i, ok := d.ids[compact(id)]; ok {
		add(i)
	}
	if i, ok := d.names[compact(name)]; ok {
		add(i)
	}
	var names []string
	of := map[string]int{}
	for i := range d.payers {
		for _, s := range append([]string{d.payers[i].Name}, d.payers[i].Aliases...) {
			names = append(names, s)
			of[s] = i
		}
	}
	for _, s := range gateway.Nearest(name, names, n) {
		add(of[s])
	}
	if len(compact(id)) >= 4 {
		var ids []string
		for i := range d.payers {
			for _, s := range append([]string{d.payers[i].ID}, d.payers[i].OtherIDs...) {
				ids = append(ids, s)
				of[s] = i
			}
		}
		for _, s := range gateway.Nearest(id, ids, n) {
			add(of[s])
		}
	}
	var list []string
	for _, i := range found[:min(n, len(found))] {
		list = append(list, d.payers[i].Name+" ("+d.payers[i].ID+")")
	}
	return list
}

// Payers lists the directory in the order of the file.
func (d *Directory) Payers() []gateway.Payer { return slices.Clone(d.payers) }

// isoDay makes CCYYMMDD of 2026-01-15, or "".
func isoDay(s string) string {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return ""
	}
	return validDay(s[:4] + s[5:7] + s[8:])
}

// validDay gives a day CCYYMMDD back when the calendar has it, else "".
func validDay(s string) string {
	if !x12.ValidDate([]byte(s)) {
		return ""
	}
	return s
}
