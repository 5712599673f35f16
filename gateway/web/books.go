package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"claimwire/edi/explain"
	"claimwire/gateway"
)

// The lists of everything but claims: files, remittances, denials, requests,
// partners. A payer's analyst sees of each what its trading partner exchanged.

const onPage = 50

// pageOf reads which part of a list is asked for: newest first, before an id.
func pageOf(r *request) gateway.Page {
	before, _ := strconv.ParseInt(r.FormValue("before"), 10, 64)
	return gateway.Page{After: before, Limit: onPage}
}

// older is where the next part of a list is; empty: there is none.
func older(path string, n int, last int64) string {
	if n < onPage {
		return ""
	}
	return path + "?" + url.Values{"before": {strconv.FormatInt(last, 10)}}.Encode()
}

func (r *request) id() (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, errNotFound
	}
	return id, nil
}

func showFiles(s *server, r *request) error {
	p := pageOf(r)
	list, err := s.Desk.Files(r.Context(), r.who.Scope, r.view().Partner, p)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > 0 {
		next = older("/files", len(list), list[len(list)-1].ID)
	}
	return s.show(r, http.StatusOK, "files", "Files", map[string]any{"Files": list, "Next": next})
}

// file finds a file that the view may see.
func (s *server) file(r *request) (gateway.Transmission, error) {
	id, err := r.id()
	if err != nil {
		return gateway.Transmission{}, err
	}
	m, err := s.Desk.File(r.Context(), r.who.Scope, id)
	if err == nil && r.view().Partner != "" && m.Partner != r.view().Partner {
		err = errNotFound
	}
	return m, err
}

func showRemittances(s *server, r *request) error {
	list, err := s.Desk.Remittances(r.Context(), r.who.Scope, r.view().Partner, pageOf(r))
	if err != nil {
		return err
	}
	next := ""
	if len(list) > 0 {
		next = older("/remittances", len(list), list[len(list)-1].ID)
	}
	return s.show(r, http.StatusOK, "remittances", "Remittance advices", map[string]any{"Remittances": list, "Next": next})
}

// paidLine is a claim payment with its arithmetic, and what its record says of
// adjustments.
type paidLine struct {
	gateway.Payment
	Reasons []meaning
	Account []sum
}

// moved is money between payer and provider that belongs to no claim.
type moved struct {
	gateway.ProviderAdjustment
	Words string
}

func showRemittance(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	m, err := s.Desk.Remittance(r.Context(), r.who.Scope, id)
	if err == nil && r.view().Partner != "" && m.Partner != r.view().Partner {
		err = errNotFound
	}
	if err != nil {
		return err
	}
	pays, err := s.Desk.Payments(r.Context(), r.who.Scope, gateway.PaymentQuery{Page: gateway.Page{Limit: gateway.MaxPage}, Remittance: id})
	if err != nil {
		return err
	}
	sum := gateway.Money{}
	lines := make([]paidLine, len(pays))
	for i, p := range pays {
		sum.Paid += p.Paid
		lines[i] = paidLine{p, explained(reasonsIn(p.Document)), accountOf(&p)}
	}
	adjustments, err := s.Postings.ProviderAdjustments(r.Context(), r.who.Scope, id, gateway.Page{Limit: gateway.MaxPage})
	if err != nil {
		return err
	}
	ledger := make([]moved, len(adjustments))
	for i, a := range adjustments {
		ledger[i] = moved{a, explain.Words("plb", a.Reason)}
	}
	file, err := s.Desk.FileOf(r.Context(), r.who.Scope, m.Partner, m.Place.SHA256)
	if err != nil && !isNotFound(err) {
		return err
	}
	s.audit(r, "remittance.view", "remittance:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	return s.show(r, http.StatusOK, "remittance", "Remittance advice "+m.Trace, map[string]any{"Remittance": m, "Payments": lines, "Paid": sum.Paid, "Check": sum.Paid - m.Adjusted, "Ledger": ledger, "File": file.ID,
		"Whole": len(pays) < gateway.MaxPage})
}

// reasonsIn lists the adjustment reasons and remarks of a payment record.
func reasonsIn(document []byte) string {
	type adjustment struct{ Group, Reason string }
	var p struct {
		Adjustments []adjustment `json:"adjustments"`
		Remarks     []string     `json:"remarks"`
		Lines       []struct {
			Adjustments []adjustment `json:"adjustments"`
			Remarks     []string     `json:"remarks"`
		} `json:"lines"`
	}
	if json.Unmarshal(document, &p) != nil {
		return ""
	}
	var codes []string
	add := func(a []adjustment, remarks []string) {
		for _, x := range a {
			codes = append(codes, x.Group+"-"+x.Reason)
		}
		codes = append(codes, remarks...)
	}
	add(p.Adjustments, p.Remarks)
	for _, l := range p.Lines {
		add(l.Adjustments, l.Remarks)
	}
	slices.Sort(codes)
	out := ""
	for _, c := range slices.Compact(codes) {
		out += c + ","
	}
	return out
}
