package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// DenialDesk is what Books can do besides, where denials are worked.
type DenialDesk interface {
	// Denials lists what is denied, with what to do; those of a state, of who acts,
	// and whose first deadline ends by a day (CCYYMMDD). Empty picks all.
	Denials(ctx context.Context, s gateway.Scope, state, who, by string, p gateway.Page) (list []DenialItem, next int64, err error)
	Denial(ctx context.Context, s gateway.Scope, payment int64) ([]DenialItem, error)
	WorkDenial(ctx context.Context, s gateway.Scope, payment int64, by string, f func(d *gateway.DenialWork)) ([]DenialItem, error)
}

// Papers is what Books can write for people: kind is remittance, eob, proof or
// appeal; format is html or pdf.
type Papers interface {
	Paper(ctx context.Context, s gateway.Scope, kind, format string, id int64) (b []byte, contentType string, err error)
}

// DenialItem is a denied claim, or a denied line of a claim that was paid.
type DenialItem struct {
	Payment   int64          `json:"payment" doc:"The claim payment's id"`
	Claim     int64          `json:"claim,omitempty"`
	ClaimID   string         `json:"claim_id"`
	Payer     string         `json:"payer,omitempty"`
	Line      int            `json:"line,omitempty" doc:"Of the payment, from 1; missing: the whole claim"`
	Procedure string         `json:"procedure,omitempty"`
	Denied    string         `json:"denied"`
	Scenario  string         `json:"scenario" doc:"documentation, claim_data, not_covered, not_separately_payable, patient_not_found, other"`
	Reasons   []DenialReason `json:"reasons"`
	Action    string         `json:"action" doc:"What to do"`
	Who       string         `json:"who" doc:"coder, biller, enrolment, patient, payer or it"`
	Deadlines []Deadline     `json:"deadlines"`
	State     string         `json:"state" enum:"open,appealed,corrected,patient_billed,written_off,closed"`
	Owner     string         `json:"owner,omitempty"`
	Note      string         `json:"note,omitempty"`
	PaidOn    string         `json:"date,omitempty" doc:"Of the remittance advice"`
}

// DenialReason is one code of a denial.
type DenialReason struct {
	Code   string `json:"code"`
	Amount string `json:"amount,omitempty"`
	Words  string `json:"words"`
	Next   string `json:"next,omitempty"`
}

// Deadline is a day that ends something.
type Deadline struct {
	What string `json:"what"`
	By   string `json:"by"`
	Days int    `json:"days"`
	Rule string `json:"rule" doc:"Who says so"`
}

func (s *server) denialDesk(d DenialDesk) {
	type items struct {
		Items []DenialItem `json:"items"`
		Next  int64        `json:"next,omitempty"`
	}
	get(s, "/v1/denials/work", "work-denials", "Denied claims and lines: why, what to do, who, by when", "money",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			Paging
			State string `query:"state" enum:"open,appealed,corrected,patient_billed,written_off,closed"`
			Who   string `query:"who"`
			By    string `query:"by" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" doc:"Only what has a deadline until this day"`
		}) (*only[items], error) {
			by := ""
			if len(in.By) == 10 {
				by = in.By[:4] + in.By[5:7] + in.By[8:]
			}
			list, next, err := d.Denials(ctx, scope, in.State, in.Who, by, in.page())
			return &only[items]{items{list, next}}, err
		})
	get(s, "/v1/denials/{id}", "show-denial", "What is denied of one claim payment", "money",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[[]DenialItem], error) {
			list, err := d.Denial(ctx, scope, in.ID)
			return &only[[]DenialItem]{list}, err
		})
	post(s, "/v1/denials/{id}/work", "work-denial", "Say who works on a denial, and what was done", "money", func(ctx context.Context, scope gateway.Scope, by string, in *struct {
		ByID
		Body struct {
			Owner string `json:"owner,omitempty" maxLength:"80"`
			State string `json:"state,omitempty" enum:"open,appealed,corrected,patient_billed,written_off,closed"`
			Note  string `json:"note,omitempty" maxLength:"500"`
		}
	}) (*only[[]DenialItem], error) {
		list, err := d.WorkDenial(ctx, scope, in.ID, by, func(w *gateway.DenialWork) {
			if in.Body.Owner != "" {
				w.Owner = in.Body.Owner
			}
			if in.Body.State != "" {
				w.State = gateway.DenialState(in.Body.State)
			}
			if in.Body.Note != "" {
				w.Note = in.Body.Note
			}
		})
		return &only[[]DenialItem]{list}, err
	})
}

// papers adds what is written for people.
func (s *server) papers(mux *http.ServeMux, p Papers) {
	for _, k := range []struct{ path, id, kind, summary string }{
		{"/v1/remittances/{id}/advice", "remittance-advice", "remittance", "A remittance advice that people can read"},
		{"/v1/claims/{id}/explanation", "explanation-of-benefits", "eob", "The patient's explanation of benefits"},
		{"/v1/claims/{id}/proof", "proof-of-filing", "proof", "The proof that a claim was filed in time: acknowledgments, digests, times"},
		{"/v1/denials/{id}/appeal", "appeal-letter", "appeal", "A letter of appeal from the facts"},
	} {
		text := &huma.Schema{Type: "string"}
		s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: k.id, Method: http.MethodGet, Path: k.path, Tags: []string{"money"}, Summary: k.summary,
			Parameters: []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "integer", Format: "int64"}},
				{Name: "format", In: "query", Schema: &huma.Schema{Type: "string", Enum: []any{"html", "pdf"}}}},
			Responses: map[string]*huma.Response{"200": {Description: "The document", Content: map[string]*huma.MediaType{"text/html": {Schema: text}, "application/pdf": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
				"409": {Description: "It cannot be written, and why", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: s.api.OpenAPI().Components.Schemas.Schema(typeOf[Problem](), true, "")}}}}})
		mux.HandleFunc("GET "+k.path, func(w http.ResponseWriter, r *http.Request) {
			c := callerOf(r.Context())
			if !c.May(needs[k.id]) || !c.May(access.SeePeople) {
				s.write(w, http.StatusForbidden, c.mayNot(needs[k.id]))
				return
			}
			n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
			format := r.URL.Query().Get("format")
			if format == "" {
				format = "html"
			}
			if err != nil || format != "html" && format != "pdf" {
				s.write(w, http.StatusUnprocessableEntity, "the id is a number, and format is html or pdf")
				return
			}
			if c.Partner != "" {
				err = ErrNotFound // a payer's analyst has the payer's own papers
			}
			var b []byte
			var content string
			if err == nil {
				b, content, err = p.Paper(r.Context(), c.Scope, k.kind, format, n)
			}
			if err != nil {
				s.problem(w, err)
				return
			}
			w.Header().Set("Content-Type", content)
			w.Write(b)
		})
	}
}

// problem writes an error of the books outside of huma.
func (s *server) problem(w http.ResponseWriter, err error) {
	if p, ok := s.failed(err).(huma.StatusError); ok {
		s.write(w, p.GetStatus(), p.Error())
		return
	}
	s.write(w, http.StatusInternalServerError, "it could not be done; the gateway's log says why")
}
