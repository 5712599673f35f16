package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/gateway"
	"claimwire/gateway/correct"
	"claimwire/gateway/intake"
	"claimwire/gateway/scrub"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
)

var _ web.Editor = deskActions{}

// Draft is what a form begins with: what the office sent, or of an X12 claim its
// record.
func (a deskActions) Draft(ctx context.Context, s gateway.Scope, id int64) (web.Draft, error) {
	g := a.b.g
	f, err := look(ctx, g.store, func(tx *store.Tx) (correct.Facts, error) { return g.facts(tx, s, id) })
	if err != nil {
		return web.Draft{}, err
	}
	plan, err := correct.Decide(&f, "")
	if err != nil {
		return web.Draft{}, said(refused(err))
	}
	d := web.Draft{Kind: plan.Kind, PayerClaimID: plan.PayerClaimID}
	var asked []string
	if f.Claim.State == gateway.Rejected {
		said, err := look(ctx, g.store, func(tx *store.Tx) (map[int64]string, error) { return tx.ReasonsOf(s, "rejected", []int64{id}) })
		if err != nil {
			return d, err
		}
		asked = saidAbout(said[id])
	}
	text, err := desk{g}.Item(ctx, s, &f.Claim)
	switch {
	case errors.Is(err, web.ErrNotFound):
		if len(f.Claim.Document) < 3 {
			return d, web.Refused{Reason: "Of this claim nothing could be read but that it is one. Send it anew as a file."}
		}
		text = f.Claim.Document
	case err != nil:
		return d, err
	}
	d.Text = text
	if isRecord(text) {
		d.Form = recordForm(text)
		doc := parsed(text)
		for i := range asked {
			asked[i] = recordField(doc, asked[i])
		}
	} else {
		d.Form = encounterForm()
	}
	d.Asked = slices.DeleteFunc(asked, func(p string) bool { return p == "" })
	return d, nil
}

// statusParts are the members of an encounter that a claim status code is about,
// within the party that its entity names; those with a point are whole paths.
var statusParts = map[string]string{"562": "npi", "128": "tax_id", "145": "taxonomy", "126": "address", "500": "address.zip", "125": "last_name", "164": "insurance.member_id", "158": "patient.birth_date",
	"157": "patient.sex", "254": "diagnoses.", "255": "diagnoses.", "454": "lines.", "453": "lines.", "476": "lines.", "178": "total_charge.", "187": "service_date.", "188": "service_date.", "249": "place_of_service.",
	"228": "type_of_bill.", "252": "prior_authorization.", "464": "original_reference.", "33": "insurance.", "97": "patient."}

// statusParties are the parties that an entity code names.
var statusParties = map[string]string{"85": "billing_provider", "82": "rendering_provider", "DN": "referring_provider", "IL": "patient", "QC": "patient", "PR": "insurance.payer", "77": "service_facility",
	"71": "attending_provider", "72": "operating_provider"}

// saidAbout gives the fields that a payer's rejection is about: "A7:562:85" is the
// billing provider's NPI.
func saidAbout(reason string) (fields []string) {
	for _, code := range strings.FieldsFunc(reason, func(r rune) bool { return r == ',' || r == ' ' }) {
		parts := strings.Split(code, ":")
		if len(parts) < 2 {
			continue
		}
		part := statusParts[parts[1]]
		whole, isWhole := strings.CutSuffix(part, ".")
		switch {
		case part == "":
		case isWhole:
			fields = append(fields, whole)
		case strings.Contains(part, ".") && !strings.HasPrefix(part, "address."):
			fields = append(fields, part)
		case len(parts) > 2 && statusParties[parts[2]] != "":
			fields = append(fields, statusParties[parts[2]]+"."+part)
		}
	}
	return fields
}

func isRecord(text []byte) bool {
	rd := intake.NewReader(bytes.NewReader(text), intake.Options{})
	it, err := rd.Next()
	return err == nil && it.Record == "claim"
}

// Check says what our checks would say of a claim that follows another.
func (a deskActions) Check(ctx context.Context, s gateway.Scope, id int64, text []byte) (findings []gateway.Finding, held string, err error) {
	g := a.b.g
	f, err := look(ctx, g.store, func(tx *store.Tx) (correct.Facts, error) { return g.facts(tx, s, id) })
	if err != nil {
		return nil, "", err
	}
	plan, err := correct.Decide(&f, "")
	if err != nil {
		return nil, "", said(refused(err))
	}
	rd := intake.NewReader(bytes.NewReader(text), intake.Options{})
	it, err := rd.Next()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return []gateway.Finding{{Diagnostic: diag.Diagnostic{Code: 7919}}}, stillHeld, nil
		}
		return nil, "", err
	}
	var c *claim.Claim
	var locate func(*claim.Claim, diag.Diagnostic) string
	if it.Record == "claim" {
		if c, err = claim.ParseJSON(it.Raw); err != nil {
			return []gateway.Finding{unreadable(err)}, stillHeld, nil
		}
		locate = recordPlace(text)
	} else if c = it.Claim(livePayers{g}); c != nil {
		locate = intake.Locate(it.Encounter)
	}
	if c == nil {
		return it.Findings, stillHeld, nil
	}
	correct.Apply(c, plan)
	c, repaired := g.repair(c, s)
	res, err := g.scrub().Scrub(scrub.Input{Claim: c, Today: g.now().Format("20060102"), Known: it.Findings, Locate: locate, Narrow: g.companionFor(c, s)})
	if err != nil {
		return nil, "", err
	}
	findings = slices.Concat(it.Findings, res.Findings, repaired)
	for i := range it.Findings {
		res.Held = res.Held || it.Findings[i].Held()
	}
	if res.Held {
		return findings, stillHeld, nil
	}
	// Besides what is wrong with it, somebody has to be there to take it.
	if k := g.newClaim(&gateway.Transmission{Scope: s, Inbound: true, Partner: "desk:"}, 1, c.Clone(), nil, false); k.State == gateway.Held {
		held = "It would be held: " + k.Findings + "."
	}
	return findings, held, nil
}

// stillHeld is said of a claim with a finding that keeps it.
const stillHeld = "It is still held. See to what stands at the fields below."

// unreadable places what ParseJSON said: "claim: lines[1].charge: want an amount".
func unreadable(err error) gateway.Finding {
	text := strings.TrimPrefix(err.Error(), "claim: ")
	path, want, ok := strings.Cut(text, ": ")
	if !ok {
		return gateway.Finding{Diagnostic: diag.Diagnostic{Code: 7901}}
	}
	code := diag.Code(7903)
	for word, c := range map[string]diag.Code{"amount": 7914, "date": 7915, "day": 7915, "number": 7916} {
		if strings.Contains(want, word) {
			code = c
		}
	}
	return gateway.Finding{Diagnostic: diag.Diagnostic{Code: code}, Field: path}
}

// mainFields are those of an encounter that a form shows also when they are empty:
// what people correct most.
var mainFields = map[string]bool{
	"id": true, "billing_provider": true, "billing_provider.npi": true, "billing_provider.tax_id": true, "patient": true, "patient.last_name": true, "patient.first_name": true,
	"patient.birth_date": true, "patient.sex": true, "insurance": true, "insurance.member_id": true, "insurance.group_number": true, "insurance.relationship": true,
	"insurance.payer.id": true, "insurance.payer.name": true, "place_of_service": true, "service_date": true, "diagnoses": true, "diagnoses.code": true, "lines": true, "lines.procedure": true,
	"lines.modifiers": true, "lines.charge": true, "lines.units": true, "lines.diagnosis_pointers": true, "lines.from": true, "prior_authorization": true,
}

// encounterForm is the form of an encounter: the description that its schema is
// made from.
func encounterForm() *web.Field { return formOf(intake.Describe(), "") }

func formOf(d *intake.Field, path string) *web.Field {
	f := &web.Field{Name: d.Name, About: d.About, Kind: d.Kind, Max: d.Max, Choices: d.Choices, Required: d.Required, List: d.List, Only: d.Only, Main: mainFields[path] || d.Name == "npi"}
	for _, m := range d.Members {
		at := m.Name
		if path != "" {
			at = path + "." + m.Name
		}
		switch {
		case at == "note_to_reader", at == "frequency", at == "original_reference", at == "kind":
			continue // what the correction is decides these
		}
		f.Members = append(f.Members, formOf(m, at))
	}
	return f
}

// recordPlace says which member of a claim's record a finding is about: found as a
// field of an encounter, and then by what the record calls it.
func recordPlace(text []byte) func(*claim.Claim, diag.Diagnostic) string {
	doc := parsed(text)
	find := intake.Locate(nil)
	return func(c *claim.Claim, d diag.Diagnostic) string {
		return recordField(doc, find(c, d))
	}
}

// roleFields are the providers that a record has in one list.
var roleFields = map[string]string{"rendering_provider": "rendering", "referring_provider": "referring", "supervising_provider": "supervising", "service_facility": "service_facility",
	"attending_provider": "attending", "operating_provider": "operating", "other_operating_provider": "other_operating", "ordering_provider": "ordering", "assistant_surgeon": "assistant_surgeon"}

// recordNames are members that a record calls otherwise than an encounter.
var recordNames = map[string]string{"id": "claim_id", "total_charge": "charge", "type_of_bill": "facility_type", "accept_assignment": "assignment", "assign_benefits": "benefits_assignment",
	"provider_signature_on_file": "provider_signature"}

// recordField translates the path of a member of an encounter; a part that the
// record does not state is cut off, and what has no place gives "".
func recordField(doc map[string]any, path string) string {
	if path == "" {
		return ""
	}
	first, rest, _ := strings.Cut(path, ".")
	name, index, indexed := strings.Cut(first, "[")
	to := func(p string, more string) string {
		if more != "" {
			p += "." + more
		}
		return stated(doc, p)
	}
	patient, self := doc["patient"].(map[string]any)
	if self = !self; !self {
		_, self = patient["is_subscriber"]
	}
	switch {
	case first == "insurance" && strings.HasPrefix(rest, "payer"):
		_, part, _ := strings.Cut(rest, ".")
		if part == "id" {
			part = "payer_id"
		}
		return to("payer", part)
	case first == "insurance" && rest == "relationship" && !self:
		return to("patient", "relationship")
	case first == "insurance":
		rest = strings.TrimPrefix(rest, "subscriber.")
		if rest == "order" {
			rest = "sequence"
		}
		return to("subscriber", person(rest))
	case first == "patient" && self:
		return to("subscriber", person(rest))
	case first == "patient":
		return to("patient", person(rest))
	case indexed && name == "lines":
		i, _ := strconv.Atoi(strings.TrimSuffix(index, "]"))
		if who := roleFields[strings.SplitN(rest, ".", 2)[0]]; who != "" {
			_, part, _ := strings.Cut(rest, ".")
			if at := itemWith(itemOf(doc, "lines", i), "providers", "role", who); at >= 0 {
				return to(fmt.Sprintf("lines[%d].providers[%d]", i, at), person(part))
			}
			return to(first, "")
		}
		if rest == "from" {
			if _, ok := itemOf(doc, "lines", i)["from"]; !ok {
				rest = "date"
			}
		}
		return to(first, rest)
	case roleFields[first] != "":
		if at := itemWith(doc, "providers", "role", roleFields[first]); at >= 0 {
			return to(fmt.Sprintf("providers[%d]", at), person(rest))
		}
		return ""
	case strings.HasSuffix(first, "_date") && itemWith(doc, "dates", "type", strings.TrimSuffix(first, "_date")) >= 0:
		return to(fmt.Sprintf("dates[%d].date", itemWith(doc, "dates", "type", strings.TrimSuffix(first, "_date"))), "")
	case !indexed && itemWith(doc, "references", "type", first) >= 0:
		return to(fmt.Sprintf("references[%d].value", itemWith(doc, "references", "type", first)), "")
	}
	if k := recordNames[first]; k != "" {
		return to(k, rest)
	}
	return to(first, person(rest))
}

// person names parts of a party as a record does.
func person(rest string) string {
	rest = strings.ReplaceAll(rest, "address.zip", "address.postal_code")
	if rest == "sex" {
		return "gender"
	}
	return rest
}

func itemOf(doc map[string]any, list string, i int) map[string]any {
	items, _ := doc[list].([]any)
	if i < 0 || i >= len(items) {
		return nil
	}
	m, _ := items[i].(map[string]any)
	return m
}

// itemWith is the place of the first item of a list whose member is a value.
func itemWith(doc map[string]any, list, name, value string) int {
	items, _ := doc[list].([]any)
	for i := range items {
		if m, _ := items[i].(map[string]any); m != nil && m[name] == value {
			return i
		}
	}
	return -1
}

// stated cuts from a path what the document has not, but one step that a form can
// show empty.
func stated(doc map[string]any, path string) string {
	var v any = doc
	steps := strings.Split(path, ".")
	for i, s := range steps {
		o, ok := v.(map[string]any)
		if !ok {
			return strings.Join(steps[:i], ".")
		}
		name, index, indexed := strings.Cut(s, "[")
		next, there := o[name]
		if !there {
			if i == len(steps)-1 {
				return path
			}
			return strings.Join(steps[:i], ".")
		}
		if indexed {
			list, _ := next.([]any)
			n, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if err != nil || n >= len(list) {
				return strings.Join(append(steps[:i:i], name), ".")
			}
			next = list[n]
		}
		v = next
	}
	return path
}
