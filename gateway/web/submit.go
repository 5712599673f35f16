package web

import (
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"

	"claimwire/gateway"
)

// maxUpload bounds a file that is sent from a page.
const maxUpload = 1 << 30

func showSubmit(s *server, r *request) error {
	return s.show(r, http.StatusOK, "submit", "Send claims", nil)
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
		return s.redirect(r, "/files/"+strconv.FormatInt(m.ID, 10))
	}
}
