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
	"time"

	"claimwire/edi/attach"
	"claimwire/edi/claim"
	"claimwire/edi/status"
	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/request"
	"claimwire/gateway/store"
	"claimwire/gateway/work"
	"claimwire/partners"
)

var _ api.RequestDesk = books{}

// requestDesk tells the ledger what questions are about.
type requestDesk struct{ g *spine }

// Asked fills in items, due day and owner.
func (d requestDesk) Asked(q *gateway.Request, c *gateway.Claim, s *status.ClaimStatus, words []string) {
	if s != nil {
		q.Items = request.Items(s)
		q.Question = request.Question(q.Items)
	} else {
		q.Items = request.Denied(words)
	}
	q.Owner = "biller"
	days := 0
	if p := d.g.profile(q.Partner); p != nil {
		days = p.Questions.Days
	}
	medicare := false
	if c != nil {
		if p, ok := d.g.payer(c.Payer, c.PayerName); ok {
			medicare = p.ClaimFiling == "MA" || p.ClaimFiling == "MB"
		}
	}
	q.Due, q.DueFrom = request.Due(q.Due, askedOn(s, q.AskedAt), days, medicare)
}

// askedOn is the day on which the payer asked, by its own word: the time to answer
// runs from then, not from when the file was fetched. One that is not there, or
// is to come, is the day of the file.
func askedOn(s *status.ClaimStatus, fetched time.Time) time.Time {
	if s == nil {
		return fetched
	}
	day := ""
	for i := range s.Infos {
		day = max(day, s.Infos[i].Date)
	}
	if day == "" && s.Header != nil {
		day = s.Header.Date
	}
	if t, err := time.Parse("20060102", day); err == nil && t.Before(fetched) {
		return t
	}
	return fetched
}

// Same compares what two questions want.
func (d requestDesk) Same(a, b []gateway.RequestItem) bool { return request.Same(a, b) }

// Closes says whether a status ends what was asked.
func (d requestDesk) Closes(category string) bool { return request.Closes(category) }

// refusedRequest gives a refusal in the interface's words.
func refusedRequest(err error) error {
	var r request.Refusal
	if errors.As(err, &r) {
		return api.Refused{Reason: r.Reason}
	}
	return err
}

// RequestsDue lists open questions by their day.
func (b books) RequestsDue(ctx context.Context, s gateway.Scope, by string, limit int) ([]gateway.Request, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Request, error) { return tx.RequestsDue(s, by, limit) })
}

// Request finds a question with its answers.
func (b books) Request(ctx context.Context, s gateway.Scope, id int64) (q gateway.Request, list []gateway.Answer, err error) {
	list, err = read(ctx, b.g, func(tx *store.Tx) ([]gateway.Answer, error) {
		if q, err = tx.Request(s, id); err != nil {
			return nil, err
		}
		return tx.AnswersOf(s, id)
	})
	return q, list, err
}

// ChangeRequest changes a question.
func (b books) ChangeRequest(ctx context.Context, s gateway.Scope, id int64, by string, f func(q *gateway.Request) error) (gateway.Request, error) {
	return inLedger(ctx, b.g, s, func(tx *store.Tx) (gateway.Request, error) {
		q, err := tx.Request(s, id)
		if err != nil {
			return q, err
		}
		was := q
		if err := f(&q); err != nil {
			return q, err
		}
		if q.Claim != was.Claim {
			c, err := tx.Claim(s, q.Claim)
			if err != nil {
				return q, err
			}
			if c.Partner != q.Partner {
				return q, api.Refused{Reason: "the claim went to another partner than the question came from"}
			}
			if c.State.Moves(gateway.Requested) {
				c.State, c.At = gateway.Requested, b.g.now()
				if err := tx.SetClaim(&c); err != nil {
					return q, err
				}
			}
			if err := tx.AddEvent(&gateway.Event{Scope: s, At: b.g.now(), Kind: "request_for_information", Place: q.Place,
				Claims: []gateway.ClaimChange{{Claim: c.ID, State: c.State, Reason: "matched by " + by, Offset: q.Place.Offset, Seg: q.Place.Segment}}}); err != nil {
				return q, err
			}
		}
		if q.State == gateway.RequestClosed && was.State != gateway.RequestClosed {
			q.ClosedAt, q.Note = b.g.now(), "closed by "+by+": "+q.Note
		}
		return q, tx.SetRequest(&q)
	})
}

// keptDocument is a document that was kept and may be sent.
func (g *spine) keptDocument(partner, name, report string, item int, r io.Reader) (gateway.Document, error) {
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return gateway.Document{}, err
	}
	head = head[:n]
	limit := int64(request.MaxSize)
	if p := g.profile(partner); p != nil && p.Questions.Limit() > 0 {
		limit = p.Questions.Limit()
	}
	d := gateway.Document{Item: item, Report: report, Name: name, Content: string(attach.Sniff(head))}
	if d.Content == string(attach.XML) && !bytes.Contains(head, []byte("ClinicalDocument")) {
		return d, api.Refused{Reason: "the document is XML and no C-CDA (it has no ClinicalDocument)"}
	}
	// One byte more than may be tells that it is too long.
	sum, size, err := g.archive.Put(io.MultiReader(bytes.NewReader(head), io.LimitReader(r, limit-int64(n)+1)))
	if err != nil {
		return d, err
	}
	d.SHA256, d.Size = sum, size
	return d, refusedRequest(request.Check(attach.Content(d.Content), size, limit))
}

// AddDocument keeps a document for the answer to a question.
func (b books) AddDocument(ctx context.Context, s gateway.Scope, id int64, item int, again bool, report, name, by string, r io.Reader) (gateway.Answer, error) {
	var none gateway.Answer
	q, _, err := b.Request(ctx, s, id)
	if err != nil {
		return none, err
	}
	switch {
	case q.Claim == 0:
		return none, api.Refused{Reason: "the request has no claim: match it first"}
	case item >= len(q.Items):
		return none, api.Refused{Reason: fmt.Sprintf("the request has %d items", len(q.Items))}
	case q.State == gateway.RequestClosed && !again:
		return none, api.Refused{Reason: "the request is closed: " + q.Note}
	case q.State == gateway.RequestAnswered && !again:
		return none, answeredOnce(&q)
	case item >= 0 && q.Items[item].Answered && !again:
		// Not kept: it would stand in the way of what is still to be answered.
		return none, api.Refused{Reason: fmt.Sprintf("item %d was answered already", item)}
	}
	d, err := b.g.keptDocument(q.Partner, name, report, item, r)
	if err != nil {
		return none, err
	}
	return inLedger(ctx, b.g, s, func(tx *store.Tx) (gateway.Answer, error) {
		list, err := tx.AnswersOf(s, id)
		if err != nil {
			return none, err
		}
		a := gateway.Answer{Scope: s, Request: id, Claim: q.Claim, Partner: q.Partner, State: gateway.AnswerDraft, By: by, At: b.g.now(), Control: q.Trace}
		for _, k := range list {
			if k.State == gateway.AnswerDraft {
				a = k
			}
		}
		if a.ID == 0 {
			if p := b.g.profile(q.Partner); p != nil {
				a.Dialect = request.DialectFor(q.Dialect, p.Questions.Dialect)
			}
			if q.Kind == gateway.RequestDenial {
				a.Control = fmt.Sprintf("CWA%08d", id) // nobody gave a number: ours
			}
			if err := tx.AddAnswer(&a); err != nil {
				return none, err
			}
		}
		d.Answer = a.ID
		// A document that is there already, of a try that was refused, goes once.
		if slices.ContainsFunc(a.Documents, func(k gateway.Document) bool { return k.SHA256 == d.SHA256 && k.Item == d.Item }) {
			return a, nil
		}
		if err := tx.AddDocument(&d); err != nil {
			return none, err
		}
		return tx.Answer(s, a.ID)
	})
}

// answeredOnce refuses a second answer.
func answeredOnce(q *gateway.Request) error {
	return api.Refused{Reason: fmt.Sprintf("it was answered on %s: payers want one answer, by one way; ask for it again only if they say that it did not come", q.AnsweredAt.UTC().Format(time.DateOnly))}
}

// SendAnswer lets an answer go.
func (b books) SendAnswer(ctx context.Context, s gateway.Scope, id int64, again bool, by string) (gateway.Answer, error) {
	return inLedger(ctx, b.g, s, func(tx *store.Tx) (a gateway.Answer, err error) {
		q, err := tx.Request(s, id)
		if err != nil {
			return a, err
		}
		list, err := tx.AnswersOf(s, id)
		if err != nil {
			return a, err
		}
		var before int64
		for _, k := range list {
			switch k.State {
			case gateway.AnswerDraft:
				a = k
			case gateway.AnswerQueued, gateway.AnswerSent, gateway.AnswerAccepted:
				before = k.ID
			}
		}
		switch {
		case q.State == gateway.RequestClosed && !again:
			return a, api.Refused{Reason: "the request is closed: " + q.Note}
		case a.ID == 0 || len(a.Documents) == 0:
			return a, api.Refused{Reason: "there is no document to send: add one first"}
		case q.State == gateway.RequestAnswered && !again:
			return a, answeredOnce(&q)
		}
		now := b.g.now()
		for _, d := range a.Documents {
			for n := range q.Items {
				if d.Item < 0 || d.Item == n {
					if q.Items[n].Answered && d.Item == n && !again {
						return a, api.Refused{Reason: fmt.Sprintf("item %d was answered already", n)}
					}
					q.Items[n].Answered = true
				}
			}
		}
		if q.State != gateway.RequestClosed {
			q.State = request.Standing(q.Items)
		}
		q.AnsweredAt = now
		a.State, a.At, a.By = gateway.AnswerQueued, now, by
		a.Late = q.Due != "" && now.Format("20060102") > q.Due
		if a.Late {
			a.Note = "after the day that it was due"
		}
		if before != 0 {
			a.Note = strings.TrimPrefix(a.Note+fmt.Sprintf("; sent besides answer %d", before), "; ")
		}
		if err := tx.SetAnswer(&a); err != nil {
			return a, err
		}
		if err := tx.SetRequest(&q); err != nil {
			return a, err
		}
		if err := b.g.tellAnswer(tx, &a, &q); err != nil {
			return a, err
		}
		return a, tx.AddJob(s, "attach", strconv.FormatInt(a.ID, 10), now)
	})
}

// tellAnswer writes into the claim's history that a question was answered.
func (g *spine) tellAnswer(tx *store.Tx, a *gateway.Answer, q *gateway.Request) error {
	c, err := tx.Claim(a.Scope, a.Claim)
	if err != nil {
		return err
	}
	return tx.AddEvent(&gateway.Event{Scope: a.Scope, At: g.now(), Kind: "request answered", Place: q.Place,
		Claims: []gateway.ClaimChange{{Claim: c.ID, State: c.State, Reason: fmt.Sprintf("answer %d by %s", a.ID, a.By)}}})
}

// AttachDocument keeps a document that goes with a claim.
func (b books) AttachDocument(ctx context.Context, s gateway.Scope, id int64, control, report, name, by string, r io.Reader) (gateway.Answer, error) {
	var none gateway.Answer
	c, err := b.Claim(ctx, s, id)
	if err != nil {
		return none, err
	}
	k, err := claim.ParseJSON(c.Document)
	if err != nil {
		return none, api.Refused{Reason: "the claim cannot be read"}
	}
	if control == "" {
		return none, api.Refused{Reason: "name the attachment control number that the claim announces (control)"}
	}
	if !announces(k, control) {
		return none, api.Refused{Reason: "the claim announces no electronic document under this control number (PWK02 EL, PWK06)"}
	}
	if c.State == gateway.Rejected {
		return none, api.Refused{Reason: "the claim was rejected: attach the document to the new original"}
	}
	p := b.g.profile(c.Partner)
	if p == nil {
		return none, api.Refused{Reason: "the claim's payer has no trading partner yet"}
	}
	d, err := b.g.keptDocument(c.Partner, name, report, -1, r)
	if err != nil {
		return none, err
	}
	return inLedger(ctx, b.g, s, func(tx *store.Tx) (gateway.Answer, error) {
		list, err := tx.AnswersFor(s, id)
		if err != nil {
			return none, err
		}
		for _, a := range list {
			if a.Request == 0 && a.Control == control && a.State != gateway.AnswerRejected {
				return none, api.Refused{Reason: fmt.Sprintf("a document went under this control number already (answer %d)", a.ID)}
			}
		}
		a := gateway.Answer{Scope: s, Claim: id, Partner: c.Partner, Dialect: request.DialectFor("", p.Questions.Dialect), State: gateway.AnswerQueued, Control: control, By: by, At: b.g.now()}
		if err := tx.AddAnswer(&a); err != nil {
			return none, err
		}
		d.Answer = a.ID
		if err := tx.AddDocument(&d); err != nil {
			return none, err
		}
		if err := tx.AddJob(s, "attach", strconv.FormatInt(a.ID, 10), b.g.now()); err != nil {
			return none, err
		}
		return tx.Answer(s, a.ID)
	})
}

// announces says whether a claim or a line of it announces an electronic
// document under a number.
func announces(c *claim.Claim, control string) bool {
	has := func(list []claim.Attachment) bool {
		for _, a := range list {
			if a.ControlNumber == control && a.Transmission == "EL" {
				return true
			}
		}
		return false
	}
	if has(c.Attachments) {
		return true
	}
	for i := range c.Lines {
		if has(c.Lines[i].Attachments) {
			return true
		}
	}
	return false
}

// AnswersFor lists documents about a claim.
func (b books) AnswersFor(ctx context.Context, s gateway.Scope, id int64) ([]gateway.Answer, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Answer, error) {
		if _, err := tx.Claim(s, id); err != nil {
			return nil, err
		}
		return tx.AnswersFor(s, id)
	})
}

// numbersFor allocates the control numbers of one interchange of one group.
func numbersFor(tx *store.Tx, p *partners.Profile) (n request.Numbers, err error) {
	if n.Interchange, err = tx.NextControl(ownerOf(p), p.ID, "ISA13"); err != nil {
		return n, err
	}
	n.Group, err = tx.NextControl(ownerOf(p), p.ID, "GS06")
	return n, err
}

// fileName is how a file that holds no claims is called at a partner's.
func fileName(p *partners.Profile, kind, control string, at time.Time) string {
	q := *p
	q.Names.Claims = strings.NewReplacer("{type}", kind, ".837", "."+kind).Replace(q.Names.Claims)
	return q.FileName(control, "", at)
}

// queue lets an interchange of no claims go to a partner: it is kept already.
func (g *spine) queue(tx *store.Tx, s gateway.Scope, p *partners.Profile, kind string, n request.Numbers, sum string, size int64) (int64, error) {
	now := g.now()
	i := gateway.Interchange{Scope: s, Partner: p.ID, Control: n.Control(), Group: strconv.FormatInt(n.Group, 10), SHA256: sum, Name: fileName(p, kind, n.Control(), now), Size: size,
		State: "queued", At: now}
	if err := tx.AddInterchange(&i); err != nil {
		return 0, err
	}
	if k := g.packer(p.ID); k.Wraps() {
		f, err := g.archive.Open(sum)
		if err != nil {
			return 0, err
		}
		plain, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return 0, err
		}
		name, wire, err := k.Pack(i.Name, plain, now)
		if err != nil {
			return 0, err
		}
		i.Wire = gateway.Wire{Name: name, Size: int64(len(wire))}
		if i.Wire.SHA256, err = g.archive.PutBytes(wire); err != nil {
			return 0, err
		}
		if err := tx.AddWire(&i); err != nil {
			return 0, err
		}
	}
	return i.ID, tx.AddJob(s, "deliver", strconv.FormatInt(i.ID, 10), now)
}

// attachJob builds the 275 of an answer and lets it go. It may run twice: an
// answer has one interchange, and what was built in vain has used up numbers
// only.
func (g *spine) attachJob(ctx context.Context, j *gateway.Job) error {
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	var in request.Answering
	var c gateway.Claim
	var n request.Numbers
	var p *partners.Profile
	err = g.store.Do(ctx, func(tx *store.Tx) error {
		a, err := tx.Answer(j.Scope, id)
		if err != nil || a.Interchange != 0 || a.State != gateway.AnswerQueued {
			return err
		}
		if c, err = tx.Claim(j.Scope, a.Claim); err != nil {
			return err
		}
		if a.Request == 0 && (c.State == gateway.Held || c.State == gateway.Queued || c.State == gateway.Received) {
			return work.Snooze(2 * time.Second) // it goes after the claim
		}
		if p = g.profile(a.Partner); p == nil {
			return work.Park{Reason: fmt.Errorf("no profile of partner %s", a.Partner)}
		}
		if a.Request != 0 {
			q, err := tx.Request(j.Scope, a.Request)
			if err != nil {
				return err
			}
			in.Request = &q
		}
		in.Answer, in.Claim = &a, &c
		n, err = numbersFor(tx, p)
		return err
	})
	if err != nil || in.Answer == nil {
		return err
	}
	if in.Record, err = claim.ParseJSON(c.Document); err != nil {
		return work.Park{Reason: err}
	}
	in.Open = func(d *gateway.Document) (io.ReadCloser, error) { return g.archive.Open(d.SHA256) }
	// What is written is kept as it is written; it is never whole in memory.
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(request.Write(pw, p, &in, n, g.now())) }()
	sum, size, err := g.archive.Put(pr)
	pr.CloseWithError(err)
	if err != nil {
		return err
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(j.Scope, "ledger"); err != nil {
			return err
		}
		a, err := tx.Answer(j.Scope, id)
		if err != nil || a.Interchange != 0 {
			return err
		}
		if a.Interchange, err = g.queue(tx, j.Scope, p, "275", n, sum, size); err != nil {
			return err
		}
		return tx.SetAnswer(&a)
	})
}

// answersSent moves the answers of an interchange that is at the partner's.
func answersSent(tx *store.Tx, i *gateway.Interchange) error {
	if i.Claims > 0 {
		return nil
	}
	list, err := tx.AnswersIn(i.Scope, i.ID)
	for k := range list {
		if a := &list[k]; a.State == gateway.AnswerQueued {
			a.State = gateway.AnswerSent
			if err := tx.SetAnswer(a); err != nil {
				return err
			}
		}
	}
	return err
}

// Inquire asks the payer for the status of a claim.
func (b books) Inquire(ctx context.Context, s gateway.Scope, id int64, by string) (gateway.Inquiry, error) {
	return inLedger(ctx, b.g, s, func(tx *store.Tx) (gateway.Inquiry, error) {
		c, err := tx.Claim(s, id)
		if err != nil {
			return gateway.Inquiry{}, err
		}
		switch {
		case c.Interchange == 0 || c.State == gateway.Queued || c.State == gateway.Held:
			return gateway.Inquiry{}, api.Refused{Reason: "the claim was not sent yet"}
		case c.State == gateway.Rejected:
			return gateway.Inquiry{}, api.Refused{Reason: "the payer never took the claim in: it was rejected"}
		}
		p := b.g.profile(c.Partner)
		if p == nil {
			return gateway.Inquiry{}, api.Refused{Reason: "the claim's partner is not set up any more"}
		}
		list, err := b.g.inquire(tx, s, p, []gateway.Claim{c})
		if err != nil {
			return gateway.Inquiry{}, refusedRequest(err)
		}
		return list[0], nil
	})
}

// inquire asks a partner about claims, with one 276.
func (g *spine) inquire(tx *store.Tx, s gateway.Scope, p *partners.Profile, claims []gateway.Claim) ([]gateway.Inquiry, error) {
	n, err := numbersFor(tx, p)
	if err != nil {
		return nil, err
	}
	var asked []request.Asked
	var list []gateway.Inquiry
	for i := range claims {
		c, err := claim.ParseJSON(claims[i].Document)
		if err != nil {
			return nil, err
		}
		trace := request.Trace(n, i)
		asked = append(asked, request.Asked{Claim: &claims[i], Record: c, Trace: trace})
		list = append(list, gateway.Inquiry{Scope: s, Claim: claims[i].ID, Partner: p.ID, Trace: trace, At: g.now()})
	}
	file, err := request.Inquiry(p, asked, n, g.now())
	if err != nil {
		return nil, err
	}
	sum, err := g.archive.PutBytes(file)
	if err != nil {
		return nil, err
	}
	id, err := g.queue(tx, s, p, "276", n, sum, int64(len(file)))
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Interchange = id
		if err := tx.AddInquiry(&list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Inquiries lists what was asked about a claim.
func (b books) Inquiries(ctx context.Context, s gateway.Scope, id int64) ([]gateway.Inquiry, error) {
	return read(ctx, b.g, func(tx *store.Tx) ([]gateway.Inquiry, error) {
		if _, err := tx.Claim(s, id); err != nil {
			return nil, err
		}
		return tx.Inquired(s, id)
	})
}

// How often silent claims are looked for, and after how long one is asked about
// again; one 276 asks about at most so many.
const (
	silenceEvery = 24 * time.Hour
	askedAgain   = 7 * 24 * time.Hour
	maxInquired  = 500
)

// silenceJob asks a partner about the claims that it has been silent about for
// as long as its profile says, and asks to be called again. It may run twice: a
// claim that was asked about is not asked about again for a week.
func (g *spine) silenceJob(ctx context.Context, j *gateway.Job) error {
	p := g.profile(j.Args)
	if p == nil || p.Questions.InquireAfter() == 0 {
		return nil
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(j.Scope, "ledger"); err != nil {
			return err
		}
		now := g.now()
		for {
			list, err := tx.Silent(j.Scope, p.ID, now.Add(-p.Questions.InquireAfter()), now.Add(-askedAgain), maxInquired)
			if err != nil {
				return err
			}
			// One 276 names one payer.
			byPayer := map[string][]gateway.Claim{}
			var payers []string
			for _, c := range list {
				if byPayer[c.Payer] == nil {
					payers = append(payers, c.Payer)
				}
				byPayer[c.Payer] = append(byPayer[c.Payer], c)
			}
			for _, payer := range payers {
				if _, err := g.inquire(tx, j.Scope, p, byPayer[payer]); err != nil {
					return err
				}
			}
			if len(list) < maxInquired {
				break
			}
		}
		return tx.AddRecurring(j.Scope, "silence", j.Args, now.Add(silenceEvery))
	})
}

// watchSilence begins to look for silent claims.
func (g *spine) watchSilence(tx *store.Tx) error {
	for _, p := range g.profiles() {
		if p.Questions.InquireAfter() == 0 {
			continue
		}
		if err := tx.AddRecurring(scopeOf(p), "silence", p.ID, g.now()); err != nil {
			return err
		}
	}
	return nil
}
