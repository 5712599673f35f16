package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
)

// Payers' questions: what is wanted and by when, the documents of the answer, and
// what became of it.

// maxDocuments bounds what is sent to a question at once; each document has a
// bound of its own, which the partner's profile may narrow.
const maxDocuments = 256 << 20

// asked is a payer's question as the pages show it.
type asked struct {
	gateway.Request
	Claim gateway.Claim
	Words string // its state
	Left  int    // days until it is due
	Open  bool
}

// asked adds to questions how many days are left.
func (s *server) asked(list []gateway.Request) []asked {
	rows := make([]asked, len(list))
	for i, q := range list {
		rows[i] = asked{Request: q, Words: requestWords[q.State], Left: daysUntil(q.Due, s.Now()), Open: q.State == gateway.RequestOpen || q.State == gateway.RequestPartly}
	}
	return rows
}

// askedOfClaims adds the claims as well.
func (s *server) askedOfClaims(r *request, list []gateway.Request) ([]asked, error) {
	rows := s.asked(list)
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].Request.Claim
	}
	claims, err := s.claimsByID(r, ids)
	for i := range rows {
		rows[i].Claim = claims[rows[i].Request.Claim]
	}
	return rows, err
}

// daysUntil counts the days from today to a day (CCYYMMDD).
func daysUntil(day string, now time.Time) int {
	t, err := time.Parse("20060102", day)
	if err != nil {
		return 0
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	return int(t.Sub(today).Hours() / 24)
}

func showRequests(s *server, r *request) error {
	all := r.FormValue("all") != ""
	var list []gateway.Request
	var err error
	next := ""
	if all {
		if list, err = s.Desk.Requests(r.Context(), r.who.Scope, r.view().Partner, pageOf(r)); err == nil && len(list) == onPage {
			next = "/requests?" + url.Values{"all": {"1"}, "before": {strconv.FormatInt(list[len(list)-1].ID, 10)}}.Encode()
		}
	} else {
		list, err = s.Casework.RequestsDue(r.Context(), r.who.Scope, "", maxListed)
	}
	if err != nil {
		return err
	}
	rows, err := s.askedOfClaims(r, list)
	if err != nil {
		return err
	}
	return s.show(r, http.StatusOK, "requests", "Requests for information", map[string]any{"Requests": rows, "Next": next, "All": all})
}

// maxListed bounds a worklist on one page.
const maxListed = 200

func showRequest(s *server, r *request) error { return s.request(r, http.StatusOK, "") }

func (s *server) request(r *request, status int, problem string) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	q, answers, err := s.Casework.Request(r.Context(), r.who.Scope, id)
	if err != nil {
		return err
	}
	row := s.asked([]gateway.Request{q})[0]
	if row.Claim, err = s.claim(r, q.Claim); err != nil && !isNotFound(err) {
		return err
	}
	var draft *gateway.Answer
	var sent []gateway.Answer
	for i := range answers {
		if answers[i].State == gateway.AnswerDraft {
			draft = &answers[i]
		} else {
			sent = append(sent, answers[i])
		}
	}
	s.audit(r, "request.view", "request:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	return s.show(r, status, "request", "Request for information", map[string]any{"Request": row, "Draft": draft, "Sent": sent, "Problem": problem, "Staff": s.staff(r)})
}

// addDocuments keeps the documents of a form; each is read as it comes and never
// whole in memory.
func addDocuments(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return s.request(r, http.StatusUnprocessableEntity, "Choose at least one document.")
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	item, report, added := -1, "", 0
	problem := ""
	for problem == "" {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			problem = "The upload broke off, or is larger than 256 MiB in all. Add fewer documents at a time."
			break
		}
		switch {
		case part.FormName() == "item":
			b, _ := io.ReadAll(io.LimitReader(part, 10))
			if item, err = strconv.Atoi(string(b)); err != nil || item < -1 {
				item = -1
			}
		case part.FormName() == "report":
			b, _ := io.ReadAll(io.LimitReader(part, 20))
			report = strings.TrimSpace(string(b))
		case part.FormName() == "document" && part.FileName() != "":
			err := s.Casework.AddDocument(r.Context(), r.who.Scope, id, item, report, path.Base(part.FileName()), r.who.Actor, part)
			var no Refused
			var tooLong *http.MaxBytesError
			switch {
			case errors.As(err, &tooLong):
				problem = "All documents together are larger than 256 MiB. Add fewer at a time."
			case errors.As(err, &no):
				problem = fmt.Sprintf("Document %d was not taken: %s.", added+1, no.Reason)
			case err != nil:
				return err
			default:
				added++
			}
		}
	}
	if added == 0 && problem == "" {
		problem = "Choose at least one document."
	}
	if added > 0 {
		s.audit(r, "request.document", "request:"+strconv.FormatInt(id, 10), gateway.AuditDone, strconv.Itoa(added)+" added")
	}
	if problem != "" {
		return s.request(r, http.StatusUnprocessableEntity, problem)
	}
	s.flash(r, "Added. Look it over, then send the answer.")
	return s.redirect(r, "/requests/"+strconv.FormatInt(id, 10))
}

// changeRequest does one thing to a question.
func changeRequest(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	object, to := "request:"+strconv.FormatInt(id, 10), "/requests/"+strconv.FormatInt(id, 10)
	ctx, scope, what := r.Context(), r.who.Scope, r.PostFormValue("do")
	said := ""
	switch what {
	case "send", "again":
		var a gateway.Answer
		if a, err = s.Casework.SendAnswer(ctx, scope, id, what == "again", r.who.Actor); err == nil {
			said = "The answer is on its way to the payer."
			if a.Late {
				said += " It is after the day that the payer set."
			}
		}
	case "remove":
		document, e := strconv.ParseInt(r.PostFormValue("document"), 10, 64)
		if e != nil {
			return errNotFound
		}
		said = "The document is taken out of the answer."
		err = s.Casework.RemoveDocument(ctx, scope, id, document)
	case "owner":
		said = "Noted."
		err = s.Casework.ChangeRequest(ctx, scope, id, r.who.Actor, func(q *gateway.Request) error {
			q.Owner = short(r.PostFormValue("owner"), 80)
			return nil
		})
	case "close":
		reason := strings.TrimSpace(r.PostFormValue("reason"))
		if reason == "" || len(reason) > 500 {
			return s.request(r, http.StatusUnprocessableEntity, "Say why it needs no answer, in at most 500 characters.")
		}
		said = "Closed."
		err = s.Casework.ChangeRequest(ctx, scope, id, r.who.Actor, func(q *gateway.Request) error {
			q.State, q.Note = gateway.RequestClosed, reason
			return nil
		})
	case "claim":
		claim, e := strconv.ParseInt(strings.TrimSpace(r.PostFormValue("claim")), 10, 64)
		if e != nil {
			return s.request(r, http.StatusUnprocessableEntity, "Give the number at the end of the claim's address.")
		}
		if _, err := s.claim(r, claim); err != nil {
			return err
		}
		said = "The question belongs to the claim now."
		err = s.Casework.ChangeRequest(ctx, scope, id, r.who.Actor, func(q *gateway.Request) error { q.Claim = claim; return nil })
	default:
		return errNotFound
	}
	var no Refused
	if errors.As(err, &no) {
		s.audit(r, "request."+what, object, gateway.AuditDenied, "")
		return s.request(r, http.StatusConflict, sentence(no.Reason))
	}
	if err != nil {
		return err
	}
	s.audit(r, "request."+what, object, gateway.AuditDone, "")
	s.flash(r, said)
	return s.redirect(r, to)
}

// readDocument gives a document of an answer.
func readDocument(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	document, err := strconv.ParseInt(r.PathValue("document"), 10, 64)
	if err != nil {
		return errNotFound
	}
	_, answers, err := s.Casework.Request(r.Context(), r.who.Scope, id)
	if err != nil {
		return err
	}
	for _, a := range answers {
		if i := slices.IndexFunc(a.Documents, func(d gateway.Document) bool { return d.ID == document }); i >= 0 {
			return s.giveBytes(r, a.Documents[i].SHA256, "document", document)
		}
	}
	return errNotFound
}

// sentence writes a reason as a sentence.
func sentence(t string) string {
	if t == "" {
		return t
	}
	t = strings.ToUpper(t[:1]) + t[1:]
	if !strings.HasSuffix(t, ".") {
		t += "."
	}
	return t
}

// short cuts a text that somebody typed.
func short(t string, n int) string {
	t = strings.TrimSpace(t)
	if r := []rune(t); len(r) > n {
		return string(r[:n])
	}
	return t
}
