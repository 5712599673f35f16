package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"claimwire/gateway"
)

// RequestDesk is what Books can do besides, where payers' questions are answered
// and payers are asked.
type RequestDesk interface {
	RequestsDue(ctx context.Context, s gateway.Scope, by string, limit int) ([]gateway.Request, error)
	Request(ctx context.Context, s gateway.Scope, id int64) (gateway.Request, []gateway.Answer, error)
	// ChangeRequest changes owner, claim or state of a question.
	ChangeRequest(ctx context.Context, s gateway.Scope, id int64, by string, f func(q *gateway.Request) error) (gateway.Request, error)
	// AddDocument keeps a document for the answer to a question; item -1 is all of it.
	AddDocument(ctx context.Context, s gateway.Scope, request int64, item int, again bool, report, name, by string, r io.Reader) (gateway.Answer, error)
	SendAnswer(ctx context.Context, s gateway.Scope, request int64, again bool, by string) (gateway.Answer, error)
	// AttachDocument keeps a document that goes with a claim, under the control
	// number that the claim announces (PWK06), and lets it go after the claim.
	AttachDocument(ctx context.Context, s gateway.Scope, claim int64, control, report, name, by string, r io.Reader) (gateway.Answer, error)
	AnswersFor(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Answer, error)
	Inquire(ctx context.Context, s gateway.Scope, claim int64, by string) (gateway.Inquiry, error)
	Inquiries(ctx context.Context, s gateway.Scope, claim int64) ([]gateway.Inquiry, error)
}

// Request is a payer's question about a claim.
type Request struct {
	ID         int64         `json:"id"`
	Claim      int64         `json:"claim" doc:"0: not known; match it"`
	Partner    string        `json:"partner"`
	Kind       string        `json:"kind" enum:"277rfi,277,835" doc:"How it came"`
	Dialect    string        `json:"dialect,omitempty" doc:"005010X213 or 006020X313"`
	Trace      string        `json:"trace,omitempty" doc:"The payer's own number, which the answer gives back"`
	Due        string        `json:"due,omitempty" doc:"By when the payer wants the answer"`
	DueFrom    string        `json:"due_from,omitempty" enum:"payer,partner,medicare,assumed" doc:"Who says so"`
	Question   string        `json:"question"`
	Items      []RequestItem `json:"items"`
	Owner      string        `json:"owner,omitempty"`
	State      string        `json:"state" enum:"open,partly_answered,answered,closed"`
	AskedAt    *time.Time    `json:"asked_at,omitempty"`
	AnsweredAt *time.Time    `json:"answered_at,omitempty"`
	ClosedAt   *time.Time    `json:"closed_at,omitempty"`
	Again      int64         `json:"again,omitempty" doc:"The request that asked for the same before"`
	Note       string        `json:"note,omitempty"`
	File       string        `json:"file"`
	Segment    int           `json:"segment"`
}

// RequestItem is one thing that is wanted.
type RequestItem struct {
	Item     int    `json:"item" doc:"Its place, from 0"`
	Category string `json:"category,omitempty"`
	Status   string `json:"status,omitempty"`
	Entity   string `json:"entity,omitempty"`
	LOINC    string `json:"loinc,omitempty"`
	Line     string `json:"line,omitempty" doc:"Control number of the service line; missing: the claim"`
	Service  string `json:"service,omitempty"`
	Words    string `json:"words"`
	Answered bool   `json:"answered"`
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return ptr(t.UTC())
}

func shapeRequest(q gateway.Request) Request {
	out := Request{q.ID, q.Claim, q.Partner, string(q.Kind), q.Dialect, q.Trace, isoDate(q.Due), q.DueFrom, q.Question, []RequestItem{}, q.Owner, string(q.State),
		timeOrNil(q.AskedAt), timeOrNil(q.AnsweredAt), timeOrNil(q.ClosedAt), q.Again, q.Note, q.Place.SHA256, q.Place.Segment}
	for i, it := range q.Items {
		out.Items = append(out.Items, RequestItem{i, it.Category, it.Status, it.Entity, it.LOINC, it.Line, it.Service, it.Words, it.Answered})
	}
	return out
}

// Answer is a 275: what was sent to a payer to support a claim.
type Answer struct {
	ID          int64      `json:"id"`
	Request     int64      `json:"request,omitempty" doc:"Missing: nobody asked"`
	Claim       int64      `json:"claim"`
	Partner     string     `json:"partner"`
	Dialect     string     `json:"dialect" enum:"005010X210,006020X314"`
	Control     string     `json:"control" doc:"The payer's number of the claim, or the attachment control number"`
	State       string     `json:"state" enum:"draft,queued,sent,accepted,rejected,closed"`
	Interchange int64      `json:"interchange,omitempty"`
	Late        bool       `json:"late,omitempty"`
	By          string     `json:"by"`
	At          time.Time  `json:"at"`
	Note        string     `json:"note,omitempty"`
	Documents   []Document `json:"documents"`
}

// Document is one document of an answer.
type Document struct {
	Item    int    `json:"item" doc:"Which item of the request it answers; -1: all"`
	Report  string `json:"report,omitempty"`
	Content string `json:"content" doc:"What it looks like: pdf, tiff, xml, text …"`
	Name    string `json:"name,omitempty" doc:"What the sender calls it; it goes to nobody"`
	SHA256  string `json:"sha256"`
	Size    int64  `json:"size"`
}

func shapeAnswer(a gateway.Answer) Answer {
	out := Answer{a.ID, a.Request, a.Claim, a.Partner, a.Dialect, a.Control, string(a.State), a.Interchange, a.Late, a.By, a.At.UTC(), a.Note, []Document{}}
	for _, d := range a.Documents {
		out.Documents = append(out.Documents, Document{d.Item, d.Report, d.Content, d.Name, d.SHA256, d.Size})
	}
	return out
}

// RequestWhole is a question with its answers.
type RequestWhole struct {
	Request
	Answers []Answer `json:"answers"`
}

// Inquiry is a question of ours about a claim.
type Inquiry struct {
	ID          int64      `json:"id"`
	Claim       int64      `json:"claim"`
	Partner     string     `json:"partner"`
	Interchange int64      `json:"interchange"`
	Trace       string     `json:"trace"`
	At          time.Time  `json:"at"`
	AnsweredAt  *time.Time `json:"answered_at,omitempty"`
	Said        string     `json:"said,omitempty" doc:"Codes of the answer"`
}

func shapeInquiry(q gateway.Inquiry) Inquiry {
	return Inquiry{q.ID, q.Claim, q.Partner, q.Interchange, q.Trace, q.At.UTC(), timeOrNil(q.AnsweredAt), q.Said}
}

func (s *server) requestDesk(mux *http.ServeMux, d RequestDesk) {
	get(s, "/v1/requests/due", "list-requests-due", "Open requests, those first that are due first", "requests",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			By    string `query:"by" doc:"Only those due by this day, YYYY-MM-DD" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"`
			Limit int    `query:"limit" minimum:"0" maximum:"1000"`
		}) (*only[[]Request], error) {
			by := ""
			if len(in.By) == 10 {
				by = in.By[:4] + in.By[5:7] + in.By[8:]
			}
			list, err := d.RequestsDue(ctx, scope, by, gateway.Page{Limit: in.Limit}.Bound())
			return &only[[]Request]{shapeTheirs(ctx, list, func(q gateway.Request) string { return q.Partner }, shapeRequest)}, err
		})
	get(s, "/v1/requests/{id}", "show-request", "One request with its answers", "requests",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[RequestWhole], error) {
			q, answers, err := d.Request(ctx, scope, in.ID)
			if err == nil {
				err = notTheirs(ctx, q.Partner)
			}
			return &only[RequestWhole]{RequestWhole{shapeRequest(q), shapeAll(answers, shapeAnswer)}}, err
		})
	change := func(verb, id, summary string, f func(q *gateway.Request, body changeRequest) error) {
		post(s, "/v1/requests/{id}/"+verb, id, summary, "requests", func(ctx context.Context, scope gateway.Scope, by string, in *struct {
			ByID
			Body changeRequest
		}) (*only[Request], error) {
			q, err := d.ChangeRequest(ctx, scope, in.ID, by, func(q *gateway.Request) error { return f(q, in.Body) })
			return &only[Request]{shapeRequest(q)}, err
		})
	}
	change("owner", "own-request", "Say who works on a request", func(q *gateway.Request, b changeRequest) error { q.Owner = b.Owner; return nil })
	change("match", "match-request", "Say which claim a request is about", func(q *gateway.Request, b changeRequest) error {
		if q.Claim != 0 && q.Claim != b.Claim {
			return Refused{"the request is about another claim already"}
		}
		q.Claim = b.Claim
		return nil
	})
	change("close", "close-request", "Close a request that needs no answer", func(q *gateway.Request, b changeRequest) error {
		if b.Reason == "" {
			return Refused{"say why: the reason is kept"}
		}
		q.State, q.Note = gateway.RequestClosed, b.Reason
		return nil
	})
	post(s, "/v1/requests/{id}/answer", "answer-request", "Send the documents that were added, as a 275 in the dialect of the question", "requests",
		func(ctx context.Context, scope gateway.Scope, by string, in *struct {
			ByID
			Body struct {
				Again bool `json:"again,omitempty" doc:"Send though it was answered: payers ask for one answer, by one way"`
			}
		}) (*only[Answer], error) {
			a, err := d.SendAnswer(ctx, scope, in.ID, in.Body.Again && callerOf(ctx).since.IsZero(), by)
			if errors.As(err, new(Refused)) && !callerOf(ctx).since.IsZero() {
				_, answers, err := d.Request(ctx, scope, in.ID)
				for i := len(answers) - 1; i >= 0; i-- {
					if answers[i].State != gateway.AnswerDraft {
						return &only[Answer]{shapeAnswer(answers[i])}, err
					}
				}
			}
			return &only[Answer]{shapeAnswer(a)}, err
		})
	get(s, "/v1/claims/{id}/documents", "claim-documents", "Documents that went to the payer about a claim", "requests",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[[]Answer], error) {
			list, err := d.AnswersFor(ctx, scope, in.ID)
			return &only[[]Answer]{shapeAll(list, shapeAnswer)}, err
		})
	post(s, "/v1/claims/{id}/inquire", "inquire-claim", "Ask the payer for the status of a claim (276)", "claims",
		func(ctx context.Context, scope gateway.Scope, by string, in *struct {
			ByID
		}) (*only[Inquiry], error) {
			if who := callerOf(ctx); !who.since.IsZero() {
				list, err := d.Inquiries(ctx, scope, in.ID)
				for _, q := range list {
					if who.doneAt(q.At) {
						return &only[Inquiry]{shapeInquiry(q)}, err
					}
				}
			}
			q, err := d.Inquire(ctx, scope, in.ID, by)
			return &only[Inquiry]{shapeInquiry(q)}, err
		})
	get(s, "/v1/claims/{id}/inquiries", "claim-inquiries", "What the payer was asked about a claim, and said", "claims",
		func(ctx context.Context, scope gateway.Scope, in *ByID) (*only[[]Inquiry], error) {
			list, err := d.Inquiries(ctx, scope, in.ID)
			return &only[[]Inquiry]{shapeAll(list, shapeInquiry)}, err
		})
	s.document(mux, "/v1/requests/{id}/documents", "add-request-document", "Add a document to the answer", "item", func(ctx context.Context, scope gateway.Scope, id int64) ([]gateway.Answer, error) {
		_, list, err := d.Request(ctx, scope, id)
		return list, err
	}, func(r *http.Request, c caller, id int64, name string, body io.Reader) (gateway.Answer, error) {
		item := -1
		if v := r.URL.Query().Get("item"); v != "" {
			var err error
			if item, err = strconv.Atoi(v); err != nil || item < 0 {
				return gateway.Answer{}, Refused{"item is the place of an item of the request, from 0"}
			}
		}
		return d.AddDocument(r.Context(), c.Scope, id, item, r.URL.Query().Get("again") == "true", r.URL.Query().Get("report"), name, c.Name, body)
	})
	s.document(mux, "/v1/claims/{id}/documents", "attach-document", "Add a document that goes with a claim", "control", d.AnswersFor, func(r *http.Request, c caller, id int64, name string, body io.Reader) (gateway.Answer, error) {
		return d.AttachDocument(r.Context(), c.Scope, id, r.URL.Query().Get("control"), r.URL.Query().Get("report"), name, c.Name, body)
	})
}

type changeRequest struct {
	Owner  string `json:"owner,omitempty" maxLength:"80"`
	Claim  int64  `json:"claim,omitempty"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// document takes a document as the body is read: it is never whole in memory.
func (s *server) document(mux *http.ServeMux, path, id, summary, parameter string, answers func(ctx context.Context, s gateway.Scope, id int64) ([]gateway.Answer, error), f func(r *http.Request, c caller, id int64, name string, body io.Reader) (gateway.Answer, error)) {
	schema := s.api.OpenAPI().Components.Schemas
	text := &huma.Schema{Type: "string"}
	s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Tags: []string{"requests"}, Summary: summary,
		Description: "PDF, TIFF, JPEG, PNG, C-CDA, RTF or text; not longer than the partner takes. It is kept, and goes when the answer is sent.",
		Parameters: []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "integer", Format: "int64"}}, {Name: parameter, In: "query", Schema: text},
			{Name: "report", In: "query", Schema: text}, {Name: "again", In: "query", Description: "Of a request: also for an item that was answered", Schema: &huma.Schema{Type: "boolean"}}, nameParam(), onceParam()},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
		Responses: map[string]*huma.Response{"201": {Description: "Kept", Content: map[string]*huma.MediaType{"application/json": {Schema: schema.Schema(typeOf[Answer](), true, "")}}},
			"409": {Description: "Refused", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema.Schema(typeOf[Problem](), true, "")}}}}})
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		c := callerOf(r.Context())
		if !c.May(needs[id]) {
			s.write(w, http.StatusForbidden, c.mayNot(needs[id]))
			return
		}
		n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if n < 1 {
			err = errors.Join(err, ErrNotFound)
		}
		name := r.Header.Get("X-File-Name")
		if err != nil || len(name) > 200 {
			s.write(w, http.StatusUnprocessableEntity, "the id is a number, and X-File-Name has at most 200 characters")
			return
		}
		done, ok := s.upload(w, r, &c)
		if !ok {
			return
		}
		defer done()
		if !c.since.IsZero() {
			list, err := answers(r.Context(), c.Scope, n)
			for _, a := range list {
				if err == nil && slices.ContainsFunc(a.Documents, func(d gateway.Document) bool { return d.SHA256 == c.body }) {
					s.give(w, http.StatusCreated, shapeAnswer(a))
					return
				}
			}
		}
		a, err := f(r, c, n, name, r.Body)
		if err != nil {
			s.problem(w, err)
			return
		}
		s.give(w, http.StatusCreated, shapeAnswer(a))
	})
}
