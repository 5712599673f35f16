package web

import (
	"bytes"
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// maxUpload bounds a file that is sent from a page.
const maxUpload = 1 << 30

func showSubmit(s *server, r *request) error {
	var files []gateway.Transmission
	if r.who.May(access.SeeFiles) {
		var err error
		if files, err = s.Desk.Files(r.Context(), r.who.Scope, r.who.Actor, gateway.Page{Limit: 5}); err != nil {
			return err
		}
	}
	return s.show(r, http.StatusOK, "submit", "Send claims", map[string]any{"Sample": r.who.Scope.Usage == "test", "Files": files})
}

// whereSent is where one sees what becomes of a file.
func whereSent(r *request, id int64) string {
	if r.who.May(access.SeeFiles) {
		return "/files/" + strconv.FormatInt(id, 10)
	}
	return "/claims"
}

// sendSample sends a sample encounter, to see what becomes of one. It is for test
// data alone.
func sendSample(s *server, r *request) error {
	if r.who.Scope.Usage != "test" {
		return errNotFound
	}
	text, err := s.Desk.Sample(r.Context())
	if err != nil {
		return err
	}
	m, _, err := s.Desk.Submit(r.Context(), r.who.Scope, r.who.Actor, "sample.json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	s.audit(r, "file.submit", "file:"+strconv.FormatInt(m.ID, 10), gateway.AuditDone, "a sample")
	s.flash(r, "The sample is on its way. What becomes of it shows here and on the page of today.")
	return s.redirect(r, whereSent(r, m.ID))
}

// doSubmit takes a file as it is read: it is never whole in memory.
func doSubmit(s *server, r *request) error {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return s.show(r, http.StatusUnprocessableEntity, "submit", "Send claims", map[string]any{"Problem": "Choose a file."})
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			return s.show(r, http.StatusUnprocessableEntity, "submit", "Send claims", map[string]any{"Problem": "Choose a file."})
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		m, added, err := s.Desk.Submit(r.Context(), r.who.Scope, r.who.Actor, path.Base(part.FileName()), part)
		var tooLong *http.MaxBytesError
		if errors.As(err, &tooLong) {
			return s.show(r, http.StatusRequestEntityTooLarge, "submit", "Send claims", map[string]any{"Problem": "A file has at most 1 GiB. Send a longer one over SFTP."})
		}
		if err != nil {
			return err
		}
		said := "The file is kept and is being read. What became of each claim shows here."
		if !added {
			said = "The same file came before. This is what became of it then."
		}
		s.audit(r, "file.submit", "file:"+strconv.FormatInt(m.ID, 10), gateway.AuditDone, "")
		s.flash(r, said)
		return s.redirect(r, whereSent(r, m.ID))
	}
}
