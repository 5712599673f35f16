package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strconv"

	"claimwire/edi/inspect"
	"claimwire/edi/x12"
	"claimwire/gateway"
	"claimwire/gateway/access"
)

// A file is shown explained, as a whole or where something of it happened: the
// segment of an event, the claim that a row came from. What is shown of a file of
// any length is bounded, and so is how many are read at a time.

const (
	maxReaders   = 2         // files that are read for pages at once; others wait
	maxSegments  = 1500      // shown in full of a whole file
	maxExplained = 128 << 20 // of a longer file only places are shown
	maxPlain     = 64 << 10  // shown of a file that is no X12
)

// place is what of a file is asked for: all of it, what stands at an offset, or
// the claim of a row.
type place struct {
	at    int64 // -1: not said
	claim *gateway.Claim
	sent  bool // the file is one of ours, which has claims in an order of its own
}

// placeAsked reads from the address what is asked for. A claim is one that who
// asks may see.
func (s *server) placeAsked(r *request) (place, error) {
	p := place{at: -1}
	if t := r.FormValue("at"); t != "" {
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil || n < 0 {
			return p, errNotFound
		}
		p.at = n
	}
	if t := r.FormValue("claim"); t != "" {
		id, err := strconv.ParseInt(t, 10, 64)
		if err != nil || !r.who.May(access.SeeClaims) {
			return p, errNotFound
		}
		c, err := s.claim(r, id)
		if err != nil {
			return p, err
		}
		p.claim = &c
	}
	return p, nil
}

// reading waits until a file may be read.
func (s *server) reading(ctx context.Context) (done func(), err error) {
	select {
	case s.readers <- struct{}{}:
		return func() { <-s.readers }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// contents opens a file as often as it is asked for, and closes all of it at the
// end.
type contents struct {
	open func() (io.ReadCloser, error)
	all  []io.Closer
}

func (c *contents) reader() (io.Reader, error) {
	f, err := c.open()
	if err != nil {
		return nil, err
	}
	c.all = append(c.all, f)
	return f, nil
}

func (c *contents) close() {
	for _, f := range c.all {
		f.Close()
	}
}

// shown is a file as its page has it.
type shown struct {
	Page  template.HTML // of an X12 file
	Plain string        // of another
	Cut   bool          // there is more than Plain
	Part  bool          // it is a part: a place
	Long  bool          // too long to be shown as a whole
}

// show explains a file.
func (s *server) showContent(r *request, sha256 string, size int64, p place) (shown, error) {
	done, err := s.reading(r.Context())
	if err != nil {
		return shown{}, err
	}
	defer done()
	c := &contents{open: func() (io.ReadCloser, error) { return s.Desk.Content(r.Context(), sha256) }}
	defer c.close()
	f, err := c.reader()
	if err != nil {
		return shown{}, err
	}
	head := make([]byte, maxPlain)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return shown{}, err
	}
	head = head[:n]
	if !bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t"), []byte("ISA")) {
		if p.claim != nil && !p.sent {
			text, err := s.Desk.Item(r.Context(), r.who.Scope, p.claim)
			if err == nil {
				return shown{Plain: pretty(text), Part: true}, nil
			}
			if !isNotFound(err) {
				return shown{}, err
			}
		}
		return shown{Plain: pretty(head), Cut: size > int64(n)}, nil
	}
	page := inspect.Page{Name: "file", Fragment: true, Shown: maxSegments, At: p.at, Around: p.at >= 0, More: "Open a claim to see its own, or take the file as it is."}
	if p.claim != nil && p.at < 0 {
		again, err := c.reader()
		if err != nil {
			return shown{}, err
		}
		if at, ok := placeOf(again, p.claim, p.sent); ok {
			page.Around, page.At = true, at
		}
	}
	if !page.Around && size > maxExplained {
		return shown{Long: true}, nil
	}
	var b bytes.Buffer
	if _, err := page.Write(&b, c.reader); err != nil {
		return shown{}, err
	}
	return shown{Page: template.HTML(b.String()), Part: page.Around}, nil
}

// placeOf finds where a claim stands in a file: by our own number in what we have
// sent, else by its place among the claims.
func placeOf(r io.Reader, c *gateway.Claim, sent bool) (at int64, ok bool) {
	sc := x12.NewScanner(r, x12.ScannerOptions{})
	n := 0
	clm, ref := x12.SegmentIDOf("CLM"), x12.SegmentIDOf("REF")
	for sc.Next() {
		seg := sc.Segment()
		switch seg.ID() {
		case clm:
			n++
			if at = seg.Offset; !sent && n == c.Item {
				return at, true
			}
		case ref:
			if sent && c.Trace != "" && string(seg.Element(2)) == c.Trace {
				return at, true
			}
		}
	}
	return 0, false
}

// pretty writes JSON with its members apart; what is none as it is.
func pretty(text []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, bytes.TrimSpace(text), "", "  ") == nil {
		return b.String()
	}
	return string(bytes.ToValidUTF8(text, []byte("�")))
}

// explainInto adds to a page's data what its file says, where who looks may read
// it; what cannot be read any more is said.
func (s *server) explainInto(r *request, data map[string]any, sha256 string, size int64, p place) error {
	if !r.who.May(access.ReadFiles) {
		return nil
	}
	sh, err := s.showContent(r, sha256, size, p)
	switch {
	case isNotFound(err):
		data["Gone"] = true
	case err != nil:
		return err
	default:
		data["Shown"] = sh
	}
	data["Claim"] = p.claim
	return nil
}

func showFile(s *server, r *request) error {
	m, err := s.file(r)
	if err != nil {
		return err
	}
	p, err := s.placeAsked(r)
	if err != nil {
		return err
	}
	data := map[string]any{"File": m}
	if r.who.May(access.SeeClaims) && p.at < 0 && p.claim == nil {
		w, err := s.fileWork(r, m)
		if err != nil {
			return err
		}
		data["Work"] = w
	}
	if m.PurgedAt.IsZero() {
		if err := s.explainInto(r, data, m.SHA256, m.Size, p); err != nil {
			return err
		}
	}
	s.audit(r, "file.view", "file:"+strconv.FormatInt(m.ID, 10), gateway.AuditDone, "")
	return s.show(r, http.StatusOK, "file", fmt.Sprintf("File %d", m.ID), data)
}

// interchange finds a file of ours that the view may see.
func (s *server) interchange(r *request) (gateway.Interchange, error) {
	id, err := r.id()
	if err != nil {
		return gateway.Interchange{}, err
	}
	i, err := s.Desk.Interchange(r.Context(), r.who.Scope, id)
	if err == nil && r.view().Partner != "" && i.Partner != r.view().Partner {
		err = errNotFound
	}
	return i, err
}

func showInterchange(s *server, r *request) error {
	i, err := s.interchange(r)
	if err != nil {
		return err
	}
	p, err := s.placeAsked(r)
	if err != nil {
		return err
	}
	p.sent = true
	data := map[string]any{"Interchange": i}
	if r.who.May(access.SeeClaims) && p.at < 0 && p.claim == nil {
		claims, err := s.claims(r, gateway.ClaimQuery{Page: gateway.Page{Limit: 200}, Interchange: i.ID})
		if err != nil {
			return err
		}
		data["Claims"] = claims
	}
	if i.PurgedAt.IsZero() {
		if err := s.explainInto(r, data, i.SHA256, i.Size, p); err != nil {
			return err
		}
	}
	s.audit(r, "interchange.view", "interchange:"+strconv.FormatInt(i.ID, 10), gateway.AuditDone, "")
	return s.show(r, http.StatusOK, "interchange", "Interchange "+i.Control, data)
}

// readFile gives the bytes of a file as they came or went.
func readFile(s *server, r *request) error {
	m, err := s.file(r)
	if err != nil {
		return err
	}
	return s.giveBytes(r, m.SHA256, "file", m.ID)
}

func readInterchange(s *server, r *request) error {
	i, err := s.interchange(r)
	if err != nil {
		return err
	}
	return s.giveBytes(r, i.SHA256, "interchange", i.ID)
}

func (s *server) giveBytes(r *request, sha256, what string, id int64) error {
	f, err := s.Desk.Content(r.Context(), sha256)
	if err != nil {
		return err
	}
	defer f.Close()
	s.audit(r, what+".read", what+":"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	r.w.Header().Set("Content-Type", "application/octet-stream")
	// Our number, not the sender's name for it, which may be a person's.
	r.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%d"`, what, id))
	_, err = io.Copy(r.w, f)
	return err
}
